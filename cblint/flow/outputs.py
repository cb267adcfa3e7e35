"""What programs print and store of what they are given: where those texts come from, by ``rules/facts/flows.yml``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from cblint.facts import table
from cblint.flow.dumps import ENVIRONMENT, environment, holds_environment, leaves_secrets_out
from cblint.flow.labels import (
    FETCHED,
    NO_LABELS,
    SECRET,
    UNTRUSTED,
    Labels,
    changed,
    label_at,
    together,
    without,
)
from cblint.flow.paths import key, of_process, presumed
from cblint.flow.state import File, State
from cblint.flow.values import Value, literal, unknown
from cblint.shell.effects import Verb, called, called_at, line_in, places_in
from cblint.shell.query import Invocation, unwrapped
from cblint.shell.syntax import ProcessSubstitution, Word
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.simple import Call, SimpleRunner

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
        return frozenset({label_at(place, SECRET, f"{FETCHED}{source}", called(invocation))})
    if "untrusted" in says:
        masked = None if says.get("word") else True
        return frozenset({label_at(place, UNTRUSTED, says["untrusted"], called(invocation), masked)})
    if says.get("environment"):
        return environment(call.state, called(invocation), place) if _has_all(invocation) else NO_LABELS
    if "passes" in says:
        # The files in which it stores that it does not read.
        labels = together((NO_LABELS if "stores" in says else _read(call), call.state.input.labels))
        if any(label.source == ENVIRONMENT for label in labels) and _shortens(verb, invocation):
            labels = NO_LABELS
    if says.get("arguments") and "stores" not in says:
        labels = together((labels, *(word.labels for word in call.words)))
    if says.get("clean") or ("cleans" in says and _cleans(call, says["cleans"])):
        labels = without(labels, UNTRUSTED)
    if "plain" in says and _cleans(call, says["plain"]):
        labels = without(labels, SECRET)
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
        exact = path is not None
        path = path or (presumed(state, value) if value is not None else None)
        old = state.files.get(path).content.labels if path is not None else NO_LABELS
        if path is None or not (old or labels) or (not labels and says.get("keeps")):
            continue
        if labels:
            shell.stores(state, unknown(labels), path, call.node, exact)
        kept = together((old, labels)) if says.get("keeps") else labels
        state = state._replace(files=state.files.set(path, File(None, unknown(kept))))
    return state


def dumped(call: Call, unexported: bool = False) -> Value:
    """What a builtin prints that shows all variables."""
    return unknown(environment(call.state, call.name, (call.standing or call.node).span, unexported))


def _has_all(invocation: Invocation) -> bool:
    """Whether a program gets the variables of the shell from those that run it."""
    facts = table("flows")["other-environment"]
    before = [word.text or "" for word in invocation.node.words if word.start < invocation.words[0].start]
    for wrapper in invocation.wrappers:
        says = facts.get(wrapper, {})
        if "keeping" in says and not _any_stands(says["keeping"], before):
            return False
        if _any_stands(says.get("leaving", ()), before):
            return False
    return True


def _any_stands(options: Iterable[str], words: list[str]) -> bool:
    return any(word.partition("=")[0] in options for word in words)


def _shortens(verb: Verb, invocation: Invocation) -> bool:
    """Whether a filter leaves out lines of an environment, so that nobody knows whether a secret is among the rest."""
    if verb.says.get("selects"):
        return True
    if not verb.says.get("leaves-out"):
        return False
    words = list(places_in(("@first", "-e"), verb, invocation))
    return any(leaves_secrets_out(word.text if isinstance(word, Word) else word) for word in words)


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
    """Whether an argument, as a script of ``sed``, takes out what is not harmless, or leaves nothing else."""
    return any(re.search(pattern, word.text) is not None for word in call.words if word.text)


def _read(call: Call) -> Labels:
    """Where what stands in the files comes from that a command names."""
    files = call.state.files
    found = []
    for word in call.words:
        path = (key(call.state, word) or presumed(call.state, word)) if not word.start.startswith("-") else None
        if path is not None:
            found.append(files.get(path).content.labels)
            if holds_environment(path):
                found.append(dumped(call).labels)
    parts = (part for argument in call.node.words for part in argument.parts)
    found += (files.get(of_process(part)).content.labels for part in parts if isinstance(part, ProcessSubstitution))
    return together(found)
