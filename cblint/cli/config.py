"""What ``cblint config`` does: prints what holds for a file, and from where."""

from __future__ import annotations

import os
from collections.abc import Mapping

from cblint.catalogue import UnknownRule
from cblint.cli.run import Misused, chosen, write
from cblint.config import ConfigError
from cblint.effective import effective
from cblint.report import configured
from cblint.report.shown import printable
from cblint.typing import Any


def config(path: str, style: str, options: Mapping[str, Any]) -> None:
    """Print it as ``text`` or ``json``; of a folder, for a buildspec in it. Raises Misused."""
    name = os.path.normpath(os.path.join(path, "buildspec.yml")) if os.path.isdir(path) else path
    try:
        found = effective(name, chosen(options))
    except (UnknownRule, ConfigError) as error:
        raise Misused(printable(str(error))) from None
    write(configured.render_json(found) if style == "json" else configured.render_text(found))
