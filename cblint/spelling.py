"""Did you mean: the name among some that a misspelt one was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from cblint.wording import enumerated

_LONGEST = 60
"""Characters of a name that can be a misspelt one; the time for a comparison grows with the square."""

_CHOICES = 4
"""Names that someone who typed another is asked about, at most."""


@lru_cache(maxsize=8192)
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
    found = _nearest(name, candidates)
    return found[0] if len(found) == 1 else None


def _nearest(name: str, candidates: Iterable[str]) -> list[str]:
    """The candidates that ``name`` is near to, none nearer than the other."""
    if len(name) > _LONGEST:
        return []
    own = plain(name)
    limit = max(1, len(own) // 4)
    letters = set(own)
    found: set[tuple[int, int, str]] = set()
    for candidate in candidates if own else ():
        other = plain(candidate)
        # A difference in length needs as many edits, and each can do away with two letters that only one has: most
        # candidates are out without a comparison.
        if abs(len(own) - len(other)) > limit or len(letters.symmetric_difference(other)) > 2 * limit:
            continue
        if (steps := distance(own, other)) <= limit:
            found.add((steps, distance(name, candidate), candidate))
    near = sorted(found)
    return [candidate for *steps, candidate in near if steps == list(near[0][:2])]


def alike(left: str, right: str) -> bool:
    """Whether two names differ in case and separators only."""
    return plain(left) == plain(right)


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """The name without what people mix up: case and separators."""
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def suggestion(name: str, candidates: Iterable[str]) -> str:
    """`` Did you mean "x"?`` with its leading blank, or nothing."""
    found = closest(name, candidates)
    return _asked([found] if found else [])


def hint(name: str, candidates: Iterable[str]) -> str:
    """`` Did you mean "x" or "y"?`` of a name that someone typed, or nothing: the nearest, or what begins with it.

    Who typed it can choose between some, and may have left the end away.
    """
    known = list(dict.fromkeys(candidates))
    own = plain(name)
    found = _nearest(name, known) or [each for each in known if own and plain(each).startswith(own)]
    return _asked(found if len(found) <= _CHOICES else [])


def _asked(found: list[str]) -> str:
    names = enumerated([f'"{name}"' for name in found], "or")
    return f" Did you mean {names}?" if found else ""
