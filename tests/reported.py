"""What checks report while texts are linted, and what of the words of their entries it leaves open."""

from __future__ import annotations

import string
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cblint import engine
from cblint.catalogue import Rule
from cblint.finding import Report

MAY_BE_EMPTY = frozenset({"suggestion", "where"})


def fields_of(template: str) -> set[str]:
    """The names in the braces of a template."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@contextmanager
def reported() -> Iterator[list[tuple[Rule, Report]]]:
    """All reports as long as it lasts, each with the rule that makes it."""
    seen: list[tuple[Rule, Report]] = []
    place = engine.place

    def spy(target: Any, rule: Rule, report: Report, buildspec: Any) -> Any:
        seen.append((rule, report))
        return place(target, rule, report, buildspec)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "place", spy)
        yield seen


def labels_used(report: Report) -> list[tuple[str, set[str]]]:
    """The labels that a report's places have, each with the names of the fields that fill it in."""
    return [
        *((label, set(report.fields)) for label, _ in report.related),
        *((step.label, {*report.fields, *step.fields}) for step in report.steps),
    ]


def left_open(rule: Rule, report: Report) -> list[str]:
    """What is missing or empty of the fields in the message, the detail and the labels of an entry."""
    variant = rule.variants[report.variant]
    wanted = fields_of(variant.message) | fields_of(variant.detail)
    return [
        *(f"{rule.name} {variant.name}: {name}" for name in sorted(wanted - set(report.fields))),
        *(
            f"{rule.name} {variant.name}: {name} is empty"
            for name in sorted(wanted & set(report.fields) - MAY_BE_EMPTY)
            if not report.fields[name]
        ),
        *(
            f"{rule.name} {label}: {name}"
            for label, given in labels_used(report)
            for name in sorted(fields_of(rule.labels.get(label, "")) - given)
        ),
    ]
