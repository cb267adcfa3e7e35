"""What is asked of any tree of the shell parser: what it says, and that all that is written is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cblint.shell import commands
from cblint.shell.commands import (
    AndOr,
    ArithmeticCommand,
    ArithmeticFor,
    ArrayLiteral,
    Assignment,
    Branch,
    Case,
    CaseItem,
    CommandList,
    Coprocess,
    For,
    Function,
    Group,
    HereDocument,
    If,
    Pipeline,
    Redirection,
    SimpleCommand,
    Subshell,
    While,
)
from cblint.shell.parser import parse
from cblint.shell.script import Script
from cblint.shell.syntax import DoubleQuoted, Node, Word, walk
from cblint.source.text import Text

# What a tree says


def shape(node: Node | None) -> Any:
    """What the tree says: the lists that ``Written`` has of what was meant."""
    match node:
        case None:
            return None
        case CommandList():
            return ["list", *map(shape, node.items)]
        case AndOr():
            return ["and_or", list(node.operators), node.terminator == "&", *map(shape, node.pipelines)]
        case Pipeline():
            return ["pipeline", node.negated, list(node.operators), *map(shape, node.commands)]
        case SimpleCommand():
            return [
                "simple",
                *(list(map(shape, part)) for part in (node.assignments, node.arguments, node.redirections)),
            ]
        case Assignment():
            return ["assignment", node.name, node.operator, shape(node.value)]
        case ArrayLiteral():
            return ["array", *map(shape, node.elements)]
        case Word():
            return ["word", node.raw, *map(shape, _lists(node))]
        case Redirection():
            document = [node.document.delimiter, node.document.body.raw] if node.document is not None else []
            return ["redirection", node.descriptor + node.operator, shape(node.target), *document]
        case Subshell():
            return ["subshell", shape(node.body), _redirections(node)]
        case Group():
            return ["group", shape(node.body), _redirections(node)]
        case If():
            branches = [[shape(branch.condition), shape(branch.body)] for branch in node.branches]
            return ["if", *branches, shape(node.otherwise), _redirections(node)]
        case While():
            return ["while", node.until, shape(node.condition), shape(node.body), _redirections(node)]
        case For():
            words = list(map(shape, node.words)) if node.words is not None else None
            return ["for", node.select, shape(node.name), words, shape(node.body), _redirections(node)]
        case ArithmeticFor():
            return ["arithmetic_for", node.expression.raw, shape(node.body), _redirections(node)]
        case Case():
            items = [[list(map(shape, item.patterns)), shape(item.body), item.terminator] for item in node.items]
            return ["case", shape(node.word), *items, _redirections(node)]
        case Function():
            return ["function", node.name.raw, node.keyword, shape(node.body)]
        case Coprocess():
            return ["coproc", shape(node.name), shape(node.body)]
        case ArithmeticCommand():
            return ["arithmetic", node.expression.raw, _redirections(node)]
        case commands.Test():
            conditions = [[condition.operator, list(map(shape, condition.words))] for condition in node.conditions]
            return ["test", conditions, _redirections(node)]
    raise AssertionError(node)


def _redirections(node: Any) -> list[Any]:
    return list(map(shape, node.redirections))


def _lists(node: Node) -> Iterator[CommandList]:
    """The lists of commands in the substitutions of a word."""
    for part in node.children():
        if isinstance(part, CommandList):
            yield part
        else:
            yield from _lists(part)


# That all that is written is in it


def check_structure(script: Script) -> None:
    """Every node stands in the one above it, after the one before it; words are their parts, commands their words."""
    noted: dict[int, list[Node]] = {}
    for node in (*script.comments, *(node.document for node in script.documents if node.document is not None)):
        noted.setdefault(id(node.source), []).append(node)
    for node in walk(script):
        assert 0 <= node.start <= node.end <= len(node.source)
        children = [child for child in node.children() if child.source is node.source]
        inside = [child for child in children if not isinstance(child, HereDocument)]
        at, between = node.start, []
        for child in inside:
            assert at <= child.start <= child.end <= node.end
            between.append((at, child.start))
            at = child.end
        between.append((at, node.end))
        gaps = [_without(node.source.value[start:end], start, noted.get(id(node.source), [])) for start, end in between]
        if isinstance(node, Word):
            assert not any(gaps)
        elif isinstance(node, DoubleQuoted):
            inside_quotes = "".join([part.raw for part in node.parts])
            assert node.raw == ("$" if node.localized else "") + f'"{inside_quotes}"'
        elif isinstance(node, (SimpleCommand, ArrayLiteral)):
            assert all(_BETWEEN_WORDS.fullmatch(gap) for gap in gaps), gaps
        elif isinstance(node, _MADE_OF_COMMANDS):
            assert all(_BETWEEN_COMMANDS.fullmatch(gap) for gap in gaps), gaps


def check_total(text: str) -> Script:
    """Any text is read, and all of it stands where it says; the script that it is."""
    script = parse(Text.of(text, 7))
    check_structure(script)
    for node in walk(script):
        assert 7 <= node.span.start <= node.span.end <= 7 + len(text)
    for node in (*script.comments, *script.documents):
        assert 7 <= node.span.start < node.span.end <= 7 + len(text)
    if script.problem is not None:
        assert script.problem.kind in ("unexpected", "unclosed", "unfinished", "too-deep")
        assert 7 <= script.problem.span.start <= script.problem.span.end <= 7 + len(text)
        assert script.body.end <= len(text)
        if script.problem.source is script.source:
            assert script.body.end <= script.problem.end
    return script


_MADE_OF_COMMANDS = (
    CommandList,
    AndOr,
    Pipeline,
    Subshell,
    Group,
    If,
    Branch,
    While,
    For,
    Case,
    CaseItem,
    Function,
    Coprocess,
)
_BETWEEN_WORDS = re.compile(r"(?:\\\n|[()\s])*")
_BETWEEN_COMMANDS = re.compile(
    r"(?:\\\n|[\s;&|!(){}]|if|then|elif|else|fi|for|select|in|while|until|do|done|case|esac|function|time|-p|coproc)*"
)


def _without(text: str, start: int, nodes: list[Node]) -> str:
    """A part of a command without the comments and here-documents in it."""
    for node in sorted(nodes, key=lambda node: node.start, reverse=True):
        low, high = max(node.start - start, 0), min(node.end - start, len(text))
        if low < high:
            text = text[:low] + text[high:]
    return text


def check_alone(script: Script) -> None:
    """Every command in whose range no here-document stands is read alone as it is in its place.

    Behind a bar, ``time`` is the program of that name; alone it is the reserved word.
    """
    documents = [redirection.document for redirection in script.documents if redirection.document is not None]
    for node in walk(script):
        if not isinstance(node, commands.Command) or re.match(r"time(?![^\s;&|<>()])", node.raw):
            continue
        here = [document for document in documents if document.source is node.source]
        overlap = any(document.start < node.end and node.start < document.end for document in here)
        if not overlap and not any(map(_has_document, walk(node))):
            again = parse(Text.of(node.raw))
            assert again.problem is None
            assert shape(again.body) == ["list", ["and_or", [], False, ["pipeline", False, [], shape(node)]]]


def _has_document(node: Node) -> bool:
    return isinstance(node, Redirection) and node.document is not None
