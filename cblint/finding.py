"""What a rule says (Report), and what a user is told (Finding)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from cblint.records import NamedTuple
from cblint.source.text import Position, Span
from cblint.source.tree import Node
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.hosts.graph import Resource


class Severity(str, Enum):
    """How bad it is: certainly broken or a direct hole, very likely wrong, advice."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """The higher, the worse."""
        return _RANKS[self]


_RANKS = {Severity.NOTE: 0, Severity.WARNING: 1, Severity.ERROR: 2}


class Edit(NamedTuple):
    """Replace the characters at ``span`` (file offsets) by ``text``.

    ``within``: that is about the value of the scalar in which they stand, such as what a shell sees of a command. It is
    written in the style of the scalar then.
    """

    span: Span
    text: str
    within: bool = False


class Step(NamedTuple):
    """A place on the way to a defect; ``label`` names words of the rule's entry, ``fields`` fills them in."""

    label: str
    span: Span
    fields: Mapping[str, str] = MappingProxyType({})


class Elsewhere(NamedTuple):
    """A place in what a file of the repository defines, which may be another file than that of the finding."""

    label: str
    resource: Resource
    span: Span


class Report(NamedTuple):
    """A rule's answer in terms of the file: no lines, no words. The rule's entry holds the words.

    ``variant`` names one of the entry's variants, ``fields`` fills in its message, ``related`` pairs a label of
    the entry with a place. ``steps`` is the way to the defect, in the order of the build: it ends at ``span``, whether
    its last step says so, in words of its own, or not. Labels without fields of their own are filled in by ``fields``
    as well. ``safe`` can only lower what the entry says of its fix. ``about`` is the node that the
    finding names as its place, where that is not the innermost one at the span. ``touched`` are further nodes that the
    edits change. ``elsewhere`` are further related places, which may stand in other files.
    """

    span: Span
    variant: str
    fields: Mapping[str, str] = MappingProxyType({})
    related: tuple[tuple[str, Span], ...] = ()
    edits: tuple[Edit, ...] = ()
    safe: bool = True
    about: Node | None = None
    touched: tuple[Node, ...] = ()
    steps: tuple[Step, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()


class Related(NamedTuple):
    """Another place that belongs to a finding.

    ``step`` is its number, from 1, on the way to the finding; 0 for a place that is not on one.
    """

    message: str
    path: str
    start: Position
    end: Position
    step: int = 0


class PlacedEdit(NamedTuple):
    """An edit with the positions that the outputs show; ``span`` is the same in file offsets."""

    start: Position
    end: Position
    text: str
    span: Span


class ValueChange(NamedTuple):
    """A change of a value in what a file of another format defines.

    ``number`` counts the file's definitions, ``path`` leads to the value in one (mending.py); ``start`` and ``end`` are
    offsets into it.
    """

    number: int
    path: str
    start: int
    end: int
    text: str


class Fix(NamedTuple):
    """How to mend a finding; ``safe`` as the rule's entry defines it.

    ``places`` are those, beside that of the finding, where it may change the data of the file. ``withheld``: its texts
    hold a secret, so that it can be made but not be shown. ``changes`` is what becomes of values in a file of another
    format than YAML's: it is found out by reading that once more with which edits they do.
    """

    safe: bool
    title: str
    edits: tuple[PlacedEdit, ...]
    places: tuple[str, ...] = ()
    withheld: bool = False
    changes: tuple[ValueChange, ...] = ()


BASELINE, UNCHANGED = "baseline", "unchanged"
"""Why a finding is left out: the baseline has it, or nothing of it has changed since a revision."""


class Finding(NamedTuple):
    """A defect in a file. ``path`` is relative to the repository root; ``end`` is one past the last character."""

    rule: str
    code: str
    severity: Severity
    confidence: str
    category: str
    message: str
    """One sentence that stands by itself."""
    detail: str
    """What follows from it and what to do; may be empty."""
    path: str
    start: Position
    end: Position
    where: str
    span: Span
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    suppressed: str | None = None
    """The reason given in the comment that suppresses the finding ("" if none), None if it is not suppressed."""
    steps: tuple[Related, ...] = ()
    """The way to the finding, which is itself the last step. Of a long one those in the middle are missing: the numbers
    tell."""
    left_out: str = ""
    """BASELINE or UNCHANGED if that is why nobody is told of it now."""

    @property
    def is_open(self) -> bool:
        """Whether somebody is to be told of it."""
        return self.suppressed is None and not self.left_out
