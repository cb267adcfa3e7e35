"""A run ends at once, and yet does what is left to do at the end."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.integration.conftest import CLEAN, DEFECT, Cblint

RUN = "import cblint.__main__ as program\ntry: program.main()\nfinally: print('it goes on')"


def _ended(cblint: Cblint, before: str) -> tuple[int, str, str]:
    command = [sys.executable, "-c", f"{before}\n{RUN}", "check", "--isolated"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cblint.folder, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(("text", "status"), [(CLEAN, 0), (DEFECT, 1)])
def test_it_is_over_when_all_is_said(cblint: Cblint, text: str, status: int) -> None:
    cblint.put({"buildspec.yml": text})
    ended = _ended(cblint, "print('held back', end=' ')")
    assert (ended[0], ended[2]) == (status, "")
    assert ended[1].count("held back") == 1
    assert "1 buildspec file" in ended[1]
    assert "it goes on" not in ended[1]


@pytest.mark.parametrize(
    "before",
    [
        "import atexit\natexit.register(print, 'at the end')",
        "import threading\nend = threading.main_thread().join\n"
        "threading.Thread(target=lambda: [end(), print('at the end')]).start()",
    ],
    ids=["function", "thread"],
)
def test_who_waits_for_the_end_is_waited_for(cblint: Cblint, before: str) -> None:
    cblint.put({"buildspec.yml": CLEAN})
    status, out, errors = _ended(cblint, before)
    assert (status, errors) == (0, "")
    assert out.splitlines()[-2:] == ["it goes on", "at the end"]


@pytest.mark.parametrize("look", ["settrace", "setprofile"])
def test_who_looks_on_sees_the_end(cblint: Cblint, look: str) -> None:
    cblint.put({"buildspec.yml": CLEAN})
    assert _ended(cblint, f"import sys\nsys.{look}(lambda *_: None)")[1].endswith("it goes on\n")
