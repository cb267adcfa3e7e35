"""Words of strangers in every format: names of files, keys and commands never do anything where they are read."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cblint.catalogue import find
from cblint.finding import Related
from cblint.linter import FileResult
from cblint.report import FORMATS, HOME, Style
from cblint.report.markdown import inert
from cblint.report.serialise import serialised
from cblint.report.shown import printable
from cblint.running import Result, result_of
from cblint.source.text import Position
from tests.helpers import commands, finding, lint
from tests.readers import Told, told, written
from tests.workflow_commands import commands_in, complaints

HOSTILE = (
    "::error::x",
    " ::add-mask::y",
    "\n::stop-commands::z",
    "\r::set-env name=PATH::/tmp",
    "%0A::set-output name=a::b",
    "a%250A::x",
    "::error file=a,line=1,title=cblint (x)::b",
    ",title=y::z",
    "##[error]x",
    "##[add-mask]x",
    "###[group]",
    "##vso[task.setvariable variable=x]y",
    "\x1b[31m\x1b]0;title\x07",
    "\x9b31m\x85\x90",
    "\u202egnp.exe\u2066\u200b",
    "</failure></testcase><script>alert(1)</script>",
    "]]><x y='z'>",
    "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "&#10;&lt;b&gt;&amp;",
    '" onmouseover="x',
    "<img src=x onerror=alert(1)>",
    "</script><script>",
    "[x](http://example.org) ![x](http://example.org/y.png)",
    "[x]: http://example.org",
    "<http://example.org> www.example.org https://example.org",
    "@someone @some/team someone@example.org",
    "#1 GH-2 octo/cat#3 !4 ~bug %5 $6 &7 :tada: 0123456789abcdef0123456789abcdef01234567",
    "deadbeef (abcdefa) up-DEFACED fedcba",
    "`code` ``` ~~~ ``a` b``",
    "`",
    "``` ` ``",
    "| a | b |",
    "**a** _b_ ~~c~~ $x^2$",
    "\\` \\[x](y)",
    "> quoted",
    "# heading",
    "- item",
    "1. one",
    "    code",
    "/close",
    "---",
    "<!-- __reviewdog__:x -->",
    "[[ATTACHMENT|/etc/passwd]] [[[ATTACHMENT|x]]]",
    "\0\x00\x01\x7f",
    "\ufffe\uffff\ud800\udfff\U0001ffff",
    "\t\u2028\u2029\u00a0",
)

TEXTS = st.lists(
    st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), max_size=5), st.sampled_from("`<>&]:%,\n\ud800 ")),
    min_size=1,
    max_size=4,
).map(lambda parts: "".join(parts) or "x")


def saying(text: str) -> Result:
    """A run in which a stranger has chosen every text that one can choose."""
    place = Position(1, 1)
    related = (Related(text, f"other/{text}", place, place), Related(text, text, place, place))
    found = finding("x", (0, 1), message=f"There is no phase {text}", where=text)
    found = found._replace(detail=text, path=text, related=related)
    files = (
        FileResult(text, text, "buildspec", 1, (found, found._replace(suppressed=text)), {1: "x"}),
        FileResult(text, text, skipped=text, failed=True),
        FileResult(text, text, skipped=text),
        FileResult(text, text, "buildspec", 1, crashes=(text,)),
    )
    return result_of(files, [text])


@given(TEXTS)
def test_a_text_does_nothing_in_any_format(text: str) -> None:
    result = saying(text)
    for name in FORMATS:
        output = written(name, result, Style(statistics=True))
        output.encode()
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]", output)
        assert "##[" not in output
        assert "##vso[" not in output
        commands_found = commands_in(output)
        assert len(commands_found) == (4 if name == "github" else 0)
        if name not in ("text", "concise", "github"):  # these have no markup that a text could end
            [one] = told(name, output)
            expected = _expected(text, name)
            assert one == (expected._replace(path=one.path) if name == "sarif" else expected)
        if name.startswith(("json", "sarif", "gitlab", "rdjson")):
            assert not set("<>&") & set(output)


def _expected(text: str, name: str) -> Told:
    # JSON cannot tell two halves of a character that stand side by side from the character.
    path = json.loads(json.dumps(text)) if name in ("json", "jsonl") else printable(text)
    return Told(path, 1, None if name == "gitlab" else 1, "command-not-string")


@given(TEXTS)
def test_the_runner_is_told_what_was_meant(text: str) -> None:
    annotation, *others = commands_in(written("github", saying(text)))
    # The runner takes blanks off the end of a command's properties, where ours has a bracket.
    assert annotation.properties == {
        "file": printable(text),
        "line": "1",
        "endLine": "1",
        "col": "1",
        "endColumn": "2",
        "title": "cblint (command-not-string)",
    }
    assert annotation.data.endswith(f"There is no phase {printable(text)} {printable(text)}".rstrip())
    for other in others:
        assert (other.name, other.properties["title"], complaints(other)) == ("error", "cblint", [])
        assert printable(text) in other.data


# Markdown

_MARKDOWN = MarkdownIt("gfm-like", {"html": True, "linkify": False})
_PROSE = re.compile("[A-Za-z0-9\"'().,;:!? -]*")


def rendered(text: str) -> list[Any]:
    """What a renderer sees in a line of Markdown: its inline tokens."""
    opening, inline, closing = _MARKDOWN.parse(text)
    assert (opening.type, inline.type, closing.type) == ("paragraph_open", "inline", "paragraph_close")
    return inline.children or []


@given(TEXTS)
@example("a `` b")
@example("``")
@example(" ` ")
def test_markdown_of_strangers_is_prose_and_code(text: str) -> None:
    # A word before it stands in every message; without one the line could be none.
    tokens = rendered(inert(f"word {text}"))
    assert {token.type for token in tokens} <= {"text", "code_inline"}
    assert "".join(token.content for token in tokens) == " ".join(f"word {printable(text)}".split())
    for token in tokens:
        if token.type == "text":
            assert _PROSE.fullmatch(token.content)
            assert not re.search(r"[a-z]:[a-z]|www\.|\b[A-Fa-f0-9]{7,40}\b|GH-|^[-+>#=] |^[0-9]+[.)]", token.content)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_comment_of_reviewdog_has_no_markup_of_strangers(text: str) -> None:
    for diagnostic in json.loads(written("rdjson", saying(text)))["diagnostics"]:
        for message in (diagnostic["message"], *(each["message"] for each in diagnostic["related_locations"])):
            if message:
                # As reviewdog puts it into a comment.
                tokens = rendered(f"**[cblint]** <[x](https://example.org)> <sub>reported</sub><br>{message}")
                start = next(number for number, token in enumerate(tokens) if token.content == "<br>")
                assert {token.type for token in tokens[start + 1 :]} <= {"text", "code_inline"}


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("a defaced, effaced-facade decade", "a `defaced, effaced-facade` decade"),
        ("Remove the dash.", "Remove the dash."),
        ('There is no phase "prebuild": it\'s (very) wrong!', 'There is no phase "prebuild": it\'s (very) wrong!'),
        ("commands[1] is empty", "`commands[1]` is empty"),
        ("asks @team for #1 now", "asks `@team` for `#1` now"),
        ("runs $(a `b` $c) twice", "runs ``$(a `b` $c)`` twice"),
        ("`x", "`` `x ``"),
        ("3 of 12, 4.", "3 of 12, `4.`"),
        ("", ""),
    ],
)
def test_prose_stays_prose_in_markdown(text: str, markdown: str) -> None:
    assert inert(text) == markdown


def test_an_address_of_an_own_rule_cannot_end_its_link() -> None:
    found = lint(commands("{a: b}"))
    rule = find("command-not-string")
    own = rule._replace(texts={**rule.texts, "references": ['https://x.example/a b)](y) <img src=x>`"\n@é']})
    [diagnostic] = json.loads(written("rdjson", result_of([found], own=(own,))))["diagnostics"]
    assert re.fullmatch(r"https://[A-Za-z0-9/.%@=]+", diagnostic["code"]["url"])


def test_the_name_of_an_own_rule_without_references_is_no_element_of_html() -> None:
    own = find("command-not-string")._replace(name="textarea", code="textarea")
    own = own._replace(texts={**own.texts, "references": []})
    found = lint(commands("{a: b}"))
    found = found._replace(findings=tuple(each._replace(rule=own.name) for each in found.findings))
    [diagnostic] = json.loads(written("rdjson", result_of([found], own=(own,))))["diagnostics"]
    assert diagnostic["code"] == {"value": "textarea", "url": f"{HOME}/blob/main/docs/own-rules.md"}


@given(st.recursive(TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=5))
def test_json_reads_back_and_stands_in_a_page_without_harm(document: Any) -> None:
    for indent in (2, None):
        text = serialised(document, indent)
        assert json.loads(text) == json.loads(json.dumps(document))
        assert text.isascii()
        assert not set("<>&") & set(text)
        assert text.count("\n") == 1 or indent
