"""An editor at the other end of ``cblint lsp``: the client of pytest-lsp, which holds each answer to the protocol."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pathlib
import sys
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any, TypeVar

from lsprotocol import types
from pygls.protocol import default_converter
from pygls.uris import from_fs_path
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

from tests.helpers import repository

Answer = TypeVar("Answer")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_PATIENCE = 120
"""Seconds after which no answer is a hang, also on a machine that is busy."""


class Editor:
    """An editor with files of one folder, which need not be on the disk; ``client`` says what it can do."""

    def __init__(
        self,
        folder: pathlib.Path,
        *arguments: str,
        client: str = "neovim",
        settings: Any = None,
        encodings: Sequence[str] = (),
        folders: Sequence[pathlib.Path] = (),
    ) -> None:
        self.folder = folder
        self._loop = asyncio.new_event_loop()
        self._published = asyncio.Event()
        self._versions: dict[str, int | None] = {}
        self.versions: list[tuple[str, int | None]] = []
        """Every version of a text that findings were told of."""
        self.client = LanguageClient(converter_factory=default_converter)

        def publish(params: types.PublishDiagnosticsParams) -> None:
            self._publish(params)

        features = {**DEFAULT_CLIENT_FEATURES, types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: publish}
        register_lsp_features(self.client, features)
        self.run(self._start(arguments, client, settings, encodings, folders))

    async def _start(
        self,
        arguments: Sequence[str],
        client: str,
        settings: Any,
        encodings: Sequence[str],
        folders: Sequence[pathlib.Path],
    ) -> None:
        environment = {**os.environ, "PYTHONPATH": ROOT}
        command = [sys.executable, "-m", "cblint", "lsp", *arguments]
        await self.client.start_io(*command, cwd=self.folder, env=environment)
        capabilities = client_capabilities(client)
        if encodings:
            capabilities.general = types.GeneralClientCapabilities(position_encodings=list(encodings))
        opened = [types.WorkspaceFolder(_uri(each), each.name) for each in folders] or None
        self.answer = await self.client.initialize_session(
            types.InitializeParams(
                capabilities, root_uri=_uri(self.folder), initialization_options=settings, workspace_folders=opened
            )
        )

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """What the client gives, or the server, after a while."""
        return self._loop.run_until_complete(asyncio.wait_for(work, _PATIENCE))

    def _publish(self, params: types.PublishDiagnosticsParams) -> None:
        self.client.diagnostics[params.uri] = params.diagnostics
        self._versions[params.uri] = params.version
        self.versions.append((params.uri, params.version))
        self._published.set()

    def uri(self, name: str) -> str:
        """Of a file by its name in the folder; other URIs are as they are."""
        return name if ":" in name else _uri(self.folder / name)

    def identifier(self, name: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(name))

    def open(self, name: str, text: str, language: str = "yaml") -> list[types.Diagnostic]:
        """Show a text; what is said of it."""
        item = types.TextDocumentItem(self.uri(name), language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return self.said(name, 1)

    def send(self, name: str, version: int, *changes: types.TextDocumentContentChangeEvent) -> None:
        """Change a text, and wait for nothing."""
        identifier = types.VersionedTextDocumentIdentifier(uri=self.uri(name), version=version)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, list(changes)))

    def change(self, name: str, version: int, *changes: types.TextDocumentContentChangeEvent) -> list[types.Diagnostic]:
        """Change a text; what is said of it then."""
        self.send(name, version, *changes)
        return self.said(name, version)

    def replace(self, name: str, version: int, text: str) -> list[types.Diagnostic]:
        """Put another text in the place of one; what is said of that."""
        return self.change(name, version, types.TextDocumentContentChangeWholeDocument(text))

    def close(self, name: str) -> None:
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(self.identifier(name)))

    def save(self, name: str) -> None:
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(self.identifier(name)))

    def said(self, name: str, version: int) -> list[types.Diagnostic]:
        """What is said of a version of a text, once it is."""

        async def wait() -> None:
            while (self._versions.get(self.uri(name)) or 0) < version:
                self._published.clear()
                await self._published.wait()

        self.run(wait())
        return list(self.client.diagnostics[self.uri(name)])

    def said_anew(self, name: str) -> list[types.Diagnostic]:
        """What is said of a text when it is checked once more."""
        seen = self.versions.count((self.uri(name), self._versions[self.uri(name)]))

        async def wait() -> None:
            while self.versions.count((self.uri(name), self._versions[self.uri(name)])) <= seen:
                self._published.clear()
                await self._published.wait()

        self.run(wait())
        return list(self.client.diagnostics[self.uri(name)])

    def actions(
        self,
        name: str,
        area: types.Range | None = None,
        only: Sequence[str] | None = None,
        named: Sequence[types.Diagnostic] = (),
    ) -> list[types.CodeAction]:
        """The code actions for a range, or for all of a text; ``named`` is what the editor says it shows there."""
        whole = types.Range(types.Position(0, 0), types.Position(100_000, 0))
        context = types.CodeActionContext(list(named), only=list(only) if only is not None else None)
        params = types.CodeActionParams(self.identifier(name), area or whole, context)
        found = self.run(self.client.text_document_code_action_async(params))
        return [each for each in found or () if isinstance(each, types.CodeAction)]

    def resolved(self, action: types.CodeAction) -> types.CodeAction:
        return self.run(self.client.code_action_resolve_async(action))

    def quit(self) -> int | None:
        """Say goodbye; the status with which the server ends."""
        self.run(self.client.shutdown_session())
        self.run(self.client.stop())  # type: ignore[no-untyped-call]
        server = self.client._server
        self._loop.close()
        return server.returncode if server is not None else None


def a_repository(folder: pathlib.Path) -> pathlib.Path:
    """A folder as the root of a git repository without files."""
    folder.mkdir(parents=True, exist_ok=True)
    repository(folder, {})
    return folder


def _uri(path: pathlib.Path) -> str:
    return from_fs_path(str(path)) or ""


@contextlib.contextmanager
def editing(folder: pathlib.Path, *arguments: str, **more: Any) -> Iterator[Editor]:
    """An editor that is closed in the end, without an error of the server's."""
    editor = Editor(folder, *arguments, **more)
    try:
        yield editor
    finally:
        status = editor.quit()
    assert status == 0


def edited(text: str, action: types.CodeAction, uri: str) -> str:
    """A text of ASCII after an action."""
    assert action.edit is not None
    edits = action.edit.changes[uri] if action.edit.changes else []
    for change in action.edit.document_changes or ():
        assert isinstance(change, types.TextDocumentEdit)
        assert change.text_document.uri == uri
        edits = [each for each in change.edits if isinstance(each, types.TextEdit)]
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offset(position: types.Position) -> int:
        return min(starts[position.line] + position.character, len(text))

    for each in sorted(edits, key=lambda one: offset(one.range.start), reverse=True):
        text = text[: offset(each.range.start)] + each.new_text + text[offset(each.range.end) :]
    return text
