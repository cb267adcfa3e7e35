"""The build on paper: what each command item does to variables, directory and files, and how it can end."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.buildspec.model import Buildspec
    from cblint.flow.build import Build


@lru_cache(maxsize=1)
def build_of(buildspec: Buildspec) -> Build:
    """The build of a buildspec alone, run once for all rules that ask.

    The interpreter is imported here: nothing in most buildspecs calls for it, and that saves a sixth of the start.
    """
    from cblint.flow.build import run_build

    return run_build(buildspec)
