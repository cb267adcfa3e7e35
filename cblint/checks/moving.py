"""Commands that give a variable a secret, and the entry of the buildspec that would do so in their place."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence as Several

from cblint.buildspec.model import Buildspec
from cblint.checks.edits import key_before, respelt, without_items
from cblint.finding import Edit
from cblint.records import NamedTuple
from cblint.shell.commands import Assignment, Pipeline
from cblint.shell.operands import pieces
from cblint.shell.syntax import CommandSubstitution, Word
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.checks.ways import Use
    from cblint.flow.steps import Step
    from cblint.shell.commands import Command

_PLAIN = r"[A-Za-z0-9/][A-Za-z0-9/_.+=@-]*(?::[A-Za-z0-9/_.+=@-]+)*"
"""What YAML reads as a text without quotes."""
_NUMBER = r"[0-9._+-]*"

Change = tuple[tuple[Edit, ...], tuple[Node, ...]]
"""Edits, and the nodes that they touch."""
NOTHING: Change = (), ()


class Moved(NamedTuple):
    """An item that does nothing but fill a variable, and what that would be under ``env``."""

    step: Step
    name: str
    section: str
    reference: str


def moves(buildspec: Buildspec, wanted: Several[Moved | None]) -> list[Change]:
    """For each item the edits that put an entry in its place; nothing where one of them is unclear."""
    lists: dict[int, tuple[Sequence, set[int]]] = {}
    for moved in wanted:
        commands = _commands(buildspec, moved) if moved is not None else None
        if moved is not None and commands is not None and isinstance(commands.value, Sequence):
            lists.setdefault(id(commands.value), (commands.value, set()))[1].add(moved.step.number)
    removed = {key: without_items(sequence, numbers) for key, (sequence, numbers) in lists.items()}
    return [_change(buildspec, moved, removed) if moved is not None else NOTHING for moved in wanted]


def filled_by(use: Use) -> Several[Command]:
    """The commands of the one pipeline whose output a variable takes, where an item does nothing else; else nothing."""
    node = use.event.node
    if not isinstance(node, Assignment) or use.event.standing is not None or not isinstance(node.value, Word):
        return ()
    if use.run.step.item.value.strip() not in (node.raw, f"export {node.raw}"):
        return ()
    parts = list(pieces(node.value))
    if len(parts) != 1 or not isinstance(parts[0], CommandSubstitution):
        return ()
    lists = parts[0].body.items
    pipelines: Several[Pipeline] = lists[0].pipelines if len(lists) == 1 else ()
    return pipelines[0].commands if len(pipelines) == 1 else ()


def _commands(buildspec: Buildspec, moved: Moved) -> Pair | None:
    return buildspec.get("phases", moved.step.phase, moved.step.key)


def _change(buildspec: Buildspec, moved: Moved, removed: dict[int, dict[int, tuple[Edit, ...]]]) -> Change:
    commands = _commands(buildspec, moved)
    gone = removed.get(id(commands.value), {}).get(moved.step.number, ()) if commands is not None else ()
    entry, holder = _entry(buildspec, moved)
    if commands is None or holder is None or not gone or not entry:
        return NOTHING
    return (*entry, *gone), (holder, commands.key)


def _entry(buildspec: Buildspec, moved: Moved) -> tuple[tuple[Edit, ...], Node | None]:
    """The edits that make the entry, and the key below which they do."""
    env = buildspec.get("env")
    if env is None or not isinstance(env.value, Mapping) or not env.value.pairs:
        return (), None
    section = env.value.get(moved.section)
    if section is None:
        entry = f'"{moved.name}"' if env.value.flow else moved.name
        value = f"{{{entry}: {_flow(moved.reference)}}}"
        return key_before(env.value, env.value.pairs[0], moved.section, value), env.key
    if not isinstance(section.value, Mapping) or not section.value.pairs:
        return (), None
    given = section.value.get(moved.name)
    if given is not None:
        return respelt(given.value if isinstance(given.value, Scalar) else None, moved.reference), section.key
    value = _flow(moved.reference) if section.value.flow else _quoted(moved)
    return key_before(section.value, section.value.pairs[0], moved.name, value), section.key


def _flow(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _quoted(moved: Moved) -> str:
    """The reference as YAML has it."""
    text = moved.reference
    is_plain = re.fullmatch(_PLAIN, text) is not None and re.fullmatch(_NUMBER, text) is None
    return text if is_plain else _flow(text)
