"""Lists, pipelines and compound commands: the parts that their nodes have."""

from __future__ import annotations

import pytest

from cblint.shell.commands import ArithmeticFor, Case, Condition, Coprocess, For, Function, If, Pipeline, While
from cblint.shell.parser import parse
from cblint.shell.place import MAX_DEPTH
from cblint.source.text import Text
from tests.shell import all_of, only, outline, raws, read

# Lists and pipelines


def test_operators_and_terminators() -> None:
    script = read("a && b || c & d | e |& f; g\nh")
    assert [item.operators for item in script.body.items] == [("&&", "||"), (), (), ()]
    assert [item.terminator for item in script.body.items] == ["&", ";", "", ""]
    assert script.body.items[1].pipelines[0].operators == ("|", "|&")
    assert not any(item.open for item in script.body.items)


def test_what_stands_before_a_pipeline() -> None:
    told = {
        text: (pipeline.negated, pipeline.timed, len(pipeline.commands))
        for text in ("a", "! a", "! ! a", "time a", "time -p a", "time ! a", "! time a", "!", "time", "time -p", "! !")
        for pipeline in all_of(text, Pipeline)
    }
    assert told == {
        "a": (False, False, 1),
        "! a": (True, False, 1),
        "! ! a": (False, False, 1),
        "time a": (False, True, 1),
        "time -p a": (False, True, 1),
        "time ! a": (True, True, 1),
        "! time a": (True, True, 1),
        "!": (True, False, 0),
        "time": (False, True, 0),
        "time -p": (False, True, 0),
        "! !": (False, False, 0),
    }


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("a &&", "a &&"),
        ("a && b ||  # c\n\n", "a && b ||"),
        ("a |", "a |"),
        ("a && b |&\n", "a && b |&"),
        ("! a |", "! a |"),
    ],
)
def test_a_list_can_end_in_an_operator(text: str, raw: str) -> None:
    script = read("x; " + text)
    assert [item.open for item in script.body.items] == [False, True]
    assert script.body.items[1].raw == raw
    assert script.body.raw == f"x; {raw}"


@pytest.mark.parametrize(
    "text", ["(a &&)", "{ a &&\n}", "if a &&\nthen b; fi", "`a &&`", "$(a |)", "f() { a ||", "a && (b"]
)
def test_a_list_inside_something_cannot(text: str) -> None:
    assert parse(Text.of(text)).problem is not None


def test_a_here_document_does_not_hide_that_a_list_is_open() -> None:
    deep = "$(" * (MAX_DEPTH + 1)
    script = read(f"cat <<E\n{deep}\nE\na &&")
    assert [item.open for item in script.body.items] == [False, True]


def test_nothing_is_a_command_too() -> None:
    for text in ("", " ", "\n", "# a", " \\\n ", "\n\n# a\n"):
        script = read(text)
        assert (script.body.items, script.body.raw) == ((), "")


# Compound commands


def test_the_parts_of_an_if() -> None:
    found = only("if a; b; then c; elif d\nthen e; f; else g; fi 2>h", If)
    assert [(branch.condition.raw, branch.body.raw) for branch in found.branches] == [("a; b", "c"), ("d", "e; f")]
    assert found.otherwise is not None
    assert found.otherwise.raw == "g"
    assert raws(found.redirections) == ["2>h"]
    assert only("if a; then b; fi", If).otherwise is None


def test_the_parts_of_loops() -> None:
    found = only("until a; b; do c; done <d", While)
    assert (found.condition.raw, found.body.raw, found.until, raws(found.redirections)) == ("a; b", "c", True, ["<d"])
    assert not only("while a; do b; done", While).until
    arithmetic = only("for ((a=1; b < $c; d++)); do e; done", ArithmeticFor)
    assert (arithmetic.expression.raw, arithmetic.body.raw) == ("a=1; b < $c; d++", "e")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("for x in a 'b c' $d; do e; done", ["a", "'b c'", "$d"]),
        ("for x in a\ndo e; done", ["a"]),
        ("for x in; do e; done", []),
        ("for x in\ndo e; done", []),
        ("for x in do; do e; done", ["do"]),
        ("for x; do e; done", None),
        ("for x do e; done", None),
        ("for x\ndo e; done", None),
        ("for x\n\nin a; do e; done", ["a"]),
        ("for x # a\nin b # c\ndo e; done", ["b"]),
        ("for x in a; { e; }", ["a"]),
        ("for x; { e; }", None),
        ("select x in a; do e; done", ["a"]),
        ("select x; do e; done", None),
    ],
)
def test_the_words_of_a_for(text: str, words: list[str] | None) -> None:
    found = only(text, For)
    assert (raws(found.words) if found.words is not None else None) == words
    assert (found.name.raw, found.body.raw, found.select) == ("x", "e", text.startswith("select"))


def test_the_items_of_a_case() -> None:
    text = "case $a in # b\n(c | 'd') e;; f) ;& g|esac) h\ni ;;& *) j & esac"
    found = only(text, Case)
    assert found.word.raw == "$a"
    assert [(raws(item.patterns), item.body.raw, item.terminator) for item in found.items] == [
        (["c", "'d'"], "e", ";;"),
        (["f"], "", ";&"),
        (["g", "esac"], "h\ni", ";;&"),
        (["*"], "j", ""),
    ]
    assert only("case a in esac", Case).items == ()
    assert raws(only("case a in b)\n\nesac", Case).items) == ["b)"]


@pytest.mark.parametrize(
    ("text", "name", "keyword", "body"),
    [
        ("f() { a; }", "f", False, "{ a; }"),
        ("f ( )\n\n{ a; }", "f", False, "{ a; }"),
        ("f-g.h() (a)", "f-g.h", False, "(a)"),
        ("f() if a; then b; fi", "f", False, "if a; then b; fi"),
        ("f() [[ a ]]", "f", False, "[[ a ]]"),
        ("f() { a; } > b", "f", False, "{ a; } > b"),
        ("function f { a; }", "f", True, "{ a; }"),
        ("function f() { a; }", "f", True, "{ a; }"),
        ("function f\n{ a; }", "f", True, "{ a; }"),
        ("function f (a)", "f", True, "(a)"),
        ("function f ((a))", "f", True, "((a))"),
        ("function if { a; }", "if", True, "{ a; }"),
    ],
)
def test_a_function(text: str, name: str, keyword: bool, body: str) -> None:
    found = only(text, Function)
    assert (found.raw, found.name.raw, found.keyword, found.body.raw) == (text, name, keyword, body)


@pytest.mark.parametrize(
    ("text", "name", "body"),
    [
        ("coproc a b", None, "a b"),
        ("coproc { a; }", None, "{ a; }"),
        ("coproc a { b; }", "a", "{ b; }"),
        ("coproc 'a' (b)", "'a'", "(b)"),
        ("coproc a=1 b", None, "a=1 b"),
        ("coproc a > b", None, "a > b"),
        ("coproc > a", None, "> a"),
        ("coproc while a; do b; done", None, "while a; do b; done"),
        ("coproc a(b)", "a", "(b)"),
        ("coproc declare a=(b)", None, "declare a=(b)"),
    ],
)
def test_a_coprocess(text: str, name: str | None, body: str) -> None:
    found = only(text, Coprocess)
    assert (found.raw, found.name.raw if found.name else None, found.body.raw) == (text, name, body)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[ a ]]", [("", ["a"])]),
        ("[[ -f a ]]", [("-f", ["a"])]),
        ("[[ ! -f a ]]", [("-f", ["a"])]),
        ("[[ -n == ]]", [("-n", ["=="])]),
        ("[[ a == b ]]", [("==", ["a", "b"])]),
        ("[[ a -nt b && c < d || $e -eq 1 ]]", [("-nt", ["a", "b"]), ("<", ["c", "d"]), ("-eq", ["$e", "1"])]),
        ("[[ ( a || b ) && ! ( c ) ]]", [("", ["a"]), ("", ["b"]), ("", ["c"])]),
        ("[[(a)&&(b)]]", [("", ["a"]), ("", ["b"])]),
        ("[[\na == b # c\n&&\n\nd ]]", [("==", ["a", "b"]), ("", ["d"])]),
        ("[[ a =~ ^(b|c d)[[:space:]]+$ ]]", [("=~", ["a", "^(b|c d)[[:space:]]+$"])]),
        ("[[ a =~ b|c || d ]]", [("=~", ["a", "b|c"]), ("", ["d"])]),
        ("[[ a == @(b|c d)*(e)f && g ]]", [("==", ["a", "@(b|c d)*(e)f"]), ("", ["g"])]),
        ("[[ a != !(b) ]]", [("!=", ["a", "!(b)"])]),
        ("[[ \"]]\" == ']]' ]]", [("==", ['"]]"', "']]'"])]),
        ("[[ x]] ]]", [("", ["x]]"])]),
        ("[[ == == == ]]", [("==", ["==", "=="])]),
        ("[[ a<b ]]", [("<", ["a", "b"])]),
        ("[[ 1 > 2 ]]", [(">", ["1", "2"])]),
        ("[[ a < <(b) ]]", [("<", ["a", "<(b)"])]),
    ],
)
def test_the_primaries_of_a_test(text: str, expected: list[tuple[str, list[str]]]) -> None:
    assert [(node.operator, raws(node.words)) for node in all_of(text, Condition)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "if (a) then (b) elif (c) then (d) else (e) fi",
        "if (a)then(b)fi",
        "if ((a)) then ((b)) fi",
        "if (a) && (b) then ! (c) | (d) fi",
        "while { a; } do { b; } done",
        "case a in b) (c) esac",
        "case a in b) case c in d) e;; esac esac",
        "{ (a) }",
        "{ (a)}",
        "{ { a; } }",
        "{ [[ a ]] }",
        "{ f() { a; } }",
        "{ coproc { a; } }",
        "{ while a; do b; done }",
    ],
)
def test_a_reserved_word_can_follow_a_compound_command(text: str) -> None:
    assert outline(text)


@pytest.mark.parametrize("text", ["{ (a) >b }", "{ (a) b }", "{ a }", "if (a) fi", "(a) then", "{ { a; } > b }"])
def test_a_reserved_word_cannot_follow_anything_else(text: str) -> None:
    assert parse(Text.of(text)).problem is not None


@pytest.mark.parametrize(
    "text",
    [
        "echo if then fi do done { } ! in esac",
        "for if in then; do a; done",
        "case if in then|fi) a;; esac",
        "if=then; x; iffy; doing; then_",
        "'if' a; \\if a; i\"f\" a; $if; if\\\na",
        "a[if]=then",
    ],
)
def test_words_that_only_look_reserved(text: str) -> None:
    assert outline(text)
