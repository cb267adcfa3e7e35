"""Where results are kept: a folder of the user's, in which each has a file of its own, named by what it hangs on.

Whoever may write there may make cblint say anything, and ``marshal`` is no match for bytes that mean harm. So the
folder is used only if it is the user's own and nobody else may write to it, as those of Python's own compiled modules
are.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import sys
import time
from collections.abc import Iterator

from cblint.records import NamedTuple
from cblint.source.digest import digest
from cblint.typing import Any

VARIABLE = "CBLINT_CACHE_DIR"
"""The environment variable that names another folder; empty, there is none."""
KEPT_FOR = 14 * 24 * 3600
"""Seconds after which a result that nobody asked for goes."""
_A_DAY = 24 * 3600
_PRUNED = "pruned"
_TAG = "CACHEDIR.TAG"
_TAGGED = b"Signature: 8a477f597d28d172789f06886806bc55\n# What cblint found in files. It may be deleted at any time.\n"
"""By which programs that make backups know it: https://bford.info/cachedir/"""
_SEAL = len(digest(""))
_OTHERS = 0o022


def folder() -> str:
    """Where results are kept, as platformdirs has it; empty where nothing is to be kept."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return os.path.abspath(named) if named else ""
    if sys.platform in ("win32", "darwin"):
        from platformdirs import user_cache_dir  # it takes as long to import as a file to lint

        return user_cache_dir("cblint", appauthor=False)
    base = os.environ.get("XDG_CACHE_HOME", "").strip() or os.path.expanduser("~/.cache")
    return os.path.join(base, "cblint") if os.path.isabs(base) else ""


class Store(NamedTuple):
    """Results below ``folder``. Nothing that goes wrong with it is worth a word: then files are linted."""

    folder: str

    def get(self, key: str) -> Any:
        """What was kept under a key of hexadecimal digits; None if nothing was, or if it is damaged."""
        path = self._path(key)
        try:
            with open(path, "rb") as file:
                found = file.read()
                age = time.time() - os.fstat(file.fileno()).st_mtime
            if age > _A_DAY:
                os.utime(path)
        except OSError:
            return None
        seal, data = found[:_SEAL], found[_SEAL:]
        if seal != _sealed(key, data):
            return None
        try:
            return marshal.loads(data)  # noqa: S302 - only what is written here has the seal
        except Exception:  # of whatever kind: somebody else has sealed it
            return None

    def put(self, key: str, values: Any) -> None:
        """Keep plain values (numbers, texts, None, tuples, dictionaries). Others may write the same meanwhile."""
        path = self._path(key)
        data = marshal.dumps(values)
        mine = f"{path}.{os.getpid()}"
        with contextlib.suppress(OSError):
            os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
            with contextlib.suppress(FileExistsError):  # one that was killed
                file = os.open(mine, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
                with open(file, "wb") as stream:
                    stream.write(_sealed(key, data) + data)
            os.replace(mine, path)

    def _path(self, key: str) -> str:
        return os.path.join(self.folder, key[:2], key[2:])


def opened(place: str) -> Store | None:
    """The store in a folder, which is made if it is not there; None if it is not the user's alone."""
    try:
        os.makedirs(place, 0o700, exist_ok=True)
        about = os.stat(place)
        if os.name == "posix" and (about.st_uid != os.geteuid() or about.st_mode & _OTHERS):
            return None
        _prune(place)
    except OSError:
        return None
    return Store(place)


def _sealed(key: str, data: bytes) -> bytes:
    """The seal of what is kept under a key: under another one it has another."""
    return digest(key.encode("ascii") + data).encode("ascii")


def _prune(place: str) -> None:
    """Once a day, delete what nobody has asked for in a while. Raises OSError."""
    mark = os.path.join(place, _PRUNED)
    now = time.time()
    try:
        if now - os.stat(mark).st_mtime < _A_DAY:
            return
    except FileNotFoundError:
        with open(os.path.join(place, _TAG), "wb") as file:
            file.write(_TAGGED)
    with open(mark, "wb"):
        pass
    for path in _entries(place):
        with contextlib.suppress(OSError):
            if now - os.stat(path).st_mtime > KEPT_FOR:
                os.unlink(path)


def _entries(place: str) -> Iterator[str]:
    with os.scandir(place) as folders:
        for each in folders:
            if len(each.name) == 2 and each.is_dir(follow_symlinks=False):
                with os.scandir(each.path) as files:
                    yield from (file.path for file in files if file.is_file(follow_symlinks=False))
