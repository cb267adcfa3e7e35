"""Runs tests on a mutant: in a copy of the checkout, in a process that has imported the libraries before."""

from __future__ import annotations

import contextlib
import importlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from typing import NamedTuple

import pytest
from hypothesis import Phase, settings

from tools.mutation.selection import Test

LIBRARIES = (
    "_pytest.assertion.rewrite", "attrs", "click.testing", "hypothesis.strategies", "hypothesis_jsonschema",
    "jsonschema", "markdown_it", "multiprocessing", "pathspec", "ruamel.yaml", "sarif_om", "sqlite3", "tree_sitter",
    "unittest.mock", "wcwidth", "yaml",
)  # fmt: skip
"""What the tests import anyway: a new process would take longer to do so than for most tests."""

_QUIET = (
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
    *("-W", "ignore::hypothesis.errors.HypothesisSideeffectWarning"),
)
"""What pytest and hypothesis say of libraries that were there before them."""

HANG, SLOWER = 5.0, 10.0
"""Seconds of a processor that any test may take, and how many times more than recorded: what takes more has no end."""
MEMORY = 4 << 30
PASSED, NONE_LEFT, FAILED = 0, 5, 1
"""What pytest returns; NONE_LEFT where a mutant has changed the names of all tests."""


class Verdict(NamedTuple):
    """What the tests said of a mutant."""

    outcome: str
    """``killed``, ``timeout`` or ``survived``."""
    test: str | None = None
    """The one that failed, or had no end; none where the mutant could not be imported."""


class Copy:
    """A copy of the checkout, in which one module at a time is a mutant."""

    def __init__(self, root: str, folder: str) -> None:
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root, capture_output=True, check=True,
        )  # fmt: skip
        for path in filter(None, listed.stdout.decode().split("\0")):
            if os.path.exists(os.path.join(root, path)):
                os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
                shutil.copy2(os.path.join(root, path), os.path.join(folder, path))
        subprocess.run(
            ["git", "init", "--quiet", folder], check=True
        )  # what is found depends on where a repository ends
        subprocess.run(
            [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "cblint", "tests"],
            cwd=folder, check=True,
        )  # fmt: skip

    @contextlib.contextmanager
    def holding(self, path: str, text: str) -> Iterator[None]:
        """For a while, a module has another text. What is compiled of it is told from it by its hash."""
        full = os.path.join(self.folder, path)
        with open(full, encoding="utf-8") as file:
            before = file.read()
        try:
            _write(full, text)
            yield
        finally:
            _write(full, before)


@contextlib.contextmanager
def copied(root: str) -> Iterator[Copy]:
    """A copy that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="cblint-mutation") as folder:
        yield Copy(root, folder)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def load_libraries() -> None:
    """Import what all tests need, before any process is made."""
    for library in LIBRARIES:
        importlib.import_module(library)


class Judge:
    """Holds mutants to tests, and each test that fails to the original: it counts only if it passes there."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        self._passes: dict[tuple[str, ...], bool] = {}

    def judge(self, path: str, text: str, tests: Sequence[Test]) -> Verdict:
        """Hold a module with another text to tests, until one fails."""
        left = [test for test in tests if self._passes.get((test.name,), True)]
        while left:
            with self._copy.holding(path, text):
                verdict = run(self._copy.folder, left)
            if verdict.outcome == "survived" or self._original_passes(verdict.test, left):
                return verdict
            if verdict.test is None:
                raise RuntimeError(f"the original cannot be tested: {sorted({test.file for test in left})}")
            left = [test for test in left if test.name != verdict.test]
        return Verdict("survived")

    def _original_passes(self, name: str | None, tests: Sequence[Test]) -> bool:
        """Whether the test that has failed passes without the mutant; where none was begun, whether one is."""
        held = [test for test in tests if name in (None, test.name)]
        key = (name,) if name is not None else tuple(sorted({test.file for test in tests}))
        if key not in self._passes:
            verdict = run(self._copy.folder, held)
            self._passes[key] = verdict.outcome == "survived" if name is not None else verdict.test is not None
        return self._passes[key]


def run(folder: str, tests: Sequence[Test]) -> Verdict:
    """Run tests in a process of their own, which has no time without end."""
    with tempfile.TemporaryFile() as told:
        child = os.fork()
        if not child:
            _child(folder, tests, told.fileno())
        status = _wait(child, 10 * (3 * HANG + sum(test.seconds for test in tests)))
        number = os.pread(told.fileno(), 20, 0)
    last = tests[int(number)].name if number else None
    if os.WIFSIGNALED(status):
        return Verdict("timeout" if os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGKILL) else "killed", last)
    code = os.WEXITSTATUS(status)
    return Verdict("survived" if code in (PASSED, NONE_LEFT) else "killed", last)


def _wait(child: int, seconds: float) -> int:
    """The status of a process, which is stopped with all that it has started where it sleeps for too long."""
    until = time.monotonic() + seconds
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            break
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return status


def _child(folder: str, tests: Sequence[Test], told: int) -> None:
    """Run pytest and end the process."""
    status = 3
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(nothing, descriptor)
        os.chdir(folder)
        os.environ["PYTHONPATH"] = folder
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        sys.dont_write_bytecode = True
        sys.path[:0] = [folder]
        for name in [name for name in sys.modules if name.partition(".")[0] == "tools"]:
            del sys.modules[name]  # the tests import those of the copy
        signal.setitimer(signal.ITIMER_PROF, 3 * HANG)
        files = sorted({test.file for test in tests})
        options = ["-x", "-q", "--tb=no", "-p", "no:cacheprovider", "-p", "no:xdist", *_QUIET]
        status = int(pytest.main([*options, *files], plugins=[_Chosen(tests, told)]))
    finally:
        os._exit(status)


class _Chosen:
    """The plugin of pytest that runs some tests and no others, in their order, and tells which of them has begun."""

    def __init__(self, tests: Sequence[Test], told: int) -> None:
        self._tests = {test.name: (number, test) for number, test in enumerate(tests)}
        self._told = told

    def pytest_collection(self) -> None:
        """A failure is enough: hypothesis need not look for a shorter one."""
        settings.register_profile("mutation", phases=(Phase.explicit, Phase.generate), report_multiple_bugs=False)
        settings.load_profile("mutation")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self._tests]
        items.sort(key=lambda item: self._tests[item.nodeid][0])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        number, test = self._tests[item.nodeid]
        os.pwrite(self._told, b"%20d" % number, 0)
        signal.setitimer(signal.ITIMER_PROF, HANG + SLOWER * test.seconds)
        return (yield)
