"""The examples of rule entries: their markers, what they expect, and what cblint says of them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable

from cblint import expressions
from cblint.catalogue import Selection, select
from cblint.finding import Finding, Related
from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, Settings, lint_text
from cblint.records import NamedTuple
from cblint.source.text import Position, Span
from cblint.typing import Any

OF_WHOLE_BUILDS = frozenset({"variable-never-defined", "unused-env-variable", "unused-secret"})
"""Rules that ask where a variable comes from, or goes to. An example of another rule is a part of a build that does not
show it, so there they are not asked.
"""
_MARKER = expressions.lazy("[«»‹›]")


class Example(NamedTuple):
    """An example without its markers: ``spans`` were in « », ``related`` in ‹ ›; ``steps`` lead from these to those.

    ``reveals`` are rules that say more once it is fixed.
    """

    rule: str
    number: int
    text: str
    spans: list[Span]
    related: list[Span]
    variant: str | None
    fixed: str | None
    also: list[str]
    given: dict[str, Any]
    steps: list[str]
    reveals: list[str]

    @property
    def id(self) -> str:
        return f"{self.rule}-{self.number}-{self.variant or 'good'}"


def unmarked(text: str) -> tuple[str, list[Span], list[Span]]:
    """The text without markers, and what stood between « » and between ‹ ›."""
    opened: dict[str, int] = {}
    found: dict[str, list[Span]] = {"»": [], "›": []}
    parts: list[str] = []
    at = length = 0
    for match in _MARKER.finditer(text):
        parts.append(text[at : match.start()])
        length += match.start() - at
        at = match.end()
        mark = match.group()
        if mark in "«‹":
            opened[{"«": "»", "‹": "›"}[mark]] = length
        else:
            found[mark].append(Span(opened.pop(mark), length))
    assert not opened, f"a marker is not closed: {text!r}"
    parts.append(text[at:])
    return "".join(parts), sorted(found["»"]), sorted(found["›"])


def marked_offset(text: str, at: int) -> int:
    """Where a character of the text without markers is in the one with them: behind those that begin there."""
    for match in _MARKER.finditer(text):
        if match.start() > at:
            break
        at += 1
    return at


def offset(text: str, position: Position) -> int:
    """Where a position of a finding is in a text whose lines end in a line feed."""
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: position.line - 1]) + position.column - 1


def example_from(rule: str, number: int, entry: dict[str, Any]) -> Example:
    """One element of ``examples:``."""
    text, spans, related = unmarked(entry["bad"] if "bad" in entry else entry["good"])
    assert bool(spans) == ("bad" in entry), f"{rule} {number}: bad examples have markers, good ones none"
    return Example(
        rule,
        number,
        text,
        spans,
        related,
        entry.get("variant"),
        entry.get("fixed"),
        entry.get("also", []),
        entry.get("given", {}),
        entry.get("steps", []),
        entry.get("reveals", []),
    )


def elsewhere(example: Example) -> list[tuple[str, int]]:
    """The related places that an example marks in other files: by path, where each begins."""
    files = example.given.get("files", {})
    return [(path, span.start) for path in sorted(files) for span in unmarked(files[path])[2]]


def found_elsewhere(example: Example, findings: Iterable[Finding]) -> list[tuple[str, int]]:
    """Those that findings have."""
    files = example.given.get("files", {})
    places = [place for finding in findings for place in finding.related if place.path != finding.path]
    return sorted({(place.path, offset(unmarked(files[place.path])[0], place.start)) for place in places})


def steps_of(example: Example, findings: Iterable[Finding]) -> list[str]:
    """The ways to the findings, one after the other, as an example writes them: ``‹place› words`` or ``«place» words``.

    ``#2`` follows the second of the places that are marked alike and hold the same characters.
    """
    return [
        f"{_marked(example, finding, place)} {'here' if place.message == finding.message else place.message}"
        for finding in findings
        for place in finding.steps
    ]


def _marked(example: Example, finding: Finding, place: Related) -> str:
    """A step's place between its marks; the finding itself is the last."""
    span = Span(offset(example.text, place.start), offset(example.text, place.end))
    (opening, closing), among = ("«»", example.spans) if place == finding.steps[-1] else ("‹›", example.related)
    text = example.text[slice(*span)]
    alike = [each for each in among if example.text[slice(*each)] == text]
    number = f"#{alike.index(span) + 1}" if len(alike) > 1 and span in alike else ""
    return f"{opening}{text}{closing}{number}"


def lint_example(example: Example, text: str, folder: str, source: str = "") -> FileResult:
    """Lint a text as what the example is, of a rule in the file ``source`` if it is not built in.

    It is a file of its own repository, with what the example says is given.
    """
    result = tried(example, text, folder, source)
    assert not result.crashes, result.crashes
    assert not result.skipped, result.skipped
    return result


def tried(example: Example, text: str, folder: str, source: str = "") -> FileResult:
    """The same, whatever comes of it."""
    os.makedirs(os.path.join(folder, ".git"), exist_ok=True)
    given = example.given
    config = config_of(given)
    if config:
        with open(os.path.join(folder, ".cblint.yml"), "w", encoding="utf-8") as file:
            file.write(json.dumps(config))  # which is YAML
    for name, content in given.get("files", {}).items():
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(unmarked(content)[0])
    return lint_text(text, Candidate(path_of(example, folder), True), _settings(example, source))


def _settings(example: Example, source: str) -> Settings:
    given = example.given
    if source:
        return Settings(select=(example.rule, *example.also), rules=(source,))
    # The rule under test runs even while it is a preview.
    selection = Selection(given.get("profile", "default"))
    names = {example.rule, *({rule.name for rule in select(selection)} - OF_WHOLE_BUILDS)}
    return Settings(selection.profile, tuple(sorted(names)), tuple(given.get("ignore", ())))


def path_of(example: Example, folder: str = "") -> str:
    """The file that an example is, in the folder of its repository."""
    return os.path.join(folder, example.given.get("path", "buildspec.yml"))


def config_of(given: dict[str, Any]) -> dict[str, Any]:
    """The configuration of an example: its projects use all buildspecs where they do not say which."""
    config = {key: given[key] for key in ("require-reason",) if key in given}
    projects = [*given.get("projects", ()), *([given["project"]] if "project" in given else ())]
    if projects:
        config["projects"] = [{"buildspecs": ["*"], **project} for project in projects]
    return config
