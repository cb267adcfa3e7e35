"""Locks that end with the process that holds them, however that ends, on every system that SQLite knows."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator


@contextlib.contextmanager
def held(path: str) -> Iterator[bool]:
    """Hold the lock that an empty file at ``path`` stands for; False if another process has it. Raises OSError.

    The file is made, and removed by who has held the lock.
    """
    lock = _taken(path)
    try:
        yield lock is not None
    finally:
        if lock is not None:
            with contextlib.suppress(OSError):  # on Windows nobody can remove what is open
                os.unlink(path)
            lock.close()


def _taken(path: str) -> sqlite3.Connection | None:
    while True:
        with open(path, "ab"):
            before = os.stat(path)
        with contextlib.ExitStack() as stack:
            try:
                lock = stack.enter_context(contextlib.closing(sqlite3.connect(path, timeout=0, isolation_level=None)))
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.Error as error:
                if "locked" not in str(error):
                    raise OSError(str(error)) from None
                return None
            # Who had it before may have removed the file meanwhile: then others would lock another one.
            if _is(path, before):
                stack.pop_all()
                return lock


def _is(path: str, about: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(path), about)
    except FileNotFoundError:
        return False
