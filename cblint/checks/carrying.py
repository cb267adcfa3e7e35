"""Secrets in files that leave the build: with an artifact, a cache, an image, an upload."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from cblint.buildspec.model import PARAMETER_STORE, Buildspec
from cblint.checks.ways import Use, may_have_secrets, uses
from cblint.finding import Report
from cblint.flow import build_with_scripts
from cblint.flow.dumps import ENVIRONMENT
from cblint.flow.kinds import STORED
from cblint.flow.labels import FETCHED, NAMED, SECRET, Label, sounds_plain, sounds_secret
from cblint.records import NamedTuple
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import Build
    from cblint.flow.state import State

MOST_FILES = 20
"""So many files with secrets are followed."""
_SOURCE = "${CODEBUILD_SRC_DIR}"
_HOME = "${HOME}"
WORST_FIRST = ("whole", "part", "named")


class Stored(NamedTuple):
    """A file in which there is a secret: its path, from the source root or from that of the file system."""

    path: str
    key: str
    use: Use
    label: Label
    variant: str

    @property
    def fields(self) -> dict[str, str]:
        """What messages say of it."""
        what = f"the secret {self.label.name}" if self.label.is_variable else f"what {self.label.name} gives"
        if self.label.source == NAMED:
            what = f"{self.label.name}, by its name a secret"
        return {"file": posixpath.basename(self.path), "what": what, "name": self.label.name}

    def is_in(self, state: State) -> bool:
        """Whether the secret is still there."""
        return any(each.is_same_source(self.label) for each in state.files.get(self.key).content.labels)


def secret_in_artifact(buildspec: Buildspec) -> Iterator[Report]:
    """A file with a secret in it is taken out of the build."""
    if not may_have_secrets(buildspec):
        return
    build = build_with_scripts(buildspec)
    stored = _stored(buildspec, build)
    if stored:
        from cblint.checks.carried import carried  # with all that takes files along: few builds store a secret

        yield from carried(buildspec, build, stored)


# Which files


def _stored(buildspec: Buildspec, build: Build) -> list[Stored]:
    """The files into which commands of the build put secrets, of each secret in it the worst that there is to say."""
    has_user = "run-as" in buildspec.sections or any(phase.get("run-as") for phase in buildspec.phases())
    found: dict[str, list[Stored]] = {}
    for use in uses(build, STORED):
        path = _path(use.event.name, has_user) if use.event.exact else None
        if path is None or (use.event.name not in found and len(found) >= MOST_FILES):
            continue
        for label in use.labels(SECRET):
            variant = _variant(use, label)
            if variant:
                found.setdefault(use.event.name, []).append(Stored(path, use.event.name, use, label, variant))
    return [min(several, key=lambda each: WORST_FIRST.index(each.variant)) for several in found.values()]


def _path(key: str, has_user: bool) -> str | None:
    if key.startswith(f"{_SOURCE}/"):
        return key.removeprefix(f"{_SOURCE}/")
    if key.startswith(f"{_HOME}/") and not has_user:
        return f"/root/{key.removeprefix(f'{_HOME}/')}"
    return key if key.startswith("/") else None


def _variant(use: Use, label: Label) -> str:
    """How sure it is that the file then holds what must not be seen; nothing where it may well not."""
    if label.source == ENVIRONMENT or _is_plain(use, label):
        return ""
    if label.source == NAMED:
        return "named"
    source = label.source.removeprefix(FETCHED)
    if source == PARAMETER_STORE:
        return "part" if sounds_secret(label.name) or use.has_secret_name(label) else ""
    return "whole" if label.masked is True or label.source.startswith(FETCHED) else "part"


def _is_plain(use: Use, label: Label) -> bool:
    """Whether it comes by variables alone whose names say that they are none of what a secret is kept for."""
    names = use.names(label)
    return bool(names) and all(sounds_plain(name) for name in names)
