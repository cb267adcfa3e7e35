"""Emacs with Eglot, set up as docs/editors.md says, with a buildspec in it."""

from __future__ import annotations

import os
import pathlib

import pytest

from tests.lsp.snippets import MISSPELT, Desk, program, titled

_DRIVER = os.path.join(os.path.dirname(__file__), "emacs.el")


def test_what_the_page_shows_works(tmp_path: pathlib.Path) -> None:
    emacs = program("emacs")
    desk = Desk(tmp_path, MISSPELT)
    settings = desk.put("settings.el", "\n".join(map(titled, ("Eglot", "Eglot: fix all"))))
    told = desk.run(emacs, "--batch", "-q", "--funcall", "package-initialize", "--load", _DRIVER, SETTINGS=settings)
    if "missing" in told:
        pytest.skip(f"{told['missing']} is not installed")
    assert "problem" not in told, told
    (finding,) = told["findings"]
    assert finding["line"] == 2
    assert finding["text"].startswith("cblint [unknown-key]: ")
    assert "commands" in str(told["hover"]["contents"])
    assert told["text"] == MISSPELT.replace("phasess", "phases") + "artifacts:"
