"""The plugin of pytest that records which test runs which lines of cblint, how long it takes and what it starts."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Generator

import coverage
import pytest

FOLDER = "CBLINT_RECORDING"
"""Names the variable that says where to: lines go into a database of coverage.py, tests into a file of JSON lines."""
LINES, TESTS = "lines.db", "tests.jsonl"

STARTS = frozenset({"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec"})
"""What Python tells its auditors when a process is started."""


class Recording:
    """Switches the context of coverage.py from test to test."""

    def __init__(self, folder: str) -> None:
        self._tests = os.path.join(folder, TESTS)
        self._coverage = coverage.Coverage(
            data_file=os.path.join(folder, LINES), source=["cblint"], config_file=False, messages=False
        )
        self._coverage.set_option("run:disable_warnings", ["no-data-collected", "module-not-measured"])
        self._processes = 0
        self._failed = False
        sys.addaudithook(self._audit)

    def _audit(self, event: str, _: object) -> None:
        if event in STARTS:
            self._processes += 1

    def pytest_sessionstart(self) -> None:
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._processes, self._failed = 0, False
        self._coverage.switch_context(item.nodeid)
        started = _seconds()
        try:
            return (yield)
        finally:
            seconds = _seconds() - started
            self._coverage.switch_context("")
            test = {
                "name": item.nodeid,
                "seconds": round(seconds, 4),
                "processes": self._processes > 0,
                "passed": not self._failed,
            }
            with open(self._tests, "a", encoding="utf-8") as file:
                file.write(json.dumps(test) + "\n")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed |= not report.passed

    def pytest_sessionfinish(self) -> None:
        self._coverage.stop()
        self._coverage.save()


def _seconds() -> float:
    """Of a processor, of this process and those that it has started: what others do meanwhile does not count."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def pytest_configure(config: pytest.Config) -> None:
    """Begin, where a folder is named."""
    if folder := os.environ.get(FOLDER):
        config.pluginmanager.register(Recording(folder))
