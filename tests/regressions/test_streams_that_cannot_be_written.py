"""A closed standard stream was an internal error, and a full disk behind standard output an exit status of 120."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("redirection", "message"),
    [
        ("<&-", b"Error: Standard input is closed."),
        (">&-", b"Error: Standard output is closed."),
        (">/dev/full", b"Error: Cannot write standard output: No space left on device"),
    ],
)
def test_it_is_said_and_the_status_is_2(redirection: str, message: bytes) -> None:
    if "/dev/full" in redirection and not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full here")
    command = f'"$0" -m cblint check - --isolated {redirection}'
    done = subprocess.run(["sh", "-c", command, sys.executable], input=b"", capture_output=True, timeout=30)
    assert (done.returncode, done.stderr.strip().splitlines()[-1]) == (2, message)
