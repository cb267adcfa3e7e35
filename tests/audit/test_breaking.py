"""What an audit comes to when files end processes, disks are full, and repositories are hostile or gone."""

from __future__ import annotations

import os
import pathlib
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable

import pytest

from tests.audit.breaking import (
    DEFECTS,
    ask,
    eventually,
    fleet,
    hurting,
    kept,
    made,
    made_bare,
    of_runs,
    resumed,
    started,
)
from tests.audit.test_killing import Fleet, undisturbed
from tests.integration.conftest import invoke

__all__ = ["undisturbed"]

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked for in /proc")


def test_files_that_end_their_process_or_never_end_cost_themselves(tmp_path: pathlib.Path) -> None:
    folder = fleet(tmp_path / "fleet", 40, 0)
    before = tmp_path / "before.db"
    assert started(folder, before).ended() == (1, [])
    texts = {3: "kill me", 14: "eat memory", 15: "never end", 27: "stay in C"}
    for number, text in texts.items():
        (folder / f"clone-{number:03}" / "buildspec-release.yml").write_text(f"{DEFECTS}# {text}\n")
    for number in range(4):  # one more than may be
        (folder / "clone-037" / f"a-buildspec-{number}.yml").write_text(f"{DEFECTS}# kill me\n")

    store = tmp_path / "audit.db"
    assert started(folder, store, "--timeout", "1", path=[hurting(tmp_path / "site")]).ended()[0] == 2
    found = kept(store)
    ended = "made the process that looked at it end: it was killed, had not enough memory, or took more than 3 seconds"
    assert found.problems == [
        ("clone-003", "buildspec-release.yml", ended),
        ("clone-014", "buildspec-release.yml", ended),
        ("clone-015", "buildspec-release.yml", "takes longer than 1 seconds, and was given up"),
        ("clone-027", "buildspec-release.yml", ended),
        ("clone-037", "", "has more than 3 files that each make the process end that looks at them"),
    ]
    assert len(of_runs(store)) == 4  # each time that a process had several
    lost = {(name, path) for name, path, _ in found.problems} | {("clone-037", path) for path in _NAMES}
    assert [each for each in kept(before).findings if each[:2] not in lost] == found.findings


_NAMES = ("buildspec.yml", "buildspec-release.yml")


# Disks that are full


def test_a_store_that_may_not_grow_is_told_of_and_resumed(undisturbed: Fleet, tmp_path: pathlib.Path) -> None:
    store = tmp_path / "audit.db"
    audit = started(undisturbed.folder, store)
    resource.prlimit(audit.process.pid, resource.RLIMIT_FSIZE, (120_000, 120_000))
    status, said = audit.ended()
    assert status == 2
    assert said == [
        f"cblint: {store} cannot be used: disk I/O error: what was found until then is kept, and --resume goes on when "
        "there is room."
    ]
    kept(store)
    resumed(undisturbed.folder, store)
    assert kept(store) == undisturbed.kept


def test_without_a_temporary_folder_an_audit_says_so(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    fleet(tmp_path / "fleet", 1, 0)
    done = invoke(["audit", str(tmp_path / "fleet"), "--store", str(tmp_path / "audit.db")], "")
    assert (done.exit_code, done.stderr) == (
        2,
        "cblint: No temporary folder can be made: No such file or directory. The variable TMPDIR says where.\n",
    )


# Repositories that are hostile


def _sparse(path: pathlib.Path) -> None:
    """Make a file of a gigabyte that takes no room."""
    with path.open("ab") as file:
        file.truncate(1 << 30)


def _pipe(path: pathlib.Path) -> None:
    """Put a pipe in the place of a file or folder."""
    _remove(path)
    os.mkfifo(path)


def _socket(path: pathlib.Path) -> None:
    _remove(path)
    with socket.socket(socket.AF_UNIX) as end, pytest.MonkeyPatch.context() as patch:
        patch.chdir(path.parent)  # a longer name has no room
        end.bind(path.name)


def _folder(path: pathlib.Path) -> None:
    path.unlink()
    path.mkdir()


def _loop(path: pathlib.Path) -> None:
    path.symlink_to(path.name)
    (path.parent / "up").symlink_to("..")


def _remove(path: pathlib.Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _only_packed(path: pathlib.Path, put: Callable[[pathlib.Path], None]) -> None:
    """Let nothing but ``packed-refs`` tell the commit, and put something in its place."""
    _remove(path.parent / "refs" / "heads" / "main")
    path.unlink(missing_ok=True)
    put(path)


def _corrupt(folder: pathlib.Path) -> None:
    (pack,) = folder.glob("*.pack")
    pack.chmod(0o600)
    pack.write_bytes(pack.read_bytes()[:12] + b"\xff" * 400)


_GIT = "git cannot read the repository"
_NO_PLAIN = f"{_GIT}: its file {{}} is no plain file"

HOSTILE: dict[str, tuple[str, Callable[[pathlib.Path], None], str, str]] = {
    "git is a pipe": (".git", _pipe, "", f"{_GIT}: fatal: not a git repository"),
    "git is a socket": (".git", _socket, "", f"{_GIT}: fatal: not a git repository"),
    "a folder is HEAD": (".git/HEAD", _folder, "", _NO_PLAIN.format("HEAD")),
    "a pipe is HEAD": (".git/HEAD", _pipe, "", _NO_PLAIN.format("HEAD")),
    "a large buildspec": ("buildspec.yml", _sparse, "buildspec.yml", "is larger than 4 MB"),
    "a pipe is packed-refs": (
        ".git/packed-refs",
        lambda path: _only_packed(path, _pipe),
        "",
        _NO_PLAIN.format("packed-refs"),
    ),
    "large packed-refs": (
        ".git/packed-refs",
        lambda path: _only_packed(path, _sparse),
        "",
        f"{_GIT}: fatal: unterminated line in .git/packed-refs",
    ),
    "bare, a pipe is config": ("config", _pipe, "", _NO_PLAIN.format("config")),
    "bare, large config": ("config", _sparse, "", "fatal: bad config line"),
    "bare, a pipe is packed-refs": ("packed-refs", _pipe, "", _NO_PLAIN.format("packed-refs")),
    "bare, large packed-refs": ("packed-refs", _sparse, "", "fatal: unterminated line in ./packed-refs"),
    "bare, a pipe is commondir": ("commondir", _pipe, "", _NO_PLAIN.format("commondir")),
    "bare, a pipe is alternates": ("objects/info/alternates", _pipe, "", _NO_PLAIN.format("objects/info/alternates")),
    "bare, a corrupt pack": ("objects/pack", _corrupt, "", "does not match index"),
}
"""Repositories by name: what of them is made otherwise, and the file and the words of the only problem there is."""


def test_each_hostile_repository_costs_one_row_and_nothing_hangs(tmp_path: pathlib.Path) -> None:
    folder = fleet(tmp_path / "fleet", 4, 2)
    for name, (path, put, _, _) in HOSTILE.items():
        if name.startswith("bare"):
            here = made_bare(folder / name, {"buildspec.yml": DEFECTS})
            subprocess.run(["git", "-C", str(here), "repack", "-a", "-d", "-q"], check=True)
            (here / "objects" / "info").mkdir(exist_ok=True)
        else:
            here = made(folder / name, {"buildspec.yml": DEFECTS})
        put(here / path)
    for name, large in (("large config", ".git/config"), ("large index", ".git/index"), ("large owners", "CODEOWNERS")):
        _sparse(made(folder / name, {"buildspec.yml": DEFECTS}) / large)
    _pipe(made(folder / "a pipe is config", {"buildspec.yml": DEFECTS}) / ".git" / "config")
    _loop(made(folder / "loops", {"buildspec.yml": DEFECTS}) / "other-buildspec.yml")

    store = tmp_path / "audit.db"
    assert started(folder, store).ended() == (2, [])
    found = ask(
        store,
        "SELECT name, path, message FROM problems p JOIN repositories r ON r.id = p.repository"
        " UNION ALL SELECT name, path, skipped FROM files JOIN repositories r ON r.id = repository WHERE skipped <> ''",
    )
    told = {str(name): (str(path), str(message)) for name, path, message in found}
    assert set(told) == set(HOSTILE)
    assert len(told) == len(found)
    for name, (_, _, path, words) in HOSTILE.items():
        assert told[name][0] == path, name
        assert words in told[name][1], name
    assert of_runs(store) == []
    with_files = 5 + sum(path == "" and not name.startswith("bare") for name, (_, _, path, _) in HOSTILE.items())
    assert len(kept(store).findings) == 6 * 4 + with_files * 2


def test_repositories_that_disappear_meanwhile_are_told_of(undisturbed: Fleet, tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "fleet"
    shutil.copytree(undisturbed.folder, folder)
    store = tmp_path / "audit.db"
    audit = started(folder, store)
    eventually(lambda: bool(ask(store, "SELECT 1 FROM runs")))  # all are found by then
    gone = [f"clone-{number:03}" for number in range(16, 24)]
    for name in gone:
        (folder / name).rename(tmp_path / name)
    assert audit.ended() == (2, [])
    found = kept(store)
    assert found.problems == [(name, "", "is not there (any more)") for name in gone]
    assert found.findings == [each for each in undisturbed.kept.findings if each[0] not in gone]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_repository_that_may_not_be_read_is_told_of(tmp_path: pathlib.Path) -> None:
    folder = fleet(tmp_path / "fleet", 3, 0)
    (folder / "clone-001").chmod(0)
    store = tmp_path / "audit.db"
    try:
        assert started(folder, store).ended()[0] == 2
    finally:
        (folder / "clone-001").chmod(0o700)
    assert [each[0] for each in kept(store).problems] == ["clone-001"]
