"""A text as an editor has it, and what is in it: nothing of it needs to be on a disk, or to be valid."""

from __future__ import annotations

from functools import cached_property

from cblint.buildspec.model import Buildspec
from cblint.choices import config_or_default
from cblint.config import Config
from cblint.engine import Subject
from cblint.hiding import Hiding
from cblint.linter import Settings, place_of
from cblint.opening import NotBuildspec, Opened, opened
from cblint.source.loader import TooComplex
from cblint.source.text import Lines


class Document:
    """One version of a text; it is never changed.

    ``path`` is the file's, which need not exist. Offsets are those of ``text``, in code points.
    """

    def __init__(self, path: str, text: str, settings: Settings | None = None) -> None:
        self.path = path
        self.text = text
        self.settings = settings or Settings()

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.text)

    @cached_property
    def config(self) -> Config:
        """The configuration of the file, or the default where that is broken."""
        return config_or_default(self.path, self.settings)

    @cached_property
    def opened(self) -> Opened | None:
        """What the text holds; None if nothing for cblint. Of a text that breaks off, it is what stands before that."""
        try:
            return opened(self.text, place_of(self.path), self.config)
        except (NotBuildspec, TooComplex):
            return None

    @property
    def buildspecs(self) -> list[Buildspec]:
        """The buildspecs in it, in their order."""
        return self.opened.buildspecs if self.opened is not None else []

    @property
    def subjects(self) -> list[Subject]:
        """All that rules are run on: buildspecs, and definitions of other things."""
        return self.opened.subjects if self.opened is not None else []

    @cached_property
    def hiding(self) -> Hiding:
        """What of the text is secret, and shown nowhere."""
        return Hiding(self.text, self.subjects)
