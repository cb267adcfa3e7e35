"""Results as plain values, which any way of keeping them can write and read, and back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cblint.finding import Finding, Fix, PlacedEdit, Related, Severity, ValueChange
from cblint.linter import FileResult
from cblint.records import NamedTuple
from cblint.source.text import Position, Span
from cblint.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cblint.secrets.mask import Hidden


def values_of(file: FileResult) -> dict[str, Any]:
    """All of a result but what a run itself took; of fixes that hold a secret, only that there are some.

    Numbers, texts, None, and tuples, sets and dictionaries of such.
    """
    found = file._asdict()
    del found["spent"]
    found["findings"] = tuple(values_of_finding(finding) for finding in file.findings)
    found["hidden"] = {line: tuple(map(tuple, each)) for line, each in file.hidden.items()}
    return found


def file_of(values: Any) -> FileResult:
    """The result. Raises TypeError or ValueError for what are no values of one."""
    if type(values) is not dict or values.keys() != _SHAPES.keys():
        raise TypeError("these are not the fields of a result")
    for name, value in values.items():
        if not _has(value, _SHAPES[name]):
            raise TypeError(f"{name} is none of a result")
    found = FileResult(**values)
    if found.fail_on != "never":
        Severity(found.fail_on)
    return found._replace(
        findings=tuple(finding_of(each) for each in found.findings), hidden=hidden_of(found.hidden.items())
    )


def hidden_of(lines: Collection[tuple[int, Any]]) -> dict[int, tuple[Hidden, ...]]:
    """What is hidden in lines. Raises TypeError."""
    if not lines:
        return {}
    from cblint.secrets.mask import Hidden  # few files have a secret

    return {line: tuple(Hidden(*each) for each in hidden) for line, hidden in lines}


def values_of_finding(finding: Finding) -> tuple[Any, ...]:
    """A finding, in the order of its fields."""
    fix = finding.fix
    plain = finding._replace(
        severity=finding.severity.value,  # type: ignore[arg-type] # it is to be plain
        fix=fix._replace(edits=(), changes=()) if fix is not None and fix.withheld else fix,
    )
    return tuple(map(_plain, plain))


def finding_of(values: Any) -> Finding:
    """The finding; its tuples may have become lists. Raises TypeError or ValueError."""
    finding = Finding(*values)
    return finding._replace(
        severity=Severity(finding.severity),
        start=Position(*finding.start),
        end=Position(*finding.end),
        span=Span(*finding.span),
        related=tuple(_place(each) for each in finding.related),
        steps=tuple(_place(each) for each in finding.steps),
        fix=_fix(finding.fix) if finding.fix is not None else None,
    )


def _plain(value: object) -> object:
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


def _place(values: Any) -> Related:
    message, path, start, end, step = values
    return Related(message, path, Position(*start), Position(*end), step)


def _fix(values: Any) -> Fix:
    fix = Fix(*values)
    edits = tuple(
        PlacedEdit(Position(*start), Position(*end), text, Span(*span)) for start, end, text, span in fix.edits
    )
    changes = tuple(ValueChange(*each) for each in fix.changes)
    return fix._replace(edits=edits, places=tuple(fix.places), changes=changes)


# Shapes


class _Or(NamedTuple):
    """The shape of what is None, or else has another one."""

    shape: Any


_PLACE = (int, int)
_RELATED = (str, str, _PLACE, _PLACE, int)
_EDIT = (_PLACE, _PLACE, str, _PLACE)
_FIX = (bool, str, [_EDIT], [str], bool, [(int, str, int, int, str)])
_FINDING = (*[str] * 8, _PLACE, _PLACE, str, _PLACE, [_RELATED], _Or(_FIX), _Or(str), [_RELATED], str)
_TEXTS = ("path", "shown", "kind", "skipped", "fail_on", "baseline", "error", "target")
_SHAPES = {
    **dict.fromkeys(_TEXTS, str),
    **dict.fromkeys(("failed", "unread"), bool),
    "buildspecs": int,
    "findings": [_FINDING],
    "excerpts": {int: str},
    "hidden": {int: [(int, int, str)]},
    "ran": frozenset([str]),
    "crashes": [str],
    "line_hashes": {int: str},
}
"""Of all that ``values_of`` gives."""


def _has(value: Any, shape: Any) -> bool:
    """Whether a value has a shape: a type, that of each item of a tuple, or the one (in a list) of all its items.

    A set and a dictionary have that of their items likewise.
    """
    kind = type(shape)
    if kind is _Or:
        return value is None or _has(value, shape.shape)
    if kind is tuple:
        return type(value) is tuple and len(value) == len(shape) and _have(value, shape)
    if kind is list:
        (one,) = shape
        if type(one) is type:  # all at once: the rules that ran are many
            return type(value) is tuple and {*map(type, value)} <= {one}
        return type(value) is tuple and _have(value, shape * len(value))
    if kind is dict:
        return type(value) is dict and _has(tuple(value.items()), list(shape.items()))
    if kind is frozenset:
        return type(value) is frozenset and _has(tuple(value), list(shape))
    return type(value) is shape


def _have(values: tuple[Any, ...], shapes: Sequence[Any]) -> bool:
    for value, shape in zip(values, shapes, strict=True):
        if type(value) is not shape and not _has(value, shape):
            return False
    return True
