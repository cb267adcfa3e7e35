"""The guard refused every fix of a file with an alias to it, a local tag, ``.nan`` or a second document."""

from __future__ import annotations

import pytest

from cblint.fix import fixed_text
from tests.helpers import HEAD, lint

DEFECT = HEAD + '      - echo "a: b"\n'


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (DEFECT + "env: {variables: {A: .nan}}\n", None),
        (DEFECT + "env: {variables: {A: !local x, B: !<tag:x> y}}\n", None),
        ("version: 0.2\n---\n" + DEFECT, None),
        (DEFECT + "---\n" + DEFECT, None),
        (DEFECT.replace("commands:", "commands: &all") + "  post_build: {commands: *all}\n", None),
        (DEFECT.replace("build:", "build: &all") + "  post_build: *all\n", None),
        (DEFECT.replace("build:", "build: &all") + "  post_build: {<<: *all}\n", None),
        (HEAD + "      - &x {a: b}\n      - *x\n", HEAD + "      - &x '{a: b}'\n      - *x\n"),
    ],
)
def test_a_sound_fix_is_applied(text: str, after: str | None) -> None:
    expected = after or text.replace('echo "a: b"', "'echo \"a: b\"'")
    findings = [finding for finding in lint(text).findings if finding.fix]
    assert fixed_text(text, findings, unsafe=False)[0] == expected
