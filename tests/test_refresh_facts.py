"""The tables that are made from AWS's own sources are what the tool makes of these."""

from __future__ import annotations

import gzip
import json
import os
import pathlib
import subprocess

import pytest

from cblint.facts.sources import ROOT
from tools import refresh_facts
from tools.project_schema import schema
from tools.refresh_facts import Checkout, aws_cli, images, main, model_of, offered, service, tools

CHECKOUT = os.environ.get("CBLINT_IMAGES", "")
"""A clone of aws/aws-codebuild-docker-images."""

DOCKERFILE = """\
# apt-get install -y yq
FROM public.ecr.aws/ubuntu/ubuntu:24.04 AS core
ARG DOCKER_VERSION="28.5.2"
ARG DOCKER_COMPOSE_VERSION="5.1.0"
RUN set -ex \\
    # apt-get install -y upx
    && apt-get update && apt-get install -y -qq --no-install-recommends \\
       libjq-dev jq Unzip netcat \\
    && curl -o /usr/local/bin/kubectl https://example.com/kubectl && chmod +x /usr/local/bin/kubectl
RUN curl "https://download.docker.com/docker-${DOCKER_VERSION}.tgz" -o docker.tgz
RUN yum -y install gh-other; dnf install -y shellcheck
"""
RUNTIMES = """\
version: 0.1
runtimes:
  python:
    versions:
      3.10: {commands: [a]}
      3.9: {commands: [a]}
      default: {commands: [a]}
  android:
    versions:
      28: {requires: {java: ["corretto8"]}, commands: [a]}
"""
TABLE = """\
images:
  aws/codebuild/amazonlinux-x86_64-lambda-standard:go1.24:
    base: amazonlinux:2023
    maintained: false
    tools: []
    runtimes: {}
  aws/codebuild/standard:10.0:
    base: public.ecr.aws/ubuntu/ubuntu:24.04
    maintained: true
    docker: {engine: 28.5.2, compose: 5.1.0}
    tools: [docker, jq, kubectl, nc, netcat, shellcheck, unzip]
    runtimes:
      android: {versions: ["28"], others: false, requires: {"28": {java: [corretto8]}}}
      python: {versions: ["3.10", "3.9"], others: true}
"""


@pytest.fixture
def checkout(tmp_path: pathlib.Path) -> Checkout:
    """A small repository like AWS's."""
    files = {
        "README.md": "+ [standard 10.0](ubuntu/standard/10.0)\n",
        "ubuntu/standard/10.0/Dockerfile": DOCKERFILE,
        "ubuntu/standard/10.0/runtimes.yml": RUNTIMES,
        "al-lambda/x86_64/go1.24/Dockerfile": "FROM amazonlinux:2023\n",
        "unsupported_images/python/3.6.5/Dockerfile": "FROM x\n",
        "unsupported_images/ubuntu/README.md": "old\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    for command in (("init", "-q"), ("add", "."), (*identity, "commit", "-q", "-m", "files")):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True, capture_output=True)
    return Checkout(str(tmp_path))


def test_the_table_of_a_small_repository(checkout: Checkout) -> None:
    head, _, table = images(checkout).partition("images:\n  ")
    assert f"images:\n  {table}" == TABLE
    assert "of-one-language: [aws/codebuild/python]\n" in head


OFFERED = """\
runtimes:
  android:
    others: false
    versions: ["28"]
    left: []
    requires: {"28": {java: [corretto8]}}
  python:
    others: true
    versions: ["3.10", "3.9"]
    left: []
"""


def test_what_all_images_together_offer(checkout: Checkout) -> None:
    assert "runtimes:" + offered(checkout).partition("runtimes:")[2] == OFFERED


def test_the_aws_cli_is_of_the_version_that_is_installed() -> None:
    assert aws_cli("RUN curl https://awscli.amazonaws.com/awscli-exe-linux-x86_64.zip -o a.zip") == 2
    assert aws_cli("RUN pip3 install --upgrade wheel awscli boto3") == 1
    assert aws_cli("RUN pip3 install awscli-plugin && echo awscli") is None


def test_tools_are_what_is_installed_and_not_what_is_written_of() -> None:
    assert tools("RUN apt-get install -y jq-doc && echo jq") == set()
    assert tools("# RUN yum install -y jq\nRUN dnf -y install Zip \\\n  xz && true") == {"zip"}


@pytest.mark.parametrize("name", ["service-2.json", "service-2.json.gz"])
def test_the_table_of_a_service_model(tmp_path: pathlib.Path, name: str) -> None:
    shapes = {shape: {"enum": [f"{shape}_A", f"{shape}_B"]} for shape in refresh_facts._ENUMERATIONS.values()}
    data = json.dumps({"metadata": {"apiVersion": "2016-10-06"}, "shapes": shapes}).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    table = service(model_of(str(path)))
    assert 'source: {model: codebuild, version: "2016-10-06"}' in table
    assert "cache-modes: [CacheMode_A, CacheMode_B]" in table


def test_what_differs_is_printed_and_only_written_when_asked(
    checkout: Checkout, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "facts"
    folder.mkdir()
    monkeypatch.setattr(refresh_facts, "ROOT", str(tmp_path))
    assert main(["--images", checkout.path]) == 1
    assert "+  aws/codebuild/standard:10.0:" in capsys.readouterr().out
    assert not list(folder.iterdir())
    assert main(["--images", checkout.path, "--write"]) == 0
    capsys.readouterr()
    assert main(["--images", checkout.path]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [f"rules/facts/{name}.yml is as it should be" for name in ("runtimes", "offered")]


def test_the_schema_of_a_project_is_made_of_the_shapes_of_the_model() -> None:
    text, number = {"type": "string"}, {"type": "integer", "min": 5, "max": 90}
    members = {"name": {"shape": "Name"}, "parts": {"shape": "Parts"}}
    shapes = {
        "CreateProjectInput": {"type": "structure", "required": ["name"], "members": members},
        "Project": {"type": "structure", "members": {"created": {"shape": "Time"}}},
        "StartBuildInput": {"type": "structure", "members": {"a": {"shape": "Text"}}},
        "StartBuildBatchInput": {"type": "structure", "members": {"b": {"shape": "Number"}}},
        "Parts": {"type": "list", "max": 2, "min": 0, "member": {"shape": "Part"}},
        "Part": {"type": "structure", "members": {"tag": {"shape": "Tag"}, "parts": {"shape": "Parts"}}},
        "Name": {"type": "string", "min": 2, "max": 9, "pattern": "[a-z]+"},
        "Tag": {"type": "string", "pattern": "\\p{L}+", "enum": ["A"]},
        "Text": text,
        "Number": number,
        "Time": {"type": "timestamp"},
        "Elsewhere": {"type": "structure", "members": {"a": {"shape": "Text"}}},
    }
    made = schema({"metadata": {"apiVersion": "2016-10-06"}, "shapes": shapes})
    parts = {"type": "array", "maxItems": 2, "items": {"$ref": "#/definitions/Part"}}
    assert made["definitions"] == {
        "Part": {
            "type": "object",
            "properties": {"tag": {"type": "string", "enum": ["A"]}, "parts": parts},
            "additionalProperties": False,
        },
        "Project": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "minLength": 2, "maxLength": 9, "pattern": "^(?:[a-z]+)$"},
                "parts": parts,
                "created": {"type": ["string", "number"]},
            },
            "required": ["name"],
            "additionalProperties": False,
        },
        "StartBuild": {
            "type": "object",
            "properties": {"a": text, "b": {"type": "integer", "minimum": 5, "maximum": 90}},
            "additionalProperties": False,
        },
    }


@pytest.mark.parametrize("option", ["--images", "--service"])
def test_what_is_not_there_is_wrong_usage(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([option, str(tmp_path / "none")])
    assert caught.value.code == 2
    assert "none is no " in capsys.readouterr().err


def test_nothing_to_read_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    assert "give --images or --service" in capsys.readouterr().err


@pytest.mark.skipif(not CHECKOUT, reason="CBLINT_IMAGES names no clone of aws/aws-codebuild-docker-images")
def test_the_tables_of_runtimes_are_what_the_repository_says() -> None:
    for name, text in (("runtimes", images(Checkout(CHECKOUT))), ("offered", offered(Checkout(CHECKOUT)))):
        with open(os.path.join(ROOT, "facts", f"{name}.yml"), encoding="utf-8") as file:
            assert text == file.read()
