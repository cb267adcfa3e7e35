"""What people write for cblint: configurations, own rules, baselines, comments that suppress, and patterns of paths."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cache

from cblint.baseline import BaselineError, Entry, compare, load, recoded
from cblint.baseline import written as baseline_of
from cblint.catalogue import UnknownRule
from cblint.config import ConfigError
from cblint.effective import effective
from cblint.hosts.discover import Candidate, choices, matcher, useless
from cblint.identity import identities
from cblint.linter import FileResult, Settings, lint_text
from cblint.own.entries import WrongEntry, entries
from cblint.report import configured
from cblint.report.shown import printable
from cblint.source.file import Unreadable, decode
from cblint.source.remembered import forget
from cblint.suppress import MARK
from tests.documents import blocks
from tests.examples import all_examples
from tests.integration.conftest import ROOT, assert_harmless
from tests.integration.test_hostile_anything import SEEDS
from tests.lsp_documents import SAMPLE
from tools.fuzz.bundle import bundled, unbundled
from tools.fuzz.target import Target
from tools.fuzz.targets.check import SETTINGS
from tools.fuzz.targets.hosts import host_seeds

_EXAMPLES = os.path.join(ROOT, "examples", "own-rules")
_NAME = "buildspec.yml"


def _said(error: Exception) -> None:
    """What is said of an error can be shown in a terminal."""
    assert str(error)
    assert_harmless(printable(str(error)).encode())


def _kept(name: str, data: bytes) -> str:
    """A file that holds the bytes, where nothing is remembered of it."""
    forget()
    path = os.path.abspath(name)
    with open(path, "wb") as file:
        file.write(data)
    return path


# Configurations


@cache
def config_seeds() -> tuple[bytes, ...]:
    """What the documentation shows, and a table of TOML."""
    shown = [*blocks("docs/configuration.md"), *blocks("docs/configuration-reference.md")]
    tables = [each.text for each in shown if each.language == "toml"]
    tables.append('[tool.cblint]\nselect = ["CB1", "secret-literal"]\n[tool.cblint.severity]\nunknown-phase = "note"\n')
    texts = [*(each.text for each in shown if each.language == "yaml"), *tables]
    return tuple(text.encode() for text in texts)


def config(data: bytes) -> None:
    """A configuration is wrong, in words that can be shown, or holds for a file that is then linted by it."""
    name = "pyproject.toml" if re.search(rb"(?m)^\[", data) else ".cblint.yml"
    settings = Settings(config=_kept(name, data))
    try:
        found = effective(_NAME, settings)
    except (ConfigError, UnknownRule) as error:
        _said(error)
    else:
        assert_harmless("".join(configured.render_text(found)).encode())
        json.loads("".join(configured.render_json(found)))
    result = lint_text(SAMPLE, Candidate(_NAME, True), settings)
    assert not result.crashes, result.crashes
    forget()


# Own rules


@cache
def rule_seeds() -> tuple[bytes, ...]:
    """Those of the examples and of the documentation."""
    found = [each.text.encode() for each in blocks("docs/own-rules.md") if each.language == "yaml"]
    for name in sorted(os.listdir(_EXAMPLES)):
        with open(os.path.join(_EXAMPLES, name), "rb") as file:
            found.append(file.read())
    return tuple(found)


def own_rule(data: bytes) -> None:
    """An own rule is wrong, in words that can be shown, or looks at a buildspec and at its own examples."""
    path = _kept("own.yml", data)
    try:
        found = entries([path])
    except WrongEntry as error:
        _said(error)
        return
    for entry in found:
        settings = Settings(isolated=True, rules=(path,), select=(entry.rule.name,))
        for text in (SAMPLE, *map(str, (example.value for example in entry.examples))):
            result = lint_text(text, Candidate(_NAME, True), settings)
            assert not result.crashes, result.crashes
            assert not result.error, result.error
    forget()


# Baselines


@cache
def _findings() -> tuple[FileResult, ...]:
    return tuple(lint_text(text, Candidate(_NAME, True), SETTINGS[1]) for text in (SAMPLE, SEEDS[1]))


@cache
def baseline_seeds() -> tuple[bytes, ...]:
    """Baselines of some findings, and one that a merge has left."""
    found = [baseline_of(_entries(result)) for result in _findings()]
    return tuple(text.encode() for text in (*found, baseline_of([]), f"<<<<<<< HEAD\n{found[0]}=======\n"))


def _entries(result: FileResult) -> Iterator[Entry]:
    for each in identities(result):
        yield Entry(result.path, each.code, each.where, each.text, 1)


def baseline(data: bytes) -> None:
    """A baseline is none, in words that can be shown, or is written as it was read and accepts findings."""
    try:
        found = load(_kept("baseline.json", data), True)
    except BaselineError as error:
        _said(error)
        return
    again = load(_kept("baseline.json", baseline_of(found).encode("utf-8", "surrogatepass")), True)
    assert sorted(again) == sorted(load(_kept("baseline.json", baseline_of(again).encode()), True))
    for result in _findings():
        compared = compare([result], recoded(found, ()), os.getcwd())
        assert len(compared.files) == 1
        assert len(compared.files[0].findings) == len(result.findings)


# Comments that suppress


@cache
def suppression_seeds() -> tuple[bytes, ...]:
    """What has such comments, in all formats."""
    texts = [SAMPLE, *SEEDS, *(each.text for each in all_examples() if "path" not in each.given)]
    files = [bundled({_NAME: text.encode()}) for text in texts if MARK in text]
    return (*files, *(data for data in host_seeds() if MARK.encode() in data))


def suppression(data: bytes) -> None:
    """Whatever comments say, the same is found as without them: they mark it, and are told of if they are wrong."""
    for path, content in unbundled(data).items():
        try:
            text = decode(content)
        except Unreadable:
            continue
        for settings in SETTINGS[1:]:
            here, there = (
                lint_text(each, Candidate(path, True), settings) for each in (text, text.replace(MARK, "cblinz:"))
            )
            assert not here.crashes, here.crashes
            found, plain = (
                [(each.rule, each.span) for each in result.findings if not each.code.startswith("CB9")]
                for result in (here, there)
            )
            assert found == plain
            assert all(each.suppressed is None for each in there.findings)


# Patterns of paths


@cache
def pattern_seeds() -> tuple[bytes, ...]:
    """Files that tell git what to ignore, each with a path above."""
    lines = [
        "*.yml",
        "!a/b",
        "/a/**/b/",
        "# x",
        "\\#x",
        "a[a-z]?c",
        "**/x*y",
        "[[:alpha:]]",
        "a\\ ",
        "[!a]",
        "x//y",
        "*",
    ]
    paths = ["buildspec.yml", "a/b/c/buildspec.yml", "x y/é.json", "a/b/", "#x"]
    return tuple("\n".join([path, *lines[number:], *lines[:number]]).encode() for number, path in enumerate(paths))


def pattern(data: bytes) -> None:
    """A pattern matches, does not, or is told to match nothing; together they say what one of them does."""
    path, *lines = data.decode("utf-8", "replace").split("\n")
    if not path or "\0" in path:
        return
    verdict = matcher([*lines, "!"])(path)
    # Those that take back in are read otherwise for folders, as they are when they stand among others.
    alone = [matcher([line, "!"])(path) for line in lines]
    assert verdict in (alone if any(each is not None for each in alone) else [None])
    for line, said in zip(lines, alone, strict=True):
        assert choices(line) >= 0
        if useless(line):
            assert said is None, line


TARGETS = (
    Target("config", "a configuration", config, config_seeds, quick=40),
    Target("own-rule", "a file with an own rule", own_rule, rule_seeds, quick=30, seconds=2.0),
    Target("baseline", "a baseline", baseline, baseline_seeds, quick=200),
    Target(
        "suppression", "comments that suppress, in all formats", suppression, suppression_seeds, quick=10, seconds=3.0
    ),
    Target("pattern", "patterns of paths as .gitignore has them", pattern, pattern_seeds, quick=100),
)
