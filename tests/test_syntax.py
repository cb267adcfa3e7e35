"""Each syntax error is named by its cause, and the characters that a person would point at are marked."""

from __future__ import annotations

import csv
import os

import pytest

from cblint.examples import unmarked
from cblint.facts.sources import read_entries
from cblint.source.loader import load
from cblint.source.syntax import Problem
from cblint.source.text import Lines
from cblint.source.tree import Scalar
from tests.bounds import no_hanging
from tests.helpers import child, root, stream
from tests.properties.strategies import CORPUS, read

MALFORMED = os.path.join(os.path.dirname(__file__), "corpus", "malformed.tsv")


def problem_of(text: str) -> Problem:
    found = stream(text).problem
    assert found is not None
    return found


# What each error is about, and what fills in its message. Lists and keys stand on lines of their own.
CAUSES: list[tuple[str, str, dict[str, str]]] = [
    ("tab", "a:\n«\t»b: c\n", {}),
    ("tab", "a:\n  b: c\n «\t»d: e\n", {}),
    ("tab", "«\t»a: b\n", {}),
    ("tab", "a: |\n «\t»b\n", {}),
    ("tab", "- «\t»- a\n", {}),
    ("flow-command", "- «[» -f a ] && b\n", {"character": "["}),
    ("flow-command", "- «[[» -f a ]] && b\n", {"character": "[["}),
    ("flow-command", "- - «{» a; } | b\n", {"character": "{"}),
    ("flow-command", "- «{{» a }}/b\n", {"character": "{{"}),
    ("flow-command", "- «[» -f a ] ||\n  b\n", {"character": "["}),
    ("unclosed-flow", "a:\n  - «[» b\n  - c\n", {"character": "["}),
    ("reserved-character", "- «@»a\n", {"character": "@"}),
    ("reserved-character", "a: «`»b`\n", {"character": "`"}),
    ("reserved-character", "a: «%»b\n", {"character": "%"}),
    ("unknown-escape", '- "a«\\.»b"\n', {"escape": "\\."}),
    ("unknown-escape", '- "«\\$»"\n', {"escape": "\\$"}),
    ("unknown-escape", '- "a\n  «\\q»"\n', {"escape": "\\q"}),
    ("unknown-escape", '- "a«\\\'»b"\n', {"escape": "\\'"}),
    ("unclosed-quote", "- «'a»\n- b\n", {"character": "'"}),
    ("unclosed-quote", 'a: «"b # c»\nd: e\n', {"character": '"'}),
    ("unclosed-quote", "«'»", {"character": "'"}),
    ("unclosed-quote", 'a: «"b\\»', {"character": '"'}),
    ("unclosed-quote", "a: «'b»\n---\nc: d\n", {"character": "'"}),
    ("text-after-quote", "- 'a' «b»\n", {}),
    ("text-after-quote", 'a: "b" «c d»  \n', {}),
    ("text-after-quote", "- 'a'«b'»\n", {}),
    ("text-after-quote", '- "a" «&& b»\n', {}),
    ("text-after-quote", '- "a"«*.jar»\n', {}),
    ("text-after-quote", "- 'a' «'b'»\n", {}),
    ("alias-or-anchor", "- «*».jar\n", {"character": "*"}),
    ("alias-or-anchor", "- «&»& a\n", {"character": "&"}),
    ("alias-or-anchor", "a: «*»\n", {"character": "*"}),
    ("alias-or-anchor", "- «*»a*b\n", {"character": "*"}),
    ("undefined-alias", "- «*jar»\n", {"name": "*jar"}),
    ("undefined-alias", "a: «*b-1»  # c\n", {"name": "*b-1"}),
    ("key-indentation", "a: b\n  «c:» d\n", {"key": "c"}),
    ("key-indentation", "a: b\n  «c :» d\n", {"key": "c"}),
    ("key-indentation", 'a: b\n    «"c d":» e\n', {"key": '"c d"'}),
    ("key-indentation", "- a\n  «b:»\n", {"key": "b"}),
    ("block-needed", "- cat <<EOF\n  «b:» c\n  EOF\n", {"key": "b"}),
    ("block-needed", "- a b\n  c d\n  «e:»\n", {"key": "e"}),
    ("colon-without-space", "a«:»1\nb:\n", {"key": "b"}),
    ("colon-without-space", "- a«:»1\n  b: c\n", {"key": "b"}),
    ("missing-colon", "a:\n  «b»\n    c:\n", {"key": "b"}),
    ("missing-colon", "«a»\n\n  c: d\n", {"key": "a"}),
    ("quote-runs-on", "- «'a»\n- b\n- ['c']\n", {"character": "'", "line": "3"}),
    ("quote-runs-on", 'a: «"b»\nc: "d"\n', {"character": '"', "line": "2"}),
    ("missing-comma", '{"a": 1,\n "b" «"»c": 2}\n', {"closing": "}"}),
    ("missing-comma", '["a"\n«"»b"]\n', {"closing": "]"}),
    ("list-beside-key", "a: «- b»\n", {}),
    ("list-beside-key", "a:\n  b: «- c: d»\n", {}),
    ("block-header", "- «>» a b\n", {"character": ">"}),
    ("block-header", "- a\n- «|»| b\n", {"character": "|"}),
    ("merge-conflict", "a:\n«<<<<<<< b»\n  c: d\n=======\n  e: f\n>>>>>>> g\n", {}),
    ("merge-conflict", "a: b\n«<<<<<<< c»\nd: e\n", {}),
    ("odd-space", "a:\n  - 'b'\n  «\u00a0»- c\n", {"character": "U+00A0"}),
    ("odd-space", "- 'a'\n «\u3000»- b\n", {"character": "U+3000"}),
    ("colon-in-text", "- echo a«:» b\n  && c\n", {}),
    ("indentation", "- |\n   a\n  «b»\n", {"found": "2", "levels": "0 or 3"}),
    ("colon-in-text", "- a: b«:» c\n", {}),
    ("colon-in-text", "a: b c«:» d\n", {}),
    ("colon-in-text", '- echo "a: b" && echo "c«:» d"\n', {}),
    ("colon-in-text", "- a«:» 'b' c\n", {}),
    ("colon-in-text", "- awk -F«:» '{print}' b\n", {}),
    ("bare-text", "- a: b\n  «c»\n", {}),
    ("indentation", "- 'a'\n  «b c»\n- d\n", {"found": "2", "levels": "0"}),
    ("bare-text", "a: b\n«c»\nd: e\n", {}),
    ("unclosed-flow", "a: «[»b, c\nd: e\n", {"character": "["}),
    ("unclosed-flow", "a: «{»b: c\nd: e\n", {"character": "{"}),
    ("unclosed-flow", "a: [«{»b: c]\n", {"character": "{"}),
    ("wrong-level", "a:\n  - b\n  «c: d»\n", {"found": "key"}),
    ("wrong-level", "a: b\n«- c»\n", {"found": "list item"}),
    ("indentation", "a:\n  - b\n «- c»\n", {"found": "1", "levels": "0 or 2"}),
    ("indentation", "a:\n  b:\n    c: d\n   «e: f»\n", {"found": "3", "levels": "0, 2 or 4"}),
    ("indentation", " a: b\n«c: d»\n", {"found": "0", "levels": "1"}),
    ("other", "[a]\n«b: c»\n", {}),
    ("control-character", "a: b«\x01»c\n", {"character": "U+0001"}),
    ("control-character", "«\x00»", {"character": "U+0000"}),
    ("control-character", "- 'a«\x1b»[0m'\n", {"character": "U+001B"}),
    ("control-character", "😀: «\ufffe»\n", {"character": "U+FFFE"}),
    ("other", "a: «]»\n", {}),
    ("other", "%a« b»\n---\n", {}),
    ("unknown-escape", '- "«\\x»zz"\n', {"escape": "\\x"}),
    ("other", "- !«%ED%A0%80» a\n", {}),
    ("other", "a: «!e!b»\n", {}),
]


@pytest.mark.parametrize(("kind", "text", "details"), CAUSES)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_an_error_is_named_and_marked(kind: str, text: str, details: dict[str, str], end: str) -> None:
    source, (marked,), _ = unmarked(text.replace("\n", end))
    found = problem_of(source)
    shown = source[: found.span.start] + "«" + source[slice(*found.span)] + "»" + source[found.span.end :]
    assert (found.kind, shown) == (kind, text.replace("\n", end))
    assert found.span == marked
    assert found.details == details


@pytest.mark.parametrize(("kind", "text", "details"), CAUSES)
def test_an_error_is_the_same_below_other_lines(kind: str, text: str, details: dict[str, str]) -> None:
    source, (marked,), _ = unmarked("--- # first\n- 'x'\n---\n" + text)
    if text.startswith("%"):
        source, (marked,), _ = unmarked("- 'x'\n...\n" + text)
    found = problem_of(source)
    assert (found.kind, found.span) == (kind, marked)
    # Only the number of a line moves with the lines above.
    assert {**found.details, "line": ""} == {**details, "line": ""}


def test_every_variant_of_the_rule_has_a_row() -> None:
    (entry,) = [entry for entry in read_entries() if entry["name"] == "yaml-syntax-error"]
    assert {kind for kind, _, _ in CAUSES} == set(entry["variants"])


@pytest.mark.parametrize(
    ("text", "problem", "at"),
    [
        ("a: 'b # c\n", "found unexpected end of stream", 3),
        ('a: "b\\q"', "found unknown escape character", 3),
        ("a: b: c", "mapping values are not allowed in this context", 4),
        ("a: [b\nc: d\n", "did not find expected ',' or ']'", 7),
        ("- *b", "unknown anchor b", 2),
        ("a: \x01", "control characters are not allowed", 3),
    ],
)
def test_a_problem_tells_what_libyaml_said_and_where_reading_ended(text: str, problem: str, at: int) -> None:
    found = problem_of(text)
    assert (found.problem, found.at) == (problem, at)


def test_an_error_in_a_document_inside_a_scalar_is_marked_in_the_file() -> None:
    source, (marked,), _ = unmarked('a: "b: c\\nd: «@»e"\n')
    outer = child(root(source), "a")
    assert isinstance(outer, Scalar)
    found = load(outer.text).problem
    assert found is not None
    assert (found.kind, found.span, found.at) == ("reserved-character", marked, 8)


@pytest.mark.parametrize(
    "text",
    [
        "x: " + "a" * 200_000 + "!: b",
        "x: " + "'" * 200_000 + ": b",
        "x: " + " " * 200_000 + "y: z: a",
        "a: b\n" * 100_000 + " c: d",
        "- " * 150 + "x\n" + " " * 200_000 + "y: [",
        "- !" + "%41" * 100_000 + "%ED%A0%80 a",
    ],
)
def test_an_error_in_a_long_text_is_named_at_once(text: str) -> None:
    with no_hanging():
        problem_of(text)


# The malformed files of the corpus


def _malformed() -> list[tuple[str, int]]:
    with open(MALFORMED, encoding="utf-8", newline="") as file:
        return [(row["file"], int(row["line"])) for row in csv.DictReader(file, delimiter="\t")]


@pytest.mark.skipif(not os.path.isdir(CORPUS), reason=f"no corpus at {CORPUS}; CBLINT_CORPUS names its directory")
@pytest.mark.parametrize(("name", "line"), _malformed())
def test_a_malformed_file_of_the_corpus_has_its_problem_on_the_recorded_line(name: str, line: int) -> None:
    text = read(os.path.join(CORPUS, "malformed", name))
    assert Lines(text).position(problem_of(text).span.start).line == line


@pytest.mark.skipif(not os.path.isdir(CORPUS), reason=f"no corpus at {CORPUS}; CBLINT_CORPUS names its directory")
def test_every_malformed_file_of_the_corpus_is_recorded() -> None:
    assert sorted(os.listdir(os.path.join(CORPUS, "malformed"))) == sorted(name for name, _ in _malformed())
