"""A CloudFormation template as its functions see it: what it declares, and what its names are."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.facts import table
from cblint.hosts import substitution
from cblint.records import NamedTuple
from cblint.source.loader import Stream
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence

_LOOP = "Fn::ForEach::"


class Resource(NamedTuple):
    """A resource. ``name`` is empty where a loop makes it up; ``type`` where it is not written out."""

    name: str
    key: Node
    type: str
    body: Mapping

    @property
    def properties(self) -> Node | None:
        pair = self.body.get("Properties")
        return pair.value.resolved if pair is not None else None

    @property
    def conditional(self) -> bool:
        return self.body.get("Condition") is not None

    @property
    def is_extended(self) -> bool:
        """Whether a macro may add to it."""
        return any((name or "").startswith("Fn::") for name in self.body.effective())


class Template(NamedTuple):
    """What a template declares, by name.

    ``loops`` are the variables of its loops. ``open``: it is not known to declare no more than that, as macros, a part
    that could not be read, or the rest of a file of which this is a fragment may.
    """

    resources: tuple[Resource, ...]
    names: frozenset[str]
    parameters: dict[str, Mapping]
    mappings: dict[str, Mapping]
    conditions: dict[str, Node]
    loops: frozenset[str] = frozenset()
    open: bool = False
    fragment: bool = False
    is_serverless: bool = False

    def kind_of(self, name: str) -> str:
        """What a name in a ``${…}`` is: one of the kinds of ``Substituted``."""
        base = name.partition(".")[0]
        if name in self.parameters:
            return substitution.PARAMETER
        if name.startswith("AWS::"):
            return substitution.PSEUDO
        if base in self.names:
            return substitution.RESOURCE
        if base in self.loops:
            return substitution.VARIABLE
        if self.open or base in self.parameters or self._is_generated(base):
            return substitution.UNCLEAR
        return substitution.UNDEFINED

    def _is_generated(self, name: str) -> bool:
        """Whether it may be a resource that SAM makes: of no other's name, or of one that begins like it."""
        facts = table("hosts")["cloudformation"]
        return self.is_serverless and name.startswith((*facts["generated"], *self.names))


def templates(stream: Stream) -> Iterator[Template]:
    """The templates of a stream, and resources that stand without one."""
    for document in stream.documents:
        root = document.root.resolved if document.root is not None else None
        found = _template(root, stream.problem is not None) if isinstance(root, Mapping) else None
        if found is not None:
            yield found


def _template(root: Mapping, cut: bool) -> Template | None:
    section = root.get("Resources")
    holder = section.value.resolved if section is not None else root
    if not isinstance(holder, Mapping):
        return None
    resources, loops = _resources(holder)
    if section is None and _type_of(root).startswith("AWS::"):
        resources = [Resource("", root, _type_of(root), root)]
    if not any(resource.type for resource in resources):
        return None
    transforms = set(_transforms(root))
    facts = table("hosts")["cloudformation"]
    parameters, mappings, conditions = (_section(root, name) for name in ("Parameters", "Mappings", "Conditions"))
    macros = any(name.startswith("Fn::") for each in (root.effective(), parameters, mappings) for name in each)
    return Template(
        resources=tuple(resources),
        names=frozenset(resource.name for resource in resources if resource.name),
        parameters=_mappings(parameters),
        mappings=_mappings(mappings),
        conditions={name: pair.value.resolved for name, pair in conditions.items()},
        loops=frozenset(loops),
        open=cut or section is None or macros or not transforms.issubset(facts["transforms"]) or _is_added_to(holder),
        fragment=section is None,
        is_serverless=any(name.startswith(facts["serverless"]) for name in transforms),
    )


def _is_added_to(resources: Mapping) -> bool:
    """Whether loops or macros make resources whose names are not written out."""
    return any(name.startswith("Fn::") for name in resources.effective())


def _section(root: Mapping, name: str) -> dict[str, Pair]:
    pair = root.get(name)
    value = pair.value.resolved if pair is not None else None
    return value.effective() if isinstance(value, Mapping) else {}


def _mappings(section: dict[str, Pair]) -> dict[str, Mapping]:
    values = {name: pair.value.resolved for name, pair in section.items()}
    return {name: value for name, value in values.items() if isinstance(value, Mapping)}


def _transforms(root: Mapping) -> Iterator[str]:
    """The names of the macros that go over all of a template; an empty one stands for what is none."""
    pair = root.get("Transform")
    value = pair.value.resolved if pair is not None else None
    for each in value.items if isinstance(value, Sequence) else [value] if value is not None else []:
        name = each.resolved
        yield name.value if isinstance(name, Scalar) else ""


def _resources(section: Mapping) -> tuple[list[Resource], set[str]]:
    """The resources of a section, those that loops make among them, and the variables of the loops."""
    found, loops = [], set()
    stack = [(section, False)]
    while stack:
        holder, in_loop = stack.pop()
        unnamed = [("", pair) for pair in holder.pairs if pair.name is None]
        for name, pair in (*holder.effective().items(), *unnamed):
            value = pair.value.resolved
            if name.startswith(_LOOP) and isinstance(value, Sequence) and len(value.items) == 3:
                variable, body = value.items[0].resolved, value.items[2].resolved
                loops.add(variable.value if isinstance(variable, Scalar) else "")
                stack += [(body, True)] if isinstance(body, Mapping) else []
            elif isinstance(value, Mapping) and not name.startswith("Fn::"):
                found.append(Resource("" if in_loop else name, pair.key, _type_of(value), value))
    return found, loops


def _type_of(resource: Mapping) -> str:
    pair = resource.get("Type")
    value = pair.value.resolved if pair is not None else None
    return value.value if isinstance(value, Scalar) and "::" in value.value else ""
