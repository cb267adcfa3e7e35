"""What ``cblint explain`` does: prints what cblint knows of an image or a variable."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from cblint.cli.run import Misused
from cblint.report import explained
from cblint.report.shown import printable

_ONE: dict[tuple[str, str], Callable[[str], Iterator[str]]] = {
    ("image", "text"): explained.image_text,
    ("image", "json"): explained.image_json,
    ("variable", "text"): explained.variable_text,
    ("variable", "json"): explained.variable_json,
}
_ALL: dict[tuple[str, str], Callable[[], Iterator[str]]] = {
    ("image", "text"): explained.images_text,
    ("image", "json"): explained.images_json,
    ("variable", "text"): explained.variables_text,
    ("variable", "json"): explained.variables_json,
}


def explain(kind: str, name: str | None, style: str) -> None:
    """Print an ``image`` or ``variable``, or all of them, as ``text`` or ``json``. Raises Misused."""
    if sys.stdout is None:
        raise Misused("Standard output is closed.")
    try:
        found = list(_ALL[kind, style]() if name is None else _ONE[kind, style](name))
    except explained.NotKnown as error:
        raise Misused(printable(str(error))) from None
    for chunk in found:
        sys.stdout.buffer.write(chunk.encode("utf-8", "backslashreplace"))
    sys.stdout.flush()
