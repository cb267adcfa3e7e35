"""Redirections and here-documents: what they are called, where they end, and what is in them."""

from __future__ import annotations

import pytest

from cblint.shell.commands import HereDocument, Redirection, SimpleCommand
from cblint.shell.syntax import walk
from tests.shell import all_of, only, raws, read

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
    assert only('cat <<E\na\\"b\\$\nE\n', HereDocument).body.text == 'a\\"b$\n'


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
