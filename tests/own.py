"""Own rules for tests: entries in a folder, and what they say of a buildspec."""

from __future__ import annotations

import json
import pathlib
from typing import Any

from cblint.linter import Settings
from cblint.own.entries import WrongEntry, catalogue_with, entries
from tests.helpers import lint


def put(folder: pathlib.Path, *texts: str) -> str:
    """Write entries into a folder; its path."""
    for number, text in enumerate(texts):
        (folder / f"{number}.yml").write_text(text, encoding="utf-8")
    catalogue_with.cache_clear()  # type: ignore[attr-defined] # only that: what else is on the disk has not changed
    return str(folder)


def refused(folder: pathlib.Path, text: str) -> str:
    """What is said of an entry that is wrong, without the name of its file."""
    put(folder, text)
    path = str(folder / "0.yml")
    try:
        entries([path])
    except WrongEntry as error:
        (sentence,) = error.sentences
        return sentence[sentence.index("0.yml") + len("0.yml") :]
    raise AssertionError(f"it is taken: {text}")


def found(folder: pathlib.Path, text: str, match: Any, name: str = "buildspec.yml") -> list[str]:
    """The characters that a rule with this ``match`` points at in a text."""
    entry = json.dumps({"name": "x", "message": "It is wrong.", "match": match})
    path = put(folder, entry)
    result = lint(text, Settings(isolated=True, select=("x",), rules=(path,)), name)
    return [text[slice(*finding.span)] for finding in result.findings]


def said(folder: pathlib.Path, text: str, message: str, match: Any) -> list[str]:
    """What a rule with this message says."""
    path = put(folder, json.dumps({"name": "x", "message": message, "match": match}))
    result = lint(text, Settings(isolated=True, select=("x",), rules=(path,)))
    return [finding.message for finding in result.findings]
