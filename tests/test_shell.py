"""Commands become trees: which node stands for what, and what it is made of."""

from __future__ import annotations

import pytest

from cblint.shell import commands, script, syntax
from cblint.shell.commands import Command
from cblint.shell.syntax import Node, Part, Word, walk
from tests.shell import OFFSET, only, outline, raws, read

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
        for module in (syntax, commands, script)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Node) and kind not in abstract
    }
    # tests/test_holes.py is about what is put in.
    assert tried == kinds - {"Comment", "Problem", "Inserted"}


def test_a_node_says_what_it_is() -> None:
    assert repr(only("make", Word)) == "Word('make')"


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
