"""What is said of one version of a text, with the baseline of its configuration, as ``cblint check`` says it."""

from __future__ import annotations

import os

from cblint.baseline import BaselineError, Entry, compare, load, recoded
from cblint.catalogue import Rule
from cblint.choices import own_rules
from cblint.config import ConfigError
from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, lint_text
from cblint.lsp.document import Document
from cblint.source.remembered import of_disk


class Checked:
    """What is said of one version of a text, and the rules that are not built in.

    ``complaints`` are about the run, not about a place in the text: a broken configuration, an internal error.
    """

    __slots__ = ("complaints", "own", "result")

    def __init__(self, result: FileResult, own: tuple[Rule, ...] = (), complaints: tuple[str, ...] = ()) -> None:
        self.result = result
        self.own = own
        self.complaints = complaints


def check(document: Document) -> Checked:
    """All that there is to say of a text."""
    result = lint_text(document.text, Candidate(document.path, False), document.settings)
    complaints = [result.error] if result.error else []
    complaints += [f"internal error: {crash}. Please report it." for crash in result.crashes]
    try:
        own = own_rules([document.path], document.settings)
        if result.baseline and result.findings:
            result = _without_accepted(result, own, document.path)
    except (BaselineError, ConfigError) as error:
        complaints.append(str(error))
        own = ()
    return Checked(result, own, tuple(dict.fromkeys(complaints)))


def _without_accepted(result: FileResult, own: tuple[Rule, ...], path: str) -> FileResult:
    """The result, marked as left out what its baseline has. Raises BaselineError."""
    entries = recoded(_baseline(result.baseline), own)
    (left,) = compare([result], entries, os.path.dirname(os.path.abspath(result.baseline)), [path]).files
    return left


@of_disk(4)
def _baseline(path: str) -> list[Entry]:
    return load(path, False)
