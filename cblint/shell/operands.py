"""Comparing words of which only the beginning is known, and finding files among options and operands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cblint.shell.syntax import CommandSubstitution, DoubleQuoted, Literal, Parameter, Part, SingleQuoted, Word

_OPTIONS = frozenset({"OPT", "OPTS", "OPTIONS", "FLAG", "FLAGS", "ARG", "ARGS", "ARGUMENTS", "PARAMS", "PARAMETERS"})
"""Words in the name of a variable that is likely to hold options, none or several."""


def pieces(word: Word) -> Iterator[Part]:
    """The parts of a word, and in place of double quotes what stands in them."""
    for part in word.parts:
        if isinstance(part, DoubleQuoted):
            yield from part.parts
        else:
            yield part


def beginning(word: Word | str) -> tuple[str, bool]:
    """What a word is known to begin with, and whether that is all of it."""
    if isinstance(word, str):
        return word, True
    if word.text is not None:
        return word.text, True
    known = ""
    for piece in pieces(word):
        if not isinstance(piece, (Literal, SingleQuoted)):
            return known, False
        known += piece.value
    return known, True


def fits(word: Word | str, patterns: Iterable[str]) -> bool | None:
    """Whether a word is one of these, in which ``*`` stands for any text; None if that is not known."""
    return begins_to_fit(*beginning(word), patterns)


def begins_to_fit(known: str, complete: bool, patterns: Iterable[str]) -> bool | None:
    """The same of a word that begins so, or (``complete``) is just this."""
    found: bool | None = False
    for pattern in patterns:
        answer = _fits(known, complete, pattern)
        if answer:
            return True
        if answer is None:
            found = None
    return found


def _fits(known: str, complete: bool, pattern: str) -> bool | None:
    if "*" not in pattern:
        if complete:
            return known == pattern
        return None if pattern.startswith(known) else False
    start, *middle = pattern.split("*")
    if not complete and not known.startswith(start):
        return None if start.startswith(known) else False
    at = len(start)
    for text in middle[:-1]:
        at = known.find(text, at) + len(text)
        if at < len(text):
            return False if complete else None
    if not complete:
        return True if not middle[-1] else None
    return known.startswith(start) and known.endswith(middle[-1]) and len(known) >= at + len(middle[-1])


def may_hold_options(word: Word) -> bool:
    """Whether a word can be several options: ``$@`` and its kin, a substitution, a variable with such a name."""
    if word.text is not None or len(word.parts) != 1:
        return False
    (part,) = word.parts
    if isinstance(part, DoubleQuoted):
        return len(part.parts) == 1 and _is_list(part.parts[0])
    if isinstance(part, Parameter):
        return _is_list(part) or part.name == "*" or not _OPTIONS.isdisjoint(part.name.upper().split("_"))
    return isinstance(part, CommandSubstitution)


def _is_list(part: Part) -> bool:
    """Whether it becomes several words even in quotes: ``$@``, ``${name[@]}``."""
    if not isinstance(part, Parameter):
        return False
    return part.name == "@" or (part.subscript is not None and part.subscript.text == "@")


def option_values(arguments: Sequence[Word], names: Sequence[str]) -> Iterator[Word]:
    """The values of some options: the word after ``-o`` or ``-xo``, the rest of ``-ofile`` or ``--output=file``."""
    for number, word in enumerate(arguments):
        known, complete = beginning(word)
        if not known.startswith("-"):
            continue
        for name in names:
            if complete and (known == name or _last_letter(known, name)):
                yield from arguments[number + 1 : number + 2]
            elif known.startswith(f"{name}="):
                yield _cut(word, len(name) + 1)
            elif _is_letter(name) and known.startswith(name):
                yield _cut(word, 2)


def _is_letter(name: str) -> bool:
    return len(name) == 2 and name[0] == "-" and name[1] != "-"


def _last_letter(known: str, name: str) -> bool:
    """Whether the option is the last of several letters."""
    return _is_letter(name) and known[1:].isalpha() and known[-1] == name[1] and known[1] != name[1]


def after(word: Word, start: str) -> Word | None:
    """What follows this beginning of a word; None if it does not begin so."""
    return _cut(word, len(start)) if beginning(word)[0].startswith(start) else None


def file_name(word: Word) -> Word:
    """The last part of a path or an address: the name under which it is saved."""
    found = list(pieces(word))
    for number in range(len(found) - 1, -1, -1):
        piece = found[number]
        if isinstance(piece, (Literal, SingleQuoted)) and "/" in piece.value:
            parts = (*_shortened(piece, piece.value.rindex("/") + 1), *found[number + 1 :])
            return Word(word.source, parts[0].start if parts else word.end, word.end, parts)
    return word


def _cut(word: Word, count: int) -> Word:
    """The word without its first characters, which are known."""
    parts: list[Part] = []
    for piece in pieces(word):
        if count and isinstance(piece, (Literal, SingleQuoted)):
            parts += _shortened(piece, count)
            count -= min(count, len(piece.value))
        else:
            parts.append(piece)
    return Word(word.source, parts[0].start if parts else word.end, word.end, tuple(parts))


def _shortened(piece: Literal | SingleQuoted, count: int) -> list[Part]:
    """The piece without that many characters; nothing if none are left."""
    rest = piece.value[count:]
    if not rest:
        return []
    closing = 1 if isinstance(piece, SingleQuoted) else 0
    end = piece.end - closing
    return [Literal(piece.source, max(piece.start, end - len(rest)), end, rest)]
