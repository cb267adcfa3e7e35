"""A file as it stands in the editor: its text after each change, and the way from its name to one on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterable

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from cblint.linter import Settings
from cblint.lsp.document import Document
from cblint.lsp.positions import Positions
from cblint.source.text import Lines

_BOM = "\ufeff"
_ENDINGS = {"yaml": ".yml", "json": ".json", "terraform": ".tf", "markdown": ".md"}
"""What a text that has no name yet would be called, by its language."""


class Buffer:
    """One version of what an editor shows; a change makes another one.

    ``path`` is that of the file, which need not exist. A byte order mark that the editor has left in is no part of the
    ``text`` of the document, as in a file.
    """

    def __init__(self, uri: str, language: str, version: int, text: str, encoding: str, settings: Settings) -> None:
        self.uri = uri
        self.language = language
        self.version = version
        self.text = text
        self.encoding = encoding
        self.document = Document(path_of(uri, language), text.removeprefix(_BOM), settings)
        marks = len(text) - len(self.document.text)
        self.positions = Positions(Lines(text) if marks else self.document.lines, encoding, marks)

    @property
    def path(self) -> str:
        return self.document.path

    def changed(self, version: int, changes: Iterable[types.TextDocumentContentChangeEvent]) -> Buffer:
        """The version after changes, each of which is about the text that the one before it has left."""
        text = self.text
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                start, end = Positions(Lines(text), self.encoding).span(change.range)
                text = text[:start] + change.text + text[end:]
            else:
                text = change.text
        return Buffer(self.uri, self.language, version, text, self.encoding, self.document.settings)

    def with_settings(self, settings: Settings) -> Buffer:
        """The same text under other settings, and as if it had never been looked at."""
        return Buffer(self.uri, self.language, self.version, self.text, self.encoding, settings)


def path_of(uri: str, language: str) -> str:
    """The path of a file; of a text that has none yet, one in the current folder that nothing needs to have."""
    path = to_fs_path(uri) if uri.startswith("file:") else None
    return path or os.path.abspath(f"untitled{_ENDINGS.get(language, '')}")


def uri_of(path: str) -> str:
    """The URI of a file by its absolute path."""
    return from_fs_path(path) or ""
