"""What ShellCheck says of a file, as rules for the engine: less what it cannot know of a build."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from cblint import expressions
from cblint.buildspec.model import Buildspec
from cblint.catalogue import Rule, Selection
from cblint.catalogue.model import SENTENCE
from cblint.catalogue.shellcheck import admitted, left_out, rule_of
from cblint.engine import within
from cblint.finding import Severity
from cblint.match import Match
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word
from cblint.shellcheck.answers import answer, consult
from cblint.shellcheck.program import Comment
from cblint.shellcheck.scripts import Asked, asked, passed_over
from cblint.shellcheck.words import whole
from cblint.source.text import Span

_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING}
"""Of its levels; info and style are notes."""
_GIVEN_UP, _BEFORE = "SC1073", frozenset({"SC1009", "SC1072", "SC1073"})
"""What it says where it cannot read on, and what it says then that explains nothing by itself."""
_OWN_LANGUAGE = ("test expression", "shellcheck directive")
"""What is read by no shell, but by ``[`` when it runs, or by ShellCheck."""
_NAMED = expressions.lazy(r"\bSC[1-9][0-9]{3}\b", re.IGNORECASE)


class Said:
    """The places in each buildspec at which one check says something, of one severity."""

    def __init__(self) -> None:
        self._found: dict[int, list[Match]] = {}

    def add(self, buildspec: Buildspec, match: Match) -> None:
        self._found.setdefault(id(buildspec), []).append(match)

    def find(self, subject: Buildspec) -> Iterator[Match]:
        """Those in one buildspec."""
        yield from self._found.get(id(subject), ())


def rules_of(program: str, text: str, buildspecs: Sequence[Buildspec], selection: Selection) -> tuple[list[Rule], int]:
    """The checks that say something of a file, and of how many commands ShellCheck could not say anything.

    Where it was asked about every command, also the checks that the ``text`` of the file names, for its comments that
    are of no use.
    """
    commands = [(buildspec, list(asked(buildspec))) for buildspec in buildspecs]
    consult(program, (script for _, items in commands for each in items for script in each.scripts))
    said: dict[str, dict[Severity, Said]] = {}
    unfinished = 0
    for buildspec, items in commands:
        for each in items:
            answers = [answer(script) for script in each.scripts]
            unfinished += None in answers
            for place, comment in _placed(_in_all([comments or () for comments in answers]), each):
                severity = _SEVERITIES.get(comment.level, Severity.NOTE)
                finder = said.setdefault(comment.code, {}).setdefault(severity, Said())
                finder.add(buildspec, Match(place, {SENTENCE: comment.message}, ()))
    if not unfinished and not any(map(passed_over, buildspecs)):
        for code in _named(text):
            said.setdefault(code, {})
    rules = (rule_of(code, finders=sorted(finders.items())) for code, finders in sorted(said.items()))
    return [rule for each in rules if (rule := admitted(each, selection)) is not None], unfinished


def _named(text: str) -> set[str]:
    """The checks that a file speaks of, if cblint would pass on what they say."""
    return {code for code in map(str.upper, _NAMED.findall(text)) if not _is_off(code)}


def _in_all(answers: Sequence[Sequence[Comment]]) -> list[Comment]:
    """What is passed on of what ShellCheck says of a command, whichever of its shells reads it."""
    first, *others = map(_passed_on, answers)
    said = [{comment[3:] + comment[:1] for comment in other} for other in others]
    return [comment for comment in first if all(comment[3:] + comment[:1] in other for other in said)]


def _passed_on(comments: Sequence[Comment]) -> list[Comment]:
    """What can be right of a command that is not all of its script."""
    given_up = next((comment for comment in comments if comment.code == _GIVEN_UP), None)
    if given_up is None:
        return [comment for comment in comments if not _is_off(comment.code)]
    # A shell can read it all the same, so that it is not certain what is wrong, if anything is.
    explained = [comment for comment in comments if comment.code not in _BEFORE and not _is_off(comment.code)]
    if not explained and any(words in given_up.message for words in _OWN_LANGUAGE):
        explained = [given_up]
    return [comment._replace(level="warning") for comment in explained]


@cache
def _is_off(code: str) -> bool:
    return left_out(code) is not None


def _placed(comments: Iterable[Comment], command: Asked) -> list[tuple[Span, Comment]]:
    """The comments, each with its place: of those that say the same of one character after the other, one for all."""
    found: list[tuple[Span, Comment]] = []
    for comment in comments:
        place = command.span(comment)
        condition = _CONDITIONS.get(comment.code)
        if condition is not None and not condition(place, command):
            continue
        before = found[-1] if found else None
        if before is not None and before[0].end == place.start and before[1][:3] == comment[:3]:
            found[-1] = (before[0].to(place), before[1])
        else:
            found.append((place, comment))
    return found


def _is_no_query(place: Span, command: Asked) -> bool:
    """Whether it is not the value of ``--query`` of the AWS CLI."""
    return not any(within(place, word.span) for call in _calls(command, "aws") for word in _queries(call.arguments))


def _queries(words: Sequence[Word]) -> Iterator[Word]:
    before = ""
    for word in words:
        text = word.text or ""
        if before == "--query" or text.startswith("--query="):
            yield word
        before = text


def _is_not_echoed(place: Span, command: Asked) -> bool:
    """Whether it is not among the words of an ``echo``."""
    return not any(within(place, word.span) for call in _calls(command, "echo") for word in call.arguments)


def _is_no_login(place: Span, command: Asked) -> bool:
    """Whether it is not ``aws ecr get-login``."""
    calls = (call for call in _calls(command, "aws") if call.runs("aws", "ecr", "get-login"))
    return not any(within(call.node.span, place) for call in calls)


def _is_taken_apart(place: Span, command: Asked) -> bool:
    """Whether the shell may make something else than one word of it; nothing at all only where it stands alone."""
    filled = whole(command.buildspec).get(place)
    return filled is None or (not filled and place in command.words)


def _calls(command: Asked, program: str) -> Iterator[Invocation]:
    return (call for call in command.item.invocations if call.program == program)


_CONDITIONS = {"SC2016": _is_no_query, "SC2046": _is_not_echoed, "SC2086": _is_taken_apart, "SC2091": _is_no_login}
"""As rules/facts/shellcheck.yml describes them."""
