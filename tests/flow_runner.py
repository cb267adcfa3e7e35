"""Runs the items of a script in real shells, as CodeBuild's wrapper does, and tells what each leaves to the next.

What the next item would see of a variable is asked at the only place where that is certain: in the next item itself,
just behind the line that reads the environment (and once more behind the last item). The question is put in a
subshell that ends with the status it found, so that the item which follows meets the shell as the wrapper made it.
Reading the file with `export -p` instead would take a parser of each shell's quoting that could be wrong itself.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import string
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

SEARCHED = "/usr/bin:/bin"
SHELLS = ("dash", "bash-as-sh", "bash")
INHERITED = "orig"
SHARED_MEMORY = "/dev/shm"
SECONDS = 20.0
"""After this a script is stuck, and killed."""
DEEP = 8
"""How many folders lie above the source root and HOME: no script climbs out of them."""


class Observed(NamedTuple):
    """What an item did: its exit status, the folder and the variables (None: not set) that the next item would find."""

    status: int
    cwd: str
    variables: Mapping[str, str | None]


class Stuck(Exception):
    """A script did not end."""


class Escaped(Exception):
    """A script left the folder that is thrown away: what it writes would stay."""


class Place(NamedTuple):
    """Where a script runs: a folder to throw away, the source root in it, HOME, and the wrapper's own files."""

    base: str
    root: str
    home: str
    wrapper: str

    @property
    def environment(self) -> dict[str, str]:
        """All that the first item finds in its environment."""
        return {"PATH": SEARCHED, "HOME": self.home, "INHERITED": INHERITED}


def shell_programs(folder: str) -> dict[str, list[str]]:
    """Each shell's program and name; bash is called sh through a link, made in a folder, as on Amazon Linux."""
    found = {name: shutil.which(name, path=SEARCHED) or "" for name in ("dash", "bash")}
    link = os.path.join(folder, "sh")
    if not os.path.lexists(link):
        os.symlink(found["bash"], link)
    return {"dash": [found["dash"]], "bash-as-sh": [link], "bash": [found["bash"]]}


def have_shells() -> bool:
    """Whether both shells are installed."""
    return all(shutil.which(name, path=SEARCHED) for name in ("dash", "bash"))


class Runner:
    """Runs scripts, one at a time, below a folder that is its own.

    What they print goes to one file, errors too; with ``apart`` the errors go to another.
    """

    def __init__(self, folder: str, apart: bool = False) -> None:
        self._folder = folder
        self._errors = "ERR" if apart else "OUT"
        self._programs = shell_programs(folder)

    @contextmanager
    def place(self) -> Iterator[Place]:
        """A place for a script, the same path each time, that is new and thrown away behind it."""
        base = os.path.join(self._folder, "script")
        deep = os.path.join(base, *string.ascii_lowercase[:DEEP])
        made = Place(base, os.path.join(deep, "src"), os.path.join(deep, "home"), os.path.join(base, "wrapper"))
        for folder in (made.root, made.home, made.wrapper):
            os.makedirs(folder)
        try:
            yield made
        finally:
            shutil.rmtree(base, ignore_errors=True)

    def run(self, items: Sequence[str], shell: str, names: Sequence[str], place: Place) -> list[Observed]:
        """What each item leaves, in a place that nothing ran in."""
        files = {name: os.path.join(place.wrapper, name) for name in ("DIR", "ENV", "SEEN")}
        _write(files["DIR"], place.root + "\n")
        _write(files["ENV"], "")
        # posix_spawn knows no folder to start in; a shell that cannot go where it should stays where it is.
        before = os.getcwd()
        os.chdir(place.root)
        try:
            found: list[tuple[int, str]] = []
            seen: list[Mapping[str, str | None]] = []
            for number in range(len(items) + 1):
                last = number == len(items)
                script = os.path.join(place.wrapper, f"script{number}.sh")
                _write(script, wrapped("" if last else items[number], files, names if number else ()))
                status = self._spawn([*self._programs[shell], script], place)
                if number:
                    seen.append(_answers(files["SEEN"], names))
                if not last:
                    found.append((status, _inside(_read(files["DIR"]).removesuffix("\n"), place)))
        finally:
            os.chdir(before)
        return [Observed(*pair, variables) for pair, variables in zip(found, seen, strict=True)]

    def said(self, place: Place) -> str:
        """What the script printed, errors too where they are not apart."""
        return _read(os.path.join(place.wrapper, "OUT"))

    def complained(self, place: Place) -> str:
        """The errors that the script printed; all that it printed where they are not apart."""
        return _read(os.path.join(place.wrapper, self._errors))

    def _spawn(self, command: list[str], place: Place) -> int:
        opened = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        pid = os.posix_spawn(
            command[0],
            command,
            place.environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, os.path.join(place.wrapper, "OUT"), opened, 0o644),
                (os.POSIX_SPAWN_OPEN, 2, os.path.join(place.wrapper, self._errors), opened, 0o644),
            ],
            setpgroup=0,
            setsigdef=[signal.SIGPIPE],  # Python ignores it, and a shell's children would inherit that
        )
        if not _ends(pid):
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise Stuck("does not end")
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return 128 - status if status < 0 else status


def _inside(folder: str, place: Place) -> str:
    # bash called sh says nothing of a folder that is gone.
    if folder and not folder.startswith(place.base):
        raise Escaped(f"goes to {folder}")
    return folder


def wrapped(item: str, files: Mapping[str, str], names: Sequence[str] = ()) -> str:
    """The script that runs an item, with a question about variables once the environment is read."""
    return (
        f"cd $(cat {files['DIR']})\nset -a\n. {files['ENV']}{_question(names, files['SEEN'])}\n{item}\n"
        f"CODEBUILD_LAST_EXIT=$?\nexport -p > {files['ENV']}\npwd > {files['DIR']}\nexit $CODEBUILD_LAST_EXIT\n"
    )


def _question(names: Sequence[str], answers: str) -> str:
    if not names:
        return ""
    told = " ".join(f'"${{{name}+s}}" "${{{name}-}}"' for name in names)
    # In a subshell, which sets no variable (not even $_) and hands on the status.
    return f'; (set -- "$?" {told}; printf \'%s\\0\' "$@" > {answers}; exit $1)'


def _answers(file: str, names: Sequence[str]) -> dict[str, str | None]:
    try:
        parts = _read(file).split("\0")
        os.unlink(file)
    except FileNotFoundError:
        return {}  # nothing was asked, or the environment that the item left ends the next one (OPTIND=x in dash)
    return {name: parts[2 + 2 * at] if parts[1 + 2 * at] else None for at, name in enumerate(names)}


def _ends(pid: int) -> bool:
    descriptor = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(SECONDS * 1000))
    finally:
        os.close(descriptor)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        file.write(text)


def _read(path: str) -> str:
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read()


def in_memory() -> str | None:
    """A folder for files that do not last, where the system has one."""
    return SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None


@contextmanager
def runner(folder: str | None = None) -> Iterator[Runner]:
    """A runner in a new folder below another, thrown away at the end."""
    with tempfile.TemporaryDirectory(prefix="flow", dir=folder or in_memory()) as made:
        yield Runner(os.path.realpath(made))
