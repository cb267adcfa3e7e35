"""Commands for another shell than the one that runs them: Linux and Windows.

What knows PowerShell is imported by the few buildspecs that need it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.buildspec.shells import CMD, POWERSHELL, UNKNOWN, stated_shell
from cblint.finding import Report
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.buildspec.environments import Environment

_SHELLS = {POWERSHELL: "PowerShell", CMD: "cmd"}
_SHOWN = 10
"""Further commands that a finding points at; the rest is the same again."""


def powershell_variable_syntax(buildspec: Buildspec) -> Iterator[Report]:
    """An environment variable is read, or set, as other shells do it."""
    if buildspec.powershell_items:
        from cblint.checks.powershell import variables

        yield from variables(buildspec)


def shell_platform_mismatch(buildspec: Buildspec) -> Iterator[Report]:
    """Commands that the shell which runs them cannot be meant for."""
    stated = stated_shell(buildspec)
    everywhere = buildspec.environments
    on_windows = [each for each in everywhere if each.is_windows]
    elsewhere = [each for each in everywhere if each.is_windows is False]
    # Where nothing looks like PowerShell, no command need be read as such.
    if stated == UNKNOWN or not (stated in _SHELLS or on_windows or buildspec.runs_in == POWERSHELL):
        return
    from cblint.buildspec.environments import those
    from cblint.checks.languages import posix_in, powershell_in

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
    if (elsewhere or stated) and buildspec.runs_in == POWERSHELL:
        where = those(elsewhere, everywhere) if not stated else ""
        yield from _written(buildspec, "powershell", powershell_in, buildspec.shell or "/bin/sh", where)


def _no_such_shell(buildspec: Buildspec, elsewhere: list[Environment]) -> Iterator[Report]:
    from cblint.buildspec.environments import those

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
    command = item.node.text.within(first)
    related = tuple(("again", span) for _, span in others[:_SHOWN])
    fields = {"command": command.split("\n")[0], "shell": shell, "where": where}
    yield Report(first, variant, fields, related, about=item.node)
