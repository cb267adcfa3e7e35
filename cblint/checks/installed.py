"""What a build installs although the image has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.checks.edits import Change, left_out
from cblint.checks.removing import command
from cblint.facts import table
from cblint.finding import Report
from cblint.typing import TYPE_CHECKING
from cblint.wording import enumerated

if TYPE_CHECKING:
    from cblint.facts.images import Image
    from cblint.shell.query import Invocation
    from cblint.shell.syntax import Word

_SYSTEM = ("apt-get", "apt", "yum", "dnf", "microdnf")
_PIP = ("pip", "pip3")
_FOR_A_REASON = (
    *("--reinstall", "--only-upgrade", "--download-only", "-d", "--downloadonly"),
    # Of another repository, or for the system in another folder.
    *("-t", "--target-release", "--default-release", "--enablerepo", "--repo", "--releasever", "--installroot"),
)
_ANOTHER_PLACE = r"(?i)\b(?:default-release|rootdir|dir)\b"
"""A setting after ``-o`` of apt-get that says the same."""
_OF_PATH = frozenset({"sudo", "env", "time", "timeout", "python", "python3", "bash", "sh"})
"""What may run the pip that a shell finds; others run that of an environment of their own."""
_ELSEWHERE = ("--user", "-t", "--target", "--prefix", "--root", "--download", "--dry-run")


def tool_already_in_image(buildspec: Buildspec) -> Iterator[Report]:
    """Something is installed that the image has, or that another key of the buildspec brings."""
    selects_node = buildspec.get("phases", "install", "runtime-versions", "nodejs")
    images = _images(buildspec)
    pattern = r"\b(?:install|nvm)\b" if images else r"\bnvm\b"
    items = [item for item in buildspec.shell_items if item.holds(pattern)]
    if not items or not (images or selects_node):
        return
    from cblint.checks.conditional import is_conditional  # seldom is anything known of the image
    from cblint.shell.effects import called_at

    several = _installs_several_nodes(buildspec)
    for item in items:
        for invocation in item.invocations:
            if is_conditional(item, invocation):
                continue
            if selects_node is not None and not several and invocation.runs("nvm", "install"):
                yield Report(called_at(invocation), "nvm", {}, (("runtime", selects_node.key.span),))
            elif images:
                yield from _present(buildspec, item, invocation, images)


def _installs_several_nodes(buildspec: Buildspec) -> bool:
    """Whether nvm may install more than one version: then runtime-versions, which selects one, cannot do instead."""
    from cblint.shell.commands import For, While

    installs = [each for each in buildspec.invocations(r"\bnvm\b") if each.runs("nvm", "install")]
    versions = {word.text for each in installs for word in each.operands()[1:]}
    repeated = any(isinstance(node, (For, While)) for each in installs for node in each.above)
    return repeated or None in versions or len(versions) > 1


def _images(buildspec: Buildspec) -> list[Image]:
    """The images on which the buildspec runs, each once; none if one of them is not known."""
    images = {each.image.name: each.image for each in buildspec.environments if each.image is not None}
    return list(images.values()) if all(each.image is not None for each in buildspec.environments) else []


def _present(buildspec: Buildspec, item: ShellItem, invocation: Invocation, images: list[Image]) -> Iterator[Report]:
    """What an installation brings though all images that run the buildspec have it."""
    packages = _packages(invocation) if invocation.program in _SYSTEM and not _has_repositories(buildspec) else []
    if (
        packages
        and all(_is_of(image, invocation.program) for image in images)
        and all(_is_there(word, images) for word in packages)
    ):
        names = [word.text or "" for word in packages]
        fields = {"tools": enumerated(names, "and"), "image": images[0].name}
        touched, edits = command(buildspec, item, invocation)
        yield Report(packages[0].span.to(packages[-1].span), "package", fields, edits=edits, touched=touched)
    word = _old_cli(invocation)
    in_venv = re.search(r"\bactivate\b", buildspec.source) is not None
    if (
        word is not None
        and not in_venv
        and all("aws" in image.tools for image in images)
        and not _needs_old_cli(buildspec)
    ):
        touched, edits = _without_cli(buildspec, item, invocation, word)
        yield Report(word.span, "aws-cli", {"image": images[0].name}, edits=edits, touched=touched)


def _without_cli(buildspec: Buildspec, item: ShellItem, invocation: Invocation, word: Word) -> Change:
    """The package taken out of the command, or the command where that installs nothing else."""
    packages = invocation.runs(invocation.program, "install")[1:]
    if packages == (word,) and not invocation.flags("-r", "--requirement", "-e", "--editable"):
        return command(buildspec, item, invocation)
    words = invocation.words
    number = next(number for number, each in enumerate(words) if each is word)
    return (), (left_out(words[number - 1].span, word.span),) if word.source is item.script.source else ()


def _packages(invocation: Invocation) -> tuple[Word, ...]:
    """The packages of the operating system that a command installs by name, if all of them are known."""
    operands = invocation.operands()
    if not operands or operands[0].text != "install" or invocation.flags(*_FOR_A_REASON):
        return ()
    if any(re.search(_ANOTHER_PLACE, word.raw) for word in invocation.arguments):
        return ()
    packages = operands[1:]
    return packages if all(word.text is not None for word in packages) else ()


@lru_cache(maxsize=1)
def _has_repositories(buildspec: Buildspec) -> bool:
    """Whether packages may come from a repository that the build adds, which has others than the image."""
    source = buildspec.source
    if any(text in source for text in table("packages")["repositories"]):
        return True
    shells = table("tools")["shells"]
    return any(each.program in shells and each.fed_by is not None for each in buildspec.invocations(r"\|"))


def _is_of(image: Image, manager: str) -> bool:
    """Whether an image has a package manager: of one that it has not, something else is said."""
    families = table("packages")["families"].values()
    return any(image.family in family["systems"] for family in families if manager in family["programs"])


def _is_there(package: Word, images: list[Image]) -> bool:
    facts = table("packages")
    name = package.text or ""
    program = facts["programs"].get(name, name if name in facts["plain"] else None)
    return program is not None and all(program in image.tools for image in images)


def _old_cli(invocation: Invocation) -> Word | None:
    """``awscli`` where pip installs it, of whichever version, for all to find."""
    if invocation.program not in _PIP or invocation.flags(*_ELSEWHERE) or not _OF_PATH.issuperset(invocation.wrappers):
        return None
    words = invocation.node.words
    if any("/" in (word.text or "/") for word in words[: len(words) - len(invocation.arguments)]):
        return None  # that of a virtual environment
    packages = invocation.runs(invocation.program, "install")[1:]
    return next((word for word in packages if word.text == "awscli"), None)


@lru_cache(maxsize=1)
def _needs_old_cli(buildspec: Buildspec) -> bool:
    """Whether a command is used that only version 1 has."""
    return any(invocation.runs("aws", "ecr", "get-login") for invocation in buildspec.invocations("get-login"))
