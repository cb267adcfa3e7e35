"""The findings that an editor is told of: those of ``cblint check``, at each version of a text."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Iterator, Sequence

import pytest
from lsprotocol import types

from cblint.finding import Finding
from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from cblint.source.text import Lines, Utf16Columns
from tests.helpers import commands
from tests.lsp.editor import ROOT, Editor, a_repository, editing
from tools.corpus import CORPUS, available

CLEAN = commands("make")
BROKEN = 'version: 0.2\nphases:\n  build:\n    commands:\n      - echo "a: b"\n'


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """One server for tests that use names of their own."""
    with editing(a_repository(tmp_path_factory.mktemp("editor")), encodings=["utf-16"]) as editor:
        yield editor


def told(found: Sequence[types.Diagnostic]) -> list[tuple[object, ...]]:
    """What is said, where, and how bad it is."""
    return [
        (
            each.code,
            each.message,
            each.range.start.line,
            each.range.start.character,
            each.range.end.line,
            each.range.end.character,
        )
        for each in found
    ]


def expected(text: str, path: str) -> list[tuple[object, ...]]:
    """What the linter says of a text under a path, in the columns of the protocol."""
    lines = Lines(text)
    result = lint_text(text, Candidate(path, True), Settings())
    return [_told(finding, lines) for finding in result.findings if finding.is_open]


def _told(finding: Finding, lines: Lines) -> tuple[object, ...]:
    start, end = (
        (place.line - 1, Utf16Columns(lines.line(place.line)).of(place.column) - 1)
        for place in (finding.start, finding.end)
    )
    return finding.rule, f"{finding.message}\n{finding.detail}".strip(), *start, *end


def test_a_finding_is_underlined_with_its_words_its_severity_and_its_page(shared: Editor) -> None:
    (found,) = shared.open("buildspec.yml", BROKEN)
    assert (found.code, found.source, found.severity) == (
        "command-not-string",
        "cblint",
        types.DiagnosticSeverity.Error,
    )
    first, _, rest = found.message.partition("\n")
    assert first.startswith("commands[0] is not a command but a YAML mapping")
    assert rest.startswith("CodeBuild stops")
    assert found.code_description is not None
    assert found.code_description.href.endswith("/docs/rules/command-not-string.md")
    assert found.range == types.Range(types.Position(4, 15), types.Position(4, 16))


def test_the_text_counts_and_not_the_file(shared: Editor) -> None:
    (shared.folder / "ci.buildspec.yml").write_text(BROKEN)
    assert shared.open("ci.buildspec.yml", CLEAN) == []
    assert [each.code for each in shared.replace("ci.buildspec.yml", 2, BROKEN)] == ["command-not-string"]
    assert shared.replace("ci.buildspec.yml", 3, CLEAN) == []
    shared.close("ci.buildspec.yml")


def test_a_text_without_a_name_is_checked(shared: Editor) -> None:
    assert [each.code for each in shared.open("untitled:Untitled-1", BROKEN)] == ["command-not-string"]


@pytest.mark.parametrize(
    ("name", "language"), [("values.yml", "yaml"), ("main.py", "python"), ("package.json", "json")]
)
def test_nothing_is_said_of_other_files(shared: Editor, name: str, language: str) -> None:
    assert shared.open(name, "{}\n", language) == []


def test_what_was_said_is_cleared_when_a_file_is_closed(shared: Editor) -> None:
    assert shared.open("old-buildspec.yml", BROKEN)
    shared.close("old-buildspec.yml")
    shared.open("other-buildspec.yml", CLEAN)
    assert not shared.client.diagnostics[shared.uri("old-buildspec.yml")]


@pytest.mark.parametrize("folder", sorted(os.listdir("examples")) if os.path.isdir("examples") else [])
def test_examples_have_the_findings_of_the_linter(shared: Editor, folder: str) -> None:
    for name in ("buildspec.yml", "template.yml"):
        path = os.path.join("examples", folder, name)
        if os.path.isfile(path):
            text = pathlib.Path(path).read_text(encoding="utf-8")
            inside = f"{folder}-{name}"
            assert told(shared.open(inside, text)) == expected(text, str(shared.folder / inside))


@pytest.mark.skipif(not available(), reason=f"the corpus is not at {os.path.normpath(CORPUS)} (set CBLINT_CORPUS)")
def test_the_corpus_has_the_findings_of_the_linter(shared: Editor) -> None:
    compared = 0
    for folder, _, names in sorted(os.walk(CORPUS)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            try:
                text = pathlib.Path(path).read_bytes().decode("utf-8").removeprefix("\ufeff")
            except UnicodeDecodeError:
                continue
            inside = f"{os.path.basename(folder)}/{name}"
            found = told(shared.open(inside, text, "any"))
            assert found == expected(text, str(shared.folder / inside)), path
            shared.close(inside)
            compared += bool(found)
    assert compared > 150


def test_a_text_that_is_typed_has_findings_at_every_letter(shared: Editor) -> None:
    text = 'version: 0.2\nphases:\n  build:\n    on-failure: ABORT\n    commands:\n      - |\n        echo "😀 $X"\n'
    name = "typed-buildspec.yml"
    shared.open(name, "")
    for length in range(1, len(text) + 1):
        line, column = text[: length - 1].count("\n"), length - 1 - (text.rfind("\n", 0, length - 1) + 1)
        units = len(text[length - 1 - column : length - 1].encode("utf-16-le")) // 2
        place = types.Position(line, units)
        letter = types.TextDocumentContentChangePartial(types.Range(place, place), text[length - 1])
        found = shared.change(name, length + 1, letter)
        assert told(found) == expected(text[:length], str(shared.folder / name))


def test_the_last_of_many_changes_is_checked_and_not_every_one(shared: Editor) -> None:
    name = "busy-buildspec.yml"
    shared.open(name, BROKEN)
    slow = BROKEN + "      - make one && make other\n" * 200  # a short one can be checked as fast as it is sent
    for version in range(2, 60):
        shared.send(name, version, types.TextDocumentContentChangeWholeDocument(CLEAN if version % 2 else slow))
    assert shared.replace(name, 60, CLEAN + "# end\n") == []
    versions = [version for uri, version in shared.versions if uri == shared.uri(name)]
    assert versions[-1] == 60
    assert len(versions) < 60


def test_a_text_that_breaks_off_is_checked_up_to_there(shared: Editor) -> None:
    found = shared.open("broken-buildspec.yml", BROKEN + 'artifacts:\n  files: ["a"')
    assert "yaml-syntax-error" in [each.code for each in found]


def test_buildspecs_in_other_formats_are_checked_where_they_stand(shared: Editor) -> None:
    template = (
        "Resources:\n  Build:\n    Type: AWS::CodeBuild::Project\n    Properties:\n      Source:\n"
        "        Type: NO_SOURCE\n        BuildSpec: |\n"
    )
    text = template + "".join(f"          {line}\n" for line in BROKEN.splitlines())
    found = shared.open("template.yml", text)
    assert ("command-not-string", 11) in [(each.code, each.range.start.line) for each in found]
    assert told(found) == expected(text, str(shared.folder / "template.yml"))


def test_places_that_belong_to_a_finding_are_told(shared: Editor) -> None:
    text = (pathlib.Path(ROOT) / "examples" / "leaks" / "buildspec.yml").read_text(encoding="utf-8")
    found = shared.open("leaks-buildspec.yml", text)
    (printed,) = [each for each in found if each.code == "secret-printed" and "DB_PASSWORD" in each.message]
    assert printed.related_information is not None
    assert [each.message for each in printed.related_information] == [
        "1. DB_PASSWORD is given to the build",
        "2. CHECK takes it over",
    ]
    assert {each.location.uri for each in printed.related_information} == {shared.uri("leaks-buildspec.yml")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_columns_are_counted_as_the_editor_does(tmp_path: pathlib.Path, encoding: str) -> None:
    with editing(a_repository(tmp_path), client="visual_studio_code", encodings=[encoding]) as editor:
        assert editor.answer.capabilities.position_encoding == encoding
        (found,) = editor.open("buildspec.yml", commands('echo "😀é $X"'))
        place = types.Position(4, {"utf-8": 18, "utf-16": 16, "utf-32": 15}[encoding])
        start = {"utf-8": 21, "utf-16": 18, "utf-32": 17}[encoding]
        assert (found.range.start.character, found.range.end.character) == (start, start + 2)
        # Behind the smiley: what is typed there has to arrive there.
        typed = types.TextDocumentContentChangePartial(types.Range(place, place), "é")
        (found,) = editor.change("buildspec.yml", 2, typed)
        assert found.range.start.character == start + {"utf-8": 2}.get(encoding, 1)


def test_a_byte_order_mark_that_an_editor_leaves_in_moves_nothing(shared: Editor) -> None:
    (found,) = shared.open("marked-buildspec.yml", "\ufeff" + BROKEN)
    assert found.range.start == types.Position(4, 15)
    (found,) = shared.open("marked2-buildspec.yml", "\ufeffversoin: 0.2\n" + BROKEN)[:1]
    assert (found.code, found.range.start) == ("unknown-key", types.Position(0, 1))


def test_each_folder_has_its_own_configuration(tmp_path: pathlib.Path) -> None:
    one, other = (a_repository(tmp_path / name) for name in ("one", "other"))
    (one / ".cblint.yml").write_text("ignore: [command-not-string]\n")
    with editing(tmp_path, folders=[one, other]) as editor:
        assert editor.open("one/buildspec.yml", BROKEN) == []
        assert len(editor.open("other/buildspec.yml", BROKEN)) == 1
        (one / ".cblint.yml").write_text("ignore: [curl-without-fail]\n")
        editor.save("one/.cblint.yml")
        assert len(editor.said_anew("one/buildspec.yml")) == 1


def test_a_configuration_that_is_wrong_is_told_once(tmp_path: pathlib.Path) -> None:
    root = a_repository(tmp_path)
    (root / ".cblint.yml").write_text("ignroe: [command-not-string]\n")
    with editing(root) as editor:
        assert editor.open("buildspec.yml", BROKEN) == []
        assert editor.replace("buildspec.yml", 2, BROKEN + "# x\n") == []
        assert editor.open("other-buildspec.yml", BROKEN) == []
        (message,) = editor.client.messages
        assert "ignroe" in message.message
        (root / ".cblint.yml").write_text("")
        editor.client.workspace_did_change_watched_files(
            types.DidChangeWatchedFilesParams(
                [types.FileEvent(editor.uri(".cblint.yml"), types.FileChangeType.Changed)]
            )
        )
        assert len(editor.said_anew("buildspec.yml")) == 1


def test_what_a_baseline_has_is_not_shown(tmp_path: pathlib.Path) -> None:
    from cblint.cli import start

    root = a_repository(tmp_path)
    (root / "buildspec.yml").write_text(BROKEN)
    (root / ".cblint.yml").write_text("baseline: .cblint-baseline.json\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        with pytest.raises(SystemExit):
            start(["baseline", "create"])
    assert len(json.loads((root / ".cblint-baseline.json").read_text())) == 2
    with editing(root) as editor:
        assert editor.open("buildspec.yml", BROKEN) == []
        more = BROKEN + '      - echo "c: d"\n'
        (found,) = editor.replace("buildspec.yml", 2, more)
        assert found.range.start.line == 5
        assert len(editor.open("other-buildspec.yml", BROKEN)) == 1
        (root / "buildspec.yml").unlink()
        editor.save("buildspec.yml")
        assert editor.said_anew("other-buildspec.yml") == []  # it has been renamed


def test_settings_come_from_the_command_line_the_start_and_the_editor(tmp_path: pathlib.Path) -> None:
    with editing(a_repository(tmp_path), "--ignore", "command-not-string") as editor:
        assert editor.open("buildspec.yml", BROKEN) == []
        editor.client.workspace_did_change_configuration(
            types.DidChangeConfigurationParams({"cblint": {"ignore": [], "select": ["CB1"]}})
        )
        assert len(editor.said_anew("buildspec.yml")) == 1
    with editing(tmp_path, settings={"profile": "no-such"}) as editor:
        editor.open("buildspec.yml", BROKEN)
        (message,) = editor.client.messages
        assert message.message == "cblint: The setting cblint.profile is not known, or has another kind of value."


def test_a_thousand_changes_on_the_disk_are_one(tmp_path: pathlib.Path) -> None:
    with editing(a_repository(tmp_path)) as editor:
        editor.open("buildspec.yml", BROKEN)
        for number in range(1000):
            event = types.FileEvent(editor.uri(f"{number}.yml"), types.FileChangeType.Created)
            editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        editor.said_anew("buildspec.yml")
        editor.replace("buildspec.yml", 2, CLEAN)
        assert len(editor.versions) < 100


@pytest.mark.parametrize(
    "uri", ["git:/repository/buildspec.yml?ref", "output:cblint", "vscode-notebook-cell:/a.ipynb#1"]
)
def test_what_nobody_writes_is_not_checked(shared: Editor, uri: str) -> None:
    item = types.TextDocumentItem(uri, "yaml", 1, BROKEN)
    shared.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    shared.open("written-buildspec.yml", BROKEN)
    shared.close("written-buildspec.yml")
    assert shared.actions(uri) == []
    assert uri not in {told for told, _ in shared.versions}
