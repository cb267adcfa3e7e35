"""The table [tool.cblint] of a pyproject.toml, as text that the YAML loader reads."""

from __future__ import annotations

import re

from cblint.typing import Any

_DEEP_KEY = r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){60}"""
"""tomllib takes quadratic time over the parts of a key."""


def own_table(text: str) -> str | None:
    """The table [tool.cblint] as JSON, which is YAML; None if there is none. Raises ValueError."""
    if "cblint" not in text:
        return None
    import json  # most repositories have none
    import sys

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    if re.search(_DEEP_KEY, text):
        raise ValueError("a key has more than 60 parts")
    table: Any = tomllib.loads(text)
    for name in ("tool", "cblint"):
        table = table.get(name) if isinstance(table, dict) else None
    if table is None:
        return None
    # YAML has no surrogate pairs: what lies beyond 16 bits stays as it is.
    dumped = json.dumps(table, default=str, ensure_ascii=False)
    return re.sub("[\x7f-\uffff]", lambda match: f"\\u{ord(match.group()):04x}", dumped)
