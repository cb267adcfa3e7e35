"""Commands put together with those that need what they set up: moved into one, or joined to a block."""

from __future__ import annotations

import re
from collections.abc import Sequence as Several

from cblint import expressions
from cblint.buildspec.model import Buildspec
from cblint.buildspec.shells import BASH
from cblint.checks.edits import NOTHING, Change, replaced, without_items
from cblint.checks.removing import list_item
from cblint.checks.stopping import first_command, may_stop
from cblint.checks.structure import block_of, comments_above
from cblint.finding import Edit
from cblint.flow.steps import Step, steps_of
from cblint.shell.commands import AndOr, Function, SimpleCommand
from cblint.source.text import begin_of_line, end_of_line
from cblint.source.tree import Scalar, Sequence

_PLAIN = expressions.lazy(r"[\w./=:,@ -]{1,200}")
MOST_FOLLOWING = 100
"""Commands behind one that only sets options: each such is held to all of them."""
_ONE_BY_ONE = frozenset({"set", "shopt", "umask", "exit", "return", "export"})
"""What would be different in a block, or says something else there."""


def with_alias_written_out(buildspec: Buildspec, step: Step, value: str, calls: Several[SimpleCommand]) -> Change:
    """What an alias stands for, ``value``, in the place of its uses."""
    if _PLAIN.fullmatch(value) is None or value != value.strip():
        return NOTHING
    edits = [replaced(call.words[0].span, value) for call in calls]
    commands = step.item.script.body.items
    alone = len(commands) == 1 and len(commands[0].pipelines) == 1
    touched, removed = list_item(buildspec, step.item) if alone else NOTHING
    return touched, (*edits, *removed)


def with_definition(buildspec: Buildspec, step: Step, users: Several[Step]) -> Change:
    """A command that defines functions put to the commands that call them: into the one, or all into a block."""
    if any(user.phase != step.phase or user.key != step.key for user in users):
        return NOTHING
    commands = _list_of(buildspec, step)
    if commands is None or commands.flow:
        return NOTHING
    if len({user.number for user in users}) == 1 and _only_defines(step):
        change = _moved(commands, step, users[0])
        if change[1]:
            return change
    return _joined(buildspec, commands, step, max(user.number for user in users))


def _list_of(buildspec: Buildspec, step: Step) -> Sequence | None:
    pair = buildspec.get("phases", step.phase, step.key)
    commands = pair.value if pair is not None else None
    return commands if isinstance(commands, Sequence) and commands.anchor is None and not step.alone else None


def _only_defines(step: Step) -> bool:
    """Whether a command does nothing but define functions, and export them."""
    singles = [_single(each) for each in step.item.script.body.items]
    return all(isinstance(each, Function) or _exports_function(each) for each in singles)


def _exports_function(node: object) -> bool:
    return isinstance(node, SimpleCommand) and [word.text for word in node.words[:2]] == ["export", "-f"]


def _single(node: AndOr) -> object:
    """The one command of a list that has no other."""
    pipeline = node.pipelines[0]
    alone = len(node.pipelines) == 1 and len(pipeline.commands) == 1 and not pipeline.negated
    return pipeline.commands[0] if alone and node.terminator != "&" else None


def _moved(commands: Sequence, step: Step, user: Step) -> Change:
    """The definition taken out of the list, and put before what the command that calls it does."""
    node, target = step.item.node, user.item.node
    removed = without_items(commands, {step.number}).get(step.number, ())
    if not removed or _is_commented(node) or target.anchor is not None:
        return NOTHING
    definition = node.value.rstrip("\n")
    if target.style == "|":
        added = first_command(user.item, definition)
    elif "\n" in target.value.rstrip("\n"):
        added = ()
    else:
        added = block_of(target, [*definition.split("\n"), target.value.rstrip("\n")])
    return ((commands,), (*removed, *added)) if added else NOTHING


def _is_commented(node: Scalar) -> bool:
    """Whether a comment stands right above a command, or behind it."""
    source = node.origin.value
    line, end = begin_of_line(source, node.start), node.start + len(node.source)
    return comments_above(source, line, 0) != line or bool(source[end : end_of_line(source, end)].strip())


def _joined(buildspec: Buildspec, commands: Sequence, step: Step, last: int) -> Change:
    """The commands from one to another as a block that ends with the first failure, as they do one by one."""
    inner = [each for each in steps_of(buildspec) if (each.phase, each.key) == (step.phase, step.key)]
    inner = [each for each in inner if step.number <= each.number <= last]
    nodes = [each.item.node for each in inner]
    if nodes != commands.items[step.number : last + 1] or not all(map(_can_be_joined, inner)):
        return NOTHING
    source = nodes[0].origin.value
    ends = [node.start + len(node.source) for node in nodes]
    gaps = [source[end : node.start] for end, node in zip(ends, nodes[1:], strict=False)]
    if any(gap.strip(" \r\n") != "-" for gap in gaps):
        return NOTHING  # a comment, an anchor
    lines = ["set -e", *(line for node in nodes for line in node.value.rstrip("\n").split("\n"))]
    return (commands,), block_of(nodes[0], lines, ends[-1])


def _can_be_joined(step: Step) -> bool:
    """Whether a command does the same as a part of a block with ``set -e``."""
    item = step.item
    singles = [_single(node) for node in item.script.body.items]
    if not singles or None in singles or not may_stop(item, with_functions=True):
        return False
    defines = any(isinstance(node, Function) for node in singles)
    if len(singles) > 1 and not defines:
        return False  # of several, only the last one's failure has counted
    return not any(invocation.program in _ONE_BY_ONE for invocation in item.invocations)


def with_option(buildspec: Buildspec, step: Step, following: Several[Step]) -> Change:
    """A command that only sets options put to those that need it; nothing where that is not one, or not clear."""
    words = step.item.value.split()
    behind = [each for each in following if (each.phase, each.key) == (step.phase, step.key)]
    if not behind or len(following) > MOST_FOLLOWING:
        return NOTHING
    if words in (["set", "-e"], ["set", "-o", "errexit"]):
        targets = [each for each in behind if _has_several(each) and not _stops(each)]
    else:
        targets = behind if len(behind) == 1 else []
        if not targets or ("pipefail" in words and buildspec.runs_in != BASH):
            return NOTHING
    touched, removed = list_item(buildspec, step.item)
    stops = words[0] == "set" and any(re.fullmatch(r"-[a-df-z]*e[a-z]*|errexit", word) for word in words)
    if not removed or (stops and not all(may_stop(each.item) for each in targets)):
        return NOTHING
    edits: list[Edit] = []
    for target in targets:
        added = first_command(target.item, step.item.value.strip())
        if not added:
            return NOTHING
        edits += added
    return (*touched, *(each.item.node for each in targets)), (*removed, *edits)


def _has_several(step: Step) -> bool:
    body = step.item.script.body.items
    return len(body) > 1 or not all(isinstance(_single(node), SimpleCommand) for node in body)


def _stops(step: Step) -> bool:
    """Whether a command begins with ``set -e``."""
    return re.match(r"\s*set -[a-z]*e", step.item.value) is not None
