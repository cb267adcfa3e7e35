"""What cblint knows by heart: the tables and schemas under ``rules/``, compiled into a wheel, read in a checkout.

Each is loaded when it is first asked for, and only then.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module

from cblint.typing import Any

PUBLISHED = ("buildspec", "config", "rule", "rules", "output", "trace")
"""The schemas that editors and programs can ask for."""


@cache
def table(name: str) -> Any:
    """``rules`` (the entries without their help), ``config`` or ``buildspec`` (a schema), or a file of ``rules/facts``.

    Raises KeyError if there is none of that name.
    """
    try:
        return import_module(f"cblint._compiled.{name}").DATA
    except ModuleNotFoundError:
        from cblint.facts import sources

        return sources.TABLES[name]()


def published(name: str) -> str:
    """The text of one of the published schemas."""
    path = os.path.join(os.path.dirname(os.path.dirname(__file__)), "_schema", f"{name}.json")
    if not os.path.exists(path):
        from cblint.facts.sources import read_published

        return read_published(name)
    with open(path, encoding="utf-8") as file:
        return file.read()
