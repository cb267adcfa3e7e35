"""What all tests share with pytest: golden files and how to rewrite them, the runs, hypothesis without time limits,
and a collector of garbage that is not busy with the tests themselves.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.bounds import draws

if TYPE_CHECKING:
    from cblint.running import Result

# `make test` judges a change, so it draws the same examples each time; `make fuzz` looks for what nobody thought of.
# Two busy processors make any example slow now and then: a time limit would fail at random.
settings.register_profile("test", deadline=None, derandomize=True, max_examples=draws(100))
settings.register_profile("fuzz", deadline=None)
settings.load_profile(os.environ.get("CBLINT_HYPOTHESIS", "test"))

# As in cblint's own process: trees of a file fill the usual threshold again and again, and hardly any is garbage.
gc.set_threshold(100_000)

# Tests are to lint, and to leave nothing behind; those of the cache name a folder of their own.
os.environ["CBLINT_CACHE_DIR"] = ""

GOLDEN = os.path.join(os.path.dirname(__file__), "golden")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--update-golden``."""
    parser.addoption("--update-golden", action="store_true", help="Rewrite the files in tests/golden.")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules and tests stay until the end: looking through them for garbage is a third of the time of collecting."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


class Golden:
    """Compares a text with a file in ``tests/golden``, or writes it there."""

    def __init__(self, update: bool) -> None:
        self._update = update

    def check(self, name: str, text: str) -> None:
        """The text must be what the file holds, byte for byte."""
        path = os.path.join(GOLDEN, name)
        if self._update:
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(text)
        with open(path, encoding="utf-8", newline="") as file:
            assert text == file.read(), f"{name} differs; pytest --update-golden rewrites it"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return Golden(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session", autouse=True)
def beside_nothing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The working directory is an empty repository.

    What is linted under a name alone would else be held to all files of this one, which takes seconds to read, again
    after each test that has to forget what is on the disk.
    """
    folder = tmp_path_factory.mktemp("nothing")
    (folder / ".git").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield
    assert os.listdir(folder) == [".git"]


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """The results of all runs of ``tests/runs.py``."""
    from tests.runs import results

    return results(tmp_path_factory.mktemp("runs"))
