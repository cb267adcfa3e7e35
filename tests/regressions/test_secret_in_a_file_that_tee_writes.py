"""What stood in the file that ``tee`` writes was taken for what it prints: an error where no secret reached the log."""

from __future__ import annotations

import pytest

from tests.helpers import HEAD, lint

ENV = "env:\n  secrets-manager:\n    S: a:b\n"


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("make | tee f", []),
        ("make | tee -a f", []),
        ("make | tee --append f g", []),
        ("make | tee -a f; cat f", ["secret-printed"]),
        ("cat f | tee -a g", ["secret-printed"]),
        ("tee g < f", ["secret-printed"]),
        ("nl f", ["secret-printed"]),
    ],
)
def test_tee_prints_what_it_reads(command: str, found: list[str]) -> None:
    result = lint(f'{HEAD}      - echo "$S" | base64 > f\n      - {command}\n{ENV}')
    assert [each.rule for each in result.findings if each.rule == "secret-printed"] == found
