"""What dash makes of bash's arithmetic: ``$((…))`` token by token, and ``((…))``, which it takes for subshells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cblint import expressions
from cblint.shell.builtins import Construct, construct, part_of
from cblint.shell.commands import ArithmeticCommand
from cblint.shell.syntax import DoubleQuoted, Literal, Node, Word

_NAME = expressions.lazy(r"[A-Za-z_]\w*", re.ASCII)
_TOKEN = expressions.lazy(r"[A-Za-z_]\w*|\d\w*(?:#\w*)?|\+\+|--|\*\*=?|\S", re.ASCII)
_VALUE = "\0"
"""Stands for an expansion."""
_OPERATORS = {'"': "quoted-arithmetic", "**": "power", ",": "comma"}
_EXPRESSION_GOES_ON = frozenset(")?:*/%<>=!&|^,") | {"", "**", "**="}
"""What can follow an operand without being a sign."""

BRACKET = 'Syntax error: "(" unexpected'
WORD = 'Syntax error: word unexpected (expecting ")")'


def in_expression(expression: Word, is_set_by_bash: Callable[[str], bool]) -> Iterator[Construct]:
    """What dash does not know in ``$((…))``; ``is_set_by_bash`` is asked of names of variables."""
    tokens = list(_tokens(expression))
    for number, (what, place) in enumerate(tokens):
        before = tokens[number - 1][0] if number else ""
        after = tokens[number + 1][0] if number + 1 < len(tokens) else ""
        if what in _OPERATORS:
            yield construct(_OPERATORS[what], place)
        elif what in ("++", "--"):
            yield from _increment(place, before, after)
        elif what[0].isdigit() and "#" in what:
            yield construct("number-base", place)
        elif _NAME.fullmatch(what) and after == "[":
            said = "arithmetic expression: expecting EOF"
            yield construct("array-element", place, said, written=f"{what}[…]")
        elif is_set_by_bash(what):
            yield construct("shell-variable", place, written=what)


def _tokens(expression: Word) -> Iterator[tuple[str, Node]]:
    """The tokens of arithmetic: a quote for what is quoted, _VALUE for what is expanded."""
    for part in expression.parts:
        if isinstance(part, Literal):
            for match in _TOKEN.finditer(part.raw):
                yield match.group(), part_of(part, *match.span())
        else:
            yield '"' if isinstance(part, DoubleQuoted) else _VALUE, part


def _increment(place: Node, before: str, after: str) -> Iterator[Construct]:
    """``x++`` lacks an operand for dash, unless a sign follows; ``++x`` has two signs."""
    if _NAME.fullmatch(before) or before == "]":
        if after in _EXPRESSION_GOES_ON:
            said = "arithmetic expression: expecting primary"
            yield construct("increment", place, said, written=place.raw, effect="fails")
        elif after in ("+", "-", "++", "--"):
            yield construct("increment", place, written=place.raw)
    elif _NAME.fullmatch(after) and not (before[-1:].isalnum() or before in (")", "_", _VALUE)):
        yield construct("increment", place, written=place.raw)


def of_command(node: ArithmeticCommand) -> tuple[str | None, str]:
    """What dash says of ``((…))``, and the effect: it reads a command in a subshell in a subshell."""
    text = "".join(part.raw if isinstance(part, Literal) else _VALUE for part in node.expression.parts)
    for match in re.finditer(r"[()]", text):
        if match.group() == "(" and text[: match.start()].strip()[-1:] not in ("", "&", "|", "(", "!"):
            return BRACKET, "syntax"
        if match.group() == ")" and text[match.end() :].strip()[:1] not in ("", "&", "|", ")", "<", ">", ";"):
            return WORD, "syntax"
    head = re.split(r"&&|\|\||[|;&]", text.replace("(", " ").replace(")", " "))[0]
    if re.search(r"(?<!<)<(?!<)", head):
        return "cannot open", "fails"
    words = re.sub(r"(?:(?<!\S)\d)?>>?\s*[^\s<>]*", " ", head).split()
    while words and (words[0] == "!" or re.match(r"[A-Za-z_]\w*=", words[0])):
        del words[0]
    if not words:
        return "takes it for a command, in a subshell", "silent"
    if _VALUE in words[0]:
        return None, "fails"
    return f"{words[0]}: not found", "fails"
