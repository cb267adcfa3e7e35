"""Edits of YAML that several rules share: where they are certain, and where there are none."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from cblint.checks.edits import as_plain, item_alone, item_on_top, put_below, without_branch, without_entry
from cblint.finding import Edit
from cblint.fix import fix_bytes, fixed_text
from cblint.hosted_fixes import edited
from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from cblint.source.loader import load
from cblint.source.text import Text
from cblint.source.tree import Mapping, Pair


def root_of(text: str) -> Mapping:
    """The mapping that a text is."""
    stream = load(Text.of(text))
    root = stream.documents[0].root
    assert stream.problem is None
    assert isinstance(root, Mapping)
    return root


def pair_at(text: str, *names: str) -> Pair:
    """The pair at the end of a way."""
    node = root_of(text)
    for name in names[:-1]:
        value = node.get(name)
        assert value is not None
        assert isinstance(value.value.resolved, Mapping)
        node = value.value.resolved
    pair = node.get(names[-1])
    assert pair is not None
    return pair


def changed(text: str, edits: Iterable[Edit]) -> str | None:
    """The text after edits; None if there are none."""
    made = tuple(edits)
    return edited(text, made) if made else None


def gone(text: str, *names: str) -> str | None:
    return changed(text, without_branch(root_of(text), *names)[1])


def test_what_is_empty_without_an_entry_goes_with_it() -> None:
    assert gone("a: 1\nb:\n  c: 2\n  d: 3\n", "b", "c") == "a: 1\nb:\n  d: 3\n"
    assert gone("a: 1\nb:\n  c:\n    d: 3 # so\ne: 2\n", "b", "c", "d") == "a: 1\ne: 2\n"
    assert gone("a: 1\n\nb:\n  c: 2\n\ne: 2\n", "b", "c") == "a: 1\n\ne: 2\n"
    assert gone("a: 1\r\n\r\nb:\r\n  c: 2\r\n\r\ne: 2\r\n", "b", "c") == "a: 1\r\n\r\ne: 2\r\n"
    assert gone("a: 1\nb:\n  c: 2", "b", "c") == "a: 1\n"
    assert gone('{"a": 1, "b": {"c": 2}}', "b", "c") == '{"a": 1}'
    assert gone('{"b": {"c": [1, 2]}, "a": 1}', "b", "c") == '{"a": 1}'


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("b:\n  c: 2\n", ("b", "c")),  # nothing would be left
        ("a: 1\nb:\n  # of c\n  c: 2\n", ("b", "c")),
        ("a: 1\nb: &b\n  c: 2\n", ("b", "c")),
        ("a: 1\nb:\n  c: &c 2\nd: *c\n", ("b", "c")),
        ("a: 1\nb:\n  c: two\n    lines\n", ("b", "c")),
        ("a: 1\nb:\n  c: |\n    x\n", ("b", "c")),
        ("a: 1\nb: {c: 2}\n", ("b", "c")),
        ("a: &a {c: 1}\nb: *a\n", ("b", "c")),
        ("a: &a\n  c: 1\nb:\n  <<: *a\n", ("b", "c")),
        ("a: 1\n? b\n: c: 2\n", ("b", "c")),
        ("a: 1\nb: 2\n", ("b", "c")),
        ("a: 1\n", ("x",)),
        ("{a: 1, b: &b 2, c: *b}", ("b",)),
        ("{a: 1, # one\n b: 2}", ("a",)),
        ("a: 1\nb: 2\nb: 3\n", ("x",)),
    ],
)
def test_what_belongs_to_an_entry_has_to_be_clear(text: str, names: tuple[str, ...]) -> None:
    assert gone(text, *names) is None


def test_of_entries_that_all_go_the_first_waits() -> None:
    text = "a: 1\nenv:\n  x: 1\n  y: 2\n"
    root = root_of(text)
    env = root.get("env")
    assert env is not None
    assert isinstance(env.value, Mapping)
    first, second = (pair.key for pair in env.value.pairs)
    both = {"x", "y"}
    assert without_entry(root, ("env",), first, both) == ((), ())
    assert changed(text, without_entry(root, ("env",), second, both)[1]) == "a: 1\nenv:\n  x: 1\n"
    assert changed(text, without_entry(root, ("env",), first, {"x"})[1]) == "a: 1\nenv:\n  y: 2\n"
    assert without_entry(root, ("env",), root.pairs[0].key, both) == ((), ())
    assert without_entry(root, ("a",), first, both) == ((), ())
    twice = root_of("a: 1\nenv:\n  x: 1\n  x: 2\n")
    inner = twice.get("env")
    assert inner is not None
    assert isinstance(inner.value, Mapping)
    assert without_entry(twice, ("env",), inner.value.pairs[1].key, set()) == ((), ())


def on_top(text: str, command: str = "X=1") -> str | None:
    return changed(text, item_on_top(pair_at(text, "commands"), command))


def test_an_item_is_put_behind_the_line_of_its_key() -> None:
    assert on_top("commands:\n  - a\n") == "commands:\n  - X=1\n  - a\n"
    assert on_top("commands: # all\n\n# first\n-   a\n") == "commands: # all\n-   X=1\n\n# first\n-   a\n"
    assert on_top("commands:\n  - - a\n") == "commands:\n  - X=1\n  - - a\n"
    assert on_top("commands:\r\n  - a\r\n") == "commands:\r\n  - X=1\r\n  - a\r\n"
    assert on_top("commands: [a, b]\n", 'X="$A"') == 'commands: ["X=\\"$A\\"", a, b]\n'
    assert on_top("commands:\n- |\n  a\n", "X='a: b'") == "commands:\n- 'X=''a: b'''\n- |\n  a\n"


@pytest.mark.parametrize(
    "text",
    [
        "commands: &a\n  - x\nb: *a\n",
        "a: &a [x]\ncommands: *a\n",
        "commands: !!seq\n  - x\n",
        "commands:\n  - &x y\n",
        "commands: x\n",
        "commands: []\n",
        "commands:\n",
        "? commands\n: - x\n",
    ],
)
def test_where_a_list_begins_has_to_be_clear(text: str) -> None:
    assert on_top(text) is None


def test_a_value_becomes_the_list_that_it_should_be() -> None:
    def alone(text: str) -> str | None:
        return changed(text, item_alone(pair_at(text, "p", "c")))

    assert alone("p:\n  c: make a # it\n") == "p:\n  c:\n    - make a # it\n"
    assert alone("p:\r\n  c:   |-\r\n    a\r\n    b\r\n") == "p:\r\n  c:\r\n  - |-\r\n    a\r\n    b\r\n"
    for unclear in (
        "p: {c: a}\n",
        "p:\n  c: &a b\n",
        "p:\n  c: a\n    b\n",
        "p:\n  c: >\n    a\n",
        "p:\n  c: !!str a\n",
    ):
        assert alone(unclear) is None

    def below(text: str) -> str | None:
        return changed(text, put_below(pair_at(text, "p", "b"), "commands"))

    assert below("p:\n  b:\n    # it\n    - a\n") == "p:\n  b:\n    # it\n    commands:\n    - a\n"
    assert below('{"p": {"b": ["a"]}}') == '{"p": {"b": {"commands": ["a"]}}}'
    for unclear in ("p:\n  b:\n  - a\n", "p:\n  b: &a\n    - a\n", "p:\n  b: []\n", "p:\n  b: a\n"):
        assert below(unclear) is None


@given(st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1))
def test_a_text_is_read_as_itself(text: str) -> None:
    assert YAML(typ="safe", pure=True).load(f"- {as_plain('X=' + text)}\n") == [f"X={text}"]


@given(st.lists(st.sampled_from("abcdef"), min_size=1, unique=True), st.data())
def test_an_entry_is_all_that_goes(names: list[str], data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from(names))
    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    flow = data.draw(st.booleans())
    entries = [f"{name}: {number}" for number, name in enumerate(names)]
    inner = f" {{{', '.join(entries)}}}{end}" if flow else end + "".join(f"    {entry}{end}" for entry in entries)
    text = f"x: 1{end}env:{end}  variables:{inner}y: 2{end}"
    made = gone(text, "env", "variables", chosen)
    left = {name: number for number, name in enumerate(names) if name != chosen}
    if flow and not left:
        assert made is None
    else:
        expected = {"x": 1, **({"env": {"variables": left}} if left else {}), "y": 2}
        assert made is not None
        assert YAML(typ="safe", pure=True).load(made) == expected


def test_variables_are_assigned_in_the_order_in_which_they_stood() -> None:
    text = (
        "version: 0.2\nenv:\n  variables:\n"
        "    A: $(date)\n    B: v-$A\n    C: $B $LATER\n    D: 'of $CODEBUILD_INITIATOR'\n"
        "phases:\n  build:\n    commands:\n      - LATER=1; make $LATER\n"
    )
    settings = Settings(select=("env-value-not-expanded",))
    change, new = fix_bytes(text.encode(), Candidate("buildspec.yml", True), settings, True)
    assert change.fixed == 3
    assert new.decode() == (
        "version: 0.2\nenv:\n  variables:\n    C: $B $LATER\n"
        "phases:\n  build:\n    commands:\n      - A=$(date)\n      - B=v-$A\n"
        '      - D="of $CODEBUILD_INITIATOR"\n      - LATER=1; make $LATER\n'
    )


def test_fixes_never_empty_a_list_together() -> None:
    text = "version: 0.2\nphases:\n  install:\n    commands:\n      - yum update -y\n      - yum upgrade -y\n"
    findings = lint_text(text, Candidate("buildspec.yml", True), Settings(select=("os-upgrade-in-build",))).findings
    assert fixed_text(text, findings, True) == (text.replace("      - yum update -y\n", ""), 1)
