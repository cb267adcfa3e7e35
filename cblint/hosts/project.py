"""What is known of a CodeBuild project beside its buildspec."""

from __future__ import annotations

from typing import NamedTuple


class Project(NamedTuple):
    """What is known of a CodeBuild project; None is unknown. ``buildspecs`` are patterns of the files it uses."""

    buildspecs: tuple[str, ...]
    image: str | None = None
    environment_type: str | None = None
    privileged: bool | None = None
    variables: tuple[tuple[str, bool], ...] = ()
    """Names, and whether their values are secret."""
