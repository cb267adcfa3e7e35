"""What the commands of a build can have made: only what is known of every command lets anything be excluded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cblint.buildspec.model import Buildspec
from cblint.checks.files import made_by
from cblint.facts import table
from cblint.source.loader import load
from cblint.source.text import Text
from tests.builds import buildspec, written

FACTS = table("files")


def _spec(*commands: str, repository: str | None = None) -> Buildspec:
    stream = load(Text.of(written({"build": {"commands": list(commands)}})))
    return Buildspec(stream, stream.documents[0], repository=repository)


def test_the_table_names_kinds_and_programs_that_there_are() -> None:
    effects = table("effects")
    assert set(FACTS["kinds"]) <= set(effects["kinds"])
    assert set(FACTS["folders"]) <= set(FACTS["confined"])
    known = set(effects["tools"])
    assert {program.partition(" ")[0] for program in FACTS["open"]} <= known
    assert {program for program, firsts in FACTS["confined"].items() if firsts is not None} <= known


@pytest.mark.parametrize(
    "command",
    [
        "./build.sh",
        "make",
        "npm run build",
        "npm ci",
        "python setup.py sdist",
        "pip install .",
        "pip install -e ./lib",
        "git checkout main",
        "git pull",
        "tar -xzf a.tgz",
        "unzip a.zip",
        "gradle build",
        "mvn exec:java",
        "docker run -v $PWD:/x image",
        "docker compose up",
        "aws $SERVICE $OPERATION",
        "aws polly synthesize-speech --text x a.mp3",
        "terraform apply -auto-approve",
        "unheard-of --option",
        "$TOOL x",
        "eval $X",
        ". ./env.sh",
        "echo x > $FILE",
        "cp a $FOLDER",
        "cd $FOLDER && touch x",
        "ls | xargs touch",
        "find . -name x -exec cp {} y \\;",
        "bash -c 'make x'",
        "curl -sSLJO https://example.com/x",
        "curl --remote-name-all https://example.com/x{1,2}",
        "curl -O 'https://example.com/x[1-3].zip'",
        "curl -X POST -o a.json https://example.com/x",
        "wget -i list.txt",
        "wget --content-disposition https://example.com/x",
        "touch {a,b}.json",
        "mkdir -p out/{a,b}",
        "cp -rT site .",
        "cp -T site x",
        "cp -t ../x a",
        "cp a.txt out*/",
        "docker build --output type=local,dest=out .",
        "docker build -o out .",
        "awk '{print > $1\".json\"}' list",
        "awk -f split.awk list",
        "mvn -B package",
        "gradle tasks",
        "terraform init",
        "terraform plan -out=plan.bin",
        "flake8 src",
        "npm publish",
        "npm publish --dry-run",
        "yarn install --frozen-lockfile",
        "pip install -r requirements.txt",
        "apk fetch jq",
        "trap 'make x' EXIT",
        "codecov",
        "if",
        "f() { make; }; f",
    ],
)
def test_what_can_make_anything(command: str) -> None:
    assert made_by(_spec(command)).anything


@pytest.mark.parametrize(
    ("command", "made", "not_made"),
    [
        ("echo x > a.txt", "a.txt", "b.txt"),
        ("cd app && echo x > a.txt", "app/a.txt", "a.txt"),
        ("cd app && echo x > ../a.txt", "a.txt", "app/a.txt"),
        ("cd app && echo x > $CODEBUILD_SRC_DIR/a.txt", "a.txt", "app/a.txt"),
        ("{ echo a; echo b; } > a.txt", "a.txt", "b.txt"),
        ("for i in 1 2; do echo $i; done >> a.txt", "a.txt", "b.txt"),
        ("> a.txt echo x 2>&1", "a.txt", "1"),
        ("NAME=a; echo x > $NAME.txt", "a.txt", "b.txt"),
        ("f() { touch a.txt; }; f", "a.txt", "b.txt"),
        ("mkdir -p out/site", "out", "out/site/a.txt"),
        ("cp x/a.txt .", "a.txt", "b.txt"),
        ("cp x/a.txt out/", "out/a.txt", "out/b.txt"),
        ("cp -r x out", "out/deep/a.txt", "x/a.txt"),
        ("cp x/* out", "out/any", "x/any"),
        ("mv x y", "y/a.txt", "x/a.txt"),
        ("sudo -E touch a.txt", "a.txt", "b.txt"),
        ("echo x | tee -a a.txt b.txt", "b.txt", "c.txt"),
        ("aws s3 cp s3://bucket/a.zip out/a.zip", "out/a.zip", "a.zip"),
        ("aws cloudformation package --template-file t.yml --output-template-file p.yml", "p.yml", "t.yml"),
        ("sed -i s/a/b/ conf/*.json", "", "a.json"),
        ("awk '$1 > 5 {print $2}' list", "", "a.txt"),
        ("cp -R x ../out", "../out/deep/a.txt", "a.txt"),
        ("npm install -g serverless && npm audit", "", "a.txt"),
        ("docker build -t web . && docker push web", "", "a.txt"),
        ("zip -r lambda src", "lambda.zip", "src.zip"),
        ("cd app && zip -qr9 ../out/web . -x '*.git*'", "out/web.zip", "app/web.zip"),
        ("zip -r a.jar src > zip.log", "a.jar", "a.jar.zip"),
        ("zip -r a.jar src > log", "log", "log.zip"),
        ("$(aws ecr get-login --no-include-email)", "", "a.txt"),
        ("npm install -g serverless", "", "a.txt"),
        ("curl -sX POST -o /dev/null https://example.com/x", "", "x"),
        ("wget -qO- https://example.com/x | jq .", "", "x"),
        ("curl -o a.zip https://example.com/x", "a.zip", "x"),
        ("[ -f x ] || exit 1", "", "x"),
    ],
)
def test_what_is_made_and_what_is_not(command: str, made: str, not_made: str) -> None:
    found = made_by(_spec(command))
    assert not found.anything
    assert not made or found.may_hold(made)
    assert not found.may_hold(not_made)


@pytest.mark.parametrize(
    ("package", "anything"),
    [
        ('{"scripts": {"test": "jest"}}', False),
        ('{"workspaces": ["web"]}', True),
        ('{"scripts": {"prepare": "tsc"}}', True),
        (None, True),
    ],
)
def test_an_installation_runs_what_the_package_says(tmp_path: Path, package: str | None, anything: bool) -> None:
    (tmp_path / "app").mkdir()
    if package is not None:
        (tmp_path / "app" / "package.json").write_text(package)
    found = made_by(_spec("cd app", "npm ci", repository=str(tmp_path)))
    assert found.anything is anything
    assert found.may_hold("app/node_modules/x")
    assert found.may_hold("app/package-lock.json")


@pytest.mark.parametrize(
    ("requirements", "anything"), [("requests==2.32.0\n# .\n", False), ("requests\n-e .\n", True), ("-r x.txt", True)]
)
def test_a_list_of_requirements_may_name_the_project(tmp_path: Path, requirements: str, anything: bool) -> None:
    (tmp_path / "requirements.txt").write_text(requirements)
    assert made_by(_spec("pip install -r requirements.txt", repository=str(tmp_path))).anything is anything


def test_commands_that_are_not_read_can_make_anything() -> None:
    assert made_by(buildspec("env: {shell: powershell.exe}\nphases: {build: {commands: [New-Item a.zip]}}")).anything
    assert not made_by(buildspec("phases: {install: {runtime-versions: {nodejs: 20}}}")).anything


def _samples() -> list[str]:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "effects.yml")
    with open(path, encoding="utf-8") as file:
        return list(yaml.safe_load(file))


@given(st.lists(st.sampled_from(_samples()), min_size=1, max_size=6))
def test_the_more_commands_the_more_can_be_made(commands: list[str]) -> None:
    fewer, more = made_by(_spec(*commands[1:])) if commands[1:] else None, made_by(_spec(*commands))
    first = made_by(_spec(commands[0]))
    assert not first.anything or more.anything
    # A directory that a command changes can only make known what was not.
    assert fewer is None or more.anything or not fewer.anything or any("cd" in one for one in commands)
