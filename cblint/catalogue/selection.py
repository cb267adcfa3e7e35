"""The rules that hold for a file: found by code, name or former name, and those chosen that a run uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache

from cblint.catalogue.load import rules
from cblint.catalogue.model import FAMILIES, OWN, Rule
from cblint.finding import Severity
from cblint.records import NamedTuple
from cblint.spelling import suggestion

SHELLCHECK = "SC"
"""What all checks of ShellCheck are called together, and how their codes begin."""


class UnknownRule(ValueError):
    """No rule has this code or name. ``str()`` is a sentence with a suggestion."""

    def __init__(self, name: str, rules: Iterable[Rule]) -> None:
        self.suggestion = suggestion(name, (key for rule in rules for key in (rule.name, rule.code)))
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


_SELECTIONS = 64
"""That a catalogue remembers: a run has one for each configuration."""


class Catalogue:
    """The rules that there are for a file: the built-in ones, by code, and then those of its owners."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self._selected: dict[Selection, tuple[Rule, ...]] = {}

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
        """The rule of a code, a name or a former name, or the check of ShellCheck. Raises UnknownRule."""
        rule = self._by_key.get(key) or self._by_key.get(key.upper())
        if rule is None and is_check(key.upper()):
            from cblint.catalogue.shellcheck import rule_of  # few runs ask it

            return rule_of(key.upper())
        if rule is None:
            raise UnknownRule(key, self.rules)
        return rule

    def codes_of(self, key: str) -> list[str]:
        """The codes that a key means: a rule's code or name, ``CBn`` for a family, ``OWN`` for all that are own.

        ``SC``, for all checks of ShellCheck, means none that is known here.

        Raises UnknownRule.
        """
        if not is_family(key):
            return [self.find(key).code]
        prefix = key.upper()
        return [rule.code for rule in self.rules if _is_in(rule, prefix)]

    def check(self, keys: Iterable[str]) -> None:
        """Raise UnknownRule for a key that means no rule."""
        for key in keys:
            self.codes_of(key)

    def _known(self, key: str) -> list[str]:
        """What a key means: nothing if no rule has it, as another file may know it."""
        try:
            return self.codes_of(key)
        except UnknownRule:
            return []

    def select(self, selection: Selection) -> tuple[Rule, ...]:
        """The rules to run, in their order. A key that no rule has means none."""
        found = self._selected.get(selection)
        if found is None:
            if len(self._selected) >= _SELECTIONS:
                self._selected.clear()
            found = self._selected[selection] = tuple(self._chosen(selection))
        return found

    def _chosen(self, selection: Selection) -> Iterator[Rule]:
        wanted = {code for key in selection.select for code in self._known(key)}
        unwanted = {code for key in selection.ignore for code in self._known(key)}
        severities = {code: Severity(severity) for key, severity in selection.severity for code in self._known(key)}
        for rule in self.rules:
            is_stable = selection.profile in rule.profiles and rule.status == "stable"
            if rule.code not in unwanted and (rule.code in wanted if selection.select else is_stable):
                yield rule.said_in(selection.profile).judged(severities.get(rule.code))


def _is_in(rule: Rule, family: str) -> bool:
    return rule.is_own if family == OWN else not rule.is_own and rule.code.startswith(family)


@lru_cache(maxsize=1)
def built_in() -> Catalogue:
    """The rules of cblint itself."""
    return Catalogue(rules())


def find(key: str) -> Rule:
    """The built-in rule of a code, a name or a former name. Raises UnknownRule."""
    return built_in().find(key)


def is_family(key: str) -> bool:
    """Whether a key is one of several rules: ``CBn`` for a family, ``OWN`` for all own rules, ``SC`` for ShellCheck."""
    is_prefix = len(key) == 3 and key.upper().startswith("CB") and key[2] in FAMILIES
    return is_prefix or key.upper() in (OWN, SHELLCHECK)


def is_check(code: str) -> bool:
    """Whether it is the code of a check of ShellCheck, such as ``SC2086``."""
    return len(code) == 6 and code.startswith(SHELLCHECK) and code.isascii() and code[2:].isdecimal()


def select(selection: Selection) -> tuple[Rule, ...]:
    """The built-in rules to run, by code. Raises UnknownRule."""
    built_in().check((*selection.select, *selection.ignore, *(key for key, _ in selection.severity)))
    return built_in().select(selection)
