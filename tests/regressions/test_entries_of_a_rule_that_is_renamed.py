"""What a baseline had of an own rule came back as new once the rule had another name, or was given a code."""

from __future__ import annotations

import pathlib

import pytest

from cblint.baseline import load
from tests.helpers import commands, repository
from tests.integration.conftest import forget, invoke

NAME = ".cblint-baseline.json"
RULE = "name: no-make\nmessage: No make.\nmatch: {command: make}\n"


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (RULE + "code: ACME1\n", "ACME1"),
        (RULE.replace("no-make", "use-ninja") + "former-names: [no-make]\n", "use-ninja"),
        (RULE.replace("no-make", "use-ninja") + "former-names: [no-make]\ncode: ACME1\n", "ACME1"),
    ],
)
def test_they_are_those_of_the_rule_still(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, rule: str, code: str
) -> None:
    configured = f"rules: [ci]\nbaseline: {NAME}\n"
    files = {".cblint.yml": configured, "ci/a.yml": RULE, "buildspec.yml": commands("make", "make all")}
    monkeypatch.chdir(repository(tmp_path, dict(files)))
    assert invoke(["baseline", "create"], "").exit_code == 0
    assert [entry.code for entry in load(NAME, False)] == ["no-make", "no-make"]
    (tmp_path / "ci" / "a.yml").write_text(rule)
    forget()
    done = invoke(["check"], "")
    assert (done.exit_code, done.stderr) == (0, "")
    assert invoke(["baseline", "check"], "").exit_code == 0
    (tmp_path / "buildspec.yml").write_text(commands("make", "true"))
    assert invoke(["baseline", "update"], "").stdout == f"{NAME}: 1 entry dropped.\n"
    assert [entry.code for entry in load(NAME, False)] == [code]


def test_a_name_that_another_rule_has_as_its_code_is_that_of_the_other(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = RULE.replace("no-make", "use-ninja").replace("command: make", "command: cmake") + "code: ACME1\n"
    files = {".cblint.yml": f"rules: [ci]\nbaseline: {NAME}\n", "ci/a.yml": RULE, "buildspec.yml": commands("make")}
    monkeypatch.chdir(repository(tmp_path, {**files, "ci/b.yml": other}))
    assert invoke(["baseline", "create"], "").exit_code == 0
    assert invoke(["baseline", "check"], "").exit_code == 0
