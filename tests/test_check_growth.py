"""The work of checks about dependencies, batches and projects grows as the buildspec does: calls counted, not timed."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from cblint.buildspec.model import Buildspec
from cblint.catalogue import find
from cblint.flow import build_of
from cblint.hosts.project import Project
from cblint.source.loader import load
from cblint.source.text import Text
from tests.counted import counting, steepening

SIZES = (30, 60, 120)
MOST = 1.1
"""How much steeper the work may grow: hardly, and logarithms; twice were its square."""
STEEPER = {"variables that a command could set": 1.4, "containers with a socket": 1.6}
"""What grows by leaps; and what holds each image to all others, but to no more than a hundred."""
Phases = dict[str, Any]


def building(*commands: str) -> Phases:
    """Phases of these commands."""
    return {"phases": {"build": {"commands": list(commands)}}}


def task(number: int, **more: Any) -> Phases:
    """A task of a graph that waits for the one before, and two variables that tell it from others."""
    waits = {"depend-on": [f"t{number - 1}"]} if number else {}
    kind = "make" if number % 2 == 0 else "use"
    return {"identifier": f"t{number}", "env": {"variables": {"KIND": kind, "N": f"{number}"}}, **waits, **more}


def graph(count: int, *commands: str) -> Phases:
    """A chain of so many tasks that run these commands."""
    return {"batch": {"build-graph": [task(number) for number in range(count)]}, **building(*commands)}


PUSH = 'if [ "$KIND" = make ]; then docker build -t a:1 .; docker push $R/a:$CODEBUILD_BUILD_NUMBER; fi'
PULL = 'if [ "$KIND" = use ]; then docker run a:1; docker pull $R/a:$CODEBUILD_BUILD_NUMBER; fi'
LINES = "\n"

SHAPES: dict[str, tuple[str, Callable[[int], Phases]]] = {
    "tasks that read a number": ("batch-build-number-as-shared-tag", lambda count: graph(count, PUSH, PULL)),
    "commands that read a number": (
        "batch-build-number-as-shared-tag",
        lambda count: graph(4, *[PUSH] * count, *[PULL] * count),
    ),
    "tasks that need an image": ("batch-depends-on-local-state", lambda count: graph(count, PUSH, PULL)),
    "commands that need an image": (
        "batch-depends-on-local-state",
        lambda count: graph(4, *[PUSH] * count, *[PULL] * count),
    ),
    "images that are needed": (
        "batch-depends-on-local-state",
        lambda count: graph(
            4,
            *(PUSH.replace("a:1", f"a:{number}") for number in range(count)),
            *(PULL.replace("a:1", f"a:{number}") for number in range(count)),
        ),
    ),
    "everybody waits for all": (
        "batch-depends-on-local-state",
        lambda count: {
            "batch": {
                "build-graph": [
                    task(number, **{"depend-on": [f"t{other}" for other in range(min(number, 20))]})
                    for number in range(count)
                ]
            },
            **building(PUSH, PULL),
        },
    ),
    "installs": ("npm-install-in-ci", lambda count: building(*["npm install"] * count)),
    "installs in one command": ("npm-install-in-ci", lambda count: building(LINES.join(["npm install"] * count))),
    "installs for production": (
        "install-order-production-deps",
        lambda count: building(*["npm ci --omit=dev", "npm test"] * count),
    ),
    "scripts after one installation": (
        "install-order-production-deps",
        lambda count: building("npm ci --omit=dev", *["npm test"] * count),
    ),
    "upgrades": ("os-upgrade-in-build", lambda count: building(LINES.join(["apt-get upgrade -y"] * count))),
    "upgrades of their own": ("os-upgrade-in-build", lambda count: building(*["yum update -y"] * count)),
    "upgrades on one line": ("os-upgrade-in-build", lambda count: building("; ".join(["yum update -y"] * count))),
    "logins that are gone": (
        "ecr-get-login-removed",
        lambda count: building(*["$(aws ecr get-login)"] * count, "docker pull $A.dkr.ecr.$R.amazonaws.com/a"),
    ),
    "variables that a command could set": (
        "env-value-not-expanded",
        lambda count: {
            "env": {"variables": {f"A{number}": f"$CODEBUILD_BUILD_ID-$A{number - 1}" for number in range(count)}},
            **building("make"),
        },
    ),
    "package managers": ("package-manager-mismatch", lambda count: building(LINES.join(["yum -y install a"] * count))),
    "package managers in a chain": (
        "package-manager-mismatch",
        lambda count: building(" && ".join(["yum -y install a"] * count)),
    ),
    "packages that are there": (
        "tool-already-in-image",
        lambda count: building(LINES.join(["apt-get install -y jq"] * count)),
    ),
    "downloads": (
        "download-without-verification",
        lambda count: building(*[f"curl -O https://example.com/{at}.zip; unzip {at}.zip" for at in range(count)]),
    ),
    "one download that everything is done with": (
        "download-without-verification",
        lambda count: building("curl -O https://example.com/a.zip", *["unzip a.zip; ls a.zip; tar xf *.tgz"] * count),
    ),
    "downloads and checksums": (
        "download-without-verification",
        lambda count: building(
            "curl -O https://example.com/a.zip; unzip a.zip",
            *[f"curl -O https://example.com/b{at}.zip; sha256sum -c SUMS; unzip b{at}.zip" for at in range(count)],
            "curl -O https://example.com/c.zip; unzip c.zip",
        ),
    ),
    "addresses of one command": (
        "insecure-transport",
        lambda count: building("wget " + " ".join(f"http://example.com/{at}" for at in range(count))),
    ),
    "options of one command": (
        "insecure-transport",
        lambda count: building("curl https://example.com/a -o a" + " -k" * count),
    ),
    "hosts of one command": (
        "insecure-transport",
        lambda count: building("pip install a" + " --trusted-host pypi.org" * count),
    ),
    "scripts": (
        "remote-script-piped-to-shell",
        lambda count: building(LINES.join(["curl https://example.com/a.sh | sh"] * count)),
    ),
    "a pipeline": (
        "remote-script-piped-to-shell",
        lambda count: building("curl https://example.com/a.sh" + " | cat" * count + " | sh"),
    ),
    "programs that are not there": (
        "tool-not-available",
        lambda count: building(LINES.join(["docker ps; helm lint || true"] * count), "helm lint"),
    ),
    "tools without a version": ("unpinned-tool-install", lambda count: building(*["pip install ruff"] * count)),
    "tools of a project": (
        "unpinned-tool-install",
        lambda count: building(LINES.join(f"npx tool{number}@latest" for number in range(count))),
    ),
    "containers with a socket": (
        "docker-socket-to-unpinned-image",
        lambda count: building(*["docker run -v /var/run/docker.sock:/s ghcr.io/a/b:latest # docker.sock"] * count),
    ),
    "scans": ("scanner-does-not-gate", lambda count: building(*["trivy fs . > /dev/null"] * count)),
    "scans of which each writes a file": (
        "scanner-does-not-gate",
        lambda count: building(*(f"trivy fs -o {number}.json ." for number in range(count))),
    ),
    "containers without credentials": (
        "aws-credentials-not-in-container",
        lambda count: building(*["docker run tools sh -c 'aws s3 ls'"] * count),
    ),
    "paths of one build": (
        "hardcoded-source-directory",
        lambda count: building(*["cp /codebuild/output/src1/src/a b; ls /codebuild/output/src2/src"] * count),
    ),
    "paths of one build in one command": (
        "hardcoded-source-directory",
        lambda count: building(LINES.join(["cp /codebuild/output/src1/src/a /codebuild/output/tmp/b"] * count)),
    ),
    "plans": (
        "terraform-plan-in-artifacts",
        lambda count: {
            **building(*(f"terraform plan -out=tfplan{number}" for number in range(count))),
            "artifacts": {"files": ["**/*"]},
        },
    ),
    "plans that are taken away": (
        "terraform-plan-in-artifacts",
        lambda count: {
            **building("terraform plan -out=tfplan", *["terraform show -json tfplan > a.json; rm a.json"] * count),
            "artifacts": {"files": ["tfplan", *(f"a{number}/*.txt" for number in range(20))]},
        },
    ),
    "keys": (
        "aws-credentials-handled-by-hand",
        lambda count: building(*["export AWS_ACCESS_KEY_ID=$KEY; aws configure set aws_access_key_id $KEY"] * count),
    ),
    "roles": (
        "aws-credentials-handled-by-hand",
        lambda count: building(
            *["aws sts assume-role --role-arn a > c.json", "export AWS_ACCESS_KEY_ID=$(cat c.json | jq -r .A)"] * count,
            "make",
        ),
    ),
    "variables that are made of each other": (
        "aws-credentials-handled-by-hand",
        lambda count: building(
            "A0=$(aws secretsmanager get-secret-value --secret-id a)",
            *(f"A{number + 1}=$(echo $A{number} | cut -c2-)" for number in range(count)),
            "export AWS_ACCESS_KEY_ID=$(echo $A3 | cut -c2-)",
        ),
    ),
    "all keys at once": (
        "aws-credentials-handled-by-hand",
        lambda count: building(
            LINES.join(["export $(printf AWS_ACCESS_KEY_ID=%s $(curl $AWS_CONTAINER_CREDENTIALS_FULL_URI))"] * count)
        ),
    ),
    "choices by a branch": (
        "webhook-variable-without-webhook",
        lambda count: building(
            *['if [ "$CODEBUILD_WEBHOOK_HEAD_REF" = a ]; then STAGE=a; else STAGE=b; fi'] * count,
            *["cdk deploy -c s=$STAGE"] * count,
        ),
    ),
    "choices in one command": (
        "webhook-variable-without-webhook",
        lambda count: building(
            LINES.join(['if [ "$CODEBUILD_WEBHOOK_HEAD_REF" = a ]; then cdk deploy; else sam deploy; fi'] * count)
        ),
    ),
    "one choice of many branches": (
        "webhook-variable-without-webhook",
        lambda count: building(
            "case $CODEBUILD_WEBHOOK_HEAD_REF in "
            + " ".join(f"b{number}) sam deploy a{number} ;;" for number in range(count))
            + " esac"
        ),
    ),
    "looks into the history": (
        "git-history-unavailable",
        lambda count: building(*["if git diff --quiet HEAD~1; then make; fi"] * count),
    ),
    "looks into the history in one command": (
        "git-history-unavailable",
        lambda count: building(LINES.join(["if git diff --quiet HEAD~1; then make; fi"] * count)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_the_work_grows_as_the_buildspec(name: str) -> None:
    rule, shape = SHAPES[name]
    calls_of(rule, shape(4))  # what is done but once in a process
    counts = [calls_of(rule, shape(size)) for size in SIZES]
    assert steepening(counts) < STEEPER.get(name, MOST), counts


def calls_of(rule: str, content: Phases) -> int:
    """How many functions are called while a check runs, the build on paper and the trees of its commands aside."""
    stream = load(Text.of(json.dumps({"version": 0.2, **content})))
    project = Project(("*",), image="aws/codebuild/standard:7.0")
    buildspec = Buildspec(stream, stream.documents[0], projects=(project,))
    module, function = find(rule).check.split(".")
    check = getattr(importlib.import_module(f"cblint.checks.{module}"), function)
    build_of(buildspec)
    for item in buildspec.shell_items:
        assert item.invocations
    with counting() as calls:
        reports = list(check(buildspec))
    assert reports
    return calls[0]
