"""SARIF 2.1.0 as GitHub code scanning takes it: docs/decisions/sarif.md says what is asked for, and by whom."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache

import sarif_om as om
from attr import fields

from cblint import __version__
from cblint.finding import Finding, Fix, Related
from cblint.linter import FileResult
from cblint.opening import STDIN
from cblint.records import NamedTuple
from cblint.report import HOME, Style, Written, left_out, uri
from cblint.report.columns import ColumnsOf
from cblint.report.fingerprint import identified
from cblint.report.sarif_rules import descriptors
from cblint.report.serialise import serialised
from cblint.report.shown import printable
from cblint.report.told import hosted_path, words
from cblint.running import Result
from cblint.source.text import Position, Utf16Columns
from cblint.typing import Any

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
ROOT = "%SRCROOT%"
MOST_BYTES = 10_000_000
"""Bytes of a log, compressed, that GitHub takes: it refuses a larger one."""
MOST_RULES = MOST_RESULTS = 25_000
MOST_PLACES = 1_000
"""Rules and results of a run and places of a result that GitHub takes: it refuses a log with more."""
MOST_SHOWN = 5_000
"""Results of a run that GitHub shows."""


class _Told(NamedTuple):
    """A finding that becomes a result."""

    file: FileResult
    finding: Finding
    fingerprint: str


def written(result: Result, style: Style) -> Written:
    """One log with one run, the same wherever and whenever it is made; and what GitHub will not take or show of it."""
    told = _told(result, style)
    rules = descriptors(result.own)
    kept = _most_severe(told, MOST_RESULTS)
    while True:
        sentences = [*_limits(told, kept, len(rules))]
        text = _text(result, rules[:MOST_RULES], kept, sentences)
        if not kept or not _is_too_large(text):
            return Written([text], sentences)
        kept = _most_severe(kept, len(kept) // 2)


def _text(result: Result, rules: list[om.ReportingDescriptor], kept: list[_Told], sentences: list[str]) -> str:
    log = _plain(_log(result, rules, kept, sentences))
    return serialised({name: log[name] for name in ("$schema", "version", "runs")})


def _is_too_large(text: str) -> bool:
    """Whether GitHub would refuse the log; it is compressed as for an upload, if it must be to know that."""
    if len(text) <= MOST_BYTES:
        return False
    import zlib  # few logs are large

    return len(zlib.compress(text.encode("ascii"))) > MOST_BYTES


def _limits(told: list[_Told], kept: list[_Told], rules: int) -> Iterator[str]:
    if rules > MOST_RULES:
        yield (
            f"GitHub takes {MOST_RULES:,} rules: the last {rules - MOST_RULES:,} of {rules:,} are not described in the "
            "SARIF output."
        )
    total = len(told)
    if len(kept) < total:
        limit = f"{MOST_RESULTS:,} results" if len(kept) == MOST_RESULTS else f"{MOST_BYTES:,} bytes, compressed"
        yield (
            f"GitHub takes {limit}: the {total - len(kept):,} least severe of {total:,} results "
            "are not in the SARIF output."
        )
    if total > MOST_SHOWN <= len(kept):
        yield f"GitHub shows the {MOST_SHOWN:,} most severe of {total:,} results."
    places = sum(max(len(finding.related) + 1 - MOST_PLACES, 0) for _, finding, _ in kept)
    if places:
        yield f"GitHub takes {MOST_PLACES:,} places of a result: {places:,} related ones are not in the SARIF output."


def _told(result: Result, style: Style) -> list[_Told]:
    """The findings to tell, in the order of the run."""
    told = (_Told(*each) for each in identified(result))
    return [each for each in told if each.finding.is_open or style.suppressed]


def _most_severe(told: list[_Told], count: int) -> list[_Told]:
    """So many, in the same order: the most severe, and of these the first."""
    if len(told) <= count:
        return told
    worst = sorted(range(len(told)), key=lambda number: _urgency(told[number].finding), reverse=True)
    return [told[number] for number in sorted(worst[:count])]


def _urgency(finding: Finding) -> tuple[bool, int]:
    return finding.is_open, finding.severity.rank


def _log(result: Result, rules: list[om.ReportingDescriptor], kept: list[_Told], sentences: list[str]) -> om.SarifLog:
    driver = om.ToolComponent(
        name="cblint",
        version=__version__,
        semantic_version=__version__,
        information_uri=HOME,
        rules=rules,
    )
    run = om.Run(
        tool=om.Tool(driver=driver),
        invocations=[_invocation(result, sentences)],
        original_uri_base_ids={ROOT: om.ArtifactLocation(description=_message("The root of the repository."))},
        # A carriage return alone ends a line too, which consumers do not expect unless told.
        newline_sequences=["\r\n", "\r", "\n"],
        column_kind="utf16CodeUnits",
        results=list(_results(kept, {rule.id: number for number, rule in enumerate(rules)})),
    )
    return om.SarifLog(schema_uri=SCHEMA, version="2.1.0", runs=[run])


# What became of the run


def _invocation(result: Result, limits: list[str]) -> om.Invocation:
    notifications = [*_notifications(result), *(_notification("warning", sentence) for sentence in limits)]
    return om.Invocation(
        execution_successful=result.exit_status < 2,
        tool_execution_notifications=notifications or None,
    )


def _notifications(result: Result) -> Iterator[om.Notification]:
    for error in result.errors:
        yield _notification("error", error)
    for file in result.files:
        location = om.Location(physical_location=om.PhysicalLocation(artifact_location=_Source(file).location))
        if file.skipped:
            # One that was linted all the same has something that its findings do not say.
            level = "error" if file.failed else "warning" if file.kind else "note"
            yield _notification(level, f"{file.path} {file.skipped}", location)
        for crash in file.crashes:
            yield _notification("error", f"internal error: {crash}", location)


def _notification(level: str, text: str, location: om.Location | None = None) -> om.Notification:
    return om.Notification(level=level, message=_message(text), locations=[location] if location else None)


# Results


def _results(told: list[_Told], indices: dict[str, int]) -> Iterator[om.Result]:
    known = any(not finding.is_open for _, finding, _ in told)
    files = {id(file): file for file, _, _ in told}  # two repositories can have files of one name
    sources = {key: _Source(file) for key, file in files.items()}
    for file, finding, fingerprint in told:
        source = sources[id(file)]
        yield om.Result(
            rule_id=finding.code,
            rule_index=indices.get(finding.code, -1),
            level=finding.severity.value,
            # An own rule can say nothing but the value of a field, and that be blank: GitHub refuses an empty message.
            message=_message(words(finding) or finding.rule),
            locations=[_location(finding, source)],
            related_locations=_related(finding, source) or None,
            code_flows=_code_flows(finding, source),
            partial_fingerprints={"cblint/v1": fingerprint, **_line_hash(file, finding)},
            fixes=[_fix(finding.fix, source)] if finding.fix is not None and not finding.fix.withheld else None,
            suppressions=_suppressions(finding) if known else None,
        )


def _line_hash(file: FileResult, finding: Finding) -> dict[str, str]:
    """What GitHub's own action would add: it warns of every other value."""
    found = file.line_hashes.get(finding.start.line)
    return {"primaryLocationLineHash": found} if found else {}


def _suppressions(finding: Finding) -> list[om.Suppression]:
    """Either every result of a run has a list of them or none has: an empty one says "not suppressed"."""
    if finding.is_open:
        return []
    if finding.suppressed is None:
        return [om.Suppression(kind="external", justification="It is in the baseline.")]
    return [om.Suppression(kind="inSource", justification=printable(finding.suppressed) or None)]


def _location(finding: Finding, source: _Source) -> om.Location:
    where = printable(finding.where)
    return om.Location(
        physical_location=source.place(finding.start, finding.end),
        logical_locations=[om.LogicalLocation(fully_qualified_name=where)] if where else None,
    )


def _related(finding: Finding, source: _Source) -> list[om.Location]:
    return [
        om.Location(
            id=number,
            message=_message(place.message),
            physical_location=_place(place, finding, source),
        )
        for number, place in enumerate(finding.related[: MOST_PLACES - 1], 1)
    ]


def _code_flows(finding: Finding, source: _Source) -> list[om.CodeFlow] | None:
    """The way to the finding, which GitHub shows step by step."""
    if not finding.steps:
        return None
    locations = []
    last = 0
    for place in finding.steps:
        said = f"… {left_out(place.step - last - 1)}, then: {place.message}" if place.step > last + 1 else place.message
        last = place.step
        location = om.Location(message=_message(said), physical_location=_place(place, finding, source))
        locations.append(om.ThreadFlowLocation(location=location))
    return [om.CodeFlow(thread_flows=[om.ThreadFlow(locations=locations)])]


def _place(place: Related, finding: Finding, source: _Source) -> om.PhysicalLocation:
    return (source if place.path == finding.path else _Source.unread(place.path)).place(place.start, place.end)


def _fix(fix: Fix, source: _Source) -> om.Fix:
    """Both kinds, each saying which it is: SARIF has no word for it."""
    replacements = [
        om.Replacement(
            deleted_region=source.region(edit.start, edit.end),
            inserted_content=om.ArtifactContent(text=edit.text) if edit.text else None,
        )
        for edit in fix.edits
    ]
    title = fix.title if fix.safe else f"{fix.title} (unsafe: it may change what the build does)"
    return om.Fix(
        description=_message(title),
        artifact_changes=[om.ArtifactChange(artifact_location=source.location, replacements=replacements)],
        properties={"safe": fix.safe},
    )


def _message(text: str) -> om.Message:
    """A plain text message: brackets and backslashes could make a link of a stranger's text."""
    return om.Message(text=re.sub(r"[\\\[\]]", r"\\\g<0>", printable(text)))


# Places


class _Source:
    """A file that results point into."""

    def __init__(self, file: FileResult) -> None:
        self.location = _artifact(hosted_path(file))
        self._columns = ColumnsOf(file, Utf16Columns)

    @classmethod
    def unread(cls, path: str) -> _Source:
        """One whose lines are not at hand: columns stay as they are, which is right for all but rare characters."""
        return cls(FileResult(path, path))

    def place(self, start: Position, end: Position) -> om.PhysicalLocation:
        """A region to look at: it is never empty."""
        seen = end if end > start else Position(start.line, start.column + 1)
        return om.PhysicalLocation(artifact_location=self.location, region=self.region(start, seen))

    def region(self, start: Position, end: Position) -> om.Region:
        """A region in columns of UTF-16; an empty one is where a fix inserts."""
        return om.Region(
            start_line=start.line,
            start_column=self._columns.of(start),
            end_line=end.line,
            end_column=self._columns.of(end),
        )


def _artifact(path: str) -> om.ArtifactLocation:
    """A file by its name from the root of the repository.

    One outside of it and of the working directory has only an absolute name; standard input is no file anywhere.
    """
    if path == STDIN:
        return om.ArtifactLocation(uri=uri.relative(path))
    if os.path.isabs(path):
        return om.ArtifactLocation(uri=uri.absolute(path))
    return om.ArtifactLocation(uri=uri.relative(path), uri_base_id=ROOT)


# Objects as JSON


def _plain(value: Any) -> Any:
    """The object as dictionaries and lists, without what is absent or has its default value.

    ``level`` is always written: where it is absent, the one of the rule holds.
    """
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    kind: Any = type(value)
    if not kind.__module__.startswith("sarif_om."):
        return value
    return {
        name: _plain(item)
        for attribute, name, default in _properties(kind)
        if (item := getattr(value, attribute)) is not None and (item != default or name == "level")
    }


@lru_cache(maxsize=64)
def _properties(kind: Any) -> list[tuple[str, str, Any]]:
    """Attribute, name in SARIF and default of each property of a class."""
    return [(field.name, field.metadata["schema_property_name"], _default(field.default)) for field in fields(kind)]


def _default(given: Any) -> Any:
    factory = getattr(given, "factory", None)
    return factory() if factory else given
