"""What is said of one version of a text, with the baseline of its configuration, as ``cblint check`` says it."""

from __future__ import annotations

import os

from cblint.baseline import BaselineError, Entry, compare, load, path_in, recoded
from cblint.catalogue import Rule
from cblint.choices import own_rules
from cblint.config import ConfigError
from cblint.hosts.discover import Candidate, git_root
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
    folder = os.path.dirname(os.path.abspath(result.baseline))
    entries, gone = _baseline(result.baseline, folder)
    # Only a file that has no entries may have those of another, which it was before it was renamed.
    some = entries.get(path_in(git_root(folder) or folder, result), gone)
    (left,) = compare([result], recoded(some, own), folder, [path]).files
    return left


@of_disk(4)
def _baseline(path: str, folder: str) -> tuple[dict[str, list[Entry]], list[Entry]]:
    """The entries of a baseline by their paths, and those of files that are not there: it can be that of thousands."""
    entries: dict[str, list[Entry]] = {}
    for entry in load(path, False):
        entries.setdefault(entry.path, []).append(entry)
    root = git_root(folder) or folder
    gone = (some for path, some in entries.items() if not os.path.lexists(os.path.join(root, path)))
    return entries, [entry for some in gone for entry in some]
