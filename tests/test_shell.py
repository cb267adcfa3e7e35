"""Commands become trees: which node stands for what, where it stands, and why a command cannot be read."""

from __future__ import annotations

from typing import TypeVar

import pytest

from cblint.shell import commands, syntax
from cblint.shell.commands import (
    AndOr,
    ArithmeticFor,
    ArrayLiteral,
    Assignment,
    Case,
    Command,
    CommandList,
    Condition,
    Coprocess,
    For,
    Function,
    HereDocument,
    If,
    Pipeline,
    Redirection,
    Script,
    SimpleCommand,
    While,
)
from cblint.shell.parser import parse
from cblint.shell.syntax import (
    CommandSubstitution,
    DoubleQuoted,
    Literal,
    Node,
    Parameter,
    Part,
    ProcessSubstitution,
    SingleQuoted,
    Word,
    walk,
)
from cblint.shell.words import MAX_DEPTH
from cblint.source.text import Span, Text
from cblint.source.tree import Scalar, Sequence
from tests.examples import unmarked
from tests.helpers import child, root
from tests.helpers import commands as buildspec

N = TypeVar("N", bound=Node)
OFFSET = 100


def read(text: str) -> Script:
    """The tree of a command that stands somewhere in a file; it must be right."""
    script = parse(Text.of(text, OFFSET))
    assert script.problem is None
    return script


def all_of(text: str, kind: type[N]) -> list[N]:
    """Every node of a kind, in order."""
    return [node for node in walk(read(text)) if isinstance(node, kind)]


def only(text: str, kind: type[N]) -> N:
    """The one node of a kind."""
    (found,) = all_of(text, kind)
    return found


def raws(nodes: object) -> list[str]:
    """What is written of each node."""
    assert isinstance(nodes, (list, tuple))
    return [node.raw for node in nodes]


def plain(node: Node) -> bool:
    """Whether it is a word without quotes and expansions, or the one part of such a word."""
    parts = node.parts if isinstance(node, Word) else (node,)
    return bool(parts) and all(isinstance(part, Literal) for part in parts)


def outline(text: str) -> list[str]:
    """What every node is and covers, but for plain words and for lists and pipelines of one command."""
    found = []
    for node in walk(read(text)):
        if isinstance(node, (Script, CommandList)):
            continue
        if isinstance(node, AndOr) and len(node.pipelines) == 1 and node.terminator != "&":
            continue
        if isinstance(node, Pipeline) and len(node.commands) == 1 and not node.negated and not node.timed:
            continue
        if isinstance(node, (Word, Literal)) and plain(node):
            continue
        found.append(f"{type(node).__name__} {node.raw}")
    return found


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


# Words


def test_the_words_and_assignments_of_a_command() -> None:
    command = only("A=1 B+=2 make 'a b' C=3 > log D", SimpleCommand)
    assert raws(command.assignments) == ["A=1", "B+=2"]
    assert raws(command.arguments) == raws(command.words) == ["make", "'a b'", "C=3", "D"]
    assert raws(command.redirections) == ["> log"]


@pytest.mark.parametrize("name", ["alias", "declare", "eval", "export", "let", "local", "readonly", "typeset"])
def test_arguments_of_declarations_are_assignments(name: str) -> None:
    command = only(f"{name} -x A=1 b C=(2) D+=3 e[4]=5 f[1 2]=3", SimpleCommand)
    kinds = ["Word", "Word", "Assignment", "Word", "Assignment", "Assignment", "Assignment", "Word", "Word"]
    assert [type(argument).__name__ for argument in command.arguments] == kinds
    assert len(command.words) == 5
    assert command.assignments == ()


@pytest.mark.parametrize(
    "text", ["echo A=1", "'export' A=1", "sudo export A=1", "A B=1", "1A=1", "A-B=1", "$A=1", "=1", "A =1"]
)
def test_what_is_no_assignment(text: str) -> None:
    assert all_of(text, Assignment) == []


@pytest.mark.parametrize(
    ("text", "name", "subscript", "operator", "value"),
    [
        ("a=", "a", None, "=", ""),
        ("a=b=c", "a", None, "=", "b=c"),
        ("a_1+='b'", "a_1", None, "+=", "'b'"),
        ("a[1]=b", "a", "1", "=", "b"),
        ("a[b[1]]+=c", "a", "b[1]", "+=", "c"),
        ("a[ b; c ]=d", "a", " b; c ", "=", "d"),
        ("a[']']=b", "a", "']'", "=", "b"),
        ("a=(b c)", "a", None, "=", "(b c)"),
        ("a=(b)c", "a", None, "=", "(b)c"),
        ("a=\\\n", "a", None, "=", ""),
    ],
)
def test_an_assignment(text: str, name: str, subscript: str | None, operator: str, value: str) -> None:
    found = all_of(text, Assignment)[0]
    assert (found.name, found.operator, found.value.raw) == (name, operator, value)
    assert (found.subscript.raw if found.subscript else None) == subscript


def test_the_elements_of_an_array() -> None:
    array = only("a=(b 'c d' $(e) # f\n  [g]=h [i j]=k\n)", ArrayLiteral)
    assert raws(array.elements) == ["b", "'c d'", "$(e)", "[g]=h", "[i j]=k"]
    assert only("a=()", ArrayLiteral).elements == ()


def test_a_subscript_belongs_to_the_word_that_begins_with_it() -> None:
    assert raws(only("a[b c]d e", SimpleCommand).words) == ["a[b c]d", "e"]
    assert raws(only("x a[b c]", SimpleCommand).words) == ["x", "a[b", "c]"]
    assert only("a[$(b)]", CommandSubstitution).raw == "$(b)"


@pytest.mark.parametrize(
    ("raw", "text", "unquoted"),
    [
        ("a", "a", "a"),
        ("'a b'", "a b", None),
        ('"a b"', "a b", None),
        ("a'b'\"c\"", "abc", None),
        ("''", "", None),
        ("\\a", "a", None),
        ("a\\\nb", "ab", None),
        ('"a\\\nb\\c\\$\\`\\"\\\\"', 'ab\\c$`"\\', None),
        ("'a\\b'", "a\\b", None),
        ("$'a\\nb'", "a\\nb", None),
        ("$", "$", "$"),
        ("a$", "a$", None),
        ('"$"', "$", None),
        ("a{b,c}*?[d]~#", "a{b,c}*?[d]~#", "a{b,c}*?[d]~#"),
        ("$a", None, None),
        ('"$a"', None, None),
        ("`a`", None, None),
        ("$(a)b", None, None),
        ("$((1))", None, None),
        ("<(a)", None, None),
        ("é😀", "é😀", "é😀"),
        ("a\rb", "a\rb", "a\rb"),
    ],
)
def test_the_text_of_a_word(raw: str, text: str | None, unquoted: str | None) -> None:
    word = all_of(f"echo {raw}", SimpleCommand)[0].words[1]
    assert (word.raw, word.text, word.unquoted) == (raw, text, unquoted)


def test_a_backslash_at_the_end_is_one() -> None:
    assert [word.text for word in only("a b\\", SimpleCommand).words] == ["a", "b\\"]
    assert [word.text for word in only("a \\", SimpleCommand).words] == ["a", "\\"]
    assert [word.text for word in only("a \\\n", SimpleCommand).words] == ["a"]


def test_kinds_of_quotes() -> None:
    assert [(part.value, part.ansi) for part in all_of("'a' $'b\\'c'", SingleQuoted)] == [("a", False), ("b\\'c", True)]
    assert [part.localized for part in all_of('"a" $"b"', DoubleQuoted)] == [False, True]
    assert raws(all_of("\"$'a'\"", Part)) == ["\"$'a'\"", "$'a'"]


@pytest.mark.parametrize(
    ("raw", "name", "prefix", "subscript", "operator", "argument"),
    [
        ("$a", "a", "", None, "", None),
        ("$a1_B-c", "a1_B", "", None, "", None),
        ("$1", "1", "", None, "", None),
        ("$12", "1", "", None, "", None),
        ("$@", "@", "", None, "", None),
        ("$$", "$", "", None, "", None),
        ("${a}", "a", "", None, "", None),
        ("${12}", "12", "", None, "", None),
        ("${#}", "#", "", None, "", None),
        ("${#a}", "a", "#", None, "", None),
        ("${##}", "#", "#", None, "", None),
        ("${#-x}", "#", "", None, "-", "x"),
        ("${!}", "!", "", None, "", None),
        ("${!a}", "a", "!", None, "", None),
        ("${!a*}", "a", "!", None, "*", ""),
        ("${!a[@]}", "a", "!", "@", "", None),
        ("${$}", "$", "", None, "", None),
        ("${$-a}", "$", "", None, "-", "a"),
        ("${@:2}", "@", "", None, ":", "2"),
        ("${a[b c]}", "a", "", "b c", "", None),
        ("${a[b[1]]}", "a", "", "b[1]", "", None),
        ("${a:-b c}", "a", "", None, ":-", "b c"),
        ("${a-}", "a", "", None, "-", ""),
        ("${a:=b}", "a", "", None, ":=", "b"),
        ("${a?}", "a", "", None, "?", ""),
        ("${a:+b}", "a", "", None, ":+", "b"),
        ("${a##*/}", "a", "", None, "##", "*/"),
        ("${a%.*}", "a", "", None, "%", ".*"),
        ("${a//b/c}", "a", "", None, "//", "b/c"),
        ("${a/#b/c}", "a", "", None, "/#", "b/c"),
        ("${a^^}", "a", "", None, "^^", ""),
        ("${a,b}", "a", "", None, ",", "b"),
        ("${a@Q}", "a", "", None, "@Q", ""),
        ("${a:1:2}", "a", "", None, ":", "1:2"),
        ("${a: -1}", "a", "", None, ":", " -1"),
        ("${a:-'}'}", "a", "", None, ":-", "'}'"),
        ('${a:-"}"}', "a", "", None, ":-", '"}"'),
        ("${a:-\\}}", "a", "", None, ":-", "\\}"),
        ("${a:-${b}$(c})}", "a", "", None, ":-", "${b}$(c})"),
        ("${a-$'}'}", "a", "", None, "-", "$'}'"),
    ],
)
def test_a_parameter(
    raw: str, name: str, prefix: str, subscript: str | None, operator: str, argument: str | None
) -> None:
    found = all_of(f"x {raw}", Parameter)[0]
    assert raw.startswith(found.raw)
    assert (found.name, found.prefix, found.operator) == (name, prefix, operator)
    assert (found.subscript.raw if found.subscript else None) == subscript
    assert (found.argument.raw if found.argument else None) == argument
    assert found.braces == raw.startswith("${")


@pytest.mark.parametrize("raw", ["${}", "${ a}", "${'a'}", "${a[}", "${a[b}", "${$(a)}", "${${a}}", "${-a b}", "${/a}"])
def test_a_bad_substitution_is_a_parameter_without_a_name(raw: str) -> None:
    found = all_of(f"x {raw}", Parameter)[0]
    assert (found.raw, found.braces) == (raw, True)
    assert found.name == "" or raw.startswith("${-")


def test_single_quotes_in_a_parameter_in_double_quotes() -> None:
    assert raws(all_of('"${a-it\'s}"', SingleQuoted)) == []
    assert raws(all_of("\"${a#'}'}\" ${b-'}'} \"${c['d']}\"", SingleQuoted)) == ["'}'", "'}'", "'d'"]


# Substitutions


def test_kinds_of_substitutions() -> None:
    assert [part.backquoted for part in all_of("$(a) `b`", CommandSubstitution)] == [False, True]
    assert [part.direction for part in all_of("a <(b) >(c)", ProcessSubstitution)] == ["<", ">"]
    assert raws(all_of("a \"<(b)\" '>(c)' \\<'(d)' $(<e)", ProcessSubstitution)) == []


def test_what_looks_like_arithmetic() -> None:
    assert outline("$(( (a) + (b) ))")[2] == "ArithmeticExpansion $(( (a) + (b) ))"
    assert outline("$((a); (b))")[2] == "CommandSubstitution $((a); (b))"
    assert outline("(( (a) || (b) ))")[0] == "ArithmeticCommand (( (a) || (b) ))"
    assert outline("((a) || (b))")[0] == "Subshell ((a) || (b))"
    assert outline("((a) # b))\n)")[0] == "Subshell ((a) # b))\n)"


def test_what_is_read_twice_is_noted_once() -> None:
    script = read("((cat <<A # b\nc\nA\n) )\ncoproc x$(# d\ne) f\nexport g[$(# h\n)i j")
    assert raws(script.comments) == ["# b", "# d", "# h"]
    assert raws(script.documents) == ["<<A"]


def test_nested_backquotes_stand_where_they_are_written() -> None:
    text = 'echo `a \\`b \\\\\\`c "\\$d"\\\\\\` e\\``'
    words = [node for node in all_of(text, Word) if plain(node)]
    assert [word.raw for word in words] == ["echo", "a", "b", "c", "e"]
    assert [text[word.span.start - OFFSET : word.span.end - OFFSET] for word in words] == ["echo", "a", "b", "c", "e"]
    outer, inner, innermost = all_of(text, CommandSubstitution)
    assert [node.raw for node in (outer, inner, innermost)] == [text[5:], '`b \\`c "$d"\\` e`', '`c "$d"`']
    assert inner.span == (OFFSET + text.index("\\`b"), OFFSET + text.rindex("`"))
    parameter = only(text, Parameter)
    assert text[parameter.span.start - OFFSET : parameter.span.end - OFFSET] == "\\$d"


def test_backquotes_in_double_quotes() -> None:
    text = '"`a \\"b c\\" "d"`"'
    substitution = only(text, CommandSubstitution)
    assert raws(all_of(text, SimpleCommand)[1].words) == ["a", '"b c"', '"d"']
    assert substitution.body.source.value == 'a "b c" "d"'
    assert raws(all_of('`a \\"b c\\"`', SimpleCommand)[1].words) == ["a", '\\"b', 'c\\"']


def test_comments_and_here_documents_in_backquotes_are_the_scripts() -> None:
    script = read("a `b # c\ncat <<E\nd\nE\n` # e")
    assert raws(script.comments) == ["# c", "# e"]
    assert raws(script.documents) == ["<<E"]


def test_a_command_in_a_quoted_yaml_scalar() -> None:
    text = buildspec('"echo \\x60a \\\\\\x60b\\\\\\x60 \\"$c\\"\\x60"')
    node = child(root(text), "phases", "build", "commands")
    assert isinstance(node, Sequence)
    scalar = node.items[0]
    assert isinstance(scalar, Scalar)
    found = [(type(node).__name__, text[node.span.start : node.span.end]) for node in walk(parse(scalar.text))]
    assert ("CommandSubstitution", "\\\\\\x60b\\\\\\x60") in found
    assert ("Word", "b") in found
    assert ("Parameter", "$c") in found
    assert ("DoubleQuoted", '\\"$c\\"') in found


# Redirections and here-documents


def test_redirections() -> None:
    text = "a <b 2>c 3>>d >&2 4<&- <>e >|f &>g &>>h <<<i {j}>k 5<<L\nL\n"
    told = [(node.descriptor, node.operator, node.target.raw) for node in all_of(text, Redirection)]
    assert told == [
        ("", "<", "b"),
        ("2", ">", "c"),
        ("3", ">>", "d"),
        ("", ">&", "2"),
        ("4", "<&", "-"),
        ("", "<>", "e"),
        ("", ">|", "f"),
        ("", "&>", "g"),
        ("", "&>>", "h"),
        ("", "<<<", "i"),
        ("{j}", ">", "k"),
        ("5", "<<", "L"),
    ]


def test_a_number_before_a_redirection_is_its_descriptor_only_if_it_touches_it() -> None:
    assert raws(only("a 1 >b c2>d '3'>e", SimpleCommand).words) == ["a", "1", "c2", "'3'"]
    assert raws(all_of("a >&2>b", Redirection)) == [">&2", ">b"]


DOCUMENTS = {
    "cat <<E\na\nE\nb": [("E", False, False, "a\n", "a\nE\n", True)],
    "cat <<E\nE": [("E", False, False, "", "E", True)],
    "cat <<'E F'\n$a\nE F\n": [("E F", True, False, "$a\n", "$a\nE F\n", True)],
    'cat <<"E"\n$(\nE\n': [("E", True, False, "$(\n", "$(\nE\n", True)],
    "cat <<\\E\na\nE\n": [("E", True, False, "a\n", "a\nE\n", True)],
    "cat <<E''F\na\nEF\n": [("EF", True, False, "a\n", "a\nEF\n", True)],
    "cat <<$'E'\na\nE\n": [("E", True, False, "a\n", "a\nE\n", True)],
    "cat <<E\\\nF\na\nEF\n": [("EF", False, False, "a\n", "a\nEF\n", True)],
    "cat <<''\na\n\nb": [("", True, False, "a\n", "a\n\n", True)],
    "cat <<$E\na\n$E\n": [("$E", False, False, "a\n", "a\n$E\n", True)],
    "cat <<-E\n\ta\n\t\tE\nb": [("E", False, True, "\ta\n", "\ta\n\t\tE\n", True)],
    "cat <<E\n\tE\n E\nE \nEF\nE\n": [("E", False, False, "\tE\n E\nE \nEF\n", "\tE\n E\nE \nEF\nE\n", True)],
    "cat <<E\na\\\nE\nE\n": [("E", False, False, "a\\\nE\n", "a\\\nE\nE\n", True)],
    "cat <<E\na\\\\\nE\n": [("E", False, False, "a\\\\\n", "a\\\\\nE\n", True)],
    "cat <<'E'\na\\\nE\n": [("E", True, False, "a\\\n", "a\\\nE\n", True)],
    "cat <<E\na": [("E", False, False, "a", "a", False)],
    "cat <<E": [("E", False, False, "", "", False)],
    "cat <<E\n": [("E", False, False, "", "", False)],
    "cat <<E\n  a\n  E\n": [("E", False, False, "  a\n  E\n", "  a\n  E\n", False)],
    "a <<A <<B | c <<C\n1\nA\n2\nB\n3\nC\nd": [
        ("A", False, False, "1\n", "1\nA\n", True),
        ("B", False, False, "2\n", "2\nB\n", True),
        ("C", False, False, "3\n", "3\nC\n", True),
    ],
    "a <<A &&\n1\nA\nb": [("A", False, False, "1\n", "1\nA\n", True)],
    "if a <<A; then\n1\nA\nb; fi": [("A", False, False, "1\n", "1\nA\n", True)],
    "{ a; } <<A; b\n1\nA\nc": [("A", False, False, "1\n", "1\nA\n", True)],
    "f() { cat <<A; }\n1\nA\nf": [("A", False, False, "1\n", "1\nA\n", True)],
    "x=$(cat <<A\n1\nA\n)": [("A", False, False, "1\n", "1\nA\n", True)],
    "x=$(cat <<A)\n1\nA\n": [("A", False, False, "1\n", "1\nA\n", True)],
    "x=$(cat <<A\n1\nA)\nb": [("A", False, False, "1\n", "1\nA", False)],
    "x=$(cat <<-A\n\t1\n\tA )\nb": [("A", False, True, "\t1\n", "\t1\n\tA", False)],
    'x="$(cat <<A\n"\nA\n)"': [("A", False, False, '"\n', '"\nA\n', True)],
    "`cat <<A\n1\nA\n`": [("A", False, False, "1\n", "1\nA\n", True)],
    "a <<A $(b <<B\n2\nB\n)\n1\nA\n": [
        ("A", False, False, "1\n", "1\nA\n", True),
        ("B", False, False, "2\n", "2\nB\n", True),
    ],
    "a <<A $(b\nc) 'd\ne'\n1\nA\n": [("A", False, False, "1\n", "1\nA\n", True)],
    "a <<A; b # <<B\n1\nA\n": [("A", False, False, "1\n", "1\nA\n", True)],
    "cat <<A\r\n1\r\nA\r\n": [("A\r", False, False, "1\r\n", "1\r\nA\r\n", True)],
}


@pytest.mark.parametrize(("text", "expected"), DOCUMENTS.items(), ids=DOCUMENTS)
def test_here_documents(text: str, expected: list[tuple[str, bool, bool, str, str, bool]]) -> None:
    script = read(text)
    documents = [node.document for node in script.documents if node.document is not None]
    told = [(d.delimiter, d.quoted, d.stripped, d.body.raw, d.raw, d.terminated) for d in documents]
    assert told == expected
    assert [node for node in walk(script) if isinstance(node, HereDocument)] == documents


def test_the_body_of_a_here_document() -> None:
    assert raws(only("cat <<E\na $b `c` $(d\ne) \\$f\nE\n", HereDocument).body.parts) == [
        "a ", "$b", " ", "`c`", " ", "$(d\ne)", " \\$f\n"
    ]  # fmt: skip
    assert raws(only("cat <<'E'\na $b\nE\n", HereDocument).body.parts) == ["a $b\n"]
    assert only("cat <<E\nE\n", HereDocument).body.parts == ()
    assert only("cat <<E\na\nE\n", HereDocument).body.text == "a\n"


@pytest.mark.parametrize("body", ["$(", "`", "${", "$((", "$(a; fi)", "`)`", "$(cat <<F\n", '"', "'", "$(# a"])
def test_a_here_document_that_only_the_running_shell_can_judge(body: str) -> None:
    script = read(f"a <<E\n{body}\nE\nb # c")
    document = script.documents[0].document
    assert document is not None
    assert raws(document.body.parts) == [f"{body}\n"]
    assert raws(script.documents) == ["<<E"]
    assert raws(script.comments) == ["# c"]
    assert script.body.items[-1].raw == "b"


def test_a_here_document_in_a_here_document() -> None:
    script = read("a <<A\n$(b <<B\n$(c\nd)\nB\n)\nA\ne <<E\n$(f <<F)\nE\ng")
    assert [document.body.raw for document in all_of(script.source.value, HereDocument)] == [
        "$(b <<B\n$(c\nd)\nB\n)\n", "$(c\nd)\n", "$(f <<F)\n"
    ]  # fmt: skip
    assert script.body.items[-1].raw == "g"
    assert raws(all_of(script.source.value, SimpleCommand)) == [
        "a <<A", "b <<B", "c", "d", "e <<E", "f <<F", "g"
    ]  # fmt: skip


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


# What cannot be read

PROBLEMS = [
    ("«'»a", "unclosed", "'"),
    ('b «"»a', "unclosed", '"'),
    ("«`»a", "unclosed", "`"),
    ("«`»a\\", "unclosed", "`"),
    ("«`»a\\`", "unclosed", "`"),
    ("«$'»a\\'", "unclosed", "'"),
    ('«$"»a', "unclosed", '"'),
    ("«$(»a", "unclosed", ")"),
    ("«${»a", "unclosed", "}"),
    ("«${»a[b", "unclosed", "}"),
    ("«${»${}", "unclosed", "}"),
    ("«$[»a", "unclosed", "]"),
    ("«<(»a", "unclosed", ")"),
    ("«(»a", "unclosed", ")"),
    ("a && «(»b", "unclosed", ")"),
    ("(«(»a", "unclosed", ")"),
    ("a=«(»b", "unclosed", ")"),
    ("a«[»b", "unclosed", "]"),
    ("a=(«[»b)", "unclosed", "]"),
    ("${a-«'»b}", "unclosed", "'"),
    ('a "b" «"»c', "unclosed", '"'),
    ("«(»<<E\na\nE", "unclosed", ")"),
    ("{ a«»", "unfinished", "end of file"),
    ("if a«»", "unfinished", "end of file"),
    ("if a; then b\n«»", "unfinished", "end of file"),
    ("for x in a; do b«»", "unfinished", "end of file"),
    ("while a; do b«»", "unfinished", "end of file"),
    ("case a in«»", "unfinished", "end of file"),
    ("case a in b) c«»", "unfinished", "end of file"),
    ("f()«»", "unfinished", "end of file"),
    ("function f«»", "unfinished", "end of file"),
    ("coproc«»", "unfinished", "end of file"),
    ("[[ a«»", "unfinished", "end of file"),
    ("a >«»", "unfinished", "end of file"),
    ("{ a |«»", "unfinished", "end of file"),
    ("a\n«)»", "unexpected", ")"),
    ("«fi»", "unexpected", "fi"),
    ("a; «fi»\\\n", "unexpected", "fi"),
    ("a; «then»", "unexpected", "then"),
    ("a\n«done» b", "unexpected", "done"),
    ("«}» a", "unexpected", "}"),
    ("«in» a", "unexpected", "in"),
    ("«]]»", "unexpected", "]]"),
    ("(a; «}»", "unexpected", "}"),
    ("{ a; «)» }", "unexpected", ")"),
    ("a «;;» b", "unexpected", ";;"),
    ("a & «&» b", "unexpected", "&"),
    ("«;»", "unexpected", ";"),
    ("a; «;» b", "unexpected", ";"),
    ("«&&» a", "unexpected", "&&"),
    ("a | «|» b", "unexpected", "|"),
    ("! «|» a", "unexpected", "|"),
    ("a | «!» b", "unexpected", "!"),
    ("if «;» then a; fi", "unexpected", ";"),
    ("if a; «fi»", "unexpected", "fi"),
    ("if a; then «fi»", "unexpected", "fi"),
    ("if a; then b; else «fi»", "unexpected", "fi"),
    ("if a; then b; else c; «else» d; fi", "unexpected", "else"),
    ("while a; «done»", "unexpected", "done"),
    ("for x in a; «done»", "unexpected", "done"),
    ("for x in a b do c; «done»", "unexpected", "done"),
    ("for x in a«;&» do b; done", "unexpected", ";&"),
    ("for «(» a )", "unexpected", "("),
    ("for x «{» a; }", "unexpected", "{"),
    ("for ((a«))»; do b; done", "unexpected", "))"),
    ("for ((a; b\\;c«))»; do d; done", "unexpected", "))"),
    ("for ((a; b; c«;» d)); do e; done", "unexpected", ";"),
    ("case a «b»", "unexpected", "b"),
    ("case a in b «c») d;; esac", "unexpected", "c"),
    ("case a in b) c; d«)» e;; esac", "unexpected", ")"),
    ("case a in b) ! «;;» esac", "unexpected", ";;"),
    ("a b«(»)", "unexpected", "("),
    ("a(«b»)", "unexpected", "b"),
    ("a() «b»", "unexpected", "b"),
    ("a > «>» b", "unexpected", ">"),
    ("a >«\n»b", "unexpected", "newline"),
    ("a 2> «3»>b", "unexpected", "3"),
    ("a > «{b}»>c", "unexpected", "{b}"),
    ("a=(b«;»c)", "unexpected", ";"),
    ("a=(b)c=«(»d)", "unexpected", "("),
    ("echo a=«(»b)", "unexpected", "("),
    ("export a >b c=«(»d)", "unexpected", "("),
    ("[[ a «b» ]]", "unexpected", "b"),
    ("[[ a == «]]»", "unexpected", "]]"),
    ("[[ -f «]]»", "unexpected", "]]"),
    ("[[ a && «]]»", "unexpected", "]]"),
    ("[[ «]]»", "unexpected", "]]"),
    ("[[ (a «]]»", "unexpected", "]]"),
    ("[[ a «)» ]]", "unexpected", ")"),
    ("[[ a«\n»]]", "unexpected", "newline"),
    ("[[ a # b«\n»]]", "unexpected", "newline"),
    ("[[ a == b«|»c ]]", "unexpected", "|"),
    ("[[ a == «(»b) ]]", "unexpected", "("),
    ("[[ a == b«(»c) ]]", "unexpected", "("),
    ("[[ a == \\@«(»c) ]]", "unexpected", "("),
    ("[[ «2»>1 ]]", "unexpected", "2"),
    ("[[ a -eq b «-a» c ]]", "unexpected", "-a"),
    ("[[ a ]] «b»", "unexpected", "b"),
    ("coproc «then»", "unexpected", "then"),
    ("coproc a «}»", "unexpected", "}"),
    ("$(a; «fi»)", "unexpected", "fi"),
    ("a <(b)«)»", "unexpected", ")"),
    ("(a) «<(b)»", "unexpected", "<(b)"),
    ("(a) «'b c'd»", "unexpected", "'b c'd"),
    ("a `b; «)»` c", "unexpected", ")"),
    ("a `b \\`c; «fi»\\`` d", "unexpected", "fi"),
    ("function «(»a)", "unexpected", "("),
]


@pytest.mark.parametrize(("marked", "kind", "token"), PROBLEMS, ids=[marked for marked, _, _ in PROBLEMS])
def test_a_problem_has_its_kind_its_token_and_its_place(marked: str, kind: str, token: str) -> None:
    text, [span], _ = unmarked(marked)
    problem = parse(Text.of(text, OFFSET)).problem
    assert problem is not None
    assert (problem.kind, problem.token) == (kind, token)
    assert problem.span == (OFFSET + span.start, OFFSET + span.end)
    if kind != "unclosed" and token not in ("newline", "end of file"):
        assert problem.raw == token


def test_with_a_problem_the_body_ends_before_it() -> None:
    script = parse(Text.of("a # b\nc <<E; d\ne\nE\nf && fi"))
    assert script.problem is not None
    assert raws(script.body.items) == ["a", "c <<E", "d"]
    assert script.body.raw == "a # b\nc <<E; d"
    assert raws(script.comments) == ["# b"]
    assert raws(script.documents) == ["<<E"]


NESTING = {
    "substitutions": ("$(", "a", ")", 1),
    "quotes": ('"$(', "a", ')"', 2),
    "parameters": ("${a-", "b", "}", 1),
    "old arithmetic": ("$[", "1", "]", 1),
    "arithmetic": ("$((", "1", "))", 1),
    "processes": ("a <(", "a", ")", 1),
    "subshells": ("( ", "a", " )", 1),
    "groups": ("{ ", "a;", " }", 1),
    "conditions": ("if ", "a;", " then b; fi;", 1),
    "branches": ("if a; then ", "b;", " fi;", 1),
    "whiles": ("while ", "a;", " do b; done;", 1),
    "loops": ("for x in a; do ", "b;", " done;", 1),
    "arithmetic loops": ("for ((;;)); do ", "b;", " done;", 1),
    "cases": ("case a in b) ", "c;", " esac;", 1),
    "functions": ("f() { ", "a;", " }", 2),
    "coprocesses": ("coproc { ", "a;", " }", 2),
    "arrays": ("a=($(", "b", "))", 1),
    "subscripts": ("a[$(", "b", ")]=c", 1),
    "words with subscripts": ("a[$(", "b", ")]", 1),
    "declared subscripts": ("export a[$(", "b", ")c d", 1),
    "tests": ("[[ $(", "a", ") ]]", 1),
    "patterns": ("[[ a =~ ($(", "a", ")) ]]", 1),
    "what is no arithmetic": ("((a); $( ", "b", "))", 2),
}


@pytest.mark.parametrize(("opening", "inside", "closing", "levels"), NESTING.values(), ids=NESTING)
def test_what_nests_too_deep_is_not_read(opening: str, inside: str, closing: str, levels: int) -> None:
    most = MAX_DEPTH // levels
    assert parse(Text.of(opening * most + inside + closing * most)).problem is None
    for depth in (most + 1, 10_000):
        for end in (inside + closing * depth, inside, ""):
            problem = parse(Text.of(opening * depth + end, OFFSET)).problem
            assert problem is not None
            assert (problem.kind, problem.token) == ("too-deep", "")
            assert OFFSET < problem.span.start <= problem.span.end <= OFFSET + len(opening) * (most + 1) + 1


def test_here_documents_in_one_another_are_read_as_deep_as_all_else() -> None:
    text = "".join(f"cat <<E{level}\n$(" for level in range(MAX_DEPTH))
    text += "a" + "".join(f"\n)\nE{level}\n" for level in reversed(range(MAX_DEPTH)))
    assert len(all_of(text, HereDocument)) == MAX_DEPTH


def test_spans_of_problems_are_spans() -> None:
    problem = parse(Text.of("a b 'c", 7)).problem
    assert problem is not None
    assert problem.span == Span(11, 12)
