"""The name of a symbol was cut before what is not printable was written out in it, and so was too long."""

from __future__ import annotations

from cblint.lsp.symbols import LONGEST_NAME, symbols_of
from tests.helpers import commands
from tests.lsp_documents import document
from tests.test_lsp_symbols import every, hold


def test_it_is_cut() -> None:
    read = document(commands("make \ufeff" + "x" * LONGEST_NAME))
    hold(read)
    assert any("<U+FEFF>" in each.name for each in every(symbols_of(read)))
