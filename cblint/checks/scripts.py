"""Commands that run a script: from a file, from standard input, from a text among their words."""

from __future__ import annotations

from cblint.facts import table
from cblint.shell.operands import option_values
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word
from cblint.typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cblint.checks.fetching import Call

INPUT: Final = "input"
"""The script comes from standard input."""
_STANDARD_INPUT = frozenset({"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})


def reads_as_script(call: Call) -> Word | str | None:
    """The file that a program runs as a script, or INPUT; None if it runs none, or that is not known."""
    invocation = call.invocation
    facts = table("downloads")
    if invocation.program in facts["sourcing"]:
        words = invocation.arguments
        return None if not words else INPUT if words[0].text in _STANDARD_INPUT else words[0]
    options = facts["interpreters"].get(call.program)
    if options is None or invocation.flags(*options["text"], *options.get("module", ())):
        return None
    if invocation.flags(*options.get("input", ())):
        return INPUT
    word = _first_operand(invocation, frozenset(options["values"]))
    return INPUT if word is None or word.text in _STANDARD_INPUT else word


def _first_operand(invocation: Invocation, takes: frozenset[str]) -> Word | None:
    skip = False
    for word in invocation.arguments:
        text = word.text
        if skip:
            skip = False
        elif text is None or not text.startswith(("-", "+")) or text == "-":
            return word
        elif text != "--":
            skip = text in takes
    return None


def runs_text(invocation: Invocation) -> Word | None:
    """The word that holds a script."""
    if invocation.program == "eval":
        return invocation.arguments[0] if len(invocation.arguments) == 1 else None
    options = table("downloads")["interpreters"].get(invocation.program)
    return next(option_values(invocation.arguments, tuple(options["text"])), None) if options is not None else None
