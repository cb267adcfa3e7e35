"""Files of strangers that come from no folder, laid out below one."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Iterable

from cblint.wording import counted

MOST_STEPS = 100
"""Names on the way to a file, its own among them: a system has no paths of thousands."""
MOST_FILES = 20_000
MOST_TOTAL = 256 * 1024 * 1024
"""Files of a repository, and bytes of them, that are laid out."""
LONGEST = 1024 * 1024
"""Bytes of a file that is more than its name."""
_NO_STEPS = frozenset({"", ".", "..", ".git"})
_NO_NAME = frozenset({errno.EEXIST, errno.EILSEQ, errno.EINVAL, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOTDIR})
"""What is wrong where the system cannot have a name, or has a file where a folder is to be."""


def is_usual(path: str) -> bool:
    """Whether a path with forward slashes leads to a file of a repository, not out of it nor to what git keeps there.

    Where a system has other separators, or drives, a name that holds one is none.
    """
    steps = path.split("/")
    return len(steps) <= MOST_STEPS and not any(
        step.lower() in _NO_STEPS or "\0" in step or os.path.basename(step) != step for step in steps
    )


def write(folder: str, path: str, data: bytes) -> bool:
    """Write a file below a folder that nobody else writes to, and say whether its name is one that it can have.

    A later file goes before an earlier one of the same path. Raises OSError if the disk is full, or cannot be written.
    """
    if not is_usual(path):
        return False
    full = os.path.join(folder, *path.split("/"))
    try:
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as file:
            file.write(data)
    except ValueError:  # lone surrogates that stand for no byte
        return False
    except OSError as error:
        if error.errno not in _NO_NAME:
            raise
        return False
    return True


def laid_out(files: Iterable[tuple[str, bytes]], folder: str) -> tuple[str, ...]:
    """Write files, by path and content, below an empty folder; what was left out, in sentences.

    A file of more than LONGEST bytes becomes an empty one: of its content no more than one byte beyond need be given.
    No file is asked for after MOST_FILES or MOST_TOTAL. Raises OSError as ``write`` does.
    """
    without: Counter[str] = Counter()
    total = 0
    for number, (path, data) in enumerate(files):
        if number >= MOST_FILES:
            return (*_sentences(without), f"There are more than {MOST_FILES:,} files: the rest is left out.")
        is_long = len(data) > LONGEST
        total += 0 if is_long else len(data)
        if total > MOST_TOTAL:
            size = f"{MOST_TOTAL // 1024 // 1024} MB"
            return (*_sentences(without), f"The files are larger than {size} in all: the rest is left out.")
        if not write(folder, path, b"" if is_long else data):
            without["name"] += 1
        elif is_long:
            without["length"] += 1
    return _sentences(without)


def _sentences(without: Counter[str]) -> tuple[str, ...]:
    found = []
    if without["name"]:
        number = counted(without["name"], "file")
        found.append(f"Left out, as the name leads elsewhere or into .git, or is none that this system has: {number}.")
    if without["length"]:
        number, size = counted(without["length"], "file"), f"{LONGEST // 1024 // 1024} MB"
        found.append(f"Taken as empty, as there is more than {size} in it: {number}.")
    return tuple(found)
