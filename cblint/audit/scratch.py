"""The folder for what an audit writes for a while: it goes with the audit, or with a later one if that was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator

from cblint.audit.locking import held

PREFIX = "cblint-audit-"
_LOCK = "lock"


@contextlib.contextmanager
def scratch() -> Iterator[str]:
    """A folder that has all temporary files of this process as long as it lasts; what killed audits have left is gone.

    Raises OSError where it cannot be made.
    """
    usual = tempfile.tempdir
    above = tempfile.gettempdir()
    _remove_left(above)
    with contextlib.ExitStack() as stack:
        folder = _made(above, stack)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(setattr, tempfile, "tempdir", usual)
        tempfile.tempdir = folder
        yield folder


def _made(above: str, stack: contextlib.ExitStack) -> str:
    """A new folder, locked: before it is, another audit may take it for one that is left. Raises OSError."""
    while True:
        folder = os.path.realpath(tempfile.mkdtemp(prefix=PREFIX, dir=above))
        with contextlib.suppress(FileNotFoundError):
            if stack.enter_context(held(os.path.join(folder, _LOCK))):
                return folder


def _remove_left(above: str) -> None:
    """Remove the folders of audits that are no more."""
    with contextlib.suppress(OSError), os.scandir(above) as entries:
        for folder in [each.path for each in entries if each.name.startswith(PREFIX) and _is_ours(each)]:
            with contextlib.suppress(OSError), held(os.path.join(folder, _LOCK)) as is_left:
                if is_left:
                    shutil.rmtree(folder, ignore_errors=True)


def _is_ours(entry: os.DirEntry[str]) -> bool:
    """Whether nobody else can have put something into a folder."""
    about = entry.stat(follow_symlinks=False)
    is_own = not hasattr(os, "getuid") or about.st_uid == os.getuid()
    return is_own and stat.S_ISDIR(about.st_mode) and (os.name == "nt" or stat.S_IMODE(about.st_mode) == stat.S_IRWXU)
