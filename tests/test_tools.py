"""The tools of those who work on cblint: generated files are fresh, a new rule begins right."""

from __future__ import annotations

import os
import re
from typing import Any

import jsonschema
import pytest
import yaml

from cblint.catalogue import find
from cblint.catalogue.model import FAMILIES
from cblint.engine import buildspecs_of
from cblint.explanation import explanation_of
from cblint.facts.sources import ROOT as RULES
from cblint.facts.sources import read_schema
from cblint.report.rule_text import explained
from cblint.source.loader import load
from cblint.source.text import Span, Text
from tests.examples import all_entries
from tools import generate, new_rule

SCHEMA = jsonschema.Draft202012Validator(read_schema("rule"))


def test_generated_files_are_fresh() -> None:
    assert generate.stale(generate.outputs()) == []


def test_a_stale_or_left_over_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    expected = {os.path.join(generate.PAGES, name): "made\n" for name in ("README.md", "duplicate-key.md", "no-op.md")}
    monkeypatch.setattr(generate, "ROOT", str(tmp_path))
    for path, text in expected.items():
        full = tmp_path / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text, encoding="utf-8")
    assert generate.stale(expected) == []
    (tmp_path / generate.PAGES / "gone-rule.md").write_text("x")
    (tmp_path / generate.PAGES / "duplicate-key.md").write_text("x")
    assert sorted(generate.stale(expected)) == [
        os.path.join(generate.PAGES, "duplicate-key.md"),
        os.path.join(generate.PAGES, "gone-rule.md"),
    ]


@pytest.mark.parametrize("entry", all_entries(), ids=lambda entry: entry["name"])
def test_a_page_shows_what_cblint_prints(entry: dict[str, Any]) -> None:
    with open(os.path.join(generate.ROOT, generate.PAGES, f"{entry['name']}.md"), encoding="utf-8") as file:
        page = file.read()  # as it is to be made: it is fresh
    shown = {variant for variant in entry["variants"] if variant != "other"}
    printed = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    assert len(printed) == len(shown)
    assert all(f"[{entry['name']}]" in output for output in printed)


@pytest.mark.parametrize("entry", all_entries(), ids=lambda entry: entry["name"])
def test_a_rule_is_explained_in_words_that_are_whole(entry: dict[str, Any]) -> None:
    words = "".join(explained(explanation_of(find(entry["name"]), entry)))
    before, _, example = words.partition("\nFor example, this is a finding\n")
    assert max(map(len, before.splitlines())) <= 100
    assert not re.search(r"\{[a-z]+\}|[«»‹›]", before), "a field was not filled in"
    assert re.search(r"^ *\^+$", example, re.MULTILINE)
    assert ("\nIts fix\n" in example) == (entry["fix"]["safety"] != "none")


@pytest.mark.parametrize("family", sorted(FAMILIES.values()))
@pytest.mark.parametrize(("module", "path"), [("syntax", None), (None, "phases.*")])
def test_a_new_entry_fits_the_schema(family: str, module: str | None, path: str | None) -> None:
    text = new_rule.entry_text(family, "a-new-rule", "syntax", module, path, "0.1.0")
    entry = yaml.safe_load(text)
    SCHEMA.validate(entry)
    assert FAMILIES[entry["code"][2]] == family
    assert entry["code"] not in {known["code"] for known in all_entries()}
    assert ("check" in entry) == (module is not None)


def test_a_new_check_goes_into_its_module(tmp_path: Any) -> None:
    for name in ("first-rule", "second-rule"):
        path = new_rule.add_check(str(tmp_path), "fresh", name)
    namespace: dict[str, Any] = {}
    with open(path, encoding="utf-8") as file:
        exec(compile(file.read(), path, "exec"), namespace)
    # The check answers for the example that the new entry begins with.
    (buildspec,) = buildspecs_of(load(Text.of("phases:\n  build:\n    commands:\n      - make\n      - TODO\n")), "")
    for name in ("first_rule", "second_rule"):
        assert [report.span for report in namespace[name](buildspec)] == [Span(52, 56)]


def test_links_in_the_documents_lead_somewhere() -> None:
    root = os.path.dirname(RULES)
    documents = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "rules/README.md"]
    documents += [
        os.path.relpath(os.path.join(folder, name), root)
        for folder, _, names in os.walk(os.path.join(root, "docs"))
        for name in names
        if name.endswith(".md")
    ]
    for document in documents:
        with open(os.path.join(root, document), encoding="utf-8") as file:
            for target in re.findall(r"\]\((?!https:)([^)#]+)\)", file.read()):
                assert os.path.exists(os.path.join(root, os.path.dirname(document), target)), (document, target)


def test_the_way_of_the_data_is_drawn_as_it_is_held() -> None:
    """CONTRIBUTING names every part, from the lowest to the highest layer of import-linter's contract."""
    with open(os.path.join(RULES, "..", "pyproject.toml"), encoding="utf-8") as file:
        (layers,) = re.findall(r"\nlayers = \[\n(.*?)\n\]", file.read(), re.DOTALL)
    with open(os.path.join(RULES, "..", "CONTRIBUTING.md"), encoding="utf-8") as file:
        drawn = file.read().partition("## The way of the data\n")[2].partition("\n\nA part")[0]
    named = [re.findall(r"[a-z_]+", re.split(r" {2,}", line.strip())[0]) for line in drawn.splitlines() if line.strip()]
    held = [re.findall(r"[a-z_]+", line) for line in layers.splitlines()][::-1]
    place = {part: number for number, layer in enumerate(held) for part in layer}
    assert sorted(part for line in named for part in line) == sorted(place)
    lowest = [min(place[part] for part in line) for line in named]
    assert lowest == sorted(lowest)
