"""Secrets in the log of the build, where PowerShell runs the commands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint import expressions
from cblint.buildspec.model import PARAMETER_STORE, VARIABLES, Buildspec, ShellItem
from cblint.checks.languages import posix_in
from cblint.checks.powershell_output import OUTPUT, Members, given, hands_on, members, shown
from cblint.facts import table
from cblint.finding import Report, Step
from cblint.flow.labels import sounds_secret
from cblint.records import NamedTuple
from cblint.shell.effects import called, called_at, line_in
from cblint.shell.parser import parse
from cblint.shell.powershell_tree import (
    Argument,
    Assigned,
    Bracket,
    Call,
    Expandable,
    Expression,
    Pipe,
    PowerShellScript,
    Variable,
)
from cblint.shell.query import invocations
from cblint.shell.syntax import Node, walk
from cblint.source.text import Span

_ENVIRONMENT = "env"
_NOTHING = expressions.lazy("")
_JOINED = expressions.lazy(r"\s*(?:[+,]|-f)?\s*", re.IGNORECASE)
_BASE64 = expressions.lazy(r"\[(?:System\.)?Convert\]::ToBase64String\(", re.IGNORECASE)
WORST_FIRST = ("changed", "fetched", "perhaps-changed", "fetched-parameter", "masked", "named")


class Secret(NamedTuple):
    """What a variable holds: what there is to say where it is printed, and the way that it has come."""

    variant: str
    name: str
    steps: tuple[Step, ...] = ()


class _Use(NamedTuple):
    """A secret in what is printed."""

    span: Span
    secret: Secret


def items(buildspec: Buildspec) -> list[ShellItem]:
    """The commands that PowerShell is meant to run and can read."""
    found = [item for item in buildspec.powershell_items if posix_in(item) is None]
    return [item for item in found if item.powershell.problem is None]


# A secret


def printed(buildspec: Buildspec) -> Iterator[Report]:
    """A secret is printed into the log."""
    commands = items(buildspec)
    secrets = given_secrets(buildspec, commands)
    for item in commands:
        known = secrets | _assigned(item.powershell, secrets)
        for node in _written(item.powershell):
            found = sorted(_uses(node, known), key=lambda use: WORST_FIRST.index(use.secret.variant))
            for use in found[:1]:
                steps = (*use.secret.steps, Step("printed", use.span))
                yield Report(use.span, use.secret.variant, {"name": use.secret.name}, steps=steps)


def given_secrets(buildspec: Buildspec, commands: list[ShellItem]) -> dict[str, Secret]:
    """The secrets of the environment, by what their variables are called in lower case."""
    found: dict[str, Secret] = {}
    put = {name for item in commands for name in _put(item.powershell)}
    for item in commands if any("env:" in item.value.lower() for item in commands) else ():
        for node in walk(item.powershell):
            if isinstance(node, Variable) and node.drive == _ENVIRONMENT and sounds_secret(node.name):
                found.setdefault(f"env:{node.name}", Secret("named", _name(node)))
    for name, is_secret in (each for project in buildspec.projects for each in project.variables):
        if is_secret:
            found[f"env:{name.lower()}"] = Secret("masked", name)
        else:
            found.pop(f"env:{name.lower()}", None)
    for variable in buildspec.variables:
        key = f"env:{variable.name.lower()}"
        if variable.section == VARIABLES or (variable.section == PARAMETER_STORE and not sounds_secret(variable.name)):
            found.pop(key, None)
        else:
            step = Step("given", variable.key.span, {"name": variable.name})
            found[key] = Secret("masked", variable.name, (step,))
    return {name: secret for name, secret in found.items() if name not in put}


def _name(node: Variable) -> str:
    """The name of a variable as it is written."""
    return node.raw.strip("${}@").partition(":")[2]


def _put(script: PowerShellScript) -> Iterator[str]:
    """The environment variables that a command sets: they are no longer what the build was given."""
    for node in walk(script):
        if isinstance(node, Assigned):
            targets = [part for part in node.target.parts if isinstance(part, Variable)]
            yield from (f"env:{part.name}" for part in targets if part.drive == _ENVIRONMENT)


def _assigned(script: PowerShellScript, secrets: dict[str, Secret]) -> dict[str, Secret]:
    """The variables of a command that hold a secret: those that are set once, and to nothing else."""
    found: set[str] = set()
    known = dict(secrets)
    for node in walk(script):
        if not isinstance(node, Assigned) or len(node.target.parts) != 1:
            continue
        (target,) = node.target.parts
        if not isinstance(target, Variable) or target.span != node.target.span:
            continue
        key = f"{target.drive}:{target.name}" if target.drive else target.name
        secret = _held(node, known) if node.operator == "=" and key not in found else None
        found.add(key)
        known.pop(key, None)
        if secret is not None:
            taken = Step("taken", target.span, {"name": target.raw.strip("${}").rpartition(":")[2]})
            known[key] = secret._replace(steps=(*secret.steps, taken))
    return {name: known[name] for name in found if name in known}


def _held(node: Assigned, known: dict[str, Secret]) -> Secret | None:
    """The secret that is assigned: one that is known, or one that a program fetches."""
    value = node.value
    call = _program(value) if value is not None else None
    if call is not None:
        return _fetched(call)
    uses = list(_uses(value, known)) if isinstance(value, Expression) else []
    return uses[0].secret if len(uses) == 1 else None


def _program(node: Node) -> Call | None:
    """The program whose output a value is, or a part of that which is no mere name or number."""
    facts = table("powershell")
    if isinstance(node, Expression) and len(node.parts) == 1:
        (part,) = node.parts
        if not isinstance(part, Bracket) or part.start != node.start or len(part.statements) != 1:
            return None
        after = members(part)
        if after.end < node.end or not set(after.names).isdisjoint(facts["members-that-tell-nothing"]):
            return None
        return _program(part.statements[0])
    if isinstance(node, Pipe):
        return _program(node.stages[0]) if set(node.operators) == {"|"} and _reads(node.stages[1:]) else None
    return node if isinstance(node, Call) else None


def _reads(stages: tuple[Node, ...]) -> bool:
    """Whether all of a text goes through these stages."""
    return all(isinstance(each, Call) and each.name in ("convertfrom-json", "out-string") for each in stages)


def _fetched(call: Call) -> Secret | None:
    """What a program prints that fetches a secret; it is called alike in every shell."""
    if call.name not in table("flows")["tools"]:
        return None
    script = parse(call.source.slice(call.start, call.end))
    for invocation in invocations(script) if script.problem is None else ():
        verb = line_in("flows", invocation)
        if verb is not None and "secret" in verb.says:
            is_parameter = verb.says.get("fetches") == PARAMETER_STORE
            step = Step("fetched", called_at(invocation), {"name": called(invocation)})
            return Secret("fetched-parameter" if is_parameter else "fetched", called(invocation), (step,))
    return None


# Where it is printed


def _written(script: PowerShellScript) -> Iterator[Node]:
    """What is printed: words of commands, and expressions whose value nothing takes."""
    facts = table("powershell")
    for node in walk(script):
        if isinstance(node, Call) and node.name in facts["writes-to-host"]:
            words = given(node)
            if not words.sends_away(facts["writes-to-host"][node.name]):
                yield from _texts(words.words)
    for first, *rest in shown(script.statements):
        if not hands_on(rest):
            continue
        if isinstance(first, Expression):
            yield first
        elif isinstance(first, Call) and first.name in facts["writes-output"]:
            words = given(first)
            if not words.sends_away(OUTPUT):
                yield from _texts(words.words)


def _texts(words: tuple[Argument, ...]) -> Iterator[Node]:
    """The words that are printed: without parameters."""
    return (word for word in words[1:] if not word.verbatim)


def _uses(node: Node, known: dict[str, Secret]) -> Iterator[_Use]:
    """The secrets that become part of a text."""
    stack = [(node, "")]
    while stack:
        each, change = stack.pop()
        if isinstance(each, Variable):
            secret = known.get(f"{each.drive}:{each.name}" if each.drive else each.name)
            if secret is not None:
                yield _Use(each.span, _turned(secret, change))
        elif isinstance(each, Expandable):
            stack.extend((part, change) for part in each.parts[::-1])
        elif isinstance(each, Bracket):
            if each.opening in ("(", "$(") and len(each.statements) == 1:
                stack.append((each.statements[0], change))
        elif isinstance(each, (Argument, Expression)):
            stack.extend(_joined(each, change))


def _joined(node: Argument | Expression, change: str) -> list[tuple[Node, str]]:
    """The parts of which a text is put together, and how each is changed; nothing where it is not certain."""
    if isinstance(node, Expression) and _BASE64.match(node.raw):
        return [(each, "changed") for each in walk(node) if isinstance(each, Variable) and not members(each).names]
    found: list[tuple[Node, str]] = []
    source, end = node.source.value, node.start
    for part in node.parts:
        if part.start < end:
            continue  # what a method is given
        if isinstance(node, Expression) and not (_JOINED if found else _NOTHING).fullmatch(source[end : part.start]):
            return []
        after = members(part) if isinstance(part, (Variable, Bracket)) else Members((), part.end)
        how = _change(after.names, change)
        if how is None:
            return []
        found.append((part, how))
        end = after.end
    return found[::-1] if isinstance(node, Argument) or not source[end : node.end].strip() else []


def _change(methods: tuple[str, ...], change: str) -> str | None:
    """What methods make of a text; None where it is something else then."""
    facts = table("powershell")
    for method in methods:
        if method in facts["methods-that-change"]:
            change = "changed"
        elif method in facts["methods-that-may-change"]:
            change = change or "perhaps-changed"
        elif method not in facts["methods-that-keep"]:
            return None
    return change


def _turned(secret: Secret, change: str) -> Secret:
    """What there is to say of a secret that has become another text."""
    return secret._replace(variant=change) if change and secret.variant == "masked" else secret
