"""The image of the Dockerfile: what it is made of, who runs in it, and that it runs with nothing to write to.

There is no engine here. ``make check-container ROOT=folder`` takes the steps as root in a copy of a Debian that has
Python, as this makes it:
``mmdebstrap --variant=minbase --include=python3-venv,python-is-python3,ca-certificates trixie folder``
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil

import pytest

from tests.images import Image, context, stages, steps
from tests.integration.conftest import ROOT
from tools.dist import tracked

BASE = os.environ.get("CBLINT_ROOT")
RUNS = [
    (["--version"], 0, "cblint ", False),
    (["check", "merged-by-hand"], 1, "error[duplicate-key]", False),
    (["check", "--exit-zero", "--jobs", "2"], 0, " files", False),
    (["check", "--exit-zero", "--shellcheck", "require", "leaks"], 0, "error[", True),
    (["explain", "duplicate-key"], 0, "duplicate-key (CB", True),
    (["trace", "leaks/buildspec.yml"], 0, "phases.build.commands[0]", False),
]
"""Command lines over the examples, their exit status, something that they print, and whether they need ``/tmp``."""


def test_its_stages_begin_with_one_python_that_can_be_pinned() -> None:
    build, last = stages(steps())
    assert build[0].value.removesuffix(" AS build") == last[0].value
    assert re.fullmatch(r"docker\.io/library/python:\$\{PYTHON\}\$\{DIGEST:\+@\$\{DIGEST\}\}", last[0].value)
    [default] = [step.value for step in steps() if step.value.startswith("PYTHON=")]
    assert re.fullmatch(r"PYTHON=3\.\d+-slim-[a-z]+", default)


def test_nothing_of_the_build_but_the_program_comes_into_it() -> None:
    _, last = stages(steps())
    assert [step.value for step in last if step.instruction in ("COPY", "ADD")] == [
        "--from=build /opt/cblint /opt/cblint"
    ]


def test_nobody_in_it_is_root() -> None:
    _, last = stages(steps())
    order = [step.instruction for step in last]
    assert order.index("RUN") < order.index("USER") < order.index("ENTRYPOINT")
    [user] = [step.value for step in last if step.instruction == "USER"]
    assert re.fullmatch(r"[1-9]\d{4}:[1-9]\d{4}", user), (
        "a number is known to be none of root's where nobody reads passwd"
    )
    assert f"--uid {user.partition(':')[0]}" in str(last)


def test_it_starts_cblint() -> None:
    _, last = stages(steps())
    assert [json.loads(step.value) for step in last if step.instruction in ("ENTRYPOINT", "CMD")] == [
        ["cblint"],
        ["--help"],
    ]


def test_pip_installs_nothing_without_a_hash_and_keeps_nothing() -> None:
    [build, _] = stages(steps())
    [variables] = [step.value.split() for step in build if step.instruction == "ENV"]
    assert {"PIP_NO_CACHE_DIR=1", "PIP_ONLY_BINARY=:all:", "PIP_REQUIRE_HASHES=1"} <= set(variables)
    installs = re.findall(r"pip install[^&]*", str([step.value for step in build if step.instruction == "RUN"]))
    assert len(installs) == 3
    assert all("--requirement tools/locked/" in each or "--no-index" in each for each in installs)


def test_the_context_is_what_the_wheel_is_made_of() -> None:
    names = context([*tracked(), ".git/config", ".env", "secrets.txt", "cblint/__pycache__/api.cpython-311.pyc"])
    assert {name.split("/")[0] for name in names} == {
        "LICENSE",
        "README.md",
        "cblint",
        "pyproject.toml",
        "rules",
        "tools",
    }
    assert {name for name in names if name.startswith("tools/")} == {
        "tools/hatch_build.py",
        "tools/locked/container.txt",
        "tools/locked/dist.txt",
    }
    assert not [name for name in names if "__pycache__" in name]


@pytest.mark.skipif(BASE is None, reason="make check-container takes the steps")
def test_its_steps_make_an_image_that_needs_nothing(tmp_path: pathlib.Path) -> None:
    source = tmp_path / "context"
    for name in context(tracked()):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(os.path.join(ROOT, name), source / name)
    copied = {"": str(source)}
    image = None
    for stage in stages(steps()):
        name = stage[0].value.partition(" AS ")[2] or "last"
        image = Image(str(BASE), str(tmp_path / name))
        image.variables.update({name: os.environ[name] for name in os.environ.keys() & {"PIP_CERT", "PIP_INDEX_URL"}})
        for step in stage[1:]:
            image.take(step, copied)
        copied[name] = image.folder
    assert image is not None
    assert image.labels["org.opencontainers.image.licenses"] == "Apache-2.0"
    examples = os.path.join(ROOT, "examples")
    for arguments, status, shown, temporary in RUNS:
        done = image.run_read_only([*image.entry, *arguments], examples, temporary)
        assert (done.returncode, done.stderr) == (status, ""), done.stdout + done.stderr
        assert shown in done.stdout
    for command, printed in (
        ("id -u", "10001\n"),
        ("touch /work/x /tmp/x /opt/cblint/x 2>&1 | grep -c 'ead-only'", "3\n"),
    ):
        assert image.run_read_only(["/bin/sh", "-c", command], examples, temporary=False).stdout == printed
