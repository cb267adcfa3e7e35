"""What is open in an editor, what is known of it, and what the editor is told."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, PyglsError
from pygls.lsp.server import LanguageServer

from cblint import __version__
from cblint.lsp.buffer import Buffer
from cblint.lsp.checking import Checked
from cblint.lsp.client import Abilities, Options, WrongOption, with_settings
from cblint.lsp.diagnostics import diagnostics
from cblint.lsp.protocol import Protocol
from cblint.lsp.schedule import Schedule
from cblint.lsp.turns import CHANGE, QUESTION, Turns
from cblint.source.remembered import forget

Answer = TypeVar("Answer")

_FRESH = 30.0
"""Seconds after which the disk is looked at again where an editor does not tell what changes there."""
_STORM = 0.2
"""Seconds for which changes on the disk are gathered: some tools make thousands of them."""
_IDLE = 1.0
"""Seconds of a pause, in which there is time to look for what only refers to itself."""
_SHOWN = ("file", "untitled", "buffer", "inmemory")
"""Schemes of texts that somebody writes. Others are shown beside them: an older version, the output of a program."""


class Server(LanguageServer):
    """One editor's server; what editors send and ask is handed to it in features.py."""

    def __init__(self, options: Options) -> None:
        incremental = types.TextDocumentSyncKind.Incremental
        super().__init__("cblint", __version__, incremental, protocol_cls=Protocol)
        self.options = options
        self.editor = Abilities()
        self.buffers: dict[str, Buffer] = {}
        self._checked: dict[str, tuple[Buffer, Checked]] = {}
        self._turns = Turns()
        self._schedule = Schedule(self._turns, self._publish, self.report_server_error)
        self._workers = {rank: ThreadPoolExecutor(1, "answer") for rank in (QUESTION, CHANGE)}
        self._complained: dict[str, tuple[str, ...]] = {}
        self._looked = time.monotonic()
        self._looking: asyncio.TimerHandle | None = None
        self._idle: asyncio.TimerHandle | None = None
        self.is_dismissed = False
        """Whether the editor has said that it is done."""

    @property
    def encoding(self) -> str:
        """What the characters of positions are counted in."""
        return self.workspace.position_encoding or types.PositionEncodingKind.Utf16.value

    def show(self, buffer: Buffer) -> None:
        """Take a version of a text, and check it."""
        if buffer.uri.partition(":")[0].lower() not in _SHOWN:
            return
        self.buffers[buffer.uri] = buffer
        if not self.editor.watches and time.monotonic() - self._looked > _FRESH:
            self._forget()
        self._schedule.ask(buffer)

    def check_all(self) -> None:
        """Check all that is open anew, soon: what it depends on has changed."""
        if self._looking is None:
            self._looking = asyncio.get_running_loop().call_later(_STORM, self._check_all)

    def _check_all(self) -> None:
        self._looking = None
        self._forget()
        for uri, buffer in self.buffers.items():
            self.buffers[uri] = buffer.with_settings(self.options.settings)
            self._schedule.ask(self.buffers[uri])

    def _forget(self) -> None:
        """Forget what was on the disk, before the next check begins."""
        self._turns.before(forget)
        self._looked = time.monotonic()

    def close(self, uri: str) -> None:
        """Forget a text, and clear what was said of it."""
        for known in (self.buffers, self._checked, self._complained):
            known.pop(uri, None)
        self._schedule.drop(uri)
        self._rest()
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def checked(self, uri: str) -> tuple[Buffer, Checked] | None:
        """What is said of a text as it stands now; None where it is not known yet."""
        found = self._checked.get(uri)
        return found if found is not None and found[0] is self.buffers.get(uri) else None

    def has(self, buffer: Buffer) -> bool:
        """Whether a text is still as it was in a version of it."""
        now = self.buffers.get(buffer.uri)
        return now is not None and now.version == buffer.version and now.text is buffer.text

    def rules_found(self, uri: str) -> frozenset[str]:
        """The names of the rules that had something to say of a text when it was last checked."""
        found = self._checked.get(uri)
        return frozenset(each.rule for each in found[1].result.findings) if found is not None else frozenset()

    def take_settings(self, given: Any) -> None:
        """Take what an editor has been set to; what is wrong in it is said, and changes nothing."""
        try:
            self.options = with_settings(self.options, given)
        except WrongOption as error:
            self.tell(str(error))

    def tell(self, sentence: str, is_wrong: bool = True) -> None:
        """Tell the person at the editor what is wrong, or else what they may want to know."""
        kind = types.MessageType.Error if is_wrong else types.MessageType.Info
        self.window_show_message(types.ShowMessageParams(kind, f"cblint: {sentence}"))

    def report_server_error(self, error: Exception, source: type[Exception] = PyglsError) -> None:
        """Tell the log what went wrong: not what the error says, that may be words of the file."""
        if source is FeatureRequestError:
            return  # who asked is told
        message = f"internal error: {type(error).__name__}. Please report it."
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, message))

    async def answer(self, work: Callable[[], Answer], otherwise: Answer, buffer: Buffer | None = None) -> Answer:
        """What some work gives; ``otherwise`` where it fails, which is told to the log.

        It is done before any check. What takes long, because it makes checks of its own, is about a ``buffer``: it lets
        other questions go first, and ends when the text changes. It also ends when the editor asks no longer.
        """
        rank = QUESTION if buffer is None else CHANGE
        is_asked = True

        def is_wanted() -> bool:
            return is_asked and (buffer is None or self.has(buffer))

        def done() -> tuple[Answer] | None:
            return self._turns.have(rank, lambda: (work(),), is_wanted)

        try:
            found = await asyncio.get_running_loop().run_in_executor(self._workers[rank], done)
        except asyncio.CancelledError:
            is_asked = False
            raise
        except Exception as error:
            self.report_server_error(error)
            return otherwise
        self._rest()
        return found[0] if found is not None else otherwise

    def _publish(self, buffer: Buffer, checked: Checked) -> None:
        """Tell what was found in a version of a text."""
        self._checked[buffer.uri] = buffer, checked
        found = diagnostics(buffer, checked.result, checked.own)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(buffer.uri, found, buffer.version))
        known = {sentence for complaints in self._complained.values() for sentence in complaints}
        for sentence in checked.complaints:
            if sentence not in known:  # a configuration is that of many texts
                self.tell(sentence)
        self._complained[buffer.uri] = checked.complaints
        self._rest()

    def _rest(self) -> None:
        """Free what only refers to itself in the next pause: Python would do it at any time."""
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(_IDLE, self._sweep)

    def _sweep(self) -> None:
        self._idle = None
        self._workers[QUESTION].submit(self._turns.have, QUESTION, gc.collect)

    def shutdown(self) -> None:
        self._schedule.close()
        self.buffers.clear()  # no answer is wanted any more
        for worker in self._workers.values():
            worker.shutdown(wait=False, cancel_futures=True)
        super().shutdown()  # type: ignore[no-untyped-call]


def serve(options: Options) -> int:
    """Serve the editor at standard input and output; the exit status, which is 1 if it went without a word."""
    from cblint.lsp.features import add_features

    server = Server(options)
    add_features(server)
    gc.collect()
    gc.freeze()
    gc.disable()
    sys.setswitchinterval(0.001)  # who reads what the editor sends need not wait long for who checks
    server.start_io()
    return 0 if server.is_dismissed else 1
