"""The wheel as users have it: what it holds, what it imports to start, that it says what a checkout says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from typing import Any

import pytest

from cblint.facts import PUBLISHED
from cblint.facts.sources import read_published

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HEAVY = re.compile(
    r"click|inspect|jsonschema|ruamel|sarif|tree_sitter|pathspec|tomllib|wcwidth|concurrent|multiprocessing|asyncio|hashlib"
    r"|^typing$"
    r"|cblint\.(fix|suppress|facts\.sources|shell\.powershell\w*)\b"
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A folder into which the wheel was unpacked, as pip does it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), ROOT]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    # Outside the checkout, whose pyproject.toml mentions cblint and so is read as a configuration.
    shutil.copy(os.path.join(ROOT, "examples", "container-image", "buildspec.yml"), folder)
    (folder / "elsewhere").mkdir()
    return folder / "site"


def run(installed: Any, *arguments: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """cblint from the wheel, its dependencies from this environment, nothing from the checkout."""
    # -S keeps the editable install's path hook out.
    return python(installed, "-S", *options, "-m", "cblint", *arguments)


def python(installed: Any, *arguments: str) -> subprocess.CompletedProcess[str]:
    """This interpreter in the folder of the unpacked wheel."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(installed), sysconfig.get_paths()["purelib"]]),
        "PYTHONUTF8": "1",
    }
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=installed)


def test_the_wheel_holds_the_package_and_the_compiled_rules_only(installed: Any) -> None:
    names = {os.path.relpath(path, installed) for path in installed.rglob("*") if path.is_file()}
    code = {name for name in names if not name.split(os.sep)[0].endswith(".dist-info")}
    assert {"cblint/_compiled/rules.py", "cblint/_compiled/config.py", "cblint/_help.json", "cblint/py.typed"} <= code
    assert {f"cblint/cli/shells/cblint.{shell}" for shell in ("bash", "zsh", "fish")} <= code
    assert {name.split(os.sep)[0] for name in code} == {"cblint"}
    assert not [name for name in code if name.endswith((".yml", ".yaml"))]


def test_it_starts_without_what_it_does_not_need(installed: Any) -> None:
    done = run(installed, "check", "../buildspec.yml", options=("-X", "importtime"))
    assert done.returncode == 1, done.stderr
    imported = [line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")]
    assert "cblint.linter" in imported
    assert [name for name in imported if HEAVY.search(name)] == []


def test_no_lazy_import_brings_it_in_either(installed: Any) -> None:
    # -X importtime does not list what importlib imports by name.
    program = (
        "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr));"
        "from cblint.cli import main; main(['check', '../buildspec.yml'])"
    )
    done = python(installed, "-S", "-c", program)
    modules = done.stderr.split()
    assert "cblint._compiled.rules" in modules, done.stderr
    assert [name for name in modules if HEAVY.search(name)] == []


@pytest.mark.parametrize("format_", ["json", "sarif"])
def test_it_says_what_the_checkout_says(installed: Any, format_: str) -> None:
    from_wheel = run(installed, "check", "../buildspec.yml", "--format", format_)
    command = [sys.executable, "-m", "cblint", "check", "../buildspec.yml", "--format", format_]
    from_checkout = subprocess.run(command, capture_output=True, text=True, cwd=installed.parent / "elsewhere")
    assert from_wheel.stdout == from_checkout.stdout
    assert "unknown-phase" in from_wheel.stdout


def test_its_schemas_are_those_of_the_checkout(installed: Any) -> None:
    for name in PUBLISHED:
        done = run(installed, "schema", name)
        assert done.stdout == read_published(name), done.stderr


def test_an_audit_has_its_layout_and_its_page(installed: Any) -> None:
    store, page = str(installed.parent / "audit.db"), str(installed.parent / "audit.html")
    (installed.parent / "fleet" / "shop").mkdir(parents=True)
    shutil.copy(installed.parent / "buildspec.yml", installed.parent / "fleet" / "shop")
    done = run(installed, "audit", "../fleet", "--store", store, "--html", page, "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    asked = run(installed, "audit", "query", "SELECT rule FROM now WHERE repository = 'fleet'", "--store", store)
    assert "unknown-phase" in asked.stdout
    with open(page, encoding="utf-8") as file:
        assert "unknown-phase" in file.read()


def test_own_rules_can_be_run(installed: Any) -> None:
    done = run(installed, "rules", "test", os.path.join(ROOT, "examples", "own-rules"))
    assert (done.returncode, done.stderr) == (0, "")
    assert all(line.startswith("ok ") for line in done.stdout.splitlines())


def test_its_explanations_are_there(installed: Any) -> None:
    done = run(installed, "explain", "secondary-artifact-mismatch", "--format", "markdown")
    with open(os.path.join(ROOT, "docs", "rules", "secondary-artifact-mismatch.md"), encoding="utf-8") as file:
        assert file.read().endswith(f" -->\n\n{done.stdout}"), done.stderr
    assert done.stdout
    assert run(installed, "rules", "--format", "json").stdout.count('"code"') > 100
