"""What ``echo`` and ``printf`` print."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cblint import expressions
from cblint.flow.kinds import PRINTED
from cblint.flow.labels import UNTRUSTED, changed, together, without
from cblint.flow.state import State
from cblint.flow.values import Maybe, Value, concat, literal, unknown
from cblint.shell.syntax import Node
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.simple import Call, SimpleRunner

_BLANK = literal(" ")
_NUMBER = expressions.lazy(r"0|-?[1-9][0-9]{0,17}")
_FORMAT = expressions.lazy(r"%%|%s|%[-+ 0]*[0-9]{0,2}[dxXo]|%(.)|\\(n|t|\\|\\\\)|[^%\\]+|\\(.)|[%\\]\Z", re.DOTALL)


def printed(shell: SimpleRunner, call: Call) -> tuple[State, Node, Maybe, int | None]:
    """The state after printing, the command, whether it succeeds, and its status if it does not."""
    value, succeeds = _echoed(shell, call) if call.name == "echo" else formatted(call.words, call.exact)
    shell.recorder.note(PRINTED, call.node, call.name, (value,), call.exact)
    return shell.says(call.state, value, call.node), call.node, succeeds, None


def _echoed(shell: SimpleRunner, call: Call) -> tuple[Value, Maybe]:
    words = list(call.words)
    anything = unknown(together(word.labels for word in words))
    if not call.exact or (words and not words[0].start and words[0].text is None):
        return anything, True
    end = literal("\n")
    escapes: Maybe = shell.shell.among(True, False, False)
    first = words[0].start if words else ""
    if first == "-n" and words[0].text is not None:
        words.pop(0)
        end = Value(())
        if words and words[0].start.startswith("-") and shell.shell.is_dash is not True:
            return anything, True
    elif re.match(r"-[neE]+\Z", first) and shell.shell.is_dash is not True:
        return anything, True
    parts: list[Value] = []
    for number, word in enumerate(words):
        parts += [_BLANK, word] if number else [word]
    value = concat([*parts, end])
    if escapes is not False and any(isinstance(piece, str) and "\\" in piece for piece in value.pieces):
        return anything, True
    return value, True


def formatted(words: Sequence[Value], exact: bool) -> tuple[Value, Maybe]:
    """What ``printf`` makes of a format and its arguments, and whether it succeeds."""
    anything = unknown(together(word.labels for word in words))
    layout = words[0].text if words else None
    if layout is not None and "%q" in layout:
        # Quoted so that a shell reads it as one word.
        anything = unknown(without(changed(anything.labels, None), UNTRUSTED))
    if not exact or layout is None or layout.startswith("-"):
        return anything, None
    arguments = words[1:]
    parts: list[Value] = []
    while True:
        taken = 0
        for match in _FORMAT.finditer(layout):
            text = match.group()
            if text == "%%":
                parts.append(literal("%"))
            elif text == "%s":
                parts.append(arguments[taken] if taken < len(arguments) else Value(()))
                taken += 1
            elif (
                text == "%d"
                and taken < len(arguments)
                and re.fullmatch(r"0|-?[1-9][0-9]{0,17}", arguments[taken].text or "")
            ):
                parts.append(arguments[taken])
                taken += 1
            elif text in ("\\n", "\\t", "\\\\"):
                parts.append(literal({"\\n": "\n", "\\t": "\t", "\\\\": "\\"}[text]))
            elif text[0] in "%\\":
                return anything, None
            else:
                parts.append(literal(text))
        arguments = arguments[taken:]
        if not arguments or not taken:
            return concat(parts), True
