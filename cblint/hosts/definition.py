"""What a file of any format says of CodeBuild and what stands around it, under the names of the API.

Each host turns what it finds into definitions. The settings of a definition are a tree of nodes whose keys are those of
the AWS API (``environment.privilegedMode``) however the host spells them, and whose places are in the host's file.
"""

from __future__ import annotations

from collections.abc import Iterable

from cblint.records import NamedTuple
from cblint.source.foreign import Reference
from cblint.source.text import Span
from cblint.source.tree import Node
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.source.loader import Stream

BUILDSPEC, PROJECT, WEBHOOK, PIPELINE, ROLE, POLICY = "buildspec", "project", "webhook", "pipeline", "role", "policy"
NOT_YET_YAML = "is a template that is not YAML yet, so that what it puts in is not known"


class Definition(NamedTuple):
    """Something that a file defines.

    ``kind`` says which, and so what ``root`` holds:

    - BUILDSPEC: a buildspec without its project: a scalar that is its text, or its mapping;
    - PROJECT: the input of CreateProject; its webhook, as in the output of BatchGetProjects, under ``webhook``;
    - WEBHOOK: the input of CreateWebhook, where the project is not in the same definition;
    - PIPELINE: the ``pipeline`` of CreatePipeline of AWS CodePipeline;
    - ROLE: ``roleName``, ``assumeRolePolicyDocument``, ``managedPolicyArns`` (a list), ``policies`` (a list of mappings
      with ``policyName`` and ``policyDocument``), ``permissionsBoundary``;
    - POLICY: ``policyDocument``, and ``roles``: the name of the role that has it, or a list of such names.

    ``name`` is what references in the host call it (``BuildProject``, ``aws_codebuild_project.build``), empty if
    nothing can. ``place`` is what a person points at: its name, or its first character. ``conditional``: it may not be
    there at all. ``fragment``: only a part of it is shown, so that what is missing is not known.
    """

    kind: str
    name: str
    place: Span
    root: Node
    conditional: bool = False
    fragment: bool = False


class HostFile(NamedTuple):
    """What a file holds.

    ``kind`` is its format; ``problem`` says what was not read of it, in words after its name. ``at`` is where a syntax
    error of YAML or JSON ends the reading, as an offset into the file. ``files`` are names by which the other files of
    a module of Terraform may call what it reads from a further file. ``source`` is its text.
    """

    kind: str
    definitions: tuple[Definition, ...] = ()
    problem: str = ""
    at: int | None = None
    files: tuple[tuple[str, Reference], ...] = ()
    source: str = ""


def in_yaml(kind: str, definitions: Iterable[Definition], stream: Stream, certain: bool = False) -> HostFile | None:
    """What a file that is YAML or JSON holds; None if nothing, unless it is ``certain`` that it would.

    Of what a syntax error cuts short, the rest is not known.
    """
    found = tuple(definitions)
    if stream.problem is None:
        return HostFile(kind, found) if found else None
    if not found and not certain:
        return None
    parts = tuple(definition._replace(fragment=True) for definition in found)
    return HostFile(kind, parts, at=stream.problem.span.start)
