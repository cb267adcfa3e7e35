"""Caches that are kept for nothing: what fills them anew each time, throws them away, or looks elsewhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec, items, scalar
from cblint.checks.certain import expected, is_expected
from cblint.checks.edits import respelt
from cblint.checks.files import path_of, place_of
from cblint.checks.globs import fits, steps_of
from cblint.facts import table
from cblint.finding import Report
from cblint.flow import build_of
from cblint.flow.kinds import RAN
from cblint.flow.steps import SUCCEEDING
from cblint.shell.commands import SimpleCommand
from cblint.shell.effects import called, called_at, effect_of
from cblint.shell.operands import beginning, option_values
from cblint.shell.query import Invocation, is_test
from cblint.shell.syntax import Word, walk
from cblint.source.tree import Scalar
from cblint.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cblint.flow.events import Event, Guard

_HOME = r"(?:/root|~|\$HOME|\$\{HOME\}|)/"
_MODULES = r"(?:\./)?((?:[\w.@-]+/|\*\*/)*)node_modules(?:/(?:\*\*/\*|\*\*|\*)?)?"
_INSTALLERS = frozenset({"npm", "yarn", "pnpm", "bun", "lerna", "rush"})
_GLOBALLY = ("-g", "--global")
_NPM = "/root/.npm/**/*"
_REPOSITORY = "-Dmaven.repo.local="


def cached_paths(buildspec: Buildspec) -> list[Scalar]:
    """What the cache is to hold."""
    pair = buildspec.get("cache", "paths")
    found = [scalar(item) for item in items(pair.value)] if pair is not None else []
    return [path for path in found if path is not None]


def cache_defeated_by_npm_ci(buildspec: Buildspec) -> Iterator[Report]:
    """A cache is restored and saved, and the build has nothing from it."""
    paths = cached_paths(buildspec)
    if not paths:
        return
    modules = [(path, match[1]) for path in paths if (match := re.fullmatch(_MODULES, path.value)) is not None]
    if modules and any(each.program == "npm" for each in buildspec.invocations(r"\bnpm\b")):
        yield from _removed_modules(buildspec, paths, modules)
    for facts in table("caches").values():
        path = next((path for path in paths if _holds(path, facts["folders"])), None)
        if path is not None:
            yield from _purged(buildspec, path, facts)
            yield from _passed_over(buildspec, path, facts)
    yield from _elsewhere(buildspec, paths)


def _holds(path: Scalar, folders: list[str]) -> bool:
    """Whether a path of the cache is, or holds, one of these folders in the home directory."""
    names = "|".join(re.escape(folder) for folder in folders)
    return re.match(rf"{_HOME}(?:{names})(?:/|\*|$)", path.value) is not None


# node_modules and npm ci


def _removed_modules(buildspec: Buildspec, paths: list[Scalar], modules: list[tuple[Scalar, str]]) -> Iterator[Report]:
    places: dict[str, Invocation] = {}
    clean = set()
    for place, invocation in _clean_installs(buildspec):
        places.setdefault(place, invocation)
        clean.add(id(invocation))
    folders = table("caches")["npm"]["folders"]
    mended = not _has_user(buildspec) and not any(_holds(each, folders) for each in paths)
    for path, folder in modules:
        wanted = posixpath.normpath(folder) if folder else "."
        if "**" in folder and not _installs_otherwise(buildspec, clean):
            wanted = next((place for place in places if _lies_in(place, folder)), wanted)
        found = places.get(wanted)
        if found is not None:
            edits = respelt(path, _NPM) if mended else ()
            fields = {"path": path.value, "command": called(found)}
            yield Report(path.span, "npm-ci", fields, (("removes", called_at(found)),), edits)


def _installs_otherwise(buildspec: Buildspec, clean: set[int]) -> bool:
    """Whether other packages of Node.js may be installed, for which the cache is of use."""
    for item in buildspec.shell_items:
        for invocation in item.invocations:
            effect = effect_of(invocation)
            if effect is None or effect.does != "install" or id(invocation) in clean or invocation.flags(*_GLOBALLY):
                continue
            if invocation.program in _INSTALLERS or effect.presumed:
                return True
    return False


def _lies_in(place: str, folder: str) -> bool:
    """Whether a pattern such as ``**/web/`` finds the folder in which packages are installed."""
    return fits(steps_of(folder), steps_of(place))


def _clean_installs(buildspec: Buildspec) -> Iterator[tuple[str, Invocation]]:
    """The commands that remove node_modules whatever is in it, and the folder of that, from the source root."""
    for run in build_of(buildspec).on(SUCCEEDING):
        for event in run.events:
            if event.kind != RAN or not (is_expected(run, event) or all(_counts(guard) for guard in event.guards)):
                continue
            for invocation in run.step.item.calls(event.node):
                operands = [word.text for word in invocation.operands()]
                if invocation.program != "npm" or invocation.flags("--dry-run"):
                    continue
                if operands[:1] in (["ci"], ["clean-install"]):
                    place = _place(invocation, event)
                    if place is not None:
                        yield place, invocation


def _place(invocation: Invocation, event: Event) -> str | None:
    if event.state is None or any(map(_is_unknown_option, invocation.arguments)):
        return None
    prefix = next(iter(option_values(invocation.arguments, ("--prefix",))), None)
    return path_of(prefix, event.state) if prefix is not None else place_of(event.state)


def _is_unknown_option(word: Word) -> bool:
    """Whether it is an option of which not all of the name is known."""
    known, complete = beginning(word)
    return known.startswith("-") and "=" not in known and not complete


def _counts(guard: Guard) -> bool:
    """Whether what stands under a condition runs although there is something in the cache."""
    raw = guard.condition.raw
    if "node_modules" in raw:
        # `if [ -d node_modules ]; then npm ci` removes just what was found.
        return guard.succeeds and "!" not in raw and any(is_test(node) for node in walk(guard.condition))
    # Another cache, in a bucket, is no reason to keep this one.
    first = next((node for node in walk(guard.condition) if isinstance(node, SimpleCommand) and node.words), None)
    return first is not None and first.words[0].text == "aws"


def _has_user(buildspec: Buildspec) -> bool:
    """Whether somebody other than root may run commands, whose home is elsewhere."""
    return buildspec.get("run-as") is not None or any(phase.get("run-as") is not None for phase in buildspec.phases())


# Thrown away, not used, not looked for


def _purged(buildspec: Buildspec, path: Scalar, facts: dict[str, Any]) -> Iterator[Report]:
    for purge in facts["purges"]:
        program, *words = purge
        if not any(each.program == program for each in buildspec.invocations(rf"\b{re.escape(program)}\b")):
            continue
        for run in build_of(buildspec).on(SUCCEEDING):
            for event in expected(run):
                calls = run.step.item.calls(event.node)
                found = next((each for each in calls if _is_called_so(each, program, words)), None)
                if found is not None:
                    shown = [found.words[0], *found.operands()[: len([word for word in words if word[0] != "-"])]]
                    span = shown[0].span.to(shown[-1].span)
                    fields = {"path": path.value, "command": " ".join(word.text or "" for word in shown)}
                    yield Report(span, "purged", fields, (("cached", path.span),))
                    return


def _is_called_so(invocation: Invocation, program: str, words: list[str]) -> bool:
    operands = [word for word in words if not word.startswith("-")]
    options = [word for word in words if word.startswith("-")]
    # What follows is the one package that is thrown away.
    if invocation.program != program or [word.text for word in invocation.operands()] != operands:
        return False
    return not options or any(word.text in options for word in invocation.arguments)


def _passed_over(buildspec: Buildspec, path: Scalar, facts: dict[str, Any]) -> Iterator[Report]:
    """An option with which nothing is taken from the cache, in every command that could take something."""
    options = facts.get("unused")
    if options is None or not _all_are_known(buildspec) or _is_used(buildspec, facts["users"]):
        return
    found = [each for each in buildspec.invocations(r"\bpip") if _is_pip(each) and _takes_packages(each)]
    flags = [each.flags(*options) for each in found]
    if flags and all(flags):
        fields = {"path": path.value, "option": flags[0][0].text or ""}
        others = tuple(("passed", flag[0].span) for flag in flags)
        yield Report(path.span, "unused", fields, others)


def _is_pip(invocation: Invocation) -> bool:
    return re.fullmatch(r"pip[0-9.]*", invocation.program) is not None


def _takes_packages(invocation: Invocation) -> bool:
    return any(invocation.runs(invocation.program, name) for name in ("install", "wheel", "download"))


def _is_used(buildspec: Buildspec, programs: list[str]) -> bool:
    """Whether one of these programs does any work."""
    for item in buildspec.shell_items:
        for invocation in item.invocations:
            if invocation.program.rstrip("0123456789.") in programs:
                effect = effect_of(invocation)
                if effect is None or effect.does not in ("wrap", "print", "query"):
                    return True
    return False


def _elsewhere(buildspec: Buildspec, paths: list[Scalar]) -> Iterator[Report]:
    """Maven is told to keep its repository in another folder than the one that is cached."""
    cached = next((path for path in paths if _holds(path, table("caches")["maven"]["folders"])), None)
    if cached is None or not _all_are_known(buildspec) or _is_used(buildspec, table("caches")["maven"]["users"]):
        return
    runs = [each for each in buildspec.invocations(r"\bmvn") if each.program == "mvn"]
    told = [word for each in runs for word in each.arguments if word.raw.startswith(_REPOSITORY)]
    if not told or len(told) != len(runs):
        return
    folder = told[0].raw[len(_REPOSITORY) :].strip("\"'")
    name = posixpath.basename(folder.rstrip("/"))
    # What a variable holds may be just the folder that is cached.
    if any("$" in word.raw or "`" in word.raw for word in told) or re.match(_HOME + r"\.m2", folder):
        return
    if not any(name in path.value for path in paths if path is not cached):
        yield Report(cached.span, "elsewhere", {"path": cached.value, "folder": folder}, (("told", told[0].span),))


def _all_are_known(buildspec: Buildspec) -> bool:
    """Whether no command runs others that are not in sight."""
    for item in buildspec.shell_items:
        for invocation in item.invocations:
            effect = effect_of(invocation)
            if effect is None or effect.does == "run" or effect.presumed:
                return False
    return True
