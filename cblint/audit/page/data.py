"""Findings as the data of a page: columns in blocks, every text bounded and safe to show, and what there is of each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from cblint.audit.overview import Found, Line, Mend, Overview, Place
from cblint.records import NamedTuple
from cblint.report.shown import characters, printable, visible

SEVERITIES = ("error", "warning", "note")
"""In the order of the counts."""
NEW = 3
"""Where the new ones stand in counts."""
IS_NEW, IS_SUPPRESSED, IS_SAFE, IS_UNSAFE, IS_EXACT = 1, 2, 4, 8, 16
"""Flags of a finding: two are of its fix, the last says that its path is shown as it is, so that it can be linked."""

INDEX_BLOCK = 2000
"""Findings in a block of what is filtered by: the page reads all of these when it opens."""
DETAIL_BLOCK = 200
"""Findings in a block of the rest: the page reads one when somebody opens a finding."""
LONGEST = 2000
"""Characters of a message, or of anything else that a stranger wrote."""
LONGEST_NAME = 200
LONGEST_LINE = 400
_BEFORE_MARK = 120
"""Characters that are kept before the mark in a longer line."""
_LONGEST_STEP = 500
MOST_LINES = 40
MOST_PLACES = 40
MOST_OWNERS = 20
MOST_NAMED = 20_000
"""Owners that are told apart: a stranger's CODEOWNERS can name one for each file."""
FURTHER = "(further owners)"
_LONGEST_SHARED = 500
_MOST_SHARED = 100_000
"""Texts that are remembered, so that each stands in the page once; those that follow may stand in it again."""


class Tally(NamedTuple):
    """How many findings there are of each: lists of errors, warnings, notes and new ones, none of them suppressed.

    ``cells`` counts by the repository's number times the number of rules, plus the rule's; ``used`` are the numbers of
    the rules that have a finding, also a suppressed one.
    """

    total: list[int]
    repositories: list[list[int]]
    rules: list[list[int]]
    owners: dict[str, list[int]]
    repositories_of: dict[str, set[int]]
    cells: Counter[int]
    used: set[int]
    other: Counter[str]
    """``findings`` of all kinds, ``suppressed`` ones, those with a ``safe`` fix."""


class Block(NamedTuple):
    """A block of findings as JSON: what they are filtered by, and the rest in smaller blocks."""

    filtered: str
    details: tuple[str, ...]


def tally_of(overview: Overview) -> Tally:
    """A tally in which nothing is counted yet."""
    return Tally(
        [0] * 4,
        [[0] * 4 for _ in overview.repositories],
        [[0] * 4 for _ in overview.rules],
        {},
        {},
        Counter(),
        set(),
        Counter(),
    )


def blocks(findings: Iterable[Found], tally: Tally) -> Iterator[Block]:
    """The findings in their order, which the tally counts on the way. They are held in memory a block at a time."""
    texts = _Texts()
    numbers: dict[str, int] = {}
    rest = iter(findings)
    while chunk := tuple(islice(rest, INDEX_BLOCK)):
        teams = [_team(found, numbers) for found in chunk]
        for found, team in zip(chunk, teams, strict=True):
            _count(found, team, tally)
        details = tuple(
            encoded([_details(found, texts) for found in chunk[first : first + DETAIL_BLOCK]])
            for first in range(0, len(chunk), DETAIL_BLOCK)
        )
        yield Block(
            encoded(_columns(chunk, texts, [tuple(numbers[owner] for owner in team) for team in teams])), details
        )


def encoded(data: Any) -> str:
    """JSON in ASCII that can stand in an element of script: no text in it ends the element or begins another."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def name(text: str) -> str:
    """A name as it is shown and filtered by; one of blanks would be nothing to see."""
    if text and not text.strip(" "):
        return "<U+0020>" * min(len(text), 8)
    return _one_line(text, LONGEST_NAME)


def paragraphs(text: str, longest: int = LONGEST) -> str:
    """A text of several lines."""
    return "\n".join(visible(line) for line in text[:longest].split("\n")) + _rest(text, longest)


def _one_line(text: str, longest: int = LONGEST) -> str:
    return printable(text[:longest]) + _rest(text, longest)


def _rest(text: str, longest: int) -> str:
    return f"… ({len(text) - longest:,} more characters)" if len(text) > longest else ""


def _team(found: Found, numbers: dict[str, int]) -> tuple[str, ...]:
    """Who owns it, by names that are shown, which are numbered; one empty name if nobody does."""
    shown = (name(owner) for owner in found.owners[:MOST_OWNERS] if owner)
    team = tuple(dict.fromkeys(each if each in numbers or len(numbers) < MOST_NAMED else FURTHER for each in shown))
    for owner in team or ("",):
        numbers.setdefault(owner, len(numbers))
    return team or ("",)


class _Texts:
    """Texts by number. Those that come often are remembered, within bounds."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._fresh: list[str] = []
        self._next = 0

    def number(self, text: str, several: bool = False) -> int:
        """Its number; ``several``: it has lines."""
        known = self._numbers.get(text)
        if known is not None:
            return known
        self._fresh.append(paragraphs(text) if several else _one_line(text))
        if len(text) <= _LONGEST_SHARED:
            if len(self._numbers) >= _MOST_SHARED:
                self._numbers.clear()
            self._numbers[text] = self._next
        self._next += 1
        return self._next - 1

    def taken(self) -> list[str]:
        """Those that were numbered since the last time, in order."""
        fresh, self._fresh = self._fresh, []
        return fresh


def _count(found: Found, team: Sequence[str], tally: Tally) -> None:
    for owner in team:
        if owner not in tally.owners:
            tally.owners[owner], tally.repositories_of[owner] = [0] * 4, set()
    tally.other["findings"] += 1
    tally.used.add(found.rule)
    if found.suppressed:
        tally.other["suppressed"] += 1
        return
    tally.other["safe"] += found.fix is not None and found.fix.safe
    tally.cells[found.repository * len(tally.rules) + found.rule] += 1
    counts = [tally.total, tally.repositories[found.repository], tally.rules[found.rule]]
    for owner in team:
        tally.repositories_of[owner].add(found.repository)
        counts.append(tally.owners[owner])
    place = SEVERITIES.index(found.severity)
    for each in counts:
        each[place] += 1
        each[NEW] += found.new


def _columns(chunk: Sequence[Found], texts: _Texts, teams: Sequence[tuple[int, ...]]) -> dict[str, Any]:
    columns = {
        "repository": [found.repository for found in chunk],
        "rule": [found.rule for found in chunk],
        "severity": [SEVERITIES.index(found.severity) for found in chunk],
        "path": [texts.number(found.path) for found in chunk],
        "line": [found.line for found in chunk],
        "column": [found.column for found in chunk],
        "message": [texts.number(found.message) for found in chunk],
        "since": [found.since for found in chunk],
        "flags": [_flags(found) for found in chunk],
        "fingerprint": [name(found.fingerprint) for found in chunk],
    }
    groups: dict[tuple[int, ...], int] = {}
    columns["group"] = [groups.setdefault(team, len(groups)) for team in teams]
    return {**columns, "groups": list(groups), "texts": texts.taken()}


def _flags(found: Found) -> int:
    fixed = 0 if found.fix is None else IS_SAFE if found.fix.safe else IS_UNSAFE
    exact = IS_EXACT if is_exact(found.path, LONGEST) else 0
    return fixed | exact | (IS_NEW if found.new else 0) | (IS_SUPPRESSED if found.suppressed else 0)


def is_exact(path: str, longest: int) -> bool:
    """Whether a path is shown as it is, and has only steps that lead down: then it can be part of an address."""
    return len(path) <= longest and printable(path) == path and not {"", ".", ".."} & set(path.split("/"))


def _details(found: Found, texts: _Texts) -> list[Any]:
    return [
        texts.number(found.detail, several=True),
        texts.number(found.where),
        texts.number(found.suppressed),
        [_line(line) for line in found.snippet[:MOST_LINES]],
        [_place(place) for place in found.places[:MOST_PLACES]],
        max(0, len(found.places) - MOST_PLACES),
        _mend(found.fix) if found.fix else None,
    ]


def _line(line: Line) -> list[Any]:
    """Its number, and its text before the mark, in it, and behind it."""
    text = line.text
    first = min(max(line.start, 0), len(text))
    last = min(max(line.end, first), len(text))
    begin = max(0, min(first - _BEFORE_MARK, len(text) - LONGEST_LINE))
    shown = characters(text[begin : begin + LONGEST_LINE])
    first, last = first - begin, last - begin
    return [
        line.number,
        ("…" if begin else "") + "".join(shown[:first]),
        "".join(shown[first:last]),
        "".join(shown[last:]) + ("…" if begin + LONGEST_LINE < len(text) else ""),
    ]


def _place(place: Place) -> list[Any]:
    exact = int(is_exact(place.path, LONGEST_NAME))
    return [place.step, _one_line(place.message, _LONGEST_STEP), name(place.path), place.line, place.column, exact]


def _mend(mend: Mend) -> list[Any]:
    return [_one_line(mend.title), mend.safe, _lines(mend.before), _lines(mend.after)]


def _lines(lines: Sequence[str]) -> list[str]:
    shown = [visible(line[:LONGEST_LINE]) + ("…" if len(line) > LONGEST_LINE else "") for line in lines[:MOST_LINES]]
    return [*shown, f"… ({len(lines) - MOST_LINES:,} more lines)"] if len(lines) > MOST_LINES else shown
