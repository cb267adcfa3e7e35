"""Where standard output took nothing, all commands but those that print findings were an internal error."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

from tests.helpers import commands
from tests.integration.conftest import environment

FULL = "No space left on device"


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("trace buildspec.yml", f"Error: Cannot write standard output: {FULL}"),
        ("schema", f"Error: Cannot write standard output: {FULL}"),
        ("completion bash", f"Error: Cannot write standard output: {FULL}"),
        ("--help", f"Error: Cannot write: {FULL}"),
        ("check no.yml", f"Error: Cannot write standard output: {FULL}"),
    ],
)
def test_it_is_said_and_the_status_is_2(tmp_path: pathlib.Path, arguments: str, said: str, unbuffered: str) -> None:
    (tmp_path / "buildspec.yml").write_text(commands("make"))
    assert _run(tmp_path, f"{arguments} >/dev/full", unbuffered) == (2, said)
    # Nor is there a way to say it then.
    assert _run(tmp_path, f"{arguments} >/dev/full 2>&1", unbuffered) == (2, "")


def _run(folder: pathlib.Path, words: str, unbuffered: str) -> tuple[int, str]:
    """The exit status, and the last line on standard error."""
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full here")
    done = subprocess.run(
        ["sh", "-c", f'"$0" -m cblint {words}', sys.executable],
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment({"PYTHONUNBUFFERED": unbuffered}),
        text=True,
        timeout=30,
    )
    return done.returncode, done.stderr.strip().rpartition("\n")[2]
