"""From what a rule wants changed to changes of the values that hold it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from cblint.finding import Edit, ValueChange
from cblint.records import NamedTuple
from cblint.source.text import Span, Text
from cblint.source.tree import Mapping, Node, Scalar
from cblint.source.tree import Sequence as Items
from cblint.source.writing import Change, rewritten
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.hosts.graph import Resource


class Rewriting(NamedTuple):
    """Changes of a scalar's value, in offsets into it; ``in_brackets``: it stands in those of a list or a mapping."""

    node: Scalar
    changes: tuple[Change, ...]
    in_brackets: bool = False

    @property
    def written(self) -> tuple[Change, ...] | None:
        """The same as changes of the text that was parsed; None where it is not certain how to write them."""
        return rewritten(*self)


def written(root: Node | None, edits: Sequence[Edit]) -> tuple[Edit, ...] | None:
    """Edits as they are made in a file of YAML; None where it is not certain how.

    One within a scalar is written in its style, others as they stand.
    """
    rewritings, plain = sorted_out(root, edits)
    found = list(plain)
    for each in rewritings:
        made = each.written
        if made is None:
            return None
        found += (Edit(each.node.origin.span(start, end), text) for start, end, text in made)
    return tuple(found)


def sorted_out(root: Node | None, edits: Iterable[Edit]) -> tuple[list[Rewriting], list[Edit]]:
    """Edits as changes of the values of scalars, and those that are none."""
    found: dict[int, Rewriting] = {}
    plain: list[Edit] = []
    for edit in edits:
        node, in_brackets = _scalar_at(root, edit.span) if edit.within else (None, False)
        if node is None:
            plain.append(edit)
        else:
            known = found.get(id(node), Rewriting(node, (), in_brackets))
            found[id(node)] = known._replace(changes=(*known.changes, change_of(_text(node), edit)))
    return list(found.values()), plain


@lru_cache(maxsize=4)
def _text(node: Scalar) -> Text:
    """The value with its places in the file: thousands of edits may be about one."""
    return node.text


def change_of(text: Text, edit: Edit) -> Change:
    """An edit as a change of a text in whose range it stands."""
    return Change(text.index(edit.span.start), text.index(edit.span.end), edit.text)


def _scalar_at(root: Node | None, span: Span) -> tuple[Scalar | None, bool]:
    """The scalar in which a range of the file stands, None where none does, and whether it is in brackets."""
    node, in_brackets = root, False
    while isinstance(node, (Mapping, Items)):
        in_brackets = in_brackets or node.flow
        node = _child_at(node, span.start)
    if not isinstance(node, Scalar):
        return None, False
    return (node, in_brackets) if _is_in(span, node) else (None, False)


def _child_at(node: Mapping | Items, offset: int) -> Node | None:
    if isinstance(node, Mapping):
        number = bisect_right(node.pairs, offset, key=lambda pair: _begin(pair.key)) - 1
        if number < 0:
            return None
        pair = node.pairs[number]
        return pair.key if offset <= pair.key.span.end and offset < _begin(pair.value) else pair.value
    number = bisect_right(node.items, offset, key=_begin) - 1
    return node.items[number] if number >= 0 else None


def _begin(node: Node) -> int:
    return node.origin.offset(node.start)


def in_definition(holder: Resource, source: Text, root: Node | None, edits: Sequence[Edit]) -> tuple[ValueChange, ...]:
    """Edits of what a file of another format defines, as changes of its values; none where they are not just that.

    ``source`` is the text that ``root`` was parsed from: that of a buildspec in a definition, or of the file.
    """
    known = _leaves(holder.definition.root)
    text = _leaf_of(holder.definition.root, source)
    inside = [edit for edit in edits if text is not None and _holds(source, edit.span)]
    changes = _of_text(source, root, inside)
    if changes is None:
        return ()
    here = holder.graph.in_file(holder.path)
    number = here.index(holder)
    found = [ValueChange(number, text.path, *change) for change in changes] if text else []
    for edit in edits:
        if edit in inside:
            continue
        place = _leaf_at(here, number, known, edit.span) if edit.within else None
        if place is None:
            return ()
        of, leaf, node = place
        found.append(ValueChange(of, leaf.path, *change_of(node.text, edit)))
    return tuple(found)


def _leaf_at(here: Sequence[Resource], number: int, own: Sequence[Leaf], span: Span) -> tuple[int, Leaf, Scalar] | None:
    """The scalar in which a range stands, of the definition with a number, else of another in the same file."""
    for other in (number, *(each for each in range(len(here)) if each != number)):
        for leaf in own if other == number else _leaves(here[other].definition.root):
            if isinstance(leaf.node, Scalar) and _is_in(span, leaf.node):
                return other, leaf, leaf.node
    return None


@lru_cache(maxsize=64)
def _leaves(root: Node) -> tuple[Leaf, ...]:
    """All leaves below a node, kept: there can be thousands of edits of one definition."""
    return tuple(leaves(root))


@lru_cache(maxsize=4)
def _leaf_of(root: Node, source: Text) -> Leaf | None:
    """The leaf of a definition that is the text of a buildspec."""
    known = _leaves(root)
    return next((leaf for leaf in known if isinstance(leaf.node, Scalar) and _is_text_of(leaf.node, source)), None)


def _is_text_of(node: Scalar, source: Text) -> bool:
    """Whether a scalar of a definition is the text of a buildspec, just as it is."""
    return node.value == source.value and node.text.offset(0) == source.offset(0)


def _of_text(source: Text, root: Node | None, edits: Sequence[Edit]) -> list[Change] | None:
    """Edits of a buildspec as changes of its text; None where it is not certain how to write one."""
    rewritings, plain = sorted_out(root, edits)
    found = [change_of(source, edit) for edit in plain]
    for each in rewritings:
        made = each.written
        if made is None:
            return None
        found += made
    return sorted(found)


def _holds(text: Text, span: Span) -> bool:
    return text.offset(0) <= span.start and span.end <= text.offset(len(text))


def _is_in(span: Span, node: Node) -> bool:
    return _begin(node) <= span.start and span.end <= node.origin.offset(node.end)


class Leaf(NamedTuple):
    """What holds nothing further, with the path to it."""

    path: str
    node: Node


def leaves(root: Node) -> Iterator[Leaf]:
    """All leaves below a node; through aliases as well, but what these bring only once."""
    seen: set[int] = set()
    stack = [Leaf("", root)]
    while stack:
        path, node = stack.pop()
        target = node.resolved
        if not isinstance(target, (Mapping, Items)):
            yield Leaf(path, target)
        elif id(target) not in seen:
            seen.add(id(target))
            if isinstance(target, Mapping):
                stack += [Leaf(f"{path}.{pair.name}#{number}", pair.value) for number, pair in enumerate(target.pairs)]
            else:
                stack += [Leaf(f"{path}[{number}]", item) for number, item in enumerate(target.items)]
