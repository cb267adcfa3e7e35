"""A plugin of pytest that lists the regular expressions which cblint compiles in a run, with how each is matched."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any

from tests.hostile.expressions import ROOT

_PACKAGE = os.path.join(ROOT, "cblint") + os.sep
_METHODS = {"match": "match", "fullmatch": "fullmatch", "compile": "match"}
"""Where an expression is only compiled, nobody sees what it is for: it is taken for one that begins where it is put."""
_found: dict[tuple[str, int, str], None] = {}
_compile: Any = re._compile  # type: ignore[attr-defined]


def _listing(pattern: Any, flags: Any) -> Any:
    """What ``re`` calls, which notes first who asks."""
    function = sys._getframe(1)
    asking = function.f_back
    if isinstance(pattern, str) and asking is not None and asking.f_code.co_filename.startswith(_PACKAGE):
        _found[(pattern, int(flags), _METHODS.get(function.f_code.co_name, "finditer"))] = None
    return _compile(pattern, flags)


re._compile = _listing  # type: ignore[attr-defined]


def pytest_sessionfinish() -> None:
    """Write the list where the variable says."""
    listed = [{"pattern": pattern, "flags": flags, "how": how} for pattern, flags, how in _found]
    with open(os.environ["CBLINT_COMPILED"], "w", encoding="utf-8") as file:
        json.dump(listed, file)
