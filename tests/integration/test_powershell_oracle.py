"""The reader of PowerShell beside tree-sitter-powershell: the same variables and the same names of what is called."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter
import tree_sitter_powershell
from hypothesis import given, settings

from cblint.shell.powershell import parse
from cblint.shell.powershell_tree import Argument, Bracket, Call, PowerShellScript, Variable
from cblint.shell.syntax import Node, walk
from cblint.source.text import Span, Text
from tests.bounds import draws
from tests.powershell_generators import Written, written_powershell

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))


def _nodes(tree: tree_sitter.Tree) -> Iterator[tree_sitter.Node]:
    stack = [tree.root_node]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


def _span(node: tree_sitter.Node, data: bytes) -> Span:
    """tree-sitter counts bytes."""
    start = len(data[: node.start_byte].decode())
    return Span(start, start + len(data[node.start_byte : node.end_byte].decode()))


def _in_a_word(root: Node) -> set[Span]:
    """Variables behind or before other text of their word, of which tree-sitter-powershell has no nodes."""
    return {
        part.span
        for node in walk(root)
        if isinstance(node, Argument) and len(node.parts) > 1
        for part in node.parts
        if isinstance(part, Variable)
    }


def _statements(root: Node) -> Iterator[str]:
    """The text of each statement, those in brackets too."""
    for node in walk(root):
        if isinstance(node, (PowerShellScript, Bracket)) and getattr(node, "opening", "") != "@{":
            yield from (statement.raw for statement in node.statements)


def _compare(text: str) -> bool:
    """Whether tree-sitter could read a statement; then both must say the same."""
    data = text.encode()
    tree = PARSER.parse(data)
    if tree.root_node.has_error:
        return False
    script = parse(Text.of(text))
    theirs = {_span(node, data) for node in _nodes(tree) if node.type == "variable"}
    ours = {node.span for node in walk(script) if isinstance(node, Variable)}
    assert theirs - ours == set()
    # For PowerShell every letter is one, for tree-sitter-powershell those of ASCII.
    assert {span for span in ours - theirs if text[slice(*span)].isascii()} <= _in_a_word(script)
    names = {_span(node, data) for node in _nodes(tree) if node.type == "command_name"}
    assert names - {node.words[0].span for node in walk(script) if isinstance(node, Call)} == set()
    return True


def test_both_read_the_same_where_tree_sitter_reads_it_all() -> None:
    """It does not read every statement: see docs/decisions/powershell.md."""
    read: list[bool] = []

    examples = draws(150)

    @given(written_powershell())
    @settings(max_examples=examples)
    def compare(written: Written) -> None:
        read.extend(_compare(text) for text in _statements(parse(Text.of(written.text))))

    compare()
    assert sum(read) > 3 * examples, f"{sum(read)} of {len(read)} statements could be compared"
