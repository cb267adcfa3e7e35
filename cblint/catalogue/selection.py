"""Finding rules by code, name or former name, and choosing those that a run uses."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from cblint.catalogue.load import rules
from cblint.catalogue.model import FAMILIES, Rule
from cblint.finding import Severity
from cblint.spelling import suggestion


class UnknownRule(ValueError):
    """No rule has this code or name. ``str()`` is a sentence with a suggestion."""

    def __init__(self, name: str) -> None:
        self.suggestion = suggestion(name, (key for rule in rules() for key in (rule.name, rule.code)))
        super().__init__(f'There is no rule "{name}".{self.suggestion}')


class Selection(NamedTuple):
    """What decides which rules run, and how bad what they say is.

    ``select``, where given, replaces the profile's choice. ``severity`` pairs rules and families with a severity for
    all that they say; of those that mean one rule the last holds.
    """

    profile: str = "default"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, str], ...] = ()


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


def is_family(key: str) -> bool:
    """Whether a key is ``CBn`` for a family."""
    return len(key) == 3 and key.upper().startswith("CB") and key[2] in FAMILIES


def codes_of(key: str) -> list[str]:
    """The codes that a key means: a rule's code or name, or ``CBn`` for a family. Raises UnknownRule."""
    if is_family(key):
        return [rule.code for rule in rules() if rule.code.startswith(key.upper())]
    return [find(key).code]


def matching(keys: Iterable[str]) -> set[str]:
    """The codes that several keys mean. Raises UnknownRule."""
    return {code for key in keys for code in codes_of(key)}


def select(selection: Selection) -> list[Rule]:
    """The rules to run, by code. Raises UnknownRule."""
    wanted = matching(selection.select)
    unwanted = matching(selection.ignore)
    severities = {code: Severity(severity) for key, severity in selection.severity for code in codes_of(key)}
    return [
        rule.said_in(selection.profile).judged(severities.get(rule.code))
        for rule in rules()
        if rule.code not in unwanted
        and (
            rule.code in wanted if selection.select else selection.profile in rule.profiles and rule.status == "stable"
        )
    ]
