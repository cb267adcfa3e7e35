"""Strategies for YAML text: a scalar emitter that shares no code with cblint, YAML-like noise, and the corpus."""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple

import pytest
from hypothesis import strategies as st

import tools.corpus

CORPUS = os.path.normpath(tools.corpus.CORPUS)

LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")

# Every one-character escape of YAML 1.1 and what it stands for, from the specification (5.7).
ESCAPES = {
    "0": "\x00",
    "a": "\x07",
    "b": "\x08",
    "t": "\x09",
    "\t": "\x09",
    "n": "\x0a",
    "v": "\x0b",
    "f": "\x0c",
    "r": "\x0d",
    "e": "\x1b",
    " ": "\x20",
    '"': "\x22",
    "/": "\x2f",
    "\\": "\x5c",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}


def decode_escape(written: str) -> str | None:
    """What an escape sequence of a double-quoted scalar stands for; None if it is none."""
    if len(written) == 2 and written[0] == "\\":
        return ESCAPES.get(written[1])
    match = re.fullmatch(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))", written)
    return chr(int(match[1] or match[2] or match[3], 16)) if match else None


# The corpus: read where it lies, never copied


def corpus(*folders: str) -> list[Any]:
    """One pytest parameter for each YAML file of the corpus (of those folders); where it is absent, one skip."""
    found: list[Any] = []
    for directory, _, names in sorted(os.walk(CORPUS)):
        folder = os.path.relpath(directory, CORPUS)
        if folders and folder not in folders:
            continue
        found += [
            pytest.param(os.path.join(directory, name), id=f"{folder}/{name}")
            for name in sorted(names)
            if name.endswith((".yml", ".yaml", ".json", ".template"))
        ]
    absent = pytest.mark.skip(reason=f"no corpus at {CORPUS}; CBLINT_CORPUS names its directory")
    return found or [pytest.param("", marks=absent)]


def read(path: str) -> str:
    """A file with its line ends as they are and without its byte order mark."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return file.read()


# Scalars written in every way


class Written(NamedTuple):
    """A document that holds one scalar of interest, whose own first character stands at ``start``."""

    source: str
    start: int
    style: str
    value: str


class _Context(NamedTuple):
    """What stands round a scalar."""

    head: str
    parent: int
    """The column of the innermost block collection, -1 at the top."""
    flow: bool
    one_line: bool
    """It is an implicit key."""
    closing: str
    """What ends its flow collection or makes it a key."""
    sibling: str
    """What may follow on a line of its own."""


_RAW = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff")
_VISIBLE = st.sampled_from("ab'\"\\#:-?|>&*!%@`[]{},=~é😀") | _RAW.filter(lambda char: char != " ")
_ANY = st.characters(codec="utf-8")
_WORD = st.text(_VISIBLE, min_size=1, max_size=5) | st.sampled_from(["---", "...", "#", "''"])
_PLAIN_CHARACTER = st.sampled_from("abXY01_./$(") | st.characters(categories=("Ll", "Lo", "So"))
_PLAIN_WORD = st.sampled_from(
    ["-a", "a-b", "a#b", "http://x", "a:b", "a'b''", 'a"b', "x\\n", "a%", "a&b!", "a*b", "é😀", "$X"]
) | st.text(_PLAIN_CHARACTER, min_size=1, max_size=5).filter(lambda word: word != "...")
_LINE = (
    st.just("")
    | st.text(_VISIBLE | st.sampled_from(" \t"), max_size=6)
    | st.lists(_WORD, min_size=2, max_size=4).map(" ".join)
)
_BLANK_SEPARATORS = [" ", "  ", "\t", " \t "]
_BREAK_SEPARATORS = ["\n", "\n", "\n\n", "\u2028", "\u2029\n", "\n\u2028"]
_PROPERTIES = ["&anchor-1", "!tag", "!!str", "!<tag:x,1:y>"]
_FLOW_VALUES = [("[", "]"), ("[x, ", " , y]"), ("{k: ", "}"), ("{a: b, ? ", "}"), ("[{k: ", " }]"), ("[ ", ", ]")]
_FLOW_KEYS = [("{", ": 1}"), ("[", ": 1]"), ("{a: b, ", " : 1 }")]
_SIBLINGS = {"k:": "z: 1", "-": "- z", "?": ": z", "": "z: 1"}


@st.composite
def written_scalars(draw: st.DrawFn) -> Written:
    """A scalar of any style, in any surroundings, with any line break."""
    style = draw(st.sampled_from(["", "'", '"', "|", ">"]))
    newline = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    context = draw(_contexts(newline, style in ("|", ">")))
    comment = f"# end{newline}"
    tails = [""]
    if style in ("|", ">"):
        value, source = draw(_block(newline, context.parent, style))
        if source.endswith(newline):
            tails += [context.sibling, " " * max(context.parent, 0) + comment + context.sibling]
    else:
        below = "" if context.flow else " " * (context.parent + 1)
        if style == '"':
            value, source = draw(_double(newline, below, context.one_line))
        else:
            value, source = draw(_words(newline, below, context.one_line, style))
        source = style + source + style + context.closing
        tails += [newline, newline + context.sibling, " " + comment + context.sibling]
    document = context.head + source + draw(st.sampled_from(tails))
    return Written(document, len(context.head), style, value)


@st.composite
def _contexts(draw: st.DrawFn, newline: str, block: bool) -> _Context:
    head = draw(st.sampled_from(["", f"# head{newline}", f"--- # document{newline}"]))
    indicators = draw(st.lists(st.sampled_from(["k:", "-"]), max_size=3))
    if draw(st.integers(0, 3)) == 0:
        indicators.append(draw(st.sampled_from(["?"] if block else ["?", ""])))  # "": the scalar is a key
    parent, before = -1, ""
    for indicator in indicators:
        if before == "-" and draw(st.booleans()):
            gap = draw(st.integers(1, 3))
            head += " " * gap
            parent += 1 + gap
        else:
            if before:
                head += draw(st.sampled_from(["", " ", " # why"])) + newline
            if before != "k:" or indicator != "-" or draw(st.booleans()):  # a list may stand right under its key
                parent += 1 + draw(st.integers(0, 2))
            head += " " * parent
        head += indicator
        before = indicator
    below = newline + " " * (parent + 1 + draw(st.integers(0, 2)))
    if before:
        gaps = [" ", "  ", below, f" # c{below}", *([" \t"] if before == "k:" else [])]
        head += draw(st.sampled_from(gaps))
    one_line = indicators[-1:] == [""]
    closing = ": 1" if one_line else ""
    flow = not block and not one_line and draw(st.booleans())
    if flow:
        opening, closing = draw(st.sampled_from(_FLOW_VALUES + _FLOW_KEYS))
        head += opening
        one_line = (opening, closing) in _FLOW_KEYS
    for written in draw(st.lists(st.sampled_from(_PROPERTIES), max_size=2, unique_by=lambda name: name[0])):
        head += written + draw(st.sampled_from([" ", " \t", *([] if one_line else [below, f" # p{below}"])]))
    sibling = " " * parent + _SIBLINGS[before] if indicators else ""
    return _Context(head, parent, flow, one_line, closing, sibling)


@st.composite
def _words(draw: st.DrawFn, newline: str, below: str, one_line: bool, quote: str) -> tuple[str, str]:
    """The value and the inside of a plain (``quote`` is empty) or single-quoted scalar."""
    words = draw(st.lists(_WORD if quote else _PLAIN_WORD, min_size=1, max_size=4))
    if quote:
        words = draw(st.sampled_from([words, words, ["", *words], [*words, ""], ["", ""], [""]]))
    value, source = "", ""
    for number, word in enumerate(words):
        if number:
            separator = draw(st.sampled_from(_BLANK_SEPARATORS + ([] if one_line else _BREAK_SEPARATORS)))
            value += separator
            if separator in _BLANK_SEPARATORS:
                folded = separator == " " and not one_line and draw(st.booleans())
                written = draw(_folded([newline], below, not quote)) if folded else separator
            else:
                breaks = [draw(_line_end(char, newline)) for char in separator]
                written = draw(_folded([newline] * (separator[0] == "\n") + breaks, below, not quote))
            if word.startswith(("---", "...")):
                written += "" if written[-1:] in " \t" else " "  # at column 0 it would end the document
            source += written
        value += word
        source += word.replace("'", "''") if quote else word
    return value, source


@st.composite
def _folded(draw: st.DrawFn, breaks: list[str], below: str, plain: bool) -> str:
    """Line breaks inside a flow scalar, with the blanks that vanish round them."""
    blanks = st.sampled_from(["", "", " ", "  ", *([] if plain else ["\t", " \t"])])
    before = draw(st.sampled_from(["", " ", "\t "]))
    # In a plain scalar libyaml refuses a tab that stands for indentation.
    after = st.sampled_from(["", "", " ", *([] if plain and not below else ["\t"])])
    return before + draw(blanks).join(breaks) + below + draw(after)


def _line_end(char: str, newline: str) -> st.SearchStrategy[str]:
    """Ways to write a line break of a value."""
    return st.sampled_from([newline, newline, newline, "\x85"]) if char == "\n" else st.just(char)


@st.composite
def _double(draw: st.DrawFn, newline: str, below: str, one_line: bool) -> tuple[str, str]:
    """The value and the inside of a double-quoted scalar: escapes, folding, escaped line breaks."""
    value = draw(st.text(_VISIBLE | st.sampled_from(" \t\n\u2028") | _ANY, max_size=8))
    below += " "  # keeps "---" off column 0
    source, before = "", ""
    for char in value:
        if not one_line and before != "joined" and draw(st.integers(0, 9)) == 0:
            source += "\\" + newline + below
            before = "joined"
        broken = before in ("folded", "broken", "joined")
        ways = ["escaped"]
        if char in " \t" and not broken:
            ways.append("blank")
        elif not re.match(r'[\x00-\x20\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff"\\]', char):
            ways += ["raw", "raw"]
        if not one_line and char == " " and before not in ("blank", "folded", "broken", "joined"):
            ways += ["folded", "folded"]
        if not one_line and char in "\n\u2028\u2029" and before not in ("blank", "folded"):
            ways += ["broken", "broken"]
        way = draw(st.sampled_from(ways))
        if way == "escaped":
            source += draw(_escape(char))
        elif way == "folded":
            source += draw(_folded([newline], below, False))
        elif way == "broken":
            breaks = [newline] if char == "\n" and not broken else []
            source += draw(_folded([*breaks, draw(_line_end(char, newline))], below, False))
        else:
            source += char
        before = way
    return value, source


def _escape(char: str) -> st.SearchStrategy[str]:
    """All escape sequences that stand for a character."""
    code = ord(char)
    ways = ["\\" + name for name, meant in ESCAPES.items() if meant == char]
    ways += [f"\\x{code:02x}", f"\\x{code:02X}"] if code <= 0xFF else []
    ways += [f"\\u{code:04x}"] if code <= 0xFFFF else []
    return st.sampled_from([*ways, f"\\U{code:08X}"])


@st.composite
def _block(draw: st.DrawFn, newline: str, parent: int, style: str) -> tuple[str, str]:
    """The value and the source of a literal or folded scalar."""
    lines = draw(st.lists(_LINE, min_size=1, max_size=5))
    joins = draw(st.lists(st.sampled_from("\n\n\n\n\u2028"), min_size=len(lines) - 1, max_size=len(lines) - 1))
    value = lines[0] + "".join(join + line for join, line in zip(joins, lines[1:], strict=True))
    filled = [number for number, line in enumerate(lines) if line]
    width = draw(st.integers(1, 4))
    indent = max(parent, 0) + width
    first, last = (filled[0], filled[-1]) if filled else (len(joins), len(joins))
    empty = st.integers(0, indent).map(lambda length: " " * length)

    body = "".join([draw(empty) + draw(_line_end(join, newline)) for join in joins[:first]])
    for number, here in enumerate(filled):
        folds = style == ">" and lines[here][0] not in " \t"
        body += " " * indent + (draw(_folded_line(lines[here], newline + " " * indent)) if folds else lines[here])
        if here == last:
            break
        following = filled[number + 1]
        breaks = [draw(_line_end(join, newline)) for join in joins[here:following]]
        if folds and joins[here] == "\n" and lines[following][0] not in " \t":
            breaks = [newline, *breaks]  # of several line breaks, folding drops the first
        body += breaks[0] + "".join([draw(empty) + end for end in breaks[1:]])

    trailing = [draw(_line_end(join, newline)) for join in joins[last:]]
    body += "".join(trailing[:1]) + "".join([draw(empty) + end for end in trailing[1:]])
    kept = len(trailing) if filled else len(joins)
    ends_file = kept == 0 and draw(st.booleans())
    if ends_file:
        chomping = draw(st.sampled_from(["-", "", "+"]))
    elif kept == 0:
        chomping = draw(st.sampled_from(["-"] if filled else ["-", ""]))
    else:
        chomping = draw(st.sampled_from(["", "+"] if kept == 1 and filled else ["+"]))
    # Without an indicator the first text of the scalar gives the indentation, so it may not begin with a blank.
    needed = bool(filled) and lines[first][0] in " \t"
    indicator = str(width) if needed or draw(st.booleans()) else ""
    source = style + "".join(draw(st.permutations([chomping, indicator])))
    source += draw(st.sampled_from(["", "", " ", " # note", "\t#"]))
    if ends_file:
        return value, source + (newline + body if filled else "")
    source += newline + body + (newline if filled and kept == 0 else "")
    if chomping != "+":
        source += "".join([draw(empty) + newline for _ in range(draw(st.integers(0, 2)))])
    return value, source + (draw(empty) if draw(st.integers(0, 3)) == 0 else "")


@st.composite
def _folded_line(draw: st.DrawFn, line: str, fold: str) -> str:
    """A line of a folded scalar, perhaps written on several: any single blank before a text can be a line break."""
    return "".join(
        fold if char == " " and following not in " \t" and draw(st.booleans()) else char
        for char, following in zip(line, line[1:] + " ", strict=True)
    )


# YAML-like noise

_FRAGMENTS = [
    *"ab0=~.é😀:-?[]{},#!|>'\"%@`\\", *"  \n\n\t\r\x85\u2028\ufeff",
    "&a ", "*a ", "!t ", "!!str ", "!<x> ", "|-", "|2+", ">1", "|\n", ">\n", " # c", "'q' ", '"q"', "\\n", "\\/",
    "<<: ", ": ", ": ", "- ", "? ", "key: ", "\n  ", "\n    ", "\n\n", "\n- ", "\nb: ", "\r\n", "---", "---\n", "...\n",
    "%YAML 1.1\n---\n",
]  # fmt: skip

SNIPPETS = [
    "version: 0.2\n\nphases:\n  build:\n    commands:\n      - echo a && echo b\n      - |\n        if x; then\n\n"
    "          y\n        fi\n  install:\n    runtime-versions: {nodejs: 18}\n    commands:\n    - >-\n      npm ci\n"
    "      --quiet\n\n    - 'a''b'\n",
    'env:\n  shell: bash\n  variables: {A: \'1\', "B": "x\\ty"}\n  secrets-manager:\n    T: &t "x:y"\n    U: *t\n',
    "artifacts:\n  files:\n    - '**/*'\n  name: a-$(date +%Y)  # when\ncache:\n  paths: [a, b,\n    c]\n",
    "batch:\n  build-list:\n    - identifier: a\n      env: &e\n        image: x\n    - env: {<<: *e}\n"
    "---\n- !t x\n...\n",
    '{"version": 0.2, "phases": {"build": {"commands": ["a", "b \\u00e9"]}}}\n',
]


def yaml_like() -> st.SearchStrategy[str]:
    """Text made of what YAML's scanners look at."""
    return st.lists(st.sampled_from(_FRAGMENTS), max_size=14).map("".join)


@st.composite
def mutated(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """A text with a few pieces removed, doubled or put in."""
    text = draw(texts)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(start + draw(st.integers(0, 6)), len(text))
        put = draw(st.sampled_from(["", text[start:end] * 2, *_FRAGMENTS]))
        text = text[:start] + put + text[end:]
    return text
