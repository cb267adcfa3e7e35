"""How the text of a help is broken into lines: click would break names of options and files at their hyphens."""

from __future__ import annotations

from collections.abc import Iterable

import click

_WHOLE = "\u2011"
"""A hyphen at which no line ends."""


class Formatter(click.HelpFormatter):
    """As click's, but names stay whole."""

    def write_text(self, text: str) -> None:
        """A paragraph."""
        super().write_text(text.replace("-", _WHOLE))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Names, and what they are for."""
        super().write_dl([(name, text.replace("-", _WHOLE)) for name, text in rows], col_max, col_spacing)

    def getvalue(self) -> str:
        """All of it."""
        return super().getvalue().replace(_WHOLE, "-")


class Context(click.Context):
    """What a command runs in."""

    formatter_class = Formatter
