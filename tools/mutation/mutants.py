"""Makes mutants of a module: every small change that the operators know, at its place, with the text that it makes.

The operators are those of mutmut, which changes expressions, and some of our own, which change what a statement does.
What only tells types, the names that an object may have and documentation are left out: no test could notice.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import os
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import libcst as cst
from libcst import matchers
from libcst.metadata import CodePosition, CodeRange, MetadataWrapper, ParentNodeProvider, PositionProvider
from mutmut.mutation.mutators import mutation_operators

Operator = Callable[[Any], Iterable[cst.CSTNode]]


class Place(NamedTuple):
    """The lines that have to run for a mutant to be noticed."""

    first: int
    last: int
    names: tuple[str, ...] = ()
    """What is made by them as the module is imported: then the lines that use it count."""


class Mutant(NamedTuple):
    """A change to a module."""

    path: str
    line: int
    operator: str
    place: Place
    before: str
    after: str

    @property
    def diff(self) -> str:
        """What is changed, without the lines around it."""
        lines = difflib.unified_diff(
            self.before.splitlines(), self.after.splitlines(), self.path, self.path, "", "", 0, ""
        )
        return "\n".join(list(lines)[2:])

    @property
    def key(self) -> str:
        """Names the mutant in results: the same as long as the module is the same."""
        return hashlib.sha256(f"{self.path}\n{self.before}\n{self.after}".encode()).hexdigest()[:16]


def modules(root: str, paths: Sequence[str]) -> list[str]:
    """The modules below some paths, relative to the root, in order."""
    found: list[str] = []
    for path in paths:
        if path.endswith(".py"):
            found.append(path)
        for folder, folders, files in os.walk(os.path.join(root, path)):
            folders.sort()
            found += [
                os.path.relpath(os.path.join(folder, name), root) for name in sorted(files) if name.endswith(".py")
            ]
    return found


def sample(root: str, paths: Sequence[str], seed: int, count: int) -> tuple[int, list[Mutant]]:
    """How many mutants there could be, and so many of them at random: each is as likely as every other."""
    files = {path: _Module(root, path) for path in modules(root, paths)}
    every = [(path, at) for path, module in files.items() for at in range(len(module.changes))]
    order = random.Random(seed).sample(every, len(every))
    made = (mutant for path, at in order if (mutant := files[path].mutant(at)) is not None)
    return len(every), [mutant for mutant, _ in zip(made, range(count), strict=False)]


# Our own operators: mutmut leaves conditions, what is returned and calls for their effect as they are.


def _negated(expression: cst.BaseExpression) -> cst.UnaryOperation:
    inner = expression.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return cst.UnaryOperation(cst.Not(), inner)


def condition_negated(node: cst.If | cst.While | cst.CompIf) -> Iterator[cst.CSTNode]:
    """``if a`` becomes ``if not (a)``; also of a loop and in a comprehension. mutmut does it for ``a if b else c``."""
    yield node.with_changes(test=_negated(node.test))


def result_forgotten(node: cst.Return) -> Iterator[cst.CSTNode]:
    """``return a`` becomes ``return None``."""
    if node.value is not None and not matchers.matches(node.value, matchers.Name("None")):
        yield node.with_changes(value=cst.Name("None"))


def call_left_out(node: cst.Expr) -> Iterator[cst.CSTNode]:
    """A statement that only calls or yields becomes ``pass``."""
    if isinstance(node.value, (cst.Call, cst.Yield)):
        yield cst.Pass()


def operand_left_out(node: cst.BooleanOperation) -> Iterator[cst.CSTNode]:
    """``a and b`` becomes ``a``, or ``b``."""
    yield node.left
    yield node.right


OPERATORS: Sequence[tuple[type, Operator]] = [
    *mutation_operators,
    (cst.If, condition_negated),
    (cst.While, condition_negated),
    (cst.CompIf, condition_negated),
    (cst.Return, result_forgotten),
    (cst.Expr, call_left_out),
    (cst.BooleanOperation, operand_left_out),
]


# What is no mutant


def _for_types(node: cst.CSTNode) -> bool:
    """Whether it only speaks of types: an annotation, an import for them, a variable or an alias of theirs."""
    if isinstance(node, cst.If):
        return bool(matchers.matches(node.test, matchers.Name("TYPE_CHECKING")))
    if isinstance(node, cst.Assign):
        return bool(matchers.matches(node.value, _TYPE_VARIABLE)) or _is_alias(node.value)
    return isinstance(node, (cst.Annotation, cst.TypeAlias))


_TYPE_VARIABLE = matchers.Call(func=matchers.Name("TypeVar") | matchers.Name("ParamSpec"))


def _is_alias(value: cst.BaseExpression) -> bool:
    """Whether an expression can only be an alias of a type: ``dict[str, int]``, ``A | B | None``."""
    if isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.BitOr):
        return all(_is_alias(side) or _is_type(side) for side in (value.left, value.right))
    return isinstance(value, cst.Subscript) and _is_type(value.value)


def _is_type(value: cst.BaseExpression) -> bool:
    """Whether an expression is a name that only types have: ``str``, ``Word``, but no ``WORD``."""
    if not isinstance(value, cst.Name):
        return False
    name = value.value.strip("_")
    return name in _BUILTIN or (name[:1].isupper() and not name.isupper())


_BUILTIN = frozenset({"bool", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"})


def _for_readers(node: cst.CSTNode) -> bool:
    """Whether it only documents, or says which names there are."""
    if isinstance(node, cst.Expr):
        return isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString))
    return bool(matchers.matches(node, matchers.Assign(targets=[_NAMES_OF_IT])))


_NAMES_OF_IT = matchers.AssignTarget(target=matchers.Name("__slots__") | matchers.Name("__all__"))


# The changes of a module


class _Change(NamedTuple):
    node: cst.CSTNode
    mutated: cst.CSTNode
    operator: str
    where: CodeRange


class _Module:
    """All changes that could be made to a module."""

    def __init__(self, root: str, path: str) -> None:
        self.path = path
        with open(os.path.join(root, path), encoding="utf-8") as file:
            self.before = file.read()
        self._shape = ast.dump(ast.parse(self.before))
        wrapper = MetadataWrapper(cst.parse_module(self.before))
        self._tree = wrapper.module
        self._positions: Mapping[cst.CSTNode, CodeRange] = wrapper.resolve(PositionProvider)
        self._parents: Mapping[cst.CSTNode, cst.CSTNode] = wrapper.resolve(ParentNodeProvider)
        self.changes = list(self._changes(self._tree))

    def _changes(self, node: cst.CSTNode) -> Iterator[_Change]:
        if _for_types(node) or _for_readers(node):
            return
        where = self._positions.get(node) or self._positions.get(self._parents.get(node, node))
        for kind, operator in OPERATORS if where is not None else ():
            if isinstance(node, kind):
                yield from (_Change(node, mutated, operator.__name__, where) for mutated in operator(node))
        for child in node.children:
            yield from self._changes(child)

    def mutant(self, at: int) -> Mutant | None:
        """The mutant of a change; none where Python would not read it, or reads the same in it."""
        change = self.changes[at]
        after: str = self._tree.deep_replace(change.node, change.mutated).code
        try:
            if ast.dump(ast.parse(after)) == self._shape:
                return None
            compile(after, self.path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return None
        operator = change.operator.removeprefix("operator_")
        return Mutant(self.path, change.where.start.line, operator, self._place(change), self.before, after)

    def _place(self, change: _Change) -> Place:
        """The statement of a change, or its head; with names where it runs as the module is imported."""
        at: cst.CSTNode | None = change.node
        statement: CodeRange | None = None
        names: list[str] = []
        while at is not None:
            within = self._parents.get(at)
            if statement is None and isinstance(at, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
                where = self._positions[at]
                last = where.end.line if isinstance(at, cst.SimpleStatementLine) else change.where.end.line
                statement = CodeRange(where.start, CodePosition(max(last, where.start.line), 0))
                names += _names(at)
            if isinstance(within, cst.FunctionDef):
                if at is within.body:
                    assert statement is not None
                    return Place(statement.start.line, statement.end.line)
                body = self._positions[
                    within.body
                ]  # a default, or what is in a decorator: of all that the function does
                return Place(body.start.line, body.end.line)
            if isinstance(within, cst.Lambda) and at is within.body:
                where = self._positions[at]
                return Place(where.start.line, where.end.line)
            if isinstance(within, cst.ClassDef):
                names.append(within.name.value)
            at = within
        assert statement is not None
        return Place(statement.start.line, statement.end.line, tuple(names))


def _names(statement: cst.CSTNode) -> list[str]:
    """What a statement assigns to, or defines."""
    if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
        return [statement.name.value]
    assigned = matchers.findall(statement, matchers.AssignTarget() | matchers.AnnAssign())
    targets = [node.target for node in assigned if isinstance(node, (cst.AssignTarget, cst.AnnAssign))]
    return [target.value for target in targets if isinstance(target, cst.Name)]
