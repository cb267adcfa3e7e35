"""Which commands run before others, in the order of a build in which all goes well."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import lru_cache

from cblint.buildspec.model import Buildspec
from cblint.flow.values import Maybe
from cblint.own.calls import Call, all_seen, calls_of
from cblint.own.conditions import Condition
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.events import Guard

LOOKED_AT = 50
"""So many commands are looked at before one, or behind it, to find the one that always runs with it."""


class Order:
    """Where commands that an entry asks for run, in the order of a build in which all goes well."""

    def __init__(self, condition: Condition[Call]) -> None:
        self._found = lru_cache(maxsize=1)(lambda buildspec: _Found(condition, buildspec))

    def precedes(self, call: Call) -> Maybe:
        """Whether one of them has run each time that ``call`` does."""
        found: _Found = self._found(call.buildspec)
        number = bisect_left(found.places, call.place) if call.place is not None else None
        return found.among(slice(0, number), call)

    def follows(self, call: Call) -> Maybe:
        """Whether one of them runs each time that ``call`` has."""
        found: _Found = self._found(call.buildspec)
        number = bisect_right(found.places, call.place) if call.place is not None else None
        return found.among(slice(number, None), call)


class _Found:
    """Those commands of a buildspec, and those of which nobody knows whether they are such, by their places."""

    def __init__(self, condition: Condition[Call], buildspec: Buildspec) -> None:
        answers = [(condition(call), call) for call in calls_of(buildspec)]
        possible = [(call.place, answer, call) for answer, call in answers if answer is not False]
        placed = [(place, answer, call) for place, answer, call in possible if place is not None]
        placed.sort(key=lambda each: each[0])
        self.places = [place for place, _, _ in placed]
        self._calls = [(answer, call) for _, answer, call in placed]
        self._may_be_more = len(placed) < len(possible) or not all_seen(buildspec)

    def among(self, part: slice, asked: Call) -> Maybe:
        """Whether one of these runs on every way on which ``asked`` does."""
        calls = self._calls[part]
        if asked.place is not None:
            guards = _guards(asked)
            # The nearest and the first tell: more would take the product of both.
            looked_at = [*calls[:LOOKED_AT], *calls[-LOOKED_AT:]]
            if any(answer and _guards(call) <= guards for answer, call in looked_at):
                return True
        return None if calls or self._may_be_more else False


def _guards(call: Call) -> frozenset[Guard]:
    return frozenset(guard for each in call.ran if each.place is not None for guard in each.event.guards)
