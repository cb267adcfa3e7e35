"""Behind U+2028 and others, which pygls takes for line ends, changes arrived at another place than they were made."""

from __future__ import annotations

import pathlib

from lsprotocol import types

from tests.helpers import commands
from tests.lsp.editor import a_repository, editing

LINE = '"echo \u2028 \u2029 \x85 and on'
TYPED = "; curl -O https://example.com/a.jar"


def test_a_change_behind_them_arrives_where_it_was_made(tmp_path: pathlib.Path) -> None:
    with editing(a_repository(tmp_path), encodings=["utf-16"]) as editor:
        editor.open("buildspec.yml", commands(f'{LINE}"', "make"))
        for version, letter in enumerate(TYPED, 2):
            place = types.Position(4, len(f"      - {LINE}") + version - 2)
            change = types.TextDocumentContentChangePartial(types.Range(place, place), letter)
            editor.send("buildspec.yml", version, change)
        found = editor.said("buildspec.yml", 1 + len(TYPED))
        expected = editor.open("other-buildspec.yml", commands(f'{LINE}{TYPED}"', "make"))
        assert [each.code for each in expected] == ["curl-without-fail"]
        assert [(each.code, each.range) for each in found] == [(each.code, each.range) for each in expected]
