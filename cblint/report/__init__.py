"""Output formats: one module each, with ``render(result, style) -> Iterator[str]`` of whole lines, or ``written``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from types import ModuleType

from cblint.records import NamedTuple
from cblint.running import Result

FORMATS = ("text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "checkstyle", "rdjson")

HOME = "https://github.com/cblint/cblint"
RULES_URL = HOME + "/blob/main/docs/rules/{rule}.md"
OWN_RULES_URL = HOME + "/blob/main/docs/own-rules.md"


class Style(NamedTuple):
    """How a format is to be written: with colour or not, without what is not a finding, with counts per rule.

    ``suppressed``: with suppressed findings, in a format that leaves them out unless asked.
    """

    colour: bool = False
    quiet: bool = False
    statistics: bool = False
    suppressed: bool = False


class Written(NamedTuple):
    """A run in a format, line by line, each with its line end; and what that has no room for, in sentences."""

    lines: Iterable[str]
    omitted: Sequence[str] = ()


def written(name: str, result: Result, style: Style) -> Written:
    """The run in a format.

    One with limits of its own has ``omitted`` beside ``render``; or ``written``, where they show only in what was made.
    """
    module = _module(name)
    if hasattr(module, "written"):
        made: Written = module.written(result, style)
        return made
    tell = getattr(module, "omitted", None)
    return Written(module.render(result, style), tell(result, style) if tell else ())


def render(name: str, result: Result, style: Style) -> Iterator[str]:
    """The run in a format, line by line, each with its line end."""
    return iter(written(name, result, style).lines)


def left_out(steps: int) -> str:
    """What is said of steps that are missing in the middle of a way."""
    return f"{steps} step" if steps == 1 else f"{steps} steps"


def _module(name: str) -> ModuleType:
    return import_module(f"cblint.report.{name}")
