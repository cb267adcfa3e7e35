"""What editors send and ask, handed to the functions that know what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lsprotocol import types

from cblint.finding import Finding
from cblint.lsp import actions, answers
from cblint.lsp.buffer import Buffer
from cblint.lsp.checking import Checked
from cblint.lsp.client import SECTION, abilities
from cblint.lsp.diagnostics import diagnostics, meant
from cblint.lsp.server import Server

_WATCHED = ("**/*.{yml,yaml,json,toml,tf,ts,py,md,sh,java,js}", "**/.gitignore", "**/Dockerfile*")
"""What may tell of a build: who changes it outside of the editor changes findings."""


def add_features(server: Server) -> None:
    """Have a server answer all that it can."""
    for method, function in _FEATURES.items():
        server.feature(method)(function)
    kinds = types.CodeActionOptions(list(actions.KINDS), resolve_provider=True)
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, kinds)(code_actions)
    completing = types.CompletionOptions(trigger_characters=list(answers.TRIGGERS))
    server.feature(types.TEXT_DOCUMENT_COMPLETION, completing)(complete)
    server.command(actions.SELECT)(select)


# What is open, and what it depends on


def initialize(ls: Server, params: types.InitializeParams) -> None:
    ls.editor = abilities(params.capabilities)
    ls.take_settings(params.initialization_options)


async def initialized(ls: Server, _: types.InitializedParams) -> None:
    if ls.editor.watches:
        watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registration = types.Registration("files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        await ls.client_register_capability_async(types.RegistrationParams([registration]))


def dismissed(ls: Server, _: None) -> None:
    ls.is_dismissed = True


def opened(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
    text = params.text_document
    ls.show(Buffer(text.uri, text.language_id, text.version, text.text, ls.encoding, ls.options.settings))


def changed(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
    buffer = ls.buffers.get(params.text_document.uri)
    if buffer is not None:
        ls.show(buffer.changed(params.text_document.version, params.content_changes))


def closed(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    ls.close(params.text_document.uri)


def saved(ls: Server, _: types.DidSaveTextDocumentParams) -> None:
    ls.check_all()


def files_changed(ls: Server, _: types.DidChangeWatchedFilesParams) -> None:
    ls.check_all()


def folders_changed(ls: Server, _: types.DidChangeWorkspaceFoldersParams) -> None:
    ls.check_all()


def configured(ls: Server, params: types.DidChangeConfigurationParams) -> None:
    given = params.settings
    if isinstance(given, dict) and given.get(SECTION) is not None:
        hinted = ls.options.hints
        ls.take_settings(given[SECTION])
        ls.check_all()
        if ls.options.hints != hinted and ls.editor.refreshes:
            ls.workspace_inlay_hint_refresh(None)


# What is known at a place


async def hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    buffer = ls.buffers.get(params.text_document.uri)
    if buffer is None:
        return None
    return await ls.answer(lambda: answers.hover(buffer, params.position, ls.editor), None)


async def complete(ls: Server, params: types.CompletionParams) -> list[types.CompletionItem]:
    buffer = ls.buffers.get(params.text_document.uri)
    if buffer is None:
        return []
    rules = ls.rules_found(buffer.uri)
    return await ls.answer(lambda: answers.completion(buffer, params.position, rules, ls.editor), [])


async def outline(ls: Server, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
    buffer = ls.buffers.get(params.text_document.uri)
    return await ls.answer(lambda: answers.symbols(buffer), []) if buffer is not None else []


async def inlay_hints(ls: Server, params: types.InlayHintParams) -> list[types.InlayHint]:
    buffer = ls.buffers.get(params.text_document.uri)
    if buffer is None or not ls.options.hints:
        return []
    return await ls.answer(lambda: answers.hints(buffer, params.range, ls.editor), [])


# Code actions


async def code_actions(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    known = ls.checked(params.text_document.uri)
    if known is None:
        return []
    buffer, checked = known

    def offered() -> list[actions.Offer]:
        found = meant(checked.result.findings, buffer, params.range, params.context.diagnostics)
        only = [str(getattr(kind, "value", kind)) for kind in params.context.only] if params.context.only else None
        return [_addressed(offer, buffer, checked) for offer in actions.offers(found, checked.result.findings, only)]

    if ls.editor.resolves:
        nothing: list[actions.Offer] = []
        return [action for action, _ in await ls.answer(offered, nothing)]
    return await ls.answer(
        lambda: [
            done
            for action, finding in offered()
            if (done := actions.completed(buffer, action, finding, ls.editor)) is not None
        ],
        [],
        buffer,
    )


def _addressed(offer: actions.Offer, buffer: Buffer, checked: Checked) -> actions.Offer:
    """An action that knows which text it is about, and which finding."""
    action, finding = offer
    number = None
    if finding is not None:
        number = next(at for at, each in enumerate(checked.result.findings) if each is finding)
        action.diagnostics = diagnostics(buffer, checked.result._replace(findings=(finding,)), checked.own)
    action.data = {**(action.data or {}), "uri": buffer.uri, "version": buffer.version, "finding": number}
    return offer


async def resolve(ls: Server, action: types.CodeAction) -> types.CodeAction:
    """The action with what it changes; without, if the text is no longer the one it was offered for."""
    data = action.data if isinstance(action.data, dict) else {}
    known = ls.checked(str(data.get("uri")))
    if known is None or known[0].version != data.get("version"):
        return action
    buffer, checked = known
    finding = _finding(checked.result.findings, data.get("finding"))
    done = await ls.answer(lambda: actions.completed(buffer, action, finding, ls.editor), None, buffer)
    if done is None and finding is not None and ls.has(buffer):
        ls.tell("no comment or fix can be written there that does just that, so nothing was changed.", is_wrong=False)
    return done or action


def _finding(findings: Sequence[Finding], number: Any) -> Finding | None:
    return findings[number] if isinstance(number, int) and 0 <= number < len(findings) else None


async def select(ls: Server, arguments: Any) -> None:
    """Select the reason of a comment that has just been written."""
    given = arguments[0] if isinstance(arguments, list) and arguments else arguments
    uri, start, end = given["uri"], types.Position(*given["start"]), types.Position(*given["end"])
    await ls.window_show_document_async(
        types.ShowDocumentParams(uri, take_focus=True, selection=types.Range(start, end))
    )


_FEATURES: dict[str, Callable[..., Any]] = {
    types.INITIALIZE: initialize,
    types.INITIALIZED: initialized,
    types.SHUTDOWN: dismissed,
    types.TEXT_DOCUMENT_DID_OPEN: opened,
    types.TEXT_DOCUMENT_DID_CHANGE: changed,
    types.TEXT_DOCUMENT_DID_CLOSE: closed,
    types.TEXT_DOCUMENT_DID_SAVE: saved,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: files_changed,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: folders_changed,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: configured,
    types.TEXT_DOCUMENT_HOVER: hover,
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: outline,
    types.TEXT_DOCUMENT_INLAY_HINT: inlay_hints,
    types.CODE_ACTION_RESOLVE: resolve,
}
