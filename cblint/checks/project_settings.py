"""Settings of projects that leave something open: what is not encrypted, not logged, not checked, or public."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.embedded import buildspecs_of
from cblint.buildspec.model import VARIABLES, Buildspec
from cblint.checks.dumping import environment_dumped
from cblint.checks.edits import respelt
from cblint.finding import Report
from cblint.hosts.graph import Resource
from cblint.hosts.known import variables_of
from cblint.hosts.settings import known, listed, pair_at, setting, text_at, truth, within
from cblint.hosts.spelling import spelt, written
from cblint.source.text import Span
from cblint.source.tree import Node, Pair

_ARTIFACTS = ("artifacts", "secondaryArtifacts")
_SOURCES = ("source", "secondarySources")


def _each(resource: Resource, one: str, others: str) -> Iterator[Node]:
    """The primary source or artifacts of a project, and the secondary ones."""
    primary = setting(resource.definition, one)
    if primary is not None:
        yield primary
    yield from listed(setting(resource.definition, others))


def _switched_on(node: Node, name: str) -> Pair | None:
    """A setting that is true for certain."""
    pair = pair_at(node, name)
    return pair if pair is not None and truth(pair.value) else None


# What is not encrypted, or not logged


def project_hardening(resource: Resource) -> Iterator[Report]:
    """Artifacts or logs that are not encrypted, or no logs at all."""
    stored = [each for each in _each(resource, *_ARTIFACTS) if _type_of(each) == "S3"]
    for artifacts in stored:
        pair = _switched_on(artifacts, "encryptionDisabled")
        if pair is not None:
            yield Report(pair.key.span, "artifacts", {"key": written(pair)}, edits=respelt(pair.value, "false"))
    yield from _plain_logs(resource)
    yield from _no_logs(resource)
    if stored and setting(resource.definition, "encryptionKey") is None:
        fields = {"key": spelt(resource, "encryptionKey")}
        yield Report(resource.definition.place, "own-key", fields, about=resource.root)


def _type_of(node: Node) -> str | None:
    scalar = known(within(node, "type"))
    return scalar.value if scalar is not None else None


def _plain_logs(resource: Resource) -> Iterator[Report]:
    logs = setting(resource.definition, "logsConfig", "s3Logs")
    pair = _switched_on(logs, "encryptionDisabled") if logs is not None else None
    if pair is not None and text_at(resource.definition, "logsConfig", "s3Logs", "status") != _OFF:
        yield Report(pair.key.span, "logs", {"key": written(pair)}, edits=respelt(pair.value, "false"))


def _no_logs(resource: Resource) -> Iterator[Report]:
    """Logs go nowhere: not to CloudWatch, where they go by default, and not to S3."""
    first, second = ("logsConfig", "cloudWatchLogs", "status"), ("logsConfig", "s3Logs", "status")
    pair = pair_at(resource.root, *first)
    in_s3 = setting(resource.definition, *second)
    if pair is None or text_at(resource.definition, *first) != _OFF:
        return
    if in_s3 is None or text_at(resource.definition, *second) == _OFF:
        yield Report(pair.value.span, "no-logs", edits=respelt(pair.value, "ENABLED"))


_OFF = "DISABLED"


# What is not checked


def unchecked_sources(resource: Resource) -> Iterator[Report]:
    """Sources of which CodeBuild takes whatever answers in their name."""
    for source in _each(resource, *_SOURCES):
        pair = _switched_on(source, "insecureSsl")
        if pair is not None:
            yield Report(pair.key.span, "source", {"key": written(pair)}, edits=respelt(pair.value, "false"))


# What is public


def public_build_with_secrets(resource: Resource) -> Iterator[Report]:
    """Everybody can read the logs and artifacts of builds that are given secrets."""
    visibility = pair_at(resource.root, "projectVisibility")
    if visibility is None or text_at(resource.definition, "projectVisibility") != "PUBLIC_READ":
        return
    span = visibility.value.span
    given = [each.key for each in variables_of(resource) if each.is_reference]
    if given:
        names = {"name": given[0].value}
        yield Report(span, "variable", names, tuple(("given", key.span) for key in given))
        return
    for buildspec in buildspecs_of(resource):
        report = _of_buildspec(buildspec, resource, span)
        if report is not None:
            yield report
            return


def _of_buildspec(buildspec: Buildspec, resource: Resource, span: Span) -> Report | None:
    """What a buildspec does that the public should not see; places in it are shown if they are in the same file."""
    is_here = buildspec.holder is resource
    secret = next((each for each in buildspec.variables if each.section != VARIABLES), None)
    if secret is not None:
        related = (("given", secret.key.span),) if is_here else ()
        return Report(span, "buildspec", {"name": secret.name}, related)
    dumped = next(iter(environment_dumped(buildspec)), None)
    if dumped is not None:
        return Report(span, "dumped", {}, (("dumped", dumped.span),) if is_here else ())
    return None
