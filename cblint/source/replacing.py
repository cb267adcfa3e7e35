"""Writing a file in one step: a reader sees the old one or the new one, never a part."""

from __future__ import annotations

import contextlib
import os
import tempfile


def replace(path: str, data: bytes) -> None:
    """Write a file, which keeps its mode and its owner if it is there already. Raises OSError."""
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".cblint-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        before = os.stat(path) if os.path.exists(path) else None
        if before is not None:
            with contextlib.suppress(PermissionError):  # only root can give a file back to whom it belongs
                os.chown(temporary, before.st_uid, before.st_gid)
        os.chmod(temporary, before.st_mode & 0o7777 if before is not None else 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
