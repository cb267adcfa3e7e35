"""Fixes of bytes that are a buildspec: what they name is changed, the file still loads, and there is an end of them."""

from __future__ import annotations

from functools import cache
from zlib import crc32

from cblint.fix import fix_bytes
from cblint.source.file import Unreadable, decode
from tests.examples import all_examples
from tests.fixing import ALL_RULES, CANDIDATE, all_fixed, each_alone
from tests.integration.test_hostile_anything import SEEDS
from tests.lsp_documents import SAMPLE
from tools.fuzz.target import Target


@cache
def seeds() -> tuple[bytes, ...]:
    """What can be fixed, some of it with two defects from different rules."""
    fixable = [each.text for each in all_examples() if each.fixed is not None and "path" not in each.given]
    return tuple(text.encode() for text in (*fixable, *SEEDS, SAMPLE))


def fixes(data: bytes) -> None:
    """Each fix alone, and all of them together; every second time those that are not safe as well."""
    unsafe = crc32(data) % 2 == 0
    try:
        text = decode(data)
    except Unreadable:
        _, new = fix_bytes(data, CANDIDATE, ALL_RULES, unsafe)
        assert new == data
        return
    each_alone(text)
    all_fixed(text, unsafe)


TARGETS = (Target("fixes", "each fix alone, and all of them together", fixes, seeds, quick=12, seconds=5.0),)
