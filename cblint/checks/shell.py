"""Whether the shell can read a command, and whether that shell knows what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.facts import table
from cblint.finding import Report
from cblint.shell.commands import Assignment, Redirection, Script, SimpleCommand
from cblint.shell.syntax import Parameter, Word, walk
from cblint.source.text import Span
from cblint.source.tree import Scalar
from cblint.spelling import closest, distance

# What cannot be read

_PLAIN = re.compile(r"[\w./:=@%+,^~ -]*", re.ASCII)
_RESERVED = frozenset(
    [
        "if",
        "then",
        "elif",
        "else",
        "fi",
        "for",
        "select",
        "while",
        "until",
        "do",
        "done",
        "case",
        "esac",
        "in",
        "function",
        "time",
        "coproc",
        "!",
        "{",
        "}",
        "[[",
    ]
)
_CLOSING = frozenset({"then", "elif", "else", "fi", "do", "done", "esac", "}", ")", ";;"})
_TEMPLATE = re.compile(r"\{\{|\{%|<%")


def shell_syntax_error(buildspec: Buildspec) -> Iterator[Report]:
    """The shell cannot read a command."""
    split: ShellItem | None = None
    for item in buildspec.shell_items:
        problem = None if _is_plain(item.value) else item.script.problem
        if problem is None or problem.kind == "too-deep" or _TEMPLATE.search(item.value):
            continue
        if any(_runs_on(redirection) for redirection in item.script.documents):
            continue  # unterminated-heredoc speaks of it
        if problem.kind == "unexpected" and problem.token in _CLOSING and split is not None:
            continue  # it goes on with what an item above has begun
        if problem.kind == "unfinished" and _goes_on(buildspec, item):
            split = item
            yield Report(_first_word(item), "split", {"token": _opening(item)}, about=item.node)
            continue
        yield Report(problem.span, problem.kind, {"token": problem.token}, about=item.node)


def _is_plain(value: str) -> bool:
    """Whether a command is seen at once to be right: words of plain characters, the first of them no reserved one."""
    return _PLAIN.fullmatch(value) is not None and value.split(" ", 1)[0] not in _RESERVED


def _goes_on(buildspec: Buildspec, item: ShellItem) -> bool:
    """Whether the items below begin with what this one lacks."""
    items = buildspec.shell_items
    number = items.index(item)
    firsts = (re.match(r"\s*(\w+|\}|\))", other.value) for other in items[number + 1 : number + 20])
    return any(first is not None and first[1] in _CLOSING for first in firsts)


def _first_word(item: ShellItem) -> Span:
    text = item.node.text
    match = re.search(r"\S+", text.value)
    assert match is not None
    return text.span(*match.span())


def _opening(item: ShellItem) -> str:
    return item.value.split(None, 1)[0]


def unterminated_heredoc(buildspec: Buildspec) -> Iterator[Report]:
    """A here-document goes on to the end of the command, as the line that was to end it does not."""
    for item in buildspec.shell_items:
        if "<<" not in item.value:
            continue
        for redirection in item.script.documents:
            if redirection.document is not None and _runs_on(redirection):
                yield _unterminated(item.node, redirection.target, redirection.document.delimiter)
                break  # it has swallowed all others


def _runs_on(redirection: Redirection) -> bool:
    return redirection.document is not None and not redirection.document.terminated


def _unterminated(node: Scalar, delimiter: Word, ending: str) -> Report:
    fields = {"delimiter": ending}
    source = delimiter.source
    if "\n" not in source.value.strip():
        return Report(delimiter.span, "one-line", fields, about=node)
    pattern = rf"(?m)^([ \t]*)({re.escape(ending)})([ \t]*)$"
    match = re.compile(pattern).search(source.value, delimiter.end)
    if match is None:
        return Report(delimiter.span, "missing", fields, about=node)
    related = (("line", source.span(*match.span(2))),)
    return Report(delimiter.span, "indented" if match[1] else "trailing", fields, related, about=node)


# Variables of CodeBuild

_FAMILY = re.compile(r"CODEBUILD_(?:SRC_DIR|SOURCE_VERSION|SOURCE_REPO_URL)_\w+")


def unknown_codebuild_variable(buildspec: Buildspec) -> Iterator[Report]:
    """A variable is read that looks like one of CodeBuild's, and is none."""
    scripts = list(buildspec.scripts("CODEBUILD_"))
    if not scripts:
        return
    facts = table("variables")
    known = {*facts["codebuild"], *_given(buildspec), *(name for script in scripts for name in _assigned(script))}
    for script in scripts:
        for node in walk(script):
            if not isinstance(node, Parameter) or not node.name.startswith("CODEBUILD_") or node.name in known:
                continue
            if _FAMILY.fullmatch(node.name) or node.operator.lstrip(":").startswith(("-", "=", "+", "?")):
                continue
            yield _unknown(node, facts)


def _unknown(node: Parameter, facts: dict[str, dict[str, str]]) -> Report:
    name = node.name
    fields = {"name": name, "instead": facts["mistaken"].get(name, ""), "suggestion": ""}
    if name in facts["internal"]:
        return Report(node.span, "internal", fields)
    if fields["instead"]:
        return Report(node.span, "mistaken", fields)
    meant = closest(name, facts["codebuild"])
    if meant is not None and distance(name, meant) <= 3:
        return Report(node.span, "near", {**fields, "suggestion": f' Did you mean "{meant}"?'})
    return Report(node.span, "unknown", fields)


def _given(buildspec: Buildspec) -> Iterator[str]:
    """The names of variables that the buildspec or its projects define."""
    yield from (variable.name for variable in buildspec.variables)
    for project in buildspec.projects:
        yield from (name for name, _ in project.variables)


def _assigned(script: Script) -> Iterator[str]:
    """The names that a script gives a value."""
    for node in walk(script):
        if isinstance(node, Assignment):
            yield node.name
        elif isinstance(node, SimpleCommand) and node.words:
            yield from (word.text or "" for word in node.words[1:] if isinstance(word, Word))
