"""A fix makes of a buildspec in another format what it makes of one in a file of its own."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Sequence

import pytest

from cblint.examples import Example
from cblint.finding import Finding
from cblint.fix import fixed_text
from cblint.hosted_fixes import HostedFile
from cblint.linter import Settings, reader_of
from tests.bounds import ALL
from tests.hosts import HOSTS, Hosted
from tests.properties.test_hosts import CERTAIN, FENCES, PLAIN, said

FIXED = [example for example in PLAIN if example.fixed is not None]
SOME = FIXED if ALL else FIXED[::14]
"""A part of them; all in long runs."""
SPELT_OTHERWISE = ("joined lines", "template literal")
"""Of these there is more than one way to write a line end, or a dollar."""


def own(example: Example, text: str, path: pathlib.Path) -> list[Finding]:
    return [finding for finding in said(text, str(path)) if finding.rule == example.rule]


def fixed(text: str, findings: Sequence[Finding], path: pathlib.Path) -> str | None:
    """The text after the fixes; None if there are none."""
    new, count = fixed_text(text, findings, True, reader_of(str(path), Settings()))
    return new if count else None


def alone(example: Example, hosted: Hosted, folder: pathlib.Path) -> str | None:
    """What the fixes make of the buildspec in a file of its own, with all that its host tells of the project."""
    where = folder / "alone" / hosted.path
    where.mkdir(parents=True, exist_ok=True)
    if hosted.project:
        (where / ".cblint.yml").write_text(json.dumps({"projects": [hosted.project]}))
    path = where / "buildspec.yml"
    return fixed(example.text, own(example, example.text, path), path)


def difference(example: Example, name: str, folder: pathlib.Path) -> str:
    """What is wrong with the fixes of an example in a host; nothing if all is well."""
    hosted = HOSTS[name](example.text)
    path = folder / hosted.path
    expected = alone(example, hosted, folder)
    made = fixed(hosted.text, own(example, hosted.text, path), path)
    if expected is None or made is None:
        return "" if expected is made else f"{example.id}: {expected!r} alone, {made!r} there"
    wanted = HOSTS[name](expected).text
    if name not in SPELT_OTHERWISE and made != wanted:
        return f"{example.id}: {made}"
    read = reader_of(str(path), Settings())
    return "" if HostedFile(wanted, read).becomes(made, []) else f"{example.id} reads otherwise: {made}"


@pytest.mark.parametrize("name", HOSTS)
def test_a_fix_makes_in_every_host_what_it_makes_alone(name: str, tmp_path: pathlib.Path) -> None:
    examples = [example for example in SOME if name not in FENCES or example in CERTAIN]
    assert len(examples) > 10
    assert [wrong for example in examples if (wrong := difference(example, name, tmp_path))] == []
