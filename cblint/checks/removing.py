"""Taking whole commands out of a file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence as Several

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.checks.edits import Change, is_below_comment, left_out, replaced
from cblint.finding import Edit
from cblint.shell.commands import AndOr, CommandList, Pipeline
from cblint.shell.query import Invocation
from cblint.shell.syntax import Node as Statement
from cblint.source.text import Span
from cblint.source.tree import Scalar, Sequence

_ASKS_FOR_STATUS = ("$?", "${?", "PIPESTATUS", "LASTEXITCODE")


def command(buildspec: Buildspec, item: ShellItem, invocation: Invocation) -> Change:
    """A command with all that runs it: out of a chain of ``&&``, or the line that is its own."""
    around = _around(invocation)
    if around is None or item.script.problem is not None or invocation.node.source is not item.script.source:
        return (), ()
    pipeline, chain, commands = around
    is_alone = len(chain.pipelines) == 1
    if not is_alone and "||" not in chain.operators:
        return (), (_from_chain(chain, chain.pipelines.index(pipeline)),)
    if not is_alone and [(*chain.operators, each.raw) for each in chain.pipelines[1:]] not in _OR_NOTHING:
        return (), ()
    statements = commands.items
    if len(statements) > 1:
        found: Change = (), _from_line(item, statements, statements.index(chain))
    else:
        found = list_item(buildspec, item) if commands is item.script.body else ((), ())
    # What a comment on the line before says would be left, and said of what comes next.
    return found if not any(is_below_comment(item.node, edit) for edit in found[1]) else ((), ())


_OR_NOTHING = ([("||", "true")], [("||", ":")])
"""What may stand behind a command for nothing to happen where it fails."""


def _around(invocation: Invocation) -> tuple[Pipeline, AndOr, CommandList] | None:
    """What holds a command, if it stands in no pipeline, brackets or quotes, and nobody reads or waits for it."""
    if len(invocation.above) < 3 or any(each.document is not None for each in invocation.node.redirections):
        return None
    pipeline, chain, commands = invocation.above[:3]
    if not isinstance(pipeline, Pipeline) or not isinstance(chain, AndOr) or not isinstance(commands, CommandList):
        return None
    is_plain = pipeline.commands == (invocation.node,) and not pipeline.negated and not pipeline.timed
    return (pipeline, chain, commands) if is_plain and chain.terminator != "&" and not chain.open else None


def _from_line(item: ShellItem, statements: Several[AndOr], number: int) -> tuple[Edit, ...]:
    """One of several commands: the line that is its own, or up to what follows the ``;`` behind it."""
    this, following = statements[number], statements[number + 1] if number + 1 < len(statements) else None
    between = this.source.value[this.end : following.start] if following is not None else ""
    if following is None or "\n" in between or ";" not in between:
        return statement(item, statements, number)
    asks = any(each in following.raw for each in _ASKS_FOR_STATUS)
    return (replaced(Span(this.span.start, following.span.start), ""),) if not asks else ()


def _from_chain(chain: AndOr, number: int) -> Edit:
    """One of several commands with the ``&&`` behind it; of the last, with that before it."""
    this = chain.pipelines[number]
    if number + 1 < len(chain.pipelines):
        return replaced(Span(this.span.start, chain.pipelines[number + 1].span.start), "")
    return left_out(chain.pipelines[number - 1].span, this.span)


def list_item(buildspec: Buildspec, item: ShellItem) -> Change:
    """The line of a command that is an item of a list, if it is its own."""
    node = item.node
    around = next((each for each in _lists(buildspec) if each.items[item.number : item.number + 1] == [node]), None)
    if around is None or around.flow or around.anchor is not None or len(around.items) < 2:
        return (), ()
    if node.anchor is not None or node.tag is not None or not node.one_line or node.style in ("|", ">"):
        return (), ()
    source = node.origin.value
    start = _line_start(source, node.start)
    before, after = source[start : node.start], source[node.end : _line_end(source, node.end)]
    if before.strip(" ") != "-" or after.strip():
        return (), ()
    return (around,), (_without_lines(node, start, node.end),)


def number_of(statements: Several[Statement], at: int) -> int:
    """Which of the statements, in their order, stands at a place of their text; -1 where none begins before it."""
    return bisect_right(statements, at, key=lambda each: each.start) - 1


def statement(item: ShellItem, statements: Several[Statement], number: int) -> tuple[Edit, ...]:
    """The line of one of the statements of a block, if no other stands there and none asks how it has ended."""
    node, found = item.node, statements[number]
    raw = found.raw.strip()
    if node.style != "|" or number + 1 == len(statements) or "\n" in raw:
        return ()
    if any(asks in statements[number + 1].raw for asks in _ASKS_FOR_STATUS):
        return ()
    source, at = node.origin.value, node.origin.index(found.span.start)
    if not node.start < at < node.end:
        return ()
    start = _line_start(source, at)
    return (_without_lines(node, start, at),) if source[start : _line_end(source, at)].strip() == raw else ()


def _lists(buildspec: Buildspec) -> list[Sequence]:
    lists = [each.node.resolved for each in buildspec.command_lists]
    return [each for each in lists if isinstance(each, Sequence)]


def _without_lines(node: Scalar, start: int, end: int) -> Edit:
    """From the beginning of a line to the end of another, with its line end."""
    source = node.origin.value
    return Edit(node.origin.span(start, min(_line_end(source, end) + 1, len(source))), "")


def _line_start(source: str, at: int) -> int:
    return source.rfind("\n", 0, at) + 1


def _line_end(source: str, at: int) -> int:
    """Where the line ends, before its line end (with ``\\r\\n``, between the two)."""
    end = source.find("\n", at)
    return end if end >= 0 else len(source)
