"""Every example of every entry means exactly what it marks; every entry is complete."""

from __future__ import annotations

import os
import string
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from cblint.catalogue import find, rules
from cblint.catalogue.model import FAMILIES
from cblint.examples import Example, elsewhere, found_elsewhere, lint_example, offset, path_of, steps_of
from cblint.facts.sources import ROOT, entry_files, read_entries, read_schema, read_yaml
from cblint.finding import Finding
from cblint.fix import fixed_text
from cblint.linter import FileResult, Settings, reader_of
from cblint.match import parse_path
from tests.examples import all_examples

EXAMPLES = all_examples()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_an_example_gives_exactly_the_findings_that_it_marks(example: Example, tmp_path: Any) -> None:
    result = lint_example(example, example.text, str(tmp_path))
    said = [finding for finding in result.findings if finding.suppressed is None]
    assert {finding.rule for finding in said} - {example.rule} == set(example.also)
    own = [finding for finding in said if finding.rule == example.rule]
    assert [(finding.span, example.text[slice(*finding.span)]) for finding in own] == [
        (span, example.text[slice(*span)]) for span in example.spans
    ]
    for finding in own:
        assert example.variant is not None
        variant = find(example.rule).variants[example.variant]
        assert (finding.severity, finding.confidence) == (variant.severity, variant.confidence)
        assert _says(finding, variant.message, variant.detail)
    here = [place for finding in own for place in finding.related if place.path == finding.path]
    related = [offset(example.text, place.start) for place in here]
    before = {offset(example.text, place.start) for finding in own for place in finding.steps[:-1]}
    assert sorted([*related, *before.difference(related)]) == [span.start for span in example.related]
    assert found_elsewhere(example, own) == elsewhere(example)
    if example.steps:
        assert steps_of(example, own) == example.steps


def _says(finding: Finding, message: str, detail: str) -> bool:
    """Whether the finding has the words of the variant, its fields filled in."""
    shown = f"{finding.message} {finding.detail}"
    literal = [part[0] for part in string.Formatter().parse(f"{message} {detail}")]
    return all(part in shown for part in literal)


@pytest.mark.parametrize("example", [example for example in EXAMPLES if example.spans], ids=lambda example: example.id)
def test_a_fix_is_byte_for_byte_what_the_example_says(example: Example, tmp_path: Any) -> None:
    result = lint_example(example, example.text, str(tmp_path))
    own = [finding for finding in result.findings if finding.rule == example.rule]
    text, count = fixed_text(example.text, own, True, reader_of(path_of(example, str(tmp_path)), Settings()))
    assert (text if count else None) == example.fixed
    if count:
        again = lint_example(example, text, str(tmp_path))
        assert [finding for finding in again.findings if finding.rule == example.rule] == []
        assert sorted(_gained(result, again)) == sorted(example.reveals)


def _gained(before: FileResult, after: FileResult) -> Iterator[str]:
    """The rules that say more of a text than they said of the one before it."""
    counts = [Counter(f.rule for f in each.findings if f.suppressed is None) for each in (before, after)]
    return (counts[1] - counts[0]).elements()


@pytest.mark.parametrize("path", entry_files(), ids=os.path.basename)
def test_an_entry_fits_the_schema_and_its_place(path: str) -> None:
    entry = read_yaml(path)
    jsonschema.validate(entry, read_schema("rule"))
    family = os.path.basename(os.path.dirname(path))
    assert os.path.basename(path) == f"{entry['name']}.yml"
    assert FAMILIES[entry["code"][2]] == family
    with open(path, encoding="utf-8") as file:
        assert "TODO" not in file.read()
    for variant in entry["variants"].values():
        specs = variant.get("match", [])
        for spec in specs if isinstance(specs, list) else [specs]:
            assert parse_path(spec["at"])
    variants = {example["variant"] for example in entry["examples"] if "bad" in example}
    shown = set(entry["variants"]) - {"other"}
    assert variants >= shown, f"variants without an example: {shown - variants}"
    # In different disguises: fewer do not show what a rule is and what it is not.
    least = 4 if family == "phases" and entry["code"] >= "CB2009" else 3
    assert sum("bad" in example for example in entry["examples"]) >= least
    assert sum("good" in example for example in entry["examples"]) >= least


def test_codes_and_names_are_unique() -> None:
    keys = [key for rule in rules() for key in (rule.code, rule.name, *rule.former_names)]
    assert len(keys) == len(set(keys))


def test_every_entry_is_where_the_loader_looks() -> None:
    below = [
        name
        for folder, _, names in os.walk(ROOT)
        for name in names
        if name.endswith(".yml") and os.path.basename(folder) not in ("schema", "facts")
    ]
    assert len(below) == len(read_entries())
