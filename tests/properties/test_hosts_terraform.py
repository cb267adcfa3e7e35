"""Properties of Terraform's values: a text reads as what was written, and each character has its place."""

from __future__ import annotations

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.hosts import terraform, terraform_json
from cblint.hosts.definition import HostFile
from cblint.source.loader import TooComplex
from cblint.source.text import Text
from cblint.source.tree import Mapping, Node, Scalar, walk
from tests.bounds import draws

_SLOW = settings(max_examples=draws(150), deadline=None)
_QUOTED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_LINE = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u2028\u2029\x85")
    | st.sampled_from("${}%~\"\\#/*'"),
    max_size=20,
)
_BUILDSPEC = st.lists(
    st.sampled_from(
        [
            "version: 0.2",
            "phases:",
            "  build:",
            "    commands:",
            "",
            "      - echo ${A} $${B} %{c} é😀 # d",
            "      - echo '<<EOF'",
        ]
    )
    | _LINE,
    min_size=1,
    max_size=8,
)


def _doubled(value: str) -> str:
    """A text whose marks are no marks."""
    return re.sub(r"[$%](?=\{)", lambda match: match[0] * 2, value)


def _of(value: str) -> str | None:
    """The text as a template, None where HCL has no way to write it: ``$${`` of its own stays ambiguous."""
    return None if re.search(r"\$\$\{|%%\{", value) else _doubled(value)


def _buildspec(file: HostFile | None) -> Scalar:
    assert file is not None
    assert file.problem == ""
    (one,) = file.definitions
    assert isinstance(one.root, Mapping)
    node: Node = one.root
    for name in ("source", "buildspec"):
        assert isinstance(node, Mapping)
        pair = node.get(name)
        assert pair is not None
        node = pair.value
    assert isinstance(node, Scalar)
    return node


def _written(expression: str) -> tuple[str, Scalar]:
    source = f'# é😀\nresource "aws_codebuild_project" "a" {{\n  source {{\n    buildspec = {expression}\n  }}\n}}\n'
    return source, _buildspec(terraform.read(Text.of(source)))


def _check(source: str, node: Scalar, value: str, escapes: dict[str, str]) -> None:
    """The text is the value, and the characters of the file at each place are that character, or stand for it."""
    assert node.value == value
    text = node.text
    before = -1
    for index, char in enumerate(value):
        start, end = text.span(index, index + 1)
        assert start >= before
        before = start
        assert source[start:end] in (char, escapes.get(char), "$${", "%%{")


@_SLOW
@given(_BUILDSPEC, st.text(" \t", max_size=6), st.sampled_from(["<<", "<<-"]), st.text(" ", max_size=4))
def test_heredocs(lines: list[str], indent: str, opening: str, closing: str) -> None:
    templates = [_of(line) for line in lines]
    if None in templates or any(line.strip() == "END" for line in lines):
        return
    begins = [line for line in lines if line.strip()]
    if opening == "<<-" and (not begins or all(line[0].isspace() for line in begins)):
        # A common indentation of the text itself would go, too.
        return
    indent = indent if opening == "<<-" else ""
    body = "".join(f"{indent}{line}\n" if line.strip() else f"{line}\n" for line in templates if line is not None)
    source, node = _written(f"{opening}END\n{body}{closing}END")
    _check(source, node, "".join(f"{line}\n" for line in lines), {})


@_SLOW
@given(_BUILDSPEC)
def test_strings(lines: list[str]) -> None:
    value = "\n".join(lines)
    template = _of(value)
    if template is not None:
        written = re.sub(r'[\n\r\t"\\]', lambda match: _QUOTED[match[0]], template)
        source, node = _written(f'"{written}"')
        _check(source, node, value, _QUOTED)


@_SLOW
@given(_BUILDSPEC, st.booleans())
def test_json(lines: list[str], ascii_only: bool) -> None:
    value = "\n".join(lines)
    template = _of(value)
    if template is None:
        return
    # The reader of YAML, which JSON goes through, takes no pair of surrogates: such characters are written as they are.
    ascii_only = ascii_only and max(value, default="") < "\U00010000"
    body = {"resource": {"aws_codebuild_project": {"a": {"source": {"buildspec": template}}}}}
    source = json.dumps(body, ensure_ascii=ascii_only)
    node = _buildspec(terraform_json.read(Text.of(source)))
    assert node.value == value
    for index, char in enumerate(value):
        start, end = node.text.span(index, index + 1)
        if source[start:end] not in ("$${", "%%{"):
            assert json.loads(f'"{source[start:end]}"') == char


_PARTS = st.sampled_from(
    """resource|"aws_codebuild_project"|"a"|{|}|source {|buildspec = |<<EOF~|<<-EOF~|EOF~|${|%{ if a }|%{ endif ~}|"
    |~|local.a|locals {|a = |[|]|(|)|aws_iam_role.a.arn|file(|jsonencode(|dynamic|"source"|content {|#|/*|\\|$${|,
    |? 1 : 2|é""".replace("~|", "\n|").split("|")
) | st.sampled_from(["\x00", "\ud800", "\ufdd0", "\r\n", "~", 'resource "aws_codebuild_project" "a" {\n'])


@_SLOW
@given(st.lists(_PARTS | st.text(max_size=4), max_size=40), st.integers(0, 5))
def test_no_input_is_a_crash_and_all_places_are_in_the_file(parts: list[str], before: int) -> None:
    source = "".join(parts)
    whole = "x" * before + source
    for read in (terraform.read, terraform_json.read):
        try:
            file = read(Text.of(whole).slice(before, len(whole)))
        except TooComplex:
            continue
        for definition in file.definitions if file is not None else ():
            nodes = list(walk(definition.root))
            places = [definition.place, *(node.span for node in nodes)]
            places += [node.text.span(0, len(node.value)) for node in nodes if isinstance(node, Scalar)]
            assert all(before <= start <= end <= len(whole) for start, end in places)
