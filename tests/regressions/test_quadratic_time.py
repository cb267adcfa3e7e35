"""Some files of a megabyte took minutes: each of many findings or comments looked at a whole line, or at all below."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.helpers import HEAD

LONG = "a b " * 500_000
TEXTS = {
    "findings on a long line": (
        f"{{env: {{variables: {{A: '{LONG}'}}}}, phases: {{build: {{commands: [{'{}, ' * 2500}]}}}}}}\n",
        "command-not-string",
    ),
    "blanks in a suppression": (
        f"{HEAD}      - a # cblint: ignore[CB1002]{' ' * 300_000}x\n",
        "unknown-suppression",
    ),
    "blanks in a reason": (
        f"{HEAD}      - {{}} # cblint: ignore[CB1002] -- x{' ' * 300_000}x\n",
        "command-not-string",
    ),
    "suppressions above comments": (
        "# cblint: ignore[CB1002]\n" * 4000 + "# x\n" * 100_000 + HEAD + "      - make\n",
        "unused-suppression",
    ),
    "many names in a suppression": (
        f"{HEAD}      - a # cblint: ignore[{'CB1002,' * 40_000}CB1003]\n",
        "unused-suppression",
    ),
    "empty items above a comment": (
        HEAD + "      -\n" * 25_000 + "\n" * 3_500_000 + "# x\n",
        "command-not-string",
    ),
}


@pytest.mark.parametrize(("text", "rule"), TEXTS.values(), ids=TEXTS)
def test_the_time_is_about_linear(text: str, rule: str) -> None:
    command = [sys.executable, "-m", "cblint", "check", "-", "--isolated", "--format", "json"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=25)
    assert f'"rule": "{rule}"'.encode() in done.stdout
