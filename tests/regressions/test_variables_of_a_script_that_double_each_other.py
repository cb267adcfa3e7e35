"""Three kilobytes of assignments took two seconds and 200 MB: the texts that they double were bounded too late."""

from __future__ import annotations

from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from tests.bounds import no_hanging

DOUBLING = "A0=x\n" + "".join(f"A{number + 1}=$A{number}$A{number}\n" for number in range(200))


def test_they_are_given_up() -> None:
    text = DOUBLING + 'aws codebuild create-project --name a --source "$A200"\n'
    with no_hanging(5):
        assert lint_text(text, Candidate("a.sh", True), Settings()).kind == "script"
