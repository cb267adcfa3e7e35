"""What builds need and their role is not allowed: parameters, secrets, reports, logs, images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cblint.buildspec.model import PARAMETER_STORE, SECRETS_MANAGER, Buildspec, Section
from cblint.facts import table
from cblint.finding import Elsewhere, Report
from cblint.hosts import iam
from cblint.hosts.graph import Resource
from cblint.hosts.known import variables_of
from cblint.hosts.roles import Held, roles_in
from cblint.hosts.settings import known, pair_at, setting, text_at
from cblint.hosts.webhooks import inside
from cblint.records import NamedTuple
from cblint.source.foreign import Unknown
from cblint.source.text import HOLE, Span
from cblint.source.tree import Scalar
from cblint.wording import enumerated

_PARAMETER, _SECRET, _REPORT, _LOGS, _PUSH = "parameter", "secret", "report", "logs", "push"
_SECTIONS = {PARAMETER_STORE: _PARAMETER, SECRETS_MANAGER: _SECRET}
_TYPES = {"PARAMETER_STORE": _PARAMETER, "SECRETS_MANAGER": _SECRET}


class _Need(NamedTuple):
    """Something that a build does: ``needs`` are rows of the table, ``name`` is what it is done with, where known."""

    variant: str
    needs: tuple[str, ...]
    name: str
    span: Span


def service_role_missing_permission(subject: Buildspec | Resource) -> Iterator[Report]:
    """A build does what nothing allows its role."""
    if isinstance(subject, Resource):
        holders = [subject]
    else:
        holders = [each.resource for each in subject.projects if each.resource is not None]
    known_roles = list(_known_roles(holders))
    if not known_roles:
        return
    spoken: dict[tuple[str, str], Report] = {}
    for need in _of_project(subject) if isinstance(subject, Resource) else _of_buildspec(subject):
        for role, held in known_roles:
            lacking = [action for row in need.needs for action in _lacking(held, row, need.name)]
            if lacking:
                _say(spoken, need, role, lacking)
                break
    yield from spoken.values()


def _say(spoken: dict[tuple[str, str], Report], need: _Need, role: Resource, lacking: list[str]) -> None:
    """One report for all of a kind that lacks the same; each parameter and secret has its own."""
    actions = enumerated(lacking, "and")
    each = need.name if need.variant in (_PARAMETER, _SECRET) else actions
    before = spoken.get((need.variant, each))
    if before is not None:
        spoken[need.variant, each] = before._replace(related=(*before.related, ("again", need.span)))
        return
    place = Elsewhere("role", role, role.definition.place)
    fields = {"name": need.name, "actions": actions}
    spoken[need.variant, each] = Report(need.span, need.variant, fields, elsewhere=(place,))


def _known_roles(projects: Iterable[Resource]) -> Iterator[tuple[Resource, Held]]:
    """The roles of projects of which all is known."""
    for project in projects:
        roles = roles_in(project.graph)
        role = roles.of_project(project)
        held = roles.held(role) if role is not None else None
        if role is not None and held is not None and held.complete and _is_told(held):
            yield role, held


def _is_told(held: Held) -> bool:
    return all(name in table("roles")["managed"] for name in held.managed)


# What is allowed


def _lacking(held: Held, row: str, name: str) -> list[str]:
    """The actions of a row of the table that nothing allows."""
    facts = table("roles")["needs"][row]
    arns = [_arn(each, name) for each in facts.get("resource", ())] if name else []
    return [action for action in facts["actions"] if not _is_allowed(held, action, arns)]


def _arn(pattern: str, name: str) -> str:
    return pattern.replace("{name}", name).replace("{any}", iam.ANY)


def _is_allowed(held: Held, action: str, resources: list[str]) -> bool:
    """Whether something allows an action on one of some resources, or may do so; without any, on whatever."""
    by_aws = (pattern for name in held.managed for pattern in table("roles")["managed"][name])
    if any(iam.names_action(pattern, action) for pattern in by_aws):
        return True
    statements = [each for policy in held.policies for each in policy.statements]
    return any(_may_allow(statement, action, resources) for statement in statements)


def _may_allow(statement: iam.Statement, action: str, resources: list[str]) -> bool:
    named, patterns = statement.actions, statement.resources
    if statement.allows is False:
        return False
    if named is not None and named.complete and not any(_may_name(each.value, action) for each in named.scalars):
        return False
    if not resources or patterns is None or not patterns.complete:
        return True
    return any(iam.may_cover(each.value, resource) for each in patterns.scalars for resource in resources)


def _may_name(pattern: str, action: str) -> bool:
    return iam.names_action(pattern.replace(HOLE, "*"), action)


# What builds do


def _of_project(project: Resource) -> Iterator[_Need]:
    for variable in variables_of(project):
        value = known(variable.value)
        row = _TYPES.get(variable.type or "")
        if row is not None and value is not None:
            yield _reference(row, value)
    logs = setting(project.definition, "logsConfig", "cloudWatchLogs", "status")
    pair = pair_at(project.root, "serviceRole")
    is_on = logs is None or (not isinstance(logs, Unknown) and _is_enabled(project))
    if is_on and pair is not None:
        yield _Need(_LOGS, (_LOGS,), "", pair.key.span)


def _is_enabled(project: Resource) -> bool:
    return text_at(project.definition, "logsConfig", "cloudWatchLogs", "status") == "ENABLED"


def _of_buildspec(buildspec: Buildspec) -> Iterator[_Need]:
    for variable in buildspec.variables:
        row = _SECTIONS.get(variable.section)
        if row is not None and variable.value is not None:
            yield _reference(row, variable.value)
    for report in buildspec.reports():
        yield _Need(_REPORT, _rows_of(report), report.name, report.key.span)
    yield from _pushes(buildspec)


def _rows_of(report: Section) -> tuple[str, ...]:
    """What it takes to write a report: into a group that has to be made first, where it is not named by its ARN."""
    given = report.scalar("file-format")
    kind = "coverage" if given is not None and given.value.upper() in table("roles")["coverage"] else "tests"
    return _REPORT, kind, *(() if report.name.startswith("arn:") else ("group",))


def _reference(row: str, value: Scalar) -> _Need:
    """The parameter or the secret that a value names; without a name where that is not all known."""
    name = _parameter(value.value) if row == _PARAMETER else _secret(value.value)
    is_plain = bool(name) and not any(mark in name for mark in (HOLE, "$", "{", " "))
    return _Need(row, (row,), name if is_plain else "", inside(value))


def _parameter(value: str) -> str:
    name = value.rpartition(":parameter/")[2] if value.startswith("arn:") else value
    return name.partition(":")[0].strip("/")


def _secret(value: str) -> str:
    """What a reference to a secret names, which other parts follow: of an ARN its seventh field."""
    fields = value.split(":")
    if fields[0] != "arn":
        return fields[0]
    return fields[6] if len(fields) > 6 else ""


def _pushes(buildspec: Buildspec) -> Iterator[_Need]:
    """Images that commands push to ECR, where it is certain that they do so as the role of the build."""
    facts = table("roles")["other-credentials"]
    texts = [buildspec.source, *(name for project in buildspec.projects for name, _ in project.variables)]
    if ".dkr.ecr" not in buildspec.source or any(word in text for word in facts for text in texts):
        return
    from cblint.checks.images import PUSH, SENT, uses_of
    from cblint.flow.references import is_ecr, registry_of

    for use in uses_of(buildspec):
        registry = registry_of(use.reference) if use.reference is not None and use.kind in (PUSH, SENT) else None
        if registry is not None and is_ecr(registry):
            yield _Need(_PUSH, ("login", _PUSH), "", use.word.span)
