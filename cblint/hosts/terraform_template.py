"""The files that Terraform renders with ``templatefile``: the buildspec that one of them gives."""

from __future__ import annotations

from cblint import expressions
from cblint.hosts import shown
from cblint.hosts.definition import BUILDSPEC, Definition, HostFile
from cblint.hosts.hcl import of_lines
from cblint.source.foreign import Given
from cblint.source.holes import load_with_holes
from cblint.source.text import Text
from cblint.source.tree import Node

# Marks of other languages of templates in the place of a value: what they give is no part of the YAML.
_OTHER_LANGUAGE = expressions.lazy(r"(?m)^[ \t]*(?:- +)*(?:[\w.-]+:[ \t]+)?(?:\{\{|\{%|<%)")


def read(text: Text) -> HostFile | None:
    """The buildspec that a template gives; None if it does not certainly give one. Raises TooComplex."""
    node = of_lines(text, _unknown, text, (0, len(text)))
    if not isinstance(node, Given) or not _is_buildspec(node.text):
        return None
    begin = len(text) - len(text.value.lstrip())
    place = text.span(begin, begin + 1)
    return HostFile("terraform template", (Definition(BUILDSPEC, "", place, node),))


def _unknown(_: str) -> Node | None:
    """The names of a template are given where it is rendered."""
    return None


def _is_buildspec(text: Text) -> bool:
    """Whether a text has what only a buildspec has, and all of it, whatever lines are put in."""
    if _OTHER_LANGUAGE.search(text.value) is not None:
        return False
    return shown.buildspec_shown(load_with_holes(text), "") == shown.WHOLE
