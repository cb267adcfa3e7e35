"""What an entry under ``rules/`` becomes. Its fields are explained in ``rules/README.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from cblint.finding import Severity
from cblint.hosts.definition import BUILDSPEC
from cblint.match import Finder, Matcher
from cblint.records import NamedTuple
from cblint.typing import Any

PEDANTIC = "pedantic"
PROFILES = ("default", "security", PEDANTIC)
IMAGE, PROJECT, REPOSITORY = "image", "project", "repository"
"""What a variant can need to be known."""
UNKNOWN_COMMANDS, COMMANDS_WITH_HOLES = "unknown-commands", "commands-with-holes"
WITHIN_COMMANDS_WITH_HOLES = "within-commands-with-holes"
"""Where a rule that asks for what is missing is silent, as what only the deployment tells may be just that."""
UNKNOWN_PROJECT = "unknown-project"
"""Where a rule may be silent though none of its variants needs a project: what suppresses it is never called unused."""
FAMILIES = {
    "1": "syntax",
    "2": "phases",
    "3": "environment",
    "4": "images",
    "5": "artifacts",
    "6": "batch",
    "7": "project",
    "8": "supply-chain",
    "9": "cblint",
}
"""The digit after ``CB`` in a code, and the folder under ``rules/``."""
SENTENCE = "sentence"
"""The field of a message that is all of it, in the words of another program."""
OWN = "OWN"
"""What all rules that are not built in are called together, and their category where they name none."""


class Variant(NamedTuple):
    """One of the things a rule says: how bad, in which words.

    ``message`` is one sentence that stands by itself; ``detail`` says what follows from it and what to do.
    ``pedantic``: it is said in that profile only. ``needs``: only where an image, a project or the repository is known.
    """

    name: str
    severity: Severity
    confidence: str
    message: str
    detail: str
    matchers: tuple[Finder, ...]
    pedantic: bool = False
    needs: str = ""


class Rule(NamedTuple):
    """A rule as the engine needs it.

    ``check`` is ``module.function`` under ``cblint.checks``, or empty; where ``sections`` are given, it has something
    to say only of a buildspec that has one of these keys at the top level; where ``words`` are, of a file in which one
    of them stands. ``subjects`` are the kinds of definitions that it is about. ``whole``: it says nothing of a
    buildspec of which only a part is shown. ``silent``: what may not be unknown where it speaks. ``source``:
    the file of a rule that is not built in; ``texts`` are then its entry, with what explanations need. ``security``:
    what it finds lets somebody in, or something out. ``needs``: what has to be known, some of it, for the rule to say
    anything; empty where it may always.
    """

    code: str
    name: str
    summary: str
    severity: Severity
    confidence: str
    category: str
    profiles: tuple[str, ...]
    status: str
    former_names: tuple[str, ...]
    variants: dict[str, Variant]
    labels: dict[str, str]
    fix_safety: str
    fix_title: str
    check: str
    sections: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    subjects: tuple[str, ...] = (BUILDSPEC,)
    whole: bool = False
    silent: tuple[str, ...] = ()
    texts: Mapping[str, Any] = MappingProxyType({})
    source: str = ""
    security: bool = False
    needs: frozenset[str] = frozenset()

    @property
    def is_own(self) -> bool:
        """Whether it is not built in, but belongs to who lints."""
        return bool(self.source)

    def said_in(self, profile: str) -> Rule:
        """The rule with the variants that it has in a profile."""
        if profile == PEDANTIC or not any(variant.pedantic for variant in self.variants.values()):
            return self
        variants = {name: each for name, each in self.variants.items() if not each.pedantic}
        return self._replace(variants=variants, needs=_needs(variants))

    def judged(self, severity: Severity | None) -> Rule:
        """The rule with that severity in all that it says; as it is where none is given."""
        if severity is None:
            return self
        variants = {name: variant._replace(severity=severity) for name, variant in self.variants.items()}
        return self._replace(severity=severity, variants=variants)


def rule_from(entry: dict[str, Any], compiled: Callable[[Any], Finder] = Matcher) -> Rule:
    """Make a rule of an entry (help fields may be missing). The entry is taken to be valid.

    ``compiled`` makes what finds places of a ``match``.
    """
    severity = Severity(entry["severity"])
    confidence = entry["confidence"]
    fix = entry["fix"]
    variants = {
        name: Variant(
            name,
            Severity(variant["severity"]) if "severity" in variant else severity,
            variant.get("confidence", confidence),
            variant["message"].strip(),
            variant.get("detail", "").strip(),
            _matchers(variant["match"], compiled) if "match" in variant else (),
            variant.get("profile") == PEDANTIC,
            variant.get("needs", ""),
        )
        for name, variant in entry["variants"].items()
    }
    return Rule(
        code=entry["code"],
        name=entry["name"],
        summary=entry["summary"],
        severity=severity,
        confidence=confidence,
        category=entry["category"],
        profiles=_profiles(entry["profile"], entry["category"]),
        status=entry["status"],
        former_names=tuple(entry.get("former-names", ())),
        variants=variants,
        labels=dict(entry.get("labels", {})),
        fix_safety=fix["safety"],
        fix_title=fix.get("title", ""),
        check=entry.get("check", ""),
        sections=tuple(entry.get("sections", ())),
        words=tuple(entry.get("words", ())),
        subjects=tuple(entry.get("subjects", (BUILDSPEC,))),
        whole=entry.get("whole", False),
        silent=tuple(entry.get("silent", ())),
        security=entry.get("security", entry["category"] in _ABOUT_SECURITY),
        needs=_needs(variants),
    )


def _needs(variants: Mapping[str, Variant]) -> frozenset[str]:
    needs = frozenset(variant.needs for variant in variants.values())
    return needs if "" not in needs else frozenset()


def _matchers(spec: Any, compiled: Callable[[Any], Finder]) -> tuple[Finder, ...]:
    return tuple(compiled(one) for one in (spec if isinstance(spec, list) else [spec]))


_ABOUT_SECURITY = ("secrets", "supply-chain")
"""The categories whose rules are about security where they do not say otherwise."""
_SECURITY_CATEGORIES = ("syntax", "secrets", "supply-chain", "project", "cblint")


def _profiles(profile: str, category: str) -> tuple[str, ...]:
    """The profiles a rule runs in: pedantic has all, security its own categories and the syntax they need."""
    named = {PEDANTIC, profile}
    if category in _SECURITY_CATEGORIES:
        named.add("security")
    return tuple(name for name in PROFILES if name in named)
