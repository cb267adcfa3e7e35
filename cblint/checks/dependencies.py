"""How the dependencies of a project are installed: by its lock file or not, with those for development or not."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.checks.edits import after, replaced
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.kinds import RAN
from cblint.hosts.repository import holds, text_in
from cblint.shell.operands import option_values
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word, walk
from cblint.typing import Any

_MANAGERS = r"\b(?:npm|yarn|bundle|composer)\b"
_OTHER_YARN = (
    r"\bcorepack\b|\byarn (?:set version|dlx|plugin|workspaces (?:focus|foreach))\b"
    r"|\bYARN_(?:ENABLE_\w+|NODE_LINKER)\b|(?<!\S)--immutable\b|\.yarnrc\.yml\b"
)
_PACKAGE_MANAGER = r'"packageManager"\s*:\s*"yarn@(?:[2-9]|\d\d)'
_OTHER_LOCK = r"(?m)^__metadata:"
_FROZEN_BUNDLE = r"BUNDLE_(?:DEPLOYMENT|FROZEN)|\bbundle config\b.{0,200}\b(?:deployment|frozen)\b"
_SETTINGS = {
    "npm": r"(?i)\bnpm_config_(?:package_lock|shrinkwrap)\b|\b(?:package-lock|shrinkwrap)[\s=]+[\"']?false\b",
    "yarn": rf"{_OTHER_YARN}|(?<!-)-?\bfrozen-lockfile[\s=]+[\"']?true\b",
    "bundle": rf"{_FROZEN_BUNDLE}|\bBUNDLE_(?:GEMFILE|APP_CONFIG)\b",
}
"""What anywhere in the file makes an install keep to the lock file, or another version that does so by itself."""


_SETTINGS_IN = {
    "npm": (".npmrc", r"(?m)^[^\S\n]*(?:package-lock|shrinkwrap)\s*=\s*[\"']?false\b"),
    "yarn": (".yarnrc", r"(?m)^[^\S\n]*-*(?:install\.)?(?:frozen|pure|no)-lockfile\b"),
    "bundle": (".bundle/config", r"\bBUNDLE_(?:DEPLOYMENT|FROZEN|GEMFILE)\b"),
}
"""The same of a file of the repository."""
_REMOVING = frozenset({"rm", "mv", "unlink", "rimraf", "del-cli", "trash", "shred", "truncate"})
ELSEWHERE = frozenset({"find", "xargs"})
"""Programs that may run another one in any folder."""


def npm_install_in_ci(buildspec: Buildspec) -> Iterator[Report]:
    """Dependencies are installed otherwise than the lock file says."""
    found = [
        (item, invocation)
        for item in buildspec.shell_items
        if re.search(_MANAGERS, item.value)
        for invocation in item.invocations
        if _goes_its_own_way(buildspec, item, invocation)
    ]
    if not found or any(_removes_lock(item) for item in buildspec.shell_items):
        return
    folders = folders_of(buildspec) if buildspec.repository is not None else {}
    for _, invocation in found:
        lock = _lock(buildspec, invocation, folders.get(id(invocation.node)))
        if lock is None and buildspec.repository is not None:
            continue
        words = (invocation.words[0], *_verb(invocation))
        fields = {"command": " ".join(word.text or "" for word in words).rpartition("/")[2]}
        # Without a lock file what is offered fails.
        edits = _exact(invocation) if lock is not None else ()
        yield Report(words[0].span.to(words[-1].span), invocation.program, fields, edits=edits)


def manager_of(invocation: Invocation) -> Any:
    """What dependencies.yml says of the package manager; None if it is none."""
    return table("dependencies")["managers"].get(invocation.program)


def installs_all(invocation: Invocation, *ways: str) -> bool:
    """Whether it installs the dependencies of the project; ``ways`` are ``installs``, ``exact`` or both."""
    manager = manager_of(invocation)
    if manager is None or invocation.flags(*manager["unless"]):
        return False
    operands = invocation.operands()
    verb = operands[0].text if operands else ""
    return len(operands) < 2 and any(verb in manager[way] for way in ways)


def _verb(invocation: Invocation) -> tuple[Word, ...]:
    return invocation.operands()[:1]


def _goes_its_own_way(buildspec: Buildspec, item: ShellItem, invocation: Invocation) -> bool:
    manager = manager_of(invocation)
    if manager is None or invocation.program == "pnpm" or not installs_all(invocation, "installs"):
        return False
    if invocation.flags(*manager["settled"]) or not ELSEWHERE.isdisjoint(invocation.wrappers):
        return False
    if _is_set(buildspec, invocation.program):
        return False
    # Where both stand in one command, or it looks for the lock file, one is for the case that there is none.
    return invocation.program not in _settled_in(item)


@lru_cache(maxsize=4)
def _is_set(buildspec: Buildspec, manager: str) -> bool:
    """Whether anything in the file, or a variable of the project, makes a package manager keep to the lock file."""
    settings = _SETTINGS.get(manager)
    texts = [buildspec.source, *(name for project in buildspec.projects for name, _ in project.variables)]
    return settings is not None and any(re.search(settings, text) for text in texts)


@lru_cache(maxsize=16)
def _settled_in(item: ShellItem) -> frozenset[str]:
    """The package managers that a command also has keep to the lock file, or for whose lock file it looks."""
    managers = table("dependencies")["managers"]
    found = {invocation.program for invocation in item.invocations if _is_exact(invocation)}
    looking = [name for name, manager in managers.items() if any(lock in item.value for lock in manager["locks"])]
    words = [node.text or "" for node in walk(item.script) if isinstance(node, Word)] if looking else []
    for name in looking:
        locks = tuple(managers[name]["locks"])
        if any(word.endswith(locks) for word in words):
            found.add(name)
    return frozenset(found)


def _is_exact(invocation: Invocation) -> bool:
    manager = manager_of(invocation)
    if manager is None:
        return False
    operands = invocation.operands()
    return bool(operands and operands[0].text in manager["exact"]) or bool(invocation.flags(*manager["settled"]))


def _removes_lock(item: ShellItem) -> bool:
    """Whether a command takes a lock file away, or may, as it stands beside one that names it."""
    removing = [each for each in item.invocations if _removes(each)] if re.search(_TAKING, item.value) else []
    locks = [lock for manager in table("dependencies")["managers"].values() for lock in manager["locks"]]
    if removing and any(lock in item.value for lock in locks):
        return True
    return any(_may_be(word.text or "", lock) for each in removing for word in each.arguments for lock in locks)


_TAKING = rf"\b(?:{'|'.join(sorted(_REMOVING))}|delete)\b"


def _removes(invocation: Invocation) -> bool:
    if invocation.program == "find":
        return any(word.text == "-delete" for word in invocation.arguments)
    return invocation.program in _REMOVING or bool(invocation.runs("git", "rm") or invocation.runs("git", "mv"))


def _may_be(pattern: str, lock: str) -> bool:
    """Whether a pattern fits a lock file; one of stars alone only where it stands for all files of the folder."""
    folder, _, name = pattern.rpartition("/")
    return fnmatchcase(lock, name) and (folder in ("", ".") or name.strip("*") != "")


def folders_of(buildspec: Buildspec) -> dict[int, str]:
    """The folders in which commands run, by the identity of their nodes, relative to the root of the repository."""
    from cblint.flow.trace import directory  # with it comes the interpreter

    found: dict[int, str] = {}
    for run in build_of(buildspec).runs:
        for event in run.events:
            folder = directory((event.state or run.before).cwd) if event.kind == RAN else None
            if folder is not None:
                found.setdefault(id(event.node), folder)
    return found


def _lock(buildspec: Buildspec, invocation: Invocation, folder: str | None) -> str | None:
    """The lock file of the repository that an install goes by."""
    manager = manager_of(invocation)
    folder = folder_of(invocation, folder)
    if buildspec.repository is None or folder is None:
        return None
    if invocation.program == "yarn" and has_other_yarn(buildspec, folder):
        return None  # which keeps to it by itself
    name, pattern = _SETTINGS_IN.get(invocation.program, ("", ""))
    places = at_or_above(folder) if name else ()
    if any(re.search(pattern, text_in(buildspec.repository, posixpath.join(each, name)) or "") for each in places):
        return None
    paths = [posixpath.join(folder, lock) for lock in manager["locks"]]
    return next((path for path in paths if holds(buildspec.repository, path) is True), None)


@lru_cache(maxsize=64)
def has_other_yarn(buildspec: Buildspec, folder: str) -> bool:
    """Whether the build, or the repository for a folder of it, asks for Yarn from 2 on."""
    if re.search(_OTHER_YARN, buildspec.source):
        return True
    repository = buildspec.repository
    if repository is None:
        return False
    for place in at_or_above(folder):
        package = text_in(repository, posixpath.join(place, "package.json")) or ""
        lock = text_in(repository, posixpath.join(place, "yarn.lock")) or ""
        settings = holds(repository, posixpath.join(place, ".yarnrc.yml"))
        if settings is not False or re.search(_PACKAGE_MANAGER, package) or re.search(_OTHER_LOCK, lock):
            return True
    return False


def at_or_above(folder: str) -> Iterator[str]:
    """A folder and those above it, up to the root of the repository, or of the file system."""
    yield folder
    while folder not in ("", ".", "/"):
        folder = posixpath.dirname(folder) or "."
        yield folder


def folder_of(invocation: Invocation, folder: str | None) -> str | None:
    """The folder of the project that a package manager works on: that in which it runs, or what an option says."""
    given = list(option_values(invocation.arguments, manager_of(invocation)["folder"]))
    if not given:
        return folder
    texts = [word.text for word in given]
    if folder is None or len(texts) > 1 or texts[0] is None:
        return None
    return posixpath.normpath(posixpath.join(folder, texts[0]))


def _exact(invocation: Invocation) -> tuple[Edit, ...]:
    """What installs just what the lock file says."""
    instead = manager_of(invocation).get("instead", {})
    verb = _verb(invocation)
    if "verb" in instead and verb:
        return (replaced(verb[0].span, instead["verb"]),)
    if "option" in instead:
        return (after((verb or invocation.words)[0].span, f" {instead['option']}"),)
    return ()
