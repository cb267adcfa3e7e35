"""A buildspec is the same in whatever way a template writes it, each of its characters where it is written."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cblint.hosts import cloudformation
from cblint.hosts.settings import setting
from cblint.source.text import HOLE, Text
from cblint.source.tree import Scalar

LINES = st.lists(st.text(st.sampled_from("ab \\\"'$#:-{}é\U0001f600"), max_size=12), min_size=1, max_size=5)


def template(expression: str) -> str:
    """A template in which a buildspec is written so."""
    return "\n".join(
        [
            "Resources:",
            "  Build:",
            "    Type: AWS::CodeBuild::Project",
            "    Properties:",
            "      Source:",
            f"        BuildSpec: {expression}",
            "",
        ]
    )


def buildspec_of(source: str) -> Text:
    """The text of the buildspec of the one project of a template."""
    file = cloudformation.read(Text.of(source))
    assert file is not None
    (definition,) = file.definitions
    node = setting(definition, "source", "buildspec")
    assert isinstance(node, Scalar)
    return node.text


def assert_placed(text: Text, source: str, between: str = "") -> None:
    """Each character stands where it is written, or an escape of it; those of ``between`` only in their order."""
    before = 0
    for index, character in enumerate(text.value):
        place = text.span(index, index + 1)
        written = source[slice(*place)]
        assert place.start >= before
        if character not in between and written != character:
            assert (json.loads(f'"{written}"') if written != "''" else "'") == character
        before = place.start


def block(value: str, indent: int) -> str:
    """A value that ends in a line end as a literal block, whose lines begin so far to the right."""
    return "|2+\n" + "\n".join(" " * indent + line for line in value[:-1].split("\n"))


@example(["a", "", " b"])
@example(["${a${b}", "${}${"])
@example(["\\ud83d", "\U0001f600"])
@given(LINES)
def test_a_buildspec_is_read_in_every_way_to_write_it(lines: list[str]) -> None:
    value = "\n".join(["version: 0.2", *lines, "end", ""])
    escaped = re.sub(r"\$\{([^}]+)\}", r"${!\1}", value)
    ways = {
        block(value, 10): value,
        "!Sub " + block(escaped, 10): value,
        json.dumps(value): value,
        json.dumps(value, ensure_ascii=False): value,
        "!Sub " + json.dumps(escaped, ensure_ascii=False): value,
        "{Fn::Sub: " + json.dumps(escaped, ensure_ascii=False) + "}": value,
        "'" + value.replace("'", "''").replace("\n", " ") + "'": value.replace("\n", " "),
    }
    for way, expected in ways.items():
        if "\\ud83d\\ude00" in way:
            continue  # only JSON has surrogates
        source = template(way)
        text = buildspec_of(source)
        assert text.value == expected
        assert_placed(text, source)


@pytest.mark.parametrize("ascii_only", [False, True])
@given(lines=LINES)
def test_a_buildspec_is_read_in_every_way_that_json_writes_it(ascii_only: bool, lines: list[str]) -> None:
    value = "\n".join(["version: 0.2", *lines, "end"])
    for expression in (value, {"Fn::Join": ["\n", value.split("\n")]}, {"Fn::Join": ["", ["", value, ""]]}):
        resource = {"Type": "AWS::CodeBuild::Project", "Properties": {"Source": {"BuildSpec": expression}}}
        source = json.dumps({"Resources": {"Build": resource}}, ensure_ascii=ascii_only, indent=2)
        text = buildspec_of(source)
        assert text.value == value
        assert_placed(text, source, between="\n")


@given(LINES, st.integers(0, 4))
def test_a_hole_stands_for_all_of_what_is_put_in(lines: list[str], at: int) -> None:
    plain = [line.replace("$", "") for line in lines]
    plain.insert(min(at, len(plain)), "pre ${AWS::Region} post")
    value = "\n".join(["version: 0.2", *plain, ""])
    source = template("!Sub " + block(value, 10))
    text = buildspec_of(source)
    assert text.value == value.replace("${AWS::Region}", HOLE)
    index = text.value.index(HOLE)
    assert source[slice(*text.span(index, index + 1))] == "${AWS::Region}"
    assert source[slice(*text.span(index - 4, index + 6))] == "pre ${AWS::Region} post"
