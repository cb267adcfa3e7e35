"""Arithmetic against that of dash and bash: a number that is computed, and what is assigned, is theirs."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from cblint.flow.arithmetic import Evaluation, Unclear, Wrong
from tests.flow_batches import BASHES, SHELLS, asked, many, needs_shells, quoted, wrong

VARIABLES = {"A": 7, "B": -3, "C": 0}
ONLY_BASH = ("++", "--", ",", "**")
"""What dash does not know: there it is not evaluated."""
ERROR = "error"
NUMBERS = st.one_of(
    st.integers(-10, 70).map(str),
    st.sampled_from(["010", "0x1F", "0XfF", "09", "00", str(2**62), str(2**63 - 1), str(2**63), "4294967296"]),
)
NAMES = st.sampled_from([*VARIABLES, "D"])
BINARY = st.sampled_from(
    ["+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^", "&&", "||", "==", "!=", "<", ">", "<=", ">="]
)
ASSIGNING = st.sampled_from(["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="])
BLANKS = st.sampled_from(["", "", " ", " \t"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions with others in them."""
    return st.one_of(
        st.tuples(inner, BLANKS, BINARY, BLANKS, inner).map("".join),
        st.tuples(inner, BINARY, inner, BINARY, inner).map("".join),
        st.tuples(st.sampled_from(["-", "+", "!", "~", "- ", "! "]), inner).map("".join),
        st.tuples(st.just("("), BLANKS, inner, BLANKS, st.just(")")).map("".join),
        st.tuples(st.just("("), NAMES, BLANKS, ASSIGNING, BLANKS, inner, st.just(")")).map("".join),
        st.tuples(NAMES, ASSIGNING, inner).map("".join),
        st.tuples(inner, BLANKS, st.just("?"), inner, BLANKS, st.just(":"), inner).map("".join),
    )


MEANT = st.recursive(NUMBERS | NAMES, _larger, max_leaves=6)
STEPS = st.tuples(
    MEANT, st.sampled_from(["+", "-", "*", "&&", "||"]), st.sampled_from(["A++", "--B", "++C", "A--", "D++"])
).map("".join)
ANYTHING = st.lists(
    NUMBERS | NAMES | BINARY | ASSIGNING | st.sampled_from(["(", ")", "?", ":", "!", "~", " ", ",", "++", "$", "#"]),
    min_size=1,
    max_size=6,
).map("".join)


class Computed(NamedTuple):
    """What is said of an expression: what it comes to, and the variables behind it."""

    text: str
    wrong: bool = False


def computed(expression: str) -> Computed | None:
    """What is said of an expression; None if it is unclear."""
    variables = dict(VARIABLES)
    assigned: list[str] = []

    def assign(name: str, number: int) -> None:
        variables[name] = number
        assigned.append(name)

    try:
        value = Evaluation(expression, lambda name: variables.get(name, 0), assign).result()
    except Unclear:
        return None
    except Wrong:
        # What is assigned before the error is another matter: where an expression assigns, nothing is said then.
        return None if "=" in expression or "++" in expression or "--" in expression else Computed(ERROR, True)
    return Computed(" ".join([str(value), *(f"{name}={variables.get(name, '')}" for name in "ABCD")]))


def _question(expression: str) -> str:
    """In a subshell, and read there only: what cannot be read ends the shell."""
    setting = "; ".join(f"{name}={value}" for name, value in VARIABLES.items())
    told = " ".join(f"{name}=${name}" for name in "ABCD")
    script = f'{setting}\nR=$(({expression})) || exit\nprintf %s "$R {told}"'
    return f"(eval {quoted(script)}) || printf {ERROR}"


def _expected(expression: str, shell: str) -> str | None:
    if shell == "dash" and (not expression.strip() or any(operator in expression for operator in ONLY_BASH)):
        return None
    found = computed(expression)
    return None if found is None else found.text


@needs_shells
@given(many(MEANT))
@asked(6)
def test_what_an_expression_comes_to(expressions: list[str]) -> None:
    assert wrong(expressions, SHELLS, _question, _expected) == []


@needs_shells
@given(many(STEPS))
@asked(3)
def test_steps(expressions: list[str]) -> None:
    assert wrong(expressions, BASHES, _question, _expected) == []


@needs_shells
@given(many(ANYTHING))
@asked(6)
def test_what_may_be_no_expression(expressions: list[str]) -> None:
    assert wrong(expressions, SHELLS, _question, _expected) == []


@given(st.lists(MEANT, min_size=200, max_size=200))
@asked(1)
def test_most_expressions_are_clear(expressions: list[str]) -> None:
    assert sum(computed(expression) is not None for expression in expressions) > len(expressions) * 0.6
