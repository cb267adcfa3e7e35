"""An independent reading of every corpus buildspec (PyYAML's composer, no code of ours) finds the same defects."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import yaml

from cblint.finding import Severity
from tools import corpus

pytestmark = pytest.mark.skipif(
    not corpus.available(), reason=f"the corpus is not at {os.path.normpath(corpus.CORPUS)} (set CBLINT_CORPUS)"
)

PHASES = ("install", "pre_build", "build", "post_build")
KINDS = ("buildspec", "historical", "historical_fixed")
RULES = ("command-not-string", "unknown-phase", "duplicate-key")

Defect = tuple[str, int]
"""A rule and a line, from 1."""


def pairs(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return list(node.value) if isinstance(node, yaml.MappingNode) else []


def line(node: yaml.Node) -> int:
    assert node.start_mark is not None
    return node.start_mark.line + 1


def broken_commands(root: yaml.Node) -> Iterator[Defect]:
    for key, phases in pairs(root):
        for _, phase in pairs(phases) if key.value == "phases" else []:
            for name, commands in pairs(phase):
                if name.value in ("commands", "finally") and isinstance(commands, yaml.SequenceNode):
                    yield from (
                        ("command-not-string", line(item))
                        for item in commands.value
                        if not isinstance(item, yaml.ScalarNode)
                    )


def unknown_phases(root: yaml.Node) -> Iterator[Defect]:
    for key, phases in pairs(root):
        for name, _ in pairs(phases) if key.value == "phases" else []:
            if name.value not in PHASES:
                yield "unknown-phase", line(name)


def lost_keys(node: yaml.Node) -> Iterator[Defect]:
    first: dict[str, yaml.Node] = {}
    for key, value in pairs(node):
        before = first.get(key.value)
        if before is not None and not (isinstance(value, yaml.ScalarNode) and before.value == value.value):
            yield "duplicate-key", line(key)
        first.setdefault(key.value, value)
        yield from lost_keys(value)
    for item in node.value if isinstance(node, yaml.SequenceNode) else []:
        yield from lost_keys(item)


def test_the_composer_finds_the_same_errors() -> None:
    files = [file for file in corpus.corpus_files() if file.kind in KINDS]
    assert len(files) > 200
    seen = 0
    for checked in corpus.lint_corpus(files):
        with open(checked.file.file, encoding="utf-8") as source:
            root = yaml.compose(source, Loader=yaml.SafeLoader)
        assert root is not None
        expected = sorted({*broken_commands(root), *unknown_phases(root), *lost_keys(root)})
        errors = [
            finding
            for finding in checked.result.findings
            if finding.severity is Severity.ERROR and finding.rule in RULES
        ]
        assert sorted({(finding.rule, finding.start.line) for finding in errors}) == expected, checked.file.file
        seen += len(expected)
    assert seen > 40
