"""A pipeline made to fail with each of its commands: ``set -o pipefail``, in bash."""

from __future__ import annotations

from enum import Enum

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.buildspec.shells import BASH
from cblint.checks.edits import NOTHING, Change, after
from cblint.checks.stopping import first_command, may_stop, undeclared
from cblint.finding import Edit
from cblint.shell.commands import (
    AndOr,
    ArithmeticFor,
    Branch,
    CommandList,
    For,
    Function,
    Pipeline,
    SimpleCommand,
    While,
)
from cblint.shell.effects import effect_of
from cblint.shell.query import Invocation
from cblint.shell.syntax import Node, ProcessSubstitution

_LEAVES_EARLY = frozenset({"head", "true", ":", "read", "less", "more", "yes"})
"""Programs that end a pipeline before all is read, so that what writes to it may fail; or that only end in this way."""

_MOST = 20
"""Commands of one item; who hides more of them has to look at it anyway."""


class _Reach(Enum):
    """Who learns of the status of a pipeline."""

    ITEM = "the item, whose status it is"
    ASKED = "what looks at it"
    OPTION = "a shell with set -e"
    NOBODY = "nobody"


def with_pipefail(buildspec: Buildspec, item: ShellItem, found: list[Invocation]) -> Change:
    """What makes the failure of some commands in pipelines that of the item, if it changes no other pipeline."""
    text = item.script.source
    if len(found) > _MOST or any(call.node.source is not text for call in found) or not _pipes_all(item):
        return NOTHING
    declared = _undeclared(item, found[0])
    reached = {_reach(call) for call in found} if not declared else {_Reach.ITEM}
    first = next(iter(item.script.body.items[0].pipelines[0].commands), None)  # "time" alone is one of none
    sets = first if isinstance(first, SimpleCommand) and _sets_options(first) else None
    stops = sets is not None and any("e" in (word.text or "") for word in sets.words[1:])
    if _Reach.NOBODY in reached or (_Reach.OPTION in reached and not stops and not may_stop(item)):
        return NOTHING
    options = "-o pipefail" if stops or _Reach.OPTION not in reached else "-eo pipefail"
    edits: tuple[Edit, ...] = (
        (after(sets.span, f" {options}"),) if sets is not None else first_command(item, f"set {options}")
    )
    if not edits:
        return NOTHING
    edits += declared
    if buildspec.runs_in == BASH:
        return (), edits
    from cblint.checks.bashisms import with_bash  # few pipelines are mended

    touched, shell = with_bash(buildspec)
    return ((item.node, *touched), (*shell, *edits)) if shell else NOTHING


def _undeclared(item: ShellItem, call: Invocation) -> tuple[Edit, ...]:
    """What lets the status of ``export X=$(…)`` be that of the output, where the item is nothing but that."""
    assignment = call.assignment
    around = next((node for node in call.above if isinstance(node, SimpleCommand)), None)
    if assignment is None or around is None or assignment not in around.arguments:
        return ()
    return undeclared(item, around, assignment) if len(item.script.body.items) == 1 else ()


def _sets_options(node: SimpleCommand) -> bool:
    """Whether it is ``set`` with nothing but letters and names of options."""
    words = [word.text or "" for word in node.words]
    return len(words) > 1 and words[0] == "set" and all(word[:1] == "-" and word[1:].isalpha() for word in words[1:])


def _pipes_all(item: ShellItem) -> bool:
    """Whether no command of a pipeline fails where all is well, so that each of them may count."""
    if "pipefail" in item.value or "PIPESTATUS" in item.value or item.script.problem is not None:
        return False
    for invocation in item.invocations:
        if invocation.fed_by is not None and _stops_reading(invocation):
            return False
        effect = effect_of(invocation)
        if invocation.piped_into is not None:
            if invocation.program == "yes" or (effect is not None and effect.does in ("condition", "cleanup")):
                return False
            if any(each.descriptor == "2" and each.target.raw == "/dev/null" for each in invocation.redirections):
                return False
    return True


def _stops_reading(invocation: Invocation) -> bool:
    if invocation.program in _LEAVES_EARLY or invocation.is_path:
        return True
    if invocation.program in ("grep", "egrep", "fgrep"):
        return bool(invocation.flags("-q", "-m", "--quiet", "--silent", "--max-count"))
    if invocation.program in ("awk", "gawk", "sed"):
        script = next(iter(invocation.operands()), None)
        return script is None or script.text is None or "exit" in script.text or "q" in script.text
    return False


def _reach(invocation: Invocation) -> _Reach:
    """Who would learn that a pipeline has failed of which the command is a stage."""
    inner: Node = invocation.node
    skips = goes_on = False
    for node in invocation.above:
        if isinstance(node, Pipeline) and node.negated:
            return _Reach.ASKED
        if isinstance(node, AndOr) and inner is not node.pipelines[-1]:
            skips = True
            number = next(number for number, each in enumerate(node.pipelines) if each is inner)
            if "||" in node.operators[number:]:
                return _Reach.ASKED
        if isinstance(node, AndOr) and node.terminator == "&":
            return _Reach.NOBODY
        if isinstance(node, (Branch, While)) and inner is node.condition:
            return _Reach.ASKED
        if isinstance(node, (Function, ProcessSubstitution)):
            return _Reach.NOBODY
        if isinstance(node, SimpleCommand) and (node.words or len(node.assignments) > 1):
            return _Reach.NOBODY
        goes_on |= isinstance(node, (For, While, ArithmeticFor))
        goes_on |= isinstance(node, CommandList) and inner is not node.items[-1]
        inner = node
    if not goes_on:
        return _Reach.ITEM
    return _Reach.NOBODY if skips else _Reach.OPTION
