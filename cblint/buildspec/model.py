"""A buildspec as rules see it: read-only, lazy, and calm about anything odd in the file."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property

from cblint import expressions
from cblint.facts import table
from cblint.hosts.definition import BUILDSPEC
from cblint.hosts.project import Project
from cblint.match import Place, parse_path, places
from cblint.records import NamedTuple
from cblint.source.foreign import Settings, is_complete, is_known, is_settled
from cblint.source.loader import Document, Stream
from cblint.source.text import HOLE, end_of_line
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence, reachable, walk
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.buildspec.environments import Environment
    from cblint.buildspec.shape import Fault
    from cblint.hosts.graph import Resource
    from cblint.shell.powershell_tree import PowerShellScript
    from cblint.shell.query import Invocation
    from cblint.shell.script import Script
    from cblint.shell.syntax import Node as ShellNode
    from cblint.source.comments import Comment

PHASES = ("install", "pre_build", "build", "post_build")
"""In the order in which they run."""
VARIABLES, PARAMETER_STORE, SECRETS_MANAGER = "variables", "parameter-store", "secrets-manager"

_NAMING = 2
"""Words that say what a command does: ``docker build``, ``npm run``."""
_BLANK = expressions.lazy(r"\s*")
_COMMAND_LISTS = parse_path("phases.*.{commands,finally}")
_PHASES = parse_path("phases.*")
_REPORTS = parse_path("reports.*")
_VARIABLES = (
    (VARIABLES, parse_path("env.variables.*")),
    (VARIABLES, parse_path("environment_variables.plaintext.*")),
    (PARAMETER_STORE, parse_path("env.parameter-store.*")),
    (SECRETS_MANAGER, parse_path("env.secrets-manager.*")),
    (VARIABLES, parse_path("batch.{build-list,build-graph}[*].env.variables.*")),
)
_ARTIFACTS = (parse_path("artifacts"), parse_path("artifacts.secondary-artifacts.*"))


class Item(NamedTuple):
    """An element of a command list; ``number`` is 0-based, as in CodeBuild's messages."""

    node: Node
    number: int


class ShellItem:
    """A command. Its trees are made when they are asked for."""

    def __init__(self, node: Scalar, key: str, number: int) -> None:
        self.node = node
        self.key = key
        self.number = number
        self._script: Script | None = None
        self._invocations: list[Invocation] | None = None

    @property
    def value(self) -> str:
        """The command, without its places."""
        return self.node.value

    def holds(self, pattern: str) -> bool:
        """Whether a regular expression matches somewhere in the command: rules ask before they look into it."""
        return _holds(pattern, self.value)

    @property
    def script(self) -> Script:
        """The command as a tree, which is the item's own until ``give_back``."""
        if self._script is None:
            from cblint.shell.trees import TREES  # many runs look into no command

            self._script = TREES.lend(self.node.text)
        return self._script

    def give_back(self) -> None:
        """Nobody asks for the trees any more: another command may have them."""
        if self._script is not None:
            from cblint.shell.trees import TREES

            TREES.take_back(self._script)
            self._script = self._invocations = None

    @cached_property
    def powershell(self) -> PowerShellScript:
        """The command as a tree, as PowerShell reads it."""
        from cblint.shell.powershell import parse  # few buildspecs are for Windows

        return parse(self.node.text)

    @property
    def invocations(self) -> list[Invocation]:
        """The programs that the command runs; none if the shell cannot read it."""
        if self._invocations is None:
            from cblint.shell.query import programs_in

            self._invocations = programs_in(self.script)
        return self._invocations

    @property
    def may_be_another(self) -> bool:
        """Whether a hole stands where a program is named, or what it is to do."""
        from cblint.shell.commands import SimpleCommand
        from cblint.shell.syntax import walk

        commands = (node for node in walk(self.script) if isinstance(node, SimpleCommand))
        return any(HOLE in word.raw for command in commands for word in command.words[:_NAMING])

    def calls(self, command: ShellNode) -> list[Invocation]:
        """The programs that one command runs, itself and through others such as ``sudo``, the outermost first.

        It may be of another tree than ``script``: an item that ends in an operator is read again with what follows it.
        """
        from cblint.shell.query import by_command, by_start

        here = by_command(self.script).get(id(command))
        if here is not None:
            return here
        found = by_start(self.script).get(command.start, [])
        return [each for each in found if each.node.raw == command.raw and each.node.span == command.span]

    def quoted_calls(self, command: ShellNode) -> list[Invocation]:
        """The programs that run in the quotes of a ``bash -c``."""
        from cblint.shell.query import by_shell

        return by_shell(self.script).get(id(command), [])


@expressions.remembered
def _holds(pattern: str, command: str) -> bool:
    return re.search(pattern, command) is not None


class CommandList(NamedTuple):
    """The value of ``commands`` or ``finally``, whatever it is."""

    key: str
    node: Node

    def items(self) -> Iterator[Item]:
        """Its elements; none if it is not a list."""
        for number, item in enumerate(items(self.node)):
            yield Item(item, number)


class Variable(NamedTuple):
    """A variable given under ``env`` or in the ``env`` of a batch task.

    ``section`` is VARIABLES, PARAMETER_STORE or SECRETS_MANAGER; ``value`` is None if it is no scalar.
    """

    name: str
    key: Node
    section: str
    value: Scalar | None


class Section(NamedTuple):
    """A named part that holds a mapping: a phase, a report group, an artifact."""

    name: str
    key: Node
    mapping: Mapping

    def get(self, name: str) -> Pair | None:
        """The pair of a key in it."""
        return self.mapping.get(name)

    def scalar(self, name: str) -> Scalar | None:
        """The value of a key in it, if that is a scalar."""
        pair = self.mapping.get(name)
        return scalar(pair.value) if pair is not None else None

    def scalars(self, name: str) -> list[Scalar]:
        """The scalars in the list of a key in it."""
        pair = self.mapping.get(name)
        found = [scalar(item) for item in items(pair.value)] if pair is not None else []
        return [item for item in found if item is not None]


def scalar(node: Node) -> Scalar | None:
    """The node as a scalar with something in it, seen through an alias.

    None if it is none, was cut short, or only the deployment tells all of it.
    """
    found = written(node)
    return found if found is None or HOLE not in found.value else None


def written(node: Node) -> Scalar | None:
    """The same, also where parts of it are not known."""
    target = node.resolved
    return target if isinstance(target, Scalar) and not target.empty and not target.open else None


def items(node: Node) -> list[Node]:
    """The items of a list, seen through an alias; none if it is no list."""
    target = node.resolved
    return target.items if isinstance(target, Sequence) else []


def mapping(node: Node | None) -> Mapping | None:
    """The node as a mapping, seen through an alias."""
    target = node.resolved if node is not None else None
    return target if isinstance(target, Mapping) else None


class Buildspec:
    """One document of a file that holds a buildspec.

    ``path`` is the file's, relative to its repository; ``projects`` are those that are known to use it. ``repository``
    is the folder of the git repository, None where none is at hand. ``holder`` is the definition of another format that
    it stands in, None if it has a file of its own.
    """

    def __init__(
        self,
        stream: Stream,
        document: Document,
        path: str = "",
        projects: tuple[Project, ...] = (),
        repository: str | None = None,
        holder: Resource | None = None,
    ) -> None:
        self.stream = stream
        self.document = document
        self.path = path
        self.projects = projects
        self.repository = repository
        self.holder = holder
        self._command_items: list[ShellItem] | None = None

    @cached_property
    def source(self) -> str:
        """The text of the document; of settings in another format, all that is written in them, line by line.

        What a file holds beside them is looked at once for all its buildspecs, not once for each.
        """
        if self._is_within:
            return "\n".join(node.value for node in reachable(self.root) if isinstance(node, Scalar))
        return self.stream.text.value[slice(*self._extent)]

    @property
    def _is_within(self) -> bool:
        """Whether it is a part of the settings in another format, not a text of its own."""
        return self.holder is not None and isinstance(self.root, Mapping) and self.root.origin is self.stream.text

    @property
    def _extent(self) -> tuple[int, int]:
        """Where the document stands in the text, with what stands between it and the next, or behind it on its line."""
        if self._is_within and self.root is not None:
            return self.root.start, end_of_line(self.stream.text.value, self.root.end)
        documents, number = self.stream.documents, self.number
        start = self.document.start if number else 0
        return start, documents[number + 1].start if number + 1 < len(documents) else len(self.stream.text)

    @property
    def whole(self) -> bool:
        """Whether all of it is shown: documentation shows parts, and programs put them together."""
        if self.holder is None:
            return True
        if isinstance(self.root, Settings) and not self.root.pairs:
            return False  # it is to be filled in, or stands in a test
        definition = self.holder.definition
        return not definition.fragment or definition.kind != BUILDSPEC

    @property
    def root(self) -> Node | None:
        return self.document.root

    @property
    def number(self) -> int:
        """Which document of its file it is, from 0."""
        return bisect_left(self.stream.documents, self.document.start, key=lambda document: document.start)

    @property
    def is_last(self) -> bool:
        """Whether no further document follows in the file."""
        return self.number >= len(self.stream.documents) - 1

    @cached_property
    def faults(self) -> list[Fault]:
        """Where it breaks the schema of buildspecs; next to a syntax error nothing is sure, nor what is missing."""
        from cblint.buildspec.shape import faults

        found = list(faults(self.root, table("buildspec"))) if self.root is not None else []
        if not self.whole:
            found = [fault for fault in found if not fault.lacks or fault.steps]
        problem = self.stream.problem
        if problem is None or not self.is_last:
            return found
        return [fault for fault in found if not fault.lacks and fault.node.resolved.end < problem.at]

    @cached_property
    def comments(self) -> list[Comment]:
        """The YAML comments of the document, and those that stand before the first and behind the last one."""
        from cblint.source.comments import comments  # few files need them

        return comments(self.stream._replace(documents=(self.document,)), *self._extent)

    def comment_after(self, node: Node) -> Comment | None:
        """The comment that follows a node with nothing but blanks and line ends between."""
        number = bisect_left(self.comments, node.end, key=lambda comment: comment.start)
        if number == len(self.comments):
            return None
        comment = self.comments[number]
        blank = _BLANK.match(self.stream.text.value, node.end)
        return comment if blank is not None and blank.end() >= comment.start else None

    def comment_beside(self, node: Node) -> Comment | None:
        """The comment that follows a node of one line on its line."""
        comment = self.comment_after(node)
        return comment if comment is not None and comment.span.start <= node.rest_of_line.end else None

    def get(self, *names: str) -> Pair | None:
        """The pair at a chain of keys; None if there is none."""
        pair: Pair | None = None
        node = self.root
        for name in names:
            holder = mapping(node)
            pair = holder.get(name) if holder is not None else None
            if pair is None:
                return None
            node = pair.value
        return pair

    def tells(self, *names: str) -> bool:
        """Whether it is known what stands at a chain of keys, be it nothing."""
        node = self.root
        for name in names:
            holder = mapping(node)
            pair = holder.get(name) if holder is not None else None
            if pair is None:
                return node is None or is_complete(node)
            node = pair.value
        return node is None or is_known(node)

    @cached_property
    def has_holes(self) -> bool:
        """Whether only the deployment tells all of it."""
        if self.holder is None or isinstance(self.root, Scalar) or HOLE in self.source:
            return HOLE in self.source
        return any(not is_known(node) or not is_complete(node) for node in walk(self.root))

    @cached_property
    def may_run_more(self) -> bool:
        """Whether some command is not known: which program it runs, or what of one such as ``docker``."""
        return self.has_holes and any(HOLE in item.value and item.may_be_another for item in self.command_items)

    @cached_property
    def sections(self) -> frozenset[str]:
        """The keys of the top level."""
        return frozenset(self.root.effective()) if isinstance(self.root, Mapping) else frozenset()

    @property
    def version(self) -> Pair | None:
        """``version`` and its value."""
        return self.get("version")

    @cached_property
    def environments(self) -> tuple[Environment, ...]:
        """What the builds that can run it run on; none where nothing is known."""
        from cblint.buildspec.environments import environments_of  # little is known of most

        return environments_of(self) if self.projects or "batch" in self.sections else ()

    @cached_property
    def runs_in(self) -> str:
        """The shell that runs the commands, as buildspec/shells.py names it."""
        from cblint.buildspec.shells import shell_of

        return shell_of(self)

    @property
    def command_items(self) -> list[ShellItem]:
        """The commands, each once, whichever shell runs them."""
        if self._command_items is None:
            self._command_items = self._items()
        return self._command_items

    def _items(self) -> list[ShellItem]:
        found: dict[int, ShellItem] = {}
        for commands in self.command_lists:
            for item in commands.items():
                node = written(item.node)
                if node is not None and not self._breaks_off(node):
                    found.setdefault(id(node), ShellItem(node, commands.key, item.number))
        return list(found.values())

    def give_back(self) -> None:
        """All is said of it: what was read of its commands may serve others (shell/trees.py)."""
        for item in self._command_items or ():
            item.give_back()

    @property
    def shell_items(self) -> list[ShellItem]:
        """The commands, if a POSIX shell runs them: most rules read no other."""
        from cblint.buildspec.shells import POSIX

        return self.command_items if self.runs_in in POSIX else []

    @property
    def powershell_items(self) -> list[ShellItem]:
        """The commands, if PowerShell runs them."""
        from cblint.buildspec.shells import POWERSHELL

        return self.command_items if self.runs_in == POWERSHELL else []

    def invocations(self, pattern: str) -> Iterator[Invocation]:
        """The programs that commands run in which a regular expression matches."""
        for item in self.shell_items:
            if item.holds(pattern):
                yield from item.invocations

    def _breaks_off(self, node: Node) -> bool:
        """Whether a syntax error follows with nothing between: then who knows what the node was to be."""
        problem = self.stream.problem
        return problem is not None and not self.stream.text.value[node.end : problem.at].strip()

    def scripts(self, pattern: str) -> Iterator[Script]:
        """The trees of the commands in which a regular expression matches, and that the shell can read."""
        for item in self.shell_items:
            if item.holds(pattern) and item.script.problem is None:
                yield item.script

    @property
    def shell(self) -> str:
        """The value of ``env.shell``, or nothing."""
        pair = self.get("env", "shell")
        value = scalar(pair.value) if pair is not None else None
        return value.value if value is not None else ""

    @cached_property
    def command_lists(self) -> list[CommandList]:
        """Every ``commands`` and ``finally``, each once however many aliases lead to it."""
        return [
            CommandList(place.pair.name or "", place.node)
            for place in places(self.root, _COMMAND_LISTS)
            if place.pair is not None
        ]

    def phases(self) -> list[Section]:
        """The phases that are mappings, in file order, unknown ones too."""
        return _sections(places(self.root, _PHASES))

    def reports(self) -> list[Section]:
        """The report groups that are mappings, and of which all is known."""
        return self._settled(_sections(places(self.root, _REPORTS)))

    def artifacts(self) -> list[Section]:
        """``artifacts`` itself and the secondary ones, where they are mappings of which all is known but the names."""
        return self._settled([section for path in _ARTIFACTS for section in _sections(places(self.root, path))])

    def _settled(self, sections: list[Section]) -> list[Section]:
        return [each for each in sections if is_settled(each.mapping, "name")] if self.has_holes else sections

    @cached_property
    def variables(self) -> list[Variable]:
        """Every variable that is given in YAML, those of batch tasks included."""
        return [
            Variable(place.pair.name, place.pair.key, section, scalar(place.node))
            for section, path in _VARIABLES
            for place in places(self.root, path)
            if place.pair is not None and place.pair.name is not None and not place.node.open
        ]


def _sections(found: list[Place]) -> list[Section]:
    return [
        Section(place.pair.name, place.pair.key, target)
        for place in found
        if place.pair is not None and place.pair.name is not None and (target := mapping(place.node)) is not None
    ]
