"""What ``cblint trace`` prints: whole and byte for byte for one build that shows everything, and in its details."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest

from cblint.facts.sources import read_schema
from cblint.flow.build import Read, nothing_at_hand, run_build
from cblint.hiding import Hiding
from cblint.linter import Settings, buildspecs_in
from cblint.report import trace
from cblint.report.secrets import secrets_of
from cblint.report.trace import Traced, render_json, render_text
from cblint.secrets import mask
from cblint.source.text import HOLE, Lines
from tests.builds import commands, written
from tests.conftest import Golden

SCHEMA = jsonschema.Draft202012Validator(read_schema("trace"))
EVERYTHING = """\
# One of everything that a trace shows.
version: 0.2
env:
  shell: bash
  variables:
    STAGE: dev
    DB_PASSWORD: hunter2hunter2
  parameter-store:
    REGION_NAME: /ci/region
  secrets-manager:
    API: prod/api:key
  exported-variables: [TAG]
phases:
  install:
    commands:
      - TAG=v1
      - export IMAGE="web:$TAG"
      - . ./ci/env.sh
      - pip install tox
  pre_build:
    commands:
      - cd app && npm ci
      - TAG=v2 # in a folder now
      - if [ -f .env ]; then TAG=v3; fi
      - EMPTY=
      - unset IMAGE
      - COPY=$API
      - GITHUB_TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ
      - HEADER="token $GITHUB_TOKEN"
      - mysql -u root --password=hunter2hunter2 < schema.sql
      - parts=(a b); FIRST=${parts[0]}
      - |
        npm test | tee test.log
        npm run lint || true
        export VERSION=$(cat VERSION)
        echo $(date)
        serve &
      - cd "$OUT"
    finally:
      - rm -rf node_modules
  build:
    commands:
      - true
      - make
  post_build:
    commands:
      - '[ "$CODEBUILD_BUILD_SUCCEEDING" = 1 ] && ./deploy.sh "$TAG"'
      - exit 3
      - echo never
"""


def at_hand(path: str) -> str | None:
    return {"ci/env.sh": "export REGISTRY=registry.example.com\n"}.get(path)


def traced(text: str, read: Read = nothing_at_hand, shown: str = "buildspec.yml") -> list[Traced]:
    lines = Lines(text)
    specs = buildspecs_in(text, "buildspec.yml", Settings(isolated=True))
    return [Traced(spec, run_build(spec, read), lines, shown, Hiding(text, specs)) for spec in specs]


def as_text(text: str, read: Read = nothing_at_hand) -> str:
    return "".join(render_text(traced(text, read)))


def as_json(text: str, read: Read = nothing_at_hand) -> Any:
    """The document, which must fit the schema."""
    document = json.loads("".join(render_json(traced(text, read))))
    SCHEMA.validate(document)
    return document


def after(*scripts: str, **env: object) -> Any:
    """The last item of a build of these commands."""
    text = written({"build": commands(*scripts)}, top={"env": {"shell": "bash", **env}})
    return as_json(text)["items"][-1]


def variables(*scripts: str, **env: object) -> dict[str, Any]:
    """What is believed of each variable at the end: assigned, value, labels."""
    return {name: tuple(found.values()) for name, found in after(*scripts, **env)["variables"].items()}


# Everything


def test_the_text_is_what_the_golden_file_holds(golden: Golden) -> None:
    golden.check("trace.txt", as_text(EVERYTHING, at_hand))


def test_the_json_is_what_the_golden_file_holds(golden: Golden) -> None:
    golden.check("trace.json", "".join(render_json(traced(EVERYTHING, at_hand))))


def test_no_format_shows_a_secret() -> None:
    for shown in (as_text(EVERYTHING, at_hand), "".join(render_json(traced(EVERYTHING, at_hand)))):
        assert "hunter2" not in shown
        assert "0123456789abc" not in shown


# The contract


def test_the_keys_of_the_contract() -> None:
    document = as_json(EVERYTHING)
    assert list(document) == ["format", "version", "items"]
    assert (document["format"], document["version"]) == ("cblint-trace", 1)
    for item in document["items"]:
        assert {"phase", "index", "start", "status", "cwd", "variables"} <= set(item)
        assert set(item["start"]) == {"line", "column"}
        for variable in item["variables"].values():
            assert list(variable) == ["assigned", "value", "labels"]


def test_the_schema_is_a_schema_and_refuses_what_is_no_trace() -> None:
    jsonschema.Draft202012Validator.check_schema(read_schema("trace"))
    document = as_json(EVERYTHING)
    changes: list[dict[str, Any]] = [
        {"format": "cblint-json"},
        {"version": "1"},
        {"items": [{}]},
        {"items": [{**document["items"][0], "status": 2}]},
        {"items": [{**document["items"][0], "variables": {"X": "1"}}]},
        {"items": [{**document["items"][0], "variables": {"X": {"assigned": True, "value": "1", "labels": []}}}]},
    ]
    for change in changes:
        assert not SCHEMA.is_valid({**document, **change})


@pytest.mark.parametrize(
    ("command", "status"),
    [("true", 0), ("make", None), ("false", 1), ("exit 3", 1), ("exit 0", 0), ("make || true", 0), ("[ -f x ]", None)],
)
def test_the_status(command: str, status: int | None) -> None:
    assert after(command)["status"] == status


@pytest.mark.parametrize(
    ("scripts", "cwd"),
    [
        (["true"], "."),
        (["cd app"], "app"),
        (["cd app", "cd ../lib/x"], "lib/x"),
        (["cd app && cd .."], "."),
        (["cd /tmp"], "/tmp"),
        (['cd "$CODEBUILD_SRC_DIR/app"'], "app"),
        (['cd "$OTHER"'], None),
        (["cd", "true"], None),
        (["cd app || true"], None),
        (["cd app", "cd -"], "."),
    ],
)
def test_the_directory(scripts: list[str], cwd: str | None) -> None:
    assert after(*scripts)["cwd"] == cwd


def test_what_is_known_of_variables() -> None:
    found = variables(
        "A=1",
        "B=$OTHER",
        "[ -f x ] && C=2 || true",
        "D=1; unset D",  # a project may have given one, which then is there again
        "E=",
        'F="v$A"',
        "if [ -f x ]; then A=3; fi",
        variables={"STAGE": "dev"},
        **{"secrets-manager": {"KEY": "a:b"}, "parameter-store": {"PARAMETER": "/x"}},
    )
    assert found == {
        "STAGE": ("yes", None, []),
        "PARAMETER": ("yes", None, ["secret"]),
        "KEY": ("yes", None, ["secret"]),
        "A": ("yes", None, []),
        "B": ("yes", None, []),
        "C": ("maybe", None, []),
        "E": ("yes", "", []),
        "F": ("yes", "v1", []),
    }


def test_a_variable_is_shown_from_where_it_is_first_named() -> None:
    items = as_json(written({"build": commands("A=1", "B=1", "true")}))["items"]
    assert [list(item["variables"]) for item in items] == [["A"], ["A", "B"], ["A", "B"]]


def test_what_the_wrapper_itself_keeps_is_not_shown() -> None:
    assert variables("cd app", "CODEBUILD_LAST_EXIT=1", "CODEBUILD_BUILD_SUCCEEDING=0; true") == {}


def test_the_items_are_those_of_the_path_on_which_all_went_well() -> None:
    phases: dict[str, dict[str, object]] = {
        "build": {"commands": ["make", "a", "false", "b"], "finally": ["c"]},
        "post_build": {"commands": ["d"]},
    }
    items = as_json(written(phases))["items"]
    assert [(item["phase"], item["key"], item["index"]) for item in items] == [
        ("build", "commands", 0),
        ("build", "commands", 1),
        ("build", "commands", 2),
    ]
    assert "d" not in as_text(written(phases)).replace("cblint can run", "").split("phases.build")[-1].split()


def test_places_count_code_points() -> None:
    text = "phases: {build: {commands: [ '😀', \"é\", true ]}}\n"
    assert [item["start"]["column"] for item in as_json(text)["items"]] == [30, 35, 40]


def test_what_only_a_deployment_tells_is_not_known() -> None:
    text = written({"build": commands(f'A="{HOLE}"; B=b', f"make {HOLE}")})
    first, _ = as_json(text)["items"]
    assert {name: each["value"] for name, each in first["variables"].items()} == {"A": None, "B": "b"}
    assert "make ${…}" in as_text(text)
    assert HOLE not in as_text(text)


def test_documents_follow_one_another() -> None:
    text = "phases: {build: {commands: [A=1]}}\n---\nphases: {build: {commands: [B=1]}}\n"
    document = as_json(text)
    assert [(item["start"]["line"], list(item["variables"])) for item in document["items"]] == [(1, ["A"]), (3, ["B"])]
    assert as_text(text).count("buildspec.yml runs in ") == 2


@pytest.mark.parametrize("shell", ["powershell.exe", "cmd.exe", "zsh"])
def test_what_is_not_run_has_no_items(shell: str) -> None:
    text = written({"build": commands("A=1")}, shell)
    assert as_json(text)["items"] == []
    assert as_text(text) == "buildspec.yml: no command that cblint can run on paper\n"


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({}, "sh, which is dash or bash"),
        ({"shell": "bash"}, "bash"),
        ({"shell": "/bin/sh"}, "sh, which is dash or bash"),
    ],
)
def test_the_shell_is_named(env: dict[str, str], said: str) -> None:
    assert as_text(written({"build": commands("true")}, top={"env": env})).startswith(f"buildspec.yml runs in {said}\n")


# Secrets


@pytest.mark.parametrize(
    ("scripts", "secret"),
    [
        (["API_TOKEN=abcdef123456", "COPY=x$API_TOKEN"], "abcdef"),
        (["export DB_PASSWORD='abcdef 123456'"], "abcdef"),
        (['PASSWD="abc"'], "abc"),
        (["X=1 AWS_SECRET_ACCESS_KEY=abcdef123456 make"], "abcdef"),
        (["KEY=AKIAABCDEFGHIJKLMNOP"], "ABCDEFGH"),
        (["echo AKIAABCDEFGHIJKLMNOP > key"], "ABCDEFGH"),
        (["X=ghp_abcdefghijklmnopqrstuvwx"], "abcdef"),
        (["git clone https://user:abcdef123@github.com/a/b"], "abcdef"),
        (["REPO=https://user:abcdef123@github.com/a/b"], "abcdef"),
        (["docker login --password abcdef123"], "abcdef"),
        (["tool --api-key=abcdef123 run"], "abcdef"),
        (["read TOKEN <<< abcdef123456; X=$TOKEN"], 'abcdef123456"'),
        (["MY_SECRET=abcdef123456; cd $MY_SECRET"], "abcdef"),
        (["MY_SECRET=" + "abcdef123456" * 40, "X=$MY_SECRET"], "abcdef"),
        (["for API_KEY in abcdef123456; do X=$API_KEY; done"], 'X is "abcdef'),
    ],
)
def test_a_secret_is_not_shown(scripts: list[str], secret: str) -> None:
    text = written({"build": commands(*scripts)}, "bash")
    shown = as_text(text)
    assert secret not in shown
    document = as_json(text)
    assert secret.strip('"').removeprefix('X is "') not in json.dumps(document)


def test_a_secret_in_env_is_not_shown_where_a_command_repeats_it() -> None:
    env = {"variables": {"DB_PASSWORD": "abcdef123456"}}
    text = written({"build": commands("psql abcdef123456", "X=abcdef123456")}, top={"env": env})
    assert "abcdef" not in as_text(text)
    assert "…(12)" in as_text(text)
    assert "abcdef" not in json.dumps(as_json(text))


@pytest.mark.parametrize(
    "script", ["TOKEN=$(aws sts get-caller-identity)", 'echo "$TOKEN" | docker login --password-stdin', "npm run token"]
)
def test_what_is_no_secret_is_shown(script: str) -> None:
    assert f": {script}\n" in as_text(written({"build": commands(script)}))


def test_where_there_are_very_many_secrets_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mask, "MOST", 20_000)
    scripts = [f"TOKEN_{number}=abcdef{number:06}{'8k2x9' * 40}" for number in range(100)]
    text = written({"build": commands(*scripts, "X=1")})
    assert "abcdef" not in as_text(text)
    assert as_json(text)["items"][-1]["variables"]["X"]["value"] is None


def test_a_part_of_a_secret_is_not_shown() -> None:
    secret = "s3cr3t-" * 50
    (one,) = traced(written({"build": commands(f"TOKEN={secret}")}))
    secrets = secrets_of(one.build, one.hiding)
    assert secrets.hidden(f"echo {secret} x") == "echo …(350) x"
    assert secrets.hidden(f"echo {secret[:12]} x") == "echo …(12) x"
    assert secrets.hidden(f"echo {secret[5:40]}x") == "echo …(35)x"
    assert not re.search("s3cr", secrets.hidden("x" * 1999 + secret))


# Hostile names and values


def test_nothing_steers_a_terminal_or_a_log() -> None:
    text = json.dumps(
        {
            "env": {"variables": {"::error::x\n": "1", "\x1b[31m": "2", "\u202e": "3", "##[error]": "4"}},
            "phases": {
                "build": {
                    "commands": [
                        "::error file=x::hello",
                        "X='\x1b[31m\n::error::x\u202e##[error]'",
                        "cd '\n::error::y'",
                        "\n\n::warning::z",
                        "export '::error::a=b'",
                        "printf '##vso[x]' | tee '\r::error::q'; true",
                    ]
                }
            },
        }
    )
    shown = as_text(text)
    json_text = "".join(render_json(traced(text)))
    SCHEMA.validate(json.loads(json_text))
    for line in (*shown.split("\n"), *json_text.split("\n")):
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert "##vso[" not in line
        assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", line)


def test_what_is_long_is_cut_short() -> None:
    text = written({"build": commands("X=" + "y" * 100_000, "make " + "z" * 100_000 + "; true")})
    assert max(map(len, as_text(text).splitlines())) < 400
    assert as_json(text)["items"][-1]["variables"]["X"]["value"] is None


def test_json_grows_as_the_build_does_not_as_its_square(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "MOST", 10_000)
    sizes = []
    for count in (500, 1_000):
        text = written({"build": commands(*(f"X{number}={number}" for number in range(count)))})
        items = as_json(text)["items"]
        sizes.append(sum(len(item["variables"]) for item in items))
        assert len(items) == count
        assert items[-1]["variables"] == {f"X{count - 1}": {"assigned": "yes", "value": str(count - 1), "labels": []}}
    assert sizes[1] - sizes[0] == 500
