"""What git stores, asked of git itself: it is told to run nothing that a repository names, and to fetch nothing.

No command that is given looks at a working tree (docs/decisions/git-is-not-called.md).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence

from cblint import expressions
from cblint.records import NamedTuple

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
CHUNK = 16 * 1024 * 1024
"""Bytes that are asked of git at a time."""
_LONGEST_ANSWER = 4096
"""Bytes of an answer that is a name or a word; and of what git says is wrong, of which the first line is told."""
_LONGEST_ABOUT = 200
"""Bytes of what git says of an object before its content: two words and a number."""
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


LONGEST_KEPT = 262_144
"""Bytes of a file in which git keeps a name or its settings."""
_READ_FIRST = ("HEAD", "config", "commondir", "packed-refs", "shallow", "objects/info/alternates")
"""What git reads of every repository, and waits for."""


Said = subprocess.CompletedProcess[bytes]


class GitError(Exception):
    """Git cannot say. ``str()`` is a sentence."""


class Blob(NamedTuple):
    """A plain file of a revision: the name of its object, and how many bytes that has; None if it is not here."""

    name: str
    size: int | None


def kept_in(folder: str, name: str) -> str | None:
    """What git keeps in a file; None for what is no plain file, too long for one of these, or no UTF-8.

    A link is none: git makes none here, and asks itself where one was made.
    """
    try:
        place = os.open(os.path.join(folder, name), _FLAGS)
    except (OSError, ValueError):
        return None
    try:
        data = os.read(place, LONGEST_KEPT + 1) if stat.S_ISREG(os.fstat(place).st_mode) else None
        return data.decode("utf-8") if data is not None and len(data) <= LONGEST_KEPT else None
    except (OSError, ValueError):
        return None
    finally:
        os.close(place)


_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe is opened without waiting for who writes to it."""


def git_folder(root: str) -> str:
    """The folder in which git keeps what belongs to a repository, by the folder that is its root or its own."""
    inner = os.path.join(root, ".git")
    if os.path.isdir(inner):
        return inner
    if not os.path.isfile(inner):
        return root
    # A working tree of another repository, or a submodule.
    found = re.fullmatch(r"gitdir: ([^\n\0]+)\n?", kept_in(root, ".git") or "")
    return os.path.normpath(os.path.join(root, found.group(1))) if found is not None else root


def check_readable(root: str) -> None:
    """Raise GitError for a repository in which git would wait for a pipe or a device for as long as it may take."""
    folder = git_folder(root)
    for name in _READ_FIRST:
        path = os.path.join(folder, *name.split("/"))
        if os.path.exists(path) and not os.path.isfile(path):
            raise GitError(f"git cannot read the repository: its file {name} is no plain file")


def commit(root: str, revision: str) -> str:
    """The name of the commit that a revision of the repository at ``root`` stands for. Raises GitError."""
    check_readable(root)
    base = revision.removesuffix("...")
    found = _resolved(root, base)
    if base == revision:
        return found
    done = asked(root, "merge-base", found, _resolved(root, "HEAD"))
    if done.returncode:
        raise GitError(f"{base} and HEAD have no commit in common{_shallow(root)}.")
    return done.stdout.decode().split()[0]


def _resolved(root: str, revision: str) -> str:
    done = asked(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if done.returncode == 1:
        raise GitError(f'git knows no revision "{revision}" here{_shallow(root)}.')
    return _output(root, done).decode().strip()


def _shallow(root: str) -> str:
    done = asked(root, "rev-parse", "--is-shallow-repository")
    if done.stdout.strip() != b"true":
        return ""
    return ": this is a shallow clone, so fetch more of its history first (git fetch --unshallow)"


def files_of(root: str, name: str) -> dict[str, Blob]:
    """The plain files of a commit by path; names that lead elsewhere are left out."""
    found = {}
    for entry in _listed(root, "ls-tree", "-r", "-z", "-l", "--full-tree", name).split(b"\0"):
        about, _, path = entry.partition(b"\t")
        plain, named = _PLAIN_FILE.fullmatch(about), os.fsdecode(path)
        if plain is not None and is_usual(named):
            size = plain["size"]
            found[named] = Blob(plain["name"].decode(), int(size) if size.isdigit() else None)
    return found


_PLAIN_FILE = expressions.lazy(rb"100[0-7]{3} blob (?P<name>[0-9a-f]{40,64}) +(?P<size>[0-9]{1,18}|-|BAD)")
_NO_STEPS = frozenset({"", ".", "..", ".git"})


def is_usual(path: str) -> bool:
    """Whether a path with forward slashes leads to a file of a repository, not out of it nor to what git keeps there.

    Where a system has other separators, or drives, a name that holds one is none.
    """
    steps = path.split("/")
    return len(steps) <= MOST_STEPS and not any(
        step.lower() in _NO_STEPS or "\0" in step or os.path.basename(step) != step for step in steps
    )


def contents(root: str, files: Mapping[str, Blob], longest: int) -> Iterator[tuple[str, bytes | None]]:
    """What files hold, None of those that are not here, or longer; no more than MOST_TOTAL in all."""
    total = held = 0
    chunk: dict[str, Blob] = {}
    for path, file in files.items():
        if file.size is None or file.size > longest:
            yield path, None
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
    # Git copies what an object holds, however much it says that this is.
    most = sum((file.size or 0) + _LONGEST_ABOUT for file in files.values())
    done = asked(root, "cat-file", "--batch", given=names.encode(), most=most)
    if len(done.stdout) > most:
        raise _lying(root)
    found = _output(root, done)
    at = 0
    for path, file in files.items():
        about, ends, _ = found[at : at + _LONGEST_ABOUT].partition(b"\n")
        said = _OBJECT.fullmatch(about) if ends else None
        if said is None or said["name"] != file.name.encode():
            raise _lying(root)
        at += len(about) + 1
        if said["size"] is not None:
            end = at + int(said["size"])
            if found[end : end + 1] != b"\n":
                raise _lying(root)
            yield path, found[at:end]
            at = end + 1


_OBJECT = expressions.lazy(rb"(?P<name>[^ ]+) (?:blob (?P<size>[0-9]{1,18})|[^\n]*)")


def _lying(root: str) -> GitError:
    return GitError(f"git cannot read the repository at {root}: the size that an object says it has is not its own")


def asked(root: str, *arguments: str, given: bytes = b"", most: int = _LONGEST_ANSWER) -> Said:
    """Ask git: of more than ``most`` bytes that it prints there is one more. Raises GitError if it cannot be asked."""
    with _asking(arguments), tempfile.TemporaryFile() as asking, tempfile.TemporaryFile() as said:
        asking.write(given)
        asking.seek(0)
        process = subprocess.Popen(  # noqa: S603 - git itself, told to run nothing
            _command(root, arguments), stdin=asking, stdout=subprocess.PIPE, stderr=said, env=_environment(root)
        )
        timer = threading.Timer(TIMEOUT, process.kill)
        timer.start()
        try:
            with process:
                found = process.stdout.read(most + 1) if process.stdout is not None else b""
                if len(found) > most:
                    process.kill()
        finally:
            timer.cancel()
        if process.returncode < 0 and len(found) <= most:
            raise subprocess.TimeoutExpired(arguments, TIMEOUT)
        said.seek(0)
        return subprocess.CompletedProcess(arguments, process.returncode, found, said.read(_LONGEST_ANSWER))


def _listed(root: str, *arguments: str) -> bytes:
    """What git prints, if that has an end: a few trees that hold one another name billions. Raises GitError."""
    done = asked(root, *arguments, most=LONGEST_LIST)
    if len(done.stdout) > LONGEST_LIST:
        size = f"{LONGEST_LIST // 1_000_000} MB"
        raise GitError(f"the revision has more files than can be looked at: its list is larger than {size}.")
    return _output(root, done)


def _command(root: str, arguments: Sequence[str]) -> list[str]:
    program = shutil.which("git")
    if program is None:
        raise GitError("git is not installed: what is stored in a repository has to be asked of it.")
    return [program, *_SAFE, "-C", root, *arguments]


@contextlib.contextmanager
def _asking(arguments: Sequence[str]) -> Iterator[None]:
    """Raise GitError for what may go wrong with a program."""
    try:
        yield
    except subprocess.TimeoutExpired:
        raise GitError(f"git {arguments[0]} has not ended after {TIMEOUT} seconds.") from None
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror or error}.") from None


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


def _output(root: str, done: Said) -> bytes:
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise GitError(f"git cannot read the repository at {root}: {said or 'it does not say why'}")
    return done.stdout
