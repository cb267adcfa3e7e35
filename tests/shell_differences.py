"""Why bash and dash judge some texts otherwise than the shell parser. Tests hold it to the real shells.

A reason says of a text alone, whatever a shell says of it, that it is judged differently for this reason: most of them
by reading it as that shell does, and comparing. What has the form of a reason without being judged differently would
hide a mistake of the parser, so the tests count it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from cblint.shell.commands import For, Function, HereDocument, Pipeline, SimpleCommand, Subshell
from cblint.shell.parser import Parser, parse
from cblint.shell.place import Unreadable
from cblint.shell.script import Problem
from cblint.shell.syntax import (
    ArithmeticExpansion,
    CommandSubstitution,
    Inserted,
    Literal,
    Parameter,
    ProcessSubstitution,
    Word,
    walk,
)
from cblint.source.text import Text


class Difference(NamedTuple):
    """A reason for which the parser and a shell judge differently.

    ``explains`` tells by a text that it is judged differently. Of 10,000 mutated texts, ``most`` are.
    """

    reason: str
    example: str
    explains: Callable[[str], bool]
    most: int = 10


def taken(text: str, reader: type[Parser] = Parser) -> bool:
    """Whether the parser takes the text for a whole command."""
    parser = reader(Text.of(text), 0)
    try:
        parser.whole()
    except Unreadable:
        return False
    return not any(item.open for item in parser.read)


# Texts that are judged the other way


def _read_by(reader: type[Parser]) -> Callable[[str], bool]:
    """Whether one who reads as the shell does judges the other way."""
    return lambda text: taken(text, reader) != taken(text)


def _without(pattern: str, instead: str = "") -> Callable[[str], bool]:
    """Whether it is what the pattern matches that we take or refuse: without it we judge the other way."""
    compiled = re.compile(pattern, re.DOTALL)
    return lambda text: compiled.search(text) is not None and taken(compiled.sub(instead, text)) != taken(text)


def _mended(mend: Callable[[str, Problem], str]) -> Callable[[str], bool]:
    """Whether we refuse the text only for what can be mended where the problem is; it makes the text shorter."""

    def explains(text: str) -> bool:
        before = text
        while (problem := parse(Text.of(text)).problem) is not None:
            shorter = mend(text, problem) if problem.source.value == text else text
            if len(shorter) >= len(text):
                return False
            text = shorter
        return text != before and taken(text)

    return explains


def _taken_with(kind: type[Any] | tuple[type[Any], ...], wanted: Callable[[Any], object]) -> Callable[[str], bool]:
    """Whether we take the text, with a node of the kind in it of which it is so."""

    def explains(text: str) -> bool:
        found = (node for node in walk(parse(Text.of(text))) if isinstance(node, kind))
        return any(map(wanted, found)) and taken(text)

    return explains


# Bash


class _BashArithmetic(Parser):
    """Only looks for the bracket that ends arithmetic: ``$((`` is that whatever it holds, and ``${`` is just text.

    What is arithmetic to us too is read as we read it: a mistake that we make there is none of bash.
    """

    def _arithmetic_expansion(self, start: int) -> ArithmeticExpansion | None:
        if not self.source.startswith("(", start + 2, self.size):
            return None
        before = self.mark()
        self.at = start + 3
        expression = self._balanced()
        if self._peek(")"):
            if not _leaves_a_brace_open(expression):
                self.back(before)
                return super()._arithmetic_expansion(start)
            self.at += 1
        else:
            self.at = start + 2
            expression = self._balanced()
        return ArithmeticExpansion(self.text, start, self.at, expression)

    def arithmetic(self, content: int) -> Word | None:
        before = self.mark()
        self.at = content
        expression = self._balanced()
        if self._peek(")") and _leaves_a_brace_open(expression):
            self.at += 1
            return expression
        self.back(before)
        return super().arithmetic(content)

    def _balanced(self) -> Word:
        start = self.at
        opened = 1
        while self.at < self.size:
            char = self.source[self.at]
            opened += {"(": 1, ")": -1}.get(char, 0)
            if not opened:
                literal = Literal(self.text, start, self.at, self.source[start : self.at])
                self.at += 1
                return Word(self.text, start, literal.end, (literal,))
            if char in "'\"`" or self._peek("$("):
                self._quote_or_expansion(char, quoted=True)
            else:
                self.at = min(self.at + (2 if char == "\\" else 1), self.size)
        raise self.error("unclosed", start, start, ")")


def _leaves_a_brace_open(expression: Word) -> bool:
    return expression.raw.count("${") > expression.raw.count("}")


class _BashParameter(Parser):
    """Takes a single quote in the word of a parameter for a quote, in double quotes too."""

    def until(self, closing: str, quoted: bool) -> Word:
        return super().until(closing, quoted=False)


def _reads_second_line_wrong(node: Subshell) -> bool:
    """Whether the first command in two brackets is in brackets itself, a line ends behind it, and a construct follows.

    Bash has read it up to there when it sees that it is no arithmetic, and again from the beginning, but forgets that
    a command begins on the next line.
    """
    first = node.body.items[0].pipelines[0].commands[0]
    following = node.body.items[1].pipelines[0].commands if len(node.body.items) > 1 else ()
    return (
        node.raw.startswith("((")
        and isinstance(first, Subshell)
        and node.source.value.startswith(("\n", "\\\n"), first.end)
        and bool(following)
        and not isinstance(following[0], SimpleCommand)
    )


def _tests_nothing(text: str) -> bool:
    """Whether what we refuse is the end of a test where something to test is missing."""
    problem = parse(Text.of(text)).problem
    if problem is None or problem.raw != "]]" or problem.source.value != text:
        return False
    return re.search(r"(?:\[\[|&&|\|\||(?<=[ \t\n])!)\s*\Z", text[: problem.start]) is not None


def _ends_within_a_word(node: CommandSubstitution | ProcessSubstitution) -> bool:
    """Whether a line of a here-document begins with its delimiter in a longer word, and has a bracket."""
    documents = [below for below in walk(node) if isinstance(below, HereDocument)]
    return not node.raw.startswith("`") and any(
        re.search(rf"^{chr(9) + '*' if document.stripped else ''}{re.escape(document.delimiter)}\w.*\)", line)
        for document in documents
        for line in document.body.raw.splitlines()
    )


BASH_DIFFERENCES = [
    Difference(
        "bash looks into backquotes when it runs them",
        "a `b; )`",
        lambda text: not taken(text) and taken(re.sub(r"(\\.)|`(?:[^`\\]|\\.)*`", r"\1", text, flags=re.DOTALL)),
        most=45,
    ),
    Difference(
        "bash looks into arithmetic when it runs it, and then says that it is none",
        "a $((b) c)",
        _read_by(_BashArithmetic),
        most=15,
    ),
    Difference(
        "bash reads a subshell as arithmetic in vain, and then takes the beginning of its second line for arguments",
        "((a)\n(b))",
        _taken_with(Subshell, _reads_second_line_wrong),
    ),
    Difference(
        "bash takes a single quote in the word of a parameter in double quotes for a quote, sh does not",
        '"${a:-it\'s}"',
        _read_by(_BashParameter),
    ),
    Difference(
        "bash reads [[ with nothing to test, and then runs nothing of the file",
        "[[ a && ]]",
        _tests_nothing,
    ),
    Difference(
        "bash drops a backslash at the very end, dash keeps it",
        "a >\\",
        lambda text: text.endswith("\\") and taken(text[:-1]) != taken(text),
    ),
    Difference(
        "bash reads a process substitution in the word of a parameter, sh does not",
        "${a-<(}",
        _without(r"(\$\{[^}]*)[<>]\(", r"\1$("),
    ),
    Difference(
        "operators and reserved words on two lines are not put together",
        "a &\\\n& b",
        _without(r"(?<=\S)\\\n(?=\S)"),
    ),
    Difference(
        "bash ends a here-document where its delimiter begins a word of a line with a bracket in it, dash does not",
        "$(cat <<E\nEX (a)\nE\n)",
        _taken_with((CommandSubstitution, ProcessSubstitution), _ends_within_a_word),
    ),
]


# Dash


BASH_ONLY = re.compile(
    r"\[\[|\]\]|(?<!\$)\(\(|\$['\"\[]|[<>]\(|&>|\|&|<<<|;;?&|\b(?:select|function|time|coproc)\b"
    r"|\w\+?=\(|\b[A-Za-z_]\w*\[|\{\w+\}[<>]"
)
"""What only bash gives a meaning: dash does not judge a text in which it stands."""


class _DashArithmetic(Parser):
    """Takes all that begins like arithmetic for it, up to two brackets side by side; quotes are none in it."""

    def _arithmetic_expansion(self, start: int) -> ArithmeticExpansion | None:
        if not self.source.startswith("(", start + 2, self.size):
            return None
        self.at = start + 3
        opened = 0
        while self.at < self.size:
            char = self.source[self.at]
            if char == ")" and not opened and self._peek("))"):
                expression = Word(self.text, start + 3, self.at, ())
                self.at += 2
                return ArithmeticExpansion(self.text, start, self.at, expression)
            opened = max(opened + {"(": 1, ")": -1}.get(char, 0), 0)
            if char not in "$`" or self._quote_or_expansion(char, quoted=True) is None:
                self.at = min(self.at + (2 if char == "\\" else 1), self.size)
        raise self.error("unclosed", start, start + 3, "))")


class _DashParameter(Parser):
    """Passes over the character where an operator should stand, whatever it is."""

    _SWALLOWED = re.compile(r"\$\{(?:[A-Za-z_]\w*|[0-9]+|[@*?$!-])?:?[$\"'`\\{]", re.ASCII)

    def _braced(self, start: int, quoted: bool) -> Parameter | Inserted:
        match = self._SWALLOWED.match(self.source, start, self.size)
        if match is None:
            return super()._braced(start, quoted)
        self.at = match.end()
        argument = self.until("}", quoted)
        self._close(start, "}")
        return Parameter(self.text, start, self.at, "", braces=True, argument=argument)


def _is_unreadable(document: HereDocument) -> bool:
    """Whether something in it that would be expanded cannot be read."""
    if document.quoted:
        return False
    try:
        Parser(Text.of(document.body.raw), 0).document_parts()
    except Unreadable:
        return True
    return False


def _function_of_a_command(text: str, problem: Problem) -> str:
    """The text with a command where a function begins whose body is missing: without the brackets behind its name."""
    before, after = text[: problem.start], text[problem.start :]
    return re.sub(r"\([ \t]*\)\s*\Z", " ", before) + after if problem.raw not in _NO_COMMAND else text


_NO_COMMAND = frozenset({"then", "elif", "else", "fi", "do", "done", "esac", "}", "!"})
"""What begins no command, not even for dash."""


DASH_DIFFERENCES = [
    Difference(
        "dash looks into a here-document when it reads it, bash when it runs it",
        "cat <<E\n$(\nE\n",
        _taken_with(HereDocument, _is_unreadable),
        most=25,
    ),
    Difference(
        "dash takes any command for the body of a function, bash a compound one",
        "f() a",
        _mended(_function_of_a_command),
    ),
    Difference(
        "dash has no pipeline without commands, and no two exclamation marks",
        "!",
        _taken_with(Pipeline, lambda node: not node.commands or re.match(r"!(?:\s|\\\n)+!\s", node.raw)),
    ),
    Difference(
        "to dash all is arithmetic that begins like it",
        "a $((b); c)",
        _read_by(_DashArithmetic),
    ),
    Difference(
        "dash passes over what stands where a parameter should have its operator, be it a quote or an expansion",
        "${a${b}",
        _read_by(_DashParameter),
        most=15,
    ),
    Difference(
        "dash takes a brace in the delimiter of a here-document for text",
        "cat <<a${\n",
        _without(r"(<<-?[ \t]*[^\s;&|]*)\$\{", r"\1a"),
    ),
    Difference(
        "dash looks at the name of a loop's variable when it reads it, bash when it runs it",
        "for a-b in c; do d; done",
        _taken_with(For, lambda node: not re.fullmatch(r"[A-Za-z_]\w*", node.name.raw)),
    ),
    Difference(
        "dash looks at the name of a function when it reads it, bash when it runs it",
        "'f'() { a; }",
        _taken_with(Function, lambda node: not re.fullmatch(r"\w+", node.name.raw)),
    ),
    Difference(
        "bash ends a here-document where its delimiter stands before a bracket",
        "a=$(cat <<E\nE)",
        _taken_with(HereDocument, lambda node: not node.terminated and node.end < len(node.source)),
    ),
]
