"""docs/own-rules.md says what is so: its rules hold to their examples, and all that an entry may hold is described."""

from __future__ import annotations

import os
import re

from cblint.facts.sources import read_schema
from cblint.own import commands, events, images, tree
from tests.documents import blocks, text_of
from tests.integration.conftest import ROOT, Cblint

PAGE = "docs/own-rules.md"
TEXT = text_of(PAGE)


def entries() -> list[str]:
    """The entries of rules that are shown, each with what is added to it later; not the one that is called wrong."""
    whole: dict[str, str] = {}
    for number, block in enumerate(blocks(PAGE)):
        if block.language == "yaml" and (block.file or "").startswith("ci/rules/"):
            whole[str(block.file)] = block.written(whole.get(str(block.file), ""))
        elif block.language == "yaml" and block.text.startswith("name:"):
            whole[str(number)] = block.text
    return list(whole.values())


def test_every_rule_that_is_shown_holds_to_its_examples(cblint: Cblint) -> None:
    shown = entries()
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
