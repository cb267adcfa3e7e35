"""JSON that any consumer in any locale can read, and in which no log finds a command."""

from __future__ import annotations

import json
import re
from typing import Any

from cblint.report.shown import COMMAND


def serialised(document: Any) -> str:
    """The document as lines of ASCII, with a line end."""
    return re.sub(COMMAND, r"\\u0023", json.dumps(document, indent=2)) + "\n"
