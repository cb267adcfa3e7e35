"""What is asked of any tree of the reader of PowerShell."""

from __future__ import annotations

from cblint.shell.powershell import parse
from cblint.shell.powershell_tree import Call, PowerShellScript, Variable
from cblint.shell.syntax import walk
from cblint.source.text import Text


def check_powershell(script: PowerShellScript, size: int) -> None:
    """Every node stands within the one above, behind the one before it."""
    for node in walk(script):
        assert 0 <= node.start <= node.end <= size
        assert node.raw == script.source.value[node.start : node.end]
        at = node.start
        for child in node.children():
            assert at <= child.start < child.end <= node.end
            at = child.end
    for node in walk(script):
        if isinstance(node, Variable):
            assert node.raw[0] in "$@"
            assert f"{node.drive}:{node.name}".removeprefix(":") in node.raw.lower()
        elif isinstance(node, Call):
            assert node.words


def check_total(text: str) -> None:
    """Any text is read, and what is wrong with it stands in it."""
    script = parse(Text.of(text, 7))
    check_powershell(script, len(text))
    if script.problem is not None:
        assert script.problem.kind in ("unexpected", "unclosed", "unfinished", "too-deep", "not-read")
        assert 7 <= script.problem.span.start <= script.problem.span.end <= 7 + len(text)
