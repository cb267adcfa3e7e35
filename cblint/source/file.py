"""Reading a file that a stranger may have written: bounded, regular, text."""

from __future__ import annotations

import os
import re
import stat

MAX_BYTES = 4 * 1024 * 1024
"""Buildspecs are a few kilobytes; the time a file takes grows with its size."""

BASELINE = "cblint-baseline"
"""The format that a baseline says it has."""
_BEGINNING = rb'\s{0,9}\[\s{0,9}\{\s{0,9}"format"\s{0,9}:\s{0,9}"' + BASELINE.encode() + b'"'
_BOM = "\ufeff"


class Unreadable(Exception):
    """The file cannot be linted; ``str()`` says why, in words that follow its name."""


def read(path: str, named: bool, most: int = MAX_BYTES) -> str:
    """The text of a file of at most so many bytes, without its byte order mark. Raises Unreadable."""
    return decode(read_bytes(path, named, most), most)


def read_bytes(path: str, named: bool, most: int = MAX_BYTES) -> bytes:
    """What is in a file: one byte more than ``most`` where there is more than that. Raises Unreadable.

    A path that the user named may be a pipe (``<(…)``); one found by searching must be a regular file.
    """
    try:
        about = os.stat(path)
        mode = about.st_mode
        if stat.S_ISDIR(mode):
            raise Unreadable("is a directory")
        if not stat.S_ISREG(mode) and not (named and (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode))):
            raise Unreadable("is not a regular file")
        with open(path, "rb") as file:
            # At first as much as there seems to be: room for the most there can be takes longer to make than to fill.
            data = file.read(min(about.st_size, most) + 1)
            if len(data) > about.st_size:  # it grew, or is a pipe
                data += file.read(most + 1 - len(data))
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise Unreadable("cannot be read: the name holds a NUL character") from None
    return data


def decode(data: bytes, most: int = MAX_BYTES) -> str:
    """At most so many bytes as text without the byte order mark. Raises Unreadable."""
    if len(data) > most:
        raise Unreadable(f"is larger than {most // 1024 // 1024} MB")
    if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        raise Unreadable("is encoded in UTF-32, not UTF-8")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("is encoded in UTF-16, not UTF-8")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if b"\0" in data:
            raise Unreadable("is a binary file") from None
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"is not UTF-8: byte 0x{data[error.start]:02X} on line {line}") from None
    if "\0" in text:
        raise Unreadable("is a binary file")
    return text.removeprefix(_BOM)


def is_baseline(data: bytes) -> bool:
    """Whether a file is a baseline, which quotes other files and says nothing itself."""
    return re.match(_BEGINNING, data) is not None
