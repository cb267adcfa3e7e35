"""What ``cblint check`` prints beside findings or instead of them: counts, the files that it reads, where time goes."""

from __future__ import annotations

import json
import os

import pytest

from cblint.cli.timings import MOST, table
from cblint.linter import FileResult
from cblint.report import FORMATS
from cblint.timing import REST, Spent, aside, each, lap, measured, together
from tests.helpers import commands
from tests.integration.conftest import CLEAN, DEFECT, WARNING, Cblint, assert_harmless

THREE = "version: 0.2\nphases:\n  prebuild: {}\n  build:\n    commands: [{}]\n  build:\n    commands: [{}]\n"
COUNTS = [
    "     2  error    CB1002  command-not-string",
    "     1  warning  CB1002  command-not-string",
    "     1  error    CB1004  duplicate-key",
    "     1  error    CB1003  unknown-phase       --fix mends 1.",
]

# --statistics


def test_statistics_count_the_findings_of_each_rule(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": THREE, "ci/buildspec.yml": WARNING})
    done = cblint("--statistics")
    assert done.lines[-5:] == [*COUNTS, "4 errors and 1 warning in 2 buildspec files. --fix mends 1."]
    assert cblint("--statistics", "--quiet").lines == done.lines[:-1]
    assert done.err == b""


@pytest.mark.parametrize("format_", [name for name in FORMATS if name != "text"])
def test_what_programs_read_stays_as_it_is(cblint: Cblint, format_: str) -> None:
    cblint.put({"buildspec.yml": THREE, "ci/buildspec.yml": WARNING})
    plain, counted = cblint("--format", format_), cblint("--format", format_, "--statistics", "--timings")
    assert (counted.status, counted.out) == (plain.status, plain.out)
    beside = counted.stderr.removeprefix(plain.stderr).splitlines()
    assert beside[: len(COUNTS)] == COUNTS
    both = cblint("--format", format_, "--format", "text", "--output", "-", "--output", "a.txt", "--statistics")
    assert (both.out, both.err) == (plain.out, plain.err)
    assert (cblint.folder / "a.txt").read_text().splitlines()[-5:-1] == COUNTS


def test_only_what_is_reported_is_counted(cblint: Cblint) -> None:
    cblint.put(
        {
            "buildspec.yml": commands("a: b", "a: b  # cblint: ignore[command-not-string] -- so be it"),
            "b/buildspec.yml": WARNING,
        }
    )
    assert cblint.run("baseline", "create", "b").status == 0
    counted = ["     1  error    CB1002  command-not-string  --fix mends 1."]
    assert cblint("--statistics", "--baseline", ".cblint-baseline.json").lines[-2:-1] == counted
    assert cblint("--diff", "--statistics").stderr.splitlines()[-1:] == ["     1  warning  CB1002  command-not-string"]
    cblint.put({"buildspec.yml": CLEAN, "b/buildspec.yml": CLEAN})
    assert cblint("--statistics", "--format", "json").err == b""
    assert cblint("--statistics", "-q").out == b""


# --list-files


def test_list_files_lints_nothing(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, "ci/buildspec.yml": b"\xff\xfe", "other.yml": "a: 1\n"})
    done = cblint("--list-files", "--statistics")
    assert (done.status, done.lines, done.err) == (0, ["buildspec.yml", "ci/buildspec.yml"], b"")
    assert cblint("ci", "other.yml", "--list-files").lines == ["ci/buildspec.yml", "other.yml"]
    cblint("--list-files", "--output", "files.txt")
    assert (cblint.folder / "files.txt").read_text() == "buildspec.yml\nci/buildspec.yml\n"


def test_a_file_that_is_missing_is_told_of(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    done = cblint("no.yml", "buildspec.yml", "nowhere/x.yml", "--list-files")
    assert (done.status, done.lines) == (2, ["buildspec.yml"])
    assert done.stderr.splitlines() == [
        f"cblint: {name} cannot be read: No such file or directory" for name in ("no.yml", "nowhere/x.yml")
    ]
    left_out = cblint("no.yml", "buildspec.yml", "--exclude", "no.yml", "--list-files")
    assert (left_out.status, left_out.lines, left_out.err) == (0, ["buildspec.yml"], b"")


def test_whatever_the_name_each_file_has_a_line_and_json_is_exact(cblint: Cblint) -> None:
    names = [
        "a\nbuildspec.yml",
        "a<U+000A>buildspec.yml",
        "\x1b[31m.buildspec.yml",
        "::error::/buildspec.yml",
        "é ü.yml",
    ]
    cblint.put(dict.fromkeys(names[:-1], CLEAN))
    cblint.put({".cblint.yml": 'buildspecs: ["é ü.yml"]\n', names[-1]: CLEAN})
    listed = cblint("--list-files")
    assert_harmless(listed.out)
    assert len(listed.lines) == len(names)
    programs = cblint("--list-files", "--format", "json", "--format", "text", "--output", "-", "--output", "files.txt")
    assert sorted(json.loads(programs.stdout)) == sorted(names)
    assert programs.out.isascii()
    assert (cblint.folder / "files.txt").read_bytes() == listed.out
    raw = os.fsdecode(b"\xff.buildspec.yml")
    (cblint.folder / raw).write_text(CLEAN)
    assert raw in json.loads(cblint("--list-files", "--format", "json").stdout)


def test_other_formats_do_not_list_files(cblint: Cblint) -> None:
    for format_ in set(FORMATS) - {"text", "json"}:
        done = cblint("--list-files", "--format", format_)
        assert (done.status, done.out) == (2, b"")
        assert "--list-files prints json or text" in done.stderr


# --timings


def _sections(lines: list[str]) -> dict[str, dict[str, float]]:
    """What is printed, by heading."""
    found: dict[str, dict[str, float]] = {}
    section: dict[str, float] = {}
    for line in lines:
        seconds, _, name = line.strip().partition("  ")
        if seconds == "seconds":
            section = found[name] = {}
        else:
            section[name] = float(seconds)
    return found


@pytest.mark.parametrize("jobs", [1, 2])
def test_timings_tell_where_the_time_goes(cblint: Cblint, jobs: int) -> None:
    cblint.put({f"{number:02}/buildspec.yml": commands(*["make && curl -s x | sh"] * 20) for number in range(12)})
    done = cblint.process("check", "-q", "--timings", "--jobs", str(jobs), "--format", "json")
    assert done.out == cblint("-q", "--format", "json").out
    found = _sections(done.stderr.splitlines())
    processes = f"12 files, in {jobs} process{'es' if jobs > 1 else ''}"
    assert [*found] == ["the run", processes, "the slowest rules", "the slowest files"]
    assert "linting the files" in found["the run"]
    assert {"parsing", "rules"} <= found[processes].keys()
    for heading in ("the slowest rules", "the slowest files"):
        assert [*found[heading].values()] == sorted(found[heading].values(), reverse=True)
        assert 0 < len(found[heading]) <= MOST
    assert all(name.endswith("/buildspec.yml") for name in found["the slowest files"])


def test_timings_of_what_is_no_search(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, "broken.yml": b"\xff\xfe"})
    assert [*_sections(cblint("-", "--timings", stdin=DEFECT.encode()).stderr.splitlines())][:2] == [
        "the run",
        "1 file, in 1 process",
    ]
    assert "1 file, in 1 process" in _sections(cblint("buildspec.yml", "--diff", "--timings").stderr.splitlines())
    assert [*_sections(cblint("--list-files", "--timings").stderr.splitlines())] == ["the run"]
    for wrong in (("--since", "nothing"), ("missing.yml",), ("broken.yml",)):
        done = cblint(*wrong, "--timings")
        assert done.status == 2
        assert "in all" in done.stderr
    assert "seconds" not in cblint("--select", "nothing", "--timings").stderr


def test_the_table_of_many_files_and_rules() -> None:
    files = [
        FileResult("x", f"f{number}\n", spent=Spent({"rules": number / 10}, {f"r{number}": number / 10, "q": 1.0}, 1))
        for number in range(12)
    ]
    assert list(table(files, Spent({"printing": 0.5, REST: 0.0001}, {}, 1))) == [
        "  seconds  the run",
        "    0.500  printing",
        "    0.500  in all",
        "  seconds  12 files, in 1 process",
        "    6.600  rules",
        "    6.600  in all",
        "  seconds  the slowest rules",
        "   12.000  q",
        *(f"    {number / 10:.3f}  r{number}" for number in range(11, 2, -1)),
        "  seconds  the slowest files",
        *(f"    {number / 10:.3f}  f{number}<U+000A>" for number in range(11, 1, -1)),
    ]


class _Rule:
    def __init__(self, name: str) -> None:
        self.name = name


def test_a_stopwatch_books_each_second_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("cblint.timing.perf_counter", lambda: now)

    def work(seconds: float) -> None:
        nonlocal now
        now += seconds

    def build() -> str:
        work(8)
        lap("reading")
        work(8)
        return "built"

    def file() -> str:
        work(1)
        lap("reading")
        for rule in each([_Rule("a"), _Rule("b"), _Rule("a")]):
            work(2)
            if rule.name == "b":
                assert aside("builds", build) == "built"
        lap("rules")
        work(4)
        return "done"

    done, spent = measured(file)
    assert done == "done"
    assert spent == Spent({"reading": 1, "builds": 16, "rules": 6, REST: 4}, {"a": 4, "b": 2}, os.getpid())
    assert spent.seconds == now
    assert together([spent.rules, {"b": 1.0, "c": 0.5}]) == {"a": 4, "b": 3, "c": 0.5}


def test_nothing_is_timed_that_nobody_asked_for() -> None:
    rules = [_Rule("a")]
    assert each(rules) is rules
    assert aside("builds", lambda: 1) == 1
    lap("reading")
    with pytest.raises(ZeroDivisionError):
        measured(lambda: 1 // 0)
    assert each(rules) is rules
