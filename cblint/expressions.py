"""Regular expressions that are compiled when they are first asked, and what is remembered of texts that are searched.

A run asks a third of those that it imports.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps

from cblint.typing import TYPE_CHECKING, Any, AnyStr, TypeVar, cast

Asks = TypeVar("Asks", bound=Callable[..., bool])

if TYPE_CHECKING:

    def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
        """``re.compile``, later."""
        ...

else:

    class lazy:  # noqa: N801 - to who calls it, it is a function
        """Stands for a compiled expression: a method is looked up once, and then the instance has it."""

        def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
            self.pattern = pattern
            self._flags = flags

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__") or name == "_compiled":
                raise AttributeError(name)
            compiled = self.__dict__.get("_compiled") or self.__dict__.setdefault(
                "_compiled", re.compile(self.pattern, self._flags)
            )
            found = getattr(compiled, name)
            self.__dict__[name] = found
            return found


@contextmanager
def postponed() -> Iterator[None]:
    """While a library is imported: what it compiles for itself is compiled when it is used, which may be never."""
    compiled = re.compile
    re.compile = lazy  # type: ignore[assignment]
    try:
        yield
    finally:
        re.compile = compiled


LONGEST_REMEMBERED = 4_000
"""Characters of a text of which it is remembered what was found in it: thousands of long ones would take much room."""


def remembered(ask: Asks) -> Asks:
    """Have a question about a text, the last that it is given, answered once where the text is short.

    Of each command of a file it is asked in several ways, and again after each keystroke.
    """
    answers = lru_cache(maxsize=8192)(ask)

    @wraps(ask)
    def answer(*given: str) -> bool:
        return (answers if len(given[-1]) <= LONGEST_REMEMBERED else ask)(*given)

    return cast("Asks", answer)
