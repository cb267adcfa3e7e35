"""What programs print and store of what they are given: where those texts come from, by ``rules/facts/flows.yml``."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from cblint.facts import table
from cblint.flow.labels import (
    FETCHED,
    NO_LABELS,
    SECRET,
    UNTRUSTED,
    Label,
    Labels,
    changed,
    together,
    without,
)
from cblint.flow.paths import key
from cblint.flow.state import File, State, Variable
from cblint.flow.values import literal, unknown
from cblint.shell.effects import Verb, called, called_at, line_in, places_in
from cblint.shell.query import Invocation, unwrapped
from cblint.shell.syntax import Word

if TYPE_CHECKING:
    from cblint.flow.simple import Call, SimpleRunner

ENVIRONMENT = "environment"
"""The source of what prints the whole environment."""
LOOKED_AT = 500
"""So many variables of an environment are looked at for secrets."""
_MASKS: dict[str, bool | None] = {"whole": True, "part": None, "other": False}


def printed(call: Call) -> Labels:
    """Where what a program prints comes from."""
    found = _line(call)
    if found is None:
        return _of_variable(call)
    verb, invocation = found
    says = verb.says
    labels = NO_LABELS
    place = call.standing.span if call.standing is not None else called_at(invocation)
    if "secret" in says:
        source = says.get("fetches") or says["secret"]
        return frozenset({Label(SECRET, f"{FETCHED}{source}", called(invocation), place)})
    if "untrusted" in says:
        return frozenset(
            {Label(UNTRUSTED, says["untrusted"], called(invocation), place, None if says.get("word") else True)}
        )
    if says.get("environment"):
        return environment(call)
    if "passes" in says:
        labels = together((_read(call), call.state.input.labels))
        if says.get("selects"):
            labels = NO_LABELS if any(label.source == ENVIRONMENT for label in labels) else labels
    if says.get("arguments") and "stores" not in says:
        labels = together((labels, *(word.labels for word in call.words)))
    if says.get("clean") or ("cleans" in says and _cleans(call, says["cleans"])):
        labels = without(labels, UNTRUSTED)
    mask = _MASKS[says.get("passes", "part")]
    return labels if mask else changed(labels, mask)


def stored(shell: SimpleRunner, call: Call) -> State:
    """The state after what a program stores in the files that it is given."""
    found = _line(call)
    if found is None or "stores" not in found[0].says:
        return call.state
    verb, invocation = found
    says = verb.says
    state = call.state
    labels = _read(call) if says.get("copies") else call.state.input.labels
    if says.get("arguments"):
        labels = together(word.labels for word in call.words)
    # Where a word may become several, those count that are written out.
    values = dict(zip(invocation.node.words, (None, *call.words), strict=False)) if call.exact else {}
    for word in places_in(says["stores"], verb, invocation):
        known = literal(word.text) if isinstance(word, Word) and word.text is not None else None
        value = values.get(word, known) if isinstance(word, Word) else None
        path = key(state, value) if value is not None else None
        old = state.files.get(path).content.labels if path is not None else NO_LABELS
        if path is None or not (old or labels) or (not labels and says.get("keeps")):
            continue
        if labels:
            shell.stores(state, unknown(labels), path, call.node)
        kept = together((old, labels)) if says.get("keeps") else labels
        state = state._replace(files=state.files.set(path, File(None, unknown(kept))))
    return state


def environment(call: Call) -> Labels:
    """Where a print of the whole environment comes from."""
    variables = call.state.variables
    # What the build was given comes first.
    secrets = together(_exported(variables.get(name)) for name in islice(variables.names(), LOOKED_AT))
    place = (call.standing or call.node).span
    dump = Label(SECRET, ENVIRONMENT, call.name, place, None)
    return together((frozenset({dump}), secrets))


def _exported(variable: Variable) -> Labels:
    return NO_LABELS if variable.assigned is False or variable.exported is False else variable.value.labels


def _line(call: Call) -> tuple[Verb, Invocation] | None:
    """What the table says of the program, or of the one that it runs."""
    if call.name.rpartition("/")[2].rstrip("0123456789.") not in _looked_at():
        return None
    for invocation in unwrapped(call.node):
        verb = line_in("flows", invocation)
        if verb is not None:
            return verb, invocation
    return None


@cache
def _looked_at() -> frozenset[str]:
    """The programs of the table, by all their names, and those that run others."""
    tools = table("flows")["tools"]
    same = (name for name, known in table("effects")["same"].items() if known in tools)
    names = (*tools, *same, *table("tools")["wrappers"])
    return frozenset(name.rstrip("0123456789.") for name in names)


def _of_variable(call: Call) -> Labels:
    """``printenv NAME``"""
    if call.name.rpartition("/")[2] != "printenv" or not call.exact:
        return NO_LABELS
    return together(call.state.variable(word.text).value.labels for word in call.words if word.text)


def _cleans(call: Call, pattern: str) -> bool:
    """Whether an argument, as a script of ``sed``, takes out what is not harmless."""
    return any(re.search(pattern, word.text) is not None for word in call.words if word.text)


def _read(call: Call) -> Labels:
    """Where what stands in the files comes from that a command names."""
    files = call.state.files
    found = []
    for word in call.words:
        path = key(call.state, word) if not word.start.startswith("-") else None
        if path is not None:
            found.append(files.get(path).content.labels)
    return together(found)
