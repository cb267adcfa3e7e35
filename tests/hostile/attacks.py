"""Texts on which a regular expression is slowest, made from its parsed form, and the time that they take it.

A backtracking matcher is slow where it can part one text in many ways, or where it looks through the same text from
many places. So what can be repeated is repeated, behind what leads there and before what fails; and so is all that
leads there, from the beginning of the pattern on.
"""

from __future__ import annotations

import importlib
import re
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tests.hostile.patterns import Pattern

parser = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

_MANY = 40
"""A repetition that may be as long as this is one that can be attacked."""
_ALPHABET = [chr(code) for code in range(9, 14)] + [chr(code) for code in range(32, 127)] + ["\0", "é", "漢", "\u2028"]
_FAILING = ("", "\0", "\n\n", "!")
"""Ends of which one is likely to be no match."""
_UNITS = 14
"""Characters, one of each kind that a pattern tells apart, that stand for what is repeated."""


class Attack(NamedTuple):
    """A text: something once, something again and again, something at the end."""

    before: str
    repeated: str
    after: str

    def text(self, length: int) -> str:
        """The attack in about so many characters."""
        return self.before + self.repeated * max(1, length // len(self.repeated)) + self.after


def attacks(pattern: Pattern) -> list[Attack]:
    """All attacks on a pattern; none if it repeats nothing that is long."""
    text = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    flags = pattern.flags & ~(0 if isinstance(pattern.pattern, str) else re.UNICODE)
    tree = parser.parse(text, flags & ~re.LOCALE)
    kinds = _kinds(tree)
    found: dict[Attack, None] = {}
    for before, body in _repeats(tree, ""):
        pumps = _pumps(body, kinds)
        for pump in pumps:
            for after in _FAILING:
                found[Attack(before, pump, after)] = None
            found[Attack("", before + pump, "")] = None
            found[Attack("", before + pump, "\0")] = None
            found[Attack("", before + pump, "\n\n")] = None
            for other in (" ", "\n"):
                found[Attack("", before + pump + other, "")] = None
        if before:
            found[Attack("", before, "")] = None
    return list(found)


def _repeats(tree: Sequence[Any], before: str) -> Iterator[tuple[str, Sequence[Any]]]:
    """What is repeated without a bound that counts, each behind a text that leads there."""
    for kind, value in tree:
        name = str(kind)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            _, most, body = value
            if most >= _MANY:
                yield before, body
            yield from _repeats(body, before)
        elif name == "BRANCH":
            for each in value[1]:
                yield from _repeats(each, before)
        elif name == "SUBPATTERN":
            yield from _repeats(value[-1], before)
        elif name == "ATOMIC_GROUP":
            yield from _repeats(value, before)
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from _repeats(value[1], before)
        elif name == "GROUPREF_EXISTS":
            for each in value[1:]:
                yield from _repeats(each or (), before)
        before += _sample([(kind, value)])


def _sample(tree: Sequence[Any]) -> str:
    """A short text that matches, as far as the parts of a pattern tell by themselves."""
    found = ""
    for kind, value in tree:
        name = str(kind)
        if name == "LITERAL":
            found += chr(value)
        elif name in ("NOT_LITERAL", "ANY", "IN"):
            found += next(iter(_chars((kind, value))), "")
        elif name == "BRANCH":
            found += _sample(value[1][0])
        elif name == "SUBPATTERN":
            found += _sample(value[-1])
        elif name == "ATOMIC_GROUP":
            found += _sample(value)
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            found += _sample(value[2]) * min(value[0], 300)
    return found


def _chars(node: tuple[Any, Any], alphabet: Sequence[str] = ()) -> list[str]:
    """The characters of the alphabet that a part of one character matches, letters first."""
    usual = "a0_-.x/ A:=\"'$" if not alphabet else ""
    return [char for char in [*usual, *(alphabet or _ALPHABET)] if _is_in(char, node)]


def _is_in(char: str, node: tuple[Any, Any]) -> bool:
    kind, value = node
    name = str(kind)
    if name == "LITERAL":
        return bool(ord(char) == value)
    if name == "NOT_LITERAL":
        return bool(ord(char) != value)
    if name == "ANY":
        return char != "\n"
    if name == "RANGE":
        return bool(value[0] <= ord(char) <= value[1])
    if name == "CATEGORY":
        return _is_of(char, str(value))
    is_negated = bool(value) and str(value[0][0]) == "NEGATE"
    return any(_is_in(char, each) for each in value[is_negated:]) != is_negated


def _is_of(char: str, category: str) -> bool:
    kind = category.rpartition("_")[2]
    found = {"DIGIT": char.isdigit(), "SPACE": char.isspace(), "WORD": char.isalnum() or char == "_"}[kind]
    return found != ("_NOT_" in category)


def _kinds(tree: Sequence[Any]) -> list[str]:
    """One character of each kind that a pattern tells apart: those of a kind are in the same of its classes."""
    nodes = list(_nodes(tree))
    found: dict[tuple[bool, ...], str] = {}
    for char in [*"a0", *_ALPHABET]:
        marks = (char.isalnum() or char == "_", char.isspace(), char == "\n", *(_is_in(char, node) for node in nodes))
        found.setdefault(marks, char)
    return list(found.values())


def _nodes(tree: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """All parts of one character."""
    for kind, value in tree:
        name = str(kind)
        if name in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            yield kind, value
        for below in _below(name, value):
            yield from _nodes(below)


def _below(name: str, value: Any) -> list[Sequence[Any]]:
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return [value[2]]
    if name == "BRANCH":
        return list(value[1])
    if name == "SUBPATTERN":
        return [value[-1]]
    if name == "ATOMIC_GROUP":
        return [value]
    if name in ("ASSERT", "ASSERT_NOT"):
        return [value[1]]
    if name == "GROUPREF_EXISTS":
        return [each for each in value[1:] if each]
    return []


def _pumps(body: Sequence[Any], kinds: Sequence[str]) -> list[str]:
    """Texts to repeat: each kind of character that the body can be, or its samples, with what can be repeated in it."""
    if len(body) == 1 and str(body[0][0]) in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
        return _chars(body[0], kinds)[:_UNITS] or [_sample(body)]
    found = {sample: None for sample in _samples(body, kinds) if sample}
    return list(found)[: 3 * _UNITS]


def _samples(tree: Sequence[Any], kinds: Sequence[str]) -> list[str]:
    """Short texts of a body in different shapes: each branch, each kind of character, repeated once and twice."""
    found = [""]
    for kind, value in tree:
        name = str(kind)
        if name in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            each = _chars((kind, value), kinds)[:6] or [_sample([(kind, value)])]
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            once = _samples(value[2], kinds)[:6]
            each = [text * count for count in {min(value[0], 60), max(1, min(value[0], 60)), 2} for text in once]
        elif name == "BRANCH":
            each = [text for branch in value[1] for text in _samples(branch, kinds)[:4]]
        else:
            each = [text for below in _below(name, value) for text in _samples(below, kinds)] or [""]
            each = [""] if name in ("ASSERT", "ASSERT_NOT") else each
        # All with the first, and the first with all: what a pattern is slow at seldom needs more than one choice.
        found = [text + each[0] for text in found] + [found[0] + text for text in each[1:]]
        found = found[:30]
    return found


# Time

_SMALL = (12, 16, 20, 24, 28, 32, 40, 48, 60, 80, 100, 150, 250, 500, 1000)
SHORT = 8_192
"""At this length the square of it shows: a linear match takes a fraction of a millisecond."""
SUSPECT = 0.003
LONG = 131_072
TOO_LONG = 0.08
"""A linear match of 128 KB takes some milliseconds, and one that grows with the square at least a second."""
_GROWTH = 3
"""How much longer twice the text may take, again and again; with its square it is four times as long."""


def seconds(pattern: re.Pattern[Any], how: str, text: str) -> float:
    """The work that matching takes, all of it where a method goes on behind a match."""
    given = text.encode("utf-8", "surrogatepass") if isinstance(pattern.pattern, bytes) else text
    begun = time.process_time()
    if how in ("match", "fullmatch", "search"):
        getattr(pattern, how)(given)
    else:
        for _ in pattern.finditer(given):
            pass
    return time.process_time() - begun


class Slow(NamedTuple):
    """A pattern, and the attack on it that takes more than linear time, with what was measured."""

    pattern: Pattern
    attack: Attack
    length: int
    seconds: float


def slowest(pattern: Pattern, attack: Attack) -> Slow | None:
    """What shows that an attack takes a pattern more than linear time; None if it does not.

    Short texts come first, as what grows with a power of two must not be asked for more; and long ones are asked only
    where a short one is slow.
    """
    compiled = re.compile(pattern.pattern, pattern.flags)
    taken = 0.0
    bound = pattern.longest
    for length in [each for each in (*_SMALL, SHORT) if bound is None or each <= bound]:
        taken = seconds(compiled, pattern.how, attack.text(length))
        if taken > TOO_LONG / 2 and length < SHORT:
            return Slow(pattern, attack, length, taken)
    if bound is not None:
        taken = seconds(compiled, pattern.how, attack.text(bound))
        return Slow(pattern, attack, bound, taken) if taken > 3 * TOO_LONG else None
    if taken < SUSPECT or _least(compiled, pattern.how, attack.text(SHORT), 3) < SUSPECT:
        return None
    before = _least(compiled, pattern.how, attack.text(length // 2), 3)
    while length <= LONG:
        taken = _least(compiled, pattern.how, attack.text(length), 3 if before < TOO_LONG / 8 else 1)
        if taken < _GROWTH * before:
            return None
        if taken > TOO_LONG:
            return Slow(pattern, attack, length, taken)
        length *= 2
        before = taken
    return None


def _least(compiled: re.Pattern[Any], how: str, text: str, times: int) -> float:
    """The least work of several times: a busy machine makes one of them slow, and not all."""
    return min(seconds(compiled, how, text) for _ in range(times))
