"""The parts of the server by themselves: positions, turns, what is given up, what is kept."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from cblint.buildspec.model import Buildspec
from cblint.cli import start
from cblint.linter import Settings
from cblint.lsp import schedule
from cblint.lsp.buffer import Buffer
from cblint.lsp.checking import Checked, check
from cblint.lsp.client import Options, WrongOption, with_settings
from cblint.lsp.document import Document
from cblint.lsp.positions import Positions
from cblint.lsp.schedule import Schedule
from cblint.lsp.turns import Turns
from cblint.source.text import Lines, Span
from tests.helpers import commands

ENCODINGS = ("utf-8", "utf-16", "utf-32")
TEXTS = st.text(st.sampled_from("ab é€😀\n\r\t\u2028\x0b\ufeff"), max_size=30)


def buffer(text: str, version: int = 1, encoding: str = "utf-16") -> Buffer:
    return Buffer("file:///nowhere/buildspec.yml", "yaml", version, text, encoding, Settings(isolated=True))


@given(TEXTS, st.sampled_from(ENCODINGS), st.data())
def test_an_offset_has_a_position_and_a_position_that_offset(text: str, encoding: str, data: st.DataObject) -> None:
    positions = Positions(Lines(text), encoding)
    offset = data.draw(st.integers(0, len(text)))
    position = positions.position(offset)
    if text[offset - 1 : offset + 1] != "\r\n":
        assert positions.offset(position) == offset
        # The units that stand before it on its line.
        line = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
        before = line.rpartition("\n")[2]
        units = {"utf-8": (1, "utf-8"), "utf-16": (2, "utf-16-le"), "utf-32": (4, "utf-32-le")}[encoding]
        assert position == types.Position(line.count("\n"), len(before.encode(units[1])) // units[0])


@given(
    TEXTS, st.sampled_from(ENCODINGS), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), TEXTS), max_size=4)
)
def test_changes_make_the_text_that_the_editor_has(
    text: str, encoding: str, changes: list[tuple[int, int, str]]
) -> None:
    expected, sent = text, []
    for one, other, new in changes:
        start, end = sorted((min(one, len(expected)), min(other, len(expected))))
        # An editor does not part a line end.
        start -= expected[start - 1 : start + 1] == "\r\n"
        end += expected[end - 1 : end + 1] == "\r\n"
        area = Positions(Lines(expected), encoding).range(Span(start, end))
        sent.append(types.TextDocumentContentChangePartial(area, new))
        expected = expected[:start] + new + expected[end:]
    after = buffer(text, 1, encoding).changed(2, sent)
    assert (after.text, after.version) == (expected, 2)
    assert after.document.text == expected.removeprefix("\ufeff")


def test_who_waits_goes_first() -> None:
    turns, order = Turns(), list[str]()
    started, asked = threading.Event(), threading.Event()

    def background() -> None:
        with turns.later():
            started.set()
            asked.wait(10)
            while not turns._waiting:
                pass
            order.append("begun")
            turns.give_way()
            order.append("ended")

    thread = threading.Thread(target=background)
    thread.start()
    started.wait(10)
    asked.set()
    with turns.first():
        order.append("answered")
    thread.join(10)
    assert order == ["begun", "answered", "ended"]


def test_a_check_is_given_up_between_two_rules_when_its_text_has_changed() -> None:
    published: list[int] = []

    async def type_on() -> int:
        turns = Turns()
        checks = Schedule(turns, lambda buffer, _: published.append(buffer.version))
        steps = 0

        def give_way() -> None:
            nonlocal steps
            steps += 1
            if steps == 5:
                loop.call_soon_threadsafe(checks.ask, buffer(commands("make"), 2))
                done.wait(10)

        turns.give_way = give_way  # type: ignore[method-assign]
        loop, done = asyncio.get_running_loop(), threading.Event()
        checks.ask(buffer(commands("make"), 1))
        await asyncio.sleep(0)
        while steps < 5:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)
        done.set()
        while not published:
            await asyncio.sleep(0.001)
        checks.close()
        return steps

    steps = asyncio.run(type_on())
    assert published == [2]
    assert steps > 50


def test_slow_texts_are_checked_when_typing_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    paused: list[float] = []
    seconds = iter([schedule.FAST / 2, schedule.FAST * 2, 99.0])
    monkeypatch.setattr(Schedule, "_check", lambda *_: Checked(check(Document("x", ""), lambda: None).result))

    async def type_on() -> None:
        told = asyncio.Event()
        checks = Schedule(Turns(), lambda *_: told.set())

        async def pause(length: float) -> None:
            paused.append(length)

        monkeypatch.setattr(checks, "_pause", pause)
        for version in range(1, 5):
            told.clear()
            checks.ask(buffer("", version))
            await told.wait()
            checks._took[buffer("").uri] = next(seconds, 0.0)
            await asyncio.sleep(0)
        checks.close()

    asyncio.run(type_on())
    assert paused == [0.0, 0.0, schedule.FAST * 2, schedule.LONGEST_PAUSE]


def test_what_was_checked_before_is_not_kept() -> None:
    for number in range(300):
        check(
            buffer(commands(f"echo {number} $TAG", "docker build .", f"x{number}=1; echo $x{number}")).document,
            _nothing,
        )
    gc.collect()
    assert sum(isinstance(each, Buildspec) for each in gc.get_objects()) < 30


def _nothing() -> None:
    pass


@pytest.mark.parametrize(
    ("given", "changes"),
    [
        (None, {}),
        ({}, {}),
        ({"profile": "pedantic"}, {"profile": "pedantic"}),
        ({"select": ["CB1"], "ignore": []}, {"select": ("CB1",), "ignore": ()}),
        ({"config": "x.yml", "isolated": True}, {"config": "x.yml", "isolated": True}),
    ],
)
def test_settings_of_an_editor_are_those_of_the_command_line(given: Any, changes: dict[str, Any]) -> None:
    assert with_settings(Options(), given) == Options(Settings(**changes))
    assert with_settings(Options(), {"inlayHints": True}).hints


@pytest.mark.parametrize("given", [[], "x", {"profil": "x"}, {"profile": 1}, {"select": "CB1"}, {"select": [1]}])
def test_settings_that_mean_nothing_are_refused(given: Any) -> None:
    with pytest.raises(WrongOption):
        with_settings(Options(), given)


def test_without_pygls_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith("cblint.lsp")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pygls", None)
    monkeypatch.setitem(sys.modules, "pygls.lsp.server", None)
    with pytest.raises(SystemExit) as ended:
        start(["lsp"])
    assert ended.value.code == 2
    assert "pip install 'cblint[lsp]'" in capfd.readouterr().err


@pytest.mark.parametrize("arguments", [["--select", "no-such"], ["--config", "no-such.yml"], ["--profile", "no-such"]])
def test_a_command_line_that_is_wrong_is_refused(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        start(["lsp", *arguments])
    assert ended.value.code == 2
    assert "no-such" in capfd.readouterr().err
