"""JSON Lines: one finding a line, each the object that the JSON format has of it; nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.report import Style
from cblint.report.json import objects
from cblint.report.serialise import serialised
from cblint.running import Result


def render(result: Result, _: Style) -> Iterator[str]:
    """One line a finding, suppressed ones included."""
    return (serialised(finding, indent=None) for finding in objects(result))
