"""The rules as SARIF describes them: what GitHub shows beside an alert, filters and sorts by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import sarif_om as om

from cblint.catalogue import Rule, help_of, rules
from cblint.finding import Severity
from cblint.report import RULES_URL
from cblint.report.shown import printable, visible
from cblint.report.uri import is_address
from cblint.suppress import comment
from cblint.typing import Any

LONGEST_DESCRIPTION = 1024
"""Characters that GitHub takes of a description."""

_PRECISION = {"high": "high", "medium": "medium", "low": "low"}
_PROBLEM_SEVERITY = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}

# A score makes every result of the rule a security alert: from 7.0 on it is "high", and a pull request fails on it.
_SECURITY_SEVERITY = {Severity.ERROR: "8.0", Severity.WARNING: "5.5", Severity.NOTE: "2.0"}


def descriptors(own: Iterable[Rule] = ()) -> list[om.ReportingDescriptor]:
    """Every rule there is, by code, and then ``own`` ones: an alert closes only if its rule is known to have run."""
    return [*_built_in(), *(descriptor(rule, help_of(rule)) for rule in own)]


@cache
def _built_in() -> tuple[om.ReportingDescriptor, ...]:
    """An audit writes a log for each repository."""
    return tuple(descriptor(rule, help_of(rule)) for rule in sorted(rules(), key=lambda rule: rule.code))


def descriptor(rule: Rule, texts: Mapping[str, Any]) -> om.ReportingDescriptor:
    """One rule; ``texts`` are its why, advice, references and examples."""
    name = pascal_case(rule.name)
    return om.ReportingDescriptor(
        id=rule.code,
        # What the id says already, as that of a check of ShellCheck does, validators refuse as a name.
        name=name if name != rule.code else None,
        deprecated_names=[pascal_case(name) for name in rule.former_names] or None,
        short_description=om.MultiformatMessageString(text=_bounded(_title(rule))),
        full_description=om.MultiformatMessageString(text=_bounded(_why(rule, texts))),
        help=om.MultiformatMessageString(text=_plain_help(rule, texts), markdown=_markdown_help(rule, texts)),
        help_uri=next(filter(is_address, _links(rule, texts)), None),
        default_configuration=om.ReportingConfiguration(level=rule.severity.value),
        properties=_properties(rule),
    )


def pascal_case(name: str) -> str:
    """``command-not-string`` as ``CommandNotString``."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("-"))


def _properties(rule: Rule) -> dict[str, Any]:
    precision = {"precision": _PRECISION[rule.confidence]}
    if rule.security:
        score = _SECURITY_SEVERITY[rule.severity]
        return {"tags": [rule.category, "security"], **precision, "security-severity": score}
    return {"tags": [rule.category], **precision, "problem.severity": _PROBLEM_SEVERITY[rule.severity]}


def _bounded(text: str) -> str:
    """The text on one line, no longer than GitHub takes it."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= LONGEST_DESCRIPTION else line[: LONGEST_DESCRIPTION - 1] + "…"


def _plain_help(rule: Rule, texts: Mapping[str, Any]) -> str:
    return _paragraphs(
        _why(rule, texts),
        texts["advice"] and f"What to do: {texts['advice']}",
        _suppression(rule),
        "\n".join(_links(rule, texts)),
    )


def _markdown_help(rule: Rule, texts: Mapping[str, Any]) -> str:
    links = _links(rule, texts)
    return _paragraphs(
        _why(rule, texts),
        texts["advice"] and f"## What to do\n\n{texts['advice']}",
        *_example(texts),
        "## Suppress it",
        _suppression(rule),
        *(["## References", "\n".join(f"- {link}" for link in links)] if links else []),
    )


def _title(rule: Rule) -> str:
    """What it is about: GitHub refuses a log with a title of blanks, which an own rule can have."""
    return rule.summary.strip() or rule.name


def _why(rule: Rule, texts: Mapping[str, Any]) -> str:
    """Why the rule is there, or what it is about: an own rule need not say why."""
    return str(texts["why"]).strip() or f"{_title(rule)}."


def _paragraphs(*parts: str) -> str:
    text = "\n\n".join(part.strip() for part in parts if part)
    return "\n".join(map(visible, text.split("\n")))


def _suppression(rule: Rule) -> str:
    return f"A comment suppresses it, on its line or alone on the line above: `{comment(rule.name)}`"


def _links(rule: Rule, texts: Mapping[str, Any]) -> list[str]:
    own = [] if rule.is_own else [RULES_URL.format(rule=rule.name)]
    return [*own, *texts["references"]]


def _example(texts: Mapping[str, Any]) -> list[str]:
    """The first bad example, and it mended, else the first good one."""
    bad = next((example for example in texts["examples"] if "bad" in example), None)
    good = next((example["good"] for example in texts["examples"] if "good" in example), "")
    if bad is None:
        return []  # a rule of somebody else's may have none
    contrast = ["Mended:", _yaml(bad["fixed"])] if "fixed" in bad else ["Nothing is said of:", _yaml(good)]
    return ["## Example", _yaml(bad["bad"]), *contrast]


def _yaml(example: str) -> str:
    """An example without its markers."""
    text = example.translate(dict.fromkeys(map(ord, "«»‹›")))
    return f"```yaml\n{text.rstrip()}\n```"
