"""CodeBuild projects in Python that uses AWS CDK: what the source says when nothing is run."""

from __future__ import annotations

import ast
import warnings
from array import array
from bisect import bisect_left
from collections.abc import Hashable, Iterator
from itertools import accumulate

from cblint import expressions
from cblint.hosts.cdk import KIND, PARTIAL, host_file
from cblint.hosts.cdk_values import words
from cblint.hosts.definition import HostFile
from cblint.hosts.expressions import (
    Call,
    Dotted,
    Either,
    Evaluator,
    Place,
    Spread,
    added,
    joined,
    mapping,
    member,
    negative,
    number,
    sequence,
)
from cblint.hosts.python_strings import runs
from cblint.hosts.scopes import Scope
from cblint.source.foreign import Given, key
from cblint.source.text import HOLE, Lines, Text
from cblint.source.tree import Node

_CHANGES = frozenset(
    ("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "update", "setdefault", "popitem")
)
"""Methods that change the list or mapping that they are called on."""
_LONGEST = 1000
"""Steps of a chain (``a.b.c``) that are followed to its beginning."""
_SURROGATE = expressions.lazy("[\ud800-\udfff]")

_Part = ast.AST
_Names = Scope[ast.AST]


def read(text: Text) -> HostFile | None:
    """What a module defines; None if it has nothing of CodeBuild."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that Python does not know
            module = ast.parse(text.value)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return HostFile(KIND, problem="is not valid Python") if "BuildSpec" in text.value else None
    program = _Program(module)
    evaluator = _Evaluator(text)
    found = [evaluator.value(call, scope) for call, scope in program.calls]
    partial = [evaluator.value(value, scope) for value, scope in program.partial]
    return host_file([call for call in found if isinstance(call, Call)], partial)


class _Program:
    """The calls of a module in the order of the file and the values of ``partial_build_spec``, each with its scope."""

    def __init__(self, module: ast.Module) -> None:
        self.calls: list[tuple[ast.Call, _Names]] = []
        self.partial: list[tuple[ast.expr, _Names]] = []
        self._changed: list[tuple[ast.AST, _Names]] = []
        self._bound: set[int] = set()
        stack: list[tuple[ast.AST, _Names]] = [(module, Scope())]
        while stack:
            node, scope = stack.pop()
            inner = self._enter(node, scope)
            # The places of what stands in a formatted string are wrong before Python 3.12.
            if not isinstance(node, ast.JoinedStr):
                stack += [(child, inner) for child in reversed(list(ast.iter_child_nodes(node)))]
        for node, scope in self._changed:
            name = _beginning(node)
            if name is not None:
                scope.forget(name)

    def _enter(self, node: ast.AST, scope: _Names) -> _Names:
        """Takes down what a node says of names and calls; the scope of what is in it."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            scope.bind(node.name, None)
            return Scope(scope, closed=isinstance(node, ast.ClassDef))
        if isinstance(node, ast.Lambda):
            return Scope(scope)
        if isinstance(node, ast.Call):
            self.calls.append((node, scope))
            if isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGES:
                self._changed.append((node.func.value, scope))
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and (isinstance(node, ast.AnnAssign) or len(node.targets) == 1):
                self._bound.add(id(target))
                if node.value is not None:
                    scope.bind(target.id, node.value)
        elif isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            if not isinstance(node, ast.Name):
                self._changed.append((node, scope))
            elif id(node) not in self._bound:
                scope.bind(node.id, None)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            for name in node.names:
                scope.forget(name)
                scope.bind(name, None)
                scope.bind(name, None)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            _import(node, scope)
        elif isinstance(node, ast.keyword) and words(node.arg or "") == PARTIAL:
            self.partial.append((node.value, scope))
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            self.partial += [(value, scope) for name, value in pairs if _is_partial(name)]
        else:
            for name in _others(node):
                scope.bind(name, None)
        return scope


def _is_partial(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and words(node.value) == PARTIAL


def _others(node: ast.AST) -> Iterator[str]:
    """Names that are bound without a node of their own."""
    if isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name is not None:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest is not None:
        yield node.rest


def _import(node: ast.Import | ast.ImportFrom, scope: _Names) -> None:
    module = tuple((node.module or "").split(".")) if isinstance(node, ast.ImportFrom) else ()
    for name in node.names:
        steps = tuple(name.name.split("."))
        if name.asname is None and not module:
            steps = steps[:1]  # "import a.b" binds a
        scope.bind_import(name.asname or steps[0], (*module, *steps))


def _beginning(node: ast.AST) -> str | None:
    """The name that a chain begins with: ``a`` of ``a["b"].c``."""
    for _ in range(_LONGEST):
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            break
    return node.id if isinstance(node, ast.Name) else None


class _Offsets:
    """Places of Python's parser, whose columns are in bytes, as offsets."""

    def __init__(self, source: str) -> None:
        self._lines = Lines(source)
        self._bytes: dict[int, array[int]] = {}

    def of(self, line: int, column: int) -> int:
        """The offset of a 1-based line and a column in bytes of UTF-8."""
        start, end = self._lines.span(line)
        if line not in self._bytes:
            written = self._lines.text[start:end]
            widths = array("I") if written.isascii() else array("I", accumulate(len(char.encode()) for char in written))
            self._bytes[line] = widths
        widths = self._bytes[line]
        return start + (min(bisect_left(widths, column) + 1, len(widths)) if widths and column else column)


class _Evaluator(Evaluator[ast.AST]):
    def __init__(self, origin: Text) -> None:
        super().__init__(origin)
        self._offsets = _Offsets(origin.value)

    def place(self, syntax: ast.AST) -> Place:
        assert isinstance(syntax, (ast.expr, ast.keyword))
        start = self._offsets.of(syntax.lineno, syntax.col_offset)
        return Place(self.origin, start, self._offsets.of(syntax.end_lineno or 1, syntax.end_col_offset or 0))

    def identity(self, syntax: ast.AST) -> Hashable:
        return id(syntax)

    def read(self, syntax: ast.AST, scope: _Names, depth: int) -> Node:
        place = self.place(syntax)
        inner = depth + 1
        if isinstance(syntax, ast.Constant):
            return self._constant(place, syntax.value)
        if isinstance(syntax, ast.JoinedStr):
            return self._formatted(place, syntax, scope, inner)
        if isinstance(syntax, (ast.List, ast.Tuple)):
            return sequence(place, [self._element(element, scope, inner) for element in syntax.elts])
        if isinstance(syntax, ast.Dict):
            pairs = zip(syntax.keys, syntax.values, strict=True)
            return mapping(place, [self._pair(name, value, scope, inner) for name, value in pairs])
        if isinstance(syntax, ast.Call):
            return self._call(place, syntax, scope, inner)
        if isinstance(syntax, ast.Name):
            return self.named(syntax.id, place, scope, depth)
        if isinstance(syntax, ast.Attribute):
            return member(place, self.value(syntax.value, scope, inner), syntax.attr)
        if isinstance(syntax, ast.IfExp):
            return Either(*place, [self.value(option, scope, inner) for option in (syntax.body, syntax.orelse)])
        if isinstance(syntax, ast.BinOp):
            return self._operation(place, syntax, scope, inner)
        if isinstance(syntax, ast.UnaryOp) and isinstance(syntax.op, ast.USub):
            return negative(place, self.value(syntax.operand, scope, inner))
        return place.unknown

    def _constant(self, place: Place, value: object) -> Node:
        if isinstance(value, str):
            said = _SURROGATE.sub("\ufffd", value)
            found = runs(self.source, place.start, place.end)
            if found is not None and "".join([run.piece.value for run in found]) == said:
                return place.string([run.piece for run in found])
            return Given(*place, place.text(said))
        if isinstance(value, bool):
            return place.plain("true" if value else "false")
        if isinstance(value, (int, float)):
            return number(place, self.source[place.start : place.end])
        return place.unknown

    def _formatted(self, place: Place, syntax: ast.JoinedStr, scope: _Names, depth: int) -> Node:
        found = runs(self.source, place.start, place.end)
        said = "".join([_said(value) for value in syntax.values])
        if found is None or "".join([run.piece.value for run in found]) != said:
            return place.unknown
        fields = iter([value for value in syntax.values if isinstance(value, ast.FormattedValue)])
        parts = []
        for run in found:
            part = Place(self.origin, run.piece.start, run.piece.end)
            known = self._field(next(fields), scope, depth) if run.field else None
            parts.append(part.text(known) if known is not None else part.string([run.piece]).text)
        return Given(*place, Text.joined(parts, self.origin.offset(place.start)))

    def _field(self, field: ast.FormattedValue, scope: _Names, depth: int) -> str | None:
        """What a replacement field is certain to stand for."""
        if not isinstance(field.value, ast.Name) or field.conversion != -1 or field.format_spec is not None:
            return None
        binding = scope.binding(field.value.id)
        value = self.named(field.value.id, self.place(binding.value), scope, depth) if binding is not None else None
        return value.value if isinstance(value, Given) and value.style == '"' else None

    def _element(self, syntax: ast.expr, scope: _Names, depth: int) -> Node | Spread:
        if isinstance(syntax, ast.Starred):
            return Spread(self.value(syntax.value, scope, depth))
        return self.value(syntax, scope, depth)

    def _pair(self, name: ast.expr | None, value: ast.expr, scope: _Names, depth: int) -> tuple[Node, Node] | Spread:
        held = self.value(value, scope, depth)
        if name is None:
            return Spread(held)
        named = self.value(name, scope, depth)
        if not isinstance(named, Given) or HOLE in named.value:
            return Spread(self.place(name).unknown)
        return named if isinstance(name, (ast.Constant, ast.JoinedStr)) else key(*self.place(name), named.value), held

    def _keyword(self, syntax: ast.keyword, scope: _Names, depth: int) -> tuple[Node, Node] | Spread:
        held = self.value(syntax.value, scope, depth)
        if syntax.arg is None:
            return Spread(held)
        start = self.place(syntax).start
        return key(self.origin, start, start + len(syntax.arg), syntax.arg), held

    def _call(self, place: Place, syntax: ast.Call, scope: _Names, depth: int) -> Node:
        called = self.place(syntax.func)
        settings = mapping(
            Place(self.origin, called.end, place.end), [self._keyword(word, scope, depth) for word in syntax.keywords]
        )
        arguments = [self._element(argument, scope, depth) for argument in syntax.args]
        values = [part.value if isinstance(part, Spread) else part for part in arguments]
        receiver = None
        if isinstance(syntax.func, ast.Attribute):
            held = self.value(syntax.func.value, scope, depth)
            if isinstance(held, Given) and syntax.func.attr == "join" and len(values) == 1:
                return joined(place, held, values[0])
            receiver = held if not isinstance(held, Dotted) else None
            path = (*held.path, syntax.func.attr) if isinstance(held, Dotted) else (syntax.func.attr,)
            head = (max(called.start, called.end - len(syntax.func.attr)), called.end)
        else:
            function = self.value(syntax.func, scope, depth)
            if not isinstance(function, Dotted):
                return place.unknown
            path, head = function.path, (called.start, called.end)
        if path == ("dict",) and len(values) <= 1:
            return mapping(place, [*map(Spread, values), *((pair.key, pair.value) for pair in settings.pairs)])
        return Call(*place, path, head, values, settings, receiver)

    def _operation(self, place: Place, syntax: ast.BinOp, scope: _Names, depth: int) -> Node:
        if isinstance(syntax.op, ast.BitOr):
            sides = [self.value(side, scope, depth) for side in (syntax.left, syntax.right)]
            return mapping(place, map(Spread, sides)) if any(map(_is_mapping, sides)) else place.unknown
        if not isinstance(syntax.op, ast.Add):
            return place.unknown
        operands = []
        left: ast.expr = syntax
        while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
            operands.append(self.value(left.right, scope, depth))
            left = left.left
        operands.append(self.value(left, scope, depth))
        return added(place, operands[::-1])


def _is_mapping(node: Node) -> bool:
    from cblint.source.tree import Mapping

    return isinstance(node, Mapping)


def _said(part: ast.expr) -> str:
    """What a part of a formatted string says, as far as its literals tell."""
    if isinstance(part, ast.Constant) and isinstance(part.value, str):
        return _SURROGATE.sub("\ufffd", part.value)
    return HOLE
