"""Repositories that are archives: the plain files of a tar or zip file, laid out below a folder."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import itertools
import lzma
import os
import re
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO

from cblint.laying import LONGEST, laid_out
from cblint.records import NamedTuple
from cblint.source.file import Unreadable
from cblint.wording import counted

MOST_EXPANDED = 1024 * 1024 * 1024
"""Bytes that are expanded, also of what is not laid out."""
_MOST_MEMBERS = 200_000
_LONGEST_ABOUT = 1024 * 1024
"""Bytes of what a tar file says of a member before its content."""
_LONGEST_LIST = 16 * 1024 * 1024
"""Bytes of the list that a zip file has of its files, about 150,000."""
_MOST_MEMORY = 128 * 1024 * 1024
"""Bytes in which xz keeps what it may repeat; ``xz -9`` takes half of it."""
_CHUNK = 64 * 1024
_LONG = bytes(LONGEST + 1)
"""Instead of a content that is not read because it is too long."""
_NAME = r"(?i)(.+?)\.(?:tar|tar\.(?:gz|bz2|xz)|tgz|tbz2?|txz|zip)"
_COMMIT = r"[0-9a-f]{40}|[0-9a-f]{64}"
_ZIP = (b"PK\3\4", b"PK\5\6")
_GZIP, _BZIP2, _XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0"


class Unpacked(NamedTuple):
    """What an archive is of: a commit, empty if it names none, and a name; and what was not taken, in sentences."""

    commit: str
    name: str
    left_out: tuple[str, ...]


class _Opened(NamedTuple):
    """The commit of an archive, and its files: path and content, of a long one a byte more than LONGEST."""

    commit: str
    files: Iterator[tuple[str, bytes]]


def is_archive(path: str) -> bool:
    """Whether a file has the name of an archive that can be unpacked."""
    return re.fullmatch(_NAME, os.path.basename(path)) is not None


def stem(path: str) -> str:
    """The name of an archive without what says that it is one."""
    name = os.path.basename(path)
    named = re.fullmatch(_NAME, name)
    return named[1] if named is not None else name


def unpacked(path: str, folder: str) -> Unpacked:
    """Lay the plain files of a tar (as it is, or compressed by gzip, bzip2, xz) or zip file out below an empty folder.

    One top folder that holds all of them is taken away, unless its name begins with a dot. Links, devices, names that
    lead elsewhere and folders of git's are left out; an archive in an archive is a file like others. A file longer than
    LONGEST is there without its content. No more than MOST_FILES, MOST_TOTAL and MOST_EXPANDED, however large an
    archive says it is. The commit is what ``git archive`` notes. Raises Unreadable; the folder then holds nothing of
    use.
    """
    said: list[str] = []
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise Unreadable("is not a regular file")
        with open(path, "rb") as file:
            beginning = file.read(max(map(len, (*_ZIP, _GZIP, _BZIP2, _XZ))))
            file.seek(0)
            with _reading():
                opened = _zip(file, said) if beginning.startswith(_ZIP) else _tar(file, beginning, said)
            left_out = laid_out(opened.files, folder)
        top = _without_top(folder)
    except OSError as error:
        raise Unreadable(f"cannot be unpacked: {error.strerror or error}") from None
    except ValueError:
        raise Unreadable("cannot be unpacked: the name holds a NUL character") from None
    return Unpacked(opened.commit, top or stem(path), (*left_out, *said))


@contextlib.contextmanager
def _reading() -> Iterator[None]:
    """Raise Unreadable for what the standard library raises where an archive is damaged, or none."""
    try:
        yield
    except NotImplementedError:
        raise Unreadable("is compressed in a way that is not known here") from None
    except (
        tarfile.TarError,
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        struct.error,
        EOFError,
        RuntimeError,
        ArithmeticError,
        LookupError,
        MemoryError,
        OSError,
        ValueError,
    ):
        raise Unreadable("is damaged, or no tar or zip archive") from None


def _plain_name(path: str) -> str:
    """A name as other programs write it as well: what is packed from within a folder begins with ``./``."""
    return path.removeprefix("./")


def _of_others(number: int) -> str:
    noun, plural = "link, device or the like", "links, devices and the like"
    return f"Left out, as only plain files are looked at: {counted(number, noun, plural)}."


def _too_large() -> str:
    size = f"{MOST_EXPANDED // 1024 // 1024 // 1024} GB"
    return f"The archive is larger than {size} when it is expanded: the rest is left out."


def _without_top(folder: str) -> str:
    """Take a top folder away that holds everything, and tell its name; empty if there is none."""
    with os.scandir(folder) as entries:
        found = list(itertools.islice(entries, 2))
    if len(found) != 1 or not found[0].is_dir(follow_symlinks=False) or found[0].name.startswith("."):
        return ""
    aside = tempfile.mkdtemp(dir=folder)  # a folder may hold one of its own name
    top = os.path.join(aside, found[0].name)
    os.rename(found[0].path, top)
    for name in os.listdir(top):
        os.rename(os.path.join(top, name), os.path.join(folder, name))
    os.rmdir(top)
    os.rmdir(aside)
    return found[0].name


# tar


class _TooLarge(Exception):
    """More was expanded than MOST_EXPANDED."""


class _Stream(io.RawIOBase):
    """The bytes of a tar file, from the first to the last: tarfile believes what a header says, and reads that much.

    ``allowed`` is how much may be read until it is set anew, ``last`` what was read last.
    """

    def __init__(self, source: Callable[[int], bytes], is_compressed: bool) -> None:
        super().__init__()
        self._source = source
        self._is_compressed = is_compressed
        self._at = 0
        self.allowed = _LONGEST_ABOUT
        self.last = b""

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        if not 0 <= size <= self.allowed:
            raise tarfile.ReadError("a header is larger than any")
        self.allowed -= size
        end = self._at + size
        parts = []
        while self._at < end and (part := self._part(end)):
            parts.append(part)
        self.last = b"".join(parts)
        return self.last

    def seek(self, position: int, whence: int = io.SEEK_SET, /) -> int:
        """Go on to a place. One before would never end, as a size may be negative."""
        if whence != io.SEEK_SET or position < self._at:
            raise tarfile.ReadError("there is no way back")
        while self._at < position and self._part(position):
            pass
        return self._at

    def _part(self, end: int) -> bytes:
        if self._is_compressed and self._at > MOST_EXPANDED:
            raise _TooLarge
        part = self._source(min(end - self._at, _CHUNK))
        self._at += len(part)
        return part


def _tar(file: IO[bytes], beginning: bytes, said: list[str]) -> _Opened:
    source: Callable[[int], bytes] = file.read
    if beginning.startswith(_GZIP):
        source = gzip.GzipFile(fileobj=file).read
    elif beginning.startswith(_BZIP2):
        source = bz2.BZ2File(file).read
    elif beginning.startswith(_XZ):
        source = _of_xz(file)
    stream = _Stream(source, beginning.startswith((_GZIP, _BZIP2, _XZ)))
    try:
        archive = tarfile.open(fileobj=stream, mode="r:", encoding="utf-8")  # noqa: SIM115 - files are read later
    except tarfile.ReadError:
        if stream.last == bytes(tarfile.BLOCKSIZE):  # a commit without files: tarfile wants one after the header of all
            return _Opened("", iter(()))
        raise
    comment = archive.pax_headers.get("comment", "")
    commit = comment if re.fullmatch(_COMMIT, comment) is not None else ""
    return _Opened(commit, _of_tar(archive, stream, said))


def _of_xz(file: IO[bytes]) -> Callable[[int], bytes]:
    """As ``lzma.open``, which has no limit of its memory, reads a file."""
    decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, _MOST_MEMORY)

    def read(size: int) -> bytes:
        nonlocal decompressor
        while True:
            if decompressor.eof:
                more = decompressor.unused_data.lstrip(b"\0") or file.read(_CHUNK).lstrip(b"\0")
                if not more:
                    return b""
                decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, _MOST_MEMORY)
            else:
                more = file.read(_CHUNK) if decompressor.needs_input else b""
                if decompressor.needs_input and not more:
                    raise EOFError
            found = decompressor.decompress(more, size)
            if found:
                return found

    return read


def _of_tar(archive: tarfile.TarFile, stream: _Stream, said: list[str]) -> Iterator[tuple[str, bytes]]:
    others = 0
    with _reading():
        try:
            for _ in range(_MOST_MEMBERS):
                member = _next(archive, stream)
                if member is None:
                    break
                content = archive.extractfile(member) if member.isreg() and not member.issparse() else None
                if content is not None:
                    stream.allowed = LONGEST
                    yield _plain_name(member.name), content.read() if member.size <= LONGEST else _LONG
                elif not member.isdir():
                    others += 1
            else:
                said.append(f"The archive has more than {_MOST_MEMBERS:,} entries: the rest is left out.")
        except _TooLarge:
            said.append(_too_large())
    if others:
        said.append(_of_others(others))


def _next(archive: tarfile.TarFile, stream: _Stream) -> tarfile.TarInfo | None:
    stream.allowed = _LONGEST_ABOUT
    member = archive.next()
    if member is None and any(stream.last):
        raise tarfile.ReadError("neither a header nor the end")  # tarfile takes it for the end
    # It keeps all members, and what was said for all of them.
    archive.members = []  # type: ignore[attr-defined]
    archive.pax_headers = {}
    return member


# zip


class _Bounded(io.FileIO):
    """A zip file, of which no more is read at once than the longest list of files."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _LONGEST_LIST:
            raise Unreadable("has a longer list of files than can be read")
        return super().read(size) or b""


def _zip(file: IO[bytes], said: list[str]) -> _Opened:
    archive = zipfile.ZipFile(_Bounded(file.fileno(), closefd=False))
    comment = archive.comment.decode("latin-1")
    commit = comment if re.fullmatch(_COMMIT, comment) is not None else ""
    return _Opened(commit, _of_zip(archive, said))


def _of_zip(archive: zipfile.ZipFile, said: list[str]) -> Iterator[tuple[str, bytes]]:
    others = expanded = 0
    with _reading():
        for member in archive.infolist():
            if member.is_dir():
                continue
            if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
                others += 1
                continue
            if member.flag_bits & 1:
                raise Unreadable("is encrypted")
            if member.file_size > LONGEST:
                yield _plain_name(member.filename), _LONG
                continue
            with archive.open(member) as content:
                data = content.read(LONGEST + 1)
            expanded += len(data)
            yield _plain_name(member.filename), data
            if expanded > MOST_EXPANDED:
                said.append(_too_large())
                break
    if others:
        said.append(_of_others(others))
