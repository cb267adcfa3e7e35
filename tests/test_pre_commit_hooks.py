"""The hooks are given all the files that a search would open by their names, and few others."""

from __future__ import annotations

import os
import pathlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from cblint.hosts import reading
from cblint.hosts.buildspec import candidate
from cblint.opening import worth_opening
from tools.corpus import CORPUS, available

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def hooks() -> list[dict[str, Any]]:
    """The hooks of this project, as pre-commit reads them."""
    with open(os.path.join(ROOT, ".pre-commit-hooks.yaml"), encoding="utf-8") as file:
        found = yaml.safe_load(file)
    assert isinstance(found, list)
    return found


FILES = re.compile(hooks()[0]["files"])


def taken(path: str) -> bool:
    """Whether pre-commit gives the hooks a file: it searches, and its paths start at the root of the repository."""
    return FILES.search(path) is not None


def opened(path: str) -> bool:
    """Whether a search would open it, or look into it."""
    return candidate(path) or worth_opening(path)


@pytest.fixture(scope="module", autouse=True)
def _elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A working directory whose own name means nothing."""
    before = pathlib.Path.cwd()
    os.chdir(tmp_path_factory.mktemp("elsewhere"))
    yield
    os.chdir(before)


def test_the_hooks_are_alike_but_for_what_they_run() -> None:
    entries = {hook["id"]: hook["entry"] for hook in hooks()}
    assert entries == {"cblint": "cblint check --as-found", "cblint-fix": "cblint check --as-found --fix-only"}
    own = ("id", "name", "entry", "description")
    [shared] = {repr({key: value for key, value in hook.items() if key not in own}) for hook in hooks()}
    assert "'types': [], 'types_or': ['file', 'symlink']" in shared
    assert "'require_serial': True" in shared


PATHS = [
    *("buildspec.yml", "buildspec.yaml", "buildspec.json", "ci/buildspec.yml", "BuildSpec-Prod.YML"),
    *("build-spec.yml", "build_spec.yml", "my-buildspec-for.release.yml", "codebuild/release.yml"),
    *(".codebuild/x.json", "codebuild/.yml", "template.yml", "a/b/stack.template", "cdk.out/Stack.template.json"),
    *("main.tf", "main.tf.json", "modules/a/MAIN.TF", "main.tofu", "lib/stack.ts", "lib/stack.tsx", "a.mts"),
    *("a.cts", "a.js", "a.jsx", "a.mjs", "a.cjs", "app.py", "App.java", "README.md", "docs/a.markdown"),
    *("docs/a.mdx", "run.sh", "run.bash", "buildspec.yml.tpl", "a.tftpl", "a..yml", ".github/workflows/ci.yml"),
    "a/.b.yml",
]
OTHERS = [
    *("buildspec", "Makefile", "buildspec.yml.j2", "buildspec.yml~", "buildspec.txt", "notes.txt", "a.yml.bak"),
    *("yml", "a.ym", "a.xyaml", "a.pyc", "a.tfvars", "a.tsv", "a.rs", "a.tf.jsonc", "Dockerfile", "a.templates"),
    *("template", "buildspec.d/x", "image.png", "a.md5", "a.javascript", "a.zsh", ".gitignore"),
]


@pytest.mark.parametrize(("paths", "expected"), [(PATHS, True), (OTHERS, False)], ids=["opened", "left alone"])
def test_the_hooks_are_given_what_a_search_would_open(paths: list[str], expected: bool) -> None:
    assert [path for path in paths if taken(path) is not expected] == []
    assert [path for path in paths if opened(path) is not expected] == []


ENDINGS = [*reading._HOSTS, *reading._LONGER]
PARTS = st.sampled_from(
    [
        *("build", "spec", "specs", "code", "builds", "BUILD", "Spec", "\u017fpec", "CodeBuild", "x", "a b", "é"),
        *(".", "-", "_", "/", "\n", ".yam", "yml", "y", "~", ".j\u017fon", ".mar\u212adown", ".T\u0130F"),
        *ENDINGS,
        *map(str.upper, ENDINGS),
    ]
)


@given(st.lists(PARTS, min_size=1, max_size=9).map("".join))
def test_the_hooks_are_given_all_that_a_search_would_open(path: str) -> None:
    assume(_as_git_says_it(path))
    assert taken(path) or not opened(path)


@given(st.text(st.characters(exclude_characters="\0/"), max_size=20), st.sampled_from([*ENDINGS, ".pyc", ".rst", ""]))
def test_and_no_other_that_has_a_name_before_its_ending(text: str, ending: str) -> None:
    for path in (f"x{text}{ending}", f"codebuild/x{text}{ending}", f"{text}buildspec{ending}"):
        # What only folds to an ending, and a line end behind it, are for cblint to rule out.
        if path.isascii() and not path.endswith("\n") and _as_git_says_it(path):
            assert taken(path) == opened(path)


def test_no_ending_is_missing_but_that_of_plain_text() -> None:
    assert [ending for ending in ENDINGS if not taken(f"a{ending}")] == [".txt"]


@pytest.mark.skipif(not available(), reason=f"the corpus is not at {os.path.normpath(CORPUS)} (set CBLINT_CORPUS)")
def test_the_hooks_are_given_every_file_of_the_corpus_that_a_search_opens() -> None:
    paths = [path.relative_to(CORPUS).as_posix() for path in pathlib.Path(CORPUS).rglob("*") if path.is_file()]
    assert [path for path in paths if taken(path) != opened(path)] == []
    assert sum(map(taken, paths)) > 300


def _as_git_says_it(path: str) -> bool:
    return os.path.normpath(path) == path and not path.startswith(("/", ".."))
