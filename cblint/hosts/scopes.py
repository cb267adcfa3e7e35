"""The names of a program: where each is bound, and whether that is the only value that it ever has."""

from __future__ import annotations

from cblint.typing import Generic, TypeVar

Syntax = TypeVar("Syntax")

FARTHEST = 60
"""Scopes around a name that are looked through for it."""


class Binding(Generic[Syntax]):
    """The one value of a name, as it is written in ``scope``."""

    __slots__ = ("scope", "value")

    def __init__(self, value: Syntax, scope: Scope[Syntax]) -> None:
        self.value = value
        self.scope = scope


class Scope(Generic[Syntax]):
    """A part of a program that has names of its own. ``closed``: they are not seen by the parts in it."""

    __slots__ = ("_imports", "_names", "closed", "parent")

    def __init__(self, parent: Scope[Syntax] | None = None, closed: bool = False) -> None:
        self.parent = parent
        self.closed = closed
        self._names: dict[str, Syntax | None] = {}
        self._imports: dict[str, tuple[str, ...]] = {}

    def bind(self, name: str, value: Syntax | None) -> None:
        """A name gets a value; if it has had one, it has no longer one that is known."""
        self._names[name] = None if name in self._names else value

    def bind_import(self, name: str, path: tuple[str, ...]) -> None:
        """A name is what a module calls ``path``."""
        self.bind(name, None)
        self._imports[name] = path

    def forget(self, name: str) -> None:
        """What a name stands for here is changed."""
        owner = self._owner(name)
        if owner is not None:
            owner._names[name] = None
            owner._imports.pop(name, None)

    def binding(self, name: str) -> Binding[Syntax] | None:
        """The one value of a name; None if it has another as well, or is not bound in the file."""
        owner = self._owner(name)
        value = owner._names[name] if owner is not None else None
        return Binding(value, owner) if value is not None and owner is not None else None

    def imported(self, name: str) -> tuple[str, ...]:
        """A name, written out as its module has it."""
        owner = self._owner(name)
        return owner._imports.get(name, (name,)) if owner is not None else (name,)

    def _owner(self, name: str) -> Scope[Syntax] | None:
        scope: Scope[Syntax] | None = self
        for _ in range(FARTHEST):
            if scope is None or (name in scope._names and (scope is self or not scope.closed)):
                return scope
            scope = scope.parent
        return None
