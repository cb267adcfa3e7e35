"""HCL: its syntax tree, and its expressions and bodies as nodes that know their places."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from functools import cache

import tree_sitter_hcl
from tree_sitter import Language, Parser
from tree_sitter import Node as Syntax

from cblint import expressions
from cblint.facts import table
from cblint.hosts import hcl_templates
from cblint.hosts.hcl_templates import Mark
from cblint.hosts.syntax_trees import in_time
from cblint.records import NamedTuple
from cblint.source.foreign import Given, Items, Reference, Settings, Unknown, key
from cblint.source.loader import TooComplex
from cblint.source.text import HOLE, Text
from cblint.source.tree import Node, Scalar

Scope = Callable[[str], Node | None]
"""What a dotted name stands for (``local.image``), None where the file does not tell."""

_DEEPEST = 30
"""Lists and mappings in each other; what is deeper is unknown."""
_WIDE = expressions.lazy("[^\x01-\x7f]")
_WRAPPERS = frozenset({"expression", "template_expr", "literal_value", "collection_value", "operation"})
_DIRECTIVES = {
    "template_if_intro": 1,
    "template_else_intro": 0,
    "template_if_end": -1,
    "template_for_start": 1,
    "template_for_end": -1,
}
_NEGATIVE = expressions.lazy("-[0-9][0-9.eE+-]*")
_NOWHERE = frozenset({"each", "self", "count", "path", "terraform"})
"""Names that begin what is no other thing of the configuration."""
_MODULE_FOLDER = "${path.module}/"


class Block(NamedTuple):
    """A block: its type, its labels with the places of their characters, and its syntax."""

    type: str
    labels: tuple[Text, ...]
    syntax: Syntax


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_hcl.language()))


def parse(text: Text) -> Syntax:
    """The syntax tree of a file, whose offsets are code points. Raises TooComplex."""
    # Offsets are bytes. Nothing but ASCII has a meaning in HCL, so that a letter can stand for any other character.
    data = _WIDE.sub("_", text.value).encode("ascii")
    return in_time(_parser(), data, lambda byte: text.span(byte, byte + 1))


def first_error(root: Syntax) -> int | None:
    """Where a file stops being HCL; for a heredoc without an end, where it begins."""
    node = root
    while node.has_error and not node.is_error:
        broken = next((child for child in node.children if child.has_error), None)
        if broken is None or (broken.is_missing and node.type == "heredoc_template"):
            break
        node = broken
    return node.start_byte if node.has_error else None


def find(root: Syntax, type_: str) -> Syntax | None:
    """The first node of a type."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == type_:
            return node
        stack += reversed(node.named_children)
    return None


class Reader:
    """Reads the expressions and the bodies of one text.

    ``place``: all nodes stand there in ``origin``, for the text is a part of one of its values.
    """

    __slots__ = ("_origin", "_place", "_scope", "_text")

    def __init__(
        self, text: Text, scope: Scope, origin: Text | None = None, place: tuple[int, int] | None = None
    ) -> None:
        self._text = text
        self._scope = scope
        self._origin = text if origin is None else origin
        self._place = place

    def _at(self, node: Syntax) -> tuple[int, int]:
        return self._place or (node.start_byte, node.end_byte)

    def _written(self, node: Syntax) -> str:
        return self._text.value[node.start_byte : node.end_byte]

    def _unknown(self, node: Syntax) -> Unknown:
        return Unknown(self._origin, *self._at(node))

    # Blocks and bodies

    def blocks(self, root: Syntax) -> Iterator[Block]:
        """The blocks of a file, also those that an error has swept into another one."""
        stack = [root]
        while stack:
            node = stack.pop()
            if node.type == "block":
                yield self._block(node)
            if node.type in ("config_file", "body", "ERROR") or (node.type == "block" and node.has_error):
                stack += reversed(node.named_children)

    def _block(self, node: Syntax) -> Block:
        name, *rest = _parts(node)
        labels = tuple(self._label(child) for child in rest if child.type in ("string_lit", "identifier"))
        return Block(self._written(name), labels, node)

    def _label(self, node: Syntax) -> Text:
        quotes = int(node.type == "string_lit")
        return self._text.slice(node.start_byte + quotes, max(node.end_byte - quotes, node.start_byte + quotes))

    def attributes(self, block: Syntax) -> Iterator[tuple[Syntax, Syntax]]:
        """The names and expressions that a block sets itself."""
        for child in _body(block):
            parts = _parts(child)
            if child.type == "attribute" and len(parts) == 2:
                yield parts[0], parts[1]

    def body(self, block: Syntax, depth: int = 0) -> Settings:
        """What a block sets, under its own names: blocks of a type are a list, incomplete if one is ``dynamic``."""
        pairs: list[tuple[Node, Node]] = [
            (self._key(name, self._written(name)), self.value(expression, depth + 1))
            for name, expression in self.attributes(block)
        ]
        nested: dict[str, list[Syntax]] = {}
        for child in _body(block) if depth < _DEEPEST else ():
            if child.type == "block":
                nested.setdefault(self._type(child), []).append(child)
        for type_, blocks in nested.items():
            pairs.append((self._key(_naming(blocks[0]), type_), self._blocks(blocks, depth)))
        return Settings(self._origin, *self._at(block), pairs, not block.has_error)

    def _type(self, block: Syntax) -> str:
        """The type of a block, also of one that a ``dynamic`` block makes."""
        type_, labels, _ = self._block(block)
        return labels[0].value if type_ == "dynamic" and labels else type_

    def _blocks(self, blocks: list[Syntax], depth: int) -> Items:
        written = [block for block in blocks if self._written(_parts(block)[0]) != "dynamic"]
        items = [self.body(block, depth + 1) for block in written]
        start, end = self._at(blocks[0])[0], self._at(blocks[-1])[1]
        return Items(self._origin, start, end, items, len(written) == len(blocks))

    def _key(self, node: Syntax, name: str) -> Node:
        return key(self._origin, *self._at(node), name)

    # Expressions

    def value(self, node: Syntax, depth: int = 0) -> Node:
        """What an expression gives, as far as the file tells."""
        if node.has_error or depth > _DEEPEST:
            return self._unknown(node)
        parts = _parts(node)
        while node.type in _WRAPPERS and len(parts) == 1:
            node = parts[0]
            parts = _parts(node)
        match node.type:
            case "string_lit" | "quoted_template" | "heredoc_template":
                return self.template(node, depth)
            case "numeric_lit" | "bool_lit" | "null_lit" | "unary_operation":
                return self._plain(node)
            case "tuple":
                return Items(self._origin, *self._at(node), self._items(node, depth))
            case "object":
                return self._object(node, depth)
            case "variable_expr":
                return self._named([node], node)
            case "expression":
                return self._named(parts, node)
            case "function_call":
                return self._call(parts, node, depth)
        return self._unknown(node)

    def _plain(self, node: Syntax) -> Node:
        if node.type == "unary_operation" and not _NEGATIVE.fullmatch(self._written(node)):
            return self._unknown(node)
        return Given(self._origin, *self._at(node), self._text.slice(node.start_byte, node.end_byte), "")

    def _items(self, node: Syntax, depth: int) -> list[Node]:
        return [self.value(part, depth + 1) for part in _parts(node) if part.type == "expression"]

    def _object(self, node: Syntax, depth: int) -> Node:
        pairs: list[tuple[Node, Node]] = []
        complete = True
        for element in _parts(node):
            parts = _parts(element)
            if element.type != "object_elem" or len(parts) != 2:
                continue
            name = self._object_key(parts[0], depth)
            if isinstance(name, Scalar):
                pairs.append((name, self.value(parts[1], depth + 1)))
            complete = complete and isinstance(name, Scalar) and HOLE not in name.value
        return Settings(self._origin, *self._at(node), pairs, complete)

    def _object_key(self, node: Syntax, depth: int) -> Node:
        parts = _parts(node)
        if len(parts) == 1 and parts[0].type == "variable_expr":
            return self._key(node, self._written(node))
        return self.value(node, depth + 1)

    # Names

    def _named(self, parts: list[Syntax], node: Syntax) -> Node:
        """What a name stands for: something that the file tells, or something of another thing."""
        names: list[str] = []
        indexed = False
        for part in parts:
            if part.type not in ("variable_expr", "get_attr", "index"):
                return self._unknown(node)
            if part.type == "index":
                indexed = True
            else:
                names.append(self._written(_parts(part)[-1]))
        if names[0] == "local" and indexed:
            return self._unknown(node)
        known = self._looked_up(names)
        if known is not None:
            return known
        if names[0] == "resource":
            del names[0]
        width = 3 if names[:1] in (["data"], ["ephemeral"]) else 2
        if len(names) < width or names[0] in _NOWHERE:
            return self._unknown(node)
        return Reference(self._origin, *self._at(node), ".".join(names[:width]), ".".join(names[width:]))

    def _looked_up(self, names: list[str]) -> Node | None:
        if names[0] != "local":
            return self._scope(".".join(names))
        node = self._scope(".".join(names[:2]))
        for name in names[2:]:
            pair = node.get(name) if isinstance(node, Settings) and node.complete else None
            node = pair.value if pair is not None else None
        return node

    # Functions

    def _call(self, parts: list[Syntax], node: Syntax, depth: int) -> Node:
        functions = table("hosts")["terraform"]["functions"]
        name = self._written(parts[0])
        arguments = _parts(parts[1]) if len(parts) > 1 else []
        if not arguments or any(part.type != "expression" for part in arguments):
            return self._unknown(node)
        if name in functions["file"]:
            return self._file(path_of(self.value(arguments[0], depth + 1)), name, node)
        values = [self.value(argument, depth + 1) for argument in arguments]
        if name in functions["concat"]:
            return self._concatenated(values, node)
        if len(values) > 1:
            return self._unknown(node)
        if name in functions["keep"] or (name in functions["encode"] and isinstance(values[0], (Settings, Items))):
            return values[0]
        blanks = functions["trim"].get(name)
        return self._stripped(values[0], name, blanks, node) if blanks else self._unknown(node)

    def _concatenated(self, values: Iterable[Node], node: Syntax) -> Node:
        items: list[Node] = []
        complete = True
        for value in values:
            if isinstance(value, Items):
                items += value.items
            complete = complete and isinstance(value, Items) and value.complete
        return Items(self._origin, *self._at(node), items, complete)

    def _stripped(self, value: Node, name: str, blanks: str, node: Syntax) -> Node:
        if isinstance(value, Reference) and value.attribute in table("hosts")["terraform"]["functions"]["file"]:
            return value
        if not isinstance(value, Scalar):
            return self._unknown(node)
        text = value.text
        begin = 0 if name == "chomp" else len(text) - len(text.value.lstrip(blanks))
        text = text.slice(begin, max(len(text.value.rstrip(blanks)), begin))
        return Given(value.origin, value.start, value.end, text, value.style)

    def _file(self, path: str, how: str, node: Syntax) -> Node:
        return Reference(self._origin, *self._at(node), path, how) if path else self._unknown(node)

    # Templates

    def template(self, node: Syntax, depth: int = 0, without: int = 0) -> Node:
        """What a string or a heredoc gives, without so many characters of its end."""
        is_heredoc = node.type == "heredoc_template"
        start, end = self._lines(node) if is_heredoc else (node.start_byte + 1, node.end_byte - 1)
        end -= without
        interpolations = list(_interpolations(node))
        marks = [self._mark(part, depth) for part in interpolations]
        if len(marks) == 1 and marks[0][:3] == (start, end, None):
            return self.value(_inside(interpolations[0]), depth + 1)
        if is_heredoc:
            indented = self._text.value.startswith("<<-", node.start_byte)
            text = hcl_templates.heredoc(self._text, start, end, marks, indented)
        else:
            text = hcl_templates.quoted(self._text, start, end, marks)
        return Given(self._origin, *self._at(node), text)

    def _lines(self, node: Syntax) -> tuple[int, int]:
        """Where the lines of a heredoc begin and end."""
        source = self._text.value
        closing = node.children[-1].start_byte
        start = source.find("\n", node.start_byte, closing) + 1
        return start, source.rfind("\n", start - 1, closing) + 1

    def _mark(self, part: Syntax, depth: int) -> Mark:
        directive = _DIRECTIVES.get(part.type)
        value = self.value(_inside(part), depth + 1) if directive is None else None
        return Mark(part.start_byte, part.end_byte, directive, value.text if isinstance(value, Scalar) else None)


def of_lines(text: Text, scope: Scope, origin: Text, place: tuple[int, int]) -> Node | None:
    """What a text gives that is a template as the lines of a heredoc are, with no line break behind it.

    It stands at ``place`` in ``origin``. None if it is no template of Terraform.
    """
    # No line of the text is this one, which is short: the grammar takes no longer ones than some 120 characters.
    lines = {line.strip() for line in text.value.split("\n")}
    end = next(name for name in map("E{}".format, range(len(lines) + 1)) if name not in lines)
    heredoc = Text.joined((Text.of(f"x = <<{end}\n"), text, Text.of(f"\n{end}\n")), 0)
    try:
        root = parse(heredoc)
    except TooComplex:
        return None
    template = find(root, "heredoc_template")
    if root.has_error or template is None:
        return None
    return Reader(heredoc, scope, origin, place).template(template, without=1)


def path_of(node: Node) -> str:
    """The path that a text names, from the folder of the module; empty if only a run tells."""
    if not isinstance(node, Scalar):
        return ""
    path = node.value
    if path[:2] == f"{HOLE}/" and node.origin.value.startswith(_MODULE_FOLDER, node.start + 1):
        path = path[2:]
    unclear = not path or path.startswith(("/", "~")) or any(mark in path for mark in (HOLE, "\\", "\0"))
    return "" if unclear else posixpath.normpath(path)


def _parts(node: Syntax) -> list[Syntax]:
    """What a node is made of, without punctuation and comments."""
    return [child for child in node.named_children if child.type != "comment"]


def _body(block: Syntax) -> list[Syntax]:
    """The attributes and blocks that a block holds."""
    return [part for child in _parts(block) if child.type == "body" for part in _parts(child)]


def _naming(block: Syntax) -> Syntax:
    """What says of which type a block is: of a ``dynamic`` one, its label."""
    name, *rest = _parts(block)
    return rest[0] if name.text == b"dynamic" and rest else name


def _interpolations(template: Syntax) -> Iterator[Syntax]:
    """The marks of a template in their order: each ``${...}``, and each ``%{...}`` by itself."""
    stack = list(reversed(template.named_children))
    while stack:
        node = stack.pop()
        if node.type == "template_interpolation" or node.type in _DIRECTIVES:
            yield node
        else:
            stack += reversed(node.named_children)


def _inside(interpolation: Syntax) -> Syntax:
    """The expression of an interpolation; itself if it has none."""
    return next((part for part in _parts(interpolation) if part.type == "expression"), interpolation)
