"""Secrets that tell by what stands round them: a name in front, a URL, a header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from cblint import expressions
from cblint.facts import table
from cblint.records import NamedTuple
from cblint.secrets import values
from cblint.secrets.formats import Match, has_format, of_name
from cblint.secrets.names import LONGEST, is_shipped, names_password, names_secret

# Every part is bounded: nothing is looked at more than a few times.
_USERINFO = (
    r"://(?P<user>[^\s/:@\"'<>`\\]{0,100}):(?P<password>[^\s/@\"'<>`\\]{1,200})"
    r"@(?P<host>[^\s/:\"'\\?#]{1,200})"
)
_HEADER = (
    r"authorization[\"']?[ \t]{0,3}[:=][ \t]{0,3}[\"']?(?P<scheme>bearer|basic|token|ssws)[ \t]{1,3}"
    r"(?P<value>[A-Za-z0-9._~+/=-]{8,2000})"
)


def urls(text: str) -> Iterator[Match]:
    """Passwords in the URLs of a text. Of those that everybody knows, ``sure`` is false and ``what`` says so."""
    if "://" not in text:
        return
    for match in re.finditer(_USERINFO, text):
        what = _of_url(match["user"], match["password"], match["host"])
        if what:
            yield Match(*match.span("password"), "url", what, 0, what == CERTAIN)


CERTAIN, PROBABLE, KNOWN = "certain", "probable", "known"
"""What the password of a URL is: the last is one that nobody has to find out."""


def _of_url(user: str, password: str, host: str) -> str:
    if not values.is_written_out(password) or values.is_sample(password) or (password.isdigit() and len(password) < 6):
        return ""
    if password.lower() in ("x-oauth-basic", "x-access-token"):
        return ""
    name = host.partition(":")[0].lower()
    if name == "example.com" or name.endswith((".example.com", ".example", ".invalid", ".test", ".local")):
        return ""
    local = name in table("secrets")["local-hosts"] or re.fullmatch(r"[a-z][a-z0-9_-]*", name) is not None
    if local or password == user or values.is_placeholder(password):
        return KNOWN
    return CERTAIN if values.judged(password, True) == values.LIKELY else PROBABLE


def headers(text: str) -> Iterator[Match]:
    """What ``Authorization`` headers in a text are given."""
    if "uthorization" not in text and "UTHORIZATION" not in text:
        return
    for match in re.finditer(_HEADER, text, re.IGNORECASE):
        value = match["value"]
        if match["scheme"].lower() == "basic":
            known = _is_login(value)
        else:
            known = values.judged(value, False) == values.LIKELY
        if known:
            yield Match(*match.span("value"), "header", "An Authorization header", 0, False)


def _is_login(encoded: str) -> bool:
    import base64  # few files have such a header
    import binascii

    try:
        user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return False
    return bool(colon) and not values.is_sample(password) and not values.is_placeholder(password) and bool(user)


def logins(text: str) -> Iterator[Match]:
    """What stands where a secret belongs: in a header, and behind an option of one letter, wherever a command stands.

    It is only to be hidden: whether it is a secret nobody has asked.
    """
    found = [re.finditer(_ANY_HEADER, text, re.IGNORECASE)] if re.search("authorization", text, re.IGNORECASE) else []
    programs = table("secrets")["options"]
    found += [re.finditer(_option(name), text) for name in programs if _may_call(text, name)]
    for match in (match for matches in found for match in matches):
        group = match.lastgroup or "value"
        if values.is_written_in_part(match[group]):
            yield Match(*match.span(group), "named", "weak" if values.is_placeholder(match[group]) else "")


_ANY_HEADER = (
    r"authorization[\"']?[ \t]{0,3}[:=][ \t]{0,3}[\"']?(?:bearer|basic|token|ssws)[ \t]{1,3}"
    r"(?P<value>[^\s\"'\\]{6,2000})"
)
_VALUE = r"(?:'(?P<{0}1>[^'\n]{{6,200}})|\"(?P<{0}2>[^\"\n]{{6,200}})|(?P<{0}3>[^\s'\"\\;|&<>()]{{6,200}}))"


def _may_call(text: str, program: str) -> bool:
    """Whether a program, and one of its options of one letter, stand in a text."""
    if program.partition(" ")[0] not in text:
        return False
    return any(f"{blank}{option}" in text for option in table("secrets")["options"][program] for blank in " \t")


@cache
def _option(program: str) -> re.Pattern[str]:
    """Where a program is called with one of its options of one letter that have a secret as their value."""
    begins = {"secret": r"(?:[ \t]{1,3}|=)", "attached": "", "userinfo": r"[ \t=]{0,3}[\"']?[^\s:'\"$]{0,100}:"}
    options: dict[str, str] = table("secrets")["options"][program]
    ways = [
        re.escape(option) + begins[kind] + _VALUE.format(f"v{number}_")
        for number, (option, kind) in enumerate(options.items())
    ]
    name = r"[ \t]{1,3}".join(map(re.escape, program.split()))
    return re.compile(rf"(?<![\w-]){name}(?=[ \t])[^\n;|&]{{0,200}}?[ \t](?:{'|'.join(ways)})")


def named(name: str, value: str) -> Match | None:
    """What a value with this name is; its place is that in ``value``."""
    form = of_name(name, value)
    if form is not None:
        return Match(0, len(value), "format", form.what, 0, form.sure)
    if not names_secret(name) or is_shipped(name):
        return None
    judged = values.judged(value, names_password(name))
    return Match(0, len(value), "named", "weak" if judged == values.WEAK else "", 0, False) if judged else None


# Names and values in one text


class Pair(NamedTuple):
    """A name and its value somewhere in a text: ``text[start:end]``; ``mark`` is what stands between them."""

    name: str
    mark: str
    start: int
    end: int


_SIGNS = ("pass", "pw", "secret", "token", "key", "login")
"""One of these stands in the name of every secret."""
_NAMED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
_MARK = expressions.lazy(r"\\?[\"']?(?P<key>\])?[ \t]{0,3}(?P<mark>=>|:=|=|:)[ \t]{0,3}(?P<quote>\\?[\"'])?")
_OPTION = expressions.lazy(r"[ \t]{1,3}(?P<quote>\\?[\"'])?(?=[^-\s])")
_PLAIN = expressions.lazy(r"[^\s\"'\\;|&()<>,`{}\[\]]{1,300}")
_QUOTED = expressions.lazy(r"[^\"'\\\r\n]{1,300}")


def pairs(text: str) -> Iterator[Pair]:
    """What in a text has the name of a secret in front of it: ``name=value``, ``"name": "value"``, ``--name value``."""
    at = 0
    # The other way round a regular expression takes many times as long; of other alphabets, lengths could change.
    lower = text.lower() if text.isascii() else text
    for match in _word(text.isascii()).finditer(lower):
        if match.start() < at:
            continue
        start, end = _around(text, match.start(), match.end())
        at = end
        name = text[start:end].rstrip(".-")
        bare = name[2:] if name.startswith(("-D", "-P")) else name.lstrip("-")
        if not names_secret(bare) and not has_format(bare):
            continue
        begun = _MARK.match(text, end)
        if begun is not None and begun["key"] and not begun["quote"]:
            continue  # what an element is given without quotes is an expression
        mark = begun["mark"] if begun is not None else " "
        if begun is None and name.startswith("--"):
            begun = _OPTION.match(text, end)
        if begun is None:
            continue
        value = (_QUOTED if begun["quote"] else _PLAIN).match(text, begun.end())
        if value is not None:
            at = end if value[0].startswith("-") else value.end()
            yield Pair(bare, mark, value.start(), value.end())


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """The whole name that a word stands in."""
    low, high = max(0, start - LONGEST), min(len(text), end + LONGEST)
    while start > low and text[start - 1] in _NAMED:
        start -= 1
    while end < high and text[end] in _NAMED:
        end += 1
    return start, end


@cache
def _word(lower: bool) -> re.Pattern[str]:
    return re.compile("|".join(_SIGNS), 0 if lower else re.IGNORECASE)


def in_pairs(text: str) -> Iterator[Match]:
    """The values of names in a text that are secrets by both."""
    for pair in pairs(text):
        found = named(pair.name, text[pair.start : pair.end])
        if found is not None:
            yield found._replace(start=pair.start, end=pair.end)


def may_be_named(text: str) -> bool:
    """Whether the name of a secret can stand in a text at all."""
    lower = text.lower()
    return any(word in lower for word in _SIGNS)
