"""Patterns for files, held to paths: what is taken for sure, and what may be spared."""

from __future__ import annotations

import time

import pytest

from cblint.checks.globs import is_known, may_take, takes


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("**/*", "a"),
        ("**/*", "a/b/c"),
        ("**/*", ".env"),
        ("**", "a/.env"),
        ("./**/*", "a/b"),
        ("a/**/*", "a/b"),
        ("a/**/*", "a/b/c/d"),
        ("**/c/*.json", "a/b/c/d.json"),
        ("*.json", "a.json"),
        (".env*", ".env.production"),
        ("a/.env", "a/.env"),
    ],
)
def test_a_pattern_takes_a_file(pattern: str, path: str) -> None:
    assert takes(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*", "a/b"),
        ("*", ".env"),
        ("a", "a/b"),
        ("a/*", "a/b/c"),
        ("b/**/*", "a/b/c"),
        ("*.json", "a.yml"),
        ("$FOLDER/**/*", "a/b"),
        ("{a,b}", "a"),
        ("[ab]", "a"),
    ],
)
def test_it_does_not_or_nobody_knows(pattern: str, path: str) -> None:
    assert not takes(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [("a", "a/b"), ("*.env", "a/x.env"), ("a/**/*", "a/b/c"), ("$X", "a"), ("!a", "b"), ("**/b", "a/b")],
)
def test_a_pattern_may_spare_a_file(pattern: str, path: str) -> None:
    assert may_take(pattern, (path,))


@pytest.mark.parametrize(
    ("pattern", "path"), [("b", "a/c"), ("b/**/*", "a/b"), ("*.yml", "a.json"), ("node_modules", ".env")]
)
def test_it_spares_another(pattern: str, path: str) -> None:
    assert not may_take(pattern, (path,))


def test_patterns_of_strangers_cost_no_time() -> None:
    begun = time.process_time()
    assert not takes("/".join(["**"] * 38 + ["x"]), "/".join(["a"] * 39))
    assert not takes("*a" * 2_000, "a" * 4_000 + "b")
    assert not is_known("/".join(["**"] * 1_000))
    assert time.process_time() - begun < 1
