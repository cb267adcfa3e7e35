"""For which shell a command is certainly written, and which builds run on Windows."""

from __future__ import annotations

import pytest

from cblint.buildspec.environments import Environment
from cblint.buildspec.model import ShellItem, scalar
from cblint.checks.languages import posix_in, powershell_in
from cblint.facts.images import image_of
from cblint.source.loader import load
from cblint.source.text import Text

POSIX = [
    "if true; then a; fi",
    "for x in a b; do c; done",
    "for ((i=0; i<3; i++)); do a; done",
    "while read x; do a; done",
    "until a; do b; done",
    "case $x in a) b;; esac",
    "f() { a; }",
    "[[ a = b ]]",
    "a && [ -f b ]",
    "export A=b",
    "A=b",
    "A=$(b) c",
    "source a",
    "unset A",
    "set -eu",
    "set -o pipefail",
    "cat <<E\na\nE",
    "a 2>/dev/null",
    "a | (b; C=d)",
]
POWERSHELL = [
    "Write-Host a",
    "a | ForEach-Object { $_ }",
    "$x = 1",
    "$env:A='b'",
    "$Env:A = b",
    "if (Test-Path a) { b }",
    "if ($a) { b }",
    "foreach ($x in $y) { a }",
    "try { a } catch { b }",
    "switch ($a) { 1 { b } }",
    "$h = @{ A=1; B=2 }",
    "a; Get-Item b",
    "[Net.S]::P = 3; Invoke-WebRequest a",
]
EITHER = [
    "npm ci",
    "aws s3 cp a b",
    "echo $(date) > a.txt",
    "a && b || c",
    "a | b",
    "a; b",
    "(cd a)",
    'echo "$env:latest $A ${B}"',
    "docker build -t app/$env:latest .",
    "bash -c 'if a; then b; fi'",
    'sh -c "export A=b"',
    "pwsh -Command 'Write-Host a'",
    "pwsh -Command { Write-Host a }",
    "powershell -File a.ps1",
    "docker run a sh -c 'A=b'",
    "make A=b",
    'cmd /c "set A=b"',
    "set A=b",
    "set -name a -value b",
    "function f { a; }",
    "./Write-Host a",
    "Write-Host.sh",
    "write-host a",
    "$FOO=bar",
    "if exist a (b)",
    "for %i in (a b) do c",
    "echo 'if a; then b; fi'",
    "echo a # if b; then c; fi",
    "class A { }",
    "a 2>&1",
    "",
]


def item(text: str) -> ShellItem:
    document = load(Text.of(f"|2-\n{''.join(f'  {line}' for line in (text or '#').splitlines(True))}")).documents[0]
    assert document.root is not None
    node = scalar(document.root)
    assert node is not None
    assert node.value == (text or "#")
    return ShellItem(node, "commands", 0)


@pytest.mark.parametrize("text", POSIX)
def test_what_only_a_posix_shell_reads(text: str) -> None:
    assert posix_in(item(text)) is not None
    assert powershell_in(item(text)) is None


@pytest.mark.parametrize("text", POWERSHELL)
def test_what_only_powershell_reads(text: str) -> None:
    assert powershell_in(item(text)) is not None
    assert posix_in(item(text)) is None


@pytest.mark.parametrize("text", EITHER)
def test_what_either_may_read_or_what_is_not_certain(text: str) -> None:
    assert posix_in(item(text)) is None
    assert powershell_in(item(text)) is None


@pytest.mark.parametrize(
    ("image", "kind", "expected"),
    [
        ("aws/codebuild/windows-base:2022-1.0", None, True),
        ("aws/codebuild/standard:7.0", None, False),
        ("aws/codebuild/macos-arm-base:26", None, False),
        (None, "WINDOWS_EC2", True),
        (None, "LINUX_CONTAINER", False),
        (None, "MAC_ARM", False),
        (None, "OTHER", None),
        (None, None, None),
        ("aws/codebuild/standard:7.0", "WINDOWS_CONTAINER", None),
        ("aws/codebuild/windows-base:2022-1.0", "WINDOWS_EC2", True),
    ],
)
def test_what_runs_on_windows(image: str | None, kind: str | None, expected: bool | None) -> None:
    known = image_of(image) if image is not None else None
    assert (known is None) == (image is None)
    assert Environment("", image, known, kind).is_windows is expected
