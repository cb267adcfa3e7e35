"""JSON that any consumer in any locale can read, in which no log finds a command and no page an element."""

from __future__ import annotations

import json
import re

from cblint.report.shown import COMMAND
from cblint.typing import Any


def serialised(document: Any, indent: int | None = 2) -> str:
    """The document as lines of ASCII, or as one without ``indent``, with a line end."""
    return re.sub(f"{COMMAND}|[<>&]", _escape, json.dumps(document, indent=indent)) + "\n"


def _escape(match: re.Match[str]) -> str:
    """Such characters stand in strings only, as COMMAND does."""
    return f"\\u{ord(match.group()):04x}"
