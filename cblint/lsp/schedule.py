"""When texts are checked: at once while that is fast, else when typing pauses; what is stale is given up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from cblint.lsp.buffer import Buffer
from cblint.lsp.checking import Checked, check
from cblint.lsp.turns import CHECK, Turns

FAST = 0.2
"""Seconds that a check may take to be made at each keystroke."""
LONGEST_PAUSE = 0.4
"""Seconds for which typing has to pause before a slow check begins, at most."""

Publish = Callable[[Buffer, Checked], None]


class Schedule:
    """Checks the last versions of texts, those first that were changed last, one at a time, in a thread of its own.

    ``publish`` is called in the thread of the event loop, and ``fail`` where a check, or telling of it, has an error.
    """

    def __init__(self, turns: Turns, publish: Publish, fail: Callable[[Exception], None]) -> None:
        self._turns = turns
        self._publish = publish
        self._fail = fail
        self._worker = ThreadPoolExecutor(1, "check")
        self._wanted: dict[str, Buffer] = {}
        self._changed = 0.0
        self._took: dict[str, float] = {}
        self._running: Buffer | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False

    def ask(self, buffer: Buffer) -> None:
        """Check a version of a text: those before it are stale."""
        self._wanted.pop(buffer.uri, None)
        self._wanted[buffer.uri] = buffer
        self._changed = time.monotonic()
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    def drop(self, uri: str) -> None:
        """A text is no longer shown."""
        self._wanted.pop(uri, None)
        self._took.pop(uri, None)
        if self._running is not None and self._running.uri == uri:
            self._running = None

    def close(self) -> None:
        """Check nothing more."""
        self._is_closed = True
        self._wanted.clear()
        self._running = None
        self._worker.shutdown(wait=False, cancel_futures=True)

    async def _work(self) -> None:
        """Check until nothing is wanted."""
        try:
            while self._wanted:
                await self._pause(self._pause_for(next(reversed(self._wanted))))
                if self._wanted:  # it may have been closed meanwhile
                    await self._work_at(*self._wanted.popitem())
        finally:
            self._task = None

    async def _work_at(self, uri: str, buffer: Buffer) -> None:
        self._running = buffer
        started = time.perf_counter()
        try:
            checked = await asyncio.get_running_loop().run_in_executor(self._worker, self._check, buffer)
            if self._running is buffer:
                took = time.perf_counter() - started
                # One that was given up would have taken longer.
                self._took[uri] = took if checked is not None else max(took, self._took.get(uri, 0.0))
                if checked is not None and uri not in self._wanted:
                    self._publish(buffer, checked)
        except Exception as error:
            self._fail(error)  # the other texts are wanted all the same
        self._running = None
        if not self._is_closed:
            self._worker.submit(self._turns.free_what_is_left)  # what was found has been told

    def _pause_for(self, uri: str) -> float:
        took = self._took.get(uri, 0.0)
        return 0.0 if took < FAST else min(took, LONGEST_PAUSE)

    async def _pause(self, seconds: float) -> None:
        """Wait until nothing has changed for so long."""
        while (left := self._changed + seconds - time.monotonic()) > 0:
            await asyncio.sleep(left)

    def _check(self, buffer: Buffer) -> Checked | None:
        """What is said of a text; None if it became stale meanwhile."""

        def is_wanted() -> bool:
            return self._running is buffer and buffer.uri not in self._wanted

        return self._turns.have(CHECK, lambda: check(buffer.document), is_wanted)
