"""Digests of what is kept between runs: short names that two different things do not share."""

from __future__ import annotations

try:
    # hashlib is the way to it, and takes ten times as long to import: it loads OpenSSL.
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

_BYTES = 16


def digest(said: str | bytes) -> str:
    """32 hexadecimal digits, in every process the same."""
    data = said.encode("utf-8", "surrogatepass") if isinstance(said, str) else said
    return blake2b(data, digest_size=_BYTES).hexdigest()
