"""What keeps a fix from being made keeps no other from it, and a file that cannot be written stays as it was."""

from __future__ import annotations

import os
import pathlib
import stat

import pytest

from cblint import fix
from cblint.fix import Change, Refused, fix_files, fixed_text
from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, lint_text
from cblint.linter import Settings as LintSettings
from tests.helpers import ISOLATED, finding
from tests.test_fix import DEFECTS, FIXED


def test_a_refused_fix_keeps_no_other_from_being_made(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "buildspec.yml"
    start, end = "version: 0.2\nphases: &p\n", "env: {<<: *p}\n"
    bad = "  prebuild: {commands: [make]}\n"
    good = [f"      - echo number: {number}\n" for number in range(90)]
    mended = [f"      - 'echo number: {number}'\n" for number in range(90)]
    for where in (0, 1):  # before the others and behind them
        parts = ["  build:\n    commands:\n" + "".join(good), bad]
        path.write_text(start + "".join(parts[::-1] if where else parts) + end)
        (change,) = fix_files([str(path)], ISOLATED, False, write=True)
        assert (change.fixed, change.refused) == (90, "the fix would also change env.prebuild")
        parts = ["  build:\n    commands:\n" + "".join(mended), bad]
        assert path.read_text() == start + "".join(parts[::-1] if where else parts) + end


def test_of_fixes_that_may_not_be_made_each_reason_is_told() -> None:
    text = "a: 1\nb: 2\nc: 3\nd: 4\n"
    found = [
        finding(text, (start, start + 1), edits=[(start + 3, start + 4, "5")], where=where)
        for start, where in ((0, "a"), (5, "c"), (10, "c"), (15, "c"))
    ]
    assert fixed_text(text, found, False) == ("a: 5\nb: 2\nc: 5\nd: 4\n", 2)
    with pytest.raises(Refused, match=r"^the fix would also change b; the fix would also change d$"):
        fixed_text(text, [found[1], found[3]], False)


def test_of_fixes_that_may_each_but_not_together_the_first_is_made() -> None:
    text = "a: &x 1\nb: &y 1\nc: *x\n"
    unused = finding(text, (8, 9), edits=[(11, 14, "")], where="b")
    other = finding(text, (16, 17), edits=[(20, 21, "y")], where="c")
    assert fixed_text(text, [unused, other], False) == ("a: &x 1\nb: 1\nc: *x\n", 1)
    assert fixed_text(text, [other, unused], False) == ("a: &x 1\nb: &y 1\nc: *y\n", 1)


def test_of_a_file_that_nothing_can_be_checked_in_few_fixes_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: \t1\n" + "".join(f"b{number}: 2\n" for number in range(500))
    found = [finding(text, (at, at + 1), edits=[(at, at + 1, "3")], where="b") for at in range(9, len(text), 8)]
    tried: list[str] = []

    def unreadable(new: str) -> list[object]:
        tried.append(new)
        raise Refused("it cannot be loaded")

    monkeypatch.setattr(fix, "_data", unreadable)
    with pytest.raises(Refused, match=r"^it cannot be loaded$"):
        fixed_text(text, found, False)
    assert len(tried) <= 64


def test_a_file_that_disappears_is_told_of(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "buildspec.yml"
    path.write_text(DEFECTS)

    def slow(text: str, candidate: Candidate, settings: LintSettings) -> FileResult:
        path.unlink(missing_ok=True)
        return lint_text(text, candidate, settings)

    monkeypatch.setattr(fix, "lint_text", slow)
    (change,) = fix_files([str(path)], ISOLATED, False, write=True)
    assert change == Change(str(path), refused="it cannot be written: No such file or directory")
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_written_leaves_the_file(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "buildspec.yml"
    path.write_text(DEFECTS)

    def forbidden(*_: object, **__: object) -> None:  # root may write anywhere
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", forbidden)
    (change,) = fix_files([str(path)], ISOLATED, False, write=True)
    assert change == Change(str(path), refused="it cannot be written: Permission denied")
    assert path.read_text() == DEFECTS


def test_no_link_leads_a_fix_out_of_the_repository(tmp_path: pathlib.Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "real.yml").write_text(DEFECTS)
    (outside / "buildspec.yml").write_text(DEFECTS)
    inside = tmp_path / "repository"
    (inside / ".git").mkdir(parents=True)
    (inside / "buildspec.yml").symlink_to("../outside/real.yml")
    (inside / "ci").symlink_to("../outside")
    (inside / "real.yml").write_text(DEFECTS)
    (inside / "linked-buildspec.yml").symlink_to("real.yml")
    refused = "a link leads from it out of the repository"
    for name in ("buildspec.yml", "ci/buildspec.yml"):
        (change,) = fix_files([str(inside / name)], ISOLATED, False, write=True)
        assert change == Change(str(inside / name), refused=refused)
    assert (outside / "real.yml").read_text() == (outside / "buildspec.yml").read_text() == DEFECTS
    (change,) = fix_files([str(inside / "linked-buildspec.yml")], ISOLATED, False, write=True)
    assert (change.fixed, (inside / "real.yml").read_text()) == (3, FIXED)
    assert (inside / "linked-buildspec.yml").is_symlink()


def test_another_name_of_the_file_keeps_what_it_held(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "buildspec.yml"
    path.write_text(DEFECTS)
    (tmp_path / "copy").hardlink_to(path)
    fix_files([str(path)], ISOLATED, False, write=True)
    assert (path.read_text(), (tmp_path / "copy").read_text()) == (FIXED, DEFECTS)


@pytest.mark.parametrize("error", [None, PermissionError(1, "Operation not permitted")])
def test_a_file_stays_with_whom_it_belongs_to(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, error: OSError | None
) -> None:
    path = tmp_path / "buildspec.yml"
    path.write_text(DEFECTS)
    path.chmod(0o640)
    given: list[tuple[int, int]] = []

    def chown(_: str, user: int, group: int) -> None:  # as one who is not root finds it
        given.append((user, group))
        if error is not None:
            raise error

    monkeypatch.setattr("os.chown", chown)
    before = path.stat()
    fix_files([str(path)], ISOLATED, False, write=True)
    assert given == [(before.st_uid, before.st_gid)]
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == (FIXED, 0o640)
