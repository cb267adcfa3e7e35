"""What an audit found, as it is shown to people: the report page, the summary and the exports are made of it."""

from __future__ import annotations

from collections.abc import Iterable

from cblint.records import NamedTuple


class Point(NamedTuple):
    """A run, for the trend: its number, when it began (UTC, ``2026-11-27T17:30:00Z``), and what there was then.

    ``new`` and ``gone`` are findings that the run before, of the same repositories, had not or had.
    """

    run: int
    started: str
    repositories: int
    files: int
    errors: int
    warnings: int
    notes: int
    new: int
    gone: int


class Audited(NamedTuple):
    """A repository. ``url`` and ``web`` (a page for people, empty if unknown) are a stranger's words."""

    name: str
    url: str
    web: str
    branch: str
    commit: str
    files: int
    problems: tuple[str, ...] = ()
    """What could not be looked at, in sentences."""


class AuditedRule(NamedTuple):
    """A rule that has findings. ``why`` and ``fix`` are Markdown of our own, or of an own rule's author."""

    name: str
    code: str
    severity: str
    category: str
    summary: str
    why: str
    fix: str
    url: str


class Line(NamedTuple):
    """A line of a snippet, secrets hidden; ``start`` and ``end`` (code points from 0) bound what is marked in it."""

    number: int
    text: str
    start: int = 0
    end: int = 0


class Place(NamedTuple):
    """A step on the way to a finding, or a place beside it (``step`` 0). Line and column count from 1."""

    step: int
    message: str
    path: str
    line: int
    column: int


class Mend(NamedTuple):
    """How to mend a finding: ``safe`` if ``--fix`` does it without ``--unsafe-fixes``, and the lines that change."""

    title: str
    safe: bool
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class Found(NamedTuple):
    """A finding. ``repository`` and ``rule`` are places in the lists of ``Overview``, from 0.

    ``severity`` is the finding's own, which a configuration may have changed. ``since`` is the number of the run that
    saw it first, ``new`` whether that is this one and there was one before. ``suppressed`` is empty, or says by what.
    """

    repository: int
    rule: int
    severity: str
    path: str
    line: int
    column: int
    message: str
    detail: str
    where: str
    owners: tuple[str, ...]
    fingerprint: str
    since: int
    new: bool
    suppressed: str = ""
    snippet: tuple[Line, ...] = ()
    places: tuple[Place, ...] = ()
    fix: Mend | None = None


class Overview(NamedTuple):
    """A run of an audit. ``made`` is when (UTC, as in ``Point``); the last of ``trend`` is this run, as a whole.

    ``only`` says which findings are meant where that is not all, as ``what @acme/shop owns``; empty if it is all.
    """

    title: str
    version: str
    made: str
    trend: tuple[Point, ...]
    repositories: tuple[Audited, ...]
    rules: tuple[AuditedRule, ...]
    findings: Iterable[Found]
    only: str = ""
