"""How fixes are written in files of other formats: tried, and held to what the file says then."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice

from cblint.engine import placed
from cblint.finding import Edit, Finding, ValueChange
from cblint.hosts.definition import Definition, HostFile
from cblint.mending import leaves
from cblint.source.foreign import Given, Reference
from cblint.source.loader import TooComplex
from cblint.source.text import Lines, Span, Text
from cblint.source.tree import Node, Scalar
from cblint.source.writing import Change, changed, in_lines, range_of, rewritten

Reader = Callable[[str], "HostFile | None"]
"""What a text holds under the name of the file; may raise TooComplex."""
MOST_READINGS, MOST_CHARACTERS = 64, 1_000_000
"""Of a file with other characters in it, for all of its fixes."""

_LINE_ENDS = {"\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_ESCAPES = tuple(
    str.maketrans(escapes)
    for escapes in (
        {},
        {"\\": "\\\\", "`": "\\`"},
        {"'": "''"},
        {**_LINE_ENDS, '"': '\\"'},
        {**_LINE_ENDS, "'": "\\'"},
        {"'": "'\\''"},
    )
)
"""How the quotes of formats want to have what would end them."""
_MARKS = tuple(
    (re.compile(mark), spelling)
    for mark, spelling in (
        (r"(?!)", ""),
        (r"\$\{", "${!"),
        (r"([$%])\{", r"\1\1{"),
        (r"\$\{", r"\\${"),
        (r"([{}])", r"\1\1"),
    )
)
"""What would be put in: as it is, and as CloudFormation, Terraform, template literals and f-strings want to have it."""
_WORDS = {"true": "True", "false": "False"}
"""The truth values of Python."""


class HostedFile:
    """What a file of another format says: of each of its definitions, the leaves by their paths."""

    def __init__(self, text: str, read: Reader, definitions: Sequence[Definition] | None = None) -> None:
        """``definitions`` are what the text is read as, where it has been read already."""
        self.text = text
        self._read = read
        self.leaves = _leaves_in(text, read) if definitions is None else _leaves_of(definitions)

    def becomes(self, new: str, changes: Sequence[ValueChange]) -> bool:
        """Whether another text says what this one does but for these changes."""
        after = _leaves_in(new, self._read)
        if self.leaves is None or after is None:
            return False
        expected = [_values(each) for each in self.leaves]
        for (number, path), value in self.values_after(changes).items():
            expected[number][path] = value
        return expected == [_values(each) for each in after]

    def value(self, number: int, path: str) -> str:
        """The text at a path of a definition; empty if there is none."""
        node = self.leaf(number, path)
        return node.value if node is not None else ""

    def leaf(self, number: int, path: str) -> Scalar | None:
        """The scalar at a path of a definition."""
        if self.leaves is None or number >= len(self.leaves):
            return None
        node = self.leaves[number].get(path)
        return node if isinstance(node, Scalar) else None

    def values_after(self, changes: Sequence[ValueChange]) -> dict[tuple[int, str], str]:
        """What becomes of the values that changes are about."""
        return {place: changed(self.value(*place), wanted) for place, wanted in _by_leaf(changes).items()}


def spelled(lines: Lines, file: HostedFile, findings: Sequence[Finding]) -> list[Finding]:
    """The findings with the edits that make the changes of their fixes, or without a fix where none do for certain."""
    wanted = {number: each.fix.changes for number, each in enumerate(findings) if each.fix and each.fix.changes}
    if not wanted:
        return list(findings)
    written = _Spelling(file).of(wanted)
    done = list(findings)
    for number in wanted:
        fix, edits = done[number].fix, written.get(number)
        if fix is not None:
            fix = fix._replace(edits=tuple(placed(lines, edit) for edit in edits)) if edits is not None else None
        done[number] = done[number]._replace(fix=fix)
    return done


_Edits = tuple[Edit, ...]


class _Spelling:
    """Finds out how to write changes; each reading of the file is for as many of them as can be."""

    def __init__(self, file: HostedFile) -> None:
        self._file = file
        self._left = min(MOST_READINGS, MOST_CHARACTERS // (len(file.text) + 1))

    def of(self, wanted: dict[int, tuple[ValueChange, ...]]) -> dict[int, _Edits]:
        """The edits for each of the changes that can be made for certain; they may overlap with those for others."""
        found: dict[int, _Edits] = {}
        stack = _apart({number: (changes, way) for number, changes in wanted.items() for way in self._first(changes)})
        while stack:
            together = stack.pop()
            if self._is_right(together.values()):
                found.update((number, edits) for number, (_, edits) in together.items())
            elif len(together) > 1:
                pairs = list(together.items())
                half = len(pairs) // 2
                stack += [dict(pairs[half:]), dict(pairs[:half])]
            else:
                found.update(self._otherwise(together))
        return found

    def _first(self, changes: tuple[ValueChange, ...]) -> Iterator[_Edits]:
        return islice(_ways(self._file, changes), 1)

    def _otherwise(self, alone: _Wanted) -> Iterator[tuple[int, _Edits]]:
        for number, (changes, _) in alone.items():
            for edits in islice(_ways(self._file, changes), 1, None):
                if self._left <= 0:
                    return
                if self._is_right([(changes, edits)]):
                    yield number, edits
                    return

    def _is_right(self, wanted: Collection[tuple[tuple[ValueChange, ...], _Edits]]) -> bool:
        self._left -= 1
        changes = [change for each, _ in wanted for change in each]
        new = edited(self._file.text, [edit for _, edits in wanted for edit in edits])
        return self._left >= 0 and self._file.becomes(new, changes)


_Wanted = dict[int, tuple[tuple[ValueChange, ...], _Edits]]
"""Changes and a way to write them, by the number of their finding."""


def _apart(wanted: _Wanted) -> list[_Wanted]:
    """The same in groups: of the first no two overlap; each of the others is alone."""
    first: _Wanted = {}
    alone: list[_Wanted] = []
    taken = Taken()
    for number, (changes, edits) in wanted.items():
        if any(overlap(edit.span, other) for edit in edits for other in taken.beside(edit.span)):
            alone.append({number: (changes, edits)})
        else:
            first[number] = changes, edits
            taken.add(edit.span for edit in edits)
    return [*alone, first]


class Taken:
    """Ranges that do not overlap, of which there can be thousands."""

    __slots__ = ("_spans",)

    def __init__(self) -> None:
        self._spans: list[Span] = []

    def add(self, spans: Iterable[Span]) -> None:
        """Take ranges that overlap none of those there are."""
        for span in spans:
            insort(self._spans, span)

    def beside(self, span: Span) -> list[Span]:
        """Those just before and behind a range: if it overlaps or is any, it does one of these."""
        number = bisect_left(self._spans, span)
        return self._spans[max(number - 1, 0) : number + 1]


def overlap(one: Span, other: Span) -> bool:
    """Whether two ranges have characters in common; one that is empty has none."""
    return one.start < other.end and other.start < one.end


def edited(text: str, edits: Sequence[Edit]) -> str:
    """A file after edits that do not overlap."""
    return changed(text, [Change(*edit.span, edit.text) for edit in edits])


def _ways(file: HostedFile, changes: Sequence[ValueChange]) -> Iterator[tuple[Edit, ...]]:
    """How the file could be made to say something else, each way once."""
    found: set[tuple[Edit, ...]] = set()
    for mark, spelling in _MARKS:
        for escapes in _ESCAPES:
            marked = [change._replace(text=mark.sub(spelling, change.text).translate(escapes)) for change in changes]
            ways = [_edits(file, marked, in_brackets) for in_brackets in (False, True)]
            for each in (*ways, [edit._replace(text=_WORDS.get(edit.text, edit.text)) for edit in ways[0]]):
                edits = tuple(sorted(each))
                if edits and edits not in found:
                    found.add(edits)
                    yield edits


def _edits(file: HostedFile, changes: Sequence[ValueChange], in_brackets: bool) -> list[Edit]:
    """Changes of values as edits of the file; none where there is no way to make one of them."""
    found: list[Edit] = []
    for place, wanted in _by_leaf(changes).items():
        leaf = file.leaf(*place)
        if leaf is None:
            return []
        if isinstance(leaf, Given):
            made = _written(leaf.text, file.text, wanted)
            spans = [Span(start, end) for start, end, _ in made or ()]
        else:
            made = rewritten(leaf, wanted, in_brackets)
            spans = [leaf.origin.span(start, end) for start, end, _ in made or ()]
        if made is None:
            return []
        found += [Edit(span, each.text) for span, each in zip(spans, made, strict=True)]
    return found


def _written(text: Text, source: str, changes: Sequence[Change]) -> tuple[Change, ...] | None:
    """Changes of a text that another format spells, with the characters that they have."""
    made = [in_lines(text, source, change) or _in_one_line(text, change) for change in changes]
    certain = tuple(each for each in made if each is not None)
    return certain if len(certain) == len(made) else None


def _in_one_line(text: Text, change: Change) -> Change | None:
    # Readers may be lenient about a line end, or a tab, where their format is not.
    return Change(*range_of(text, change), change.text) if change.text.isprintable() else None


def _by_leaf(changes: Sequence[ValueChange]) -> dict[tuple[int, str], list[Change]]:
    found: dict[tuple[int, str], list[Change]] = {}
    for each in changes:
        found.setdefault((each.number, each.path), []).append(Change(each.start, each.end, each.text))
    return found


def _leaves_in(text: str, read: Reader) -> list[dict[str, Node]] | None:
    try:
        file = read(text)
    except TooComplex:
        return None
    return _leaves_of(file.definitions) if file is not None else None


def _leaves_of(definitions: Sequence[Definition]) -> list[dict[str, Node]]:
    return [{leaf.path: leaf.node for leaf in leaves(each.root)} for each in definitions]


def _values(found: dict[str, Node]) -> dict[str, str]:
    return {path: _value(node) for path, node in found.items()}


def _value(node: Node) -> str:
    """What a leaf is: of what is no text, its kind, behind a character that no text has."""
    if isinstance(node, Scalar):
        return node.value
    target = f" {node.target}.{node.attribute}" if isinstance(node, Reference) else ""
    return f"\0{type(node).__name__}{target}"
