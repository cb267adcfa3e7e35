"""Lists of rules: for people at a terminal, and as the tables of the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cblint.catalogue import Rule
from cblint.catalogue.model import FAMILIES, OWN
from cblint.report import RULES_URL
from cblint.report.markdown import cell
from cblint.report.text import Paint

FAMILY_TITLES = {
    "syntax": "Syntax and shape",
    "phases": "Phases, exit status, shell",
    "environment": "Environment, secrets, exported variables",
    "images": "Images, runtimes, docker, tools",
    "artifacts": "Artifacts, reports, cache",
    "batch": "Batch builds",
    "project": "Project, webhook, pipeline",
    "supply-chain": "Supply chain",
    "cblint": "cblint itself",
}
_COLUMNS = (("code", 6), ("name", 34), ("severity", 8), ("category", 18), ("profile", 8), ("fix", 6))


def listed(rules: Iterable[Rule], colour: bool = False) -> Iterator[str]:
    """A title row, then two lines for each rule: its name and kind, and what it is about."""
    paint = Paint(colour)
    each = list(rules)
    code = max((len(rule.code) for rule in each), default=0)
    yield paint("bold", _line([title for title, _ in _COLUMNS], code)) + "\n"
    for rule in each:
        cells = [rule.code, rule.name, rule.severity.value, rule.category, rule.profiles[0], short_fix(rule)]
        yield f"{_line(cells, code)}\n"
        preview = f" ({rule.status})" if rule.status != "stable" else ""
        yield f"        {paint('dim', f'{rule.summary}{preview}')}\n"


def _line(cells: Iterable[str], code: int) -> str:
    """One row, its first column as wide as the longest code: own rules may be called by their names."""
    widths = (max(code, _COLUMNS[0][1]), *(width for _, width in _COLUMNS[1:]))
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def table(rules: Iterable[Rule], link: str = RULES_URL, title: str = "**{}**") -> str:
    """A table of Markdown for each family that has any; ``link`` has ``{rule}`` in it, and ``title`` has ``{}``."""
    families: dict[str, list[Rule]] = {}
    for rule in rules:
        families.setdefault(OWN if rule.is_own else rule.code[2], []).append(rule)
    titles = {**{digit: f"CB{digit} {FAMILY_TITLES[name]}" for digit, name in FAMILIES.items()}, OWN: "Own rules"}
    return (
        "\n\n".join(_family(title.format(titles[key]), families[key], link) for key in titles if key in families) + "\n"
    )


def _family(title: str, rules: list[Rule], link: str) -> str:
    head = ("| code | rule | severity | fix | about |", "|---|---|---|---|---|")
    return f"{title}\n\n" + "\n".join([*head, *(_row(rule, link) for rule in rules)])


def _row(rule: Rule, link: str) -> str:
    name = rule.name if rule.is_own else f"[{rule.name}]({link.format(rule=rule.name)})"
    status = f" ({rule.status})" if rule.status != "stable" else ""
    return f"| {rule.code} | {name}{status} | {rule.severity.value} | {short_fix(rule)} | {cell(rule.summary)} |"


def short_fix(rule: Rule) -> str:
    """``safe``, ``unsafe``, or nothing."""
    return "" if rule.fix_safety == "none" else rule.fix_safety
