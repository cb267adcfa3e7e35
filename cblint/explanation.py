"""Explanations of rules: what an entry says, and what cblint says of its examples."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Iterator

from cblint.catalogue import Catalogue, Rule, Variant, built_in
from cblint.catalogue.load import entry_of
from cblint.examples import Example, config_of, example_from, lint_example, path_of, unmarked
from cblint.finding import Finding, Severity
from cblint.linter import FileResult
from cblint.records import NamedTuple
from cblint.running import Result
from cblint.typing import Any

OTHER = "other"
"""A variant that no example shows."""
_NEEDS = {
    "image": "Only where the build image is known.",
    "project": "Only where the project is known.",
    "repository": "Only where the repository is at hand.",
}
SUPPRESSED_WHERE = (
    "On the line itself, or alone on the line above. For a whole file, `ignore-file[…]` before the first key."
)


_STATUS = {"preview": ": it runs only where it is selected", "deprecated": ": do not rely on it"}


class Shown(NamedTuple):
    """An example of a variant, and what cblint says of it: the findings of its rule only."""

    example: Example
    result: FileResult

    @property
    def finding(self) -> Finding:
        """What is said of the first place that it marks."""
        return self.result.findings[0]

    @property
    def run(self) -> Result:
        """The same as a format renders it."""
        return Result((self.result,))


class Explanation(NamedTuple):
    """A rule, its entry with the help, an example of each variant that has one, and one of what is no finding."""

    rule: Rule
    entry: dict[str, Any]
    shown: dict[str, Shown]
    good: Example | None

    @property
    def example(self) -> Shown | None:
        """The example that tells most: one that is mended, if the rule has a fix; an own rule may have none."""
        fixed = (each for each in self.shown.values() if each.example.fixed)
        return next(fixed, next(iter(self.shown.values()), None))


def severities(rule: Rule) -> str:
    """``error; in some cases warning or note``."""
    if not rule.variants:
        return "as ShellCheck has it, its info and style being notes"
    found = {variant.severity for variant in rule.variants.values()}
    worst, *others = [severity.value for severity in Severity if severity in found]
    return f"{worst}; in some cases {' or '.join(others)}" if others else worst


def explanation(key: str, catalogue: Catalogue | None = None) -> Explanation:
    """Of the rule of a code, a name or a former name, in any case; a built-in one where no catalogue is given.

    Raises UnknownRule, and OSError where there is no room for the examples.
    """
    rule = (catalogue or built_in()).find(key.lower())
    return explanation_of(rule, entry_of(rule))


def explanation_of(rule: Rule, entry: dict[str, Any]) -> Explanation:
    """Of a rule and its whole entry. Raises OSError."""
    examples = [example_from(rule.name, number, each) for number, each in enumerate(entry["examples"])]
    first = {example.variant: example for example in reversed(examples) if example.variant is not None}
    if not any(example.fixed for example in first.values()):
        # Whoever reads of a fix wants to see it.
        first |= {each.variant: each for each in reversed(examples) if each.fixed and each.variant is not None}
    order = [example.variant for example in examples if example.variant is not None]
    shown = {variant: Shown(first[variant], _said(first[variant], rule)) for variant in dict.fromkeys(order)}
    return Explanation(rule, entry, shown, next((example for example in examples if example.variant is None), None))


def _said(example: Example, rule: Rule) -> FileResult:
    """What cblint says of an example: its files stand in a folder of their own meanwhile."""
    with tempfile.TemporaryDirectory(prefix="cblint-") as folder:
        result = lint_example(example, example.text, folder, rule.source)
    own = tuple(finding for finding in result.findings if finding.rule == example.rule)
    return result._replace(findings=own, shown=path_of(example))


def conditions(about: Explanation, variant: Variant) -> str:
    """When a variant is said, in sentences; nothing if its message tells."""
    when = [about.entry["variants"][variant.name].get("when", ""), "in the profile pedantic" * variant.pedantic]
    said = ", ".join(part for part in when if part)
    return " ".join(part for part in (f"When: {said}." if said else "", _NEEDS.get(variant.needs, "")) if part)


def status(about: Explanation) -> str:
    """Whether the rule runs by itself, and since when there is one."""
    since = f" since {about.entry['since']}" if "since" in about.entry else ""
    return f"{about.rule.status}{since}{_STATUS.get(about.rule.status, '')}"


def given_with(example: Example) -> Iterator[tuple[str, str]]:
    """What else is known in an example, as the paths and texts of other files: the configuration, the repository."""
    config = config_of(example.given)
    if "projects" in config:
        import yaml

        yield ".cblint.yml", yaml.safe_dump(config, sort_keys=False)
    for path, text in example.given.get("files", {}).items():
        yield path, unmarked(text)[0]


def mended(example: Example) -> list[str]:
    """How the fix changes an example, as the lines of a patch, each with its neighbours; empty if it does not."""
    if example.fixed is None:
        return []
    lines = difflib.unified_diff(example.text.splitlines(), example.fixed.splitlines(), n=1, lineterm="")
    hunks = [" …" if line.startswith("@@") else line for line in lines][2:]
    return hunks[1:]


def fix_command(entry: dict[str, Any]) -> str:
    """How to have the fix of a rule made; empty if it has none."""
    options = {"safe": "--fix", "unsafe": "--fix --unsafe-fixes", "none": ""}[entry["fix"]["safety"]]
    return options and f"cblint check {options}"


def fix_words(entry: dict[str, Any]) -> str:
    """What the fix of a rule does, in words that follow its command."""
    title = entry["fix"]["title"]
    return f"mends it where that is certain: {title[:1].lower()}{title[1:]}. It changes {entry['fix']['changes']}."
