"""What makes a finding the same one when lines move: its rule, the keys that lead to it and the text of its line."""

from __future__ import annotations

from cblint import expressions
from cblint.finding import Finding
from cblint.linter import FileResult
from cblint.records import NamedTuple

LONGEST = 400
"""Characters of a line that are taken whole."""
WINDOW = 200
"""Characters of a longer line, from the finding on: what changes before them is no change."""
MASKED = "***"
"""What stands for a secret, however long it is: another one in its place is the same finding."""

_NUMBER = expressions.lazy(r"(?<=\[)[0-9]+(?=\])")


class Identity(NamedTuple):
    """The same for two findings of a file that differ in nothing but their places.

    ``where`` is without the numbers of list items, which a command put above moves; ``text`` without blanks.
    """

    code: str
    where: str
    text: str


def identities(file: FileResult) -> list[Identity]:
    """One for each finding of the file, in order."""
    shown: dict[int, str] = {}
    return [identity(finding, file, shown) for finding in file.findings]


def identity(finding: Finding, file: FileResult, shown: dict[int, str]) -> Identity:
    """That of one finding; ``shown`` keeps what was made of lines already."""
    line = finding.start.line
    if len(file.excerpts.get(line, "")) > LONGEST:
        return Identity(finding.code, place(finding), squeezed(context(finding, file)))
    if line not in shown:
        shown[line] = squeezed(context(finding, file))
    return Identity(finding.code, place(finding), shown[line])


def place(finding: Finding) -> str:
    """Where the finding is, without the numbers of list items."""
    return _NUMBER.sub("", finding.where)


def context(finding: Finding, file: FileResult) -> str:
    """The line that the finding begins on, each run of blanks as one, without what is secret in it."""
    number = finding.start.line
    line = file.excerpts.get(number, "")
    first, last = (
        (finding.start.column - 1, finding.start.column - 1 + WINDOW) if len(line) > LONGEST else (0, len(line))
    )
    shown: list[str] = []
    for start, end, _ in file.hidden.get(number, ()):
        if start < last and end > first:
            shown += (line[first:start], MASKED)
            first = end
    return " ".join("".join([*shown, line[first:last]]).split())


def squeezed(text: str) -> str:
    """A text without its blanks."""
    return "".join(text.split())
