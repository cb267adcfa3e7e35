"""docs/own-rules.md says what is so: its rules hold to their examples, its commands print what it shows."""

from __future__ import annotations

import os
import re

import pytest

from cblint.facts.sources import read_schema
from cblint.own import commands, events, images, tree
from tests.integration.conftest import ROOT, Cblint

with open(os.path.join(ROOT, "docs", "own-rules.md"), encoding="utf-8") as _file:
    TEXT = _file.read()
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
YAML = [text for language, text in BLOCKS if language == "yaml"]
FIRST, CONFIG, EXAMPLES = YAML[:3]
SHOWN = [text.partition("\n") for language, text in BLOCKS if language == "console"]
BUILDSPEC = """\
version: 0.2
phases:
  post_build:
    commands:
      - TARGET=quay.io/acme
      - docker push "$TARGET/shop:$TAG"
"""


@pytest.mark.parametrize(("command", "expected"), [(line, text) for line, _, text in SHOWN])
def test_the_tutorial_prints_what_it_shows(cblint: Cblint, command: str, expected: str) -> None:
    wrong = "name: x\nmessage: m\nmatch: {command: docker push, registri: quay.io}\n"
    rule = FIRST if "check" in command else FIRST + EXAMPLES
    cblint.put({".cblint.yml": CONFIG, "ci/rules/push-outside.yml": rule, "wrong.yml": wrong})
    cblint.put({"buildspec.yml": BUILDSPEC})
    done = cblint.run(*command.removeprefix("$ cblint ").split())
    assert done.stdout + done.stderr == expected


def test_every_rule_that_is_shown_holds_to_its_examples(cblint: Cblint) -> None:
    shown = [FIRST + EXAMPLES, *(text for text in YAML[3:] if text.startswith("name:"))]
    assert len(shown) >= 4
    cblint.put({f"rules/{number}.yml": text for number, text in enumerate(shown)})
    done = cblint.run("rules", "test", "rules")
    assert (done.status, done.stderr) == (0, "")
    assert [line[:6] for line in done.lines] == ["ok    "] * len(shown)


def test_all_that_an_entry_may_hold_is_described() -> None:
    schema = read_schema("own-rule")
    definitions = schema["definitions"]
    keys = set(schema["properties"]).union(
        *(definitions[name]["properties"] for name in ("at", "command", "sets", "text"))
    )
    keys |= set(schema["properties"]["examples"]["items"]["properties"])
    assert {
        key for key in keys if f"`{key}`" not in TEXT and f"`{key}:" not in TEXT and f"{{{key}:" not in TEXT
    } == set()
    fields = tree.FIELDS | commands.FIELDS | events.FIELDS | images.FIELDS
    assert set(re.findall(r"`\{([a-z]+)\}`", TEXT)) == fields


def test_the_rules_of_the_examples_are_listed() -> None:
    listed = re.findall("^- `([a-z-]+)`: ", TEXT, re.MULTILINE)
    names = sorted(name.removesuffix(".yml") for name in os.listdir(os.path.join(ROOT, "examples", "own-rules")))
    assert listed == names
