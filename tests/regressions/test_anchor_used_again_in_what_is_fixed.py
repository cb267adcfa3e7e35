"""The guard of fixes warned, in the middle of what is printed, of an anchor that YAML lets be used again."""

from __future__ import annotations

import warnings

from cblint.fix import fix_bytes
from cblint.hosts.discover import Candidate
from tests.helpers import ISOLATED


def test_it_is_fixed_without_a_word() -> None:
    text = b'version: &at "0.2"\nphases: {build: {commands: [&at make]}}\n'
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        change, new = fix_bytes(text, Candidate("buildspec.yml", True), ISOLATED, False)
    assert (change.fixed, new[:16]) == (1, b"version: &at 0.2")
    assert said == []
