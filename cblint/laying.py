"""Files of strangers that come from no folder, laid out below one."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable

from cblint.git import MOST_FILES, MOST_TOTAL, is_usual
from cblint.source.file import MAX_BYTES
from cblint.wording import counted

LONGEST = MAX_BYTES
"""Bytes of a file that is more than its name: of a longer one nothing is read anyway."""
_NO_NAME = frozenset({errno.EEXIST, errno.EILSEQ, errno.EINVAL, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOTDIR})
"""What is wrong where the system cannot have a name, or has a file where a folder is to be."""


def write(folder: str, path: str, data: bytes | None) -> bool:
    """Write a file below a folder that nobody else writes to, and say whether its name is one that it can have.

    Without data it has no content, but a length that nobody reads: whoever asks is told that it is too long. It takes
    no room where files can have holes. A later file goes before an earlier one of the same path. Raises OSError if the
    disk is full, or cannot be written.
    """
    if not is_usual(path):
        return False
    full = os.path.join(folder, *path.split("/"))
    try:
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as file:
            if data is None:
                file.truncate(LONGEST + 1)
            else:
                file.write(data)
    except ValueError:  # lone surrogates that stand for no byte
        return False
    except OSError as error:
        if error.errno not in _NO_NAME:
            raise
        return False
    return True


def laid_out(files: Iterable[tuple[str, bytes | None]], folder: str) -> tuple[str, ...]:
    """Write files, by path and content, below an empty folder; what was left out, in sentences.

    A file of more than LONGEST bytes, or of no known content, is there without it: no more than one byte beyond need
    be given.
    No file is asked for after MOST_FILES or MOST_TOTAL. Raises OSError as ``write`` does.
    """
    total = nameless = 0
    for number, (path, data) in enumerate(files):
        if number >= MOST_FILES:
            return (*_sentences(nameless), f"There are more than {MOST_FILES:,} files: the rest is left out.")
        content = data if data is not None and len(data) <= LONGEST else None
        total += len(content or b"")
        if total > MOST_TOTAL:
            size = f"{MOST_TOTAL // 1024 // 1024} MB"
            return (*_sentences(nameless), f"The files are larger than {size} in all: the rest is left out.")
        nameless += not write(folder, path, content)
    return _sentences(nameless)


def _sentences(nameless: int) -> tuple[str, ...]:
    if not nameless:
        return ()
    number = counted(nameless, "file")
    return (f"Left out, as the name leads elsewhere or into .git, or is none that this system has: {number}.",)
