"""What is remembered of the disk, forgotten where a process sees it change, and kept of what was asked of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps

from cblint.records import NamedTuple
from cblint.source.digest import digest
from cblint.typing import Any, Concatenate, ParamSpec, TypeVar

Given = ParamSpec("Given")
Found = TypeVar("Found")

_forgetting: list[Callable[[], None]] = []


def of_disk(most: int) -> Callable[[Callable[Given, Found]], Callable[Given, Found]]:
    """A function whose last answers, so many of them, are kept until ``forget``: they tell what is on the disk."""

    def kept(function: Callable[Given, Found]) -> Callable[Given, Found]:
        remembering = lru_cache(most)(function)
        _forgetting.append(remembering.cache_clear)
        return remembering  # type: ignore[return-value] # the stubs of lru_cache know no parameters

    return kept


def forget() -> None:
    """Look at the disk again."""
    for clear in _forgetting:
        clear()


class Question(NamedTuple):
    """What was asked of a repository: by which function, of which folder, and with what else.

    ``folder`` is that of the repository from the current folder.
    """

    name: str
    folder: str
    given: tuple[Any, ...]


Answers = dict[Question, str]
"""Each with the digest of what the answer was."""

_told: ContextVar[Answers | None] = ContextVar("told", default=None)
_askers: dict[str, tuple[Callable[..., Any], Callable[[Any], str]]] = {}


def of_repository(
    most: int, plain: Callable[[Any], object] = lambda found: found
) -> Callable[[Callable[Concatenate[str, Given], Found]], Callable[Concatenate[str, Given], Found]]:
    """As ``of_disk``, of a question about a repository, whose folder comes first: ``listening`` is told of it.

    ``plain`` makes of an answer what says all that there is to it: a text, a number, None, or a set of texts.
    """

    def kept(function: Callable[Concatenate[str, Given], Found]) -> Callable[Concatenate[str, Given], Found]:
        remembering = of_disk(most)(function)
        name = f"{function.__module__}.{function.__qualname__}"

        def said(answer: Found) -> str:
            return _digest(plain(answer))

        @wraps(function)
        def asked(repository: str, /, *given: Given.args, **named: Given.kwargs) -> Found:
            told = _told.get()
            if told is None:
                return remembering(repository, *given, **named)
            before = _told.set(None)  # what is asked on the way to an answer is part of that
            try:
                answer = remembering(repository, *given, **named)
                told[Question(name, os.path.relpath(repository), given)] = said(answer)
            finally:
                _told.reset(before)
            return answer

        _askers[name] = (asked, said)
        return asked

    return kept


@contextmanager
def listening() -> Iterator[Answers]:
    """What is asked of repositories meanwhile."""
    told: Answers = {}
    before = _told.set(told)
    try:
        yield told
    finally:
        _told.reset(before)


def asked_again(question: Question) -> str:
    """The digest of the answer of now; empty if nobody asks so any more."""
    if question.name not in _askers:
        return ""
    ask, said = _askers[question.name]
    return said(ask(os.path.abspath(question.folder), *question.given))


def are_as_before(answers: Answers, now: Answers) -> bool:
    """Whether all that was asked has the answer still that it had; ``now`` are those of now that are known already."""
    for question, answer in answers.items():
        if question not in now:
            try:
                now[question] = asked_again(question)
            except Exception:  # nobody has asked so: what was kept comes from somebody else
                return False
        if now[question] != answer:
            return False
    return True


def _digest(answer: object) -> str:
    """The same for equal answers, in every process."""
    return digest(repr(sorted(answer) if isinstance(answer, (set, frozenset)) else answer))
