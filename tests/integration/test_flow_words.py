"""What words become, against dash and bash: fields for many an IFS, and what ``echo`` and ``printf`` print."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.flow.core import Died, Unclear
from cblint.flow.state import UNSET, Variable
from cblint.flow.values import literal
from cblint.flow.words import Expansion
from cblint.shell.commands import SimpleCommand
from cblint.shell.parser import parse
from cblint.shell.syntax import walk
from cblint.source.text import Text
from tests import flow_paper
from tests.flow_batches import SHELLS, asked, many, needs_shells, quoted, wrong

SEPARATORS = (None, "", " ", ":", " :", " \t\n", ": \t\n", ",:", "\n", "x", "-", "0")
"""Values of IFS; None: it is not set."""


class Words(NamedTuple):
    """Words to expand, and what they are expanded with."""

    words: tuple[str, ...]
    variables: dict[str, str]
    positional: tuple[str, ...]
    separators: str | None

    @property
    def script(self) -> str:
        """A command that has them as its arguments."""
        return " ".join([":", *self.words])


TEXTS = st.text("ab :,\tx-0", max_size=6) | st.text(" :", max_size=4)
PARTS = st.one_of(
    st.sampled_from(["$A", '"$A"', "$B", '"$B"', "${A}", "${N-$A}", "${N:-$B}", "${A:+$B}", '"${N-$A}"']),
    st.sampled_from(["$@", "$*", '"$@"', '"$*"', "$1", '"$2"', "$#", "${A#a}", '"${B%:*}"', "${A##* }", "$N", '"$N"']),
    st.sampled_from(["${N-'a b'}", '${N-"$A"}', "${N-a b}", '"${N-a b}"', "${N-$@}", '"${N-$@}"', '${N-"$@"}']),
    st.sampled_from(["a", ":", "''", '""', "'a b'", "x", "a:b", "\\ ", "$((10))", '$(printf %s "$A")', "`echo $B`"]),
)
WORD = st.lists(PARTS, min_size=1, max_size=4).map("".join)
VARIABLES = st.fixed_dictionaries({"A": TEXTS, "B": TEXTS})
CASES = st.builds(
    Words,
    st.lists(WORD, min_size=1, max_size=2).map(tuple),
    VARIABLES,
    st.lists(TEXTS, max_size=3).map(tuple),
    st.sampled_from(SEPARATORS),
)


def _fields(case: Words, shell: str) -> str | None:
    """What is said of the words, if all of it is known."""
    state = flow_paper.state(case.variables, case.positional)
    separators = UNSET if case.separators is None else Variable(True, literal(case.separators))
    state = state.with_variable("IFS", separators)
    (command,) = [node for node in walk(parse(Text.of(case.script)).body) if isinstance(node, SimpleCommand)][:1]
    try:
        fields = Expansion(flow_paper.interpreter(shell), state).fields(command.words[1:])
    except (Died, Unclear):
        return None
    texts = [value.text for value in fields.values]
    if not fields.exact or None in texts:
        return None
    return "".join([f"{len(texts)}", *(f"<{text}>" for text in texts)])


def _question(case: Words) -> str:
    """In a subshell, as it changes IFS."""
    setting = "; ".join(f"{name}={quoted(value)}" for name, value in case.variables.items())
    separators = "unset IFS" if case.separators is None else f"IFS={quoted(case.separators)}"
    words = " ".join(case.words)
    return (
        f"({setting}; set -- {' '.join(map(quoted, case.positional))}; {separators}\n"
        f'set -- {words}; N=$#; IFS=; printf %s "$N"; [ $N = 0 ] || printf \'<%s>\' "$@")'
    )


@needs_shells
@given(many(CASES))
@asked(8)
def test_fields(cases: list[Words]) -> None:
    assert wrong(cases, SHELLS, _question, _fields) == []


@given(st.lists(CASES, min_size=200, max_size=200))
@asked(1)
def test_most_fields_are_known(cases: list[Words]) -> None:
    assert sum(_fields(case, "bash") is not None for case in cases) > len(cases) * 0.6


# echo and printf

ARGUMENTS = st.one_of(
    st.text("ab \\n-%0", max_size=4),
    st.sampled_from(["-n", "-e", "-E", "-ne", "-", "--", "-x", "0", "-7", "42", "007", "+3", "0x10", "1e3", "'a", ""]),
    st.sampled_from(["9" * 17, "-" + "9" * 18, "9" * 20, "a\nb", "\\c", "\\0101", "%", "%%", "é"]),
)
FORMATS = st.lists(
    st.sampled_from(["%s", "%s", "%d", "%%", "\\n", "\\t", "\\\\", "a", " ", "-", ":"])
    | st.sampled_from(["%5s", "%-5d", "%05d", "%x", "%b", "%q", "%c", "%i", "\\x41", "\\101", "\\c", "%", "\\", "%z"]),
    max_size=4,
).map("".join)


class Printing(NamedTuple):
    """A command that prints, and its arguments."""

    name: str
    arguments: tuple[str, ...]

    @property
    def script(self) -> str:
        """The command."""
        return " ".join([self.name, *map(quoted, self.arguments)])


ECHOES = st.builds(Printing, st.just("echo"), st.lists(ARGUMENTS, max_size=3).map(tuple))
PRINTFS = st.builds(
    lambda layout, arguments: Printing("printf", (layout, *arguments)), FORMATS, st.lists(ARGUMENTS, max_size=3)
)


def _said(case: Printing, shell: str) -> str | None:
    """What is printed, and the status, if both are known."""
    outcome = flow_paper.run(case.script, shell, flow_paper.state({}))
    end = outcome.either
    text = end.printed.text if end is not None else None
    if text is None or (outcome.ok and outcome.failed):
        return None
    return text + ("|ok" if outcome.ok else "|failed")


@needs_shells
@given(many(ECHOES | PRINTFS))
@asked(8)
def test_what_is_printed(cases: list[Printing]) -> None:
    assert (
        wrong(cases, SHELLS, lambda case: f"if {case.script}; then printf '|ok'; else printf '|failed'; fi", _said)
        == []
    )


@pytest.mark.parametrize("name", ["echo", "printf %s"])
def test_usual_texts_are_known(name: str) -> None:
    end = flow_paper.run(f'{name} "$A"', "dash", flow_paper.state({"A": "a b"})).either
    assert end is not None
    assert end.printed.text in ("a b", "a b\n")
