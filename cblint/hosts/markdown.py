"""What the code blocks of a Markdown text say of CodeBuild: buildspecs and all that other files can hold, or parts."""

from __future__ import annotations

from collections import Counter

from cblint import expressions
from cblint.facts import table
from cblint.hosts import project_json, shown
from cblint.hosts.definition import BUILDSPEC, PROJECT, Definition, HostFile
from cblint.hosts.fences import Fence, fences
from cblint.hosts.left_out import forget_what_is_left_out, is_elided, without_placeholders
from cblint.source.foreign import Given
from cblint.source.loader import TooComplex, load
from cblint.source.text import Span, Text
from cblint.source.tree import Mapping

_ENDINGS = ("```", "~~~")
_PROMPT = expressions.lazy(r"[ \t]*(?:\[[\w.@ :~/-]{1,60}\]|[\w.@:~/-]{1,60})?\$[ \t]+")
_GOES_ON = expressions.lazy(r"[ \t]*> ?")


def read(text: Text) -> HostFile | None:
    """What the code blocks of a Markdown text define; None if they define nothing."""
    if not any(mark in text.value for mark in _ENDINGS):
        return None
    shown_by_fence = [[_as_shown(each, fence) for each in _definitions(text, fence)] for fence in fences(text)]
    # Of examples that give the same name, none can be what a reference in another one means.
    times = Counter(name for found in shown_by_fence for name in {each.name for each in found})
    found = [each if times[each.name] == 1 else each._replace(name="") for one in shown_by_fence for each in one]
    return HostFile("markdown", tuple(found)) if found else None


def _as_shown(definition: Definition, fence: Fence) -> Definition:
    """A definition, of which documentation may leave out what it is not about."""
    root = definition.root
    is_part = definition.kind == PROJECT and isinstance(root, Mapping) and not project_json.is_whole(root)
    fragment = definition.fragment or is_part or is_elided(fence.text.value)
    return definition._replace(fragment=fragment)


def _definitions(text: Text, fence: Fence) -> list[Definition]:
    ending = _ending(fence.language)
    try:
        if ending == ".sh":
            return _script(fence.text)
        if ending == ".yml":
            return _data(text, fence)
        if ending == "":
            return _data(text, fence) or (_script(fence.text) if "aws codebuild " in fence.text.value else [])
        return _hosted(ending, fence.text) if ending is not None else []
    except TooComplex:
        return []  # one block never spoils the others


def _ending(language: str) -> str | None:
    """The ending of the files that hold what a block does; none: it may hold anything; None: nothing of ours."""
    return next((ending for ending, names in table("shown")["languages"].items() if language in names), None)


def _hosted(ending: str, text: Text) -> list[Definition]:
    """What another format's reader finds."""
    from cblint.hosts.reading import host_file

    found = host_file(f"shown{ending}", text)
    return list(found.definitions) if found is not None else []


# Data


def _data(text: Text, fence: Fence) -> list[Definition]:
    stream = load(fence.text)
    kind = shown.buildspec_shown(stream, text.value)
    if kind is not None:
        return [_buildspec(text, fence, kind == shown.PART)]
    if stream.problem is not None:
        return _hosted(".yml", fence.text)
    roots = [document.root for document in stream.documents if isinstance(document.root, Mapping)]
    for root in roots:
        forget_what_is_left_out(root)
    found = [definition for root in roots for definition in _of_the_api(root)]
    found += [phases for root in roots if (phases := shown.phases_shown(root)) is not None]
    if found:
        return found
    template = shown.as_template(stream)
    if template is not None:
        return [each._replace(name="", fragment=True) for each in _hosted(".yml", template)]
    return _hosted(".yml", fence.text)


def _buildspec(text: Text, fence: Fence, fragment: bool) -> Definition:
    root = Given(text, fence.start, fence.end, without_placeholders(fence.text))
    return Definition(BUILDSPEC, "", _first_character(fence.text), root, fragment=fragment)


def _first_character(text: Text) -> Span:
    """The first character that is no blank."""
    at = len(text) - len(text.value.lstrip())
    return text.span(at, min(at + 1, len(text)))


def _of_the_api(root: Mapping) -> list[Definition]:
    """What is in the shapes of the API, or of the policies of IAM."""
    policy = shown.policy_shown(root)
    return [policy] if policy is not None else project_json.definitions(root, fragment=True)


# Scripts


def _script(text: Text) -> list[Definition]:
    return _hosted(".sh", without_placeholders(commands_of(text)))


def commands_of(text: Text) -> Text:
    """The commands of a block that shows a terminal: what follows a prompt; all of it if there is none."""
    lines = text.value.splitlines(keepends=True)
    if not any(map(_PROMPT.match, lines)):
        return text
    parts: list[Text] = []
    at, goes_on = 0, False
    for line in lines:
        match = _GOES_ON.match(line) if goes_on else _PROMPT.match(line)
        if match is not None or goes_on:
            parts.append(text.slice(at + (match.end() if match is not None else 0), at + len(line)))
            goes_on = line.rstrip("\r\n").endswith("\\")
        at += len(line)
    return Text.joined(parts, text.offset(0))
