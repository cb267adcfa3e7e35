"""What documentation leaves for its readers to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.finding import Report
from cblint.source.tree import Scalar, walk

# Compiled where they are first used, as few files need them.
_EXAMPLES = r"(?:^|/)\.?(?:examples?|samples?|docs?|documentation|tests?|testdata|fixtures?|templates?|demos?)/"
_COMMANDS = frozenset({"command", "commands", "command1", "command2", "your command", "your commands", "<command>"})
# In angle brackets or of the form your-…: words that ask for a value of the reader's own.
_PLACEHOLDER = (
    r"<(?:your[ _-])?[A-Za-z]+(?:[ _-][A-Za-z]+){0,5}>"
    r"|(?<![\w-])(?:your|YOUR)[-_][A-Za-z]+(?:[-_][A-Za-z]+){0,4}(?![\w-])"
)
_ACCOUNTS = ("123456789012", "111122223333")
"""Those of the examples in AWS's documentation."""
_ACCOUNT = rf"(?<![0-9])(?:{'|'.join(_ACCOUNTS)})(?=\.dkr\.ecr\.|:)"


def placeholder_left_in(buildspec: Buildspec) -> Iterator[Report]:
    """A placeholder stands where a build needs a value. Files that are examples may have them."""
    items = [item.node.resolved for commands in buildspec.command_lists for item in commands.items()]
    commands = [node for node in items if isinstance(node, Scalar) and not node.open]
    left = [node for node in commands if node.value.strip().lower() in _COMMANDS]
    source = buildspec.source
    accounts = any(account in source for account in _ACCOUNTS)
    words = "<" in source or "your" in source or "YOUR" in source
    if not (left or accounts or words) or re.search(_EXAMPLES, buildspec.path, re.IGNORECASE):
        return
    for node in left:
        yield Report(node.span, "command", {"written": node.value.strip()})
    if words:
        yield from _values(buildspec, {id(node) for node in items})
    if accounts:
        yield from _matches(_scalars(buildspec), _ACCOUNT, "account")


def _values(buildspec: Buildspec, commands: set[int]) -> Iterator[Report]:
    """Words in values that are no commands: to the shell an angle bracket is something else."""
    yield from _matches((node for node in _scalars(buildspec) if id(node) not in commands), _PLACEHOLDER, "value")


def _scalars(buildspec: Buildspec) -> Iterator[Scalar]:
    return (node for node in walk(buildspec.root) if isinstance(node, Scalar) and not node.open)


def _matches(nodes: Iterator[Scalar], pattern: str, variant: str) -> Iterator[Report]:
    """The first match in each node."""
    for node in nodes:
        match = re.search(pattern, node.value)
        if match is not None:
            yield Report(node.text.span(*match.span()), variant, {"written": match.group()})
