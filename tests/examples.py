"""All rule entries and their examples, read once for all tests that only look at them."""

from __future__ import annotations

from functools import cache
from typing import Any

from cblint.examples import Example, example_from
from cblint.facts.sources import read_entries


@cache
def all_entries() -> tuple[dict[str, Any], ...]:
    """All entries, by code."""
    return tuple(read_entries())


@cache
def all_examples() -> tuple[Example, ...]:
    """The examples of all entries."""
    return tuple(
        example_from(entry["name"], number, example)
        for entry in all_entries()
        for number, example in enumerate(entry["examples"])
    )
