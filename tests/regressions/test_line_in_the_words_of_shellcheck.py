"""ShellCheck named a line of what it was given, which begins with one of cblint's: that is no line of a file."""

from __future__ import annotations

from tests.helpers import commands, lint
from tests.shellcheck import ASKING, needed


@needed
def test_no_line_is_named_but_by_cblint() -> None:
    found = lint(commands("make", "case $X in a) make ;; a) ls ;; esac"), ASKING)
    assert [(finding.code, finding.start.line, finding.message) for finding in found.findings] == [
        ("SC2221", 6, "This pattern always overrides a later one."),
        ("SC2222", 6, "This pattern never matches because of a previous pattern."),
    ]
