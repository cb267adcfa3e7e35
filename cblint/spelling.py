"""Did you mean: the name among some that a misspelt one was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 60
"""Characters of a name that can be a misspelt one; the time for a comparison grows with the square."""


def distance(left: str, right: str) -> int:
    """Edits from one to the other: insert, delete, replace a character, swap two neighbours."""
    before: list[int] = []
    last = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and b == left[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """The one candidate that ``name`` is near to, case and separators counting nothing; None if there is none."""
    if len(name) > _LONGEST:
        return None
    own = plain(name)
    limit = max(1, len(own) // 4)
    found: set[tuple[int, int, str]] = set()
    for candidate in candidates if own else ():
        other = plain(candidate)
        # A difference in length needs as many edits: most candidates are out without a comparison.
        if abs(len(own) - len(other)) <= limit and (steps := distance(own, other)) <= limit:
            found.add((steps, distance(name, candidate), candidate))
    near = sorted(found)
    if not near or (len(near) > 1 and near[0][:2] == near[1][:2]):
        return None
    return near[0][2]


def alike(left: str, right: str) -> bool:
    """Whether two names differ in case and separators only."""
    return plain(left) == plain(right)


def plain(name: str) -> str:
    """The name without what people mix up: case and separators."""
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def suggestion(name: str, candidates: Iterable[str]) -> str:
    """`` Did you mean "x"?`` with its leading blank, or nothing."""
    found = closest(name, candidates)
    return f' Did you mean "{found}"?' if found else ""
