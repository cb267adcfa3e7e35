"""What of a file is not to be shown: the secrets that stand in it, wherever their text comes to be seen."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from cblint import expressions
from cblint.source.text import Lines, Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.buildspec.model import Buildspec, ShellItem
    from cblint.hosts.graph import Resource
    from cblint.secrets.formats import Match
    from cblint.secrets.mask import Hidden, Mask, Secret
    from cblint.shell import syntax
    from cblint.shell.script import Script
    from cblint.shell.syntax import Word
    from cblint.shell.unquoted import Reading
    from cblint.source.text import Text


class Hiding:
    """The secrets of a file, found when something of it is to be shown."""

    def __init__(self, text: str, subjects: Sequence[Buildspec | Resource] = ()) -> None:
        """``subjects`` are what the file holds: buildspecs, and definitions of other things."""
        self._text = text
        self._subjects = subjects

    def hidden(self, text: str, shown: int | None = None) -> str:
        """A text that comes from the file without what is secret in it; ``shown`` characters of it will be shown."""
        return self.mask.hidden(text, shown)

    def within(self, text: str) -> bool:
        """Whether something secret stands in a text that comes from the file."""
        return self.mask.within(text)

    @cached_property
    def mask(self) -> Mask:
        """The secrets, to be looked for in other texts."""
        from cblint.secrets.mask import Mask

        return Mask(self.known)

    @cached_property
    def known(self) -> list[Secret]:
        """The secrets as they are written in the file, and as they are read from it."""
        return _secrets(self._text, self._matches)

    @cached_property
    def _matches(self) -> list[tuple[Match, str]]:
        """Places in the file, and what is read there."""
        from cblint.secrets.mask import Mask

        found = list(_matches(self._text, self._subjects))
        mask = Mask(_secrets(self._text, found))
        if mask.nothing or mask.too_many:
            return found
        readings = (each for subject in self._subjects for each in _readings(subject))
        return [*found, *_read_otherwise(self._text, found, mask, readings)]

    @cached_property
    def _places(self) -> list[Hidden]:
        from cblint.secrets.mask import joined

        return joined(self._text, (match for match, _ in self._matches))

    def in_line(self, lines: Lines, number: int) -> tuple[Hidden, ...]:
        """What is not shown of a line, in 0-based columns."""
        from cblint.secrets.formats import Match
        from cblint.secrets.mask import Hidden, joined

        line = lines.line(number)
        if self.mask.too_many:
            return (Hidden(0, len(line), "…"),) if line else ()
        placed = list(_in_line(self._text, lines.span(number), self._places))
        elsewhere = [
            match
            for match in self.mask.known_in(line)
            if not any(place.start <= match.start and match.end <= place.end for place in placed)
        ]
        if not elsewhere:
            return tuple(placed)
        publics = [Match(start, end, "named", "", shown.index("…")) for start, end, shown in placed]
        return tuple(joined(line, [*publics, *elsewhere]))


_GIVEN = expressions.lazy(r"(?:-{0,2}|\[)([A-Za-z_][A-Za-z0-9_.-]{0,100})\]?\+?=(\S{1,4000})")
"""A word that gives a name, or an element of an array, a value."""
_DEFAULTS = frozenset({":-", "-", ":=", "=", ":+", "+"})
"""What stands between the name of a parameter and a value."""
_BLANKS = {1: "*", 2: "·", 3: "•", 4: "\U0001f512"}
"""By the bytes of UTF-8 that a character takes, one that takes as many, and as much of UTF-16."""


def filled(line: str, hidden: Iterable[Hidden]) -> str:
    """The line with every secret character replaced by one that says nothing and takes as much room in any encoding."""
    chars = list(line)
    for start, end, _ in hidden:
        chars[start:end] = [_BLANKS[len(char.encode("utf-8", "surrogatepass"))] for char in chars[start:end]]
    return "".join(chars)


def _in_line(text: str, line: Span, places: list[Hidden]) -> Iterator[Hidden]:
    from cblint.secrets.mask import label

    first = bisect_right(places, line.start, key=lambda place: place.end)
    last = bisect_left(places, line.end, key=lambda place: place.start)
    for place in places[first:last]:
        start, end = max(place.start, line.start), min(place.end, line.end)
        part = text[start:end]
        start += len(part) - len(part.lstrip())
        end -= len(part) - len(part.rstrip())
        if start < end:
            whole = place.start >= line.start and place.end <= line.end
            shown = place.shown if whole else label(text[start:end])
            yield type(place)(start - line.start, end - line.start, shown)


def _secrets(text: str, matches: Iterable[tuple[Match, str]]) -> list[Secret]:
    from cblint.secrets.mask import Secret

    return [
        Secret(secret, match.public, match.what == "weak")
        for match, read in matches
        if not _is_known(match)
        for secret in (read, text[match.start : match.end])
    ]


def _is_known(match: Match) -> bool:
    """Whether everybody knows it, so that it stands elsewhere by chance."""
    from cblint.secrets.context import KNOWN

    return match.kind == "url" and match.what == KNOWN


def _matches(text: str, subjects: Sequence[Buildspec | Resource]) -> Iterator[tuple[Match, str]]:
    from cblint.buildspec.model import Buildspec
    from cblint.secrets.mask import suspected

    buildspecs = [each for each in subjects if isinstance(each, Buildspec)]
    resources = [each for each in subjects if not isinstance(each, Buildspec)]
    references = sorted(
        [span for buildspec in buildspecs for span in _references(buildspec)]
        + [span for resource in resources for span in _references_of(resource)]
    )
    for match in suspected(text):
        number = bisect_right(references, Span(match.start, len(text) + 1)) - 1
        if match.kind != "named" or number < 0 or references[number].end < match.end:
            yield match, text[match.start : match.end]
    for buildspec in buildspecs:
        yield from _of_buildspec(buildspec)
    for resource in resources:
        yield from _of_resource(resource)


def _references(buildspec: Buildspec) -> Iterator[Span]:
    """Where names of secrets stand, which are none."""
    from cblint.buildspec.model import VARIABLES

    for variable in buildspec.variables:
        if variable.section != VARIABLES and variable.value is not None:
            yield variable.value.span


def _references_of(resource: Resource) -> Iterator[Span]:
    """Where the project names secrets."""
    from cblint.hosts.known import variables_of

    for variable in variables_of(resource):
        if variable.is_reference and variable.value is not None:
            yield variable.value.span


def _of_buildspec(buildspec: Buildspec) -> Iterator[tuple[Match, str]]:
    """What the rule finds; values of variables with the name of a secret; what is not written as it is read."""
    from cblint.buildspec.model import VARIABLES
    from cblint.checks.literals import secrets_in

    for written in secrets_in(buildspec):
        yield written.match, written.text
    for variable in buildspec.variables:
        if variable.section == VARIABLES and variable.value is not None:
            yield from _of_variable(variable.name, variable.value.text)
    yield from _of_items(buildspec)
    for reading in _readings(buildspec, only_suspected=True):
        yield from _suspected(reading)
    for item in buildspec.shell_items:
        if _gives(item):
            yield from _given_in(item.script)


def _of_items(buildspec: Buildspec) -> Iterator[tuple[Match, str]]:
    """What commands that are YAML mappings by mistake give the names of secrets: ``- TOKEN: …``."""
    from cblint.source.tree import Mapping, Scalar, walk

    for phase in buildspec.phases():
        for node in walk(phase.mapping):
            for pair in node.pairs if isinstance(node, Mapping) else ():
                if isinstance(pair.value, Scalar):
                    # Of a whole command that a colon has split, the last word is the name.
                    for name in (pair.name or "").split()[-1:]:
                        yield from _of_variable(name, pair.value.text)


def _of_resource(resource: Resource) -> Iterator[tuple[Match, str]]:
    """The same of a project's definition, or of another."""
    from cblint.checks.project_secrets import secrets_in
    from cblint.hosts.known import variables_of
    from cblint.source.tree import Scalar

    for written in secrets_in(resource):
        yield written.match, written.text
    for variable in variables_of(resource):
        value = variable.value.resolved if variable.value is not None else None
        if isinstance(value, Scalar) and not variable.is_reference:
            yield from _of_variable(variable.name, value.text)
    for reading in _readings(resource):
        yield from _suspected(reading)


def _of_variable(name: str, value: Text) -> Iterator[tuple[Match, str]]:
    """The value of what has the name of a secret."""
    from cblint.secrets.formats import Match
    from cblint.secrets.mask import worth
    from cblint.secrets.names import names_secret
    from cblint.secrets.values import is_written_in_part

    if names_secret(name) and is_written_in_part(value.value):
        span = value.span(0, len(value))
        yield Match(span.start, span.end, "named", worth(value.value)), value.value


# What is not read as it is written


def _suspected(reading: Reading) -> Iterator[tuple[Match, str]]:
    from cblint.secrets.mask import suspected

    for match in suspected(reading.text.value):
        yield from _placed(reading, match)


def _placed(reading: Reading, match: Match) -> Iterator[tuple[Match, str]]:
    """A match in what is read with its place in the file, as it is read and as it is written."""
    span = reading.text.span(match.start, match.end)
    placed = match._replace(start=span.start, end=span.end)
    yield placed, reading.text.value[match.start : match.end]
    yield placed, _there(reading.written, placed)


def _there(text: Text, match: Match) -> str:
    """What stands at the place of a match."""
    return text.value[text.index(match.start) : text.index(match.end)]


def _read_otherwise(
    file: str, found: list[tuple[Match, str]], mask: Mask, readings: Iterable[Reading]
) -> Iterator[tuple[Match, str]]:
    """How secrets that are known are read where they stand, and where else they stand in another spelling."""
    from cblint.secrets.mask import worth

    places = sorted({match for match, _ in found})
    starts = [match.start for match in places]
    known = {spelling for match, read in found for spelling in (read, file[match.start : match.end])}
    for reading in readings:
        text = reading.text
        for match in places[bisect_left(starts, text.offset(0)) : bisect_left(starts, text.offset(len(text)))]:
            read = _there(text, match)
            if read not in known:
                known.add(read)
                yield match, read
        for match in mask.known_in(text.value):
            span = text.span(match.start, match.end)
            if file[span.start : span.end] not in known:
                known.add(file[span.start : span.end])
                yield from _placed(reading, match._replace(what=worth(text.value[match.start : match.end])))


def _readings(subject: Buildspec | Resource, only_suspected: bool = False) -> Iterator[Reading]:
    """The texts of a subject that YAML, or a shell, reads otherwise than they are written.

    ``only_suspected``: of commands only those in which a secret may be seen then.
    """
    from cblint.buildspec.model import Buildspec
    from cblint.shell.unquoted import Reading
    from cblint.source.tree import Scalar, walk

    for node in walk(subject.root):
        if isinstance(node, Scalar) and node.style != "|" and node.value not in node.source:
            yield Reading(node.text, node.origin)
    if isinstance(subject, Buildspec):
        yield from _readings_of_shells(subject, only_suspected)


def _readings_of_shells(buildspec: Buildspec, only_suspected: bool) -> Iterator[Reading]:
    from cblint.checks.literals import may_tell
    from cblint.shell import syntax
    from cblint.shell.trees import answer_of
    from cblint.shell.unquoted import unquoted

    def is_one(item: ShellItem) -> bool:
        return any(mark in item.value for mark in "'\"\\`") and (not only_suspected or may_tell(item.value))

    for item in filter(is_one, buildspec.shell_items):
        if not only_suspected or answer_of(item.script, _is_suspected):
            yield from _read_by_shell(item.script)
    for item in filter(is_one, buildspec.powershell_items):
        from cblint.shell.powershell_unquoted import edits_in_powershell  # few buildspecs are for Windows

        yield from unquoted(syntax.walk(item.powershell), edits_in_powershell)


def _read_by_shell(script: Script) -> Iterator[Reading]:
    from cblint.shell.unquoted import unquoted

    yield from unquoted(_nodes(script))


def _nodes(script: Script) -> Iterator[syntax.Node]:
    """What a script is made of, and what the commands that it gives to shells are."""
    from cblint.shell import syntax
    from cblint.shell.query import by_shell

    again = (each.node for calls in by_shell(script).values() for each in calls)
    return (node for root in (script, *again) for node in syntax.walk(root))


def _is_suspected(script: Script) -> bool:
    """Whether a command may hold a secret that is seen when it is read without its quotes."""
    from cblint.secrets.mask import suspected

    return any(True for reading in _read_by_shell(script) for _ in suspected(reading.text.value))


def _gives(item: ShellItem) -> bool:
    """Whether words of a command may give the name of a secret a value in which more stands than in other texts."""
    from cblint.checks.literals import may_tell
    from cblint.shell.trees import answer_of

    return may_tell(item.value) and answer_of(item.script, _gives_any)


def _gives_any(script: Script) -> bool:
    return any(True for _ in _given_in(script))


def _given_in(script: Script) -> Iterator[tuple[Match, str]]:
    """The values that words of a command give the names of secrets, as they are read and as they are written."""
    for name, reading in _given(script):
        for match, _ in _of_variable(name, reading.text):
            yield match, _there(reading.text, match)
            yield match, _there(reading.written, match)


def _given(script: Script) -> Iterator[tuple[str, Reading]]:
    """The names that words give values, and those values."""
    from cblint.checks.literals import named_words
    from cblint.shell.commands import Assignment
    from cblint.shell.syntax import Parameter, Word
    from cblint.shell.unquoted import unquoted_word

    for name, word in named_words(script):
        yield name, unquoted_word(word)
    for node in _nodes(script):
        if isinstance(node, Assignment) and isinstance(node.value, Word):
            if node.value.text is not None:
                yield node.name, unquoted_word(node.value)
                if node.subscript is not None:
                    yield node.subscript.text or "", unquoted_word(node.value)
            else:
                for word in _printed_in(node.value):
                    yield node.name, unquoted_word(word)
        elif isinstance(node, Parameter):
            if node.argument is not None and node.operator in _DEFAULTS:
                yield node.name, unquoted_word(node.argument)
        elif isinstance(node, Word):
            given = _GIVEN.fullmatch(node.text or "")
            if given is not None:
                reading = unquoted_word(node)
                yield given[1], reading._replace(text=reading.text.slice(given.start(2), len(reading.text)))


def _printed_in(value: Word) -> Iterator[Word]:
    """What the commands in a value print that may be one: ``$(echo … | base64 -d)``."""
    from cblint.secrets.values import SHORTEST
    from cblint.shell.commands import SimpleCommand

    for command in value.walked():
        if isinstance(command, SimpleCommand) and command.words and command.words[0].text in ("echo", "printf"):
            yield from (word for word in command.words[1:] if len(word.text or "") >= SHORTEST)
