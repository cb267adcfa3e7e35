"""Output formats: one module each, with ``render(result, style) -> Iterator[str]`` of whole lines."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import NamedTuple

from cblint.linter import Result

FORMATS = ("text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "checkstyle", "rdjson")

HOME = "https://github.com/cblint/cblint"
RULES_URL = HOME + "/blob/main/docs/rules/{rule}.md"


class Style(NamedTuple):
    """How a format is to be written: with colour or not, without what is not a finding, with counts per rule.

    ``suppressed``: with suppressed findings, in a format that leaves them out unless asked.
    """

    colour: bool = False
    quiet: bool = False
    statistics: bool = False
    suppressed: bool = False


def render(name: str, result: Result, style: Style) -> Iterator[str]:
    """The run in a format, line by line, each with its line end."""
    lines: Iterator[str] = _module(name).render(result, style)
    return lines


def omitted(name: str, result: Result, style: Style) -> list[str]:
    """What the format has no room for, in sentences: only one with limits of its own has ``omitted``."""
    tell = getattr(_module(name), "omitted", None)
    sentences: list[str] = tell(result, style) if tell else []
    return sentences


def left_out(steps: int) -> str:
    """What is said of steps that are missing in the middle of a way."""
    return f"{steps} step" if steps == 1 else f"{steps} steps"


def _module(name: str) -> ModuleType:
    return import_module(f"cblint.report.{name}")
