"""Many small questions to a real shell in one process."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st

from tests import flow_runner

T = TypeVar("T")

SHELLS = flow_runner.SHELLS
BASHES = ("bash-as-sh", "bash")
END = "\n.\0"
"""Ends an answer: no text that tests ask for has it in itself."""
SECONDS = 60

needs_shells = pytest.mark.skipif(not flow_runner.have_shells(), reason="dash or bash is not installed")


def ask(shell: str, questions: Sequence[str], head: str = "", folders: Sequence[str] = ()) -> list[str]:
    """What each question prints on standard output, in one shell that runs them one after the other.

    A question that may end the shell stands in a subshell. ``folders`` are made before, below the one where it runs;
    ``$BEGIN`` is that one.
    """
    with tempfile.TemporaryDirectory(prefix="flow", dir=flow_runner.in_memory()) as made:
        place = os.path.realpath(made)
        program = flow_runner.shell_programs(place)[shell]
        inside = os.path.join(place, "work")
        for folder in ("", *folders):
            os.makedirs(os.path.join(inside, folder), exist_ok=True)
        file = os.path.join(place, "script")
        with open(file, "w", encoding="utf-8", newline="") as script:
            script.write(f"BEGIN={inside}\n{head}\n")
            script.writelines(f"{question}\nprintf '\\n.\\0'\n" for question in questions)
        done = subprocess.run(
            [*program, file],
            cwd=inside,
            env={"PATH": flow_runner.SEARCHED},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
        )
    *answers, rest = done.stdout.decode("utf-8", "surrogateescape").split(END)
    assert len(answers) == len(questions), f"{shell} ended after {len(answers)} of {len(questions)}: {rest!r}"
    return answers


def many(cases: st.SearchStrategy[T]) -> st.SearchStrategy[list[T]]:
    """As many as one process is asked."""
    return st.lists(cases, min_size=40, max_size=100)


def asked(examples: int) -> settings:
    """How often shells are asked. Nothing is made small: a failure shows only the cases that are wrong."""
    return settings(max_examples=examples, phases=[Phase.explicit, Phase.reuse, Phase.generate])


def wrong(
    cases: Sequence[T],
    shells: Sequence[str],
    ask_for: Callable[[T], str],
    expected: Callable[[T, str], str | None],
    head: str = "",
    folders: Sequence[str] = (),
) -> list[tuple[str, T, str, str]]:
    """Where a shell's answer is another than was expected; nothing is said against None."""
    found = []
    for shell in shells:
        answers = ask(shell, [ask_for(case) for case in cases], head, folders)
        for case, answer in zip(cases, answers, strict=True):
            said = expected(case, shell)
            if said is not None and said != answer:
                found.append((shell, case, said, answer))
    return found


def quoted(text: str) -> str:
    """A text as one word of any shell."""
    return "'" + text.replace("'", "'\\''") + "'"
