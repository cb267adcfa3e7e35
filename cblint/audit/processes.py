"""Processes of this machine that are given work: one that ends amid some costs that piece of work, and no other."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar

from cblint.audit.limits import begin
from cblint.records import NamedTuple

Taken = ParamSpec("Taken")
Given = TypeVar("Given")

_SECONDS = 5.0
"""In which a process without work has ended."""


class Gone(BrokenExecutor):
    """The process that had a piece of work has ended."""


class _Piece(NamedTuple):
    future: Future[Any]
    work: Callable[[], Any]


class _Worker(NamedTuple):
    process: SpawnProcess
    ends: Connection


class Processes(Executor):
    """So many of them, each begun when there is work for it, and begun anew where it has ended.

    The pool of concurrent.futures gives up all its work with one of its processes (BrokenProcessPool).
    """

    def __init__(self, many: int, memory: int) -> None:
        self._memory = memory
        self._left: SimpleQueue[_Piece | None] = SimpleQueue()
        self._workers: set[_Worker] = set()
        self._lock = threading.Lock()
        self._is_over = False
        resource_tracker.ensure_running()  # begun by a thread of ours it would let Ctrl-C through to that again
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(many)]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[Taken, Given], /, *arguments: Taken.args, **named: Taken.kwargs) -> Future[Given]:
        """What comes of some work; Gone if its process ends before."""
        future: Future[Given] = Future()
        self._left.put(_Piece(future, partial(work, *arguments, **named)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes when all work is done; with ``cancel_futures`` at once, whatever they are at."""
        if cancel_futures:
            with self._lock:
                self._is_over = True
                for worker in self._workers:
                    worker.process.kill()
            with contextlib.suppress(Empty):
                while (piece := self._left.get_nowait()) is not None:
                    piece.future.cancel()
        for _ in self._threads:
            self._left.put(None)
        for thread in self._threads if wait else ():
            thread.join()

    def _serve(self) -> None:
        if hasattr(signal, "pthread_sigmask"):  # and what it begins: Ctrl-C is for the process that we are
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        worker: _Worker | None = None
        while (piece := self._left.get()) is not None:
            if not piece.future.set_running_or_notify_cancel():
                continue
            try:
                worker = worker or self._begun()
                worker.ends.send(piece.work)
                is_done, answer = worker.ends.recv()
            except (EOFError, OSError):
                if worker is not None:
                    self._end(worker)
                worker = None
                piece.future.set_exception(Gone())
            except Exception as error:  # what cannot be sent
                piece.future.set_exception(error)
            else:
                (piece.future.set_result if is_done else piece.future.set_exception)(answer)
        if worker is not None:
            self._end(worker)

    def _begun(self) -> _Worker:
        # Not forked: a child must not hold what its parent has open, such as the store.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self._memory, tempfile.gettempdir()), daemon=True)
        worker = _Worker(process, ours)
        with self._lock, theirs:
            if self._is_over:
                raise EOFError
            process.start()
            self._workers.add(worker)
        return worker

    def _end(self, worker: _Worker) -> None:
        worker.ends.close()
        worker.process.join(_SECONDS)
        worker.process.kill()
        worker.process.join()
        with self._lock:
            self._workers.discard(worker)


def _work(ends: Connection, memory: int, folder: str) -> None:
    """What a process does: one piece of work after the other, until nobody asks any more."""
    begin(memory)
    tempfile.tempdir = folder
    try:
        while True:
            ends.send(_done(ends.recv()))
    except BaseException:  # nobody hears it: who waits sees that the process has ended
        os._exit(1)


def _done(work: Callable[[], Any]) -> tuple[bool, Any]:
    try:
        return True, work()
    except Exception as error:
        return False, error
