"""The rules as an audit shows them."""

from __future__ import annotations

from cblint.audit.overview import AuditedRule
from cblint.catalogue import Rule
from cblint.catalogue.load import help_of
from cblint.report import OWN_RULES_URL, RULES_URL


def audited(rule: Rule) -> AuditedRule:
    """A rule with what the report page says of it; an own one leads to its first reference."""
    texts = help_of(rule)
    url = next(iter(texts["references"]), OWN_RULES_URL) if rule.is_own else RULES_URL.format(rule=rule.name)
    return AuditedRule(
        rule.name,
        rule.code,
        rule.severity.value,
        rule.category,
        rule.summary,
        str(texts.get("why", "")).strip(),
        str(texts.get("advice", "")).strip(),
        url,
    )
