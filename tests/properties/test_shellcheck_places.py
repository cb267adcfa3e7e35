"""Properties of what ShellCheck says: in every style of YAML it stands at the characters that ShellCheck means."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.shellcheck.program import Comment, Script, ask
from cblint.shellcheck.scripts import Asked
from tests.bounds import draws
from tests.helpers import lint
from tests.properties.test_shell_places import embedded
from tests.shellcheck import ASKING, PROGRAM, buildspec_of, needed

pytestmark = needed

PARTS = st.sampled_from(
    ["$V1", "$V2", "$V3", "a", "é", "😀", "e\u0301", "漢", "\t", "  ", "\\'", "'x'", ":", "--o=$V1"]
)
LINES = st.lists(PARTS, min_size=1, max_size=8).map(lambda parts: "cp $V1 " + " ".join(parts) + " .")
SCRIPTS = st.lists(LINES, min_size=1, max_size=4).map("\n".join)


@given(st.data())
@settings(max_examples=draws(60))
def test_an_unquoted_variable_is_marked_where_it_stands_in_the_file(data: st.DataObject) -> None:
    script = data.draw(SCRIPTS)
    file, _, places = data.draw(embedded(script))
    # The list stands at the top, as it was written; the phase has it by an alias.
    text = file.replace("phases:", "x: &x", 1)
    moved = len(text) - len(file)
    text += "version: 0.2\nphases: {build: {commands: *x}}\n"
    found = [finding.span for finding in lint(text, ASKING).findings if finding.code == "SC2086"]
    meant = [
        (places[each.start()].start + moved, places[each.end() - 1].end + moved) for each in VARIABLE.finditer(script)
    ]
    assert found == meant


VARIABLE = re.compile(r"\$V[123]")

TEXTS = st.text(st.sampled_from("ab \té😀\n\\$"), max_size=30)
NUMBERS = st.integers(1, 40)


@given(TEXTS.filter(lambda text: text.strip() != ""), NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_any_place_is_one_within_a_line_of_the_command(text: str, line: int, column: int, end: int, last: int) -> None:
    buildspec = buildspec_of(text)
    [item] = buildspec.shell_items
    span = Asked(buildspec, item, ()).span(Comment("SC1000", "info", "", line, column, end, last))
    inner = item.node.text
    assert inner.offset(0) <= span.start
    assert span.end <= inner.offset(len(inner))
    assert span.start < span.end or not item.value.split("\n")[min(line, item.value.count("\n") + 1) - 1]


@pytest.mark.parametrize("number", [1, 7])
def test_scripts_are_told_apart_however_many_are_asked_about(number: int) -> None:
    scripts = [Script("bash", "", "\n" * each + "echo $V1") for each in range(number)]
    found = ask(PROGRAM, scripts)
    assert [[comment.line for comment in found[script] or ()] for script in scripts] == [[n + 1] for n in range(number)]
