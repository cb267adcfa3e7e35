"""Properties of the reader of PowerShell: what is written is read as it was meant, and anything at all is read."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.buildspec.model import scalar
from cblint.shell.powershell import parse
from cblint.shell.powershell_tree import Assigned, Call, Variable
from cblint.shell.syntax import walk
from cblint.source.loader import load
from cblint.source.text import Span, Text
from cblint.source.tree import walk as walk_yaml
from tests.bounds import draws
from tests.powershell_generators import Written, written_powershell
from tests.powershell_trees import check_powershell, check_total

_TOKENS = [
    *"ab1 $`\"'\\(){}[]<>|&;#!=@%,.:-+*?\n\t", "$(", "${", "@(", "@{", "@'\n", "\n'@", '@"\n', '\n"@', "<#", "#>",
    "`\n",
    "&&", "||", " if ", " else ", " foreach ", "function f ", "param(", " try ", " catch ", "do ", " while ", "$env:A",
    "$x = ", "--% ", "2>&1", "-Name", "class ", "é", "😀", "\u2028", "\0", "\r", "$x::y", "$a:b",
]  # fmt: skip


@given(written_powershell())
@settings(max_examples=draws(125))
def test_powershell_is_read_as_it_was_meant(written: Written) -> None:
    script = parse(Text.of(written.text))
    assert script.problem is None
    check_powershell(script, len(written.text))
    nodes = list(walk(script))
    assert [node.span for node in nodes if isinstance(node, Variable)] == written.variables
    calls = [[word.span for word in node.words] for node in nodes if isinstance(node, Call)]
    assert sorted(calls) == sorted(written.calls)
    targets = [
        part.span
        for node in nodes
        if isinstance(node, Assigned)
        for part in node.target.parts
        if isinstance(part, Variable)
    ]
    assert sorted(targets) == sorted(written.targets)


@given(st.text() | st.lists(st.sampled_from(_TOKENS), max_size=40).map("".join))
@settings(max_examples=draws(200))
def test_any_text_is_read(text: str) -> None:
    check_total(text)


@given(written_powershell(), st.data())
@settings(max_examples=draws(125))
def test_any_script_that_is_damaged_is_read(written: Written, data: st.DataObject) -> None:
    text = written.text
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 3)))
    damaged = text[:start] + data.draw(st.sampled_from(["", *_TOKENS])) + text[end:]
    check_powershell(parse(Text.of(damaged)), len(damaged))


@given(written_powershell())
@settings(max_examples=draws(100))
def test_in_a_file_a_node_stands_where_its_text_does(written: Written) -> None:
    """In double quotes each line end and each quote is escaped: a variable is written as it is, and none is moved."""
    file = f'"é😀": [x, {json.dumps(written.text, ensure_ascii=False)}]\n'
    found = [scalar(node) for document in load(Text.of(file)).documents for node in walk_yaml(document.root)]
    [item] = [node for node in found if node is not None and node.style == '"' and node.value == written.text]
    variables = [node.span for node in walk(parse(item.text)) if isinstance(node, Variable)]
    assert [file[slice(*span)] for span in variables] == [written.text[slice(*span)] for span in written.variables]
    assert variables == sorted(variables)
    assert all(isinstance(span, Span) for span in variables)
