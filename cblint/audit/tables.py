"""Repositories that are rows of a table: repository, path and content of a file in each."""

from __future__ import annotations

import gzip
import json
import os
import re
import sqlite3
import stat
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from cblint.laying import LONGEST
from cblint.records import NamedTuple
from cblint.source.file import Unreadable
from cblint.wording import counted, enumerated

# What columns are called, whatever their case: the first that a row has counts. BigQuery's github_repos has repo_name,
# ref and path in `files`, sample_repo_name, sample_path and content in `sample_contents`; what was made of it for
# training (codeparrot/github-code) has repo_name, path and code.
REPOSITORY = ("repository", "repository_name", "repo", "repo_name", "sample_repo_name")
PATH = ("path", "file_path", "file", "sample_path")
CONTENT = ("content", "contents", "text", "code")
COMMIT = ("commit", "commit_id", "commit_sha")
BRANCH = ("branch", "ref")
URL = ("url", "repository_url", "repo_url")

LONGEST_LINE = 32 * 1024 * 1024
"""Bytes of a line of JSON: each of a content may be written as several."""
MOST_READ = 256 * 1024 * 1024 * 1024
"""Bytes of a table that are read, expanded."""
LONGEST_NAME = 4096
MOST_SAID = 20
"""Rows that cannot be read and are told of one by one."""
_ROWS_AT_ONCE = 64
_TABLE = r"(?i).+\.(?:(?:jsonl|ndjson|json)(?:\.gz)?|parquet|pq)"


class Row(NamedTuple):
    """A file of a repository. Of a content longer than LONGEST, a byte more than that is enough; None if unknown."""

    repository: str
    path: str
    content: bytes | None
    commit: str = ""
    branch: str = ""
    url: str = ""


class About(NamedTuple):
    """What the rows of a repository say of it, empty where they do not."""

    commit: str
    branch: str
    url: str


def is_table(path: str) -> bool:
    """Whether a file has the name of a table that can be read: JSON Lines, as it is or compressed, or Parquet."""
    return re.fullmatch(_TABLE, os.path.basename(path)) is not None


def spooled(path: str, spool: Spool) -> tuple[str, ...]:
    """Put the rows of a table into a spool, and say in sentences which were not taken, and why.

    Of rows that cannot be read MOST_SAID are told of one by one, and the others counted. Raises Unreadable if the
    table, or all of it, cannot be read, and if the disk has no room for it.
    """
    said: list[str] = []
    taken = others = 0

    def usable() -> Iterator[Row]:
        nonlocal taken, others
        for row in rows(path):
            if isinstance(row, Row):
                taken += 1
                yield row
            elif len(said) < MOST_SAID:
                said.append(row)
            else:
                others += 1

    try:
        before = spool.replaced()
        spool.add(usable())
        replaced = spool.replaced() - before
    except sqlite3.Error as error:
        raise Unreadable(f"cannot be put into a temporary database: {error}") from None
    if said and not taken:
        raise Unreadable(f"has no row that can be read. {said[0]}")
    if others:
        said.append(f"So it is with {counted(others, 'more row')}.")
    if replaced:
        said.append(f"Left out, as a later row has the same repository and path: {counted(replaced, 'row')}.")
    return tuple(said)


def rows(path: str) -> Iterator[Row | str]:
    """The rows of a table in their order, and instead of one that cannot be read a sentence. Raises Unreadable."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise Unreadable("is not a regular file")
        with open(path, "rb") as file:
            if path.lower().endswith((".parquet", ".pq")):
                yield from _of_parquet(file)
            else:
                yield from _of_lines(gzip.GzipFile(fileobj=file) if path.lower().endswith(".gz") else file)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise Unreadable("cannot be read: the name holds a NUL character") from None


def _of_lines(file: IO[bytes] | gzip.GzipFile) -> Iterator[Row | str]:
    read = number = 0
    while True:
        number += 1
        try:
            line = file.readline(LONGEST_LINE + 1)
            size = len(line)
            while size > LONGEST_LINE and not line.endswith(b"\n") and read + size <= MOST_READ:
                line = file.readline(LONGEST_LINE)
                size += len(line)
                if not line:
                    break
        except (OSError, EOFError, zlib.error):
            yield f"Line {number} and what comes after it are left out: the file is damaged there."
            return
        read += size
        if read > MOST_READ:
            yield f"What comes after line {number} is left out: there is more than {MOST_READ >> 30} GB before it."
            return
        if not size:
            return
        if size > LONGEST_LINE:
            yield f"Line {number} is left out: it is longer than {LONGEST_LINE >> 20} MB."
        elif line.strip():
            yield _of_line(f"Line {number}", line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)


def _of_line(place: str, line: bytes) -> Row | str:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return f"{place} is left out: it is not valid JSON."
    if not isinstance(value, dict):
        return f"{place} is left out: it is not a JSON object."
    return _row(place, {name.lower(): each for name, each in value.items()})


def _row(place: str, values: Mapping[str, object]) -> Row | str:
    """A row by the names of its columns in lower case, or what is wrong with it."""
    repository, path = _name(values, REPOSITORY), _name(values, PATH)
    if not repository or not path:
        missing = enumerated(PATH if repository else REPOSITORY, "and")
        return f"{place} is left out: none of {missing} is a name in it."
    content = _first(values, CONTENT)
    if isinstance(content, str):
        content = content[: LONGEST + 1].encode("utf-8", "surrogatepass")
    elif content is not None and not isinstance(content, bytes):
        return f"{place} is left out: its content is not a text."
    kept = content[: LONGEST + 1] if content is not None else None
    branch = _name(values, BRANCH).removeprefix("refs/heads/")
    return Row(repository, path, kept, _name(values, COMMIT), branch, _name(values, URL))


def _first(values: Mapping[str, object], names: Iterable[str]) -> object:
    return next((values[name] for name in names if values.get(name) is not None), None)


def _name(values: Mapping[str, object], names: Iterable[str]) -> str:
    """A name that a database and a system can have; empty if there is none."""
    found = _first(values, names)
    try:
        text = found.decode() if isinstance(found, bytes) else found
        return text if isinstance(text, str) and len(text.encode()) <= LONGEST_NAME else ""
    except ValueError:  # no UTF-8, or a lone surrogate
        return ""


# Parquet


def _of_parquet(file: IO[bytes]) -> Iterator[Row | str]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        needed = 'pip install "cblint[parquet]"'
        raise Unreadable(f"is a Parquet table, which cannot be read without pyarrow: {needed}") from None
    broken = (pyarrow.ArrowException, OSError, ValueError, NotImplementedError, MemoryError)
    try:
        table = parquet.ParquetFile(file, buffer_size=1024 * 1024, pre_buffer=False)
        columns = _columns(table.schema_arrow.names)
    except broken:
        raise Unreadable("is damaged, or no Parquet table") from None
    number = 0
    try:
        for batch in table.iter_batches(_ROWS_AT_ONCE, columns=list(columns.values()), use_threads=False):
            values = [_values(batch.column(name)) for name in columns.values()]
            for each in zip(*values, strict=True):
                number += 1
                yield _row(f"Row {number}", dict(zip(columns, each, strict=True)))
    except broken:
        yield f"What comes after row {number} is left out: the file is damaged there."


def _columns(names: Iterable[str]) -> dict[str, str]:
    """Which of a table's columns to read, by what they are called in lower case. Raises Unreadable."""
    known = {name.lower(): name for name in names}
    found = {}
    for what, wanted in (("repository", REPOSITORY), ("path", PATH), ("content", CONTENT)):
        if known.keys().isdisjoint(wanted):
            raise Unreadable(f"has no column for the {what} of a file: it is to be called {enumerated(wanted, 'or')}")
    for called in (REPOSITORY, PATH, CONTENT, COMMIT, BRANCH, URL):
        found.update({name: known[name] for name in called if name in known})
    return found


def _values(column: Any) -> list[object]:
    """The values of a column, texts as bytes: a file may say that it holds UTF-8, and hold something else."""
    import pyarrow

    if pyarrow.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pyarrow.types.is_string(column.type) or pyarrow.types.is_large_string(column.type):
        column = column.cast(pyarrow.large_binary())
    values: list[object] = column.to_pylist()
    return values


# The spool


class Spool:
    """Rows of tables in a database on the disk, in any order and as many as there is room for, by repository.

    Several processes may read one, each by a Spool of its own, once all rows are in it.
    """

    def __init__(self, path: str) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(_SCHEMA)

    def add(self, rows: Iterable[Row]) -> None:
        """Put rows in; a later one goes before an earlier one of the same repository and path. Raises sqlite3.Error."""
        database = self._database
        database.execute("BEGIN")
        try:
            for row in rows:
                database.execute("INSERT INTO rows (repository, path, content) VALUES (?, ?, ?)", row[:3])
                if any(row[3:]):
                    database.execute(_TELL, (row.repository, *row[3:]))
            database.execute("COMMIT")
        finally:
            if database.in_transaction:
                database.execute("ROLLBACK")
        database.execute("CREATE INDEX IF NOT EXISTS files ON rows (repository, path)")

    def replaced(self) -> int:
        """How many rows are there before which a later one goes."""
        found = self._database.execute("SELECT count(*) FROM rows").fetchone()[0]
        kept = self._database.execute("SELECT count(*) FROM (SELECT DISTINCT repository, path FROM rows)").fetchone()[0]
        return int(found) - int(kept)

    def repositories(self) -> Iterator[str]:
        """The names of all repositories, sorted."""
        for (name,) in self._database.execute("SELECT DISTINCT repository FROM rows ORDER BY repository"):
            yield name

    def files(self, repository: str) -> Iterator[tuple[str, bytes]]:
        """The files of a repository whose content is known: path and content, sorted by path."""
        yield from self._database.execute(f"{_LAST} AND content IS NOT NULL ORDER BY path", (repository,))

    def unknown(self, repository: str) -> list[str]:
        """The paths of a repository of which the table has no content, sorted."""
        found = self._database.execute(f"{_LAST} AND content IS NULL ORDER BY path", (repository,))
        return [path for path, _ in found]

    def about(self, repository: str) -> About:
        """What the rows of a repository say of it; of several words, those of the last row that has some."""
        found = self._database.execute('SELECT "commit", branch, url FROM about WHERE repository = ?', (repository,))
        return About(*(found.fetchone() or ("", "", "")))

    def close(self) -> None:
        """Read no more."""
        self._database.close()


# What is lost if the machine fails is made again.
_SCHEMA = """
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS rows (
    number INTEGER PRIMARY KEY, repository TEXT NOT NULL, path TEXT NOT NULL, content BLOB
);
CREATE TABLE IF NOT EXISTS about (
    repository TEXT PRIMARY KEY, "commit" TEXT NOT NULL, branch TEXT NOT NULL, url TEXT NOT NULL
) WITHOUT ROWID;
"""
_TELL = """
INSERT INTO about VALUES (?, ?, ?, ?) ON CONFLICT (repository) DO UPDATE SET
    "commit" = coalesce(nullif(excluded."commit", ''), "commit"),
    branch = coalesce(nullif(excluded.branch, ''), branch),
    url = coalesce(nullif(excluded.url, ''), url)
"""
_LAST = """
SELECT path, content FROM rows
WHERE number IN (SELECT max(number) FROM rows WHERE repository = ? GROUP BY path)
"""
