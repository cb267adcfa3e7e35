"""What the values of AWS CDK's properties say in the names of the API, each where it is written."""

from __future__ import annotations

import re

from cblint import expressions
from cblint.facts import table
from cblint.hosts.expressions import Call, Dotted, Place
from cblint.source.foreign import Given, Settings, key
from cblint.source.tree import Mapping, Node, Pair, Scalar

IN_OBJECT = ("fromObject", "fromObjectToYaml")
IN_FILE = "fromSourceFilename"
"""The methods of BuildSpec that are given a buildspec, and the name of a file of the source."""
_HOLDERS = expressions.lazy(r"\A(?:BuildEnvironment|BuildEnvironmentVariable)\Z|(?:Property|Props|Options)\Z")
"""Classes that only hold settings, in the languages where an object cannot."""

Pairs = list[tuple[Node, Node]]


def words(name: str) -> str:
    """A name as CDK has it in TypeScript: ``build_spec`` is ``buildSpec``."""
    return re.sub(r"(?<=[A-Za-z0-9])_([a-z0-9])", lambda match: match[1].upper(), name) if name.islower() else name


def head_of(call: Call) -> Place:
    """The name of what is called."""
    return Place(call.origin, *call.head)


def place_of(node: Node) -> Place:
    return Place(node.origin, node.start, node.end)


def said(place: Place, value: str, plain: bool = False) -> Given:
    """A value of the API that the host says in other words."""
    return Given(*place, place.text(value), "" if plain else '"')


def pair_of(settings: Settings, name: str) -> Pair | None:
    """The pair of a setting under any spelling of its name; the last of several holds."""
    return next((pair for pair in reversed(settings.pairs) if pair.name is not None and words(pair.name) == name), None)


def key_of(pair: Pair, name: str) -> Given:
    return key(pair.key.origin, pair.key.start, pair.key.end, name)


def settings_of(node: Node) -> Settings | None:
    """A mapping, or what a class that only holds settings is given; None if it is neither."""
    if isinstance(node, Settings):
        return node
    return node.settings if isinstance(node, Call) and _HOLDERS.search(node.path[-1]) else None


def in_order(pairs: Pairs) -> Pairs:
    return sorted(pairs, key=lambda pair: pair[0].start)


def around(pairs: Pairs, complete: bool) -> Settings:
    """A mapping that the host does not write as one."""
    ordered = in_order(pairs)
    first = ordered[0][0]
    return Settings(first.origin, first.start, max(value.end for _, value in ordered), ordered, complete)


def is_literally(node: Node, value: str) -> bool:
    return isinstance(node, Given) and node.value == value


def plain(node: Node) -> Node:
    """A scalar, or the member of an enumeration."""
    if isinstance(node, Dotted) and len(node.path) > 1:
        value = table("hosts")["cdk"]["enumerations"].get(node.path[-2], {}).get(node.path[-1])
        if value is not None:
            return said(place_of(node), value)
    return node if isinstance(node, Given) else place_of(node).unknown


def buildspec_of(node: Node) -> Node:
    """What a value that CDK takes as a buildspec says: a mapping, or the text or name that the project gets."""
    call = _made(node)
    if not isinstance(call, Call):
        return call
    method = words(call.path[-1])
    if _is_serialised(call) or (call.path[-2:-1] == ("BuildSpec",) and (method == IN_FILE or method in IN_OBJECT)):
        held = call.arguments[0] if call.arguments else _given(call.settings)
        wanted = Scalar if method == IN_FILE else Mapping
        return held if isinstance(held, wanted) else place_of(held or call).unknown
    return place_of(call).unknown


def _made(node: Node) -> Node:
    """The call that makes a buildspec, where its text is asked for."""
    if isinstance(node, Call) and words(node.path[-1]) == "toBuildSpec" and node.receiver is not None:
        return node.receiver
    return node


def taken(node: Node, used: set[int]) -> Node:
    """The same for a project of many: only the first has it, so that nothing is said twice of one place."""
    made = _made(node)
    if id(made) in used:
        return place_of(made).unknown
    used.add(id(made))
    return buildspec_of(made)


def _given(settings: Settings) -> Node | None:
    """The argument of a call that has only one, given by name."""
    return settings.pairs[0].value if len(settings.pairs) == 1 else None


def _is_serialised(call: Call) -> bool:
    return call.path[-2:] in (("JSON", "stringify"), ("json", "dumps")) or (
        call.path[-2:-1] in (("yaml",), ("YAML",), ("js-yaml",)) and call.path[-1] in ("dump", "stringify", "safe_dump")
    )
