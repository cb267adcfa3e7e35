"""What must hold of any file whatever, once it is linted: no crash, places within it, outputs that can be read."""

from __future__ import annotations

from collections.abc import Iterable

from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, Settings, lint_bytes
from cblint.report import Style, render
from cblint.running import Result, result_of
from cblint.source.file import Unreadable, decode
from cblint.source.text import Lines
from tests.helpers import ISOLATED
from tests.integration.conftest import assert_harmless, valid_json
from tests.readers import told


def linted(data: bytes, path: str = "buildspec.yml", settings: Settings = ISOLATED) -> FileResult:
    """What is said of some bytes under a name; they must not crash anything, and their places must be theirs."""
    file = lint_bytes(data, Candidate(path, True), settings)
    assert file.crashes == (), file.crashes
    assert not file.error
    try:
        text = decode(data)
    except Unreadable:
        assert (file.findings, file.failed, bool(file.skipped)) == ((), True, True)
    else:
        hold_places(text, file)
    return file


def hold_places(text: str, file: FileResult) -> None:
    """Whatever is told of a text stands in it, from a beginning to an end."""
    lines = Lines(text)
    for finding in file.findings:
        assert 0 <= finding.span.start < finding.span.end <= len(text) or not text, finding
        assert (lines.position(finding.span.start), lines.position(finding.span.end)) == (finding.start, finding.end)
        assert finding.start < finding.end or not text
        for place in (*finding.related, *finding.steps):
            if place.path == finding.path:
                assert (1, 1) <= place.start < place.end <= lines.position(len(text))
        for edit in finding.fix.edits if finding.fix else ():
            assert 0 <= edit.span.start <= edit.span.end <= len(text)
        assert finding.start.line in file.excerpts


def written(result: Result, formats: Iterable[str]) -> dict[str, str]:
    """The outputs of a run of one file in some formats, each of which its readers must be able to read."""
    [file] = result.files
    found: dict[str, str] = {}
    for format_ in formats:
        output = found[format_] = "".join(render(format_, result, Style(statistics=True)))
        assert_harmless(output.encode(), format_)
        if format_ != "text":  # whose excerpts can say anything
            assert len(told(format_, output)) == sum(finding.is_open for finding in file.findings)
        if format_ == "json":
            assert len(valid_json(output)["findings"]) == len(file.findings)
    return found


def hold(data: bytes, formats: Iterable[str]) -> None:
    """Lint the bytes of a buildspec and check what must be so of any."""
    written(result_of([linted(data)]), formats)
