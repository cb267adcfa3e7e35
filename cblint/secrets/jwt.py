"""What a JSON web token says of itself."""

from __future__ import annotations

from cblint.typing import Any


def is_public(token: str) -> bool:
    """Whether it is meant for everybody to see, is an example of documentation, or is no token at all."""
    parts = token.split(".")
    header, payload = _read(parts[0]), _read(parts[1]) if len(parts) > 1 else None
    if not isinstance(header, dict) or not isinstance(payload, dict):
        return True
    if "alg" not in header and "typ" not in header and "enc" not in header:
        return True
    # Supabase gives its pages a token of this role; the other one is jwt.io's.
    return payload.get("role") == "anon" or payload.get("name") == "John Doe"


def _read(part: str) -> Any:
    import base64  # few files have such a token
    import binascii
    import json

    try:
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
