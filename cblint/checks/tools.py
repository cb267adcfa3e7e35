"""Programs that the build image has or lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from cblint.buildspec.environments import Environment, those
from cblint.buildspec.model import Buildspec, ShellItem, items, scalar
from cblint.checks.conditional import is_conditional
from cblint.checks.dependencies import installs_all
from cblint.checks.packages import is_beside
from cblint.facts import table
from cblint.facts.images import MACOS, WINDOWS, Image
from cblint.finding import Report
from cblint.flow.docker import is_client
from cblint.flow.steps import steps_of
from cblint.records import NamedTuple
from cblint.shell.commands import Assignment, Function
from cblint.shell.effects import Effect, effect_of
from cblint.shell.operands import may_hold_options
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word, walk

_SYSTEM = ("apt-get", "apt", "yum", "dnf", "microdnf")
_LOCAL = ("npm", "yarn", "pnpm", "composer")
"""Package managers whose programs are not where a shell looks; those of Bundler may be."""


class _Use(NamedTuple):
    """The first command that runs a program."""

    invocation: Invocation
    without: list[Environment]


def tool_not_available(buildspec: Buildspec) -> Iterator[Report]:
    """A program is run that the image does not have, and nothing before it can have brought it."""
    known = [each for each in buildspec.environments if each.image is not None]
    names = {name for each in known for name in _absent(each.image)}
    if not names or _may_have_more(buildspec, names):
        return
    for use in _uses(buildspec, known, names):
        image = use.without[0].image
        assert image is not None
        fields = {
            "program": use.invocation.program,
            "image": image.name,
            "where": those(use.without, buildspec.environments),
        }
        yield Report(use.invocation.words[0].span, "absent", fields)


def _absent(image: Image | None) -> frozenset[str]:
    """The programs that are known not to be on an image."""
    if image is None or image.family in (MACOS, WINDOWS) or image.runtimes is None:
        return frozenset()
    found = (entry["programs"] for entry in table("packages")["absent"] if fnmatchcase(image.name, entry["images"]))
    return frozenset(name for names in found for name in names) - image.tools


def _may_have_more(buildspec: Buildspec, names: set[str]) -> bool:
    """Whether the build may find programs elsewhere: by PATH, in a cache, as functions or aliases."""
    given = [name for project in buildspec.projects for name, _ in project.variables]
    given += [variable.name for variable in buildspec.variables]
    if "PATH" in given:
        return True
    cached = buildspec.get("cache", "paths")
    paths = [scalar(node) for node in items(cached.value)] if cached is not None else []
    if any(path is not None and not re.match(r"(?:\./)?[\w.*-]", path.value) for path in paths):
        return True
    for item in buildspec.shell_items:
        if re.search(r"PATH|\balias\b|\(\s*\)|\bfunction\b", item.value) and _defines(item, names):
            return True
    return False


def _defines(item: ShellItem, names: set[str]) -> bool:
    for node in walk(item.script):
        if isinstance(node, Assignment) and node.name == "PATH":
            return True
        if isinstance(node, Function) and node.name.text in names:
            return True
        if isinstance(node, Word) and node.raw.startswith("PATH="):  # of `env`
            return True
    return any(invocation.program == "alias" for invocation in item.invocations)


def _uses(buildspec: Buildspec, known: list[Environment], names: set[str]) -> Iterator[_Use]:
    """The commands that run one of these programs, each program once, up to what may bring any."""
    left = set(names)
    by_its_name = {"sudo", "env", *table("tools")["transparent"]}
    for step in steps_of(buildspec):
        if step.item.script.problem is not None:
            return
        for invocation in step.item.invocations:
            name = invocation.program
            is_plain = not invocation.is_path and by_its_name.issuperset(invocation.wrappers)
            if name in left and is_plain and not is_conditional(step.item, invocation):
                left.remove(name)
                yield _Use(invocation, [each for each in known if name in _absent(each.image)])
            if _may_bring(invocation):
                return


_BRINGS_NOTHING = frozenset(
    ("print", "query", "transform", "notify", "condition", "cleanup", "wait", "control", "login", "publish", "deploy")
) | frozenset(("destroy", "trigger", "serve", "scan", "wrap", "check", "test", "build", "package"))


def _may_bring(invocation: Invocation) -> bool:
    """Whether a command may bring any program to where a shell looks for it, for all that is known of it."""
    effect = effect_of(invocation)
    if effect is None or _writes_outside(invocation, effect):
        return True
    if invocation.program in table("packages")["harmless"]:
        return False
    if any(re.search(_OF_PROGRAMS, word.raw) for word in invocation.arguments):
        return True
    if effect.does == "install":
        return not _brings_none(invocation)
    if is_client(invocation.program) and any(_hands_out(word) for word in invocation.words):
        return True
    if invocation.runs("docker", "run"):
        return False
    return effect.does not in _BRINGS_NOTHING or effect.presumed


_OF_PROGRAMS = r"(?:^|[=,:\"'])(?:/|~|\$\{?HOME)(?:(?![\"'][/~$])[^=,:\s])*\bs?bin\b"
"""A folder in which a shell looks for programs, or may, as it stands in a word."""


def _hands_out(word: Word) -> bool:
    """Whether a word of docker may give it a folder of the host to write to, itself or by a file of its own."""
    if word.text in ("docker-compose", "compose", "bake"):
        return True
    return (
        may_hold_options(word) or re.match(r"-\w*[ov]|--(?:output|volumes?|volumes-from|mount)\b", word.raw) is not None
    )


def _brings_none(invocation: Invocation) -> bool:
    """Whether an installation brings none of the programs that an image may lack."""
    if invocation.program in _LOCAL and installs_all(invocation, "installs", "exact"):
        return True
    operands = [word.text for word in invocation.operands()]
    if invocation.program not in _SYSTEM or not operands:
        return False
    if operands[0] in _FETCHING:
        return len(operands) == 1
    return operands[0] == "install" and all(map(is_beside, operands[1:]))


_FETCHING = ("update", "makecache", "check-update", "upgrade")


def _writes_outside(invocation: Invocation, effect: Effect) -> bool:
    """Whether what it makes goes to a file that is not of the project."""
    targets = [redirection.target for redirection in invocation.redirections if redirection.operator.startswith(">")]
    files = [file if isinstance(file, str) else file.text for file in (*effect.writes, *targets)]
    return any(file is None or file.startswith(("/", "~")) for file in files if file != "/dev/null")
