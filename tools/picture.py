"""The picture of the README: what cblint prints in a terminal, as text in an SVG that needs nothing else."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

from cblint.linter import Settings
from cblint.report import Style, render
from cblint.report.shown import width
from cblint.running import lint_paths

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PATH = os.path.join("docs", "assets", "output.svg")
FOLDER = os.path.join(ROOT, "examples", "merged-by-hand")
COMMAND = "cblint check"

_COLUMNS = 106
_COLUMN, _LINE, _MARGIN = 7.8, 19, 16
"""How wide the terminal is; in pixels the space of a letter of 13, and what is left free around the text."""
_FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
_COLOURS = {
    "1": ("bold", "", ""),
    "2": ("dim", "#59636e", "#9198a1"),
    "34": ("blue", "#0550ae", "#79c0ff"),
    "1;31": ("red", "#b3202c", "#ff8a80"),
    "1;33": ("yellow", "#7d4e00", "#f2cc60"),
    "1;36": ("cyan", "#0a5f6b", "#76e3ea"),
}
"""What a terminal does at a code: its name here, and its colour on a light and on a dark ground."""
_CODE = re.compile(r"\x1b\[([0-9;]+)m(.*?)\x1b\[0m")
_PIECE = re.compile(r"\x1b\[[0-9;]+m.*?\x1b\[0m|[^ \x1b]+| ")


@contextmanager
def example() -> Iterator[None]:
    """The working directory is a repository of the example alone: to look through all of this one takes seconds."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
        os.mkdir(os.path.join(folder, ".git"))
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def picture() -> str:
    """What ``cblint check`` prints of an example."""
    with example():
        return svg(COMMAND, "".join(render("text", lint_paths(["."], Settings(isolated=True)), Style(colour=True))))


def svg(command: str, text: str) -> str:
    """A terminal in which a command was run. Its text can be selected, searched for and read aloud."""
    lines = [f"$ {command}", *(row for line in text.rstrip("\n").split("\n") for row in _rows(line))]
    columns = max(width(_plain(line)) for line in lines)
    across, down = columns * _COLUMN + 2 * _MARGIN, len(lines) * _LINE + 2 * _MARGIN
    attributes = 'xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="what"'
    return "\n".join(
        [
            f'<svg {attributes} viewBox="0 0 {across:g} {down}">',
            f'<title id="what">What {escape(command)} prints of an example</title>',
            f"<style>\n{_style()}\n</style>",
            f'<rect width="{across:g}" height="{down}" rx="8"/>',
            *(_row(line, number) for number, line in enumerate(lines) if line),
            "</svg>\n",
        ]
    )


def _rows(line: str) -> Iterator[str]:
    """A line as a terminal shows it, but broken at a blank where it is too long: a picture is there to be read."""
    row = ""
    for piece in _PIECE.findall(line):
        if row and piece != " " and width(_plain(row + piece)) > _COLUMNS:
            yield row.rstrip(" ")
            row = ""
        row += piece
    yield row


def _row(line: str, number: int) -> str:
    """One line: as wide as its columns, whatever letters the reader's machine has."""
    down = _MARGIN + (number + 0.75) * _LINE
    length = width(_plain(line)) * _COLUMN
    return f'<text x="{_MARGIN}" y="{down:g}" textLength="{length:g}">{"".join(_spans(line))}</text>'


def _spans(line: str) -> Iterator[str]:
    end = 0
    for code in _CODE.finditer(line):
        yield escape(line[end : code.start()], quote=False)
        yield f'<tspan class="{_COLOURS[code[1]][0]}">{escape(code[2], quote=False)}</tspan>'
        end = code.end()
    yield escape(line[end:], quote=False)


def _plain(line: str) -> str:
    return _CODE.sub(r"\2", line)


def _style() -> str:
    return "\n".join(
        [
            f"text {{ font: 13px {_FONTS}; white-space: pre; fill: #1f2328 }}",
            "rect { fill: #f6f8fa; stroke: #d1d9e0 }",
            *_rules(1),
            "@media (prefers-color-scheme: dark) {",
            "text { fill: #f0f6fc }",
            "rect { fill: #0d1117; stroke: #3d444d }",
            *_rules(2),
            "}",
        ]
    )


def _rules(ground: int) -> Iterator[str]:
    for code, colour in _COLOURS.items():
        weight = "font-weight: bold" if code.startswith("1") and ground == 1 else ""
        fill = f"fill: {colour[ground]}" if colour[ground] else ""
        if weight or fill:
            yield f".{colour[0]} {{ {'; '.join(filter(None, (weight, fill)))} }}"
