"""What ``cblint explain`` does: prints what cblint knows of rules, build images and environment variables."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence

from cblint.catalogue import Catalogue, Rule, UnknownRule
from cblint.catalogue.selection import is_family
from cblint.cli import is_nowhere
from cblint.cli.run import Misused, colour, known_rules, write
from cblint.explanation import explanation
from cblint.report import explained, rule_data, rule_markdown, rule_table, rule_text
from cblint.report.shown import printable
from cblint.report.text import harmless
from cblint.report.wrapping import WIDEST
from cblint.spelling import hint

RULE, IMAGE, VARIABLE = "rule", "image", "variable"
KINDS = (RULE, IMAGE, VARIABLE)
FORMATS = ("text", "json", "markdown")
_NARROWEST = 40

_ALL: dict[tuple[str, str], Callable[[Catalogue], Iterator[str]]] = {
    (RULE, "text"): lambda catalogue: rule_table.listed(catalogue.rules),
    (RULE, "json"): lambda catalogue: rule_data.render(catalogue.rules, explained=True),
    (RULE, "markdown"): lambda catalogue: iter([rule_table.table(catalogue.rules)]),
    (IMAGE, "text"): lambda _: explained.images_text(),
    (IMAGE, "json"): lambda _: explained.images_json(),
    (VARIABLE, "text"): lambda _: explained.variables_text(),
    (VARIABLE, "json"): lambda _: explained.variables_json(),
}


def explain(names: Sequence[str], style: str, coloured: str, more_rules: tuple[str, ...] = ()) -> None:
    """Print what is known of things, as ``text``, ``json`` or ``markdown``. Raises Misused.

    ``more_rules`` are files and folders of own rules. The first of ``names`` may be a kind of things: then the others
    are of that kind, and alone it means all of them.
    """
    catalogue = known_rules(more_rules)
    if is_nowhere():
        os.chdir(os.sep)  # examples are linted, in a folder of their own, but from somewhere
    kind = names[0] if names[0] in KINDS else None
    things = names[1:] if kind else names
    try:
        # Worked out before anything is written: a misspelt name spoils no output.
        whole = kind is not None and not things
        found = (
            _all_of(kind or "", style, catalogue) if whole else _some(things, kind, style, colour(coloured), catalogue)
        )
        write(list(found) if style == "json" else list(harmless(found, colour(coloured) and style == "text")))
    except (explained.NotKnown, UnknownRule) as error:
        raise Misused(printable(str(error))) from None


def _all_of(kind: str, style: str, catalogue: Catalogue) -> Iterator[str]:
    if (kind, style) not in _ALL:
        raise Misused(_ONLY_RULES)
    return _ALL[kind, style](catalogue)


_ONLY_RULES = "Markdown is for rules; images and variables are explained as text or json."


def _some(names: Sequence[str], kind: str | None, style: str, coloured: bool, catalogue: Catalogue) -> Iterator[str]:
    kinds = [kind or _kind(name, catalogue) for name in names]
    if style == "markdown" and set(kinds) != {RULE}:
        raise Misused(_ONLY_RULES)
    if style == "json":
        return _json(names, kinds, catalogue)
    return _readable(names, kinds, style, coloured, catalogue)


def _kind(name: str, catalogue: Catalogue) -> str:
    """The kind of thing that is called so. Raises Misused."""
    if _is_rule(name, catalogue):
        return RULE
    if explained.is_variable(name):
        return VARIABLE
    if explained.is_image(name):
        return IMAGE
    keys = [key for rule in catalogue.rules for key in (rule.name, rule.code, *rule.former_names)]
    meant = hint(name, [*KINDS, *keys, *explained.variables(), *explained.short_names()])
    raise Misused(f'There is no rule, image or variable "{printable(name)}".{meant} cblint rules lists the rules.')


def _is_rule(name: str, catalogue: Catalogue) -> bool:
    try:
        catalogue.check((name.lower(),))
    except UnknownRule:
        return False
    return True


def _rules(name: str, catalogue: Catalogue) -> list[Rule]:
    """The rules that a name means: one, or those of a family. Raises UnknownRule."""
    return [catalogue.find(code) for code in catalogue.codes_of(name.lower())]


def _json(names: Sequence[str], kinds: Sequence[str], catalogue: Catalogue) -> Iterator[str]:
    """One document. Raises Misused, UnknownRule, NotKnown."""
    if len(set(kinds)) > 1:
        raise Misused("A document of JSON holds things of one kind: rules, images or variables.")
    if kinds[0] == RULE:
        return rule_data.render([rule for name in names for rule in _rules(name, catalogue)], explained=True)
    if kinds[0] == IMAGE:
        return explained.image_json(names[0]) if len(names) == 1 else explained.images_json(names)
    return explained.variable_json(names[0]) if len(names) == 1 else explained.variables_json(names)


def _readable(
    names: Sequence[str], kinds: Sequence[str], style: str, coloured: bool, catalogue: Catalogue
) -> Iterator[str]:
    """One after the other, with blank lines between them. Raises Misused, UnknownRule, NotKnown."""
    for number, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        if number:
            yield "\n\n" if style == "text" else "\n"
        if kind == IMAGE:
            yield from explained.image_text(name)
        elif kind == VARIABLE:
            yield from explained.variable_text(name)
        elif is_family(name):
            found = _rules(name, catalogue)
            yield from rule_table.listed(found, coloured) if style == "text" else [rule_table.table(found)]
        else:
            yield from _rule(name, style, coloured, catalogue)


def _rule(name: str, style: str, coloured: bool, catalogue: Catalogue) -> Iterator[str]:
    try:
        about = explanation(name, catalogue)
    except OSError as error:
        raise Misused(f"There is no room for the files of the examples: {error.strerror}.") from None
    if style == "markdown":
        yield rule_markdown.page(about)
    else:
        columns = min(max(shutil.get_terminal_size((WIDEST, 24)).columns, _NARROWEST), WIDEST)
        yield from rule_text.explained(about, columns, coloured)
