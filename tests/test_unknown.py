"""What the repository does not tell is unknown, and of what is unknown nothing is said."""

from __future__ import annotations

from typing import Any

import pytest

from cblint import engine
from cblint.buildspec.model import Buildspec
from cblint.catalogue import Rule, find
from cblint.hosts.definition import BUILDSPEC
from cblint.source.loader import load
from cblint.source.text import Text
from tests.examples import all_entries, all_examples
from tools import corpus

NEEDING = {
    (entry["name"], name): variant["needs"]
    for entry in all_entries()
    for name, variant in entry["variants"].items()
    if "needs" in variant
}
"""The variants that are said only where something is known, and what."""
RULES = [find(name) for name in dict.fromkeys(rule for rule, _ in NEEDING)]


def said(text: str, rules: list[Rule] = RULES) -> set[tuple[str, str]]:
    """What rules say of a text that stands alone: without a repository, and in no project that is known."""
    stream = load(Text.of(text))
    found = set()
    for buildspec in engine.buildspecs_of(stream, "buildspec.yml"):
        for rule in rules:
            # What is about projects alone says nothing of a buildspec.
            reports = engine._reports(rule, buildspec) if BUILDSPEC in rule.subjects else ()
            found |= {(rule.name, report.variant) for report in reports}
    return found


def knows_images(text: str) -> bool:
    """Whether a buildspec names the images of its batch tasks itself."""
    (first, *_) = engine.buildspecs_of(load(Text.of(text)), "buildspec.yml")
    # A task with a buildspec of its own has an image too.
    return "batch" in first.sections and "image:" in text


def test_there_are_such_rules() -> None:
    assert len(RULES) > 10
    assert set(NEEDING.values()) == {"image", "project", "repository"}


@pytest.mark.skipif(not corpus.available(), reason="there is no corpus (set CBLINT_CORPUS)")
def test_of_the_corpus_nothing_is_said_that_depends_on_what_is_not_known() -> None:
    read = known = 0
    for file in corpus.corpus_files():
        with open(file.file, encoding="utf-8", errors="replace", newline="") as opened:
            text = opened.read()
        found = said(text) & NEEDING.keys()
        by_images = knows_images(text)
        read += 1
        known += by_images
        # What a batch task names is known.
        assert {key for key in found if NEEDING[key] == "repository" or not by_images} == set(), file.file
    assert read > 190
    assert known < 20


def test_of_an_example_nothing_is_said_that_depends_on_what_is_given() -> None:
    for example in all_examples():
        tells = knows_images(example.text) or "privileged-mode" in example.text or "batch" in example.text
        if example.given and not tells:
            assert said(example.text, [find(example.rule)]) & NEEDING.keys() == set(), example.id


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_an_entry_shows_what_is_said_with_knowledge_and_what_without(rule: Rule) -> None:
    examples = [each for each in all_examples() if each.rule == rule.name]
    needs = {NEEDING[rule.name, name] for name in rule.variants if (rule.name, name) in NEEDING}

    def is_known(example: Any) -> bool:
        # A file of another format may tell of the project.
        given = {"files", "path"} if needs == {"repository"} else {"project", "projects", "files", "path"}
        return bool(given & example.given.keys()) or "batch:" in example.text

    assert any(example.spans and is_known(example) for example in examples)
    assert any(not example.spans and not is_known(example) for example in examples)


def test_a_buildspec_alone_has_no_environments() -> None:
    stream = load(Text.of("version: 0.2\nphases: {build: {commands: [make]}}\n"))
    assert [each.environments for each in engine.buildspecs_of(stream, "a.yml")] == [()]
    assert Buildspec(stream, stream.documents[0]).repository is None
