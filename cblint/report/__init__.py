"""Output formats: one module each, with ``render(result, style) -> Iterator[str]`` of whole lines."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import NamedTuple

from cblint.linter import Result

FORMATS = ("text", "concise", "json")


class Style(NamedTuple):
    """How a format is to be written: with colour or not, without what is not a finding, with counts per rule."""

    colour: bool = False
    quiet: bool = False
    statistics: bool = False


def render(name: str, result: Result, style: Style) -> Iterator[str]:
    """The run in a format, line by line, each with its line end."""
    lines: Iterator[str] = import_module(f"cblint.report.{name}").render(result, style)
    return lines
