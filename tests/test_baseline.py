"""The baseline as a file: what is wrong with one, what it tells, and which findings its entries stand for."""

from __future__ import annotations

import json
import os
import pathlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.baseline import BaselineError, Entry, compare, load, written
from cblint.finding import BASELINE
from cblint.identity import LONGEST, MASKED, identities
from cblint.linter import FileResult
from cblint.source.file import is_baseline
from tests.bounds import no_hanging
from tests.helpers import ISOLATED, commands, lint, repository

HEADER = '[{"format": "cblint-baseline", "version": 1}\n'
ENTRY = '{"path": "buildspec.yml", "code": "CB1002", "where": "phases.build.commands[]", "text": "- a"}'
DEFECTS = commands('echo "a: b"', "make", 'echo "c: d"', 'echo "a: b"')


def refused(folder: pathlib.Path, content: str | bytes) -> str:
    """What is said of a baseline that holds this, after its name."""
    path = folder / "b.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BaselineError) as caught:
        load(str(path), False)
    said = str(caught.value)
    assert said.startswith(os.path.relpath(path))
    return said.removeprefix(os.path.relpath(path))


_AN_ENTRY = (
    'an entry is expected here: an object with the texts "path", "code", "where" and "text", and "occurrence", if it '
    "is there, a number from 1"
)
_A_LIST = 'not a baseline: a list is expected that begins with {"format": "cblint-baseline"}'


def test_a_broken_baseline_is_refused_with_its_line(tmp_path: pathlib.Path) -> None:
    cases: list[tuple[str | bytes, str | None]] = [
        ("", ":1:1: not valid JSON: Expecting value"),
        (HEADER, ":2:1: not valid JSON: Expecting ',' delimiter"),
        (f"{HEADER},{ENTRY}\n,\n]", ":4:1: not valid JSON: Expecting value"),
        ("[" * 100_000, " is no baseline: it holds numbers or lists that none has"),
        (f"[{'9' * 10_000}]", " is no baseline: it holds numbers or lists that none has"),
        (b"\xff\xfe[]", " is encoded in UTF-16, not UTF-8"),
        (b"[\0]", " is a binary file"),
        (b"[\n\xff]", " is not UTF-8: byte 0xFF on line 2"),
        ("{}", f":1: {_A_LIST}"),
        ("[]", f":1: {_A_LIST}"),
        ("[1]", f":1: {_A_LIST}"),
        ('[{"format": "cblint-json", "version": 1}]', f":1: {_A_LIST}"),
        (HEADER.replace("1", "2") + "]", ":1: its version is not 1: a newer cblint may have written it"),
        (HEADER.replace("1", "true") + "]", ":1: its version is not 1: a newer cblint may have written it"),
        (f"{HEADER},{ENTRY}\n,7]", f":3: {_AN_ENTRY}"),
        (f"{HEADER},{ENTRY}\n,{ENTRY.replace('CB1002', '')[:-1]}\n, \n\n []]", None),
        (f"{HEADER},{ENTRY}\n\n,[\n{ENTRY}]\n]", f":4: {_AN_ENTRY}"),
        *(
            (f"{HEADER},{ENTRY[:-1]}, {more}}}\n]", f":2: {_AN_ENTRY}")
            for more in (
                '"path": 1',
                '"code": null',
                '"where": []',
                '"text": {}',
                '"rule": 1',
                '"occurrence": 0',
                '"occurrence": true',
                '"occurrence": 1.5',
                '"occurrence": NaN',
                '"occurrence": "1"',
            )
        ),
    ]
    for content, said in cases:
        found = refused(tmp_path, content)
        assert said is None or found == said


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "||||||| 1234567", "=======", ">>>>>>> other"])
def test_what_a_merge_left_to_be_decided_is_refused_with_its_line(tmp_path: pathlib.Path, marker: str) -> None:
    assert refused(tmp_path, f"{HEADER},{ENTRY}\n{marker}\n,{ENTRY}\n]\n") == (
        ":3: a merge left conflict markers here. Keep the entries of both sides and delete the markers; "
        '"cblint baseline update" then drops what is too much'
    )


def test_what_is_no_file_is_refused(tmp_path: pathlib.Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    for name, said in (
        ("missing", 'does not exist: "cblint baseline create" writes it'),
        ("pipe", "is not a regular file"),
        ("link", "is not a regular file"),
        (".", "is a directory"),
    ):
        path = str(tmp_path / name)
        with pytest.raises(BaselineError) as caught:
            load(path, False)
        assert str(caught.value) == f"{os.path.relpath(path)} {said}"


@given(st.lists(st.tuples(*[st.text()] * 4), max_size=5))
def test_what_is_written_is_read_again(fields: list[tuple[str, str, str, str]]) -> None:
    entries = [Entry(*each) for each in fields]
    text = written(entries)
    assert text.isascii()
    assert written(reversed(entries)) == text
    found = loaded(text)
    assert sorted(each._replace(occurrence=1) for each in found) == sorted(entries)
    assert found == sorted(found)
    lines = [line for line in text.splitlines() if line]
    assert (len(lines), is_baseline(text.encode())) == (len(entries) + 2, True)
    assert len({(each.path, each.identity, each.occurrence) for each in found}) == len(entries)


def test_a_huge_baseline_is_read_at_once(tmp_path: pathlib.Path) -> None:
    entries = [
        Entry(f"ci/{number}.yml", "CB1002", "phases.build.commands[]", f"- {number}") for number in range(100_000)
    ]
    path = tmp_path / "b.json"
    path.write_text(written(entries))
    with no_hanging():
        assert len(load(str(path), False)) == 100_000


# What it tells


def entries_of(*files: FileResult, folder: str = "/nowhere") -> list[Entry]:
    """What ``baseline create`` would write."""
    return loaded(written(compare(files, (), folder).fresh))


def loaded(text: str) -> list[Entry]:
    """The entries of a baseline that is right."""
    return [Entry(**each) for each in json.loads(text)[1:]]


def test_an_entry_can_be_read_and_tells_no_secret() -> None:
    text = "version: 0.2\nenv:\n  variables:\n    DB_PASSWORD:   {}\nphases:\n  build:\n    commands: [make]\n"
    one, other = lint(text.format("Xk9v2LmQ8r-tq")), lint(text.format("q7Wn3-pLz"))
    (entry,) = [each for each in entries_of(one) if each.rule == "secret-literal"]
    assert (entry.where, entry.text) == ("env.variables.DB_PASSWORD", f"DB_PASSWORD: {MASKED}")
    assert "Xk9" not in written(entries_of(one))
    assert identities(one) == identities(other)


def test_of_a_long_line_what_stands_at_the_finding_counts() -> None:
    text = "phases: {build: {commands: [" + "make, " * LONGEST + "{a: b}, {c: d}]}}\nversion: 0.2\n"
    one, other = entries_of(lint(text))
    assert (one.text, other.text) == ("{a: b}, {c: d}]}}", "{c: d}]}}")
    assert entries_of(lint(text.replace("make, ", "make, make, ", 1))) == [one, other]


def test_a_finding_that_a_comment_suppresses_is_not_written() -> None:
    assert entries_of(lint(commands('echo "a: b" # cblint: ignore[command-not-string] -- why'))) == []


# Which findings it stands for


def left(text: str, entries: list[Entry], name: str = "buildspec.yml", folder: str = "/nowhere") -> list[int]:
    """The lines of the findings that entries do not stand for."""
    (file,) = compare([lint(text, name=name)], entries, folder).files
    return [finding.start.line for finding in file.findings if finding.is_open]


def test_one_entry_stands_for_one_finding() -> None:
    entries = entries_of(lint(DEFECTS))
    assert left(DEFECTS, entries) == []
    assert left(DEFECTS, [*entries, *entries, entries[0]]) == []
    assert left(DEFECTS + '      - echo "a: b"\n', [*entries, *entries]) == [9]
    assert left(DEFECTS, entries[1:]) == [8]
    assert left(DEFECTS, []) == [5, 7, 8]
    assert left(commands("make"), entries) == []
    of_two = [each._replace(occurrence=number) for number, each in enumerate(entries[:1] * 2, 1)]
    assert left(DEFECTS, of_two) == [7]
    assert left(DEFECTS, [each._replace(occurrence=7) for each in of_two]) == [7, 8]
    assert left(DEFECTS, [each._replace(text=" - echo 'x'  ") for each in entries]) == [5, 7, 8]
    assert left(DEFECTS, [each._replace(text=each.text.replace(" ", "  ")) for each in entries]) == []


@given(st.lists(st.sampled_from(("a: b", "c: d", "e: f")), max_size=8), st.randoms(use_true_random=False))
def test_as_many_are_left_as_there_are_more(lines: list[str], chance: random.Random) -> None:
    text = commands("make", *lines)
    entries = entries_of(lint(text))
    some = [each for each in entries if chance.random() < 0.5]
    found = compare([lint(text)], loaded(written(some)), "/nowhere")
    assert len(found.fresh) == len(entries) - len(some)
    assert len(found.matched) == len(some)
    assert (found.stale, found.unseen) == ((), ())
    assert loaded(written([*found.fresh, *found.matched])) == entries
    assert sum(each.left_out == BASELINE for each in found.files[0].findings) == len(some)


def test_a_finding_whose_line_is_changed_a_little_stays_the_same() -> None:
    old, new = '- curl -s "https://a.example/x: y" -o z', '- curl -fs "https://a.example/x: y" -o z'
    entries = entries_of(lint(commands(old[2:])))
    assert [each.text for each in entries] == [old]
    found = compare([lint(commands("make", new[2:]))], entries, "/nowhere")
    assert ([each.text for each in found.matched], found.fresh, found.stale) == ([new], (), ())
    assert left(commands(old[2:], new[2:]), entries) == [6]
    assert left(commands(new[2:], old[2:]), entries) == [5]
    assert left(commands(new[2:], new[2:]), entries) == [6]
    assert left(commands('echo "x: y"'), entries) == [5]
    assert left(commands(new[2:]).replace("build:", "install:"), entries) == [5]


def test_what_no_longer_matches_is_told_from_what_was_not_looked_at(tmp_path: pathlib.Path) -> None:
    repository(tmp_path, {"there.yml": "", "buildspec.yml": ""})
    folder, name = str(tmp_path), str(tmp_path / "buildspec.yml")
    (one, two, three) = entries_of(lint(DEFECTS, name=name), folder=folder)
    assert one.path == "buildspec.yml"
    away, there = one._replace(path="gone.yml"), one._replace(path="there.yml")
    never = one._replace(path="a\0b")
    found = compare([lint(commands("make"), name=name)], [one, two, away, there, never], folder)
    assert (found.stale, found.unseen) == ((never, one, two, away), (there,))
    other_rules = ISOLATED._replace(select=("duplicate-key",))
    found = compare([lint(DEFECTS, other_rules, name)], [one, two, three], folder)
    assert (found.stale, found.unseen) == ((), (one, two, three))
    broken = lint(DEFECTS + "  x: [\n", name=name)
    found = compare([broken], [one, one._replace(text="- mended")], folder)
    assert (found.stale, found.unseen) == ((), (one._replace(text="- mended"),))
    skipped = FileResult("buildspec.yml", name, skipped="is a binary file")
    assert compare([skipped], [one], folder).unseen == (one,)


def test_the_entries_of_a_file_that_is_gone_follow_it(tmp_path: pathlib.Path) -> None:
    folder = repository(tmp_path, {})
    old, new, more = (str(tmp_path / name) for name in ("a/old.yml", "b/old.yml", "b/new.yml"))
    entries = entries_of(lint(DEFECTS, name=old), folder=folder)
    defective = DEFECTS + "      - {x: y}\n"
    found = compare([lint(defective, name=new)], entries, folder)
    assert {each.path for each in found.matched} == {"b/old.yml"}
    assert ([each.text for each in found.fresh], found.stale) == (["- {x: y}"], ())
    # One of two that look alike: the one that has more in common, then the one whose name is the same.
    found = compare([lint(DEFECTS, name=more), lint(DEFECTS, name=new)], entries, folder)
    assert {each.path for each in found.matched} == {"b/old.yml"}
    assert {each.path for each in found.fresh} == {"b/new.yml"}
    found = compare([lint(defective, name=more), lint(commands('echo "a: b"'), name=new)], entries, folder)
    assert {each.path for each in found.matched} == {"b/new.yml"}
    # A copy hides nothing, nor does a file that had entries of its own.
    repository(tmp_path, {"a/old.yml": DEFECTS})
    assert len(compare([lint(DEFECTS, name=new)], entries, folder).fresh) == 3
    os.unlink(old)
    own = Entry("b/old.yml", "CB1002", "", "- own")
    assert len(compare([lint(DEFECTS, name=new)], [*entries, own], folder).fresh) == 3


def test_hundreds_of_files_that_are_moved_at_once_keep_theirs(tmp_path: pathlib.Path) -> None:
    folder = repository(tmp_path, {})
    file = lint(DEFECTS, name=str(tmp_path / "x" / "buildspec.yml"))
    moved = [
        file._replace(path=f"new/{number}/buildspec.yml", shown=f"{folder}/new/{number}/buildspec.yml")
        for number in range(300)
    ]
    (first, *_) = entries = entries_of(file, folder=folder)
    old = [each._replace(path=f"{number}/buildspec.yml") for number in range(300) for each in entries]
    found = compare(moved, [*old, first._replace(path="299/other.yml")], folder)
    assert (len(found.matched), len(found.fresh)) == (900, 0)
    assert [entry.path for entry in found.stale] == ["299/other.yml"]
