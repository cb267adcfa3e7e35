"""Roles of builds that may do more than a build needs, and conditions of their policies that never hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from itertools import pairwise

from cblint.checks.strangers import is_open
from cblint.facts import table
from cblint.finding import Elsewhere, Report
from cblint.hosts import iam
from cblint.hosts.definition import POLICY, ROLE
from cblint.hosts.graph import Resource
from cblint.hosts.roles import (
    document_of,
    is_bounded,
    is_of_builds,
    managed_policies,
    own_documents,
    roles_in,
)
from cblint.hosts.settings import setting
from cblint.hosts.spelling import spelt
from cblint.hosts.webhooks import inside
from cblint.records import NamedTuple
from cblint.source.text import Span
from cblint.source.tree import Mapping, Node, Scalar
from cblint.typing import Any

_NOTES = frozenset({"repositories", "images"})
"""Variants that are notes whoever starts the builds."""


class _Power(NamedTuple):
    """What builds may do, in words after "may" and as it is written, and where."""

    variant: str
    may: str
    what: str
    span: Span
    related: tuple[tuple[str, Span], ...]
    actions: tuple[str, ...]


def service_role_too_broad(resource: Resource) -> Iterator[Report]:
    """Builds may do what no build should need."""
    holders = _Holders(resource)
    if holders.none:
        return
    if resource.definition.kind == ROLE:
        yield from (holders.report(each) for each in _administrating(resource))
        trust = iam.policy(setting(resource.definition, "assumeRolePolicyDocument"))
        documents = [trust, *(iam.policy(each) for each in own_documents(resource))]
    else:
        documents = [iam.policy(document_of(resource))]
    for statement in (each for document in documents for each in document.statements):
        yield from (holders.report(each) for each in _powers(statement))
        yield from _never_holding(statement)


class _Holders:
    """The roles of builds that a role or a policy is about."""

    def __init__(self, resource: Resource) -> None:
        graph = roles_in(resource.graph)
        own = [resource] if resource.definition.kind == ROLE else graph.roles_of(resource)
        self._graph = graph
        self._roles = [role for role in own if graph.are_builds(role)]
        self._alone = not own and _is_of_builds(resource)
        self._free: dict[tuple[str, ...], list[Resource]] = {}

    @property
    def none(self) -> bool:
        """Whether no build is known to have it."""
        return not self._roles and not self._alone

    def report(self, power: _Power) -> Report:
        """What is said of a power: how bad it is depends on who starts the builds, and on what else holds them back."""
        said = Report(power.span, power.variant, {"may": power.may, "what": power.what}, power.related)
        if power.variant in _NOTES:
            return said
        if self._alone:
            return said._replace(variant="alone")
        if power.actions not in self._free:
            self._free[power.actions] = [role for role in self._roles if not self._is_held_back(role, power.actions)]
        free = self._free[power.actions]
        if not free:
            return said._replace(variant="bounded")
        opened = next((project for role, project in self._opened if role in free), None)
        if opened is None:
            return said
        place = Elsewhere("open", opened, opened.definition.place)
        fields = {**said.fields, "approval": spelt(opened, "requiresCommentApproval")}
        return said._replace(variant="open", fields=fields, elsewhere=(place,))

    def _is_held_back(self, role: Resource, actions: tuple[str, ...]) -> bool:
        policies = self._graph.held(role).policies
        return is_bounded(role) or any(_denies(each, actions) for policy in policies for each in policy.statements)

    @cached_property
    def _opened(self) -> list[tuple[Resource, Resource]]:
        """Roles with a project that anybody's pull requests start."""
        return [(role, project) for role in self._roles for project in _opened(role)]


@lru_cache(maxsize=4)
def _opened(role: Resource) -> tuple[Resource, ...]:
    """The projects of a role that anybody's pull requests start: all its policies ask for them."""
    return tuple(project for project in roles_in(role.graph).projects_of(role) if is_open(project))


def _is_of_builds(resource: Resource) -> bool:
    """Whether a policy that no role is known to have is one of builds: by what it allows, or where it is shown."""
    if resource.definition.kind != POLICY:
        return False
    return is_of_builds(iam.policy(document_of(resource))) or _follows_trust(resource)


def _follows_trust(policy: Resource) -> bool:
    """Whether documentation shows a policy right after that by which CodeBuild may take a role on."""
    here = policy.graph.in_file(policy.path)
    before = next((each for each, after in pairwise(here) if after.root is policy.root), None)
    is_trust = before is not None and before.definition.kind == ROLE and roles_in(policy.graph).are_builds(before)
    return policy.definition.fragment and is_trust


def _denies(statement: iam.Statement, actions: tuple[str, ...]) -> bool:
    """Whether a statement may take some of what these actions are back."""
    if statement.allows is True:
        return False
    named = statement.actions
    if named is None or not named.complete or not actions:
        return True
    return any(iam.names_action(each.value, action) for each in named.scalars for action in actions)


# Policies of AWS


def _administrating(role: Resource) -> Iterator[_Power]:
    facts = table("roles")["administrators"]
    for arn, policy in managed_policies(role):
        if policy in facts:
            yield _Power("administrator", facts[policy], policy, inside(arn), (), ())


# Statements


def _powers(statement: iam.Statement) -> Iterator[_Power]:
    """What a statement allows on all there is; under a condition, nobody can tell."""
    if statement.allows is not True or statement.condition is not None:
        return
    facts = table("roles")
    everything = facts["all"]
    found = _power(statement, {**everything, "variant": "everything", "actions": [everything["action"]]})
    if found is None:
        found = _all_but(statement, everything)
    if found is not None:
        yield found._replace(actions=())
        return
    spoken: set[str | Span] = set()
    for power in facts["powers"]:
        found = _power(statement, power)
        if found is not None and spoken.isdisjoint((found.variant, found.span)):
            spoken |= {found.variant, found.span}
            yield found


def _power(statement: iam.Statement, power: dict[str, Any]) -> _Power | None:
    actions = tuple(_named(each) for each in power["actions"])
    action = _first(statement.actions, lambda each: any(iam.names_action(each, one) for one in actions))
    resource = _everywhere(statement, power)
    if action is None or resource is None:
        return None
    what = f"{action.value} on {resource.value}"
    return _Power(power["variant"], power["may"], what, inside(action), (("resource", inside(resource)),), actions)


def _all_but(statement: iam.Statement, everything: dict[str, Any]) -> _Power | None:
    """What a statement allows that only says what it does not allow."""
    pair, excepted = statement.node.get("NotAction"), statement.not_actions
    resource = _everywhere(statement, everything)
    if pair is None or excepted is None or not excepted.complete or resource is None:
        return None
    if _first(excepted, lambda each: iam.names_action(each, _named(everything["action"]))) is not None:
        return None
    what = f"all actions but {', '.join(each.value for each in excepted.scalars)} on {resource.value}"
    return _Power("everything", everything["but"], what, pair.key.span, (("resource", inside(resource)),), ())


def _everywhere(statement: iam.Statement, power: dict[str, Any]) -> Scalar | None:
    """The resource of a statement that is all there are of a kind."""
    return _first(statement.resources, lambda each: iam.covers(each, _named(power["resource"])))


def _first(words: iam.Words | None, test: Callable[[str], bool]) -> Scalar | None:
    return next((each for each in words.scalars if test(each.value)), None) if words is not None else None


def _named(pattern: str) -> str:
    """An action or a resource of the table, with a name that nobody has written."""
    return pattern.replace("{any}", iam.ANY)


# Conditions


def _never_holding(statement: iam.Statement) -> Iterator[Report]:
    """Wildcards in what is compared as it is."""
    facts = table("roles")
    for operator, tests in _members(statement.condition):
        for key, values in _members(tests) if operator in facts["exact"] else ():
            if key.lower() in facts["plain-keys"]:
                yield from _wildcards(operator, key, iam.words(values))


def _members(node: Node | None) -> Iterator[tuple[str, Node]]:
    target = node.resolved if node is not None else None
    for pair in target.pairs if isinstance(target, Mapping) else ():
        if pair.name is not None:
            yield pair.name, pair.value


def _wildcards(operator: str, key: str, values: iam.Words | None) -> Iterator[Report]:
    found = [each for each in values.scalars if "*" in each.value or "?" in each.value] if values is not None else []
    if found:
        fields = {"operator": operator, "key": key, "value": found[0].value}
        yield Report(inside(found[0]), "condition", fields, tuple(("again", inside(each)) for each in found[1:]))
