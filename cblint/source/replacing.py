"""Writing a file in one step: a reader sees the old one or the new one, never a part."""

from __future__ import annotations

import os
import tempfile


def replace(path: str, data: bytes) -> None:
    """Write a file, which keeps its mode if it is there already. Raises OSError."""
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".cblint-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, os.stat(path).st_mode & 0o7777 if os.path.exists(path) else 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
