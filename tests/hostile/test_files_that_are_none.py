"""Pipes, sockets, devices, loops and folders in the place of each file that cblint opens, and what comes of them."""

from __future__ import annotations

import os
import pathlib
import socket
from collections.abc import Callable

import pytest

from tests.bounds import ALL, no_hanging
from tests.integration.conftest import CLEAN, DEFECT, Cblint, assert_harmless

SAID = "error[command-not-string]"
LARGE = 100_000_000


def _socket(path: pathlib.Path) -> None:
    """A path of a socket has 100 characters, so it is made from its folder."""
    before = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


def _large(path: pathlib.Path) -> None:
    with path.open("wb") as file:
        file.truncate(LARGE)


KINDS: dict[str, Callable[[pathlib.Path], object]] = {
    "a pipe": os.mkfifo,
    "a socket": _socket,
    "a folder": os.mkdir,
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to nothing": lambda path: path.symlink_to("/nowhere"),
    "a link to a device without an end": lambda path: path.symlink_to("/dev/zero"),
    "a link to standard input": lambda path: path.symlink_to("/dev/stdin"),
    "a link to a list of users": lambda path: path.symlink_to("/etc/passwd"),
    "a link up and out": lambda path: path.symlink_to("../" * 40 + "etc/passwd"),
    "a link to the memory": lambda path: path.symlink_to("/proc/self/mem"),
    "100 MB that are on no disk": _large,
}


def _put(cblint: Cblint, name: str, kind: str) -> None:
    path = cblint.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    KINDS[kind](path)


OF_GIT = (".git/config", ".git/index", ".git/HEAD", ".git/info/exclude", ".git/info/sparse-checkout", ".git/commondir")
BESIDE = (".gitignore", ".gitmodules", ".dockerignore", "package.json", "Dockerfile", "run.sh", *OF_GIT)
"""What cblint reads of a repository beside its buildspecs."""
ASKING = DEFECT + "      - ./run.sh && docker build . && npm ci && . ./run.sh\nartifacts:\n  files: [run.sh, dist/x]\n"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("names", [(name,) for name in BESIDE] if ALL else [BESIDE], ids=" ".join)
def test_what_is_read_beside_a_buildspec_may_be_anything(cblint: Cblint, names: tuple[str, ...], kind: str) -> None:
    """All of it at once; `make fuzz` takes one after the other."""
    cblint.put({"buildspec.yml": ASKING})
    for name in names:
        _put(cblint, name, kind)
    with no_hanging(20):
        done = cblint("--format", "concise")
    assert (done.status, done.err) == (1, b"")
    assert SAID in done.stdout
    assert b"root:" not in done.out


@pytest.mark.parametrize("kind", KINDS)
def test_a_buildspec_may_be_anything(cblint: Cblint, kind: str) -> None:
    cblint.put({"a-buildspec.yml": DEFECT})
    _put(cblint, "buildspec.yml", kind)
    with no_hanging(20):
        found, listed, fixed = cblint("--format", "concise"), cblint("--list-files"), cblint("--fix")
    assert (found.status, found.err, SAID in found.stdout) == (1, b"", True)
    assert (listed.status, listed.err, "a-buildspec.yml" in listed.stdout) == (0, b"", True)
    assert (fixed.status, fixed.stderr) == (0, "cblint: fixed 1 finding in a-buildspec.yml\n")
    for done in (found, listed, fixed):
        assert b"root:" not in done.out
        assert_harmless(done.out + done.err)


NAMED = {
    "a socket": "is not a regular file",
    "a link to itself": "cannot be read: Too many levels of symbolic links",
    "a link to nothing": "cannot be read: No such file or directory",
    "a link to a device without an end": "is larger than 4 MB",
    "a link to the memory": "cannot be read: Input/output error",
    "100 MB that are on no disk": "is larger than 4 MB",
}


@pytest.mark.parametrize("kind", NAMED)
def test_a_file_that_is_named_and_none_is_a_sentence(cblint: Cblint, kind: str) -> None:
    """In each place of a command line that takes a file."""
    cblint.put({"buildspec.yml": CLEAN})
    _put(cblint, "x.yml", kind)
    said = NAMED[kind]
    with no_hanging(20):
        for words in (("check", "x.yml"), ("check", "--config", "x.yml"), ("trace", "x.yml")):
            done = cblint.run(*words)
            assert (done.status, said in done.stderr) == (2, True), words
        for words in (("check", "--baseline", "x.yml"), ("check", "--rules", "x.yml")):
            done = cblint.run(*words)
            assert done.status == 2, words
            assert "x.yml" in done.stderr
            assert_harmless(done.out + done.err)


@pytest.mark.parametrize("kind", ["a pipe", *NAMED])
@pytest.mark.parametrize("name", [".cblint.yml", "pyproject.toml", "shared.yml", "own/x.yml", "known.json"])
def test_what_a_configuration_leads_to_may_be_anything(cblint: Cblint, name: str, kind: str) -> None:
    """It is a sentence, or as if there were none."""
    settings = {
        "shared.yml": "extends: shared.yml\n",
        "own/x.yml": "rules: [own]\n",
        "known.json": "baseline: known.json\n",
    }
    cblint.put({"buildspec.yml": DEFECT, **({".cblint.yml": settings[name]} if name in settings else {})})
    _put(cblint, name, kind)
    with no_hanging(20):
        done = cblint("--format", "concise")
    if done.status == 2:
        assert done.stderr.count("\n") == 1
        assert name.rpartition("/")[2] in done.stderr or "leads out of the repository" in done.stderr
    else:
        assert (done.status, done.err, SAID in done.stdout) == (1, b"", True)
    assert name not in settings or done.status == 2
    assert_harmless(done.out + done.err)
