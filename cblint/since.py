"""Which findings a change makes: those on lines that are new since a revision of git, and those it causes elsewhere."""

from __future__ import annotations

import contextlib
import difflib
import itertools
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from cblint.finding import UNCHANGED, Finding
from cblint.git import LONGEST_BESIDE, MOST_FILES, GitError, commit, contents, files_of
from cblint.hosts.discover import Candidate, git_root
from cblint.hosts.repository import LONGEST, index_of
from cblint.identity import Identity, identities
from cblint.laying import write
from cblint.linter import FileResult, Settings, lint_text
from cblint.opening import STDIN
from cblint.records import NamedTuple
from cblint.source.file import MAX_BYTES, Unreadable, decode, read
from cblint.source.text import Lines

_MOST_COMPARED = 4_000_000
"""Old lines times new ones: beyond, a line is new if the old text has no such line left."""
_MOST_MOVED = 200
"""Files that are gone, among which the former name of one that is new is looked for."""
_ALIKE = 0.5
"""The part of its lines that a file must have kept to be the same under another name."""


def only_changed(
    files: Sequence[FileResult], revision: str, settings: Settings, texts: Mapping[str, str]
) -> list[FileResult]:
    """The files, with those findings marked as left out that have nothing to do with what changed.

    ``revision`` is what git takes for a commit; with ``...`` behind it, the commit where the work of HEAD left it.
    ``texts`` are those that the disk does not have, by ``FileResult.shown``. Raises GitError.
    """
    with contextlib.ExitStack() as stack:
        trees: dict[str, Tree] = {}
        found = []
        for file in files:
            if any(finding.is_open for finding in file.findings):
                root = git_root(os.path.dirname(os.path.abspath(file.shown)))
                if root is None or file.path == STDIN:
                    raise GitError(f"{file.shown} is in no git repository: --since has nothing to compare it with.")
                if root not in trees:
                    trees[root] = Tree(root, commit(root, revision), stack.enter_context(_folder()))
                file = _marked(file, trees[root], settings, texts)
            found.append(file)
        return found


@contextlib.contextmanager
def _folder() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="cblint-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _marked(file: FileResult, tree: Tree, settings: Settings, texts: Mapping[str, str]) -> FileResult:
    here = tree.change(file.target or file.path, texts.get(file.shown))
    if here is None:
        return file  # all of it is new
    names = identities(file)
    still = [
        number
        for number, finding in enumerate(file.findings)
        if finding.is_open and not _touched(finding, file, tree, here)
    ]
    before = Counter(_before(file, here, tree, settings)) if still else Counter()
    unchanged = set()
    for number in still:
        if before[names[number]]:
            before[names[number]] -= 1
            unchanged.add(number)
    return file._replace(
        findings=tuple(
            finding._replace(left_out=UNCHANGED) if number in unchanged else finding
            for number, finding in enumerate(file.findings)
        )
    )


def _touched(finding: Finding, file: FileResult, tree: Tree, here: Change) -> bool:
    """Whether it begins on a line that is new, or something on the way to it or beside it does."""
    if finding.start.line in here.lines:
        return True
    for place in (*finding.related, *finding.steps):
        change = here if place.path == file.path else tree.change(place.path)
        if change is None or place.start.line in change.lines:
            return True
    return False


def _before(file: FileResult, here: Change, tree: Tree, settings: Settings) -> list[Identity]:
    """What was to be told of the file at the revision, by the configuration of now."""
    path = os.path.join(tree.root, here.path) if here.moved else file.shown
    old = lint_text(here.text, Candidate(path, True), settings, tree.laid_out)
    return [name for name, each in zip(identities(old), old.findings, strict=True) if each.is_open]


# What changed


class Change(NamedTuple):
    """A file at the revision: its path and text there, and the lines, from 1, that it has now and had not then."""

    path: str
    text: str
    lines: frozenset[int]
    moved: bool


class Tree:
    """The files of a commit of the repository at ``root``; ``folder`` is empty, to lay them out in."""

    def __init__(self, root: str, name: str, folder: str) -> None:
        self.root = root
        self._folder = folder
        self._files = files_of(root, name)
        self._changes: dict[str, Change | None] = {}
        self._moved: set[str] = set()

    def change(self, path: str, text: str | None = None) -> Change | None:
        """What has changed in a file by its path from the root; None if it is new. ``text``, if the disk lacks it."""
        if path not in self._changes:
            self._changes[path] = self._change(path, text)
        return self._changes[path]

    def _change(self, path: str, text: str | None) -> Change | None:
        try:
            new = read(os.path.join(self.root, path), False) if text is None else text
        except Unreadable:
            return None
        if path in self._files:
            if self._files[path].size is None:
                raise GitError(f"git has not fetched what {path} was: this is a partial clone.")
            old = self._texts([path]).get(path)
            return Change(path, old, new_lines(old, new), False) if old is not None else None
        former = self._former(path, new)
        if former is None:
            return None
        self._moved.add(former)
        old = self._gone[former]
        return Change(former, old, new_lines(old, new), True)

    def _texts(self, paths: Sequence[str], longest: int = MAX_BYTES) -> dict[str, str]:
        """What files hold that are texts; nothing for those that are longer."""
        found = {}
        for path, data in contents(self.root, {path: self._files[path] for path in paths}, longest):
            with contextlib.suppress(Unreadable):
                found[path] = decode(data or b"")
        return found

    def _former(self, path: str, text: str) -> str | None:
        """The path that a file had, if it or most of its lines had another."""
        name = path.rpartition("/")[2]
        lines = Counter(_lines(text))
        best: tuple[float, bool, str] | None = None
        for other, had in self._had.items():
            if other in self._moved:
                continue
            total, kept = lines.total() + had.total(), min(lines.total(), had.total())
            if 2 * kept < _ALIKE * total:
                continue
            alike = 2 * (lines & had).total() / max(total, 1)
            rank = (-alike, other.rpartition("/")[2] != name, other)
            if alike >= _ALIKE and (best is None or rank < best):
                best = rank
        return best[2] if best is not None else None

    @cached_property
    def _gone(self) -> dict[str, str]:
        """The texts of files that are no longer there."""
        gone = [
            path
            for path, file in self._files.items()
            if file.size is not None and not os.path.lexists(os.path.join(self.root, path))
        ]
        return self._texts(gone[:_MOST_MOVED], LONGEST)

    @cached_property
    def _had(self) -> dict[str, Counter[str]]:
        """How often each of their lines stands in those files."""
        return {path: Counter(_lines(text)) for path, text in self._gone.items()}

    @cached_property
    def laid_out(self) -> str:
        """A folder with the files, for rules that look at what is beside a buildspec."""
        os.mkdir(os.path.join(self._folder, ".git"))
        # What is tracked though it is to be ignored hardly ever changes.
        index = index_of(self.root)
        files = dict(itertools.islice(self._files.items(), MOST_FILES))
        with contextlib.suppress(OSError):  # the disk is full: what is not there is not looked at
            if index is not None:
                write(os.path.join(self._folder, ".git"), "index", index)
            for path, data in contents(self.root, files, LONGEST_BESIDE):
                write(self._folder, path, data)
        return self._folder


def new_lines(old: str, new: str) -> frozenset[int]:
    """The lines, from 1, of a text that another has not in their place; how lines end makes no difference."""
    before, after = _lines(old), _lines(new)
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    before, after = before[start : len(before) - end], after[start : len(after) - end]
    return frozenset(start + number for number in _new(before, after))


def _new(before: list[str], after: list[str]) -> Iterator[int]:
    if len(before) * len(after) <= _MOST_COMPARED:
        matcher = difflib.SequenceMatcher(None, before, after)
        for kind, _, _, first, last in matcher.get_opcodes():
            if kind in ("replace", "insert"):
                yield from range(first + 1, last + 1)
        return
    left = Counter(before)
    for number, line in enumerate(after, 1):
        left[line] -= 1
        if left[line] < 0:
            yield number


def _lines(text: str) -> list[str]:
    lines = Lines(text)
    return [lines.line(number) for number in range(1, len(lines) + 1)]
