"""Whether what asks AWS for something has credentials for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cblint import expressions
from cblint.checks.contained import Container, container_of
from cblint.checks.edits import after
from cblint.checks.images import RUN, Use, uses_docker, uses_of
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.shell.effects import called_at
from cblint.shell.operands import may_hold_options
from cblint.shell.query import Invocation
from cblint.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cblint.buildspec.model import Buildspec

_BY_ENVIRONMENT = ("-e", "--env")
_BY_MOUNT = ("-v", "--volume", "--mount", "--tmpfs")
_UNSEEN = ("--env-file", "--volumes-from", "--env-host")
_HOME = expressions.lazy(r"\.aws|/root\b|/home\b|HOME|~")
_GETS_THEM = expressions.lazy(
    r"AWS_(?!(?:DEFAULT_)?REGION|PAGER|DEFAULT_OUTPUT)|(?i:assume|\.aws\b|credential|configure)"
)
_BUILT_IN = expressions.lazy(r"--build-arg[= ]+[\"']?AWS_(?!(?:DEFAULT_)?REGION)|--secret\b")
_URI, _REGION = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_REGION"
_REGIONS = (_REGION, "AWS_DEFAULT_REGION")


def aws_credentials_not_in_container(buildspec: Buildspec) -> Iterator[Report]:
    """A tool asks AWS for something from a container to which the credentials of the build are not given."""
    if not uses_docker(buildspec, {"run"}):
        return
    facts = table("asking")
    source = buildspec.source
    if not any(re.search(rf"\b{re.escape(program)}\b", source) for program in facts["asking"]):
        return
    if any(text in source for text in facts["elsewhere"]) or _BUILT_IN.search(source) is not None:
        return
    spoken: set[int] = set()
    for use in uses_of(buildspec):
        container = _started_by(use)
        if container is None or id(use.invocation.node) in spoken or not _lacks_credentials(container):
            continue
        asking = next((each for each in container.inside if _asks(each)), None)
        if asking is not None and not any(_GETS_THEM.search(word.raw) for word in container.words[1:]):
            spoken.add(id(use.invocation.node))
            fields = {"program": asking.program, "error": facts["asking"][asking.program]["error"]}
            yield Report(asking.words[0].span, "lacking", fields, edits=(_handing_over(container),))


def _started_by(use: Use) -> Container | None:
    if use.kind != RUN or use.event is None:
        return None
    container = container_of(use.invocation, use.event)
    return container if container is not None and container.command.verb == "run" else None


def _lacks_credentials(container: Container) -> bool:
    """Whether nothing that docker is told gives the container credentials, or may."""
    command = container.command
    if command.has(*_UNSEEN) or any(" " in option.name or not option.name.strip("-") for option in command.options):
        return False
    known = table("asking")["variables"]
    for given in command.valued(*_BY_ENVIRONMENT):
        name = given.known.partition("=")[0]
        if not name or name in known or (given.value.text is None and "=" not in given.known):
            return False
    if any(network.value.text != "bridge" for network in command.valued("--network", "--net")):
        return False
    mounts = [mount.value.written for mount in command.valued(*_BY_MOUNT)]
    return not any(_HOME.search(mount) or (":" not in mount and "=" not in mount) for mount in mounts)


def _asks(invocation: Invocation) -> bool:
    """Whether a program asks AWS for something, for sure."""
    facts = table("asking")
    asking: Mapping[str, Any] | None = facts["asking"].get(invocation.program)
    if asking is None or invocation.is_path or invocation.flags(*facts["unless"]):
        return False
    operands = invocation.operands()
    if not operands or any(may_hold_options(word) for word in invocation.arguments):
        return False
    verb = operands[0].text
    return verb in asking["only"] if "only" in asking else verb is not None and verb not in asking["without"]


def _handing_over(container: Container) -> Edit:
    """The options that give the container the address of the credentials, and the region."""
    names = {given.known.partition("=")[0] for given in container.command.valued(*_BY_ENVIRONMENT)}
    wanted = (_URI,) if not names.isdisjoint(_REGIONS) else (_URI, _REGION)
    return after(called_at(container.outer), "".join(f" -e {name}" for name in wanted))
