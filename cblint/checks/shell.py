"""Whether the shell can read a command, and whether that shell knows what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint import expressions
from cblint.buildspec.model import Buildspec, ShellItem
from cblint.checks.edits import replaced
from cblint.finding import Edit, Report
from cblint.shell.commands import Redirection
from cblint.shell.syntax import Word
from cblint.source.text import Span
from cblint.source.tree import Scalar

# What a command that is seen at once to be right may have outside quotes: see _is_plain.
_PLAIN = dict.fromkeys(map(ord, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ ./:=@%+,^~-$?*{}"))
_OPENING = ("if", "for", "select", "while", "until", "case", "in", "function", "time", "coproc")
_CLOSING = frozenset({"then", "elif", "else", "fi", "do", "done", "esac", "}", ")", ";;"})
_RESERVED = _CLOSING.union(_OPENING)
_ONE_WORD = expressions.lazy(r"`(\w+)`|\$\((\w+)\)")
"""`date`, as in many an example of AWS's."""
_TEMPLATE = expressions.lazy(r"\{\{|\{%|<%")


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
    """Whether a command is seen at once to be right: simple commands of plain words and simple quotes, on one line."""
    value = value.rstrip("\n").replace("\\\n", "")
    if "`" in value or "$(" in value:
        value = _ONE_WORD.sub(_printed, value)
    if "\\" in value or "`" in value or "$(" in value or "\n" in value:
        return False
    unquoted = value.split('"')
    quoted = unquoted[1::2]
    del unquoted[1::2]
    if len(unquoted) == len(quoted) or not all(map(_has_whole_parameters, quoted)):
        return False
    if "'" in value:
        by_quote = [part.split("'") for part in unquoted]
        if any(len(parts) % 2 == 0 for parts in by_quote) or "'" in "".join(quoted):
            return False  # one kind of quote may stand within the other
        unquoted = ["q".join(parts[::2]) for parts in by_quote]
    words = "q".join(unquoted)
    if words.count("${") != words.count("{") or not _has_whole_parameters(words):
        return False
    for command in words.replace(" || ", " && ").replace(" | ", " && ").split(" && "):
        first = command.split(None, 1)
        if not first or first[0] in _RESERVED or command.translate(_PLAIN):
            return False
    return True


def _printed(substitution: re.Match[str]) -> str:
    """A word for what a program prints."""
    return substitution[0] if (substitution[1] or substitution[2]) in _RESERVED else "q"


def _has_whole_parameters(text: str) -> bool:
    return "${" not in text or all("}" in parameter for parameter in text.split("${")[1:])


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
        return Report(delimiter.span, "one-line", fields, edits=_on_lines(node, ending), about=node)
    pattern = rf"(?m)^([ \t]*)({re.escape(ending)})([ \t]*)$"
    match = re.compile(pattern).search(source.value, delimiter.end)
    if match is None:
        return Report(delimiter.span, "missing", fields, about=node)
    related = (("line", source.span(*match.span(2))),)
    edits = tuple(replaced(source.span(start, end), "") for start, end in (match.span(1), match.span(3)) if start < end)
    return Report(delimiter.span, "indented" if match[1] else "trailing", fields, related, edits, about=node)


def _on_lines(node: Scalar, ending: str) -> tuple[Edit, ...]:
    """The command as a block, if one of its lines in the file is the delimiter."""
    from cblint.checks.structure import as_block, block_of  # few here-documents go on

    lines = as_block(node)
    return block_of(node, lines) if ending in lines else ()
