"""Whatever a repository holds: of all its files, ``--as-found`` keeps those that a search finds, and no others."""

from __future__ import annotations

import os
import pathlib
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.candidates import candidates_of
from cblint.linter import Settings
from tests.bounds import draws
from tests.integration.conftest import forget

FOLDERS = ("ci", "codebuild", "node_modules", "vendor", "a b", "buildspec.yml")
NAMES = ("buildspec.yml", "x.yml", "x.tf", "x.py", "x.md", "x.txt", "x", "-x.yml", "a;b.json", "\n.yml", "x.tf.json")
TEXTS = ("", "codebuild", "CodeBuild ```", "version phases commands", "a: 1")
PATTERNS = ("vendor/", "*.tf", "/ci/x.yml", "!x.tf", "codebuild", "**/x.py", "!vendor/x.yml")
PATHS = st.builds(os.path.join, *[st.sampled_from(("", *FOLDERS))] * 2, st.sampled_from(NAMES))
TARGETS = st.one_of(PATHS, st.sampled_from((*FOLDERS, "..", "../outside.yml", "missing")))


def write(path: pathlib.Path, text: str) -> None:
    """A file, unless something of another kind is where it or its folder should be."""
    if not any(each.is_file() or each.is_symlink() for each in path.parents) and not os.path.lexists(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@settings(max_examples=draws(60))
@given(
    st.dictionaries(PATHS, st.sampled_from(TEXTS), max_size=12),
    st.dictionaries(st.one_of(PATHS, st.sampled_from(FOLDERS)), TARGETS, max_size=4),
    st.lists(st.sampled_from(PATTERNS), max_size=3),
    st.lists(st.sampled_from(PATTERNS), max_size=2),
)
def test_it_keeps_what_a_search_finds(
    files: dict[str, str], links: dict[str, str], configured: list[str], excluded: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as outer, pytest.MonkeyPatch.context() as patch:
        folder = pathlib.Path(outer, "repository")
        (folder / ".git").mkdir(parents=True)
        write(folder.parent / "outside.yml", "codebuild")
        write(folder / ".cblint.yml", f"exclude: {configured}\nbuildspecs: ['ci/x']\n".replace('"', "'"))
        for name, target in links.items():
            if not os.path.lexists(folder / name) and not any(each.is_symlink() for each in (folder / name).parents):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).symlink_to(os.path.relpath(folder / target, (folder / name).parent))
        for name, text in files.items():
            write(folder / name, text)
        patch.chdir(folder)
        forget()
        named = [
            os.path.relpath(os.path.join(current, name))
            for current, folders, names in os.walk(".")
            for name in [*names, *(each for each in folders if os.path.islink(os.path.join(current, each)))]
        ]
        searched = {candidate.path for candidate in candidates_of(["."], Settings(exclude=tuple(excluded)))}
        kept = candidates_of(named, Settings(exclude=tuple(excluded), as_found=True))
        assert {candidate.path for candidate in kept} == searched
