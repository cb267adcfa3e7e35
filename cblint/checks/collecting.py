"""What artifacts take along: too much, or two files where there is room for one."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import pairwise

from cblint.buildspec.model import Buildspec, Section
from cblint.checks.certain import expected
from cblint.checks.edits import key_before, respelt
from cblint.checks.patterns import from_root
from cblint.checks.projects import artifact_types
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.kinds import RAN
from cblint.flow.steps import SUCCEEDING
from cblint.hosts.discover import MOST_CHOICES, choices
from cblint.hosts.repository import found_by, holds, text_in
from cblint.shell.effects import called, called_at, effect_of
from cblint.shell.operands import option_values
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word
from cblint.source.tree import Scalar
from cblint.typing import TYPE_CHECKING
from cblint.wording import enumerated

if TYPE_CHECKING:
    from cblint.flow.build import Build

# Everything

_EVERYTHING = frozenset({"**/*", "**", "./**/*", "./**", "**/**"})
_OF_TOOLS = frozenset({"node_modules"})
"""What a build needs, tools for tests included. (vendor is part of what runs, and .terraform of what a plan needs.)"""
_ELSEWHERE = (
    "--prefix",
    "--cwd",
    "-C",
    "--dir",
    "--modules-folder",
    "--package-lock-only",
    "--lockfile-only",
    "--dry-run",
)
"""Options with which packages are installed in another folder, or not at all."""
_REMOVING = frozenset({"rm", "rimraf", "del", "mv", "rmdir", "unlink", "trash"})
_ANYTHING = r"\$\(.*\)|`.*`|\$\{[^}]*\}|\$\w+|\{.*\}"
"""What in a word may become any text."""
_LONGEST = 4_096
"""Characters of a path; what is longer is no path, and may be anything."""
_ROOT = frozenset({".", "./", "$CODEBUILD_SRC_DIR", "${CODEBUILD_SRC_DIR}"})


def artifact_includes_everything(buildspec: Buildspec) -> Iterator[Report]:
    """An artifact takes all that lies at the source root, whatever the build has left there."""
    types = artifact_types(buildspec)
    if types == {"NO_ARTIFACTS"}:
        return
    taken = [(artifact, file) for artifact in buildspec.artifacts() if (file := _everything(artifact)) is not None]
    # A later stage of a pipeline may well need all that this one has installed.
    left = _left_behind(build_of(buildspec)) if taken and types != {"CODEPIPELINE"} else {}
    for artifact, file in taken:
        excluded = {step for path in artifact.scalars("exclude-paths") for step in path.value.split("/")}
        found = {path: command for path, command in left.items() if posixpath.basename(path) not in excluded}
        if artifact.get("exclude-paths") is not None and (not found or ".git" in excluded):
            continue
        related = tuple(("left", called_at(command)) for command in found.values())
        names = list(found)
        fields = {
            "path": file.value,
            "folders": enumerated(names, "and"),
            "command": called(found[names[0]]) if names else "",
            "patterns": enumerated([f"{name}/**/*" for name in (*names, ".git")], "and"),
        }
        variant = ("uploaded" if types == {"S3"} else "left-behind") if found else "everything"
        yield Report(file.span, variant, fields, related, _excluding(artifact, names), about=artifact.mapping)


def _everything(artifact: Section) -> Scalar | None:
    """The pattern that takes all of the source root, if there is one."""
    base = artifact.get("base-directory")
    folder = artifact.scalar("base-directory")
    if base is not None and (folder is None or folder.value.rstrip("/") not in {name.rstrip("/") for name in _ROOT}):
        return None
    return next((file for file in artifact.scalars("files") if file.value in _EVERYTHING), None)


def _left_behind(build: Build) -> dict[str, Invocation]:
    """The folders below the source root that commands fill with what they need themselves, if nothing removes them."""
    from cblint.flow.trace import directory  # with it comes the interpreter

    found: dict[str, Invocation] = {}
    for run in build.on(SUCCEEDING):
        if run.step.item.script.problem is not None:
            found = {}  # `rm -rf !(dist)`, say, which only bash with extglob reads
        certain = {id(event) for event in expected(run)}
        for event in run.events:
            if event.kind != RAN or event.state is None:
                continue
            place = directory(event.state.cwd)
            calls = [*run.step.item.calls(event.node), *run.step.item.quoted_calls(event.node)]
            for invocation in calls:
                found = {path: command for path, command in found.items() if not may_remove(invocation, path)}
                if place is None or place.startswith("/") or id(event) not in certain:
                    continue
                if event.state.variable("NODE_ENV").assigned is not True and "NODE_ENV" not in invocation.node.raw:
                    found.update({posixpath.normpath(f"{place}/{name}"): invocation for name in _filled(invocation)})
    return found


def _filled(invocation: Invocation) -> Iterator[str]:
    """The folders that a command which installs something fills where it runs, with more than what is to run later."""
    effect = effect_of(invocation)
    if effect is None or effect.does != "install" or invocation.flags(*_ELSEWHERE) or _is_for_production(invocation):
        return
    for folder in effect.writes:
        if isinstance(folder, str) and folder.rstrip("/") in _OF_TOOLS:
            yield folder.rstrip("/")


def _is_for_production(invocation: Invocation) -> bool:
    """Whether it leaves only those packages that what was built needs to run."""
    if invocation.program not in ("npm", "yarn", "pnpm"):
        return False
    values = option_values(invocation.arguments, ("--omit", "--only"))
    return bool(invocation.flags("--production", "--prod", "-P")) or any(
        (word.text or "dev").startswith(("dev", "prod")) for word in values
    )


def may_remove(invocation: Invocation, path: str) -> bool:
    """Whether a command may take away a folder, or leave only what is to run in it."""
    if _is_for_production(invocation) or invocation.runs("git", "clean") or invocation.runs("git", "stash"):
        return True
    if invocation.program == "find":
        return bool(invocation.flags("-delete")) and _may_find(invocation.words, path)
    if invocation.program not in _REMOVING:
        return False
    if "find" in invocation.wrappers:
        return _may_find(invocation.node.words, path)
    operands = invocation.operands()
    named = operands[:-1] if invocation.program == "mv" else operands
    return "xargs" in invocation.wrappers or any(_may_mean(word, path) for word in named)


def _may_find(words: Sequence[Word], path: str) -> bool:
    named = [after for word, after in pairwise(words) if word.text in ("-name", "-iname", "-path", "-wholename")]
    negated = any(word.text in ("!", "-not") for word in words)
    return negated or not named or any(_may_mean(word, path) for word in named)


def _may_mean(word: Word, path: str) -> bool:
    """Whether a word may be the path of a folder, or of one that holds it."""
    if len(word.raw) > _LONGEST:
        return True
    *folders, name = re.sub(_ANYTHING, "*", word.raw.replace('"', "").replace("'", "")).rstrip("/").split("/")
    steps = path.split("/")
    if name in steps or name in ("", ".", ".."):
        return True
    known = {folder for folder in folders if "*" not in folder and folder not in (".", "..")}
    return known <= set(steps) and any(fnmatchcase(step, name) for step in steps)


def _excluding(artifact: Section, names: list[str]) -> tuple[Edit, ...]:
    files = artifact.get("files")
    if files is None or artifact.get("exclude-paths") is not None:
        return ()
    patterns = ", ".join(f'"{name}/**/*"' for name in (*names, ".git"))
    return key_before(artifact.mapping, files, "exclude-paths", f"[{patterns}]")


# Two files where there is room for one

_REPEATED = frozenset({"html", "htm", "js", "json", "md", "php", "py"})
"""Endings of files of which folder after folder has one of the same name: index.html, package.json, __init__.py."""
_TREES = frozenset({"", "dist", "build", "public", "book", "site", "www", "html", "htmlcov", "docs", "web", "static"})
"""Folders of sites and the like, in which there are others."""
_APPSPEC = r"appspec\.ya?ml"
_OF_CONTAINERS = r"(?i)task-?def.*\.json|imageDetail\.json"
_READING = frozenset({"print", "query", "condition", "check", "wrap", "package", "publish"})
_LONGEST_APPSPEC = 100_000


def artifact_discard_paths_collision(buildspec: Buildspec) -> Iterator[Report]:
    """All files of an artifact go into one folder, though several have the same name or are looked for elsewhere."""
    for artifact in buildspec.artifacts():
        discard = artifact.scalar("discard-paths")
        if discard is None or discard.value.strip().lower() not in ("yes", "true"):
            continue
        edits = respelt(discard, "false" if discard.value.strip().lower() == "true" else "no")
        files = artifact.scalars("files")
        appspec = next((file for file in files if re.fullmatch(_APPSPEC, _split(file)[1])), None)
        found = _sought_in_folder(buildspec, artifact, appspec, files) if appspec is not None else None
        if found is not None and appspec is not None:
            fields = {"path": found[1], "name": found[1].rpartition("/")[2], "file": _split(appspec)[1]}
            yield Report(appspec.span, found[0], fields, (("discard", discard.span),), edits, touched=(discard,))
        yield from _of_one_name(buildspec, artifact, files, discard, edits)


def _of_one_name(
    buildspec: Buildspec, artifact: Section, files: list[Scalar], discard: Scalar, edits: tuple[Edit, ...]
) -> Iterator[Report]:
    """Files that have the same name, or are likely to."""
    firsts: dict[str, Scalar] = {}
    for file in files:
        folder, name = _split(file)
        related = [("discard", discard.span)]
        variant = None
        first = firsts.setdefault(name, file)
        if "*" not in name and first is not file and _split(first)[0] != folder:
            variant = "same-name"
            related.append(("first", first.span))
        elif artifact.get("exclude-paths") is None:
            variant = _repeats(_whole(artifact, folder), name)
            if variant == "each" and not _are_several(buildspec, posixpath.join(_whole(artifact, folder), name)):
                variant = None
        if variant is not None:
            fields = {"path": file.value, "name": name}
            yield Report(file.span, variant, fields, tuple(related), edits, touched=(discard,))


def _split(file: Scalar) -> tuple[str, str]:
    """The folder and the name of a path; the folder is empty where it is that in which the paths begin."""
    folder, _, name = file.value.removeprefix("./").rpartition("/")
    return folder, name


def _whole(artifact: Section, folder: str) -> str:
    """The folder from the source root."""
    base = artifact.scalar("base-directory")
    return f"{base.value.strip('./')}/{folder}" if base is not None and base.value.strip("./") else folder


def _repeats(folder: str, name: str) -> str | None:
    """Whether a pattern is likely to match two files of one name."""
    steps = folder.split("/")
    if "$" in folder + name:
        return None
    if "*" not in name:
        # "**" is how one says that it does not matter where the one file lies.
        return "each" if any("*" in step and step != "**" for step in steps) else None
    ending = name.removeprefix("*").removeprefix(".").lower()
    if "**" not in steps:
        return None
    top = steps[steps.index("**") - 1].strip("_.") if steps[0] != "**" else ""
    return "pattern" if ending in _REPEATED or (name == "*" and top in _TREES) else None


def _are_several(buildspec: Buildspec, pattern: str) -> bool:
    """Whether a checkout of the repository has several files for a pattern; also if there is none at hand.

    A folder above the buildspec may be the source root as well.
    """
    if buildspec.repository is None or holds(buildspec.repository, buildspec.path) is None:
        return True
    if choices(pattern) > MOST_CHOICES:
        return False
    tail = re.escape(posixpath.normpath(pattern)).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
    folder = posixpath.dirname(buildspec.path)
    while True:
        found = found_by(buildspec.repository, re.escape(f"{folder}/" if folder else "") + tail)
        if found is None or len(found) > 1 or not folder:
            return found is not None and len(found) > 1
        folder = posixpath.dirname(folder)


def _sought_in_folder(
    buildspec: Buildspec, artifact: Section, appspec: Scalar, files: list[Scalar]
) -> tuple[str, str] | None:
    """A path in a folder, all of which the artifact loses, and whether CodeDeploy is known to look for it there."""
    below = [file.value.removeprefix("./") for file in files if file is not appspec and _split(file)[0].strip("*/.")]
    if not below or "*" in appspec.value or _is_rewritten(buildspec, _split(appspec)[1]):
        return None
    path = posixpath.normpath(posixpath.join(_base(artifact), appspec.value))
    text = text_in(buildspec.repository, path) if buildspec.repository is not None else None
    if text is None or len(text) > _LONGEST_APPSPEC:
        # An appspec for ECS names no files of the artifact.
        of_containers = any(re.fullmatch(_OF_CONTAINERS, _split(file)[1]) for file in files)
        return ("appspec-unseen", below[0]) if not of_containers else None
    folders = {path.partition("/")[0] for path in below}
    sought = re.findall(r"(?m)^[ \t-]*(?:source|location):[ \t]*[\"']?/?([\w.-]+/[\w./-]+)", text)
    found = next((path for path in sought if path.partition("/")[0] in folders), None)
    return ("appspec", found) if found is not None else None


def _base(artifact: Section) -> str:
    """The base directory from the source root, as it stands there."""
    base = artifact.scalar("base-directory")
    return from_root(base.value) if base is not None else ""


def _is_rewritten(buildspec: Buildspec, name: str) -> bool:
    """Whether a command names a file otherwise than to read it: it may say something else then."""
    for item in buildspec.shell_items:
        for invocation in item.invocations if name in item.value else ():
            if any(
                name in redirection.target.raw and redirection.operator != "<"
                for redirection in invocation.redirections
            ):
                return True
            if any(name in word.raw for word in invocation.arguments):
                effect = effect_of(invocation)
                if effect is None or effect.does not in _READING:
                    return True
    return False
