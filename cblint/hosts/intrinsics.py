"""The functions of CloudFormation, worked out as far as the template alone decides what they give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cblint.hosts.conditions import Conditions, same
from cblint.hosts.substitution import (
    Choice,
    Made,
    Nothing,
    Substituted,
    Substitution,
    is_constant,
    sole,
    substitute,
    substituted_in,
    text_of,
)
from cblint.hosts.template import Template
from cblint.source.foreign import Given, Items, Reference, Settings, Unknown, is_complete
from cblint.source.text import Span, Text
from cblint.source.tree import Mapping, Node, Scalar, Sequence

_NO_VALUE = "AWS::NoValue"
_PSEUDO = "AWS::"
MOST_CHARACTERS = 400_000
"""Of all texts that are put together for a file: functions inside functions can double a text again and again. Source:
CloudFormation quotas, size of a template in S3 (1 MB), of which little is put together."""


class Intrinsics:
    """The values of a template: each node with the functions in it replaced by what they give."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._made: dict[int, Node] = {}
        self._left = MOST_CHARACTERS
        self._conditions = Conditions(template.conditions, self.value)
        self._functions: dict[str, Callable[[Node, Node], Node]] = {
            "Ref": self._ref,
            "Fn::GetAtt": _get_att,
            "Fn::FindInMap": self._find_in_map,
            "Fn::If": self._if,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Select": _select,
            "Fn::Split": self._split,
            "Fn::ToJsonString": _to_json_string,
        }

    def value(self, node: Node) -> Node:
        """What a node of the template stands for.

        Nodes without functions are given back as they are; a mapping or list from which a condition may take something
        away is not complete. Never raises.
        """
        for each in _bottom_up(node, self._made):
            self._made[id(each)] = self._make(each)
        return self._made[id(node.resolved)]

    def _make(self, node: Node) -> Node:
        called = self._called(node)
        if called is None:
            return self._plain(node)
        name, argument = called
        function = self._functions.get(name)
        return function(node, argument) if function is not None else _unknown(node)

    def _called(self, node: Node) -> tuple[str, Node] | None:
        """The function that a node calls, by its long name, and what it is given; None if it calls none."""
        if node.tag is not None and node.tag.startswith("!") and len(node.tag) > 1:
            name = node.tag[1:]
            return name if name == "Ref" else f"Fn::{name}", self._plain(node)
        if isinstance(node, Mapping) and len(node.pairs) == 1:
            pair = node.pairs[0]
            if pair.name is not None and (pair.name == "Ref" or pair.name.startswith("Fn::")):
                return pair.name, self._made[id(pair.value.resolved)]
        return None

    def _plain(self, node: Node) -> Node:
        if isinstance(node, Mapping):
            return self._mapping(node)
        return self._sequence(node) if isinstance(node, Sequence) else node

    def _mapping(self, node: Mapping) -> Node:
        written = list(node.effective().values())
        # Loops and macros give settings of their own.
        own = [pair for pair in written if not (pair.name or "").startswith("Fn::")]
        pairs = [(pair.key, self._made[id(pair.value.resolved)]) for pair in own]
        if len(own) == len(written) and all(
            value is pair.value.resolved for pair, (_, value) in zip(own, pairs, strict=True)
        ):
            return node
        complete = len(own) == len(written) and not any(may_be_nothing(value) for _, value in pairs)
        kept = [(key, value) for key, value in pairs if not isinstance(value, Nothing)]
        return Settings(node.origin, node.start, node.end, kept, complete)

    def _sequence(self, node: Sequence) -> Node:
        values = [self._made[id(item.resolved)] for item in node.items]
        if all(value is item.resolved for value, item in zip(values, node.items, strict=True)):
            return node
        kept = [value for value in values if not isinstance(value, Nothing)]
        return Items(node.origin, node.start, node.end, kept, not any(map(may_be_nothing, kept)))

    # Functions: each is given the node that calls it and the value of its argument

    def _ref(self, node: Node, argument: Node) -> Node:
        name = _constant(argument)
        if name is None or name.startswith(_PSEUDO):
            return Nothing(node.origin, node.start, node.end) if name == _NO_VALUE else _unknown(node)
        if name in self._template.loops:
            return _unknown(node)
        only = self._only_value(name)
        return only if only is not None else Reference(node.origin, node.start, node.end, name)

    def _only_value(self, parameter: str) -> Node | None:
        """The value that a parameter has in every deployment."""
        declared = self._template.parameters.get(parameter)
        allowed = declared.get("AllowedValues") if declared is not None else None
        values = _items(allowed.value) if allowed is not None else []
        return values[0] if len(values) == 1 and _is_literal(values[0]) else None

    def _find_in_map(self, node: Node, argument: Node) -> Node:
        given = _items(argument)
        if len(given) < 3:
            return _unknown(node)
        name, first, second = (_constant(each) for each in given[:3])
        found = [self._template.mappings[name]] if name in self._template.mappings else []
        inner = [each for mapping in found for each in _under(mapping, first) if isinstance(each, Mapping)]
        values = [each for mapping in inner for each in _under(mapping, second)]
        if len(given) > 3 or not values or not all(map(_is_literal, values)):
            return _unknown(node)
        return values[0] if all(same(values[0], other) for other in values[1:]) else _unknown(node)

    def _if(self, node: Node, _argument: Node) -> Node:
        # Not the value of the list, from which AWS::NoValue is gone.
        given = [self._made[id(item.resolved)] for item in _written(node)]
        name = _constant(given[0]) if len(given) == 3 else None
        if name is None:
            return _unknown(node)
        _, then, otherwise = given
        holds = self._conditions.holds(name)
        if holds is not None:
            return then if holds else otherwise
        if same(then, otherwise):
            return then
        options = [option for each in (then, otherwise) for option in _options(each)]
        return Choice(node.origin, node.start, node.end, tuple(options))

    def _sub(self, node: Node, argument: Node) -> Node:
        given = _items(argument) if isinstance(argument, Sequence) else [argument]
        text = given[0] if given else None
        variables = given[1] if len(given) > 1 else None
        if not isinstance(text, Scalar) or (variables is not None and not isinstance(variables, Mapping)):
            return _unknown(node)
        values = {name: pair.value.resolved for name, pair in variables.effective().items()} if variables else {}
        made = substitute(text.text, values, self._template.kind_of)
        one = sole(made)
        if one is not None and one.name not in values:
            name, _, attribute = one.name.partition(".")
            if name in self._template.parameters or name in self._template.names:
                return Reference(node.origin, node.start, node.end, name, attribute)
        return self._text(node, Made(made.parts, (*substituted_in(text), *made.substituted)))

    def _join(self, node: Node, argument: Node) -> Node:
        given = _items(argument)
        if len(given) != 2 or not is_constant(given[0]) or not isinstance(given[1], Sequence):
            return _unknown(node)
        items = [item.resolved for item in given[1].items]
        return self._text(node, Made(tuple(_joined(given[0], items)), _all_substituted(items)))

    def _split(self, node: Node, argument: Node) -> Node:
        given = _items(argument)
        delimiter = _constant(given[0]) if len(given) == 2 else None
        if not delimiter or not is_constant(given[1]):
            return _unknown(node)
        text = text_of(given[1], given[1].span)
        self._left -= len(text)
        if self._left < 0:
            return _unknown(node)
        parts, at = [], 0
        for part in text.value.split(delimiter):
            parts.append(Given(node.origin, node.start, node.end, text.slice(at, at + len(part))))
            at += len(part) + len(delimiter)
        return Items(node.origin, node.start, node.end, parts)

    def _text(self, node: Node, made: Made) -> Node:
        self._left -= made.length
        if self._left < 0:
            return _unknown(node)
        text = Text.joined(made.parts, node.origin.offset(node.start))
        if made.substituted:
            return Substitution(node.origin, node.start, node.end, text, made.substituted)
        return Given(node.origin, node.start, node.end, text)


def _written(node: Node) -> list[Node]:
    """What is written as the arguments of a function."""
    target = node.pairs[0].value.resolved if isinstance(node, Mapping) and node.pairs else node
    return target.items if isinstance(target, Sequence) else []


def _get_att(node: Node, argument: Node) -> Node:
    path = (
        argument.value.split(".", 1) if isinstance(argument, Scalar) else [_constant(each) for each in _items(argument)]
    )
    name, attribute = path if len(path) == 2 else (None, None)
    if name is None:
        return _unknown(node)
    return Reference(node.origin, node.start, node.end, name, attribute or "")


def _select(node: Node, argument: Node) -> Node:
    given = _items(argument)
    number = _constant(given[0]) if len(given) == 2 else None
    if number is None or not (number.isascii() and number.isdigit() and len(number) < 6) or not is_complete(given[1]):
        return _unknown(node)
    items = _items(given[1])
    return items[int(number)] if int(number) < len(items) else _unknown(node)


def _to_json_string(node: Node, argument: Node) -> Node:
    return argument if isinstance(argument, (Mapping, Sequence)) else _unknown(node)


def _joined(delimiter: Node, items: list[Node]) -> Iterator[Text]:
    """The texts of items with the delimiter between them, which is said to stand from where one text ends."""
    sign = text_of(delimiter, delimiter.span)
    before: Text | None = None
    for item in items:
        if before is not None and sign.value:
            gap = Span(before.offset(len(before)), item.span.start)
            # In order, places let lines of the text be lines of the file.
            yield Text.over(sign.value, gap) if gap.start < gap.end else sign
        before = text_of(item, item.span)
        yield before


def _all_substituted(items: Iterable[Node]) -> tuple[Substituted, ...]:
    return tuple(each for item in items for each in substituted_in(item))


def _constant(node: Node) -> str | None:
    target = node.resolved
    return target.value if isinstance(target, Scalar) and is_constant(target) else None


def _items(node: Node) -> list[Node]:
    target = node.resolved
    return [item.resolved for item in target.items] if isinstance(target, Sequence) else []


def _unknown(node: Node) -> Node:
    return Unknown(node.origin, node.start, node.end)


def _options(node: Node) -> tuple[Node, ...]:
    return node.options if isinstance(node, Choice) else (node,)


def may_be_nothing(node: Node) -> bool:
    """Whether a condition may take a value away."""
    return isinstance(node, Choice) and any(isinstance(option, Nothing) for option in node.options)


def _under(mapping: Mapping, name: str | None) -> list[Node]:
    """What a mapping holds under a name; all that it holds where the name is not known."""
    if name is None:
        return [pair.value.resolved for pair in mapping.effective().values()]
    pair = mapping.get(name)
    return [pair.value.resolved] if pair is not None else []


def _is_literal(node: Node) -> bool:
    """Whether it is a value without functions, as the mappings of a template have them."""
    if isinstance(node, Sequence):
        return node.tag is None and all(isinstance(item, Scalar) and _is_literal(item) for item in _items(node))
    return isinstance(node, Scalar) and not (node.tag or "").startswith("!")


def _bottom_up(root: Node, done: dict[int, Node]) -> Iterator[Node]:
    """All nodes below one that are not done, and it, each behind what it holds: no depth costs recursion."""
    stack = [(root.resolved, False)]
    while stack:
        node, ready = stack.pop()
        if id(node) in done:
            continue
        if ready:
            yield node
            continue
        stack.append((node, True))
        if isinstance(node, Mapping):
            stack += [(pair.value.resolved, False) for pair in node.effective().values()]
        elif isinstance(node, Sequence):
            stack += [(item.resolved, False) for item in node.items]
