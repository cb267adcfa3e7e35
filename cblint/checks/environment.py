"""Variables that are given under ``env``: names that are taken, values that are not what they look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from cblint.buildspec.model import PARAMETER_STORE, SECRETS_MANAGER, VARIABLES, Buildspec, Variable
from cblint.checks.edits import replaced
from cblint.checks.literals import is_secret
from cblint.facts import table
from cblint.finding import Report
from cblint.hosts.settings import known
from cblint.source.text import Span
from cblint.source.tree import Scalar
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.checks.edits import Change
    from cblint.hosts.graph import Resource
    from cblint.hosts.known import Variable as ProjectVariable


# Each alternative is one that the shell would expand: a command, a variable, a variable in braces.
_EXPANSION = (
    r"(?P<command>\$\((?!\()|`)|(?P<variable>\$(?:[A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*[^{}\s]{0,80}\}))"
)
OF_MAKE = r"\$\([A-Z_][A-Z0-9_]*\)"
"""A variable of make, or a command of the shell that nobody has: whoever reads it may expand it."""


def env_value_not_expanded(buildspec: Buildspec) -> Iterator[Report]:
    """A value that was meant to be computed: CodeBuild takes it as it is written."""
    for variable in buildspec.variables:
        value = variable.value
        if value is None or ("$" not in value.value and "`" not in value.value) or _is_search_path(variable):
            continue
        found = _expansion(value.value)
        if found is None:
            continue
        start, end, kind = found
        fields = {"name": variable.name, "written": value.value[start:end], "section": variable.section}
        variant = kind if variable.section == VARIABLES else "reference"
        if variant == "variable" and re.fullmatch(rf"\$\{{?{re.escape(variable.name)}\}}?", value.value) is not None:
            # A project that sets it wins.
            variant = "itself"
            if variable.name in {name for project in buildspec.projects for name, _ in project.variables}:
                continue
        touched, edits = _made_by_command(buildspec, variable, variant)
        yield Report(value.text.span(start, end), variant, fields, edits=edits, touched=touched)


def _made_by_command(buildspec: Buildspec, variable: Variable, variant: str) -> Change:
    """The variable assigned in the first command; one that is to be what it is, left out."""
    if variant == "reference" or variable.section != VARIABLES:
        return (), ()
    from cblint.checks.assigning import assigned_instead, taken_out, to_be_made  # few values need a shell to make them

    if variant == "itself":
        return taken_out(buildspec, variable, to_be_made(buildspec))
    return assigned_instead(buildspec, variable)


def _expansion(value: str) -> tuple[int, int, str] | None:
    """The first thing in a value that the shell would expand, and whether it is a command or a variable."""
    for match in islice(re.finditer(_EXPANSION, value), _EXPANSIONS):
        if match.start() > 0 and value[match.start() - 1] in "$\\":
            continue  # written so that something else expands it later, or nothing does
        if match["variable"]:
            return match.start(), match.end(), "variable"
        make = re.compile(OF_MAKE).match(value, match.start())
        if make is not None:
            return make.start(), make.end(), "variable"
        end = _end_of_command(value, match.start())
        if end is not None:
            return match.start(), end, "command"
    return None


_EXPANSIONS = 100
_LONGEST_COMMAND = 1000
"""Characters. Many that do not end would each be looked at to the end."""


def _end_of_command(value: str, start: int) -> int | None:
    """Where the command ends that begins with ``$(`` or a backtick; None if it does not, or is empty."""
    if value[start] == "`":
        end = value.find("`", start + 1, start + _LONGEST_COMMAND)
        return end + 1 if end > start + 1 else None
    depth = 0
    for at in range(start + 1, min(start + _LONGEST_COMMAND, len(value))):
        depth += {"(": 1, ")": -1}.get(value[at], 0)
        if depth == 0:
            return at + 1 if value[start + 2 : at].strip() else None
    return None


# Search paths

_DRIVE = r"(?:^|;)[A-Za-z]:[\\/]"


def env_path_clobbered(buildspec: Buildspec) -> Iterator[Report]:
    """A search path is given a value in which the old one is lost."""
    for variable in buildspec.variables:
        value = variable.value
        if value is None or variable.section != VARIABLES or not _is_search_path(variable):
            continue
        own = re.search(rf"\$(?:{variable.name}\b|\{{{variable.name}(?::[-+][^}}]{{0,80}})?\}})", value.value)
        fields = {"name": variable.name, "value": value.value}
        if own is not None:
            from cblint.checks.assigning import assigned_instead  # few values need a shell to make them

            variant = "path" if variable.name == "PATH" else "other-path"
            touched, edits = assigned_instead(buildspec, variable, exporting=True)
            yield Report(value.text.span(*own.span()), variant, fields, edits=edits, touched=touched)
        elif variable.name == "PATH" and _lacks_system_folders(value):
            yield Report(value.span, "without-system-folders", fields)


def _is_search_path(variable: Variable) -> bool:
    return variable.name in table("variables")["search-paths"]


def _lacks_system_folders(value: Scalar) -> bool:
    folders = value.value.split(":")
    return not {"/bin", "/usr/bin", "/bin/", "/usr/bin/"} & set(folders) and re.search(_DRIVE, value.value) is None


# Names that are taken


def env_reserved_name(subject: Buildspec | Resource) -> Iterator[Report]:
    """A variable has a name that CodeBuild sets itself or keeps for itself."""
    if isinstance(subject, Buildspec):
        credentials = table("variables")["credentials"]
        for variable in subject.variables:
            # Of credentials that are written out, secret-literal speaks.
            if variable.name not in credentials or not is_secret(variable):
                yield from _reserved(variable.name, variable.key.span, variable.section != VARIABLES)
    else:
        from cblint.hosts.known import variables_of

        for each in variables_of(subject):
            # Of keys in plain text, project-plaintext-secret speaks.
            if each.is_reference or (each.name not in table("projects")["keys"] and _is_certain(each)):
                yield from _reserved(each.name, each.key.span, each.is_reference)


def _is_certain(variable: ProjectVariable) -> bool:
    """Whether the value of a variable that CodeBuild sets is another for sure: a template may give it the same."""
    is_set = variable.name in table("variables")["set-by-codebuild"]
    return not is_set or (variable.value is not None and known(variable.value) is not None)


def _reserved(name: str, span: Span, stored: bool) -> Iterator[Report]:
    taken = table("variables")
    fields = {"name": name}
    if name.startswith("CODEBUILD_"):
        yield Report(span, "codebuild", fields)
    elif name in taken["credentials"]:
        yield Report(span, "stored-credentials" if stored else "credentials", fields)
    elif name in taken["set-by-codebuild"]:
        yield Report(span, "home" if name == "HOME" else "region", fields)


# References to secrets

_ARN_FIELDS = 7
"""``arn:partition:service:region:account:secret:name``: what follows is the key, the stage and the version."""
_PARTS = 4


def secret_reference_malformed(buildspec: Buildspec) -> Iterator[Report]:
    """A reference that names no secret or parameter."""
    for variable in buildspec.variables:
        if variable.value is None or "$" in variable.value.value:
            continue
        if variable.section == SECRETS_MANAGER:
            yield from malformed_secret(variable, variable.value)
        elif variable.section == PARAMETER_STORE:
            yield from _parameter(variable, variable.value)


def secret_parts(text: str) -> list[str]:
    """The name or ARN of a secret in a reference, and what follows it: the key, the stage and the version."""
    fields = text.split(":")
    if not text.startswith("arn:"):
        return fields
    return [":".join(fields[:_ARN_FIELDS]), *fields[_ARN_FIELDS:]]


def malformed_secret(variable: Variable, value: Scalar) -> Iterator[Report]:
    """What is wrong with a reference to a secret."""
    text = value.value
    fields = {"name": variable.name, "value": text}
    if "{{resolve:" in text:
        yield Report(value.span, "dynamic-reference", fields)
        return
    fields_of = text.split(":")
    if text.startswith("arn:"):
        service = fields_of[2] if len(fields_of) > 2 else ""
        if service != "secretsmanager":
            yield Report(value.span, "other-service", {**fields, "service": service, "expected": "secretsmanager"})
            return
        if len(fields_of) < _ARN_FIELDS:
            yield Report(value.span, "short-arn", fields)
            return
    parts = secret_parts(text)
    if not parts[0].strip():
        yield Report(value.span, "no-secret", fields)
    elif len(parts) > _PARTS:
        surplus = text[len(":".join(parts[:_PARTS])) :]
        start = len(text) - len(surplus)
        span = value.text.span(start, len(text))
        edits = (replaced(span, ""),) if not surplus.strip(":") else ()
        yield Report(span, "too-many-parts", {**fields, "count": str(len(parts))}, edits=edits)
    elif len(parts) == _PARTS and parts[2] and parts[3]:
        start = len(":".join(parts[:2])) + 1
        yield Report(value.text.span(start, len(text)), "stage-and-version", fields)


_BLANKS = r"\s+"


def _parameter(variable: Variable, value: Scalar) -> Iterator[Report]:
    text = value.value
    fields = {"name": variable.name, "value": text}
    if "{{resolve:" in text:
        yield Report(value.span, "dynamic-reference", fields)
    elif text.startswith("arn:"):
        parts = text.split(":")
        if len(parts) > 2 and parts[2] != "ssm":
            yield Report(value.span, "parameter-of-other-service", {**fields, "service": parts[2], "expected": "ssm"})
    elif text.startswith("ssm:"):
        yield Report(value.text.span(0, 4), "parameter-prefix", fields)
    elif (blank := re.search(_BLANKS, text)) is not None:
        yield Report(value.text.span(*blank.span()), "parameter-space", fields)
    elif "//" in text:
        start = text.index("//")
        yield Report(value.text.span(start, start + 2), "parameter-slashes", fields)
    elif text.endswith("/") and len(text) > 1:
        yield Report(value.text.span(len(text) - 1, len(text)), "parameter-slashes", fields)
