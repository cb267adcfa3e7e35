"""Programs and packages that are installed without saying which version."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from cblint.buildspec.model import Buildspec
from cblint.checks.dependencies import at_or_above, folders_of
from cblint.facts import table
from cblint.finding import Report
from cblint.hosts.repository import text_in
from cblint.records import NamedTuple
from cblint.shell.effects import effect_of
from cblint.shell.operands import beginning, may_hold_options, option_values
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word
from cblint.typing import Any
from cblint.wording import enumerated

_MAY_INSTALL = r"\b(?:install|add|i|in|a|require|run|exec|x|dlx|binstall|update|npx|uvx)\b"
_OF_NODE = ("npm", "yarn", "pnpm", "bun")
_LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml")
_MOST_LISTS = 20
_MOST_ASKED = 50
"""Of so many programs it is looked up whether the project has them."""
_LONGEST = 200
"""No package has a longer name."""
_BRINGING = frozenset({"cp", "mv", "rsync", "tar", "unzip", "git", "ln"})
_LISTED = r"(?m)^[ \t]*([A-Za-z0-9][\w.-]*)"
_GIVEN = r"[\w@/.-]+"

_Line = Mapping[str, Any]
"""A command of an installer, as the head of ``rules/facts/installers.yml`` explains it."""


class _Install(NamedTuple):
    """An installation, and those of its packages of which it names no version."""

    invocation: Invocation
    line: _Line
    command: tuple[Word, ...]
    packages: list[Word]

    @property
    def program(self) -> str:
        return _unnumbered(self.invocation.program)


def unpinned_tool_install(buildspec: Buildspec) -> Iterator[Report]:
    """A package is installed by its name alone."""
    project = _Project(buildspec)
    places: dict[tuple[str, str | None], list[Word]] = {}
    found = [each for invocation in buildspec.invocations(_MAY_INSTALL) for each in _unpinned(project, invocation)]
    for each in found:
        for word in each.packages:
            places.setdefault((each.program, word.text), []).append(word)
    for each in found:
        new = [word for word in each.packages if places[each.program, word.text][0] is word]
        if not new:
            continue
        again = [other for word in new for other in places[each.program, word.text][1:]]
        names = [_name(word) for word in new]
        fields = {
            "command": " ".join([each.invocation.program, *(word.text or "" for word in each.command)]),
            "packages": enumerated(names, "and"),
            "pinned": each.line["pinned"].format(name=names[0]),
        }
        related = (*(("beside", word.span) for word in new[1:]), *(("again", word.span) for word in again))
        yield Report(new[0].span, "unnamed", fields, related)


def _unpinned(project: _Project, invocation: Invocation) -> Iterator[_Install]:
    """The installation that a command is, if it names no version of something."""
    for line in _lines(invocation.program):
        install = _read(invocation, line)
        if install is not None:
            packages = [word for word in install.packages if _is_unpinned(project, install, word)]
            if packages and not project.tells_versions(install.program) and not _has_version_apart(install):
                yield install._replace(packages=packages)
            return


def _unnumbered(program: str) -> str:
    """The program without the number of its version: ``pip3.12``."""
    return program.rstrip("0123456789.")


def _lines(program: str) -> Sequence[_Line]:
    """The commands of a program that install."""
    known = table("installers")["installers"]
    found: Sequence[_Line] = known.get(program) or known.get(_unnumbered(program), ())
    return found


# What an installer is given


def _read(invocation: Invocation, line: _Line) -> _Install | None:
    """The packages that a command names; None if it is another one, or says elsewhere which versions it takes."""
    wanted = [alternatives.split("|") for alternatives in line["after"]]
    in_options: Sequence[str] = line.get("packages-in", ())
    command: list[Word] = []
    operands: list[Word] = []
    packages: list[Word] = []
    options: set[str] = set()
    waiting = ""
    for word in invocation.arguments:
        known = beginning(word)[0]
        if may_hold_options(word):
            return None
        if waiting:
            packages += [word] if waiting in in_options else []
            options.add(f"{waiting}={word.text}")
            waiting = ""
        elif known.startswith("-") and len(known) > 1:
            names = _options(known, line["switches"])
            options.update(names, [known])
            packages += option_values((word,), in_options) if "=" in known else []
            waiting = names[-1] if names and "=" not in known and names[-1] not in line["switches"] else ""
        elif len(command) < len(wanted):
            if word.text not in wanted[len(command)]:
                return None
            command.append(word)
        elif word.text not in _ANSWERS:
            operands.append(word)
            if line.get("first"):
                break
    needs = line.get("needs", ())
    if len(command) < len(wanted) or not options.isdisjoint(line["settled"]) or (needs and options.isdisjoint(needs)):
        return None
    return _Install(invocation, line, tuple(command), packages or operands)


_ANSWERS = ("true", "false")
"""What may stand behind a switch of npm."""


def _options(known: str, switches: Sequence[str]) -> list[str]:
    """The options in a word: of several letters behind one dash those up to the first that has a value."""
    name = known.partition("=")[0]
    if name == "--" or name.startswith("--") or name in switches or not name[1:].isalpha():
        return [name] if name != "--" else []
    found = [f"-{letter}" for letter in name[1:]]
    at = next((number for number, each in enumerate(found) if each not in switches), len(found) - 1)
    # What follows that letter in the word is its value.
    return [*found[: at + 1], *(switches[:1] if at + 1 < len(found) else ())]


# Which packages have no version


def _is_unpinned(project: _Project, install: _Install, word: Word) -> bool:
    line, text = install.line, word.text
    if text is None or len(text) > _LONGEST or re.fullmatch(line["unpinned"], text) is None:
        return False
    name = _name(word)
    if name.lower() in line["tolerated"] or (line.get("listed") and _plain(name) in project.listed):
        return False
    return not (line.get("local") and name == text and project.may_have(install.invocation, name))


def _name(word: Word) -> str:
    """The package as people call it, without what stands for its version."""
    found = re.match(r"@?[^@:\[><!\s]*(?:://[^@\s]*)?", word.text or "")
    return found[0] if found is not None else ""


def _plain(name: str) -> str:
    """The name of a package of Python as it is compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _has_version_apart(install: _Install) -> bool:
    """Whether a word after a package is its version, or may be."""
    apart = install.line.get("unless-operand")
    return apart is not None and any(word.text is None or re.fullmatch(apart, word.text) for word in install.packages)


class _Project:
    """What else says which versions are taken: settings, lists of packages, what the project has installed."""

    def __init__(self, buildspec: Buildspec) -> None:
        self.buildspec = buildspec
        self.told: dict[str, bool] = {}
        self.asked = 0
        self.brought: dict[str, tuple[bool, str]] = {}

    def tells_versions(self, program: str) -> bool:
        """Whether anything in the file, or a variable of the project, may give versions to a program."""
        if program not in self.told:
            source = self.buildspec.source
            texts = [source, *(name for project in self.buildspec.projects for name, _ in project.variables)]
            patterns = table("installers")["settings"].get(program, ())
            self.told[program] = any(re.search(pattern, text) for pattern in patterns for text in texts)
        return self.told[program]

    @cached_property
    def folders(self) -> dict[int, str]:
        """The folders in which commands run, by the identity of their nodes."""
        return folders_of(self.buildspec)

    @cached_property
    def listed(self) -> frozenset[str]:
        """The packages in the lists that commands install, as far as these are at hand."""
        repository = self.buildspec.repository
        if repository is None:
            return frozenset()
        paths: dict[str, None] = {}
        for invocation in self.buildspec.invocations(r"\binstall\b"):
            for line in _lines(invocation.program):
                for word in option_values(invocation.arguments, line.get("listed", ())):
                    folder = self.folders.get(id(invocation.node), ".")
                    paths[posixpath.normpath(posixpath.join(folder, word.text or ""))] = None
        texts = [text_in(repository, path) or "" for path in islice(paths, _MOST_LISTS)]
        return frozenset(_plain(name) for text in texts for name in re.findall(_LISTED, text))

    def may_have(self, invocation: Invocation, name: str) -> bool:
        """Whether a program may be among what the project has installed, in a version of its own."""
        folder = self.folders.get(id(invocation.node)) if self.buildspec.repository is not None else None
        self.asked += 1
        if folder is None or folder.startswith("/") or self.asked > _MOST_ASKED or self.brings_files:
            return True
        names = {name, *table("dependencies")["programs"].get(name, ())}
        if not names.isdisjoint(self.installed):
            return True
        return any(
            is_open or any(each in text for each in names)
            for is_open, text in map(self.node_packages, at_or_above(folder))
        )

    @cached_property
    def brings_files(self) -> bool:
        """Whether a command may bring a project that the repository does not have."""
        for item in self.buildspec.shell_items:
            for invocation in item.invocations:
                effect = effect_of(invocation)
                if effect is None or effect.does in ("fetch", "run") or invocation.program in _BRINGING:
                    return True
        return False

    @cached_property
    def installed(self) -> frozenset[str]:
        """What commands install by name with the package managers of Node.js, and other words of theirs."""
        return frozenset(
            part.rpartition("@")[0] or part
            for invocation in self.buildspec.invocations(r"\b(?:npm|yarn|pnpm|bun)\b")
            if invocation.program in _OF_NODE
            for word in invocation.arguments
            for part in re.findall(_GIVEN, word.raw)
        )

    def node_packages(self, folder: str) -> tuple[bool, str]:
        """What a folder's package.json and lock files hold, and whether more may come with that."""
        if folder not in self.brought:
            repository = self.buildspec.repository or ""
            package, *locks = (
                text_in(repository, posixpath.normpath(posixpath.join(folder, name))) or ""
                for name in ("package.json", *_LOCKS)
            )
            # What its dependencies bring, only a lock file tells.
            is_open = re.search(r'ependencies"', package) is not None and not any(locks)
            self.brought[folder] = (is_open, "\n".join((package, *locks)))
        return self.brought[folder]
