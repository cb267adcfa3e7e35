"""``cblint audit`` as it is typed: what it tells, what it keeps, and how it ends."""

from __future__ import annotations

import json
import pathlib

import pytest

from tests.audit.made import CLEAN, DEFECT, clone
from tests.integration.conftest import NOTE, WARNING, Cblint, Done

OWNED = "* @acme/all\nbuild/ @acme/build\n"


@pytest.fixture
def fleet(cblint: Cblint) -> Cblint:
    """Three clones in a folder: one with an error and a note, one with a warning, one with nothing."""
    clone(
        cblint.folder / "fleet" / "shop",
        {"buildspec.yml": DEFECT, "build/buildspec.yml": NOTE, ".github/CODEOWNERS": OWNED},
    )
    clone(cblint.folder / "fleet" / "search", {"buildspec.yml": WARNING})
    clone(cblint.folder / "fleet" / "tidy", {"buildspec.yml": CLEAN})
    return cblint


def audit(cblint: Cblint, *arguments: str) -> Done:
    return cblint.run("audit", *arguments)


def test_the_status_is_that_of_a_check(fleet: Cblint) -> None:
    done = audit(fleet, "fleet", "--store", "a.db", "--quiet")
    assert (done.status, done.out, done.err) == (1, b"", b"")
    for threshold, status in (("error", 1), ("never", 0)):
        assert audit(fleet, "fleet", "--store", "a.db", "-q", "--fail-on", threshold).status == status
    assert audit(fleet, "fleet", "--store", "a.db", "-q", "--exit-zero").status == 0
    assert audit(fleet, "fleet/tidy", "-q").status == 0
    assert audit(fleet, "fleet/search", "-q", "--fail-on", "error").status == 0
    assert audit(fleet, "fleet/search", "-q", "--fail-on", "error", "--select", "CB9").status == 0
    fleet.put({"fleet/search/.cblint.yml": "fail-on: error\n"})
    assert audit(fleet, "fleet/search", "-q").status == 0
    assert audit(fleet, "fleet/search", "-q", "--isolated").status == 1


def test_what_cannot_be_looked_at_makes_the_status_2(fleet: Cblint) -> None:
    done = audit(fleet, "fleet", "nowhere", "--store", "a.db")
    assert done.status == 2
    assert "  nowhere is not there (any more)\n" in done.stdout
    assert (
        "4 repositories, 1 of which could not be looked at, 4 files with buildspecs; 4 files linted, in " in done.stdout
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["dif"], 'There is no file or folder dif. Did you mean "diff"?'),
        (["fleet", "--resume"], "--resume goes on with a run that a store has: name it with --store FILE."),
        (["fleet", "--only-new"], "--only-new compares with the runs before, which a store has: name it with --store"),
        (["fleet/tidy/buildspec.yml"], 'fleet/tidy/buildspec.yml is a file to lint: "cblint check" does that'),
        (["https://example.com/a/b"], "https://example.com/a/b is an address: nothing is fetched without --clone"),
        (["fleet", "--select", "unknwn-phase"], '"unknwn-phase"'),
        (["fleet", "--config", "none.yml"], "none.yml"),
        (["fleet", "--timeout", "0"], "--timeout"),
        (["fleet", "--html", "none/page.html"], "Cannot write none/page.html: No such file or directory"),
        ([], "Missing argument"),
    ],
)
def test_what_is_typed_wrongly(fleet: Cblint, arguments: list[str], said: str) -> None:
    done = fleet.run("audit", "run", *arguments)
    assert done.status == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_only_what_an_owner_owns(fleet: Cblint) -> None:
    mine = audit(fleet, "fleet", "--owner", "@ACME/build", "--store", "a.db")
    assert (mine.status, mine.lines[0]) == (0, "Only what @ACME/build owns: 1 note in 1 repository.")
    assert "(nobody)" not in mine.stdout
    theirs = audit(fleet, "fleet", "--owner", "@acme/all", "--store", "a.db")
    assert (theirs.status, theirs.lines[0]) == (1, "Only what @acme/all owns: 1 error in 1 repository.")
    rest = audit(fleet, "fleet", "--owner", "nobody", "--store", "a.db")
    assert rest.lines[0] == "Only what nobody owns: 1 warning in 1 repository."
    assert rest.lines[1] == "In all there are 1 error, 1 warning and 1 note."
    slip = audit(fleet, "fleet", "--owner", "acme/buidl", "--store", "a.db")
    assert slip.lines[0] == "Only what acme/buidl owns: No findings."
    assert slip.stderr == 'cblint: No file belongs to acme/buidl. Did you mean "@acme/build"?\n'


def test_only_what_is_new(fleet: Cblint) -> None:
    assert audit(fleet, "fleet", "--store", "a.db", "--only-new").status == 0, "before the first run there is none"
    assert audit(fleet, "fleet", "--store", "a.db", "--only-new").status == 0
    fleet.put({"fleet/tidy/buildspec.yml": DEFECT})
    done = audit(fleet, "fleet", "--store", "a.db", "--only-new")
    assert done.status == 1
    assert done.lines[0].startswith("Only what is new since the audit of 2")
    assert done.lines[0].endswith("Z: 1 error in 1 repository.")
    assert "Repositories  errors  warnings  notes" in done.lines
    assert not any(line.startswith("shop ") for line in done.lines)
    assert audit(fleet, "fleet", "--store", "a.db", "--only-new").status == 0


def test_a_store_is_asked(fleet: Cblint, tmp_path: pathlib.Path) -> None:
    audit(fleet, "fleet", "--store", "a.db")
    fleet.put({"fleet/shop/buildspec.yml": CLEAN, "fleet/tidy/buildspec.yml": WARNING})
    audit(fleet, "fleet", "--store", "a.db")
    done = audit(fleet, "diff", "--store", "a.db", "--format", "json")
    assert done.status == 1
    found = json.loads(done.stdout)
    assert sorted((each["kind"], each["repository"]) for each in found["findings"]) == [
        ("gone", "shop"),
        ("new", "tidy"),
    ]
    assert audit(fleet, "diff", "last", "last", "--store", "a.db").status == 0
    trend = json.loads(audit(fleet, "trend", "--store", "a.db", "--format", "json").stdout)
    assert [(each["errors"], each["warnings"], each["new"], each["gone"]) for each in trend] == [
        (1, 1, 0, 0),
        (0, 2, 1, 1),
    ]
    asked = audit(fleet, "query", "SELECT repository FROM now ORDER BY 1", "--store", "a.db", "--format", "csv")
    assert asked.stdout.split() == ["repository", "search", "shop", "tidy"]
    for arguments in (["diff", "7"], ["query", "DROP TABLE runs"], ["query", "SELECT nothing"]):
        wrong = audit(fleet, *arguments, "--store", "a.db")
        assert (wrong.status, wrong.out) == (2, b"")
        assert wrong.stderr.startswith("cblint: ")
    assert audit(fleet, "trend", "--store", "none.db").stderr.startswith("cblint: none.db does not exist")


def test_a_page_is_written(fleet: Cblint) -> None:
    done = audit(fleet, "fleet", "--html", "page.html", "--quiet")
    assert (done.status, done.err) == (1, b"")
    page = (fleet.folder / "page.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "command-not-string" in page


def test_what_has_the_name_of_a_command_is_written_as_a_path(fleet: Cblint) -> None:
    clone(fleet.folder / "diff", {"buildspec.yml": CLEAN})
    assert audit(fleet, "diff").status == 2
    assert audit(fleet, "./diff", "-q").status == 0
    assert audit(fleet, "-q", "./diff").status == 0
