"""What becomes of the output of a command: in its pipeline, or as a part of what another command runs."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.checks.fetching import Call, saved_by
from cblint.checks.scripts import INPUT, reads_as_script, runs_text
from cblint.facts import table
from cblint.records import NamedTuple
from cblint.shell.commands import Redirection, SimpleCommand
from cblint.shell.effects import places
from cblint.shell.query import Invocation
from cblint.shell.syntax import CommandSubstitution, Node, ProcessSubstitution, Word

SCRIPT, PROGRAM, UNPACKED, INSTALLED, USED = "script", "program", "unpacked", "installed", "used"
"""What can become of a file: a shell or an interpreter runs it; it is run, or made a program; it is unpacked; it gets
where programs are looked for, or is installed as a package; something else makes use of it, a list of keys, say."""
SAVED, CHECKED = "saved", "checked"
"""It becomes a file after all; its checksum is taken."""


class Step(NamedTuple):
    """What a command does with the output of another; ``path`` is the file that it saves it in, if that is known."""

    how: str
    by: Call
    path: str | None = None


def handed_on(call: Call) -> Iterator[Step]:
    """What becomes of what a command prints."""
    pipeline = call.invocation.pipeline
    later = pipeline.commands[pipeline.commands.index(call.invocation.node) + 1 :] if pipeline is not None else ()
    if not later:
        yield from _as_part(call)
    same = True
    for reader in later:
        found = call.item.calls(reader)
        if not found:
            return
        stage = Call(call.item, found[-1], None, call.state)
        steps = list(_read_by(stage, same))
        yield from steps
        if stage.program not in table("downloads")["passing-on"] or any(step.how in (SCRIPT, SAVED) for step in steps):
            return
        same = same and stage.program in table("downloads")["unchanged"]


def _read_by(stage: Call, same: bool) -> Iterator[Step]:
    """What a command makes of what it reads; ``same``: nothing has changed it on the way."""
    facts = table("downloads")
    invocation, program = stage.invocation, stage.program
    if reads_as_script(stage) is INPUT:
        yield Step(SCRIPT, stage)
    elif not same:
        return
    elif _unpacks(invocation):
        yield Step(UNPACKED, stage)
    elif program not in facts["passing-on"]:
        yield Step(CHECKED if program in facts["digesting"] else USED, stage)
    elif program in facts["unchanged"]:
        if program == "tee":
            yield from (Step(SAVED, stage, stage.path(word)) for word in invocation.operands())
        saved = saved_by(stage)
        if saved is not None:
            yield Step(SAVED, stage, saved.path)


def _unpacks(invocation: Invocation) -> bool:
    """Whether it takes files out of an archive on standard input."""
    facts = table("downloads")
    if invocation.program in facts["decompressing"]:
        return False
    first = next((word.text or "" for word in invocation.arguments), "")
    takes_out = bool(invocation.flags("-x", "--extract", "--get", "-i")) or "x" in first.partition("=")[0]
    return takes_out and places(invocation, facts["unpacking"].get(invocation.program, {})) == []


def _as_part(call: Call) -> Iterator[Step]:
    """``bash -c "$(curl …)"``, ``bash <(curl …)`` and the like: the nearest command that holds the output."""
    above = call.invocation.above
    inside = next(
        (at for at, node in enumerate(above) if isinstance(node, (CommandSubstitution, ProcessSubstitution))), None
    )
    outer = next((node for node in above[inside:] if isinstance(node, SimpleCommand)), None)
    found = call.item.calls(outer) if inside is not None and outer is not None else []
    if inside is None or outer is None or not found:
        return
    stage = Call(call.item, found[-1], None, call.state)
    if _runs(stage, above[inside], above[inside : above.index(outer)]):
        yield Step(SCRIPT, stage)


def _runs(stage: Call, substitution: Node, between: tuple[Node, ...]) -> bool:
    """Whether a command runs what a substitution in its words or redirections gives."""
    redirected = next((node for node in between if isinstance(node, Redirection)), None)
    if redirected is not None:
        return redirected.operator in ("<", "<<<") and reads_as_script(stage) is INPUT
    word = next((node for node in between[::-1] if isinstance(node, Word)), None)
    if word is None or word.raw.strip('"') != substitution.raw:
        return False
    is_process = isinstance(substitution, ProcessSubstitution)
    return (reads_as_script(stage) if is_process else runs_text(stage.invocation)) is word
