"""``read``, and what reads lines into an array."""

from __future__ import annotations

import re
from collections.abc import Callable

from cblint.flow import rehearsal
from cblint.flow.core import Unclear
from cblint.flow.state import Outcome, Variable
from cblint.flow.values import is_name, literal, unknown
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.simple import Call, SimpleRunner

_BLANKS = " \t\n"


def read(shell: SimpleRunner, call: Call) -> Outcome:
    """``read``."""
    return _told_from(shell, call, _read)


def read_lines(shell: SimpleRunner, call: Call) -> Outcome:
    """``mapfile`` and ``readarray``."""
    return _told_from(shell, call, _read_lines)


def _told_from(shell: SimpleRunner, call: Call, run: Callable[[SimpleRunner, Call], Outcome]) -> Outcome:
    """Where it cannot be said what happens, it is still known where the variables get their values."""
    labels = call.state.input.labels
    try:
        return run(shell, call)
    except Unclear:
        names = [word.text for word in call.words if is_name(word.text)]
        if not labels or not names:
            raise
        return rehearsal.anything_from(shell, call.node, call.state, dict.fromkeys(names, labels))


def _read(shell: SimpleRunner, call: Call) -> Outcome:
    words = [word.text for word in call.words]
    if not call.exact or any(word is None for word in words):
        raise Unclear
    if "-a" in words:
        return _read_array(shell, call, [word for word in words if word not in ("-r", "-a")])
    raw = bool(words) and words[0] == "-r"
    names = [word or "" for word in words[raw:]]
    if not names or not all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) for name in names):
        return _read_unknown(shell, call, [name for name in names if re.fullmatch(r"[A-Za-z_]\w*", name)])
    state = call.state
    text = state.input.text
    separators = state.variable("IFS")
    usual = (separators.assigned is not True and not separators.places) or separators.value.text == _BLANKS
    between = _BLANKS if usual else separators.value.text
    if text is None or "\0" in text or between is None or not between.isascii():
        return _read_unknown(shell, call, names)
    if between != _BLANKS and set(between) & set(_BLANKS):
        return _read_unknown(shell, call, names)
    line, ended, rest = text.partition("\n")
    if "\\" in line and not raw:
        return _read_unknown(shell, call, names)
    state = state._replace(input=literal(rest))
    for name, value in zip(names, _split(line, len(names), between), strict=True):
        state = shell.assign(state, name, literal(value), call.node, inside=True)
    return shell.answer(state, call.node, bool(ended))


def _read_array(shell: SimpleRunner, call: Call, names: list[str | None]) -> Outcome:
    """``read -a``, of which it is not followed what the elements are."""
    return _array(shell, call, names[0] if len(names) == 1 else None)


def _read_lines(shell: SimpleRunner, call: Call) -> Outcome:
    words = [word.text for word in call.words]
    names = words[1:] if words[:1] == ["-t"] else words
    if not call.exact or len(names) > 1:
        raise Unclear
    return _array(shell, call, names[0] if names else "MAPFILE")


def _array(shell: SimpleRunner, call: Call, name: str | None) -> Outcome:
    if shell.shell.is_dash is not False or not is_name(name):
        raise Unclear
    old = call.state.variable(name)
    if old.readonly is not False or old.integer is not False:
        raise Unclear
    read = Variable(None, unknown(call.state.input.labels), None, False, None, True, None, (call.node,))
    rest = unknown(call.state.input.labels)
    return shell.either(call.state._replace(input=rest).with_variable(name, read), call.node, None)


def _split(line: str, count: int, separators: str) -> list[str]:
    """The values of so many variables: the last one gets the rest of the line."""
    if not separators:
        found = [line]
    elif separators == _BLANKS:
        found = line.strip(" \t").split(None, count - 1)
    else:
        found = re.split(f"[{re.escape(separators)}]", line, maxsplit=count - 1) if count > 1 else [line]
        rest = found[-1]
        if len(found) == count and rest[-1:] in tuple(separators) and not set(rest[:-1]) & set(separators):
            found[-1] = rest[:-1]
    return [*found, *[""] * (count - len(found))]


def _read_unknown(shell: SimpleRunner, call: Call, names: list[str]) -> Outcome:
    if any((word.text or "").startswith("-") and word.text != "-r" for word in call.words) or not names:
        raise Unclear
    anything = unknown(call.state.input.labels)
    state = call.state._replace(input=anything)
    for name in names:
        state = shell.assign(state, name, anything, call.node, inside=True)
    return shell.either(state, call.node, None)
