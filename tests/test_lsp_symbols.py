"""The outline of documents: what it names, and that each symbol holds those below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings

from cblint.lsp.document import Document
from cblint.lsp.symbols import LONGEST_NAME, Kind, Symbol, symbols_of
from cblint.source.text import Span
from tests.bounds import ALL
from tests.helpers import HEAD
from tests.hosts import HOSTS
from tests.lsp_documents import SAMPLE, SECRET, document, documents
from tools.corpus import available, corpus_files

OUTLINE = """\
Property version: 0.2
Namespace env
  Property shell: bash
  Object variables
    Variable STAGE: dev
    Variable DB_PASSWORD
  Object secrets-manager
    Variable API: prod/api:key
  Array exported-variables: TAG
Namespace phases
  Event install
    Property on-failure: ABORT
    Object runtime-versions
      Property nodejs: 20
    Array commands
      String export TAG=v1
      String mysql --password=…(14) < schema.sql
      String COPY=$DB_PASSWORD
      String export URL="https://user:…(14)@example.com/$TAG"
      String TOKEN=…(14) npm ci
  Event build
    Array commands
      String cd app
      String IMAGE="web:$TAG"
      String echo "${TAG:-$STAGE} $CODEBUILD_BUILD_ID $API" | cat
  Event post_build
    Array commands: *all
Namespace batch
  Array build-list
    Object arm
      Property identifier: arm
      Object env
        Property image: aws/codebuild/standard:5.0
Namespace artifacts
  Array files: **/*
  Property name: app-$TAG
"""


def outline(symbols: Iterable[Symbol], indentation: str = "") -> str:
    """The symbols in lines."""
    return "".join(
        f"{indentation}{each.kind.value} {each.name}{f': {each.detail}' if each.detail else ''}\n"
        + outline(each.children, f"{indentation}  ")
        for each in symbols
    )


def every(symbols: Iterable[Symbol]) -> Iterator[Symbol]:
    """The symbols and all below them."""
    for each in symbols:
        yield each
        yield from every(each.children)


def hold(read: Document) -> None:
    """What must be so of any outline."""
    symbols = symbols_of(read)
    _hold_within(symbols, Span(0, len(read.text)))


def _hold_within(symbols: Iterable[Symbol], parent: Span) -> None:
    for each in symbols:
        assert parent.start <= each.span.start <= each.selection.start, each
        assert each.selection.start <= each.selection.end <= each.span.end <= parent.end, each
        assert each.name.strip()
        assert len(each.name) <= LONGEST_NAME
        assert each.name.isprintable()
        _hold_within(each.children, each.span)


def test_all_of_a_buildspec() -> None:
    assert outline(symbols_of(document(SAMPLE))) == OUTLINE


@pytest.mark.parametrize("host", HOSTS)
def test_every_host_has_the_buildspec_below_its_definition(host: str) -> None:
    hosted = HOSTS[host](SAMPLE)
    read = document(hosted.text, hosted.path)
    [symbol] = [each for each in symbols_of(read) if each.children]
    assert symbol.kind is Kind.CLASS
    assert outline(symbol.children) == OUTLINE
    assert SECRET not in outline([symbol])
    hold(read)


def test_a_definition_without_a_buildspec_has_a_symbol_too() -> None:
    text = (
        "Resources:\n  Hook:\n    Type: AWS::CodeBuild::Project\n    Properties:\n"
        "      Source: {Type: GITHUB, BuildSpec: ci/build.yml}\n"
    )
    [symbol] = symbols_of(document(text, "template.yml"))
    assert symbol[:3] == ("Hook", "project", Kind.CLASS)
    assert text[slice(*symbol.selection)] == "Hook"


@pytest.mark.parametrize(
    ("text", "name", "selected"),
    [
        pytest.param(f"{HEAD}      - |\n\n        a b\n        c\n", "a b", "a b", id="block"),
        pytest.param(f"{HEAD}      - 'it''s'\n", "it's", "it''s", id="quoted"),
        pytest.param(f"{HEAD}      -\n      - b\n", "…", "", id="empty"),
        pytest.param(f"{HEAD}      - a: b\n", "…", "a", id="mapping"),
        pytest.param(f"{HEAD}      - [a]\n", "[a]", "[", id="list"),
        pytest.param(f"{HEAD}      - {'x' * 99}\n", f"{'x' * 79}…", "x" * 99, id="long"),
        pytest.param(f'{HEAD}      - "a\\e[1mb"\n', "a<U+001B>[1mb", "a\\e[1mb", id="control"),
    ],
)
def test_a_command_is_called_by_its_first_line(text: str, name: str, selected: str) -> None:
    read = document(text)
    [commands] = [each for each in every(symbols_of(read)) if each.name == "commands"]
    symbol = commands.children[0]
    assert (symbol.name, text[slice(*symbol.selection)]) == (name, selected)


def test_what_stands_before_a_syntax_error_is_there() -> None:
    read = document(f"{HEAD}      - a\n  post_build: [\n    x: }}\n")
    assert [each.name for each in every(symbols_of(read))][:5] == ["version", "phases", "build", "commands", "a"]


@given(documents())
@settings(max_examples=2_000 if ALL else 100)
def test_symbols_hold_those_below_them(read: Document) -> None:
    hold(read)


@pytest.mark.skipif(not available(), reason="the corpus is not at hand (set CBLINT_CORPUS)")
def test_symbols_of_real_files_do() -> None:
    named = 0
    for each in corpus_files():
        with open(each.file, encoding="utf-8-sig", newline="") as file:
            read = document(file.read(), each.path)
        hold(read)
        named += bool(symbols_of(read))
    assert named > len(corpus_files()) * 0.9
