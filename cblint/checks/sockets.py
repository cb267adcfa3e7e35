"""Containers that are given docker's socket, and with it the build."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cblint import expressions
from cblint.checks.contained import is_tool
from cblint.checks.images import RUN, Use, is_ours, uses_docker, uses_of
from cblint.facts import table
from cblint.finding import Report
from cblint.flow.docker import command_of
from cblint.flow.references import DOCKER_HUB, hub_name, is_fixed, is_known_to_move, is_of_others, parts_of, registry_of
from cblint.flow.steps import is_whole
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.buildspec.model import Buildspec
    from cblint.flow.values import Value

MOVING, TAGGED = "moving", "tagged"
_MOUNTING = ("-v", "--volume", "--mount")
_SOCKET = expressions.lazy(r"(?:^|[=,/:])docker\.sock(?=$|[,:])")


def docker_socket_to_unpinned_image(buildspec: Buildspec) -> Iterator[Report]:
    """An image of others that is not the same for ever gets docker's socket."""
    if "docker.sock" not in buildspec.source or not uses_docker(buildspec, {"run", "create"}):
        return
    is_known = is_whole(buildspec)
    found: dict[str, tuple[str, dict[Span, None]]] = {}
    for use, variant in with_socket(uses_of(buildspec)):
        if is_known or (use.reference is not None and is_tool(use.reference)):
            found.setdefault(use.name, (variant, {}))[1][use.word.span] = None
    for name, (variant, (first, *others)) in found.items():
        yield Report(first, variant, {"image": name}, tuple(("again", other) for other in others))


def with_socket(uses: Sequence[Use]) -> Iterator[tuple[Use, str]]:
    """The images of others that get the socket, and whether their tag is one that moves, or one that should not."""
    for use in uses:
        reference = use.reference
        if use.kind != RUN or reference is None or not use.is_named or not _gets_socket(use):
            continue
        variant = _variant(reference)
        if variant is not None and (is_tool(reference) or not any(is_ours(each, reference) for each in uses)):
            yield use, variant


def _gets_socket(use: Use) -> bool:
    command = command_of(use.invocation, use.event) if use.event is not None else None
    mounts = command.valued(*_MOUNTING) if command is not None else []
    return any(_SOCKET.search(mount.value.written) is not None for mount in mounts)


def _variant(reference: Value) -> str | None:
    """How the image is named; None where it stays what it is, is not of others, or is of those who run the build."""
    if is_of_others(reference) and not _is_of_platform(reference):
        return MOVING
    parts = parts_of(reference)
    registry = registry_of(reference)
    if registry is None or registry.text not in table("containers")["open"] or is_fixed(reference):
        return None
    if registry.text == DOCKER_HUB and hub_name(reference) is None:
        return None
    is_tag = parts.tag is not None and bool(parts.tag.text) and not is_known_to_move(reference)
    return TAGGED if is_tag and not _is_of_platform(reference) else None


def _is_of_platform(reference: Value) -> bool:
    """Whether the image is by those whose programs the build runs anyway: Docker and AWS."""
    name = hub_name(reference) or reference.start
    return name.startswith(tuple(table("contained")["of-platform"])) or ("/" not in name)
