"""Programs that the build image has or lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from cblint.buildspec.environments import Environment, those
from cblint.buildspec.model import Buildspec, ShellItem, items, scalar
from cblint.checks.conditional import is_conditional
from cblint.checks.dependencies import installs_all
from cblint.facts import table
from cblint.facts.images import MACOS, WINDOWS, Image
from cblint.finding import Report
from cblint.flow.steps import steps_of
from cblint.shell.commands import Assignment, Function
from cblint.shell.effects import Effect, effect_of
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word, walk

_SYSTEM = ("apt-get", "apt", "yum", "dnf", "microdnf")
_LOCAL = ("npm", "yarn", "pnpm", "composer")
"""Package managers whose programs are not where a shell looks; those of Bundler may be."""
_TRANSPARENT = frozenset({"sudo", "env", "time", "timeout", "nice", "nohup", "exec", "command", "stdbuf", "setsid"})
"""Programs that run another one by the name that they are given."""


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
    projects = [name for project in buildspec.projects for name, _ in project.variables]
    if "PATH" in (*projects, *(variable.name for variable in buildspec.variables)):
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
    for step in steps_of(buildspec):
        if step.item.script.problem is not None:
            return
        for invocation in step.item.invocations:
            name = invocation.program
            is_plain = not invocation.is_path and _TRANSPARENT.issuperset(invocation.wrappers)
            if name in left and is_plain and not is_conditional(step.item, invocation):
                left.remove(name)
                yield _Use(invocation, [each for each in known if name in _absent(each.image)])
            bringing = _brings(invocation)
            if bringing is None:
                return
            # A package has the name of the program, or of what that belongs to: ansible for ansible-playbook.
            left -= {each for each in left for package in bringing if each.partition("-")[0] in package}


_BRINGS_NOTHING = frozenset(
    ("print", "query", "transform", "notify", "condition", "cleanup", "wait", "control", "login", "publish", "deploy")
) | frozenset(("destroy", "trigger", "serve", "scan", "wrap", "check", "test", "build", "package"))


def _brings(invocation: Invocation) -> list[str] | None:
    """The packages that a command installs, none of them for most; None where it may bring any program."""
    effect = effect_of(invocation)
    if effect is None or _writes_outside(invocation, effect):
        return None
    if invocation.program in table("packages")["harmless"]:
        return []
    if effect.does == "install":
        return _installed(invocation)
    if invocation.runs("docker", "run") and not invocation.flags("-v", "--volume", "--mount"):
        return []
    return [] if effect.does in _BRINGS_NOTHING and not effect.presumed else None


def _installed(invocation: Invocation) -> list[str] | None:
    if invocation.program in _LOCAL and installs_all(invocation, "installs", "exact"):
        return []
    operands = [word.text for word in invocation.operands()]
    if invocation.program not in _SYSTEM:
        return None
    if operands[:1] in (["update"], ["makecache"], ["check-update"], ["upgrade"]):
        return []
    packages = [text for text in operands[1:] if text is not None and not re.search(r"[/*]|\.(?:rpm|deb)$", text)]
    return packages if len(packages) == len(operands) - 1 and operands[0] == "install" else None


def _writes_outside(invocation: Invocation, effect: Effect) -> bool:
    """Whether what it makes goes to a file that is not of the project."""
    targets = [redirection.target for redirection in invocation.redirections if redirection.operator.startswith(">")]
    files = [file if isinstance(file, str) else file.text for file in (*effect.writes, *targets)]
    return any(file is None or file.startswith(("/", "~")) for file in files if file != "/dev/null")
