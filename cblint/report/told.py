"""What every format tells of a run: which findings, in which words, where to read on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cblint.finding import Finding
from cblint.linter import FileResult
from cblint.report import RULES_URL
from cblint.running import Result


def open_findings(result: Result) -> Iterator[tuple[FileResult, Finding]]:
    """The findings that somebody is to be told of, with their files, in the order of the run."""
    return ((file, finding) for file, finding in result.findings if finding.is_open)


def words(finding: Finding) -> str:
    """The message and what follows from it, as one paragraph; it holds words of strangers as they are."""
    return f"{finding.message} {finding.detail}".strip()


def pages(result: Result) -> Callable[[str], str]:
    """From the name of a rule to the page about it: for an own one its first reference, "" where it has none."""
    own = {rule.name: next(iter(rule.texts["references"]), "") for rule in result.own}
    return lambda rule: own.get(rule, RULES_URL.format(rule=rule))


def hosted_path(file: FileResult) -> str:
    """The file from the root of its repository, where a link leads: hosts show nothing of a symbolic link."""
    return file.target or file.path
