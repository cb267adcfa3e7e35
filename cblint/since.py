"""Which findings a change makes: those on lines that are new since a git revision, and those that it causes elsewhere.

Git is only asked for what it stores: nothing here looks at the working tree through it, runs a program that the
repository names, or fetches.
"""

from __future__ import annotations

import contextlib
import difflib
import itertools
import os
import shutil
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from cblint.finding import UNCHANGED, Finding
from cblint.hosts.discover import Candidate, git_root
from cblint.hosts.repository import LONGEST, index_of
from cblint.identity import Identity, identities
from cblint.linter import FileResult, Settings, lint_text
from cblint.opening import STDIN
from cblint.source.file import MAX_BYTES, Unreadable, decode, read
from cblint.source.text import Lines

TIMEOUT = 60
"""Seconds that git may take."""
LONGEST_LIST = 64_000_000
"""Bytes that git may print of the files of a commit, about half a million: a few trees can name billions."""
MOST_STEPS = 100
"""Folders on the way to a file of the revision that is looked at: a system has no paths of thousands."""
MOST_FILES = 20_000
MOST_TOTAL = 256 * 1024 * 1024
"""Files of the revision, and bytes of them, that are laid out to be looked at; of a longer file only its name."""
LONGEST_BESIDE = 1024 * 1024
_MOST_COMPARED = 4_000_000
"""Old lines times new ones: beyond, a line is new if the old text has no such line left."""
_MOST_MOVED = 200
"""Files that are gone, among which the former name of one that is new is looked for."""
_ALIKE = 0.5
"""The part of its lines that a file must have kept to be the same under another name."""
CHUNK = 16 * 1024 * 1024
"""Bytes that are asked of git at a time."""
_SAFE = (
    "--no-pager",
    "--no-replace-objects",
    "-c",
    "protocol.allow=never",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
)


class SinceError(Exception):
    """There is nothing to compare with. ``str()`` is a sentence."""


class Blob(NamedTuple):
    """A plain file of a revision: the name of its object, and how many bytes that has; None if it is not here."""

    name: str
    size: int | None


def only_changed(
    files: Sequence[FileResult], revision: str, settings: Settings, texts: Mapping[str, str]
) -> list[FileResult]:
    """The files, with those findings marked as left out that have nothing to do with what changed.

    ``revision`` is what git takes for a commit; with ``...`` behind it, the commit where the work of HEAD left it.
    ``texts`` are those that the disk does not have, by ``FileResult.shown``. Raises SinceError.
    """
    with contextlib.ExitStack() as stack:
        trees: dict[str, Tree] = {}
        found = []
        for file in files:
            if any(finding.is_open for finding in file.findings):
                root = git_root(os.path.dirname(os.path.abspath(file.shown)))
                if root is None or file.path == STDIN:
                    raise SinceError(f"{file.shown} is in no git repository: --since has nothing to compare it with.")
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
        self._files = _files(root, name)
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
                raise SinceError(f"git has not fetched what {path} was: this is a partial clone.")
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
        for path, data in _contents(self.root, {path: self._files[path] for path in paths}, longest):
            with contextlib.suppress(Unreadable):
                found[path] = decode(data)
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
        if index is not None:
            _write(os.path.join(self._folder, ".git"), "index", index)
        files = dict(itertools.islice(self._files.items(), MOST_FILES))
        for path, data in _contents(self.root, files, LONGEST_BESIDE):
            _write(self._folder, path, data)
        return self._folder


def _write(folder: str, path: str, data: bytes) -> None:
    """A name that this system cannot have is left out."""
    with contextlib.suppress(OSError):
        full = os.path.join(folder, *path.split("/"))
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "xb") as file:
            file.write(data)


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


# Git


def commit(root: str, revision: str) -> str:
    """The name of the commit that a revision of the repository at ``root`` stands for. Raises SinceError."""
    base = revision.removesuffix("...")
    found = _resolved(root, base)
    if base == revision:
        return found
    done = _git(root, "merge-base", found, _resolved(root, "HEAD"))
    if done.returncode:
        raise SinceError(f"{base} and HEAD have no commit in common{_shallow(root)}.")
    return done.stdout.decode().split()[0]


def _resolved(root: str, revision: str) -> str:
    done = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if done.returncode == 1:
        raise SinceError(f'git knows no revision "{revision}" here{_shallow(root)}.')
    return _output(root, done).decode().strip()


def _shallow(root: str) -> str:
    done = _git(root, "rev-parse", "--is-shallow-repository")
    if done.stdout.strip() != b"true":
        return ""
    return ": this is a shallow clone, so fetch more of its history first (git fetch --unshallow)"


def _files(root: str, name: str) -> dict[str, Blob]:
    """The plain files of a commit by path; names that lead elsewhere are left out."""
    found = {}
    for entry in _listed(root, "ls-tree", "-r", "-z", "-l", "--full-tree", name).split(b"\0"):
        about, _, path = entry.partition(b"\t")
        mode, _, blob, size = about.split() if path else (b"", b"", b"", b"")
        steps = path.split(b"/")
        is_usual = len(steps) <= MOST_STEPS and not any(step.lower() in _NO_STEPS for step in steps)
        if mode.startswith(b"100") and is_usual:
            found[os.fsdecode(path)] = Blob(blob.decode(), int(size) if size.isdigit() else None)
    return found


_NO_STEPS = frozenset({b"", b".", b"..", b".git"})


def _contents(root: str, files: Mapping[str, Blob], longest: int) -> Iterator[tuple[str, bytes]]:
    """What files hold that are here and not longer, nothing for those that are; no more than MOST_TOTAL in all."""
    total = held = 0
    chunk: dict[str, Blob] = {}
    for path, file in files.items():
        if file.size is None or file.size > longest:
            yield path, b""
            continue
        total += file.size
        if total > MOST_TOTAL:
            break
        if held > CHUNK:
            yield from _chunk(root, chunk)
            chunk, held = {}, 0
        chunk[path] = file
        held += file.size
    yield from _chunk(root, chunk)


def _chunk(root: str, files: Mapping[str, Blob]) -> Iterator[tuple[str, bytes]]:
    if not files:
        return
    names = "".join(f"{file.name}\n" for file in files.values())
    found = _output(root, _git(root, "cat-file", "--batch", given=names.encode()))
    at = 0
    for path in files:
        end = found.index(b"\n", at)
        _, kind, *size = found[at:end].split()
        at = end + 1
        if kind == b"blob":
            length = int(size[0])
            yield path, found[at : at + length]
            at += length + 1


def _git(root: str, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Ask git. Raises SinceError where it cannot be asked."""
    with _asking(arguments):
        return subprocess.run(  # noqa: S603 - git itself, told to run nothing
            _command(root, arguments),
            input=given,
            capture_output=True,
            timeout=TIMEOUT,
            env=_environment(root),
            check=False,
        )


def _listed(root: str, *arguments: str) -> bytes:
    """What git prints, if that has an end: a few trees that hold one another name billions. Raises SinceError."""
    with _asking(arguments), tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - as above
            _command(root, arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            env=_environment(root),
        )
        timer = threading.Timer(TIMEOUT, process.kill)
        timer.start()
        with process:
            found = process.stdout.read(LONGEST_LIST + 1) if process.stdout is not None else b""
            if len(found) > LONGEST_LIST:
                process.kill()
        timer.cancel()
        if len(found) > LONGEST_LIST:
            size = f"{LONGEST_LIST // 1_000_000} MB"
            raise SinceError(f"the revision has more files than can be compared: its list is larger than {size}.")
        if process.returncode < 0:
            raise subprocess.TimeoutExpired(arguments, TIMEOUT)
        said.seek(0)
        return _output(root, subprocess.CompletedProcess(arguments, process.returncode, found, said.read(_SAID)))


_SAID = 4096
"""Bytes of what git says is wrong: the first line is told."""


def _command(root: str, arguments: Sequence[str]) -> list[str]:
    program = shutil.which("git")
    if program is None:
        raise SinceError("git is not installed: --since has to ask it for the old files.")
    return [program, *_SAFE, "-C", root, *arguments]


@contextlib.contextmanager
def _asking(arguments: Sequence[str]) -> Iterator[None]:
    """Raise SinceError for what may go wrong with a program."""
    try:
        yield
    except subprocess.TimeoutExpired:
        raise SinceError(f"git {arguments[0]} has not ended after {TIMEOUT} seconds.") from None
    except OSError as error:
        raise SinceError(f"git cannot be run: {error.strerror or error}.") from None


def _environment(root: str) -> dict[str, str]:
    """The user's, but of git's variables only those that keep it from doing more than it is asked for."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {
        **kept,
        "GIT_ALLOW_PROTOCOL": "",  # goes before what a repository says of a protocol, as protocol.allow does not
        "GIT_CEILING_DIRECTORIES": os.path.dirname(root),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def _output(root: str, done: subprocess.CompletedProcess[bytes]) -> bytes:
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise SinceError(f"git cannot read the repository at {root}: {said or 'it does not say why'}")
    return done.stdout
