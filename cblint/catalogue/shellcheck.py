"""The checks of ShellCheck as rules: each is known by its code alone, which is its name as well."""

from __future__ import annotations

from collections.abc import Iterable

from cblint.catalogue.model import PROFILES, SENTENCE, WITHIN_COMMANDS_WITH_HOLES, Rule, Variant
from cblint.catalogue.selection import SHELLCHECK, Selection, is_check
from cblint.facts import table
from cblint.finding import Finding, Severity
from cblint.match import Finder
from cblint.typing import Any
from cblint.wording import enumerated

_SUMMARY = "A check of ShellCheck"
_PAGE = "https://www.shellcheck.net/wiki/{code}"
_WHY = (
    "With --shellcheck, ShellCheck looks at every command as at a script of its own. Its page says what {code} is "
    "about."
)
_ONLY = " cblint passes it on only {only}. {why}"
_ADVICE = (
    'Its page shows what to write. ShellCheck also heeds "# shellcheck disable={code}", in the command or in a comment '
    "of the YAML above it or behind it."
)


def rule_of(
    code: str,
    summary: str = _SUMMARY,
    severity: Severity = Severity.NOTE,
    finders: Iterable[tuple[Severity, Finder]] = (),
) -> Rule:
    """The check of a code such as ``SC2086``; what it finds is as bad as ``finders`` say."""
    return Rule(
        code=code,
        name=code,
        summary=summary,
        severity=severity,
        confidence="medium",
        category="shell",
        profiles=PROFILES,
        status="stable",
        former_names=(),
        variants={each.value: _variant(each, finder) for each, finder in finders},
        labels={},
        fix_safety="none",
        fix_title="",
        check="",
        silent=(WITHIN_COMMANDS_WITH_HOLES,),
        texts=_texts(code, summary, severity),
        source="ShellCheck",
    )


def _variant(severity: Severity, finder: Finder) -> Variant:
    return Variant(severity.value, severity, "medium", f"{{{SENTENCE}}}", "", (finder,))


def left_out(code: str) -> dict[str, Any] | None:
    """Why cblint does not pass on what a check says, as rules/facts/shellcheck.yml has it; None if it does."""
    for entry in table("shellcheck")["left-out"]:
        if is_among(code, entry["codes"]):
            found: dict[str, Any] = entry
            return found
    return None


def is_among(name: str, names: Iterable[str]) -> bool:
    """Whether it is one of those in a list of rules/facts/shellcheck.yml; one with a ``*`` at its end is a family."""
    return any(name.startswith(each[:-1]) if each.endswith("*") else name == each for each in names)


def _why(code: str) -> str:
    entry = left_out(code)
    if entry is None:
        condition = table("shellcheck")["conditions"].get(code)
        return _WHY.format(code=code) + (_ONLY.format_map(condition) if condition is not None else "")
    instead = f" See {enumerated(entry['instead'], 'and')}." if "instead" in entry else ""
    return f"cblint does not pass on what ShellCheck says here. {entry['why']}{instead}"


def _texts(code: str, summary: str, severity: Severity) -> dict[str, Any]:
    return {
        "code": code,
        "name": code,
        "summary": summary,
        "severity": severity.value,
        "confidence": "medium",
        "category": "shell",
        "profile": "default",
        "status": "stable",
        "fix": {"safety": "none"},
        "variants": {},
        "why": _why(code),
        "advice": _ADVICE.format(code=code),
        "references": [_PAGE.format(code=code)],
        "examples": [],
    }


def admitted(rule: Rule, selection: Selection) -> Rule | None:
    """A check as it is to run, ``SC`` being all of them; None if it is not chosen."""

    def means(key: str) -> bool:
        return key.upper() in (SHELLCHECK, rule.code)

    if any(map(means, selection.ignore)) or (selection.select and not any(map(means, selection.select))):
        return None
    severities = [Severity(severity) for key, severity in selection.severity if means(key)]
    return rule.judged(severities[-1] if severities else None)


def told_of(findings: Iterable[Finding]) -> tuple[Rule, ...]:
    """The checks that some findings are of, by code, summed up in the words of the first of each."""
    worst: dict[str, Finding] = {}
    for finding in findings:
        if is_check(finding.code):
            first = worst.setdefault(finding.code, finding)
            if finding.severity.rank > first.severity.rank:
                worst[finding.code] = first._replace(severity=finding.severity)
    return tuple(rule_of(code, worst[code].message.rstrip("."), worst[code].severity) for code in sorted(worst))
