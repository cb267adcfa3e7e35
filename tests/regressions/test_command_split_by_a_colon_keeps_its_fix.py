"""Of a command that a colon splits, all before it was taken for a secret's name, and the fix of another withheld."""

from __future__ import annotations

from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from tests.helpers import commands

LOGIN = 'aws ecr get-login-password | docker login --password-stdin $REGISTRY || echo "ERROR: login failed!"'


def test_both_are_mended() -> None:
    text = commands(LOGIN, 'docker version || echo "ERROR: installation failed!"')
    findings = lint_text(text, Candidate("buildspec.yml", False), Settings(select=("command-not-string",))).findings
    assert [finding.fix is not None and not finding.fix.withheld for finding in findings] == [True, True]
