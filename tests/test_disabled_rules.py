"""A rule that is switched off costs nothing: its check is not called, and what only checks need is not imported."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cblint import engine
from cblint.buildspec.model import Buildspec
from cblint.catalogue import Rule, rules
from cblint.finding import Report
from cblint.linter import Settings
from tests.helpers import lint

TEXT = """\
version: 0.2
env:
  secrets-manager: {TOKEN: app:token}
phases:
  install:
    runtime-versions: {nodejs: 20}
    commands:
      - npm install | tee log
      - echo $TOKEN
  build:
    commands:
      - docker build -t app:latest .
      - docker push app:latest || true
artifacts:
  files: ['**/*']
"""
CHECKED = [rule for rule in rules() if rule.check]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The checks that are called."""
    called: list[str] = []

    def check(name: str) -> engine.Check:
        def silent(_: Buildspec) -> Iterator[Report]:
            called.append(name)
            return iter(())

        return silent

    monkeypatch.setattr(engine, "_check", check)
    return called


@pytest.mark.parametrize("rule", CHECKED, ids=lambda rule: rule.name)
def test_the_check_of_a_disabled_rule_is_not_called(asked: list[str], rule: Rule) -> None:
    others = tuple(each.name for each in CHECKED if each is not rule)
    lint(TEXT, Settings(isolated=True, select=others))
    assert len(set(asked)) > 30
    assert rule.check not in asked or any(each.check == rule.check for each in CHECKED if each is not rule)


@pytest.mark.parametrize(
    ("chosen", "needed"),
    [
        ("version-not-number", {"cblint.checks.edits", "cblint.checks.keys", "cblint.checks.values"}),
        ("duplicate-key", {"cblint.checks.edits", "cblint.checks.syntax"}),
        # What is shown of a file is looked through for secrets first.
        ("runtime-end-of-life", {"cblint.checks.edits", "cblint.checks.runtimes", "cblint.checks.literals"}),
    ],
)
def test_what_the_others_need_is_not_imported(tmp_path: Path, chosen: str, needed: set[str]) -> None:
    (tmp_path / "buildspec.yml").write_text(TEXT, encoding="utf-8")
    program = (
        "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr));"
        f"from cblint.cli import main; main(['check', '--no-cache', '--select', '{chosen}', 'buildspec.yml'])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    loaded = {name for name in done.stderr.split() if name.startswith("cblint.")}
    assert needed <= loaded, done.stderr
    assert {name for name in loaded if name.startswith("cblint.checks.")} <= needed
    assert not {name for name in loaded if name.startswith("cblint.flow.")}
