"""Whose failure the exit status of an item tells, and whose it hides: each case, with what hides it."""

from __future__ import annotations

import pytest

from cblint.flow.status import told
from cblint.shell.parser import parse
from cblint.source.text import Text
from tests.builds import DASH, build, commands, item

Hidings = list[tuple[str, str, str]]
"""The command, how it is hidden, and what hides it."""


def hidings(script: str, shell: str = "bash") -> Hidings:
    return [(hidden.command.raw, hidden.how, hidden.witness.raw) for hidden in item(script, shell).hidden]


def telling(script: str, shell: str = "bash") -> list[str]:
    return sorted({node.raw for node in told(item(script, shell).outcome)})


TOLD: dict[str, list[str]] = {
    "make": ["make"],
    "make;": ["make"],
    "make\n": ["make"],
    "make # all of it": ["make"],
    "true; make": ["make"],
    "cd app && make": ["cd app", "make"],
    "make && check && deploy": ["check", "deploy", "make"],
    "make > log 2>&1": ["make > log 2>&1"],
    "{ check; }": ["check"],
    "(cd app && make)": ["cd app", "make"],
    "X=$(make)": ["make"],
    "X=$(make | tail)": ["tail"],
    "X=$(make) Y=1": ["make"],
    "f() { make; }; f": ["make"],
    "f() { return 3; }; f": ["return 3"],
    "f() { check || return 1; make; }; f": ["make", "return 1"],
    "if [ -f x ]; then make; fi": ["make"],
    "if [ -f x ]; then a; else b; fi": ["a", "b"],
    "case $X in a) a;; b) b;; esac": ["a", "b"],
    "for x in 1 2; do make; done": ["make"],
    "while read x; do make; done < list": ["make", "while read x; do make; done < list"],
    "exit 3": ["exit 3"],
    "false": ["false"],
    "eval make": ["make"],
    "(exit 1)": ["exit 1"],
    "[ -f x ] && make": ["[ -f x ]", "make"],
    "[ -f x ]": ["[ -f x ]"],
    "[[ -f x ]]": ["[[ -f x ]]"],
    "[ a = b -a c -o d ]": ["[ a = b -a c -o d ]"],
    "check || exit 1": ["exit 1"],
    "check || { echo bad; exit 1; }": ["exit 1"],
    "exec make": ["exec make"],
    # set -e
    "set -e\nmake\necho": ["make"],
    "set -e; make; check": ["check", "make"],
    "set -e\nX=$(make)\necho": ["make"],
    "set -e\n(make; echo)": ["make"],
    "set -e\nf() { make; echo; }\nf\necho": ["make"],
    "set -e\nif true; then make; fi\necho": ["make"],
    "set -e\nfor x in 1 2; do make; done\necho": ["make"],
    "set -e\ncase x in x) make;; esac\necho": ["make"],
    "set -e\nmake | tail\necho": ["tail"],
    "set -e\ncheck && make\necho": ["make"],
    "set -eu\nmake\necho": ["make"],
    "set -o errexit\nmake\necho": ["make"],
    "set -e\n{ make; echo; }": ["make"],
    "set -e; set +e; make; echo": [],
    # pipefail
    "set -o pipefail\nmake | tail": ["make", "tail"],
    "set -o pipefail; a | b | c": ["a", "b", "c"],
    "set -eo pipefail\nmake | tail\necho": ["make", "tail"],
    "set -euo pipefail\nX=$(make | tail)\necho": ["make", "tail"],
    # Nobody's
    "true": [],
    "make || true": [],
    "make; true": [],
    "make &": [],
    "X=1": [],
    "cd .": [],
    "f() { make; }": [],
    "": [],
    "# make": [],
}


@pytest.mark.parametrize(("script", "names"), TOLD.items())
def test_whose_failure_is_told(script: str, names: list[str]) -> None:
    assert telling(script) == names
    assert (item(script).outcome.failed is None) is (not names)


HIDDEN: dict[str, Hidings] = {
    # Sequences
    "make\necho": [("make", "sequence", "echo")],
    "make; echo": [("make", "sequence", "echo")],
    "make; X=1": [("make", "sequence", "X=1")],
    "a\nb\nc": [("a", "sequence", "b"), ("b", "sequence", "c")],
    "make; exit 0": [("make", "sequence", "exit 0")],
    "cd app; make": [("cd app", "sequence", "make")],
    "{ make; echo; }": [("make", "sequence", "echo")],
    "(make; echo)": [("make", "sequence", "echo")],
    "(make); echo": [("make", "sequence", "echo")],
    "make > log 2>&1; cat log": [("make > log 2>&1", "sequence", "cat log")],
    "a && b; c": [("a", "sequence", "c"), ("b", "sequence", "c")],
    "f() { make; echo; }; f": [("make", "sequence", "echo")],
    "f() { make; }; f; echo": [("make", "sequence", "echo")],
    "eval make; echo": [("make", "sequence", "echo")],
    "eval 'make; echo'": [("make", "sequence", "echo")],
    "X=$(make); echo": [("make", "sequence", "echo")],
    "X=$(make; echo)": [("make", "sequence", "echo")],
    "[ -f x ]; make": [("[ -f x ]", "sequence", "make")],
    # Pipelines
    "make | tee log": [("make", "pipeline", "tee log")],
    "a | b | c": [("a", "pipeline", "c"), ("b", "pipeline", "c")],
    "(cd app && make) | tee log": [("cd app", "pipeline", "tee log"), ("make", "pipeline", "tee log")],
    "make |& tee log": [("make", "pipeline", "tee log")],
    "a | b; c": [("a", "pipeline", "b"), ("b", "sequence", "c")],
    "set -e\nmake | tee log": [("make", "pipeline", "tee log")],
    "set -o pipefail; set +o pipefail; make | tail": [("make", "pipeline", "tail")],
    "set -o pipefail\nmake | tail": [],
    "set -o pipefail\nmake | tail; echo": [("make", "sequence", "echo"), ("tail", "sequence", "echo")],
    # The other side of ||
    "make || true": [("make", "or", "true")],
    "make || echo bad": [("make", "or", "echo bad")],
    "make || :": [("make", "or", ":")],
    "a || b || c": [("a", "or", "b"), ("b", "or", "c")],
    "a && b || c": [("a", "or", "c"), ("b", "or", "c")],
    "set -e\nmake || true\necho": [("make", "or", "true")],
    "{ a; b; } || true": [("a", "sequence", "b"), ("b", "or", "true")],
    "a | b || true": [("a", "pipeline", "b"), ("b", "or", "true")],
    # Conditions and negation
    "if make; then echo; fi": [("make", "condition", "if make; then echo; fi")],
    "if make; then echo; else exit 1; fi": [],
    "while make; do echo; done": [("make", "condition", "while make; do echo; done")],
    "! make": [("make", "negation", "! make")],
    "! make; echo": [("make", "negation", "! make")],
    "set -e\n! make\necho": [("make", "negation", "! make")],
    # Beside the others
    "make & echo": [("make", "background", "make")],
    "make &": [("make", "background", "make")],
    "make & wait": [("make", "background", "make")],
    "make & wait $!": [],
    "make & pid=$!; wait $pid": [],
    "make & pid=$!; check; wait $pid": [("check", "sequence", "wait $pid")],
    "diff <(make) x": [("make", "substitution", "<(make)")],
    # Substitutions
    "echo $(make)": [("make", "substitution", "echo $(make)")],
    'echo "v$(make)x"': [("make", "substitution", 'echo "v$(make)x"')],
    "echo `make`": [("make", "substitution", "echo `make`")],
    "X=$(a)$(b)": [("a", "substitution", "$(b)")],
    "X=$(a) Y=$(b)": [("a", "substitution", "$(b)")],
    "X=$(make) check": [],
    "for x in $(make); do echo; done": [("make", "substitution", "for x in $(make); do echo; done")],
    '[ -n "$(make)" ] && echo': [("make", "substitution", '[ -n "$(make)" ]')],
    "cat <<E\n$(make)\nE": [("make", "substitution", "cat <<E")],
    "set -e\necho $(make)": [("make", "substitution", "echo $(make)")],
    # Declarations
    "export X=$(make)": [("make", "declaration", "export X=$(make)")],
    'export X="$(make)"': [("make", "declaration", 'export X="$(make)"')],
    "readonly X=$(make)": [("make", "declaration", "readonly X=$(make)")],
    "declare X=$(make)": [("make", "declaration", "declare X=$(make)")],
    "f() { local X=$(make); }; f": [("make", "declaration", "local X=$(make)")],
    "set -e\nexport X=$(make)\necho": [("make", "declaration", "export X=$(make)")],
    "X=$(make); export X": [("make", "sequence", "export X")],
    "set -e\nX=$(make)\nexport X": [],
    # set -e and its holes
    "set -e\nmake\necho": [],
    "set -e; make; echo": [],
    "set -e\na && b\necho": [("a", "sequence", "echo")],
    "set -e\nf() { make; echo; }\nf || true": [("make", "sequence", "echo")],
    "set -e\nf() { make; echo; }\nif f; then echo; fi": [("make", "sequence", "echo")],
    "set -e\n(make; echo) || exit 1": [("make", "sequence", "echo")],
    "set -e\n(make; echo)\necho": [],
    "make\nset -e\necho": [("make", "sequence", "set -e")],
    "set +e\nmake\necho": [("make", "sequence", "echo")],
    # Loops, branches
    "for x in 1 2; do make; done": [("make", "sequence", "make")],
    "for x in 1 2; do make; echo; done": [("make", "sequence", "echo")],
    "for x in 1 2; do make || exit 1; done": [],
    "case $X in a) make;; esac; echo": [("make", "sequence", "echo")],
    "if [ -z x ]; then a; elif true; then make; echo; fi": [("make", "sequence", "echo")],
    # Somebody asks for the status
    "make\nif [ $? -ne 0 ]; then exit 1; fi": [],
    "make; [ $? -eq 0 ] || exit 1": [],
    "make; test $? = 0": [],
    "make; [[ $? == 0 ]]": [],
    "make; (( $? == 0 ))": [],
    'make\nrc=$?\nexit "$rc"': [],
    "make; exit $?": [],
    "make; echo $?": [],
    "make; case $? in 0) ;; *) exit 1;; esac": [],
    "f() { make; return $?; }; f": [],
    # Nothing is hidden
    "make": [],
    "cd app && make": [],
    "true; make": [],
    "echo start\nmake": [],
    "make || exit 1\necho": [],
    "exit 1": [],
    "make; false": [],  # it fails anyway
    "X=1; cd .; :": [],
}


@pytest.mark.parametrize(("script", "hidden"), HIDDEN.items())
def test_whose_failure_is_hidden_and_by_what(script: str, hidden: Hidings) -> None:
    found = [one for one in hidings(script) if not (one[1] == "condition" and "?" in one[0])]
    if not hidden or hidden[0][1] == "condition":
        assert found == hidden
    else:
        # What was only asked for is no failure that anyone would mind.
        assert [one for one in found if one[1] != "condition"] == hidden


@pytest.mark.parametrize("script", ["make | tail", "make; echo", "make || true", "export X=$(make)", "echo $(make)"])
@pytest.mark.parametrize("shell", ["", "bash"])
def test_it_is_the_same_in_every_shell(script: str, shell: str) -> None:
    assert hidings(script, shell) == HIDDEN.get(script, [("make", "pipeline", "tail")])


@pytest.mark.parametrize("script", ["make | tail", "make; echo", "make || true", "export X=$(make)", "echo $(make)"])
def test_it_is_the_same_in_dash(script: str) -> None:
    (run,) = build({"build": commands(script)}, top=DASH).on("succeeding")
    assert [hidden.how for hidden in run.hidden] == [how for _, how, _ in hidings(script)]


def test_pipefail_under_sh_is_taken_for_bash_where_the_image_is_not_known() -> None:
    assert hidings("set -o pipefail\nmake | tail", "") == []


@pytest.mark.parametrize("end", [" |", "|", " |\n"])
def test_an_item_that_ends_in_a_bar_tells_of_no_failure(end: str) -> None:
    (hiding,) = hidings(f"make{end}")
    assert hiding[:2] == ("make", "pipeline")


@pytest.mark.parametrize("end", [" &&", " &&\n", " && \\"])
def test_an_item_that_ends_in_and_can_succeed_though_its_command_fails(end: str) -> None:
    run = item(f"false{end}")
    assert run.outcome.ok is not None
    (_, second) = build({"build": commands("true", f"false{end}")}, "bash").on("succeeding")
    assert (second.outcome.ok is not None, second.outcome.failed) == (True, None)


def test_the_last_command_counts_behind_an_early_exit_too() -> None:
    assert telling("if [ -f x ]; then exit 4; fi\nmake") == ["exit 4", "make"]
    assert telling("make\nexit") == ["make"]
    assert hidings("make\nexit") == []


def test_the_places_are_those_of_the_commands_in_the_item() -> None:
    script = "a\n  b | c\n"
    found = item(script).hidden
    places = [
        (script[one.command.start : one.command.end], script[one.witness.start : one.witness.end]) for one in found
    ]
    assert places == [("a", "b"), ("b", "c")]


def test_no_command_is_told_of_twice() -> None:
    script = "f() { c; d; }\nfor x in 1 2 3; do\n  a | b\n  f\ndone\ne & g"
    commands_hidden = [hidden.command for hidden in item(script).hidden]
    assert len(commands_hidden) == len(set(map(id, commands_hidden)))
    assert {node.raw for node in commands_hidden} == {"a", "b", "c", "d", "e"}


@pytest.mark.parametrize("script", [*TOLD, *HIDDEN])
def test_the_scripts_of_these_tests_are_shell(script: str) -> None:
    assert parse(Text.of(script)).problem is None
