"""Repositories whose `.git` lies, leads elsewhere, waits or names programs: a sentence or findings; nothing runs."""

from __future__ import annotations

import hashlib
import os
import pathlib
import zlib
from collections.abc import Callable

import pytest

from cblint import git as asking
from tests.bounds import no_hanging
from tests.git import commit, git
from tests.integration.conftest import DEFECT, Cblint

RUN = "touch {folder}/ran"
Spoil = Callable[[pathlib.Path], object]


def holds(name: str, content: str | bytes) -> Spoil:
    """What writes a file of `.git`."""

    def write(folder: pathlib.Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return write


def says(settings: str) -> Spoil:
    """What adds settings, in which RUN is a program that leaves a trace."""

    def add(folder: pathlib.Path) -> None:
        with (folder / "config").open("a") as file:
            file.write(settings.replace("RUN", RUN.format(folder=folder.parent.parent)))

    return add


def is_pipe(name: str) -> Spoil:
    """What puts a pipe in the place of a file of `.git`."""

    def make(folder: pathlib.Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        os.mkfifo(path)

    return make


def leads(name: str, target: str) -> Spoil:
    """What puts a link in the place of a file of `.git`."""

    def make(folder: pathlib.Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)

    return make


def object_of(content: bytes) -> Spoil:
    """What puts other bytes in the place of the object that holds the buildspec."""

    def make(folder: pathlib.Path) -> None:
        path = _object(folder)
        path.chmod(0o644)
        path.write_bytes(content)

    return make


def _object(folder: pathlib.Path) -> pathlib.Path:
    data = DEFECT.encode()
    name = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    return folder / "objects" / name[:2] / name[2:]


def pack(folder: pathlib.Path, suffix: str) -> None:
    """Everything in one pack, of which nothing is left but its head."""
    git(folder.parent, "gc", "--quiet")
    [path] = (folder / "objects" / "pack").glob(f"*.{suffix}")
    path.chmod(0o644)
    data = path.read_bytes()
    path.write_bytes(data[:12] + bytes(len(data) - 12))


UNKNOWN = 'git knows no revision "HEAD" here'
UNREADABLE = "git cannot read the repository"
NO_FILE = "is no plain file"
PIPES = ("packed-refs", "shallow", "objects/info/alternates")
SPOILED: dict[str, tuple[Spoil, str]] = {
    "a pack that is none": (lambda folder: pack(folder, "pack"), UNKNOWN),
    "an index of a pack that is none": (lambda folder: pack(folder, "idx"), UNKNOWN),
    "an object that says it is larger": (object_of(zlib.compress(b"blob 99999999999\0x")), ""),
    "an object that is a bomb": (object_of(zlib.compress(b"blob 100000000\0" + bytes(100_000_000))), ""),
    "an object that is nothing": (object_of(b""), ""),
    "branches that lead to each other": (
        lambda folder: [holds(f"refs/heads/{a}", f"ref: refs/heads/{b}\n")(folder) for a, b in ("mx", "xm")]
        and holds("HEAD", "ref: refs/heads/m\n")(folder),
        UNKNOWN,
    ),
    "a branch that leads out": (leads("refs/heads/main", "/etc/passwd"), UNKNOWN),
    "a head that leads up": (holds("HEAD", "ref: ../../../etc/passwd\n"), UNREADABLE),
    "a head that leads out": (holds("HEAD", "ref: /etc/passwd\n"), UNREADABLE),
    "a head with a NUL": (holds("HEAD", b"ref: refs/\0x\n"), ""),
    "a head of 10 MB": (holds("HEAD", "ref: " + "a" * 10_000_000), UNREADABLE),
    "alternates out": (holds("objects/info/alternates", "/etc\n../../..\n/dev/zero\n"), ""),
    "alternates of itself": (holds("objects/info/alternates", ".\n../objects\n" * 1000), ""),
    "settings that are none": (holds("config", "[[[\n"), UNREADABLE),
    "settings that hold themselves": (says("[include]\n\tpath = config\n"), UNREADABLE),
    "settings of 10 MB": (says("# x\n" * 2_500_000), ""),
    "a list of branches without an end": (holds("packed-refs", "a" * 5_000_000), UNREADABLE),
    "a shallow file that is none": (holds("shallow", "garbage\n"), UNREADABLE),
    "a common folder elsewhere": (holds("commondir", "/etc\n"), UNREADABLE),
    "an index that is none": (holds("index", bytes(range(256)) * 20), ""),
    "an index that says it is longer": (holds("index", b"DIRC\0\0\0\2\xff\xff\xff\xff"), ""),
    **{f"a pipe for {name}": (is_pipe(name), NO_FILE) for name in PIPES},
    "a program that watches files": (says("[core]\n\tfsmonitor = RUN\n\tpager = RUN\n\thooksPath = ..\n"), ""),
    "programs for what is printed": (
        says("[pager]\n\tcat-file = RUN\n\tls-tree = RUN\n[diff]\n\texternal = RUN\n"),
        "",
    ),
    "programs instead of git's": (says("[alias]\n\tcat-file = !RUN\n\trev-parse = !RUN\n\tls-tree = !RUN\n"), ""),
    "programs for the content": (
        lambda folder: [
            says('[filter "a"]\n\tsmudge = RUN\n\tclean = RUN\n\tprocess = RUN\n')(folder),
            says('[diff "a"]\n\ttextconv = RUN\n')(folder),
            (folder.parent / ".gitattributes").write_text("* filter=a diff=a\n"),
        ],
        "",
    ),
    "programs that fetch": (
        lambda folder: [
            says(
                '[remote "origin"]\n\turl = ext::RUN\n\tuploadpack = RUN\n\tpromisor = true\n'
                "[core]\n\tsshCommand = RUN\n\talternateRefsCommand = RUN\n\tgitProxy = RUN\n\taskPass = RUN\n"
                "\trepositoryFormatVersion = 1\n[extensions]\n\tpartialClone = origin\n"
                '[protocol "ext"]\n\tallow = always\n[credential]\n\thelper = !RUN\n'
            )(folder),
            _object(folder).rename(folder / "away"),
        ],
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "said"), SPOILED.values(), ids=SPOILED)
def test_a_repository_that_lies(cblint: Cblint, spoil: Spoil, said: str) -> None:
    """``said`` is the sentence where nothing can be compared: else what is in the working tree is looked at."""
    cblint.put({"buildspec.yml": DEFECT, "z-buildspec.yml": DEFECT})
    git(cblint.folder, "init", "--quiet", "--initial-branch=main")
    commit(cblint.folder)
    cblint.put({"new-buildspec.yml": DEFECT})
    spoil(cblint.folder / ".git")
    with no_hanging(20):
        done = cblint("--since", "HEAD", "--format", "concise")
        plain = cblint("--format", "concise")
    assert (done.status, done.out == b"", done.stderr.count("\n")) == (2, True, 1) if said else done.status in (1, 2)
    assert said in done.stderr
    assert (plain.status, len(plain.lines), plain.err) == (1, 3, b"")
    assert not (cblint.folder.parent / "ran").exists()
    assert b"root:" not in done.out + done.err


@pytest.mark.parametrize("name", ["object", "inc"])
def test_what_git_waits_for_has_an_end(cblint: Cblint, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Where a pipe can be anywhere, nobody looks for it: git has a minute."""
    monkeypatch.setattr(asking, "TIMEOUT", 0.5)
    cblint.put({"buildspec.yml": DEFECT})
    git(cblint.folder, "init", "--quiet", "--initial-branch=main")
    commit(cblint.folder)
    folder = cblint.folder / ".git"
    if name == "inc":
        is_pipe("inc")(folder)
        says("[include]\n\tpath = inc\n")(folder)
    else:
        is_pipe(os.fspath(_object(folder)))(folder)
    done = cblint("--since", "HEAD")
    assert (done.status, done.out) == (2, b"")
    assert "has not ended after 0.5 seconds" in done.stderr
