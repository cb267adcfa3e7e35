"""As if nothing had been remembered: without what a process keeps of texts that it has seen."""

from __future__ import annotations

import functools
import gc
from collections.abc import Iterator
from contextlib import contextmanager

from cblint.source import remembered

_OF_TEXTS = 10_000
"""What keeps no more than so many answers keeps those about texts; tables of facts have no bound."""


@functools.cache
def _caches() -> tuple[functools._lru_cache_wrapper[object], ...]:
    """The caches of all modules that are loaded."""
    return tuple(
        each
        for each in gc.get_objects()
        if isinstance(each, functools._lru_cache_wrapper)
        and getattr(each, "__module__", "").startswith("cblint")
        and (each.cache_parameters()["maxsize"] or _OF_TEXTS) < _OF_TEXTS
    )


@contextmanager
def fresh() -> Iterator[None]:
    """What is done meanwhile begins without what was remembered before."""
    remembered.forget()
    for each in _caches():
        each.cache_clear()
    yield
