"""A rule as a page of Markdown: ``docs/rules/`` and ``cblint explain --format markdown``."""

from __future__ import annotations

import os
from collections.abc import Iterator

from cblint.examples import path_of
from cblint.explanation import (
    SUPPRESSED_WHERE,
    Explanation,
    Shown,
    conditions,
    fix_command,
    fix_words,
    given_with,
    mended,
    status,
)
from cblint.report import Style, render
from cblint.report.markdown import cell
from cblint.report.shown import visible
from cblint.suppress import comment

_LANGUAGES = {
    ".yml": "yaml",
    ".json": "json",
    ".tf": "terraform",
    ".ts": "typescript",
    ".py": "python",
    ".md": "markdown",
}


def page(about: Explanation) -> str:
    """All that is to be said of a rule."""
    return "\n\n".join(part for part in _parts(about) if part) + "\n"


def _parts(about: Explanation) -> Iterator[str]:
    rule, entry = about.rule, about.entry
    yield f"# {rule.name}" + (f" ({rule.code})" if rule.code != rule.name else "")
    yield f"{rule.summary}."
    yield f"Category {rule.category} · profile {entry['profile']} · {status(about)}"
    if rule.former_names:
        yield f"Formerly {', '.join(f'`{name}`' for name in rule.former_names)}"
    yield "\n".join(_variants(about))
    for title, said in (("Why", entry["why"]), ("What to do", entry["advice"])):
        if said:
            yield f"## {title}"
            yield said.strip()
    if command := fix_command(entry):
        yield f"`{command}` {fix_words(entry)}"
    if about.shown or about.good is not None:
        yield "## Examples"
    for shown in about.shown.values():
        yield from _example(shown)
    if about.good is not None:
        yield "Nothing is said of:"
        yield from (f"With a file `{path}`:\n\n{_fenced(path, text)}" for path, text in given_with(about.good))
        yield _fenced(path_of(about.good), about.good.text)
    yield "## Suppress it"
    yield f"```yaml\n{comment(rule.name)}\n```"
    yield SUPPRESSED_WHERE
    if entry["references"]:
        yield "## References"
        yield "\n".join(f"- <{reference}>" for reference in entry["references"])


def _variants(about: Explanation) -> Iterator[str]:
    yield "| severity | confidence | it says |"
    yield "|---|---|---|"
    for variant in about.rule.variants.values():
        message = cell(variant.message.replace("{suggestion}", ""))
        when = cell(conditions(about, variant))
        yield f"| {variant.severity.value} | {variant.confidence} | {message}{f'<br>*{when}*' if when else ''} |"


def _example(shown: Shown) -> Iterator[str]:
    """An example, what cblint prints for it without its links, and how a fix changes it."""
    example = shown.example
    yield from (f"With a file `{path}`:\n\n{_fenced(path, text)}" for path, text in given_with(example))
    yield _fenced(path_of(example), example.text)
    printed = "".join(render("text", shown.run, Style(quiet=True))).splitlines()
    lines = "\n".join(line for line in printed if "= https://" not in line).strip("\n")
    yield f"```text\n{lines}\n```"
    if patch := mended(example):
        yield "\n".join(["Mended:\n\n```diff", *map(visible, patch), "```"])


def _fenced(path: str, text: str) -> str:
    language = _LANGUAGES.get(os.path.splitext(path)[1], "")
    return "\n".join([f"```{language}", *map(visible, text.rstrip().split("\n")), "```"])
