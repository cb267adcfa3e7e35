"""What PowerShell fetches from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cblint.buildspec.model import Buildspec
from cblint.checks.addresses import Address, address_of
from cblint.checks.edits import left_out, replaced
from cblint.facts import table
from cblint.finding import Report
from cblint.shell.operands import fits
from cblint.shell.powershell_tree import Assigned, Call, Expandable, Expression, Pipe, PowerShellScript, Variable
from cblint.shell.syntax import Literal, Node, SingleQuoted, walk

_FETCHING = r"(?i)https?://"
_INSECURE = r"(?i)http://|certificate|\$env:"
_BELIEVING = (
    r"(?is)\[(?:System\.)?Net\.ServicePointManager\]::ServerCertificateValidationCallback\s*=\s*"
    r"\{(?:\s|return)*\$true\W*"
)


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
    for place, address in _fetched(node):
        if address.is_own or (address.is_pinned and not address.is_plain):
            continue
        name = runs.operator or runs.words[0].raw
        fields = {"host": address.host, "shell": name, "how": f"over {address.scheme} nothing tells who does"}
        variant = "unprotected" if address.is_plain else "aws" if address.is_of_aws else "piped"
        by = runs.part(0, len(runs.operator)) if runs.operator else runs.words[0].span
        yield Report(place.span, variant, fields, (("runs", by),))
        return


def _fetched(root: Node) -> Iterator[tuple[Node, Address]]:
    """The addresses from which a part of a command fetches, by a cmdlet or by a method of .NET."""
    facts = table("downloads")["powershell"]
    for node in walk(root):
        if isinstance(node, Call) and node.name in facts["fetching"]:
            yield from _addresses(node.words[1:])
        elif isinstance(node, Expression) and _calls_method(node, "methods"):
            yield from _addresses(node.parts)


def _calls_method(node: Expression, which: str) -> bool:
    methods = "|".join(table("downloads")["powershell"][which])
    return re.search(rf"(?i)\.(?:{methods})(?:Async|TaskAsync)?\s*\(", node.raw) is not None


def _addresses(nodes: Sequence[Node]) -> Iterator[tuple[Node, Address]]:
    from cblint.flow.values import UNKNOWN, concat, literal  # with it comes the interpreter

    for root in nodes:
        for node in walk(root):
            if isinstance(node, (Literal, SingleQuoted)):
                address = address_of(literal(node.value))
            elif isinstance(node, Expandable):
                start = node.raw[1:].partition("$")[0].rstrip('"')
                address = address_of(concat((literal(start), UNKNOWN)) if node.parts else literal(start))
            else:
                continue
            if address is not None:
                yield node, address


# Without protection on the way


def insecurely_fetched(buildspec: Buildspec) -> Iterator[Report]:
    """What is fetched without protection on the way, and what switches the check of certificates off."""
    for item in buildspec.powershell_items:
        if re.search(_INSECURE, item.value) and item.powershell.problem is None:
            for node in walk(item.powershell):
                if isinstance(node, Expression):
                    yield from _computed(node)
                elif isinstance(node, Assigned):
                    yield from _assigned(node)
                elif isinstance(node, Call) and node.name in table("downloads")["powershell"]["fetching"]:
                    yield from _called(node)


def _computed(node: Expression) -> Iterator[Report]:
    if re.fullmatch(_BELIEVING, node.raw):
        yield Report(node.span, "setting", {"program": "PowerShell"})
    elif _calls_method(node, "saving-methods"):
        yield from _plain(node.parts, "DownloadFile")


def _called(node: Call) -> Iterator[Report]:
    facts = table("downloads")["powershell"]
    options = {(word.text or "").lower().rstrip(":"): word for word in node.words if word.verbatim}
    if not options.keys().isdisjoint(facts["saving"]):
        yield from _plain(node.words[1:], node.words[0].raw)
    public = [address for _, address in _addresses(node.words[1:]) if not address.is_own and not address.is_plain]
    for name in facts["unchecked"] if public else ():
        if name in options:
            word = options[name]
            before = node.words[node.words.index(word) - 1]
            fields = {"program": node.words[0].raw, "option": word.raw}
            yield Report(word.span, "certificate", fields, edits=(left_out(before.span, word.span),))


def _plain(nodes: Sequence[Node], program: str) -> Iterator[Report]:
    """The report on the first address, if it is without protection."""
    for node, address in list(_addresses(nodes))[:1]:
        if address.is_plain and not address.is_own:
            at = node.raw.lower().find(f"{address.scheme}://")
            edits = () if address.port else (replaced(node.part(at, at + len(address.scheme)), "https"),)
            fields = {"program": program, "host": address.host, "scheme": address.scheme}
            yield Report(node.span, "plain", fields, edits=edits, safe=address.has_https)


def _assigned(node: Assigned) -> Iterator[Report]:
    """``$env:NAME = '0'``."""
    facts = table("downloads")["variables"]
    name = next((part.name for part in node.target.parts if isinstance(part, Variable) and part.drive == "env"), "")
    known = next((each for each in facts if each.lower() == name and "values" in facts[each]), None)
    value = node.value.raw.strip("'\"") if node.value is not None else ""
    if known is not None and re.fullmatch(r"\w*", value) and fits(value, facts[known]["values"]):
        yield Report(node.span, "variable", {"program": facts[known]["program"], "name": known})
