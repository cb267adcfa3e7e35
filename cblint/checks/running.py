"""Which words and files a command runs as code, by ``rules/facts/code.yml``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint import expressions
from cblint.facts import table
from cblint.records import NamedTuple
from cblint.shell.commands import SimpleCommand
from cblint.shell.effects import Verb, line_in
from cblint.shell.operands import beginning, option_values
from cblint.shell.query import Invocation, unwrapped
from cblint.shell.syntax import Word

COMMANDS = "commands"
_SLICES = {"@all": slice(None), "@rest": slice(1, None), "@program": slice(1)}
_VARIABLE = expressions.lazy(r"[A-Za-z_][A-Za-z0-9_]*[+:?]?=")
_REMOTE_SHELL = expressions.lazy(r"(?:sudo )?(?:ba|da|z|k)?sh(?: -[a-z]+)*")
_SOURCES = (".", "source")


class Code(NamedTuple):
    """A command runs a text. ``word`` holds it, or names the file in which it stands (``in_file``); None: it reads it.

    ``inserts`` is what ``xargs`` replaces in it by what it reads.
    """

    invocation: Invocation
    language: str
    word: Word | None
    in_file: bool = False
    inserts: bool = False


def code_in(node: SimpleCommand) -> Iterator[Code]:
    """What a command runs, itself or through others such as ``sudo``."""
    for invocation in unwrapped(node):
        if invocation.node is not node:
            return  # what stands in quotes is a command of its own
        found = list(_words(invocation))
        yield from (each._replace(inserts=_inserts(each)) for each in found)
        if not found or invocation.program == "ssh":
            yield from _other(invocation)


def _words(invocation: Invocation) -> Iterator[Code]:
    """The words that are code."""
    if invocation.program in table("tools")["shells"]:
        word = _behind_c(invocation.words)
        if word is not None:
            yield Code(invocation, COMMANDS, word)
        return
    verb = line_in("code", invocation)
    if verb is None:
        return
    language = verb.says["language"]
    if verb.says.get("inner"):
        word = _inner(invocation.words)
        if word is not None:
            yield Code(invocation, language, word)
    for word in _at(verb, invocation):
        yield Code(invocation, language, word)


def _at(verb: Verb, invocation: Invocation) -> Iterator[Word]:
    for place in verb.says.get("code", ()):
        if place == "@variables":
            yield from (word for word in invocation.arguments if _VARIABLE.match(beginning(word)[0]))
        elif place in _SLICES:
            yield from _operands(verb, invocation)[verb.depth :][_SLICES[place]]
        else:
            yield from option_values(invocation.arguments, (place,))


def _operands(verb: Verb, invocation: Invocation) -> tuple[Word, ...]:
    """The operands, also behind options with two values."""
    pairs = verb.says.get("pairs")
    if not pairs:
        return invocation.operands()
    words: list[Word] = []
    skip = 0
    for word in invocation.words:
        if skip:
            skip -= 1
        elif word.text in pairs:
            skip = 2
        else:
            words.append(word)
    return invocation.with_words(tuple(words)).operands()


def _behind_c(words: tuple[Word, ...]) -> Word | None:
    """The command that a shell is given in its words."""
    given = False
    skip = False
    for word in words[1:]:
        text, complete = beginning(word)
        if skip:
            skip = False
        elif complete and re.fullmatch(r"[-+][A-Za-z]+|--[a-z-]+", text):
            given = given or (text[0] == "-" and text[1] != "-" and "c" in text)
            skip = text[1] != "-" and text[-1] in "oO"
        else:
            return word if given else None
    return None


def _inner(words: tuple[Word, ...]) -> Word | None:
    """The command that a shell is given which is named among the words of another."""
    shells = table("tools")["shells"]
    for number, word in enumerate(words[1:], 1):
        if (word.text or "").rpartition("/")[2] in shells:
            return _behind_c(words[number:])
    return None


def _inserts(code: Code) -> bool:
    """Whether ``xargs`` puts what it reads into the code."""
    if "xargs" not in code.invocation.wrappers or code.word is None or code.language == "recipe":
        return False
    words = code.invocation.node.words
    place = next((number for number, word in enumerate(words) if (word.text or "").endswith("xargs")), len(words))
    values = [word.text for word in option_values(words[place:], ("-I", "--replace"))]
    return any(value and value in code.word.raw for value in values)


def _other(invocation: Invocation) -> Iterator[Code]:
    """A file that it runs, or what it reads."""
    program = invocation.program
    operands = invocation.operands()
    if program in _SOURCES:
        yield from (Code(invocation, COMMANDS, word, True) for word in operands[:1])
    elif program == "ssh":
        if len(operands) == 1 or (len(operands) == 2 and _REMOTE_SHELL.fullmatch(operands[1].text or "")):
            yield Code(invocation, COMMANDS, None)
    elif _is_interpreter(program):
        is_shell = program in table("tools")["shells"]
        if all(word.text == "-" for word in operands) or (is_shell and invocation.flags("-s")):
            yield Code(invocation, COMMANDS, None)
        else:
            yield Code(invocation, COMMANDS, operands[0], True)
    elif invocation.is_path:
        yield Code(invocation, COMMANDS, invocation.words[0], True)


def _is_interpreter(program: str) -> bool:
    known = table("effects")["interpreters"]
    return program in table("tools")["shells"] or program in known or program.rstrip("0123456789.") in known
