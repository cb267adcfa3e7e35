"""What ``$name`` and ``${…}`` become."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cblint import expressions
from cblint.flow import patterns
from cblint.flow.core import Unclear
from cblint.flow.labels import UNTRUSTED, changed, together, without
from cblint.flow.shells import DYNAMIC
from cblint.flow.state import UNSET, Variable, join_states
from cblint.flow.values import (
    EMPTY,
    NONZERO,
    UNKNOWN,
    Hole,
    Maybe,
    Value,
    concat,
    join,
    literal,
    unknown,
)
from cblint.shell.syntax import Parameter, Word, walk
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.words import Expansion, Segment

_ONLY_BASH = frozenset({":", "/", "//", "/#", "/%", "^", "^^", ",", ",,", "@"})
_REPLACES_ALL = expressions.lazy(r"\?(?:/[^$`]?)?\Z")
"""Behind ``//``: one character in the place of every one."""
SPECIAL = frozenset("@*#?-$!0")
_NAME = expressions.lazy(r"[A-Za-z_][A-Za-z0-9_]*")
_NAMES_SOMETHING = expressions.lazy(r"[A-Za-z_][A-Za-z0-9_]*(\[.*\])?|[0-9]+|[@*#?$!-]", re.DOTALL)
DEFAULT_SEPARATORS = " \t\n"


class Parameters:
    """Expands the parameters in the words of one command."""

    def __init__(self, expansion: Expansion) -> None:
        self.expansion = expansion

    @property
    def separators(self) -> str | None:
        """What splits fields; None if that is not known."""
        variable = self.expansion.state.variable("IFS")
        if variable.assigned is False:
            return DEFAULT_SEPARATORS
        if variable.assigned is None:
            # Nobody gives a build another IFS from outside: shells do not take it from their environment.
            return None if variable.places else DEFAULT_SEPARATORS
        text = variable.value.text
        # Shells may run in the C locale, where what is no ASCII is more than one character.
        return text if text is None or text.isascii() else None

    def expand(self, part: Parameter, quoted: bool) -> Iterator[Segment]:
        """What it becomes. Raises Died, Unclear."""
        from cblint.flow.words import Segment

        if _is_nothing(part):
            self.expansion.interpreter.aborts(self.expansion.state, True)
        if not part.name:
            raise Unclear
        if self.is_list(part):
            found = self._elements(part)
            if part.prefix == "#":
                if part.subscript is not None and self.expansion.state.options.nounset is not False:
                    # Under `set -u` bash does not take a scalar for an array here.
                    raise Unclear
                yield Segment(UNKNOWN if found is None else literal(str(len(found))), quoted, not quoted)
                return
            if part.operator or part.prefix:
                raise Unclear
            if found is None:
                state = self.expansion.state
                named = part.name not in ("@", "*")
                yield Segment(
                    unknown(state.variable(part.name).value.labels if named else state.arguments), False, True
                )
                return
            joined = part.name == "*" or (part.subscript is not None and part.subscript.raw == "*")
            if quoted and joined:
                yield Segment(self._put_together(found), True)
                return
            for number, value in enumerate(found):
                if number:
                    yield Segment(literal("*" if joined else "@"), True, ends_field=True)
                yield Segment(value, quoted, not quoted)
            return
        found_value = self._value(part, quoted)
        yield found_value if isinstance(found_value, Segment) else Segment(found_value, quoted, not quoted)

    # Lists

    def is_list(self, part: Parameter) -> bool:
        """Whether it stands for several values."""
        if part.name in ("@", "*"):
            return True
        return part.subscript is not None and part.subscript.raw in ("@", "*")

    def _elements(self, part: Parameter) -> tuple[Value, ...] | None:
        if part.name in ("@", "*"):
            return self.expansion.state.positional
        self._for_bash_only()
        variable = self.expansion.state.variable(part.name)
        self.expansion.interpreter.read(part, part.name, variable)
        if variable.assigned is False:
            return ()
        if variable.assigned is None:
            return None
        if variable.array is False:
            return (variable.value,)
        return variable.elements if variable.array else None

    def _put_together(self, values: tuple[Value, ...]) -> Value:
        separators = self.separators
        if separators is None:
            return UNKNOWN
        separator = literal(separators[:1])
        parts: list[Value] = []
        for number, value in enumerate(values):
            parts += [separator, value] if number else [value]
        return concat(parts)

    def _for_bash_only(self) -> None:
        dash = self.expansion.interpreter.shell.is_dash
        if dash is None:
            raise Unclear
        if dash:
            self._dies(True, 2)

    # One value

    def lookup(self, part: Parameter) -> tuple[Maybe, Value]:
        """Whether the parameter is set, and to what."""
        name = part.name
        state = self.expansion.state
        if name.isdigit() and name != "0":
            if state.positional is None:
                return None, unknown(state.arguments)
            number = int(name)
            if number <= len(state.positional):
                return True, state.positional[number - 1]
            return False, EMPTY
        if name in SPECIAL:
            return self._special(name)
        variable = state.variable(name)
        self.expansion.interpreter.read(part, name, variable)
        if name in DYNAMIC and self.expansion.interpreter.shell.is_dash is not True:
            return (None if variable.assigned is False else True), UNKNOWN
        if part.subscript is not None:
            return self._element(variable, part.subscript)
        if variable.array is not False:
            if variable.array and variable.elements is not None:
                return (True, variable.elements[0]) if variable.elements else (False, EMPTY)
            return None, unknown(variable.value.labels)
        return variable.assigned, variable.value if variable.assigned is not False else EMPTY

    def _special(self, name: str) -> tuple[Maybe, Value]:
        state = self.expansion.state
        if name == "?":
            self.expansion.interpreter.checked(state.cause)
            if state.code is not None:
                return True, literal(str(state.code))
            return True, Value((NONZERO,)) if state.succeeded is False else UNKNOWN
        if name == "#":
            return True, UNKNOWN if state.positional is None else literal(str(len(state.positional)))
        return (None if name == "!" else True), UNKNOWN

    def _element(self, variable: Variable, subscript: Word) -> tuple[Maybe, Value]:
        self._for_bash_only()
        index = self.expansion.text(subscript).text
        anything = unknown(together((variable.value.labels, *(each.labels for each in variable.elements or ()))))
        if index is None or variable.elements is None or not variable.array:
            if variable.array is False and index == "0":
                return variable.assigned, variable.value
            return None, anything
        if not index.isdigit():
            return None, anything
        number = int(index)
        return (True, variable.elements[number]) if number < len(variable.elements) else (False, EMPTY)

    def _value(self, part: Parameter, quoted: bool) -> Value | Segment:
        if part.operator in _ONLY_BASH or part.prefix == "!":
            self._for_bash_only()
        assigned, value = self.lookup(part)
        if part.prefix == "!":
            return self._indirect(part, assigned, value)
        operator = part.operator
        if operator.lstrip(":") in ("-", "=", "?", "+") and operator:
            return self._with_default(part, operator, assigned, value, quoted)
        self._must_be_set(part, assigned)
        if part.prefix == "#":
            if value.text is not None and assigned is not None and value.text.isascii():
                return literal(str(len(value.text)))
            return UNKNOWN
        if operator in ("#", "##", "%", "%%"):
            return self._without_pattern(part, operator, assigned, value)
        if operator in ("^^", ",,", "^", ","):
            return self._in_case(part, operator, assigned, value)
        if operator == ":":
            return self._substring(part, assigned, value)
        if operator:
            argument = self.expansion.text(part.argument) if part.argument is not None else EMPTY
            labels = changed(value.labels, None)
            if operator == "//" and part.argument is not None and _REPLACES_ALL.match(part.argument.raw):
                return UNKNOWN
            if _is_cleaned(operator, part.argument.raw if part.argument is not None else ""):
                labels = without(labels, UNTRUSTED)
            return unknown(together((labels, argument.labels)))
        if assigned is None:
            return _if_set(part.name, value)
        return value

    def _indirect(self, part: Parameter, assigned: Maybe, value: Value) -> Value:
        """What the variable has that the value names."""
        name = value.text
        if part.operator or part.subscript or (part.argument is not None):
            raise Unclear
        if part.name.isidentifier() and self._is_declared(part.name):
            raise Unclear
        if assigned is False or (name is not None and not _NAMES_SOMETHING.fullmatch(name)):
            self._gives_up(keeps_status=True)
        if assigned is None or name is None or not _NAME.fullmatch(name):
            raise Unclear
        variable = self.expansion.state.variable(name)
        if (
            variable.array is not False
            or variable.assigned is None
            or self.expansion.state.options.nounset is not False
        ):
            raise Unclear
        return variable.value if variable.assigned else EMPTY

    def _must_be_set(self, part: Parameter, assigned: Maybe) -> None:
        """Under ``set -u``."""
        nounset = self.expansion.state.options.nounset
        if assigned is True or nounset is False or part.name in SPECIAL - {"!"}:
            return
        self._dies(nounset is True and assigned is False, self.expansion.interpreter.shell.among(2, 1, 1))

    def _is_declared(self, name: str) -> bool:
        """Whether a variable that is not set may be there all the same."""
        state = self.expansion.state
        variable = state.variable(name)
        return variable.assigned is False and (variable != UNSET or name in state.shadowed)

    def _gives_up(self, keeps_status: bool = False) -> None:
        """The shell ends, or bash gives up the line whatever it is called."""
        self.expansion.interpreter.aborts(self.expansion.state, True, everywhere=True, keeps_status=keeps_status)

    def _dies(self, surely: bool, code: int | None) -> None:
        self.expansion.interpreter.dies(self.expansion.state, surely, code)

    # Operators

    def _with_default(
        self, part: Parameter, operator: str, assigned: Maybe, value: Value, quoted: bool
    ) -> Value | Segment:
        given = assigned
        if operator.startswith(":") and assigned is not False:
            empty = value.is_empty
            given = False if empty is True else (assigned if empty is False else None)
        kind = operator[-1]
        if kind == "+":
            given = None if given is None else not given
            value = EMPTY
        if given is True:
            return value
        if given is False:
            return self._replaced(part, kind, quoted)
        before = self.expansion.state
        if kind in ("=", "?") and assigned is None and part.name.isidentifier():
            # Where it is not replaced, it is set.
            before = before.with_variable(part.name, before.variable(part.name)._replace(assigned=True))
        if kind == "?":
            self.expansion.state = before
        other = self._replaced(part, kind, quoted) if kind != "?" else self._perhaps_missing()
        self.expansion.state = join_states(before, self.expansion.state) or before
        otherwise = other if isinstance(other, Value) else other.value
        return join(value, otherwise)

    def _perhaps_missing(self) -> Value:
        self._dies(False, None)
        return UNKNOWN

    def _replaced(self, part: Parameter, kind: str, quoted: bool) -> Value | Segment:
        from cblint.flow.words import Segment

        if kind == "?":
            if part.argument is not None:
                self.expansion.text(part.argument)
            self._dies(True, self.expansion.interpreter.shell.among(2, 1, 1))
        if part.argument is None:
            replaced = EMPTY
            simple, is_list = True, False
        else:
            segments = list(self.expansion.segments(part.argument, quoted))
            replaced = concat(segment.value for segment in self.expansion._joined(segments))
            simple = quoted or not any(segment.quoted for segment in segments)
            is_list = any(segment.ends_field for segment in segments) or (not quoted and self._has_list(part.argument))
        if kind == "=":
            if not _NAME.fullmatch(part.name):
                self._gives_up()
            self.expansion.state = self.expansion.interpreter.assign(
                self.expansion.state, part.name, replaced, part, inside=True
            )
            return replaced
        if is_list:
            # As in ``${1+"$@"}``: it is as many fields, which bash splits in its own way.
            return Segment(unknown(replaced.labels), False, True)
        if simple:
            return replaced
        # Of a default that is partly in quotes only the parts outside of them are split.
        text = replaced.text
        if text is not None and not re.search(r"[\s*?\[\\]", text) and text and self.separators == DEFAULT_SEPARATORS:
            return replaced
        if text is not None and all(segment.quoted for segment in segments) and len(segments) > 0:
            return Segment(replaced, True)
        return Segment(unknown(replaced.labels), False, True)

    def _has_list(self, word: Word) -> bool:
        return any(isinstance(node, Parameter) and self.is_list(node) for node in walk(word))

    def _known_pattern(self, part: Parameter) -> patterns.Pattern | None:
        pieces = self.expansion.pattern(part.argument) if part.argument is not None else []
        try:
            return patterns.Pattern(pieces) if pieces is not None else None
        except patterns.Unclear:
            return None

    def _without_pattern(self, part: Parameter, operator: str, assigned: Maybe, value: Value) -> Value:
        pattern = self._known_pattern(part)
        text = value.text
        if assigned is None or text is None or pattern is None or not text.isascii():
            return unknown(changed(value.labels, None))
        try:
            if operator in ("#", "##"):
                cuts = pattern.prefixes(text)
                return literal(text[cuts[0 if operator == "#" else -1] :]) if cuts else value
            cuts = pattern.suffixes(text)
            return literal(text[: cuts[0 if operator == "%" else -1]]) if cuts else value
        except patterns.Unclear:
            return unknown(changed(value.labels, None))

    def _in_case(self, part: Parameter, operator: str, assigned: Maybe, value: Value) -> Value:
        text = value.text
        if part.argument is not None and part.argument.parts:
            self.expansion.text(part.argument)
            return unknown(changed(value.labels))
        if assigned is None or text is None or not text.isascii():
            return unknown(changed(value.labels))
        change: Callable[[str], str] = str.upper if operator[0] == "^" else str.lower
        return literal(change(text) if len(operator) == 2 else change(text[:1]) + text[1:])

    def _substring(self, part: Parameter, assigned: Maybe, value: Value) -> Value:
        text = value.text
        bounds = self.expansion.text(part.argument).text if part.argument is not None else ""
        match = re.fullmatch(r" *(-?\d+) *(?:: *(-?\d+) *)?", bounds or "")
        if assigned is None or text is None or match is None or not text.isascii():
            return unknown(changed(value.labels))
        start = int(match.group(1))
        length = match.group(2)
        if start < 0 or (length is not None and int(length) < 0):
            return unknown(changed(value.labels))
        return literal(text[start:] if length is None else text[start : start + int(length)])


def _is_cleaned(operator: str, argument: str) -> bool:
    """Whether what is not harmless is taken out, or quoted as a shell reads it."""
    return (operator == "//" and argument.startswith(("[^", "[!"))) or operator == "@Q"


def _is_nothing(part: Parameter) -> bool:
    """Whether no shell knows what that would be, as ``${name!}``."""
    if not part.name:
        return part.subscript is None and part.argument is None
    if part.prefix == "#":
        return part.operator != ""
    # `~` is an operator of bash, which nobody has written down.
    return not part.operator and part.argument is not None and not part.argument.raw.startswith("~")


def _if_set(name: str, value: Value) -> Value:
    """The value of a variable that may not be set: what a build is given by that name, set or not, is one text."""
    if value.pieces == (Hole(name),):
        return value
    return join(value, EMPTY)
