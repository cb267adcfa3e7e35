"""What happens while a build runs on paper, as rules ask for it."""

from __future__ import annotations

from cblint.flow.kinds import LOGGED, PASSED, STORED
from cblint.records import NamedTuple
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.state import Causes, State, Variable
    from cblint.flow.values import Value
    from cblint.shell.syntax import Node


GUARDS_KEPT = 40
"""How many conditions are remembered with an event, the innermost: ``a && b && …`` can have twenty thousand."""


class Guard(NamedTuple):
    """What something depends on: that ``condition`` succeeds, or that it fails."""

    condition: Node
    succeeds: bool


class Event(NamedTuple):
    """Something that happens, or may, each time that the node runs.

    ``name`` is the variable's, the command's, the function's, or the path; ``values`` are what is assigned or printed,
    or the words that run (``exact``: no others). ``guards`` are the conditions that it depends on and whose outcome is
    not known.
    """

    kind: str
    node: Node
    name: str
    values: tuple[Value, ...]
    exact: bool
    guards: tuple[Guard, ...]
    state: State | None = None
    variable: Variable | None = None
    standing: Node | None = None
    """The command of the file that runs the text in which the node stands, if it stands in one: that of ``eval``."""


class Hidden(NamedTuple):
    """A command whose failure is not seen by what follows.

    ``how``: ``sequence`` (the next command has a status of its own), ``or`` (the other side of ``||`` runs),
    ``condition`` (it was asked for), ``negation``, ``pipeline`` (only the last stage counts), ``background``,
    ``substitution`` (in the words of a command), ``declaration`` (``export X=$(…)``), ``open`` (the item ends in
    ``&&``, and the line behind it that would keep the status becomes part of the list). ``witness`` is what hides it.
    """

    command: Node
    how: str
    witness: Node


class Recorder:
    """Takes down what happens in an item."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.guards: list[Guard] = []
        self.hidden: dict[int, Hidden] = {}
        self.asked: set[int] = set()
        """The commands (by identity) whose status somebody looks at."""
        self.current: Node | None = None
        """The simple command that runs."""
        self.standing: Node | None = None
        """The command that runs the text in which that one stands, where it does not stand in the file itself."""

    def note(
        self,
        kind: str,
        node: Node,
        name: str,
        values: tuple[Value, ...] = (),
        exact: bool = True,
        state: State | None = None,
        variable: Variable | None = None,
    ) -> None:
        """Something happens."""
        self.events.append(
            Event(kind, node, name, values, exact, tuple(self.guards[-GUARDS_KEPT:]), state, variable, self.standing)
        )

    def overhear(self, other: Recorder, node: Node | None = None) -> None:
        """Where texts with labels have gone in something that was run to see that alone.

        ``node`` is the command that runs it, where it does not stand in the file itself.
        """
        for event in other.events:
            if event.kind in (LOGGED, STORED, PASSED):
                self.events.append(event._replace(standing=self.standing or event.standing or node))

    def hide(self, causes: Causes, how: str, witness: Node) -> None:
        """From here on nobody sees that they failed; what hides them first counts."""
        for node in causes.nodes():
            self.hidden.setdefault(id(node), Hidden(node, how, witness))

    def check(self, causes: Causes) -> None:
        """Somebody looks at the status."""
        self.asked.update(id(node) for node in causes.nodes())
