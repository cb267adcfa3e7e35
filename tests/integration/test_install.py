"""Every documented way to install cblint, done: with the wheel in ``dist``, all else from the package index.

``make check-install`` runs it. The commands are those of docs/install.md, as they stand there.
"""

from __future__ import annotations

import os
import pathlib
import shlex
import shutil
import subprocess
import sys

import pytest

from tests.documents import blocks
from tests.integration.conftest import ROOT
from tests.test_documented_commands import NOT_RUN, bare

DIST = os.environ.get("CBLINT_DIST")
TOOLS = os.path.join(ROOT, ".venv-checks", "bin")
PAGE = "docs/install.md"
ELSEWHERE = frozenset({"docker", "gh", "git", "make", "cd"})
"""What is asked of others, or by another target."""
SECONDS = 600

pytestmark = pytest.mark.skipif(DIST is None, reason="make check-install installs from the package index")


def commands() -> list[list[str]]:
    """The commands of the page that can be run here, block by block."""
    lines = [[bare(each.line) for each in block.commands()] for block in blocks(PAGE) if block.language == "console"]
    return [[line for line in block if shlex.split(line)[0] not in ELSEWHERE] for block in lines]


@pytest.fixture
def repository(tmp_path: pathlib.Path) -> pathlib.Path:
    """A repository with a defect."""
    folder = tmp_path / "shop"
    shutil.copytree(os.path.join(ROOT, "examples", "merged-by-hand"), folder)
    return folder


def surroundings(home: pathlib.Path) -> dict[str, str]:
    """The variables of a home of its own, where the wheel in ``dist`` is found beside those of the index."""
    home.mkdir()
    programs = home / ".local" / "bin"
    dist = os.path.abspath(str(DIST))
    kept = {name: value for name, value in os.environ.items() if name in ("PIP_CERT", "PIP_INDEX_URL", "SSL_CERT_FILE")}
    return {
        **kept,
        "HOME": str(home),
        "PATH": os.pathsep.join([str(programs), TOOLS, os.path.dirname(sys.executable), os.defpath]),
        "PIP_FIND_LINKS": dist,
        "UV_FIND_LINKS": dist,
        "UV_PYTHON": sys.executable,
        "PIPX_DEFAULT_PYTHON": sys.executable,
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
    }


def run(line: str, folder: pathlib.Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A line of the shell there."""
    # PEX does not look at pip's variables.
    line = line.replace("pex cblint ", f"pex cblint --find-links {shlex.quote(variables['PIP_FIND_LINKS'])} ")
    return subprocess.run(
        ["/bin/sh", "-c", line], cwd=folder, env=variables, capture_output=True, text=True, timeout=SECONDS
    )


def test_the_page_has_every_way() -> None:
    found = [line for block in commands() for line in block]
    assert [line for line in found if line not in NOT_RUN and not line.startswith(("cblint ", "echo "))] == []
    assert {shlex.split(line)[0] for line in found} >= {"pipx", "uv", "uvx", ".venv/bin/pip", "shiv", "pex"}


def test_each_way_gives_a_cblint_that_finds_the_defect(repository: pathlib.Path, tmp_path: pathlib.Path) -> None:
    for number, block in enumerate(commands()):
        variables = surroundings(tmp_path / f"home-{number}")
        for line in block:
            done = run(line, repository, variables)
            if "cblint check" in line or line.endswith((".pyz check", ".pex check")):
                assert (done.returncode, "error[duplicate-key]" in done.stdout) == (1, True), f"{line}\n{done.stderr}"
            else:
                assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
            if line == "cblint check":
                program = str(shutil.which("cblint", path=variables["PATH"]))
                assert os.path.realpath(program).startswith(variables["HOME"]), line


@pytest.mark.parametrize("what", ["wheel", "source distribution"])
def test_it_runs_wherever_it_is_installed(tmp_path: pathlib.Path, what: str) -> None:
    ending = ".whl" if what == "wheel" else ".tar.gz"
    [file] = [name for name in os.listdir(str(DIST)) if name.endswith(ending)]
    python = tmp_path / "venv" / "bin" / "python"
    variables = surroundings(tmp_path / "home")
    lines = [
        f"{shlex.quote(sys.executable)} -m venv venv",
        f"{python} -m pip install --quiet {shlex.quote(os.path.abspath(os.path.join(str(DIST), file)))}'[audit,lsp]'",
        f"cp {shlex.quote(os.path.join(ROOT, 'tools', 'smoke.py'))} .",
        f"{python} -W error smoke.py",
        f"{python.parent}/cblint --version",
    ]
    for line in lines:
        done = run(line, tmp_path, variables)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    assert done.stdout.startswith("cblint ")


def test_a_zipapp_does_not_do(tmp_path: pathlib.Path, repository: pathlib.Path) -> None:
    # docs/install.md says so: should it ever do, that can be said instead.
    [wheel] = [name for name in os.listdir(str(DIST)) if name.endswith(".whl")]
    (repository / "main.tf").write_text('resource "aws_codebuild_project" "p" {\n  name = "p"\n}\n')
    variables = surroundings(tmp_path / "home")
    packed = (
        f"{shlex.quote(sys.executable)} -m pip install --quiet --target packed {os.path.abspath(str(DIST))}/{wheel} && "
        f"printf 'from cblint.__main__ import main\\nmain()\\n' > packed/__main__.py && "
        f"{shlex.quote(sys.executable)} -m zipapp packed --output cblint.pyz"
    )
    assert run(packed, tmp_path, variables).returncode == 0
    start = f"{shlex.quote(sys.executable)} -I -S ../cblint.pyz"
    assert run(f"{start} check buildspec.yml", repository, variables).returncode == 1
    done = run(f"{start} check main.tf", repository, variables)
    assert (done.returncode, "tree_sitter" in done.stderr) == (3, True)
    assert run(f"{start} explain duplicate-key", repository, variables).returncode != 0
