"""What goes between the parts of an audit, and between its processes: repositories to look at, and what was found."""

from __future__ import annotations

import hashlib

from cblint.audit.overview import AuditedRule
from cblint.audit.refs import Head
from cblint.linter import Settings
from cblint.records import NamedTuple

CLONE, BARE, FOLDER, ARCHIVE, ROWS, ADDRESS = "clone", "bare", "folder", "archive", "rows", "address"
"""Kinds of repositories: with a working tree, without one, without git, in an archive, in rows of a table, to clone."""


class Unit(NamedTuple):
    """A repository to look at.

    ``name`` is what it is known by from run to run, ``shown`` where it is, as somebody named it, ``path`` the same as
    an absolute path: of rows it is the database that holds them, under ``key``. ``url`` is where it comes from, if that
    is known, without anybody's password; the ``key`` of an address is itself. ``head`` is what a table says.
    """

    name: str
    kind: str
    shown: str
    path: str
    url: str = ""
    key: str = ""
    head: Head = Head("", "")


class Plan(NamedTuple):
    """What all repositories of a run are held to.

    ``program`` is the digest of cblint itself, ``meaning`` says all that decides what is found, ``revision`` what is
    looked at in git, empty for the working tree where there is one. ``clones`` is the folder for clones of addresses.
    ``seconds`` is the time that a file may take, ``memory`` the bytes that a process may have (0: as much as there is).
    """

    settings: Settings
    program: str
    meaning: str = ""
    revision: str = ""
    clones: str = ""
    seconds: float = 60.0
    memory: int = 0

    @property
    def basis(self) -> str:
        """The digest of all that decides what is found, beside the repository itself."""
        return hashlib.sha256(f"{self.program}\0{self.meaning}".encode("utf-8", "surrogatepass")).hexdigest()[:32]

    @property
    def asks_configuration(self) -> bool:
        """Whether the configuration of a repository counts."""
        return not self.settings.isolated and self.settings.config is None


class Before(NamedTuple):
    """What a former run knows of a file: the digest of what it held, and what its findings hang on beside that."""

    content: str
    answers: bytes


class Known(NamedTuple):
    """What a former run knows of a repository: ``state`` says what all of it was; its files by path."""

    state: str
    files: dict[str, Before]


class Task(NamedTuple):
    """A repository to look at.

    ``known`` is what a former run knows of it, ``rows`` are the files of one from a table, ``without`` those that are
    not to be looked at, and why not.
    """

    unit: Unit
    known: Known | None = None
    rows: tuple[tuple[str, bytes], ...] = ()
    without: dict[str, str] = {}  # noqa: RUF012 - never changed


class Told(NamedTuple):
    """A finding as the store keeps it; lines and columns count from 1, columns in code points.

    ``suppressed`` is empty or by what, ``fix`` is empty, ``safe`` or ``unsafe``.
    """

    fingerprint: str
    rule: str
    code: str
    severity: str
    confidence: str
    category: str
    message: str
    line: int
    column: int
    end_line: int
    end_column: int
    place: str
    suppressed: str
    reason: str
    fix: str


class Looked(NamedTuple):
    """A file that was looked at. ``content`` is the digest of what it holds, ``answers`` what else findings hang on.

    ``kept``: it was not linted, as it is what it was; the rest is empty then, but for its owners. ``skipped`` says, in
    words after its name, what of it was not looked at, ``record`` is all that there is to say of it (recorded.py).
    """

    path: str
    content: str
    owners: tuple[str, ...]
    kept: bool = False
    kind: str = ""
    buildspecs: int = 0
    skipped: str = ""
    fail_on: str = ""
    crashed: bool = False
    answers: bytes = b""
    record: bytes = b""
    findings: tuple[Told, ...] = ()


class Problem(NamedTuple):
    """What could not be looked at: a file of a repository, or without a path all of it. ``message`` is a sentence."""

    path: str
    message: str


class Visit(NamedTuple):
    """What became of a repository.

    ``same``: nothing of it has changed, and ``files`` is empty. ``failed``: it could not be looked at, and
    ``problems`` say why. ``whole``: what was found will be found again, as no file was given up. ``rules`` are those
    beside the built-in ones.
    """

    unit: Unit
    branch: str = ""
    commit: str = ""
    state: str = ""
    same: bool = False
    failed: bool = False
    whole: bool = True
    files: tuple[Looked, ...] = ()
    problems: tuple[Problem, ...] = ()
    rules: tuple[AuditedRule, ...] = ()


def storable(text: str) -> str:
    """The text as a database and UTF-8 can have it: names of files need be no UTF-8, and texts of JSON hold halves."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")
