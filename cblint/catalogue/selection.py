"""Finding rules by code, name or former name, and choosing those that a run uses."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from cblint.catalogue.load import rules
from cblint.catalogue.model import FAMILIES, Rule
from cblint.spelling import suggestion


class UnknownRule(ValueError):
    """No rule has this code or name. ``str()`` is a sentence with a suggestion."""

    def __init__(self, name: str) -> None:
        self.suggestion = suggestion(name, (key for rule in rules() for key in (rule.name, rule.code)))
        super().__init__(f'There is no rule "{name}".{self.suggestion}')


class Selection(NamedTuple):
    """What decides which rules run. ``select``, where given, replaces the profile's choice."""

    profile: str = "default"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _by_key() -> dict[str, Rule]:
    found = {name: rule for rule in rules() for name in rule.former_names}
    found.update({key: rule for rule in rules() for key in (rule.name, rule.code)})
    return found


def find(key: str) -> Rule:
    """The rule of a code, a name or a former name. Raises UnknownRule."""
    rule = _by_key().get(key) or _by_key().get(key.upper())
    if rule is None:
        raise UnknownRule(key)
    return rule


def _matching(keys: Iterable[str]) -> set[str]:
    """The codes that keys mean: a rule's code or name, or ``CBn`` for a family. Raises UnknownRule."""
    codes: set[str] = set()
    for key in keys:
        if len(key) == 3 and key.upper().startswith("CB") and key[2] in FAMILIES:
            codes |= {rule.code for rule in rules() if rule.code.startswith(key.upper())}
        else:
            codes.add(find(key).code)
    return codes


def select(selection: Selection) -> list[Rule]:
    """The rules to run, by code. Raises UnknownRule."""
    wanted = _matching(selection.select)
    unwanted = _matching(selection.ignore)
    return [
        rule.said_in(selection.profile)
        for rule in rules()
        if rule.code not in unwanted
        and (
            rule.code in wanted if selection.select else selection.profile in rule.profiles and rule.status == "stable"
        )
    ]
