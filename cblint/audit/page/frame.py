"""The page around the findings: what is said and ranked without a script, and what its scripts and colours are."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from cblint.audit.overview import Audited, Overview, Point
from cblint.audit.page.data import LONGEST, NEW, SEVERITIES, Tally, encoded, name, paragraphs
from cblint.audit.page.words import address, changed, counted, lead, matters, none, title
from cblint.records import NamedTuple
from cblint.report.shown import visible
from cblint.suppress import comment

_SCRIPTS = ("tools.js", "findings.js", "chips.js", "list.js", "finding.js", "tables.js", "matrix.js", "page.js")
_FOLDER = os.path.dirname(os.path.abspath(__file__))

_FIRST = 100
"""Repositories and owners that stand in the page itself; a script shows the others, as many at a time."""
_TOP = 8
"""Of each ranking, in the overview."""
_MATRIX_ROWS, _MATRIX_COLUMNS = 25, 24
_MORE_COLUMNS = 3
"""As many, or more, have to be left out of the matrix: for fewer nobody has to ask."""
_MOST_RUNS = 60
_MOST_PROBLEMS = 10
_LONGEST_PROBLEM = 400
_LONGEST_HELP = 10_000
_PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' "
    "rx='3' fill='%230b5cad'/%3E%3Cpath d='M4 8.5l2.7 2.7L12 5.6' fill='none' stroke='white' stroke-width='2'/%3E"
    "%3C/svg%3E"
)


class Panel(NamedTuple):
    """The trend of a severity: a line in a box of 100 by 30, how many there are, were at most, and have come since."""

    severity: str
    points: str
    now: int
    most: int
    change: int
    said: str


class Cell(NamedTuple):
    """A field of the matrix; ``heat`` goes from 0 to 5."""

    number: int
    heat: int
    address: str


def document(overview: Overview, tally: Tally, index: Iterable[str], details: Iterable[str]) -> Iterator[str]:
    """The page in pieces; ``index`` and ``details`` are the elements of the findings, as they are to stand in it."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    environment.filters.update(
        number=lambda number: f"{number:,}", shown=name, day=day, counted=counted, parts=_parts, total=_total
    )
    style, early = _source("page.css"), _source("early.js")
    script = '"use strict";\n(() => {\n' + "".join(map(_source, _SCRIPTS)) + "})();\n"
    return environment.get_template("page.html").generate(
        style=Markup(style),  # noqa: S704
        early=Markup(early),  # noqa: S704
        script=Markup(script),  # noqa: S704
        policy=_policy(style, (early, script)),
        frame=Markup(encoded(_frame(overview, tally))),  # noqa: S704
        index=map(Markup, index),
        details=map(Markup, details),
        **_context(overview, tally),
    )


def _source(name: str) -> str:
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
        return file.read()


def _policy(style: str, scripts: Iterable[str]) -> str:
    """What a browser may do with the page: run these scripts, and load nothing."""
    allowed = " ".join(map(_hashed, scripts))
    return (
        f"default-src 'none'; style-src {_hashed(style)}; script-src {allowed}; img-src data:; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'"
    )


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _context(overview: Overview, tally: Tally) -> dict[str, Any]:
    """What the template is filled with."""
    ranked, rules, owners = _ranked(overview, tally), _rules(tally), _owners(tally)
    columns = _columns(tally)
    shown = columns if len(columns) < _MATRIX_COLUMNS + _MORE_COLUMNS else columns[:_MATRIX_COLUMNS]
    troubled = [each for each in overview.repositories if each.problems]
    return {
        "overview": overview,
        "tally": tally,
        "only": name(overview.only),
        "title": title(overview),
        "nothing": none(overview),
        "severities": SEVERITIES,
        "most_of": next((f"{kind}s" for count, kind in zip(tally.total, SEVERITIES, strict=False) if count), "errors"),
        "lead": lead(overview, tally),
        "changed": changed(overview, tally),
        "matters": matters(overview, tally),
        "panels": [_panel(overview.trend, number) for number in range(NEW)],
        "runs": overview.trend[-_MOST_RUNS:],
        "ranked": ranked[:_FIRST],
        "rules": rules,
        "owners": owners[:_FIRST],
        "owner_count": len(owners),
        "owned": any(owners),
        "top": _TOP,
        "troubled": troubled,
        "affected": sum(_total(counts) > 0 for counts in tally.repositories),
        "matrix": [
            (number, [_cell(overview, tally, number, rule) for rule in shown])
            for number in ranked[:_MATRIX_ROWS]
            if _total(tally.repositories[number])
        ],
        "matrix_rules": shown,
        "matrix_is_cut": len(shown) < len(columns),
        "helped": partial(_helped, _markdown()),
        "address": address,
        "web": web,
        "bar": _bar,
        "told": _told,
        "worst": partial(_worst, overview, tally),
        "most": max((_total(counts) for counts in tally.rules), default=0),
        "problems": _problems,
        "picture": _PICTURE,
        "repositories": ("repository", "repositories"),
        "no_owners": "No file with a finding has an owner: a CODEOWNERS file names them.",
    }


def _frame(overview: Overview, tally: Tally) -> dict[str, Any]:
    """What the scripts have to know beside the findings, in columns."""
    owners = {owner: number for number, owner in enumerate(tally.owners)}
    return {
        "findings": tally.other["findings"],
        "nothing": none(overview),
        "runs": len(overview.trend),
        "started": {str(point.run): day(point.started) for point in overview.trend},
        "rules": {
            "name": [name(rule.name) for rule in overview.rules],
            "code": [name(rule.code) for rule in overview.rules],
            "category": [name(rule.category) for rule in overview.rules],
            "summary": [name(rule.summary) for rule in overview.rules],
            "url": [web(rule.url) for rule in overview.rules],
            "comment": [visible(comment(rule.name[:LONGEST])) for rule in overview.rules],
        },
        "repositories": {
            "name": [name(each.name) for each in overview.repositories],
            "web": [web(each.web) for each in overview.repositories],
            "branch": [name(each.branch) for each in overview.repositories],
            "commit": [name(each.commit) for each in overview.repositories],
            "source": [source(each) for each in overview.repositories],
            "files": [each.files for each in overview.repositories],
            "counts": tally.repositories,
            "problems": [_problems(each) for each in overview.repositories],
        },
        "owners": {
            "name": list(owners),
            "counts": list(tally.owners.values()),
            "repositories": [len(tally.repositories_of[owner]) for owner in owners],
        },
        "ranked": {"repositories": _ranked(overview, tally), "owners": [owners[owner] for owner in _owners(tally)]},
    }


def _problems(each: Audited) -> list[str]:
    shown = [paragraphs(problem, _LONGEST_PROBLEM) for problem in each.problems[:_MOST_PROBLEMS]]
    return (
        [*shown, f"And {len(each.problems) - _MOST_PROBLEMS:,} more."] if len(each.problems) > _MOST_PROBLEMS else shown
    )


def _worst_first(counts: Sequence[int]) -> list[int]:
    return [-count for count in counts[:NEW]]


def _ranked(overview: Overview, tally: Tally) -> list[int]:
    """The numbers of the repositories, the worst first; of those without findings, first what was not looked at."""
    return sorted(
        range(len(overview.repositories)),
        key=lambda number: (
            _worst_first(tally.repositories[number]),
            not overview.repositories[number].problems,
            overview.repositories[number].name,
        ),
    )


def _rules(tally: Tally) -> list[int]:
    return sorted(tally.used, key=lambda number: (_worst_first(tally.rules[number]), number))


def _columns(tally: Tally) -> list[int]:
    """The rules of the matrix, those with most findings first."""
    columns = sorted(range(len(tally.rules)), key=lambda number: -_total(tally.rules[number]))
    return [number for number in columns if _total(tally.rules[number])]


def _worst(overview: Overview, tally: Tally, rule: int) -> str:
    """The worst severity that findings of a rule have; its own if all are suppressed."""
    counts = zip(tally.rules[rule], SEVERITIES, strict=False)
    return next((severity for count, severity in counts if count), overview.rules[rule].severity)


def _owners(tally: Tally) -> list[str]:
    return sorted(tally.owners, key=lambda owner: (_worst_first(tally.owners[owner]), owner))


def day(moment: str) -> str:
    """A moment in words; as it is given, if it is none."""
    try:
        then = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return name(moment)
    return f"{then.day} {then:%B %Y, %H:%M} UTC"


def web(url: str) -> str:
    """The address if a browser may go there: https or http with a host, and nothing that deceives; else empty."""
    if not 0 < len(url) <= LONGEST or not url.isascii() or not url.isprintable() or set(url) & set(" \"'<>\\^`{|}"):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc else ""


def source(each: Audited) -> int:
    """How its host addresses a file of a commit: 1 as GitHub does, 2 as GitLab does, 0 if that is not known."""
    shown = web(each.web)
    if not shown or not re.fullmatch(r"[0-9a-fA-F]{7,64}", each.commit):
        return 0
    parts = urlsplit(shown)
    if parts.query or parts.fragment or not parts.path.strip("/") or shown.endswith(("/", "?", "#")):
        return 0
    host = parts.hostname or ""
    return 1 if host == "github.com" else 2 if host.startswith("gitlab.") else 0


def _markdown() -> MarkdownIt:
    """Markdown that makes no elements of a stranger's, no links, no pictures and no headings."""
    return MarkdownIt("commonmark", {"html": False}).disable(["autolink", "heading", "image", "lheading", "link"])


def _helped(markdown: MarkdownIt, text: str) -> Markup:
    return Markup(markdown.render(paragraphs(text, _LONGEST_HELP)))  # noqa: S704


def _panel(trend: Sequence[Point], place: int) -> Panel:
    counts = [(point.errors, point.warnings, point.notes)[place] for point in trend[-_MOST_RUNS:]] or [0]
    most, step = max(*counts, 1), 100 / max(len(counts) - 1, 1)
    points = " ".join(f"{number * step:.2f},{29 - 28 * count / most:.2f}" for number, count in enumerate(counts))
    said = f"{SEVERITIES[place]}s over {counted(len(counts), 'run')}: from {counts[0]:,} to {counts[-1]:,}"
    return Panel(
        SEVERITIES[place], points, counts[-1], max(counts), counts[-1] - counts[-2] if len(counts) > 1 else 0, said
    )


def _bar(counts: Sequence[int], most: int) -> list[tuple[str, str, str]]:
    """The parts of a bar 100 wide for the most: severity, where it begins, and how wide it is."""
    parts, begin = [], 0.0
    for severity, count in zip(SEVERITIES, counts, strict=False):
        width = 100 * count / max(most, 1)
        if count:
            parts.append((severity, f"{begin:.2f}", f"{max(width, 0.4):.2f}"))
        begin += width
    return parts


def _total(counts: Sequence[int]) -> int:
    return sum(counts[:NEW])


def _told(counts: Sequence[int]) -> str:
    said = [counted(count, severity) for severity, count in zip(SEVERITIES, counts, strict=False) if count]
    return ", ".join(said) or "all suppressed"


def _parts(text: str) -> list[str]:
    """A name or path in the parts between which a line may end."""
    return re.split(r"(?<=[/_:.])|(?<=\w)(?=@)", text)


def _cell(overview: Overview, tally: Tally, repository: int, rule: int) -> Cell:
    count = tally.cells[repository * len(tally.rules) + rule]
    target = address(
        "findings", repository=name(overview.repositories[repository].name), rule=name(overview.rules[rule].name)
    )
    return Cell(count, heat(count), target)


def heat(count: int) -> int:
    """How strongly a number is coloured: 0 for none, 5 from 100 on."""
    return sum(count >= least for least in (1, 2, 5, 20, 100))
