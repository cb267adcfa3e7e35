"""JUnit's XML, for what shows the results of tests: a suite for each file, a test case for each finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as Tree

from cblint.linter import FileResult, fails
from cblint.records import NamedTuple
from cblint.report import Style, xml
from cblint.report.concise import headline
from cblint.report.shown import path, printable
from cblint.report.told import hosted_path
from cblint.running import Result

_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


class _Case(NamedTuple):
    """A test case: ``outcome`` is an element of JUnit, or "" for one that passes, ``kind`` its type."""

    name: str
    outcome: str = ""
    message: str = ""
    text: str = ""
    kind: str = ""


class _Suite(NamedTuple):
    name: str
    cases: list[_Case]
    file: str = ""


def render(result: Result, _: Style) -> Iterator[str]:
    """One document; the sums are exact, for CodeBuild refuses a report with more failures than tests."""
    suites = list(_suites(result))
    # Attributes are those that xUnit's plugin for Jenkins lets pass, the strictest reader there is.
    sums = _sums([case for suite in suites for case in suite.cases])
    del sums["skipped"]
    root = Tree.Element("testsuites", {"name": "cblint", **sums})
    for suite in suites:
        place = {"file": suite.file} if suite.file else {}
        element = Tree.SubElement(root, "testsuite", {"name": suite.name, **place, **_sums(suite.cases)})
        for case, unique in zip(suite.cases, _names(suite.cases), strict=True):
            _write(element, suite.name, unique, case)
    return xml.document(root)


def _suites(result: Result) -> Iterator[_Suite]:
    for file in result.files:
        yield _Suite(printable(file.path), list(_cases(file)), printable(hosted_path(file)))
    if result.errors:
        yield _Suite("cblint", [_Case("the run", "error", printable(error)) for error in result.errors])
    elif not result.files:  # a report without any test is an error to some readers
        yield _Suite("cblint", [_Case("the run", "skipped", "No buildspec was found.")])


def _sums(cases: list[_Case]) -> dict[str, str]:
    """Time is always 0: readers demand it, and the same run is to be the same file."""
    outcomes = Counter(case.outcome for case in cases)
    sums = {key: str(outcomes[outcome]) for key, outcome in _COUNTED.items()}
    return {"tests": str(len(cases)), **sums, "time": "0"}


def _names(cases: Iterable[_Case]) -> Iterator[str]:
    """A name for each that no other of its suite has: readers keep one of those with the same.

    It says the place in the buildspec and not the line, so that a test stays the same when lines move.
    """
    seen: Counter[str] = Counter()
    for case in cases:
        seen[case.name] += 1
        yield f"{case.name} ({seen[case.name]})" if seen[case.name] > 1 else case.name


def _cases(file: FileResult) -> Iterator[_Case]:
    for finding in file.findings:
        if finding.is_open:
            severity = finding.severity.value
            text = f"{headline(file, finding)} {printable(finding.detail)}".rstrip()
            yield _Case(
                f"{finding.rule} {printable(finding.where)}".rstrip(),
                "failure" if fails(finding, file.fail_on) else "",
                printable(finding.message),
                text,
                severity,
            )
    for crash in file.crashes:
        yield _Case("internal error", "error", printable(crash))
    if file.skipped:
        yield _Case("read", "error" if file.failed else "skipped", f"{path(file.shown)} {printable(file.skipped)}")
    elif not any(finding.is_open for finding in file.findings) and not file.crashes:
        yield _Case("no findings")


def _write(suite: Tree.Element, class_name: str, name: str, case: _Case) -> None:
    element = Tree.SubElement(suite, "testcase", {"classname": class_name, "name": name, "time": "0"})
    if case.outcome:
        kind = {"type": case.kind} if case.kind else {}
        outcome = Tree.SubElement(element, case.outcome, {"message": _plain(case.message), **kind})
        outcome.text = _plain(case.text or case.message)
    elif case.text:
        Tree.SubElement(element, "system-out").text = _plain(case.text)


def _plain(text: str) -> str:
    """Jenkins and GitLab take ``[[ATTACHMENT|file]]`` in an output for a file of the workspace to publish."""
    return text.replace("[[", "[<U+005B>")
