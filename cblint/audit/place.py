"""Where the files of a repository are: in a folder, or laid out in one from git's objects, an archive or a table."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable

from cblint.audit.archives import unpacked
from cblint.audit.laying import LONGEST
from cblint.audit.laying import laid_out as written
from cblint.audit.model import ADDRESS, ARCHIVE, BARE, CLONE, ROWS, Plan, Task, Unit
from cblint.audit.refs import Head, head_of
from cblint.audit.state import of_commit, of_file, of_rows, of_tree
from cblint.git import contents, files_of
from cblint.source.file import Unreadable


def _from_git(unit: Unit, plan: Plan) -> bool:
    return unit.kind in (BARE, ADDRESS) or (unit.kind == CLONE and bool(plan.revision))


def now(unit: Unit, task: Task, plan: Plan) -> tuple[Head, str]:
    """What a repository says of itself, and the digest of what it is. Raises GitError, OSError, Unreadable."""
    if unit.kind == ROWS:
        return unit.head, of_rows(task.rows)
    if not os.path.lexists(unit.path):
        raise Unreadable("is not there (any more)")
    if unit.kind == ARCHIVE:
        return Head("", ""), of_file(unit.path)
    if _from_git(unit, plan):
        head = head_of(unit.path, plan.revision)
        return head, of_commit(head, unit.url)
    head = head_of(unit.path) if unit.kind == CLONE else Head("", "")
    os.scandir(unit.path).close()
    return head, of_tree(unit.path, head, unit.url)


def laid_out(
    unit: Unit, task: Task, plan: Plan, head: Head, stack: contextlib.ExitStack
) -> tuple[str, tuple[str, ...], Head]:
    """The folder with the files, what is missing in it, and the head, which an archive tells only when it is opened."""
    is_there = unit.kind not in (ARCHIVE, ROWS) and not _from_git(unit, plan)
    if is_there:
        return unit.path, (), head
    folder = os.path.realpath(tempfile.mkdtemp(prefix="cblint-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    if unit.kind == ARCHIVE:
        opened = unpacked(unit.path, folder)
        _make_repository(folder, unit)
        return folder, opened.left_out, head._replace(commit=opened.commit)
    files: Iterable[tuple[str, bytes | None]] = task.rows
    if unit.kind != ROWS:
        blobs = files_of(unit.path, head.commit) if head.commit else {}
        files = contents(unit.path, blobs, LONGEST)
    left_out = written(files, folder)
    _make_repository(folder, unit)
    return folder, left_out, head


def _make_repository(folder: str, unit: Unit) -> None:
    """What the linter asks git's folder for: the names of its remotes, and which files are tracked: all."""
    paths = [os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names]
    own = os.path.join(folder, ".git")
    os.mkdir(own)
    with open(os.path.join(own, "config"), "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(f'[remote "origin"]\n\turl = {"".join((unit.url or unit.name).split())}\n')
    with open(os.path.join(own, "index"), "wb") as index:
        index.write(b"DIRC\0\0\0\2")
        index.writelines(os.fsencode(path.replace(os.sep, "/")) + b"\0" for path in paths)
