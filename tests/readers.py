"""Readers of every output format, as the programs that they are for read them: what each tells of a run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree as Tree

from cblint.catalogue import rules
from cblint.report import Style, render
from cblint.running import Result
from tests.workflow_commands import commands_in

HEADLINE = re.compile(r"(.+?):([0-9]+):([0-9]+): (error|warning|note)\[([a-z0-9-]+)\] (.+)", re.DOTALL)
_EXCERPT = re.compile(r" *[0-9]* [|=.…]| *[0-9]+\. ")


class Told(NamedTuple):
    """A finding as a format tells it; the column in the unit of the format, None where it has none."""

    path: str
    line: int
    column: int | None
    rule: str


def written(name: str, result: Result, style: Style = Style()) -> str:  # noqa: B008 - it is immutable
    """A run in a format."""
    return "".join(render(name, result, style))


def told(name: str, output: str) -> list[Told]:
    """The findings that an output tells of."""
    return list(READERS[name](output))


def headline(line: str) -> Told:
    """What a line says that begins with a place."""
    match = HEADLINE.fullmatch(line)
    assert match is not None, line
    return Told(match[1].removeprefix("./"), int(match[2]), int(match[3]), match[5])


def _text(output: str) -> Iterator[Told]:
    return (headline(line) for line in output.split("\n") if not _EXCERPT.match(line) and HEADLINE.fullmatch(line))


def _concise(output: str) -> Iterator[Told]:
    return map(headline, output.splitlines())


def _json(output: str) -> Iterator[Told]:
    return _objects(json.loads(output)["findings"])


def _jsonl(output: str) -> Iterator[Told]:
    return _objects([json.loads(line) for line in output.splitlines()])


def _objects(findings: list[dict[str, Any]]) -> Iterator[Told]:
    for finding in findings:
        if finding["suppressed"] is None:
            yield Told(finding["path"], finding["start"]["line"], finding["start"]["column"], finding["rule"])


def _sarif(output: str) -> Iterator[Told]:
    [run] = json.loads(output)["runs"]
    names = {rule.code: rule.name for rule in rules()}
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        path = unquote(place["artifactLocation"]["uri"], errors="surrogateescape").removeprefix("./")
        rule = names.get(result["ruleId"], result["ruleId"])  # the code of an own rule is its name
        yield Told(path, place["region"]["startLine"], place["region"]["startColumn"], rule)


def _github(output: str) -> Iterator[Told]:
    for command in commands_in(output):
        match = re.fullmatch(r"cblint \((.+)\)", command.properties["title"])
        if match is not None:
            column = command.properties.get("col")
            yield Told(
                command.properties["file"],
                int(command.properties["line"]),
                int(column) if column else None,
                match[1],
            )


def _gitlab(output: str) -> Iterator[Told]:
    for issue in json.loads(output):
        yield Told(issue["location"]["path"], issue["location"]["lines"]["begin"], None, issue["check_name"])


def _junit(output: str) -> Iterator[Told]:
    for suite in Tree.fromstring(output).iter("testsuite"):
        for case in suite.iter("testcase"):
            said = case.findtext("failure") or case.findtext("system-out")
            if said is not None:
                yield headline(said)._replace(path=suite.attrib["file"])


def _checkstyle(output: str) -> Iterator[Told]:
    for file in Tree.fromstring(output).iter("file"):
        for error in file.iter("error"):
            rule = error.attrib["source"].removeprefix("cblint.")
            yield Told(file.attrib["name"], int(error.attrib["line"]), int(error.attrib["column"]), rule)


def _rdjson(output: str) -> Iterator[Told]:
    for diagnostic in json.loads(output)["diagnostics"]:
        start = diagnostic["location"]["range"]["start"]
        yield Told(diagnostic["location"]["path"], start["line"], start["column"], diagnostic["code"]["value"])


READERS: dict[str, Callable[[str], Iterator[Told]]] = {
    "text": _text,
    "concise": _concise,
    "json": _json,
    "jsonl": _jsonl,
    "sarif": _sarif,
    "github": _github,
    "gitlab": _gitlab,
    "junit": _junit,
    "checkstyle": _checkstyle,
    "rdjson": _rdjson,
}
