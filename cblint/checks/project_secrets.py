"""Secrets in the settings of a project, where everybody who may see the project can read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from cblint.checks.literals import Written, secrets_of
from cblint.facts import table
from cblint.finding import Report
from cblint.hosts.graph import Resource
from cblint.hosts.known import Variable, variables_of
from cblint.hosts.parameters import hidden_parameters
from cblint.hosts.settings import known, listed, setting, within
from cblint.hosts.substitution import Substitution
from cblint.secrets import context
from cblint.secrets.mask import label
from cblint.secrets.names import names_secret
from cblint.source.foreign import Reference
from cblint.source.text import Span
from cblint.source.tree import Scalar

_DYNAMIC = r"\{\{resolve:(?P<service>secretsmanager|ssm-secure):[^{}]{0,500}\}\}"
"""What CloudFormation replaces by a secret when it deploys."""


def project_plaintext_secret(resource: Resource) -> Iterator[Report]:
    """A variable in plain text, or the address of the source, holds a secret."""
    for variable in variables_of(resource):
        if variable.is_plain:
            reports = [*_filled_in(resource, variable), *_written_out(variable)]
            # What is said of the value itself says more than its name.
            yield from reports or _key(variable)
    for written in _of_sources(resource):
        yield _literal(written)


@lru_cache(maxsize=8)
def secrets_in(resource: Resource) -> tuple[Written, ...]:
    """The secrets that are written out in a project, each once: the rule names them, and nothing shows them."""
    plain = [each for each in variables_of(resource) if each.is_plain]
    return (*(written for each in plain for written in _secrets_of(each)), *_of_sources(resource))


# What a deployment fills in


def _filled_in(resource: Resource, variable: Variable) -> Iterator[Report]:
    """A secret that a deployment puts into the value of a variable."""
    value = variable.value
    if isinstance(value, Reference):
        yield from _referred_to(resource, variable, value)
    elif isinstance(value, Scalar):
        match = re.search(_DYNAMIC, value.value)
        if match is not None:
            fields = {"name": variable.name, "service": match["service"]}
            yield Report(value.text.span(*match.span()), "resolved", fields)
        for each in value.substituted if isinstance(value, Substitution) else ():
            if each.name in hidden_parameters(resource.root.origin):
                yield _parameter(variable, each.name, each.span)
                return


def _referred_to(resource: Resource, variable: Variable, value: Reference) -> Iterator[Report]:
    if not value.attribute and value.target in hidden_parameters(resource.root.origin):
        yield _parameter(variable, value.target, value.span)
        return
    for variant, forms in table("projects")["secrets"].items():
        for form in forms:
            is_one = value.target.rpartition(".")[0] == form["target"] and value.attribute in form["attributes"]
            if is_one and (variant == "sure" or names_secret(variable.name)):
                fields = {"name": variable.name, "reference": f"{value.target}.{value.attribute}"}
                yield Report(value.span, "reference" if variant == "sure" else "reference-likely", fields)


def _parameter(variable: Variable, parameter: str, span: Span) -> Report:
    return Report(span, "parameter", {"name": variable.name, "parameter": parameter})


# What is written out


def _written_out(variable: Variable) -> Iterator[Report]:
    for written in _secrets_of(variable):
        yield _literal(written)


def _secrets_of(variable: Variable) -> tuple[Written, ...]:
    value = known(variable.value)
    return secrets_of(value.text, variable.name) if value is not None else ()


def _of_sources(resource: Resource) -> Iterator[Written]:
    """Passwords in the addresses of sources."""
    sources = [setting(resource.definition, "source"), *listed(setting(resource.definition, "secondarySources"))]
    for source in sources:
        location = known(within(source, "location", whole=False)) if source is not None else None
        if location is not None:
            yield from secrets_of(location.text)


def _literal(written: Written) -> Report:
    match = written.match
    known_to_all = match.what == "weak" or (match.kind == "url" and match.what == context.KNOWN)
    is_sure = match.sure or (match.kind == "url" and match.what == context.CERTAIN)
    what = {"url": "The password of a URL", "named": f"The value of {written.name}"}.get(match.kind, match.what)
    fields = {"what": what, "shown": label(written.text, match.public)}
    variant = "weak" if known_to_all else "written" if is_sure else "likely"
    return Report(Span(match.start, match.end), variant, fields)


def _key(variable: Variable) -> Iterator[Report]:
    if variable.name in table("projects")["keys"]:
        yield Report(variable.key.span, "key", {"name": variable.name})
