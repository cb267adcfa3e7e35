"""Roles and policies of a Terraform configuration in the words of IAM."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cblint.facts import table
from cblint.hosts import iam
from cblint.hosts.definition import POLICY, ROLE, Definition
from cblint.hosts.terraform_names import is_null, renamed
from cblint.hosts.terraform_scope import Thing
from cblint.records import NamedTuple
from cblint.source.foreign import Given, Items, Reference, Settings, Unknown, is_complete, key
from cblint.source.text import Text
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence


class _Attachment(NamedTuple):
    """A policy that roles get, and the argument that says which."""

    roles: list[Node]
    policy: Node
    where: Node


_Attached = dict[str, list[_Attachment]]
"""Attachments by each role and policy of the configuration that they name."""


def definitions(origin: Text, things: Iterable[Thing]) -> Iterator[Definition]:
    """The roles and policies among the things that a file defines."""
    resources = table("hosts")["terraform"]["resources"]
    found = list(things)
    attached = _by_name(_attachments(found))
    for thing in found:
        spec = resources.get(thing.type)
        if spec is None or spec["kind"] not in (ROLE, POLICY):
            continue
        body = renamed(origin, thing.body, spec["names"])
        root = (_role if spec["kind"] == ROLE else _policy)(origin, thing, body, attached.get(thing.name, []))
        yield Definition(spec["kind"], thing.name, thing.place, root, thing.conditional, thing.broken)


def _attachments(things: Iterable[Thing]) -> Iterator[_Attachment]:
    arguments = table("hosts")["terraform"]["attachments"]
    for thing in things:
        argument = arguments.get(thing.type)
        roles, policy = (thing.body.get(argument), thing.body.get("policy_arn")) if argument else (None, None)
        if roles is not None and policy is not None:
            held = roles.value.resolved
            yield _Attachment(list(held.items) if isinstance(held, Sequence) else [held], policy.value, policy.key)


def _by_name(attachments: Iterable[_Attachment]) -> _Attached:
    found: _Attached = {}
    for each in attachments:
        for name in {node.target for node in (*each.roles, each.policy) if isinstance(node, Reference)}:
            found.setdefault(name, []).append(each)
    return found


def _role(origin: Text, thing: Thing, body: Settings, attached: list[_Attachment]) -> Settings:
    """A role as the API has it. Other files of the configuration may give it more policies."""
    own = body.get("managedPolicyArns")
    held = own.value.resolved if own is not None else None
    arns = [*(held.items if isinstance(held, Sequence) else ()), *(each.policy for each in attached)]
    pairs = [(pair.key, _documented(pair)) for pair in body.pairs if pair.name != "managedPolicyArns"]
    where = own.key if own is not None else attached[0].where if attached else None
    start, end = (where.start, where.end) if where is not None else (body.start, body.start)
    name = key(origin, start, end, "managedPolicyArns")
    pairs.append((name, Items(origin, thing.body.start, thing.body.end, arns, False)))
    return Settings(origin, body.start, body.end, pairs, body.complete)


def _documented(pair: Pair) -> Node:
    if pair.name == "policies" and isinstance(pair.value, Items):
        items = [_with_documents(item) for item in pair.value.items]
        return Items(pair.value.origin, pair.value.start, pair.value.end, items, False)
    return iam.document(pair.value) if (pair.name or "").endswith("Document") else pair.value


def _with_documents(node: Node) -> Node:
    if not isinstance(node, Settings):
        return node
    pairs = [(pair.key, _documented(pair)) for pair in node.pairs]
    return Settings(node.origin, node.start, node.end, pairs, node.complete)


def _policy(origin: Text, thing: Thing, body: Settings, attached: list[_Attachment]) -> Settings:
    """A policy as the API has it, with the roles that have it: its own, or those that this file attaches it to."""
    own = thing.body.get("role")
    roles = [own.value] if own is not None else [role for each in attached for role in each.roles]
    pairs = [(pair.key, _documented(pair)) for pair in body.pairs if pair.name != "roles"]
    where = own.key if own is not None else attached[0].where if attached else thing.body
    start, end = (where.start, where.end) if where is not thing.body else (where.start, where.start)
    pairs.append((key(origin, start, end, "roles"), Items(origin, start, end, roles, own is not None)))
    return Settings(origin, body.start, body.end, pairs, body.complete)


# The data source that writes policy documents


def document(body: Settings) -> Settings:
    """What ``data.aws_iam_policy_document`` gives."""
    origin = body.origin
    facts = table("hosts")["terraform"]
    pair = body.get("statement")
    held = pair.value.resolved if pair is not None else None
    blocks = list(held.items) if isinstance(held, Sequence) else [held] if isinstance(held, Mapping) else []
    joined = any(other is not None and not is_null(other.value) for other in map(body.get, facts["documents"]))
    complete = body.complete and not joined and (held is None or (not isinstance(held, Unknown) and is_complete(held)))
    items = [_statement(origin, block) for block in blocks if isinstance(block, Mapping)]
    start, end = (pair.key.start, pair.key.end) if pair is not None else (body.start, body.start)
    statements = Items(origin, body.start, body.end, items, complete)
    return Settings(origin, body.start, body.end, [(key(origin, start, end, "Statement"), statements)], complete)


def _statement(origin: Text, block: Mapping) -> Settings:
    facts = table("hosts")["terraform"]
    statement = renamed(origin, block, facts["statement"])
    pairs: list[tuple[Node, Node]] = [(pair.key, pair.value) for pair in statement.pairs]
    if statement.get("Effect") is None:
        # The provider's own default, where IAM has none.
        pairs.append((_at(origin, block, "Effect"), _text(origin, block, "Allow")))
    for argument, name in facts["principals"].items():
        pairs += _grouped(origin, block, argument, name, "type", "identifiers")
    pairs += _conditions(origin, block)
    return Settings(origin, block.start, block.end, pairs, statement.complete)


def _at(origin: Text, node: Node, name: str) -> Node:
    return key(origin, node.start, min(node.start + 1, node.end), name)


def _text(origin: Text, node: Node, value: str) -> Node:
    start, end = node.start, min(node.start + 1, node.end)
    return Given(origin, start, end, Text.over(value, origin.span(start, end)))


def _blocks(pair: Pair | None) -> list[Mapping]:
    held = pair.value.resolved if pair is not None else None
    blocks = held.items if isinstance(held, Sequence) else [held]
    return [block for block in blocks if isinstance(block, Mapping)]


def _grouped(
    origin: Text, block: Mapping, argument: str, name: str, naming: str, giving: str
) -> Iterator[tuple[Node, Node]]:
    """Blocks that each name a group and give its values, as a mapping."""
    pair = block.get(argument)
    if pair is None:
        return
    members = [(each.get(naming), each.get(giving)) for each in _blocks(pair)]
    pairs = [(group.value.resolved, values.value) for group, values in members if group and values]
    holder = key(origin, pair.key.start, pair.key.end, name)
    yield holder, Settings(origin, pair.value.start, pair.value.end, pairs, _all_there(pair, len(pairs)))


def _all_there(pair: Pair, number: int) -> bool:
    return not isinstance(pair.value, Unknown) and is_complete(pair.value) and len(_blocks(pair)) == number


def _conditions(origin: Text, block: Mapping) -> Iterator[tuple[Node, Node]]:
    """The conditions of a statement: what several blocks say for one test stands under it together."""
    pair = block.get("condition")
    if pair is None:
        return
    found = [(each.get("test"), each.get("variable"), each.get("values")) for each in _blocks(pair)]
    read = [(test, variable, values) for test, variable, values in found if test and variable and values]
    tests: dict[str, tuple[Node, list[tuple[Node, Node]]]] = {}
    for number, (test, variable, values) in enumerate(read):
        node = test.value.resolved
        named = node.value if isinstance(node, Scalar) else f"?{number}"
        tests.setdefault(named, (node, []))[1].append((variable.value.resolved, values.value))
    pairs = [(node, Settings(origin, node.start, node.end, members)) for node, members in tests.values()]
    holder = key(origin, pair.key.start, pair.key.end, "Condition")
    yield holder, Settings(origin, pair.value.start, pair.value.end, pairs, _all_there(pair, len(read)))
