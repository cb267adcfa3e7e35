"""What an own rule asks of a text: to be one of a list, to fit a pattern, to be a number within bounds."""

from __future__ import annotations

from cblint.buildspec.model import PHASES
from cblint.flow.values import Maybe, Value, negated
from cblint.own.conditions import Condition, Steps, Wrong, every, listed, some
from cblint.records import NamedTuple
from cblint.shell.operands import begins_to_fit
from cblint.source.text import HOLE
from cblint.source.tree import Scalar
from cblint.spelling import suggestion
from cblint.typing import Any


class Known(NamedTuple):
    """A text of which the beginning is known, or (``complete``) all of it."""

    start: str
    complete: bool = True

    @property
    def shown(self) -> str:
        """For people."""
        return self.start if self.complete else f"{self.start}…"


NOTHING = Known("", False)
"""A text of which nothing is known."""


def known_value(value: Value | None) -> Known:
    """What is known of a text of the build on paper."""
    return Known(value.start, value.text is not None) if value is not None else NOTHING


def known_scalar(node: Scalar) -> Known:
    """What is known of a scalar: what stands before that which only the deployment tells."""
    start, hole, _ = node.value.partition(HOLE)
    return NOTHING if node.open else Known(start, not hole)


def text_test(spec: Any, steps: Steps) -> Condition[Known]:
    """A text or a list of them (one of these), or a mapping of conditions of which all must hold. Raises Wrong."""
    if not isinstance(spec, dict):
        return _among([str(each) for each in listed(spec)])
    return _all([_test(name, value, (*steps, name)) for name, value in spec.items()])


def phase_test(spec: Any, steps: Steps) -> Condition[Known]:
    """The same of a phase, whose names are known: one that there is not would never hold. Raises Wrong."""
    texts = {name: listed(value) for name, value in spec.items()} if isinstance(spec, dict) else {"": listed(spec)}
    for name, values in texts.items():
        for value in values if name in ("", "in", "not-in") else ():
            if str(value) not in PHASES:
                raise Wrong(
                    (*steps, name) if name else steps,
                    f'"{value}" is no phase: there are {", ".join(PHASES)}.{suggestion(str(value), PHASES)}',
                )
    return text_test(spec, steps)


def _test(name: str, value: Any, steps: Steps) -> Condition[Known]:
    if name in ("more-than", "less-than"):
        return _compared(name, _number(value, steps))
    texts = [str(each) for each in listed(value)]
    if name in ("in", "not-in"):
        test = _among(texts)
    elif name == "in-any-case":
        lowered = _among([each.lower() for each in texts])
        return lambda text: lowered(Known(text.start.lower(), text.complete))
    else:
        test = _fitting(texts)
    return _opposite(test) if name.startswith("not-") else test


def _all(tests: list[Condition[Known]]) -> Condition[Known]:
    return lambda text: every(test(text) for test in tests)


def _opposite(test: Condition[Known]) -> Condition[Known]:
    return lambda text: negated(test(text))


def _among(texts: list[str]) -> Condition[Known]:
    allowed = frozenset(texts)

    def holds(text: Known) -> Maybe:
        if text.complete:
            return text.start in allowed
        return some(None if each.startswith(text.start) else False for each in allowed)

    return holds


def _fitting(patterns: list[str]) -> Condition[Known]:
    return lambda text: begins_to_fit(text.start, text.complete, patterns)


def _compared(name: str, bound: float) -> Condition[Known]:
    def holds(text: Known) -> Maybe:
        if not text.complete:
            return None
        try:
            number = float(text.start)
        except ValueError:
            return False
        return number > bound if name == "more-than" else number < bound

    return holds


def _number(value: Any, steps: Steps) -> float:
    try:
        return float(value)
    except ValueError:
        raise Wrong(steps, f'must be a number, not "{value}"') from None
