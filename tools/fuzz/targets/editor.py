"""A text that is edited in an editor, and what is asked of it in between."""

from __future__ import annotations

import json
from functools import cache
from zlib import crc32

from lsprotocol import converters, types

from cblint.linter import Settings
from cblint.lsp import actions, answers
from cblint.lsp.buffer import Buffer
from cblint.lsp.checking import Checked, check
from cblint.lsp.client import Abilities
from cblint.lsp.diagnostics import diagnostics, meant
from cblint.lsp.positions import Positions
from cblint.source.text import Lines, Span
from tools.fuzz.bundle import unbundled
from tools.fuzz.choosing import Choices
from tools.fuzz.fresh import fresh
from tools.fuzz.mutating import PIECES, Pool
from tools.fuzz.target import Target
from tools.fuzz.targets.check import seeds
from tools.fuzz.targets.hosts import host_seeds

_SETTINGS = Settings(isolated=True, profile="pedantic")
_ENCODINGS = ("utf-16", "utf-8", "utf-32")
_ALL = Abilities(True, True, True, True, True, True, True, True)
_ABLE = (_ALL, Abilities())
_MOST = 12
"""Steps in one execution."""
_FRESH = 3
"""Of so many, one is held to what is said where nothing is remembered."""
_LENGTHS = (0, 0, 0, 1, 1, 2, 5, 20, 80)
_CONVERTER = converters.get_converter()


@cache
def _texts() -> tuple[tuple[str, str], ...]:
    """The names and texts that are opened."""
    hosted = (pair for data in host_seeds() for pair in unbundled(data).items())
    found = [*hosted, *(("buildspec.yml", data) for data in seeds())]
    return tuple((name, data.decode("utf-8", "replace")) for name, data in found if len(data) < 2_000)


@cache
def _words() -> tuple[str, ...]:
    """What is typed."""
    words = [*PIECES, *Pool(seeds()).words]
    return tuple(word.decode("utf-8", "replace") for word in words)


class _Session:
    """One text that is open."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        name, self.text = choices.of(_texts())
        self._able = choices.of(_ABLE)
        uri = f"file:///nowhere/{name}"
        self.buffer = Buffer(uri, "yaml", 1, self.text, choices.of(_ENCODINGS), _SETTINGS)

    def step(self) -> None:
        """Something that an editor does."""
        way = self._choices.below(12)
        if way < 5:
            self._edited()
        elif way == 5:
            self._answered(answers.hover(self.buffer, self._position(), self._able))
        elif way in (6, 7):
            self._answered(answers.completion(self.buffer, self._position(), (), self._able))
        elif way == 8:
            self._answered(answers.symbols(self.buffer))
        elif way == 9:
            self._answered(answers.hints(self.buffer, self._range(), self._able))
        else:
            self._acted()

    def _edited(self) -> None:
        """Characters are typed, taken out or replaced; a line end stays in one piece."""
        start = self._choices.below(len(self.text) + 1)
        end = min(len(self.text), start + self._choices.of(_LENGTHS))
        start -= self.text[start - 1 : start + 1] == "\r\n"
        end += self.text[end - 1 : end + 1] == "\r\n"
        new = self._choices.of(_words()) if self._choices.below(4) else ""
        area = self._unmarked().range(Span(start, end))
        self.text = self.text[:start] + new + self.text[end:]
        change = types.TextDocumentContentChangePartial(area, new)
        self.buffer = self.buffer.changed(self.buffer.version + 1, [change])
        assert self.buffer.text == self.text

    def _unmarked(self) -> Positions:
        """Positions in all of the text, with a byte order mark that the editor has left in."""
        return Positions(Lines(self.text), self.buffer.encoding)

    def _position(self) -> types.Position:
        return self.buffer.positions.position(self._choices.below(len(self.buffer.document.text) + 1))

    def _range(self) -> types.Range:
        return types.Range(self._position(), self._position())

    def _answered(self, answer: object) -> None:
        """What is answered can be sent."""
        json.dumps(_CONVERTER.unstructure(answer)).encode()

    def _acted(self) -> None:
        """Actions are offered where something was found, and one of them is chosen."""
        checked = self.checked()
        area, context = self._range(), list(diagnostics(self.buffer, checked.result, checked.own))
        found = meant(checked.result.findings, self.buffer, area, context if self._choices.below(2) else ())
        only = self._choices.of((None, ["quickfix"], ["source.fixAll"], [""]))
        offered = list(actions.offers(found, checked.result.findings, only))
        if offered:
            action, finding = self._choices.of(offered)
            self._answered(actions.completed(self.buffer, action, finding, self._able))

    def checked(self) -> Checked:
        """What is said of the text; nothing of it is an error of ours."""
        checked = check(self.buffer.document)
        assert checked.complaints == (), checked.complaints
        self._answered(diagnostics(self.buffer, checked.result, checked.own))
        return checked


def editor(data: bytes) -> None:
    """After all edits the same is said as of a text that was never anything else."""
    choices = Choices(data)
    session = _Session(choices)
    for _ in range(_MOST):
        if choices.left:
            session.step()
    said = session.checked().result
    buffer = session.buffer
    if crc32(data) % _FRESH:
        return
    with fresh():
        anew = Buffer(buffer.uri, buffer.language, 1, session.text, buffer.encoding, _SETTINGS)
        assert check(anew.document).result == said


TARGETS = (Target("editor", "edits of a text, and what is asked of it", editor, quick=10, seconds=5.0),)
