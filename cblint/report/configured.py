"""What ``cblint config`` prints: the settings that hold for a file and where each stands, the rules, the projects."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator

from cblint.effective import Effective, Setting, Verdict
from cblint.report.serialise import serialised
from cblint.report.shown import path as shown_path
from cblint.report.shown import printable
from cblint.typing import Any

VERSION = 1
_WIDTH = 100


def render_json(found: Effective) -> Iterator[str]:
    """One document."""
    yield serialised(
        {
            "format": "cblint-config",
            "version": VERSION,
            "path": found.path,
            "files": list(found.files),
            "excluded": found.excluded,
            "settings": [
                {"key": each.key, "value": _data(each), "origin": each.origin, "holds": each.holds}
                for each in found.settings
            ],
            "projects": [{**each.value, "origin": each.origin} for each in found.projects],
            "rules": [
                {
                    "rule": each.rule.name,
                    "code": each.rule.code,
                    "severity": each.rule.severity.value,
                    "runs": each.runs,
                    "why": each.why,
                    "origin": each.origin,
                }
                for each in found.verdicts
            ],
        }
    )


def render_text(found: Effective) -> Iterator[str]:
    """Lines for people."""
    yield f"{shown_path(found.path)}{' is excluded: it is not linted' if found.excluded else ''}\n"
    yield from _row("configuration", _files(found.files))
    yield "\nsettings\n"
    for setting in found.settings:
        yield _setting(setting)
    yield "\nprojects\n"
    for project in found.projects:
        yield f"  {_project(project.value)}  ({printable(project.origin)})\n"
    if not found.projects:
        yield "  none is known: tell of it under projects, and rules that need it can speak\n"
    running = [each for each in found.verdicts if each.runs]
    yield f"\nrules: {len(running)} of {len(found.verdicts)} run\n"
    for why, names in _grouped(found.verdicts).items():
        yield from _row(why, ", ".join(names))


def _files(files: tuple[str, ...]) -> str:
    if not files:
        return "none"
    nearest, *others = map(printable, reversed(files))
    return f"{nearest}, which extends {', '.join(others)}" if others else nearest


def _data(setting: Setting) -> Any:
    """A pair as a mapping of its name."""
    return {setting.value[0]: setting.value[1]} if isinstance(setting.value, tuple) else setting.value


def _setting(setting: Setting) -> str:
    value = setting.value
    if isinstance(value, tuple):
        named = ", ".join(value[1]) if isinstance(value[1], list) else value[1]
        said = f"{value[0]}: {named}"
    else:
        said = str(value).lower() if isinstance(value, bool) else str(value)
    idle = "" if setting.holds else ", not for this file"
    return f"  {setting.key:<17} {printable(said):<28} ({printable(setting.origin)}{idle})\n"


def _project(project: dict[str, Any]) -> str:
    known = [f"{key}: {json.dumps(value)}" for key, value in project.items() if key not in ("buildspecs", "name")]
    return printable(", ".join([project.get("name") or "a project", *known]))


def _grouped(verdicts: tuple[Verdict, ...]) -> dict[str, list[str]]:
    """The names of rules by what decides about them, those that run first."""
    found: dict[str, list[str]] = {}
    for each in sorted(verdicts, key=lambda each: not each.runs):
        why = f"{'run' if each.runs else 'do not run'}: {printable(each.why)} ({printable(each.origin)})"
        found.setdefault(why, []).append(each.rule.name)
    return found


def _row(label: str, text: str) -> Iterator[str]:
    """A label, and what it is said of in lines that are not too long."""
    if len(label) + len(text) + 4 <= _WIDTH:
        yield f"  {label}: {text}\n" if " " in label else f"{label}: {text}\n"
        return
    yield f"  {label}\n"
    for line in textwrap.wrap(text, _WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 4, break_on_hyphens=False):
        yield f"{line}\n"
