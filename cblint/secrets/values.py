"""Whether a text can be a secret: what stands for one, what names one, and how much chance is in it."""

from __future__ import annotations

import re
from functools import cache
from math import log2

from cblint import expressions
from cblint.facts import table
from cblint.secrets.names import WORD

NOTHING, WEAK, LIKELY = 0, 1, 2
"""How sure it is that the value of something with the name of a secret is one. WEAK: a password that many have."""
SHORTEST = 8
LONGEST = 4_000
"""Characters of a value that are judged; nothing that long is a password."""

_COMPUTED = expressions.lazy(
    r"[$`]|\{\{|<[^<>]{0,100}>|%(?:[A-Z_][A-Z0-9_]{2,60}%|\(|[sdq](?![A-Za-z0-9]))|^%\w{1,60}%$"
    r"|\*{3}|\.{3}|…|\[[A-Za-z_ ]{2,60}\]|#\{|@@[\w.-]{2,60}@@"
)
"""What something else puts a value for, and what was left out."""
_COMPUTING = frozenset("$`{<%*.…[#@")
"""One of these stands in all of it."""
_REPLACED = expressions.lazy(r"\$(?:\{[^{}]{0,100}\}|\([^()]{0,200}\)|[A-Za-z_]\w{0,100})")
_RUN = expressions.lazy(r"[A-Za-z0-9]+")
_PATH = expressions.lazy(r"(?:[.~]{0,2}/|[A-Za-z]:\\|file:|s3:|ssm:|vault:|op:|arn:|env:|https?:|[\w+.-]{2,20}://)")
_MOUNT = expressions.lazy(r"(?:id|type|src|source|env|file|name)=")
"""What docker's --secret is given."""
_FILE = expressions.lazy(
    r"[\w./\\-]{1,200}\.(?:txt|json|ya?ml|toml|env|pem|key|crt|cert|cer|p12|pfx|jks|pub|asc|gpg|ini|cfg|conf|properties"
    r"|sh|py|js|ts|rb|php|xml|zip|tgz|gz|tf|tfvars|sql|log|csv|md|html?|com|net|org|io|dev)"
)
_ADDRESS = expressions.lazy(r"[\w.+-]{1,100}@[\w-]{1,100}(?:\.[\w-]{1,60}){1,5}")
_RESOURCE = expressions.lazy(
    r"(?:data\.)?(?:var|local|module|each|self|path|[a-z][a-z0-9]{0,30}(?:_[a-z0-9]{1,30}){1,8})(?:\.[A-Za-z_][\w-]{0,60}){1,6}\.?"
)
_SAMPLE = expressions.lazy(r"example|x{6}|(?:0123456789|123456789|abcdefghij|deadbeef){2}|0{12}", re.IGNORECASE)


def entropy(text: str) -> float:
    """Bits of chance a character, as far as one text can tell (Shannon)."""
    if not text:
        return 0.0
    length = len(text)
    counts = {char: text.count(char) for char in set(text)}
    return -sum(count / length * log2(count / length) for count in counts.values())


def is_sample(value: str) -> bool:
    """Whether a token says of itself that it is none: an example of documentation, or a row of x."""
    return value in _facts("documented") or _SAMPLE.search(value) is not None


def is_written_out(value: str) -> bool:
    """Whether it is a value itself, and nothing that is replaced by one or that says where one is."""
    if not value or value.startswith("--") or _PATH.match(value) is not None:
        return False
    if not _COMPUTING.isdisjoint(value) and _COMPUTED.search(value) is not None:
        return False
    if "=" in value and _MOUNT.match(value) is not None:
        return False
    return value.strip("\"'").lower() not in ("true", "false", "null", "none", "yes", "no", "~", "|", ">", "|-", ">-")


def is_written_in_part(value: str) -> bool:
    """Whether so much is left of it without what a shell would replace that it may be a value with dollars in it."""
    if is_written_out(value):
        return True
    left = _REPLACED.sub("", value)
    return len(left) >= SHORTEST and re.search(r"[0-9]", left) is not None and is_written_out(left.replace("$", ""))


def names_resource(value: str) -> bool:
    """Whether it is what Terraform calls something of another block: ``aws_kms_key.build.arn``, ``var.token``."""
    return "." in value and _RESOURCE.fullmatch(value) is not None


def is_placeholder(value: str) -> bool:
    """Whether hardly anything is left of a value without the words that stand for secrets."""
    words = _facts("placeholders")
    left = 0
    for run in _RUN.findall(value[:LONGEST]):
        chunks = WORD.findall(run)
        if _is_mixed(chunks):
            left += len(run)
        for chunk in chunks if not _is_mixed(chunks) else ():
            lower = chunk.lower()
            if lower in words or _is_row(chunk):
                continue
            left += 1 if _of_words(lower, words) else len(chunk)
        if left >= 4:
            return False
    return True


def _is_mixed(chunks: list[str]) -> bool:
    """Whether letters and digits take turns as they do by chance."""
    return len(chunks) >= 5 and sum(1 for chunk in chunks if chunk.isdigit()) >= 2


def _is_row(chunk: str) -> bool:
    """Digits that say little: few, a row, or one letter or digit again and again."""
    if chunk.isdigit():
        return len(chunk) <= 4 or chunk in "01234567890123456789" or chunk in "9876543210" or len(set(chunk)) == 1
    return len(chunk) >= 3 and len(set(chunk.lower())) == 1


def judged(value: str, password: bool) -> int:
    """NOTHING, WEAK or LIKELY: what a value is that a name calls a secret; ``password``: people chose it."""
    if not SHORTEST <= len(value) <= LONGEST or not is_written_out(value) or re.search(r"\s", value) is not None:
        return NOTHING
    if is_sample(value) or _is_reference(value):
        return NOTHING
    if is_placeholder(value):
        return WEAK if password and re.search(r"[0-9]", value) and re.search(r"[A-Za-z]", value) else NOTHING
    if _is_identifier(value):
        return NOTHING
    if password:
        return LIKELY
    return LIKELY if len(value) >= 16 and entropy(value) >= 3 and re.search(r"[0-9]", value) is not None else NOTHING


def _is_reference(value: str) -> bool:
    """Whether it has the look of a path, a file, a host, an address or what a store calls its secrets."""
    if "." in value and (_FILE.fullmatch(value) is not None or _ADDRESS.fullmatch(value) is not None):
        return True
    parts = re.split(r"[/:]", value)
    return len(parts) > 1 and all(not part or _is_identifier(part) for part in parts)


def _is_identifier(value: str) -> bool:
    """Whether people made it up to be read: words, each written in one case, and short numbers."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(?:[-_. ,=][A-Za-z0-9]+)*", value) is None:
        return False
    chunks = WORD.findall(value)
    letters = [chunk for chunk in chunks if not chunk.isdigit()]
    if sum(len(chunk) for chunk in chunks) - sum(map(len, letters)) > max(3, len(value) // 6):
        return False
    return bool(letters) and sum(map(len, letters)) / len(letters) >= 3 and len(value) <= 60


def _of_words(lower: str, words: frozenset[str]) -> bool:
    """Whether it is two of the words, one behind the other."""
    return any(lower[:at] in words and lower[at:] in words for at in range(2, min(len(lower), 24) - 1))


@cache
def _facts(name: str) -> frozenset[str]:
    return frozenset(table("secrets")[name])
