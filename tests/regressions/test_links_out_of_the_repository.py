"""A link in a repository to a file outside of it was read as a file beside the buildspec, and what it holds shown."""

from __future__ import annotations

import os
import pathlib

import pytest

from cblint.config import is_configured
from cblint.hosts.repository import holds, is_file, names_in, paths_of
from tests.helpers import commands, repository
from tests.integration.conftest import forget, invoke

TEMPLATE = """Resources:
  OutsideName:
    Type: AWS::CodeBuild::Project
    Properties:
      Source: {Type: GITHUB, BuildSpec: buildspec.yml}
      Environment: {EnvironmentVariables: [{Name: TAG, Value: outside-value}]}
"""
BUILDSPEC = commands("make").replace("phases:", "env: {variables: {TAG: a}}\nphases:")


@pytest.fixture
def folders(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> tuple[pathlib.Path, pathlib.Path]:
    """A repository with a buildspec, in which the test runs, and a folder beside it."""
    inside, outside = tmp_path / "repository", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    monkeypatch.chdir(repository(inside, {"buildspec.yml": BUILDSPEC}))
    return inside, outside


def told(*command: str) -> tuple[int, str, str]:
    forget()
    done = invoke(command, "")
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("command", [("check",), ("config", "buildspec.yml"), ("init", "--stdout")])
def test_a_template_behind_a_link_is_none_of_the_repository(
    folders: tuple[pathlib.Path, pathlib.Path], command: tuple[str, ...]
) -> None:
    inside, outside = folders
    alone = told(*command)
    (outside / "template.yaml").write_text(TEMPLATE)
    (outside / "job").write_text(commands("make"))
    for name in ("template.yaml", "job"):
        (inside / name).symlink_to(outside / name)
    assert told(*command) == alone


def test_a_template_behind_a_link_that_stays_inside_is_read(folders: tuple[pathlib.Path, pathlib.Path]) -> None:
    inside, _ = folders
    (inside / "template.txt").write_text(TEMPLATE)
    (inside / "template.yaml").symlink_to("template.txt")
    assert "OutsideName" in told("config", "buildspec.yml")[1]


def test_nothing_is_asked_of_what_lies_outside(folders: tuple[pathlib.Path, pathlib.Path]) -> None:
    inside, outside = folders
    root = str(inside)
    for path in ("a.yml", "pyproject.toml"):
        (outside / path).write_text("[tool.cblint]\n")
        (inside / path).symlink_to(outside / path)
    (inside / "folder").symlink_to(outside)
    (inside / "link.yml").symlink_to("buildspec.yml")
    (inside / "ci").mkdir()
    (inside / "ci" / "b.yml").symlink_to(outside / "a.yml")
    asked: list[str] = []

    def wanted(path: str) -> bool:
        asked.append(os.path.relpath(path, root))
        return False

    assert paths_of(root, wanted) == []
    assert sorted(asked) == ["buildspec.yml", "link.yml"]
    assert [is_file(root, path) for path in ("a.yml", "folder/a.yml", "../outside/a.yml")] == [False] * 3
    assert [names_in(root, path, 9) for path in ("folder", "../outside", "ci")] == [(), (), ("b.yml",)]
    assert not is_configured(root)
    # The link itself is in a checkout.
    assert holds(root, "ci") is True
