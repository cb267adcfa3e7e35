"""A search passed over buildspecs called ``tf_plan.yml``; components of Image Builder have phases, and are none."""

from __future__ import annotations

import pathlib

import pytest

from cblint.linter import Settings
from cblint.running import lint_paths
from tests.helpers import repository

SPEC = "version: 0.2\nphases:\n  build:\n    commands:\n      - apt-get install jq\n"


@pytest.mark.parametrize("name", ["samples/tf_plan.yml", "ci/code/deploy.yaml", "testspec.json"])
def test_they_are_found(name: str, tmp_path: pathlib.Path) -> None:
    result = lint_paths([repository(tmp_path, {name: SPEC})], Settings(isolated=True))
    assert [finding.rule for _, finding in result.findings] == ["apt-not-assume-yes"]


@pytest.mark.parametrize(
    "text",
    [
        "schemaVersion: 1.0\nversion: 1\nphases:\n  - name: build\n    steps:\n      - inputs: {commands: [a: b]}\n",
        "version: 1\nfrontend:\n  phases:\n    build:\n      commands: [a: b]\n",
        "version: 1\nphases:\n  deploy:\n    commands: [a: b]\n# codebuild\n",
        "version: 3\nphases: 7\ncommands: 1\n",
        "jobs: {}\nversion: 0.2\nphases: {build: {commands: [a: b]}}\n",
    ],
)
def test_other_phases_are_none_of_our_business(text: str, tmp_path: pathlib.Path) -> None:
    result = lint_paths([repository(tmp_path, {"ci/component.yml": text})], Settings(isolated=True))
    assert [finding.rule for _, finding in result.findings] == []
    assert [file.skipped for file in result.files if file.skipped] == []
