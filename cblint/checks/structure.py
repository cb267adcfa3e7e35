"""Edits of the YAML round the commands: a key more, an item more, pairs in another order."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Sequence as Several

from cblint.buildspec.model import Buildspec, mapping, scalar
from cblint.checks.edits import NOTHING, Change, in_json, key_before, respelt
from cblint.finding import Edit
from cblint.source.text import begin_of_line, end_of_line, line_end_of
from cblint.source.tree import Alias, Mapping, Node, Pair, Scalar, Sequence, walk

_INDENTATION = "  "


# Keys


def with_shell(buildspec: Buildspec, shell: str) -> Change:
    """``env.shell`` set to a shell, in a buildspec of version 0.2."""
    root, version = buildspec.root, buildspec.version
    if not isinstance(root, Mapping) or version is None:
        return NOTHING
    said = scalar(version.value)
    if said is None or said.value != "0.2":
        return NOTHING
    env = root.get("env")
    if env is None:
        edits = _section_behind(root, version, "env", "shell", shell)
        return ((root,), edits) if edits else NOTHING
    holder = mapping(env.value)
    if holder is None or env not in root.pairs or holder is not env.value or not holder.pairs:
        return NOTHING
    given = holder.get("shell")
    if given is not None:
        edits = respelt(given.value, shell)
        return ((given.value,), edits) if edits and given in holder.pairs and given.value.anchor is None else NOTHING
    edits = _first_key(env, holder, "shell", shell)
    return ((holder,), edits) if edits else NOTHING


def _section_behind(root: Mapping, pair: Pair, section: str, key: str, value: str) -> tuple[Edit, ...]:
    """A new section of one key behind a line of the top level."""
    if root.flow:
        number = root.pairs.index(pair) if pair in root.pairs else len(root.pairs)
        following = root.pairs[number + 1 : number + 2]
        return key_before(root, following[0], section, f"{{{in_json(key)}: {in_json(value)}}}") if following else ()
    return lines_behind(root, pair, [f"{section}:", f"{_INDENTATION}{key}: {value}"])


def lines_behind(root: Mapping, pair: Pair, lines: Several[str]) -> tuple[Edit, ...]:
    """Lines of the top level behind that of a pair, set apart from it as what follows it is; nothing if it has more."""
    value, indentation = pair.value, _indentation_before(pair.key)
    if pair not in root.pairs or not isinstance(value, Scalar) or not value.one_line or indentation is None:
        return ()
    if value.style in ("|", ">"):
        return ()
    source = pair.key.origin.value
    at, end = end_of_line(source, value.end), line_end_of(source)
    apart = end if source.startswith(end + end, at) else ""
    text = "".join(f"{end}{indentation}{line}" if line else end for line in lines)
    return (Edit(pair.key.origin.span(at, at), f"{apart}{text}"),)


def _first_key(pair: Pair, holder: Mapping, key: str, value: str) -> tuple[Edit, ...]:
    """A key and its value as the first of a section."""
    first = holder.pairs[0]
    if holder.flow:
        return key_before(holder, first, key, in_json(value))
    indentation = _indentation_before(first.key)
    if indentation is None or holder.anchor is not None or holder.tag is not None:
        return ()
    source = pair.key.origin.value
    at = end_of_line(source, pair.key.end)
    return (Edit(pair.key.origin.span(at, at), f"{line_end_of(source)}{indentation}{key}: {value}"),)


def _indentation_before(key: Node) -> str | None:
    """The blanks before a key that begins its line; None where something else stands there."""
    lead = key.origin.value[begin_of_line(key.origin.value, key.start) : key.start]
    return lead if not lead.strip(" ") else None


# Items


def item_before(sequence: Sequence, number: int, command: str) -> tuple[Edit, ...]:
    """A command before another of a list, above what is said of that one; ``command`` needs no quotes in YAML."""
    if sequence.tag is not None or sequence.anchor is not None:
        return ()
    item = sequence.items[number]
    source = item.origin.value
    if sequence.flow:
        if item.anchor is not None or item.tag is not None:
            return ()
        return (Edit(item.origin.span(item.start, item.start), f"{in_json(command)}, "),)
    line = begin_of_line(source, item.start)
    lead = source[line : item.start]
    if re.fullmatch(r" *- *", lead) is None:
        return ()
    at = comments_above(source, line, sequence.items[number - 1].end if number else 0)
    return (Edit(item.origin.span(at, at), f"{lead}{command}{line_end_of(source)}"),)


def comments_above(source: str, line: int, earliest: int) -> int:
    """Where the comments begin that stand right above a line, each on a line of its own, behind ``earliest``."""
    while line > earliest:
        above = begin_of_line(source, line - (2 if source.startswith("\r\n", line - 2) else 1))
        if above < earliest or not source[above:line].lstrip(" ").startswith("#"):
            return line
        line = above
    return line


# Order


def in_order(holder: Mapping, rank: Callable[[Pair], int]) -> tuple[Edit, ...]:
    """The pairs of a mapping in another order, each with the comments right above it."""
    named = [node for pair in holder.pairs for part in (pair.key, pair.value) for node in walk(part)]
    if any(node.anchor is not None or isinstance(node, Alias) or node.open for node in named):
        return ()  # an anchor has to stand before its aliases
    slots = [_slot(holder, number) for number in range(len(holder.pairs))]
    if None in slots:
        return ()
    return _permuted(holder, [slot for slot in slots if slot is not None], rank)


def _permuted(holder: Mapping, slots: Several[tuple[int, int]], rank: Callable[[Pair], int]) -> tuple[Edit, ...]:
    origin = holder.pairs[0].key.origin
    between = [origin.value[slots[number][1] : slots[number + 1][0]] for number in range(len(slots) - 1)]
    if any("#" in text for text in between):
        return ()  # of which pair it speaks, nobody knows
    order = sorted(range(len(slots)), key=lambda number: rank(holder.pairs[number]))
    return tuple(
        Edit(origin.span(*slot), origin.value[slice(*slots[other])])
        for number, (slot, other) in enumerate(zip(slots, order, strict=True))
        if number != other
    )


def _slot(holder: Mapping, number: int) -> tuple[int, int] | None:
    """From where a pair begins to where it ends: in a block mapping whole lines, with the comments above."""
    pair = holder.pairs[number]
    source = pair.key.origin.value
    if holder.flow:
        return pair.key.start, pair.value.start + len(pair.value.source)
    if _indentation_before(pair.key) is None:
        return None
    earliest = holder.pairs[number - 1].value.end if number else 0
    line = begin_of_line(source, pair.key.start)
    start = comments_above(source, line, earliest) if number else line
    return start, end_of_line(source, pair.value.start + len(pair.value.source))


# Blocks


def as_block(node: Scalar) -> Several[str]:
    """The lines of a command that YAML folds, as they stand in the file; none where the file does not tell them."""
    source = node.source
    if node.tag is not None or node.style not in ("", ">"):
        return ()
    first, *lines = source.splitlines()
    if node.style == ">" and re.fullmatch(r">[-+]?", first) is None:
        return ()
    depth = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    return [*([first] if node.style == "" else []), *(line[depth:] for line in lines)]


def block_of(node: Scalar, lines: Several[str], until: int | None = None) -> tuple[Edit, ...]:
    """A literal block of these lines in the place of a command that is an item of a list on lines of its own.

    ``until``: where the last one of those ends, if it takes the place of several.
    """
    source = node.origin.value
    lead = source[begin_of_line(source, node.start) : node.start]
    end = node.start + len(node.source) if until is None else until
    if re.fullmatch(r" *- *", lead) is None or source[end : end_of_line(source, end)].strip():
        return ()
    if node.anchor is not None or node.tag is not None or not lines or not lines[0].strip() or lines[0][0] in " \t":
        return ()
    if not all(line.replace("\t", " ").isprintable() for line in lines):
        return ()
    after = line_end_of(source)
    text = after.join(" " * len(lead) + line if line else "" for line in lines)
    return (Edit(node.origin.span(node.start, end), f"|{after}{text}"),)
