"""What artifacts take along: too much, or two files where there is room for one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cblint.buildspec.model import Buildspec, Section
from cblint.checks.edits import key_before
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.kinds import RAN
from cblint.flow.steps import SUCCEEDING
from cblint.shell.effects import called, called_at, effect_of
from cblint.shell.query import Invocation
from cblint.source.tree import Scalar

if TYPE_CHECKING:
    from cblint.flow.build import Build

# Everything

_EVERYTHING = frozenset({"**/*", "**", "./**/*", "./**", "**/**"})
_ROOT = frozenset({".", "./", "$CODEBUILD_SRC_DIR", "${CODEBUILD_SRC_DIR}"})


def artifact_includes_everything(buildspec: Buildspec) -> Iterator[Report]:
    """An artifact takes all that lies at the source root, whatever the build has left there."""
    taken = [(artifact, file) for artifact in buildspec.artifacts() if (file := _everything(artifact)) is not None]
    left = _left_behind(build_of(buildspec)) if taken else {}
    for artifact, file in taken:
        excluded = {step for path in artifact.scalars("exclude-paths") for step in path.value.split("/")}
        found = {folder: command for folder, command in left.items() if folder not in excluded}
        if artifact.get("exclude-paths") is not None and (not found or ".git" in excluded):
            continue
        related = tuple(("left", called_at(command)) for command in found.values())
        names = list(found)
        fields = {
            "path": file.value,
            "folders": _listed(names),
            "command": called(found[names[0]]) if names else "",
            "patterns": _listed([f"{name}/**/*" for name in (*names, ".git")]),
        }
        variant = "left-behind" if found else "everything"
        yield Report(file.span, variant, fields, related, _excluding(artifact, names), about=artifact.mapping)


def _everything(artifact: Section) -> Scalar | None:
    """The pattern that takes all of the source root, if there is one."""
    base = artifact.get("base-directory")
    folder = artifact.scalar("base-directory")
    if base is not None and (folder is None or folder.value.rstrip("/") not in {name.rstrip("/") for name in _ROOT}):
        return None
    return next((file for file in artifact.scalars("files") if file.value in _EVERYTHING), None)


def _left_behind(build: Build) -> dict[str, Invocation]:
    """The folders that commands fill with what they need themselves, below the source root, if nothing removes them."""
    from cblint.flow.trace import directory  # with it comes the interpreter

    found: dict[str, Invocation] = {}
    for run in build.on(SUCCEEDING):
        for event in run.events:
            if event.kind != RAN or event.state is None or event.guards:
                continue
            place = directory(event.state.cwd)
            for invocation in run.step.item.calls(event.node):
                if invocation.program in ("rm", "rimraf", "mv"):
                    named = {word.raw.strip("\"'/").rpartition("/")[2] for word in invocation.operands()}
                    found = {folder: command for folder, command in found.items() if folder not in named}
                elif place is not None and not place.startswith("/"):
                    found.update(dict.fromkeys(_filled(invocation), invocation))
    return found


def _filled(invocation: Invocation) -> Iterator[str]:
    """The folders that a command which installs something fills."""
    effect = effect_of(invocation)
    for folder in effect.writes if effect is not None and effect.does == "install" else ():
        if isinstance(folder, str) and folder.endswith("/"):
            yield folder.rstrip("/")


def _excluding(artifact: Section, names: list[str]) -> tuple[Edit, ...]:
    files = artifact.get("files")
    if files is None or artifact.get("exclude-paths") is not None:
        return ()
    patterns = ", ".join(f'"{name}/**/*"' for name in (*names, ".git"))
    return key_before(artifact.mapping, files, "exclude-paths", f"[{patterns}]")


def _listed(names: list[str]) -> str:
    return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"
