"""The roles that builds run with: which role a project has, and what its policies say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache

from cblint.facts import table
from cblint.hosts import iam
from cblint.hosts.definition import POLICY, PROJECT, ROLE
from cblint.hosts.graph import Graph, Resource
from cblint.hosts.settings import all_listed, is_set, known, listed, setting, within
from cblint.records import NamedTuple
from cblint.source.foreign import Reference, is_complete
from cblint.source.text import HOLE
from cblint.source.tree import Mapping, Node, Scalar, Sequence

_SERVICE = "codebuild."
"""What the principal of CodeBuild begins with; its ending is that of the partition."""
_MANAGED = ":iam::aws:policy/"


class Held(NamedTuple):
    """What a role may do: its policies, and the names of those of AWS.

    ``complete``: there are no others, and all of them is known.
    """

    policies: tuple[iam.Policy, ...]
    managed: tuple[str, ...]
    complete: bool


class Roles:
    """The roles of a graph, with who has them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._held: dict[int, Held] = {}
        self._trusting: dict[int, bool] = {}

    def of_project(self, project: Resource) -> Resource | None:
        """The role that the builds of a project run with, if it is defined here."""
        return self._named(project, setting(project.definition, "serviceRole"))

    def projects_of(self, role: Resource) -> list[Resource]:
        """The projects whose builds run with a role."""
        return self._projects.get(id(role.root), [])

    def roles_of(self, policy: Resource) -> list[Resource]:
        """The roles that have a policy which stands by itself."""
        return self._having.get(id(policy.root), [])

    def are_builds(self, role: Resource) -> bool:
        """Whether builds run with a role: a project has it, or CodeBuild may take it on."""
        if id(role.root) not in self._trusting:
            self._trusting[id(role.root)] = _trusts_builds(role)
        return self._trusting[id(role.root)] or bool(self.projects_of(role))

    def held(self, role: Resource) -> Held:
        """What a role may do, as far as it is known."""
        if id(role.root) not in self._held:
            self._held[id(role.root)] = self._read(role)
        return self._held[id(role.root)]

    def _read(self, role: Resource) -> Held:
        attached = self._policies.get(id(role.root), ())
        policies = tuple(iam.policy(each) for each in (*own_documents(role), *map(document_of, attached)))
        managed = tuple(name for _, name in managed_policies(role))
        return Held(policies, managed, all(each.complete for each in policies) and self._is_all(role, len(managed)))

    def _is_all(self, role: Resource, managed: int) -> bool:
        """Whether a role has no policies but those that are here, and ``managed`` ones of AWS."""
        definition = role.definition
        arns = setting(definition, "managedPolicyArns")
        here = sum(self._graph.target(role, arn) is not None for arn in listed(arns))
        return (
            not definition.fragment
            and is_complete(definition.root)
            and all_listed(setting(definition, "policies"))
            and all_listed(arns)
            and managed + here == len(list(listed(arns)))
            and not self._has_strays
        )

    @cached_property
    def _has_strays(self) -> bool:
        """Whether nobody can tell which roles a policy belongs to."""
        return any(not self._is_placed(policy) for policy in self._graph.of_kind(POLICY))

    def _is_placed(self, policy: Resource) -> bool:
        roles = setting(policy.definition, "roles")
        whole = roles is None or isinstance(roles, Reference) or is_complete(roles)
        return whole and all(self._named(policy, each) is not None for each in _each(roles))

    @cached_property
    def _projects(self) -> dict[int, list[Resource]]:
        found: dict[int, list[Resource]] = {}
        for project in self._graph.of_kind(PROJECT):
            role = self.of_project(project)
            if role is not None:
                found.setdefault(id(role.root), []).append(project)
        return found

    @cached_property
    def _attached(self) -> list[tuple[Resource, Resource]]:
        """Each role with each policy that stands by itself and that it has."""
        pairs = [*self._by_policies(), *self._by_roles()]
        return list({(id(role.root), id(policy.root)): (role, policy) for role, policy in pairs}.values())

    def _by_policies(self) -> Iterator[tuple[Resource, Resource]]:
        """What policies say of it."""
        for policy in self._graph.of_kind(POLICY):
            for node in _each(setting(policy.definition, "roles")):
                role = self._named(policy, node)
                if role is not None:
                    yield role, policy

    def _by_roles(self) -> Iterator[tuple[Resource, Resource]]:
        """What roles say of it."""
        for role in self._graph.of_kind(ROLE):
            for arn in listed(setting(role.definition, "managedPolicyArns")):
                policy = self._graph.target(role, arn)
                if policy is not None and policy.definition.kind == POLICY:
                    yield role, policy

    @cached_property
    def _policies(self) -> dict[int, list[Resource]]:
        found: dict[int, list[Resource]] = {}
        for role, policy in self._attached:
            found.setdefault(id(role.root), []).append(policy)
        return found

    @cached_property
    def _having(self) -> dict[int, list[Resource]]:
        found: dict[int, list[Resource]] = {}
        for role, policy in self._attached:
            found.setdefault(id(policy.root), []).append(role)
        return found

    def _named(self, resource: Resource, node: Node | None) -> Resource | None:
        """The role that a resource names: by a reference, its ARN, or its name, which no other role may have."""
        if isinstance(node, Reference):
            target = self._graph.target(resource, node)
            return target if target is not None and target.definition.kind == ROLE else None
        scalar = known(node)
        alike = self._by_name.get(scalar.value.rpartition("/")[2], []) if scalar is not None else []
        return alike[0] if len(alike) == 1 else None

    @cached_property
    def _by_name(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for role in self._graph.of_kind(ROLE):
            name = known(setting(role.definition, "roleName"))
            if name is not None:
                found.setdefault(name.value, []).append(role)
        return found


@lru_cache(maxsize=4)
def roles_in(graph: Graph) -> Roles:
    """The roles of a graph."""
    return Roles(graph)


def _each(node: Node | None) -> list[Node]:
    """The items of what may be one of them, or a list."""
    if node is None:
        return []
    target = node.resolved
    return [item.resolved for item in target.items] if isinstance(target, Sequence) else [target]


def own_documents(role: Resource) -> Iterator[Node | None]:
    """The documents of the policies that stand in a role."""
    for item in listed(setting(role.definition, "policies")):
        yield within(item, "policyDocument") if isinstance(item, Mapping) else None


def document_of(policy: Resource) -> Node | None:
    """The document of a policy that stands by itself."""
    return setting(policy.definition, "policyDocument")


def managed_policies(role: Resource) -> Iterator[tuple[Scalar, str]]:
    """The policies of AWS that a role has: their ARNs, of which the partition need not be known, and their names."""
    for arn in listed(setting(role.definition, "managedPolicyArns")):
        path, _, name = arn.value.rpartition("/") if isinstance(arn, Scalar) else ("", "", "")
        if isinstance(arn, Scalar) and f"{path}/".find(_MANAGED) > 0 and HOLE not in name:
            yield arn, name


def is_bounded(role: Resource) -> bool:
    """Whether a role has a permissions boundary, or may have one; documentation that shows none means none."""
    definition = role.definition
    told = is_set(definition, "permissionsBoundary")
    return told is True or (told is None and not (definition.fragment and is_complete(definition.root)))


def _trusts_builds(role: Resource) -> bool:
    """Whether CodeBuild may take a role on."""
    trust = iam.policy(setting(role.definition, "assumeRolePolicyDocument"))
    return any(
        statement.allows is True and _is_by_service(iam.words(within(statement.node, "Principal", "Service")))
        for statement in trust.statements
    )


def _is_by_service(services: iam.Words | None) -> bool:
    return services is not None and any(each.value.startswith(_SERVICE) for each in services.scalars)


def is_of_builds(policy: iam.Policy) -> bool:
    """Whether a policy allows what only builds need."""
    return any(_is_telling(statement) for statement in policy.statements if statement.allows is True)


def _is_telling(statement: iam.Statement) -> bool:
    facts = table("roles")["telling"]
    actions = [each.value for each in statement.actions.scalars] if statement.actions is not None else []
    if any(each in facts["actions"] for each in actions):
        return True
    resources = statement.resources.scalars if statement.resources is not None else ()
    return any(each in facts["writing"] for each in actions) and any(facts["logs"] in each.value for each in resources)
