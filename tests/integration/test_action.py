"""The action for GitHub, step by step as a runner takes them: the scripts in bash, what others do only looked at."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
import yaml

from tests.helpers import repository
from tests.integration.conftest import CLEAN, DEFECT, ROOT, WARNING

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the action is run by bash: there is none")

with open(os.path.join(ROOT, "action.yml"), encoding="utf-8") as _file:
    ACTION: dict[str, Any] = yaml.safe_load(_file)
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
_EXPRESSION = re.compile(r"\$\{\{ ([\w.-]+) \}\}")

BACKEND = """\
import os, zipfile

def build_wheel(folder, settings=None, metadata=None):
    name = "cblint-0.0.0-py3-none-any.whl"
    files = {{
        "installed_cblint.py": {module!r},
        "cblint-0.0.0.dist-info/METADATA": "Metadata-Version: 2.1\\nName: cblint\\nVersion: 0.0.0\\n",
        "cblint-0.0.0.dist-info/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        "cblint-0.0.0.dist-info/entry_points.txt": "[console_scripts]\\ncblint = installed_cblint:main\\n",
    }}
    files["cblint-0.0.0.dist-info/RECORD"] = "".join(f"{{path}},,\\n" for path in files)
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    return name
"""
"""Builds a wheel whose program is this cblint: what pip fetches to build the true one takes longer than all else."""
EVIL = ("venv", "pip", "ensurepip", "setuptools", "cblint", "json", "os", "sitecustomize", "usercustomize")
"""Modules of a repository that something of the action might import."""
PATHS = [ROOT, *filter(None, sys.path)]
MODULE = f"""\
import sys

def main():
    sys.path[:0] = {PATHS!r}
    from cblint.cli import main
    main()
"""
PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n[project]\nname = "cblint"\n'


class Ran(NamedTuple):
    """What came of the action: its exit status, what it printed, its outputs, and what it handed to other actions."""

    status: int
    printed: str
    outputs: dict[str, str]
    handed: list[dict[str, str]]

    @property
    def sarif(self) -> Any:
        return json.loads(pathlib.Path(self.outputs["sarif-file"]).read_text(encoding="ascii"))["runs"][0]


class Runner:
    """A runner with a workspace; ``act`` is a run of the action."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.workspace = folder / "work space"
        self.action = folder / "action's $(touch folder)"
        self.temporary = folder / "temp orary"
        for each in (self.workspace, self.action, self.temporary):
            each.mkdir()
        self.executable = folder / "cblint of mine"
        self.executable.write_text(f"#!{sys.executable}\n{MODULE}\nmain()\n")
        self.executable.chmod(0o755)

    def act(self, **inputs: str) -> Ran:
        """Run the steps with the inputs that are given, a dash for an underscore, and the defaults of the others."""
        given = {name: str(of.get("default", "")) for name, of in ACTION["inputs"].items()}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        values = {f"inputs.{name}": value for name, value in given.items()}
        handed: list[dict[str, str]] = []
        printed, status = "", 0
        for number, step in enumerate(STEPS):
            if status or not _holds(step.get("if", ""), values):
                continue
            if "uses" in step:
                handed.append({name: _filled(value, values) for name, value in step["with"].items()})
                continue
            done, outputs = self._run(step, values, number)
            printed += done.stdout
            status = done.returncode
            values |= {f"steps.{step.get('id')}.outputs.{name}": value for name, value in outputs.items()}
        outputs = {name: _filled(of["value"], values) for name, of in ACTION["outputs"].items()}
        return Ran(status, printed, outputs, handed)

    def _run(
        self, step: Mapping[str, Any], values: Mapping[str, str], number: int
    ) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
        output, script = self.temporary / f"output{number}", self.temporary / f"{number}.sh"
        output.write_text("")
        script.write_text(step["run"])
        environment = {
            "GITHUB_ACTION_PATH": str(self.action),
            "GITHUB_OUTPUT": str(output),
            "HOME": str(self.temporary),
            "PATH": os.environ.get("PATH", os.defpath),
            "PIP_NO_INDEX": "1",
            "RUNNER_TEMP": str(self.temporary),
            **{name: _filled(value, values) for name, value in step["env"].items()},
        }
        done = subprocess.run(
            [step["shell"], "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace / _filled(step.get("working-directory", "."), values),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        return done, dict(line.split("=", 1) for line in output.read_text().splitlines())


def _filled(text: str, values: Mapping[str, str]) -> str:
    """A text with its expressions worked out: what no step has put out is empty."""
    return _EXPRESSION.sub(lambda match: values.get(match.group(1), ""), text)


def _holds(condition: str, values: Mapping[str, str]) -> bool:
    """Whether a condition of equations holds."""
    for equation in filter(None, condition.split(" && ")):
        match = re.fullmatch(r"([\w.-]+) (==|!=) '(\w*)'", equation)
        assert match is not None, equation
        name, operator, value = match.groups()
        if (values.get(name, "") == value) is not (operator == "=="):
            return False
    return True


@pytest.fixture
def runner(tmp_path: pathlib.Path) -> Runner:
    return Runner(tmp_path)


def act(runner: Runner, **inputs: str) -> Ran:
    """A run with a cblint that is there, as text."""
    return runner.act(**{"executable": str(runner.executable), "annotations": "false", **inputs})


def _uris(ran: Ran) -> list[str]:
    """The file of each result."""
    places = [result["locations"][0]["physicalLocation"] for result in ran.sarif["results"]]
    return [place["artifactLocation"]["uri"] for place in places]


def test_no_script_holds_what_comes_from_outside() -> None:
    scripts = [step["run"] for step in STEPS if "run" in step]
    assert len(scripts) == 3
    assert [script for script in scripts if "${{" in script] == []
    expressions = re.findall(r"\$\{\{.*?\}\}", json.dumps(ACTION))
    assert [each for each in expressions if not _EXPRESSION.fullmatch(each)] == []
    used = {name for text in expressions for name in re.findall(r"inputs\.([\w-]+)", text)}
    assert used | {"sarif"} == set(ACTION["inputs"])
    [uses] = [step["uses"] for step in STEPS if "uses" in step]
    assert re.fullmatch(r"github/codeql-action/upload-sarif@[0-9a-f]{40}", uses)


def test_it_installs_what_it_came_with_and_runs_nothing_of_the_repository(runner: Runner) -> None:
    (runner.action / "pyproject.toml").write_text(PROJECT)
    (runner.action / "backend.py").write_text(BACKEND.format(module=MODULE))
    evil = {f"{name}.py": "open('taken', 'w'); raise SystemExit(0)\n" for name in EVIL}
    repository(runner.workspace, {"buildspec.yml": DEFECT, **evil})
    ran = runner.act(python=sys.executable, annotations="false", sarif="true")
    assert ran.status == 1, ran.printed
    assert "buildspec.yml:5:16: error[command-not-string]" in ran.printed
    assert ran.outputs["exit-status"] == "1"
    assert [result["ruleId"] for result in ran.sarif["results"]] == ["CB1002"]
    assert ran.handed == [{"sarif_file": ran.outputs["sarif-file"], "category": "cblint"}]
    assert pathlib.Path(ran.outputs["sarif-file"]).is_relative_to(runner.temporary)
    assert sorted(path.name for path in runner.workspace.iterdir()) == sorted([".git", "buildspec.yml", *evil])
    assert not list(runner.workspace.parent.rglob("taken"))
    assert not list(runner.workspace.parent.rglob("folder"))


def test_paths_and_options_are_taken_as_they_are_written(runner: Runner) -> None:
    names = [
        "a b/buildspec.yml",
        "$(touch x)`touch y`;'\".yml",
        "-buildspec.yml",
        "--fail-on=never.yml",
        "*.yml",
        "é.yml",
    ]
    repository(runner.workspace, {"other.yml": DEFECT, **dict.fromkeys(names, DEFECT)})
    ran = act(
        runner,
        paths="\n".join([*names, "", "  \t", ""]),
        options="--select=command-not-string\r\n \n--ignore\nunknown-key",
    )
    assert ran.status == 1, ran.printed
    assert sorted(_uris(ran)) == sorted(quote(name) for name in names)
    assert "6 errors in 6 buildspec files." in ran.printed
    assert not {"x", "y"} & set(os.listdir(runner.workspace))
    assert ran.handed == []
    assert act(runner, paths="").outputs["exit-status"] == "1"


def test_where_it_runs_what_fails_it_and_what_it_is_called(runner: Runner) -> None:
    repository(runner.workspace, {"buildspec.yml": DEFECT, "in ner/buildspec.yml": WARNING})
    inner = {"working_directory": "in ner", "sarif": "true", "category": "a'b\"c"}
    ran = act(runner, **inner, fail_on="error")
    assert (ran.status, ran.outputs["exit-status"]) == (0, "0"), ran.printed
    assert _uris(ran) == ["in%20ner/buildspec.yml"]
    assert ran.handed[0]["category"] == "a'b\"c"
    assert act(runner, **inner, fail_on="warning").status == 1
    assert act(runner, fail_on="never").status == 0
    assert act(runner, fail_on="error", options="--exit-zero").status == 0


def test_findings_are_shown_at_their_lines_from_the_root_of_the_repository(runner: Runner) -> None:
    repository(runner.workspace, {"in ner/a b/buildspec.yml": DEFECT})
    ran = act(runner, annotations="True", working_directory="in ner", paths="a b/buildspec.yml\nmissing.yml")
    assert (ran.status, ran.outputs["exit-status"]) == (2, "2")
    shown = [line.partition("title=")[0] for line in ran.printed.splitlines() if line.startswith("::")]
    assert shown == [
        "::error file=in ner/a b/buildspec.yml,line=5,endLine=5,col=16,endColumn=17,",
        "::error file=in ner/missing.yml,",
    ]


def test_a_file_that_cannot_be_read_fails_it_and_what_was_found_is_uploaded(runner: Runner) -> None:
    repository(runner.workspace, {"buildspec.yml": DEFECT})
    ran = act(runner, paths="buildspec.yml\nmissing.yml", sarif="true", fail_on="never")
    assert (ran.status, ran.outputs["exit-status"]) == (2, "2")
    assert "missing.yml cannot be read" in ran.printed
    assert len(ran.handed) == len(ran.sarif["results"]) == 1


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"fail_on": "often"}, '"often" is not one of'),
        ({"options": "--no-such-option"}, "--no-such-option"),
        ({"sarif": "yes"}, "::error::cblint: the inputs annotations and sarif are true or false."),
        ({"annotations": "$(exit)"}, "::error::cblint: the inputs annotations and sarif are true or false."),
        ({"executable": "no-such-program"}, "::error::cblint: the input executable names no program."),
        ({"executable": "", "version": "1.0; touch x"}, "::error::cblint: the input version is a tag or a commit."),
        ({"executable": "", "version": "--pre"}, "::error::cblint: the input version is a tag or a commit."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_uploaded(runner: Runner, inputs: dict[str, str], said: str) -> None:
    repository(runner.workspace, {"buildspec.yml": CLEAN})
    ran = act(runner, **{"sarif": "true", **inputs})
    assert ran.status == 2
    assert said in ran.printed
    assert (ran.handed, ran.outputs["sarif-file"]) == ([], "")


def test_a_path_of_a_program_is_one_from_the_workspace(runner: Runner) -> None:
    repository(runner.workspace, {"ci/buildspec.yml": DEFECT})
    ran = act(runner, executable=f"../{runner.executable.name}", working_directory="ci", sarif="true")
    assert (ran.status, _uris(ran)) == (1, ["ci/buildspec.yml"]), ran.printed
