"""What is open in an editor, what is known of it, and what the editor is told."""

from __future__ import annotations

import asyncio
import gc
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
from cblint.lsp.turns import Turns
from cblint.source.remembered import forget

Answer = TypeVar("Answer")

_FRESH = 30.0
"""Seconds after which the disk is looked at again, in case an editor does not tell what changes there."""
_SWEPT = 50
"""Checks after which what nobody refers to is looked for, if there was no pause."""
_IDLE = 1.0
"""Seconds of a pause."""


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
        self._schedule = Schedule(self._turns, self._publish)
        self._answering = ThreadPoolExecutor(1, "answer")
        self._complained: dict[str, tuple[str, ...]] = {}
        self._looked = time.monotonic()
        self._unswept = 0
        self.is_dismissed = False
        """Whether the editor has said that it is done."""

    @property
    def encoding(self) -> str:
        """What the characters of positions are counted in."""
        return self.workspace.position_encoding or types.PositionEncodingKind.Utf16.value

    def show(self, buffer: Buffer) -> None:
        """Take a version of a text, and check it."""
        self.buffers[buffer.uri] = buffer
        if time.monotonic() - self._looked > _FRESH:
            self._look_again()
        self._schedule.ask(buffer)

    def check_all(self) -> None:
        """Check all that is open anew: what it depends on has changed."""
        self._look_again()
        for uri, buffer in self.buffers.items():
            self.buffers[uri] = buffer.with_settings(self.options.settings)
            self._schedule.ask(self.buffers[uri])

    def close(self, uri: str) -> None:
        """Forget a text, and clear what was said of it."""
        for known in (self.buffers, self._checked, self._complained):
            known.pop(uri, None)
        self._schedule.drop(uri)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def checked(self, uri: str) -> tuple[Buffer, Checked] | None:
        """What is said of a text as it stands now; None where it is not known yet."""
        found = self._checked.get(uri)
        return found if found is not None and found[0] is self.buffers.get(uri) else None

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

    def tell(self, sentence: str) -> None:
        """Tell the person at the editor what is wrong."""
        self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"cblint: {sentence}"))

    def report_server_error(self, error: Exception, source: type[Exception] = PyglsError) -> None:
        """Tell the log what went wrong: not what the error says, that may be words of the file."""
        if source is FeatureRequestError:
            return  # who asked is told
        message = f"internal error: {type(error).__name__}. Please report it."
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, message))

    async def answer(self, work: Callable[[], Answer], otherwise: Answer) -> Answer:
        """What some work gives, done before any check; ``otherwise`` where it fails, which is told to the log."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._answering, self._in_turn, work)
        except Exception as error:
            self.report_server_error(error)
            return otherwise

    def _in_turn(self, work: Callable[[], Answer]) -> Answer:
        with self._turns.first():
            return work()

    def _look_again(self) -> None:
        """Forget what was on the disk."""
        self._in_turn(forget)
        self._looked = time.monotonic()

    def _publish(self, buffer: Buffer, checked: Checked) -> None:
        """Tell what was found in a version of a text."""
        self._checked[buffer.uri] = buffer, checked
        found = diagnostics(buffer, checked.result, checked.own)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(buffer.uri, found, buffer.version))
        for sentence in checked.complaints:
            if sentence not in self._complained.get(buffer.uri, ()):
                self.tell(sentence)
        self._complained[buffer.uri] = checked.complaints
        self._unswept += 1
        if self._unswept >= _SWEPT:
            self._sweep()
        elif self._unswept == 1:
            asyncio.get_running_loop().call_later(_IDLE, self._sweep)

    def _sweep(self) -> None:
        """Free what refers to itself: not when Python would, which may be at any keystroke."""
        if self._unswept:
            self._unswept = 0
            self._in_turn(gc.collect)

    def shutdown(self) -> None:
        self._schedule.close()
        self._answering.shutdown(wait=False, cancel_futures=True)
        super().shutdown()  # type: ignore[no-untyped-call]


def serve(options: Options) -> int:
    """Serve the editor at standard input and output; the exit status, which is 1 if it went without a word."""
    from cblint.lsp.features import add_features

    server = Server(options)
    add_features(server)
    gc.collect()
    gc.freeze()
    gc.disable()
    server.start_io()
    return 0 if server.is_dismissed else 1
