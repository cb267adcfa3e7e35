"""Trees of commands that outlive the file that they were read in: most commands of the next one are the same.

A tree depends on the characters of its command alone, but for its places, which it has from its text. So it is lent:
to one command at a time, at whose place it then stands, and until that is done with. What is worked out of a tree is
kept with it, and goes with it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import wraps

from cblint.records import NamedTuple
from cblint.source.text import Movable, Text
from cblint.typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from cblint.shell.script import Script

T = TypeVar("T")

ROOM = 100_000
"""Characters of all the trees that are kept: those of a few files of 500 lines."""
_AT_LEAST = 100
"""Characters that a tree counts beside its own: what is worked out of one is much, also of a short one."""


def of_tree(ask: Callable[[Script], T]) -> Callable[[Script], T]:
    """Have the answer to a question about a tree kept with it.

    It must not depend on anything else, nor be changed, nor hold places of the file: nodes, that know theirs.
    """

    @wraps(ask)
    def answer(script: Script) -> T:
        return answer_of(script, ask)

    return answer


def answer_of(script: Script, ask: Callable[[Script], T]) -> T:
    """The same of a question whose module is imported where trees may not be."""
    known = script.known
    if ask not in known:
        known[ask] = ask(script)
    found: T = known[ask]
    return found


class _Idle(NamedTuple):
    """A tree that nobody has, and where it stood last."""

    place: int
    script: Script


class Trees:
    """The trees that nobody has at the moment, by their command; those given back last are kept longest."""

    def __init__(self, room: int = ROOM) -> None:
        self.room = room
        self._idle: dict[str, list[_Idle]] = {}
        self._size = 0

    def lend(self, text: Text) -> Script:
        """A tree of a command, for its borrower alone."""
        # Taken out first: whoever else comes meanwhile finds nothing, and reads the command for himself.
        idle = self._idle.pop(text.value, None)
        if idle is None:
            from cblint.shell.parser import parse  # what is kept of trees is asked by modules that need none

            return parse(Movable(text))
        self._size -= _size(idle)
        script = idle.pop(_nearest(idle, text.about)).script
        if idle:
            self._keep(text.value, idle)
        source = script.source
        assert isinstance(source, Movable)
        source.move(text)
        return script

    def take_back(self, script: Script) -> None:
        """Keep a tree of ours for the next one; whoever had it does not ask for places any more."""
        source = script.source
        if not isinstance(source, Movable):
            return
        value, place = source.value, source.about
        source.move(Text.of(value))  # it holds on to no file
        idle = self._idle.pop(value, [])
        self._size -= _size(idle)
        idle.insert(bisect_right(idle, place, key=_place), _Idle(place, script))
        self._keep(value, idle)
        while self._size > self.room:
            oldest = self._idle.pop(next(iter(self._idle)))
            self._size -= _size(oldest)
            for _, each in oldest:
                each.known.clear()  # its nodes may still be remembered: what was worked out of it is much more

    def _keep(self, value: str, idle: list[_Idle]) -> None:
        self._idle[value] = idle
        self._size += _size(idle)


def _size(idle: list[_Idle]) -> int:
    return len(idle) * (len(idle[0].script.source) + _AT_LEAST) if idle else 0


def _place(idle: _Idle) -> int:
    return idle.place


def _nearest(idle: list[_Idle], place: int) -> int:
    """Which of several trees of a command stood nearest to a place: what it did there is what it may do again."""
    after = min(bisect_right(idle, place, key=_place), len(idle) - 1)
    return after - 1 if after and place - idle[after - 1].place <= idle[after].place - place else after


TREES = Trees()
"""Those of this process."""
