"""What is wrong with the YAML itself."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.model import Buildspec, CommandList
from cblint.checks.edits import replaced
from cblint.finding import Edit, Report
from cblint.source.text import Span
from cblint.source.tree import Alias, Mapping, Node, Pair, Scalar, Sequence, walk


def yaml_syntax_error(buildspec: Buildspec) -> Iterator[Report]:
    """The file cannot be parsed."""
    problem = buildspec.stream.problem
    if problem is not None and buildspec.is_last:
        yield Report(problem.span, problem.kind, {"problem": problem.problem, **problem.details})


def command_not_string(buildspec: Buildspec) -> Iterator[Report]:
    """An element of ``commands`` or ``finally`` is not text."""
    for commands in buildspec.command_lists:
        if commented := _commented_out_item(buildspec, commands.node.resolved):
            yield Report(commented, "list-commented-out", {"key": commands.key})
        for item in commands.items():
            target = item.node.resolved
            if item.node.open or (isinstance(target, Scalar) and not target.empty):
                continue
            fields = {
                "key": commands.key,
                "item": f"{commands.key}[{item.number}]",
                "printed": _printed(commands, item.number),
            }
            related = (("anchor", target.span),) if isinstance(item.node, Alias) else ()
            if isinstance(target, (Mapping, Sequence)):
                span, variant = _broken_at(item.node)
                fields["character"] = item.node.source[:1]
                yield Report(span, variant, fields, related, _quoted(commands, item.node, buildspec), about=item.node)
            elif isinstance(target, Scalar):
                yield Report(item.node.span, _empty_variant(buildspec, target), fields, related)


def _printed(commands: CommandList, number: int) -> str:
    """What CodeBuild prints (facts: semantics 44); its words for ``finally`` are not known."""
    if commands.key != "commands":
        return "YAML_FILE_ERROR"
    return f"YAML_FILE_ERROR Message: Expected Commands[{number}] to be of string type: found subkeys instead"


def _broken_at(item: Node) -> tuple[Span, str]:
    """The characters that turn a command into something else (colon, bracket, second dash), and the variant."""
    if isinstance(item, Alias):
        return item.span, "alias"
    if isinstance(item, Sequence):
        return item.first_character, "list"
    assert isinstance(item, Mapping)
    colon = item.pairs[0].colon if item.pairs and not item.flow else None
    return (colon, "mapping") if colon is not None else (item.first_character, "other-mapping")


def _quoted(commands: CommandList, item: Node, buildspec: Buildspec) -> tuple[Edit, ...]:
    """Single quotes round the whole command, where it is certain what the whole command is."""
    parent = commands.node.resolved
    in_json = isinstance(parent, Sequence) and parent.flow
    if isinstance(item, Alias) or not item.one_line or in_json or item.tag is not None:
        return ()
    if isinstance(item, Mapping) and not item.flow:
        key = item.pairs[0].key if len(item.pairs) == 1 else None
        if not isinstance(key, Scalar) or key.style != "" or key.tag is not None or key.anchor is not None:
            return ()
    elif isinstance(item, Sequence) and not item.flow:
        return ()
    # A "#" inside a quote of the shell begins a comment of YAML: then the command does not end where its node does.
    if buildspec.comment_beside(item) and (item.source.count('"') % 2 or item.source.count("'") % 2):
        return ()
    command = item.source.replace("'", "''")
    return (Edit(item.span, f"'{command}'"),)


def _empty_variant(buildspec: Buildspec, item: Scalar) -> str:
    """Whether a comment follows the dash of an empty item on its line."""
    return "comment-only" if buildspec.comment_beside(item) else "empty"


def _commented_out_item(buildspec: Buildspec, node: Node) -> Span | None:
    """The first list item that was commented out where a list should stand."""
    if not isinstance(node, Scalar) or not node.empty or node.open:
        return None
    comment = buildspec.comment_after(node)
    return comment.span if comment and comment.text.lstrip("# ").startswith("- ") else None


def duplicate_key(buildspec: Buildspec) -> Iterator[Report]:
    """A key stands twice in one mapping, or a variable in two sections of ``env``."""
    for node in walk(buildspec.root):
        if isinstance(node, Mapping):
            yield from _duplicates(node.pairs)
    root = buildspec.root
    env = root.get("env") if isinstance(root, Mapping) else None
    if env is not None and isinstance(section := env.value.resolved, Mapping):
        yield from _in_two_sections(section)


def _duplicates(pairs: list[Pair]) -> Iterator[Report]:
    first: dict[str, Pair] = {}
    for pair in pairs:
        name = pair.name
        if not name or pair.is_merge:
            continue
        if name not in first:
            first[name] = pair
            continue
        variant = "same-value" if _same_scalar(first[name].value, pair.value) else "lost"
        yield Report(pair.key.span, variant, {"key": name}, (("first", first[name].key.span),))


def _same_scalar(left: Node, right: Node) -> bool:
    a, b = left.resolved, right.resolved
    return isinstance(a, Scalar) and isinstance(b, Scalar) and a.value == b.value and a.empty == b.empty


def _in_two_sections(env: Mapping) -> Iterator[Report]:
    first: dict[str, tuple[str, Pair]] = {}
    for name in ("variables", "parameter-store", "secrets-manager"):
        section = env.get(name)
        if section is None or not isinstance(variables := section.value.resolved, Mapping):
            continue
        for variable, pair in variables.effective().items():
            if variable not in first:
                first[variable] = name, pair
                continue
            other, before = first[variable]
            fields = {"key": variable, "section": name, "other": other}
            yield Report(pair.key.span, "two-sections", fields, (("first", before.key.span),))


def multi_document_buildspec(buildspec: Buildspec) -> Iterator[Report]:
    """A second document stands in the file."""
    if buildspec.number == 0 or not _has_content(buildspec.root):
        return
    documents = [document for document in buildspec.stream.documents if _has_content(document.root)]
    if len(documents) > 1 and buildspec.document is documents[1]:
        text, start = buildspec.stream.text, buildspec.document.start
        mark = len(_DOCUMENT) if text.value.startswith(_DOCUMENT, start) else 1
        yield Report(text.span(start, start + mark), "second", {"count": str(len(documents))}, about=buildspec.root)


_DOCUMENT = "---"


def _has_content(root: Node | None) -> bool:
    return root is not None and not (isinstance(root, Scalar) and root.empty)


def backslash_in_folded_scalar(buildspec: Buildspec) -> Iterator[Report]:
    """A line of a command ends in a backslash where YAML, not the shell, joins the lines."""
    if buildspec.shell in ("powershell.exe", "cmd.exe") or not buildspec.tells("env", "shell"):
        return
    for commands in buildspec.command_lists:
        for item in commands.items():
            node = item.node.resolved
            if isinstance(node, Scalar) and node.style in _FOLDED and "\\ " in node.value and not node.open:
                yield from _continued(node)


_FOLDED = ("", "'", ">")
"""In double quotes a backslash at the end of a line is YAML's own."""


_SHOWN = 20
"""Places that one finding names."""


_BEFORE_TEXT = ("'", '"', ">")


def _continued(node: Scalar) -> Iterator[Report]:
    value, text = node.value, node.text
    found = [fold - 1 for fold in node.folds if _escapes(value, fold - 1)]
    if not found:
        return
    related = tuple(("more", text.span(at, at + 1)) for at in found[1:_SHOWN])
    attached = any(at > 0 and value[at - 1] not in " \t" for at in found)
    edits = () if attached else tuple(replaced(text.span(_blanks_before(value, at), at + 1), "") for at in found)
    # A program may not mind a space before a text.
    variant = "before-text" if all(value[at + 2 : at + 3] in _BEFORE_TEXT for at in found) else "continued"
    yield Report(text.span(found[0], found[0] + 1), variant, {}, related, edits)


def _escapes(value: str, at: int) -> bool:
    """Whether a backslash stands there that no other one escapes."""
    count = 0
    while at - count >= 0 and value[at - count] == "\\":
        count += 1
    return count % 2 == 1


def _blanks_before(value: str, at: int) -> int:
    while at > 0 and value[at - 1] in " \t":
        at -= 1
    return at
