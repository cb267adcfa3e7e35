"""A mapping that is never changed: a new one shares what it has with the one that it was made from."""

from __future__ import annotations

from _thread import _local  # that of threading, without what starts threads
from collections.abc import Callable, Iterator, Mapping

from cblint.typing import Generic, TypeVar

T = TypeVar("T")


class Work(_local):
    """What was done so far: how many names were looked at to join mappings, how many places of commands were told."""

    names = 0
    places = 0


WORK = Work()


class Layers(Generic[T]):
    """Names and what they stand for; ``default`` is what all others stand for.

    Held in layers, the newest first, each more than twice as large as the one above it: to set a name and to look one
    up cost the logarithm of the size, and to join two costs what they differ in. (A build can set twenty thousand
    variables, and fork as often.)
    """

    __slots__ = ("_layers", "default")

    def __init__(self, default: T, layers: tuple[Mapping[str, T], ...] = ()) -> None:
        self.default = default
        self._layers = layers

    def get(self, name: str) -> T:
        """What a name stands for."""
        for layer in self._layers:
            if name in layer:
                return layer[name]
        return self.default

    def set(self, name: str, value: T) -> Layers[T]:
        """The same with one name changed."""
        return self.update({name: value})

    def update(self, changes: Mapping[str, T]) -> Layers[T]:
        """The same with some names changed."""
        if not changes:
            return self
        layers = self._layers
        count = 0
        top = changes
        while count < len(layers) and len(layers[count]) <= 2 * len(top):
            top = {**layers[count], **top}
            count += 1
        return Layers(self.default, (top, *layers[count:]))

    def names(self) -> Iterator[str]:
        """All that were ever set, in the order in which they were, newest layer last."""
        seen: set[str] = set()
        for layer in reversed(self._layers):
            for name in layer:
                if name not in seen:
                    seen.add(name)
                    yield name

    def equals(self, other: Layers[T]) -> bool:
        """Whether all names stand for the same in both."""
        if self.default != other.default:
            return False
        mine, theirs = self._apart(other)
        if mine == theirs:
            return True
        # Without a list of the names: one is mostly different, and set last.
        return all(self.get(name) == other.get(name) for layer in (*mine, *theirs) for name in layer)

    def differing(self, other: Layers[T]) -> Iterator[str]:
        """The names that are not in layers which both share."""
        mine, theirs = self._apart(other)
        yield from dict.fromkeys(name for layer in (*mine, *theirs) for name in layer)

    def _apart(self, other: Layers[T]) -> tuple[tuple[Mapping[str, T], ...], tuple[Mapping[str, T], ...]]:
        """The layers of each that both do not share."""
        mine, theirs = self._layers, other._layers
        while mine and theirs and mine[-1] is theirs[-1]:
            mine, theirs = mine[:-1], theirs[:-1]
        return mine, theirs

    def join(self, other: Layers[T], merge: Callable[[T, T], T]) -> Layers[T]:
        """One of both."""
        if self._layers == () == other._layers or self is other:
            return self if self.default == other.default else Layers(merge(self.default, other.default))
        if self.default != other.default:
            names = {*self.names(), *other.names()}
            merged = {name: merge(self.get(name), other.get(name)) for name in names}
            WORK.names += len(merged)
            return Layers(merge(self.default, other.default), (merged,))
        changes = {}
        for name in self.differing(other):
            WORK.names += 1
            first, second = self.get(name), other.get(name)
            if first is not second and first != second:
                changes[name] = merge(first, second)
        return self.update(changes)
