"""Commands with which ShellCheck does not finish kept a run busy for an hour, and others went without an answer."""

from __future__ import annotations

import os
import pathlib

import pytest

from cblint.shellcheck import program
from cblint.shellcheck.program import Script, ask
from tests.shellcheck import stand_in


def test_time_is_lost_once_and_not_with_every_command(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_SECONDS", 0.5)
    monkeypatch.setattr(program, "_SPEED", 1_000_000)
    monkeypatch.setattr(program, "_MOST_LOST", 1)
    runs = tmp_path / "runs"
    body = (
        f"open({os.fspath(runs)!r}, 'a').write('x')\n"
        "import time\nif any('BUSY' in open(file).read() for file in files):\n    time.sleep(60)\n"
        "print('{\"comments\": []}')"
    )
    busy = [Script("bash", "", f"BUSY {number} {'x' * 3_000}") for number in range(9)]
    quick = [Script("bash", "", str(number)) for number in range(9)]
    found = ask(stand_in(tmp_path, body), [*busy, *quick])
    assert {found[script] for script in quick} == {()}
    assert {found[script] for script in busy} == {None}
    assert len(runs.read_text()) <= 4  # one for the quick ones, and until a second was lost
