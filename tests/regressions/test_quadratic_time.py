"""Some files of a megabyte took minutes: each of many findings or comments looked at a whole line, or at all below."""

from __future__ import annotations

import pytest

from tests.bounds import ALL, no_hanging
from tests.helpers import HEAD, lint

LESS = 1 if ALL else 4
SECONDS = 25 / LESS
LONG = "a b " * (500_000 // LESS)
TEXTS = {
    "findings on a long line": (
        f"{{env: {{variables: {{A: '{LONG}'}}}}, phases: {{build: {{commands: [{'{}, ' * (2500 // LESS)}]}}}}}}\n",
        "command-not-string",
    ),
    "blanks in a suppression": (
        f"{HEAD}      - a # cblint: ignore[CB1002]{' ' * (300_000 // LESS)}x\n",
        "unknown-suppression",
    ),
    "blanks in a reason": (
        f"{HEAD}      - {{}} # cblint: ignore[CB1002] -- x{' ' * (300_000 // LESS)}x\n",
        "command-not-string",
    ),
    "suppressions above comments": (
        "# cblint: ignore[CB1002]\n" * (4000 // LESS) + "# x\n" * (100_000 // LESS) + HEAD + "      - make\n",
        "unused-suppression",
    ),
    "many names in a suppression": (
        f"{HEAD}      - a # cblint: ignore[{'CB1002,' * (40_000 // LESS)}CB1003]\n",
        "unused-suppression",
    ),
    "empty items above a comment": (
        HEAD + "      -\n" * (25_000 // LESS) + "\n" * (3_500_000 // LESS) + "# x\n",
        "command-not-string",
    ),
}


@pytest.mark.parametrize(("text", "rule"), TEXTS.values(), ids=TEXTS)
def test_the_time_is_about_linear(text: str, rule: str) -> None:
    with no_hanging(SECONDS):
        assert rule in {finding.rule for finding in lint(text).findings}
