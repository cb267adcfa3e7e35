"""Package managers in a build, where nobody answers them."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.finding import Edit, Report
from cblint.shell.query import Invocation
from cblint.shell.syntax import Parameter
from cblint.source.text import Span

_ASKING_YUM = frozenset(
    ("install", "update", "upgrade", "remove", "erase", "localinstall", "groupinstall", "reinstall", "autoremove")
)
_ASKING = {
    "apt": frozenset(("install", "upgrade", "full-upgrade", "remove", "purge", "autoremove", "reinstall")),
    "apt-get": frozenset(("install", "upgrade", "dist-upgrade", "remove", "purge", "autoremove", "build-dep")),
    "yum": _ASKING_YUM,
    "dnf": _ASKING_YUM,
}
_ASSUME_APT = (
    *("-y", "--yes", "--assume-yes", "--force-yes", "-d", "--reinstall"),
    *("-s", "--simulate", "--dry-run", "--just-print"),
)
_ASSUME_YUM = ("-y", "--assumeyes", "--assumeno", "--downloadonly")


def apt_not_assume_yes(buildspec: Buildspec) -> Iterator[Report]:
    """A package manager will ask, and nobody answers."""
    source = buildspec.stream.text.value
    if "Assume-Yes" in source or "assumeyes" in source:
        return  # some file tells the package manager
    for invocation in buildspec.invocations(r"(?:apt|apt-get|yum|dnf)\s"):
        asking = _ASKING.get(invocation.program)
        operands = invocation.operands() if asking else []
        if not asking or not operands or operands[0].text not in asking or invocation.fed_by is not None:
            continue
        assumed = _ASSUME_APT if invocation.program.startswith("apt") else _ASSUME_YUM
        if invocation.flags(*assumed) or _may_say_yes(invocation):
            continue
        word = operands[0]
        fields = {"program": invocation.program, "command": word.text or ""}
        end = word.source.offset(word.end)
        variant = "may-ask" if invocation.program.startswith("apt") else "asks"
        yield Report(word.span, variant, fields, edits=(Edit(Span(end, end), " -y"),))


_UPGRADING = {
    "apt-get": ("upgrade", "dist-upgrade"),
    "apt": ("upgrade", "full-upgrade"),
    "yum": ("update", "upgrade"),
    "dnf": ("update", "upgrade", "distro-sync"),
    "microdnf": ("update", "upgrade"),
    "apk": ("upgrade",),
}
_ONLY_SHOWN = ("-s", "--simulate", "--dry-run", "--just-print", "--assumeno", "--downloadonly", "-d", "--download-only")


def os_upgrade_in_build(buildspec: Buildspec) -> Iterator[Report]:
    """All packages of the image are upgraded in each build."""
    for invocation in buildspec.invocations(r"\b(?:up(?:date|grade)|(?:dist|full)-upgrade|distro-sync)\b"):
        operands = invocation.operands()
        verbs = _UPGRADING.get(invocation.program, ())
        if [word.text in verbs for word in operands] == [True] and not invocation.flags(*_ONLY_SHOWN):
            words = (invocation.words[0], operands[0])
            fields = {"command": f"{invocation.program} {operands[0].text}"}
            yield Report(words[0].span.to(words[1].span), "all", fields)


def _may_say_yes(invocation: Invocation) -> bool:
    """Whether apt's ``-qq``, what it reads, or a variable that can hold options says yes."""
    texts = [word.text for word in invocation.arguments]
    quiet = sum(1 for text in texts if text in ("-q", "--quiet")) > 1
    return (
        quiet
        or any(text is not None and text.startswith(("-qq", "-q=2")) for text in texts)
        or any(isinstance(part, Parameter) for word in invocation.arguments for part in word.parts)
        or any(redirection.operator.startswith("<") for redirection in invocation.redirections)
    )
