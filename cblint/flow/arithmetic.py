"""Arithmetic as ``$((…))`` does it: 64-bit integers, C's operators, variables by their names."""

from __future__ import annotations

from collections.abc import Callable

from cblint import expressions

_TOKEN = expressions.lazy(
    r"\s*(?:(?P<number>0[xX][0-9A-Fa-f]+|[0-9]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<operator><<=|>>=|\*\*|<<|>>|<=|>=|==|!=|&&|\|\||\+\+|--|[-+*/%&|^]=|[-+*/%<>=!~&|^?:(),]))"
)
_LEVELS = {
    "||": 3, "&&": 4, "|": 5, "^": 6, "&": 7, "==": 8, "!=": 8, "<": 9, ">": 9, "<=": 9, ">=": 9,
    "<<": 10, ">>": 10, "+": 11, "-": 11, "*": 12, "/": 12, "%": 12,
}  # fmt: skip
_ASSIGNMENTS = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="})
_DEEPEST = 30


class Unclear(Exception):
    """Not known, wrong, or not the same in every shell."""


class Wrong(Exception):
    """No shell can compute it."""


class Evaluation:
    """Reads an expression and computes it at once. ``read`` gives the number that a name stands for."""

    def __init__(self, text: str, read: Callable[[str], int], assign: Callable[[str, int], None]) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._read = read
        self._assign = assign
        self._depth = 0
        self._idle = 0
        """How many operands that are not evaluated we are in."""

    def result(self) -> int:
        """The value of it all; of nothing 0. Raises Unclear."""
        if not self._tokens:
            return 0
        value = self._expression()
        if self._peek():
            raise Unclear
        return value

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _expression(self) -> int:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Unclear
        value = self._assignment()
        self._depth -= 1
        return value

    def _assignment(self) -> int:
        kind, name = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        after = self._tokens[self._at + 1][1] if self._at + 1 < len(self._tokens) else ""
        if kind != "name" or after not in _ASSIGNMENTS:
            return self._conditional()
        self._at += 2
        if after == "=":
            value = self._assignment()
        else:
            before = self._value_of(name)
            value = self._assignment()
            if self._value_of(name) != before:
                # bash takes what it was before, dash what it is now.
                raise Unclear
            value = self._binary_value(after[:-1], before, value)
        self._set(name, value)
        return value

    def _conditional(self) -> int:
        condition = self._binary(3)
        if self._peek() != "?":
            return condition
        self._at += 1
        first = self._skipped(self._expression, not condition)
        if self._peek() != ":":
            raise Unclear
        self._at += 1
        second = self._skipped(self._conditional, bool(condition))
        return first if condition else second

    def _skipped(self, read: Callable[[], int], idle: bool) -> int:
        self._idle += idle
        value = read()
        self._idle -= idle
        return value

    def _binary(self, level: int) -> int:
        value = self._unary()
        while True:
            operator = self._peek()
            binds = _LEVELS.get(operator, 0)
            if binds < level:
                return value
            self._at += 1
            idle = (operator == "&&" and not value) or (operator == "||" and bool(value))
            self._idle += idle
            right = self._binary(binds + 1)
            self._idle -= idle
            value = self._binary_value(operator, value, right)

    def _binary_value(self, operator: str, a: int, b: int) -> int:
        if operator in ("/", "%"):
            if b == 0:
                if self._idle:
                    return 0
                raise Wrong
            quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
            return _wrapped(quotient if operator == "/" else a - quotient * b)
        if operator in ("<<", ">>"):
            if not 0 <= b < 64:
                raise Unclear
            return _wrapped(a << b if operator == "<<" else a >> b)
        return _wrapped(int(_COMPUTED[operator](a, b)))

    def _unary(self) -> int:
        kind, text = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        self._at += 1
        if kind == "number":
            return _number(text)
        if kind == "name":
            if self._peek() in ("++", "--"):
                # What dash makes of it depends on what follows.
                step = 1 if self._peek() == "++" else -1
                self._at += 1
                value = self._value_of(text)
                self._set(text, _wrapped(value + step))
                return value
            return self._value_of(text)
        if text == "(":
            value = self._expression()
            if self._peek() != ")":
                raise Unclear
            self._at += 1
            return value
        if text in ("-", "+", "!", "~"):
            value = self._nested_unary()
            return _wrapped({"-": -value, "+": value, "!": int(not value), "~": ~value}[text])
        if text in ("++", "--"):
            kind, name = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
            if kind != "name":
                raise Unclear
            self._at += 1
            value = _wrapped(self._value_of(name) + (1 if text == "++" else -1))
            self._set(name, value)
            return value
        if not text or text in (")", "*", "/", "%", "<", ">", "=", "&&", "||"):
            # An operand is missing.
            raise Wrong
        raise Unclear

    def _nested_unary(self) -> int:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Unclear
        value = self._unary()
        self._depth -= 1
        return value

    def _value_of(self, name: str) -> int:
        return 0 if self._idle else self._read(name)

    def _set(self, name: str, value: int) -> None:
        if not self._idle:
            self._assign(name, value)


_COMPUTED: dict[str, Callable[[int, int], int]] = {
    "||": lambda a, b: bool(a) or bool(b),
    "&&": lambda a, b: bool(a) and bool(b),
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "&": lambda a, b: a & b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


def _tokens(text: str) -> list[tuple[str, str]]:
    found = []
    at = 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None or match.group(match.lastgroup) == "**":
            raise Unclear
        found.append((match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    return found


def _number(text: str) -> int:
    try:
        value = int(text, 0) if not text.startswith("0") or text[1:2] in ("x", "X") else int(text, 8)
    except ValueError:
        raise Wrong from None
    if value >= 1 << 63:
        raise Unclear
    return value


def _wrapped(value: int) -> int:
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)
