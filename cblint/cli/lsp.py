"""What ``cblint lsp`` does: serve an editor, if what that needs is installed."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from cblint.catalogue import UnknownRule
from cblint.choices import check_settings
from cblint.cli import NOWHERE, is_nowhere
from cblint.cli.run import Misused, chosen, say
from cblint.config import ConfigError
from cblint.report import shown
from cblint.typing import Any


def serve(options: Mapping[str, Any]) -> int:
    """Serve the editor at standard input and output, and return the exit status. Raises Misused."""
    try:
        from cblint.lsp.client import Options
        from cblint.lsp.server import serve as start
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise Misused("The language server needs pygls: pip install 'cblint[lsp]' brings it.") from None
    if sys.stdin is None or sys.stdout is None:
        raise Misused("The language server speaks with an editor through standard input and output: one is closed.")
    if is_nowhere():
        raise Misused(NOWHERE)
    settings = chosen(options)._replace(exclude=options["exclude"])
    try:
        check_settings(settings, (".",))
    except (UnknownRule, ConfigError) as error:
        raise Misused(shown.printable(str(error))) from None
    if sys.stdin.isatty():
        say("an editor starts this command, and speaks with it: docs/editors.md has how. Ctrl-D ends it.")
    return start(Options(settings, options["hints"]))
