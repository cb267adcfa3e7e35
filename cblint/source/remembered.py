"""What is remembered of the disk, and forgotten where a process lives long enough to see it change."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Found = TypeVar("Found")

_forgetting: list[Callable[[], None]] = []


def of_disk(most: int) -> Callable[[Callable[Given, Found]], Callable[Given, Found]]:
    """A function whose last answers, so many of them, are kept until ``forget``: they tell what is on the disk."""

    def kept(function: Callable[Given, Found]) -> Callable[Given, Found]:
        remembering = lru_cache(most)(function)
        _forgetting.append(remembering.cache_clear)
        return remembering  # type: ignore[return-value] # the stubs of lru_cache know no parameters

    return kept


def forget() -> None:
    """Look at the disk again."""
    for clear in _forgetting:
        clear()
