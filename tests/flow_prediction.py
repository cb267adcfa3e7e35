"""What is predicted of the items of a script, in the words that the oracle compares with the shells.

STUB: it knows nothing yet; it gives way to the adapter of cblint/flow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

STUB = True
"""Whether the predictions are empty ones."""
YES, MAYBE, NO = "yes", "maybe", "no"


class Variable(NamedTuple):
    """What the next item finds of a variable: ``value`` is what it is if it is set, None where that is unknown."""

    assigned: str
    value: str | None = None


class Prediction(NamedTuple):
    """What an item does; None is unknown.

    ``status`` is exact, ``succeeds`` says whether it is 0; ``variables`` are all that the items mention.
    """

    status: int | None
    succeeds: bool | None
    cwd: str | None
    variables: Mapping[str, Variable]


def predict(items: Sequence[str], shell: str, environment: Mapping[str, str] | None, root: str) -> list[Prediction]:
    """What each of the items does, run one after the other whatever their statuses.

    ``environment`` is all that the first of them finds, None if it is not known; ``root`` is the folder they begin in.
    """
    return [Prediction(None, None, None, {}) for _ in items]
