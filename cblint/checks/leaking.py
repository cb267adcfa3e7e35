"""Secrets that end in the log of the build."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.model import PARAMETER_STORE, Buildspec
from cblint.checks.ways import Use, uses
from cblint.finding import Report
from cblint.flow import build_of
from cblint.flow.kinds import ASSIGNED, LOGGED
from cblint.flow.labels import SECRET, Label, sounds_plain, sounds_secret
from cblint.flow.outputs import ENVIRONMENT

_WORST_FIRST = ("changed", "fetched", "perhaps-changed", "fetched-parameter", "masked", "named", "parameter")
_OTHERWISE_KNOWN = ("project", "secrets-manager")
_FETCHED = "fetched "


def secret_printed(buildspec: Buildspec) -> Iterator[Report]:
    """A secret, or what was made of it, is printed into the log."""
    for use in uses(build_of(buildspec), LOGGED):
        labels = use.labels(SECRET)
        if any(label.source == ENVIRONMENT for label in labels):
            continue
        found = {_variant(use, label): label for label in reversed(labels)}
        for variant in _WORST_FIRST:
            if variant in found:
                label = found[variant]
                place = use.place(label)
                yield Report(place, variant, {"name": label.name}, steps=use.steps(label, "printed", place))
                break


def _variant(use: Use, label: Label) -> str:
    """What there is to say of a secret in the log.

    Nothing of what CodeBuild masks and is mostly no secret: a parameter, and the host that is kept beside a password.
    """
    if label.source == "named":
        return "named"
    if label.source == f"{_FETCHED}{PARAMETER_STORE}":
        return "fetched" if _is_taken_for_secret(use, label) else "fetched-parameter"
    if label.source.startswith(_FETCHED):
        return "fetched"
    if label.source in _OTHERWISE_KNOWN or sounds_secret(label.name):
        if label.masked and sounds_plain(label.name):
            return ""
        return "masked" if label.masked else "perhaps-changed" if label.masked is None else "changed"
    return "" if label.masked else "parameter"


def _is_taken_for_secret(use: Use, label: Label) -> bool:
    """Whether the name of a variable that it goes through says that it is a secret."""
    return any(event.kind == ASSIGNED and sounds_secret(event.name) for _, event in use.way(label))
