"""Comments that suppress a finding, written where they do just that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from cblint import expressions
from cblint.buildspec.model import Buildspec
from cblint.finding import Edit, Finding
from cblint.hosts.discover import Candidate
from cblint.hosts.reading import DOCUMENTS
from cblint.linter import lint_text
from cblint.lsp.document import Document
from cblint.records import NamedTuple
from cblint.shell.commands import SimpleCommand
from cblint.shell.syntax import walk as walk_command
from cblint.source.text import Span, line_end_of
from cblint.source.tree import Scalar, walk
from cblint.suppress import MARK, NO_REASON

_SLASHES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".java")
_WITHOUT = (".json",)
"""By the ending of a name: files with comments that ``//`` begins, and those that have none."""
_NAMES = expressions.lazy(rf"({MARK}[ \t]*ignore[ \t]*\[[^\[\]]*)\]")
_INDENTATION = expressions.lazy(r"[ \t]*")


class Suppression(NamedTuple):
    """A change of the text that suppresses a finding; ``reason`` is where the reason stands then, if one is written."""

    edit: Edit
    reason: Span | None


def on_its_line(document: Document, finding: Finding) -> Suppression | None:
    """A comment for the place of a finding; None where none can be written that suppresses it and does nothing else."""
    return _first(document, finding, _beside(document, finding))


def in_its_file(document: Document, finding: Finding) -> Suppression | None:
    """A comment for all that a rule has to say of the file."""
    return _first(document, finding, _atop(document, finding))


def _beside(document: Document, finding: Finding) -> Iterator[Suppression]:
    if document.path.lower().endswith(_WITHOUT):
        return
    lines, number = document.lines, finding.start.line
    # A text in a program has the comments of its own language.
    openings = ("//", "#") if document.path.lower().endswith(_SLASHES) else ("#",)
    for near in (number - 1, number):
        if near >= 1:
            start, _ = lines.span(near)
            for match in _NAMES.finditer(lines.line(near)):
                place = start + match.end(1)
                yield Suppression(Edit(Span(place, place), f", {finding.rule}"), None)
    start, end = lines.span(number)
    line = lines.line(number)
    before = lines.line(number - 1) if number > 1 else ""
    indentation = _INDENTATION.match(line)
    lead = indentation[0] if indentation else ""
    for opening in openings if not before.endswith("\\") else ():  # it would end there what goes on in the line
        yield _written(finding, start, f"{lead}{opening}", line_end_of(document.text))
    for opening in openings if line.strip() and not line.endswith("\\") else ():
        yield _written(finding, end, opening if line[-1:].isspace() else f" {opening}", "")


def _atop(document: Document, finding: Finding) -> Iterator[Suppression]:
    name, line_end = document.path.lower(), line_end_of(document.text)
    if name.endswith(DOCUMENTS):
        yield _written(finding, 0, "<!--", f" -->{line_end}", "ignore-file")
    elif not name.endswith(_WITHOUT):
        yield _written(finding, 0, "//" if name.endswith(_SLASHES) else "#", line_end, "ignore-file")


def _written(finding: Finding, place: int, opening: str, closing: str, kind: str = "ignore") -> Suppression:
    comment = f"{opening} {MARK} {kind}[{finding.rule}] -- "
    start = place + len(comment)
    reason = Span(start, start + len(NO_REASON))
    return Suppression(Edit(Span(place, place), f"{comment}{NO_REASON}{closing}"), reason)


def _first(document: Document, finding: Finding, found: Iterator[Suppression]) -> Suppression | None:
    """The first of several that suppresses the finding, and with which all else that is said stays as it was."""
    before = _said_as_it_is(document)
    for each in found:
        place, text = each.edit.span.start, each.edit.text
        new = document.text[:place] + text + document.text[place:]
        after = _said(document, new, Span(place, place + len(text)))
        gone = before - after
        is_silent = _as_key(finding) in gone and all(key[0] == finding.code for key in gone)
        if (
            is_silent
            and not after - before
            and _meant(document) == _meant(Document(document.path, new, document.settings))
        ):
            return each
    return None


@lru_cache(maxsize=2)
def _meant(document: Document) -> list[list[str]]:
    """What the buildspecs in a text say, and what their commands run: comments are no part of it."""
    return [list(_said_by(buildspec)) for buildspec in document.buildspecs]


def _said_by(buildspec: Buildspec) -> Iterator[str]:
    items = {id(item.node): item for item in buildspec.command_items}
    for node in walk(buildspec.root):
        if id(node) in items:
            yield from (each.raw for each in walk_command(items[id(node)].script) if isinstance(each, SimpleCommand))
        elif isinstance(node, Scalar):
            yield node.value


_Key = tuple[str, str, int, int]


def _as_key(finding: Finding) -> _Key:
    return finding.code, finding.message, *finding.span


@lru_cache(maxsize=1)
def _said_as_it_is(document: Document) -> Counter[_Key]:
    """Some editors ask for all actions of many findings at once."""
    return _said(document, document.text, Span(0, 0))


def _said(document: Document, text: str, inserted: Span) -> Counter[_Key]:
    """The open findings of a text, at the places that they had before something was inserted."""
    result = lint_text(text, Candidate(document.path, False), document.settings)
    longer = inserted.end - inserted.start
    found: list[_Key] = []
    for finding in result.findings:
        if finding.is_open:
            start, end = (each - longer if each >= inserted.end else each for each in finding.span)
            found.append((finding.code, finding.message, start, end))
    return Counter(found)
