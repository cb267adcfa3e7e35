"""Package managers in a build, where nobody answers them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from cblint import expressions
from cblint.buildspec.environments import those
from cblint.buildspec.model import Buildspec, ShellItem
from cblint.checks.conditional import is_conditional
from cblint.checks.edits import replaced
from cblint.checks.removing import command
from cblint.facts import table
from cblint.facts.images import MACOS, WINDOWS, Image
from cblint.finding import Report
from cblint.flow import build_of
from cblint.records import NamedTuple
from cblint.shell.commands import Function
from cblint.shell.effects import effect_of
from cblint.shell.query import Invocation
from cblint.shell.syntax import Inserted, Parameter, Word, walk
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
    source = buildspec.source
    if "Assume-Yes" in source or "assumeyes" in source:
        return  # some file tells the package manager
    for invocation in buildspec.invocations(r"(?:apt|apt-get|yum|dnf)\s"):
        asking = _ASKING.get(invocation.program)
        operands = invocation.operands() if asking else []
        if not asking or not operands or operands[0].text not in asking or invocation.fed_by is not None:
            continue
        assumed = _ASSUME_APT if invocation.program.startswith("apt") else _ASSUME_YUM
        if invocation.flags(*assumed) or _may_say_yes(invocation) or _is_of_another_system(buildspec, invocation):
            continue
        word = operands[0]
        fields = {"program": invocation.program, "command": word.text or ""}
        end = word.source.offset(word.end)
        variant = "may-ask" if invocation.program.startswith("apt") else "asks"
        yield Report(word.span, variant, fields, edits=(replaced(Span(end, end), " -y"),))


def _is_of_another_system(buildspec: Buildspec, invocation: Invocation) -> bool:
    """Whether no build has the program at all, of which another rule speaks: it asks nothing."""
    images = [each.image for each in buildspec.environments]
    uses = [use for use in _uses(buildspec) if use.invocation.node is invocation.node] if any(images) else []
    return any(all(image is not None and _lacks(image, use) for image in images) for use in uses)


_UPGRADING = {
    "apt-get": ("upgrade", "dist-upgrade"),
    "apt": ("upgrade", "full-upgrade"),
    "yum": ("update", "upgrade"),
    "dnf": ("update", "upgrade", "distro-sync"),
    "microdnf": ("update", "upgrade"),
    "apk": ("upgrade",),
}
_ONLY_SHOWN = ("-s", "--simulate", "--dry-run", "--just-print", "--assumeno", "--downloadonly", "-d", "--download-only")
_NOT_ALL = (
    *("--security", "--sec-severity", "--secseverity", "--bugfix", "--enhancement", "--newpackage"),
    *("--advisory", "--advisories", "--cve", "--cves", "--bz", "--bzs", "--installroot", "--root"),
)
"""Only what closes known holes, or the packages of a system in another folder."""


_UPGRADE = expressions.lazy(r"\b(?:up(?:date|grade)|(?:dist|full)-upgrade|distro-sync)\b")
_FETCHING = ("-U", "--update-cache", "--update", "--refresh")


def os_upgrade_in_build(buildspec: Buildspec) -> Iterator[Report]:
    """All packages of the image are upgraded in each build."""
    for item in buildspec.shell_items if _UPGRADE.search(buildspec.source) is not None else ():
        for invocation in item.invocations if _UPGRADE.search(item.value) is not None else ():
            verbs = _UPGRADING.get(invocation.program, ())
            if not verbs:
                continue
            operands = invocation.operands()
            asks = (effect := effect_of(invocation)) is not None and effect.prompts  # of which another rule speaks
            is_all = not invocation.flags(*_ONLY_SHOWN, *_NOT_ALL)
            if [word.text in verbs for word in operands] == [True] and not asks and is_all:
                words = (invocation.words[0], operands[0])
                fields = {"command": f"{invocation.program} {operands[0].text}"}
                # What also fetches the lists may be what the next installation finds its packages by.
                touched, edits = ((), ()) if invocation.flags(*_FETCHING) else command(buildspec, item, invocation)
                yield Report(words[0].span.to(words[1].span), "all", fields, edits=edits, touched=touched)


def _may_say_yes(invocation: Invocation) -> bool:
    """Whether apt's ``-qq``, what it reads, or a variable that can hold options says yes."""
    texts = [word.text for word in invocation.arguments]
    quiet = sum(1 for text in texts if text in ("-q", "--quiet")) > 1
    return (
        quiet
        or any(text is not None and text.startswith(("-qq", "-q=2")) for text in texts)
        or any(isinstance(part, (Parameter, Inserted)) for word in invocation.arguments for part in word.parts)
        or any(redirection.operator.startswith("<") for redirection in invocation.redirections)
    )


# The package manager of another system


class _Use(NamedTuple):
    """A package manager that runs in any case."""

    family: str
    invocation: Invocation

    @property
    def program(self) -> str:
        return self.invocation.program

    @property
    def span(self) -> Span:
        return self.invocation.words[0].span


def package_manager_mismatch(buildspec: Buildspec) -> Iterator[Report]:
    """A package manager that the image does not have."""
    uses = _uses(buildspec)
    if not uses:
        return
    images = {each.image.name: each.image for each in buildspec.environments if each.image is not None}
    if not images:
        yield from _of_two_systems(buildspec, uses)
    for family in dict.fromkeys(use.family for use in uses):
        missed = [use for use in uses if use.family == family and any(_lacks(image, use) for image in images.values())]
        if missed:
            first = missed[0]
            without = {name: image for name, image in images.items() if _lacks(image, first)}
            found = [each for each in buildspec.environments if each.image is not None and each.image.name in without]
            image = next(iter(without.values()))
            fields = {
                "program": first.program,
                "os": " and ".join(dict.fromkeys(each.os for each in without.values())),
                "where": those(found, buildspec.environments),
                "instead": _manager_on(image.family),
            }
            related = tuple(("again", use.span) for use in missed[1:])
            yield Report(first.span, "extras" if family == _EXTRAS else "mismatch", fields, related)


_EXTRAS = "amazon-linux-extras"


def _uses(buildspec: Buildspec) -> list[_Use]:
    families = table("packages")["families"]
    family_of = {program: name for name, family in families.items() for program in family["programs"]}
    found = [
        (item, invocation)
        for item in buildspec.shell_items
        if _may_use(item, family_of)
        for invocation in item.invocations
        if invocation.program in family_of and not invocation.is_path
    ]
    packages = {word.text for _, invocation in found for word in invocation.operands()[1:]}
    programs = {invocation.program for _, invocation in found}
    there = {program for program in programs if _may_come_with(packages, program) or _is_made(buildspec, program)}
    return [
        _Use(family_of[invocation.program], invocation)
        for item, invocation in found
        if invocation.program not in there and not is_conditional(item, invocation)
    ]


def _may_come_with(packages: Iterable[str | None], program: str) -> bool:
    """Whether one package manager may install the other: by its name, or those that are mere tools with others."""
    is_tool = not any(program in family["surely"] for family in table("packages")["families"].values())
    return any(program in (name or "") or (is_tool and not is_beside(name)) for name in packages)


def is_beside(package: str | None) -> bool:
    """Whether a package of the system, without its version, is known to bring none of the programs that images lack."""
    name = re.split(r"[=:]", package or "")[0]
    return any(fnmatchcase(name, known) for known in table("packages")["beside"])


def _is_made(buildspec: Buildspec, program: str) -> bool:
    """Whether the build itself gives something this name: an alias, a function, or a file in some folder."""
    for item in buildspec.shell_items:
        if re.search(rf"/{program}\b|\b{program}(?:=|\s*\()|\bfunction\s+{program}\b", item.value) is None:
            continue
        for node in walk(item.script):
            if isinstance(node, Function) and node.name.text == program:
                return True
            if isinstance(node, Word) and re.match(rf"['\"]?{program}=|.*/{program}['\"]?$", node.raw):
                return True
    return False


def _may_use(item: ShellItem, names: dict[str, str]) -> bool:
    return any(name in item.value for name in names)


def _lacks(image: Image, use: _Use) -> bool:
    """Whether what is known of an image says that it does not have the program."""
    # What package managers do on Lambda is told by the compute, not by the image.
    if image.is_lambda or image.family in (MACOS, WINDOWS) or use.program in image.tools:
        return False
    family = table("packages")["families"][use.family]
    perhaps = family.get("perhaps", {}).get(use.program, ())
    return image.family not in family["systems"] and image.family not in perhaps


def _manager_on(system: str) -> str:
    return {"ubuntu": "apt-get", "amazon-linux-2": "yum"}.get(system, "dnf")


def _of_two_systems(buildspec: Buildspec, uses: list[_Use]) -> Iterator[Report]:
    """Two package managers of which no system has both: on any image one of them is not found."""
    families = table("packages")["families"]
    unseen = _unseen(buildspec)
    sure = [
        use
        for use in uses
        if use.program in families[use.family]["surely"]
        and id(use.invocation.node) not in unseen
        and not _has_more_in_quotes(use.invocation)
    ]
    systems = {use.family: "apt" if use.family == "apt" else "yum" for use in sure}
    first = sure[0] if sure else None
    second = next((use for use in sure if first is not None and systems[use.family] != systems[first.family]), None)
    if first is not None and second is not None:
        fields = {"first": first.program, "second": second.program}
        yield Report(second.span, "both", fields, (("other", first.span),))


def _unseen(buildspec: Buildspec) -> set[int]:
    """The commands, by identity, whose failure the build does not see: one of two may be meant to fail."""
    return {
        id(call.node)
        for run in build_of(buildspec).runs
        for hidden in run.hidden
        for call in (*run.step.item.calls(hidden.command), *run.step.item.quoted_calls(hidden.command))
    }


def _has_more_in_quotes(invocation: Invocation) -> bool:
    """Whether it stands in the quotes of a ``bash -c`` with others behind whose status may be the one that counts."""
    return invocation.shell is not None and re.search(r"[;\n|]", invocation.node.source.value) is not None
