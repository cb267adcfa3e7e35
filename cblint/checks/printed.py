"""Where all that a command prints goes: into files, into the log, or to a program that makes something else of it."""

from __future__ import annotations

from cblint.facts import table
from cblint.records import NamedTuple
from cblint.shell.commands import Redirection, SimpleCommand
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word

_TO_FILE = frozenset({">", ">>", ">|", "&>", "&>>"})


class Output(NamedTuple):
    """The files that hold what a command prints, and whether it stands in the log as well."""

    files: list[Word]
    in_log: bool


def output_of(invocation: Invocation) -> Output:
    """Where all that a command prints goes, through programs that pass all of it on."""
    passing: dict[str, list[str]] = table("passing")["programs"]
    pipeline = invocation.pipeline
    stages = pipeline.commands if pipeline is not None else (invocation.node,)
    files: list[Word] = []
    last: SimpleCommand = invocation.node
    for stage in stages[stages.index(invocation.node) + 1 :]:
        if any(map(_is_output, last.redirections)) or not isinstance(stage, SimpleCommand) or not stage.words:
            break
        operands = [word for word in stage.words[1:] if not (word.text or "").startswith("-")]
        allowed = passing.get(stage.words[0].text or "")
        if allowed is None or ("any" not in allowed and any(word.text not in allowed for word in operands)):
            return Output(files, False)
        files += operands if "any" in allowed else []
        last = stage
    around = [each for each in invocation.redirections if each not in invocation.node.redirections]
    targets = [each.target for each in (*last.redirections, *around) if _is_output(each)]
    in_log = not targets and not invocation.captured and last is stages[-1]
    return Output([*files, *targets[:1]], in_log)


def _is_output(redirection: Redirection) -> bool:
    return redirection.operator in _TO_FILE and redirection.descriptor in ("", "1")
