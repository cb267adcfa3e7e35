"""Whether a name says that what it holds is a secret."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from cblint import expressions
from cblint.facts import table

WORD = expressions.lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
"""A word of what is written as someName, SOME_NAME or some-name."""
LONGEST = 100
"""Characters; nobody calls a variable more."""


def names_secret(name: str) -> bool:
    """``DB_PASSWORD``, ``apiToken``, ``--client-secret``; not ``SECRET_NAME`` and not ``PUBLIC_KEY``."""
    return _kind(name[-LONGEST:]) != ""


def names_password(name: str) -> bool:
    """Whether people choose such a secret."""
    return _kind(name[-LONGEST:]) == "password"


@lru_cache(maxsize=4096)
def sounds_secret(name: str) -> bool:
    """Whether a variable of that name holds a secret, and not where or how one is found."""
    names = table("flows")["secret-names"]
    name = joined(name).upper()
    return re.search(names["pattern"], name) is not None and re.search(names["unless"], name) is None


def is_shipped(name: str) -> bool:
    """Whether what it holds is built into a page that everybody can read."""
    return name.startswith(tuple(table("secrets")["names"]["shipped"]))


def joined(name: str) -> str:
    """The name in lower case with ``_`` between its words."""
    return "_".join(words_of(name[-LONGEST:]))


def words_of(name: str) -> list[str]:
    """The words of a name, in lower case."""
    return [word.lower() for word in WORD.findall(name)]


@cache
def _sets() -> dict[str, frozenset[str]]:
    return {kind: frozenset(words) for kind, words in table("secrets")["names"].items()}


@lru_cache(maxsize=4096)
def _kind(name: str) -> str:
    """``password``, ``token``, or nothing."""
    words = words_of(name)
    while words and words[-1].isdigit():
        words.pop()
    sets = _sets()
    if not words or words[-1] in sets["about"] or not sets["public"].isdisjoint(words):
        return ""
    for number, word in enumerate(words):
        plain = word[:-1] if word.endswith("s") and not word.endswith("ss") else word
        noun = next((noun for noun in sets["nouns"] if plain.endswith(noun)), None)
        if noun is not None or (plain in sets["short"] and len(words) > 1):
            return "password" if (noun or plain).startswith("pass") or plain in ("pwd", "pw") else "token"
        if plain == "key" and number and words[number - 1] in sets["keys"]:
            return "token"
    return ""
