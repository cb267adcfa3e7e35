"""Secrets that end in the log of the build."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.model import PARAMETER_STORE, Buildspec
from cblint.checks.ways import Use, may_have_secrets, uses
from cblint.finding import Report
from cblint.flow import build_with_scripts
from cblint.flow.dumps import ENVIRONMENT
from cblint.flow.kinds import LOGGED
from cblint.flow.labels import FETCHED, NAMED, SECRET, Label, sounds_plain, sounds_secret

_WORST_FIRST = ("changed", "fetched", "perhaps-changed", "fetched-parameter", "masked", "named", "parameter")
_OTHERWISE_KNOWN = ("project", "secrets-manager")


def secret_printed(buildspec: Buildspec) -> Iterator[Report]:
    """A secret, or what was made of it, is printed into the log."""
    if buildspec.powershell_items:
        from cblint.checks import powershell_secrets  # few buildspecs are for Windows

        yield from powershell_secrets.printed(buildspec)
    if not may_have_secrets(buildspec):
        return
    for use in uses(build_with_scripts(buildspec), LOGGED):
        labels = use.labels(SECRET)
        if any(label.source == ENVIRONMENT for label in labels):
            continue
        found = {_variant(use, label): label for label in reversed(labels) if not _is_plain(use, label)}
        for variant in _WORST_FIRST:
            if variant in found:
                label = found[variant]
                place = use.place(label)
                last = "printed" if use.line_within is None else "printed-within"
                fields = {"name": label.name, "line": str(use.line_within)}
                yield Report(place, variant, fields, steps=use.steps(label, last, place))
                break


def _variant(use: Use, label: Label) -> str:
    """What there is to say of a secret in the log.

    Nothing of what CodeBuild masks and is mostly no secret: a parameter, and the host that is kept beside a password.
    """
    if label.source == NAMED:
        return "named"
    if label.source == f"{FETCHED}{PARAMETER_STORE}":
        return "fetched" if use.has_secret_name(label) else "fetched-parameter"
    if label.source.startswith(FETCHED):
        return "fetched"
    if label.source in _OTHERWISE_KNOWN or sounds_secret(label.name):
        if label.masked and sounds_plain(label.name):
            return ""
        return "masked" if label.masked else "perhaps-changed" if label.masked is None else "changed"
    return "" if label.masked else "parameter"


def _is_plain(use: Use, label: Label) -> bool:
    """Whether it comes by variables alone whose names say that they are none of what a secret is kept for."""
    names = use.names(label)
    return bool(names) and all(sounds_plain(name) for name in names)
