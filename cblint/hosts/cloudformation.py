"""Templates of CloudFormation and SAM: the projects, pipelines, roles and policies among their resources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cblint import expressions
from cblint.facts import table
from cblint.hosts.definition import BUILDSPEC, NOT_YET_YAML, PROJECT, Definition, HostFile, in_yaml
from cblint.hosts.graph import is_inline
from cblint.hosts.intrinsics import Intrinsics, may_be_nothing
from cblint.hosts.marks import MARKS, without_marks
from cblint.hosts.substitution import Choice, is_constant
from cblint.hosts.template import Resource, Template, templates
from cblint.source.foreign import Items, Settings, Unknown, is_complete, key
from cblint.source.holes import load_with_holes
from cblint.source.loader import Stream, load
from cblint.source.text import Piece, Text
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence
from cblint.typing import Any

DEEPEST = 16
"""Levels of settings that are read under the names of the API; its own have at most nine."""
# In JSON a backslash stands only in strings, so that pairs of them are told apart by reading on from each.
_ESCAPE = expressions.lazy(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


def read(text: Text) -> HostFile | None:
    """What a template defines; None if it is none. Raises TooComplex."""
    stream = load(_without_surrogates(text))
    if stream.problem is not None and any(mark in text.value for mark in MARKS):
        read_on = load_with_holes(without_marks(text))
        if read_on.problem is None:
            found = [each._replace(fragment=True) for each in _all(read_on)]
            return HostFile("cloudformation", tuple(found), NOT_YET_YAML) if found else None
    return in_yaml("cloudformation", _all(stream), stream, _TYPES in text.value)


_TYPES = "AWS::CodeBuild::"


def _all(stream: Stream) -> Iterator[Definition]:
    return (definition for template in templates(stream) for definition in _definitions(template))


def _without_surrogates(text: Text) -> Text:
    """JSON with each pair of escaped surrogates as one escape of YAML, which knows no such pairs."""
    source = text.value
    if source.lstrip("\ufeff \t\r\n")[:1] not in ("{", "[") or "\\ud" not in source.lower():
        return text
    pieces, done = [], 0
    for match in _ESCAPE.finditer(source):
        high, low, lone = match.groups()
        if high or lone:
            escape = f"\\U{_code_point(high, low):08x}" if high else "\\ufffd"
            pieces += [Piece(source[done : match.start()], done, match.start()), Piece(escape, *match.span())]
            done = match.end()
    return text.derive([*pieces, Piece(source[done:], done, len(source))], 0)


def _code_point(high: str, low: str) -> int:
    return 0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00)


def _definitions(template: Template) -> Iterator[Definition]:
    facts = table("hosts")["cloudformation"]["resources"]
    intrinsics = Intrinsics(template)
    names: dict[str, _Names] = {}
    for resource in template.resources:
        known = facts.get(resource.type)
        if known is None:
            continue
        properties = resource.properties
        given = intrinsics.value(properties) if properties is not None else None
        root = names.setdefault(resource.type, _Names(known)).settings(given, resource)
        if known["kind"] == PROJECT:
            root = _with_webhook(root)
            yield from _alternatives(given)
        place = resource.key.span if resource.name or not template.fragment else resource.key.first_character
        yield Definition(known["kind"], resource.name, place, root, resource.conditional, template.fragment)


class _Names:
    """The names of the API for the properties of one type of resource."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self._exceptions: dict[str, str] = facts.get("names", {})
        self._kept = frozenset(facts["kept"])
        self._made: dict[int, tuple[Node, Node]] = {}

    def settings(self, given: Node | None, resource: Resource) -> Settings:
        """The settings of a resource whose properties are ``given``."""
        if not isinstance(given, Mapping):
            body = resource.body
            return Settings(body.origin, body.start, body.start, (), given is None and not resource.is_extended)
        found = self._mapping(given, DEEPEST)
        return found if not resource.is_extended else _rewritten(found, found.pairs, complete=False)

    def _mapping(self, node: Mapping, deepest: int) -> Settings:
        pairs = []
        for pair in node.effective().values():
            value = pair.value.resolved
            if may_be_nothing(value):
                continue  # nobody can tell whether it is set, which is what an incomplete mapping says
            name = pair.name or ""
            own = self._exceptions.get(name, name[:1].lower() + name[1:])
            value = value if own in self._kept else self._value(value, deepest)
            pairs.append((key(pair.key.origin, pair.key.start, pair.key.end, own), value))
        return Settings(node.origin, node.start, node.end, pairs, is_complete(node))

    def _value(self, node: Node, deepest: int) -> Node:
        if not isinstance(node, (Mapping, Sequence)) or deepest == 0:
            return node
        if id(node) not in self._made:
            made: Node
            if isinstance(node, Mapping):
                made = self._mapping(node, deepest - 1)
            else:
                items = [self._value(item.resolved, deepest - 1) for item in node.items]
                made = Items(node.origin, node.start, node.end, items, is_complete(node))
            # The node is held as well: what is made for another must not be taken for it.
            self._made[id(node)] = node, made
        return self._made[id(node)][1]


def _rewritten(settings: Settings, pairs: Iterable[Pair], complete: bool) -> Settings:
    given = [(pair.key, pair.value) for pair in pairs]
    return Settings(settings.origin, settings.start, settings.end, given, complete)


def _with_webhook(root: Settings) -> Settings:
    """A project whose triggers are what the API has: a webhook, or none."""
    pair = root.get("webhook")
    if pair is None:
        return root
    triggers = pair.value
    flag = triggers.get("webhook") if isinstance(triggers, Settings) else None
    others = [each for each in root.pairs if each is not pair]
    if flag is None and isinstance(triggers, Settings) and triggers.complete:
        return _rewritten(root, others, root.complete)
    if flag is None or not isinstance(triggers, Settings) or not is_constant(flag.value):
        # Without width, as it may not be set at all.
        hook: Node = Unknown(triggers.origin, triggers.start, triggers.start)
    elif isinstance(flag.value, Scalar) and flag.value.value.lower() == "true":
        hook = _rewritten(triggers, [each for each in triggers.pairs if each is not flag], triggers.complete)
    else:
        return _rewritten(root, others, root.complete)
    return _rewritten(root, [*others, Pair(pair.key, hook)], root.complete)


def _alternatives(properties: Node | None) -> Iterator[Definition]:
    """The buildspecs of which a condition decides which one a project has."""
    sources = [_under(properties, "Source")]
    decided = isinstance(sources[0], Choice)
    options = sources[0].options if isinstance(sources[0], Choice) else sources
    for source in options:
        buildspec = _under(source, "BuildSpec")
        for each in buildspec.options if isinstance(buildspec, Choice) else [buildspec] if decided else []:
            if isinstance(each, Mapping) or (isinstance(each, Scalar) and is_inline(each)):
                yield Definition(BUILDSPEC, "", each.first_character, each, conditional=True)


def _under(node: Node | None, name: str) -> Node | None:
    pair = node.get(name) if isinstance(node, Mapping) else None
    return pair.value.resolved if pair is not None else None
