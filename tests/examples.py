"""The examples of all rule entries."""

from __future__ import annotations

from cblint.examples import Example, example_from
from cblint.facts.sources import read_entries


def all_examples() -> list[Example]:
    """The examples of all entries."""
    return [
        example_from(entry["name"], number, example)
        for entry in read_entries()
        for number, example in enumerate(entry["examples"])
    ]
