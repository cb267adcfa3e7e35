"""Inputs: pieces of seeds put together in other ways. Each is made from nothing but the seeds and its own number."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

LONGEST = 3_000
"""Bytes of most inputs: what is wrong is mostly wrong of a small one, and of small ones there can be many."""
_LONGEST_REPEATED = 16_000
_OFTEN_REPEATED = 0.004
_NOISE = 3_000
"""Bytes of an input that is drawn from."""
_WORD = re.compile(rb"[\w$@./~+-][\w$@./:*~+-]*|[^\w\s]{1,3}|\s+")
PIECES = [
    *(bytes([byte]) for byte in b":-?[]{},#&*!|>'\"%@`~\\$()<>;=/.\t\r\n \0\x1b\x7f\x80\xc3\xff"),
    *(text.encode() for text in "é€😀\u2028\x85\ufeff\xa0\u202e\u200b"),
    *(b": ", b"- ", b" #", b"\n\n", b"\r\n", b"<<: ", b"---\n", b"...\n", b"&a ", b"*a", b"!!str ", b"|\n", b">-\n"),
    *(b"$(", b"${", b"$((", b"))", b"&&", b"||", b";;", b"<<E\n", b"\nE\n", b" if ", b" then ", b" fi\n", b" do "),
    *(b" done\n", b"`", b"\\\n", b" | ", b" > ", b"2>&1", b" & ", b"$'", b"[[ ", b" ]]", b"function f { ", b"; }"),
    *(b"# cblint: ignore[", b"] -- ", b"phases:\n", b"commands:\n", b"0", b"-1", b"1e999", b"null", b"true", b"9" * 30),
]


class Pool:
    """The seeds of a target, and the words in them."""

    def __init__(self, seeds: Sequence[bytes]) -> None:
        self.seeds = seeds
        self.words: list[bytes] = sorted({word for seed in seeds for word in _WORD.findall(seed)})

    def made(self, name: str, seed: int, number: int) -> bytes:
        """The input of one execution: the same whenever it is made again."""
        chance = random.Random(f"{name} {seed} {number}")
        if not self.seeds:
            return chance.randbytes(int(2 ** chance.uniform(4, _NOISE.bit_length())))
        return self.mutated(chance.choice(self.seeds), chance)

    def mutated(self, data: bytes, chance: random.Random) -> bytes:
        """An input after some mutations: mostly a few, sometimes many."""
        longest = max(LONGEST, len(data))
        for _ in range(1 + min(int(chance.expovariate(0.4)), 12)):
            changed: bytes = chance.choice(_WAYS)(data, chance, self)
            data = changed[:longest]
        return _repeated(data, chance) if chance.random() < _OFTEN_REPEATED else data


def _range(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randint(0, len(data))
    return start, min(len(data), start + chance.choice((1, 1, 2, 4, 8, 16, 40, 100)))


def _flipped(data: bytes, chance: random.Random, _: Pool) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _without(data: bytes, chance: random.Random, _: Pool) -> bytes:
    start, end = _range(data, chance)
    return data[:start] + data[end:]


def _doubled(data: bytes, chance: random.Random, _: Pool) -> bytes:
    start, end = _range(data, chance)
    return data[:end] + data[start:end] + data[end:]


def _moved(data: bytes, chance: random.Random, _: Pool) -> bytes:
    start, end = _range(data, chance)
    rest = data[:start] + data[end:]
    at = chance.randint(0, len(rest))
    return rest[:at] + data[start:end] + rest[at:]


def _with_piece(data: bytes, chance: random.Random, _: Pool) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(PIECES) + data[at:]


def _with_word(data: bytes, chance: random.Random, pool: Pool) -> bytes:
    """Another word in the place of one, or between two."""
    new: bytes = chance.choice(pool.words) if pool.words else b""
    words = list(_WORD.finditer(data))
    if not words:
        return new
    word = chance.choice(words)
    start, end = word.span() if chance.random() < 0.7 else (word.start(), word.start())
    return data[:start] + new + data[end:]


def _words_swapped(data: bytes, chance: random.Random, _: Pool) -> bytes:
    words = _WORD.findall(data)
    if len(words) < 2:
        return data
    one, other = chance.randrange(len(words)), chance.randrange(len(words))
    words[one], words[other] = words[other], words[one]
    return b"".join(words)


def _spliced(data: bytes, chance: random.Random, pool: Pool) -> bytes:
    """The beginning of one and the end of another."""
    other = chance.choice(pool.seeds)
    return data[: chance.randint(0, len(data))] + other[chance.randint(0, len(other)) :]


def _grafted(data: bytes, chance: random.Random, pool: Pool) -> bytes:
    """Lines of another, put in with the indentation of the place."""
    lines = data.splitlines(True) or [b""]
    other = chance.choice(pool.seeds).splitlines(True) or [b""]
    start = chance.randrange(len(other))
    graft = other[start : start + chance.randint(1, 6)]
    at = chance.randrange(len(lines))
    move = _indentation(lines[at]) - _indentation(graft[0])
    return b"".join([*lines[:at], *(_shifted(line, move) for line in graft), *lines[at:]])


def _line_wise(data: bytes, chance: random.Random, _: Pool) -> bytes:
    """A line twice, taken out, or in the place of another."""
    lines = data.splitlines(True)
    if not lines:
        return data
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    way = chance.randrange(3)
    if way == 0:
        lines.insert(other, lines[one])
    elif way == 1:
        del lines[one]
    else:
        lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _indented(data: bytes, chance: random.Random, _: Pool) -> bytes:
    """Some lines further in or out."""
    lines = data.splitlines(True)
    if not lines:
        return data
    start = chance.randrange(len(lines))
    end = start + chance.choice((1, 1, 2, 4, 9))
    move = chance.choice((-4, -2, -1, 1, 2, 4))
    return b"".join([*lines[:start], *(_shifted(line, move) for line in lines[start:end]), *lines[end:]])


def _indentation(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" "))


def _shifted(line: bytes, move: int) -> bytes:
    return b" " * move + line if move >= 0 else line[min(-move, _indentation(line)) :]


def _repeated(data: bytes, chance: random.Random) -> bytes:
    """One piece of it again and again: what takes the square of a length shows it there."""
    start, end = _range(data, chance)
    piece = data[start:end] or chance.choice(PIECES)
    return data[:start] + piece * (_LONGEST_REPEATED // len(piece)) + data[end:]


_WAYS: tuple[Callable[[bytes, random.Random, Pool], bytes], ...] = (
    _flipped,
    _without,
    _doubled,
    _moved,
    _with_piece,
    _with_piece,
    _with_word,
    _with_word,
    _with_word,
    _words_swapped,
    _spliced,
    _grafted,
    _grafted,
    _line_wise,
    _indented,
)
