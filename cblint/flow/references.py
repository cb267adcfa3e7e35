"""References to images: registry, repository and tag of a text that may be known only in part."""

from __future__ import annotations

import re
from functools import lru_cache

from cblint.facts import table
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.values import Piece, Value

DOCKER_HUB = "docker.io"
_LATEST = ":latest"
_SCHEME = "^https?://"
_IMAGE_ID = r"(sha256:)?[0-9a-f]{12,64}"
_ECR = (".dkr.ecr", ".amazonaws.com")


def registry_of(reference: Value) -> Value | None:
    """The registry in which a reference is looked for; None if that is not known."""
    host = before(reference, "/")
    if host is None:
        # Without a registry, `app:1` is on Docker Hub; `$IMAGE` may name one.
        repository = parts_of(reference).repository
        return docker_hub() if repository is not None and repository.text else None
    if host.text is None:
        # A variable before a dot is a part of the host's name: `$ACCOUNT.dkr.ecr.…`.
        last = host.pieces[-1]
        return host if isinstance(last, str) and "." in last else None
    if "." not in host.text and ":" not in host.text and host.text != "localhost":
        return docker_hub()
    return server(host)


def server(address: Value) -> Value:
    """The registry that an address given to ``docker login`` is of."""
    from cblint.flow.values import Value

    text = address.text
    if text is None:
        first = address.pieces[0]
        pieces = (re.sub(_SCHEME, "", first), *address.pieces[1:]) if isinstance(first, str) else address.pieces
        bare = Value(tuple(piece for piece in pieces if piece))
        return before(bare, "/") or bare
    host = re.sub(_SCHEME, "", text).partition("/")[0]
    return docker_hub() if host in table("containers")["docker-hub"] or not host else Value((host,))


def docker_hub() -> Value:
    """The registry that is meant where none is named."""
    from cblint.flow.values import literal

    return literal(DOCKER_HUB)


def is_ecr(registry: Value) -> bool:
    """Whether a registry is a private one of Amazon ECR, of whatever account and region."""
    return all(any(isinstance(piece, str) and part in piece for piece in registry.pieces) for part in _ECR)


def is_closed(registry: Value) -> bool:
    """Whether nobody pushes to a registry without a login, for sure."""
    last = registry.pieces[-1] if registry.pieces else ""
    return is_ecr(registry) or (isinstance(last, str) and last.endswith(tuple(table("containers")["closed"])))


def before(value: Value, mark: str) -> Value | None:
    """What stands before the first such mark; None if none is known to stand there."""
    from cblint.flow.values import Value

    found: list[Piece] = []
    for piece in value.pieces:
        if isinstance(piece, str) and mark in piece:
            head = piece.partition(mark)[0]
            return Value((*found, head) if head else tuple(found))
        found.append(piece)
    return None


class Parts:
    """Repository and tag of a reference: None where it is not known where they end. A digest has no tag."""

    def __init__(self, reference: Value) -> None:
        from cblint.flow.values import Value, literal

        self.repository: Value | None = None
        self.tag: Value | None = None
        pieces = reference.pieces
        for number in range(len(pieces) - 1, -1, -1):
            piece = pieces[number]
            if not isinstance(piece, str):
                continue
            head, colon, tail = piece.rpartition(":")
            if colon and "/" not in tail:
                self.repository = Value((*pieces[:number], head) if head else pieces[:number])
                self.tag = Value((tail, *pieces[number + 1 :]) if tail else pieces[number + 1 :])
                return
            if "/" in piece:
                break
        if reference.text:
            self.repository, self.tag = reference, literal("latest")


@lru_cache(maxsize=4096)
def parts_of(reference: Value) -> Parts:
    """The same, remembered: each image of a build is compared with all others."""
    return Parts(reference)


@lru_cache(maxsize=4096)
def may_be(first: Value, second: Value) -> bool:
    """Whether two references can be those of one image."""
    return any(_can_equal(one, other) for one in _readings(first) for other in _readings(second))


@lru_cache(maxsize=4096)
def is_same(first: Value, second: Value) -> bool:
    """Whether two references are those of one image for sure."""
    from cblint.flow.values import same

    (one, *others), (other, *more) = _readings(first), _readings(second)
    return len(others) == len(more) and same(one, other) is True


def _readings(reference: Value) -> list[Value]:
    """A reference with its tag: both ways, where it is not known whether it has one. Docker Hub has no name."""
    from cblint.flow.values import concat, literal

    start = reference.start
    for name in table("containers")["docker-hub"]:
        start = start.removeprefix(f"{name}/")
    reference = _begun(reference, start.removeprefix("library/"))
    parts = parts_of(reference)
    if reference.text is None and parts.tag is None:
        return [reference, concat((reference, literal(_LATEST)))]
    if parts.tag is None or reference.text is None or parts.repository != reference:
        return [reference]
    return [concat((reference, literal(_LATEST)))]


def _begun(reference: Value, start: str) -> Value:
    from cblint.flow.values import Value

    if start == reference.start:
        return reference
    rest = reference.pieces[1:]
    return Value((start, *rest) if start else rest)


def _can_equal(first: Value, second: Value) -> bool:
    from cblint.flow.values import same, uncommon

    if same(first, second) is False:
        return False
    one, other = uncommon(first, second)
    return not _numbered_otherwise(one, other) and not _numbered_otherwise(other, one)


def _numbered_otherwise(number: Value, other: Value) -> bool:
    """Whether one is a number or a commit of CodeBuild's, and the other has no digit or is another of these."""
    from cblint.flow.values import Hole

    numbered = table("containers")["numbered"]
    names = [piece.name if isinstance(piece, Hole) else "" for piece in number.pieces]
    if len(names) != 1 or names[0] not in numbered:
        return False
    if other.text is not None:
        return not re.search("[0-9]", other.text)
    others = [piece.name if isinstance(piece, Hole) else "" for piece in other.pieces]
    return len(others) == 1 and others[0] in numbered and others != names


def is_fixed(reference: Value) -> bool:
    """Whether a reference names one image for ever: by its digest, or by its number."""
    known = "".join(piece for piece in reference.pieces if isinstance(piece, str))
    return "@" in known or (reference.text is not None and re.fullmatch(_IMAGE_ID, reference.text) is not None)


def hub_name(reference: Value) -> str | None:
    """The repository of a public image of Docker Hub; None if it is not known, or there is none of that name."""
    registry = registry_of(reference)
    parts = parts_of(reference)
    if registry is None or registry.text != DOCKER_HUB or parts.repository is None or parts.repository.text is None:
        return None
    name = parts.repository.text.partition("@")[0]
    for host in table("containers")["docker-hub"]:
        name = name.removeprefix(f"{host}/")
    name = name.removeprefix("library/")
    if "/" not in name and name not in table("containers")["official"]:
        return None
    return name


def moves(tag: Value | None) -> bool:
    """Whether a tag is moved from image to image, as `latest` is, or names a branch."""
    if tag is None or not tag.pieces:
        return False
    (first, *others) = tag.pieces
    facts = table("containers")
    if isinstance(first, str):
        return not others and first in facts["moving"]
    return not others and first.name in facts["branches"]


def is_known_to_move(reference: Value) -> bool:
    """Whether a reference has a tag that moves, and there can be an image of that name."""
    registry = registry_of(reference)
    if registry is None or is_fixed(reference) or not moves(parts_of(reference).tag):
        return False
    return registry.text != DOCKER_HUB or hub_name(reference) is not None


def is_of_others(reference: Value) -> bool:
    """Whether it is in a public registry, under a tag that moves."""
    registry = registry_of(reference)
    return registry is not None and registry.text in table("containers")["open"] and is_known_to_move(reference)
