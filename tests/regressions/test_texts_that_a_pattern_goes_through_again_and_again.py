"""A regular expression went through a text from each of its places, or parted it in each way that there is: a hundred
thousand characters took half a minute, and thirty behind a dollar sign took for ever.

tests/hostile/test_expressions.py looks at all expressions; here is what a file can do with them.
"""

from __future__ import annotations

import json

import pytest

from cblint.checks.caching import _lies_in
from cblint.checks.expansions import _BRACES
from cblint.checks.pipelines import _is_open
from cblint.flow.words import _GLOB
from cblint.hosts.buildspec import _NAME
from cblint.shell.powershell import _NUMBER
from tests.bounds import no_hanging
from tests.helpers import HEAD, lint

MANY = 100_000
SECONDS = 15.0
"""Of work: each takes a fraction of a second now."""


def spec(*commands: str, **more: object) -> str:
    """A buildspec with these commands, in JSON, which writes any text in a line."""
    return json.dumps({"version": 0.2, "phases": {"build": {"commands": list(commands)}}, **more})


TEXTS = {
    "digits": f"{HEAD}      - make\nenv:\n  variables:\n    A: {'0' * MANY}x\n",
    "braces in the path of a cache": spec("make", cache={"paths": ["${" * MANY]}),
    "commas in braces": spec("echo {" + "a," * (MANY // 2)),
    "a field of printf": spec(f"printf '%{'0' * MANY}!'; printf %{'0' * MANY}q"),
    "lines without words": spec("\t\n" * (MANY // 2) + "Get-$env:"),
    "a long number of PowerShell": spec("$a = " + "0" * MANY + "x", env={"shell": "powershell.exe"}),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_is_gone_through_once(text: str) -> None:
    with no_hanging(SECONDS):
        lint(text)


@pytest.mark.parametrize(
    ("pattern", "given", "found"),
    [
        ("**/web", "a/b/web", True),
        ("**/web", "web", True),
        ("**/web", "a/web/b", False),
        ("web/**", "web/a", True),
        ("./**/a/**/b/", "x/a/y/z/b", True),
        ("**/" * 30 + "x", "a/" * 40 + "y", False),
    ],
)
def test_a_folder_of_a_cache_is_found_as_before(pattern: str, given: str, found: bool) -> None:
    with no_hanging(SECONDS):
        assert _lies_in(given, pattern) is found


def test_expressions_match_what_they_did() -> None:
    for text, holds in (("{a=b,c}", True), ("{a,b=c}", True), ("{a=b}", False), ("{a,b}", False), ("{,=}", True)):
        assert (_BRACES.search(text) is not None) is holds
    for text, holds in (("a[b]", True), ("[[]", True), ("]a[", False), ("a*", True), ("[\n]", True)):
        assert (_GLOB.search(text) is not None) is holds
    for text, holds in (("my-buildspec.prod.yml", True), ("buildspec", False), ("buildspec-build_spec.json", True)):
        assert (_NAME.fullmatch(text) is not None) is holds
    for text, end in (("1.5e3kb ", 7), (".5)", 2), ("12..3", 2), ("0x1f", 4), ("1x", None)):
        match = _NUMBER.match(text)
        assert (match.end() if match is not None else None) == end


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ('["a\ue000"]', False),
        ("[\ue000]", True),
        ('["a\\"\ue000"]', False),
        ('["a\ue000', True),
        ('["a", "\\', False),
        ('["a\\\n\ue000"]', False),
    ],
)
def test_what_is_not_known_is_outside_of_quotes_or_in_some_without_an_end(text: str, is_open: bool) -> None:
    assert _is_open(text) is is_open
