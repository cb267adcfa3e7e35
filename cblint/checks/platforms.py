"""Commands for another shell than the one that runs them: Linux and Windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cblint.buildspec.environments import Environment, those
from cblint.buildspec.model import Buildspec, ShellItem
from cblint.buildspec.shells import CMD, POWERSHELL, UNKNOWN, stated_shell
from cblint.checks.languages import is_windows, posix_in, powershell_in
from cblint.finding import Report
from cblint.source.text import Span

_SHELLS = {POWERSHELL: "PowerShell", CMD: "cmd"}
_SHOWN = 10
"""Further commands that a finding points at; the rest is the same again."""


def shell_platform_mismatch(buildspec: Buildspec) -> Iterator[Report]:
    """Commands that the shell which runs them cannot be meant for."""
    stated = stated_shell(buildspec)
    everywhere = buildspec.environments
    if stated == UNKNOWN or not (stated or everywhere):
        return
    on_windows = [each for each in everywhere if is_windows(each) is True]
    elsewhere = [each for each in everywhere if is_windows(each) is False]
    if stated in _SHELLS:
        if elsewhere:
            yield from _no_such_shell(buildspec, elsewhere)
        if len(elsewhere) < len(everywhere) or not everywhere:
            yield from _written(buildspec, "posix", posix_in, _SHELLS[stated], "")
        if stated == CMD:
            yield from _written(buildspec, "powershell", powershell_in, _SHELLS[stated], "")
        return
    if on_windows and not stated:
        yield from _written(buildspec, "posix", posix_in, "PowerShell", those(on_windows, everywhere))
    # Where nothing looks like PowerShell, no command need be read as such.
    if (elsewhere or stated) and buildspec.runs_in == POWERSHELL:
        where = those(elsewhere, everywhere) if not stated else ""
        yield from _written(buildspec, "powershell", powershell_in, buildspec.shell or "/bin/sh", where)


def _no_such_shell(buildspec: Buildspec, elsewhere: list[Environment]) -> Iterator[Report]:
    pair = buildspec.get("env", "shell")
    if pair is not None:
        where = those(elsewhere, buildspec.environments)
        yield Report(pair.value.span, "no-such-shell", {"given": buildspec.shell, "where": where})


def _written(
    buildspec: Buildspec, variant: str, mark: Callable[[ShellItem], Span | None], shell: str, where: str
) -> Iterator[Report]:
    """One finding for all commands in which the mark of another language stands, at the first of them."""
    found = [(item, span) for item in buildspec.command_items if (span := mark(item)) is not None]
    if not found:
        return
    (item, first), *others = found
    command = buildspec.stream.text.value[slice(*first)]
    related = tuple(("again", span) for _, span in others[:_SHOWN])
    fields = {"command": command.split("\n")[0], "shell": shell, "where": where}
    yield Report(first, variant, fields, related, about=item.node)
