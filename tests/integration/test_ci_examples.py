"""The examples for other CI services: docs/ci.md shows them, what they name is there, what they run can be run."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.integration.conftest import DEFECT, ROOT, Cblint

FOLDER = os.path.join(ROOT, "examples", "ci")
NAMES = sorted(os.listdir(FOLDER))


def read(*parts: str) -> str:
    """A file of the project."""
    with open(os.path.join(ROOT, *parts), encoding="utf-8") as file:
        return file.read()


def texts(value: Any) -> Iterator[str]:
    """Every text in a YAML document."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(each)


def commands(name: str) -> list[str]:
    """The runs of cblint in an example."""
    return [text for text in texts(yaml.safe_load(read("examples", "ci", name))) if text.startswith("cblint ")]


@pytest.mark.parametrize("name", NAMES)
def test_the_documentation_shows_it(name: str) -> None:
    comment, _, text = read("examples", "ci", name).partition("\n")
    assert comment.startswith("# ")
    assert f"```yaml\n{text}```" in read("docs", "ci.md")


def test_one_of_each_kind_is_there() -> None:
    assert NAMES == ["buildspec.yml", "github-workflow-steps.yml", "github-workflow.yml", "gitlab-ci.yml"]
    assert [len(commands(name)) for name in NAMES] == [1, 1, 0, 1]


def test_the_buildspec_has_no_finding_of_any_rule(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": read("examples", "ci", "buildspec.yml")})
    assert cblint("--profile", "pedantic").lines == ["No findings in 1 buildspec file."]


@pytest.mark.parametrize("name", NAMES)
def test_what_it_runs_writes_what_it_hands_on(cblint: Cblint, name: str) -> None:
    cblint.put({"ci/buildspec.yml": DEFECT})
    for command in commands(name):
        done = cblint.run(*shlex.split(command)[1:])
        assert done.status == (0 if "--exit-zero" in command else 1), done.stderr
        assert "ci/buildspec.yml:5:16: error[command-not-string]" in done.stdout
        written = shlex.split(command)[-1]
        assert (cblint.folder / written).stat().st_size > 0
        assert read("examples", "ci", name).count(written) == 2


def test_the_documentation_names_every_input_and_output_of_the_action() -> None:
    action = yaml.safe_load(read("action.yml"))
    section = read("docs", "ci.md").partition("\n## GitHub Actions\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
    named = [name for cell in cells for name in re.findall("`(.+?)`", cell)]
    assert sorted(named) == sorted(action["inputs"])
    [outputs] = re.findall(r"outputs (.+?)\.$", section, re.MULTILINE)
    assert re.findall("`(.+?)`", outputs) == list(action["outputs"])


def test_the_workflows_name_actions_by_commit_and_inputs_that_there_are() -> None:
    action = yaml.safe_load(read("action.yml"))
    uses = [step for step in action["runs"]["steps"] if "uses" in step]
    for name in ("github-workflow.yml", "github-workflow-steps.yml"):
        [job] = yaml.safe_load(read("examples", "ci", name))["jobs"].values()
        uses += [step for step in job["steps"] if "uses" in step]
    [own] = [step for step in uses if step["uses"].startswith("cblint/cblint@")]
    assert set(own["with"]) <= set(action["inputs"])
    others = [step["uses"] for step in uses if step is not own]
    assert [each for each in others if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", each)] == []
    commits = {
        each.split("@")[0]: {other for other in others if other.split("@")[0] == each.split("@")[0]} for each in others
    }
    assert {action: len(named) for action, named in commits.items() if len(named) > 1} == {}
