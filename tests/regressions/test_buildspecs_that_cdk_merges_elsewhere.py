"""A part of a buildspec that CDK merges in another file was said to have no version, or no phases."""

from __future__ import annotations

import pytest

from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text

HEAD = "import * as codebuild from 'aws-cdk-lib/aws-codebuild';\n"
PHASES = "phases: { build: { commands: ['make'] } }"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"definition.append(codebuild.BuildSpec.fromObject({{ {PHASES} }}));", []),
        ("definition.append(codebuild.BuildSpec.fromObject({ version: '0.2' }));", []),
        ("const all = codebuild.BuildSpec.fromObject({ version: '0.2', phases: { build: {} } });", ["note"]),
        (
            f"new codebuild.Project(this, 'A', {{ buildSpec: codebuild.BuildSpec.fromObject({{ {PHASES} }}) }});",
            ["warning"],
        ),
    ],
)
def test_what_is_missing(line: str, expected: list[str]) -> None:
    settings = Settings(select=("missing-required-key",), isolated=True)
    result = lint_text(f"{HEAD}{line}\n", Candidate("stack.ts", True), settings)
    assert [finding.severity.value for finding in result.findings] == expected
