"""A text as an editor has it, and what is in it: nothing of it needs to be on a disk, or to be valid."""

from __future__ import annotations

from functools import cached_property

from cblint.buildspec.model import Buildspec
from cblint.catalogue import Catalogue, built_in
from cblint.choices import catalogue_for, config_or_default
from cblint.config import Config, ConfigError
from cblint.engine import Subject
from cblint.flow import build_of
from cblint.flow.build import Build
from cblint.hiding import Hiding
from cblint.linter import Settings, place_of
from cblint.opening import NotBuildspec, Opened, opened
from cblint.report.secrets import secrets_of
from cblint.secrets.mask import Mask
from cblint.source.loader import TooComplex
from cblint.source.text import Lines
from cblint.suppress import MARK, Directive, Suppressions


class Document:
    """One version of a text; it is never changed.

    ``path`` is the file's, which need not exist. Offsets are those of ``text``, in code points.
    """

    def __init__(self, path: str, text: str, settings: Settings | None = None) -> None:
        self.path = path
        self.text = text
        self.settings = settings or Settings()
        self._builds: dict[int, Build] = {}
        self._secrets: dict[int, Mask] = {}

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
    def catalogue(self) -> Catalogue:
        """The rules that there are for the file, or the built-in ones where those of its owners cannot be read."""
        try:
            return catalogue_for(self.config, self.settings)
        except ConfigError:
            return built_in()

    @cached_property
    def directives(self) -> list[Directive]:
        """The comments in it that speak to cblint."""
        if MARK not in self.text or self.opened is None:
            return []
        return Suppressions(self.buildspecs, self.lines, self.catalogue, False, True).directives

    def build(self, buildspec: Buildspec) -> Build:
        """The build of one of its buildspecs on paper, without scripts of the repository; run once."""
        key = id(buildspec)
        if key not in self._builds:
            self._builds[key] = build_of(buildspec)
        return self._builds[key]

    def secrets(self, buildspec: Buildspec) -> Mask:
        """What is secret in the build of one of its buildspecs."""
        key = id(buildspec)
        if key not in self._secrets:
            self._secrets[key] = secrets_of(self.build(buildspec), self.hiding)
        return self._secrets[key]

    @cached_property
    def hiding(self) -> Hiding:
        """What of the text is secret, and shown nowhere."""
        return Hiding(self.text, self.subjects)
