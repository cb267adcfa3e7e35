"""The keys and versions of ``runtime-versions``: what images have of them, and which get no updates any more."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from cblint.facts import table
from cblint.facts.images import Image, Runtime, all_images

LATEST = "latest"
_NUMBERS = r"\d+(?:\.\d+)*"
_OPEN = r"(?P<begins>\d+(?:\.\d+)*)\.x"
"""A version that leaves the rest open: ``18.x``."""


class Ended(NamedTuple):
    """A release that gets nothing any more: what it is called, since when, and which ones to use instead."""

    title: str
    since: str
    use: tuple[str, ...]


@cache
def all_runtimes() -> dict[str, list[tuple[Image, Runtime]]]:
    """Every runtime that some image has, and what each image has of it."""
    found: dict[str, list[tuple[Image, Runtime]]] = {}
    for image in all_images():
        for name, runtime in (image.runtimes or {}).items():
            found.setdefault(name, []).append((image, runtime))
    return found


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


def offers(runtime: Runtime, version: str) -> bool:
    """Whether a version is among those of a runtime, or one of those that ``N.x`` stands for."""
    if version in runtime.versions:
        return True
    left_open = re.fullmatch(_OPEN, version)
    return left_open is not None and any(
        known == left_open["begins"] or known.startswith(left_open["begins"] + ".") for known in runtime.versions
    )


def is_number(version: str) -> bool:
    """Whether it is written as numbers, as what can be installed on demand is."""
    return re.fullmatch(_NUMBERS, version) is not None
