"""Secrets that are written out where everybody can read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise

from cblint.buildspec.model import VARIABLES, Buildspec, Variable
from cblint.facts import table
from cblint.finding import Report
from cblint.records import NamedTuple
from cblint.secrets import context
from cblint.secrets.find import find, once
from cblint.secrets.formats import Match, may_hold, tokens
from cblint.secrets.mask import label
from cblint.secrets.names import names_secret
from cblint.shell.commands import ArrayLiteral, Assignment, Command, HereDocument, SimpleCommand, While
from cblint.shell.query import Invocation, programs_in
from cblint.shell.script import Script
from cblint.shell.syntax import DoubleQuoted, SingleQuoted, Word, walk
from cblint.shell.trees import of_tree
from cblint.source.text import Span, Text
from cblint.source.tree import Scalar
from cblint.source.tree import walk as walk_yaml


class Written(NamedTuple):
    """A secret and where it stands: ``match`` counts in file offsets; ``name`` is what it is the value of."""

    match: Match
    text: str
    name: str


class _Found(NamedTuple):
    """The same in a text: ``match`` counts in its characters."""

    text: Text
    match: Match
    name: str = ""


def secret_literal(buildspec: Buildspec) -> Iterator[Report]:
    """A secret is written out in the file."""
    for written in secrets_in(buildspec):
        match = written.match
        fields = {"what": match.what, "shown": label(written.text, match.public), "name": written.name}
        yield Report(Span(match.start, match.end), _variant(match), fields)


def _variant(match: Match) -> str:
    if match.kind == "url":
        return {context.CERTAIN: "url", context.PROBABLE: "url-likely"}.get(match.what, "url-known")
    if match.kind == "format":
        return "format" if match.sure else "format-likely"
    return match.what if match.what == "weak" else match.kind


@lru_cache(maxsize=4)
def secrets_in(buildspec: Buildspec) -> tuple[Written, ...]:
    """The secrets of a buildspec, each once, in the order of the file: the rule asks, and whatever is shown of it."""
    found = {written.match: written for written in _everything(buildspec)}
    return tuple(found[match] for match in once(found))


def is_secret(variable: Variable) -> bool:
    """Whether what a variable of ``env`` is given is a secret itself."""
    value = variable.value
    if value is None or variable.section != VARIABLES:
        return False
    return context.named(variable.name, value.value.strip()) is not None or any(True for _ in tokens(value.value))


def secrets_of(text: Text, name: str = "") -> tuple[Written, ...]:
    """The secrets of one text that is no buildspec, each once; ``name`` is what it is the value of."""
    found = {written.match: written for written in (*_in(text), *_named(name, text))}
    return tuple(found[match] for match in once(found))


def _named(name: str, text: Text) -> Iterator[Written]:
    return (_written(*each) for each in (*_of(name, text), *_pairs(text)))


def _everything(buildspec: Buildspec) -> Iterator[Written]:
    source = buildspec.source
    # A keyword can hide behind escapes.
    escaped = "\\x" in source or "\\u" in source or "\\U" in source
    if escaped or _may_hold(source):
        for text in _texts(buildspec):
            if _may_hold(text.value):
                yield from _in(text)
    yield from _beyond(buildspec)
    if escaped or context.may_be_named(source):
        yield from _of_variables(buildspec)
    if escaped or _may_be_given(source):
        for item in buildspec.shell_items:
            if _may_be_given(item.value):
                yield from (_written(*each) for each in _of_commands(item.script))
        for item in buildspec.powershell_items:
            yield from (_written(*each) for each in _pairs(item.node.text))


def _beyond(buildspec: Buildspec) -> Iterator[Written]:
    """What is sure to be a secret though nobody knows what it stands in: it comes after a syntax error."""
    problem = buildspec.stream.problem
    if problem is None or not buildspec.is_last:
        return
    text = buildspec.stream.text
    rest = text.slice(problem.at, len(text))
    for match in find(rest.value):
        if match.kind == "format" and match.sure:
            yield _written(rest, match)


def may_tell(command: str) -> bool:
    """Whether something can stand in a command by which a secret is recognised."""
    return _may_be_given(command) or _may_hold(command)


def _may_be_given(text: str) -> bool:
    """Whether a name, or an option of one letter, can give a value in a text."""
    return context.may_be_named(text) or any(program in text for program in _programs())


@cache
def _programs() -> tuple[str, ...]:
    """Those with options of one letter that have a secret as their value."""
    return tuple(command for command in table("secrets")["options"] if " " not in command)


def _may_hold(text: str) -> bool:
    """Whether a token, a URL or a header can stand in a text."""
    if "://" in text or "uthorization" in text or "UTHORIZATION" in text:
        return True
    return may_hold(text)


def _texts(buildspec: Buildspec) -> Iterator[Text]:
    for node in walk_yaml(buildspec.root):
        if isinstance(node, Scalar) and not node.open and len(node.value) >= _SHORTEST:
            yield node.text
    for comment in buildspec.comments:
        yield comment.within(buildspec.stream.text)


_SHORTEST = 10
"""Characters of the shortest URL with a password, or token."""


def _in(text: Text) -> Iterator[Written]:
    for detector in (tokens, context.urls, context.headers):
        for match in detector(text.value):
            yield _written(text, match)


def _written(text: Text, match: Match, name: str = "") -> Written:
    span = text.span(match.start, match.end)
    return Written(match._replace(start=span.start, end=span.end), text.value[match.start : match.end], name)


# By their names


def _of_variables(buildspec: Buildspec) -> Iterator[Written]:
    for variable in buildspec.variables:
        if variable.section == VARIABLES and variable.value is not None:
            yield from (_written(*each) for each in _of(variable.name, variable.value.text))


def _of(name: str, text: Text) -> Iterator[_Found]:
    value = text.value.strip()
    match = context.named(name, value)
    if match is not None:
        begun = text.value.index(value)
        yield _Found(text, match._replace(start=begun, end=begun + len(value)), name)


def _pairs(text: Text) -> Iterator[_Found]:
    """Names with values in one text: JSON, a list of settings, ``name=value``."""
    for pair in context.pairs(text.value):
        match = context.named(pair.name, text.value[pair.start : pair.end])
        if match is not None:
            yield _Found(text, match._replace(start=pair.start, end=pair.end), pair.name)


@of_tree
def _of_commands(script: Script) -> list[_Found]:
    return list(_in_commands(script)) if script.problem is None else []


def _in_commands(script: Script) -> Iterator[_Found]:
    for node in walk(script):
        if type(node) is SimpleCommand:
            for word in node.words:
                yield from _within(word)
        elif type(node) is Assignment and isinstance(node.value, Word):
            yield from _value(node.name, node.value)
            if node.subscript is not None:
                yield from _value(node.subscript.text or "", node.value)
            yield from _within(node.value)
        elif type(node) is HereDocument:
            yield from _within(node.body)
        elif type(node) is ArrayLiteral:
            for word in node.elements:
                yield from _within(word)
    for invocation in programs_in(script):
        yield from _of_arguments(invocation)
    for name, word in named_words(script):
        yield from _value(name, word)


def _within(word: Word) -> Iterator[_Found]:
    if context.may_be_named(word.raw):
        yield from _pairs(word.source.slice(word.start, word.end))


def _value(name: str, word: Word) -> Iterator[_Found]:
    """A word that is the value of a name, if nothing in it is expanded."""
    if word.text:
        yield from _of(name, _inside(word))


def _inside(word: Word) -> Text:
    """The text of a word without the quotes round it."""
    (first, *others) = word.parts
    if not others and isinstance(first, (SingleQuoted, DoubleQuoted)) and first.raw[:1] in "'\"":
        return word.source.slice(word.start + 1, word.end - 1)
    return word.source.slice(word.start, word.end)


def _of_arguments(invocation: Invocation) -> Iterator[_Found]:
    """Passwords that are a part of a word."""
    words = invocation.words
    short = _short_options(invocation)
    for option, value in pairwise(words[1:]):
        if short.get(option.text or "") == "userinfo":
            yield from _userinfo(value)
    for word in words[1:]:
        if short.get((word.text or "")[:2]) == "attached" and len(word.text or "") > 2 and len(word.parts) == 1:
            yield from _of("password", word.source.slice(word.start + 2, word.end))


def named_words(script: Script) -> Iterator[tuple[str, Word]]:
    """The words of commands that are all of a value, each with the name of that."""
    for invocation in programs_in(script):
        yield from _behind_names(invocation)
        yield from _of_builtin(invocation)
        yield from _from_stdin(invocation)
    for loop in script.of(While):
        yield from _of_loop(loop)


def _behind_names(invocation: Invocation) -> Iterator[tuple[str, Word]]:
    """``--password value``, and ``npm config set name value``."""
    words = invocation.words
    short = _short_options(invocation)
    for option, value in pairwise(words[1:]):
        text = option.text or ""
        if text.startswith("--") and names_secret(text[2:]) and "=" not in text and not value.raw.startswith("-"):
            yield text[2:], value
        elif short.get(text) == "secret":
            yield "password", value
    operands = [word.text for word in words[:4]]
    for setting in _settings().get(operands[0] or "", ()):
        if operands[1 : len(setting) + 1] == list(setting):
            for name, value in pairwise(words[len(setting) + 1 :]):
                yield (name.text or "").rpartition(":")[2], value


def _of_builtin(invocation: Invocation) -> Iterator[tuple[str, Word]]:
    """``printf -v NAME %s value`` and ``read NAME <<< value``."""
    words = invocation.words
    if invocation.program == "printf" and len(words) > 2 and words[1].text == "-v":
        for word in _printed(words[3:]):
            yield words[2].text or "", word
    elif invocation.program == "read":
        for name in invocation.operands()[-1:]:
            for word in _read_by(invocation.node):
                yield name.text or "", word


def _of_loop(loop: While) -> Iterator[tuple[str, Word]]:
    """``while read NAME; do … done <<< value``"""
    for command in walk(loop.condition) if loop.redirections else ():
        if isinstance(command, SimpleCommand) and command.words and command.words[0].text == "read":
            for word in _read_by(loop):
                yield command.words[-1].text or "", word


def _from_stdin(invocation: Invocation) -> Iterator[tuple[str, Word]]:
    """``echo value | docker login --password-stdin``"""
    if not invocation.flags(*table("secrets")["from-stdin"]):
        return
    for word in _read_by(invocation.node):
        yield "password", word
    printing = invocation.fed_by
    if isinstance(printing, SimpleCommand) and printing.words and printing.words[0].text in ("echo", "printf"):
        words = [word for word in printing.words[1:] if not word.raw.startswith("-")]
        printed = _printed(words) if printing.words[0].text == "printf" else words
        if len(printed) == 1:
            yield "password", printed[0]


def _printed(words: Sequence[Word]) -> Sequence[Word]:
    """What ``printf`` prints of its operands: not the format, if that is one."""
    return words[1:] if words and "%" in words[0].raw else words


def _read_by(command: Command) -> Iterator[Word]:
    """What a here-string or a here-document gives a command."""
    for redirection in command.redirections:
        if redirection.operator == "<<<":
            yield redirection.target
        elif redirection.document is not None:
            yield redirection.document.body


def _userinfo(word: Word) -> Iterator[_Found]:
    """``user:password``"""
    inside = _inside(word)
    user, colon, _ = inside.value.partition(":")
    if word.text and colon and user:
        yield from _of("password", inside.slice(len(user) + 1, len(inside.value)))


def _short_options(invocation: Invocation) -> dict[str, str]:
    """The options of one letter that have a secret as their value."""
    options: dict[str, dict[str, str]] = table("secrets")["options"]
    words = [invocation.program, *(word.text or "" for word in invocation.arguments[:2])]
    for length in range(len(words), 0, -1):
        found = options.get(" ".join(words[:length]))
        if found is not None:
            return found
    return {}


@cache
def _settings() -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for command in table("secrets")["settings"]:
        program, *others = command.split()
        found.setdefault(program, []).append(tuple(others))
    return found
