"""Folders of the build container that are named by a path which only one build has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint import expressions
from cblint.buildspec.model import Buildspec, ShellItem, items, scalar
from cblint.checks.edits import of_all, replaced
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.records import NamedTuple
from cblint.shell.commands import HereDocument
from cblint.shell.effects import effect_of
from cblint.shell.query import Invocation
from cblint.shell.syntax import Literal, Node, SingleQuoted
from cblint.source.text import Span
from cblint.source.tree import Scalar

_FOLDER = expressions.lazy(
    r"(?a)(?<![\w$}/.*-])(?:/tmp)?/codebuild/output/"
    r"(?:src(?P<number>[0-9]+|Download)?(?P<source>/src)?|(?P<agent>tmp))(?![\w.*?\[-])"
)
_STEP = expressions.lazy(r"/([\w.@+-]+)")
_FURTHER = expressions.lazy(r"(?:/[\w.@+-]+){0,5}")
_SHOWING = frozenset({"echo", "printf"})
_VARIABLE = "$CODEBUILD_SRC_DIR"


class _Place(NamedTuple):
    """A path of CodeBuild's own in a text, what is to be said of it, and the edit that mends it, if one does."""

    path: str
    span: Span
    variant: str
    edits: tuple[Edit, ...] = ()


def hardcoded_source_directory(buildspec: Buildspec) -> Iterator[Report]:
    """A folder of CodeBuild's is named by its path: what can be mended is said of each command, the rest once."""
    is_only = "CODEBUILD_SRC_DIR_" not in buildspec.source
    found: list[_Place] = []
    for item in buildspec.shell_items:
        if "/codebuild/output/" in item.value and item.script.problem is None:
            here = list(_in_command(item, is_only))
            yield from _reports([place for place in here if place.variant == "source"])
            found += [place for place in here if place.variant != "source"]
    for value in _values(buildspec):
        found += [_place(match, value.text.span(*match.span())) for match in _FOLDER.finditer(value.value)]
    yield from _reports(found)


def _reports(found: list[_Place]) -> Iterator[Report]:
    for variant in dict.fromkeys(place.variant for place in found):
        first, *others = [place for place in found if place.variant == variant]
        edits = of_all(place.edits for place in (first, *others))
        related = tuple(("again", place.span) for place in others)
        yield Report(first.span, variant, {"path": first.path}, related, edits)


def _place(match: re.Match[str], span: Span, edits: tuple[Edit, ...] = ()) -> _Place:
    if match["agent"]:
        return _Place(match.group(), span, "agent")
    return _Place(match.group(), span, "source" if match["number"] else "without-number", edits)


# In commands


def _in_command(item: ShellItem, is_only: bool) -> Iterator[_Place]:
    shown = {id(word) for invocation in item.invocations if _only_shows(invocation) for word in invocation.node.words}
    stack: list[tuple[Node, bool]] = [(item.script, True)]
    while stack:
        node, expands = stack.pop()
        if id(node) in shown:
            continue
        if isinstance(node, HereDocument):
            expands = not node.quoted
        if isinstance(node, (Literal, SingleQuoted)):
            yield from _in_part(node, is_only and expands and isinstance(node, Literal) and not node.escaped)
        stack.extend((child, expands) for child in node.children()[::-1])


def _in_part(part: Literal | SingleQuoted, can_expand: bool) -> Iterator[_Place]:
    for match in _FOLDER.finditer(part.source.value, part.start, part.end):
        end = _end_of_source(part, match) if can_expand and match["number"] and match["source"] else None
        edits = (replaced(part.source.span(match.start(), end), _VARIABLE),) if end is not None else ()
        yield _place(match, part.source.span(*match.span()), edits)


def _end_of_source(part: Node, match: re.Match[str]) -> int | None:
    """Where the part of a path ends that the variable stands for; None if that is not known.

    A repository lies in a folder of its host and its name; several sources of S3 in a folder for each.
    """
    further = _FURTHER.match(part.source.value, match.end(), part.end)
    steps = _STEP.findall(further.group()) if further is not None else []
    if not steps or ("." not in steps[0] and steps[0] != "s3") or (len(steps) == 1 and steps[0] not in _hosts()):
        return match.end()
    behind = 3 if re.fullmatch(r"git-codecommit\.[\w-]+\.amazonaws\.com", steps[0]) else _hosts().get(steps[0])
    if behind is None or len(steps) <= behind:
        return None
    return match.end() + sum(len(step) + 1 for step in steps[: behind + 1])


def _hosts() -> dict[str, int]:
    hosts: dict[str, int] = table("directories")["repositories"]
    return hosts


def _only_shows(invocation: Invocation) -> bool:
    """Whether what it is given only stands in the log then."""
    effect = effect_of(invocation)
    shows = invocation.program in _SHOWING or (effect is not None and effect.does == "notify")
    return shows and not invocation.captured and invocation.piped_into is None and not invocation.redirections


# In values


def _values(buildspec: Buildspec) -> Iterator[Scalar]:
    """What CodeBuild itself takes for a path, and the values of variables.

    Files of artifacts that do not begin at the source root are a matter of artifact-path-escapes-root.
    """
    for variable in buildspec.variables:
        if variable.value is not None:
            yield variable.value
    for section in (*buildspec.artifacts(), *buildspec.reports()):
        folder = section.scalar("base-directory")
        if folder is not None:
            yield folder
    for group in buildspec.reports():
        yield from group.scalars("files")
    paths = buildspec.get("cache", "paths")
    for item in items(paths.value) if paths is not None else ():
        path = scalar(item)
        if path is not None:
            yield path
