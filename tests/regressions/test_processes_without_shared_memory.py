"""Several files were an internal error where there is no shared memory: a container that writes nothing, AWS Lambda."""

from __future__ import annotations

import errno
import multiprocessing.synchronize
import os
import pathlib
from typing import Any

import pytest

from cblint.linter import Settings
from cblint.running import lint_paths
from tests.helpers import commands, repository


def refused(*_: Any, **__: Any) -> None:
    """What making a lock comes to there."""
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


def test_one_process_says_what_several_would(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files: dict[str, str | bytes] = {f"{number}/buildspec.yml": commands('echo "a: b"') for number in range(5)}
    folder = str(repository(tmp_path, files))
    expected = list(lint_paths([folder], Settings(isolated=True, jobs=2)).findings)
    assert len(expected) == 5
    monkeypatch.setattr(multiprocessing.synchronize.SemLock, "__init__", refused)
    with pytest.raises(OSError, match="ead-only"):
        multiprocessing.get_context().Lock()
    assert list(lint_paths([folder], Settings(isolated=True, jobs=2)).findings) == expected
