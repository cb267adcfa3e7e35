"""The pre-commit hook is given the files that a search would look at, and no others."""

from __future__ import annotations

import os
import pathlib
import re
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from cblint.hosts.buildspec import candidate

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def hook() -> dict[str, Any]:
    """The only hook there is."""
    with open(os.path.join(ROOT, ".pre-commit-hooks.yaml"), encoding="utf-8") as file:
        [found] = yaml.safe_load(file)
    assert isinstance(found, dict)
    return found


FILES = re.compile(hook()["files"])


def taken(path: str) -> bool:
    """Whether pre-commit gives the hook a file: it searches, and its paths start at the root of the repository."""
    return FILES.search(path) is not None


@pytest.fixture(scope="module", autouse=True)
def _elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A working directory whose own name means nothing."""
    before = pathlib.Path.cwd()
    os.chdir(tmp_path_factory.mktemp("elsewhere"))
    yield
    os.chdir(before)


def test_the_hook_runs_the_command() -> None:
    assert (hook()["id"], hook()["entry"], hook()["language"]) == ("cblint", "cblint check", "python")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("buildspec.yml", True),
        ("buildspec.yaml", True),
        ("buildspec.json", True),
        ("ci/buildspec.yml", True),
        ("BuildSpec-Prod.YML", True),
        ("build-spec.yml", True),
        ("build_spec.yml", True),
        ("build.spec.yml", True),
        ("my-buildspec-for.release.yml", True),
        ("rebuildspecs.yaml", True),
        ("codebuild/release.yml", True),
        ("ci/codebuild/release.json", True),
        (".codebuild/release.yml", True),
        ("code-build/x.yml", True),
        ("CodeBuilds/x.yml", True),
        ("buildspecs/x.yml", True),
        ("build_spec/x.yml", True),
        ("codebuild/.yml", True),
        ("buildspec", False),
        ("buildspec.yml.j2", False),
        ("buildspec.yml~", False),
        ("buildspec.txt", False),
        ("buildspec.d/x.yml", False),
        ("buildspec.yml/x.yml", False),
        ("codebuild/ci/release.yml", False),
        ("codebuild.yml", False),
        ("mycodebuild/x.yml", False),
        ("codebuild/readme.md", False),
        (".github/workflows/ci.yml", False),
        ("template.yml", False),
        ("spec/build.yml", False),
        ("build spec.yml", False),
    ],
)
def test_the_hook_is_given_what_a_search_would_open(path: str, expected: bool) -> None:
    assert (taken(path), candidate(path)) == (expected, expected)


PARTS = st.sampled_from(
    [
        *("build", "spec", "specs", "code", "builds", "BUILD", "Spec", "\u017fpec", "CodeBuild", "x", "a b", "é"),
        *(".", "-", "_", "/", "\n", ".yml", ".yaml", ".json", ".YML", ".yam", "yml", "y", "~"),
    ]
)


@given(st.lists(PARTS, min_size=1, max_size=9).map("".join))
def test_the_hook_and_the_search_agree_on_any_name(path: str) -> None:
    assume(_as_git_says_it(path))
    assert taken(path) == candidate(path)


@given(st.text(st.characters(exclude_characters="\0"), max_size=20))
def test_they_agree_on_any_text_in_a_name(text: str) -> None:
    paths = (f"{text}buildspec{text}.yml".replace("/", ""), f"codebuild/{text}.yml", f"{text}codebuild/x.yml")
    for path in filter(_as_git_says_it, paths):
        assert taken(path) == candidate(path)


def _as_git_says_it(path: str) -> bool:
    return os.path.normpath(path) == path and not path.startswith(("/", ".."))
