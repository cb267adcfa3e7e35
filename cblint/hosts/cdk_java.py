"""CodeBuild projects in Java that uses AWS CDK: what the source says when nothing is run."""

from __future__ import annotations

from cblint import expressions
from cblint.hosts.cdk import PARTIAL, host_file
from cblint.hosts.definition import HostFile
from cblint.hosts.expressions import (
    Call,
    Dotted,
    Either,
    Place,
    Spread,
    added,
    code_point,
    joined,
    mapping,
    member,
    negative,
    number,
    sequence,
    unescaped,
)
from cblint.hosts.scopes import Scope
from cblint.hosts.syntax_trees import TreeEvaluator, children, parsed, tokens
from cblint.source.foreign import Given, Settings, key
from cblint.source.text import HOLE, Text
from cblint.source.tree import Node
from cblint.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_LONGEST = 1000
"""Steps of a chain of calls that are followed to its beginning."""
_LISTS = frozenset((("List", "of"), ("Arrays", "asList"), ("Collections", "singletonList"), ("ImmutableList", "of")))
_MAPS = frozenset((("Map", "of"), ("Collections", "singletonMap"), ("ImmutableMap", "of")))
_NEW_MAPS = frozenset(("HashMap", "LinkedHashMap", "TreeMap"))
_NEW_LISTS = frozenset(("ArrayList", "LinkedList"))
_CHANGES = frozenset(
    (
        *("put", "putAll", "putIfAbsent", "computeIfAbsent", "compute", "merge", "replace", "replaceAll"),
        *("add", "addAll", "addFirst", "addLast", "set", "remove", "removeIf", "clear", "sort"),
    )
)
"""Methods that change the list or map that they are called on."""
_FILLING = {"put": 2, "add": 1}
"""Those that fill one that is empty at first, and how many arguments they have."""
_SCOPES = frozenset(
    (
        "block",
        "method_declaration",
        "constructor_declaration",
        "lambda_expression",
        "class_body",
        "for_statement",
        "enhanced_for_statement",
        "catch_clause",
        "try_with_resources_statement",
    )
)
_SIMPLE = {**dict(zip("ntbrfs", "\n\t\b\r\f ", strict=True)), "\\": "\\", "'": "'", '"': '"', "\n": ""}
_UNICODE = expressions.lazy(r"u+([0-9A-Fa-f]{4})")
_OCTAL = expressions.lazy(r"[0-3]?[0-7]{1,2}")

_Names = Scope[Any]


def read(text: Text) -> HostFile | None:
    """What a file defines; None if it has nothing of CodeBuild."""
    import tree_sitter_java as grammar

    evaluator = _Evaluator(text)
    program = _Program(parsed(text, grammar.language()), evaluator)
    evaluator.fillings = program.fillings
    found = [evaluator.value(call, scope) for call, scope in program.calls]
    partial = [evaluator.value(value, scope) for value, scope in program.partial]
    return host_file([call for call in found if isinstance(call, Call)], partial)


class _Program:
    """The calls of a file in its order and the values of ``partialBuildSpec``, each with its scope.

    ``fillings``: the arguments of each ``put`` or ``add`` that fills a collection right after it is made, by the
    expression that makes it.
    """

    def __init__(self, root: Syntax, evaluator: _Evaluator) -> None:
        self.calls: list[tuple[Syntax, _Names]] = []
        self.partial: list[tuple[Syntax, _Names]] = []
        self.fillings: dict[int, list[list[Syntax]]] = {}
        self._changed: list[tuple[str, _Names]] = []
        self._filled: list[tuple[str, list[Syntax], _Names]] = []
        self._written = evaluator.written
        stack: list[tuple[Syntax, _Names, bool]] = [(root, Scope(), False)]
        while stack:
            node, scope, is_statement = stack.pop()
            inner = Scope(scope) if node.type in _SCOPES else scope
            self._enter(node, scope, inner, is_statement)
            is_statement = node.type == "expression_statement"
            stack += [(child, inner, is_statement) for child in reversed(node.named_children)]
        for name, arguments, scope in self._filled:
            binding = scope.binding(name)
            if binding is not None and binding.scope is scope:
                self.fillings.setdefault(binding.value.id, []).append(arguments)
            else:
                scope.forget(name)
        for name, scope in self._changed:
            scope.forget(name)

    def _enter(self, node: Syntax, scope: _Names, inner: _Names, is_statement: bool) -> None:
        """Takes down what a node says of names and calls."""
        kind = node.type
        if kind in ("method_invocation", "object_creation_expression"):
            self.calls.append((node, scope))
            if kind == "method_invocation":
                self._invocation(node, scope, is_statement)
        elif kind in ("local_variable_declaration", "field_declaration"):
            for child in node.children_by_field_name("declarator"):
                self._bind(child, scope, child.child_by_field_name("value"))
        elif kind in ("formal_parameter", "catch_formal_parameter", "resource"):
            self._bind(node, scope)
        elif kind == "enhanced_for_statement":
            self._bind(node, inner)
        elif kind == "lambda_expression":
            parameters = node.child_by_field_name("parameters")
            names = [parameters] if parameters is not None and parameters.type == "identifier" else []
            if parameters is not None and parameters.type == "inferred_parameters":
                names = children(parameters)
            for name in names:
                inner.bind(self._written(name), None)
        elif kind == "assignment_expression":
            self._change(node.child_by_field_name("left"), scope)
        elif kind == "update_expression":
            self._change(next(iter(children(node)), None), scope)
        elif kind == "import_declaration" and node.named_children:
            path = tuple(self._written(node.named_children[0]).split("."))
            if node.named_children[-1].type != "asterisk":
                scope.bind_import(path[-1], path)

    def _bind(self, node: Syntax, scope: _Names, value: Syntax | None = None) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            scope.bind(self._written(name), value)

    def _invocation(self, node: Syntax, scope: _Names, is_statement: bool) -> None:
        held, method = node.child_by_field_name("object"), node.child_by_field_name("name")
        name = self._written(method) if method is not None else ""
        given = node.child_by_field_name("arguments")
        arguments = children(given) if given is not None else []
        if name == PARTIAL and len(arguments) == 1:
            self.partial.append((arguments[0], scope))
        if name not in _CHANGES or held is None:
            return
        if is_statement and held.type == "identifier" and _FILLING.get(name) == len(arguments):
            self._filled.append((self._written(held), arguments, scope))
        else:
            self._change(held, scope)

    def _change(self, node: Syntax | None, scope: _Names) -> None:
        """What an expression begins with is changed: ``a`` in ``a.get(0).b``."""
        for _ in range(_LONGEST):
            if node is None or node.type == "identifier":
                break
            held = node.child_by_field_name("object") or node.child_by_field_name("array")
            node = node.child_by_field_name("field") if held is not None and held.type == "this" else held
        if node is not None and node.type == "identifier":
            self._changed.append((self._written(node), scope))


class _Evaluator(TreeEvaluator):
    def __init__(self, origin: Text) -> None:
        super().__init__(origin)
        self.fillings: dict[int, list[list[Syntax]]] = {}

    def read(self, syntax: Syntax, scope: _Names, depth: int) -> Node:
        place = self.place(syntax)
        if syntax.has_error:
            return place.unknown
        inner = depth + 1
        match syntax.type:
            case "string_literal":
                return self._string(place)
            case "decimal_integer_literal" | "decimal_floating_point_literal":
                return number(place, self.written(syntax))
            case "true" | "false":
                return place.plain(syntax.type)
            case "identifier":
                return self.named(self.written(syntax), place, scope, depth)
            case "field_access":
                held, name = syntax.child_by_field_name("object"), syntax.child_by_field_name("field")
                if held is None or name is None or held.type == "this":
                    return place.unknown
                return member(place, self.value(held, scope, inner), self.written(name))
            case "method_invocation":
                return self._invocation(place, syntax, scope, inner)
            case "object_creation_expression":
                return self._creation(place, syntax, scope, inner)
            case "binary_expression":
                return self._operation(place, syntax, scope, inner)
            case "unary_expression":
                amount = syntax.child_by_field_name("operand")
                known = amount is not None and "-" in tokens(syntax)
                return negative(place, self.value(amount, scope, inner)) if known and amount else place.unknown
            case "ternary_expression":
                sides = (syntax.child_by_field_name(field) for field in ("consequence", "alternative"))
                return Either(*place, [self.value(side, scope, inner) for side in sides if side is not None])
            case "parenthesized_expression" | "cast_expression":
                held = children(syntax)[-1] if children(syntax) else None
                return self.value(held, scope, inner) if held is not None else place.unknown
        return place.unknown

    def _string(self, place: Place) -> Node:
        if self.source.startswith('"""', place.start):
            return self._block(place)
        pieces = unescaped(self.source, place.start + 1, place.end - 1, _escape)
        return place.string(pieces) if pieces is not None else place.unknown

    def _block(self, place: Place) -> Node:
        """A block of text: what all of its lines are indented by is not part of it, nor are blanks at their ends."""
        lines = []
        at = place.start
        for line in self.source[place.start : place.end - 3].splitlines(keepends=True):
            lines.append((at, line.rstrip("\r\n")))
            at += len(line)
        if at > lines[-1][0] + len(lines[-1][1]):
            lines.append((at, ""))
        body = lines[1:]
        counted = [line for number, (_, line) in enumerate(body) if line.strip() or number == len(body) - 1]
        indent = min((len(line) - len(line.lstrip()) for line in counted), default=0)
        parts: list[Text] = []
        for number_of, (start, line) in enumerate(body):
            kept = line.rstrip() if number_of < len(body) - 1 or not line.strip() else line
            goes_on = (len(kept) - len(kept.rstrip("\\"))) % 2 == 1
            end = start + len(kept) - goes_on
            pieces = unescaped(self.source, min(start + indent, end), end, _escape)
            if pieces is None:
                return place.unknown
            parts.append(self.origin.derive(pieces, start))
            if not goes_on and number_of < len(body) - 1:
                parts.append(Place(self.origin, start + len(line), body[number_of + 1][0]).text("\n"))
        return Given(*place, Text.joined(parts, self.origin.offset(place.start)))

    def _given(self, syntax: Syntax, scope: _Names, depth: int) -> list[Node]:
        arguments = syntax.child_by_field_name("arguments")
        return [self.value(child, scope, depth) for child in children(arguments)] if arguments is not None else []

    def _pairs(self, nodes: list[Node]) -> list[tuple[Node, Node] | Spread]:
        """Keys and values that take turns."""
        return [self._pair(name, value) for name, value in zip(nodes[::2], nodes[1::2], strict=False)]

    def _pair(self, name: Node, value: Node) -> tuple[Node, Node] | Spread:
        known = isinstance(name, Given) and HOLE not in name.value
        return (name, value) if known else Spread(Place(name.origin, name.start, name.end).unknown)

    def _invocation(self, place: Place, syntax: Syntax, scope: _Names, depth: int) -> Node:
        held, name = syntax.child_by_field_name("object"), syntax.child_by_field_name("name")
        if name is None:
            return place.unknown
        method = self.written(name)
        if method == "build" and held is not None:
            return self._built(place, held, scope, depth)
        receiver = self.value(held, scope, depth) if held is not None else None
        arguments = self._given(syntax, scope, depth)
        path = (*receiver.path, method) if isinstance(receiver, Dotted) else (method,)
        if path[-2:] in _LISTS:
            return sequence(place, arguments)
        if path[-2:] in _MAPS:
            return mapping(place, self._pairs(arguments))
        if path[-2:] == ("Map", "ofEntries"):
            return mapping(place, [self._entry(argument) for argument in arguments])
        if path[-2:] == ("String", "join") and len(arguments) > 1:
            items = arguments[1] if len(arguments) == 2 else sequence(place, arguments[1:])
            return joined(place, arguments[0], items)
        head = self.place(name)
        chained = receiver if not isinstance(receiver, Dotted) else None
        return Call(*place, path, (head.start, head.end), arguments, _settings(place, arguments), chained)

    def _entry(self, node: Node) -> tuple[Node, Node] | Spread:
        if isinstance(node, Call) and node.path[-1] == "entry" and len(node.arguments) == 2:
            return self._pair(*node.arguments)
        return Spread(Place(node.origin, node.start, node.end).unknown)

    def _built(self, place: Place, chain: Syntax, scope: _Names, depth: int) -> Node:
        """``Class.builder().name(value).build()``, or ``Class.Builder.create(...)``: what it is given by name."""
        steps: list[tuple[Node, Node] | Spread] = []
        at: Syntax | None = chain
        for _ in range(_LONGEST):
            name = at.child_by_field_name("name") if at is not None and at.type == "method_invocation" else None
            held = at.child_by_field_name("object") if at is not None else None
            if at is None or name is None or held is None:
                break
            method = self.written(name)
            if method in ("builder", "create"):
                made = self.value(held, scope, depth)
                path = made.path if isinstance(made, Dotted) else ()
                path = path[:-1] if path[-1:] == ("Builder",) else path
                if not path:
                    break
                end = self.place(held).end - (len(".Builder") if method == "create" else 0)
                settings = mapping(place, reversed(steps))
                head = (max(end - len(path[-1]), place.start), end)
                return Call(*place, path, head, self._given(at, scope, depth), settings)
            arguments = self._given(at, scope, depth)
            word = self.place(name)
            value = arguments[0] if len(arguments) == 1 else word.unknown
            steps.append((key(*word, method), value))
            at = held
        return place.unknown

    def _creation(self, place: Place, syntax: Syntax, scope: _Names, depth: int) -> Node:
        made = syntax.child_by_field_name("type")
        if made is not None and made.type == "generic_type":
            made = next(iter(children(made)), None)
        if made is None:
            return place.unknown
        name = self.written(made)
        arguments = self._given(syntax, scope, depth)
        body = next((child for child in syntax.named_children if child.type == "class_body"), None)
        filled = [*self._initial(body), *self.fillings.get(syntax.id, ())]
        values = [[self.value(argument, scope, depth) for argument in given] for given in filled]
        first = [Spread(argument) for argument in arguments if not isinstance(argument, Given)]
        if name in _NEW_MAPS and all(len(given) == 2 for given in values):
            return mapping(place, [*first, *(self._pair(*given) for given in values)])
        if name in _NEW_LISTS and all(len(given) == 1 for given in values):
            return sequence(place, [*first, *(given[0] for given in values)])
        path = (*scope.imported(name.split(".")[0]), *name.split(".")[1:])
        head = self.place(made)
        return Call(*place, path, (head.start, head.end), arguments, _settings(place, arguments))

    def _initial(self, body: Syntax | None) -> list[list[Syntax]]:
        """The arguments of each ``put`` or ``add`` in a block: ``new TreeMap<>() {{ put(...); }}``."""
        found: list[list[Syntax]] = []
        for block in children(body) if body is not None else ():
            for statement in children(block):
                call = next(iter(children(statement)), None)
                name = call.child_by_field_name("name") if call is not None else None
                given = call.child_by_field_name("arguments") if call is not None else None
                known = name is not None and given is not None and self.written(name) in _FILLING
                # What else there is makes nothing of this certain: no collection has three arguments.
                found.append(children(given) if known and given is not None else [block] * 3)
        return found

    def _operation(self, place: Place, syntax: Syntax, scope: _Names, depth: int) -> Node:
        operands: list[Syntax] = []
        left: Syntax | None = syntax
        while left is not None and left.type == "binary_expression" and "+" in tokens(left):
            right = left.child_by_field_name("right")
            operands += [right] if right is not None else []
            left = left.child_by_field_name("left")
        if not operands or left is None:
            return place.unknown
        return added(place, [self.value(operand, scope, depth) for operand in [left, *operands[::-1]]])


def _settings(place: Place, arguments: list[Node]) -> Settings:
    """The properties at the end of the arguments; where there are none, nothing is set, if that is certain."""
    last = arguments[-1] if arguments else None
    if isinstance(last, Call) and last.path[-1][:1].isupper():
        return last.settings
    return Settings(*place, (), last is None or isinstance(last, Given))


def _escape(source: str, at: int, end: int) -> tuple[str, int] | None:
    after = source[at + 1 : at + 2]
    if after in _SIMPLE and after:
        return _SIMPLE[after], at + 2
    match = _UNICODE.match(source, at + 1, end)
    if match:
        character = code_point(match[1])
        return (character, match.end()) if character is not None else None
    octal = _OCTAL.match(source, at + 1, end)
    return (chr(int(octal[0], 8)), octal.end()) if octal else None
