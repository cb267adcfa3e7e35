"""Variables that a build is to hand on, and whether it has them in the end."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cblint.buildspec.model import Buildspec, ShellItem, items, scalar
from cblint.checks.given import comes_with_image, given_names, lacking, misspelt
from cblint.checks.revealing import exported_secrets
from cblint.checks.sourcing import left_behind
from cblint.checks.ways import end_of
from cblint.facts import table
from cblint.finding import Report
from cblint.flow import build_of
from cblint.flow.kinds import ASSIGNED, READ
from cblint.flow.steps import SUCCEEDING
from cblint.flow.values import Hole, is_name
from cblint.records import NamedTuple
from cblint.shell.commands import (
    AndOr,
    ArithmeticFor,
    Assignment,
    For,
    Function,
    Pipeline,
    SimpleCommand,
    Subshell,
    While,
)
from cblint.shell.query import names_in, quoted
from cblint.shell.syntax import CommandSubstitution, Node, ProcessSubstitution
from cblint.source.tree import Scalar
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import Build, StepRun
    from cblint.flow.events import Event

LISTED = 100
"""So many names of the list are looked at."""
COMPARED = 200
"""With so many variables at most a name is compared, for what was meant."""
SHOWN = 3
"""So many related places are named."""
_SUBSHELLS = (Subshell, CommandSubstitution, ProcessSubstitution)
_LOOPS = (For, While, ArithmeticFor)


def exported_variable_not_assigned(buildspec: Buildspec) -> Iterator[Report]:
    """A variable is to be handed on that the build does not have when it ends well, and that is no secret."""
    listed = _listed(buildspec)
    if not listed or is_version_0_1(buildspec):
        return
    build = build_of(buildspec)
    end = end_of(build)
    if end is None:
        return
    unsure = {name: node for name, node in listed.items() if end.variable(name).assigned is None}
    if unsure:
        secrets = exported_secrets(buildspec)
        unsure = {name: node for name, node in unsure.items() if name not in secrets}
    if not unsure:
        return
    story = _story(build, unsure)
    sites = _sites(buildspec)
    never: list[Scalar] = []
    for name, node in unsure.items():
        variable = end.variable(name)
        if variable.places:
            yield from _sometimes(story, node, sites.get(name, []))
        elif variable.value.pieces == (Hole(name),) and name in sites:
            yield from _lost(story, node, sites[name])
        elif variable.value.pieces == (Hole(name),) and not any(is_set for _, _, is_set in story.get(name, ())):
            never.append(node)
    if never:
        yield from _never(buildspec, build, never, story)


def lost_exports(buildspec: Buildspec) -> set[str]:
    """The variables of which the rule says that the shell which sets them ends: no other rule has to."""
    if buildspec.get("env", "exported-variables") is None:
        return set()
    return {report.fields["name"] for report in exported_variable_not_assigned(buildspec) if report.variant == "lost"}


def _listed(buildspec: Buildspec) -> dict[str, Scalar]:
    """The names that are listed, and that nothing but a command can give: each once."""
    pair = buildspec.get("env", "exported-variables")
    found: dict[str, Scalar] = {}
    given = given_names(buildspec)
    for item in items(pair.value)[:LISTED] if pair is not None else ():
        node = scalar(item)
        name = node.value if node is not None else ""
        if node is None or not is_name(name) or name in given or comes_with_image(name):
            continue
        if not name.startswith(("AWS_", "CODEBUILD_")):
            found.setdefault(name, node)
    return found


def is_version_0_1(buildspec: Buildspec) -> bool:
    """Whether nothing is kept from one command to the next, and so what is handed on is not documented."""
    pair = buildspec.version
    value = scalar(pair.value) if pair is not None else None
    return value is not None and value.value.strip() in ("0.1", ".1")


class Site(NamedTuple):
    """A place that sets a variable: in a loop, or in a shell, or for a command, that is gone afterwards (``ends``)."""

    name: str
    node: Node
    item: ShellItem
    ends: bool
    repeats: bool


def _sites(buildspec: Buildspec) -> dict[str, list[Site]]:
    """Every assignment that is written in the commands, also in functions and in the quotes of `bash -c`."""
    found: dict[str, list[Site]] = {}
    for item in buildspec.shell_items:
        for site in sites_in(item):
            found.setdefault(site.name, []).append(site)
    return found


def sites_in(item: ShellItem) -> Iterator[Site]:
    """Those of one command."""
    scripts = {id(root): root for each in item.invocations if (root := quoted(each)) is not None}
    for root in (item.script, *scripts.values()):
        yield from _assignments(item, root)


def _assignments(item: ShellItem, root: Node) -> Iterator[Site]:
    stack = [(root, root is not item.script, False)]
    while stack:
        node, ends, repeats = stack.pop()
        yield from (Site(name, place, item, ends, repeats) for name, place in _set_by(node))
        ends = ends or isinstance(node, (*_SUBSHELLS, Function)) or _ends(node)
        repeats = repeats or isinstance(node, _LOOPS)
        stack.extend((child, ends, repeats) for child in node.children()[::-1])


def _set_by(node: Node) -> Iterator[tuple[str, Node]]:
    """The variables that a node sets by itself: assignments, and the words of `read` and the like."""
    if isinstance(node, Assignment):
        yield node.name, node
    elif isinstance(node, SimpleCommand) and node.words and node.words[0].text in table("variables")["fills"]:
        yield from ((word.text or "", word) for word in node.words[1:])


def _ends(node: Node) -> bool:
    """Whether what a node holds is set for itself alone: a pipeline's part, one in the background, `X=1 make`."""
    if isinstance(node, Pipeline):
        return len(node.commands) > 1
    if isinstance(node, AndOr):
        return node.terminator == "&"
    return isinstance(node, SimpleCommand) and bool(node.words and node.assignments)


_Story = dict[str, list[tuple["StepRun", "Event", bool]]]
"""By the name of a variable, where it is set (True) or read, as long as all goes well."""


def _story(build: Build, names: Collection[str]) -> _Story:
    found: _Story = {}
    for run in build.on(SUCCEEDING):
        for event in run.events:
            if event.kind in (ASSIGNED, READ) and event.name in names:
                found.setdefault(event.name, []).append((run, event, event.kind == ASSIGNED))
    return found


def _lost(story: _Story, node: Scalar, sites: list[Site]) -> Iterator[Report]:
    """What sets it is there, but in no shell that CodeBuild keeps."""
    told = story.get(node.value, [])
    if all(site.ends or _is_left(told, site) for site in sites) and not _is_read_before(told, sites[0]):
        places = tuple(("set", site.node.span) for site in sites[:SHOWN])
        yield Report(node.span, "lost", {"name": node.value}, places)


def _never(buildspec: Buildspec, build: Build, nodes: list[Scalar], story: _Story) -> Iterator[Report]:
    """Nothing in the commands sets it. Who reads what nobody sets expects it from the project."""
    scripts = {name: each for each in left_behind(buildspec)[::-1] for name in each.exported}
    set_by = {event.name for run in build.runs for event in run.events if event.kind == ASSIGNED}
    for node in nodes:
        name = node.value
        fields = {"name": name}
        where = lacking(buildspec, name)
        if name in scripts:
            fields["script"] = scripts[name].path
            yield Report(node.span, "script", fields, (("runs", scripts[name].span),))
        elif where is not None:
            yield Report(node.span, "project", {**fields, "where": where})
        elif name not in story:
            meant = misspelt(name, set_by) if len(set_by) <= COMPARED else None
            yield Report(node.span, "misspelt" if meant else "never", {**fields, "meant": meant or ""})


def _is_left(told: list[tuple[StepRun, Event, bool]], site: Site) -> bool:
    """Whether the command sets it in any case, but ends by `exit` or `exec`, so that CodeBuild keeps nothing of it."""
    for run, event, is_set in told:
        if is_set and run.step.item is site.item and not event.guards:
            after = run.outcome.either
            return after is not None and not after.variable(event.name).places
    return False


def _is_read_before(told: list[tuple[StepRun, Event, bool]], first: Site) -> bool:
    """Whether it is read as something that the build was given."""
    if not told:
        return False
    run, event, is_set = told[0]
    is_behind = run.step.item is first.item and event.node.span.start >= first.node.span.end
    return not is_set and not is_behind


def _sometimes(story: _Story, node: Scalar, sites: list[Site]) -> Iterator[Report]:
    """One condition decides whether it is set, and nothing is there for where that does not hold."""
    name = node.value
    told = story.get(name, [])
    set_by = {id(event.node): event for _, event, is_set in told if is_set}
    if len(set_by) != 1 or len(sites) != 1 or sites[0].ends or sites[0].repeats or _is_read_before(told, sites[0]):
        return
    (event,) = set_by.values()
    if event.guards and not any(name in names_in(guard.condition) for guard in event.guards):
        yield Report(node.span, "sometimes", {"name": name}, (("set", event.node.span),))
