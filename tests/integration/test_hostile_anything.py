"""Anything at all is linted: mutated buildspecs, any bytes, any indicators, and what holds of all of them."""

from __future__ import annotations

import pathlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.report import FORMATS
from tests import bounds
from tests.bounds import draws
from tests.holding import hold
from tests.integration.conftest import DEFECT, Cblint

SEEDS = [
    DEFECT,
    'version: 0.2\n\nenv:\n  variables: {A: \'1\', "B": "x\\ty"}\n  secrets-manager:\n    A: s:t\n\n'
    "phases:\n  pre_build: &p\n    commands:\n      - echo $A && echo b # cblint: ignore[CB1002] -- why\n      - |\n"
    "        # cblint: ignore[duplicate-key]\n        if x; then\n          y\n        fi\n  prebuild: *p\n"
    "  build:\n    commands: &c\n      - >-\n        npm ci\n        --quiet\n      -\n      - a: b\n      - [x]\n"
    "    commands: *c\n    finally:\n      # - make\nartifacts:\n  files: ['**/*']\n",
    '{"version": 0.2, "phases": {"build": {"commands": ["a \\u00e9", {}, [], "b"]}, "build": {"<<": {}}}}\n',
    "# cblint: ignore-file[unknown-phase, nope] -- all\nversion: 0.2\nbatch:\n  build-list:\n    - identifier: a\n"
    "      env: &e\n        image: x\n    - identifier: b\n      env: {<<: *e}\nphases: {Build: , post_bild: }\n---\n"
    "phases:\n  build:\n    commands:\n    - !t x: y\n...\n",
]
PIECES = [
    *":-?[]{},#&*!|>'\"%@`~",
    "\t",
    "\r",
    "\r\n",
    "\n",
    " ",
    "  ",
    ": ",
    "- ",
    " #",
    "\n\n",
    "<<: ",
    "---\n",
    "...\n",
]
PIECES += ["\U0001f600", "\u2028", "\x85", "\ufeff", "\x00", "\x1b", "\xa0", "&a ", "*a", "*c", "!!str ", "|\n", "\\"]
PIECES += ["# cblint: ignore[", "]", " -- ", "phases:\n", "commands:\n", "a: &a ", "key: "]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A buildspec with pieces put in, taken out, replaced or doubled."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 1, 2, 8, 40])))
        piece = draw(st.sampled_from([*PIECES, "", text[start:end] * 2]))
        text = text[:start] + piece + text[end:]
    return text


def _hold(data: bytes) -> None:
    """Each is written of one in so many; `make fuzz` writes all of each."""
    hold(data, FORMATS if bounds.ALL else {"text", "json", FORMATS[len(data) % len(FORMATS)]})


@settings(max_examples=draws(200))
@given(mutated())
def test_any_mutated_buildspec_is_linted(text: str) -> None:
    _hold(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=draws(200))
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_linted(data: bytes) -> None:
    _hold(data)


@settings(max_examples=draws(200))
@given(st.lists(st.sampled_from([*PIECES, "a", "phases", "build"]), max_size=25).map("".join))
def test_any_indicators_are_linted(text: str) -> None:
    _hold(b"phases:\n  build:\n    commands:\n" + text.encode())


@pytest.mark.parametrize(
    "data", [b"", b"\n", b" ", b"#", b"\xef\xbb\xbf", b"---", b"...", b"-", b"\r", b":", b"phases:"]
)
def test_hardly_anything_is_linted(data: bytes) -> None:
    _hold(data)


@settings(max_examples=15 if bounds.ALL else 5)
@given(st.lists(mutated(), min_size=3, max_size=9))
def test_a_process_ends_well_whatever_it_reads(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder: pathlib.Path = tmp_path_factory.mktemp("any")
    with pytest.MonkeyPatch.context() as monkeypatch:
        cblint = Cblint(folder, monkeypatch)
        cblint.put({f"{number}-buildspec.yml": text for number, text in enumerate(texts)})
        cblint.put({"z-buildspec.yml": DEFECT})
        done = cblint.process("check", "--format", "json", timeout=100)
    assert done.status == 1
    assert "z-buildspec.yml command-not-string" in done.findings
