"""The commands of a buildspec in the order in which they run; nothing is run."""

from __future__ import annotations

import re
from functools import lru_cache

from cblint.buildspec.model import PHASES, Buildspec, Section, ShellItem, items, scalar, written
from cblint.records import NamedTuple
from cblint.source.foreign import is_complete, is_known
from cblint.source.tree import Node

UNTOLD = "?"
"""In the place of what ``on-failure`` says, where only the deployment tells that."""
SUCCEEDING, FAILING, EITHER = "succeeding", "failing", "either"
"""Whether the build has gone well so far: ``either`` after a failure that ``on-failure: CONTINUE`` lets pass."""


class Step(NamedTuple):
    """A command of the buildspec: where it stands, and its tree. ``number`` is 0-based.

    ``alone``: it stands where the list of commands should.
    """

    phase: str
    key: str
    number: int
    item: ShellItem
    alone: bool = False

    @property
    def where(self) -> str:
        """The place in the buildspec, as findings give it."""
        place = f"phases.{self.phase}.{self.key}"
        return place if self.alone else f"{place}[{self.number}]"


class Phase(NamedTuple):
    """A phase: ``on_failure`` in capitals and without what follows RETRY; who runs it; its commands and ``finally``."""

    name: str
    on_failure: str
    user: str
    commands: list[Step]
    final: list[Step]


@lru_cache(maxsize=1)
def phases_of(buildspec: Buildspec) -> list[Phase]:
    """The phases in CodeBuild's order; one that is written twice is there twice."""
    return [_phase_of(buildspec, section) for section in _in_order(buildspec)]


def steps_of(buildspec: Buildspec) -> list[Step]:
    """The commands of all phases in the order in which they run, ``finally`` behind ``commands``."""
    return [step for phase in phases_of(buildspec) for step in (*phase.commands, *phase.final)]


def is_whole(buildspec: Buildspec) -> bool:
    """Whether all that stands under ``commands`` and ``finally`` is a command that the shell can read."""
    known = {id(item.node) for item in buildspec.shell_items if item.script.problem is None}
    return all(id(item.node.resolved) in known for commands in buildspec.command_lists for item in commands.items())


def _in_order(buildspec: Buildspec) -> list[Section]:
    return [section for name in PHASES for section in buildspec.phases() if section.name == name]


def _phase_of(buildspec: Buildspec, section: Section) -> Phase:
    on_failure = section.get("on-failure")
    users = [pair for pair in (section.get("run-as"), buildspec.get("run-as")) if pair is not None]
    found = next(filter(None, (written(pair.value) for pair in users)), None)
    return Phase(
        section.name,
        _on_failure(on_failure.value if on_failure is not None else None, section),
        found.value if found is not None else "root",
        _steps(buildspec, section, "commands"),
        _steps(buildspec, section, "finally"),
    )


def _on_failure(node: Node | None, phase: Section) -> str:
    """What ``on-failure`` says, in capitals and without what follows it.

    UNTOLD where that is not known.
    """
    value = scalar(node) if node is not None else None
    if value is not None:
        return re.sub(r"-.*", "", value.value.upper())
    return "" if (is_known(node) if node is not None else is_complete(phase.mapping)) else UNTOLD


def _steps(buildspec: Buildspec, section: Section, key: str) -> list[Step]:
    pair = section.get(key)
    if pair is None:
        return []
    alone = written(pair.value)
    if alone is not None:
        # Not what the documentation has, but such builds work; the syntax error behind it is not looked for.
        return [Step(section.name, key, 0, ShellItem(alone, key, 0), True)] if not buildspec.stream.problem else []
    known = {id(item.node): item for item in buildspec.shell_items}
    nodes: list[Node] = items(pair.value)
    steps = []
    for number, node in enumerate(nodes):
        value = written(node)
        item = known.get(id(value)) if value is not None else None
        if item is not None:
            steps.append(Step(section.name, key, number, item))
    return steps
