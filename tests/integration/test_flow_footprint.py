"""What a command can change at most, against what it changes in dash and bash; and paths against ``cd``."""

from __future__ import annotations

import itertools
import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.flow.footprint import Footprint, footprint
from cblint.flow.paths import SOURCE, joined
from cblint.flow.values import EMPTY, UNKNOWN, Value, concat, literal
from cblint.shell.parser import parse
from cblint.source.text import Text
from tests import flow_paper
from tests.flow_batches import BASHES, END, SHELLS, ask, asked, many, needs_shells, quoted

VARIABLES = {"A": "1", "B": "x", "C": "A", "D": ""}
TOLD = (*VARIABLES, "E", "REPLY", "OPTARG", "OPTIND", "PWD", "OLDPWD", "MAPFILE", "IFS")
FOLDERS = ("a", "b", "a/b", "b/c d")
COMMANDS = (
    "A=2", "A=2 B=3", "A=2 true", "export A=2", "export E", "readonly A=2", "unset A", "unset A B", "unset -v D",
    "read A", "read A B <<E\np q\nE", "IFS=: read -r A B <<E\np:q\nE", "read E", ": ${E:=d}", ": ${D:=d}", ": ${D=d}",
    'printf %s "${E:=d}"', ": $((A=5))", ": $((A+=1))", ": $((A == 1))", ": $((B = A + 2))", "for A in 1 2; do :; done",
    "if true; then A=3; fi", "while read A; do B=2; done", "case x in *) A=4;; esac", "{ A=5; }", "(A=6)", "A=6 | true",
    "f() { A=7; }; f", "f() { B=$1; }", "set -- p q", "shift", "set -f", "set +f", "set -u", "set -- ; A=$#",
    "cd a", "cd a && A=8", "cd", "cd a; cd -", "command cd a", "OPTIND=1; getopts a: A -a x", 'getopts "ab" OPT -a',
    "eval A=9", "eval 'B=9; cd a'", "command eval A=9", "command -p eval A=9", "command -- eval A=9",
    "command export A=9", "command -p export A=9", ". ./set", "A=$(B=3; echo 4)", "true && A=3 || B=3", "! A=3",
    "cat <<E\n${E:=d}\nE", 'echo "$(: ${E:=d})"', ": ${E:-${D:=d}}", "IFS=,",
    "A=2 B=$A export E=3", 'export "A=2"', 'export "$C=2"', 'read "$C"', 'unset "$C"', 'readonly $C', ": >f",
)  # fmt: skip
"""For every shell."""
IN_BASH = (
    "A+=2", "A=(1 2)", "A[1]=2", "declare A=2", "declare E", "typeset -i A=2+3", "local A=2",
    "f() { local A=2; B=3; }; f", "let A=5", "let 'A = 5' B++", "((A = 5))", "((A++))", "((A == 1))",
    "for ((A = 0; A < 2; A++)); do :; done", "printf -v A x", 'printf -v "$C" x', "printf -v A[1] x",
    "mapfile -t A <<<x", "mapfile <<<x", "readarray E <<<x", "read -a A <<<x", "read -r -p x A <<<y", "read <<<x",
    "pushd a", "pushd a; popd", ': "${!C:=x}"', "unset D; : ${!C=y}", "builtin eval A=3", "builtin export A=3",
    "exec {A}>f", "{ :; } {A}>f", ": {A}>f", "select A in p; do B=2; break; done <<<1",
    "[[ -n x ]] && A=2", "wait -p A -n", ": ${B:A=1:1}",
    "export {A,B}=5", "declare -n E=A; E=5", "shopt -s nullglob", "source ./set", "export -n A",
    "function f { A=2; }; f", "coproc cat </dev/null", "declare -g A=3", "unset 'A[0]'", "time A=3", "test -v A",
    "[ A -eq 1 ]", "export {A..B}=5",
)  # fmt: skip
"""For bash alone. (What arithmetic assigns in a subscript, in ``[[``, or out of a variable's text is not foreseen.)"""
HEAD = "echo 'A=sourced' >set"
SINGLE = [*((SHELLS, command) for command in COMMANDS), *((BASHES, command) for command in IN_BASH)]


def _question(command: str) -> str:
    """What there is before and behind a command, in a subshell; a syntax error leaves it with nothing."""
    setting = "; ".join(f"{name}={quoted(value)}" for name, value in VARIABLES.items())
    told = " ".join(f'"${{{name}+s}}${{{name}-}}"' for name in TOLD)
    tell = f'printf \'%s\\001\' "$PWD" "$-" "$#$1" {told}'
    return f'(cd "$BEGIN"; unset E; {setting}; set -- 1 2 3; {tell}\neval {quoted(command)} >/dev/null\n{tell})'


def _changed(answer: str) -> set[str] | None:
    """What was changed: names, and ``/cwd``, ``/options``, ``/arguments``; None if the command left the shell."""
    parts = answer.split("\001")[:-1]
    kinds = ("/cwd", "/options", "/arguments", *TOLD)
    if len(parts) != 2 * len(kinds):
        return None
    before, after = parts[: len(kinds)], parts[len(kinds) :]
    return {kind for kind, old, new in zip(kinds, before, after, strict=True) if old != new}


def _foreseen(command: str) -> Footprint:
    return footprint(flow_paper.state(VARIABLES, ("1", "2", "3")), parse(Text.of(command)))


def _unforeseen(command: str, changed: set[str]) -> set[str]:
    """What was changed and is not in the footprint."""
    found = _foreseen(command)
    marks = {"/cwd": found.moves, "/options": found.options, "/arguments": found.arguments}
    return {name for name in changed if not marks.get(name, found.names is None or name in found.names)}


def _misses(shells: tuple[str, ...], commands: list[str]) -> list[tuple[str, str, set[str]]]:
    missed = []
    for shell in shells:
        for command, answer in zip(commands, ask(shell, list(map(_question, commands)), HEAD, FOLDERS), strict=True):
            unforeseen = _unforeseen(command, _changed(answer) or set())
            if unforeseen:
                missed.append((shell, command, unforeseen))
    return missed


@needs_shells
@pytest.mark.parametrize(("shells", "commands"), [(SHELLS, COMMANDS), (BASHES, IN_BASH)])
def test_what_a_command_changes_is_foreseen(shells: tuple[str, ...], commands: tuple[str, ...]) -> None:
    assert _misses(shells, list(commands)) == []


PUT_TOGETHER = st.recursive(
    st.sampled_from([command for command in COMMANDS if "\n" not in command]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["; ", " && ", " || ", "\n"]), inner).map("".join),
        inner.map(lambda command: f"if {command}; then :; fi"),
        inner.map(lambda command: f"f() {{ {command}; }}; f p"),
        inner.map(lambda command: f"({command})"),
        inner.map(lambda command: f"for I in 1 2; do {command}; done"),
        inner.map(lambda command: f'B="$({command})"'),
    ),
    max_leaves=3,
)


@needs_shells
@given(many(PUT_TOGETHER))
@asked(4)
def test_what_many_commands_change_is_foreseen(commands: list[str]) -> None:
    assert _misses(SHELLS, commands) == []


def test_not_everything_is_foreseen() -> None:
    """A footprint that is always anything would be no use."""
    known = [command for _, command in SINGLE if _foreseen(command).names is not None]
    assert len(known) > len(SINGLE) * 0.7
    assert _foreseen("A=1; cat").names == frozenset({"A"})
    assert not _foreseen("A=1; cat").moves


# Paths

STEPS = st.sampled_from(["a", "b", "c d", ".", "..", "", "no", "..."])
PATHS = st.tuples(st.sampled_from(["", "", "/"]), st.lists(STEPS, max_size=5).map("/".join)).map("".join)


def _normal(path: str) -> str:
    return posixpath.normpath(path).replace("//", "/")


@given(PATHS.map(lambda path: _normal(f"/{path}")), PATHS)
def test_a_known_path_is_normalised(cwd: str, path: str) -> None:
    found = joined(literal(cwd), literal(path))
    if not path:
        assert found is None
    else:
        assert found is not None
        assert found.text == _normal(posixpath.join(cwd, path))


@given(PATHS, PATHS, st.sampled_from(["/src", "/codebuild/output/src1/src"]))
def test_a_path_below_what_is_not_known(below: str, path: str, root: str) -> None:
    cwd = concat([SOURCE, literal(f"/{below}")])
    first = joined(cwd, literal(path)) if path else None
    for found in (first, joined(first, literal(path)) if first is not None else None):
        if found is not None:
            text = "".join(piece if isinstance(piece, str) else root for piece in found.pieces)
            given_text = posixpath.join(f"{root}/{below}", path)
            if found is first:
                assert _normal(text) == _normal(given_text)


def test_what_is_not_known_is_no_path() -> None:
    for path in (EMPTY, UNKNOWN, concat([literal("/a"), UNKNOWN]), Value(("/", *UNKNOWN.pieces))):
        assert joined(literal("/"), path) is None
    assert joined(UNKNOWN, literal("a")) is None
    assert joined(UNKNOWN, literal("/a")) == literal("/a")
    assert joined(SOURCE, literal("./a//b/../c")) == concat([SOURCE, literal("/a/c")])


@needs_shells
def test_where_cd_leads() -> None:
    paths = [
        "/".join(parts)
        for count in (1, 2, 3, 4)
        for parts in itertools.product(["a", "b", ".", "..", ""], repeat=count)
    ]
    paths = [path for path in paths if path.strip("/")]
    for shell in SHELLS:
        head = "cd a; BEGIN=$PWD"
        (begin, *answers) = ask(
            shell,
            ["printf %s $PWD", *(f'cd "$BEGIN"; if cd "./{path}"; then printf %s "$PWD"; fi' for path in paths)],
            head,
            FOLDERS,
        )
        assert END not in begin
        went = [
            (path, answer, joined(literal(begin), literal(f"./{path}")))
            for path, answer in zip(paths, answers, strict=True)
            if answer
        ]
        assert len(went) > 50
        assert [case for case in went if case[2] is None or case[2].text != case[1]] == []
