"""Builds on paper for tests: buildspecs put together from commands, and what is asked of their runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from cblint.buildspec.model import PHASES, Buildspec
from cblint.flow.build import Build, Read, StepRun, nothing_at_hand, run_build
from cblint.flow.kinds import RAN
from cblint.flow.trace import reached_after_failure
from cblint.flow.values import Maybe
from cblint.shell.syntax import Node
from cblint.source.loader import load
from cblint.source.text import Text

Phases = Mapping[str, Mapping[str, object]]
Top = Mapping[str, object]
NO_MORE: Top = {}
DASH: Top = {"batch": {"build-list": [{"identifier": "a", "env": {"image": "aws/codebuild/standard:7.0"}}]}}
"""An image whose /bin/sh is dash."""
FLAG = "CODEBUILD_BUILD_SUCCEEDING"


def buildspec(text: str) -> Buildspec:
    """The first document of a YAML text."""
    stream = load(Text.of(text))
    return Buildspec(stream, stream.documents[0])


def written(phases: Phases, shell: str = "", top: Top = NO_MORE) -> str:
    """A buildspec of these phases and what else is at its top, as JSON, which is YAML as well."""
    env = {"env": {"shell": shell}} if shell else {}
    return json.dumps({"version": 0.2, **env, **top, "phases": phases})


def build(phases: Phases, shell: str = "", top: Top = NO_MORE, read: Read = nothing_at_hand) -> Build:
    """The build of these phases."""
    return run_build(buildspec(written(phases, shell, top)), read)


def run_text(text: str, read: Read = nothing_at_hand) -> Build:
    """The build of a YAML text."""
    return run_build(buildspec(text), read)


def item(script: str, shell: str = "bash") -> StepRun:
    """The run of one command in a build of its own."""
    [run] = build({"build": {"commands": [script]}}, shell).on("succeeding")
    return run


def paths(found: Build) -> dict[str, str]:
    """Where each command runs: its place, shortened, and the first letters of the paths, ``s``, ``f`` and ``e``."""
    where: dict[str, str] = {}
    for run in found.runs:
        place = f"{run.step.phase}.{run.step.key}[{run.step.number}]"
        where[place] = where.get(place, "") + run.path[0]
    return where


def phases_run(found: Build, key: str = "commands") -> dict[str, str]:
    """The paths on which the first command of each phase runs; nothing where none does."""
    where = paths(found)
    return {phase: where.get(f"{phase}.{key}[0]", "") for phase in PHASES}


def nodes(found: Build, name: str) -> list[Node]:
    """The commands of a name that run anywhere in the build, each once."""
    events = (event for run in found.runs for event in run.events if event.kind == RAN and event.name == name)
    return list({id(event.node): event.node for event in events}.values())


def reached(found: Build, name: str) -> Maybe:
    """Whether a command of a name is reached in a build that has failed."""
    answers = [reached_after_failure(found, node) for node in nodes(found, name)]
    return True if True in answers else None if None in answers else False


def value(found: Build, name: str, path: str = "succeeding") -> str | None:
    """The text of a variable at the end of a path."""
    *_, last = found.on(path)
    state = last.outcome.either
    return state.variable(name).value.text if state is not None else None


def assigned(found: Build, name: str, path: str = "succeeding") -> Maybe:
    """Whether a variable is set at the end of a path."""
    *_, last = found.on(path)
    state = last.outcome.either
    return state.variable(name).assigned if state is not None else False


def commands(*scripts: str) -> dict[str, Sequence[str]]:
    """A phase of these commands."""
    return {"commands": scripts}
