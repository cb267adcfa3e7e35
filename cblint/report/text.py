"""For people: the line, carets under the exact characters, what else belongs to it, and where to read on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from cblint.finding import BASELINE, Finding, Related, Severity
from cblint.linter import FileResult
from cblint.report import Style, left_out
from cblint.report.shown import characters, commands, is_plain, path, printable, quoted, width
from cblint.report.told import open_findings, pages
from cblint.report.wrapping import wrapped
from cblint.running import Result
from cblint.source.text import Position
from cblint.typing import TYPE_CHECKING
from cblint.wording import counted

if TYPE_CHECKING:
    from cblint.secrets.mask import Hidden

_TAB = 4
_WIDEST = 160
"""Columns of a source line that are shown; of a longer one, the part around the finding."""

_WORDS = 100
"""Columns that words below an excerpt take."""

_SHOWN, _LISTED = 3, 20
"""So many related places of one kind are shown with their lines; of so many more the positions are listed."""

_COLOURS = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "bold": "1",
    "dim": "2",
    "frame": "34",
    "added": "32",
    "removed": "31",
}


class Paint:
    """Colours, or none."""

    def __init__(self, colour: bool) -> None:
        self._colour = colour

    def __call__(self, kind: str, text: str) -> str:
        return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if self._colour and text else text


def harmless(pieces: Iterable[str], coloured: bool) -> Iterator[str]:
    """Lines that hold words of a stranger, such as those of own rules: nothing in them but our colours steers."""
    first, *others = "".join(pieces).split("\n")
    yield _harmless(first, coloured)
    yield from (f"\n{_harmless(each, coloured)}" for each in others)


def _harmless(text: str, coloured: bool) -> str:
    if not coloured:
        return quoted(text)
    pattern = "(\x1b\\[(?:" + "|".join(["0", *_COLOURS.values()]) + ")m)"
    parts = re.split(pattern, text)
    parts[::2] = [quoted(part) for part in parts[::2]]
    return "".join(parts)


def render(result: Result, style: Style) -> Iterator[str]:
    """Every finding that is not suppressed, then what was not linted, then a summary."""
    paint = Paint(style.colour)
    page_of = pages(result)
    for file, finding in open_findings(result):
        yield from _finding(file, finding, paint)
        page = page_of(finding.rule)
        if page:
            yield f"{' ' * _gutter(file, finding)} {paint('frame', '=')} {paint('dim', printable(page))}\n"
        yield "\n"
    if style.statistics:
        yield from statistics(result)
    if not style.quiet:
        yield from conclusion(result, paint)


def conclusion(result: Result, paint: Paint) -> Iterator[str]:
    """What was not linted and why, then the summary, in lines."""
    yield from _skipped(result, paint)
    mendable = _mendable(finding for _, finding in open_findings(result))
    yield " ".join(filter(None, (summary(result), mendable))) + "\n"


def _mendable(findings: Iterable[Finding]) -> str:
    """How many of them there is a fix for; nothing where there is none."""
    fixes = [finding.fix for finding in findings if finding.fix is not None]
    safe = sum(fix.safe for fix in fixes)
    if not safe:
        return f"--fix --unsafe-fixes mends {len(fixes)}." if fixes else ""
    return f"--fix mends {safe}" + (f", with --unsafe-fixes {len(fixes)}." if len(fixes) > safe else ".")


def _finding(file: FileResult, finding: Finding, paint: Paint) -> Iterator[str]:
    where = f"{path(file.shown)}:{finding.start.line}:{finding.start.column}"
    severity = paint(finding.severity.value, f"{finding.severity.value}[{finding.rule}]")
    yield f"{paint('bold', where)}: {severity} {printable(finding.message)}\n"
    gutter = _gutter(file, finding)
    yield from _excerpt(file, finding.start, finding.end, gutter, paint, finding.severity.value)
    yield from _steps(file, finding, gutter, paint)
    mark = bar = paint("frame", "=")
    for line in wrapped(printable(finding.detail), _WORDS):
        yield f"{' ' * gutter} {bar if commands(line) else mark} {line}\n"
        mark = " "
    yield from _related(file, finding, gutter, paint)


def _gutter(file: FileResult, finding: Finding) -> int:
    """How wide the numbers of its lines are."""
    here = (place.start.line for place in finding.related if place.path == file.path)
    return max(len(str(number)) for number in (finding.start.line, *here))


def _related(file: FileResult, finding: Finding, gutter: int, paint: Paint) -> Iterator[str]:
    """What else belongs to it: each with its line, but of many of one kind only where the rest of them stand."""
    kinds: dict[str, list[Related]] = {}
    for place in finding.related:
        if place.path == file.path:
            kinds.setdefault(place.message, []).append(place)
    for message, places in kinds.items():
        shown, rest = (places, []) if len(places) <= _SHOWN else (places[:1], places[1:])
        for place in shown:
            yield f"{' ' * gutter} {paint('frame', '=')} {printable(message)}:\n"
            yield from _excerpt(file, place.start, place.end, gutter, paint, "frame")
        if rest:
            spots = ", ".join(f"{place.start.line}:{place.start.column}" for place in rest[:_LISTED])
            more = f", and {len(rest) - _LISTED} more" if len(rest) > _LISTED else ""
            for line in wrapped(f"and so at {spots}{more}", _WORDS):
                yield f"{' ' * gutter} {' '} {line}\n"
    for place in finding.related:
        if place.path != file.path:
            yield f"{' ' * gutter} {paint('frame', '=')} {printable(place.message)}: {_spot(file, place)}\n"


def _steps(file: FileResult, finding: Finding, gutter: int, paint: Paint) -> Iterator[str]:
    """The way to the finding, a numbered line for each step; the finding itself is the last."""
    if not finding.steps:
        return
    spots = [_spot(file, place) for place in finding.steps]
    margin, numbers, column = gutter + 1, len(f"{finding.steps[-1].step}."), max(map(width, spots)) + 2
    indent = " " * (margin + numbers + column - 1)
    last = 0
    for place, spot in zip(finding.steps, spots, strict=True):
        if place.step > last + 1:
            yield f"{' ' * margin}{paint('frame', '…'.rjust(numbers))} {left_out(place.step - last - 1)}\n"
        last = place.step
        colour = finding.severity.value if place is finding.steps[-1] else "frame"
        number = paint(colour, f"{place.step}.".rjust(numbers))
        lead = f"{' ' * margin}{number} {spot}{' ' * (column - width(spot))}"
        words = "here" if place.message == finding.message else printable(place.message)
        first, *others = wrapped(words, max(_WORDS - numbers - column, 40)) or [""]
        yield f"{lead}{first}".rstrip(" ") + "\n"
        for line in others:
            yield f"{indent}{paint('frame', '=') if commands(line) else ' '} {line}\n"


def _spot(file: FileResult, place: Related) -> str:
    """``line:column``, after the name of the file where it is another."""
    position = f"{place.start.line}:{place.start.column}"
    return position if place.path == file.path else f"{path(place.path)}:{position}"


def _excerpt(file: FileResult, start: Position, end: Position, gutter: int, paint: Paint, colour: str) -> Iterator[str]:
    """The line of ``start`` and carets from there to ``end``, or to the end of the line."""
    line = file.excerpts.get(start.line)
    if line is None:
        return
    last = end.column if end.line == start.line else len(line) + 1
    shown, before, marked = laid_out(line, start.column, last, file.hidden.get(start.line, ()))
    bar = paint("frame", "|")
    yield f"{paint('frame', str(start.line).rjust(gutter))} {bar} {shown}\n".replace(" \n", "\n")
    yield f"{' ' * gutter} {bar} {' ' * before}{paint(colour, '^' * marked)}\n"


def laid_out(line: str, start: int, end: int, hidden: Sequence[Hidden] = ()) -> tuple[str, int, int]:
    """A source line as shown, the columns before the carets and how many carets.

    ``start`` and ``end`` are 1-based columns in code points, the end one past the last; ``hidden`` is shown otherwise.
    """
    low, high = _window(line, start - 1)
    lead, trail = "…" if low else "", "…" if high < len(line) else ""
    end = min(end - 1, high)
    if not hidden and is_plain(line):  # as most are
        return f"{lead}{line[low:high]}{trail}", len(lead) + start - 1 - low, max(end - start + 1, 1)
    written = characters(line[low:high])
    for first, last, instead in hidden:
        if first < high and last > low:
            begun, ended = max(first - low, 0), min(last, high) - low
            written[begun:ended] = [instead, *[""] * (ended - begun - 1)]
    shown = [lead, *_expanded(written, width(lead)), trail]
    before, marked = "".join(shown[: start - low]), "".join(shown[start - low : end - low + 1])
    return "".join(shown), width(before), max(width(before + marked) - width(before), 1)


def _window(line: str, start: int) -> tuple[int, int]:
    """The part of a long line to show: all of a short one, else what stands round the first marked character."""
    low = max(0, min(start - _WIDEST // 3, len(line) - _WIDEST))
    return low, min(len(line), low + _WIDEST)


def _expanded(shown: list[str], column: int) -> Iterator[str]:
    """Characters with tabs as blanks; the first stands at a column of the display."""
    since: list[str] = []  # the last tab: together they can be narrower than one by one
    for char in shown:
        if char != "\t":
            since.append(char)
            yield char
            continue
        column += width("".join(since))
        since = []
        blanks = _TAB - column % _TAB
        column += blanks
        yield " " * blanks


def statistics(result: Result) -> Iterator[str]:
    """How many findings that are open each rule has, by severity, most first; and how many of them fixes mend."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for _, finding in open_findings(result):
        groups.setdefault((finding.rule, finding.code, finding.severity.value), []).append(finding)
    names, codes = (max((len(key[part]) for key in groups), default=0) for part in (0, 1))
    for (rule, code, severity), found in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        name = rule if rule != code else ""  # a check of ShellCheck has its code only
        line = f"{len(found):6}  {severity:7}  {code:{codes}}  {name:{names}}  {_mendable(found)}"
        yield f"{line.rstrip()}\n"


def _skipped(result: Result, paint: Paint) -> Iterator[str]:
    for file in result.files:
        # What failed the run is said on standard error in every format.
        if file.skipped and not file.failed:
            yield paint("dim", f"{path(file.shown)} {printable(file.skipped)}") + "\n"


def summary(result: Result) -> str:
    """``1 error and 2 notes in 3 files (1 suppressed, 2 files skipped).``"""
    counts = dict.fromkeys(Severity, 0)
    suppressed = baseline = 0
    for _, finding in result.findings:
        if finding.is_open:
            counts[finding.severity] += 1
        suppressed += finding.suppressed is not None
        baseline += finding.left_out == BASELINE
    said = [counted(number, severity.value) for severity, number in counts.items() if number]
    checked = sum(1 for file in result.files if file.kind)
    skipped = sum(1 for file in result.files if file.skipped and not file.kind)
    extra = [f"{suppressed} suppressed"] if suppressed else []
    extra += [f"{baseline} in the baseline"] if baseline else []
    extra += [f"{counted(skipped, 'file')} skipped"] if skipped else []
    tail = f" ({', '.join(extra)})" if extra else ""
    if not checked and not said:
        return f"No buildspec was {'checked' if skipped else 'found'}{tail}."
    found = " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said) or "No findings"
    noun = "buildspec file" if all(file.kind in ("", "buildspec") for file in result.files) else "file"
    return f"{found} in {counted(checked, noun)}{tail}."
