"""Regular expressions as trees: the part of their syntax that Java, RE2 and Python read alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cblint import expressions
from cblint.records import NamedTuple

_DEEPEST = 40
"""Groups inside each other; what is written by hand has three."""
_LONGEST = 2000
"""Characters of a pattern; a longer one is not read."""
_COUNT = expressions.lazy(r"\{(\d{1,3})(?:(,)(\d{1,3})?)?\}")
_NAMED = expressions.lazy(r"\?(?:P?<[A-Za-z]\w{0,40}>|:)")
_FLAGS = expressions.lazy(r"\?[is]{1,2}([:)])")
_KINDS = {"d": "0123456789", "w": "abcdefghijklmnopqrstuvwxyz0123456789_", "s": " \t\n"}
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
_USUAL = "0a-_/.xA Z:!~\n"
"""Characters of which one is likely outside a class."""


class Literal(NamedTuple):
    """A character that stands for itself; ``at`` is where it is written."""

    value: str
    at: int


class Wildcard(NamedTuple):
    """A dot; ``at`` is where it is written."""

    at: int


class OneOf(NamedTuple):
    """A class of characters, of which ``sample`` is one."""

    sample: str


class Edge(NamedTuple):
    """An anchor: the beginning of the text, or its end."""

    start: bool


class Repeat(NamedTuple):
    """An expression ``least`` to ``most`` times; ``most`` None: without a bound."""

    item: Expression
    least: int
    most: int | None


class Chain(NamedTuple):
    """Expressions one after the other."""

    items: tuple[Expression, ...]


class Choice(NamedTuple):
    """Expressions of which any may match."""

    branches: tuple[Expression, ...]


Expression = Literal | Wildcard | OneOf | Edge | Repeat | Chain | Choice


class Malformed(NamedTuple):
    """What is no regular expression in any dialect: the index of what is wrong, and why, in words after it."""

    at: int
    why: str


class _Unknown(Exception):
    """Something stands there that dialects read differently, or that needs more than a tree."""


class _Wrong(Exception):
    def __init__(self, at: int, why: str) -> None:
        super().__init__(why)
        self.malformed = Malformed(at, why)


def read(pattern: str) -> Expression | Malformed | None:
    """The tree of a pattern; None where it is not known what it means."""
    if len(pattern) > _LONGEST:
        return None
    reader = _Reader(pattern)
    try:
        found = reader.choice(_DEEPEST)
        if reader.at < len(pattern):
            return Malformed(reader.at, "closes no group")
    except _Wrong as error:
        return error.malformed
    except _Unknown:
        return None
    return found


class _Reader:
    """Reads a pattern from left to right; ``at`` is the index of the next character."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def choice(self, deepest: int) -> Expression:
        if deepest == 0:
            raise _Unknown
        branches = [self._sequence(deepest)]
        while self._take("|"):
            branches.append(self._sequence(deepest))
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _take(self, char: str) -> bool:
        if self.pattern.startswith(char, self.at):
            self.at += len(char)
            return True
        return False

    def _sequence(self, deepest: int) -> Expression:
        items: list[Expression] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            items.append(self._repeated(self._item(deepest)))
        return items[0] if len(items) == 1 else Chain(tuple(items))

    def _item(self, deepest: int) -> Expression:
        at = self.at
        char = self.pattern[at]
        self.at += 1
        if char == "(":
            return self._group(at, deepest)
        if char == "[":
            return self._class(at)
        if char == "\\":
            return self._escape(at)
        if char == ".":
            return Wildcard(at)
        if char in "^$":
            return Edge(char == "^")
        if char in "*+?":
            raise _Wrong(at, "repeats nothing")
        if char in "{}]":
            raise _Unknown
        return Literal(char, at)

    def _group(self, at: int, deepest: int) -> Expression:
        if self.pattern.startswith("?", self.at):
            named = _NAMED.match(self.pattern, self.at)
            flags = _FLAGS.match(self.pattern, self.at) if named is None else None
            match = named or flags
            if match is None:
                raise _Unknown
            self.at = match.end()
            if flags is not None and flags[1] == ")":
                return Chain(())
        found = self.choice(deepest - 1)
        if not self._take(")"):
            raise _Wrong(at, "opens a group that nothing closes")
        return found

    def _repeated(self, item: Expression) -> Expression:
        """The item with what follows it to say how often."""
        count = self._count()
        if count is None:
            return item
        if isinstance(item, Edge):
            raise _Unknown
        lazy_or_greedy = self._take("?")
        if not lazy_or_greedy and self.pattern[self.at : self.at + 1] in ("+", "*", "{"):
            raise _Unknown
        return Repeat(item, *count)

    def _count(self) -> tuple[int, int | None] | None:
        for sign, count in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return count
        match = _COUNT.match(self.pattern, self.at)
        if match is None:
            return None
        self.at = match.end()
        least = int(match[1])
        most = least if match[2] is None else int(match[3]) if match[3] is not None else None
        if most is not None and most < least:
            raise _Unknown
        return least, most

    def _escape(self, at: int) -> Expression:
        if self.at == len(self.pattern):
            raise _Wrong(at, "escapes nothing")
        char = self.pattern[self.at]
        self.at += 1
        if char in "AzZ":
            return Edge(char == "A")
        if char in _CONTROLS:
            return Literal(_CONTROLS[char], at)
        if char.lower() in _KINDS:
            return OneOf(_sample(*_kind(char)))
        if char.isalnum() or not char.isascii():
            raise _Unknown
        return Literal(char, at)

    def _class(self, at: int) -> Expression:
        negated = self._take("^")
        inside: list[str] = []
        outside: list[str] = []
        first = self.at
        while True:
            if self.at >= len(self.pattern):
                raise _Wrong(at, "opens a class of characters that nothing closes")
            char = self.pattern[self.at]
            if char == "]":
                if self.at == first:
                    raise _Unknown
                self.at += 1
                break
            if char == "[" or self.pattern.startswith("&&", self.at):
                raise _Unknown
            self._member(inside, outside)
        if outside and (inside or negated or len(outside) > 1):
            raise _Unknown
        is_outside = negated != bool(outside)
        return OneOf(_sample("".join(outside or inside), is_outside))

    def _member(self, inside: list[str], outside: list[str]) -> None:
        """One character, range or kind of a class; ``outside`` gets those of which it has all others."""
        low = self._char()
        if len(low) > 1:
            chars, is_outside = _kind(low[1])
            (outside if is_outside else inside).append(chars)
            return
        follows = self.pattern[self.at + 1 : self.at + 2]
        if not self.pattern.startswith("-", self.at) or follows in ("]", ""):
            inside.append(low)
            return
        self.at += 1
        high = self._char()
        if len(high) > 1 or high < low:
            raise _Unknown
        inside.append("".join(map(chr, range(ord(low), min(ord(high), ord(low) + 127) + 1))))

    def _char(self) -> str:
        """A character of a class as it is meant, or a kind of characters as it is written."""
        char = self.pattern[self.at]
        self.at += 1
        if char != "\\":
            return char
        if self.at == len(self.pattern):
            raise _Unknown
        char = self.pattern[self.at]
        self.at += 1
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char.lower() in _KINDS:
            return "\\" + char
        if char.isalnum() or not char.isascii():
            raise _Unknown
        return char


def _kind(letter: str) -> tuple[str, bool]:
    """The characters of ``\\d`` and its kin, and whether all others are meant."""
    return _KINDS[letter.lower()], letter.isupper()


def _sample(chars: str, is_outside: bool) -> str:
    """A character among some, or one of all others."""
    if not is_outside:
        return next((char for char in _USUAL[:7] if char in chars), chars[0])
    found = next((char for char in _USUAL if char not in chars), None)
    if found is None:
        raise _Unknown
    return found


def alternatives(expression: Expression) -> tuple[Expression, ...]:
    """What a pattern offers at its top level."""
    return expression.branches if isinstance(expression, Choice) else (expression,)


class Sample(NamedTuple):
    """A text that an expression matches, and what may stand around it.

    ``start``: only the beginning of the whole text may be before it, ``end``: only its end after it. ``free_start`` and
    ``free_end``: there the pattern itself says that anything may stand (``.*``, which is empty in ``text``).
    """

    text: str
    start: bool = False
    end: bool = False
    free_start: bool = False
    free_end: bool = False

    @property
    def open_start(self) -> bool:
        """Whether more may stand before it, and the pattern does not say so."""
        return not self.start and not self.free_start

    @property
    def open_end(self) -> bool:
        """Whether more may stand after it, and the pattern does not say so."""
        return not self.end and not self.free_end

    @property
    def empty(self) -> bool:
        """Whether it matches any text, as it asks for nothing."""
        return not self.text and not (self.start and self.end)


_TOO_LONG = 300
_TOO_OFTEN = 100
_TOO_MANY = 12
"""Forms; what is written by hand has four, and the time grows with the square."""
_MORE = 5
"""Times beyond the least: what shows of a form is an anchor and a wildcard on either side, and a text between them."""


def samples(expression: Expression) -> list[Sample] | None:
    """The shortest texts of each form that an expression matches; None where they are too long.

    Each of them is matched for certain, and each form that a match can have is among them.
    """
    try:
        return sorted(_samples(expression))
    except _Unknown:
        return None


def _samples(expression: Expression) -> Sequence[Sample]:
    if isinstance(expression, Literal):
        return (Sample(expression.value),)
    if isinstance(expression, Wildcard):
        return (Sample("0"),)
    if isinstance(expression, OneOf):
        return (Sample(expression.sample),)
    if isinstance(expression, Edge):
        return (Sample("", start=expression.start, end=not expression.start),)
    if isinstance(expression, Choice):
        return _shortest(sample for branch in expression.branches for sample in _samples(branch))
    if isinstance(expression, Chain):
        found: Sequence[Sample] = (Sample(""),)
        for item in expression.items:
            found = _joined(found, _samples(item))
        return found
    return _repeated(expression)


def _repeated(expression: Repeat) -> Sequence[Sample]:
    if expression.least > _TOO_OFTEN:
        raise _Unknown
    if isinstance(expression.item, Wildcard) and expression.most is None:
        return (Sample("0" * expression.least, free_start=True, free_end=True),)
    once = _samples(expression.item)
    found: Sequence[Sample] = (Sample(""),)
    for _ in range(expression.least):
        found = _joined(found, once)
    if expression.most == expression.least:
        return found
    rounds = _MORE if expression.most is None else min(expression.most - expression.least, _MORE)
    last = found
    for _ in range(rounds):
        last = _joined(last, once)
        found = _shortest([*found, *last])
    return found


def _joined(left: Sequence[Sample], right: Sequence[Sample]) -> Sequence[Sample]:
    return _shortest(
        sample for one in left for other in right if (sample := _one_after_the_other(one, other)) is not None
    )


def _one_after_the_other(left: Sample, right: Sample) -> Sample | None:
    """A sample of both; None where an anchor between them cannot hold."""
    if (right.start and left.text) or (left.end and right.text):
        return None
    text = left.text + right.text
    if len(text) > _TOO_LONG:
        raise _Unknown
    # An anchor makes a wildcard before it empty.
    left_free = left.free_start and not (right.start and not left.text)
    right_free = right.free_end and not (left.end and not right.text)
    return Sample(
        text,
        left.start or right.start,
        left.end or right.end,
        left_free or (right.free_start and not left.text),
        right_free or (left.free_end and not right.text),
    )


def _shortest(found: Iterable[Sample]) -> Sequence[Sample]:
    """The shortest of each form; a form is all that decides what can stand beside a sample."""
    kept: dict[tuple[bool, ...], Sample] = {}
    for sample in found:
        form = (bool(sample.text), *sample[1:])
        other = kept.get(form)
        if other is None or len(sample.text) < len(other.text):
            kept[form] = sample
    if len(kept) > _TOO_MANY:
        raise _Unknown
    return tuple(kept.values())


def is_plain(expression: Expression) -> bool:
    """Whether an expression is texts written out: nothing is repeated, no class stands for other characters."""
    stack = [expression]
    while stack:
        node = stack.pop()
        if isinstance(node, (Repeat, OneOf)):
            return False
        stack.extend(_below(node))
    return True


def has_literal(expression: Expression) -> bool:
    """Whether an expression asks for any character by itself."""
    stack = [expression]
    while stack:
        node = stack.pop()
        if isinstance(node, Literal):
            return True
        stack.extend(_below(node))
    return False


def leading(expression: Expression) -> str | None:
    """The characters with which the whole text begins where an expression holds; None where it may begin otherwise."""
    items = expression.items if isinstance(expression, Chain) else (expression,)
    if not items or items[0] != Edge(start=True):
        return None
    found = ""
    for item in items[1:]:
        if not isinstance(item, Literal):
            break
        found += item.value
    return found


def _below(node: Expression) -> tuple[Expression, ...]:
    if isinstance(node, Chain):
        return node.items
    if isinstance(node, Choice):
        return node.branches
    return (node.item,) if isinstance(node, Repeat) else ()


def loose_dots(expression: Expression) -> list[int]:
    """Where a dot stands between letters or digits, as one that is meant as a dot would: indexes into the pattern."""
    found: list[int] = []
    stack = [expression]
    while stack:
        node = stack.pop()
        stack.extend(_below(node))
        items = node.items if isinstance(node, Chain) else ()
        for before, dot, after in zip(items, items[1:], items[2:], strict=False):
            if isinstance(dot, Wildcard) and _is_word(before) and _is_word(after):
                found.append(dot.at)
    return sorted(found)


def _is_word(node: Expression) -> bool:
    return isinstance(node, Literal) and node.value.isalnum()
