"""Archives: broken ones, bombs, names that lead out, and the repositories that ``git archive`` and GitHub pack."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import pathlib
import random
import stat
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Mapping

import pytest

from cblint import laying
from cblint.audit import archives
from cblint.audit.archives import Unpacked, is_archive, unpacked
from cblint.source.file import Unreadable
from tests.bounds import no_hanging
from tests.git import commit, git

FILES = {"repository/buildspec.yml": b"version: 0.2\n", "repository/ci/b.yml": b"b", "repository/repository/x": b"x"}
KINDS = ("tar", "tar.gz", "tar.bz2", "tar.xz", "zip")
DAMAGED = "is damaged, or no tar or zip archive"
UNUSUAL = "Left out, as the name leads elsewhere or into .git, or is none that this system has: {}."
OTHERS = "Left out, as only plain files are looked at: {}."


def tarred(files: Mapping[str, bytes], headers: Mapping[str, str] | None = None) -> bytes:
    """A tar file of plain files, by names as they are given."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT, pax_headers=headers) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return made.getvalue()


def zipped(files: Mapping[str, bytes], comment: str = "") -> bytes:
    """The same as a zip file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.comment = comment.encode()
    return made.getvalue()


def packed(kind: str, files: Mapping[str, bytes], note: str = "") -> bytes:
    """An archive of a kind, with what ``git archive`` would note as its commit."""
    if kind == "zip":
        return zipped(files, note)
    compressors: Mapping[str, Callable[[bytes], bytes]] = {
        "tar": bytes,
        "tar.gz": gzip.compress,
        "tar.bz2": bz2.compress,
        "tar.xz": lzma.compress,
    }
    return compressors[kind](tarred(files, {"comment": note} if note else None))


def opened(folder: pathlib.Path, data: bytes, name: str = "a.tar") -> tuple[Unpacked, dict[str, bytes]]:
    """What is said of an archive, and the files laid out."""
    (folder / name).write_bytes(data)
    target = folder / f"{name}.out"
    target.mkdir()
    said = unpacked(str(folder / name), str(target))
    found = [path for path in target.rglob("*") if not path.is_dir()]
    assert all(stat.S_ISREG(path.lstat().st_mode) for path in found)
    return said, {path.relative_to(target).as_posix(): path.read_bytes() for path in found}


def refused(folder: pathlib.Path, data: bytes) -> str:
    """What is said of an archive that cannot be unpacked, after its name."""
    with pytest.raises(Unreadable) as caught:
        opened(folder, data)
    return str(caught.value)


# What is wrong


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\3\4",
        b"PK\5\6",
        b"no archive" * 1000,
        b"\x28\xb5\x2f\xfd" + bytes(1000),
        gzip.compress(b"no archive" * 1000),
        gzip.compress(b""),
        *(packed(kind, FILES)[:-100] for kind in KINDS if kind != "tar"),
        packed("tar", FILES)[:700],
        packed("tar", FILES)[:1_024] + b"x" * 512 + packed("tar", FILES)[1_024:],
        packed("tar.gz", FILES)[:50] + b"x" * 50 + packed("tar.gz", FILES)[100:],
        lzma.compress(tarred(FILES), lzma.FORMAT_ALONE),
        lzma.compress(tarred(FILES), filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 28}]),
    ],
    ids=lambda data: f"{len(data)} bytes from {data[:3].hex()}",  # what is compressed holds the time
)
def test_what_is_damaged_or_no_archive_is_refused(tmp_path: pathlib.Path, data: bytes) -> None:
    assert refused(tmp_path, data) == DAMAGED


def test_encrypted_and_unknown_zip_files_are_refused(tmp_path: pathlib.Path) -> None:
    data = zipped({"a": b"x" * 100})
    at = data.index(b"PK\1\2")
    encrypted = data[: at + 8] + b"\1" + data[at + 9 :]
    assert refused(tmp_path, encrypted) == "is encrypted"
    (tmp_path / "a.tar.out").rmdir()
    unknown = bytearray(data)
    unknown[8], unknown[at + 10] = 93, 93
    assert refused(tmp_path, bytes(unknown)) == "is compressed in a way that is not known here"


def test_what_is_no_file_is_refused(tmp_path: pathlib.Path) -> None:
    os.mkfifo(tmp_path / "pipe.tar")
    (tmp_path / "folder.tar").mkdir()
    for name, said in (
        ("missing.tar", "cannot be unpacked: No such file or directory"),
        ("pipe.tar", "is not a regular file"),
        ("folder.tar", "is not a regular file"),
        ("a\0.tar", "cannot be unpacked: the name holds a NUL character"),
    ):
        with pytest.raises(Unreadable) as caught:
            unpacked(str(tmp_path / name), str(tmp_path))
        assert str(caught.value) == said


def test_a_full_disk_is_not_a_damaged_archive(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(laying, "write", full)
    assert refused(tmp_path, tarred(FILES)) == "cannot be unpacked: No space left on device"


@pytest.mark.parametrize("kind", KINDS)
def test_any_damage_is_unreadable_or_harmless(tmp_path: pathlib.Path, kind: str) -> None:
    random.seed(1)
    said = set()
    data = packed(kind, FILES | {"../x": b"x", "a" * 300: b"y"}, "a" * 40)
    with no_hanging():
        for number in range(150):
            spoiled = bytearray(data[: random.randrange(1, len(data) + 1)])
            for _ in range(random.randrange(1, 8)):
                spoiled[random.randrange(len(spoiled))] = random.randrange(256)
            try:
                opened(tmp_path, bytes(spoiled), f"{number}.tar")
            except Unreadable as error:
                said.add(str(error))
    assert DAMAGED in said
    assert said <= {DAMAGED, "is encrypted", "is compressed in a way that is not known here"}
    assert not (tmp_path / "x").exists()


# What leads elsewhere

_BAD_NAMES = (
    "../a",
    "a/../../a",
    "a/..",
    "/a",
    "//a",
    "a//b",
    "a/./b",
    ".git/config",
    "a/.GIT/config",
    "/".join(["d"] * 101),
    "n" * 300,
    "..",
    "p/q/r",
)


@pytest.mark.parametrize("kind", KINDS)
def test_names_that_lead_elsewhere_are_left_out(tmp_path: pathlib.Path, kind: str) -> None:
    files = {"p/q": b"a file", "./z": b"z", **dict.fromkeys(_BAD_NAMES, b"bad"), "\\x": b"x", ".gitignore": b"i"}
    said, found = opened(tmp_path, packed(kind, files))
    assert found == {"p/q": b"a file", "z": b"z", "\\x": b"x", ".gitignore": b"i"}
    assert said.left_out == (UNUSUAL.format(f"{len(_BAD_NAMES)} files"),)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar", "a.tar.out"]


def test_links_and_devices_of_a_tar_are_left_out(tmp_path: pathlib.Path) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for number, kind in enumerate(
            (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b"Z")
        ):
            member = tarfile.TarInfo(f"{number}")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
        folder = tarfile.TarInfo("0")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        archive.addfile(tarfile.TarInfo("0/x"))  # through the link, if there were one
    said, found = opened(tmp_path, made.getvalue())
    assert (said.left_out, found) == ((OTHERS.format("6 links, devices and the like"),), {"x": b""})


def test_a_link_of_a_zip_is_left_out(tmp_path: pathlib.Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("x", "")
    said, found = opened(tmp_path, made.getvalue())
    assert (said.left_out, found) == ((OTHERS.format("1 link, device or the like"),), {"x": b""})


# What is too much


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_long_is_laid_out_as_one_that_nobody_reads(tmp_path: pathlib.Path, kind: str) -> None:
    files = {"long": bytes(laying.LONGEST + 1), "longest": bytes(laying.LONGEST), "z": b"z"}
    said, found = opened(tmp_path, packed(kind, files))
    assert found == files
    assert os.stat(tmp_path / "a.tar.out" / "long").st_blocks == 0
    assert said.left_out == ()


def test_a_zip_that_lies_of_its_sizes_is_not_believed(tmp_path: pathlib.Path) -> None:
    data = bytearray(zipped({"a": bytes(100)}))
    at = data.index(b"PK\1\2")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    assert refused(tmp_path, bytes(data)) == DAMAGED


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_more_than_the_bounds_is_left_out(
    tmp_path: pathlib.Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = packed(kind, {f"{number:03}": b"x" * 100_000 for number in range(100)})
    monkeypatch.setattr(laying, "MOST_FILES", 20)
    said, found = opened(tmp_path, data)
    assert (len(found), said.left_out) == (20, ("There are more than 20 files: the rest is left out.",))
    monkeypatch.setattr(laying, "MOST_FILES", 1000)
    monkeypatch.setattr(laying, "MOST_TOTAL", 1024 * 1024)
    said, found = opened(tmp_path, data, "b.tar")
    assert (len(found), said.left_out) == (10, ("The files are larger than 1 MB in all: the rest is left out.",))


@pytest.mark.parametrize("kind", ["tar.gz", "tar.bz2", "tar.xz"])
def test_a_bomb_ends_by_its_limit(tmp_path: pathlib.Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_EXPANDED", 4 * 1024 * 1024)
    files = {"a": b"a", "b": bytes(16 * 1024 * 1024), "c": b"c"}
    said, found = opened(tmp_path, packed(kind, files))
    assert found == {"a": b"a", "b": bytes(laying.LONGEST + 1)}
    assert said.left_out[-1] == "The archive is larger than 0 GB when it is expanded: the rest is left out."


def test_a_zip_of_many_long_files_ends_by_its_limit(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_EXPANDED", 1024)
    said, found = opened(tmp_path, zipped({"a": bytes(1000), "b": bytes(1000), "c": b"c"}))
    assert (sorted(found), len(said.left_out)) == (["a", "b"], 1)


def test_a_tar_of_very_many_entries_ends(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_MOST_MEMBERS", 100)
    said, found = opened(tmp_path, tarred({f"{number}": b"" for number in range(101)}))
    assert len(found) == 100
    assert said.left_out == ("The archive has more than 100 entries: the rest is left out.",)


def test_headers_take_no_more_memory_than_they_are_allowed(tmp_path: pathlib.Path) -> None:
    header = tarfile.TarInfo("long name")
    for kind in (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK):
        header.type, header.size = kind, 1 << 30
        start = header.tobuf(tarfile.GNU_FORMAT)
        (tmp_path / "a.tar").unlink(missing_ok=True)
        assert refused(tmp_path, gzip.compress(start + bytes(8 << 20), 1)) == DAMAGED
        (tmp_path / "a.tar.out").rmdir()
        header.size = 0
        assert refused(tmp_path, gzip.compress(header.tobuf(tarfile.GNU_FORMAT) * 5_000, 1)) == DAMAGED
        (tmp_path / "a.tar.out").rmdir()


def test_a_size_below_zero_ends(tmp_path: pathlib.Path) -> None:
    member = tarfile.TarInfo("a")
    member.size = -1024
    with no_hanging(10):
        assert refused(tmp_path, member.tobuf(tarfile.GNU_FORMAT) * 4) == DAMAGED


def test_a_list_of_files_that_is_too_long_is_refused(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_LONGEST_LIST", 10_000)
    assert refused(tmp_path, zipped({f"{number}": b"" for number in range(500)})) == (
        "has a longer list of files than can be read"
    )


def test_memory_does_not_grow_with_a_bomb(tmp_path: pathlib.Path) -> None:
    data = gzip.compress(tarred({"big": bytes(64 << 20), **{f"{number}": bytes(50_000) for number in range(500)}}), 1)
    (tmp_path / "a.tgz").write_bytes(data)
    (tmp_path / "out").mkdir()
    code = (
        "import resource, sys\nfrom cblint.audit.archives import unpacked\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\nunpacked(sys.argv[1], sys.argv[2])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a.tgz"), str(tmp_path / "out")]
    grown = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert grown < 20_000  # kilobytes


# What is right


@pytest.mark.parametrize("kind", KINDS)
def test_a_top_folder_that_holds_everything_is_taken_away(tmp_path: pathlib.Path, kind: str) -> None:
    said, found = opened(tmp_path, packed(kind, FILES, "0123456789abcdef" * 4), "owner-name.tar.gz")
    assert found == {path.removeprefix("repository/"): data for path, data in FILES.items()}
    assert said == Unpacked("0123456789abcdef" * 4, "repository", ())


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_top_folder_the_name_is_that_of_the_file(tmp_path: pathlib.Path, kind: str) -> None:
    for number, files in enumerate(({"a/x": b"a", "b": b"b"}, {".ci/x": b""}, {"x": b"x"}, {})):
        name = f"v1.{number}.{kind}"
        said, found = opened(tmp_path, packed(kind, files, "no commit"), name)
        assert (found, said) == (files, Unpacked("", f"v1.{number}", ()))


def test_a_later_file_goes_before_an_earlier_one(tmp_path: pathlib.Path) -> None:
    first, second = tarred({"a": b"first", "b": b"b"}), tarred({"a": b"second"})
    assert opened(tmp_path, first[:2048] + second)[1] == {"a": b"second", "b": b"b"}


def test_an_archive_in_an_archive_is_a_file(tmp_path: pathlib.Path) -> None:
    inner = zipped(FILES)
    assert opened(tmp_path, tarred({"inner.zip": inner}))[1] == {"inner.zip": inner}


def test_xz_of_several_streams_is_read_to_its_end(tmp_path: pathlib.Path) -> None:
    data = tarred(FILES | {"repository/long": os.urandom(200_000)})
    parts = (lzma.compress(data[:700]), bytes(4), lzma.compress(data[700:]), bytes(8))
    assert len(opened(tmp_path, b"".join(parts))[1]) == len(FILES) + 1


def test_what_git_packs_is_the_repository(tmp_path: pathlib.Path) -> None:
    repository = tmp_path / "source"
    (repository / "ci").mkdir(parents=True)
    (repository / "ci" / "buildspec.yml").write_text("version: 0.2\n")
    (repository / "ümlaut.yml").write_text("a")
    (repository / "link").symlink_to("ci/buildspec.yml")
    git(repository, "init", "--quiet")
    commit(repository)
    name = git(repository, "rev-parse", "HEAD").strip()
    for kind in ("tar", "tar.gz", "zip"):
        path = tmp_path / f"x.{kind}"
        git(repository, "archive", "--prefix=repository-main/", "-o", str(path), "HEAD")
        said, found = opened(tmp_path, path.read_bytes(), path.name)
        assert found == {"ci/buildspec.yml": b"version: 0.2\n", "ümlaut.yml": b"a"}
        assert said == Unpacked(name, "repository-main", (OTHERS.format("1 link, device or the like"),))


def test_a_commit_without_files_is_an_empty_repository(tmp_path: pathlib.Path) -> None:
    git(tmp_path, "init", "--quiet", "x")
    commit(tmp_path / "x")
    for kind in ("tar", "tar.gz", "zip"):
        git(tmp_path / "x", "archive", "-o", str(tmp_path / f"x.{kind}"), "HEAD")
        said, found = opened(tmp_path, (tmp_path / f"x.{kind}").read_bytes(), f"x.{kind}")
        assert (said._replace(commit=""), found) == (Unpacked("", "x", ()), {})


def test_archives_are_known_by_their_names() -> None:
    endings = ("tar", "tar.gz", "tgz", "tar.bz2", "tbz", "tbz2", "tar.xz", "txz", "zip", "ZIP", "Tar.GZ")
    assert all(is_archive(f"/a.b/c.d.{ending}") for ending in endings)
    assert not any(map(is_archive, (".tar", "a.gz", "tar", "zip", "a.zip/b", "a.tar.zst", "a.7z", "a.zipx", "")))
