"""Plans and states of Terraform, which hold every value in plain text."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from cblint.buildspec.model import Buildspec, Section
from cblint.checks.files import value_of
from cblint.checks.patterns import spelt, taking
from cblint.checks.printed import output_of
from cblint.checks.projects import artifact_types
from cblint.facts import table
from cblint.finding import Report
from cblint.flow import build_of
from cblint.flow.kinds import RAN, REMOVED
from cblint.flow.steps import SUCCEEDING
from cblint.records import NamedTuple
from cblint.shell.effects import called, called_at, verbs_of
from cblint.shell.operands import option_values
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word
from cblint.source.tree import Scalar
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import StepRun
    from cblint.flow.state import State

_REMOVING = frozenset({"rm", "shred", "unlink", "mv"})
"""Programs that may take it away from where it was written."""
_ENCRYPTION = "TF_ENCRYPTION"
"""With this variable OpenTofu is told to encrypt plans and states."""


class _Saved(NamedTuple):
    """A file with all values that a command writes: its path from the source root if that is known, and its name."""

    invocation: Invocation
    path: str | None
    name: str
    what: str


def terraform_plan_in_artifacts(buildspec: Buildspec) -> Iterator[Report]:
    """A plan or a state of Terraform becomes an artifact, or stands in the log."""
    if _ENCRYPTION in buildspec.source:
        return
    runs = list(build_of(buildspec).on(SUCCEEDING)) if _uses_terraform(buildspec) else []
    saved, printed = _followed(runs)
    if artifact_types(buildspec) != {"NO_ARTIFACTS"}:
        for artifact in buildspec.artifacts():
            yield from _handed_on(artifact, saved)
    for invocation, what in printed:
        yield Report(called_at(invocation), "printed", {"command": called(invocation), "what": what})


def _uses_terraform(buildspec: Buildspec) -> bool:
    return any(_is_terraform(each) for each in buildspec.invocations("terraform|terragrunt|tofu|tflocal"))


def _is_terraform(invocation: Invocation) -> bool:
    verb, _ = verbs_of(invocation)
    return verb is not None and verb.program in table("terraform")["programs"]


# What becomes an artifact


def _handed_on(artifact: Section, saved: list[_Saved]) -> Iterator[Report]:
    """One report for each pattern that takes one."""
    taken: dict[int, tuple[Scalar, list[_Saved]]] = {}
    files = artifact.scalars("files")
    for each in saved:
        file = taking(artifact, each.path) if each.path is not None else None
        file = file or next((one for one in files if _names(one, each.name)), None)
        if file is not None:
            taken.setdefault(id(file), (file, []))[1].append(each)
    for file in files:
        if id(file) in taken:
            _, found = taken[id(file)]
            fields = {"path": file.value, "command": called(found[0].invocation), "what": found[0].what}
            yield Report(file.span, "written", fields, tuple(("written", called_at(one.invocation)) for one in found))
        elif any(_names(file, each.name) for _, found in taken.values() for each in found):
            pass  # a wider pattern has taken it already
        elif (what := _by_custom(file)) is not None:
            yield Report(file.span, "named", {"path": file.value, "what": what})


def _names(file: Scalar, name: str) -> bool:
    """Whether a path ends in just this name, in whatever folder."""
    return "*" not in name and spelt(file.value).rpartition("/")[2] == name


def _by_custom(file: Scalar) -> str | None:
    """What a file is that is named as a plan or a state; None if it is not."""
    name = file.value.rpartition("/")[2]
    known = next((each for each in table("terraform")["names"] if name == each or _fits_custom(name, each)), None)
    if known is None:
        return None
    return "state" if "tfstate" in known else "plan"


def _fits_custom(name: str, pattern: str) -> bool:
    return "*" not in name and fnmatchcase(name, pattern)


# What commands write and print


def _followed(runs: list[StepRun]) -> tuple[list[_Saved], list[tuple[Invocation, str]]]:
    """The files that commands write, and the commands that print all values into the log."""
    from cblint.flow.paths import SOURCE  # with it comes the interpreter

    saved: dict[tuple[int, str], _Saved] = {}
    printed: dict[int, tuple[Invocation, str]] = {}
    for run in runs:
        for event in run.events:
            if event.kind == REMOVED:
                saved = {at: each for at, each in saved.items() if f"{SOURCE.written}/{each.path}" != event.name}
            if event.kind != RAN or event.state is None:
                continue
            for invocation in run.step.item.calls(event.node):
                if invocation.program in _REMOVING:
                    saved = {at: each for at, each in saved.items() if not _is_named(each, invocation)}
                if not _is_terraform(invocation):
                    continue
                for each in (*_plan(invocation, event.state), *_caught(invocation, event.state)):
                    saved[id(invocation), each.name] = each
                what = _printed(invocation)
                if what is not None and output_of(invocation).in_log:
                    printed[id(invocation)] = invocation, what
    return list(saved.values()), list(printed.values())


def _is_named(saved: _Saved, invocation: Invocation) -> bool:
    return any((word.text or "").rpartition("/")[2] == saved.name for word in invocation.operands())


def _plan(invocation: Invocation, state: State) -> Iterator[_Saved]:
    """The plan that a command saves."""
    facts = table("terraform")
    operands = [word.text or "" for word in invocation.operands()]
    if "plan" not in operands and "plan-all" not in operands:
        return
    folders = list(option_values(invocation.arguments, facts["folders"]))
    for word in option_values(invocation.arguments, facts["saving"]):
        # terragrunt runs in a folder of its own for each module.
        is_here = verbs_of(invocation)[0] is not None and invocation.program != "terragrunt"
        path = _path(word, state, folders) if is_here else None
        yield _Saved(invocation, path, _name(word, state), "plan")


def _caught(invocation: Invocation, state: State) -> Iterator[_Saved]:
    """The files into which a command prints all values."""
    what = _printed(invocation)
    for target in output_of(invocation).files if what is not None else ():
        yield _Saved(invocation, _path(target, state, []), _name(target, state), what or "")


def _path(word: Word, state: State, folders: list[Word]) -> str | None:
    """Where a file lies, from the source root; None if that is not known, or it is elsewhere."""
    from cblint.flow.paths import SOURCE, joined  # with it comes the interpreter

    place = state.cwd
    for folder in folders:
        moved = joined(place, value_of(folder, state))
        if moved is None:
            return None
        place = moved
    path = joined(place, value_of(word, state))
    if path is None or not path.written.startswith(f"{SOURCE.written}/"):
        return None
    return spelt(path.written)


def _name(word: Word, state: State) -> str:
    name = spelt(value_of(word, state).written).rpartition("/")[2]
    return name if "…" not in name else "*"


def _printed(invocation: Invocation) -> str | None:
    """What a command prints with all values: a plan or a state; None if it prints none."""
    operands = [word.text or "" for word in invocation.operands()]
    for verb, options in table("terraform")["printing"].items():
        words = verb.split()
        if operands[: len(words)] == words and (not options or invocation.flags(*options)):
            return "plan" if operands[len(words) :] and not operands[-1].endswith(".tfstate") else "state"
    return None
