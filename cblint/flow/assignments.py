"""Giving values to variables, by assignments and in arithmetic."""

from __future__ import annotations

from cblint import expressions
from cblint.flow import arithmetic
from cblint.flow.core import Core, Died, Unclear
from cblint.flow.kinds import ASSIGNED
from cblint.flow.labels import together
from cblint.flow.shells import DYNAMIC
from cblint.flow.state import State, Variable, join_states
from cblint.flow.values import EMPTY, NONZERO, UNKNOWN, Hole, Maybe, Value, concat, is_name, join, literal, unknown
from cblint.flow.words import Expansion
from cblint.shell.commands import ArrayLiteral, Assignment
from cblint.shell.syntax import Node, Word

_ASSIGNS = expressions.lazy(r"(?<![=!<>])=(?!=)|<<=|>>=|\+\+|--")
_ONLY_BASH = expressions.lazy(r"\*\*|\+\+|--|,|#")
_STEPS = expressions.lazy(r"\+\+|--|#")
_ASSIGNED = expressions.lazy(
    r"(?<![A-Za-z0-9_])[0-9]*([A-Za-z_][A-Za-z0-9_]*)\s*(?:\+\+|--|(?:[-+*/%&|^]|<<|>>)?=(?!=))"
    r"|(?:\+\+|--)\s*([A-Za-z_][A-Za-z0-9_]*)"
)
_NUMERIC = expressions.lazy(r"\s*[-+0-9(!~]")
_DECIMAL = expressions.lazy(r"\s*[-+]?(?:0|[1-9][0-9]{0,17})\s*")


class NotKnown(arithmetic.Unclear):
    """A number that is not known; ``given``: it comes from outside the build, and is taken for one."""

    def __init__(self, given: bool) -> None:
        super().__init__()
        self.given = given


def is_given(value: Value) -> bool:
    """Whether it is a text from outside the build, perhaps among others: that is taken for a number."""
    holes = [piece for piece in value.pieces if isinstance(piece, Hole)]
    return bool(holes) and all(hole.name and hole != NONZERO for hole in holes)


class Assigner(Core):
    """Assigns."""

    # Assignments

    def assignment(self, expansion: Expansion, node: Assignment, temporary: bool = False) -> State:
        """``name=value`` alone or before a command. Raises Died, Unclear."""
        old = expansion.state.variable(node.name)
        if isinstance(node.value, ArrayLiteral):
            return self._array(expansion, node, old)
        if node.subscript is not None:
            return self._element(expansion, node, old)
        value = expansion.text(node.value)
        old = expansion.state.variable(node.name)
        if node.operator == "+=":
            if self.shell.is_dash is not False:
                raise Unclear
            if old.array is not False or old.integer is not False:
                anything = unknown(together((old.value.labels, value.labels)))
                return self.assign(expansion.state, node.name, anything, node, temporary=temporary)
            known = old.value if old.assigned else join(old.value, EMPTY) if old.assigned is None else EMPTY
            value = concat((known, value))
        return self.assign(expansion.state, node.name, value, node, temporary=temporary)

    def assign(
        self, state: State, name: str, value: Value, node: Node, inside: bool = False, temporary: bool = False
    ) -> State:
        """The state in which a variable has a value. Raises Died, Unclear."""
        old = state.variable(name)
        if old.readonly is not False:
            if temporary and old.readonly is True and self.shell.is_dash is False:
                errexit = self.errexit(state)
                if errexit is not False:
                    self.ends_with_status(state)
                if errexit:
                    raise Died
                if self.shell.special_builtins_exit is False:
                    return state
                self.gives_up(state)
            self._readonly(state, old, inside)
        # As long as a command runs, its variable is a text.
        integer: Maybe = False if temporary else old.integer
        if integer is not False:
            if value.text is None or old.integer is None:
                self.miscounts(state, False)
            value = self._integer(state, value) if old.integer else unknown(value.labels)
        exported = old.exported if old.exported is True or temporary else self._exports(state, old)
        elements = (value, *old.elements[1:]) if old.array and old.elements is not None else None
        if name in DYNAMIC and self.shell.is_dash is not True:
            value = unknown(value.labels)
        new = Variable(True, value, exported, False, integer, old.array, elements, (node,))
        self.recorder.note(ASSIGNED, node, name, (new.value,), state=state, variable=new)
        state = state.with_variable(name, new)
        if name in ("PWD", "OLDPWD"):
            # The shell itself keeps the directory; only `cd -` asks the variable.
            return state._replace(before=UNKNOWN) if name == "OLDPWD" else state
        return state

    def _exports(self, state: State, old: Variable) -> Maybe:
        allexport = state.options.allexport
        return (
            True if allexport else old.exported if allexport is False else (None if old.exported is not True else True)
        )

    def _readonly(self, state: State, old: Variable, inside: bool) -> None:
        """What is readonly stays as it is; that ends the command, and most often the shell."""
        if inside:
            raise Unclear
        self.aborts(state, old.readonly is True, keeps_status=True)

    def _integer(self, state: State, value: Value) -> Value:
        text = value.text
        if text is None:
            return unknown(value.labels)

        def refuse(_name: str, _number: int) -> None:
            raise arithmetic.Unclear

        try:
            return literal(str(arithmetic.Evaluation(text, lambda name: self.number(state, name), refuse).result()))
        except arithmetic.Wrong:
            self.miscounts(state, True)
            return UNKNOWN
        except arithmetic.Unclear:
            raise Unclear from None

    def _array(self, expansion: Expansion, node: Assignment, old: Variable) -> State:
        if self.shell.is_dash is not False or not isinstance(node.value, ArrayLiteral):
            raise Unclear
        if old.readonly is not False or old.integer is not False:
            raise Unclear
        elements = expansion.fields(node.value.elements)
        old = expansion.state.variable(node.name)
        keyed = any(word.raw.startswith("[") for word in node.value.elements)
        known: tuple[Value, ...] | None = elements.values if elements.exact and not keyed else None
        if node.operator == "+=" and known is not None:
            if old.assigned is True and old.array is False:
                known = (old.value, *known)
            elif old.assigned is not False:
                known = (*old.elements, *known) if old.array and old.elements is not None else None
        assigned = bool(known) if known is not None else None
        labels = together(value.labels for value in (old.value if node.operator == "+=" else EMPTY, *elements.values))
        first = known[0] if known else unknown(labels) if known is None else EMPTY
        new = Variable(assigned, first, old.exported, False, False, True, known, (node,))
        self.recorder.note(ASSIGNED, node, node.name, new.elements or (new.value,), state=expansion.state, variable=new)
        return expansion.state.with_variable(node.name, new)

    def _element(self, expansion: Expansion, node: Assignment, old: Variable) -> State:
        if self.shell.is_dash is not False or not isinstance(node.value, Word) or node.subscript is None:
            raise Unclear
        if old.readonly is not False or old.integer is not False:
            raise Unclear
        index = expansion.text(node.subscript).text
        value = expansion.text(node.value)
        old = expansion.state.variable(node.name)
        known: tuple[Value, ...] | None = None
        if index is not None and index.isdigit() and node.operator == "=" and old.array and old.elements is not None:
            number = int(index)
            if number < len(old.elements):
                known = (*old.elements[:number], value, *old.elements[number + 1 :])
            elif number == len(old.elements):
                known = (*old.elements, value)
        anything = unknown(together((old.value.labels, value.labels)))
        new = Variable(None, anything, old.exported, False, old.integer, True, None, (node,))
        if known is not None:
            new = new._replace(assigned=True, value=known[0], elements=known)
        self.recorder.note(ASSIGNED, node, node.name, new.elements or (new.value,), state=expansion.state, variable=new)
        return expansion.state.with_variable(node.name, new)

    # Arithmetic

    def compute(self, expansion: Expansion, text: Value, node: Node, is_command: bool = False) -> Value:
        """What an arithmetic expression comes to. Raises Died, Unclear.

        A wrong one ends the shell or the line; or, if it is a command of its own, arithmetic.Wrong is raised.
        """
        known = text.text
        if known is None:
            return self._computed_somehow(expansion, text, node, is_given(text) or is_command)
        if self.shell.is_dash is not False and (not known.strip() or _ONLY_BASH.search(known)):
            if self.shell.is_dash is None:
                raise Unclear
            if _STEPS.search(known):
                raise Unclear
            self.aborts(expansion.state, True, minded=False)

        def read(name: str) -> int:
            variable = expansion.state.variable(name)
            self.read(node, name, variable)
            return self.number(expansion.state, name)

        def assign(name: str, number: int) -> None:
            expansion.state = self.assign(expansion.state, name, literal(str(number)), node, inside=True)

        before = expansion.state
        try:
            return literal(str(arithmetic.Evaluation(known, read, assign).result()))
        except NotKnown as error:
            expansion.state = before
            return self._computed_somehow(expansion, text, node, error.given or is_command)
        except arithmetic.Wrong:
            if _ASSIGNS.search(known):
                raise Unclear from None
            if is_command:
                raise
            self.aborts(before, True, minded=False)
            return UNKNOWN
        except arithmetic.Unclear:
            raise Unclear from None

    def _computed_somehow(self, expansion: Expansion, text: Value, node: Node, given: bool) -> Value:
        """An expression of which some number is not known, so that it may be none."""
        if not given:
            if expansion.state.options.nounset is not False and self.shell.is_dash is not True:
                # It may be the name of a variable that is not set.
                raise Unclear
            self.aborts(expansion.state, False, minded=False)
        for piece in text.pieces:
            for names in _ASSIGNED.findall(piece) if isinstance(piece, str) else ():
                for name in filter(None, names):
                    assigned = self.assign(expansion.state, name, UNKNOWN, node, inside=True)
                    expansion.state = join_states(expansion.state, assigned) or assigned
        return unknown(text.labels)

    def number(self, state: State, name: str, depth: int = 0) -> int:
        """The number that a name in arithmetic stands for. Raises arithmetic.Unclear, NotKnown."""
        variable = state.variable(name)
        if variable.assigned is not True and state.options.nounset is not False and self.shell.is_dash is not True:
            raise arithmetic.Unclear
        if variable.assigned is False:
            return 0
        text = variable.value.text
        if variable.assigned is None or text is None or variable.array is not False:
            raise NotKnown(is_given(variable.value))
        if not text.strip():
            return 0
        if _DECIMAL.fullmatch(text):
            return int(text)
        if self.shell.is_dash is True:
            raise arithmetic.Wrong if not _NUMERIC.match(text) else arithmetic.Unclear
        if self.shell.is_dash is None or not is_name(text) or depth > 5:
            raise arithmetic.Unclear
        return self.number(state, text, depth + 1)
