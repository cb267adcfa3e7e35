"""What PowerShell fetches from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.checks.addresses import Address, address_of
from cblint.facts import table
from cblint.finding import Report
from cblint.shell.powershell_tree import Call, Expandable, Expression, Pipe, PowerShellScript
from cblint.shell.syntax import Literal, Node, SingleQuoted, walk
from cblint.source.text import Span

_FETCHING = r"(?i)https?://"


def scripts_run(buildspec: Buildspec) -> Iterator[Report]:
    """Scripts from elsewhere that are run as they come: ``iwr … | iex``, ``iex (….DownloadString(…))``."""
    for script in _scripts(buildspec):
        for node in walk(script):
            if isinstance(node, Pipe):
                yield from _piped(node)
            elif isinstance(node, Call) and _runs_text(node):
                for argument in node.words[:1] if node.operator else node.words[1:]:
                    yield from _told(argument, node)


def _scripts(buildspec: Buildspec) -> Iterator[PowerShellScript]:
    for item in buildspec.powershell_items:
        if re.search(_FETCHING, item.value) and item.powershell.problem is None:
            yield item.powershell


def _piped(pipe: Pipe) -> Iterator[Report]:
    for stage, operator, reader in zip(pipe.stages, pipe.operators, pipe.stages[1:], strict=False):
        if operator == "|" and isinstance(reader, Call) and _runs_text(reader):
            yield from _told(stage, reader)


def _runs_text(call: Call) -> bool:
    if call.name in table("downloads")["powershell"]["running"]:
        return True
    return call.operator in ("&", ".") and re.search(r"(?i)\[scriptblock\]::Create\(", call.words[0].raw) is not None


def _told(node: Node, runs: Call) -> Iterator[Report]:
    """The report on what a part of a command fetches, for another to run."""
    for place, address in fetched(node):
        if address.is_own or (address.is_pinned and not address.is_plain):
            continue
        name = runs.name if not runs.operator else "&"
        fields = {"host": address.host, "shell": name, "how": f"over {address.scheme} nothing tells who does"}
        variant = "unprotected" if address.is_plain else "aws" if address.is_of_aws else "piped"
        by = runs.part(0, len(runs.operator)) if runs.operator else runs.words[0].span
        yield Report(place, variant, fields, (("runs", by),))
        return


def fetched(root: Node) -> Iterator[tuple[Span, Address]]:
    """The addresses from which a part of a command fetches, by a cmdlet or by a method of .NET."""
    facts = table("downloads")["powershell"]
    for node in walk(root):
        if isinstance(node, Call) and node.name in facts["fetching"]:
            yield from _addresses(node.words[1:])
        elif isinstance(node, Expression) and _calls_method(node):
            yield from _addresses(node.parts)


def _calls_method(node: Expression) -> bool:
    methods = "|".join(table("downloads")["powershell"]["methods"])
    return re.search(rf"(?i)\.(?:{methods})(?:Async|TaskAsync)?\s*\(", node.raw) is not None


def _addresses(nodes: tuple[Node, ...]) -> Iterator[tuple[Span, Address]]:
    from cblint.flow.values import UNKNOWN, concat, literal  # with it comes the interpreter

    for root in nodes:
        for node in walk(root):
            if isinstance(node, (Literal, SingleQuoted)):
                address = address_of(literal(node.value))
            elif isinstance(node, Expandable):
                start = node.raw[1:].partition("$")[0].rstrip('"')
                address = address_of(literal(start) if not node.parts else concat((literal(start), UNKNOWN)))
            else:
                continue
            if address is not None:
                yield node.span, address
