"""What later stages of a pipeline read of a build: the image definitions that a deployment to ECS asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.checks.edits import after, before, replaced
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.kinds import RAN
from cblint.records import NamedTuple
from cblint.shell.commands import Redirection, SimpleCommand
from cblint.shell.query import Invocation
from cblint.shell.syntax import Parameter, SingleQuoted, Word, walk
from cblint.source.text import Span
from cblint.spelling import closest
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.events import Event
    from cblint.flow.state import State
    from cblint.flow.values import Value

_FILE = "imagedefinitions.json"
_KEYS = ("name", "imageUri")
_READERS = frozenset({"cat", "ls", "echo", "printf", "test", "[", "head", "jq", "wc", "stat", "aws", "git", "zip"})
"""Programs that leave a file as it is."""
_WITHOUT_QUOTES = r"\s*\[\s*\{\s*['A-Za-z_]"
_HOLE = "\ue000"
"""Stands in the text for what is not known."""
_OTHER_KEYS = {"image": "imageUri", "uri": "imageUri", "container": "name", "containername": "name"}
"""What people write instead, in small letters."""


class _Fault(NamedTuple):
    """What is wrong with the text: ``near`` is the part of it at which to look."""

    variant: str
    near: str
    fields: dict[str, str]
    instead: str = ""


def imagedefinitions_invalid(buildspec: Buildspec) -> Iterator[Report]:
    """What the build writes into imagedefinitions.json is not what a deployment to ECS reads."""
    if not _is_handed_on(buildspec) or any(_changes(each) for each in buildspec.invocations(_FILE)):
        return
    writing = [each for each in buildspec.invocations(_FILE) if _target(each) is not None]
    nodes = {id(each.node) for each in writing}
    # What is written twice may be a part, or stand in for what comes later.
    if len(nodes) > 1 or all(map(_is_right_at_sight, writing)):
        return
    seen: set[int] = set()
    for run in build_of(buildspec).runs:
        for event in run.events:
            if event.kind != RAN or id(event.node) in seen or not isinstance(event.node, SimpleCommand):
                continue
            for invocation in run.step.item.calls(event.node)[:1]:
                target = _target(invocation)
                text = _written(invocation, event) if target is not None else None
                fault = _fault(text) if text is not None else None
                if fault is not None and target is not None:
                    seen.add(id(event.node))
                    place = _place(event.node, fault.near) or target.span
                    edits = _mended(event.node, fault, place)
                    related = (("file", target.span),) if place != target.span else ()
                    yield Report(place, fault.variant, fault.fields, related, edits)


def _is_handed_on(buildspec: Buildspec) -> bool:
    """Whether an artifact can hold the file: else something other than a deployment reads it."""
    files = [file.value for artifact in buildspec.artifacts() for file in artifact.scalars("files")]
    return any(_FILE in file or file.endswith(("*", "*.json")) for file in files)


def _is_file(word: Word) -> bool:
    """Whether it is the file at the source root, if the command runs there: one in a folder may be a part of it."""
    folder, _, name = re.sub(r"[\"'{}]", "", word.raw).rpartition("/")
    return name == _FILE and folder in ("", ".", "$CODEBUILD_SRC_DIR")


def _changes(invocation: Invocation) -> bool:
    """Whether a command may make something else of the file, or adds to it."""
    for redirection in invocation.redirections:
        is_own = redirection in _own(invocation)
        if _FILE in redirection.target.raw and not _is_file(redirection.target):
            return True
        if _is_file(redirection.target) and (redirection.operator == ">>" or not (is_own or invocation.captured)):
            return True
    if invocation.program == "tee":
        return bool(invocation.flags("-a", "--append"))
    named = [word for word in invocation.arguments if _FILE in word.raw]
    if any("/" in word.raw and not _is_file(word) for word in named) and invocation.program != "aws":
        return True
    if invocation.program == "cp":
        return bool(named) and named[-1] is invocation.arguments[-1]
    return bool(named) and invocation.program not in _READERS


_RIGHT = (
    r'\[(?:\s*\{\s*"name"\s*:\s*"[^"\\{}]+"\s*,\s*"imageUri"\s*:\s*"[^"\\{}]+"\s*\}\s*(?:,(?=\s*\{)|(?=\])))+\](?:\\n)?'
)


def _is_right_at_sight(invocation: Invocation) -> bool:
    """Whether a command prints a valid list, whatever its variables hold: then the build need not be run on paper."""
    if invocation.program != "printf" or not invocation.arguments:
        return False
    form, *values = invocation.arguments
    text = form.text or ""
    return re.fullmatch(_RIGHT, text) is not None and text.count("%s") == text.count("%") == len(values)


def _own(invocation: Invocation) -> tuple[Redirection, ...]:
    return invocation.node.redirections


def _target(invocation: Invocation) -> Word | None:
    """The word that names the file, where the command alone writes it."""
    for redirection in _own(invocation):
        if redirection.operator in (">", ">|") and redirection.descriptor in ("", "1") and _is_file(redirection.target):
            return redirection.target
    follower = invocation.piped_into
    if isinstance(follower, SimpleCommand) and follower.words and follower.words[0].text == "tee":
        return next((word for word in follower.words[1:] if _is_file(word)), None)
    return None


def _written(invocation: Invocation, event: Event) -> str | None:
    """The text that a command prints, with a mark for each part that is not known; None if that says too little."""
    from cblint.flow.printing import formatted  # with it comes the interpreter

    value: Value | None = None
    words = event.values[1:]
    if invocation.program == "printf":
        # A variable without quotes is taken for one word: images are called so.
        value = formatted(words, True)[0]
    elif invocation.program == "echo" and not any("\\" in word.written or word.start.startswith("-") for word in words):
        return " ".join(_marked(word) for word in words) if _is_sound(invocation, event.state) else None
    elif invocation.program == "cat" and not words and event.state is not None and not invocation.pipeline:
        value = event.state.input
    if value is None or not _is_sound(invocation, event.state):
        return None
    return _marked(value)


def _marked(value: Value) -> str:
    return "".join(piece if isinstance(piece, str) else _HOLE for piece in value.pieces)


def _is_sound(invocation: Invocation, state: State | None) -> bool:
    """Whether the quotes and brackets are all in sight: a variable that has two texts may hide some."""
    for node in walk(invocation.node):
        if isinstance(node, Parameter) and state is not None:
            pieces = state.variable(node.name).value.pieces
            known = "".join(piece for piece in pieces if isinstance(piece, str))
            if len(known) and re.search(r"[\"'{}\[\]]", known) and any(not isinstance(piece, str) for piece in pieces):
                return False
    return True


# What is wrong with a text


def _fault(text: str) -> _Fault | None:
    if not text.strip() or text.strip().startswith(_HOLE):
        return None
    if text.lstrip().startswith("{"):
        return _Fault("not-a-list", "{", {}, "[]")
    broken = _Fault("not-json", "", {"text": text.strip().replace(_HOLE, "…")})
    if _is_open(text):
        return broken if re.match(_WITHOUT_QUOTES, text) else None
    try:
        import json  # few builds write the file in a way that has to be looked into

        found = json.loads(text)
    except (ValueError, RecursionError):
        return broken
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        return _Fault("not-a-list", "", {})
    return next((fault for each in found if (fault := _lack(each)) is not None), None)


def _is_open(text: str) -> bool:
    """Whether something that is not known stands outside of quotes, where it can be anything."""
    return _HOLE in re.sub(_STRING, lambda match: "" if match[1] else match[0], text)


_STRING = r'(?s)"(?:[^"\\]|\\.)*(?:(")|\\?\Z)'
"""One that nothing closes is read to the end: else all behind each quote in it would be read again."""


def _lack(definition: dict[str, object]) -> _Fault | None:
    """What one image definition lacks."""
    for key in _KEYS:
        if key not in definition:
            others = [other for other in definition if other not in _KEYS and _HOLE not in other]
            wrong = next((other for other in others if _meant(other) == key), None)
            fields = {"key": key, "wrong": wrong or ""}
            return _Fault("key", wrong, fields, key) if wrong is not None else _Fault("no-key", "{", fields)
        if definition[key] == "":
            return _Fault("empty", key, {"key": key})
    return None


def _meant(key: str) -> str | None:
    small = {name.lower(): name for name in _KEYS}
    near = _OTHER_KEYS.get(key.lower()) or small.get(key.lower())
    return near or closest(key, _KEYS)


# Where it stands in the file


def _place(node: SimpleCommand, near: str) -> Span | None:
    """Where a part of the text stands among the words or in the here-document; all of the words for no part."""
    documents = [each.document.body for each in node.redirections if each.document is not None]
    words = [*node.words[1:], *documents]
    for word in words if near else ():
        found = re.search(rf"(?<![A-Za-z]){re.escape(near)}", word.raw)
        if found is not None:
            return word.part(*found.span())
    if documents:
        return None
    return words[0].span.to(words[-1].span) if words else None


def _mended(node: SimpleCommand, fault: _Fault, place: Span) -> tuple[Edit, ...]:
    """The right key in place of the wrong one; brackets round an object that stands alone in single quotes."""
    if fault.variant == "key":
        return (replaced(place, fault.instead),)
    if fault.variant != "not-a-list" or len(node.words) < 2:
        return ()
    word = node.words[1]
    (part,) = word.parts if len(word.parts) == 1 else (None,)
    if not isinstance(part, SingleQuoted) or re.fullmatch(r"\s*\{[^{}]*\}\s*(\\n)?", part.value) is None:
        return ()
    first, last = word.raw.index("{"), word.raw.rindex("}") + 1
    place = word.part(first, last)
    return (before(place, "["), after(place, "]"))
