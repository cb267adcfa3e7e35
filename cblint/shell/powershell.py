"""Reading PowerShell: what is called with which words, what is read and assigned; see docs/decisions/powershell.md.

A command says by its first character how it is read: as words, up to the end of the line, or as an expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cblint import expressions
from cblint.shell.place import MAX_DEPTH, Unreadable
from cblint.shell.powershell_tree import (
    Argument,
    Assigned,
    Bracket,
    Call,
    Expandable,
    Expression,
    Keyword,
    Pipe,
    PowerShellScript,
    Variable,
)
from cblint.shell.script import Problem
from cblint.shell.syntax import Inserted, Literal, Node, SingleQuoted
from cblint.source.text import HOLE, Text

_BLANKS = expressions.lazy(r"(?:[ \t\f\v\xa0]|`\r?\n)+")
_SPACE = expressions.lazy(r"(?:[\s;]|`\r?\n)+")
_COMMENT = expressions.lazy(r"#[^\n]*")
_VARIABLE = expressions.lazy(r"[$@](?:[\w?]+(?::(?!:)[\w?]+)*)|\$[$^?]")
_BRACED = expressions.lazy(r"\$\{((?:[^`{}]|`.)+)\}", re.DOTALL)
_SINGLE = expressions.lazy(r"'[^']*(?:''[^']*)*'")
_HERE = expressions.lazy(r"@(['\"])[ \t]*\r?\n")
_IN_STRING = expressions.lazy(rf'[^"`${HOLE}]+')
_PLAIN = expressions.lazy(rf"[^\s{{}}();,|&<>'\"`${HOLE}]+")
_PLAIN_WORD = expressions.lazy(rf"[^\s{{}}();,|&<>'\"`$@{HOLE}-][^\s{{}}();,|&<>'\"`${HOLE}]*(?=[\s;|]|\Z)")
_PARAMETER = expressions.lazy(rf"-[A-Za-z_?][^\s{{}}();,|&.\[:'\"`<>{HOLE}]*")
_REDIRECTION = expressions.lazy(r"[\d*]?>(?:>|&[\d])?|<")
_KEYWORD = expressions.lazy(r"[A-Za-z]+(?![\w.\\/:*=-])")
_ASSIGNS = expressions.lazy(r"(?:[-+*/%]|\?\?)?=|\+\+|--")
_IN_EXPRESSION = expressions.lazy(r"-[A-Za-z]+|[\w.\[\]:!~^*/%?\\@-]|[^\x00-\x7f]|[+$=<>]")
_NUMBER = expressions.lazy(
    r"[+-]?(?:0x[0-9a-f]+|(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?)(?:u?[lsy]|[dn])?(?:[kmgtp]b)?"
    r"(?=[\s;,|)}\]*/%+.-]|\Z)",
    re.IGNORECASE,
)
_EXPRESSION = frozenset("$\"'(@[{+-!,")
_KEY = expressions.lazy(r"[\w.-]+\s*=")
_NAME = expressions.lazy(r"[^\s({;]+")
_FLAGS = expressions.lazy(r"-\w+|\[[^\]\n]*\]|,")
_CLOSING = {"(": ")", "$(": ")", "@(": ")", "{": "}", "@{": "}"}
_BLOCKS = frozenset(
    {
        "if", "while", "for", "foreach", "switch", "do", "try", "trap", "param", "function", "filter", "begin",
        "process", "end", "dynamicparam",
    }
)  # fmt: skip
_FOLLOWING = frozenset({"elseif", "else", "catch", "finally", "while", "until"})
"""Words with which a statement goes on behind a block."""
_NEEDS_BRACKET = frozenset({"if", "while", "for", "foreach", "switch", "elseif", "param"})
_SIMPLE = frozenset({"return", "throw", "exit", "break", "continue"})
_NOT_READ = frozenset({"class", "enum", "workflow", "configuration", "data", "using"})
"""Words that begin something which is not read."""


def parse(text: Text) -> PowerShellScript:
    """The tree of a command. Never raises: what could not be read is the script's ``problem``."""
    reader = _Reader(text)
    problem = None
    try:
        reader.whole()
    except Unreadable as error:
        if HOLE in text.value:
            # What is put in may make it readable: nothing is known of it.
            return PowerShellScript(text, (), None)
        problem = error.problem
    return PowerShellScript(text, tuple(reader.read), problem)


class _Reader:
    """A place in a command; ``read`` are the statements at its top level so far."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.source = text.value
        self.size = len(text.value)
        self.at = 0
        self.depth = 0
        self.read: list[Node] = []

    def whole(self) -> None:
        """Read all there is. Raises Unreadable."""
        self._statements(self.read)
        if self.at < self.size:
            raise self._unexpected()

    # Errors, and what stands between

    def _error(self, kind: str, start: int, token: str = "") -> Unreadable:
        return Unreadable(Problem(self.text, start, min(start + max(len(token), 1), self.size), kind, token))

    def _unexpected(self) -> Unreadable:
        if self.at >= self.size:
            return self._error("unfinished", self.size)
        return self._error("unexpected", self.at, self.source[self.at])

    def _deeper(self, start: int) -> None:
        """Note that we are in one construct more. Raises Unreadable."""
        if self.depth >= MAX_DEPTH:
            raise self._error("too-deep", start)
        self.depth += 1

    def _peek(self, *tokens: str) -> bool:
        return self.source.startswith(tokens, self.at)

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self.source, self.at)
        if match is None:
            return False
        self.at = match.end()
        return True

    def _between(self, pattern: re.Pattern[str]) -> None:
        """Go past blanks, or line ends too, and comments."""
        while self.at < self.size:
            if self._peek("<#"):
                end = self.source.find("#>", self.at + 2)
                if end < 0:
                    raise self._error("unclosed", self.at, "<#")
                self.at = end + 2
            elif not (self._skip(pattern) or self._skip(_COMMENT)):
                return

    # Statements

    def _statements(self, found: list[Node]) -> None:
        """The statements up to a closing bracket or the end."""
        while True:
            self._between(_SPACE)
            if self.at >= self.size or self.source[self.at] in ")}":
                return
            before = self.at
            found.append(self._statement())
            if self.at == before:
                raise self._unexpected()

    def _statement(self) -> Node:
        match = _KEYWORD.match(self.source, self.at)
        word = match[0].lower() if match is not None else ""
        if word in _NOT_READ:
            raise self._error("not-read", self.at, word)
        if word in _BLOCKS:
            return self._blocks(word)
        if word in _SIMPLE:
            start = self.at
            self.at += len(word)
            self._between(_BLANKS)
            value = () if self._at_end() else (self._pipe(),)
            return Keyword(self.text, start, value[0].end if value else start + len(word), word, value)
        return self._pipe()

    def _blocks(self, word: str) -> Node:
        """A statement of reserved words, brackets and blocks."""
        start = self.at
        first = word
        parts: list[Node] = []
        while True:
            self.at += len(word)
            self._between(_SPACE)
            if word in ("function", "filter") and not self._skip(_NAME):
                raise self._unexpected()
            self._clause(word, parts, word == "while" and first == "do")
            end = parts[-1].end if parts else self.at
            if first == "param":
                break
            self._between(_SPACE)
            match = _KEYWORD.match(self.source, self.at)
            word = match[0].lower() if match is not None else ""
            if word not in _FOLLOWING or (word in ("while", "until") and first != "do"):
                self.at = end
                break
        return Keyword(self.text, start, end, first, tuple(parts))

    def _clause(self, word: str, parts: list[Node], closes: bool) -> None:
        """The brackets behind one reserved word: a condition, a block, or both; ``closes``: it ends a loop."""
        self._between(_SPACE)
        while self._skip(_FLAGS):
            self._between(_SPACE)
        bracketed = self._peek("(")
        if word in _NEEDS_BRACKET and not bracketed:
            raise self._unexpected()
        if bracketed:
            parts.append(self._bracket("("))
            self._between(_SPACE)
        if word not in ("param", "until") and not closes:
            if not self._peek("{"):
                raise self._unexpected()
            parts.append(self._bracket("{"))

    def _at_end(self) -> bool:
        """Whether nothing more of this statement follows."""
        return self.at >= self.size or self.source[self.at] in "\r\n;)}"

    def _pipe(self) -> Node:
        start = self.at
        stages, operators = [self._stage()], []
        while True:
            end = stages[-1].end
            self._between(_BLANKS)
            operator = next((each for each in ("&&", "||", "|") if self._peek(each)), "")
            if not operator:
                if self._peek("&"):
                    self.at += 1
                break
            operators.append(operator)
            self.at += len(operator)
            self._between(_SPACE)
            stages.append(self._stage())
        return stages[0] if not operators else Pipe(self.text, start, end, tuple(stages), tuple(operators))

    def _stage(self) -> Node:
        char = self.source[self.at] if self.at < self.size else ""
        if not char or char in "|;)}<>":
            raise self._unexpected()
        if char == "&" or (char == "." and self.source[self.at + 1 : self.at + 2] in (" ", "\t")):
            start = self.at
            self.at += 1
            self._between(_BLANKS)
            return self._call(start, char)
        if char in _EXPRESSION or _NUMBER.match(self.source, self.at):
            return self._expression()
        return self._call(self.at, "")

    # Commands

    def _call(self, start: int, operator: str) -> Node:
        words: list[Argument] = []
        end = self.at
        while True:
            self._between(_BLANKS)
            if self._at_end() or (self.source[self.at] in "|&"):
                break
            if self._peek("--%"):
                self.at = self._verbatim_end()
                break
            if self.source[self.at] == "," or self._skip(_REDIRECTION):
                self.at += self.source[self.at : self.at + 1] == ","
                continue
            words.append(self._argument())
            end = words[-1].end
        if not words:
            raise self._unexpected()
        return Call(self.text, start, end, operator, tuple(words))

    def _verbatim_end(self) -> int:
        """Where the text behind ``--%`` ends, in which PowerShell reads nothing."""
        match = re.compile(r"[|\n]").search(self.source, self.at)
        return match.start() if match is not None else self.size

    def _argument(self) -> Argument:
        start = self.at
        plain = _PLAIN_WORD.match(self.source, start)
        if plain is not None:  # as most are
            self.at = plain.end()
            return Argument(self.text, start, self.at, (Literal(self.text, start, self.at, plain[0]),), False)
        parts: list[Node] = []
        parameter = _PARAMETER.match(self.source, start)
        if parameter is not None:
            self.at = parameter.end()
            parts.append(Literal(self.text, start, self.at, parameter[0]))
        while self.at < self.size:
            part = self._bracketed(not parts) or self._quoted() or self._variable(not parts)
            part = part or self._inserted() or self._literal()
            if part is None:
                break
            parts.append(part)
        if not parts:
            raise self._unexpected()
        return Argument(self.text, start, self.at, tuple(parts), parameter is not None)

    def _bracketed(self, first: bool) -> Node | None:
        """A bracket that is a part of a word; one without a sign before it is a word of its own."""
        for opening in ("$(", "@(", "@{", "(", "{"):
            if self._peek(opening):
                return self._bracket(opening) if first or opening == "$(" else None
        return None

    def _inserted(self) -> Node | None:
        """The hole that stands here, if one does."""
        if not self._peek(HOLE):
            return None
        self.at += 1
        return Inserted(self.text, self.at - 1, self.at)

    def _single_quoted(self, start: int, begin: int, end: int, value: str, here: bool) -> Node:
        """A string in which nothing is expanded; with a hole in it, it is as one of which not all is known."""
        if HOLE not in value:
            return SingleQuoted(self.text, start, self.at, value, False)
        holes = tuple(Inserted(self.text, at, at + 1) for at in range(begin, end) if self.source[at] == HOLE)
        return Expandable(self.text, start, self.at, holes, here)

    def _literal(self) -> Node | None:
        """Text without quotes, a backtick before what it escapes included."""
        start = self.at
        value = []
        while self.at < self.size:
            match = _PLAIN.match(self.source, self.at)
            if match is not None:
                value.append(match[0])
                self.at = match.end()
            elif self._peek("`") and not self._peek("`\n", "`\r"):
                value.append(self.source[self.at + 1 : self.at + 2])
                self.at = min(self.at + 2, self.size)
            elif self._peek("$") and not self._peek("$(", "${") and not _VARIABLE.match(self.source, self.at):
                value.append("$")
                self.at += 1
            else:
                break
        return Literal(self.text, start, self.at, "".join(value)) if self.at > start else None

    # Expressions

    def _expression(self) -> Node:
        """An expression, or an assignment that begins with one."""
        start = self.at
        parts: list[Node] = []
        while not self._at_end() and self.source[self.at] not in "|&":
            assigns = _ASSIGNS.match(self.source, self.at) if parts else None
            if assigns is not None and any(isinstance(part, (Variable, Bracket)) for part in parts):
                target = Expression(self.text, start, parts[-1].end, tuple(parts))
                self.at = assigns.end()
                return self._assigned(start, target, assigns[0])
            part = self._in_expression()
            if part is not None:
                parts.append(part)
            self._between(_BLANKS)
        end = self.at
        while end > start and self.source[end - 1] in " \t":
            end -= 1
        return Expression(self.text, start, end, tuple(parts))

    def _in_expression(self) -> Node | None:
        """The next variable, string or bracket; None where it is anything else, which is gone past."""
        for opening in ("$(", "@(", "@{", "(", "{"):
            if self._peek(opening):
                return self._bracket(opening)
        found = self._quoted() or self._variable(True)
        if found is None and not self._skip(_IN_EXPRESSION):
            self.at += 1
        return found

    def _assigned(self, start: int, target: Expression, operator: str) -> Node:
        if operator in ("++", "--"):
            return Assigned(self.text, start, self.at, target, operator, None)
        self._between(_SPACE)
        self._deeper(start)
        value = self._statement()
        self.depth -= 1
        return Assigned(self.text, start, value.end, target, operator, value)

    # Brackets, strings and variables

    def _bracket(self, opening: str) -> Bracket:
        start = self.at
        self._deeper(start)
        self.at += len(opening)
        statements: list[Node] = []
        read: Callable[[list[Node]], None] = self._entries if opening == "@{" else self._statements
        read(statements)
        if not self._peek(_CLOSING[opening]):
            raise self._unexpected()
        self.at += 1
        self.depth -= 1
        return Bracket(self.text, start, self.at, opening, tuple(statements))

    def _entries(self, found: list[Node]) -> None:
        """What stands in a table: keys, which are words, and a statement for each."""
        while True:
            self._between(_SPACE)
            if self.at >= self.size or self.source[self.at] in ")}":
                return
            if self._skip(_KEY):
                self._between(_SPACE)
            found.append(self._statement())

    def _quoted(self) -> Node | None:
        """The string that begins here, if one does."""
        start = self.at
        here = _HERE.match(self.source, start)
        if here is not None:
            return self._here(start, here)
        if self._peek("'"):
            single = _SINGLE.match(self.source, start)
            if single is None:
                raise self._error("unclosed", start, "'")
            self.at = single.end()
            return self._single_quoted(start, start, self.at, single[0][1:-1].replace("''", "'"), False)
        if not self._peek('"'):
            return None
        self.at += 1
        parts = self._expanded(self.size)
        while self._peek('""'):
            self.at += 2
            parts += self._expanded(self.size)
        if not self._peek('"'):
            raise self._error("unclosed", start, '"')
        self.at += 1
        return Expandable(self.text, start, self.at, tuple(parts), False)

    def _here(self, start: int, opening: re.Match[str]) -> Node:
        """A string of lines, up to the one that begins with its end."""
        end = self.source.find(f"\n{opening[1]}@", opening.end() - 1)
        if end < 0:
            raise self._error("unclosed", start, opening[0].rstrip())
        if opening[1] == "'":
            self.at = end + 3
            return self._single_quoted(start, opening.end(), end, self.source[opening.end() : end], True)
        self.at = opening.end()
        parts: list[Node] = []
        while self.at < end:
            parts += self._expanded(end)
            self.at += self._peek('"')
        if self.at > end:
            raise self._error("unclosed", start, opening[0].rstrip())
        self.at = end + 3
        return Expandable(self.text, start, self.at, tuple(parts), True)

    def _expanded(self, end: int) -> list[Node]:
        """What is expanded in a string up to its next quote."""
        parts: list[Node] = []
        while self.at < end:
            match = _IN_STRING.match(self.source, self.at, end)
            if match is not None:
                self.at = match.end()
            elif self._peek("`"):
                self.at = min(self.at + 2, self.size)
            elif self._peek('"'):
                break
            else:
                part = self._bracket("$(") if self._peek("$(") else self._inserted() or self._variable(False)
                if part is None:
                    self.at += 1
                else:
                    parts.append(part)
        return parts

    def _variable(self, splatted: bool) -> Variable | Inserted | None:
        """The variable that begins here, if one does; ``splatted``: whether it may begin with an ``@``.

        What its name is is not known where a hole stands in it or behind it.
        """
        start = self.at
        char = self.source[start : start + 1]
        if char != "$" and not (char == "@" and splatted):
            return None
        braced = _BRACED.match(self.source, start) if self._peek("${") else None
        match = braced or _VARIABLE.match(self.source, start)
        if match is None:
            if self._peek("${"):
                raise self._error("unclosed", start, "${")
            return None
        self.at = match.end()
        name = braced[1] if braced is not None else match[0][1:]
        if HOLE in name or (braced is None and self._peek(HOLE)):
            self.at += self._peek(HOLE)
            return Inserted(self.text, start, self.at)
        return Variable(self.text, start, self.at, name, braced is not None, char == "@")
