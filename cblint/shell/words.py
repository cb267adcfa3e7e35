"""Reading words: quotes, expansions, and where they end."""

from __future__ import annotations

import re

from cblint import expressions
from cblint.shell.commands import CommandList
from cblint.shell.place import Place, Unreadable
from cblint.shell.syntax import (
    ArithmeticExpansion,
    CommandSubstitution,
    DoubleQuoted,
    Inserted,
    Literal,
    Parameter,
    Part,
    ProcessSubstitution,
    SingleQuoted,
    Word,
)
from cblint.source.text import HOLE, Piece, Text

METACHARACTERS = " \t\n|&;<>()"
"""What ends a word unless it is quoted."""

AGAIN, AGAIN_AT_LEAST = 8, 100_000
"""How often a command may be read again where what looked like arithmetic was none, and how much of it in any case."""

_SPECIAL = frozenset(METACHARACTERS + "'\"$`" + HOLE)
_PLAIN = expressions.lazy(rf"[^ \t\n|&;<>()'\"\\$`{HOLE}]+")
_PLAIN_WORD = expressions.lazy(rf"[^ \t\n|&;<>()'\"\\$`{HOLE}]+(?=[ \t\n|&;)]|\Z)")
_CONTINUED = expressions.lazy(r"(?:\\\n)+")
_WORD_END = expressions.lazy(r"[ \t\n|&;()]|[<>](?!\()|\Z")
_IN_DOUBLE_QUOTES = expressions.lazy(rf'[^"\\$`{HOLE}]+')
_PLAIN_QUOTED = expressions.lazy(rf'[^"\\$`{HOLE}]*"')
_IN_DOCUMENT = expressions.lazy(rf"[^\\$`{HOLE}]+")
_NAME = expressions.lazy(r"[A-Za-z_][A-Za-z0-9_]*")
_PARAMETER = expressions.lazy(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]|[@*#?$!-]")
_BRACED = expressions.lazy(r"(?P<prefix>[#!]?)(?P<name>[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])")
_OPERATOR = expressions.lazy(r":?[-=?+]|##?|%%?|//?[#%]?|\^\^?|,,?|@[A-Za-z]?|\*|:")
_PATTERN_OPERATORS = ("#", "%", "/", "^", ",")
_ANSI = expressions.lazy(r"[^\\']*(?:\\.[^\\']*)*'", re.DOTALL)
_BACKQUOTED = expressions.lazy(r"[^\\`]*(?:\\.[^\\`]*)*`", re.DOTALL)
_BEGINS_PART = frozenset('$`"' + HOLE)
_IN_ARITHMETIC = expressions.lazy(rf"[^()$`\"'\\{HOLE}]+")


class NotArithmetic(Exception):
    """What began like arithmetic is a subshell in another bracket."""


class Scanner(Place):
    """How words are read from a place on.

    ``command_list`` reads what stands in a substitution: the parser, which is built on this, knows how.
    """

    def __init__(self, text: Text, depth: int) -> None:
        super().__init__(text, depth)
        self._no_arithmetic: set[int] = set()
        self._again = 0

    def command_list(self) -> CommandList:
        """The commands from here to a closing bracket or the end."""
        raise NotImplementedError

    def parse_all(self, text: Text) -> CommandList:
        """The commands that are all of another text, one level deeper. Raises Unreadable."""
        raise NotImplementedError

    # Words

    def word(self) -> Word | None:
        """The word that begins here; None where none does."""
        start = self.at
        match = _PLAIN_WORD.match(self.source, start, self.size)
        if match is not None:  # as most are
            self.at = match.end()
            return Word(self.text, start, self.at, (Literal(self.text, start, self.at, match.group()),))
        parts: list[Part] = []
        while self.at < self.size:
            char = self.source[self.at]
            part: Part | None
            if char not in _SPECIAL:
                part = self._literal()
            elif char == "'":
                part = self._single_quoted(self.at, ansi=False)
            elif char == '"':
                part = self._double_quoted(self.at, localized=False)
            elif char == "$":
                part = self.dollar(quoted=False) or self._dollar_sign()
            elif char == "`":
                part = self._backquoted(quoted=False)
            elif char == HOLE:
                part = self.inserted()
            elif char in "<>" and self.source.startswith("(", self.at + 1, self.size):
                part = self._process_substitution()
            else:
                break
            if part is None:
                break
            parts.append(part)
        return Word(self.text, start, self.at, tuple(parts)) if parts else None

    def _literal(self) -> Literal | None:
        """The text that begins here; None if it is only that the line is continued, and there the word ends."""
        start = self.at
        match = _PLAIN.match(self.source, start, self.size)
        if match is not None and (match.end() >= self.size or self.source[match.end()] != "\\"):
            self.at = match.end()
            return Literal(self.text, start, self.at, match.group())
        value = []
        while self.at < self.size:
            match = _PLAIN.match(self.source, self.at, self.size)
            if match is not None:
                value.append(match.group())
                self.at = match.end()
            elif (match := _CONTINUED.match(self.source, self.at, self.size)) is not None:
                if _WORD_END.match(self.source, match.end(), self.size):
                    break
                self.at = match.end()
            elif self.source[self.at] == "\\":
                value.append(self.source[self.at + 1 : self.at + 2] or "\\")
                self.at = min(self.at + 2, self.size)
            else:
                break
        return Literal(self.text, start, self.at, "".join(value)) if self.at > start else None

    def inserted(self) -> Inserted:
        """The hole that stands here."""
        self.at += 1
        return Inserted(self.text, self.at - 1, self.at)

    def literals(self, start: int, end: int) -> tuple[Part, ...]:
        """A part of the text as it is written, with the holes in it."""
        parts: list[Part] = []
        while start < end:
            hole = self.source.find(HOLE, start, end)
            stop = hole if hole >= 0 else end
            if stop > start:
                parts.append(Literal(self.text, start, stop, self.source[start:stop]))
            if hole >= 0:
                parts.append(Inserted(self.text, hole, hole + 1))
            start = stop + 1
        return tuple(parts)

    def _dollar_sign(self) -> Literal:
        self.at += 1
        return Literal(self.text, self.at - 1, self.at, "$")

    def _single_quoted(self, start: int, ansi: bool) -> SingleQuoted | DoubleQuoted:
        """What stands in single quotes; with a hole in them they are as double ones in which little is special."""
        content = start + (2 if ansi else 1)
        if ansi:
            match = _ANSI.match(self.source, content, self.size)
            end = match.end() - 1 if match is not None else -1
        else:
            end = self.source.find("'", content, self.size)
        if end < 0:
            raise self.error("unclosed", start, content, "'")
        self.at = end + 1
        value = self.source[content:end]
        if HOLE in value:
            return DoubleQuoted(self.text, start, self.at, self.literals(content, end), False)
        return SingleQuoted(self.text, start, self.at, value, ansi)

    def _double_quoted(self, start: int, localized: bool) -> DoubleQuoted:
        content = start + (2 if localized else 1)
        match = _PLAIN_QUOTED.match(self.source, content, self.size)
        if match is not None:
            self.at = match.end()
            text = (Literal(self.text, content, self.at - 1, match.group()[:-1]),) if self.at - 1 > content else ()
            return DoubleQuoted(self.text, start, self.at, text, localized)
        self.at = content
        with self.deeper():
            parts = self.quoted_parts(_IN_DOUBLE_QUOTES, '"')
        if self.at >= self.size:
            raise self.error("unclosed", start, content, '"')
        self.at += 1
        return DoubleQuoted(self.text, start, self.at, parts, localized)

    def quoted_parts(self, plain: re.Pattern[str], closing: str) -> tuple[Part, ...]:
        """What stands here as in double quotes, up to ``closing`` or the end."""
        parts: list[Part] = []
        value: list[str] = []
        # In a here-document, a quotation mark is a character as any other.
        escapable = '$`"\\' if closing else "$`\\"
        begun = self.at

        def finish() -> None:
            if self.at > begun:
                parts.append(Literal(self.text, begun, self.at, "".join(value)))
                value.clear()

        while self.at < self.size:
            match = plain.match(self.source, self.at, self.size)
            if match is not None:
                value.append(match.group())
                self.at = match.end()
                continue
            char = self.source[self.at]
            if char == closing:
                break
            if char == "\\":
                escaped = self.source[self.at + 1 : self.at + 2]
                if escaped != "\n":
                    value.append(escaped if escaped and escaped in escapable else "\\" + escaped)
                self.at = min(self.at + 2, self.size)
                continue
            finish()
            here = self.at
            part = self._expansion(char, quoted=True)
            if part is not None:
                parts.append(part)
                begun = self.at
            else:
                begun = here
                value.append("$")
                self.at = here + 1
        finish()
        return tuple(parts)

    def document_parts(self) -> tuple[Part, ...]:
        """The body of a here-document up to the end."""
        return self.quoted_parts(_IN_DOCUMENT, "")

    # Expansions

    def dollar(self, quoted: bool) -> Part | None:
        """The expansion that begins with the ``$`` here; None where it is just that character."""
        start = self.at
        following = self.source[start + 1 : start + 2]
        if following == "(":
            return self._arithmetic_expansion(start) or self._command_substitution(start)
        if following == "{":
            with self.deeper():
                return self._braced(start, quoted)
        if following == "'" and not quoted:
            return self._single_quoted(start, ansi=True)
        if following == '"' and not quoted:
            return self._double_quoted(start, localized=True)
        if following == "[":
            self.at = start + 2
            with self.deeper():
                expression = self.until("]", quoted=False)
            self._close(start, "]")
            return ArithmeticExpansion(self.text, start, self.at, expression)
        match = _PARAMETER.match(self.source, start + 1, self.size)
        if match is None:
            return None
        self.at = match.end()
        if self.source.startswith(HOLE, self.at, self.size) and _NAME.match(match.group()):
            # The name goes on with what is put in.
            self.at += 1
            return Inserted(self.text, start, self.at)
        return Parameter(self.text, start, self.at, match.group(), braces=False)

    def _close(self, start: int, closing: str) -> None:
        if self.at >= self.size:
            raise self.error("unclosed", start, start + 2, closing)
        self.at += len(closing)

    def _command_substitution(self, start: int) -> CommandSubstitution:
        self.at = start + 2
        with self.deeper():
            body = self.command_list()
        self.closed_by(")", start)
        return CommandSubstitution(self.text, start, self.at, body, backquoted=False)

    def _process_substitution(self) -> ProcessSubstitution:
        start = self.at
        self.at = start + 2
        with self.deeper():
            body = self.command_list()
        self.closed_by(")", start)
        return ProcessSubstitution(self.text, start, self.at, self.source[start], body)

    def closed_by(self, closing: str, start: int) -> None:
        """Pass over the bracket that closes what began at ``start``: a list ends there, or with the text.

        Raises Unreadable if it is not there.
        """
        if self.at >= self.size:
            raise self.error("unclosed", start, start + (1 if self.source[start] == "(" else 2), closing)
        self.at += 1

    def _backquoted(self, quoted: bool) -> CommandSubstitution:
        start = self.at
        match = _BACKQUOTED.match(self.source, start + 1, self.size)
        if match is None:
            raise self.error("unclosed", start, start + 1, "`")
        end = match.end() - 1
        special = '$`\\"' if quoted else "$`\\"
        pieces, at = [], start + 1
        while at < end:
            if self.source[at] == "\\" and self.source[at + 1] in special:
                pieces.append(Piece(self.source[at + 1], at, at + 2))
                at += 2
                continue
            following = self.source.find("\\", at + 1, end)
            stop = following if following >= 0 else end
            pieces.append(Piece(self.source[at:stop], at, stop))
            at = stop
        with self.deeper():
            body = self.parse_all(self.text.derive(pieces, start + 1))
        self.at = end + 1
        return CommandSubstitution(self.text, start, self.at, body, backquoted=True)

    # Arithmetic

    def _arithmetic_expansion(self, start: int) -> ArithmeticExpansion | None:
        if not self.source.startswith("(", start + 2, self.size):
            return None
        expression = self.arithmetic(start + 3)
        return ArithmeticExpansion(self.text, start, self.at, expression) if expression is not None else None

    def arithmetic(self, content: int) -> Word | None:
        """What stands from ``content`` to its ``))``; None, and nothing passed over, if that is no arithmetic."""
        before = self.mark()
        if content in self._no_arithmetic:
            return None
        self.at = content
        try:
            with self.deeper():
                return self._arithmetic(content)
        except NotArithmetic:
            pass
        except Unreadable as error:
            if error.problem.kind == "too-deep":
                raise
        self._again += self.at - content
        if self._again > AGAIN * len(self.source) + AGAIN_AT_LEAST:
            raise self.error("too-deep", before.at, before.at + 1, "")
        self._no_arithmetic.add(content)
        self.back(before)
        return None

    def _arithmetic(self, content: int) -> Word:
        parts: list[Part] = []
        brackets = 0
        begun = self.at

        def finish() -> None:
            if self.at > begun:
                parts.append(Literal(self.text, begun, self.at, self.source[begun : self.at]))

        while self.at < self.size:
            match = _IN_ARITHMETIC.match(self.source, self.at, self.size)
            if match is not None:
                self.at = match.end()
                continue
            char = self.source[self.at]
            if char == "(":
                brackets += 1
            elif char == ")" and brackets:
                brackets -= 1
            elif char == ")":
                if not self.source.startswith("))", self.at, self.size):
                    raise NotArithmetic
                finish()
                word = Word(self.text, content, self.at, tuple(parts))
                self.at += 2
                return word
            elif char in _BEGINS_PART or char == "'":
                finish()
                part = self._quote_or_expansion(char, quoted=True)
                begun = self.at
                if part is not None:
                    parts.append(part)
                    continue
            self.at = min(self.at + (2 if char == "\\" else 1), self.size)
        raise NotArithmetic

    def _quote_or_expansion(self, char: str, quoted: bool) -> Part | None:
        """The part that begins with one of ``$ ` " '`` here."""
        if char == "'":
            return self._single_quoted(self.at, ansi=False)
        if char == '"':
            return self._double_quoted(self.at, localized=False)
        return self._backquoted(quoted=False) if char == "`" else self._expansion(char, quoted)

    def _expansion(self, char: str, quoted: bool) -> Part | None:
        """The part that begins with ``$``, a backquote or a hole here."""
        if char == HOLE:
            return self.inserted()
        return self._backquoted(quoted) if char == "`" else self.dollar(quoted)

    # Parameters in braces

    def _braced(self, start: int, quoted: bool) -> Parameter | Inserted:
        self.at = start + 2
        name, prefix = self._braced_name()
        subscript = None
        if name and self.source.startswith("[", self.at, self.size):
            self.at += 1
            subscript = self.until("]}", quoted=False)
            if self.source.startswith("]", self.at, self.size):
                self.at += 1
            else:
                name = ""
        match = _OPERATOR.match(self.source, self.at, self.size)
        operator = match.group() if match is not None else ""
        self.at += len(operator)
        # In double quotes single ones are quotes only where a pattern stands.
        argument = self.until("}", quoted and not operator.startswith(_PATTERN_OPERATORS))
        self._close(start, "}")
        if argument.raw.startswith(HOLE) and not operator:
            # It can be the name, or an operator.
            return Inserted(self.text, start, self.at)
        empty = not argument.parts and not operator
        return Parameter(
            self.text,
            start,
            self.at,
            name,
            braces=True,
            prefix=prefix,
            subscript=subscript,
            operator=operator,
            argument=None if empty else argument,
        )

    def _braced_name(self) -> tuple[str, str]:
        """The name and what stands before it; ``${#}`` and ``${!}`` are names themselves."""
        match = _BRACED.match(self.source, self.at, self.size)
        if match is None:
            return "", ""
        name, prefix = match["name"], match["prefix"]
        following = self.source[match.end() : match.end() + 1]
        if prefix and not name[0].isalnum() and name[0] not in "_@*" and following != "}":
            # "${#-x}": the parameter "#" and an operator.
            self.at += 1
            return prefix, ""
        if name == "$" and following and following in "([{'\"":
            return "", ""
        self.at = match.end()
        return name, prefix

    def until(self, closing: str, quoted: bool) -> Word:
        """A word that only a character of ``closing`` ends; ``quoted``: single quotes in it are just characters.

        A ``]`` closes only what it has opened, any other character of ``closing`` ends the word where it stands.
        """
        start = self.at
        parts: list[Part] = []
        value: list[str] = []
        begun = self.at
        nested = 0

        def finish() -> None:
            if self.at > begun:
                parts.append(Literal(self.text, begun, self.at, "".join(value)))
                value.clear()

        while self.at < self.size:
            char = self.source[self.at]
            if char in closing and (char != "]" or not nested):
                break
            if "]" in closing:
                nested += {"[": 1, "]": -1}.get(char, 0)
            if char == "\\":
                escaped = self.source[self.at + 1 : self.at + 2]
                kept = quoted and escaped not in ("$", "`", '"', "\\", "}", "\n")
                value.append("\\" + escaped if kept else escaped)
                self.at = min(self.at + 2, self.size)
                continue
            if char in _BEGINS_PART or (char == "'" and not quoted):
                finish()
                begun = self.at
                part = self._quote_or_expansion(char, quoted)
                if part is not None:
                    parts.append(part)
                    begun = self.at
                    continue
            value.append(char)
            self.at += 1
        finish()
        return Word(self.text, start, self.at, tuple(parts))


def name_at(source: str, at: int) -> str:
    """The name of a variable that stands there, or nothing."""
    match = _NAME.match(source, at)
    return match.group() if match is not None else ""
