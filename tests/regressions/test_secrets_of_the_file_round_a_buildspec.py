"""``trace`` and ``--diff`` showed secrets of a project that ``check`` hides: they knew those of its buildspec alone."""

from __future__ import annotations

import pathlib

import pytest

from cblint.lsp.hints import hints_of
from cblint.lsp.hover import hover_at
from cblint.report import FORMATS
from cblint.source.text import Span
from tests.integration.conftest import invoke
from tests.lsp_documents import document

SECRET = "Tr0ub4dorX9kk7q"
_BUILDSPEC = [
    "version: 0.2",
    "phases:",
    "  build:",
    "    commands:",
    f"      - apt-get install {SECRET}",
    f"      - X=a/{SECRET}",
    "      - Y=b/$X && cd $Y",
    f'      - echo "{SECRET}: b"',
]


def _with_buildspec(before: str, indentation: str, after: str = "") -> str:
    return before + "".join(f"{indentation}{line}\n" for line in _BUILDSPEC) + after


_FILES = {
    "template.yaml": _with_buildspec(
        f"""\
Resources:
  Build:
    Type: AWS::CodeBuild::Project
    Properties:
      Environment:
        EnvironmentVariables:
          - Name: DB_PASSWORD
            Value: {SECRET}
      Source:
        Type: GITHUB
        BuildSpec: |
""",
        " " * 10,
    ),
    "main.tf": _with_buildspec(
        f"""\
resource "aws_codebuild_project" "build" {{
  environment {{
    environment_variable {{
      name  = "DB_PASSWORD"
      value = "{SECRET}"
    }}
  }}
  source {{
    type      = "GITHUB"
    buildspec = <<-EOT
""",
        " " * 6,
        "      EOT\n  }\n}\n",
    ),
    "ci.yml": _with_buildspec(
        f"""\
on: push
env:
  DB_PASSWORD: {SECRET}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: aws-actions/aws-codebuild-run-build@v1
        with:
          project-name: demo
          buildspec-override: |
""",
        " " * 12,
    ),
    "guide.md": _with_buildspec(
        f"# Guide\n\n```sh\nexport DB_PASSWORD={SECRET}\n```\n\n```yaml\n",
        "",
        "```\n",
    ),
}
_COMMANDS = [
    ["trace"],
    ["trace", "--format", "json"],
    ["check", "--diff", "--unsafe-fixes"],
    *(["check", "--format", name] for name in FORMATS),
]


@pytest.mark.parametrize("name", _FILES)
def test_no_command_shows_it(name: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(_FILES[name])
    for arguments in _COMMANDS:
        done = invoke([*arguments, name], "")
        assert done.stdout, arguments
        assert SECRET[:8] not in done.stdout + done.stderr, arguments


@pytest.mark.parametrize("name", _FILES)
def test_a_trace_still_shows_the_rest(name: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(_FILES[name])
    assert f": apt-get install …({len(SECRET)})\n" in invoke(["trace", name], "").stdout


@pytest.mark.parametrize("name", _FILES)
def test_no_editor_shows_it(name: str) -> None:
    read = document(_FILES[name], name)
    said = [hint.label + hint.tooltip for hint in hints_of(read, Span(0, len(read.text)))]
    said += [hover.markdown for at in range(len(read.text)) if (hover := hover_at(read, at)) is not None]
    assert said
    assert not any(SECRET[:8] in text for text in said)
