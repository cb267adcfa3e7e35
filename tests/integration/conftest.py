"""Running cblint as users do: in a process of its own, or in this one where speed matters more."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import jsonschema
import pytest
from click.testing import CliRunner, Result

from cblint.cli import run, start
from cblint.facts.sources import read_schema
from cblint.report import FORMATS
from cblint.shellcheck import answers
from cblint.source import remembered
from tests.helpers import commands, repository
from tests.workflow_commands import command_in, complaints

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

DEFECT = commands('echo "a: b"')
"""A buildspec with one error, on line 5 at column 16."""
WARNING = commands("make", "")
"""One with a warning."""
NOTE = commands("make", "# later")
"""One with a note."""
CLEAN = commands("make")

OUTPUT_SCHEMA = jsonschema.Draft202012Validator(read_schema("output"))


class Done(NamedTuple):
    """What came of a run."""

    status: int
    out: bytes
    err: bytes

    @property
    def stdout(self) -> str:
        return self.out.decode("utf-8")

    @property
    def stderr(self) -> str:
        return self.err.decode("utf-8")

    @property
    def lines(self) -> list[str]:
        return self.stdout.splitlines()

    @property
    def json(self) -> Any:
        """Standard output as JSON, which must fit the schema."""
        return valid_json(self.stdout)

    @property
    def sarif(self) -> Any:
        """The run of standard output as SARIF."""
        [run] = json.loads(self.stdout)["runs"]
        return run

    @property
    def findings(self) -> list[str]:
        """``path rule`` of each finding of a JSON run."""
        return [f"{finding['path']} {finding['rule']}" for finding in self.json["findings"]]

    @property
    def skipped(self) -> dict[str, str]:
        """The reasons of a JSON run, by path."""
        return {skip["path"]: skip["why"] for skip in self.json["summary"]["skipped"]}


def valid_json(text: str) -> Any:
    """A JSON report; one that does not fit the schema fails the test."""
    document = json.loads(text)
    OUTPUT_SCHEMA.validate(document)
    return document


class _Program:
    """What click's runner wants of a command, though not all command lines come to click."""

    @staticmethod
    def main(args: list[str], prog_name: str) -> None:
        assert prog_name == "cblint"
        start(args)


def invoke(args: Sequence[str], stdin: bytes | str, env: Mapping[str, str | None] | None = None) -> Result:
    """A command line in this process."""
    program: Any = _Program()
    return CliRunner().invoke(program, list(args), input=stdin, env=env, prog_name="cblint")


class Cblint:
    """cblint in the repository ``folder``, which is the working directory unless a call says otherwise."""

    def __init__(self, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self.put({})

    def put(self, files: Mapping[str, str | bytes]) -> None:
        """Write files into the repository."""
        repository(self.folder, dict(files))

    def __call__(
        self, *args: str, stdin: bytes = b"", cwd: str = ".", env: Mapping[str, str | None] | None = None
    ) -> Done:
        """``cblint check`` in this process."""
        return self.run("check", *args, stdin=stdin, cwd=cwd, env=env)

    def run(self, *args: str, stdin: bytes = b"", cwd: str = ".", env: Mapping[str, str | None] | None = None) -> Done:
        """``cblint`` in this process; an exception fails the test."""
        forget()
        variables = {"NO_COLOR": None, "FORCE_COLOR": None, **(env or {})}
        with self._monkeypatch.context() as patch:
            patch.chdir(self.folder / cwd)
            result = invoke(args, stdin, variables)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Done(result.exit_code, result.stdout_bytes, result.stderr_bytes)

    def in_every_format(self, *args: str | bytes, process: bool = False) -> dict[str, Done]:
        """``cblint check`` once, with what it writes in each format, and what it says on standard error for all."""
        written = {name: self.folder.parent / f"{name}.out" for name in FORMATS}
        outputs = [word for name, path in written.items() for word in ("--format", name, "--output", str(path))]
        done = (
            self.process("check", *outputs, *args)
            if process
            else self(*outputs, *(word for word in args if isinstance(word, str)))
        )
        return {name: done._replace(out=path.read_bytes()) for name, path in written.items()}

    def process(
        self,
        *args: str | bytes,
        stdin: bytes = b"",
        cwd: str = ".",
        env: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> Done:
        """``python -m cblint`` in a process of its own; a traceback fails the test, and so does a run without end."""
        done = subprocess.run(
            [sys.executable, "-m", "cblint", *args],
            input=stdin,
            capture_output=True,
            cwd=self.folder / cwd,
            env=environment(env),
            timeout=timeout,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode(errors="replace")
        assert b"Warning" not in done.stderr, done.stderr.decode(errors="replace")
        return Done(done.returncode, done.stdout, done.stderr)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a process: few, and the same everywhere."""
    return {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": ROOT, "LC_ALL": "C.UTF-8", **(extra or {})}


def forget() -> None:
    """Empty the caches that a process of its own would begin with."""
    remembered.forget()
    run._shellcheck.cache_clear()
    answers.answers().clear()


@pytest.fixture
def cblint(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cblint]:
    """cblint in an empty repository of its own."""
    folder = tmp_path / "repository"
    folder.mkdir()
    yield Cblint(folder, monkeypatch)
    forget()


_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def assert_harmless(output: bytes, format_: str = "text") -> None:
    """Nothing in it steers a terminal, or commands GitHub Actions or Azure Pipelines.

    In the format of the former's commands these are annotations of ours: each one begins with our words.
    """
    text = output.decode("utf-8")
    assert _CONTROLS.findall(text) == []
    for line in text.split("\n"):
        command = command_in(line)
        if format_ == "github" and command is not None:
            assert _ANNOTATION.match(line), line
            assert complaints(command) == []
        else:
            assert command is None, line
            assert not line.lstrip().startswith("::"), line
        assert "##[" not in line
        assert "##vso[" not in line


_ANNOTATION = re.compile("::(?:error|warning|notice) (?:file=[^:,]+,)?(?:line=[0-9]+,[^:]*,)?title=cblint[^:,]*::[^:]")
