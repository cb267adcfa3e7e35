"""Which files the commands of a build can have made, as far as every one of them is known."""

from __future__ import annotations

import posixpath
import re

from cblint.facts import table
from cblint.flow import build_of
from cblint.flow.kinds import RAN
from cblint.hosts.repository import holds, text_in
from cblint.records import NamedTuple
from cblint.shell.commands import Function, Redirection
from cblint.shell.effects import Effect, effect_of, verbs_of
from cblint.shell.operands import option_values, pieces
from cblint.shell.query import Invocation
from cblint.shell.syntax import Literal, Parameter, SingleQuoted, Word, walk
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.buildspec.model import Buildspec, ShellItem
    from cblint.flow.state import State
    from cblint.flow.values import Value

MOST_FILES = 200
"""Of so many files of a list it is asked who makes them."""
_WRITING = frozenset({">", ">>", ">|", "<>", "&>", "&>>", ">&"})
_COPYING = frozenset({"cp", "mv", "ln", "install"})
_INSTALLING = frozenset({"install", "i", "ci", "clean-install"})
_MAKING_ONE = frozenset({"mkdir", "touch", "tee", "curl", "zip", "sed"})
"""Programs that make a file or an empty folder, and nothing below it."""
_SAVING = ("-o", "--output", "-O", "--remote-name", "--output-document")
"""Options with which curl and wget save what they fetch."""
_NOWHERE = r"^(?:-\w*O)?-$|=-$|/dev/(?:null|stdout)$"
_SEVERAL = r"[{\[#]"
"""What may stand in a name for several: of the shell, or of curl."""
_SOMEWHERE = r"[{\[#*?]"
"""What may stand in the name of a folder that has several; of files, ``*`` and ``?`` only find those that there are."""
_INTO_FILES = r"print(?:(?!print)[^}])*[>|]|system\s*\("
"""What in a program for awk makes files, or runs something."""
_OF_PROJECT = r"(?m)^[^\S\n]*(?:-e|--editable|-r|--requirement|\.|/|file:)|@\s*file:"
"""What in a list of requirements is no package from elsewhere."""
_LOGIN = r"\$\(\s*aws (?:[^|;&)]* )?ecr get-login "
"""What prints a `docker login`, and runs it."""
_HERE = frozenset({"", ".", "./"})


class Written(NamedTuple):
    """A file or folder that a command makes, by its path from the source root, and the word that names it.

    ``folder``: anything may lie below it. ``place`` is the directory of the command.
    """

    path: str
    word: Word | None
    folder: bool
    place: str
    invocation: Invocation

    def may_hold(self, path: str) -> bool:
        """Whether it is at a path, or below it, or may have something there."""
        if self.path == path or self.path.startswith(f"{path}/"):
            return True
        return self.folder and (self.path == "." or path.startswith(f"{self.path}/"))


class Made(NamedTuple):
    """What a build can have made.

    ``written`` are files and folders; ``folders`` are names of folders in which, at any depth, anything may lie.
    ``anything``: there is a command of which it is not known what it makes.
    """

    written: tuple[Written, ...]
    folders: frozenset[str]
    anything: bool

    def may_hold(self, path: str) -> bool:
        """Whether there may be a file or folder at a path, or something below it."""
        if self.anything or not self.folders.isdisjoint(path.split("/")):
            return True
        return any(each.may_hold(path) for each in self.written)


def made_by(buildspec: Buildspec) -> Made:
    """What the commands of a buildspec can have made, on whatever path."""
    collector = _Collector(buildspec)
    collector.collect()
    return Made(tuple(collector.written), frozenset(collector.folders), collector.anything)


def is_nowhere(buildspec: Buildspec, path: str) -> bool:
    """Whether the repository is known not to hold a file or folder.

    A folder above the buildspec may be the source root as well: many a repository holds several that are built alone.
    """
    repository = buildspec.repository
    if repository is None:
        return False
    folder = posixpath.dirname(buildspec.path)
    while holds(repository, posixpath.join(folder, path)) is False:
        if not folder:
            return True
        folder = posixpath.dirname(folder)
    return False


def path_of(word: Word | str, state: State) -> str | None:
    """The path from the source root that a word names, ``.`` for that itself; None if it is not known."""
    from cblint.flow.paths import joined  # with it comes the interpreter
    from cblint.flow.trace import directory

    path = joined(state.cwd, value_of(word, state))
    return directory(path) if path is not None else None


def place_of(state: State) -> str | None:
    """The directory, from the source root."""
    from cblint.flow.trace import directory

    return directory(state.cwd)


def value_of(word: Word | str, state: State) -> Value:
    """What a word becomes, where it is put together of known texts and variables."""
    from cblint.flow.values import UNKNOWN, concat, literal

    if isinstance(word, str):
        return literal(word)
    parts = []
    for piece in pieces(word):
        if isinstance(piece, (Literal, SingleQuoted)):
            parts.append(literal(piece.value))
        elif isinstance(piece, Parameter) and not piece.operator and not piece.prefix and piece.subscript is None:
            variable = state.variable(piece.name)
            parts.append(UNKNOWN if variable.assigned is False else variable.value)
        else:
            return UNKNOWN
    return concat(parts)


class _Collector:
    def __init__(self, buildspec: Buildspec) -> None:
        self.buildspec = buildspec
        self.written: list[Written] = []
        self.folders: set[str] = set()
        self.anything = not buildspec.shell_items and bool(buildspec.command_lists)

    def collect(self) -> None:
        """Looks at every command, whether it runs on paper or not."""
        states: dict[int, list[State]] = {}
        for run in build_of(self.buildspec).runs:
            for event in run.events:
                if event.kind == RAN and event.state is not None:
                    states.setdefault(id(event.node), []).append(event.state)
        for item in self.buildspec.shell_items:
            if item.script.problem is not None:
                self.anything = True
            self._of_item(item, states)

    def _of_item(self, item: ShellItem, states: dict[int, list[State]]) -> None:
        redirections = {
            id(node): node for node in walk(item.script) if isinstance(node, Redirection) and _writes_file(node)
        }
        followed: set[int] = set()
        for invocation in item.invocations:
            known = states.get(id(invocation.node), [])
            for state in known:
                for redirection in invocation.redirections:
                    if id(redirection) in redirections:
                        # In a loop it writes another file each time.
                        self._add(redirection.target, state, invocation)
                        followed.add(id(redirection))
                self._of_invocation(invocation, state)
            # What does not run on paper may do so all the same.
            if not known and self._known(invocation, ".") != []:
                self.anything = True
        self.anything = self.anything or not redirections.keys() <= followed

    def _of_invocation(self, invocation: Invocation, state: State) -> None:
        if isinstance(state.functions.get(invocation.program), Function):
            return
        place = place_of(state)
        words = self._known(invocation, place) if place is not None else None
        if words is None:
            self.anything = True
            return
        for word, folder in words:
            self._add(word, state, invocation, folder)

    def _add(self, word: Word | str, state: State, invocation: Invocation, folder: bool = False) -> None:
        path, place = path_of(word, state), place_of(state)
        if path is None or place is None or re.search(_SOMEWHERE if folder else _SEVERAL, path):
            self.anything = True
        else:
            if invocation.program == "zip" and word in invocation.arguments and "." not in posixpath.basename(path):
                path += ".zip"  # which zip adds where a name has no ending
            named = word if isinstance(word, Word) else None
            self.written.append(Written(path, named, folder, place, invocation))

    def _known(self, invocation: Invocation, place: str) -> list[tuple[Word | str, bool]] | None:
        """The words for what a command makes, and whether that is a folder; None if it can make anything."""
        verb, _ = verbs_of(invocation)
        effect = effect_of(invocation)
        facts = table("files")
        if _is_open(invocation, verb.program if verb is not None else invocation.program, effect):
            return None
        if effect is not None and effect.does == "wrap":
            return [] if invocation.program != "xargs" and invocation.program not in table("tools")["shells"] else None
        if "xargs" in invocation.wrappers or "find" in invocation.wrappers:
            return None
        program = verb.program if verb is not None else invocation.program
        if re.match(_LOGIN, invocation.words[0].raw):
            return []
        if effect is None or effect.does not in facts["kinds"]:
            if not self._is_confined(invocation, program, effect is not None, place):
                return None
            self.folders.update(facts["folders"].get(program, ()))
        if invocation.program in _COPYING:
            return _copied(invocation)
        return [(word, program not in _MAKING_ONE) for word in effect.writes] if effect is not None else []

    def _is_confined(self, invocation: Invocation, program: str, known: bool, place: str) -> bool:
        facts = table("files")
        if program not in facts["confined"]:
            return False
        allowed = facts["confined"][program]
        if allowed is None:
            return True
        operands = [word.text for word in invocation.operands()]
        if not known or (operands and operands[0] not in allowed):
            return False
        if program == "pip":
            return self._installs_packages(invocation, place)
        if program in facts["lifecycle"]["programs"] and (not operands or operands[0] in _INSTALLING):
            return bool(invocation.flags("-g", "--global")) or self._runs_no_scripts(place)
        return bool(operands)

    def _installs_packages(self, invocation: Invocation, place: str) -> bool:
        """Whether pip installs nothing but packages from elsewhere, as its lists say too."""
        if any(re.match(r"[\"']?(?:\.|/|-e|--editable|file:)", word.raw) for word in invocation.arguments):
            return False
        for word in option_values(invocation.arguments, ("-r", "--requirement")):
            path = posixpath.join(place, word.text) if word.text is not None else None
            text = text_in(self.buildspec.repository, path) if self.buildspec.repository and path is not None else None
            if text is None or re.search(_OF_PROJECT, text) is not None:
                return False
        return True

    def _runs_no_scripts(self, place: str) -> bool:
        """Whether package.json is at hand and has nothing that runs when its packages are installed."""
        repository = self.buildspec.repository
        text = text_in(repository, posixpath.join(place, "package.json")) if repository is not None else None
        names = "|".join(table("files")["lifecycle"]["scripts"])
        return text is not None and re.search(rf'"(?:{names})"\s*:', text) is None


def _is_open(invocation: Invocation, program: str, effect: Effect | None) -> bool:
    """Whether it can make anything, though other commands of the program make only what they name."""
    facts = table("files")["open"]
    first = next((word.text for word in invocation.operands()), None)
    for name in (program, invocation.program, f"{program} {first}"):
        if name in facts and (facts[name] is None or invocation.flags(*facts[name])):
            return True
    if program in ("curl", "wget"):
        saved = invocation.flags(*_SAVING)
        thrown_away = any(re.search(_NOWHERE, word.raw) for word in invocation.arguments)
        return bool(saved) and not thrown_away and (effect is None or len(effect.writes) < len(saved))
    return program == "awk" and any(re.search(_INTO_FILES, word.raw) for word in invocation.arguments)


def _writes_file(node: Redirection) -> bool:
    target = node.target.text or ""
    return node.operator in _WRITING and not target.startswith("/dev/") and re.fullmatch(r"[0-9-]+", target) is None


def _copied(invocation: Invocation) -> list[tuple[Word | str, bool]]:
    """Where copies may lie: at the last operand, and in it."""
    operands = invocation.operands()
    if not operands:
        return [(".", True)]
    *sources, last = operands
    names = [posixpath.basename((source.text or "").rstrip("/")) for source in sources]
    deep = bool(invocation.flags("-r", "-R", "-a", "--recursive", "--archive")) or invocation.program in ("mv", "ln")
    text = last.text
    if (
        text is None
        or re.search(r"[*?]", text)
        or not all(re.fullmatch(r"[\w.@%+=:-]+", name) and name not in (".", "..") for name in names)
    ):
        return [(last, True)]
    if text in _HERE or text.endswith(("/", "..")):
        return [(f"{text.rstrip('/') or '.'}/{name}", deep) for name in names]
    return [(last, True)]
