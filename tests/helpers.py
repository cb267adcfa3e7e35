"""What several test files need: a buildspec in one line, linting without a repository, artificial findings."""

from __future__ import annotations

import contextlib
import os
import pathlib
from collections.abc import Iterable, Iterator

import pytest

from cblint.catalogue import Rule, selection
from cblint.finding import Finding, Fix, PlacedEdit, Severity
from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, Settings, lint_text
from cblint.source.loader import Stream, load
from cblint.source.text import Lines, Span, Text
from cblint.source.tree import Mapping, Node

ISOLATED = Settings(isolated=True)
HEAD = "version: 0.2\nphases:\n  build:\n    commands:\n"
"""Four lines; list items indented by six blanks follow."""


def commands(*items: str) -> str:
    """A buildspec whose build phase has these items (without the dash), indented as they are given."""
    return HEAD + "".join(f"      - {item}\n" for item in items)


def lint(text: str, settings: Settings = ISOLATED, name: str = "buildspec.yml") -> FileResult:
    """The result of a text that no configuration touches; a crash or a skipped file fails the test."""
    result = lint_text(text, Candidate(name, True), settings)
    assert not result.crashes
    assert not result.failed
    return result


@contextlib.contextmanager
def catalogue_of(*replaced: Rule) -> Iterator[None]:
    """As long as it lasts, these are the rules there are."""
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(selection, "rules", lambda: replaced)
            selection.built_in.cache_clear()
            yield
    finally:
        selection.built_in.cache_clear()


def said(result: FileResult) -> list[str]:
    """``rule line:column`` of every finding that is not suppressed."""
    return [
        f"{finding.rule} {finding.start.line}:{finding.start.column}"
        for finding in result.findings
        if finding.suppressed is None
    ]


def stream(text: str) -> Stream:
    """A YAML text as nodes."""
    return load(Text.of(text))


def root(text: str) -> Node:
    """The first document of a YAML text."""
    found = stream(text).documents[0].root
    assert found is not None
    return found


def child(node: Node, *names: str) -> Node:
    """The value below a chain of keys."""
    for name in names:
        target = node.resolved
        assert isinstance(target, Mapping)
        pair = target.get(name)
        assert pair is not None
        node = pair.value
    return node


def finding(
    text: str,
    span: tuple[int, int],
    *,
    edits: Iterable[tuple[int, int, str]] = (),
    safe: bool = True,
    where: str = "",
    rule: str = "command-not-string",
    message: str = "Something is wrong.",
) -> Finding:
    """A finding that no rule made."""
    lines = Lines(text)
    placed = tuple(
        PlacedEdit(lines.position(start), lines.position(end), new, Span(start, end)) for start, end, new in edits
    )
    return Finding(
        rule=rule,
        code="CB1002",
        severity=Severity.ERROR,
        confidence="high",
        category="syntax",
        message=message,
        detail="",
        path="buildspec.yml",
        start=lines.position(span[0]),
        end=lines.position(span[1]),
        where=where,
        span=Span(*span),
        fix=Fix(safe, "Mend it", placed) if placed else None,
    )


def repository(folder: pathlib.Path, files: dict[str, str | bytes]) -> str:
    """Make the folder the root of a git repository with these files; its path."""
    (folder / ".git").mkdir(exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return os.fspath(folder)
