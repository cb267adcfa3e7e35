"""Plays a buildspec before and after its fixes in a real shell, and tells by which observables the two differ.

The items run as CodeBuild's wrapper runs them. In the place of each program stands one that writes down its words, what
it finds on its standard input and in its environment, and then succeeds or fails. It is played in several worlds:
variables of the project are not there, are plain, hold blanks and stars, are what a test asks for; and each program
fails in turn.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from cblint.flow.steps import steps_of
from tests.builds import buildspec
from tests.flow_runner import Observed, Place, Runner
from tests.shell_claims import provide, stubs_of

NOTHING = ":"
"""What stands for an item that the fix takes away, or that was not there before it."""
_ASSIGNED = re.compile(r"\b([A-Za-z_][A-Za-z0-9_]*)\+?=")
_REFERRED = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_COMPARED = re.compile(r"""\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?"?\s+(?:==?|!=)\s+["']?([a-z]+(?:/\*)?)""")
_LINE_NUMBER = re.compile(r"^(\S+: )(?:line )?[0-9]+: ", re.MULTILINE)
_OF_SHELLS = frozenset({"_", "PATH", "PWD", "OLDPWD", "HOME", "SHLVL", "INHERITED", "CODEBUILD_SRC_DIR"})
_SHOW = frozenset({"env", "printenv", "export", "set", "sort", "grep"})
"""Programs that only print the environment: what they print is an observable, that they are called is none."""
_SHOWN = re.compile(r"(?:^|[;&\n])\s*(?:sudo )?(?:env|printenv|set|export(?: -p)?)\s*(?:$|[|;&>\n])", re.MULTILINE)
_READ = re.compile(r"\$\(|`|\|\s*(?:while )?read")
_JQ = (
    "tr -d '{}\"' | tr ',' '\\n' | "
    """while read -r key value; do case "$*" in *".${key%:}"*) echo "$value";; esac; done"""
)
"""Prints the field of an object that it is asked for."""
_ORDER = "order"
"""The file of the calls that tells which came first."""
_AT_ONCE = re.compile(r"(?<!\|)\|(?!\|)|(?<![&>])&(?![&0-9>])")
_FORWARDS = 'while case "$1" in -*|*=*) :;; *) false;; esac; do shift; done; exec "$@"'
"""What a program does that only runs another: whatever options it has, they take no words here."""


class World(NamedTuple):
    """What is given to a build: the variables of its project, what programs print, and which of them fail."""

    variables: Mapping[str, str]
    printed: str = "printed"
    failing: str = ""

    def __str__(self) -> str:
        failing = f"{self.failing} fails" if self.failing else "all programs succeed"
        return f"{failing}, programs print {self.printed!r}, the project gives {dict(self.variables)}"


class Call(NamedTuple):
    """A program that was called: its name and words, what it found on its standard input, and in its environment."""

    program: str
    words: tuple[str, ...]
    found: str
    environment: tuple[str, ...]


class Played(NamedTuple):
    """All that can be seen of a build. Where several programs run at once, their calls have no order."""

    items: list[Observed]
    calls: list[Call]
    in_order: bool
    said: str
    complained: str
    files: dict[str, str]


class Case(NamedTuple):
    """A buildspec and what it is after its fixes; ``files`` are those of the repository."""

    old: str
    new: str
    files: Mapping[str, str]


def observables(case: Case, shell: str, runner: Runner) -> dict[str, str]:
    """By what the two differ in any world, each with the first world in which they do, and how.

    ``commands`` and ``settings`` are what CodeBuild reads of a buildspec; the others are seen when it is played.
    """
    found: dict[str, str] = {}
    if _settings(case.old) != _settings(case.new):
        found["settings"] = "what is written outside the commands"
    pairs = aligned(_items(case.old), _items(case.new))
    if any(old == NOTHING for old, _ in pairs):
        found["commands"] = "there are commands that were none before"
    pairs = [(old, new) for old, new in pairs if old != NOTHING]
    # What follows the last that differs finds the same, and so does the same, if nothing of that is seen until there.
    while pairs and pairs[-1][0] == pairs[-1][1]:
        pairs.pop()
    for world in worlds(case, pairs) if pairs else ():
        before, after = (
            _play(text, [pair[number] for pair in pairs], world, shell, case, runner)
            for number, text in enumerate((case.old, case.new))
        )
        for name, (one, other) in differences(before, after).items():
            found.setdefault(name, f"{shell}, {world}:\n{one}\n{other}")
    return found


def aligned(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str]]:
    """The items of both in pairs; what stands in one alone is beside NOTHING."""
    pairs: list[tuple[str, str]] = []
    for _, start, end, other, until in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if end - start >= until - other:
            pairs += _alike(old[start:end], new[other:until])
        else:
            pairs += [(before, after) for after, before in _alike(new[other:until], old[start:end])]
    return pairs


def _alike(more: Sequence[str], fewer: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each of the fewer beside the one of the others that it is most like, in the order of both."""
    at = 0
    for number, item in enumerate(fewer):
        last = len(more) - len(fewer) + number
        best = max(range(at, last + 1), key=lambda each: difflib.SequenceMatcher(None, more[each], item).ratio())
        yield from ((each, NOTHING) for each in more[at:best])
        yield more[best], item
        at = best + 1
    yield from ((each, NOTHING) for each in more[at:])


def differences(old: Played, new: Played) -> dict[str, tuple[object, object]]:
    """The observables by which two plays differ, in the words of the entries, and what each is in both."""
    called = [[call.program for call in played.calls] for played in (old, new)]
    same_calls = called[0] == called[1] if old.in_order else sorted(called[0]) == sorted(called[1])
    seen = [_seen(played, same_calls) for played in (old, new)]
    return {name: (seen[0][name], seen[1][name]) for name in seen[0] if seen[0][name] != seen[1][name]}


def _seen(played: Played, one_by_one: bool) -> dict[str, object]:
    """Each observable; where other programs were called, what each was given cannot be compared."""
    calls = played.calls if one_by_one else []

    def arranged(seen: Iterable[tuple[object, ...]]) -> list[tuple[object, ...]]:
        return list(seen) if played.in_order else sorted(seen, key=repr)

    return {
        "status": [item.status for item in played.items],
        "folder": [item.cwd for item in played.items],
        "stdout": played.said,
        "stderr": played.complained,
        "files": played.files,
        "calls": arranged((call.program,) for call in played.calls),
        "arguments": arranged((call.program, call.words) for call in calls),
        "stdin": arranged((call.program, call.found) for call in calls),
        "variables": ([item.variables for item in played.items], arranged((call.environment,) for call in calls)),
    }


def worlds(case: Case, pairs: Sequence[tuple[str, str]]) -> list[World]:
    """The worlds in which the items must do the same; those that no item can tell apart are one."""
    text = "\n".join(item for pair in pairs for item in pair)
    names = sorted({*_REFERRED.findall(text)} - {*given(case.new)} - _OF_SHELLS)
    plain = {name: f"value-of-{name}" for name in names}
    wanted = {**plain, **{name: word.replace("*", "x") for name, word in _COMPARED.findall(text) if name in plain}}
    free = {name: f"a  *\t{name}" for name in names}
    printed = ("printed", "", "two  words *") if _READ.search(text) else ("printed",) * 3
    failing = [name for name in sorted(_programs(case)) if os.path.basename(name) in text]
    found = [
        World(plain, printed[0]),
        World({}, printed[1]),
        World(wanted, printed[0]),
        World(free, printed[2]),
        *(World(wanted, printed[0], program) for program in failing),
    ]
    return [world for number, world in enumerate(found) if world not in found[:number]]


def given(text: str) -> dict[str, str]:
    """The variables that a buildspec gives its build, with what a store may hold for each: JSON for a whole secret."""
    env = yaml.load(text, yaml.BaseLoader).get("env")
    sections = env if isinstance(env, dict) else {}
    found: dict[str, str] = {}
    for key in ("variables", "parameter-store", "secrets-manager"):
        section = sections.get(key)
        for name, reference in section.items() if isinstance(section, dict) else ():
            found[name] = _stored(str(reference)) if key == "secrets-manager" else str(reference)
    return found


def _stored(reference: str) -> str:
    """The field that a reference names, or a secret that has each of them."""
    secret, _, field = reference.partition(":")
    if field and not secret.startswith("arn"):
        return f"{field.split(':')[0]}-of-{secret}"
    return json.dumps({"password": f"password-of-{secret}", "API_TOKEN": f"API_TOKEN-of-{secret}"})


def _programs(case: Case) -> dict[str, str]:
    found = {**stubs_of(buildspec(case.old)), **stubs_of(buildspec(case.new))}
    as_they_are = _SHOW if _SHOWN.search("\n".join(_items(case.old))) else frozenset[str]()
    return {name: does for name, does in found.items() if name not in {"[[", *as_they_are}}


def _items(text: str) -> list[str]:
    return [step.item.value for step in steps_of(buildspec(text))]


def _settings(text: str) -> Any:
    """What is written outside the commands."""
    data = yaml.safe_load(text)
    for phase in data.get("phases", {}).values() if isinstance(data.get("phases"), dict) else ():
        for key in ("commands", "finally") if isinstance(phase, dict) else ():
            phase.pop(key, None)
    return data


def _play(text: str, items: Sequence[str], world: World, shell: str, case: Case, runner: Runner) -> Played:
    """What comes of the items in a world."""
    names = sorted({*_ASSIGNED.findall(case.old + case.new), *world.variables, *given(case.new)} - _OF_SHELLS)
    with runner.place() as place:
        tools, calls = os.path.join(place.home, "tools"), os.path.join(place.wrapper, "calls")
        os.makedirs(calls)
        programs = {name: _stub(name, does, world, calls) for name, does in _programs(case).items()}
        provide(place, tools, programs, case.files)
        variables = {"CODEBUILD_SRC_DIR": place.root, **world.variables, **given(text)}
        exports = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
        observed = runner.run(["\n".join([*exports, f'PATH="{tools}:$PATH"']), *items], shell, names, place)[1:]
        return Played(
            observed,
            _calls(calls, names),
            not _AT_ONCE.search(case.old + case.new),
            runner.said(place),
            _LINE_NUMBER.sub(r"\1", runner.complained(place)),
            _files(place, tools),
        )


def _stub(name: str, does: str, world: World, calls: str) -> str:
    """A program that writes down how it is called; what is sourced does nothing."""
    if does == NOTHING:
        return NOTHING
    program = os.path.basename(name)
    record = os.path.join(calls, f"{program}.$$")
    lines = [
        f"echo {program}.$$ >> {os.path.join(calls, _ORDER)}",
        f"""printf '%s\\0' "$@" > {record}""",
        f"export -p > {record}.environment",
    ]
    if "exec" in does:
        return "\n".join([*lines, _FORWARDS])
    lines.append(f"[ /dev/stdin -ef /dev/null ] || /bin/cat > {record}.found")
    if name == world.failing:
        return "\n".join([*lines, f"echo '{program} failed' >&2", "exit 3"])
    if program == "jq":
        return "\n".join([*lines, f"[ ! -e {record}.found ] || /bin/cat {record}.found | {_JQ}", "exit 0"])
    return "\n".join([*lines, *([f"echo '{world.printed}'"] if world.printed else []), "exit 0"])


def _calls(folder: str, names: Sequence[str]) -> list[Call]:
    """The calls that were written down, in the order in which they were."""
    return [
        Call(
            name.rpartition(".")[0],
            tuple(_read(os.path.join(folder, name)).split("\0")[:-1]),
            _read(os.path.join(folder, f"{name}.found")),
            _known(_read(os.path.join(folder, f"{name}.environment")), names),
        )
        for name in _read(os.path.join(folder, _ORDER)).splitlines()
    ]


def _known(environment: str, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(line for line in environment.splitlines() if line.removeprefix("export ").partition("=")[0] in names)


def _files(place: Place, tools: str) -> dict[str, str]:
    """Every file that the build can have made, with what it holds."""
    found: dict[str, str] = {}
    for top in (place.root, place.home):
        for folder, folders, names in os.walk(top):
            folders[:] = [name for name in folders if os.path.join(folder, name) != tools]
            found.update({os.path.join(folder, name): _read(os.path.join(folder, name)) for name in names})
            found.update({os.path.join(folder, name): "/" for name in folders})
    return found


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()
    except OSError:
        return ""
