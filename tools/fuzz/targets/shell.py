"""Commands of a shell: any text is read, its tree says where all of it stands, and a build runs it on paper."""

from __future__ import annotations

import json
from functools import cache
from zlib import crc32

from cblint.buildspec.model import Buildspec
from cblint.flow.build import run_build
from cblint.hiding import Hiding
from cblint.hosts.discover import Candidate
from cblint.linter import Settings, buildspecs_in, lint_text
from cblint.opening import NotBuildspec
from cblint.report.trace import Traced, render_json, render_text
from cblint.shell import powershell
from cblint.shell.parser import parse
from cblint.source.loader import TooComplex
from cblint.source.text import HOLE, Lines, Text
from tests import powershell_trees
from tests.examples import all_examples
from tests.helpers import HEAD
from tests.integration.conftest import assert_harmless
from tests.shell import scripts
from tests.shell_scripts import script as written
from tests.shell_trees import check_alone, check_total
from tools.fuzz.target import Target

_SHELLS = ("/bin/sh", "bash", "bash", "powershell.exe")
_WRITTEN, _SOME = 150, 5
"""Scripts of the grammar that tests hold to the shells; of so many examples, one."""
_LONG = 5_000
"""Of longer texts nothing is asked but that they are read: to hold each node to all others takes its time."""
_ISOLATED = Settings(isolated=True, profile="pedantic")


@cache
def seeds() -> tuple[bytes, ...]:
    """The scripts of the tests, the commands of all examples, and what the grammar of the oracles writes."""
    of_tests = [*scripts("posix").values(), *scripts("bash").values()]
    of_grammar = [item for seed in range(_WRITTEN) for item in written(seed, "bash").items]
    texts = dict.fromkeys([*of_tests, *of_grammar, *_of_examples()])
    return tuple(text.encode() for text in texts if text.strip())


def _of_examples() -> list[str]:
    found: list[str] = []
    for each in all_examples()[::_SOME]:
        buildspecs = _buildspecs(each.text, each.given.get("path", "buildspec.yml"))
        found += [item.value for buildspec in buildspecs for item in buildspec.shell_items]
    return found


def _buildspecs(text: str, path: str = "buildspec.yml") -> list[Buildspec]:
    try:
        return buildspecs_in(text, path, _ISOLATED)
    except (NotBuildspec, TooComplex):
        return []


def shell(data: bytes) -> None:
    """A text is read by both parsers; what stands in a command is read alone as it is in its place."""
    text = data.decode("utf-8", "replace").replace(HOLE, "?")  # what stands for a hole is read as one
    if len(text) > _LONG:
        parse(Text.of(text))
        powershell.parse(Text.of(text))
        return
    script = check_total(text)
    if script.problem is None:
        check_alone(script)
    powershell_trees.check_total(text)


def flow(data: bytes) -> None:
    """A build of its commands, a line end with a NUL between two, runs on paper; every rule looks at it."""
    text = data.decode("utf-8", "replace")
    shell = _SHELLS[crc32(data) % len(_SHELLS)]
    items = "".join(f"      - {json.dumps(item)}\n" for item in text.split("\n\0"))
    file = f"env: {{shell: {shell}, variables: {{A: b, DB_PASSWORD: hunter2hunter2}}}}\n{HEAD}{items}"
    lines = Lines(file)
    buildspecs = _buildspecs(file)
    hiding = Hiding(file, buildspecs)
    traced = [Traced(each, run_build(each), lines, "buildspec.yml", hiding) for each in buildspecs]
    json.loads("".join(render_json(traced)))
    assert_harmless("".join(render_text(traced)).encode())
    result = lint_text(file, Candidate("buildspec.yml", True), _ISOLATED)
    assert not result.crashes, result.crashes


TARGETS = (
    Target("shell", "a command, read by both parsers", shell, seeds, quick=300),
    Target("flow", "commands, run on paper and looked at by every rule", flow, seeds, quick=40),
)
