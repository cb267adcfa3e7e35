"""Fixes and suppressions as code actions: they change what they say, and nothing else."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import attrs
import pytest
from lsprotocol import types

from cblint.lsp.actions import FIX_ALL
from tests.helpers import commands
from tests.lsp.editor import Editor, a_repository, edited, editing

MISSPELT = "version: 0.2\nphasess:\n  build:\n    commands:\n      - make\n"
UNFIXABLE = "env:\n  exported-variables: [NEVER_SET]\n" + commands("make")
FAILS = commands("curl -O https://example.com/a.jar", "echo done")


@pytest.fixture(scope="module", params=["neovim", "visual_studio_code", "emacs"])
def editor(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """Editors differ in what they ask for when, and in how they take changes."""
    with editing(a_repository(tmp_path_factory.mktemp("editor")), client=request.param) as editor:
        yield editor


def titled(editor: Editor, name: str, part: str) -> types.CodeAction:
    """The one action in whose title something stands, with what it changes."""
    (found,) = [each for each in editor.actions(name) if part in each.title]
    return found if found.edit is not None else editor.resolved(found)


def test_a_fix_is_offered_for_its_finding(editor: Editor) -> None:
    (problem,) = editor.open("a-buildspec.yml", MISSPELT)
    action = titled(editor, "a-buildspec.yml", "Spell the key")
    assert action.kind == types.CodeActionKind.QuickFix
    assert action.is_preferred
    assert list(action.diagnostics or ()) == [problem]
    assert edited(MISSPELT, action, editor.uri("a-buildspec.yml")) == MISSPELT.replace("phasess", "phases")


def test_only_what_is_at_the_cursor_is_offered(editor: Editor) -> None:
    editor.open("b-buildspec.yml", MISSPELT)
    at = types.Position(1, 3)
    assert editor.actions("b-buildspec.yml", types.Range(at, at))
    at = types.Position(4, 3)
    assert editor.actions("b-buildspec.yml", types.Range(at, at)) == []


def test_what_an_editor_names_is_offered_elsewhere_on_the_line(editor: Editor) -> None:
    name = "n-buildspec.yml"
    (problem,) = editor.open(name, FAILS)
    at = types.Range(types.Position(4, 0), types.Position(4, 0))
    titles = [each.title for each in editor.actions(name, at, named=[problem])]
    assert "Suppress curl-without-fail here, with a reason" in titles
    assert editor.actions(name, at, named=[attrs.evolve(problem, code="unknown-phase")]) == []
    assert editor.actions(name, at) == []


def test_a_comment_suppresses_a_finding_on_its_line(editor: Editor) -> None:
    name = "c-buildspec.yml"
    (problem,) = editor.open(name, FAILS)
    action = titled(editor, name, "curl-without-fail here")
    text = edited(FAILS, action, editor.uri(name))
    assert text == FAILS.replace(
        "      - curl", "      # cblint: ignore[curl-without-fail] -- why it is right here\n      - curl"
    )
    assert problem.code == "curl-without-fail"
    assert editor.replace(name, 2, text) == []


def test_a_comment_suppresses_a_rule_in_the_file(editor: Editor) -> None:
    name = "d-buildspec.yml"
    editor.open(name, FAILS)
    action = titled(editor, name, "curl-without-fail in this file")
    text = edited(FAILS, action, editor.uri(name))
    assert text == f"# cblint: ignore-file[curl-without-fail] -- why it is right here\n{FAILS}"
    assert editor.replace(name, 2, text) == []


def test_in_a_block_the_comment_is_one_of_the_shell(editor: Editor) -> None:
    name = "e-buildspec.yml"
    text = commands("|\n        set -e\n        curl -O https://example.com/a.jar")
    editor.open(name, text)
    action = titled(editor, name, "curl-without-fail here")
    assert edited(text, action, editor.uri(name)) == text.replace(
        "        curl", "        # cblint: ignore[curl-without-fail] -- why it is right here\n        curl"
    )


def test_a_comment_that_is_there_takes_another_rule(editor: Editor) -> None:
    name = "f-buildspec.yml"
    text = commands("ls", "# cblint: ignore[no-such] -- both\n      - curl -O https://example.com/a.jar")
    text = text.replace("- # cblint", "# cblint")
    editor.open(name, text)
    action = titled(editor, name, "curl-without-fail here")
    assert edited(text, action, editor.uri(name)) == text.replace("[no-such]", "[no-such, curl-without-fail]")


def test_no_comment_is_written_into_what_a_backslash_continues(editor: Editor) -> None:
    name = "g-buildspec.yml"
    text = commands("|\n        echo a && \\\n        curl -O https://example.com/a.jar")
    editor.open(name, text)
    action = titled(editor, name, "curl-without-fail here")
    assert edited(text, action, editor.uri(name)) == text.replace(
        "a.jar", "a.jar # cblint: ignore[curl-without-fail] -- why it is right here"
    )


def test_json_has_no_comments(editor: Editor) -> None:
    name = "buildspec.json"
    editor.open(name, '{"version": 0.2, "phasess": {}}', "json")
    found = [editor.resolved(each) if each.edit is None else each for each in editor.actions(name)]
    assert [each.title for each in found if each.edit is not None and "Suppress" in each.title] == []


def test_all_that_is_safe_is_fixed_at_once(editor: Editor) -> None:
    name = "h-buildspec.yml"
    text = MISSPELT.replace("- make", "- make\n      - curl -O https://example.com/a.jar").replace(
        "commands", "comands"
    )
    editor.open(name, text)
    (action,) = editor.actions(name, only=["source.fixAll"])
    assert action.kind == FIX_ALL
    action = action if action.edit is not None else editor.resolved(action)
    mended = edited(text, action, editor.uri(name))
    assert mended.startswith("version: 0.2\nphases:\n  build:\n    commands:\n")
    assert editor.actions(name, only=["refactor"]) == []


@pytest.mark.parametrize(("text", "is_clean"), [(UNFIXABLE, False), (commands("make"), True), ("a: [\n", False)])
def test_where_nothing_can_be_fixed_saving_is_quiet(editor: Editor, text: str, is_clean: bool) -> None:
    name = f"q{len(text)}-buildspec.yml"
    assert (editor.open(name, text) == []) is is_clean
    assert editor.actions(name, only=["source.fixAll"]) == []


def test_a_change_of_the_text_makes_an_action_stale(editor: Editor) -> None:
    name = "i-buildspec.yml"
    editor.open(name, MISSPELT)
    (action,) = [each for each in editor.actions(name) if "Spell the key" in each.title]
    if action.edit is None:
        editor.replace(name, 2, "# one more line\n" + MISSPELT)
        assert editor.resolved(action).edit is None
    else:  # the editor has it all at once: it can tell by the version
        (change,) = action.edit.document_changes or ()
        assert isinstance(change, types.TextDocumentEdit)
        assert change.text_document.version == 1


def test_the_reason_is_selected_to_be_written(tmp_path: pathlib.Path) -> None:
    with editing(a_repository(tmp_path), client="visual_studio_code") as editor:
        editor.open("buildspec.yml", FAILS)
        action = titled(editor, "buildspec.yml", "curl-without-fail here")
        text = edited(FAILS, action, editor.uri("buildspec.yml"))
        assert action.command is not None
        editor.run(
            editor.client.workspace_execute_command_async(
                types.ExecuteCommandParams(action.command.command, action.command.arguments)
            )
        )
        (shown,) = editor.client.shown_documents
        assert shown.selection is not None
        start, end = shown.selection.start, shown.selection.end
        assert text.split("\n")[start.line][start.character : end.character] == "why it is right here"
        assert start.line == end.line
