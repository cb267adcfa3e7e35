"""What ``cblint rules`` does: lists the rules, or some of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from cblint.catalogue import Rule, Selection, UnknownRule
from cblint.catalogue.model import PEDANTIC
from cblint.cli.run import Misused, colour, known_rules, names, write
from cblint.cli.spelled import not_one_of
from cblint.report import rule_data, rule_table
from cblint.report.shown import printable
from cblint.report.text import harmless
from cblint.typing import Any

_FORMATS: dict[str, Callable[[Sequence[Rule], bool], Iterator[str]]] = {
    "text": rule_table.listed,
    "json": lambda rules, _: rule_data.render(rules),
    "markdown": lambda rules, _: iter([rule_table.table(rules)]),
}
FORMATS = tuple(_FORMATS)


def list_rules(options: Mapping[str, Any]) -> None:
    """Print the rules that all filters let through. Raises Misused."""
    catalogue = known_rules(options["rules"])
    every = catalogue.rules
    categories = sorted({rule.category for rule in every})
    for category in options["category"]:
        if category not in categories:
            raise Misused(not_one_of(category, categories))
    selected = names(options["select"]) or tuple(rule.code for rule in every)
    selection = Selection(PEDANTIC, selected, names(options["ignore"]))
    try:
        catalogue.check((*selection.select, *selection.ignore))
    except UnknownRule as error:
        raise Misused(printable(str(error))) from None
    wanted = [rule for rule in catalogue.select(selection) if _wanted(rule, options)]
    coloured = options["style"] == "text" and colour(options["colour"])
    listed = _FORMATS[options["style"]](wanted, coloured)
    write(listed if options["style"] == "json" else harmless(listed, coloured))


def _wanted(rule: Rule, options: Mapping[str, Any]) -> bool:
    profile, category, severity = options["profile"], options["category"], options["severity"]
    return (
        (not profile or (profile in rule.profiles and rule.status == "stable"))
        and (not category or rule.category in category)
        and (not severity or rule.severity.value in severity)
        and (not options["fixable"] or rule.fix_safety != "none")
    )
