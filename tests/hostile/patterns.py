"""Every regular expression of cblint with how it is matched: those that are written, and those that a run chooses."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from cblint import hosted_fixes
from cblint.audit import cloning
from cblint.checks import artifacts, bashisms, collecting, dependencies, development, placeholders, unused
from cblint.facts import table
from cblint.lsp import directives
from cblint.secrets import context, formats
from cblint.source import holes
from tests.hostile.expressions import ROOT, Use, imported_otherwise, uses


class Pattern(NamedTuple):
    """A pattern with its flags, and the method that matches with it: match, fullmatch, search or finditer.

    ``longest``: what it is matched with is no longer.
    """

    pattern: str | bytes
    flags: int
    how: str
    longest: int | None = None


@cache
def patterns() -> dict[Pattern, str]:
    """All of them, each with a place that has it."""
    found: dict[Pattern, str] = {}
    for use in uses():
        for pattern, flags in [(use.pattern, use.flags)] if use.pattern is not None else _chosen(use):
            longest = next((most for place, most in BOUNDED.items() if _is_at(place, use)), None)
            found.setdefault(Pattern(pattern, flags, _METHODS.get(use.how, use.how), longest), use.where)
    return found


_METHODS = {"findall": "finditer", "sub": "finditer", "subn": "finditer", "split": "finditer"}
"""What goes on behind a match."""


def forgotten() -> list[str]:
    """The places of which nobody has said which patterns they have, and those said of that there are not."""
    there = {_place(use): use for use in uses()}
    unknown = [place for place, use in there.items() if use.pattern is None and place not in {*_CHOSEN, *OF_STRANGERS}]
    gone = [place for place in (*_CHOSEN, *OF_STRANGERS) if place not in there]
    gone += [place for place in BOUNDED if not any(_is_at(place, use) for use in there.values())]
    return [f"{where}: {text}" for where, text in [*unknown, *gone]] + imported_otherwise()


def _place(use: Use) -> tuple[str, str]:
    return use.where.removeprefix("cblint."), use.text


def _is_at(place: tuple[str, str], use: Use) -> bool:
    return place[0] == _place(use)[0] and place[1] in use.text


def _chosen(use: Use) -> Iterator[tuple[str, int]]:
    for pattern in _CHOSEN.get(_place(use), ()):
        yield (pattern, use.flags) if isinstance(pattern, str) else (pattern.pattern, pattern.flags)


# What a run chooses


def _schemas() -> Iterator[str]:
    """The patterns of all schemas."""
    folder = os.path.join(ROOT, "rules", "schema")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            yield from _patterns(json.load(file))


def _patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        patterns = schema.get("patternProperties")
        yield from patterns if isinstance(patterns, dict) else ()
        schema = list(schema.values())
    if isinstance(schema, list):
        for each in schema:
            yield from _patterns(each)


def _lines(name: str) -> list[dict[str, Any]]:
    """All mappings of a table, however deep."""
    found: list[dict[str, Any]] = []
    stack: list[Any] = [table(name)]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            found.append(value)
            stack += value.values()
        elif isinstance(value, list):
            stack += value
    return found


def _under(name: str, *keys: str) -> list[str]:
    """The texts that stand under keys anywhere in a table."""
    found = (line[key] for line in _lines(name) for key in keys if key in line)
    return [
        text for value in found for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)
    ]


_POWERSHELL: dict[str, Any] = table("powershell")
_CHOSEN: dict[tuple[str, str], list[str] | list[re.Pattern[str]]] = {
    ("hosted_fixes", "mark"): [mark for mark, _ in hosted_fixes._MARKS],
    ("audit.cloning", "pattern"): [pattern for pattern, _ in cloning._MEANINGS],
    ("audit.cloning", "each"): list(cloning._URLS),
    ("buildspec.shape", "schema['pattern']"): list(_schemas()),
    ("buildspec.shape", "pattern"): list(_schemas()),
    ("checks.artifacts", "kind['file']"): _under("reports", "file"),
    ("checks.bashisms", "more"): [more for more in {**bashisms._NAMES, **bashisms._SIGNS}.values() if more],
    ("checks.dependencies", "settings"): list(dependencies._SETTINGS.values()),
    ("checks.dependencies", "pattern"): [pattern for _, pattern in dependencies._SETTINGS_IN.values()],
    ("checks.development", "pattern"): list(development._SETTINGS_IN.values()),
    ("checks.files", "_SOMEWHERE if folder else _SEVERAL"): [],  # one character
    ("checks.given", "form"): table("variables")["image-families"],
    ("checks.installers", "line['unpinned']"): _under("installers", "unpinned"),
    ("checks.installers", "apart"): _under("installers", "unless-operand"),
    ("checks.installers", "pattern"): [each for found in table("installers")["settings"].values() for each in found],
    ("checks.installed", "pattern"): [],  # two words
    ("checks.placeholders", "pattern"): [
        value for name, value in vars(placeholders).items() if name.isupper() and isinstance(value, str)
    ],
    ("checks.powershell_dumps", "facts['environment-text']"): [_POWERSHELL["environment-text"]],
    ("checks.powershell_dumps", "facts['environment-drive']"): [_POWERSHELL["environment-drive"]],
    ("checks.transport", "'|'.join(names)"): ["|".join(table("downloads")["variables"])],
    ("checks.unused", "family"): [
        each for families in ("families", "databases") for each in table("environment")[families]
    ],
    ("facts.runtimes", "form"): list(table("support")["on-demand"].values()),
    ("flow.outputs", "pattern"): [each for name in ("flows", "effects") for each in _under(name, "cleans", "plain")],
    ("hosts.repository", "apart"): [unused._BUILDSPECS],
    ("report.text", "pattern"): ["(\x1b\\[(?:0|1;31)m)"],
    ("secrets.context", "'|'.join(_SIGNS)"): [context._word(False), context._word(True)],
    ("secrets.context", "_option(name)"): [context._option(name) for name in table("secrets")["options"]],
    ("secrets.formats", "f'{_BEFORE}(?:{form.pattern}){_AFTER}' if form.edges else form.pattern"): [
        formats._pattern(number) for number in range(len(formats.formats()))
    ],
    ("secrets.formats", "each['pattern']"): [each["pattern"] for each in table("secrets")["named"]],
    ("secrets.names", "names['pattern']"): [table("flows")["secret-names"]["pattern"]],
    ("secrets.names", "names['unless']"): [table("flows")["secret-names"]["unless"]],
}
"""Where a pattern is chosen in a run: all that there are."""


OF_STRANGERS: dict[tuple[str, str], str] = {
    ("audit.refs", "b'(?m)^([0-9a-f]+) ' + re.escape(os.fsencode(ref)) + b'$'"): "the name of a branch, escaped",
    ("buildspec.model", "pattern"): "what stands in the calls of invocations(), which are looked at themselves",
    ("checks.registries", "tagged"): "the name of an image, escaped",
    ("checks.registries", "alone"): "the name of an image, escaped",
    ("checks.shell", "pattern"): "the end of a here-document, escaped",
    ("hosts.repository", "pattern"): "names of files, escaped, and the patterns of artifacts with few stars",
    ("secrets.mask", "re.escape(short).join(edges)"): "a secret, escaped",
}
"""Where a text of a stranger is made a pattern, and why nothing comes of that."""

BOUNDED: dict[tuple[str, str], int] = {
    ("audit.cloning", "(?<=//).*@|"): cloning.LONGEST_URL,
    ("checks.artifacts", "kind['file']"): artifacts._LONGEST_NAME,
    ("checks.collecting", "_ANYTHING"): collecting._LONGEST,
    ("hosts.repository", "apart"): artifacts._LONGEST_NAME,  # the name of a file that there is
    ("lsp.directives", "_COMMENT"): directives._LONGEST,
    ("source.holes", ":)[ "): holes._LONGEST,
}
"""Where a pattern is matched with no more than so many characters, so that the square of them does not count;
a part of what is written there."""
