"""Regular expressions that are compiled when they are first asked: a run asks a third of those that it imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from cblint.typing import TYPE_CHECKING, Any, AnyStr

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
