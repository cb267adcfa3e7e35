"""A report of 100,000 findings, made once for all tests that look at it."""

from __future__ import annotations

import subprocess
import sys
from typing import NamedTuple

import pytest

from tests.integration.conftest import ROOT

_MADE = """
import sys
from cblint.audit.page import rendered
from tests.audit_page.overviews import large
longest = size = 0
with open(sys.argv[1], "w", encoding="utf-8") as file:
    for chunk in rendered(large()):
        longest, size = max(longest, len(chunk)), size + file.write(chunk)
with open("/proc/self/status") as status:  # getrusage tells of the process that began this one as well
    most = next(line.split()[1] for line in status if line.startswith("VmHWM"))
print(longest, size, int(most) // 1024)
"""


class Large(NamedTuple):
    """Where it is, the characters of its longest chunk and of all, and the memory that it took at most."""

    path: str
    longest: int
    size: int
    megabytes: int


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Large:
    """The report, made by a process of its own, so that its memory can be told."""
    path = str(tmp_path_factory.mktemp("large") / "large.html")
    command = [sys.executable, "-c", _MADE, path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Large(path, *map(int, done.stdout.split()))
