"""What a build is to run on: images, types and computes that do not fit, and what a compute cannot do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cblint.buildspec.environments import (
    LAMBDA_COMPUTE,
    Environment,
    environment_at,
    environments_of,
    is_told_there,
    those,
)
from cblint.buildspec.model import Buildspec
from cblint.checks.certain import expected
from cblint.checks.edits import respelt
from cblint.checks.images import mentions
from cblint.checks.privileged import has_another_daemon, needs_daemon
from cblint.facts import table
from cblint.facts.images import WINDOWS, Image
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.docker import is_client
from cblint.flow.steps import SUCCEEDING
from cblint.hosts.settings import pair_at
from cblint.records import NamedTuple
from cblint.shell.effects import called, called_at, effect_of
from cblint.shell.operands import beginning
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING
from cblint.wording import enumerated

if TYPE_CHECKING:
    from cblint.flow.build import StepRun
    from cblint.flow.events import Event
    from cblint.hosts.graph import Resource


# What does not fit


class _Mismatch(NamedTuple):
    """Two settings of an environment that exclude each other: the variant, what a message says, whose keys they are."""

    variant: str
    fields: dict[str, str]
    keys: tuple[str, ...]


def image_environment_mismatch(subject: Buildspec | Resource) -> Iterator[Report]:
    """An image, a type and a compute of which CodeBuild cannot make an environment."""
    buildspec = subject if isinstance(subject, Buildspec) else None
    everywhere = environments_of(subject, True) if isinstance(subject, Buildspec) else (environment_at(subject),)
    found: dict[tuple[object, ...], tuple[_Mismatch, list[Environment]]] = {}
    for environment in everywhere:
        mismatch = _mismatch_of(environment)
        if mismatch is not None and not (buildspec is not None and is_told_there(environment, *mismatch.keys)):
            places = (id(environment.places.get(key)) for key in mismatch.keys)
            key = (*mismatch.fields.values(), *places)
            found.setdefault(key, (mismatch, []))[1].append(environment)
    for mismatch, environments in found.values():
        nodes = [node for key in mismatch.keys if (node := environments[0].places.get(key)) is not None]
        where = "" if nodes else those(environments, everywhere)
        span = nodes[0].span if nodes else _of_projects(buildspec) if buildspec is not None else None
        if span is not None:
            related = tuple(("other", node.span) for node in nodes[1:])
            fields = {**mismatch.fields, "where": where}
            yield Report(span, mismatch.variant, fields, related, _other_type(mismatch, environments, everywhere))


def _of_projects(buildspec: Buildspec) -> Span | None:
    """Where to speak of what only a project says."""
    phases = buildspec.get("phases")
    return phases.key.span if phases is not None else None


def _mismatch_of(environment: Environment) -> _Mismatch | None:
    image, kind, compute = environment.image, _known(environment.type, "environment"), environment.compute
    if "fleet" in environment.places and "type" not in environment.places:
        kind = None  # the task runs on a machine of the fleet, whatever the project says
    if image is not None and kind is not None and not _runs_on(image, kind):
        fields = {"image": environment.image_name or "", "type": kind, "types": enumerated(image.types, "or")}
        return _Mismatch("image", fields, ("type", "image"))
    compute = None if environment.fleet else _known(compute, "compute")
    if compute is None or not compute.startswith("BUILD_"):
        return None
    on_lambda = compute.startswith(LAMBDA_COMPUTE)
    if kind is not None and on_lambda != ("LAMBDA" in kind):
        return _Mismatch(
            "lambda-compute" if on_lambda else "other-compute", _of(compute, kind), ("compute-type", "type")
        )
    if kind is None and image is not None and on_lambda != image.is_lambda:
        fields = {"image": environment.image_name or "", "compute": compute, "types": enumerated(image.types, "or")}
        return _Mismatch("compute", fields, ("compute-type", "image"))
    return None


def _of(compute: str, kind: str) -> dict[str, str]:
    return {"compute": compute, "type": kind}


def _known(value: str | None, what: str) -> str | None:
    """A type of environments or computes that the API has: of another, nothing is known."""
    return value if value is not None and value in table("service")[f"{what}-types"] else None


def _runs_on(image: Image, kind: str) -> bool:
    # Which images there are for WINDOWS_EC2 is not documented.
    return kind in image.types or (kind == "WINDOWS_EC2" and image.family == WINDOWS)


def _other_type(
    mismatch: _Mismatch, environments: list[Environment], everywhere: Iterable[Environment]
) -> tuple[Edit, ...]:
    """The one type on which the image runs, in the place of a batch task's, unless other images go with that."""
    image, node = environments[0].image, environments[0].places.get("type")
    if mismatch.variant != "image" or image is None or len(image.types) != 1:
        return ()
    others = [each for each in everywhere if each.places.get("type") is node and each not in environments]
    return respelt(node, image.types[0]) if not others else ()


# What a compute cannot do


def compute_unsupported_feature(subject: Buildspec | Resource) -> Iterator[Report]:
    """Something is asked of Lambda compute, or of reserved capacity, that it does not have."""
    if isinstance(subject, Buildspec):
        yield from _of_buildspec(subject)
    elif _is_lambda(environment := environment_at(subject)):
        yield from _of_project(subject, environment)


def _of_buildspec(buildspec: Buildspec) -> Iterator[Report]:
    everywhere = buildspec.environments
    on_lambda = [each for each in everywhere if _is_lambda(each)]
    without_on_failure = [each for each in everywhere if _is_lambda(each) or each.fleet]
    if without_on_failure:
        yield from _on_failure(buildspec, without_on_failure)
    if on_lambda:
        yield from _settings(buildspec, on_lambda)
        yield from _cache(buildspec, those(on_lambda, everywhere))
        yield from _commands(buildspec, on_lambda)


def _is_lambda(environment: Environment) -> bool:
    """Whether a build surely runs on Lambda; of settings that exclude each other, the rule above speaks."""
    if _mismatch_of(environment) is not None:
        return False
    if environment.type is not None:
        return "LAMBDA" in environment.type
    return not environment.fleet and environment.may_be_lambda


def _on_failure(buildspec: Buildspec, environments: list[Environment]) -> Iterator[Report]:
    where = those(environments, buildspec.environments)
    compute = "Lambda compute" if all(map(_is_lambda, environments)) else "Reserved capacity"
    for phase in buildspec.phases():
        value = phase.scalar("on-failure")
        # Where install or pre_build fails, the build ends in any case.
        if value is None or (value.value == "ABORT" and phase.name in ("install", "pre_build")):
            continue
        fields = {"value": value.value, "phase": phase.name, "compute": compute, "where": where}
        yield Report(value.span, "on-failure", fields)


def _settings(buildspec: Buildspec, environments: list[Environment]) -> Iterator[Report]:
    """What a batch task or a project says of an environment on Lambda."""
    spoken: set[object] = set()
    for environment in environments:
        for setting, key in _unsupported(environment).items():
            if is_told_there(environment, key):
                continue
            node = environment.places.get("privileged-mode") if setting == _NO_PRIVILEGES else None
            span = node.span if node is not None else _of_projects(buildspec)
            if span is not None and (setting, span) not in spoken:
                spoken.add((setting, span))
                where = "" if node is not None else those([environment], buildspec.environments)
                yield Report(span, "setting", {"setting": setting, "where": where})


def _of_project(resource: Resource, environment: Environment) -> Iterator[Report]:
    """What a project asks of Lambda, at the settings that do."""
    for setting, key in _unsupported(environment).items():
        pair = pair_at(resource.root, *_SETTINGS[key])
        if pair is not None:
            yield Report(pair.key.span, "setting", {"setting": setting, "where": ""})
    kind = pair_at(resource.root, "cache", "type")
    cache = environment.project.cache if environment.project is not None else None
    if kind is not None and cache is not None and cache.type in ("S3", "LOCAL"):
        yield Report(kind.value.span, "project-cache", {"type": cache.type})


_NO_PRIVILEGES = "has no privileged mode"
_SETTINGS = {
    "privileged-mode": ("environment", "privilegedMode"),
    "vpc": ("vpcConfig",),
    "timeout": ("timeoutInMinutes",),
}
"""Where a project says what Lambda does not have."""


def _unsupported(environment: Environment) -> dict[str, str]:
    """What Lambda does not have of what is asked for, as a message says it, and which setting asks for it."""
    project = environment.project
    minutes = table("lambda")["minutes"]
    found = {}
    if environment.privileged:
        found[_NO_PRIVILEGES] = "privileged-mode"
    if project is not None and project.vpc:
        found["cannot run in a VPC"] = "vpc"
    if project is not None and (project.timeout or 0) > minutes:
        found[f"ends a build after {minutes} minutes, not after {project.timeout}"] = "timeout"
    return found


def _cache(buildspec: Buildspec, where: str) -> Iterator[Report]:
    pair = buildspec.get("cache")
    if pair is not None and not pair.value.empty:
        yield Report(pair.key.span, "cache", {"where": where})


class _Run(NamedTuple):
    """A command that surely runs while all goes well, and whose failure counts."""

    run: StepRun
    event: Event
    call: Invocation


def _commands(buildspec: Buildspec, on_lambda: list[Environment]) -> Iterator[Report]:
    """The first command of each kind that cannot do its work; the others with it."""
    runs = list(_certain(buildspec))
    everywhere = buildspec.environments
    without_docker = [each for each in on_lambda if not has_another_daemon(each)]
    if without_docker and not mentions(buildspec, "other-daemons"):
        calls = [each.call for each in runs if is_client(each.call.program) and needs_daemon(*each)]
        yield from _called(calls, "docker", those(without_docker, everywhere))
    where = those(on_lambda, everywhere)
    root = table("lambda")["root"]
    yield from _called([call for _, _, call in runs if _is_one_of(call, root.get(call.program))], "root", where)
    written = {word.span: word.raw for each in runs for word in _written(each.call)}
    if written:
        first, *others = written
        related = tuple(("again", span) for span in others)
        yield Report(first, "outside-tmp", {"path": written[first], "where": where}, related)


def _called(calls: list[Invocation], variant: str, where: str) -> Iterator[Report]:
    if calls:
        first, *others = dict.fromkeys(map(called_at, calls))
        related = tuple(("again", span) for span in others)
        yield Report(first, variant, {"command": called(calls[0]), "where": where}, related)


def _certain(buildspec: Buildspec) -> Iterator[_Run]:
    for run in build_of(buildspec).on(SUCCEEDING) if buildspec.shell_items else ():
        excused = {id(hidden.command) for hidden in run.hidden if hidden.how in ("or", "condition")}
        for event in expected(run):
            if id(event.node) not in excused:
                for call in run.step.item.calls(event.node)[-1:]:
                    yield _Run(run, event, call)


def _is_one_of(call: Invocation, subcommands: list[str] | None) -> bool:
    if not subcommands:
        return subcommands is not None
    named = [beginning(word)[0] for word in call.operands()[:1]]
    options = [known for word in call.arguments if (known := beginning(word)[0]).startswith("-")]
    return not set(subcommands).isdisjoint([*named, *options])


def _written(call: Invocation) -> Iterator[Word]:
    """Files and folders that a command writes to, where nothing can be written."""
    effect = effect_of(call)
    words = [word for word in (effect.writes if effect is not None else ()) if isinstance(word, Word)]
    words += [each.target for each in call.redirections if each.operator in (">", ">>", ">|", "&>", "&>>")]
    writable = tuple(table("lambda")["writable"])
    for word in words:
        known, _ = beginning(word)
        if (
            known.startswith("/")
            and not f"{known}/".startswith(writable)
            and not any(place.startswith(known) for place in writable)
        ):
            yield word
