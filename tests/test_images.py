"""The table of build images, and what is known of the builds that can run a buildspec."""

from __future__ import annotations

import os
from typing import Any

import pytest
import yaml

from cblint.buildspec.environments import Environment, those
from cblint.engine import buildspecs_of
from cblint.facts.images import Image, Runtime, all_images, image_of, is_of_one_language, other_names, sh_of
from cblint.hosts.project import Project
from cblint.source.loader import load
from cblint.source.text import Text
from tests.properties.strategies import CORPUS

FACTS = os.path.join(os.path.dirname(os.path.normpath(CORPUS)), "facts", "images.yml")
"""What was gathered about the images, apart from the tables."""


def known(name: str) -> Image:
    """An image of the table."""
    found = image_of(name)
    assert found is not None, name
    return found


def gathered() -> list[dict[str, Any]]:
    """The images that were gathered; none where that file is not at hand."""
    if not os.path.isfile(FACTS):
        return []
    with open(FACTS, encoding="utf-8") as file:
        images: list[dict[str, Any]] = yaml.load(file, Loader=yaml.BaseLoader)["images"]
    return images


needs_facts = pytest.mark.skipif(not gathered(), reason=f"{FACTS} is not at hand (it lies beside CBLINT_CORPUS)")


@needs_facts
def test_the_table_has_every_image_that_was_gathered() -> None:
    assert [image.name for image in all_images()] == [each["id"] for each in gathered()]
    assert len(all_images()) == 57


@needs_facts
@pytest.mark.parametrize("facts", gathered(), ids=lambda facts: facts["id"])
def test_an_image_is_what_was_gathered(facts: dict[str, Any]) -> None:
    image = known(facts["id"])
    assert (image.os, image.arch, list(image.types)) == (facts["os"], facts["arch"], facts["environment_types"])
    assert image.since == (facts.get("deprecated_on") or "").replace("null", "")
    assert image.is_maintained == (facts["status"] in ("current", "listed"))
    for alias in facts.get("aliases", ()):
        assert image_of(alias.partition(" ")[0]) == image
    if "sh_is" in facts:
        assert {"dash": "dash", "bash": "bash-as-sh"}[facts["sh_is"]] == image.sh
    if isinstance(facts["runtimes"], dict) and facts["environment_types"] != ["MAC_ARM"]:
        assert image.runtimes is not None
        assert list(image.runtimes) == sorted(facts["runtimes"])
        for name, runtime in facts["runtimes"].items():
            assert list(image.runtimes[name].versions) == runtime["versions"]
            assert image.runtimes[name].others == (runtime["accepts_other_versions"] == "true")
            assert set(image.runtimes[name].requires) == set(runtime.get("requires", {}))
    elif facts["runtimes"] == "unknown":
        assert image.runtimes is None


def test_versions_are_text() -> None:
    runtimes = known("aws/codebuild/standard:7.0").runtimes
    assert runtimes is not None
    assert "3.10" in runtimes["python"].versions
    assert "1.20" in runtimes["golang"].versions
    old = known("aws/codebuild/standard:4.0").runtimes
    assert old is not None
    assert old["android"] == Runtime(("28", "29"), False, {each: {"java": ("corretto8",)} for each in ("28", "29")})


@pytest.mark.parametrize(
    ("name", "image", "release"),
    [
        ("aws/codebuild/standard:7.0", "aws/codebuild/standard:7.0", ""),
        ("aws/codebuild/standard:7.0-24.10.29", "aws/codebuild/standard:7.0", "24.10.29"),
        ("aws/codebuild/amazonlinux2-x86_64-standard:5.0", "aws/codebuild/amazonlinux-x86_64-standard:5.0", ""),
        (
            "aws/codebuild/amazonlinux2-x86_64-standard:5.0-1.0.0",
            "aws/codebuild/amazonlinux-x86_64-standard:5.0",
            "1.0.0",
        ),
        ("aws/codebuild/amazonlinux2-x86_64-standard:3.0", "aws/codebuild/amazonlinux2-x86_64-standard:3.0", ""),
        ("aws/codebuild/windows-base:2019-1.0", "aws/codebuild/windows-base:2019-1.0", ""),
    ],
)
def test_an_image_is_known_by_all_its_names(name: str, image: str, release: str) -> None:
    assert (known(name).name, known(name).release) == (image, release)


@pytest.mark.parametrize(
    "name",
    [
        *("aws/codebuild/standard:9.0", "aws/codebuild/standard", "aws/codebuild/", "", "ubuntu:22.04", "standard:7.0"),
        *("123456789012.dkr.ecr.eu-west-1.amazonaws.com/aws/codebuild/standard:7.0", "aws/codebuild/standard:7.0-x"),
        *("aws/codebuild/amazonlinux-x86_64-standard:3.0", "aws/codebuild/standard:7.0-", "AWS/codebuild/standard:7.0"),
        "aws/codebuild/standard:" + "7.0-" * 10_000,
    ],
)
def test_what_is_not_in_the_table_is_not_known(name: str) -> None:
    assert image_of(name) is None


def test_what_sh_is_follows_the_beginning_of_the_name() -> None:
    assert sh_of("aws/codebuild/standard:99.0") == "dash"
    assert sh_of("ubuntu:22.04") is None


def test_images_of_one_language_and_older_names() -> None:
    assert is_of_one_language("aws/codebuild/python:3.6.5")
    assert not is_of_one_language("python:3.6.5")
    assert not is_of_one_language("aws/codebuild/standard:7.0")
    (older,) = other_names(known("aws/codebuild/amazonlinux-x86_64-standard:5.0"))
    assert older == "aws/codebuild/amazonlinux2-x86_64-standard:5.0"


# What builds run on


def environments(text: str, *projects: Project) -> tuple[Environment, ...]:
    """Those of a buildspec."""
    (buildspec,) = buildspecs_of(load(Text.of(text)), "buildspec.yml", projects)
    return buildspec.environments


def told(found: tuple[Environment, ...]) -> list[tuple[str, str | None, bool | None]]:
    """What a test looks at."""
    return [(each.name, each.image_name, each.privileged) for each in found]


SEVEN, FIVE = "aws/codebuild/standard:7.0", "aws/codebuild/standard:5.0"
PLAIN = "version: 0.2\nphases: {build: {commands: [make]}}\n"


def test_without_projects_and_batch_nothing_is_known() -> None:
    assert environments(PLAIN) == ()
    assert environments("- a") == ()
    assert environments("batch: [a]") == ()


def test_each_project_is_a_build() -> None:
    one = Project(("*",), image=SEVEN, privileged=True)
    assert told(environments(PLAIN, one)) == [("", SEVEN, True)]
    named = Project(("*",), name="release", image=FIVE)
    bare = Project(("*",))
    assert told(environments(PLAIN, one, named, bare)) == [
        (f"the project on {SEVEN}", SEVEN, True),
        ('the project "release"', FIVE, None),
        ("one of the projects", None, None),
    ]


TASKS = """\
version: 0.2
batch:
  build-graph:
    - identifier: linux
      env: {image: "aws/codebuild/standard:5.0", privileged-mode: true, type: LINUX_CONTAINER}
    - identifier: variable
      env: {image: "$IMAGE", compute-type: BUILD_GENERAL1_SMALL}
    - identifier: elsewhere
      buildspec: other.yml
      env: {image: "aws/codebuild/standard:6.0"}
    - {env: {fleet: arn}}
    - text
phases: {build: {commands: [make]}}
"""


def test_each_task_that_runs_the_file_is_a_build() -> None:
    assert told(environments(TASKS)) == [
        ('the batch task "linux"', FIVE, True),
        ('the batch task "variable"', None, None),
        ("batch task 4", None, None),
    ]
    linux, variable, fleet = environments(TASKS)
    assert linux.image == known(FIVE)
    assert linux.type == "LINUX_CONTAINER"
    assert linux.place is not None
    assert (variable.compute, variable.fleet, fleet.fleet) == ("BUILD_GENERAL1_SMALL", False, True)


def test_a_task_says_more_than_its_project() -> None:
    project = Project(("*",), image=SEVEN, privileged=False, compute_type="BUILD_GENERAL1_LARGE")
    linux, variable, fleet = environments(TASKS, project)
    assert (linux.image_name, linux.privileged) == (FIVE, True)
    assert (variable.image_name, variable.privileged) == (None, False)
    assert (fleet.image_name, fleet.compute) == (SEVEN, "BUILD_GENERAL1_LARGE")


def test_a_matrix_is_a_build_for_each_image() -> None:
    text = """\
version: 0.2
batch:
  build-matrix:
    static: {env: {type: LINUX_CONTAINER, privileged-mode: true}}
    dynamic:
      env:
        image: ["aws/codebuild/standard:7.0", "aws/codebuild/standard:5.0"]
        compute-type: [BUILD_GENERAL1_SMALL, BUILD_GENERAL1_LARGE]
phases: {build: {commands: [make]}}
"""
    found = environments(text, Project(("*",), compute_type="BUILD_GENERAL1_LARGE"))
    assert told(found) == [
        (f"the batch builds on {SEVEN}", SEVEN, True),
        (f"the batch builds on {FIVE}", FIVE, True),
    ]
    assert [each.compute for each in found] == [None, None]
    assert environments(text.replace("env:\n", "buildspec: [a.yml]\n      env:\n")) == ()


def test_those_are_named_where_they_are_not_all() -> None:
    a, b, c, d, e = (Environment(f'the batch task "{name}"') for name in "abcde")
    assert those([a, b], [a, b]) == ""
    assert those([a], [a, b]) == ' in the batch task "a"'
    assert those([a, b], [a, b, c]) == ' in the batch task "a" and the batch task "b"'
    assert those([a, b, c, d], [a, b, c, d, e]) == ' in the batch task "a", the batch task "b" and 2 others'
    assert those([Environment("")], [Environment("")]) == ""
