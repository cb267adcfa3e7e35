"""Why a command cannot be read: kinds of problems, their tokens and their places; and how deep it may nest."""

from __future__ import annotations

import pytest

from cblint.examples import unmarked
from cblint.shell.commands import HereDocument
from cblint.shell.parser import parse
from cblint.shell.place import MAX_DEPTH
from cblint.source.text import Span, Text
from tests.shell import OFFSET, all_of, raws

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
    ("for ((a; b; c))«;;» do d; done", "unexpected", ";;"),
    ("for ((a; b; c))«;&» do d; done", "unexpected", ";&"),
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
