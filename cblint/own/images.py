"""``image``: what the builds of a buildspec, or of a project that a template defines, run on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cblint.buildspec.environments import Environment
from cblint.buildspec.model import Buildspec
from cblint.hosts.graph import Resource
from cblint.hosts.settings import known, setting
from cblint.match import Match
from cblint.own.conditions import Steps
from cblint.own.texts import Known, known_scalar, text_test
from cblint.source.text import Span
from cblint.source.tree import Scalar
from cblint.typing import Any

FIELDS = frozenset({"image", "build"})
"""What a message about an image can hold."""


class ImageFinder:
    """A compiled ``match`` with ``image``."""

    __slots__ = ("_test",)

    def __init__(self, spec: Mapping[str, Any], steps: Steps) -> None:
        self._test = text_test(spec["image"], (*steps, "image"))

    def find(self, subject: object) -> Iterator[Match]:
        """Where an image is named: in the buildspec, or in the definition of a project."""
        if isinstance(subject, Resource):
            node = known(setting(subject.definition, "environment", "image"))
            if isinstance(node, Scalar) and self._test(known_scalar(node)) is True:
                yield Match(node.span, {"image": node.value, "build": subject.definition.name}, ())
        elif isinstance(subject, Buildspec):
            for each in subject.environments:
                span = _place(each, subject)
                if span is not None and each.image_name is not None and self._test(Known(each.image_name)) is True:
                    yield Match(span, {"image": each.image_name, "build": each.name}, ())


def _place(environment: Environment, buildspec: Buildspec) -> Span | None:
    """Where the image is named; of one that only the configuration tells, the beginning of the buildspec."""
    if environment.place is not None:
        return environment.place.span
    project, root = environment.project, buildspec.root
    # What a template defines is looked at there.
    return root.first_character if root is not None and project is not None and project.resource is None else None
