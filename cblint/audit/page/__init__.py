"""The report of an audit as one HTML page, which needs nothing beside it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

from cblint.audit.overview import Overview
from cblint.audit.page.data import blocks, tally_of
from cblint.audit.page.frame import document

_CHUNK = 1 << 16
"""Characters of the page that are given out at a time."""


def rendered(overview: Overview) -> Iterator[str]:
    """The document in chunks of some 64,000 characters, ASCII but for our own words, so that UTF-8 can hold it.

    Its beginning says how many findings there are, so they are read first, once, and wait in temporary files of about
    the size of the page. Raises OSError if there is no room for these.
    """
    with contextlib.ExitStack() as stack:
        index, details = (
            stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n", prefix="cblint-"))
            for _ in range(2)
        )
        tally = tally_of(overview)
        for block in blocks(overview.findings, tally):
            index.write(_element("index", block.filtered))
            details.writelines(_element("details", each) for each in block.details)
        yield from _joined(document(overview, tally, _pieces(index), _pieces(details)))


def _element(kind: str, data: str) -> str:
    return f'<script type="application/json" data-block="{kind}">{data}</script>\n'


def _pieces(file: IO[str]) -> Iterator[str]:
    file.seek(0)
    while piece := file.read(_CHUNK):
        yield piece


def _joined(pieces: Iterable[str]) -> Iterator[str]:
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield "".join(held)
            held, size = [], 0
    yield "".join(held)
