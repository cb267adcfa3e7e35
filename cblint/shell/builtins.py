"""What builtins are given that only bash's take, and what else stands in words: the half of dialect.py below commands.

What each shell does with it is known from running it: ``rules/facts/dialect.yml``, tests/test_dialect.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cblint import expressions
from cblint.facts import table
from cblint.records import NamedTuple
from cblint.shell.syntax import DoubleQuoted, Literal, Node, SingleQuoted, Word
from cblint.source.text import Span

_SEQUENCE = expressions.lazy(r"\{(?:[-+]?\d+\.\.[-+]?\d+|[A-Za-z]\.\.[A-Za-z])(?:\.\.[-+]?\d+)?\}", re.ASCII)
_TILDE = expressions.lazy(r"[A-Za-z_]\w*=(?:[^~]*:)?(~)(?:[/:]|\Z)", re.ASCII)
_TILDE_DIRECTORY = expressions.lazy(r"~[+-](?:/|\Z)")
_CARET = expressions.lazy(r"\[\^\]?[^\]]*\]")
_ECHO_ESCAPE = expressions.lazy(r"\\(?:[abcefnrtv\\]|[0-7]{1,4})")
_PRINTF = expressions.lazy(
    r"%%|(?P<directive>%[-+ #0]*(?:\*|[1-9]\d*)?(?:\.(?:\*|\d*))?[qQn('lhzjtL])|\\\\"
    r"|(?P<escape>\\(?:x[0-9A-Fa-f]+|u[0-9A-Fa-f]+|U[0-9A-Fa-f]+|[E\"'?]))"
)
_SIGNAL = expressions.lazy(r"SIG(?!EXIT\b)[A-Z][A-Z0-9+-]*|ERR|DEBUG|RETURN", re.IGNORECASE)
_ARRAY_ELEMENT = expressions.lazy(r"[A-Za-z_]\w*\[", re.ASCII)
_UNARY = frozenset({"-a", "-o", "-v", "-N", "-R"})
"""Operators of ``[`` before one operand that dash does not have."""
_BINARY = frozenset({"=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"})
_BEFORE_PRIMARY = frozenset({"!", "(", "-a", "-o"})
_HIDDEN = "\0"
"""Stands for a character that is quoted, and for all that is expanded."""


class Construct(NamedTuple):
    """Something that dash or bash called sh does not run as bash does.

    ``written`` is what a message calls it; ``place`` has just the characters at fault. ``dash`` and ``posix_bash`` hold
    the words that the shell prints (all on standard error but those of ``type``), or, where it prints none, what it
    does; they are empty where it does the same as bash. ``effect`` is what becomes of it in dash, or in bash called sh
    where dash is like bash:

    - ``syntax``: the shell cannot read it. Of this line, or the compound command round it, nothing runs, and nothing
      after it; lines above have run.
    - ``fails``: the command fails; in special builtins, expansions and redirections that ends the whole script.
    - ``silent``: something else is done than bash does, and no error is printed.
    """

    name: str
    written: str
    place: Node
    dash: str
    posix_bash: str
    effect: str

    @property
    def span(self) -> Span:
        """The range of the file to point at."""
        return self.place.span


def part_of(node: Node, start: int, end: int) -> Node:
    """Some characters of a node, counted from its beginning."""
    return Node(node.source, node.start + start, node.start + end)


# Commands


def construct(
    name: str,
    place: Node,
    dash: str | None = None,
    posix_bash: str | None = None,
    written: str | None = None,
    effect: str | None = None,
) -> Construct:
    """A construct as the table has it, but for what is given."""
    row = table("dialect")["kinds"][name]
    return Construct(
        name,
        row["written"] if written is None else written,
        place,
        row["dash"] if dash is None else dash,
        row.get("posix-bash", "") if posix_bash is None else posix_bash,
        row["effect"] if effect is None else effect,
    )


def builtin(name: str, command: Word, arguments: list[Word], in_function: bool) -> Iterator[Construct]:
    """What there is to say of a builtin, or of a program of that name, and its arguments."""
    facts = table("dialect")
    if name in facts["missing"]:
        posix_bash = f"{name}: {arguments[0].text}: file not found" if name == "source" and _searched(arguments) else ""
        yield Construct(name, name, command, f"{name}: not found", posix_bash, "fails")
    elif name == ".":
        yield from _dot(arguments)
    elif name in ("[", "test"):
        yield from _test(name, arguments[:-1] if name == "[" else arguments)
    elif name == "set":
        yield from _set(arguments)
    elif name == "echo":
        yield from _echo(arguments)
    elif name == "kill":
        yield from _kill(arguments)
    elif name in ("exit", "return"):
        if name == "return" and not in_function:
            yield construct("return-outside-function", command)
        if arguments and re.fullmatch(r"-\d+", arguments[0].text or ""):
            written = f"{name} {arguments[0].text}"
            dash = f"{name}: Illegal number: {arguments[0].text}"
            yield construct("negative-status", arguments[0], dash, written=written)
    elif name == "local" and not in_function:
        yield construct("local-outside-function", command)
    elif name in facts["options"]:
        yield from _with_options(name, command, arguments)


# Options


def options(words: Sequence[Word], takes: str) -> tuple[list[tuple[str, Word, int]], list[Word]]:
    """The letters of the options, each with its word and its index there, and the operands.

    ``takes`` are the letters as getopts writes them.
    """
    found = []
    rest = list(words)
    while rest and (text := rest[0].text) is not None and text.startswith("-") and len(text) > 1:
        word = rest.pop(0)
        if text == "--":
            break
        for index, letter in enumerate(text[1:], 1):
            found.append((letter, word, index))
            if f"{letter}:" in takes:
                if index == len(text) - 1 and rest:
                    rest.pop(0)
                break
    return found, rest


def _letter(word: Word, index: int) -> Node:
    """An option in its word; the word if it has no other, or is quoted."""
    if len(word.raw) == 2 or word.raw != word.text:
        return word
    return Node(word.source, word.start + index, word.start + index + 1)


def _with_options(name: str, command: Word, arguments: list[Word]) -> Iterator[Construct]:
    row = table("dialect")["options"][name]
    given, operands = options(arguments, row["bash"])
    told = set()
    for letter, word, index in given:
        if letter in row["bash"] and letter not in row["dash"] and letter not in told:
            told.add(letter)
            dash = row.get("says", f"{name}: Illegal option -{letter}").format(word=word.text)
            yield Construct(f"{name}-option", f"{name} -{letter}", _letter(word, index), dash, "", "fails")
    if name == "read" and not operands and not told:
        yield construct("read-without-name", command)
    elif name == "unset":
        for operand in operands:
            if _ARRAY_ELEMENT.match(operand.text or ""):
                yield construct("array-unset", operand, f"unset: {operand.text}: bad variable name")
    elif name == "printf" and operands:
        yield from _printf(operands[0])
    elif name == "trap":
        # With one operand alone, that is a signal to bash; called sh, it wants the number of one.
        signals, posix_bash = (operands, "trap: usage") if len(operands) == 1 else (operands[1:], "")
        for signal in signals:
            if _SIGNAL.fullmatch(signal.text or ""):
                dash = f"trap: {signal.text}: bad trap"
                yield construct("trap-signal", signal, dash, posix_bash, f"trap … {signal.text}")


def _set(arguments: list[Word]) -> Iterator[Construct]:
    known = table("dialect")["set"]
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        text = word.text or ""
        if len(text) < 2 or text[0] not in "-+" or text == "--":
            return
        for index, letter in enumerate(text[1:], 1):
            if letter in known["letters"]:
                dash = f"set: Illegal option -{letter}"
                yield construct("set-option", _letter(word, index), dash, written=f"set -{letter}")
            if letter == "o" and rest:
                option = rest.pop(0)
                if option.text in known["names"]:
                    dash = f"set: Illegal option -o {option.text}"
                    yield construct("set-option", option, dash, written=f"set -o {option.text}")


# Builtins with a syntax of their own


def _searched(arguments: list[Word]) -> bool:
    """Whether the file is named so that bash finds it in the current folder, and the others look in PATH only."""
    name = arguments[0].text if arguments else None
    return bool(name) and name is not None and "/" not in name and not name.startswith("-")


def _dot(arguments: list[Word]) -> Iterator[Construct]:
    if _searched(arguments):
        name = arguments[0].text
        yield construct("dot-without-slash", arguments[0], f".: {name}: not found", f".: {name}: file not found")
    if len(arguments) > 1 and arguments[0].text != "--":
        yield construct("dot-arguments", Node(arguments[1].source, arguments[1].start, arguments[-1].end))


def _kill(arguments: list[Word]) -> Iterator[Construct]:
    first = arguments[0].text or "" if arguments else ""
    if first in ("-L", "-n"):
        yield Construct("kill-option", f"kill {first}", arguments[0], f"kill: Illegal option {first}", "", "fails")
    elif first.startswith("-SIG"):
        posix_bash = f"kill: {first[1:]}: invalid signal specification"
        yield construct("kill-signal", arguments[0], None, posix_bash, f"kill {first}")
    elif first == "-s" and len(arguments) > 1 and (signal := arguments[1].text or "").startswith("SIG"):
        dash = f"kill: invalid signal number or name: {signal}"
        posix_bash = f"kill: {signal}: invalid signal specification"
        yield construct("kill-signal", arguments[1], dash, posix_bash, f"kill -s {signal}")


def _test(name: str, operands: list[Word]) -> Iterator[Construct]:
    texts = [operand.text for operand in operands]
    open_brackets = 0
    for number, text in enumerate(texts[:-1]):
        before = texts[number - 1] if number else "!"
        open_brackets += {"(": 1, ")": -1}.get(text or "", 0)
        # dash has another way with four operands and less.
        unclosed = f"{name}: closing paren expected" if open_brackets and len(texts) > 4 else ""
        if text == "==" and number:
            # It names what stands on the left, if anything does.
            said = f"{name}: {before}: unexpected operator" if before else f"{name}: unexpected operator"
            written = "== in [ … ]" if name == "[" else "== of test"
            dash = unclosed or (None if before is None else said)
            yield construct("test-equals", operands[number], dash, written=written)
        elif text in _UNARY and before in _BEFORE_PRIMARY and not _is_operand(texts, number):
            said = f"{name}: {text}: unexpected operator"
            written = f"[ {text} … ]" if name == "[" else f"test {text}"
            yield construct("test-unary", operands[number], unclosed or said, written=written)


def _is_operand(texts: Sequence[str | None], number: int) -> bool:
    """Whether an operator follows that has what stands there on its left."""
    return number + 2 < len(texts) and texts[number + 1] in _BINARY


# Backslashes and directives


def _echo(arguments: list[Word]) -> Iterator[Construct]:
    escapes = False
    rest = list(arguments)
    while rest and _is_echo_option(rest[0].text or ""):
        word = rest.pop(0)
        escapes |= "e" in (word.text or "")
        # dash knows -n, and that once.
        if word.text != "-n" or word is not arguments[0]:
            yield construct("echo-option", word, written=f"echo {word.text}")
    for word in rest if not escapes else ():
        text, places = characters(word, quoted=True)
        match = _ECHO_ESCAPE.search(text) if "\\" in text else None
        if match is not None:
            written = f"{match.group()} in what echo prints"
            yield construct("echo-escape", placed(word, places, *match.span()), written=written)
            return


def _is_echo_option(text: str) -> bool:
    return len(text) > 1 and text[0] == "-" and not text[1:].strip("neE")


def _printf(word: Word) -> Iterator[Construct]:
    text, places = characters(word, quoted=True)
    if "\\" not in text and text.count("%") == text.count("%s"):
        return  # as in most
    for match in _PRINTF.finditer(text):
        if match["directive"]:
            said = f"printf: {match.group()}: invalid directive"
            place = placed(word, places, *match.span())
            yield construct("printf-directive", place, said, written=f"printf {match.group()}")
            return
        if match["escape"]:
            written = f"{match.group()} in what printf prints"
            yield construct("printf-escape", placed(word, places, *match.span()), written=written)


# What the shell itself makes of a word


def expanded(word: Word) -> Iterator[Construct]:
    """Braces and tildes in an argument."""
    if "{" in word.raw:
        yield from braces(word)
    if "~" in word.raw:
        text, places = characters(word)
        if _TILDE_DIRECTORY.match(text):
            yield construct("tilde-directory", placed(word, places, 0, 2), written=text[:2])
        match = _TILDE.match(text)
        if match is not None:
            yield construct("tilde-argument", placed(word, places, *match.span(1)))


def braces(word: Word) -> Iterator[Construct]:
    """The first pair of braces of which bash makes several words."""
    if "," not in word.raw and ".." not in word.raw:
        return
    text, places = characters(word)
    opened: list[tuple[int, bool]] = []
    pairs = []
    for index, char in enumerate(text):
        if char == "{":
            opened.append((index, False))
        elif char == "," and opened:
            opened[-1] = (opened[-1][0], True)
        elif char == "}" and opened:
            start, separated = opened.pop()
            if separated or _SEQUENCE.fullmatch(text, start, index + 1):
                pairs.append((start, index + 1))
    if pairs:
        place = placed(word, places, *min(pairs))
        yield construct("brace-expansion", place, written=place.raw)


def caret(word: Word) -> Iterator[Construct]:
    """``[^…]`` in a pattern."""
    if "[^" in word.raw:
        text, places = characters(word)
        match = _CARET.match(text, text.find("[^"))  # if nothing closes the first, nothing closes another
        if match is not None:
            yield construct("caret-pattern", placed(word, places, match.start(), match.start() + 2))


def placed(word: Word, places: Sequence[tuple[int, int]], start: int, end: int) -> Node:
    """The part of a word that some of its characters are."""
    return Node(word.source, places[start][0], places[end - 1][1])


def characters(word: Word, quoted: bool = False) -> tuple[str, list[tuple[int, int]]]:
    """The word without its quotes and where each character stands; ``quoted``: with those that are quoted."""
    found = [
        (piece if quoted or not in_quotes else _HIDDEN, place)
        for piece, place, in_quotes in _characters(word.parts, False)
    ]
    return "".join(piece for piece, _ in found), [place for _, place in found]


def _characters(parts: Sequence[Node], in_quotes: bool) -> Iterator[tuple[str, tuple[int, int], bool]]:
    for part in parts:
        source = part.source.value
        if isinstance(part, SingleQuoted) and not part.ansi:
            for at in range(part.start + 1, part.end - 1):
                yield source[at], (at, at + 1), True
        elif isinstance(part, DoubleQuoted):
            yield from _characters(part.parts, True)
        elif isinstance(part, Literal):
            at = part.start
            while at < part.end:
                char, following = source[at], source[at + 1 : at + 2]
                if char != "\\" or (in_quotes and following not in '$`"\\\n'):
                    yield char, (at, at + 1), in_quotes
                    at += 1
                    continue
                if following != "\n":
                    yield following or char, (at, at + 2), True
                at += 2
        else:
            yield _HIDDEN, (part.start, part.end), True
