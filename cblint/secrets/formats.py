"""Tokens that tell by their look what they are, as their providers make them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from cblint import expressions
from cblint.facts import table
from cblint.records import NamedTuple
from cblint.secrets import jwt
from cblint.secrets.names import LONGEST, words_of
from cblint.secrets.values import entropy, is_sample

_ENTROPY = 3.0
# Behind an escape such as \n a token begins as well.
_BEFORE = r"(?:(?<![A-Za-z0-9_])|(?<=\\[nrt]))"
_AFTER = r"(?![A-Za-z0-9_])"


class Match(NamedTuple):
    """A secret in a text: ``text[start:end]``.

    ``kind`` is ``format``, ``url``, ``header`` or ``named``. ``what`` is what it is, as a message begins; ``public``
    so many of its first characters are those of all of its kind. ``sure``: it is one without any doubt.
    """

    start: int
    end: int
    kind: str
    what: str
    public: int = 0
    sure: bool = True


class Format(NamedTuple):
    """A line of the table; its pattern is compiled when a text holds one of its keywords."""

    what: str
    keywords: tuple[str, ...]
    pattern: str
    public: int
    entropy: float
    sure: bool
    edges: bool


@cache
def formats() -> tuple[Format, ...]:
    """The table."""
    return tuple(
        Format(
            each["what"],
            tuple(each["keywords"]),
            each["pattern"],
            each["public"],
            each.get("entropy", _ENTROPY),
            each.get("weight", "certain") == "certain",
            each.get("edges", True),
        )
        for each in table("secrets")["formats"]
    )


@cache
def _keywords() -> tuple[str, ...]:
    return tuple(sorted({keyword for form in formats() for keyword in form.keywords}))


@expressions.remembered
def may_hold(text: str) -> bool:
    """Whether the keyword of any format stands in a text."""
    for keyword in _keywords():  # noqa: SIM110 - faster than any(), and than one expression of all
        if keyword in text:
            return True
    return False


@lru_cache(maxsize=64)
def keywords_in(text: str) -> frozenset[str]:
    """The keywords that stand in a text: of that of a file it is asked in several ways."""
    return frozenset(keyword for keyword in _keywords() if keyword in text)


def tokens(text: str) -> Iterator[Match]:
    """The tokens of a text, by format."""
    if not may_hold(text):
        return
    held = keywords_in(text)
    for number, form in enumerate(formats()):
        if not held.isdisjoint(form.keywords):
            for match in _pattern(number).finditer(text):
                secret = match.group()
                if entropy(secret[form.public : form.public + 400]) >= form.entropy and not _is_none(secret):
                    yield Match(match.start(), match.end(), "format", form.what, form.public, form.sure)


def _is_none(secret: str) -> bool:
    if secret.startswith("eyJ") and jwt.is_public(secret):
        return True
    if secret.startswith("-----"):
        return len(re.findall(r"[A-Za-z0-9+/]{4}", secret)) < 24
    return is_sample(secret)


@cache
def _pattern(number: int) -> re.Pattern[str]:
    form = formats()[number]
    return re.compile(f"{_BEFORE}(?:{form.pattern}){_AFTER}" if form.edges else form.pattern)


class Named(NamedTuple):
    """A line of the table of values that only their name tells from others."""

    what: str
    pattern: re.Pattern[str]
    entropy: float
    sure: bool


@cache
def _named() -> dict[str, Named]:
    """What the last words of a name say of its value, by these words without what stands between them."""
    return {
        words: named
        for each in table("secrets")["named"]
        for named in [
            Named(
                each["what"],
                expressions.lazy(each["pattern"]),
                each.get("entropy", _ENTROPY),
                each.get("weight", "certain") == "certain",
            )
        ]
        for words in each["names"]
    }


def of_name(name: str, value: str) -> Named | None:
    """What a value is by its name and its look."""
    for each in has_format(name[-LONGEST:]):
        if each.pattern.fullmatch(value) is not None:
            return each if entropy(value) >= each.entropy and not is_sample(value) else None
    return None


@lru_cache(maxsize=4096)
def has_format(name: str) -> tuple[Named, ...]:
    """The lines of the table that a name fits."""
    words = words_of(name[-LONGEST:])
    endings = ("".join(words[start:]) for start in range(len(words)))
    return tuple(_named()[ending] for ending in endings if ending in _named())
