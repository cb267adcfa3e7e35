"""What ``cblint explain`` prints of images and variables, and how old it says the tables are."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from click.testing import CliRunner

from cblint import __version__
from cblint.cli.commands import cli
from cblint.facts import table
from cblint.facts.age import ages
from cblint.facts.images import all_images
from cblint.report.explained import NotKnown, image_text, variable_text


def run(*arguments: str) -> tuple[int, str]:
    """The exit status and all that is printed."""
    done = CliRunner().invoke(cli, list(arguments))
    return done.exit_code, done.output


def data(*arguments: str) -> Any:
    """What is printed as JSON."""
    status, printed = run("explain", *arguments, "--format", "json")
    assert status == 0
    return json.loads(printed)


def test_an_image_for_people() -> None:
    status, printed = run("explain", "image", "aws/codebuild/standard:7.0-24.10.29")
    assert status == 0
    assert printed.startswith(
        "aws/codebuild/standard:7.0 at release 24.10.29\n  caution         what follows is the newest"
    )
    assert "\n  system          Ubuntu 22.04, x86_64\n" in printed
    assert "python: 3.14, 3.13, 3.12, 3.11, 3.10 (ended)" in printed
    assert "dash, unless env.shell says otherwise" in printed


def test_an_image_for_programs() -> None:
    found = data("image", "aws/codebuild/amazonlinux2-x86_64-standard:5.0")
    assert (found["format"], found["version"]) == ("cblint-image", 1)
    image = found["image"]
    assert image["name"] == "aws/codebuild/amazonlinux-x86_64-standard:5.0"
    assert image["aliases"] == ["aws/codebuild/amazonlinux2-x86_64-standard:5.0"]
    assert image["runtimes"]["nodejs"]["ended"] == {"20": "2026-04-30", "18": "2025-04-30"}
    assert image["status"] == "current"


@pytest.mark.parametrize("image", all_images(), ids=lambda image: image.name)
def test_every_image_can_be_explained(image: Any) -> None:
    printed = "".join(image_text(image.name))
    assert image.os in printed
    assert max(map(len, printed.splitlines())) <= 100


def test_all_of_them() -> None:
    assert run("explain", "image")[1].count("\n") == len(all_images()) + 2
    assert len(data("image")["images"]) == len(all_images())
    assert run("explain", "variable")[1].count("\n") == len(table("meanings")["variables"])
    assert len(data("variable")["variables"]) == len(table("meanings")["variables"])


def test_a_variable() -> None:
    _, printed = run("explain", "variable", "CODEBUILD_WEBHOOK_HEAD_REF")
    assert "can choose the text" in printed
    assert data("variable", "CODEBUILD_SRC_DIR_lib")["variable"] == {
        "name": "CODEBUILD_SRC_DIR_lib",
        "set": "for secondary sources",
        "chosenBy": "CodeBuild",
        "chosenOutside": False,
        "holds": "the folder of that secondary source",
    }


def test_every_variable_that_codebuild_sets_has_a_meaning() -> None:
    facts = table("variables")
    assert {*facts["codebuild"], *facts["set-by-codebuild"]} <= set(table("meanings")["variables"])
    for name in table("meanings")["variables"]:
        assert "".join(variable_text(name)).startswith(name)


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("image", "standard:7.1", 'none of CodeBuild\'s images that cblint knows. Did you mean "standard:7.0"?'),
        ("image", "ubuntu", "none of CodeBuild's images that cblint knows."),
        ("image", "aws/codebuild/python:3.6.5", "one of CodeBuild's images of before 2019"),
        ("image", "a\x1b[31m", "none of CodeBuild's images"),
        ("variable", "CODEBUILD_PROJECT_NAME", "${CODEBUILD_BUILD_ID%%:*} is the name of the project"),
        ("variable", "CODEBUILD_AUTH_TOKEN", "internal to CodeBuild"),
        ("variable", "CODEBUILD_BILD_ID", 'Did you mean "CODEBUILD_BUILD_ID"?'),
    ],
)
def test_what_is_not_known_is_wrong_usage(kind: str, name: str, said: str) -> None:
    status, printed = run("explain", kind, name)
    assert status == 2
    assert said in printed
    assert "\x1b" not in printed


def test_not_known_is_an_error_of_its_own() -> None:
    with pytest.raises(NotKnown):
        list(variable_text("CODEBUILD_SRC_DIR_"))


def test_tables_that_are_old_are_only_mentioned_where_asked() -> None:
    assert run("--version") == (0, f"cblint {__version__}\n")
    status, printed = run("--version", "--verbose")
    assert status == 0
    assert printed.startswith(f"cblint {__version__}\nbuild images: as of 2026-")
    long_after = datetime.date(2040, 1, 1)
    assert all("days ago, and more than" in line for line in ages(long_after))
    assert not any("days ago" in line for line in ages(datetime.date(2026, 11, 26)))


def test_verbose_alone_is_wrong_usage() -> None:
    assert run("--verbose")[0] == 2
