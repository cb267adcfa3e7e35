"""No regular expression of cblint takes more than linear time, whatever text a stranger has written for it.

`make test` tries one in forty of the attacks that can be made of each, others for each pattern; `make fuzz` tries all
of them, and looks that what is compiled while the examples run has been among them.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

from tests.bounds import ALL, no_hanging
from tests.hostile.attacks import Attack, Slow, attacks, slowest
from tests.hostile.expressions import ROOT
from tests.hostile.patterns import Pattern, forgotten, patterns

PARTS = 16
"""Into which the patterns are parted, so that all processors are at work."""
SHARE = 1 if ALL else 40


def test_no_place_is_forgotten() -> None:
    assert forgotten() == []


@pytest.mark.parametrize("part", range(PARTS))
def test_every_pattern_is_linear(part: int) -> None:
    found = patterns()
    slow = [
        f"{found[pattern]}: {pattern.how} {pattern.pattern!r:.200} takes {shown.seconds:.2f} s for {shown.length} "
        f"characters of {shown.attack}"
        for number, pattern in enumerate(found)
        if number % PARTS == part and (shown := worst(pattern, number)) is not None
    ]
    assert slow == []


def worst(pattern: Pattern, number: int) -> Slow | None:
    """What shows that a pattern is not linear; ``number`` says with which share of the attacks to begin."""
    with no_hanging(120):
        tried = attacks(pattern)[number % SHARE :: SHARE]
        return next((slow for attack in tried if (slow := slowest(pattern, attack)) is not None), None)


@pytest.mark.skipif(not ALL, reason="make fuzz takes the time for it")
def test_what_a_run_compiles_has_been_tried(tmp_path: pathlib.Path) -> None:
    listed = tmp_path / "compiled.json"
    tests = ("test_rules", "test_own_rules", "test_formats", "test_explained", "test_script_host", "test_markdown_host")
    command = [sys.executable, "-m", "pytest", "-p", "tests.hostile.compiled", *(f"tests/{name}.py" for name in tests)]
    environment = {**os.environ, "CBLINT_COMPILED": str(listed)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    tried = {(pattern.pattern, pattern.how) for pattern in patterns()}
    compiled = json.loads(listed.read_text())
    assert len(compiled) > 300
    others = [each for each in compiled if not any((each["pattern"], how) in tried for how in HOWS)]
    slow = [
        (each, shown)
        for number, each in enumerate(others)
        if (shown := worst(Pattern(each["pattern"], each["flags"], each["how"]), number)) is not None
    ]
    assert slow == []


HOWS = ("match", "fullmatch", "search", "finditer")


@pytest.mark.parametrize(
    ("pattern", "how"),
    [
        ("(a+)+b", "match"),
        (r"(?:\w|\$\w+)+", "fullmatch"),
        (r"\$\{[^}]*\}", "search"),
        ("a*[ab]*c", "match"),
        ("-[a-z]*e[a-z]*", "fullmatch"),
        ('"(?:[^"\\\\]|\\\\.)*"', "finditer"),
        (r"(?m)^\s*x", "search"),
        (r"git\b.*push", "search"),
        (b"[0-9]+x", "search"),
    ],
)
def test_what_is_slow_is_found(pattern: str | bytes, how: str) -> None:
    every = Pattern(pattern, 0, how)
    with no_hanging():
        assert any(slowest(every, attack) is not None for attack in attacks(every))


@pytest.mark.parametrize(
    ("pattern", "how"),
    [
        ("[a-z]+-[0-9]+", "match"),
        ("-[a-df-z]*e[a-z]*", "fullmatch"),
        (r"(?<!\S)(\S+): x", "search"),
        (r"\$\{[^}]{0,200}\}", "search"),
        ('"(?:[^"\\\\]|\\\\.)*"', "match"),
        (r"(?m)^[^\S\n]*x", "search"),
        ("|".join(f"word{number}" for number in range(300)), "search"),
    ],
)
def test_what_is_linear_is_left_alone(pattern: str, how: str) -> None:
    every = Pattern(pattern, 0, how)
    assert not any(slowest(every, attack) is not None for attack in attacks(every))


def test_a_bound_is_looked_at_as_far_as_it_goes() -> None:
    attack = Attack("", "a", "")
    assert slowest(Pattern("a*b", 0, "search", 400), attack) is None
    assert slowest(Pattern("a*b", 0, "search"), attack) is not None
    assert slowest(Pattern("(a+)+b", re.IGNORECASE, "match", 400), attack) is not None
