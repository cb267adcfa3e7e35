"""Policies of IAM as they are written: their statements, what these name, and what their patterns take."""

from __future__ import annotations

from cblint.hosts.settings import known, within
from cblint.records import NamedTuple
from cblint.source.foreign import Unknown, is_complete
from cblint.source.loader import TooComplex, load
from cblint.source.text import HOLE
from cblint.source.tree import Mapping, Node, Scalar, Sequence

ANY = "\ufdd1"
"""Stands in the name of a resource for a name that nobody has written: only wildcards take it."""
_EFFECTS = {"Allow": True, "Deny": False}
_OWNED = (1, 3, 4)
"""Where an ARN has its partition, its region and its account."""


class Words(NamedTuple):
    """The texts of an element that is one text or a list of them, those among them that are known only in part.

    ``complete``: there are no others.
    """

    scalars: tuple[Scalar, ...]
    complete: bool


class Statement(NamedTuple):
    """A statement. ``allows`` is None where its effect is not known; an element is None where there is none.

    ``condition``: what stands under ``Condition``, ``Unknown`` where there may be one.
    """

    node: Mapping
    allows: bool | None
    actions: Words | None
    not_actions: Words | None
    resources: Words | None
    condition: Node | None


class Policy(NamedTuple):
    """What a policy document says; ``complete``: all of its statements are here."""

    statements: tuple[Statement, ...]
    complete: bool


UNKNOWN = Policy((), False)


def document(node: Node) -> Node:
    """A policy document as a mapping, also where it is given as a text; ``Unknown`` where that is none."""
    target = node.resolved
    if not isinstance(target, Scalar):
        return target
    try:
        stream = load(target.text)
    except TooComplex:
        return Unknown(target.origin, target.start, target.end)
    root = stream.documents[0].root if stream.documents and stream.problem is None else None
    return root if isinstance(root, Mapping) else Unknown(target.origin, target.start, target.end)


def policy(node: Node | None) -> Policy:
    """What a policy document says; nothing for sure where it is not at hand."""
    given = within(document(node), "Statement") if node is not None else None
    if given is None or isinstance(given, Unknown):
        return UNKNOWN
    items = _each(given)
    found = tuple(_statement(item) for item in items if isinstance(item, Mapping))
    return Policy(found, len(found) == len(items) and is_complete(given))


def _each(node: Node) -> list[Node]:
    """The items of what may be one of them, or a list."""
    target = node.resolved
    return [item.resolved for item in target.items] if isinstance(target, Sequence) else [target]


def _statement(node: Mapping) -> Statement:
    effect = known(within(node, "Effect"))
    return Statement(
        node,
        _EFFECTS.get(effect.value) if effect is not None else None,
        words(within(node, "Action")),
        words(within(node, "NotAction")),
        words(within(node, "Resource")),
        within(node, "Condition"),
    )


def words(node: Node | None) -> Words | None:
    """The texts of an element; None where there is none."""
    if node is None:
        return None
    items = _each(node)
    scalars = tuple(item for item in items if isinstance(item, Scalar))
    is_whole = isinstance(node.resolved, Scalar) or is_complete(node)
    return Words(scalars, len(scalars) == len(items) and is_whole)


# Patterns


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern takes a text: ``*`` any characters, ``?`` one. Takes as long as their product at most."""
    at = here = 0
    star = since = -1
    while here < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, since, at = at, here, at + 1
        elif at < len(pattern) and pattern[at] in ("?", text[here]):
            at, here = at + 1, here + 1
        elif star >= 0:
            since, at = since + 1, star + 1
            here = since
        else:
            return False
    return not pattern[at:].strip("*")


def names_action(pattern: str, action: str) -> bool:
    """Whether a pattern of actions takes an action, in whichever case they are written."""
    return matches(pattern.lower(), action.lower())


def covers(pattern: str, kind: str) -> bool:
    """Whether a pattern takes every resource of a kind that there is in an account, or in a region of it.

    ``kind`` is the ARN of one that is called ANY.
    """
    return matches(pattern, _at_home(pattern, kind))


def may_cover(pattern: str, resource: str) -> bool:
    """Whether a pattern may take a resource, of which nobody knows the partition, the region and the account."""
    return matches(pattern.replace(HOLE, "*"), _at_home(pattern, resource))


def _at_home(pattern: str, resource: str) -> str:
    """The ARN of a resource where a pattern looks for it."""
    given, asked = pattern.split(":", 5), resource.split(":", 5)
    if len(given) == len(asked):
        for place in _OWNED:
            if "*" not in given[place] and "?" not in given[place]:
                asked[place] = given[place]
    return ":".join(asked)
