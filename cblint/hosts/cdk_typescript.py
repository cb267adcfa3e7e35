"""CodeBuild projects in TypeScript or JavaScript that uses AWS CDK: what the source says when nothing is run."""

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
from cblint.source.foreign import Given, Items, Settings, key
from cblint.source.text import HOLE, Piece, Text
from cblint.source.tree import Node
from cblint.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_CHANGES = frozenset(("push", "unshift", "splice", "pop", "shift", "sort", "reverse", "fill", "copyWithin"))
"""Methods that change the list that they are called on."""
_LONGEST = 1000
"""Steps of a chain (``a.b.c``) that are followed to its beginning."""
_WRAPPED = frozenset(
    (
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "type_assertion",
    )
)
"""Expressions that have the value of the one in them."""
_FUNCTIONS = frozenset(
    (
        "function_declaration",
        "function_expression",
        "arrow_function",
        "method_definition",
        "generator_function",
        "generator_function_declaration",
    )
)
_BLOCKS = frozenset(
    ("statement_block", "class_body", "for_statement", "for_in_statement", "catch_clause", "switch_body")
)
_DECLARED = frozenset(
    ("function_declaration", "generator_function_declaration", "class_declaration", "enum_declaration")
)
_SIMPLE = {
    **dict(zip("nrtbfv0", "\n\r\t\b\f\v\0", strict=True)),
    **dict.fromkeys("\n\u2028\u2029", ""),  # a line that goes on
}
_LONG = expressions.lazy(r"u\{([0-9A-Fa-f]{1,8})\}")
_PAIR = expressions.lazy(r"u([dD][89ABab][0-9A-Fa-f]{2})\\u([dD][C-Fc-f][0-9A-Fa-f]{2})")
_SHORT = expressions.lazy(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})")

_Names = Scope[Any]


def read(text: Text) -> HostFile | None:
    """What a file defines; None if it has nothing of CodeBuild."""
    import tree_sitter_typescript as grammar

    root = parsed(text, grammar.language_typescript())
    if root.has_error:
        # Of the two languages only one has elements of JSX, and only the other type assertions in angle brackets.
        other = parsed(text, grammar.language_tsx())
        root = root if other.has_error else other
    evaluator = _Evaluator(text)
    program = _Program(root, evaluator)
    found = [evaluator.value(call, scope) for call, scope in program.calls]
    partial = [evaluator.value(value, scope) for value, scope in program.partial]
    return host_file([call for call in found if isinstance(call, Call)], partial)


class _Program:
    """The calls of a file in its order and the values of ``partialBuildSpec``, each with its scope."""

    def __init__(self, root: Syntax, evaluator: _Evaluator) -> None:
        self.calls: list[tuple[Syntax, _Names]] = []
        self.partial: list[tuple[Syntax, _Names]] = []
        self._changed: list[tuple[Syntax, _Names]] = []
        self._written = evaluator.written
        self._string = evaluator.string
        stack: list[tuple[Syntax, _Names, _Names]] = [(root, *(2 * (Scope(),)))]
        while stack:
            node, scope, function = stack.pop()
            inner, around = scope, function
            if node.type in _FUNCTIONS:
                inner = around = Scope(scope)
            elif node.type in _BLOCKS:
                inner = Scope(scope)
            self._enter(node, scope, inner, function)
            stack += [(child, inner, around) for child in reversed(node.named_children)]
        for node, scope in self._changed:
            name = self._beginning(node)
            if name is not None:
                scope.forget(name)

    def _enter(self, node: Syntax, scope: _Names, inner: _Names, function: _Names) -> None:
        """Takes down what a node says of names and calls."""
        kind = node.type
        if kind in ("call_expression", "new_expression"):
            self.calls.append((node, scope))
            self._call(node, scope)
        elif kind in ("lexical_declaration", "variable_declaration"):
            for declared in children(node):
                self._declare(declared, function if kind == "variable_declaration" else scope)
        elif kind == "import_statement":
            self._import(node, scope)
        elif kind == "pair":
            name, value = node.child_by_field_name("key"), node.child_by_field_name("value")
            if name is not None and value is not None and self._written(name).strip("'\"") == PARTIAL:
                self.partial.append((value, scope))
        elif kind in ("assignment_expression", "augmented_assignment_expression"):
            self._change(node.child_by_field_name("left"), scope)
        elif kind == "update_expression" or (kind == "unary_expression" and "delete" in tokens(node)):
            self._change(node.child_by_field_name("argument"), scope)
        elif kind in ("required_parameter", "optional_parameter"):
            self._bind_all(node.child_by_field_name("pattern"), scope)
        elif kind == "arrow_function":
            self._bind_all(node.child_by_field_name("parameter"), inner)
        elif kind == "for_in_statement":
            self._bind_all(node.child_by_field_name("left"), inner)
        elif kind == "catch_clause":
            self._bind_all(node.child_by_field_name("parameter"), inner)
        elif kind in _DECLARED:
            self._bind_all(node.child_by_field_name("name"), scope)

    def _call(self, node: Syntax, scope: _Names) -> None:
        function = node.child_by_field_name("function")
        if function is None or function.type != "member_expression":
            return
        held, method = function.child_by_field_name("object"), function.child_by_field_name("property")
        if held is None or method is None:
            return
        name = self._written(method)
        if name in _CHANGES:
            self._changed.append((held, scope))
        elif name == "assign" and self._written(held) == "Object":
            arguments = node.child_by_field_name("arguments")
            self._changed += [(argument, scope) for argument in (children(arguments)[:1] if arguments else ())]

    def _declare(self, node: Syntax, scope: _Names) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None:
            return
        if name.type == "identifier":
            required = self._required(value)
            if required is not None:
                scope.bind_import(self._written(name), (required,))
            else:
                scope.bind(self._written(name), value)
        else:
            self._bind_all(name, scope, self._required(value))

    def _required(self, value: Syntax | None) -> str | None:
        """The module of ``require('...')``."""
        function = value.child_by_field_name("function") if value is not None else None
        if value is None or function is None or self._written(function) != "require":
            return None
        arguments = value.child_by_field_name("arguments")
        given = children(arguments) if arguments is not None else []
        return self._string(given[0]) if len(given) == 1 and given[0].type == "string" else None

    def _bind_all(self, pattern: Syntax | None, scope: _Names, module: str | None = None) -> None:
        """All names in a pattern, none of whose values is known; ``module`` is what they are taken out of."""
        stack = [pattern] if pattern is not None else []
        while stack:
            node = stack.pop()
            if node.type in ("identifier", "shorthand_property_identifier_pattern", "type_identifier"):
                name = self._written(node)
                if module is not None:
                    scope.bind_import(name, (module, name))
                else:
                    scope.bind(name, None)
            else:
                stack += node.named_children

    def _import(self, node: Syntax, scope: _Names) -> None:
        source = node.child_by_field_name("source")
        if source is None:
            return
        module = self._string(source)
        stack = [child for child in node.named_children if child.type == "import_clause"]
        while stack:
            part = stack.pop()
            if part.type == "import_specifier":
                name, alias = part.child_by_field_name("name"), part.child_by_field_name("alias")
                if name is not None:
                    scope.bind_import(self._written(alias or name), (module, self._written(name)))
            elif part.type == "identifier":
                scope.bind_import(self._written(part), (module,))
            else:
                stack += part.named_children

    def _change(self, node: Syntax | None, scope: _Names) -> None:
        if node is not None:
            self._changed.append((node, scope))

    def _beginning(self, node: Syntax) -> str | None:
        """The name that a chain begins with: ``a`` of ``a['b'].c``."""
        for _ in range(_LONGEST):
            if node.type in ("member_expression", "subscript_expression"):
                held = node.child_by_field_name("object")
            elif node.type in _WRAPPED:
                held = next(iter(children(node)), None)
            else:
                break
            if held is None:
                break
            node = held
        return self._written(node) if node.type == "identifier" else None


class _Evaluator(TreeEvaluator):
    def read(self, syntax: Syntax, scope: _Names, depth: int) -> Node:
        place = self.place(syntax)
        if syntax.has_error:
            return place.unknown
        inner = depth + 1
        match syntax.type:
            case "string":
                pieces = unescaped(self.source, place.start + 1, place.end - 1, _escape)
                return place.string(pieces) if pieces is not None else place.unknown
            case "template_string":
                return self._template(place, syntax, scope, inner)
            case "number":
                return number(place, self.written(syntax))
            case "true" | "false" | "null":
                return place.plain(syntax.type)
            case "array":
                return sequence(place, [self._element(child, scope, inner) for child in children(syntax)])
            case "object":
                return mapping(place, [self._pair(child, scope, inner) for child in children(syntax)])
            case "identifier":
                return self.named(self.written(syntax), place, scope, depth)
            case "member_expression":
                return self._member(place, syntax, scope, inner)
            case "call_expression" | "new_expression":
                return self._call(place, syntax, scope, inner)
            case "unary_expression":
                amount = syntax.child_by_field_name("argument")
                known = amount is not None and "-" in tokens(syntax)
                return negative(place, self.value(amount, scope, inner)) if known and amount else place.unknown
            case "binary_expression":
                return self._operation(place, syntax, scope, inner)
            case "ternary_expression":
                sides = (syntax.child_by_field_name(field) for field in ("consequence", "alternative"))
                return Either(*place, [self.value(side, scope, inner) for side in sides if side is not None])
        held = [child for child in children(syntax) if "type" not in child.type] if syntax.type in _WRAPPED else []
        return self.value(held[0], scope, inner) if held else place.unknown

    def _template(self, place: Place, syntax: Syntax, scope: _Names, depth: int) -> Node:
        parts: list[Text] = []
        done = place.start + 1
        for child in syntax.named_children:
            if child.type != "template_substitution":
                continue
            hole = self.place(child)
            parts.append(self._literal(done, hole.start))
            held = children(child)
            value = self.value(held[0], scope, depth) if len(held) == 1 else hole.unknown
            known = isinstance(value, Given) and value.style == '"'
            parts.append(hole.text(value.value if known and isinstance(value, Given) else HOLE))
            done = hole.end
        parts.append(self._literal(done, place.end - 1))
        return Given(*place, Text.joined(parts, self.origin.offset(place.start)))

    def _literal(self, start: int, end: int) -> Text:
        pieces = unescaped(self.source, start, end, _escape)
        return self.origin.derive(pieces if pieces is not None else [Piece(HOLE, start, end)], start)

    def _element(self, syntax: Syntax, scope: _Names, depth: int) -> Node | Spread:
        if syntax.type != "spread_element":
            return self.value(syntax, scope, depth)
        held = children(syntax)
        return Spread(self.value(held[0], scope, depth) if held else self.place(syntax).unknown)

    def _pair(self, syntax: Syntax, scope: _Names, depth: int) -> tuple[Node, Node] | Spread:
        place = self.place(syntax)
        if syntax.type == "spread_element":
            held = self._element(syntax, scope, depth)
            assert isinstance(held, Spread)
            return held
        if syntax.type == "shorthand_property_identifier":
            name = self.written(syntax)
            return place.plain(name), self.named(name, place, scope, depth)
        name_node, value = syntax.child_by_field_name("key"), syntax.child_by_field_name("value")
        if syntax.type == "method_definition":
            name_node = syntax.child_by_field_name("name")
        named = self._key(name_node, scope, depth) if name_node is not None else None
        if named is None:
            return Spread(place.unknown)
        return named, self.value(value, scope, depth) if value is not None else place.unknown

    def _key(self, syntax: Syntax, scope: _Names, depth: int) -> Given | None:
        place = self.place(syntax)
        if syntax.type == "property_identifier":
            return place.plain(self.written(syntax))
        if syntax.type == "computed_property_name":
            held = children(syntax)
            value = self.value(held[0], scope, depth) if held else place.unknown
            known = isinstance(value, Given) and HOLE not in value.value
            return key(*place, value.value) if known and isinstance(value, Given) else None
        value = self.value(syntax, scope, depth)
        return value if isinstance(value, Given) else None

    def _member(self, place: Place, syntax: Syntax, scope: _Names, depth: int) -> Node:
        held, name = syntax.child_by_field_name("object"), syntax.child_by_field_name("property")
        if held is None or name is None:
            return place.unknown
        return member(place, self.value(held, scope, depth), self.written(name))

    def _operation(self, place: Place, syntax: Syntax, scope: _Names, depth: int) -> Node:
        operands: list[Syntax] = []
        left: Syntax | None = syntax
        while left is not None and left.type == "binary_expression" and "+" in tokens(left):
            right = left.child_by_field_name("right")
            operands += [right] if right is not None else []
            left = left.child_by_field_name("left")
        if operands and left is not None:
            return added(place, [self.value(operand, scope, depth) for operand in [left, *operands[::-1]]])
        right = syntax.child_by_field_name("right")
        if "&&" in tokens(syntax) and right is not None:
            return Either(*place, [place.plain("false"), self.value(right, scope, depth)])
        return place.unknown

    def _call(self, place: Place, syntax: Syntax, scope: _Names, depth: int) -> Node:
        function = syntax.child_by_field_name("function") or syntax.child_by_field_name("constructor")
        given = syntax.child_by_field_name("arguments")
        if function is None or given is None or given.type != "arguments":
            return place.unknown
        elements = [self._element(child, scope, depth) for child in children(given)]
        arguments = [part.value if isinstance(part, Spread) else part for part in elements]
        if function.type == "identifier":
            called = self.named(self.written(function), self.place(function), scope, depth)
            if not isinstance(called, Dotted):
                return place.unknown
            head = self.place(function)
            return Call(*place, called.path, (head.start, head.end), arguments, _settings(self.place(given), arguments))
        held, name = function.child_by_field_name("object"), function.child_by_field_name("property")
        if function.type != "member_expression" or held is None or name is None:
            return place.unknown
        receiver = self.value(held, scope, depth)
        method = self.written(name)
        if method == "join" and isinstance(receiver, Items) and len(arguments) == 1:
            return joined(place, arguments[0], receiver)
        if method == "concat" and isinstance(receiver, Items):
            return sequence(place, map(Spread, [receiver, *map(_listed, arguments)]))
        path = (*receiver.path, method) if isinstance(receiver, Dotted) else (method,)
        head = self.place(name)
        settings = _settings(self.place(given), arguments)
        chained = None if isinstance(receiver, Dotted) else receiver
        return Call(*place, path, (head.start, head.end), arguments, settings, chained)


def _listed(node: Node) -> Node:
    """A scalar as ``concat`` takes it."""
    return Items(node.origin, node.start, node.end, [node]) if isinstance(node, Given) else node


def _settings(place: Place, arguments: list[Node]) -> Settings:
    """The object at the end of the arguments; where there is none, nothing is set, if that is certain."""
    last = arguments[-1] if arguments else None
    return last if isinstance(last, Settings) else Settings(*place, (), last is None or isinstance(last, Given))


def _escape(source: str, at: int, end: int) -> tuple[str, int] | None:
    after = source[at + 1 : at + 2]
    if after == "\r":
        return "", at + (3 if source[at + 2 : at + 3] == "\n" else 2)
    pair = _PAIR.match(source, at + 1, end)
    if pair:
        both = bytes.fromhex(pair[1] + pair[2])
        return both.decode("utf-16-be"), pair.end()
    if after in _SIMPLE and after:
        return (_SIMPLE[after], at + 2) if not source[at + 2 : at + 3].isdigit() or after != "0" else None
    match = _LONG.match(source, at + 1, end) or _SHORT.match(source, at + 1, end)
    if match:
        character = code_point(next(digits for digits in match.groups() if digits))
        return (character, match.end()) if character is not None else None
    return None if after in ("x", "u", "") or after.isdigit() else (after, at + 2)
