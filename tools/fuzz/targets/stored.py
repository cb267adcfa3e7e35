"""Bytes that other programs, or strangers, have written for an audit: tables, archives, records, and what git says."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import json
import lzma
import os
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from functools import cache
from unittest import mock
from zlib import crc32

from cblint import git
from cblint.audit import refs
from cblint.audit.answers import answers_of, written_answers
from cblint.audit.archives import unpacked
from cblint.audit.owners import owners_in
from cblint.audit.recorded import deflated, packed
from cblint.audit.recorded import unpacked as read_back
from cblint.audit.tables import Spool, rows, spooled
from cblint.hosts.discover import Candidate
from cblint.hosts.repository import remotes_in
from cblint.linter import lint_text
from cblint.since import new_lines
from cblint.source.file import Unreadable
from cblint.source.remembered import Question, forget
from cblint.source.text import Lines
from tests.helpers import ISOLATED
from tests.lsp_documents import SAMPLE
from tools.fuzz.bundle import bundled, unbundled
from tools.fuzz.target import Target

_PLACE = "stored"
_COMMIT = "0123456789abcdef0123456789abcdef01234567"


def _emptied() -> str:
    """A folder with nothing in it."""
    shutil.rmtree(_PLACE, ignore_errors=True)
    os.mkdir(_PLACE)
    return os.path.abspath(_PLACE)


def _put(name: str, data: bytes) -> str:
    with open(name, "wb") as file:
        file.write(data)
    return os.path.abspath(name)


# Tables


@cache
def table_seeds() -> tuple[bytes, ...]:
    """Rows in all ways that they are taken, and some that are none; as they are, compressed, and in columns."""
    whole: list[object] = [
        {"repository": "r", "path": "a/buildspec.yml", "content": SAMPLE[:200], "commit": _COMMIT, "branch": "main"},
        {"repo_name": "o/r", "file": "b.yml", "content": "version: 0.2\n", "url": "https://example.com/o/r"},
        {"Repository_Name": "é😀", "FILE_PATH": "../x", "content": None},
        {"sample_repo_name": "r", "sample_path": "a/buildspec.yml", "content": "phases: {}\n"},
        [],
        {"repository": "", "path": "p"},
    ]
    lines = "".join(f"{json.dumps(each)}\n" for each in whole).encode()
    return (lines, b"\xef\xbb\xbf" + lines[:300], gzip.compress(lines, mtime=0), _in_columns())


def _in_columns() -> bytes:
    """The same as a Parquet table; nothing where pyarrow is missing."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        return b""
    found = io.BytesIO()
    columns = {"repository": ["r", "s"], "path": ["a.yml", None], "content": [b"version: 0.2\n", None]}
    parquet.write_table(pyarrow.table(columns), found, compression="none")
    return found.getvalue()


def table(data: bytes) -> None:
    """Each row is taken or told of; what is taken is given back by its repository."""
    ending = {b"\x1f\x8b": "jsonl.gz", b"PA": "parquet"}.get(data[:2], "jsonl")
    path = _put(f"table.{ending}", data)
    spool = Spool(":memory:")
    try:
        found = list(rows(path))
        said = spooled(path, spool)
    except Unreadable:
        return
    finally:
        _hold_spool(spool)
    assert all(isinstance(each, str) and each for each in said)
    known = {(each.repository, each.path) for each in found if not isinstance(each, str)}
    assert sum(isinstance(each, str) for each in found) == 0 or said
    again = Spool(":memory:")
    spooled(path, again)
    given = {(name, path) for name in again.repositories() for path in _paths(again, name)}
    again.close()
    assert given == known


def _paths(spool: Spool, name: str) -> list[str]:
    return [*(path for path, _ in spool.files(name)), *spool.unknown(name)]


def _hold_spool(spool: Spool) -> None:
    for name in spool.repositories():
        assert name.encode()
        assert all(isinstance(data, bytes) for _, data in spool.files(name))
        spool.about(name)
    spool.close()


# Archives


@cache
def archive_seeds() -> tuple[bytes, ...]:
    """Small archives, with and without a top folder, with links, long names and what leads elsewhere."""
    files = {"top/buildspec.yml": b"version: 0.2\n", "top/a/b.yml": b"phases: {}\n", f"top/{'x' * 120}.yml": b"x"}
    odd = {"../out.yml": b"x", "/abs.yml": b"y", "a/../../b.yml": b"z", ".git/config": b"", "a": b"", "a/b": b""}
    return (*(_tar(each) for each in (files, odd, {})), *(_zip(each) for each in (files, odd, {})))


def _tar(files: dict[str, bytes]) -> bytes:
    found = io.BytesIO()
    with tarfile.open(fileobj=found, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": _COMMIT}) as archive:
        for name, data in files.items():
            about = tarfile.TarInfo(name)
            about.size = len(data)
            archive.addfile(about, io.BytesIO(data))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            about = tarfile.TarInfo(f"top/{kind.decode()}")
            about.type, about.linkname = kind, "/etc/passwd"
            archive.addfile(about)
    return found.getvalue().rstrip(b"\0") + bytes(1024)


def _zip(files: dict[str, bytes]) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        archive.comment = _COMMIT.encode()
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return found.getvalue()


_COMPRESSED: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("tar", bytes),
    ("tar", bytes),
    ("tgz", gzip.compress),
    ("tar.bz2", bz2.compress),
    ("tar.xz", lzma.compress),
)
_BLOCK, _SUM = 512, slice(148, 156)


def archive(data: bytes) -> None:
    """It is laid out below its folder and nowhere else, as plain files alone, or it is damaged."""
    chosen = crc32(data)
    ending, compress = ("zip", bytes) if data[:2] == b"PK" else _COMPRESSED[chosen % len(_COMPRESSED)]
    place = _emptied()
    path = _put(f"archive.{ending}", compress(_summed(data) if chosen % 2 else data))
    before = sorted(os.listdir())
    try:
        found = unpacked(path, place)
        assert all(found.left_out)
    except Unreadable:
        pass
    assert sorted(os.listdir()) == before
    for folder, folders, names in os.walk(place):
        for name in (*folders, *names):
            full = os.path.join(folder, name)
            assert not os.path.islink(full)
            assert os.path.isdir(full) or os.path.isfile(full)
            assert name.lower() != ".git"


def _summed(data: bytes) -> bytes:
    """With the sum that each header of a tar file has to have: else hardly any would be read."""
    blocks = [data[at : at + _BLOCK] for at in range(0, len(data), _BLOCK)]
    for number, block in enumerate(blocks):
        if block[257:262] == b"ustar" and len(block) == _BLOCK:
            total = sum(block[: _SUM.start]) + 8 * 0x20 + sum(block[_SUM.stop :])
            blocks[number] = block[: _SUM.start] + b"%06o\0 " % total + block[_SUM.stop :]
    return b"".join(blocks)


# Records


@cache
def record_seeds() -> tuple[bytes, ...]:
    """What is packed into records, before it is compressed."""
    import zlib

    files = [
        lint_text(text, Candidate("buildspec.yml", True), ISOLATED) for text in (SAMPLE, "phases:\n  bild: [é😀]\n")
    ]
    answers = {Question("a.b", "c", ("d", frozenset({"e", "f"}), None, 1)): "0123"}
    return tuple(zlib.decompress(each) for each in (*map(packed, files), written_answers(answers)))


def record(data: bytes) -> None:
    """A record is one, and can be told of and packed again, or it is refused."""
    try:
        value = json.loads(data)
        compressed = deflated(value)
    except (ValueError, RecursionError):
        compressed = data
    answers = answers_of(compressed)
    with contextlib.suppress(TypeError):  # what nobody has asked need not be written
        assert answers_of(written_answers(answers)) == answers
    try:
        file = read_back(compressed)
    except ValueError:
        return
    assert packed(file)


# What git says, and what it keeps


@cache
def git_seeds() -> tuple[bytes, ...]:
    """Listings and objects as git prints them, files that it keeps, owners, and two versions of a text."""
    name = b"a" * 40
    listing = b"100644 blob %s      13\ta/buildspec.yml\0120000 blob %s 1\tlink\0" % (name, name)
    listing += b"160000 commit %s -\tmodule\0100755 blob %s -\tgone.yml\0100644 blob %s 5\t../x\0" % (name, name, name)
    objects = b"%s blob 13\nversion: 0.2\n\n%s missing\n%s blob 0\n\n" % (name, name, name)
    settings = b'[core]\n\tbare = false\n[remote "origin"]\n\turl = https://u:p@example.com/o/r.git\n'
    settings += b'[remote "b\\"c"] # x\n  URL="git@example.com:o/r"\n'
    packed_refs = b"# pack-refs with: peeled\n%s refs/heads/main\n^%s\n" % (name, name)
    kept = {"config": settings, "HEAD": b"ref: refs/heads/main\n", "packed-refs": packed_refs}
    owners = b"* @o/team\n/ci/** @a b@c.example # why\n[section][2] @d\n*.yml\n\\#x @e\n"
    return (
        bundled({"listing": listing}),
        bundled({"objects": objects}),
        bundled(kept),
        bundled({"CODEOWNERS": owners}),
        bundled({"old": SAMPLE[:400].encode(), "new": SAMPLE[100:500].encode()}),
    )


def stored_by_git(data: bytes) -> None:
    """Whatever it is, it is read or refused; no path leads out, no content is longer than it is said to be."""
    files = unbundled(data)
    if "listing" in files:
        with _saying(files["listing"]):
            listed = git.files_of(".", "HEAD")
        assert not any(step in ("", ".", "..", ".git") for path in listed for step in path.split("/"))
    if "objects" in files:
        with _saying(files["objects"]):
            asked = {path: git.Blob("a" * 40, size) for path, size in (("a", 13), ("b", 4), ("c", 0))}
            try:
                found = dict(git.contents(".", asked, 100))
            except git.GitError:
                found = {}
        assert all(content is None or content in files["objects"] for content in found.values())
    _hold_kept(files)
    if "old" in files and "new" in files:
        _hold_lines(*(files[name].decode("utf-8", "replace") for name in ("old", "new")))


def _saying(printed: bytes) -> mock._patch[mock.MagicMock]:
    """Git prints these bytes, whatever it is asked."""
    return mock.patch.object(git, "asked", return_value=subprocess.CompletedProcess((), 0, printed, b""))


def _hold_kept(files: dict[str, bytes]) -> None:
    kept = {name: files[name] for name in ("config", "HEAD", "packed-refs", "CODEOWNERS") if name in files}
    if not kept:
        return
    root = _emptied()
    os.mkdir(os.path.join(root, ".git"))
    for name, content in kept.items():
        _put(os.path.join(root, *([] if name == "CODEOWNERS" else [".git"]), name), content)
    forget()
    address = refs.remote_of(root)
    assert not address or address in {each for _, each in remotes_in(kept["config"].decode("utf-8"))}
    with mock.patch.object(refs, "_asked", return_value=""):
        head = refs.head_of(root)
    assert head.commit == "" or set(head.commit) <= set("0123456789abcdef")
    for path in ("buildspec.yml", "ci/a b/é.yml"):
        assert all("@" in owner for owner in owners_in(root)(path))


def _hold_lines(old: str, new: str) -> None:
    """Lines that are not new stand in the old text, in their order; of a text itself none are new."""
    added = new_lines(old, new)
    before, after = (_lines(text) for text in (old, new))
    rest = iter(before)
    assert all(line in rest for number, line in enumerate(after, 1) if number not in added)
    assert new_lines(new, new) == frozenset()


def _lines(text: str) -> list[str]:
    lines = Lines(text)
    return [lines.line(number) for number in range(1, len(lines) + 1)]


TARGETS = (
    Target("table", "a table of files", table, table_seeds, quick=100),
    Target("archive", "a tar or zip archive", archive, archive_seeds, quick=100),
    Target("record", "what an audit has stored of a file", record, record_seeds, quick=200),
    Target("git", "what git prints and keeps, and who owns files", stored_by_git, git_seeds, quick=150),
)
