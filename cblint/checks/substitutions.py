"""What Fn::Sub of CloudFormation takes for its own in a buildspec, and the shell was meant to get."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.checks.edits import replaced
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.hosts.definition import BUILDSPEC, PROJECT
from cblint.hosts.settings import setting
from cblint.hosts.substitution import MALFORMED, PARAMETER, RESOURCE, UNDEFINED, Substituted, Substitution
from cblint.source.text import HOLE, Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.buildspec.model import Buildspec
    from cblint.hosts.graph import Resource
    from cblint.shell.syntax import Node


def cfn_sub_swallows_shell_variable(subject: Resource | Buildspec) -> Iterator[Report]:
    """``${NAME}`` in a buildspec that ``Fn::Sub`` makes names nothing of the template, or something the shell sets."""
    from cblint.hosts.graph import Resource

    resource = subject if isinstance(subject, Resource) else subject.holder
    # A project speaks for its buildspec, also where that cannot be read.
    if resource is None or (resource is not subject and resource.definition.kind != BUILDSPEC):
        return
    definition = resource.definition
    node = setting(definition, "source", "buildspec") if definition.kind == PROJECT else definition.root
    if not isinstance(node, Substitution):
        return
    for each in node.substituted:
        if each.kind == UNDEFINED:
            yield Report(each.span, "undefined", {"name": each.name}, edits=_left_to_the_shell(each))
        elif each.kind == MALFORMED:
            function = _function(each.name)
            edits = () if function else _left_to_the_shell(each)
            yield Report(
                each.span, "function" if function else "expansion", {"name": function or each.name}, edits=edits
            )
    yield from _set_as_well(resource, [each for each in node.substituted if each.kind in (PARAMETER, RESOURCE)])


def _left_to_the_shell(substituted: Substituted) -> tuple[Edit, ...]:
    """A ``${…}`` that the text has after the deployment; nothing where it is written with escapes, or an attribute."""
    span, doubled = substituted.span, substituted.doubled
    if span.end - span.start != len("${}") + len(substituted.name) or "." in substituted.name:
        return ()
    whole = doubled.to(span) if doubled is not None else span
    return (replaced(whole, f"${{{substituted.name}}}"),)


def _function(name: str) -> str:
    """The function of CloudFormation that was meant to be called; empty if none was."""
    first = name.strip().removeprefix("!").removeprefix("Fn::").replace("[", " ").replace(":", " ").split(maxsplit=1)
    return first[0] if len(first) > 1 and first[0] in table("hosts")["cloudformation"]["functions"] else ""


def _set_as_well(resource: Resource, substituted: list[Substituted]) -> Iterator[Report]:
    """Those behind a command that sets a variable of their name: they are replaced before it runs."""
    if not substituted:
        return
    from cblint.buildspec.embedded import buildspecs_within  # its commands are parsed for this

    names = {each.name for each in substituted}
    places = {
        name: place
        for buildspec in buildspecs_within(resource)
        for item in reversed(buildspec.shell_items)
        for name, place in _assigned(item.script, names)
    }
    for each in substituted:
        place = places.get(each.name)
        if place is not None and place.end <= each.span.start:
            edits = _left_to_the_shell(each)
            yield Report(each.span, "assigned", {"name": each.name}, (("assigned", place),), edits, safe=False)


def _assigned(script: Node, names: set[str]) -> Iterator[tuple[str, Span]]:
    """The names that a script sets to something of its own, the first of each last: ``ENV=${ENV}`` hands one over."""
    from cblint.shell.commands import Assignment, For
    from cblint.shell.syntax import walk

    for node in reversed(list(walk(script))):
        if isinstance(node, Assignment) and node.name in names and HOLE not in node.value.raw:
            yield node.name, node.span
        elif isinstance(node, For) and node.name.raw in names:
            yield node.name.raw, node.name.span
