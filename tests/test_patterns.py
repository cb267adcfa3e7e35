"""Which files the patterns of an artifact take."""

from __future__ import annotations

import time

import pytest

from cblint.buildspec.model import Buildspec
from cblint.checks.patterns import taking
from cblint.source.loader import load
from cblint.source.text import Text


def _taken(path: str, artifacts: str) -> str | None:
    stream = load(Text.of(f"artifacts: {artifacts}\n"))
    (artifact,) = Buildspec(stream, stream.documents[0]).artifacts()
    found = taking(artifact, path)
    return found.value if found is not None else None


@pytest.mark.parametrize(
    ("path", "artifacts", "pattern"),
    [
        ("tfplan", "{files: [a, tfplan]}", "tfplan"),
        ("tfplan", "{files: ['**/*']}", "**/*"),
        ("infra/tfplan", "{files: ['**/*']}", "**/*"),
        ("infra/tfplan", "{files: ['*', 'infra/*']}", "infra/*"),
        ("infra/a/tfplan", "{files: ['infra/*']}", None),
        ("infra/a/tfplan", "{files: ['infra/**/*']}", "infra/**/*"),
        ("infra/tfplan", "{files: ['infra/**/*']}", "infra/**/*"),
        ("infra/tfplan", "{files: ['*'], base-directory: infra}", "*"),
        ("infra/tfplan", "{files: ['*'], base-directory: ./infra/}", "*"),
        ("infra/tfplan", "{files: [tfplan], base-directory: $CODEBUILD_SRC_DIR/infra}", "tfplan"),
        ("tfplan", "{files: ['*'], base-directory: infra}", None),
        ("infra/tfplan", "{files: ['./infra/tfplan']}", "./infra/tfplan"),
        ("${STAGE}/tfplan", "{files: [$STAGE/tfplan]}", "$STAGE/tfplan"),
        ("tfplan", "{files: ['**/*'], exclude-paths: [tfplan]}", None),
        ("infra/tfplan", "{files: ['**/*'], exclude-paths: ['infra/**/*']}", None),
        ("infra/tfplan", "{files: ['**/*'], exclude-paths: ['*']}", "**/*"),
        ("a.tfplan", "{files: ['?.tfplan']}", "?.tfplan"),
        ("tfplan", "{files: [tf.lan]}", None),
        ("tfplan", "{}", None),
    ],
)
def test_patterns_take_what_codebuild_would(path: str, artifacts: str, pattern: str | None) -> None:
    assert _taken(path, artifacts) == pattern


def test_no_pattern_takes_long() -> None:
    began = time.process_time()
    for stars in ("*" * 5_000, "**/" * 2_000, "*a" * 6, "**/a" * 3):
        assert _taken("a" * 900 + "/b", f"{{files: ['{stars}c']}}") is None
    assert time.process_time() - began < 1
