"""What is printed of runs: what strangers say steers no terminal, and nothing is counted twice."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.audit import queries
from cblint.audit.aligned import aligned
from cblint.audit.model import Looked, Problem, Visit
from cblint.audit.queries import Trouble, Wanted
from cblint.audit.store import DONE, Run
from cblint.audit.summary import WIDEST, Done, differing, summary
from cblint.audit.tally import tallied
from cblint.report.shown import width
from cblint.report.text import Paint
from tests.audit import made
from tests.conftest import Golden
from tests.helpers import commands

PLAIN = Paint(False)
HOSTILE = "evil\x1b[31m\n::error::\u202egnp\ud800##[x]"
MANY = commands('echo "a: b"', 'echo "c: d"', 'echo "e: f"', 'echo "g: h"')
HUSHED = commands('echo "a: b" # cblint: ignore[command-not-string] -- for a test')
STARTED = "2026-11-{:02}T09:00:00Z"


@pytest.fixture
def one() -> Iterator[sqlite3.Connection]:
    with made.store_at() as found:
        yield found


def file(path: str, text: str, *owners: str) -> Looked:
    """A file in which the first finding is an error, the second one a warning, and the others are notes."""
    found = made.file_of(path, text, owners)
    kinds = [("CB1", "no-good", "error"), ("CB2", "not-so-good", "warning"), *[("CB3", "could-be-better", "note")] * 9]
    findings = tuple(
        each._replace(code=code, rule=rule, severity=severity, message="Something is wrong.")
        for each, (code, rule, severity) in zip(found.findings, kinds, strict=False)
    )
    return found._replace(findings=findings)


def ran(one: sqlite3.Connection, *visits: Visit) -> Run:
    """A run, begun at nine o'clock of the day that has its number."""
    run = made.ran(one, *visits)
    started = STARTED.format(run.id)
    one.execute("UPDATE runs SET started = ? WHERE id = ?", (started, run.id))
    return run._replace(started=started)


def printed(one: sqlite3.Connection, run: Run, top: int = 10, paint: Paint = PLAIN, seconds: float = 12.34) -> str:
    """The summary of a run."""
    before = queries.before(one, run)
    tally = tallied(queries.findings(one, run, Wanted()), None, top)
    since = before.started if before is not None else ""
    done = Done(queries.totals(one, run), seconds, since, *queries.changes(one, run))
    return "".join(summary(tally, done, list(queries.troubles(one, run)), top, paint))


def difference(one: sqlite3.Connection, old: Run, new: Run) -> str:
    added, missing = queries.only_in(one, new, old), queries.only_in(one, old, new)
    return "".join(differing(old, new, list(queries.differences(one, old, new, Wanted())), added, missing))


HEADS = ("run", "began", "repositories", "files", "errors", "warnings", "notes", "new", "gone")


def trend(one: sqlite3.Connection) -> str:
    return "".join(aligned(HEADS, queries.points(one), PLAIN))


def visits(is_later: bool) -> list[Visit]:
    """What became of repositories of all kinds."""
    problems = (
        Problem("", "There are more than 20,000 files: the rest is left out."),
        Problem("ci/\x1b[2Jbuildspec.yml", "takes longer than 60 seconds, and was given up"),
    )
    skipped = file("ci/other.yml", made.CLEAN)._replace(skipped="is larger than 4 MB")
    text = made.CLEAN if is_later else made.DEFECT
    found = [
        made.visit_of("example.com/team/shop", file("buildspec.yml", MANY, "@team", "@shop"), skipped),
        made.visit_of("example.com/team/漢字-倉庫", file("漢/buildspec.yml", text, "@漢字")),
        made.visit_of("x/" * 40 + "end", file("buildspec.yml", made.DEFECT), problems=problems),
        made.visit_of("漢" * 40, file("buildspec.yml", MANY, "someone@example.com")),
        made.visit_of("hushed", file("buildspec.yml", HUSHED)),
        made.visit_of("gone", failed=True, problems=(Problem("", "is not there (any more)"),)),
    ]
    later = [made.visit_of(HOSTILE, file(HOSTILE, made.DEFECT, HOSTILE.replace("\n", "")))]
    return [*found[1:], *later] if is_later else found


@pytest.fixture
def two(one: sqlite3.Connection) -> tuple[Run, Run]:
    """Two runs, the later one of which lacks a repository and has another."""
    return ran(one, *visits(False)), ran(one, *visits(True))


def test_what_is_printed_is_what_the_golden_file_holds(one: sqlite3.Connection, golden: Golden) -> None:
    old = ran(one, *visits(False))
    texts = {"the first run": printed(one, old)}
    new = ran(one, *visits(True))
    texts |= {
        "a later run": printed(one, new, seconds=4242),
        "--top 1": printed(one, new, 1, seconds=75),
        "--top 0": printed(one, new, 0),
        "colours": printed(one, new, 2, Paint(True)),
        "the difference": difference(one, old, new),
        "the other way round": difference(one, new, old),
        "no difference": difference(one, old, old),
        "the trend": trend(one),
        "no findings": printed(one, ran(one, made.visit_of("r", file("buildspec.yml", made.CLEAN, "@team")))),
        "no repositories": printed(one, ran(one)),
    }
    golden.check("audit.txt", "".join(f"##### {title}\n{text}" for title, text in texts.items()))


def test_nothing_that_a_terminal_or_a_log_obeys_is_printed(one: sqlite3.Connection, two: tuple[Run, Run]) -> None:
    for text in (printed(one, two[1]), difference(one, *two), difference(one, *reversed(two))):
        assert "evil" in text
        for line in text.splitlines():
            assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]", line)
            assert not line.lstrip().startswith("::")
            assert "##[" not in line
    evil = Trouble("::error::", "::x", "::y\x1b")
    said = "".join(summary(tallied([], None), Done(queries.totals(one, two[1]), 1.0), [evil], 5, PLAIN))
    assert "  ./::error::: ./::x ::y<U+001B>\n" in said


def test_owners_are_not_told_where_nobody_says_who_they_are(one: sqlite3.Connection) -> None:
    assert "Owners" not in printed(one, ran(one, made.visit_of("r", file("buildspec.yml", made.DEFECT))))
    text = printed(
        one, ran(one, made.visit_of("r", file("buildspec.yml", made.DEFECT), file("b.yml", made.DEFECT, "@a")))
    )
    assert re.search(r"(?m)^Owners +errors", text)
    assert "(nobody)" in text


def test_all_that_is_counted_is_counted_once(one: sqlite3.Connection) -> None:
    twice = file("buildspec.yml", MANY, "@a", "@b")
    ran(one, made.visit_of("r", file("buildspec.yml", MANY), file("x.yml", HUSHED)))
    run = ran(
        one, made.visit_of("r", twice, file("x.yml", HUSHED), file("y.yml", made.DEFECT)), made.visit_of("s", twice)
    )
    tally = tallied(queries.findings(one, run, Wanted()), None)
    assert tally.severities == {"error": 3, "warning": 2, "note": 4}
    assert tally.where == {"error": 2, "warning": 2, "note": 2}
    assert (tally.suppressed, tally.failing, queries.changes(one, run)) == (1, 5, (5, 0))
    assert tally.owners["@a"] == tally.owners["@b"] == {"error": 2, "warning": 2, "note": 4}
    assert tally.owners[""] == {"error": 1}
    assert tally.repositories == {
        "r": {"error": 2, "warning": 1, "note": 2},
        "s": {"error": 1, "warning": 1, "note": 2},
    }
    assert tally.spread == {"no-good": 2, "not-so-good": 2, "could-be-better": 2}
    assert tally.used == set(tally.rules) == set(tally.codes)
    for fail_on, failing in (("never", 0), ("error", 3), ("warning", 5), ("note", 9)):
        assert tallied(queries.findings(one, run, Wanted()), fail_on).failing == failing


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.04, "0.0 s"),
        (59.94, "59.9 s"),
        (59.99, "1 min 0 s"),
        (61, "1 min 1 s"),
        (3599.9, "1 h 0 min"),
        (86_400, "24 h 0 min"),
    ],
)
def test_a_duration_is_told_as_people_say_it(one: sqlite3.Connection, seconds: float, said: str) -> None:
    assert printed(one, ran(one), seconds=seconds).endswith(f" in {said}.\n")


_CELLS = st.one_of(st.text(max_size=8), st.integers(), st.none(), st.floats())


@given(
    st.integers(1, 4).flatmap(
        lambda columns: st.lists(st.tuples(*[_CELLS] * columns), max_size=5).map(lambda rows: (columns, rows))
    )
)
def test_columns_stand_one_below_the_other(table: tuple[int, Sequence[Sequence[object]]]) -> None:
    columns, rows = table
    lines = list(aligned([f"h{number}\x1b" for number in range(columns)], [*rows, ["|"] * columns], PLAIN))
    assert len(lines) == len(rows) + 2
    for line in lines:
        assert line.endswith("\n")
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", line)
    assert lines[-1].split() == ["|"] * columns


def test_numbers_stand_on_the_right_and_names_are_cut_on_the_left(one: sqlite3.Connection) -> None:
    lines = list(aligned(("n", "a"), [(1, "x"), (1_234_567, "漢"), (None, "y")], PLAIN))
    assert lines == ["        n  a\n", "        1  x\n", "1,234,567  漢\n", "           y\n"]
    assert list(aligned(("a",), [], PLAIN)) == ["a\n"]
    names = ["a" * 60, "b" * 61, "漢" * 30, "漢" * 31, "e\u0301" * 61]
    run = ran(one, *(made.visit_of(name, file("buildspec.yml", made.DEFECT)) for name in names))
    lines = printed(one, run).splitlines()
    shown = [
        line.split()[0] for line in lines[lines.index(next(each for each in lines if "Repositories" in each)) + 1 :][:5]
    ]
    assert set(shown) == {"a" * 60, "…" + "b" * 59, "漢" * 30, "…" + "漢" * 29, "…" + "e\u0301" * 59}
    assert max(map(width, shown)) == WIDEST


def test_a_run_is_not_compared_with_one_that_was_stopped(one: sqlite3.Connection) -> None:
    made.ran(one, made.visit_of("r", file("buildspec.yml", made.DEFECT)), status="stopped")
    run = ran(one, made.visit_of("r", file("buildspec.yml", made.DEFECT)))
    assert (run.status, "Since the audit" in printed(one, run)) == (DONE, False)
    assert [point.run for point in queries.points(one)] == [run.id]
