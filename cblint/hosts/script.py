"""What shell scripts tell CodeBuild with the AWS CLI: projects, webhooks, and builds with other settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cblint import expressions
from cblint.facts import table
from cblint.hosts import project_json, requests
from cblint.hosts.assigned import Assigned
from cblint.hosts.buildspec import named_like_buildspec
from cblint.hosts.definition import BUILDSPEC, PROJECT, WEBHOOK, Definition, HostFile
from cblint.hosts.settings import given
from cblint.hosts.shorthand import shorthand
from cblint.records import NamedTuple
from cblint.shell.commands import Case, If, Redirection, SimpleCommand
from cblint.shell.contents import Known, content
from cblint.shell.operands import may_hold_options
from cblint.shell.parser import parse
from cblint.shell.query import Invocation, invocations
from cblint.shell.script import Script
from cblint.shell.syntax import Word, walk
from cblint.source.foreign import Given, Items, Settings, Unknown, is_known
from cblint.source.text import HOLE, Text
from cblint.source.tree import Mapping, Node, Scalar

_SPEAKS = expressions.lazy(r"(?i)codebuild|build[-_.]?spec")
_FILE = "file://"
_INPUT = ("--cli-input-json", "--cli-input-yaml")
_NEVER_RUN = "--generate-cli-skeleton"


def read(text: Text) -> HostFile | None:
    """What the commands of a script define; None if they define nothing."""
    found = definitions(text)
    return HostFile("script", tuple(found)) if found else None


def definitions(text: Text) -> list[Definition]:
    """What the commands of a script define. Never raises: what the shell could not read is left out."""
    if _SPEAKS.search(text.value) is None:
        return []
    script = parse(text)
    known = Assigned(script).value
    documents = _documents(script, known)
    found = [each for command in invocations(script) for each in _made(command, documents, known)]
    used = {document.file for document in documents.values() if document.is_used}
    specs = [
        Definition(BUILDSPEC, "", document.text.span(0, 1), document.root)
        for document in documents.values()
        if named_like_buildspec(document.file) and document.file not in used
    ]
    return [*found, *specs]


# Files that the script itself writes


class _Document:
    """A here-document that is written into a file."""

    __slots__ = ("file", "is_used", "root", "text")

    def __init__(self, file: str, root: Given) -> None:
        self.file = file
        self.root = root
        self.text = root.text
        self.is_used = False


def _documents(script: Script, known: Known) -> dict[str, _Document]:
    """The here-documents of a script by the names of the files they are written into; of several, none."""
    found: dict[str, _Document] = {}
    seen: set[str] = set()
    for node in walk(script.body):
        if isinstance(node, SimpleCommand):
            each = _document(node, known)
            if each is not None:
                found[each.file] = each
                if each.file in seen:
                    del found[each.file]
                seen.add(each.file)
    return found


def _document(command: SimpleCommand, known: Known) -> _Document | None:
    """What ``cat >file <<END`` and ``tee file <<END`` write."""
    program = command.words[0].text if command.words else None
    document = next((each.document for each in command.redirections if each.document is not None), None)
    targets = [each.target.text for each in command.redirections if _is_output(each)]
    if program == "tee":
        targets = [word.text for word in command.words[1:]]
    if document is None or program not in ("cat", "tee") or len(targets) != 1 or not targets[0]:
        return None
    body = document.body
    return _Document(targets[0], Given(body.source, body.start, body.end, content(body, known, is_split=False)))


def _is_output(redirection: Redirection) -> bool:
    return redirection.operator in (">", ">|") and redirection.descriptor in ("", "1")


# Commands


class _Argument(NamedTuple):
    """An argument, or what follows ``=`` in one: what the program gets, and where it is written."""

    text: Text
    word: Word

    def node(self) -> Node:
        """The argument as a text, if it is known."""
        source, start, end = self.word.source, self.word.start, self.word.end
        return Unknown(source, start, end) if self.text.value == HOLE else Given(source, start, end, self.text)


class _Option(NamedTuple):
    """An option and what follows it up to the next one."""

    name: str
    word: Word
    values: list[_Argument]


def _made(command: Invocation, documents: dict[str, _Document], known: Known) -> Iterator[Definition]:
    """What an invocation of ``aws codebuild`` makes or changes."""
    operands = command.operands() if command.program == "aws" else []
    if len(operands) < 2 or operands[0].text != "codebuild":
        return
    operation = operands[1].text or ""
    kind = table("requests")["commands"].get(operation)
    arguments = command.arguments[command.arguments.index(operands[1]) + 1 :]
    options = list(_options(arguments, known))
    if kind is None or any(option.name == _NEVER_RUN for option in options):
        return
    root = _request(command, options, arguments, documents)
    name = _name(root)
    named = name.value if isinstance(name, Scalar) and is_known(name) else ""
    place = name.span if name is not None else operands[1].span
    conditional = any(isinstance(node, (If, Case)) for node in command.above)
    if kind == "build":
        if len(root.pairs) > 1 or root.get("projectName") is None:
            yield Definition(PROJECT, named, place, requests.project_of(root), conditional, fragment=True)
    elif root.pairs:
        is_part = operation.startswith("update") or not root.complete
        yield Definition(PROJECT if kind == "project" else WEBHOOK, named, place, root, conditional, is_part)


def _options(arguments: Sequence[Word], known: Known) -> Iterator[_Option]:
    current: _Option | None = None
    for word in arguments:
        text = content(word, known)
        if text.value.startswith("--"):
            if current is not None:
                yield current
            name, equals, _ = text.value.partition("=")
            values = [_Argument(text.slice(len(name) + 1, len(text)), word)] if equals else []
            current = _Option(name, word, values)
        elif current is not None:
            current.values.append(_Argument(text, word))
    if current is not None:
        yield current


def _request(
    command: Invocation, options: list[_Option], arguments: Sequence[Word], documents: dict[str, _Document]
) -> Settings:
    """The request that a command sends: what ``--cli-input-json`` holds, and what its other options say over it."""
    inputs = [_structure(each.values[0], documents) for each in options if each.name in _INPUT and each.values]
    complete = not any(map(may_hold_options, arguments)) and all(isinstance(each, Mapping) for each in inputs)
    own = [pair for option in options for pair in _setting(option, documents)]
    names = {key.value for key, _ in own}
    pairs = [pair for each in inputs if isinstance(each, Mapping) for pair in each.pairs if pair.name not in names]
    node = command.node
    all_pairs = requests.in_order([*((pair.key, pair.value) for pair in pairs), *own])
    return Settings(node.source, node.start, node.end, all_pairs, complete)


def _setting(option: _Option, documents: dict[str, _Document]) -> Iterator[tuple[Given, Node]]:
    """The member of the request that an option sets; none if it is about the call itself, as ``--region`` is."""
    facts = table("requests")["arguments"]
    name = requests.member(option.name.removeprefix("--"))
    denied = requests.member(option.name.removeprefix("--no-"))
    key = requests.named(option.word.source, option.word.start, option.word.end, option.name.removeprefix("--"))
    if name in facts["switches"] or denied in facts["switches"]:
        word = option.word
        said = Text.over("true" if name in facts["switches"] else "false", word.span)
        if name not in facts["switches"]:
            key = requests.named(word.source, word.start, word.end, option.name.removeprefix("--no-"))
        yield key, Given(word.source, word.start, word.end, said, "")
    elif not option.values:
        return
    elif name in facts["texts"]:
        yield key, _text(option.values[0], documents)
    elif name in facts["structures"]:
        yield key, _structure(option.values[0], documents)
    elif name in facts["lists"]:
        yield key, _list(option.values, documents)


def _text(argument: _Argument, documents: dict[str, _Document]) -> Node:
    path = argument.text.value
    if not path.startswith(_FILE):
        return argument.node()
    document = _file(path, documents)
    return document.root if document is not None else _elsewhere(argument)


def _elsewhere(argument: _Argument) -> Node:
    """What cannot be read, or stands in a file that the script does not write."""
    return Unknown(argument.word.source, argument.word.start, argument.word.end)


def _file(path: str, documents: dict[str, _Document]) -> _Document | None:
    document = documents.get(path.removeprefix(_FILE)) or documents.get(path.removeprefix(f"{_FILE}./"))
    if document is not None:
        document.is_used = True
    return document


def _structure(argument: _Argument, documents: dict[str, _Document]) -> Node:
    """A structure or list in JSON, or a structure in shorthand."""
    text = argument.text
    if text.value.startswith(_FILE):
        document = _file(text.value, documents)
        found = project_json.document(document.text) if document is not None else None
        return found if found is not None else _elsewhere(argument)
    found = project_json.document(text) if text.value.lstrip()[:1] in ("{", "[") else shorthand(text)
    return found if found is not None else _elsewhere(argument)


def _list(arguments: list[_Argument], documents: dict[str, _Document]) -> Node:
    """A list, as one argument in JSON or with an argument for each of its items."""
    items = [_structure(argument, documents) for argument in arguments]
    if len(items) == 1 and not isinstance(items[0], Mapping):
        return items[0]
    word, last = arguments[0].word, arguments[-1].word
    complete = not any(may_hold_options(argument.word) for argument in arguments)
    return Items(word.source, word.start, last.end, items, complete)


def _name(root: Mapping) -> Node | None:
    return given(root, "name") or given(root, "projectName")
