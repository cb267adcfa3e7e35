"""Commands that fail where a file is not the one that is meant, or may do so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.checks.fetching import Call
from cblint.checks.scripts import reads_as_script
from cblint.facts import table
from cblint.records import NamedTuple
from cblint.shell.commands import SimpleCommand
from cblint.shell.effects import places
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word

_CHECKS = r"(?i)verif|checksum|sha256|sha512|signature"
"""What scripts and targets are called that do so."""


class Check(NamedTuple):
    """The files that a command checks, none where it may be all of them; ``is_sure``: it is known to be a check."""

    files: list[Word | str]
    is_sure: bool


def check_of(call: Call) -> Check | None:
    """What a command checks, if it does, or may do so for all that its name says."""
    facts = table("downloads")
    invocation, program = call.invocation, call.program
    files = places(invocation, facts["checking"].get(program, {}))
    if files is not None:
        return Check(files, True)
    if program in facts["digesting"] and _is_taken(invocation):
        return Check([*invocation.operands(), *(each.target for each in invocation.redirections)], True)
    is_of_project = program in ("make", "just") or invocation.is_path or isinstance(reads_as_script(call), Word)
    says_so = is_of_project and any(re.search(_CHECKS, word.raw) for word in invocation.words)
    return Check([], False) if says_so else None


def _is_taken(invocation: Invocation) -> bool:
    """Whether something is done with what it prints: it is not only shown to people."""
    saved = any(each.operator in (">", ">>", ">|") for each in invocation.redirections)
    return invocation.captured or invocation.piped_into is not None or saved


def said_to(invocation: Invocation) -> Iterator[str]:
    """What a command is given: its words, what is piped into it, its here-document."""
    yield from (word.raw for word in invocation.arguments)
    feeder = invocation.fed_by
    if isinstance(feeder, SimpleCommand):
        yield feeder.raw
    for redirection in invocation.redirections:
        yield redirection.document.raw if redirection.document is not None else redirection.target.raw
