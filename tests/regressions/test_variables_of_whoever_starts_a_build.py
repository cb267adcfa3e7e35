"""Of a project without webhook and pipeline, all variables passed as known, though whoever starts it may give more."""

from __future__ import annotations

import json
import os
import pathlib

import pytest

from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from tests.helpers import repository

SPEC = "version: 0.2\nphases:\n  build:\n    commands:\n      - make $STAGE\n"


@pytest.mark.parametrize(
    ("hooked", "severity"),
    [(False, "note"), (True, "error")],
)
def test_a_variable_that_may_be_given(hooked: bool, severity: str, tmp_path: pathlib.Path) -> None:
    project = {
        "name": "shop",
        "source": {"type": "GITHUB", "location": "https://github.com/acme/shop"},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": "TARGET", "value": "x"}],
        },
        "serviceRole": "arn:aws:iam::111122223333:role/build",
    }
    hook = {"projectName": "shop", "filterGroups": [[{"type": "EVENT", "pattern": "PUSH"}]]}
    files: dict[str, str | bytes] = {"ci/codebuild.json": json.dumps([project, *([hook] if hooked else [])])}
    root = repository(tmp_path, {**files, "buildspec.yml": SPEC})
    path = os.path.join(root, "buildspec.yml")
    result = lint_text(SPEC, Candidate(path, True), Settings(select=("variable-never-defined",), isolated=True))
    assert [finding.severity.value for finding in result.findings] == [severity]
