"""Inputs of which something is wrong: made as small as they get, and written down with what was said of them."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple

from tools.fuzz.target import Target

_SMALLER = 20.0
"""Seconds in which an input is made smaller."""
_FRAMES, _WORDS = 3, 60
"""Calls, and characters of what is said, by which one failure is told from another."""


class TooLong(BaseException):
    """An execution takes more of a processor than it may. No error: nothing that contains errors may hold it up."""


class Failure(NamedTuple):
    """What is wrong: where it was raised, for telling it from others, and all that was said."""

    kind: str
    said: str


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises TooLong in work that takes more of a processor."""

    def stop(_: int, __: FrameType | None) -> None:
        raise TooLong(f"more than {seconds:g} s of a processor")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def failure_of(target: Target, data: bytes) -> Failure | None:
    """What is wrong with what comes of an input; what takes too long has to do so twice."""
    try:
        with limited(target.seconds):
            target.run(data)
    except TooLong:
        try:
            with limited(target.seconds):
                target.run(data)
        except TooLong as error:
            return _failure(error)
        except Exception as error:
            return _failure(error)
    except Exception as error:
        return _failure(error)
    return None


def _failure(error: BaseException) -> Failure:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    if isinstance(error, TooLong):
        return Failure("TooLong", "".join(traceback.format_exception(error)))
    # Where an execution is interrupted says nothing; where something is raised tells it from others.
    places = [f"{os.path.basename(frame.filename)} {frame.name} {frame.lineno}" for frame in frames[-_FRAMES:]]
    words = re.sub(r"'[^']*'|\"[^\"]*\"|[0-9]+", "", str(error))[:_WORDS] if isinstance(error, AssertionError) else ""
    kind = f"{type(error).__name__} in {' < '.join(reversed(places))} {words}"
    return Failure(kind.strip(), "".join(traceback.format_exception(error)))


def smallest(target: Target, data: bytes, failure: Failure, seconds: float = _SMALLER) -> bytes:
    """An input of which the same is wrong, without all that can be left out of it one piece after the other."""
    until = time.monotonic() + seconds

    def fails(candidate: bytes) -> bool:
        found = failure_of(target, candidate)
        return found is not None and found.kind == failure.kind

    for cut in (_lines, _bytes):
        data = _reduced(cut(data), fails, until)
    return data


def _lines(data: bytes) -> list[bytes]:
    return data.splitlines(True)


def _bytes(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def _reduced(parts: list[bytes], fails: Callable[[bytes], bool], until: float) -> bytes:
    """Leave out ever smaller groups of parts, as long as it fails without them."""
    size = len(parts) // 2
    while size >= 1:
        at = 0
        while at < len(parts):
            if time.monotonic() > until:
                return b"".join(parts)
            shorter = parts[:at] + parts[at + size :]
            if fails(b"".join(shorter)):
                parts = shorter
            else:
                at += size
        size //= 2
    return b"".join(parts)


def written_down(folder: str, target: Target, data: bytes, failure: Failure, made: str) -> str:
    """Write an input and what was said of it below a folder; the path of the input."""
    digest = hashlib.sha256(failure.kind.encode()).hexdigest()[:12]
    place = os.path.join(folder, target.name)
    os.makedirs(place, exist_ok=True)
    path = os.path.join(place, digest)
    with open(path, "wb") as file:
        file.write(data)
    again = f"python -m tools.fuzz {target.name} --input {path}"
    with open(f"{path}.txt", "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"{failure.kind}\n\nagain: {again}\nmade by: {made}\n\n{data!r}\n\n{failure.said}")
    return path
