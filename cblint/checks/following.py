"""What becomes of the files that a build fetches: followed by their paths through its commands on paper."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import lru_cache

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.checks.fetching import PROGRAMS, Call, Fetch, fetches_of
from cblint.checks.piping import CHECKED, INSTALLED, PROGRAM, SAVED, SCRIPT, UNPACKED, USED, Step, handed_on
from cblint.checks.scripts import INPUT, reads_as_script
from cblint.checks.verifying import check_of, said_to
from cblint.facts import table
from cblint.flow import build_of
from cblint.flow.kinds import RAN
from cblint.flow.steps import SUCCEEDING
from cblint.records import NamedTuple
from cblint.shell.commands import Function
from cblint.shell.effects import places
from cblint.shell.operands import option_values
from cblint.shell.query import runs_another
from cblint.shell.syntax import Node, Word
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.events import Event

MOST_FILES = 200
"""So many files are followed, the last ones."""
_SHORTEST_NAME = 3
_RUNNABLE = r"[ugoa]*\+[rwst]*x[rwxst]*|0?[0-7]*[1357][0-7]{0,2}"
"""Modes that let somebody run a file."""


class Use(NamedTuple):
    """What becomes of a file, at which node, and by which program; ``is_file``: it has been saved first."""

    how: str
    node: Node
    program: str
    is_file: bool


class Download:
    """What one command fetches, and what becomes of it. ``checked``: it may have been compared with what is known.

    ``names`` are those under which it is saved, ``folders`` those into which it is unpacked.
    """

    __slots__ = ("checked", "fetch", "folders", "names", "uses")

    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch
        self.uses: list[Use] = []
        self.checked = False
        self.names = {fetch.name}
        self.folders: set[str] = set()

    def used(self, *how: str) -> Use | None:
        """The first thing of these kinds that becomes of it."""
        return next((use for use in self.uses if use.how in how), None)

    def becomes(self, how: str, call: Call, is_file: bool = True) -> None:
        """Something becomes of it."""
        self.uses.append(Use(how, call.invocation.words[0], call.program, is_file))

    @property
    def is_script(self) -> bool:
        """Whether its name says that it is run as it is."""
        return any(name.endswith(tuple(table("downloads")["scripts"])) for name in self.names)


@lru_cache(maxsize=1)
def followed(buildspec: Buildspec) -> list[Download]:
    """What the commands of a buildspec fetch, one for each that does, and what becomes of it."""
    if not any(re.search(PROGRAMS, item.value) for item in buildspec.shell_items):
        return []
    follower = _Follower(buildspec)
    follower.follow()
    return list(follower.downloads.values())


class _Follower:
    def __init__(self, buildspec: Buildspec) -> None:
        self.buildspec = buildspec
        self.downloads: dict[tuple[int, int], Download] = {}
        """By the command that fetches them, and the number of the address."""
        self.at: dict[str, list[Download]] = {}
        """By the path at which they lie."""
        self.unchecked: list[Download] = []
        self.unpacked: list[Download] = []

    def follow(self) -> None:
        """Goes through the commands as they run where all goes well, then through those that do not run on paper."""
        seen: set[int] = set()
        for run in build_of(self.buildspec).on(SUCCEEDING):
            for event in run.events:
                if event.kind == RAN:
                    for call in _calls(run.step.item, event):
                        seen.add(id(call.invocation.node))
                        self._call(call)
        for item in self.buildspec.shell_items:
            for invocation in item.invocations if re.search(PROGRAMS, item.value) else ():
                if id(invocation.node) not in seen:
                    self._fetch(Call(item, invocation, None, None))

    def _call(self, call: Call) -> None:
        if not self._fetch(call) and self.downloads and not runs_another(call.invocation):
            self._overwrite(call)
            self._check(call)
            if self.at:
                self._use(call)

    # What is fetched

    def _fetch(self, call: Call) -> bool:
        """Whether the call fetches something; then it is followed to where it is saved, or through its pipeline."""
        fetches = fetches_of(self.buildspec, call)
        steps = list(handed_on(call)) if any(fetch.printed for fetch in fetches) else []
        for number, fetch in enumerate(fetches):
            place = (id(call.invocation.node), number)
            if place not in self.downloads:
                self.downloads[place] = Download(fetch)
                self.unchecked.append(self.downloads[place])
            self._put(self.downloads[place], fetch.path, call)
            self._hand_on(self.downloads[place], steps if fetch.printed else ())
        return bool(fetches)

    def _hand_on(self, download: Download, steps: Iterable[Step]) -> None:
        """What is printed goes to other commands."""
        for step in steps:
            if step.how == SAVED:
                download.becomes(USED, step.by, False)
                self._put(download, step.path, step.by)
            elif step.how == CHECKED:
                download.checked = True
            else:
                download.becomes(step.how, step.by, False)
            if step.how == UNPACKED:
                self._unpack(download, step.by, ())

    def _put(self, download: Download, path: str | None, call: Call) -> None:
        """The file lies at a path from now on."""
        if path is None:
            return
        download.names.add(posixpath.basename(path))
        there = self.at.setdefault(path, [])
        if download not in there:
            there[:] = [*there[-3:], download]
        if len(self.at) > MOST_FILES:
            del self.at[next(iter(self.at))]
        if _is_for_programs(posixpath.dirname(path)) and not path.endswith(tuple(table("downloads")["archives"])):
            download.becomes(INSTALLED, call)

    def _overwrite(self, call: Call) -> None:
        """What a command writes itself takes the place of what was fetched."""
        targets = [each.target for each in call.invocation.node.redirections if each.operator in (">", ">|")]
        if targets and call.invocation.fed_by is None:
            for target in targets:
                self.at.pop(call.path(target) or "", None)

    # What becomes of it

    def _those(self, call: Call, words: Iterable[Word | str]) -> list[Download]:
        """The downloads at the paths that some words name."""
        found: dict[int, Download] = {}
        for word in words:
            path = call.path(word) or ""
            there = [*self.at.get(path, ())]
            if re.search(r"[*?\[]", path):
                there += [each for name, those in self.at.items() if fnmatchcase(name, path) for each in those]
            found.update((id(each), each) for each in there)
        return list(found.values())

    def _use(self, call: Call) -> None:
        facts = table("downloads")
        invocation, program = call.invocation, call.program
        read = [each.target for each in invocation.node.redirections if each.operator == "<"]
        run = reads_as_script(call)
        if run is not None:
            script = read if run is INPUT else [run]
            self._becomes(SCRIPT, call, script)
            self._let_go(call, [word for word in invocation.arguments if word not in script])
        elif invocation.is_path and self._becomes(None, call, invocation.words[:1]):
            return
        elif files := places(invocation, facts["running"].get(program, {})):
            self._becomes(PROGRAM, call, files)
        elif (files := places(invocation, facts["unpacking"].get(program, {}))) is not None:
            for download in self._those(call, files or read):
                download.becomes(UNPACKED, call)
                self._unpack(download, call, files)
        elif (files := places(invocation, facts["installing"].get(program, {}))) is not None:
            self._becomes(INSTALLED if program in facts["of-system"] else PROGRAM, call, files)
        elif program in facts["copying"]:
            self._copy(call)
        elif program == "chmod":
            self._let_run(call)
        elif program not in facts["leaving-alone"]:
            self._let_go(call, [*invocation.arguments, *read])

    def _becomes(self, how: str | None, call: Call, words: Iterable[Word | str]) -> bool:
        """Whether something becomes of files at these paths; for None, they are run, as their names say."""
        found = self._those(call, words)
        for download in found:
            download.becomes(how or (SCRIPT if download.is_script else PROGRAM), call)
        return bool(found)

    def _let_go(self, call: Call, words: Iterable[Word]) -> None:
        """Another program has the files: who knows whether it checks them, unless they are in use already."""
        for download in self._those(call, words):
            if download.used(SCRIPT, PROGRAM, UNPACKED, INSTALLED) is None:
                download.checked = True
            download.becomes(USED, call)

    def _unpack(self, download: Download, call: Call, files: Iterable[Word | str]) -> None:
        """What was in an archive lies in a folder; what was only compressed, beside it."""
        facts = table("downloads")
        if call.program in facts["decompressing"]:
            for path in [call.path(word) for word in files]:
                self._put(download, posixpath.splitext(path or "")[0] or None, call)
            return
        folder = call.path(next(option_values(call.invocation.arguments, facts["into"]), "."))
        if folder is not None:
            download.folders.add(folder)
            self.unpacked = [*self.unpacked[-20:], download]
            if _is_for_programs(folder):
                download.becomes(INSTALLED, call)

    def _copy(self, call: Call) -> None:
        """Files get another name, or another folder."""
        sources: list[Word | str] = [*call.invocation.operands()]
        target = next(option_values(call.invocation.arguments, ("-t", "--target-directory")), None)
        goal = call.path(target or sources.pop()) if target or len(sources) > 1 else None
        for source in sources if goal is not None else ():
            path = call.path(source) or ""
            downloads = self._those(call, [source])
            for download in downloads:
                self._put(download, goal, call)
                self._put(download, posixpath.join(goal or "", posixpath.basename(path)), call)
            if not downloads and (_is_for_programs(goal or "") or _is_for_programs(posixpath.dirname(goal or ""))):
                self._move_out(call, path)

    def _move_out(self, call: Call, path: str) -> None:
        """A file of an archive becomes a program, if its name says that it is of that archive."""
        name = posixpath.basename(path)
        for download in self.unpacked if len(name) >= _SHORTEST_NAME else ():
            below = any(path.startswith(f"{folder}/") for folder in download.folders)
            if below and any(each.startswith(name) for each in download.names):
                download.becomes(INSTALLED, call)

    def _let_run(self, call: Call) -> None:
        """A file is made a program."""
        operands = call.invocation.operands()
        if operands and re.fullmatch(_RUNNABLE, operands[0].text or ""):
            for download in self._those(call, operands[1:]):
                if not download.is_script:
                    download.becomes(PROGRAM, call)

    # What is checked

    def _check(self, call: Call) -> None:
        """Those at the paths are checked; else those whose names the command is given; else, who knows, all of them."""
        check = check_of(call) if self.unchecked else None
        if check is None:
            return
        found = self._those(call, check.files)
        if not found:
            said = " ".join(said_to(call.invocation))
            found = [each for each in self.unchecked if any(_is_said(name, said) for name in each.names)]
        for download in found or self.unchecked:
            # What only may be a check comes too late for what has been used.
            if check.is_sure or download.used(SCRIPT, PROGRAM, UNPACKED) is None:
                download.checked = True
        self.unchecked = [each for each in self.unchecked if not each.checked]


def _calls(item: ShellItem, event: Event) -> Iterator[Call]:
    """The programs that a command runs, also in the quotes of ``bash -c``."""
    calls = item.calls(event.node)
    if event.state is not None and isinstance(event.state.functions.get(event.name), Function):
        return  # what it does with its arguments is seen in its commands
    yield from (Call(item, invocation, event, event.state) for invocation in calls)
    if calls:
        quoted = item.quoted_calls(calls[0].node)
        yield from (Call(item, invocation, None, event.state) for invocation in quoted)


def _is_for_programs(folder: str) -> bool:
    """Whether shells and tools look for programs there."""
    return folder in table("downloads")["program-folders"]


def _is_said(name: str, said: str) -> bool:
    return len(name) >= _SHORTEST_NAME and name in said
