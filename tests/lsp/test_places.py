"""What is asked about a place through the protocol: hover, completion, the outline, hints."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
from lsprotocol import types

from cblint.lsp.answers import plain
from cblint.lsp.markup import words
from tests.helpers import commands
from tests.lsp.editor import Editor, a_repository, editing

TEMPLATE = """\
Resources:
  Build:
    Type: AWS::CodeBuild::Project
    Properties:
      Environment:
        Image: aws/codebuild/standard:7.0
      Source:
        Type: NO_SOURCE
        BuildSpec: |
          version: 0.2
          phases:
            build:
              commands:
                - cd app && TAG=v1
                - echo "😀 $TAG $CODEBUILD_BUILD_ID"
"""


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    folder = a_repository(tmp_path_factory.mktemp("editor"))
    with editing(folder, encodings=["utf-16"], settings={"inlayHints": True}) as editor:
        editor.open("template.yml", TEMPLATE)
        yield editor


def at(text: str, sought: str) -> types.Position:
    """The place of the first of some characters."""
    before = text[: text.index(sought)]
    line = before.rpartition("\n")[2]
    return types.Position(before.count("\n"), len(line.encode("utf-16-le")) // 2)


def hovered(editor: Editor, name: str, position: types.Position) -> types.Hover | None:
    params = types.HoverParams(editor.identifier(name), position)
    return editor.run(editor.client.text_document_hover_async(params))


@pytest.mark.parametrize(
    ("sought", "said"),
    [
        ("commands:", "The commands, one process each"),
        ("CODEBUILD_BUILD_ID", "CODEBUILD_BUILD_ID"),
        ("TAG $", "TAG"),
        ("aws/codebuild", "Ubuntu 22.04"),
    ],
)
def test_what_stands_at_the_cursor_is_explained(editor: Editor, sought: str, said: str) -> None:
    found = hovered(editor, "template.yml", at(TEMPLATE, sought))
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert said in found.contents.value
    assert found.range is not None
    assert found.range.start.line == at(TEMPLATE, sought).line


def test_nothing_is_said_where_nothing_stands(editor: Editor) -> None:
    assert hovered(editor, "template.yml", types.Position(0, 5)) is None
    assert hovered(editor, "closed.yml", types.Position(0, 0)) is None


def completed(editor: Editor, name: str, text: str) -> list[types.CompletionItem]:
    """What is offered at the end of a text."""
    editor.open(name, text)
    params = types.CompletionParams(editor.identifier(name), at(text + "\0", "\0"))
    found = editor.run(editor.client.text_document_completion_async(params))
    editor.close(name)
    assert isinstance(found, list)
    return found


def test_keys_are_offered_with_what_they_mean(editor: Editor) -> None:
    found = completed(editor, "a-buildspec.yml", "version: 0.2\nphases:\n  pre")
    (item,) = [each for each in found if each.label == "pre_build"]
    assert item.kind == types.CompletionItemKind.Property
    assert isinstance(item.documentation, types.MarkupContent)
    assert isinstance(item.text_edit, types.TextEdit)
    assert item.text_edit.range == types.Range(types.Position(2, 2), types.Position(2, 5))
    assert item.insert_text_mode == types.InsertTextMode.AsIs


def test_rules_with_findings_are_offered_first(editor: Editor) -> None:
    text = commands("curl -O https://example.com/a.jar") + "      # cblint: ignore["
    assert completed(editor, "b-buildspec.yml", text)[0].label == "curl-without-fail"


@pytest.mark.parametrize("client", ["emacs", "visual_studio_code"])
def test_snippets_are_for_editors_that_know_them(tmp_path: pathlib.Path, client: str) -> None:
    with editing(a_repository(tmp_path), client=client) as editor:
        items = completed(editor, "buildspec.yml", "version: 0.2\n")
        formats = {each.insert_text_format for each in items}
        capabilities = editor.client.capabilities
        assert capabilities is not None
        completion: Any = capabilities.text_document and capabilities.text_document.completion
        knows = bool(completion.completion_item.snippet_support)
        assert (types.InsertTextFormat.Snippet in formats) is knows
        if not knows:
            texts = [each.text_edit.new_text for each in items if isinstance(each.text_edit, types.TextEdit)]
            assert not any("$" in text for text in texts)


def test_where_no_markdown_is_shown_its_words_are() -> None:
    given = "**key** `a*b`: see [the page](https://example.com)\n\n- one\n- two\n\n```yaml\na: 1\n```"
    assert words(given) == "key a*b: see the page\n- one\n- two\n\na: 1"


@pytest.mark.parametrize(
    ("snippet", "text"),
    [
        ("a: $0", "a: "),
        ("${1:rule}] -- ${2:reason}", "rule] -- reason"),
        (r"\$X\}", "$X}"),
        ("${1}b", "b"),
        ("a:\n  - $0", "a:"),
        ("a:\r\n  $0", "a:"),
    ],
)
def test_a_snippet_is_also_a_text(snippet: str, text: str) -> None:
    assert plain(snippet) == text


def test_the_outline_has_a_definition_with_its_buildspec(editor: Editor) -> None:
    params = types.DocumentSymbolParams(editor.identifier("template.yml"))
    found = editor.run(editor.client.text_document_document_symbol_async(params))
    assert found is not None
    (project,) = found
    assert isinstance(project, types.DocumentSymbol)
    assert project.children is not None
    assert [each.name for each in project.children] == ["version", "phases"]


def test_hints_tell_what_the_build_on_paper_believes(editor: Editor) -> None:
    whole = types.Range(types.Position(0, 0), types.Position(99, 0))
    params = types.InlayHintParams(editor.identifier("template.yml"), whole)
    found = editor.run(editor.client.text_document_inlay_hint_async(params))
    assert found is not None
    assert [(each.position.line, each.label) for each in found] == [(13, "→ in app")]
    editor.client.workspace_did_change_configuration(
        types.DidChangeConfigurationParams({"cblint": {"inlayHints": False}})
    )
    assert not editor.run(editor.client.text_document_inlay_hint_async(params))
