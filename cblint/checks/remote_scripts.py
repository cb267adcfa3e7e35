"""Scripts from elsewhere that a build runs as they come."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import lru_cache

from cblint.buildspec.model import Buildspec
from cblint.checks.addresses import Address
from cblint.checks.fetching import Fetch, letter_of
from cblint.checks.following import Download, Use, followed
from cblint.checks.piping import SCRIPT
from cblint.finding import Report
from cblint.records import NamedTuple
from cblint.shell.syntax import Node, Word


class RemoteScript(NamedTuple):
    """A script that is run as it comes from an address outside, and what runs it."""

    fetch: Fetch
    address: Address
    run: Use


def remote_script_piped_to_shell(buildspec: Buildspec) -> Iterator[Report]:
    """A script is fetched from elsewhere, and run without a look at what has come."""
    for script in remote_scripts(buildspec):
        fetch, address = script.fetch, script.address
        fields = {"host": address.host, "shell": _name(script.run), "program": fetch.call.program}
        related = (("runs", script.run.node.span),)
        yield Report(fetch.word.span, _variant(script), fields | {"how": _how(fetch, address)}, related)
    if buildspec.powershell_items:
        from cblint.checks.powershell_fetching import scripts_run  # few buildspecs are for Windows

        yield from scripts_run(buildspec)


def _name(use: Use) -> str:
    """The program as it is written, which may be of one version: python3."""
    return posixpath.basename(use.node.text or "") if isinstance(use.node, Word) else use.program


def _variant(script: RemoteScript) -> str:
    if script.fetch.is_insecure:
        return "unprotected"
    return "aws" if script.address.is_of_aws else "saved" if script.run.is_file else "piped"


def _how(fetch: Fetch, address: Address) -> str:
    """What lets somebody on the way put another script in its place."""
    if fetch.unchecked:
        letter = letter_of(fetch.call.invocation, fetch.unchecked[0])
        return f"with {f'-{letter}' if letter else fetch.unchecked[0].text} any certificate will do"
    if address.implied:
        return f"without a scheme {fetch.call.program} asks over http"
    return f"over {address.scheme} nothing tells who does"


@lru_cache(maxsize=1)
def remote_scripts(buildspec: Buildspec) -> list[RemoteScript]:
    """The scripts from outside that are run as they come."""
    return [found for each in followed(buildspec) if (found := _run(each)) is not None]


def _run(download: Download) -> RemoteScript | None:
    fetch, run = download.fetch, download.used(SCRIPT)
    address = fetch.address
    if run is None or address is None or download.checked or fetch.sends or fetch.known_to:
        return None
    if address.is_own or (address.is_pinned and not fetch.is_insecure):
        return None
    return RemoteScript(fetch, address, run)


def is_remote_script(buildspec: Buildspec, command: Node) -> bool:
    """Whether a command fetches such a script."""
    return any(each.fetch.call.invocation.node is command for each in remote_scripts(buildspec))
