"""Patterns that pathspec refuses ended the run, a byte order mark hid the first one, and many stars took hours."""

from __future__ import annotations

import pathlib
import warnings

import pytest

from cblint.hosts.discover import matcher, search
from tests.helpers import repository


@pytest.mark.parametrize("pattern", ["!", "\\", "a\\", "[z-a]", "[b-a]x"])
def test_a_malformed_pattern_matches_nothing_and_spoils_no_other(pattern: str) -> None:
    verdict = matcher(["ci/", pattern, "docs/"])
    assert [verdict(path) for path in ("ci/", "docs/", "a", pattern)] == [True, True, None, None]


def test_a_class_of_characters_gives_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert matcher(["[[:alpha:]]*", "[a--]", "[[]x"])("buildspec.yml") in (None, True)


def test_the_first_pattern_counts_after_a_byte_order_mark(tmp_path: pathlib.Path) -> None:
    folder = repository(tmp_path, {".gitignore": "\ufeffa.yml\n", "a.yml": "", "b.yml": ""})
    found = search(folder, lambda path: path.endswith(".yml"), lambda path: False, lambda path: True)
    assert list(found) == [str(tmp_path / "b.yml")]


@pytest.mark.parametrize("pattern", ["*a*a*a*a*a*a*a*a*a*b", "**/a/**/a/**/a/**/a/**/a/**/b", "*a*a/*a*a/*a*a/*a*b"])
def test_a_pattern_with_very_many_choices_matches_nothing(pattern: str) -> None:
    assert matcher([pattern])("/".join(["a" * 200] * 9) + "/a" * 90) is None


@pytest.mark.parametrize("pattern", ["**/*.egg-info/**/*", "*a*b*", "**/a/**/b/**", "*/*/*/*.yml", "!**/x/**/*.y*"])
def test_patterns_that_people_write_count(pattern: str) -> None:
    path = {"*a*b*": "xaxbx", "**/a/**/b/**": "x/a/x/x/b/x", "*/*/*/*.yml": "a/b/c/d.yml"}.get(
        pattern, "x/a.egg-info/b/c"
    )
    assert matcher([pattern])("z/x/a/b.yml" if pattern.startswith("!") else path) is not pattern.startswith("!")
