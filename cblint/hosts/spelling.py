"""How the format in which a definition stands spells the names of the API."""

from __future__ import annotations

import posixpath
import re

from cblint.facts import table
from cblint.hosts.graph import Resource
from cblint.source.tree import Pair
from cblint.typing import Any

SPELT_AS_THE_API = ("project", "cloudformation", "markdown")
"""The formats whose keys are those of the API, or become so with a small first letter."""
_LONGEST = 40
"""Characters of a key that is one: in a program, whole expressions can stand in its place."""


def format_of(resource: Resource) -> str:
    """The format of the file in which a definition stands, as ``HostFile.kind`` has it."""
    file = resource.graph.files.get(resource.path)
    return file.kind if file is not None else ""


def facts_of(resource: Resource) -> dict[str, Any]:
    """What is known of that format; nothing of one that is not listed."""
    found: dict[str, Any] = table("projects")["formats"].get(format_of(resource), {})
    return found


def spelt(resource: Resource, name: str) -> str:
    """A name of the API as the format spells it."""
    spelling = facts_of(resource).get("spelling")
    if spelling == "capital":
        return capitalised(name)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() if spelling == "words" else name


def capitalised(name: str) -> str:
    """A name of the API as CloudFormation spells it."""
    exceptions = table("hosts")["cloudformation"]["resources"]["AWS::CodeBuild::Project"]["names"]
    own = next((own for own, known in exceptions.items() if known == name), None)
    return own or name[:1].upper() + name[1:]


def assigned(resource: Resource, name: str, value: str) -> str:
    """A setting with its value as one would write it in the file of a definition."""
    facts = table("projects")
    ending = posixpath.splitext(resource.path)[1]
    if format_of(resource) == "cdk" and "CfnProject" not in resource.source:
        name = facts["constructs"].get(name, name)
    form: str = facts["assignments"].get(ending, "{name}: {value}")
    return form.format(name=spelt(resource, name), value=value.capitalize() if ending == ".py" else value)


def written(pair: Pair) -> str:
    """The key of a pair as it is written there."""
    own = pair.key.source.strip("\"'")
    return own if own and len(own) <= _LONGEST and " " not in own else pair.name or ""
