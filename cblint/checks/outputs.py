"""What becomes of a command's output where the command has failed, or has not found what was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.checks.edits import after
from cblint.facts import table
from cblint.finding import Report
from cblint.flow import build_of
from cblint.flow.kinds import READ
from cblint.flow.steps import SUCCEEDING, Step
from cblint.shell.commands import Assignment
from cblint.shell.effects import called, called_at, effect_of, line_in
from cblint.shell.query import Invocation, asked_in
from cblint.shell.syntax import CommandSubstitution, Node, ProcessSubstitution, walk

# What runs the output of something


def eval_of_command_output(buildspec: Buildspec) -> Iterator[Report]:
    """The output of a command is run as commands, and nothing is run where it fails."""
    for item in buildspec.shell_items:
        for invocation in item.invocations if re.search(_EVAL, item.value) else ():
            command = _what_is_run(invocation)
            found = item.calls(command) if command is not None else []
            if not found or not _may_be_anything(found[-1]):
                continue
            inner = found[-1]
            if inner.program in table("downloads")["programs"] and _is_remote_script(buildspec, inner):
                continue  # whatever it is, it runs: remote-script-piped-to-shell
            known = any(inner.program == name for name in table("effects")["shell-setup"])
            fields = {"command": called(inner), "runs": invocation.program}
            variant = "setup" if known else "file" if invocation.program != "eval" else "output"
            yield Report(called_at(inner), variant, fields, (("runs", invocation.words[0].span),))


def _is_remote_script(buildspec: Buildspec, inner: Invocation) -> bool:
    from cblint.checks.remote_scripts import is_remote_script  # few commands that are run so fetch something

    return is_remote_script(buildspec, inner.node)


_EVAL = r"\beval\b|(\.|source)\s*<\("


def _may_be_anything(inner: Invocation) -> bool:
    """Whether it can fail, and no other rule has more to say of it."""
    effect = effect_of(inner)
    flow = line_in("flows", inner)
    if inner.runs("aws", "ecr", "get-login") or (flow is not None and "untrusted" in flow.says):
        return False
    return effect is None or effect.fails


def _what_is_run(invocation: Invocation) -> Node | None:
    """The command whose output ``eval`` or ``.`` is given, if it is given nothing else: of a pipeline the first."""
    operands = invocation.operands()
    if len(operands) != 1 or invocation.program not in ("eval", ".", "source"):
        return None
    parts = [part for part in walk(operands[0]) if isinstance(part, (CommandSubstitution, ProcessSubstitution))]
    if not parts or operands[0].raw.strip('"') != parts[0].raw:
        return None
    if isinstance(parts[0], ProcessSubstitution) == (invocation.program == "eval"):
        return None
    body = parts[0].body.items
    return next(iter(body[-1].pipelines[-1].commands), None) if body else None


# What takes a missing field for a value


def jq_null_value(buildspec: Buildspec) -> Iterator[Report]:
    """A variable is given a field by jq, and is "null" where there is none."""
    fields = {
        id(assignment): (assignment, invocation)
        for item in buildspec.shell_items
        if "jq" in item.value
        for invocation in item.invocations
        if _gives_field(invocation) and (assignment := _assigned_to(invocation)) is not None
    }
    if not fields:
        return
    asked = {name for item in buildspec.shell_items for name in asked_in(item.script)}
    seen: set[int] = set()
    for run in build_of(buildspec).on(SUCCEEDING):
        users: dict[int, Invocation] | None = None
        for event in run.events:
            for place in event.variable.places if event.kind == READ and event.variable is not None else ():
                found = fields.get(id(place))
                if found is None or id(place) in seen or event.name in asked:
                    continue
                users = _users(run.step) if users is None else users
                user = users.get(id(event.node))
                if user is not None:
                    seen.add(id(place))
                    yield _null(*found, user)


def _null(assignment: Assignment, invocation: Invocation, user: Invocation) -> Report:
    fields = {"name": assignment.name, "field": invocation.operands()[0].text or ""}
    edits = (after(invocation.words[0].span, " -e"),)
    return Report(invocation.operands()[0].span, "null", fields, (("used", called_at(user)),), edits)


_FIELD = r"""\.[A-Za-z_"\[][\w.\[\]"-]*"""


def _gives_field(invocation: Invocation) -> bool:
    operands = invocation.operands()
    if invocation.program != "jq" or not operands or invocation.flags("-e", "--exit-status"):
        return False
    return invocation.piped_into is None and re.fullmatch(_FIELD, operands[0].text or "") is not None


def _assigned_to(invocation: Invocation) -> Assignment | None:
    """The assignment whose value is just what the command prints."""
    node = invocation.assignment
    parts = [part for part in walk(node.value) if isinstance(part, CommandSubstitution)] if node is not None else []
    whole = node is not None and len(parts) == 1 and node.value.raw.strip('"') == parts[0].raw
    return node if whole else None


def _users(step: Step) -> dict[int, Invocation]:
    """The commands that do more than show something, by the parameters (by identity) in their words."""
    found: dict[int, Invocation] = {}
    for invocation in step.item.invocations:
        effect = effect_of(invocation)
        if effect is not None and effect.matters:
            found.update((id(part), invocation) for word in invocation.words for part in walk(word))
    return found
