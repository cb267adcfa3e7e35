"""The picture of the README: an SVG that is text, and needs nothing from elsewhere."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from cblint.cli.commands import cli
from tools.picture import COMMAND, example, picture, svg

SVG = "{http://www.w3.org/2000/svg}"


def rows(drawn: str) -> list[str]:
    """The lines of the text in a picture."""
    return ["".join(text.itertext()) for text in ElementTree.fromstring(drawn).iter(f"{SVG}text")]


def test_the_picture_holds_what_cblint_prints() -> None:
    from click.testing import CliRunner

    with example():
        printed = CliRunner().invoke(cli, COMMAND.split()[1:]).stdout
    first, *shown = rows(picture())
    assert first == f"$ {COMMAND}"
    assert " ".join(shown).split() == printed.split()


def test_the_picture_loads_and_runs_nothing() -> None:
    drawn = picture()
    assert re.findall(r"""(?:href|src|url|@import|@font-face|<script|<image)[^\\n]*""", drawn) == []
    root = ElementTree.fromstring(drawn)
    title = root.find(f"{SVG}title")
    assert title is not None
    assert root.attrib["aria-labelledby"] == title.attrib["id"]


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("\x1b[1;31merror[x]\x1b[0m a & <b>", ["error[x] a & <b>"]),
        ("a" * 60 + " " + "b" * 60, ["a" * 60, "b" * 60]),
        ("\x1b[1m" + "a" * 60 + "\x1b[0m: \x1b[2m" + "b" * 60 + "\x1b[0m", ["a" * 60 + ":", "b" * 60]),
        ("a" * 200, ["a" * 200]),
        ("one\n\ntwo\n", ["one", "two"]),
    ],
)
def test_a_line_is_shown_as_it_is_and_broken_where_it_is_too_long(printed: str, shown: list[str]) -> None:
    assert rows(svg("true", printed)) == ["$ true", *shown]


def contrast(one: str, other: str) -> float:
    """As WCAG defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_colours_can_be_told_from_the_ground(scheme: str) -> None:
    light, dark = picture().split("</style>")[0].split("@media (prefers-color-scheme: dark)")
    style = {"light": light, "dark": dark}[scheme]
    (ground,) = re.findall(r"rect \{ fill: (#\w+)", style)
    colours = re.findall(r"(?:text|\.\w+) \{.*fill: (#\w+)", style)
    assert len(colours) == 6
    assert min(contrast(colour, ground) for colour in colours) >= 4.5
