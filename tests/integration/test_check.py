"""The contract of ``cblint check``: paths, standard input, formats, options and the exit status."""

from __future__ import annotations

import json
import os
import pathlib
import pty
import subprocess
import sys
from collections.abc import Iterator

import pytest

from cblint import __version__, engine
from cblint.checks import syntax
from cblint.report import FORMATS
from tests import bounds
from tests.helpers import HEAD, commands
from tests.integration.conftest import CLEAN, DEFECT, NOTE, WARNING, Cblint, environment, valid_json
from tests.readers import told

DUPLICATE = "version: 0.2\nphases:\n  build:\n    commands: [a]\n  build:\n    commands: [b]\n"
UNKNOWN = "version: 0.2\nphases:\n  prebuild:\n    commands: [make]\n"
BROKEN = "version: 0.2\nphases:\n  build: [\n"
SAID = "error[command-not-string] commands[0] is not a command but a YAML mapping: this colon splits it in two."
OTHER_RULE = {".cblint.yml": "select: [duplicate-key]\n"}
"""A configuration under which DEFECT has no finding."""

# Which files


def test_a_file(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, "other-buildspec.yml": DEFECT})
    done = cblint("buildspec.yml", "--format", "concise")
    assert (done.status, done.lines, done.err) == (1, [f"buildspec.yml:5:16: {SAID}"], b"")


def test_several_files_in_the_order_given(cblint: Cblint) -> None:
    cblint.put({"b-buildspec.yml": DEFECT, "a/buildspec.yml": DEFECT, "c-buildspec.yml": CLEAN})
    done = cblint("b-buildspec.yml", "a/buildspec.yml", "c-buildspec.yml", "--format", "concise")
    assert done.lines == [f"b-buildspec.yml:5:16: {SAID}", f"a/buildspec.yml:5:16: {SAID}"]


@pytest.mark.parametrize("folder", ["ci", "ci/", "./ci", "ci/../ci"])
def test_a_folder_is_searched(cblint: Cblint, folder: str) -> None:
    cblint.put({"buildspec.yml": DEFECT, "ci/buildspec.yml": DEFECT, "ci/deep/buildspec.yml": DEFECT})
    done = cblint(folder, "--format", "concise")
    assert done.lines == [f"ci/buildspec.yml:5:16: {SAID}", f"ci/deep/buildspec.yml:5:16: {SAID}"]


def test_without_paths_the_current_folder_is_searched(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, "ci/buildspec.yml": DEFECT})
    assert cblint("--format", "concise") == cblint(".", "--format", "concise")
    assert len(cblint("--format", "concise").lines) == 2
    assert cblint("--format", "concise", cwd="ci").lines == [f"buildspec.yml:5:16: {SAID}"]


def test_a_file_named_in_several_ways_is_linted_once(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, "ci/empty": ""})
    full = str(cblint.folder / "buildspec.yml")
    done = cblint("buildspec.yml", "./buildspec.yml", full, "ci/../buildspec.yml", ".", "--format", "json")
    assert done.findings == ["buildspec.yml command-not-string"]
    assert len(done.json["files"]) == 1


@pytest.mark.parametrize("paths", [(".", "buildspec.yml"), ("buildspec.yml", ".")])
def test_a_file_is_named_even_if_a_folder_named_before_it_holds_it(cblint: Cblint, paths: tuple[str, str]) -> None:
    cblint.put({"buildspec.yml": b"\xff\xfe"})
    assert cblint(*paths).status == 2


def test_a_file_outside_the_working_directory_is_shown_as_it_is_reached_from_there(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, "ci/.git/HEAD": "", "ci/sub/empty": "", "ci/buildspec.yml": DEFECT})
    inside = cblint("../buildspec.yml", "--format", "concise", cwd="ci/sub")
    assert inside.lines == [f"../buildspec.yml:5:16: {SAID}"]
    elsewhere = cblint("../buildspec.yml", "--format", "concise", cwd="ci")
    assert elsewhere.lines == [f"{cblint.folder}/buildspec.yml:5:16: {SAID}"]


def test_json_names_files_from_the_root_of_their_repository(cblint: Cblint) -> None:
    cblint.put({"ci/buildspec.yml": DEFECT, "sub/.git/HEAD": "", "sub/ci/buildspec.yml": DEFECT})
    assert cblint("buildspec.yml", "--format", "json", cwd="ci").findings == ["ci/buildspec.yml command-not-string"]
    both = cblint(".", "--format", "json")
    assert both.findings == ["ci/buildspec.yml command-not-string", "ci/buildspec.yml command-not-string"]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("compose.yml", "services: {web: {image: x}}\n", "is a Compose file, not a buildspec"),
        ("buildspec.yml", "services: {web: {image: x}}\n", "is a Compose file, not a buildspec"),
        ("template.yml", "Resources: {}\n", "is a CloudFormation template, not a buildspec"),
        ("data.yml", "a: 1\n", "is not a buildspec: it has neither phases nor batch"),
        ("list.yml", "- a\n", "is not a buildspec: its top level is not a mapping"),
        ("empty.yml", "", "is not a buildspec: its top level is not a mapping"),
        ("code.py", "print('a: b')\n", "shows nothing of CodeBuild"),
        ("code.rb", "print('a: b')\n", "is not YAML by its name"),
        ("buildspec.yml", "version: 0.2\nphases:\n  {% if x %}\n", "is a template that is not YAML yet"),
    ],
)
def test_a_named_file_that_is_no_buildspec_is_skipped_with_the_reason(
    cblint: Cblint, name: str, text: str, why: str
) -> None:
    cblint.put({name: text})
    done = cblint(name)
    assert (done.status, done.err) == (0, b"")
    assert done.lines == [f"{name} {why}", "No buildspec was checked (1 file skipped)."]
    assert cblint(name, "--format", "json").skipped == {name: why}
    assert cblint(name, "--format", "concise").out == b""


def test_a_missing_file_does_not_keep_the_others_from_being_linted(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    done = cblint("missing.yml", "buildspec.yml", "--format", "concise")
    assert (done.status, done.lines) == (2, [f"buildspec.yml:5:16: {SAID}"])
    assert done.stderr == "cblint: missing.yml cannot be read: No such file or directory\n"


def test_an_unreadable_folder_is_an_error(cblint: Cblint, monkeypatch: pytest.MonkeyPatch) -> None:
    cblint.put({"buildspec.yml": DEFECT, "closed/buildspec.yml": DEFECT})
    scandir = os.scandir

    def refuse(path: str) -> Iterator[os.DirEntry[str]]:
        if path == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    done = cblint("closed", "buildspec.yml", "--format", "concise")
    assert (done.status, done.lines) == (2, [f"buildspec.yml:5:16: {SAID}"])
    assert done.stderr == "cblint: closed cannot be read: Permission denied\n"


# Standard input

INPUTS = {
    "a defect": DEFECT.encode(),
    "nothing": CLEAN.encode(),
    "a syntax error": BROKEN.encode(),
    "suppressions": commands(
        'echo "a: b" # cblint: ignore[command-not-string] -- why', "make # cblint: ignore[x]"
    ).encode(),
    "a byte order mark and CRLF": b"\xef\xbb\xbf" + DEFECT.replace("\n", "\r\n").encode(),
    "wide characters": commands('echo "\U0001f600é: b"').encode(),
    "an empty file": b"",
    "no buildspec": b"Resources: {}\n",
    "UTF-16": DEFECT.encode("utf-16"),
    "bytes": b"\xc3(",
    "depth": b"[" * 1000,
}


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("data", INPUTS.values(), ids=INPUTS)
def test_standard_input_with_a_name_has_the_result_of_the_file(cblint: Cblint, data: bytes, format_: str) -> None:
    cblint.put({"ci/buildspec.yml": data})
    for name, cwd in (("ci/buildspec.yml", "."), ("buildspec.yml", "ci"), (f"{cblint.folder}/ci/buildspec.yml", "ci")):
        on_disk = cblint(name, "--format", format_, cwd=cwd)
        given = cblint("-", "--stdin-filename", name, "--format", format_, cwd=cwd, stdin=data)
        assert given == on_disk


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    "configuration",
    [
        "select: [duplicate-key]\n",
        "exclude: ['ci/']\n",
        "fail-on: never\n",
        "buildspecs: [ci/any.txt]\n",
        "fail-no: x\n",
    ],
)
def test_standard_input_has_the_configuration_of_the_file(cblint: Cblint, configuration: str, format_: str) -> None:
    cblint.put({".cblint.yml": configuration, "ci/buildspec.yml": DEFECT, "ci/any.txt": DEFECT})
    for name in ("ci/buildspec.yml", "ci/any.txt"):
        on_disk = cblint(name, "--format", format_)
        assert cblint("-", "--stdin-filename", name, "--format", format_, stdin=DEFECT.encode()) == on_disk


def test_the_file_that_standard_input_is_taken_for_need_not_exist(cblint: Cblint) -> None:
    cblint.put({f"ci/{name}": text for name, text in OTHER_RULE.items()})
    arguments = ("-", "--format", "json", "--stdin-filename")
    assert cblint(*arguments, "new/buildspec.yml", stdin=DEFECT.encode()).findings == [
        "new/buildspec.yml command-not-string"
    ]
    assert cblint(*arguments, "ci/buildspec.yml", stdin=DEFECT.encode()).findings == []


def test_standard_input_without_a_name_is_a_buildspec(cblint: Cblint) -> None:
    done = cblint("-", "--format", "json", stdin=DEFECT.encode())
    assert done.findings == ["<stdin> command-not-string"]
    assert cblint("-", "--format", "concise", stdin=DEFECT.encode()).lines == [f"<stdin>:5:16: {SAID}"]


def test_without_a_name_the_configuration_of_the_working_directory_holds(cblint: Cblint) -> None:
    cblint.put(OTHER_RULE)
    assert cblint("-", stdin=DEFECT.encode()).status == 0
    assert cblint("-", "--isolated", stdin=DEFECT.encode()).status == 1


def test_a_name_alone_means_standard_input(cblint: Cblint) -> None:
    done = cblint("--stdin-filename", "buildspec.yml", "--format", "concise", stdin=DEFECT.encode())
    assert (done.status, done.lines) == (1, [f"buildspec.yml:5:16: {SAID}"])


def test_standard_input_through_a_pipe(cblint: Cblint) -> None:
    done = cblint.process("check", "-", "--format", "concise", stdin=commands('echo "\U0001f600: b"').encode())
    assert (done.status, done.lines, done.err) == (1, [f"<stdin>:5:16: {SAID}"], b"")


@pytest.mark.parametrize(
    "arguments",
    [
        ("-", "buildspec.yml"),
        ("buildspec.yml", "-"),
        ("buildspec.yml", "--stdin-filename", "buildspec.yml"),
        ("-", "--fix"),
    ],
)
def test_wrong_uses_of_standard_input(cblint: Cblint, arguments: tuple[str, ...]) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    done = cblint(*arguments, stdin=DEFECT.encode())
    assert (done.status, done.out) == (2, b"")
    assert "Error: " in done.stderr
    assert (cblint.folder / "buildspec.yml").read_text() == DEFECT


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_closed_stream_is_no_internal_error(cblint: Cblint, closed: str) -> None:
    command = f'"$0" -m cblint check - --format concise {closed}'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable],
        input=DEFECT.encode(),
        capture_output=True,
        cwd=cblint.folder,
        env=environment(),
        timeout=60,
    )
    assert b"internal error" not in done.stderr
    assert b"Traceback" not in done.stderr
    assert done.returncode == (1 if closed == "2>&-" else 2)


# Formats and outputs


def test_one_run_can_print_text_and_write_json(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    text = cblint("buildspec.yml")
    done = cblint("buildspec.yml", "--format", "json", "--output", "report.json", "--format", "text")
    assert done == text
    assert text.lines[0] == f"buildspec.yml:5:16: {SAID}"
    written = (cblint.folder / "report.json").read_bytes()
    assert written == cblint("buildspec.yml", "--format", "json").out
    assert valid_json(written.decode())["summary"]["error"] == 1


def test_text_is_the_format_that_an_output_alone_gets(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    done = cblint("buildspec.yml", "--output", "report.txt")
    assert (done.status, done.out, done.err) == (1, b"", b"")
    assert (cblint.folder / "report.txt").read_bytes() == cblint("buildspec.yml").out


def test_a_dash_is_standard_output(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    arguments = ("--format", "json", "--output", "-", "--format", "concise", "--output", "report.txt")
    done = cblint("buildspec.yml", *arguments)
    assert done.findings == ["buildspec.yml command-not-string"]
    assert (cblint.folder / "report.txt").read_text() == f"buildspec.yml:5:16: {SAID}\n"
    assert not (cblint.folder / "-").exists()


def test_a_written_report_replaces_the_one_before(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": CLEAN, "report.json": "x" * 10_000})
    cblint("buildspec.yml", "--format", "json", "--output", "report.json")
    assert valid_json((cblint.folder / "report.json").read_text())["findings"] == []


@pytest.mark.parametrize(
    "arguments",
    [("--output", "a", "--output", "b"), ("--format", "json", "--output", "a", "--output", "b")],
)
def test_more_outputs_than_formats_are_wrong_usage(cblint: Cblint, arguments: tuple[str, ...]) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    done = cblint("buildspec.yml", *arguments)
    assert (done.status, done.out) == (2, b"")
    assert "there are more outputs than formats" in done.stderr
    assert not (cblint.folder / "a").exists()


@pytest.mark.parametrize("output", ["missing/report.json", ".", "/dev/full"])
def test_an_output_that_cannot_be_written_is_an_error(cblint: Cblint, output: str) -> None:
    if output.startswith("/dev") and not os.path.exists(output):
        pytest.skip("there is no /dev/full here")
    cblint.put({"buildspec.yml": CLEAN})
    done = cblint.process("check", "buildspec.yml", "--format", "json", "--output", output)
    assert done.status == 2
    assert f"Error: Cannot write {output}: " in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_a_full_disk_behind_standard_output_is_an_error(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": CLEAN})
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cblint", "check"],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=cblint.folder,
            env=environment(),
            timeout=60,
        )
    assert (done.returncode, b"Traceback" in done.stderr) == (2, False)
    assert b"Cannot write standard output: No space left on device" in done.stderr


def test_a_reader_who_has_seen_enough_is_no_error(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": HEAD + "      - a: b\n" * 1500})
    for format_ in FORMATS if bounds.ALL else ("text", "json", "sarif"):  # they are all written in one way
        done = subprocess.run(
            ["sh", "-c", f'"$0" -m cblint check --format {format_} | head -1', sys.executable],
            capture_output=True,
            cwd=cblint.folder,
            env=environment(),
            timeout=60,
        )
        assert (done.stdout.count(b"\n"), done.stderr) == (1, b"")


EVERY_FORMAT = [argument for name in FORMATS for argument in ("--format", name)]
"""Arguments of a run that prints all formats, one after the other."""


@pytest.mark.parametrize("encoding", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}])
def test_the_output_is_utf8_whatever_the_locale(cblint: Cblint, encoding: dict[str, str]) -> None:
    cblint.put({"bücher-buildspec.yml": commands('echo "\U0001f600é: b"')})
    usual = cblint.process("check", *EVERY_FORMAT)
    assert cblint.process("check", *EVERY_FORMAT, env=encoding) == usual
    assert usual.lines[:2] == [f"bücher-buildspec.yml:5:17: {SAID}", '5 |       - echo "\U0001f600é: b"']
    # Text, concise, GitHub's and JUnit's have the words that begin so as they are, JSON has ASCII only.
    assert usual.stdout.count("bücher-buildspec.yml:5:17: ") == 4
    assert usual.stdout.count('"b\\u00fccher-buildspec.yml') >= 4


def test_a_message_about_a_name_that_a_locale_lacks_is_no_crash(cblint: Cblint) -> None:
    done = cblint.process("check", "bücher.yml", env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii"})
    assert done.status == 2
    assert done.stderr == "cblint: bücher.yml cannot be read: No such file or directory\n"


def test_the_parts_of_the_json(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, "other.yml": "a: 1\n"})
    document = cblint("buildspec.yml", "other.yml", "--format", "json").json
    assert document["tool"] == {"name": "cblint", "version": __version__}
    assert document["files"] == [{"path": "buildspec.yml", "kind": "buildspec", "buildspecs": 1}]
    [finding] = document["findings"]
    assert (finding["start"], finding["end"]) == ({"line": 5, "column": 16}, {"line": 5, "column": 17})
    assert (finding["code"], finding["where"]) == ("CB1002", "phases.build.commands[0]")
    assert (finding["fix"]["safe"], finding["suppressed"]) == (True, None)
    assert document["summary"] == {
        "error": 1,
        "warning": 0,
        "note": 0,
        "suppressed": 0,
        "baseline": 0,
        "files": 1,
        "skipped": [{"path": "other.yml", "why": "is not a buildspec: it has neither phases nor batch"}],
    }


# The exit status


@pytest.mark.parametrize(
    ("threshold", "statuses"),
    [
        (None, (1, 1, 0, 0)),
        ("error", (1, 0, 0, 0)),
        ("warning", (1, 1, 0, 0)),
        ("note", (1, 1, 1, 0)),
        ("never", (0, 0, 0, 0)),
    ],
)
def test_the_least_severity_that_fails(cblint: Cblint, threshold: str | None, statuses: tuple[int, ...]) -> None:
    texts = {"error": DEFECT, "warning": WARNING, "note": NOTE, "clean": CLEAN}
    cblint.put({f"{name}/buildspec.yml": text for name, text in texts.items()})
    arguments = () if threshold is None else ("--fail-on", threshold)
    assert tuple(cblint(name, *arguments).status for name in texts) == statuses
    cblint.put({"error/.cblint.yml": "", **{f"{name}/.cblint.yml": f"fail-on: {threshold}\n" for name in texts}})
    if threshold is not None:
        assert tuple(cblint(name).status for name in texts) == statuses
        assert [cblint(name, "--fail-on", "note").status for name in texts] == [1, 1, 1, 0]


def test_exit_zero_prints_all_the_same(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    done = cblint("--exit-zero", "--fail-on", "note")
    assert (done.status, done.out) == (0, cblint().out)
    assert SAID in done.stdout


@pytest.mark.parametrize("argument", ["--exit-zero", "--fail-on=never"])
def test_what_cannot_be_read_fails_in_any_case(cblint: Cblint, argument: str) -> None:
    assert cblint("missing.yml", argument).status == 2


def test_suppressed_findings_do_not_fail(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": commands('echo "a: b" # cblint: ignore[command-not-string] -- because')})
    done = cblint("--format", "json")
    assert done.status == 0
    assert done.json["findings"][0]["suppressed"] == {"reason": "because", "kind": "comment"}
    assert done.json["summary"]["suppressed"] == 1
    assert cblint().lines == ["No findings in 1 buildspec file (1 suppressed)."]
    assert cblint("--format", "concise").out == b""


@pytest.fixture
def crashing_rule(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """duplicate-key raises an exception."""

    def crash(_: object) -> Iterator[None]:
        raise RuntimeError("boom \x1b[31m")

    monkeypatch.setattr(syntax, "duplicate_key", crash)
    engine._check.cache_clear()
    yield
    monkeypatch.undo()
    engine._check.cache_clear()


@pytest.mark.usefixtures("crashing_rule")
@pytest.mark.parametrize("format_", FORMATS)
def test_a_rule_that_crashes_is_named_and_the_others_still_speak(cblint: Cblint, format_: str) -> None:
    cblint.put({"buildspec.yml": DEFECT, "ci/buildspec.yml": DEFECT})
    done = cblint("--format", format_)
    assert done.status == 3
    assert [f"{each.path} {each.rule}" for each in told(format_, done.stdout)] == [
        "buildspec.yml command-not-string",
        "ci/buildspec.yml command-not-string",
    ]
    assert done.stderr == "".join(
        f"cblint: internal error: rule duplicate-key failed on {path}: RuntimeError: boom <U+001B>[31m. "
        "Please report it.\n"
        for path in ("buildspec.yml", "ci/buildspec.yml")
    )


@pytest.mark.usefixtures("crashing_rule")
def test_the_highest_status_wins(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, "clean-buildspec.yml": CLEAN})
    assert cblint("buildspec.yml", "missing.yml").status == 3
    assert cblint("clean-buildspec.yml", "--exit-zero").status == 3
    assert cblint("buildspec.yml", "missing.yml", "--ignore", "duplicate-key").status == 2
    assert cblint("buildspec.yml", "clean-buildspec.yml", "--ignore", "duplicate-key").status == 1
    assert cblint("clean-buildspec.yml", "--ignore", "duplicate-key").status == 0


def test_an_exception_in_a_document_is_contained(cblint: Cblint, monkeypatch: pytest.MonkeyPatch) -> None:
    cblint.put({"a-buildspec.yml": DEFECT, "b-buildspec.yml": DEFECT})
    monkeypatch.setattr("cblint.linter.engine.buildspecs_of", lambda *given: 1 / 0)
    done = cblint()
    assert done.status == 3
    assert "a-buildspec.yml: ZeroDivisionError" in done.stderr
    assert "b-buildspec.yml: ZeroDivisionError" in done.stderr


def test_an_exception_outside_of_any_file_is_one_line(cblint: Cblint) -> None:
    program = "import cblint.cli as c, cblint.cli.run as r; r.lint_paths = lambda *_: 1 / 0; c.main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "check"],
        capture_output=True,
        cwd=cblint.folder,
        env=environment(),
        timeout=60,
    )
    assert done.returncode == 3
    assert done.stderr == b"cblint: internal error: ZeroDivisionError: division by zero\n"


# Which rules

ALL = {"duplicate-key", "unknown-phase", "command-not-string"}
THREE = "version: 0.2\nphases:\n  prebuild: {}\n  build:\n    commands: [{}]\n  build:\n    commands: [{}]\n"


def _rules(cblint: Cblint, *arguments: str) -> set[str]:
    done = cblint(*arguments, "--format", "json")
    return {finding["rule"] for finding in done.json["findings"]}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), ALL),
        (("--select", "duplicate-key"), {"duplicate-key"}),
        (("--select", "CB1004"), {"duplicate-key"}),
        (("--select", "cb1004"), {"duplicate-key"}),
        (("--select", "CB1"), ALL),
        (("--select", "CB9"), set()),
        (("--select", "duplicate-key,CB1003"), {"duplicate-key", "unknown-phase"}),
        (("--select", " duplicate-key , unknown-phase,"), {"duplicate-key", "unknown-phase"}),
        (("--select", "duplicate-key", "--select", "unknown-phase"), {"duplicate-key", "unknown-phase"}),
        (("--ignore", "duplicate-key"), ALL - {"duplicate-key"}),
        (("--ignore", "duplicate-key,CB1003"), {"command-not-string"}),
        (("--ignore", "CB1"), set()),
        (("--select", "CB1", "--ignore", "CB1002"), ALL - {"command-not-string"}),
        (("--select", "CB1002", "--ignore", "CB1002"), set()),
        (("--profile", "default"), ALL),
        (("--profile", "pedantic"), ALL),
        (("--profile", "security"), ALL - {"unknown-phase"}),
        (("--profile", "security", "--select", "unknown-phase"), {"unknown-phase"}),
    ],
)
def test_the_rules_that_run(cblint: Cblint, arguments: tuple[str, ...], expected: set[str]) -> None:
    cblint.put({"buildspec.yml": THREE})
    assert _rules(cblint, *arguments) == expected


@pytest.mark.parametrize("option", ["--select", "--ignore"])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("duplicate-keys", 'There is no rule "duplicate-keys". Did you mean "duplicate-key"?'),
        ("CB1002,CB1oo4", 'There is no rule "CB1oo4".'),
        ("duplicate_key", 'There is no rule "duplicate_key". Did you mean "duplicate-key"?'),
        ("CB0", 'There is no rule "CB0".'),
        ("nonsense", 'There is no rule "nonsense".'),
    ],
)
def test_a_name_that_is_no_rule_is_wrong_usage(cblint: Cblint, option: str, name: str, message: str) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    for done in (cblint(option, name), cblint("-", option, name, stdin=DEFECT.encode()), cblint("ci", option, name)):
        assert (done.status, done.out) == (2, b"")
        assert message in done.stderr


def test_the_command_line_and_the_configuration_together(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": THREE, ".cblint.yml": "select: [CB1]\nignore: [duplicate-key]\n"})
    assert _rules(cblint) == ALL - {"duplicate-key"}
    assert _rules(cblint, "--ignore", "unknown-phase") == {"command-not-string"}
    assert _rules(cblint, "--select", "unknown-phase") == {"unknown-phase"}
    cblint.put({".cblint.yml": "profile: security\n"})
    assert _rules(cblint) == ALL - {"unknown-phase"}
    assert _rules(cblint, "--profile", "default") == ALL


# Configuration


def test_a_configuration_that_is_named_replaces_those_found(cblint: Cblint) -> None:
    cblint.put({"ci/buildspec.yml": DEFECT, "ci/.cblint.yml": "fail-on: never\n", "my.yml": "ignore: [CB1002]\n"})
    assert cblint("ci").status == 0
    assert SAID in cblint("ci").stdout
    for name, cwd in (("my.yml", "."), ("../my.yml", "ci"), (str(cblint.folder / "my.yml"), "ci")):
        done = cblint(str(cblint.folder / "ci"), "--config", name, cwd=cwd)
        assert (done.status, SAID in done.stdout) == (0, False)


def test_the_table_of_a_pyproject_can_be_named(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, "ci/pyproject.toml": "[tool.cblint]\nignore = ['CB1002']\n"})
    assert cblint("--config", "ci/pyproject.toml").status == 0


def test_isolated_ignores_every_configuration(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, **OTHER_RULE})
    assert cblint().status == 0
    assert cblint("--isolated").status == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "my.yml cannot be read: No such file or directory"),
        ("fail-no: x\n", 'my.yml:1:1: "fail-no" is not known at the top level. Did you mean "fail-on"?'),
        ("ignore: [CB1002, nope]\n", 'my.yml:1:18: There is no rule "nope".'),
        ("ignore: [\n", "my.yml:1:9 is not valid YAML: "),
    ],
)
def test_a_named_configuration_that_is_wrong_is_said_once(cblint: Cblint, text: str | None, message: str) -> None:
    cblint.put({"buildspec.yml": DEFECT, "ci/buildspec.yml": DEFECT, **({} if text is None else {"my.yml": text})})
    done = cblint("--config", "my.yml")
    assert (done.status, done.out, done.stderr.count(message)) == (2, b"", 1)


def test_a_wrong_configuration_of_the_repository_is_said_once(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, "ci/buildspec.yml": DEFECT, ".cblint.yml": "fail-no: x\n"})
    done = cblint("--format", "json")
    assert (done.status, done.findings) == (2, [])
    assert set(done.skipped) == {"buildspec.yml", "ci/buildspec.yml"}
    assert done.stderr.startswith('cblint: .cblint.yml:1:1: "fail-no" is not known')
    assert done.stderr.count("\n") == 1


def test_a_wrong_configuration_stops_only_the_files_below_it(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, "ci/buildspec.yml": DEFECT, "ci/.cblint.yml": "fail-no: x\n"})
    done = cblint("--format", "json")
    assert (done.status, done.findings) == (2, ["buildspec.yml command-not-string"])


# Leaving files out


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        (["ci"], ["buildspec.yml", "docs/buildspec.yml"]),
        (["ci/"], ["buildspec.yml", "docs/buildspec.yml"]),
        (["/ci/buildspec.yml"], ["buildspec.yml", "docs/buildspec.yml"]),
        (["*/buildspec.yml"], ["buildspec.yml"]),
        (["buildspec.yml"], []),
        (["ci", "docs"], ["buildspec.yml"]),
        (["buildspec.yml", "!docs/buildspec.yml"], ["docs/buildspec.yml"]),
        (["nothing"], ["buildspec.yml", "ci/buildspec.yml", "docs/buildspec.yml"]),
    ],
)
def test_files_that_match_are_left_out(cblint: Cblint, patterns: list[str], left: list[str]) -> None:
    names = ["buildspec.yml", "ci/buildspec.yml", "docs/buildspec.yml"]
    cblint.put(dict.fromkeys(names, DEFECT))
    options = [part for pattern in patterns for part in ("--exclude", pattern)]
    expected = [f"{name} command-not-string" for name in left]
    assert cblint(*options, "--format", "json").findings == expected
    named = cblint(*names, *options, "--format", "json")
    assert named.findings == expected
    assert set(named.skipped) == set(names) - set(left)
    assert cblint(*names, *options, "--list-files").lines == left
    assert cblint(*options, "--list-files").lines == left


def test_a_file_that_is_left_out_is_not_read(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": CLEAN, "bad-buildspec.yml": b"\xff\xfe"})
    assert cblint("buildspec.yml", "bad-buildspec.yml").status == 2
    assert cblint("buildspec.yml", "bad-buildspec.yml", "--exclude", "bad*").status == 0
    cblint.put({".cblint.yml": "exclude: [bad-buildspec.yml]\n"})
    assert cblint("buildspec.yml", "bad-buildspec.yml").status == 0


def test_patterns_of_the_command_line_start_at_the_working_directory(cblint: Cblint) -> None:
    cblint.put({"ci/buildspec.yml": DEFECT, "ci/ci/buildspec.yml": DEFECT})
    assert cblint("--exclude", "/ci", "--format", "json", cwd="ci").findings == ["ci/buildspec.yml command-not-string"]


@pytest.mark.parametrize("pattern", ["!", "[z-a]", "\\", "[", "**/*a*a*a*a*a*b"])
def test_a_pattern_that_cannot_match_leaves_nothing_out(cblint: Cblint, pattern: str) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    assert cblint("--exclude", pattern, "--format", "json").findings == ["buildspec.yml command-not-string"]


# The other options


def test_the_number_of_processes_changes_nothing(cblint: Cblint) -> None:
    texts: list[str | bytes] = [DEFECT, CLEAN, WARNING, BROKEN, DUPLICATE, UNKNOWN, b"\xff\xfe", "[" * 1000, "a: 1\n"]
    cblint.put({f"{number:02}/buildspec.yml": texts[number % len(texts)] for number in range(30)})
    cblint.put({"11/.cblint.yml": "fail-no: x\n"})
    arguments = ("check", ".", "missing.yml", *EVERY_FORMAT, "--statistics")
    one = cblint.process(*arguments, "--jobs", "1")
    assert one.status == 2
    assert one.stdout.count("04/buildspec.yml") >= len(FORMATS)
    assert cblint.process(*arguments, "--jobs", "4") == one
    assert cblint.process(*arguments) == one


def test_a_negative_number_of_processes_is_wrong_usage(cblint: Cblint) -> None:
    assert cblint("--jobs", "-1").status == 2


@pytest.mark.parametrize("option", ["-q", "--quiet"])
def test_quiet_prints_findings_only(cblint: Cblint, option: str) -> None:
    cblint.put({"buildspec.yml": DEFECT, "clean-buildspec.yml": CLEAN, "other.yml": "a: 1\n"})
    loud, quiet = cblint("buildspec.yml", "other.yml"), cblint("buildspec.yml", "other.yml", option)
    assert loud.stdout == quiet.stdout + (
        "other.yml is not a buildspec: it has neither phases nor batch\n"
        "1 error in 1 buildspec file (1 file skipped). --fix mends 1.\n"
    )
    assert cblint("clean-buildspec.yml", option).out == b""
    assert "cannot be read" in cblint("missing.yml", option).stderr


@pytest.mark.parametrize(
    ("option", "variables", "coloured"),
    [
        ((), {}, False),
        (("--color", "auto"), {}, False),
        (("--color", "always"), {}, True),
        (("--color", "never"), {}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"NO_COLOR": "1"}, False),
        ((), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ((), {"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": ""}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour(cblint: Cblint, option: tuple[str, ...], variables: dict[str, str | None], coloured: bool) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    plain = cblint(env={})
    done = cblint(*option, env=variables)
    assert (b"\x1b[1;31merror[command-not-string]\x1b[0m" in done.out) == coloured
    assert (done.out == plain.out) != coloured
    for format_ in ("concise", "json"):
        assert b"\x1b" not in cblint(*option, "--format", format_, env=variables).out


def test_a_file_gets_colour_only_when_told(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    cblint("--output", "report.txt", env={"FORCE_COLOR": "1"})
    assert b"\x1b" not in (cblint.folder / "report.txt").read_bytes()
    cblint("--output", "report.txt", "--color", "always")
    assert b"\x1b" in (cblint.folder / "report.txt").read_bytes()


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}], ids=["as it is", "NO_COLOR"])
def test_a_terminal_gets_colour(cblint: Cblint, variables: dict[str, str]) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    master, slave = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "cblint", "check", "-q"],
            stdout=slave,
            cwd=cblint.folder,
            env=environment(variables),
            timeout=60,
        )
        shown = os.read(master, 65536)
    finally:
        os.close(master)
        os.close(slave)
    assert (done.returncode, b"\x1b[1;31m" in shown) == (1, not variables)


# The command itself


def test_a_file_in_the_place_of_the_command_gets_a_hint(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    for name in ("buildspec.yml", ".", "-"):
        done = cblint.run(name)
        assert (done.status, done.out) == (2, b"")
        assert f'There is no command "{name}". To lint it, write: cblint check {name}' in done.stderr
    assert "To lint it" not in cblint.run("chekc").stderr


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version(cblint: Cblint, option: str) -> None:
    done = cblint.process(option)
    assert (done.status, done.stdout, done.err) == (0, f"cblint {__version__}\n", b"")


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("check", "--help"), ("check", "-h")])
def test_the_help(cblint: Cblint, arguments: tuple[str, ...]) -> None:
    done = cblint.process(*arguments, env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii"})
    assert (done.status, done.err) == (0, b"")
    assert done.stdout.startswith("Usage: cblint ")
    assert ("--stdin-filename" in done.stdout) == ("check" in arguments)
    assert max(len(line) for line in done.lines) <= 100


def test_without_a_command_the_help_is_printed(cblint: Cblint) -> None:
    done = cblint.run()
    assert done.status == 2
    assert "Usage: cblint " in done.stdout + done.stderr


@pytest.mark.parametrize("arguments", [("--no-such-option",), ("--format", "xml"), ("--fail-on", "all")])
def test_wrong_usage(cblint: Cblint, arguments: tuple[str, ...]) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    done = cblint(*arguments)
    assert (done.status, done.out) == (2, b"")
    assert done.stderr.startswith("Usage: cblint check")


def test_a_run_writes_nothing_into_the_repository(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, "ci/buildspec.yml": CLEAN, **OTHER_RULE})
    before = _listing(cblint.folder)
    cblint.process("check", *EVERY_FORMAT)
    assert _listing(cblint.folder) == before


def _listing(folder: pathlib.Path) -> str:
    found = {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}
    return json.dumps(found, sort_keys=True)
