"""In a folder that somebody had deleted, nearly every command was an internal error."""

from __future__ import annotations

import pathlib
import sys

import pytest

from cblint.cli import main
from tests.helpers import commands

FILE = "FILE"


@pytest.fixture
def gone(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The file that there is elsewhere, where the current folder is there no more."""
    if sys.platform == "win32":
        pytest.skip("Windows deletes no folder in which a process is")
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    file = tmp_path / "buildspec.yml"
    file.write_text(commands("make"))
    return file


def status(*arguments: str) -> int | str | None:
    with pytest.raises(SystemExit) as done:
        main(arguments)
    return done.value.code


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", FILE),
        ("check", "--fix"),
        ("rules", "--rules", "own"),
        ("trace", FILE),
        ("config", FILE),
        ("init",),
        ("baseline", "create"),
        ("audit", FILE),
        ("lsp",),
    ],
    ids=" ".join,
)
def test_what_needs_it_says_so(
    gone: pathlib.Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert status(*(str(gone) if argument == FILE else argument for argument in arguments)) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.splitlines()[-1]) == (
        "",
        "Error: The current directory is not there any more: go to one that is.",
    )


@pytest.mark.parametrize(
    "arguments", [("rules",), ("explain", "curl-without-fail"), ("schema",), ("completion", "bash"), ("--version",)]
)
def test_what_needs_none_works(
    gone: pathlib.Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert status(*arguments) == 0
    said = capsys.readouterr()
    assert said.out
    assert said.err == ""
