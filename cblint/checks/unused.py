"""Variables that a build is given under ``env``, and that nothing in sight reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from cblint.buildspec.model import VARIABLES, Buildspec, Variable
from cblint.checks.edits import without_entry
from cblint.facts import table
from cblint.finding import Report
from cblint.hosts.repository import found_by, named_in
from cblint.records import NamedTuple
from cblint.shell.commands import Assignment
from cblint.shell.effects import effect_of
from cblint.shell.query import Invocation

_BUILDSPECS = r"(?i).*buildspec.*\.(?:ya?ml|json)"
MOST = 100
"""So many names, and as many scripts, are looked for in the repository."""
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_TOP = r"^(?:\$(?:CODEBUILD_SRC_DIR|\{CODEBUILD_SRC_DIR\})/|\./)+"
_SHORTEST = 3
"""Characters of a name that is looked for in the repository: shorter ones stand in any text."""


class _Unused(NamedTuple):
    """A variable that nothing reads: ``alone``, as the commands themselves run nothing that could."""

    variable: Variable
    alone: bool


def unused_env_variable(buildspec: Buildspec) -> Iterator[Report]:
    """A variable is given in plain text, and nothing reads it."""
    yield from _reports(buildspec, False)


def unused_secret(buildspec: Buildspec) -> Iterator[Report]:
    """A secret or parameter is fetched for the build, and nothing reads it."""
    yield from _reports(buildspec, True)


def _reports(buildspec: Buildspec, secret: bool) -> Iterator[Report]:
    unused = _unused(buildspec)
    names = {each.variable.name for each in unused}
    for variable, alone in unused:
        if (variable.section != VARIABLES) is secret:
            fields = {"name": variable.name, "section": variable.section}
            touched, edits = without_entry(buildspec.root, ("env", variable.section), variable.key, names)
            yield Report(variable.key.span, "alone" if alone else "nowhere", fields, edits=edits, touched=touched)


@lru_cache(maxsize=1)
def _unused(buildspec: Buildspec) -> tuple[_Unused, ...]:
    """What nothing reads, as far as that can be told."""
    if "batch" in buildspec.sections or not buildspec.shell_items or buildspec.stream.problem is not None:
        # Which commands run in the tasks of a batch is not known.
        return ()
    named = _named(buildspec)
    sought = {
        each.name: each
        for each in buildspec.variables
        if each.name not in named and re.fullmatch(_NAME, each.name) and not _is_one_of("families", each.name)
    }
    left = list(sought)
    if not left or any(item.script.problem is not None for item in buildspec.shell_items):
        return ()
    invocations = [each for item in buildspec.shell_items for each in item.invocations]
    if _takes_all(buildspec) or any(_hands_on_all(each) for each in invocations):
        return ()
    open_ones = [each for each in invocations if not _is_closed(each)]
    if not open_ones:
        return tuple(_Unused(sought[name], True) for name in left)
    left = [name for name in left if len(name) >= _SHORTEST and not _is_one_of("databases", name)]
    if (
        not 0 < len(left) <= MOST
        or buildspec.repository is None
        or not _is_in_sight(buildspec.repository, open_ones, invocations)
    ):
        return ()
    found = named_in(buildspec.repository, frozenset(left), _BUILDSPECS)
    return tuple(_Unused(sought[name], False) for name in left if found is not None and name not in found)


def _is_one_of(families: str, name: str) -> bool:
    """Whether it is called like a variable that a tool reads without being told."""
    return any(re.fullmatch(family, name) for family in table("environment")[families])


def _named(buildspec: Buildspec) -> set[str]:
    """The names that stand anywhere but where a variable is given, comments left aside."""
    found: set[str] = set()
    for item in buildspec.shell_items:
        found.update(re.findall(_NAME, item.value))
    written = Counter(re.findall(_NAME, buildspec.source))
    written.subtract(word for comment in buildspec.comments for word in re.findall(_NAME, comment.text))
    found.update(word for word, count in written.items() if count > 1)
    return found


# Who could read it


def _takes_all(buildspec: Buildspec) -> bool:
    """Whether a text in the commands reads variables whose names cannot be seen."""
    marks = re.compile("|".join(table("environment")["dynamic"]))
    return any(marks.search(item.value) for item in buildspec.shell_items)


def _hands_on_all(invocation: Invocation) -> bool:
    """Whether it prints all variables, or may read any."""
    when = table("environment")["everything"].get(invocation.program, ())
    if "any" in when:
        return True
    is_alone = not invocation.arguments and not any(isinstance(each, Assignment) for each in invocation.node.arguments)
    return ("alone" in when and is_alone) or any(word.text in when for word in invocation.arguments)


def _is_closed(invocation: Invocation) -> bool:
    """Whether it is known to read no variable but those of its own, and to run nothing of the project."""
    facts = table("environment")
    if invocation.is_path or invocation.program not in facts["closed"]:
        return False
    subcommands = " ".join(word.text or "" for word in invocation.operands()[:2])
    return not any(f"{subcommands} ".startswith(f"{each} ") for each in facts["open"].get(invocation.program, ()))


def _is_in_sight(repository: str, open_ones: list[Invocation], invocations: list[Invocation]) -> bool:
    """Whether all that runs is known, or stands in the repository."""
    if any(_brings_code(each) for each in invocations):
        return False
    scripts: set[str] = set()
    for invocation in open_ones:
        script = _script(invocation)
        if script is not None:
            scripts.add(script)
        elif effect_of(invocation) is None:
            return False
    if not scripts:
        return True
    if len(scripts) > MOST:
        return False
    names = "|".join(re.escape(script) for script in scripts)
    found = found_by(repository, rf"(?:[^\n]*/)?(?:{names})")
    return found is not None and all(any(f"/{path}".endswith(f"/{script}") for path in found) for script in scripts)


def _script(invocation: Invocation) -> str | None:
    """The file of the repository that a command runs: the end of its path."""
    word = invocation.words[0]
    if invocation.program in table("effects")["interpreters"]:
        operands = invocation.operands()
        if not operands or (len(operands) < len(invocation.arguments) and invocation.flags("-c", "-e", "-m")):
            return None
        word = operands[0]
    elif not invocation.is_path and "/" not in word.raw:
        return None
    path = re.sub(_TOP, "", word.raw.replace('"', ""))
    return path if re.fullmatch(r"(?!\.\.)\w[\w./-]*", path) else None


def _brings_code(invocation: Invocation) -> bool:
    """Whether it fetches files that later commands may run, and that are not in sight."""
    if invocation.program == "git":
        return bool(invocation.runs("git", "clone") or invocation.runs("git", "submodule"))
    for verb in ("cp", "sync", "mv"):
        operands = invocation.runs("aws", "s3", verb)
        if len(operands) > 1 and not (operands[-1].raw.strip("\"'").startswith(("s3:", "$"))):
            return True
    return False
