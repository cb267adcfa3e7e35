"""What ShellCheck has said in this process: nothing is asked twice, and many things are asked at once."""

from __future__ import annotations

from collections.abc import Iterable

from cblint.shellcheck.program import Answer, Script, ask

_answers: dict[Script, Answer] = {}


def consult(program: str, scripts: Iterable[Script]) -> None:
    """Have those scripts looked at that have not been yet, as many at once as can be."""
    new = [script for script in dict.fromkeys(scripts) if script not in _answers]
    if new:
        _answers.update(ask(program, new))


def answer(script: Script) -> Answer:
    """What was said of a script that was asked about."""
    return _answers[script]


def answers() -> dict[Script, Answer]:
    """All of it, for another process."""
    return _answers


def remember(found: dict[Script, Answer]) -> None:
    """Take over what another process was told."""
    _answers.update(found)
