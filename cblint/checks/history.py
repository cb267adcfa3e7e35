"""Commands of git that need a repository, or more of its history than the build gets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint import expressions
from cblint.buildspec.environments import Environment, those
from cblint.buildspec.model import Buildspec
from cblint.checks.emptiness import asked_for, is_careful
from cblint.facts import table
from cblint.finding import Report
from cblint.flow import build_of
from cblint.flow.kinds import RAN
from cblint.flow.steps import SUCCEEDING
from cblint.records import NamedTuple
from cblint.shell.commands import Branch, SimpleCommand, Test
from cblint.shell.effects import called, called_at
from cblint.shell.query import Invocation, names_in
from cblint.shell.syntax import Node, Parameter, walk
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import StepRun
    from cblint.flow.events import Event

_NONE, _FULL, _UNKNOWN = 0, -1, -2
"""How much of the history a build gets, beside a number of commits: no repository, all of it, or that is not known."""
_BEHIND = expressions.lazy(r"(?:HEAD|@)(?P<steps>(?:~[0-9]*|\^)+)(?![0-9{\w])")
_ELSEWHERE = ("-C", "--git-dir", "--work-tree")
_SCRIPT_FOR_GIT = r"(?i)git|clone|fetch|checkout|source"
_GREATEST = 1_000_000


class _Command(NamedTuple):
    """A command of git in the source directory: how many commits before the last one it names.

    ``unseen``: where it fails, the build goes on another way without a word. ``deepened``: more may have been fetched.
    """

    invocation: Invocation
    subcommand: str
    steps: int
    unseen: bool
    deepened: bool


def git_history_unavailable(buildspec: Buildspec) -> Iterator[Report]:
    """A command of git runs where there is no repository, or not enough of its history."""
    if not any(invocation.program == "git" for invocation in buildspec.invocations(r"\bgit\b")):
        return
    depths = {id(each): _depth(each) for each in buildspec.environments}
    commands = list(_commands(buildspec))
    yield from _without_repository(buildspec, commands, depths)
    yield from _too_shallow(buildspec, commands, depths)
    if not depths or _UNKNOWN in depths.values():
        unseen = [each for each in commands if each.unseen and not each.deepened and _looks_back(each)]
        yield from _report("unseen", unseen, {})


def _depth(environment: Environment) -> int:
    source = environment.project.source if environment.project is not None else None
    if source is None:
        return _UNKNOWN
    facts = table("git")
    if source.type in facts["without-repository"]:
        return _NONE
    if source.type == "CODEPIPELINE":
        return {"CODE_ZIP": _NONE, "CODEBUILD_CLONE_REF": _FULL}.get(source.output_artifact_format or "", _UNKNOWN)
    depth = source.git_clone_depth
    if depth is None:
        return _FULL if source.type in facts["with-repository"] else _UNKNOWN
    return depth if 0 < depth <= facts["deepest"] else _FULL


def _without_repository(buildspec: Buildspec, commands: list[_Command], depths: dict[int, int]) -> Iterator[Report]:
    found = [each for each in buildspec.environments if depths[id(each)] == _NONE]
    if found:
        source = found[0].project.source if found[0].project is not None else None
        kind = source.type if source is not None else None
        fields = {"where": those(found, buildspec.environments), "why": _REASONS.get(kind or "", _REASONS["S3"])}
        yield from _report("no-repository", [each for each in commands if _needs(each, "needs-repository")], fields)


_REASONS = {
    "S3": "the source comes from Amazon S3 without one",
    "NO_SOURCE": "the project has no source",
    "CODEPIPELINE": "the pipeline passes the source on as a ZIP file without one",
}


def _too_shallow(buildspec: Buildspec, commands: list[_Command], depths: dict[int, int]) -> Iterator[Report]:
    commands = [each for each in commands if not each.deepened]
    found = [each for each in buildspec.environments if depths[id(each)] > 0]
    if not found:
        return
    depth = min(depths[id(each)] for each in found)
    commits = "the last commit" if depth == 1 else f"the last {depth} commits"
    fields = {"where": those(found, buildspec.environments), "commits": commits}
    yield from _report("depth", [each for each in commands if each.steps >= depth], fields)
    yield from _report("shallow", [each for each in commands if _needs(each, "needs-history")], fields)


def _report(variant: str, commands: list[_Command], fields: dict[str, str]) -> Iterator[Report]:
    if commands:
        first, *others = commands
        fields = {**fields, "command": called(first.invocation)}
        related = tuple(("again", called_at(other.invocation)) for other in others)
        yield Report(called_at(first.invocation), variant, fields, related)


def _needs(command: _Command, what: str) -> bool:
    unless = table("git")[what].get(command.subcommand)
    return unless is not None and not command.invocation.flags(*unless)


def _looks_back(command: _Command) -> bool:
    return command.steps > 0 or command.subcommand in ("describe", "merge-base")


# Commands of git


def _commands(buildspec: Buildspec) -> Iterator[_Command]:
    """The commands of git that run in the source directory, until one has made another repository."""
    careful = _careful(buildspec)
    deepened = False
    seen: set[int] = set()
    for run in build_of(buildspec).on(SUCCEEDING):
        handled = {id(hidden.command) for hidden in run.hidden if hidden.how == "or"}
        for event in run.events:
            if event.kind != RAN or event.state is None:
                continue
            for invocation in run.step.item.calls(event.node):
                subcommand = _subcommand(invocation)
                if _may_make(invocation, subcommand):
                    return
                is_new = id(event.node) not in seen and id(event.node) not in handled
                if subcommand and is_new and _is_here(invocation, event) and not _is_asked(run, event, careful):
                    yield _Command(invocation, subcommand, _steps(invocation), _is_unseen(invocation), deepened)
                deepened = deepened or subcommand in table("git")["deepening"]
            seen.add(id(event.node))


def _subcommand(invocation: Invocation) -> str:
    if invocation.program != "git":
        return ""
    return next((word.text or "" for word in invocation.operands()), "")


def _may_make(invocation: Invocation, subcommand: str) -> bool:
    """Whether there may be another repository then: it makes one, or is a script whose name says so."""
    if subcommand in table("git")["making"] or invocation.runs("gh", "repo", "clone"):
        return True
    name = (invocation.words[0].text or "").rpartition("/")[2]
    return invocation.is_path and invocation.program != "git" and re.search(_SCRIPT_FOR_GIT, name) is not None


def _is_here(invocation: Invocation, event: Event) -> bool:
    """Whether it runs in the source directory or below, on the repository that is there."""
    from cblint.flow.trace import directory  # with it comes the interpreter

    state = event.state
    place = directory(state.cwd) if state is not None else None
    if place is None or place.startswith(("/", "..")):
        return False
    is_told = any((word.text or word.raw).partition("=")[0] in _ELSEWHERE for word in invocation.arguments)
    return not is_told and state is not None and not state.variable("GIT_DIR").places


def _is_asked(run: StepRun, event: Event, careful: set[str]) -> bool:
    """Whether somebody has thought of its failing.

    A condition looks for the repository, or at what started the build, or an empty value is met.
    """
    if any(".git" in guard.condition.raw or "rev-parse" in guard.condition.raw for guard in event.guards):
        return True
    asked = {name for guard in event.guards for name in names_in(guard.condition)}
    if any(name.startswith("CODEBUILD_") for name in asked - {"CODEBUILD_BUILD_SUCCEEDING"}):
        return True
    for invocation in run.step.item.calls(event.node)[:1]:
        assignment = invocation.assignment
        return assignment is not None and assignment.name in careful
    return False


def _careful(buildspec: Buildspec) -> set[str]:
    """The variables that somewhere are given a default, or asked whether they are empty."""
    found: set[str] = set()
    for item in buildspec.shell_items:
        for node in walk(item.script):
            if isinstance(node, Parameter) and is_careful(node):
                found.add(node.name)
            elif isinstance(node, (SimpleCommand, Test)):
                found |= asked_for(node, names_in(node))
    return found


def _steps(invocation: Invocation) -> int:
    """How many commits before the last one the oldest lies that it names."""
    found = [match["steps"] for word in invocation.arguments for match in _BEHIND.finditer(word.raw)]
    return max(map(_counted, found), default=0)


def _counted(steps: str) -> int:
    numbers = [int(each[1:7] or "1") for each in re.findall(r"~[0-9]*|\^", steps)]
    return min(sum(numbers), _GREATEST)


def _is_unseen(invocation: Invocation) -> bool:
    """Whether the build goes another way where it fails: it is asked in a condition."""
    below: Node = invocation.node
    for node in invocation.above:
        if isinstance(node, Branch) and below is node.condition:
            return True
        below = node
    return False
