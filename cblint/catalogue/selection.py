"""The rules that hold for a file: found by code, name or former name, and those chosen that a run uses."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import NamedTuple

from cblint.catalogue.load import rules
from cblint.catalogue.model import FAMILIES, OWN, Rule
from cblint.spelling import suggestion


class UnknownRule(ValueError):
    """No rule has this code or name. ``str()`` is a sentence with a suggestion."""

    def __init__(self, name: str, rules: Iterable[Rule]) -> None:
        self.suggestion = suggestion(name, (key for rule in rules for key in (rule.name, rule.code)))
        super().__init__(f'There is no rule "{name}".{self.suggestion}')


class Selection(NamedTuple):
    """What decides which rules run. ``select``, where given, replaces the profile's choice."""

    profile: str = "default"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class Catalogue:
    """The rules that there are for a file: the built-in ones, by code, and then those of its owners."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules

    @property
    def own(self) -> tuple[Rule, ...]:
        """The rules that are not built in."""
        return tuple(rule for rule in self.rules if rule.is_own)

    @cached_property
    def _by_key(self) -> dict[str, Rule]:
        found = {name: rule for rule in self.rules for name in rule.former_names}
        found.update({key: rule for rule in self.rules for key in (rule.name, rule.code)})
        return found

    def find(self, key: str) -> Rule:
        """The rule of a code, a name or a former name. Raises UnknownRule."""
        rule = self._by_key.get(key) or self._by_key.get(key.upper())
        if rule is None:
            raise UnknownRule(key, self.rules)
        return rule

    def check(self, keys: Iterable[str]) -> None:
        """Raise UnknownRule for a key that means no rule."""
        for key in keys:
            if not self._meant(key):
                self.find(key)

    def _meant(self, key: str) -> set[str]:
        """The codes that a key means: a rule's code or name, ``CBn`` for a family, ``OWN`` for all that are own."""
        upper = key.upper()
        if upper == OWN:
            return {rule.code for rule in self.rules if rule.is_own} or {OWN}
        if len(key) == 3 and upper.startswith("CB") and key[2] in FAMILIES:
            return {rule.code for rule in self.rules if not rule.is_own and rule.code.startswith(upper)}
        rule = self._by_key.get(key) or self._by_key.get(upper)
        return {rule.code} if rule is not None else set()

    def select(self, selection: Selection) -> list[Rule]:
        """The rules to run, in their order. A key that no rule has means none: another file may know it."""
        wanted = {code for key in selection.select for code in self._meant(key)}
        unwanted = {code for key in selection.ignore for code in self._meant(key)}
        return [
            rule.said_in(selection.profile)
            for rule in self.rules
            if rule.code not in unwanted
            and (
                rule.code in wanted
                if selection.select
                else selection.profile in rule.profiles and rule.status == "stable"
            )
        ]


@lru_cache(maxsize=1)
def built_in() -> Catalogue:
    """The rules of cblint itself."""
    return Catalogue(rules())


def find(key: str) -> Rule:
    """The built-in rule of a code, a name or a former name. Raises UnknownRule."""
    return built_in().find(key)


def select(selection: Selection) -> list[Rule]:
    """The built-in rules to run, by code. Raises UnknownRule."""
    built_in().check((*selection.select, *selection.ignore))
    return built_in().select(selection)
