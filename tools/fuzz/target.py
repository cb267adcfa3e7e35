"""What is fuzzed: functions of bytes that raise where something is wrong, and what their inputs are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Target(NamedTuple):
    """One function of bytes.

    ``run`` raises where what comes of its input is wrong; whatever it depends on, it begins anew each time. Inputs are
    mutations of ``seeds``; without any they are bytes at random, from which ``run`` draws what it needs.
    ``quick`` is how many executions stand in `make test` (none where its tests draw from the same), and ``seconds``
    what one may take of a processor.
    """

    name: str
    about: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]] = tuple
    quick: int = 100
    seconds: float = 1.0
