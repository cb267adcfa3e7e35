"""Questions of people to the store, in SQL: they are answered, and can change nothing and reach no other file."""

from __future__ import annotations

import sqlite3
from typing import Any

from cblint.audit.store import StoreError

MOST_ROWS = 1_000_000
"""Rows of an answer: all of them are held at a time."""
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_NO_FUNCTIONS = frozenset({"load_extension", "readfile", "writefile", "edit"})


def asked(store: sqlite3.Connection, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The names of the columns, and the rows, of an answer. Raises StoreError."""
    store.set_authorizer(_judged)
    try:
        cursor = store.execute(sql)
        rows = cursor.fetchmany(MOST_ROWS + 1)
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise StoreError(f"The question is wrong: {_told(error)}.") from None
    finally:
        store.set_authorizer(None)
    if cursor.description is None:
        raise StoreError("The question is empty.")
    if len(rows) > MOST_ROWS:
        raise StoreError(f"The answer has more than {MOST_ROWS:,} rows: ask for fewer, with LIMIT or WHERE.")
    return [name for name, *_ in cursor.description], rows


def _judged(action: int, _first: str | None, second: str | None, *_: str | None) -> int:
    allowed = action in _ALLOWED and (action != sqlite3.SQLITE_FUNCTION or second not in _NO_FUNCTIONS)
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _told(error: Exception) -> str:
    said = str(error)
    return "only what reads is allowed (SELECT)" if "not authorized" in said or "prohibited" in said else said
