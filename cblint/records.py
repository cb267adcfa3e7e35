"""Makes classes of named tuples in a tenth of the time that ``typing`` takes: they were a good part of a cold start.

Type checkers see the ``NamedTuple`` of ``typing``, and what is made here does as those do.
docs/decisions/start-up.md has the measurement.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType, MappingProxyType

from cblint.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    try:
        from _collections import _tuplegetter as _field
    except ImportError:  # another Python than CPython
        from operator import itemgetter

        def _field(index: int, doc: None) -> property:
            return property(itemgetter(index), doc=doc)

    _MAKERS: dict[int, FunctionType] = {}

    def _maker(count: int) -> FunctionType:
        """A ``__new__`` for so many fields, compiled once; a class puts the names of its own in."""
        if count not in _MAKERS:
            names = "".join(f"_{number}, " for number in range(count))
            code = f"lambda cls, {names}: new(cls, ({names}))"
            _MAKERS[count] = eval(code, {"new": tuple.__new__})  # noqa: S307 - nothing of a stranger's is in it
        return _MAKERS[count]

    class _Record(tuple):
        """What all named tuples do."""

        __slots__ = ()
        _fields: tuple[str, ...] = ()
        _field_defaults: Mapping[str, Any] = MappingProxyType({})

        @classmethod
        def _make(cls, values: Any) -> Any:
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"{cls.__name__} has {len(cls._fields)} fields, not {len(made)}")
            return made

        def _replace(self, /, **changes: Any) -> Any:
            made = tuple.__new__(type(self), map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"{type(self).__name__} has no field {', '.join(changes)}")
            return made

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({fields})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

    class _Maker(type):
        """Makes a class of named tuples from a body with annotations and defaults."""

        def __new__(mcls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(mcls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body[field] for field in fields if field in body}
            maker = _maker(len(fields))
            code = maker.__code__.replace(co_varnames=("cls", *fields))
            new = FunctionType(code, maker.__globals__, "__new__", tuple(defaults.values()))
            new.__qualname__ = f"{name}.__new__"
            body.update(
                {field: _field(index, None) for index, field in enumerate(fields)},
                __new__=new,
                __slots__=(),
                __match_args__=fields,
                _fields=fields,
                _field_defaults=defaults,
            )
            return type(name, (_Record, *bases[1:]), body)

    class NamedTuple(metaclass=_Maker):
        """The base of a named tuple; none of its classes has it."""
