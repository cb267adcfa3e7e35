"""Stands for ``typing``, a thirtieth of a cold start: type checkers see the real one, and a run names for it.

docs/decisions/start-up.md has the measurement.
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any as Any
    from typing import AnyStr as AnyStr
    from typing import Concatenate as Concatenate
    from typing import Final as Final
    from typing import Generic as Generic
    from typing import NoReturn as NoReturn
    from typing import ParamSpec as ParamSpec
    from typing import Protocol as Protocol
    from typing import TypeAlias as TypeAlias
    from typing import TypeGuard as TypeGuard
    from typing import TypeVar as TypeVar
    from typing import cast as cast
else:
    # Annotations are never evaluated.
    Any = AnyStr = Concatenate = Final = NoReturn = TypeAlias = TypeGuard = None

    class Generic:
        """A base that can be given types."""

        __slots__ = ()

        def __class_getitem__(cls, of):
            return cls

    Protocol = Generic

    def TypeVar(name, **_):  # noqa: N802 - as typing has it
        """What is called so."""
        return name

    ParamSpec = TypeVar

    def cast(_, value):
        """The value."""
        return value
