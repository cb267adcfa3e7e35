"""The outline of a document: what its buildspecs hold, and what else it defines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

from cblint import expressions
from cblint.buildspec.model import VARIABLES, Buildspec
from cblint.hosts.definition import Definition
from cblint.lsp.document import Document
from cblint.records import NamedTuple
from cblint.report.shown import printable
from cblint.secrets.names import names_secret
from cblint.source.text import HOLE, UNTOLD, Span
from cblint.source.tree import Alias, Mapping, Node, Pair, Scalar, Sequence

LONGEST_NAME, LONGEST_DETAIL = 80, 60
"""Characters of a text of the file that are shown."""
_DEEPEST = 12
"""Levels of an outline: no key that CodeBuild knows stands deeper."""
_NAMELESS = "…"
_FIRST_LINE = expressions.lazy(r"\S.*")


class Kind(str, Enum):
    """What a symbol is, as the language server protocol calls it."""

    ARRAY = "Array"
    CLASS = "Class"
    EVENT = "Event"
    NAMESPACE = "Namespace"
    OBJECT = "Object"
    PROPERTY = "Property"
    STRING = "String"
    VARIABLE = "Variable"


class Symbol(NamedTuple):
    """A part of the outline. ``selection`` is what a person would point at; it and all children are within ``span``."""

    name: str
    detail: str
    kind: Kind
    span: Span
    selection: Span
    children: tuple[Symbol, ...] = ()


def symbols_of(document: Document) -> tuple[Symbol, ...]:
    """The outline: in a file of another format one symbol for each definition, with its buildspec below."""
    outline = _Outline(document)
    if document.opened is None:
        return ()
    if not document.opened.definitions:
        return tuple(outline.all_of(document.buildspecs))
    within: dict[int, list[Buildspec]] = {}
    for buildspec in document.buildspecs:
        if buildspec.holder is not None:
            within.setdefault(id(buildspec.holder.root), []).append(buildspec)
    return tuple(outline.definition(each, within.get(id(each.root), [])) for each in document.opened.definitions)


class _Outline:
    """Makes the symbols of one document."""

    def __init__(self, document: Document) -> None:
        self._mask = document.hiding.mask

    def definition(self, definition: Definition, buildspecs: list[Buildspec]) -> Symbol:
        """What a file of another format defines."""
        name = definition.name or definition.kind
        detail = definition.kind if definition.name else ""
        children = tuple(self.all_of(buildspecs))
        return _symbol(self._shown(name), detail, Kind.CLASS, definition.place, definition.root.span, children)

    def all_of(self, buildspecs: Iterable[Buildspec]) -> Iterator[Symbol]:
        """The keys at the top level of buildspecs, with what stands below."""
        for buildspec in buildspecs:
            if isinstance(buildspec.root, Mapping):
                yield from self._pairs(buildspec.root, ())

    def _pairs(self, mapping: Mapping, way: tuple[str, ...]) -> Iterator[Symbol]:
        for pair in mapping.pairs:
            yield self._pair(pair, (*way, pair.name or ""))

    def _pair(self, pair: Pair, way: tuple[str, ...]) -> Symbol:
        """A key with its value. What an alias stands for is shown where it is written."""
        name = self._shown(pair.key.source if pair.name is None else pair.name)
        children = tuple(self._below(pair.value, way)) if len(way) < _DEEPEST else ()
        detail = self._detail(pair.value, way)
        return _symbol(name, detail, _kind(pair.value.resolved, way), pair.key.span, pair.value.span, children)

    def _below(self, node: Node, way: tuple[str, ...]) -> Iterator[Symbol]:
        """What is worth a line below a key: mappings, commands, the tasks of a batch; no list of paths."""
        if isinstance(node, Mapping):
            yield from self._pairs(node, way)
        elif isinstance(node, Sequence):
            for item in node.items:
                if isinstance(item, Mapping):
                    yield self._task(item, way)
                elif _is_command_list(way):
                    yield self._command(item)

    def _task(self, mapping: Mapping, way: tuple[str, ...]) -> Symbol:
        """A mapping in a list, called by its identifier if it has one."""
        named = next((pair.value for pair in mapping.pairs if pair.name == "identifier"), None)
        name = self._shown(named.value) if isinstance(named, Scalar) else _NAMELESS
        selection = named.span if isinstance(named, Scalar) else mapping.first_character
        children = tuple(self._pairs(mapping, (*way, ""))) if len(way) < _DEEPEST else ()
        return _symbol(name, "", Kind.OBJECT, selection, mapping.span, children)

    def _command(self, node: Node) -> Symbol:
        """A command, called by its first line."""
        if not isinstance(node, Scalar):
            return _symbol(self._shown(node.source), "", Kind.STRING, node.first_character, node.span)
        first = _FIRST_LINE.search(node.value)
        selection = node.text.span(*first.span()) if first is not None else node.span
        return _symbol(self._shown(first.group() if first is not None else ""), "", Kind.STRING, selection, node.span)

    def _detail(self, node: Node, way: tuple[str, ...]) -> str:
        """What is shown behind a name: a value of one line, the items of a short list of paths."""
        if isinstance(node, Alias):
            return self._shown(f"*{node.name}", LONGEST_DETAIL)
        if isinstance(node, Scalar):
            return "" if names_secret(way[-1]) and VARIABLES in way else self._shown(node.value, LONGEST_DETAIL, "")
        if isinstance(node, Sequence) and not _is_command_list(way):
            values = [item.value for item in node.items if isinstance(item, Scalar)]
            return self._shown(", ".join(values), LONGEST_DETAIL, "")
        return ""

    def _shown(self, text: str, longest: int = LONGEST_NAME, otherwise: str = _NAMELESS) -> str:
        """A text of the file on one line, without what is secret; editors take no symbol without a name."""
        line = printable(" ".join(self._mask.hidden(text, longest).replace(HOLE, UNTOLD).split()))
        return (line if len(line) <= longest else line[: longest - 1] + "…") or otherwise


def _symbol(
    name: str, detail: str, kind: Kind, selection: Span, rest: Span, children: tuple[Symbol, ...] = ()
) -> Symbol:
    """A symbol that covers all that belongs to it, in whatever order a file of another format has that."""
    spans = [selection, rest, *(child.span for child in children)]
    whole = Span(min(span.start for span in spans), max(span.end for span in spans))
    return Symbol(name, detail, kind, whole, selection, children)


def _is_command_list(way: tuple[str, ...]) -> bool:
    return way[:1] == ("phases",) and way[2:] in (("commands",), ("finally",))


def _kind(value: Node, way: tuple[str, ...]) -> Kind:
    if len(way) == 1 and isinstance(value, Mapping):
        return Kind.NAMESPACE
    if len(way) == 2 and way[0] == "phases":
        return Kind.EVENT
    if way[-2:-1] == (VARIABLES,) or (way[0] == "env" and len(way) == 3):
        return Kind.VARIABLE
    if isinstance(value, Mapping):
        return Kind.OBJECT
    return Kind.ARRAY if isinstance(value, Sequence) else Kind.PROPERTY
