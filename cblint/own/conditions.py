"""Conditions of a ``match``: put together by ``all``, ``any`` and ``not``, and true, false or not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from cblint.flow.values import Maybe, negated

T = TypeVar("T")
Condition = Callable[[T], Maybe]
Steps = tuple[str | int, ...]
"""The way to a part of an entry, as in ``("match", "not", 0, "flag")``."""
Maker = Callable[[Any, Steps], Condition[T]]
"""Makes a condition of what stands behind its name. Raises Wrong."""

DEEPEST = 20
"""So deep may conditions nest: nobody understands more, and each level is a call."""


class Wrong(Exception):
    """An entry that cannot be used. ``steps`` lead to the place, ``str()`` is a sentence about it."""

    def __init__(self, steps: Steps, sentence: str) -> None:
        super().__init__(sentence)
        self.steps = steps


def every(answers: Iterable[Maybe]) -> Maybe:
    """Whether all hold."""
    found: Maybe = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            found = None
    return found


def some(answers: Iterable[Maybe]) -> Maybe:
    """Whether one holds."""
    return negated(every(map(negated, answers)))


def agreed(answers: Iterable[Maybe]) -> Maybe:
    """What all answers say; not known where they differ or there are none."""
    said = set(answers)
    return said.pop() if len(said) == 1 else None


def listed(value: Any) -> list[Any]:
    """The elements of a list; anything else is the only one."""
    return value if isinstance(value, list) else [value]


def condition_of(spec: Mapping[str, Any], steps: Steps, makers: Mapping[str, Maker[T]]) -> Condition[T]:
    """All that stands in a mapping, as one condition; ``makers`` know what is not ``all``, ``any`` or ``not``."""
    parts = [_part(name, value, (*steps, name), makers) for name, value in spec.items()]
    return lambda subject: every(part(subject) for part in parts)


def _part(name: str, value: Any, steps: Steps, makers: Mapping[str, Maker[T]]) -> Condition[T]:
    if name not in _TOGETHER:
        if name not in makers:
            raise Wrong(steps, f'"{name}" is not known here. Known: {", ".join([*makers, *_TOGETHER])}.')
        return makers[name](value, steps)
    if len(steps) > 2 * DEEPEST:
        raise Wrong(steps, f"conditions nest deeper than {DEEPEST}: split the rule in two")
    parts = [condition_of(each, (*steps, number), makers) for number, each in enumerate(listed(value))]
    together = _TOGETHER[name]
    return lambda subject: together(part(subject) for part in parts)


_TOGETHER: dict[str, Callable[[Iterable[Maybe]], Maybe]] = {
    "all": every,
    "any": some,
    "not": lambda answers: negated(some(answers)),
}
