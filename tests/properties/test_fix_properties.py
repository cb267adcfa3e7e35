"""Whatever fixes are made of whatever file: it still loads, nothing else changes, and there is an end of it.

The buildspecs are those of the entries' examples, written in every way that YAML has, and some with characters that
were put in or taken out. What a file holds is asked of PyYAML, which no part of a fix knows.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from typing import NamedTuple

import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cblint.fix import fix_bytes
from tests.bounds import FUZZ
from tests.examples import all_examples
from tests.fixing import ALL_RULES, CANDIDATE, all_fixed, each_alone

FIXABLE = [
    example.text
    for example in all_examples()
    if example.fixed is not None and "path" not in example.given and example.rule != "yaml-syntax-error"
]
"""What PyYAML reads, before it is fixed as well."""
DRAWS = 400 if FUZZ else 50

# A writer that shares no code with cblint


class _Place(NamedTuple):
    """Where a value is written: the column of what holds it, and whether that has brackets."""

    column: int
    brackets: bool


@st.composite
def buildspecs(draw: st.DrawFn) -> str:
    """The data of an example, written in another way."""
    node = yaml.compose(draw(st.sampled_from(FIXABLE)), yaml.SafeLoader)
    assert isinstance(node, yaml.MappingNode)
    text = draw(st.sampled_from(["", "# how the app is built\n", "---\n"])) + _mapping(
        draw, node, _Place(0, False)
    ).lstrip("\n")
    text += draw(st.sampled_from(["", "# end\n", "\n\n", "...\n"]))
    return draw(st.sampled_from(["\n", "\n", "\r\n"])).join(text.split("\n"))


def _value(draw: st.DrawFn, node: yaml.Node, place: _Place) -> str:
    """What stands behind a key's colon or an item's dash, with its line end."""
    if not node.value and not isinstance(node, yaml.ScalarNode):
        return " {}\n" if isinstance(node, yaml.MappingNode) else " []\n"
    if isinstance(node, yaml.ScalarNode):
        anchor = draw(st.sampled_from(["", "", "", f" &at{draw(st.integers(0, 9**9))}"]))
        return f"{anchor} {_scalar(draw, node, place)}"
    if draw(st.integers(0, 5)) == 0:
        return f" {_brackets(draw, node)}{_comment(draw)}\n"
    if isinstance(node, yaml.MappingNode):
        return _mapping(draw, node, place)
    assert isinstance(node, yaml.SequenceNode)
    return _list(draw, node, place)


def _mapping(draw: st.DrawFn, node: yaml.MappingNode, place: _Place) -> str:
    by = " " * place.column
    step = draw(st.integers(1, 5))
    return "\n" + "".join(
        f"{_above(draw, by)}{by}{key.value if _is_word(key.value) else _quoted(key.value)}:"
        + _value(draw, value, _Place(place.column + step, False))
        for key, value in node.value
    )


def _list(draw: st.DrawFn, node: yaml.SequenceNode, place: _Place) -> str:
    by = " " * place.column
    gap = " " * draw(st.integers(0, 3))
    parts = []
    for item in node.value:
        written = _value(draw, item, _Place(place.column + 2 + len(gap), False))
        first = written.lstrip("\n ")
        if isinstance(item, yaml.MappingNode) and not first.startswith(("#", "{")):
            written = f" {first}"  # its first key beside the dash
        parts.append(f"{_above(draw, by)}{by}-{gap}{written}")
    return "\n" + "".join(parts)


def _brackets(draw: st.DrawFn, node: yaml.Node) -> str:
    """In the brackets of a list or a mapping, on one line or on several."""
    between = draw(st.sampled_from([", ", ",", " , "]))
    if isinstance(node, yaml.MappingNode):
        return "{" + between.join(f"{_quoted(key.value)}: {_brackets(draw, value)}" for key, value in node.value) + "}"
    if isinstance(node, yaml.SequenceNode):
        return "[" + between.join(_brackets(draw, item) for item in node.value) + "]"
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(draw, node, _Place(0, True))


def _scalar(draw: st.DrawFn, node: yaml.ScalarNode, place: _Place) -> str:
    value = node.value
    end = "" if place.brackets else f"{_comment(draw)}\n"
    if node.tag != "tag:yaml.org,2002:str":
        return f"{value}{end}"
    ways = [f'"{_escaped(value)}"{end}']
    if "\n" not in value:
        ways.append(f"{_quoted(value)}{end}")
        if _loads_as(f"[{value}]" if place.brackets else f"- {value}", [value]):
            ways += [f"{value}{end}"] * 2
    if not place.brackets and value.strip(" \n") and value[0] not in " \n" and "\t" not in value:
        ways += [_literal(draw, value, place), _folded(draw, value, place)]
    written: str = draw(st.sampled_from(ways))
    return written


def _literal(draw: st.DrawFn, value: str, place: _Place) -> str:
    body = value.rstrip("\n")
    sign = {0: "-", 1: ""}.get(len(value) - len(body), "+")
    lines = (value[:-1] if sign != "-" else value).split("\n")
    by = " " * (place.column + draw(st.integers(1, 4)))
    return f"|{sign}{_comment(draw)}\n" + "".join(f"{by}{line}\n" if line else "\n" for line in lines)


def _folded(draw: st.DrawFn, value: str, place: _Place) -> str:
    """Each line end of the value is an empty line; some of its blanks are line ends."""
    if "\n " in value or value.endswith("\n\n"):
        return _literal(draw, value, place)
    sign = "" if value.endswith("\n") else "-"
    by = " " * (place.column + draw(st.integers(1, 4)))
    words = value.removesuffix("\n").replace("\n", "\n\n").split(" ")
    text = words[0]
    for word in words[1:]:
        safe = text and word and not text.endswith("\n") and not word.startswith("\n")
        text += (draw(st.sampled_from([" ", " ", "\n"])) if safe else " ") + word
    return f">{sign}{_comment(draw)}\n" + "".join(f"{by}{line}\n" if line else "\n" for line in text.split("\n"))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _is_word(value: str) -> bool:
    return _loads_as(f"{value}: x", {value: "x"})


def _loads_as(text: str, data: object) -> bool:
    try:
        return bool(yaml.safe_load(text) == data)
    except (yaml.YAMLError, ValueError):
        return False


def _comment(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(["", "", "", " # it's so: {", "  #"]))


def _above(draw: st.DrawFn, by: str) -> str:
    return draw(st.sampled_from(["", "", "", "", f"{by}# - first\n", "\n"]))


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A buildspec with characters put in, taken out or written twice."""
    text = draw(buildspecs())
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        end = min(at + draw(st.integers(0, 3)), len(text))
        text = (
            text[:at]
            + draw(st.sampled_from(["", "'", '"', ":", " #", "\n", "- ", "\\", "\t", "{", "]", "|", "*a", "é\u2028"]))
            + text[end:]
        )
    return text


@given(buildspecs(), st.booleans())
@settings(max_examples=DRAWS)
def test_a_fix_changes_what_it_names_and_no_more(text: str, unsafe: bool) -> None:
    each_alone(text)
    all_fixed(text, unsafe)


@given(damaged(), st.booleans())
@settings(max_examples=DRAWS)
def test_so_it_does_in_files_that_are_broken(text: str, unsafe: bool) -> None:
    assume("\x00" not in text)
    each_alone(text)
    all_fixed(text, unsafe)


@given(buildspecs(), st.booleans())
@settings(max_examples=DRAWS // 2)
def test_git_makes_the_same_of_the_patch(text: str, unsafe: bool) -> None:
    change, new = fix_bytes(text.encode(), CANDIDATE, ALL_RULES, unsafe)
    assume(change.fixed and not change.masked)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "buildspec.yml")
        with open(path, "wb") as file:
            file.write(text.encode())
        done = subprocess.run(
            ["git", "apply", "--whitespace=nowarn"],
            input="".join(change.patch).encode(),
            cwd=folder,
            capture_output=True,
            check=False,
            env={
                **os.environ,
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_CEILING_DIRECTORIES": folder,
            },
        )
        assert done.returncode == 0, (done.stderr, change.patch)
        with open(path, "rb") as file:
            assert file.read() == new


def test_the_writer_writes_what_the_examples_hold() -> None:
    """Else the properties would be about nothing."""

    @given(buildspecs())
    @settings(max_examples=DRAWS, database=None)
    def loads(text: str) -> None:
        found = yaml.load(text, yaml.BaseLoader)
        assert any(found == yaml.load(example, yaml.BaseLoader) for example in FIXABLE)

    loads()
