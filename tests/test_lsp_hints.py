"""What is hinted at behind commands: few words, certain ones, and no secrets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from cblint.lsp.document import Document
from cblint.lsp.hints import Hint, hints_of
from cblint.source.text import Span
from tests.bounds import ALL
from tests.helpers import commands
from tests.hosts import HOSTS
from tests.lsp_documents import SAMPLE, SECRET, document, documents


def hinted(read: Document) -> list[Hint]:
    """All hints of a document."""
    return hints_of(read, Span(0, len(read.text)))


def labels(read: Document) -> list[tuple[int, str]]:
    """The hints of a document with their lines."""
    return [(read.lines.number(hint.offset), hint.label) for hint in hinted(read)]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param(["cd app", "make", "cd .."], [(5, "in app"), (7, "in the source root")], id="directory"),
        pytest.param(['cd "$OUT"', "make"], [], id="a directory that is not known"),
        pytest.param(["TAG=v1", 'IMAGE="web:$TAG"'], [(6, "IMAGE = web:v1")], id="variable"),
        pytest.param(["A=x", "B=1$A C=2$A; D=3$A; E=4$A; B=5$A"], [(6, "B = 5x · C = 2x · …")], id="many variables"),
        pytest.param(["TAG=$STAGE", "if a; then X=1; else X=2; fi"], [], id="what is not known"),
        pytest.param(["A=x", f"B=${{A}}{'y' * 60}"], [(6, f"B = x{'y' * 38}…")], id="a long value"),
        pytest.param(["make", "exit 3"], [(6, "fails")], id="a failure for sure"),
        pytest.param(["npm test --all | tee log"], [(5, "may fail unseen: npm test")], id="unseen"),
        pytest.param(["make test || true", "mkdir a; true", "echo a | tee log"], [], id="meant, or of no matter"),
        pytest.param(["|\n        cd app &&\n        make"], [(7, "in app")], id="behind the last line"),
        pytest.param(["echo", "echo a; ls"], [], id="nothing worth a word"),
    ],
)
def test_what_is_hinted_at(items: list[str], expected: list[tuple[int, str]]) -> None:
    assert labels(document(commands(*items))) == expected


def test_the_tooltip_says_all_of_it() -> None:
    [hint] = hinted(document(commands("cd app; TAG=1; npm test | tee log")))
    assert hint.tooltip.splitlines() == [
        "- status 0 or a failure",
        "- directory not known",
        '- TAG is `"1"`',
        "- unseen cd app may fail: the status of what follows counts `(TAG=1)`",
        "- unseen npm test may fail: only the last command of the pipeline counts (tee log)",
    ]


def test_a_command_that_does_another_thing_elsewhere_has_no_hint() -> None:
    text = "version: 0.2\nphases:\n  build:\n    commands: &all\n      - cd a\n  post_build:\n    commands: *all\n"
    assert labels(document(text)) == []
    assert labels(document(text.replace("*all", "[make]"))) == [(5, "in a")]


def test_only_what_is_asked_for() -> None:
    read = document(commands("cd a", "cd b", "cd c"))
    first = read.lines.span(6)
    assert [hint.label for hint in hints_of(read, first)] == ["in a/b"]


@pytest.mark.parametrize("host", HOSTS)
def test_every_host_has_its_hints_behind_its_commands(host: str) -> None:
    buildspec = commands("TAG=v1", 'IMAGE="web:$TAG"', "make")
    hosted = HOSTS[host](buildspec)
    [hint] = hinted(document(hosted.text, hosted.path))
    assert hint.label == "IMAGE = web:v1"
    assert hint.offset == hosted.places[buildspec.index('$TAG"') + 4][1]


@pytest.mark.parametrize("host", [None, *HOSTS])
def test_no_secret_is_hinted_at(host: str | None) -> None:
    hosted = HOSTS[host](SAMPLE) if host is not None else None
    found = hinted(document(hosted.text, hosted.path) if hosted is not None else document(SAMPLE))
    assert [hint.label for hint in found] == ["may fail unseen: make test"]
    assert not [hint for hint in found if SECRET[:8] in f"{hint}"]


@given(documents())
@settings(max_examples=2_000 if ALL else 60)
def test_hints_of_anything(read: Document) -> None:
    found = hinted(read)
    offsets = [hint.offset for hint in found]
    assert offsets == sorted(set(offsets))
    assert all(0 <= offset <= len(read.text) for offset in offsets)
    assert all(hint.label.isprintable() and hint.label and hint.tooltip for hint in found)
