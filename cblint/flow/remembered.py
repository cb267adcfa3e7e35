"""What an item did before: begun with the same, the same tree ends the same and lets the same happen.

After a keystroke most items of a build are what they were, and those above it begin with what they began with. So a
tree (shell/trees.py) remembers how it ran last. What an item begins with is compared by value, and the nodes in it by
identity; what it has read of the repository is read again.
"""

from __future__ import annotations

from functools import lru_cache

from cblint.flow.core import Given, Limits
from cblint.flow.items import Beginning, ItemRun, run_item
from cblint.flow.layers import WORK, Layers, T
from cblint.flow.state import File, State, Variable
from cblint.records import NamedTuple
from cblint.shell.script import Script
from cblint.source.text import Piece

PATHS = 6
"""So many runs of a tree are remembered: a step runs on three paths, and a build with and without its scripts."""


class _Remembered(NamedTuple):
    """A run; ``read`` is what was asked of the repository, ``cost`` what it took of the limits.

    ``places`` are those of the text, where something that is told of the run holds some.
    """

    kept: State
    shell: str
    given: Given
    beginning: Beginning
    read: dict[str, File | None]
    cost: tuple[int, int]
    places: tuple[Piece, ...] | None
    exhausted: bool
    run: ItemRun


def run_again(script: Script, kept: State, shell: str, given: Given, beginning: Beginning, limits: Limits) -> ItemRun:
    """The run of an item from what the ones before have kept: as it was, where nothing that it depends on is new."""
    remembered: list[_Remembered] = script.known.setdefault(run_again, [])
    exhausted = limits.exhausted
    for each in sorted(remembered, key=lambda each: each.kept is not kept):  # what is the same is seen at once
        if each.exhausted == exhausted and _is_same(each, script, kept, shell, given, beginning):
            if exhausted:
                return each.run  # nothing is followed any more, so that there is nothing to count
            if limits.can_take(*each.cost):
                limits.spend(*each.cost)
                return each.run
    read: dict[str, File | None] = {}

    def reading(name: str) -> File | None:
        read[name] = given.files(name)
        return read[name]

    made, before = WORK.places, limits.spent
    run = run_item(script, kept, shell, given._replace(files=reading), beginning, limits)
    if limits.exhausted == exhausted:
        places = script.source.places if WORK.places != made else None
        cost = (limits.spent[0] - before[0], limits.spent[1] - before[1])
        told = given._replace(files=_none)  # what reads them knows the buildspec, which is not to be kept
        remembered.insert(0, _Remembered(kept, shell, told, beginning, read, cost, places, exhausted, run))
        del remembered[PATHS:]
    return run


def _none(_: str) -> File | None:
    return None


def _is_same(each: _Remembered, script: Script, kept: State, shell: str, given: Given, beginning: Beginning) -> bool:
    """Whether a run would be just that one; what is likely to differ is asked first."""
    return (
        each.shell == shell
        and each.beginning == beginning
        and (each.places is None or each.places == script.source.places)
        and _begins_alike(each.kept, kept)
        and each.given.kept == given.kept
        and each.given.programs is given.programs
        and _are_the_same(each.given.variables, given.variables)
        and all(given.files(name) == file for name, file in each.read.items())
    )


@lru_cache(maxsize=8)
def _are_the_same(first: Layers[Variable], second: Layers[Variable]) -> bool:
    """Whether two builds are given the same variables: all items of one ask this of all of another."""
    return _are_alike(first, second)


def _are_alike(first: Layers[T], second: Layers[T]) -> bool:
    return first is second or first.equals(second)


def _begins_alike(first: State, second: State) -> bool:
    """Whether an item finds the same in both: how the one before it ended is nothing to it."""
    if first is second:
        return True
    if not (
        _are_alike(first.variables, second.variables)
        and _are_alike(first.functions, second.functions)
        and _are_alike(first.files, second.files)
    ):
        return False
    return second == first._replace(
        variables=second.variables,
        functions=second.functions,
        files=second.files,
        code=second.code,
        succeeded=second.succeeded,
        cause=second.cause,
        failures=second.failures,
    )
