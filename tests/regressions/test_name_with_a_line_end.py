"""A line end in the name of a file, or of a folder above it, hid the file from the search."""

from __future__ import annotations

import pytest

from cblint.hosts.buildspec import candidate, named_like_buildspec


@pytest.mark.parametrize("name", ["a\nbuildspec.yml", "buildspec\n.yml", "buildspec.a\nb.yaml"])
def test_it_is_named_like_a_buildspec_all_the_same(name: str) -> None:
    assert named_like_buildspec(name)
    assert candidate(f"ci/{name}")


def test_a_folder_may_have_one_too() -> None:
    assert candidate("a\nb/codebuild/build.yml")
