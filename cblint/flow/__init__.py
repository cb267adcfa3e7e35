"""The build on paper: what each command item does to variables, directory and files, and how it can end."""

from __future__ import annotations

from functools import lru_cache

from cblint import expressions
from cblint.timing import aside
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.buildspec.model import Buildspec
    from cblint.flow.build import Build, Read


BUILDS = "running builds on paper"
"""The phase of it: rules share a build, which must not count for the one that happens to ask first."""


class _Builds:
    """Those of a buildspec, each run once for all rules that ask: alone, and with the scripts of its repository.

    Where no script is at hand, both are one. The interpreter is imported here: nothing in most buildspecs calls for it,
    and that saves a sixth of the start.
    """

    def __init__(self, buildspec: Buildspec) -> None:
        self._buildspec = buildspec
        self._alone: Build | None = None
        self._wanted: set[str] = set()
        """The files that the build alone would have read."""
        self._with_scripts: Build | None = None

    def alone(self) -> Build:
        """The build for which no script is at hand."""
        if self._alone is None:
            self._alone = self._run(self._want)
        return self._alone

    def with_scripts(self, repository: str) -> Build:
        """The build in which the scripts of a repository run as well."""
        from cblint.hosts.repository import text_in

        if self._with_scripts is None:
            if self._alone is not None and all(text_in(repository, path) is None for path in self._wanted):
                self._with_scripts = self._alone
                return self._with_scripts
            found: list[str] = []

            def read(path: str) -> str | None:
                text = text_in(repository, path)
                if text is not None:
                    found.append(path)
                return text

            self._with_scripts = self._run(read)
            if not found:
                self._alone = self._with_scripts
        return self._with_scripts

    def _want(self, path: str) -> str | None:
        self._wanted.add(path)
        return None

    def _run(self, read: Read) -> Build:
        from cblint.flow.build import run_build

        return aside(BUILDS, lambda: run_build(self._buildspec, read))


_builds = lru_cache(maxsize=1)(_Builds)


def build_of(buildspec: Buildspec) -> Build:
    """The build of a buildspec alone, run once for all rules that ask."""
    return _builds(buildspec).alone()


_MAY_RUN_SCRIPTS = expressions.lazy(r"(?:^|[\s;&|(])(?:\.|source|(?:ba)?sh)\s|/|\.(?:ba)?sh\b")
"""In a command: it may run a file of the repository."""


def may_run_scripts(buildspec: Buildspec) -> bool:
    """Whether a command may run a file of the repository, which is at hand."""
    return buildspec.repository is not None and any(
        _MAY_RUN_SCRIPTS.search(item.value) for item in buildspec.shell_items
    )


def build_with_scripts(buildspec: Buildspec) -> Build:
    """The build in which the scripts of the repository run as well: for rules that ask where texts go.

    What happens in a script stands in another file: events tell of it with the command that runs the script.
    """
    repository = buildspec.repository
    if repository is None or not may_run_scripts(buildspec):
        return build_of(buildspec)
    return _builds(buildspec).with_scripts(repository)
