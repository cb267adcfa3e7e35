"""Thousands of commands on one line, below as many comments to ShellCheck, took minutes and gigabytes."""

from __future__ import annotations

from cblint.linter import Settings, buildspecs_in
from cblint.shellcheck.scripts import asked


def test_comments_above_a_line_are_looked_at_once() -> None:
    comments = "".join(
        f"      # shellcheck disable={'SC2046' if number % 2 else 'SC2086'}\n" for number in range(5_000)
    )
    items = ", ".join(f"make a{number}" for number in range(5_000))
    text = f"version: 0.2\nphases:\n  build:\n    commands:\n{comments}      [{items}]\n"
    [buildspec] = buildspecs_in(text, "buildspec.yml", Settings(isolated=True))
    assert {script.disabled for each in asked(buildspec) for script in each.scripts} == {"SC2046,SC2086"}
