"""A changed value is written in the style of its scalar, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.source.loader import load
from cblint.source.text import Text
from cblint.source.tree import Scalar, Sequence
from cblint.source.writing import Change, changed, rewritten
from tests.helpers import stream


def scalar(text: str, number: int = 0) -> Scalar:
    """An item of the list that a YAML text is."""
    root = stream(text).documents[0].root
    assert isinstance(root, Sequence)
    node = root.items[number]
    assert isinstance(node, Scalar)
    return node


def after(text: str, *changes: Change, in_brackets: bool = False) -> str | None:
    """The text with the value of its first item changed."""
    made = rewritten(scalar(text), changes, in_brackets)
    return changed(text, made) if made is not None else None


@pytest.mark.parametrize(
    ("text", "change", "expected"),
    [
        # What a scalar cannot hold
        ("- make\n", Change(4, 4, ": x"), "- 'make: x'\n"),
        ("- make\n", Change(4, 4, " # x"), "- 'make # x'\n"),
        ("- it's\n", Change(0, 0, "{ "), "- '{ it''s'\n"),
        ("- make\n", Change(4, 4, "\ntest"), None),
        ("- 'make'\n", Change(4, 4, "\ntest"), None),
        ("- >\n  make\n", Change(4, 4, "\ntest"), None),
        ("- make\n", Change(4, 4, "\x07"), None),
        ("- !!str make\n", Change(4, 4, ": x"), None),
        ("- make\n  it\n", Change(4, 4, ": x"), None),
        # What it can
        ("- make\n", Change(4, 4, " -k"), "- make -k\n"),
        ("- make # why\n", Change(4, 4, " -k"), "- make -k # why\n"),
        ("- 'make'\n", Change(4, 4, " 'it'"), "- 'make ''it'''\n"),
        ('- "make"\n', Change(4, 4, '\n"\\d"\t'), '- "make\\n\\"\\\\d\\"\\t"\n'),
        ("- make x\n", Change(4, 6, ""), "- make\n"),
        ("- make\n  it\n", Change(7, 7, " -k"), "- make\n  it -k\n"),
        ("- >-\n  make\n  it\n", Change(4, 7, ""), "- >-\n  make\n"),
        ("- >-\n  make\n  it\n  all\n", Change(4, 5, "-"), "- >-\n  make-it\n  all\n"),
        # Lines of a block
        ("- |\n  a\n  b\n", Change(0, 0, "set -e\n"), "- |\n  set -e\n  a\n  b\n"),
        ("- |\n  a\n  b\n", Change(0, 2, ""), "- |\n  b\n"),
        ("- |\n  a\n  b\n", Change(2, 4, ""), "- |\n  a\n"),
        ("- |\n  a\n  b\n", Change(4, 4, "c\n"), "- |\n  a\n  b\n  c\n"),
        ("- |\n  a\n  b\n", Change(1, 2, "; "), "- |\n  a; b\n"),
        ("- |\n  a\n    b\n", Change(2, 5, "  c"), "- |\n  a\n    c\n"),
        ("- |\r\n  a\r\n  b\r\n", Change(0, 2, ""), "- |\r\n  b\r\n"),
        ("- |2\n  a\n  b\n", Change(0, 2, ""), "- |2\n  b\n"),
    ],
)
def test_a_change_in_each_style(text: str, change: Change, expected: str | None) -> None:
    assert after(text, change) == expected


def test_brackets_end_a_plain_scalar() -> None:
    assert after("- a\n", Change(1, 1, ", b]")) == "- a, b]\n"
    made = rewritten(scalar("[a]\n"), [Change(1, 1, ", b]")], True)
    assert made is not None
    assert changed("[a]\n", made) == "['a, b]']\n"


def test_changes_are_made_together() -> None:
    assert (
        after("- a b\n", Change(0, 0, "if "), Change(1, 2, "; then "), Change(3, 3, "; fi")) == "- if a; then b; fi\n"
    )
    assert after("- a b\n", Change(0, 0, "x: "), Change(3, 3, "'")) == "- 'x: a b'''\n"


STYLES = ["- {}\n", "- '{}'\n", '- "{}"\n', "- |\n  {}\n  end\n", "- >-\n    {}\n    end\n"]
WORDS = st.text("ab '\"\\#:{}[],&*!|>%@`-=$(\n\té漢", max_size=8)


@given(st.sampled_from(STYLES), st.text("ab-", min_size=1, max_size=6), st.integers(0, 9), st.integers(0, 4), WORDS)
def test_what_is_written_is_read_as_what_was_meant(style: str, word: str, start: int, length: int, text: str) -> None:
    source = style.format(f"a{word}a")
    node = scalar(source)
    start = min(start, len(node.value))
    change = Change(start, min(start + length, len(node.value)), text)
    made = rewritten(node, [change], False)
    if made is None:
        return
    new = load(Text.of(changed(source, made)))
    assert new.problem is None
    root = new.documents[0].root
    assert isinstance(root, Sequence)
    (item,) = root.items
    assert isinstance(item, Scalar)
    assert item.value == changed(node.value, [change])
