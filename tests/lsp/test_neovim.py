"""Neovim, set up as docs/editors.md says, with a buildspec in it."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess

import pytest

from tests.lsp.snippets import MISSPELT, Desk, program, titled

_DRIVER = os.path.join(os.path.dirname(__file__), "neovim.lua")


def version(neovim: str) -> tuple[int, int]:
    said = subprocess.run([neovim, "--version"], capture_output=True, text=True, check=True).stdout
    match = re.match(r"NVIM v(\d+)\.(\d+)", said)
    assert match is not None
    return int(match[1]), int(match[2])


@pytest.mark.parametrize(
    ("titles", "first", "last"),
    [
        (["Neovim 0.7 to 0.10"], (0, 7), (0, 10)),
        (["Neovim 0.11 and newer", "how findings are shown", "fix on save"], (0, 11), (99, 0)),
    ],
)
def test_what_the_page_shows_works(
    tmp_path: pathlib.Path, titles: list[str], first: tuple[int, int], last: tuple[int, int]
) -> None:
    neovim = program("nvim")
    if not first <= version(neovim) <= last:
        pytest.skip("this is for another Neovim than the one that is installed")
    desk = Desk(tmp_path, MISSPELT)
    settings = desk.put("init.lua", "\n".join(map(titled, titles)))
    told = desk.run(neovim, "--headless", "-n", "-i", "NONE", "-u", settings, "buildspec.yml", "-S", _DRIVER)
    assert "problem" not in told, told
    (finding,) = told["findings"]
    assert (finding["code"], finding["source"], finding["line"], finding["column"]) == ("unknown-key", "cblint", 1, 0)
    assert "phases" in finding["message"]
    assert told["hover"]["value"].startswith("**commands**")
    assert told["actions"][0].startswith("Spell the key")
    assert any(each.startswith("Suppress") for each in told["actions"])
    offered = {each["label"]: each["textEdit"]["newText"] for each in told["completions"]}
    assert offered["artifacts"].startswith("artifacts:")
    assert "version" not in offered
    if "fix on save" in titles:
        assert told["saved"] == MISSPELT.replace("phasess", "phases").splitlines()
