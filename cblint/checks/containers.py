"""What docker and the registries are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from cblint.buildspec.model import Buildspec
from cblint.checks.edits import replaced
from cblint.checks.registry_logins import login_instead
from cblint.facts import table
from cblint.facts.images import is_of_one_language
from cblint.finding import Edit, Report
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.buildspec.environments import Environment


def docker_interactive_flag(buildspec: Buildspec) -> Iterator[Report]:
    """A container is to be attached to a terminal, and there is none."""
    for invocation in buildspec.invocations(r"\s-(?:\w*t\w*|-tty)\b"):
        found = invocation.runs(invocation.program, "run") or invocation.runs(invocation.program, "exec")
        if invocation.program not in ("docker", "podman") or len(found) < 2:
            continue
        options = _before_image(invocation, found)
        interactive, terminal = _letters(options, "i", "--interactive"), _letters(options, "t", "--tty")
        if interactive and terminal and not _letters(options, "d", "--detach"):
            word = terminal[0]
            yield Report(word.span, "terminal", {"flag": word.text or ""}, edits=_without_terminal(word))


def _before_image(invocation: Invocation, found: tuple[Word, ...]) -> list[Word]:
    """The options of ``docker run`` that certainly stand before the image: up to the first word that may be it."""
    words = [word for word in invocation.arguments if word.start > found[0].start]
    switches = table("containers")["switches"]
    options: list[Word] = []
    takes_value = False
    for word in words:
        text = word.text
        if takes_value:
            takes_value = False
        elif text is not None and text.startswith("-"):
            options.append(word)
            switch = text in switches or "=" in text or re.fullmatch(r"-[ditPq]+", text) is not None
            takes_value = not switch
        else:
            break
    return options


def _letters(options: list[Word], letter: str, name: str) -> list[Word]:
    found = []
    for word in options:
        text = word.text or ""
        if text == name or (re.fullmatch(r"-[ditPq]+", text) and letter in text):
            found.append(word)
    return found


def _without_terminal(word: Word) -> tuple[Edit, ...]:
    text = word.text or ""
    if text in ("-t", "--tty") or word.raw != text:
        before = word.source.value[: word.start]
        start = len(before.rstrip(" "))
        return (replaced(word.source.span(start, word.end), ""),) if word.raw == text else ()
    return (replaced(word.span, text.replace("t", "")),)


def ecr_get_login_removed(buildspec: Buildspec) -> Iterator[Report]:
    """``aws ecr get-login``, which the AWS CLI has no more."""
    for item in buildspec.shell_items:
        for invocation in item.invocations if "get-login" in item.value else ():
            found = invocation.runs("aws", "ecr", "get-login")
            if not found or _installs_version_1(buildspec):
                continue
            if buildspec.environments and all(map(_has_version_1, buildspec.environments)):
                yield Report(found[0].span, "old-image", {})  # which may not have the new command yet
            else:
                yield Report(found[0].span, "removed", {}, edits=login_instead(buildspec, item, invocation))


def _has_version_1(environment: Environment) -> bool:
    """Whether the image is older than version 2, as all those are that CodeBuild had for one language each."""
    image = environment.image
    return image.aws_cli == 1 if image is not None else is_of_one_language(environment.image_name or "")


@lru_cache(maxsize=1)
def _installs_version_1(buildspec: Buildspec) -> bool:
    """Whether a command installs version 1, which is the one that pip knows."""
    return any(
        re.match(r"awscli(?![\w-])", word.text or "") is not None
        for invocation in buildspec.invocations("awscli")
        if invocation.program.startswith("pip")
        for word in invocation.runs(invocation.program, "install")[1:]
    )
