"""The parts of the server by themselves: positions, turns, what is given up, what is kept."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import weakref
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
from cblint.lsp.turns import CHANGE, CHECK, QUESTION, Turns
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
        started.set()
        asked.wait(10)
        while not any(turns._waiting):
            pass
        order.append("begun")
        turns.give_way(CHECK)
        order.append("ended")

    thread = threading.Thread(target=lambda: turns.have(CHECK, background))
    thread.start()
    started.wait(10)
    asked.set()
    turns.have(QUESTION, lambda: order.append("answered"))
    thread.join(10)
    assert order == ["begun", "answered", "ended"]


def test_a_check_is_given_up_between_two_rules_when_its_text_has_changed() -> None:
    published: list[int] = []

    async def type_on() -> int:
        turns = Turns()
        checks = Schedule(turns, lambda buffer, _: published.append(buffer.version), _fail)
        steps = 0

        def give_way(rank: int) -> None:
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
    monkeypatch.setattr(Schedule, "_check", lambda *_: Checked(check(Document("x", "")).result))

    async def type_on() -> None:
        told = asyncio.Event()
        checks = Schedule(Turns(), lambda *_: told.set(), _fail)

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
    before = _buildspecs()
    for number in range(300):
        check(buffer(commands(f"echo {number} $TAG", "docker build .", f"x{number}=1; echo $x{number}")).document)
    assert _buildspecs() - before < 30


def _buildspecs() -> int:
    """How many there are in this process, whatever other tests have left."""
    gc.collect()
    return sum(isinstance(each, Buildspec) for each in gc.get_objects())


def _fail(error: Exception) -> None:
    raise error


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


LOOPS = commands("for i in 1 2 3; do for j in $(seq 9); do a=$i$j; echo $a; done; done", "x=$(ls); cat $x")


def test_work_is_given_up_within_a_build() -> None:
    asked = 0

    def is_wanted() -> bool:
        nonlocal asked
        asked += 1
        return asked < 5

    document = buffer(LOOPS).document
    assert Turns().have(QUESTION, lambda: document.build(document.buildspecs[0]), is_wanted) is None
    assert asked == 5


def test_a_question_within_a_check_has_nothing_of_its_end() -> None:
    """The check is stale, the question is not: it has rules of its own to run."""
    turns = Turns()
    questions: list[threading.Thread] = []
    answers: list[Checked | None] = []

    def ask() -> None:
        answers.append(turns.have(QUESTION, lambda: check(buffer(LOOPS).document)))

    def is_wanted() -> bool:
        if not questions:
            questions.append(threading.Thread(target=ask))
            questions[0].start()
            while not any(turns._waiting):
                pass
            return True
        return False

    assert turns.have(CHECK, lambda: check(buffer(LOOPS).document), is_wanted) is None
    questions[0].join(60)
    assert [each is not None for each in answers] == [True]


def test_a_change_lets_questions_go_first_and_goes_before_checks() -> None:
    turns, order = Turns(), list[str]()
    threads: list[threading.Thread] = []

    def later(rank: int, name: str) -> None:
        threads.append(threading.Thread(target=lambda: turns.have(rank, lambda: order.append(name))))
        threads[-1].start()
        while sum(turns._waiting) < len(threads):
            pass

    def change() -> None:
        later(CHECK, "check")
        later(QUESTION, "question")
        turns.give_way(CHANGE)
        order.append("change")

    turns.have(CHANGE, change)
    for thread in threads:
        thread.join(10)
    assert order == ["question", "change", "check"]


def test_what_cannot_be_told_of_one_text_holds_up_no_other() -> None:
    told: list[str] = []
    failed: list[str] = []

    def publish(shown: Buffer, _: Checked) -> None:
        if shown.language == "json":
            raise KeyError(shown.uri)
        told.append(shown.uri)

    async def open_both() -> None:
        checks = Schedule(Turns(), publish, lambda error: failed.append(type(error).__name__))
        checks.ask(Buffer("file:///nowhere/a-buildspec.yml", "yaml", 1, "", "utf-16", Settings(isolated=True)))
        checks.ask(Buffer("file:///nowhere/b-buildspec.yml", "json", 1, "", "utf-16", Settings(isolated=True)))
        while checks._task is not None:
            await checks._task
        checks.close()

    asyncio.run(open_both())
    assert failed == ["KeyError"]
    assert told == ["file:///nowhere/a-buildspec.yml"]


def test_a_text_is_slow_until_a_check_of_it_was_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Schedule, "_check", lambda *_: None)

    async def give_up() -> float:
        checks = Schedule(Turns(), lambda *_: None, _fail)
        checks._took[buffer("").uri] = 9.0
        checks.ask(buffer(""))
        monkeypatch.setattr(checks, "_changed", 0.0)
        while checks._task is not None:
            await checks._task
        checks.close()
        return checks._took[buffer("").uri]

    assert asyncio.run(give_up()) == 9.0


def test_a_text_may_be_closed_before_its_check_begins() -> None:
    async def close_it() -> None:
        checks = Schedule(Turns(), lambda *_: None, _fail)
        checks._took[buffer("").uri] = schedule.FAST
        checks.ask(buffer(""))
        task = checks._task
        assert task is not None
        await asyncio.sleep(0)
        checks.drop(buffer("").uri)
        await task
        checks.close()

    asyncio.run(close_it())


def test_what_only_refers_to_itself_is_freed() -> None:
    class Knot:
        def __init__(self) -> None:
            self.itself = self

    gc.disable()
    try:
        gone: list[weakref.ref[Knot]] = []
        turns = Turns()
        turns.have(CHECK, lambda: gone.append(weakref.ref(Knot())))
        turns.free_what_is_left()
        assert gone[0]() is None
    finally:
        gc.enable()
