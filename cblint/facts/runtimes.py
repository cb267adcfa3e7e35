"""The keys and versions of ``runtime-versions``: which there are on some image, and which get no updates any more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from cblint.facts import table
from cblint.records import NamedTuple

LATEST = "latest"
_NUMBERS = r"\d+(?:\.\d+)*"
_OPEN = r"(?P<begins>\d+(?:\.\d+)*)\.x"
"""A version that leaves the rest open: ``18.x``."""


class Offer(NamedTuple):
    """A runtime, as all images together have it.

    ``others``: maintained images install other versions on demand. ``left`` are those of the versions that no
    maintained image has. ``requires``: what a version needs of other runtimes.
    """

    versions: tuple[str, ...]
    left: tuple[str, ...]
    others: bool
    requires: dict[str, dict[str, tuple[str, ...]]]


class Ended(NamedTuple):
    """A release that gets nothing any more: what it is called, since when, and which ones to use instead."""

    title: str
    since: str
    use: tuple[str, ...]


def runtime_names() -> list[str]:
    """The runtimes that some image has."""
    return list(table("offered")["runtimes"])


@cache
def offer_of(runtime: str) -> Offer | None:
    """What images have of a runtime; None if none has it."""
    says = table("offered")["runtimes"].get(runtime)
    if says is None:
        return None
    requires = {
        version: {name: tuple(each) for name, each in needs.items()}
        for version, needs in says.get("requires", {}).items()
    }
    return Offer(tuple(says["versions"]), tuple(says["left"]), says["others"], requires)


def called(name: str) -> str | None:
    """The runtime that people call so, though CodeBuild does not."""
    names: dict[str, str] = table("support")["called"]
    return names.get(name.lower())


def ended(runtime: str, version: str) -> Ended | None:
    """Whether a version is of a release that has ended; None also where that is not known."""
    says = table("support")["runtimes"].get(runtime)
    release = _release(version, says["parts"]) if says is not None else None
    if release is None or release not in says["ended"]:
        return None
    return Ended(f"{says['title']} {release}", says["ended"][release], tuple(says["use"]))


def _release(version: str, parts: int) -> str | None:
    """The release that a version belongs to: of ``14.17.0`` the first number or two, of ``3`` of two none."""
    exact = re.fullmatch(_OPEN, version)
    numbers = (exact["begins"] if exact is not None else version).split(".")
    if not all(re.fullmatch(r"\d+", number) for number in numbers) or len(numbers) < parts:
        return None
    return ".".join(numbers[:parts])


def is_literal(version: str) -> bool:
    """Whether a version is one that can be looked up: no variable, not ``latest``."""
    return "$" not in version and version.lower() != LATEST and bool(version)


def is_among(version: str, versions: Iterable[str]) -> bool:
    """Whether a version is one of these, or leaves open which of them (``N.x``)."""
    left_open = re.fullmatch(_OPEN, version)
    begins = left_open["begins"] if left_open is not None else None
    return any(
        version == known or (begins is not None and (known == begins or known.startswith(f"{begins}.")))
        for known in versions
    )


def may_be_installed(runtime: str, version: str) -> bool:
    """Whether a version can be one that an image installs on demand, for all that its form tells."""
    form = table("support")["on-demand"].get(runtime)
    return form is None or re.fullmatch(form, version) is not None or version.endswith(".x")


def is_number(version: str) -> bool:
    """Whether it is written as numbers, as what can be installed on demand is."""
    return re.fullmatch(_NUMBERS, version) is not None
