"""Words of the shell: assignments, quotes, expansions, substitutions, and where they stand."""

from __future__ import annotations

import pytest

from cblint.shell.commands import ArrayLiteral, Assignment, SimpleCommand
from cblint.shell.contents import content
from cblint.shell.operands import may_hold_options
from cblint.shell.parser import parse
from cblint.shell.syntax import (
    CommandSubstitution,
    DoubleQuoted,
    Parameter,
    Part,
    ProcessSubstitution,
    SingleQuoted,
    Word,
    walk,
)
from cblint.source.text import HOLE
from cblint.source.tree import Scalar, Sequence
from tests.helpers import child, root
from tests.helpers import commands as buildspec
from tests.shell import OFFSET, all_of, only, outline, plain, raws, read

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


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a'b c'", "ab c"),
        ("$'a b'", "a b"),
        (r"$'a\tb'", HOLE),
        (r"'a\tb'", r"a\tb"),
        ('"$x"', HOLE),
        ('"a"$x', f"a{HOLE}"),
    ],
)
def test_the_content_of_a_word_is_what_is_known_of_it_without_quotes(raw: str, expected: str) -> None:
    assert content(only(raw, Word)).value == expected


@pytest.mark.parametrize(
    "raw", ["$OPTS", "$opt", "$MVN_FLAGS", "$x_params", "$@", '"$@"', "$*", "${a[@]}", '"${a[@]}"']
)
def test_a_word_may_hold_options(raw: str) -> None:
    assert may_hold_options(all_of(raw, Word)[0])


@pytest.mark.parametrize("raw", ["$NAME", "$OPTIMUM", '"$OPTS"', "opts", '"$*"', "${a[1]}", '"${a[1]}"'])
def test_a_word_that_holds_none(raw: str) -> None:
    assert not may_hold_options(all_of(raw, Word)[0])


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
