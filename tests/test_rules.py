"""Every example of every entry means exactly what it marks; every entry is complete."""

from __future__ import annotations

import os
from typing import Any

import jsonschema
import pytest

from cblint.catalogue import find, rules
from cblint.catalogue.model import FAMILIES
from cblint.examples import Example
from cblint.facts.sources import ROOT, entry_files, read_entries, read_schema, read_yaml
from cblint.match import parse_path
from cblint.trial import differences
from tests.examples import all_examples
from tests.reported import left_open, reported

EXAMPLES = all_examples()
SCHEMA = jsonschema.Draft202012Validator(read_schema("rule"))
WITH_WAYS = {example.rule for example in EXAMPLES if example.steps}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_an_example_gives_exactly_the_findings_and_the_fix_that_it_marks(example: Example, tmp_path: Any) -> None:
    with reported() as reports:
        assert differences(example, find(example.rule), str(tmp_path)) == []
    if example.variant:
        assert (example.rule, example.variant) in {(rule.name, report.variant) for rule, report in reports}
    assert [missing for each in reports for missing in left_open(*each)] == []
    assert {rule.name for rule, report in reports if report.steps} <= WITH_WAYS, "no example of it has steps"


@pytest.mark.parametrize("path", entry_files(), ids=os.path.basename)
def test_an_entry_fits_the_schema_and_its_place(path: str) -> None:
    entry = read_yaml(path)
    SCHEMA.validate(entry)
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
    for kind in ("bad", "good"):
        there = sum(kind in example for example in entry["examples"])
        assert there >= least, f"{there} of at least {least} {kind} examples: show more disguises"


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
