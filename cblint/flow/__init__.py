"""The build on paper: what each command item does to variables, directory and files, and how it can end."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from cblint.timing import aside

if TYPE_CHECKING:
    from cblint.buildspec.model import Buildspec
    from cblint.flow.build import Build


BUILDS = "running builds on paper"
"""The phase of it: rules share a build, which must not count for the one that happens to ask first."""


@lru_cache(maxsize=1)
def build_of(buildspec: Buildspec) -> Build:
    """The build of a buildspec alone, run once for all rules that ask.

    The interpreter is imported here: nothing in most buildspecs calls for it, and that saves a sixth of the start.
    """
    from cblint.flow.build import run_build

    return aside(BUILDS, lambda: run_build(buildspec))


_MAY_RUN_SCRIPTS = re.compile(r"(?:^|[\s;&|(])(?:\.|source|(?:ba)?sh)\s|/|\.(?:ba)?sh\b")
"""In a command: it may run a file of the repository."""


@lru_cache(maxsize=1)
def build_with_scripts(buildspec: Buildspec) -> Build:
    """The build in which the scripts of the repository run as well: for rules that ask where texts go.

    What happens in a script stands in another file: events tell of it with the command that runs the script.
    """
    repository = buildspec.repository
    if repository is None or not any(_MAY_RUN_SCRIPTS.search(item.value) for item in buildspec.shell_items):
        return build_of(buildspec)
    from cblint.flow.build import run_build
    from cblint.hosts.repository import text_in

    return aside(BUILDS, lambda: run_build(buildspec, lambda path: text_in(repository, path)))
