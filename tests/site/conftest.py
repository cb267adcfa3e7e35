"""The site, built once for all tests that look at it."""

from __future__ import annotations

import fcntl
import os
import pathlib
import subprocess
import sys

import pytest

from tests.integration.conftest import ROOT
from tests.site.built import Page, pages_of


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of the site. Building it takes seconds, so the workers of a run share it."""
    pytest.importorskip("mkdocs", reason="there is no mkdocs: make test installs it")
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, said = shared / "site", shared / "site.said"
    with open(shared / "site.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            said.write_text(_build(folder), encoding="utf-8")
    assert said.read_text(encoding="utf-8") == ""
    return str(folder)


def _build(folder: pathlib.Path) -> str:
    """Build it; what is said of it, which is nothing if all is well."""
    command = [sys.executable, "-m", "mkdocs", "--quiet", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "PYTHONPATH": ROOT, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def pages(site: str) -> dict[str, Page]:
    """Its pages."""
    return pages_of(site)
