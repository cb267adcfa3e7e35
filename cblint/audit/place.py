"""Where the files of a repository are: in a folder, or laid out in one from git's objects, an archive or a table."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile

from cblint.audit.archives import unpacked
from cblint.audit.model import ADDRESS, ARCHIVE, BARE, CLONE, ROWS, Plan, Task, Unit
from cblint.audit.refs import Head, head_of
from cblint.audit.state import of_commit, of_file, of_rows, of_tree
from cblint.git import GitError, check_readable, contents, files_of
from cblint.laying import LONGEST
from cblint.laying import laid_out as written
from cblint.records import NamedTuple
from cblint.source.file import Unreadable


class Laid(NamedTuple):
    """The folder with the files, what is missing in it, in sentences, and the head.

    ``lacking`` are the paths of files that are there without what is in them, as git does not have that.
    """

    root: str
    left_out: tuple[str, ...]
    head: Head
    lacking: frozenset[str]


def _from_git(unit: Unit, plan: Plan) -> bool:
    return unit.kind in (BARE, ADDRESS) or (unit.kind == CLONE and bool(plan.revision))


class Now(NamedTuple):
    """What a repository says of itself, the digest of what it is, and what it does not say, in a sentence."""

    head: Head
    state: str
    unsaid: str = ""


def now(unit: Unit, task: Task, plan: Plan) -> Now:
    """What a repository is now. Raises GitError, OSError, Unreadable."""
    if unit.kind == ROWS:
        return Now(unit.head, of_rows(task.rows, unit.url))
    if not os.path.lexists(unit.path):
        raise Unreadable("is not there (any more)")
    if unit.kind == ARCHIVE:
        return Now(Head("", ""), of_file(unit.path))
    if _from_git(unit, plan):
        head = head_of(unit.path, plan.revision)
        return Now(head, of_commit(head, unit.url))
    os.scandir(unit.path).close()
    head, unsaid = Head("", ""), ""
    try:
        head = head_of(unit.path) if unit.kind == CLONE else head
    except GitError as error:  # the files are there
        unsaid = f"Which commit is checked out is not known: {error}"
    return Now(head, of_tree(unit.path, head, unit.url), unsaid)


def laid_out(unit: Unit, task: Task, plan: Plan, head: Head, stack: contextlib.ExitStack) -> Laid:
    """The files in a folder until the stack is closed; of an archive the head is known only when it is opened.

    Raises GitError, OSError, Unreadable.
    """
    is_there = unit.kind not in (ARCHIVE, ROWS) and not _from_git(unit, plan)
    if is_there:
        return Laid(unit.path, (), head, frozenset())
    folder = os.path.realpath(tempfile.mkdtemp(prefix="cblint-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    lacking: frozenset[str] = frozenset()
    if unit.kind == ARCHIVE:
        opened = unpacked(unit.path, folder)
        left_out, head = opened.left_out, head._replace(commit=opened.commit)
    elif unit.kind == ROWS:
        left_out = written(task.rows, folder)
    else:
        check_readable(unit.path)
        blobs = files_of(unit.path, head.commit) if head.commit else {}
        left_out = written(contents(unit.path, blobs, LONGEST), folder)
        lacking = frozenset(path for path, blob in blobs.items() if blob.size is None)
    _make_repository(folder, unit)
    return Laid(folder, left_out, head, lacking)


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
