"""Questions of people to the store, in SQL: they are answered, and can change nothing and reach no other file."""

from __future__ import annotations

import contextlib
import math
import sqlite3
import sys
import time
from collections.abc import Iterator
from typing import Any

from cblint.audit.model import storable
from cblint.audit.store import StoreError

MOST_ROWS = 1_000_000
MOST_BYTES = 256 * 1024 * 1024
"""Rows of an answer, and bytes of their texts: all of them are held at a time."""
SECONDS = 300.0
"""The time that an answer may take: a question can be one that has no end."""
_STEPS = 100_000
"""Steps of SQLite between looks at the clock."""
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_NO_FUNCTIONS = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})


def asked(store: sqlite3.Connection, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The names of the columns, and the rows, of an answer: texts, numbers and None. Raises StoreError."""
    end = time.monotonic() + SECONDS
    try:
        with _bounded(store, end):
            cursor = store.execute(storable(sql))
            rows = list(_rows(cursor))
    except (sqlite3.Error, sqlite3.Warning) as error:
        if time.monotonic() > end:
            raise StoreError(f"The question takes longer than {SECONDS:g} seconds: it was given up.") from None
        raise StoreError(f"The question is wrong: {_told(error)}.") from None
    if cursor.description is None:
        raise StoreError("The question is empty.")
    return [name for name, *_ in cursor.description], rows


@contextlib.contextmanager
def _bounded(store: sqlite3.Connection, end: float) -> Iterator[None]:
    """Let the store be read only, until the clock says so much, and in values that memory can hold."""
    before = -1
    store.set_authorizer(_judged)
    store.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    if sys.version_info >= (3, 11):
        before = store.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES)
    try:
        yield
    finally:
        if sys.version_info >= (3, 11):
            store.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, before)
        store.set_progress_handler(None, _STEPS)
        store.set_authorizer(lambda *_: sqlite3.SQLITE_OK)  # None denies all to Python 3.10


def _rows(cursor: sqlite3.Cursor) -> Iterator[tuple[Any, ...]]:
    size = 0
    for number, row in enumerate(cursor, 1):
        if number > MOST_ROWS:
            raise StoreError(f"The answer has more than {MOST_ROWS:,} rows: ask for fewer, with LIMIT or WHERE.")
        values = tuple(map(_plain, row))
        size += sum(len(value) for value in values if isinstance(value, str))
        if size > MOST_BYTES:
            raise StoreError(f"The answer has more than {MOST_BYTES:,} bytes: ask for fewer rows, or for less of each.")
        yield values


def _plain(value: Any) -> Any:
    """A value as every format can tell it; hex() gives what is in bytes."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _judged(action: int, _first: str | None, second: str | None, *_: str | None) -> int:
    allowed = action in _ALLOWED and (action != sqlite3.SQLITE_FUNCTION or second not in _NO_FUNCTIONS)
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _told(error: Exception) -> str:
    said = str(error).rstrip(".")
    is_denied = any(word in said for word in ("not authorized", "prohibited", "authorization denied"))
    return "only what reads is allowed (SELECT)" if is_denied else said
