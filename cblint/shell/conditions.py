"""Reading ``[[ … ]]``, which has a grammar of its own."""

from __future__ import annotations

from cblint import expressions
from cblint.shell.commands import Condition
from cblint.shell.simple import NUMBER, SimpleReader
from cblint.shell.syntax import Literal, Part, Word

_UNARY = frozenset(f"-{letter}" for letter in "abcdefghknoprstuvwxzGLNORS")
_BINARY = frozenset({"=", "==", "!=", "=~", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"})
_END = expressions.lazy(r"\]\](?=(?:\\\n)*(?:[ \t\n|&;<>()]|\Z))")
_EXTENDED = expressions.lazy(r"(?<!\\)[?*+@!]\Z")
"""What stands before the bracket of a pattern that only bash knows."""


class ConditionReader(SimpleReader):
    """Reads the primaries of a test in double brackets."""

    def conditions(self) -> tuple[Condition, ...]:
        """The primaries up to the ``]]``, which is passed over. Raises Unreadable."""
        found: list[Condition] = []
        brackets = 0
        while True:
            self._newlines()
            if self._negation():
                continue
            if self._peek("("):
                brackets += 1
                self.at += 1
                continue
            found.append(self._condition())
            self._newlines()
            while brackets and self._peek(")"):
                brackets -= 1
                self.at += 1
                self._newlines()
            if self._peek("&&", "||"):
                self.at += 2
            elif not brackets and self._test_ends():
                self.at += 2
                return tuple(found)
            else:
                raise self._unexpected()

    def _negation(self) -> bool:
        if self._reserved() != "!":
            return False
        self.at += 1
        return True

    def _test_ends(self) -> bool:
        return _END.match(self.source, self.at, self.size) is not None

    def _condition(self) -> Condition:
        start = self.at
        number = NUMBER.match(self.source, start, self.size)
        if number is not None:
            raise self.error("unexpected", start, number.end(), number.group())
        first = None if self._test_ends() else self.word()
        if first is None:
            raise self._unexpected()
        end = self.at
        self._blanks()
        unary = first.unquoted in _UNARY
        if unary and not self._peek("&&", "||", ")", "\n") and not self._test_ends():
            second = self.word()
            if second is None:
                raise self._unexpected()
            return Condition(self.text, start, self.at, first.unquoted or "", (second,))
        if self._peek("<", ">"):
            operator = self.source[self.at]
            self.at += 1
        else:
            before = self.at
            word = None if self._test_ends() else self.word()
            if word is None:
                if unary or not self._peek("&&", "||", ")", "]]"):
                    raise self._unexpected()
                return Condition(self.text, start, end, "", (first,))
            if word.unquoted not in _BINARY:
                self.at = before
                raise self._unexpected()
            operator = word.unquoted or ""
        self._blanks()
        second = self._pattern(operator == "=~") if operator in ("=~", "==", "=", "!=") else self.word()
        if second is None or second.raw == "]]":
            self.at = second.start if second is not None else self.at
            raise self._unexpected()
        return Condition(self.text, start, self.at, operator, (first, second))

    def _pattern(self, regular: bool) -> Word | None:
        """What follows ``==`` or, if ``regular``, ``=~``: brackets and bars can belong to it."""
        start = self.at
        parts: list[Part] = []
        brackets = 0
        while self.at < self.size:
            word = self.word()
            if word is not None:
                parts += word.parts
                continue
            char = self.source[self.at]
            if char == "(" and (regular or brackets or (parts and _EXTENDED.search(parts[-1].raw))):
                brackets += 1
            elif char == ")" and brackets:
                brackets -= 1
            elif not brackets and not (regular and char == "|" and not self._peek("||")):
                break
            parts.append(Literal(self.text, self.at, self.at + 1, char))
            self.at += 1
        return Word(self.text, start, self.at, tuple(parts)) if parts else None
