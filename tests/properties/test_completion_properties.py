"""What must be true of whatever is offered: it is right where it is offered, and no text makes the question fail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cblint.lsp.completion import Completion, completions_at
from tests.bounds import draws
from tests.completing import complaints, document, filled, parses
from tests.properties.strategies import SNIPPETS, corpus, mutated, read, yaml_like

_SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck))
_INDENTATIONS = (0, 2, 4, 6, 8, 3)
_BEGUN = ("", "", "a", "- ", "- b", '"', "{", "[")
_WHOLE = [
    "version: 0.2\nenv:\n  shell: bash\n  variables: {A: b}\nphases:\n  install:\n    runtime-versions:\n"
    "      nodejs: 22\n  build:\n    on-failure: ABORT\n    commands:\n      - make\n    finally:\n    - echo $A\n"
    "reports:\n  all:\n    files: ['**/*']\n    file-format: JUNITXML\nartifacts:\n  files:\n    - a\n"
    "  secondary-artifacts:\n    one:\n      files: [b]\ncache: {paths: [c], key: k}\nproxy:\n  logs: yes\n",
    "version: 0.2\nbatch:\n  fast-fail: false\n  build-graph:\n    - identifier: a\n      env:\n"
    "        type: ARM_CONTAINER\n    - identifier: b\n      depend-on: [a]\n"
    "      env: {compute-type: BUILD_GENERAL1_SMALL, image: x}\ncache:\n  paths: [a]\n",
    "version: 0.2\nbatch:\n  build-matrix:\n    static:\n      env:\n        type: ARM_CONTAINER\n    dynamic:\n"
    "      buildspec: [a.yml]\n      env:\n        image:\n          - x\nphases: {build: {commands: [a]}}\n",
    "version: 0.1\nenvironment_variables:\n  plaintext: {A: b}\nartifacts: {files: [a], type: zip}\n",
    '{\n  "version": 0.2,\n  "phases": {\n    "build": {"commands": ["a"], "on-failure": "ABORT"}\n  }\n}\n',
]  # fmt: skip
"""What the schema has, in every style."""


class Typing(NamedTuple):
    """A text at a moment at which somebody types."""

    text: str
    offset: int


def _typed(text: str, offset: int, how: int) -> Typing:
    """A text as it is; cut on this line, or here; or with a line more, of some indentation and with something begun."""
    line = text.find("\n", offset)
    end = line if line >= 0 else len(text)
    kind, more = how % 4, how // 4
    if kind == 0:
        return Typing(text, offset)
    if kind == 1:
        return Typing(text[:offset] + text[end:], offset)
    if kind == 2:
        return Typing(text[:offset], offset)
    begun = " " * _INDENTATIONS[more % len(_INDENTATIONS)] + _BEGUN[more // len(_INDENTATIONS) % len(_BEGUN)]
    return Typing(f"{text[:end]}\n{begun}{text[end:]}", end + 1 + len(begun))


def assert_right(typing: Typing, path: str) -> int:
    """Each offer of a key or a value is right in the place of what is typed; how many there were."""
    found = [each for each in completions_at(document(typing.text, path), typing.offset) if _is_of_schema(each)]
    for each in found:
        text = filled(typing.text, each)
        assert not complaints(typing.text, each, path), (each, text)
        assert parses(text) or not parses(typing.text), (each, text)
    return len(found)


def _is_of_schema(completion: Completion) -> bool:
    return completion.kind in ("Property", "EnumMember")


@pytest.mark.parametrize("path", corpus("buildspec", "historical", "malformed"))
def test_what_is_offered_in_a_file_of_the_corpus_is_right(path: str) -> None:
    text = read(path)
    for number in range(3):
        chance = crc32(f"{os.path.basename(path)} {number}".encode())
        typing = _typed(text, chance % (len(text) + 1), chance >> 8)
        assert_right(typing, "buildspec.json" if path.endswith(".json") else "buildspec.yml")


@pytest.mark.parametrize("text", _WHOLE)
def test_something_is_offered_wherever_there_is_something_to_type(text: str) -> None:
    # Without this the properties would hold of a server that is silent.
    found = sum(len(completions_at(document(text), offset)) for offset in range(len(text)))
    assert found > len(text)


@st.composite
def _typings(draw: st.DrawFn) -> Typing:
    text = draw(st.sampled_from(_WHOLE + SNIPPETS))
    typing = _typed(text, draw(st.integers(0, len(text))), draw(st.integers(0, 191)))
    if draw(st.booleans()):
        return typing
    before = typing.text[: typing.offset].replace("\n", "\r\n")
    return Typing(before + typing.text[typing.offset :].replace("\n", "\r\n"), len(before))


@given(_typings())
@settings(_SLOW, max_examples=draws(150))
def test_what_is_offered_is_right_and_breaks_nothing(typing: Typing) -> None:
    assert_right(typing, "buildspec.yml")


_PATHS = ("buildspec.yml", "buildspec.json", "template.yml", "main.tf", "README.md", ".cblint.yml", "pyproject.toml")


@given(mutated(st.sampled_from(_WHOLE + SNIPPETS)) | yaml_like(), st.sampled_from(_PATHS), st.data())
@settings(_SLOW, max_examples=draws(250))
def test_any_text_can_be_asked_at_any_offset(text: str, path: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    found = completions_at(document(text, path), offset)
    for each in found:
        start, end = each.replaced
        assert 0 <= start <= offset <= end <= len(text)
        assert not set(text[start:end]) & {"\n", "\r"}
    assert len(set(_labels(found))) == len(found)


def _labels(found: list[Completion]) -> Iterator[str]:
    return (each.label for each in found)
