"""Whether a build needs privileged mode, in which alone the docker daemon runs, and whether it has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cblint.buildspec.embedded import buildspecs_within
from cblint.buildspec.environments import those
from cblint.buildspec.model import Buildspec
from cblint.checks.certain import expected
from cblint.checks.dependencies import folder_of, folders_of
from cblint.checks.development import (
    OF_OTHER_PACKAGES,
    SCRIPT_RUNNERS,
    WITH_INSTALLATION,
    package_json,
    script_of,
    scripts_of,
)
from cblint.checks.edits import respelt
from cblint.checks.images import mentions, uses_docker
from cblint.facts import table
from cblint.facts.images import MACOS, WINDOWS
from cblint.finding import Elsewhere, Report
from cblint.flow import build_of
from cblint.flow.docker import command_of, is_client
from cblint.flow.steps import SUCCEEDING, is_whole
from cblint.hosts.parameters import defaults
from cblint.hosts.settings import known, setting, truth
from cblint.hosts.spelling import assigned
from cblint.shell.commands import Function
from cblint.shell.effects import called, called_at, effect_of
from cblint.shell.parser import parse
from cblint.shell.query import Invocation, invocations
from cblint.source.foreign import Reference, Unknown
from cblint.source.text import Text
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.buildspec.environments import Environment
    from cblint.flow.build import Build, StepRun
    from cblint.flow.events import Event
    from cblint.hosts.graph import Resource
    from cblint.source.tree import Node, Scalar

_MODE = "privileged-mode"
_HARMLESS = frozenset(
    {"print", "query", "condition", "transform", "setup", "wait", "notify", "control", "cleanup", "wrap", "login"}
)
"""Kinds of commands that ask for nothing but files and the network."""
_NOT_MISSED = frozenset({"or", "condition", "negation", "pipeline"})
"""Ways to hide a failure of which nothing is said here: it may be meant so."""
_AT_WORK = frozenset({"build", "check", "install", "transform", "cleanup", "fetch", "package", "publish", "deploy"})
"""What tools without a daemon do; tests may start containers."""


def docker_without_privileged(buildspec: Buildspec) -> Iterator[Report]:
    """A command needs the docker daemon, and a build is known to run without privileged mode."""
    environments = buildspec.environments
    lacking = [each for each in environments if _lacks_daemon(each)]
    if not lacking or not uses_docker(buildspec, set(table("containers")["daemon"])):
        return
    if mentions(buildspec, "other-daemons"):
        return
    invocation = _first_that_needs_it(build_of(buildspec))
    if invocation is None:
        return
    fields = {
        "command": called(invocation),
        "where": those(lacking, environments),
        "switch": _switch(buildspec, lacking),
    }
    modes = _modes(lacking)
    related = tuple(("mode", node.span) for node in modes)
    edits = tuple(edit for node in modes for edit in respelt(node, "true")) if len(modes) == len(lacking) else ()
    places = _of_projects(lacking)
    if not modes and all(each.project is not None and each.project.resource is buildspec.holder for each in lacking):
        edits = respelt(_own_mode(buildspec.holder), "true") if buildspec.holder is not None else ()
    yield Report(called_at(invocation), "off", fields, related, edits, touched=modes, elsewhere=places)


def _lacks_daemon(environment: Environment) -> bool:
    """Whether no daemon can run: not on Lambda, which has no docker at all, nor on the images that brought one."""
    kind = environment.type or ""
    if environment.privileged is not False or environment.may_be_lambda or "WINDOWS" in kind or "MAC" in kind:
        return False
    if environment.image is not None and environment.image.family in (WINDOWS, MACOS):
        return False
    if _usual_image(environment).startswith("aws/codebuild/docker:"):
        return False
    return not has_another_daemon(environment)


def _usual_image(environment: Environment) -> str:
    """The image, or what it is where nobody says otherwise: the default of a parameter of a template."""
    resource = environment.project.resource if environment.project is not None else None
    if environment.image_name is not None or resource is None:
        return environment.image_name or ""
    node = setting(resource.definition, "environment", "image")
    return defaults(resource.root.origin).get(node.target, "") if isinstance(node, Reference) else ""


def has_another_daemon(environment: Environment) -> bool:
    """Whether a project has a docker server, or names another daemon in its variables."""
    project = environment.project
    names = {name for name, _ in project.variables} if project is not None else set()
    has_server = project is not None and project.docker_server is True
    return has_server or not names.isdisjoint(table("containers")["other-daemons"])


def _modes(environments: Sequence[Environment]) -> tuple[Node, ...]:
    """Where the buildspec gives the mode, each place once."""
    nodes = [each.places[_MODE] for each in environments if _MODE in each.places]
    return tuple({node.start: node for node in nodes}.values())


def _switch(buildspec: Buildspec, environments: Sequence[Environment]) -> str:
    """What to write to turn the mode on, as each place has it that tells of the builds."""
    projects = [each.project.resource for each in environments if each.project and _MODE not in each.places]
    ways = [f"{assigned(each, 'privilegedMode', 'true')} in the project" for each in projects if each is not None]
    if None in projects:
        ways.append("PrivilegedMode: true in the project")
    if buildspec.get("batch") is not None:
        ways.append(f"{_MODE}: true in the batch task")
    return ", ".join(dict.fromkeys(ways))


def _own_mode(project: Resource) -> Scalar | None:
    """Where a project gives the mode."""
    return known(setting(project.definition, "environment", "privilegedMode"))


def _of_projects(environments: Sequence[Environment]) -> tuple[Elsewhere, ...]:
    """Where projects give the mode, or could, each place once."""
    resources = [each.project.resource for each in environments if each.project and _MODE not in each.places]
    found = {id(each.root): each for each in resources if each is not None}
    return tuple(_place_of(each) for each in found.values())


def _place_of(project: Resource) -> Elsewhere:
    node = setting(project.definition, "environment", "privilegedMode")
    if node is not None and not isinstance(node, Unknown):
        return Elsewhere("mode", project, node.span)
    return Elsewhere("project", project, project.definition.place)


def _first_that_needs_it(build: Build) -> Invocation | None:
    """The first command that fails without a daemon, and the build with it."""
    for run in build.on(SUCCEEDING):
        for event in expected(run):
            calls = run.step.item.calls(event.node)
            if calls and is_client(calls[-1].program) and needs_daemon(run, event, calls[-1]):
                return calls[-1]
    return None


def needs_daemon(run: StepRun, event: Event, invocation: Invocation) -> bool:
    """Whether a command that runs fails without the docker daemon of the build, and the build with it."""
    facts = table("containers")
    is_program = event.state is None or not isinstance(event.state.functions.get(invocation.program), Function)
    command = command_of(invocation, event) if is_program and invocation.program in facts["with-daemon"] else None
    if command is None or command.verb.removeprefix("compose ") not in facts["daemon"] or command.has("--builder"):
        return False
    return not any(hidden.command is event.node and hidden.how in _NOT_MISSED for hidden in run.hidden)


def privileged_mode_unused(subject: Buildspec | Resource) -> Iterator[Report]:
    """A build runs in privileged mode, and none of its commands can need it."""
    if isinstance(subject, Buildspec):
        reports = _unused(subject)
        # At its own setting, if that is at hand, the project says so itself.
        is_told_there = subject.holder is not None and _own_mode(subject.holder) is not None
        yield from (each for each in reports if not is_told_there or each.variant != "project")
        return
    mode = _own_mode(subject)
    for buildspec in buildspecs_within(subject) if mode is not None and truth(mode) else ():
        found = (each for each in _unused(buildspec) if mode is not None and each.variant == "project")
        yield from (each._replace(span=mode.span, edits=respelt(mode, "false")) for each in found if mode is not None)


def _unused(buildspec: Buildspec) -> Iterator[Report]:
    environments = buildspec.environments
    granted = [each for each in environments if each.privileged and not _caches_layers(each)]
    source = buildspec.source.lower().replace("_container", "")  # the types of environments
    if not granted or any(map(_runs_others, granted)) or not buildspec.shell_items:
        return
    if any(text in source for text in table("containers")["of-containers"]):
        return
    calls = [call for item in buildspec.shell_items for call in item.invocations]
    if not is_whole(buildspec) or not all(_is_harmless(call) or _may_run_scripts(call) for call in calls):
        return
    runners = [call for call in calls if not _is_harmless(call)]
    if runners and not _run_harmless_scripts(buildspec, runners):
        return
    fields = {"where": those(granted, environments)}
    modes = _modes(granted)
    phases = buildspec.get("phases")
    if modes:
        edits = tuple(edit for node in modes for edit in respelt(node, "false"))
        again = tuple(("again", node.span) for node in modes[1:])
        yield Report(modes[0].span, "task", fields, again, edits, touched=modes)
    elif phases is not None:
        yield Report(phases.key.span, "project", fields)


def _runs_others(environment: Environment) -> bool:
    """Whether a pipeline is known to run its project with another buildspec."""
    resource = environment.project.resource if environment.project is not None else None
    runs = resource.graph.runs_of(resource) if resource is not None else ()
    return any(run.action.setting("BuildspecOverride") is not None for run in runs)


def _caches_layers(environment: Environment) -> bool:
    """Whether the project caches the layers of images, for which the mode has to be on."""
    cache = environment.project.cache if environment.project is not None else None
    return cache is not None and "LOCAL_DOCKER_LAYER_CACHE" in cache.modes


def _is_harmless(invocation: Invocation) -> bool:
    """Whether a command neither runs containers nor touches devices, mounts or the kernel, as far as anybody knows."""
    effect = effect_of(invocation)
    if effect is None or invocation.program in table("containers")["of-the-kernel"]:
        return False
    if invocation.program in table("dependencies")["installers"]:
        return effect.does in _BESIDE or effect.does == "query"
    if invocation.program in table("containers")["with-providers"]:
        return effect.does in _BESIDE or effect.does in ("install", "setup", "transform")
    if effect.does in _HARMLESS or effect.does in ("install", "fetch"):
        return True
    return effect.does in _AT_WORK and invocation.program in table("containers")["without-daemon"]


_BESIDE = ("print", "login")
"""Kinds of commands with which tools run nothing that a project tells them to run."""
_WITH_PACKING = ("prepublish", "prepublishOnly", "prepack", "prepare", "postpack", "publish", "postpublish")


def _may_run_scripts(invocation: Invocation) -> bool:
    return invocation.program in SCRIPT_RUNNERS


def _run_harmless_scripts(buildspec: Buildspec, runners: Sequence[Invocation]) -> bool:
    """Whether package.json is at hand wherever its scripts may run, and nothing in these uses docker."""
    if buildspec.repository is None:
        return False
    folders = folders_of(buildspec)
    for invocation in runners:
        folder = folder_of(invocation, folders.get(id(invocation.node)))
        package = package_json(buildspec.repository, folder) if folder is not None else None
        names = _scripts_run_by(invocation)
        if package is None or not names:
            return False
        if not all(_is_harmless_script(text) for name in names for text in scripts_of(package, name)):
            return False
    return True


def _scripts_run_by(invocation: Invocation) -> tuple[str, ...]:
    """The scripts of package.json that a package manager runs; none if that is not known."""
    effect = effect_of(invocation)
    script = script_of(invocation)
    if script is not None:
        return (script,)
    if effect is None or invocation.flags(*OF_OTHER_PACKAGES):
        return ()
    return {"install": WITH_INSTALLATION, "publish": _WITH_PACKING, "package": _WITH_PACKING}.get(effect.does, ())


def _is_harmless_script(text: object) -> bool:
    if text is None:
        return True
    if not isinstance(text, str) or "||" in text or any(word in text for word in table("containers")["of-containers"]):
        return False
    script = parse(Text.of(text))
    # What the scripts run that they run is among the texts as well.
    return script.problem is None and all(
        _is_harmless(call) or script_of(call) is not None for call in invocations(script)
    )
