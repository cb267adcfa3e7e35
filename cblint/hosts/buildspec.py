"""Telling a buildspec from the other YAML files of a repository, and from other formats of the same name."""

from __future__ import annotations

import os
import re

from cblint import expressions
from cblint.source.loader import Stream
from cblint.source.tree import Mapping, Scalar, Sequence

DEFAULT_BUILDSPEC = "buildspec.yml"
"""What a project uses that names none. Source: CodeBuild user guide, page build-spec-ref."""
DEFAULT_BUILDSPECS = (DEFAULT_BUILDSPEC, "buildspec.yaml")
"""CodeBuild takes either ending. Source: its maintainers, https://github.com/aws/aws-codebuild-docker-images/pull/578."""
_NAME = expressions.lazy(r"(?:(?!build[-_.]?spec).)*build[-_.]?spec.*\.(?:ya?ml|json)", re.IGNORECASE | re.DOTALL)
_FOLDER = expressions.lazy(r"\.?(?:code[-_]?builds?|build[-_]?specs?)", re.IGNORECASE)
_YAML = expressions.lazy(r".*\.(?:ya?ml|json)", re.IGNORECASE | re.DOTALL)

_KEYS = {
    "version",
    "run-as",
    "env",
    "environment_variables",
    "proxy",
    "phases",
    "reports",
    "artifacts",
    "cache",
    "batch",
}
# A key at the top level that no buildspec has, and the format that it betrays (catalogue, ruling 9).
_OTHER_FORMATS = {
    "frontend": "an AWS Amplify build specification",
    "backend": "an AWS Amplify build specification",
    "applications": "an AWS Amplify build specification",
    "jobs": "a GitHub Actions or CI workflow",
    "on": "a GitHub Actions workflow",
    "Resources": "a CloudFormation template",
    "AWSTemplateFormatVersion": "a CloudFormation template",
    "services": "a Compose file",
    "apiVersion": "a Kubernetes manifest",
    "stages": "a CI pipeline of another service",
    "hooks": "a CodeDeploy application specification",
}
# Marks in the place of a whole value or line; "docker inspect -f '{{.Id}}'" is no template.
_TEMPLATE_LINE = r"(?m)^[ \t]*(?:\{\{|\{%|<%)"
_TEMPLATE_VALUE = r"[ \t]*(?:- +)*(?:[\w.-]+:[ \t]+)?(?:\{\{|\{%|<%|\$\{\{)"


def named_like_buildspec(path: str) -> bool:
    """Whether the file's name alone says that it is a buildspec."""
    return _NAME.fullmatch(os.path.basename(path)) is not None


def certainly_buildspec(path: str) -> bool:
    """Whether the file has the very name that CodeBuild looks for."""
    return os.path.basename(path).lower() in DEFAULT_BUILDSPECS


def candidate(path: str) -> bool:
    """Whether a search should open the file: named like a buildspec, or YAML in a folder named after them."""
    if named_like_buildspec(path):
        return True
    folder = os.path.basename(os.path.dirname(os.path.abspath(path)))
    return _YAML.fullmatch(path) is not None and _FOLDER.fullmatch(folder) is not None


def named_like_other(path: str) -> bool:
    """Whether the file's ending says that it is not YAML: source code, prose."""
    ending = os.path.splitext(path)[1].lower()
    return ending not in ("", ".yml", ".yaml", ".json")


def why_not(stream: Stream, by_name: bool, certain: bool = False) -> str | None:
    """Why this is no buildspec, in words that follow the file's name; None if it is one.

    ``by_name`` says that the name (or the user) calls it a buildspec, so that less of its content has to; ``certain``
    that it is one whatever it holds, even nothing.
    """
    problem = stream.problem
    if problem is not None and _broken_by_template(stream):
        return "is a template that is not YAML yet"
    root = stream.documents[0].root if stream.documents else None
    if isinstance(root, Mapping):
        keys = {pair.name for pair in root.pairs}
        if keys & {"phases", "batch"} and not keys & {"jobs", "Resources"}:
            return None if by_name or problem is not None or _is_ours(root) else _OTHER_PHASES
        for key, name in _OTHER_FORMATS.items():
            if key in keys:
                return f"is {name}, not a buildspec"
        if keys and not keys & _KEYS and problem is None:
            return "is not a buildspec: it has neither phases nor batch"
        if by_name or problem is not None:
            return None
        if _version(root) and keys & (_KEYS - {"version"}):
            return None
        return "is not a buildspec: it has neither phases nor batch"
    if problem is not None and (by_name or re.search(r"^ *phases *:", stream.text.value, re.MULTILINE)):
        return None
    return None if certain else "is not a buildspec: its top level is not a mapping"


_OTHER_PHASES = "is not a buildspec: its phases are none of CodeBuild's"
_PHASES = frozenset({"install", "pre_build", "build", "post_build"})


def _is_ours(root: Mapping) -> bool:
    """Whether the phases are CodeBuild's: other formats have such a key as well."""
    pair = root.get("phases")
    phases = pair.value.resolved if pair is not None else None
    if isinstance(phases, Sequence):
        return False
    named = {each.name for each in phases.pairs} if isinstance(phases, Mapping) else set()
    return _version(root) or bool(named & _PHASES) or pair is None


def _version(root: Mapping) -> bool:
    pair = root.get("version")
    value = pair.value.resolved if pair is not None else None
    return isinstance(value, Scalar) and value.value in ("0.1", "0.2")


def _broken_by_template(stream: Stream) -> bool:
    """Whether template marks explain the error: they begin the line that it stands on, or a line of their own."""
    if stream.problem is None:
        return False
    source, at = stream.text.value, stream.problem.at
    line = source.rfind("\n", 0, at) + 1
    value = re.compile(_TEMPLATE_VALUE).match(source, line)
    return value is not None or re.search(_TEMPLATE_LINE, source) is not None
