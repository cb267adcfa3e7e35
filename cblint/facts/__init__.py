"""What cblint knows by heart: the tables and schemas under ``rules/``, compiled into a wheel, read in a checkout.

Each is loaded when it is first asked for, and only then.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any


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
