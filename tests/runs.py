"""The runs that the formats are tested over: the files of each, by name."""

from __future__ import annotations

import pathlib

import pytest

from cblint.finding import BASELINE, Related
from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, Settings, lint_bytes
from cblint.running import Result, result_of
from cblint.source.text import Position
from tests import ways
from tests.helpers import commands, finding
from tests.sarif_logs import told

RULES = (
    "yaml-syntax-error",
    "command-not-string",
    "unknown-phase",
    "duplicate-key",
    "unused-suppression",
    "unknown-suppression",
)
"""So that a new rule does not change the golden files."""

Files = dict[str, str | bytes]
CLEAN = commands("make")

RUNS: dict[str, Files] = {
    "no files": {},
    "nothing to say": {"buildspec.yml": CLEAN},
    "one error": {"ci/buildspec.yml": commands('echo "Hash: $HASH"')},
    "one of each, and more than one": {
        "a/buildspec.yml": commands('echo "a: b"', "make", "[ -f x ]", "# nothing") + "  prebuild:\n    commands: []\n",
        "b/buildspec.yml": CLEAN + "      -\n      - # make lint\n",
    },
    "a parse error": {"buildspec.yml": commands("make", "@echo done", "make test")},
    "a parse error at the end": {"buildspec.yml": commands("make") + "artifacts:\n  files: ['a.jar', 'b.jar'\n"},
    "related places": {
        "buildspec.yml": CLEAN
        + "  test: &x\n    commands: [{a: b}]\n  build:\n    commands: *x\n"
        + "#\n" * 90
        + "version: 1\n",
    },
    "suppressed": {
        "buildspec.yml": commands('echo "a: b" # cblint: ignore[command-not-string] -- a test of "quotes"')
        + "  deploy: # cblint: ignore[unknown-phase]\n    commands: [make]\n",
    },
    "suppressions that are wrong": {
        "buildspec.yml": commands("make # cblint: ignore[unknown-phase, command-not-srting] -- why", "# cblint: off"),
    },
    "skipped": {
        ".github/workflows/ci.yml": "on: push\njobs: {}\n",
        "binary/buildspec.yml": b"\0\1\2",
        "buildspec.tmpl.yml": "phases:\n  {% if x %}\n",
        "buildspec.yml": CLEAN,
    },
    "wide characters": {
        "buildspec.yml": "version: 0.2\n"
        "env:\n"
        "  variables:\n"
        "    漢字: 一\n"
        "    x: 'é' \n"
        "    漢字: 二 # 👩‍👩‍👧 e\u0301\n"
        "phases:\n"
        "  👩‍👩‍👧 ビルド:\n"
        "    commands:\n"
        "      - echo 👩‍👩‍👧: 漢\n"
        "      - echo e\u0301te\u0301: e\u0301\n"
        "  e\u0301tape: {commands: [make]}\n"
        "  { build: {commands: [make]}}\n",
    },
    "tabs": {"buildspec.yml": commands('"make"\t a\tbc\t\td  # e\tf')},
    "a tab before the mark": {"buildspec.yml": commands("\techo\ta:\tb", "'x'\ty")},
    "byte order mark and CRLF": {
        "buildspec.yml": b"\xef\xbb\xbf" + commands('echo "a: b"', "[ x ]").replace("\n", "\r\n").encode(),
        "first/buildspec.yml": b"\xef\xbb\xbfversion: 0.2\r\nversion: 0.2\r\nphases: {}\r\n",
    },
    "a line of 100,000 characters": {
        "buildspec.json": '{"version": 0.2, "env": {"variables": {"A": "'
        + "x" * 50_000
        + '", "B": "1", "A": "'
        + "y" * 50_000
        + '"}}, "phases": {"build": {"commands": ["make"]}}}\n',
    },
    "hostile names": {
        "build\nspec\x1b[31m.yml": commands("{a: b}"),
        "\u202elmy.cepsdliub.yml": commands("{a: b}"),
        "::error file=x,line=1::buildspec.yml": commands("{a: b}"),
        "caf\udce9/buildspec.yml": commands("{a: b}"),
        "buildspec.yml": "version: 0.2\n"
        "phases:\n"
        '  "\\n::error::x\\e[31m\\u202e\\r\\0\\U000E0041": {commands: [make]}\n'
        "  ::error file=x::: {commands: [make]}\n"
        "  a\u202eb\u2066c\u200bd: {commands: [make]}\n"
        '  "##[error]x": {commands: [make]}\n'
        "  " + "long" * 100 + ": {commands: [make]}\n",
    },
    "ways": {ways.PATH: ways.TEXT},
    "fixes and places": {
        "buildspec.yml": "version: 0.2\nphases:\n  漢😀: {commands: [make]}\n  build:\n    commands:\n      - make\n"
    },
}  # fmt: skip
RUNS["in the baseline"] = RUNS["one of each, and more than one"]


def results(folder: pathlib.Path) -> dict[str, Result]:
    """What comes of all runs, each in a folder that is the root of a repository and the working directory."""
    (folder / ".git").mkdir()
    settings = Settings(isolated=True, select=RULES)

    def run(name: str, content: str | bytes) -> FileResult:
        return lint_bytes(bytes_of(content), Candidate(name, "binary" in name), settings)

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        found = {
            name: result_of([run(file, content) for file, content in files.items()]) for name, files in RUNS.items()
        }
    found["ways"] = ways.result()  # no rule here has any
    found["fixes and places"] = _fixes_and_places()  # nor such fixes
    found["in the baseline"] = _in_the_baseline(found["one of each, and more than one"])
    for name, result in found.items():
        assert not any(file.crashes for file in result.files), name
    return found


def _fixes_and_places() -> Result:
    """Fixes of several edits, of one that inserts behind wide characters, and of a kind that may not be made unseen;
    places in another file, and at one with several lines."""
    text = str(RUNS["fixes and places"]["buildspec.yml"])
    wide, build, make = text.index("漢"), text.index("build"), text.rindex("make")
    several = finding(text, (wide, wide + 2), edits=[(wide, wide + 2, "install"), (make, make + 4, "make all")])
    inserted = finding(text, (wide + 3, wide + 4), edits=[(wide + 4, wide + 4, "\n    # <b>&\n   ")])
    unsafe = finding(text, (build, make + 4), edits=[(build, build + 5, "post_build")], safe=False)
    elsewhere = Related("the script is `here` <b>", "scripts/make it.sh", Position(3, 3), Position(4, 1))
    here = Related("and here", "buildspec.yml", several.start, several.end)
    return told(several, inserted._replace(related=(elsewhere, here)), unsafe._replace(detail="See @all."), text=text)


def _in_the_baseline(result: Result) -> Result:
    """The same run, its first findings known."""
    first, *others = result.files
    known = [each._replace(left_out=BASELINE) for each in first.findings[:2]]
    return result_of([first._replace(findings=(*known, *first.findings[2:])), *others])


def bytes_of(content: str | bytes) -> bytes:
    """The content of a file of a run."""
    return content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
