"""The whole environment in the log of the build, where PowerShell runs the commands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint import expressions
from cblint.buildspec.model import Buildspec, ShellItem
from cblint.checks.edits import Change
from cblint.checks.powershell_output import OUTPUT, given, hands_on, members, shown
from cblint.checks.powershell_secrets import WORST_FIRST, Secret, given_secrets, items
from cblint.checks.removing import list_item, number_of, statement
from cblint.facts import table
from cblint.finding import Report, Step
from cblint.shell.powershell import parse
from cblint.shell.powershell_tree import Bracket, Call, Expression, Keyword, PowerShellScript, Variable
from cblint.shell.syntax import Node, walk
from cblint.source.text import Span

_EACH = expressions.lazy(r"\(\s*\$(\w+)\s+in\s+")
_ITSELF = ("_", "psitem")


def dumped(buildspec: Buildspec) -> Iterator[Report]:
    """All variables are printed into the log."""
    commands = items(buildspec)
    secrets: dict[str, Secret] | None = None
    for item in commands if any(_may_dump(item) for item in commands) else ():
        for node, span in _dumps(item.powershell):
            secrets = given_secrets(buildspec, commands) if secrets is None else secrets
            touched, edits = _removed(buildspec, item, node)
            worst = min(secrets.values(), key=lambda each: WORST_FIRST.index(each.variant), default=None)
            if worst is None:
                yield Report(span, "unknown", edits=edits, touched=touched, steps=(Step("printed", span),))
            else:
                steps = (*worst.steps, Step("printed", span))
                yield Report(span, worst.variant, {"name": worst.name}, edits=edits, touched=touched, steps=steps)


def _may_dump(item: ShellItem) -> bool:
    value = item.value.lower()
    return "env" in value or "set" in value


def _dumps(script: PowerShellScript) -> Iterator[tuple[Node, Span]]:
    """What shows the whole environment: the statement, and the command in it that lists it."""
    for stages in shown(script.statements):
        first, *rest = stages
        span = _listing(first)
        if span is not None and _shows_all(rest):
            yield first, span
        elif isinstance(first, Call) and hands_on(rest):
            inner = _listed_for(first)
            if inner is not None:
                yield first, inner
    for node in walk(script):
        if isinstance(node, Keyword) and node.word == "foreach" and len(node.parts) == 2:
            inner = _looped(node)
            if inner is not None:
                yield node, inner


def _listing(node: Node) -> Span | None:
    """The part of a command or expression that gives the whole environment."""
    facts = table("powershell")
    if isinstance(node, Expression):
        if re.fullmatch(facts["environment-text"], node.raw, re.IGNORECASE):
            return node.span
        (part,) = node.parts if len(node.parts) == 1 else (None,)
        if isinstance(part, Bracket) and part.span == node.span and len(part.statements) == 1:
            return _listing(part.statements[0])
        return None
    if not isinstance(node, Call):
        return None
    words = given(node)
    if words.sends_away(OUTPUT):
        return None
    texts = [(word.text or "").lower() for word in words.words]
    if node.name == "cmd" and texts[1:] in (["/c", "set"], ["/c", '"set"']):
        return words.words[0].span.to(words.words[-1].span)
    if node.name not in facts["lists"]:
        return None
    named = [text for text in texts[1:] if text not in ("-path", "-literalpath")]
    if len(named) != 1 or not re.fullmatch(facts["environment-drive"], named[0]):
        return None
    # The drive itself is one item, and not what is in it.
    if node.name in ("get-item", "gi") and not named[0].endswith("*"):
        return None
    return words.words[0].span.to(words.words[-1].span)


def _shows_all(stages: list[Node]) -> bool:
    """Whether all of an environment is shown that comes into these stages."""
    facts = table("powershell")
    first = stages[0] if stages else None
    if isinstance(first, Call) and first.name in facts["for-each"]:
        blocks = [part for word in first.words for part in word.parts if isinstance(part, Bracket)]
        return len(blocks) == 1 and _shows_values(blocks[0], _ITSELF) and hands_on(stages[1:])
    return hands_on(stages) and not any(_names_columns(each) for each in stages)


def _names_columns(node: Node) -> bool:
    """Whether a table has chosen columns."""
    if not isinstance(node, Call) or not node.name.startswith(("format-", "ft", "fl", "fw")):
        return False
    operands = [word for word in given(node).words[1:] if not word.verbatim]
    return bool(operands) and "value" not in node.raw.lower() and "*" not in node.raw


def _shows_values(block: Bracket, names: tuple[str, ...]) -> bool:
    """Whether a block does nothing but print the value of what a variable holds."""
    statements = list(block.statements)
    if not statements or any(isinstance(node, Keyword) for node in walk(block)):
        return False
    writers = (*table("powershell")["writes-output"], *table("powershell")["writes-to-host"])
    for each in statements:
        if not isinstance(each, Expression) and not (
            isinstance(each, Call) and each.name in writers and not given(each).redirected
        ):
            return False
    variables = [node for node in walk(block) if isinstance(node, Variable) and node.name in names]
    return any(members(node).names == ("value",) for node in variables)


def _listed_for(call: Call) -> Span | None:
    """The listing in the brackets of what prints it: ``Write-Output (Get-ChildItem Env:)``."""
    facts = table("powershell")
    to_host = call.name in facts["writes-to-host"]
    if not to_host and call.name not in facts["writes-output"]:
        return None
    words = given(call)
    if words.redirected or len(words.words) != 2:
        return None
    (part, *others) = words.words[1].parts
    if others or not isinstance(part, Bracket) or part.opening == "{":
        return None
    for stages in shown(part.statements):
        span = _listing(stages[0])
        # To the host a list of objects is written by the names of their types.
        made_text = any(isinstance(each, Call) and each.name in ("out-string", "convertto-json") for each in stages)
        if span is not None and _shows_all(list(stages[1:])) and (made_text or not to_host):
            return span
    return None


def _looped(node: Keyword) -> Span | None:
    """The listing in the head of a loop that prints each variable: its tree has an expression there."""
    head, block = node.parts
    match = _EACH.match(head.raw)
    if match is None or not isinstance(block, Bracket) or not _shows_values(block, (match[1].lower(),)):
        return None
    script = parse(head.source.slice(head.start + match.end(), head.end - 1))
    if script.problem is not None or len(script.statements) != 1:
        return None
    return _listing(script.statements[0])


def _removed(buildspec: Buildspec, item: ShellItem, found: Node) -> Change:
    """The command taken out of the file, if it does nothing else."""
    statements = item.powershell.statements
    number = number_of(statements, found.start) if found.source is item.powershell.source else -1
    if number < 0 or statements[number].start != found.start or isinstance(statements[number], Keyword):
        return (), ()
    is_text = re.fullmatch(table("powershell")["environment-text"], statements[number].raw, re.IGNORECASE)
    if not is_text and any(isinstance(each, (Bracket, Variable)) for each in walk(statements[number])):
        return (), ()
    if len(statements) > 1:
        return (), statement(item, statements, number)
    return list_item(buildspec, item)
