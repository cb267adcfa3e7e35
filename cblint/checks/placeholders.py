"""What documentation leaves for its readers to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.finding import Report
from cblint.source.tree import Scalar, walk

_EXAMPLES = re.compile(
    r"(?:^|/)\.?(?:examples?|samples?|docs?|documentation|tests?|testdata|fixtures?|templates?|demos?)/", re.IGNORECASE
)
_COMMANDS = frozenset({"command", "commands", "command1", "command2", "your command", "your commands", "<command>"})
# In angle brackets or of the form your-…: words that ask for a value of the reader's own.
_PLACEHOLDER = re.compile(
    r"<(?:your[ _-])?[A-Za-z]+(?:[ _-][A-Za-z]+){0,5}>"
    r"|(?<![\w-])(?:your|YOUR)[-_][A-Za-z]+(?:[-_][A-Za-z]+){0,4}(?![\w-])"
)
_ACCOUNT = re.compile(r"(?<![0-9])(?:123456789012|111122223333)(?=\.dkr\.ecr\.|:)")


def placeholder_left_in(buildspec: Buildspec) -> Iterator[Report]:
    """A placeholder stands where a build needs a value. Files that are examples may have them."""
    if _EXAMPLES.search(buildspec.path):
        return
    items = {id(item.node.resolved) for commands in buildspec.command_lists() for item in commands.items()}
    for node in walk(buildspec.root):
        if isinstance(node, Scalar) and not node.open:
            yield from _in_command(node) if id(node) in items else _in_value(node)


def _in_command(node: Scalar) -> Iterator[Report]:
    if node.value.strip().lower() in _COMMANDS:
        yield Report(node.span, "command", {"written": node.value.strip()})
    else:
        yield from _account(node)


def _in_value(node: Scalar) -> Iterator[Report]:
    match = _PLACEHOLDER.search(node.value) if "<" in node.value or "your" in node.value.lower() else None
    if match is not None:
        yield Report(node.text.span(*match.span()), "value", {"written": match.group()})
    else:
        yield from _account(node)


def _account(node: Scalar) -> Iterator[Report]:
    """The account number of AWS's own examples, in the name of a registry or of a resource."""
    match = _ACCOUNT.search(node.value)
    if match is not None:
        yield Report(node.text.span(*match.span()), "account", {"written": match.group()})
