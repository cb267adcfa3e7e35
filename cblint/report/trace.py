"""What ``cblint trace`` prints: what is believed after each command of a buildspec."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cblint.buildspec.model import Buildspec
from cblint.flow.build import Build
from cblint.flow.events import Hidden
from cblint.flow.state import Variable
from cblint.flow.trace import Belief, Known, beliefs, directory, known, runs_after_failure
from cblint.hiding import Hiding
from cblint.records import NamedTuple
from cblint.report.secrets import secrets_of
from cblint.report.serialise import serialised
from cblint.report.shown import printable
from cblint.secrets.mask import Mask
from cblint.secrets.names import names_secret
from cblint.source.text import HOLE, UNTOLD, Lines
from cblint.typing import Any

VERSION = 1
LONGEST = 72
"""Characters of a command or a value that are shown."""
LONGEST_VALUE = 16_384
"""Characters of a value that JSON holds: a longer one is left out, as if it were not known."""
MOST = 4_000_000
"""Characters of all variables in JSON; beyond that each command has only those that it may have changed itself."""

_HOW = {
    "sequence": "the status of what follows counts",
    "or": "the other side of || runs instead",
    "pipeline": "only the last command of the pipeline counts",
    "background": "it runs in the background",
    "substitution": "the status of the command around it counts",
    "declaration": "the status of the declaration counts",
    "open": "the command ends in an operator, and the status of the one before counts",
}
_SHELLS = {"sh": "sh, which is dash or bash", "bash-as-sh": "sh, which is bash here", "dash": "sh, which is dash here"}


class Traced(NamedTuple):
    """A buildspec that was run on paper."""

    buildspec: Buildspec
    build: Build
    lines: Lines
    shown: str
    """The name of its file."""
    hiding: Hiding
    """What of that file is not to be shown."""


def render_json(traced: Iterable[Traced]) -> Iterator[str]:
    """The contract: one document, the commands in the order of execution on the path where all went well."""
    items: list[dict[str, Any]] = []
    left = MOST
    for one in traced:
        secrets = secrets_of(one.build, one.hiding)
        for belief, names in _with_names(one):
            item = _item(belief, one, names if left > 0 else belief.changed, secrets)
            left -= sum(len(name) + len(known["value"] or "") + 20 for name, known in item["variables"].items())
            items.append(item)
    yield serialised({"format": "cblint-trace", "version": VERSION, "items": items})


def _with_names(traced: Traced) -> Iterator[tuple[Belief, Iterable[str]]]:
    """Each belief with the variables that the buildspec has named so far."""
    names = dict.fromkeys(variable.name for variable in traced.buildspec.variables)
    for belief in beliefs(traced.build):
        names.update(dict.fromkeys(belief.changed))
        yield belief, names


def _item(belief: Belief, traced: Traced, names: Iterable[str], secrets: Mask) -> dict[str, Any]:
    position = traced.lines.position(belief.step.item.node.span.start)
    cwd = directory(belief.state.cwd)
    return {
        "phase": belief.step.phase,
        "index": belief.step.number,
        "key": belief.step.key,
        "start": {"line": position.line, "column": position.column},
        "status": None if belief.succeeds is None else int(not belief.succeeds),
        "cwd": None if cwd is None or HOLE in cwd or secrets.within(cwd) else cwd,
        "variables": {secrets.name(name): _variable(name, belief, secrets) for name in names},
    }


def _variable(name: str, belief: Belief, secrets: Mask) -> dict[str, Any]:
    variable = _known(name, belief.state.variable(name))
    return {"assigned": variable.assigned, "value": _showable(variable.value, secrets), "labels": list(variable.labels)}


def known_value(name: str, state: Variable, secrets: Mask) -> str | None:
    """The text that a variable holds for sure, if it is known, not too long, and no secret."""
    variable = _known(name, state)
    return _showable(variable.value, secrets) if variable.assigned == "yes" else None


def _showable(text: str | None, secrets: Mask) -> str | None:
    """A text that is known, if it is not too long, and no secret stands in it."""
    hides = text is None or len(text) > LONGEST_VALUE or HOLE in text or secrets.within(text)
    return None if hides else text


def _known(name: str, state: Variable) -> Known:
    """What is known of a variable, without the text of what looks like a secret by its name."""
    variable = known(state)
    return variable._replace(value=None) if names_secret(name) else variable


def render_text(traced: Iterable[Traced]) -> Iterator[str]:
    """For people: only what each command changes."""
    for one in traced:
        shell = one.buildspec.runs_in
        if not one.build.runs:
            yield f"{one.shown}: no command that cblint can run on paper\n"
            continue
        yield f"{one.shown} runs in {_SHELLS.get(shell, shell)}\n"
        yield from _steps(one)


def _steps(traced: Traced) -> Iterator[str]:
    before: str | None = "."
    secrets = secrets_of(traced.build, traced.hiding)
    for belief in beliefs(traced.build):
        step = belief.step
        line = traced.lines.position(step.item.node.span.start).line
        yield f"\n{step.where}, line {line}: {shown(step.item.value, secrets)}\n"
        for label, text, is_variable in told(belief, before, secrets):
            yield f"  {label} {text}\n" if is_variable else f"  {label:<10} {text}\n"
        before = belief.directory
        if step.phase == "post_build" and runs_after_failure(traced.build, step):
            yield "  runs also when the build has failed\n"


class Told(NamedTuple):
    """Something that is believed after a command, under a label or the name of a variable."""

    label: str
    text: str
    is_variable: bool = False


def told(belief: Belief, before: str | None, secrets: Mask) -> Iterator[Told]:
    """How a command ends, and what it changes; ``before`` is the directory before it."""
    yield Told("status", _status(belief))
    after = belief.directory
    if after != before:
        yield Told("directory", "not known" if after is None else shown(after, secrets))
    for name in belief.changed:
        yield Told(printable(secrets.name(name)), value(name, belief.state.variable(name), secrets), True)
    for hidden in belief.hidden:
        if hidden.how in _HOW:
            command = shown(hidden.command.raw, secrets)
            yield Told("unseen", f"{command} may fail: {_HOW[hidden.how]}{_by(hidden, secrets)}")


def _status(belief: Belief) -> str:
    if belief.succeeds is None:
        return "0 or a failure"
    return "0" if belief.succeeds else "a failure, for sure"


def value(name: str, state: Variable, secrets: Mask) -> str:
    """What a variable holds, in words that follow its name."""
    variable = _known(name, state)
    if variable.assigned == "no":
        return "is not set"
    if state.array:
        text = "an array, which the next command does not see"
    elif "secret" in variable.labels or names_secret(name):
        text = "a value that is not shown"
    else:
        text = f'"{shown(state.value.written, secrets)}"' if state.value.pieces != () else '""'
    return f"{'may be' if variable.assigned == 'maybe' else 'is'} {text}"


def _by(hidden: Hidden, secrets: Mask) -> str:
    return f" ({shown(hidden.witness.raw, secrets)})" if hidden.how in ("sequence", "or", "pipeline") else ""


def shown(text: str, secrets: Mask) -> str:
    """A text of the file, or one that the build makes, on one line of bounded length."""
    line = printable(" ".join(secrets.hidden(text, LONGEST).replace(HOLE, UNTOLD).split()))
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
