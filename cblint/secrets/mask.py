"""Hiding secrets in what is shown: ``AKIA…(20)`` for one of 20 characters whose beginning is public, else ``…(20)``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain

from cblint import expressions
from cblint.records import NamedTuple
from cblint.secrets import context
from cblint.secrets.find import find
from cblint.secrets.formats import Match, formats, has_format, keywords_in, may_hold
from cblint.secrets.names import names_secret
from cblint.secrets.values import LIKELY, is_placeholder, is_written_in_part, judged, names_resource

GRAM = 8
"""So many characters of a secret are hidden wherever they stand; fewer stand by chance in other texts."""
MOST = 200_000
"""Characters of all secrets of a file that are looked for; where there are more, no text of the file is shown."""
SHOWN = 4
"""Characters of a public beginning that are shown."""
BESIDE = 1_000
"""Characters of a text that are looked at beyond those that are shown: a secret that is cut is none any more."""
_GOES_ON = expressions.lazy(
    r"(?:(?:[\"']{1,4}|\\(?![nrt0\s\"'])|,(?![\w.-]{1,100}[\"']?[=:]))[^\s\"'\\;|&()<>,`{}\[\]:=$#/]{1,200}){1,20}"
)
"""What follows a quote, a backslash or a comma in a value, where that ends no word."""


class Hidden(NamedTuple):
    """``text[start:end]`` is shown as ``shown``."""

    start: int
    end: int
    shown: str


class Secret(NamedTuple):
    """A secret as it is looked for elsewhere, with the length of its public beginning.

    ``whole``: not in parts, as words stand in it.
    """

    text: str
    public: int = 0
    whole: bool = False


def label(secret: str, public: int = 0) -> str:
    """What is shown in the place of a secret."""
    return f"{secret[:SHOWN] if public >= SHOWN else ''}…({len(secret)})"


def suspected(text: str) -> Iterator[Match]:
    """What may be a secret: more than ``find`` finds, as hiding too much does little harm."""
    yield from find(text)
    for pair in context.pairs(text):
        value = text[pair.start : pair.end]
        named = names_secret(pair.name) or bool(has_format(pair.name))
        likely = is_written_in_part(value) if pair.mark != ":" else judged(value, True) == LIKELY
        likely = likely and not (text[pair.start - 1].isspace() and names_resource(value))
        if named and likely:
            yield Match(pair.start, pair.end, "named", worth(value))
            beyond = _GOES_ON.match(text, pair.end)
            if beyond is not None:
                yield Match(pair.start, beyond.end(), "named", worth(text[pair.start : beyond.end()]))
    yield from context.logins(text)
    if _begins_token(text):
        for match in _beginnings().finditer(text):
            yield Match(match.start(), match.end(), "format", "", SHOWN)


def worth(value: str) -> str:
    """``weak`` for a value that stands elsewhere by chance, so that its parts say nothing."""
    return "weak" if is_placeholder(value) else ""


def _begins_token(text: str) -> bool:
    return may_hold(text) and not keywords_in(text).isdisjoint(_telling())


@cache
def _telling() -> tuple[str, ...]:
    """The beginnings of tokens that hardly begin anything else."""
    return tuple(
        keyword
        for form in formats()
        for keyword in form.keywords
        if form.public >= SHOWN and re.fullmatch(r"[A-Za-z0-9_.-]{3,}[_.-]|AKIA|ASIA", keyword)
    )


@cache
def _beginnings() -> re.Pattern[str]:
    """A token whose end, or whose length, is not as it should be."""
    telling = "|".join(map(re.escape, _telling()))
    # What begins as tokens of npm do can be one of its settings.
    return re.compile(f"(?<![A-Za-z0-9_])(?!npm_config_)(?:{telling})[A-Za-z0-9_.+/=-]{{16,300}}")


class Mask:
    """The secrets of a file, and what is shown of texts that come from it."""

    def __init__(self, known: Iterable[Secret] = ()) -> None:
        secrets = dict.fromkeys(secret for secret in known if secret.text)
        self.too_many = sum(len(secret.text) for secret in secrets) > MOST
        self._grams: set[str] = set()
        self._short: set[str] = set()
        for secret in () if self.too_many else secrets:
            self._take(secret)
        self.nothing = not (self.too_many or self._grams or self._short)
        self._judged: dict[str, bool] = {}
        self._shown: dict[str, str] = {}

    def _take(self, secret: Secret) -> None:
        # Of a value in several words each counts: a text can hold them on one line or on several.
        for run in secret.text[secret.public :].split():
            if len(run) >= GRAM and not secret.whole:
                self._grams.update(run[at : at + GRAM] for at in range(len(run) - GRAM + 1))
            elif len(run) >= GRAM - 2:
                self._short.add(run)

    def within(self, text: str) -> bool:
        """Whether a secret, or a part of one, stands in a text."""
        judged = self._judged.get(text)
        if judged is None:
            judged = self._judged[text] = self.too_many or any(True for _ in self._found(text))
        return judged

    def hidden(self, text: str, shown: int | None = None) -> str:
        """The text without its secrets; of a long one the beginning, with ``shown`` characters to be shown of it."""
        if self.too_many:
            return "…" if text else ""
        if shown is not None:
            text = text[: shown + BESIDE]
        known = self._shown.get(text)
        if known is None:
            # Findings say the same names again and again.
            known = self._shown[text] = masked(text, self.spans(text))
        return known

    def name(self, name: str) -> str:
        """The name of a variable, which is shown even if little else is."""
        return masked(name, joined(name, suspected(name) if self.too_many else self._found(name)))

    def spans(self, text: str) -> list[Hidden]:
        """What is not to be shown of a text, in its order."""
        return joined(text, self._found(text))

    def _found(self, text: str) -> Iterator[Match]:
        return chain(suspected(text), self.known_in(text))

    def known_in(self, text: str) -> Iterator[Match]:
        """Where parts of the known secrets stand."""
        if self._grams:
            begun = None
            for at in range(len(text) - GRAM + 1):
                if text[at : at + GRAM] in self._grams:
                    begun = at if begun is None else begun
                elif begun is not None and text[at - 1 : at - 1 + GRAM] in self._grams:
                    yield Match(begun, at - 1 + GRAM, "named", "")
                    begun = None
            if begun is not None:
                yield Match(begun, len(text), "named", "")
        for short in self._short:
            if short in text:
                # Between letters stands another word.
                edges = ("", "") if any(char.isdigit() for char in short) else (r"(?<!\w)", r"(?!\w)")
                for match in re.finditer(re.escape(short).join(edges), text):
                    yield Match(match.start(), match.end(), "named", "")


def mask_of(text: str) -> Mask:
    """What is hidden where all that is known of a file is its text."""
    return Mask(Secret(text[match.start : match.end], match.public) for match in suspected(text))


def joined(text: str, found: Iterable[Match]) -> list[Hidden]:
    """Places that do not overlap, each with its label."""
    spans: list[list[int]] = []
    for match in sorted(found):
        if spans and match.start < spans[-1][1]:
            last = spans[-1]
            if match.start == last[0]:
                last[2] = min(last[2], match.public) if match.end == last[1] else last[2]
            last[1] = max(last[1], match.end)
        else:
            spans.append([match.start, match.end, match.public])
    return [Hidden(start, end, label(text[start:end], public)) for start, end, public in spans]


def masked(text: str, hidden: Iterable[Hidden]) -> str:
    """The text with labels in place of what is hidden."""
    parts, at = [], 0
    for start, end, shown in hidden:
        parts += [text[at:start], shown]
        at = end
    return "".join([*parts, text[at:]])
