"""``test``, ``[`` and ``[[``, as far as what they ask is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cblint import expressions
from cblint.flow.core import Core, Unclear
from cblint.flow.paths import key, lookup
from cblint.flow.state import State
from cblint.flow.values import NONZERO, Hole, Maybe, Value, negated, same
from cblint.shell.commands import Condition, Test
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.words import Expansion

_INTEGER = expressions.lazy(r"[ \t]*[-+]?[0-9]{1,18}[ \t]*")
_COMPARED: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
}
_UNARY = frozenset(f"-{letter}" for letter in "bcdefghknprstuvwxzGLNORS")
_SIMPLE_BINARY = frozenset({"=", "==", "!=", "<", ">", "-nt", "-ot", "-ef", *_COMPARED})


class Wrong(Exception):
    """The test itself is wrong: it fails with status 2."""


def holds(core: Core, state: State, words: Sequence[Value]) -> Maybe:
    """What ``test`` with these arguments comes to. Raises Wrong; Unclear where shells do not agree."""
    count = len(words)
    if count == 0:
        return False
    if count == 1:
        return negated(words[0].is_empty)
    first = words[0].text
    if count == 2:
        if first == "!":
            return words[1].is_empty
        return _unary(core, state, words[0], words[1])
    if count == 3:
        operator = words[1].text
        if operator in _SIMPLE_BINARY:
            return _binary(core, words[0], operator, words[2])
        if operator in ("-a", "-o"):
            return _both(operator, negated(words[0].is_empty), negated(words[2].is_empty))
        if operator is None:
            return None
        if first == "!":
            return negated(_unary(core, state, words[1], words[2]))
        if first == "(" and words[2].text == ")":
            return negated(words[1].is_empty)
        if first is None or (first.startswith("-") and core.shell.is_dash is not False):
            # dash takes what it can, and is content with that.
            raise Unclear
        raise Wrong
    if first == "!" and count == 4:
        return negated(holds(core, state, words[1:]))
    return _joined(core, state, words)


def _joined(core: Core, state: State, words: Sequence[Value]) -> Maybe:
    """Simple tests with ``-a`` or ``-o`` between them; nothing is said of what mixes both, or has brackets."""
    operators = {word.text for word in words if word.text in ("-a", "-o")}
    if (
        len(operators) != 1
        or any(word.text in ("(", ")", "!") for word in words)
        or any(word.text is None and not _is_harmless(word) for word in words)
    ):
        raise Unclear
    (operator,) = operators
    parts: list[list[Value]] = [[]]
    for word in words:
        if word.text == operator:
            parts.append([])
        else:
            parts[-1].append(word)
    if not all(1 <= len(part) <= 3 for part in parts):
        raise Unclear
    answer: Maybe = operator == "-a"
    for part in parts:
        answer = _both(operator, answer, holds(core, state, part))
    return answer


def _is_harmless(word: Value) -> bool:
    """Whether it cannot be taken for an operator."""
    first = word.pieces[0]
    return isinstance(first, str) and first[0] not in "-!()=<>"


def _both(operator: str | None, first: Maybe, second: Maybe) -> Maybe:
    if operator == "-a":
        return False if first is False or second is False else None if None in (first, second) else True
    return True if first is True or second is True else None if None in (first, second) else False


def _unary(core: Core, state: State, operator: Value, operand: Value) -> Maybe:
    text = operator.text
    if text is None:
        return None
    if text == "-n":
        return negated(operand.is_empty)
    if text == "-z":
        return operand.is_empty
    if text in ("-f", "-e", "-d"):
        if operand.is_empty is True:
            return False
        path = key(state, operand)
        kind = lookup(core, state, path).kind if path is not None else None
        if kind is None:
            return None
        return kind in {"-f": ("file",), "-d": ("folder",), "-e": ("file", "folder")}[text]
    if text in _UNARY:
        return None
    if text == "(" and core.shell.is_dash is not False:
        raise Unclear
    if text in ("-v", "-a", "-o", "-R"):
        if core.shell.is_dash is not False:
            raise Unclear
        return None
    raise Wrong


def _binary(core: Core, first: Value, operator: str, second: Value) -> Maybe:
    if operator in ("=", "==", "!="):
        if operator == "==":
            dash = core.shell.is_dash
            if dash is None:
                raise Unclear
            if dash:
                raise Wrong
        equal = same(first, second)
        return negated(equal) if operator == "!=" else equal
    compare = _COMPARED.get(operator)
    if compare is None:
        return None
    a, b = _integer(first), _integer(second)
    if a is None or b is None:
        return _nonzero(first, operator, b) if b is not None else _nonzero(second, _turned(operator), a)
    return compare(a, b)


def _integer(value: Value) -> int | None:
    text = value.text
    if text is None:
        return None
    if not _INTEGER.fullmatch(text):
        raise Wrong
    return int(text)


def _nonzero(status: Value, operator: str, number: int | None) -> Maybe:
    """What is known of an exit status that is not 0."""
    if status.pieces != (NONZERO,) or number != 0:
        return None
    return {"-eq": False, "-ne": True, "-gt": True, "-ge": True, "-lt": False, "-le": False}.get(operator)


def _turned(operator: str) -> str:
    return {"-lt": "-gt", "-gt": "-lt", "-le": "-ge", "-ge": "-le"}.get(operator, operator)


# Double brackets


def test(expansion: Expansion, node: Test) -> Maybe:
    """What ``[[ … ]]`` comes to. Raises Died, Unclear."""
    if expansion.interpreter.shell.is_dash is not False:
        raise Unclear
    if len(node.conditions) == 1:
        answer = _condition(expansion, node.conditions[0])
        turned = _between(node, node.start + 2, node.conditions[0].start).count("!") % 2
        return negated(answer) if turned else answer
    joins = {
        _between(node, before.end, after.start).strip()
        for before, after in zip(node.conditions, node.conditions[1:], strict=False)
    }
    begins = _between(node, node.start + 2, node.conditions[0].start).strip()
    if begins or joins not in ({"&&"}, {"||"}):
        if expansion.state.options.nounset is not False:
            raise Unclear
        for condition in node.conditions:
            _condition(expansion, condition)
        return None
    return _chain(expansion, node, joins == {"&&"})


def _chain(expansion: Expansion, node: Test, is_and: bool) -> Maybe:
    """Conditions of which each is asked only if those before do not decide."""
    answer: Maybe = is_and
    for condition in node.conditions:
        if answer is (not is_and):
            return answer
        if answer is None and expansion.state.options.nounset is not False:
            raise Unclear
        answer = _both("-a" if is_and else "-o", answer, _condition(expansion, condition))
    return answer


def _between(node: Test, start: int, end: int) -> str:
    return node.source.value[start:end]


def _condition(expansion: Expansion, node: Condition) -> Maybe:
    from cblint.flow.compound import matches

    state = expansion.state
    if len(node.words) == 1:
        (word,) = node.words
        value = expansion.text(word)
        if not node.operator:
            return negated(value.is_empty)
        if node.operator in ("-v", "-o", "-R", "-a"):
            return None
        from cblint.flow.values import literal

        return _unary(expansion.interpreter, state, literal(node.operator), value)
    first = expansion.text(node.words[0])
    if node.operator in ("=", "==", "!="):
        fits = matches(first, expansion.pattern(node.words[1]))
        if fits is None:
            # A named hole is equal to itself, as long as nothing in it is a pattern.
            expected = expansion.text(node.words[1])
            quoted = all(not isinstance(piece, str) for piece in expected.pieces)
            fits = same(first, expected) if quoted and not any(isinstance(p, Hole) for p in expected.pieces) else None
        return negated(fits) if node.operator == "!=" else fits
    second = expansion.text(node.words[1])
    if node.operator in _COMPARED:
        texts = first.text, second.text
        if all(text is not None and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text) for text in texts):
            return _COMPARED[node.operator](int(texts[0] or 0), int(texts[1] or 0))
        if all(text is not None for text in texts):
            raise Unclear
        by_status = [
            _nonzero(first, node.operator, int(texts[1]) if texts[1] == "0" else None),
            _nonzero(second, _turned(node.operator), int(texts[0]) if texts[0] == "0" else None),
        ]
        return next((answer for answer in by_status if answer is not None), None)
    return None
