"""cblint from Python: what the calls return, what they raise, and what importing them costs."""

from __future__ import annotations

import os
import pathlib
import pickle
import subprocess
import sys

import pytest

import cblint
from cblint import Finding, Severity, lint_path, lint_text
from cblint.api import LintError
from cblint.linter import Settings
from tests.helpers import HEAD, ISOLATED, commands, repository

DEFECT = commands('echo "a: b"')


def test_a_text_is_linted_as_standard_input() -> None:
    (finding,) = lint_text(DEFECT)
    assert isinstance(finding, Finding)
    assert (finding.rule, finding.code, finding.severity) == ("command-not-string", "CB1002", Severity.ERROR)
    assert (finding.path, finding.where) == ("<stdin>", "phases.build.commands[0]")
    assert (tuple(finding.start), tuple(finding.end)) == ((5, 16), (5, 17))
    assert finding.suppressed is None
    assert finding.fix is not None
    assert finding.fix.safe
    assert DEFECT[slice(*finding.span)] == ":"


def test_a_path_is_linted(tmp_path: pathlib.Path) -> None:
    path = os.path.join(repository(tmp_path, {"ci/buildspec.yml": DEFECT}), "ci", "buildspec.yml")
    (finding,) = lint_path(path)
    assert finding.path == "ci/buildspec.yml"
    assert lint_text(DEFECT, path) == [finding]
    assert lint_text(DEFECT)[0]._replace(path="ci/buildspec.yml") == finding


def test_a_byte_order_mark_and_line_ends_make_no_difference_to_positions(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "buildspec.yml"
    path.write_bytes(b"\xef\xbb\xbf" + DEFECT.replace("\n", "\r\n").encode())
    assert [tuple(finding.start) for finding in lint_path(str(path))] == [(5, 16)]


def test_what_is_clean_or_no_buildspec_has_no_findings(tmp_path: pathlib.Path) -> None:
    (tmp_path / "workflow.yml").write_text("on: push\njobs: {}\n")
    (tmp_path / "notes.txt").write_text(DEFECT)
    assert lint_text(commands("make")) == []
    assert lint_path(str(tmp_path / "workflow.yml")) == []
    assert lint_path(str(tmp_path / "notes.txt")) == []


def test_the_name_decides_what_a_text_is_and_need_not_exist(tmp_path: pathlib.Path) -> None:
    folder = repository(tmp_path, {".cblint.yml": "ignore: [CB1002]\n"})
    assert lint_text(DEFECT, os.path.join(folder, "none", "buildspec.yml")) == []
    assert lint_text("env: {}\nversion: 1\nversion: 1\n", "compose.yml", ISOLATED) == []
    rules = {finding.rule for finding in lint_text("env: {}\nversion: 1\nversion: 1\n", "buildspec.yml", ISOLATED)}
    assert rules == {"duplicate-key", "missing-required-key", "version-not-number"}


def test_the_settings_hold(tmp_path: pathlib.Path) -> None:
    folder = repository(tmp_path, {".cblint.yml": "ignore: [CB1002]\n", "buildspec.yml": DEFECT})
    path = os.path.join(folder, "buildspec.yml")
    assert lint_path(path) == []
    assert len(lint_path(path, ISOLATED)) == 1
    assert lint_path(path, Settings(isolated=True, ignore=("command-not-string",))) == []
    assert lint_path(path, Settings(isolated=True, select=("unknown-phase",))) == []
    other = tmp_path / "other.yml"
    other.write_text("profile: pedantic\n")
    assert len(lint_path(path, Settings(config=str(other)))) == 1


def test_suppressed_findings_are_among_them() -> None:
    text = commands('echo "a: b" # cblint: ignore[CB1002] -- why')
    assert [(finding.rule, finding.suppressed) for finding in lint_text(text)] == [("command-not-string", "why")]


def test_findings_are_values() -> None:
    found = lint_text(DEFECT)
    assert pickle.loads(pickle.dumps(found)) == found
    assert hash(found[0]) == hash(lint_text(DEFECT)[0])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\0", "is a binary file"),
        (b"version: \xff\n", "is not UTF-8: byte 0xFF on line 1"),
        (b"\xff\xfev\0", "is encoded in UTF-16, not UTF-8"),
        (b"# \n" * (4 * 1024 * 1024 // 3 + 1), "is larger than 4 MB"),
        (b"phases: " + b"[" * 300, "nests lists and mappings deeper than 200 levels (line 1)"),
        (HEAD.encode() + b"      - &x [*x]\n", "has an anchor, &x, that contains itself (line 5)"),
    ],
)
def test_what_cannot_be_linted_raises_an_error_that_names_it(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, content: bytes, why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "buildspec.yml").write_bytes(content)
    with pytest.raises(LintError) as caught:
        lint_path("buildspec.yml")
    assert str(caught.value) == f"buildspec.yml {why}"


def test_a_text_past_the_limits_raises_an_error_too() -> None:
    with pytest.raises(LintError, match=r"^<stdin> nests lists and mappings deeper than 200 levels \(line 1\)$"):
        lint_text("phases: " + "[" * 300)


def test_what_is_not_there_or_no_file_raises_an_error(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(LintError, match=r"^none\.yml cannot be read: No such file or directory$"):
        lint_path("none.yml")
    with pytest.raises(LintError, match=r"^folder is a directory$"):
        lint_path("folder")


def test_a_wrong_configuration_raises_an_error_that_names_it(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository(tmp_path, {".cblint.yml": "selct: []\n"}))
    with pytest.raises(LintError, match=r'^\.cblint\.yml:1:1: "selct" is not known at the top level\. Did you mean'):
        lint_text(DEFECT, "buildspec.yml")
    assert len(lint_text(DEFECT, "buildspec.yml", ISOLATED)) == 1


def test_a_rule_that_crashes_raises_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("oh no")

    monkeypatch.setattr("cblint.engine._check", lambda _: broken)
    with pytest.raises(LintError, match=r"^rule yaml-syntax-error failed on <stdin>: ZeroDivisionError: oh no$"):
        lint_text(DEFECT, settings=ISOLATED)


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "\ufeff", "a: \ufeffb\n", "[", "- " * 50, "%YAML 9.9\n---\na\n"])
def test_any_text_can_be_linted(text: str) -> None:
    assert isinstance(lint_text(text, "buildspec.yml", ISOLATED), list)


# The package


def test_the_package_offers_what_it_says() -> None:
    for name in cblint.__all__:
        assert getattr(cblint, name) is not None
    assert cblint.lint_text is lint_text
    with pytest.raises(AttributeError, match=r"^module 'cblint' has no attribute 'lint'$"):
        cblint.lint  # noqa: B018


def modules(code: str) -> set[str]:
    """What is loaded after some code ran in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
        cwd=os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_else() -> None:
    loaded = modules("import cblint; cblint.__version__")
    assert {name for name in loaded if name.split(".")[0] == "cblint"} == {"cblint"}
    assert not loaded & {"click", "yaml", "ruamel", "pathspec", "wcwidth", "jsonschema"}


def test_linting_loads_neither_the_command_line_nor_what_only_fixes_and_reports_need() -> None:
    loaded = modules(f"import cblint; cblint.lint_text({DEFECT!r})")
    assert "yaml" in loaded
    assert not loaded & {
        "click",
        "ruamel",
        "pathspec",
        "wcwidth",
        "jsonschema",
        "difflib",
        "cblint.cli",
        "cblint.fix",
    }
