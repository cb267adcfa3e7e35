"""Comments that suppress a finding, written where they do just that."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from cblint.finding import Edit, Finding
from cblint.hosts.discover import Candidate
from cblint.linter import lint_text
from cblint.lsp.document import Document
from cblint.source.text import Span, line_end_of
from cblint.suppress import NO_REASON

_SLASHES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".java")
_WITHOUT = (".json",)
"""By the ending of a name: files with comments that ``//`` begins, and those that have none."""
_NAMES = re.compile(r"(cblint:[ \t]*ignore[ \t]*\[[^\[\]]*)\]")
_INDENTATION = re.compile(r"[ \t]*")


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
    for near in (number - 1, number):
        if near >= 1:
            start, _ = lines.span(near)
            for match in _NAMES.finditer(lines.line(near)):
                place = start + match.end(1)
                yield Suppression(Edit(Span(place, place), f", {finding.rule}"), None)
    start, end = lines.span(number)
    line = lines.line(number)
    before = lines.line(number - 1) if number > 1 else ""
    if not before.endswith("\\"):  # it would end there what goes on in the line
        indentation = _INDENTATION.match(line)
        yield _written(document, finding, start, indentation[0] if indentation else "", line_end_of(document.text))
    if line.strip() and not line.endswith("\\"):
        yield _written(document, finding, end, " " if not line[-1:].isspace() else "", "")


def _atop(document: Document, finding: Finding) -> Iterator[Suppression]:
    if not document.path.lower().endswith(_WITHOUT):
        yield _written(document, finding, 0, "", line_end_of(document.text), "ignore-file")


def _written(
    document: Document, finding: Finding, place: int, before: str, after: str, kind: str = "ignore"
) -> Suppression:
    name = document.path.lower()
    opening, closing = ("//", "") if name.endswith(_SLASHES) else ("#", "")
    if kind == "ignore-file" and os.path.splitext(name)[1] in (".md", ".markdown"):
        opening, closing = "<!--", " -->"
    comment = f"{before}{opening} cblint: {kind}[{finding.rule}] -- "
    reason = place + len(comment)
    return Suppression(
        Edit(Span(place, place), f"{comment}{NO_REASON}{closing}{after}"), Span(reason, reason + len(NO_REASON))
    )


def _first(document: Document, finding: Finding, found: Iterator[Suppression]) -> Suppression | None:
    """The first of several that suppresses the finding, and with which all else that is said stays as it was."""
    before = _said_as_it_is(document)
    for each in found:
        place, text = each.edit.span.start, each.edit.text
        new = document.text[:place] + text + document.text[place:]
        after = _said(document, new, Span(place, place + len(text)))
        gone = before - after
        if not after - before and gone and _as_key(finding) in gone and all(key[0] == finding.code for key in gone):
            return each
    return None


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
