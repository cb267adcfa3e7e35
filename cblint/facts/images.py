"""CodeBuild's own build images: what they are called, what they run on, what is in them."""

from __future__ import annotations

import re
from functools import lru_cache

from cblint.facts import table
from cblint.records import NamedTuple
from cblint.typing import Any

UBUNTU, AMAZON_LINUX_2, AMAZON_LINUX_2023 = "ubuntu", "amazon-linux-2", "amazon-linux-2023"
WINDOWS, MACOS = "windows", "macos"
CURRENT = "current"

_CURATED = "aws/codebuild/"
_RELEASE = r"(?P<major>[^:]+:[\w.]+?)-(?P<release>\d+(?:\.\d+)+)"
"""A tag that pins a release of an image: ``standard:7.0-24.10.29``."""


class Runtime(NamedTuple):
    """A key of ``runtime-versions``: its versions as text, and whether any other is installed on demand.

    ``requires``: what a version needs of other runtimes, as ``{"28": {"java": ("corretto8",)}}``.
    """

    versions: tuple[str, ...]
    others: bool
    requires: dict[str, dict[str, tuple[str, ...]]]


class Image(NamedTuple):
    """An image that CodeBuild provides.

    ``name`` is what the documentation calls it; ``release`` the one that a tag pins, or nothing. ``family`` is one of
    the constants above; ``types`` are the environment types of the API on which it can run. ``status``: ``current``,
    ``unmaintained``, ``unsupported``, ``gone``, or ``deprecated`` since a date. ``runtimes`` is None where the source
    is not public; ``docker`` is the version of its engine, if it has one; ``tools`` are programs that are known to be
    there, of many more. ``aws_cli`` is the number of its AWS CLI, None where that is not known.
    """

    name: str
    release: str
    os: str
    family: str
    arch: str
    types: tuple[str, ...]
    status: str
    since: str
    sh: str
    docker: str
    aws_cli: int | None
    runtimes: dict[str, Runtime] | None
    tools: frozenset[str]

    @property
    def is_lambda(self) -> bool:
        """Whether it is for Lambda compute."""
        return any("LAMBDA" in each for each in self.types)

    @property
    def is_maintained(self) -> bool:
        """Whether it still gets updates."""
        return self.status == CURRENT


def is_curated(name: str) -> bool:
    """Whether a name is one of those that CodeBuild keeps for its own images."""
    return name.startswith(_CURATED)


@lru_cache(maxsize=256)
def image_of(name: str) -> Image | None:
    """What is known of an image by any of its names; None for one that is not CodeBuild's, or not known yet."""
    if not is_curated(name):
        return None
    images = table("images")["images"]
    for spelling in _spellings(name):
        if spelling in images:
            return _image(spelling, "")
        pinned = re.fullmatch(_RELEASE, spelling)
        if pinned is not None and pinned["major"] in images:
            return _image(pinned["major"], pinned["release"])
    return None


def sh_of(name: str) -> str | None:
    """What /bin/sh is on an image, by the beginning of its name: ``dash``, ``bash-as-sh``, or ``powershell``."""
    found = (known["shell"] for known in table("images")["shells"] if name.startswith(known["image"]))
    return next(found, None)


def is_of_one_language(name: str) -> bool:
    """Whether it is one of the images of before 2019, as ``aws/codebuild/python:3.6.5``."""
    return is_curated(name) and name.partition(":")[0] in table("runtimes")["of-one-language"]


def all_images() -> list[Image]:
    """All of them, in the order of the table."""
    return [_image(name, "") for name in table("images")["images"]]


def other_names(image: Image) -> list[str]:
    """The names of before that stay valid."""
    return [image.name.replace(new, old) for old, new in table("images")["renamed"].items() if new in image.name]


def _spellings(name: str) -> list[str]:
    renamed = [name.replace(old, new) for old, new in table("images")["renamed"].items() if old in name]
    return [name, *renamed]


def _image(name: str, release: str) -> Image:
    facts = table("images")
    says = facts["images"][name]
    kind = facts["kinds"][says["kind"]]
    inside = table("runtimes")["images"].get(name)
    return Image(
        name=name,
        release=release,
        os=says["os"],
        family=next(family for system, family in facts["families"].items() if says["os"].startswith(system)),
        arch=kind["arch"],
        types=tuple(kind["types"]),
        status=says["status"],
        since=str(says.get("since", "")),
        sh=sh_of(name) or "",
        docker=inside["docker"]["engine"] if inside is not None and "docker" in inside else "",
        aws_cli=inside.get("aws-cli") if inside is not None else None,
        runtimes=_runtimes(inside["runtimes"]) if inside is not None else None,
        tools=frozenset(inside["tools"] if inside is not None else ()),
    )


def _runtimes(says: dict[str, dict[str, Any]]) -> dict[str, Runtime]:
    return {
        name: Runtime(tuple(each["versions"]), bool(each["others"]), _requires(each.get("requires", {})))
        for name, each in says.items()
    }


def _requires(says: dict[str, dict[str, list[str]]]) -> dict[str, dict[str, tuple[str, ...]]]:
    return {version: {name: tuple(each) for name, each in needs.items()} for version, needs in says.items()}
