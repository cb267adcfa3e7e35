"""Commands become trees: which node stands for what, and what it is made of."""

from __future__ import annotations

import pytest

from cblint.shell import commands, syntax
from cblint.shell.commands import ArithmeticFor, Case, Command, Condition, Coprocess, For, Function, If, Pipeline, While
from cblint.shell.parser import parse
from cblint.shell.syntax import Node, Part, Word, walk
from cblint.shell.words import MAX_DEPTH
from cblint.source.text import Text
from tests.shell import OFFSET, all_of, only, outline, raws, read

# What stands for what

CONSTRUCTS = {
    "a b": [
        "SimpleCommand a b",
    ],
    "a\tb  c ": [
        "SimpleCommand a\tb  c",
    ],
    "a \\\n  b": [
        "SimpleCommand a \\\n  b",
    ],
    "a; b": [
        "SimpleCommand a",
        "SimpleCommand b",
    ],
    "a\nb": [
        "SimpleCommand a",
        "SimpleCommand b",
    ],
    "a & b": [
        "AndOr a",
        "SimpleCommand a",
        "SimpleCommand b",
    ],
    "a && b || c": [
        "AndOr a && b || c",
        "SimpleCommand a",
        "SimpleCommand b",
        "SimpleCommand c",
    ],
    "! a | b |& c": [
        "Pipeline ! a | b |& c",
        "SimpleCommand a",
        "SimpleCommand b",
        "SimpleCommand c",
    ],
    "a=1 b='2' c": [
        "SimpleCommand a=1 b='2' c",
        "Assignment a=1",
        "Assignment b='2'",
        "Word '2'",
        "SingleQuoted '2'",
    ],
    "a+=1 b= c[1]=2": [
        "SimpleCommand a+=1 b= c[1]=2",
        "Assignment a+=1",
        "Assignment b=",
        "Word ",
        "Assignment c[1]=2",
    ],
    "a=(b 'c' [d]=e)": [
        "SimpleCommand a=(b 'c' [d]=e)",
        "Assignment a=(b 'c' [d]=e)",
        "ArrayLiteral (b 'c' [d]=e)",
        "Word 'c'",
        "SingleQuoted 'c'",
    ],
    "export a=1 b": [
        "SimpleCommand export a=1 b",
        "Assignment a=1",
    ],
    "declare -a a=(b c)": [
        "SimpleCommand declare -a a=(b c)",
        "Assignment a=(b c)",
        "ArrayLiteral (b c)",
    ],
    "a[1 2] b": [
        "SimpleCommand a[1 2] b",
    ],
    "a > b 2>&1 <c": [
        "SimpleCommand a > b 2>&1 <c",
        "Redirection > b",
        "Redirection 2>&1",
        "Redirection <c",
    ],
    "{fd}>a &>b <<<c": [
        "SimpleCommand {fd}>a &>b <<<c",
        "Redirection {fd}>a",
        "Redirection &>b",
        "Redirection <<<c",
    ],
    "a 2 >b": [
        "SimpleCommand a 2 >b",
        "Redirection >b",
    ],
    "'a'\"b$c\"d": [
        "SimpleCommand 'a'\"b$c\"d",
        "Word 'a'\"b$c\"d",
        "SingleQuoted 'a'",
        'DoubleQuoted "b$c"',
        "Parameter $c",
    ],
    "$a ${b} $1 ${10} $@": [
        "SimpleCommand $a ${b} $1 ${10} $@",
        "Word $a",
        "Parameter $a",
        "Word ${b}",
        "Parameter ${b}",
        "Word $1",
        "Parameter $1",
        "Word ${10}",
        "Parameter ${10}",
        "Word $@",
        "Parameter $@",
    ],
    "${a:-b c} ${#d} ${!e} ${f[1]} ${g/h/i}": [
        "SimpleCommand ${a:-b c} ${#d} ${!e} ${f[1]} ${g/h/i}",
        "Word ${a:-b c}",
        "Parameter ${a:-b c}",
        "Word ${#d}",
        "Parameter ${#d}",
        "Word ${!e}",
        "Parameter ${!e}",
        "Word ${f[1]}",
        "Parameter ${f[1]}",
        "Word ${g/h/i}",
        "Parameter ${g/h/i}",
    ],
    "${a-${b}}": [
        "SimpleCommand ${a-${b}}",
        "Word ${a-${b}}",
        "Parameter ${a-${b}}",
        "Word ${b}",
        "Parameter ${b}",
    ],
    '$(a | b) "$(c)"': [
        'SimpleCommand $(a | b) "$(c)"',
        "Word $(a | b)",
        "CommandSubstitution $(a | b)",
        "Pipeline a | b",
        "SimpleCommand a",
        "SimpleCommand b",
        'Word "$(c)"',
        'DoubleQuoted "$(c)"',
        "CommandSubstitution $(c)",
        "SimpleCommand c",
    ],
    "`a \\`b\\``": [
        "SimpleCommand `a \\`b\\``",
        "Word `a \\`b\\``",
        "CommandSubstitution `a \\`b\\``",
        "SimpleCommand a `b`",
        "Word `b`",
        "CommandSubstitution `b`",
        "SimpleCommand b",
    ],
    "$((1 + $a)) $[b]": [
        "SimpleCommand $((1 + $a)) $[b]",
        "Word $((1 + $a))",
        "ArithmeticExpansion $((1 + $a))",
        "Word 1 + $a",
        "Parameter $a",
        "Word $[b]",
        "ArithmeticExpansion $[b]",
    ],
    "<(a) >(b)": [
        "SimpleCommand <(a) >(b)",
        "Word <(a)",
        "ProcessSubstitution <(a)",
        "SimpleCommand a",
        "Word >(b)",
        "ProcessSubstitution >(b)",
        "SimpleCommand b",
    ],
    "$'a\\'b' $\"c\"": [
        "SimpleCommand $'a\\'b' $\"c\"",
        "Word $'a\\'b'",
        "SingleQuoted $'a\\'b'",
        'Word $"c"',
        'DoubleQuoted $"c"',
    ],
    "(a; b) > c": [
        "Subshell (a; b) > c",
        "SimpleCommand a",
        "SimpleCommand b",
        "Redirection > c",
    ],
    "{ a; b; } | c": [
        "Pipeline { a; b; } | c",
        "Group { a; b; }",
        "SimpleCommand a",
        "SimpleCommand b",
        "SimpleCommand c",
    ],
    "if a; then b; elif c; then d; else e; fi > f": [
        "If if a; then b; elif c; then d; else e; fi > f",
        "Branch if a; then b",
        "SimpleCommand a",
        "SimpleCommand b",
        "Branch elif c; then d",
        "SimpleCommand c",
        "SimpleCommand d",
        "SimpleCommand e",
        "Redirection > f",
    ],
    "while a; do b; done": [
        "While while a; do b; done",
        "SimpleCommand a",
        "SimpleCommand b",
    ],
    "until a; do b; done < c": [
        "While until a; do b; done < c",
        "SimpleCommand a",
        "SimpleCommand b",
        "Redirection < c",
    ],
    "for x in a b; do c; done": [
        "For for x in a b; do c; done",
        "SimpleCommand c",
    ],
    "for x; do a; done": [
        "For for x; do a; done",
        "SimpleCommand a",
    ],
    "for ((a; b; c)); do d; done": [
        "ArithmeticFor for ((a; b; c)); do d; done",
        "SimpleCommand d",
    ],
    "select x in a; do b; done": [
        "For select x in a; do b; done",
        "SimpleCommand b",
    ],
    "case $a in b|'c') d;; (e) f;& *) esac": [
        "Case case $a in b|'c') d;; (e) f;& *) esac",
        "Word $a",
        "Parameter $a",
        "CaseItem b|'c') d;;",
        "Word 'c'",
        "SingleQuoted 'c'",
        "SimpleCommand d",
        "CaseItem (e) f;&",
        "SimpleCommand f",
        "CaseItem *)",
    ],
    "a() { b; }": [
        "Function a() { b; }",
        "Group { b; }",
        "SimpleCommand b",
    ],
    "function a { b; }": [
        "Function function a { b; }",
        "Group { b; }",
        "SimpleCommand b",
    ],
    "function a (b)": [
        "Function function a (b)",
        "Subshell (b)",
        "SimpleCommand b",
    ],
    "((a + $b))": [
        "ArithmeticCommand ((a + $b))",
        "Word a + $b",
        "Parameter $b",
    ],
    "[[ -f a && ( $b == c* || d =~ (e|f) ) ]]": [
        "Test [[ -f a && ( $b == c* || d =~ (e|f) ) ]]",
        "Condition -f a",
        "Condition $b == c*",
        "Word $b",
        "Parameter $b",
        "Condition d =~ (e|f)",
    ],
    "[[ ! a ]]": [
        "Test [[ ! a ]]",
        "Condition a",
    ],
    "time -p a | b": [
        "Pipeline time -p a | b",
        "SimpleCommand a",
        "SimpleCommand b",
    ],
    "!": [
        "Pipeline !",
    ],
    "coproc a": [
        "Coprocess coproc a",
        "SimpleCommand a",
    ],
    "coproc a { b; }": [
        "Coprocess coproc a { b; }",
        "Group { b; }",
        "SimpleCommand b",
    ],
    "cat <<A - <<'B' | d\n$a\nA\nb\nB\ne": [
        "Pipeline cat <<A - <<'B' | d",
        "SimpleCommand cat <<A - <<'B'",
        "Redirection <<A",
        "HereDocument $a\nA\n",
        "Word $a\n",
        "Parameter $a",
        "Redirection <<'B'",
        "Word 'B'",
        "SingleQuoted 'B'",
        "HereDocument b\nB\n",
        "SimpleCommand d",
        "SimpleCommand e",
    ],
    "$(cat <<A\nb\nA\n)": [
        "SimpleCommand $(cat <<A\nb\nA\n)",
        "Word $(cat <<A\nb\nA\n)",
        "CommandSubstitution $(cat <<A\nb\nA\n)",
        "SimpleCommand cat <<A",
        "Redirection <<A",
        "HereDocument b\nA\n",
    ],
    "a # b\n# c": [
        "SimpleCommand a",
    ],
    "\\a\\ b": [
        "SimpleCommand \\a\\ b",
    ],
    "if (a) then (b) fi": [
        "If if (a) then (b) fi",
        "Branch if (a) then (b)",
        "Subshell (a)",
        "SimpleCommand a",
        "Subshell (b)",
        "SimpleCommand b",
    ],
    "((a); b)": [
        "Subshell ((a); b)",
        "Subshell (a)",
        "SimpleCommand a",
        "SimpleCommand b",
    ],
    "a &&": [
        "SimpleCommand a",
    ],
    "a |": [
        "SimpleCommand a",
    ],
    "a && b |\n": [
        "AndOr a && b |",
        "SimpleCommand a",
        "SimpleCommand b",
    ],
}


@pytest.mark.parametrize(("text", "expected"), CONSTRUCTS.items(), ids=CONSTRUCTS)
def test_a_construct_is_its_nodes(text: str, expected: list[str]) -> None:
    assert outline(text) == expected


@pytest.mark.parametrize("text", CONSTRUCTS)
def test_every_node_knows_its_place_in_the_file(text: str) -> None:
    script = read(text)
    for node in walk(script):
        if node.source is script.source:
            assert node.span == (OFFSET + node.start, OFFSET + node.end)
            assert node.raw == text[node.start : node.end]


def test_all_kinds_of_nodes_are_tried() -> None:
    tried = {type(node).__name__ for text in CONSTRUCTS for node in walk(read(text))}
    abstract = {Node, Part, Command, commands.Body}
    kinds = {
        kind.__name__
        for module in (syntax, commands)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Node) and kind not in abstract
    }
    assert tried == kinds - {"Comment", "Problem"}


def test_a_node_says_what_it_is() -> None:
    assert repr(only("make", Word)) == "Word('make')"


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


# Comments


@pytest.mark.parametrize(
    ("text", "comments"),
    [
        ("# a", ["# a"]),
        ("a # b\n#c", ["# b", "#c"]),
        ("a#b '#c' \"#d\" \\#e $#f", []),
        ("a;#b\nc&#d\n(#e\nf)#g", ["#b", "#d", "#e", "#g"]),
        ("a | # b\nc && # d\ne", ["# b", "# d"]),
        ("if a # b\nthen c; fi # d", ["# b", "# d"]),
        ("case a # b\nin # c\nd) # e\nf;; # g\nesac", ["# b", "# c", "# e", "# g"]),
        ("a=( # b\n c)", ["# b"]),
        ("[[ # a\n b == c # d\n]]", ["# a", "# d"]),
        ("$(# a)\n)", ["# a)"]),
        ("`a # b`", ["# b"]),
        ("a \\\n# b", ["# b"]),
        ("# a \\\nb", ["# a \\"]),
        ("cat <<E # a\n# b\nE\n# c", ["# a", "# c"]),
        ("$((1 # 2\n)) ${a# b}", []),
    ],
)
def test_comments(text: str, comments: list[str]) -> None:
    script = read(text)
    assert raws(script.comments) == comments
    assert all(text[node.span.start - OFFSET : node.span.end - OFFSET] == node.raw for node in script.comments)
