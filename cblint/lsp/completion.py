"""What can be typed at an offset of a file: keys, values, variables, names of rules; nothing that is wrong there."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cblint.choices import catalogue_at
from cblint.config import ConfigError
from cblint.lsp.directives import IGNORE, IGNORE_FILE, Directing, directing_at, in_order
from cblint.lsp.document import Document
from cblint.lsp.known import RUNTIME_VERSIONS, known_values, runtime_names
from cblint.lsp.layout import column, is_json, key_text, label_of, layout_of, value_text
from cblint.lsp.offers import Allowed, Key, schema_of
from cblint.lsp.probe import Standing, standing
from cblint.lsp.typed import Typed, typed_at
from cblint.lsp.variables import Reading, reading_at, variables_at
from cblint.records import NamedTuple
from cblint.report.markdown import inert
from cblint.secrets.mask import Mask
from cblint.source.text import Span
from cblint.source.tree import Mapping, Pair, Sequence

_KINDS = {"object": "mapping", "array": "list"}


class Completion(NamedTuple):
    """Something that can be put in the place of what is typed.

    ``kind`` is the name of a CompletionItemKind of the language server protocol. ``text`` is put in the place of
    ``replaced``, a range on one line, just as it is: with the indentation of its further lines. ``snippet``: it holds
    the protocol's marks for the cursor. ``documentation`` is Markdown. They belong in the order of ``sort``.
    """

    label: str
    kind: str
    replaced: Span
    text: str
    detail: str = ""
    documentation: str = ""
    snippet: bool = False
    sort: str = ""
    deprecated: bool = False


def completions_at(document: Document, offset: int, found: Collection[str] = ()) -> list[Completion]:
    """What can be typed at an offset of the text; ``found`` names the rules that have findings in it."""
    text = document.text
    if not 0 <= offset <= len(text):
        return []
    directing = directing_at(text, offset)
    if directing is not None:
        return _numbered(_directives(document, directing, found))
    reading = reading_at(text, offset)
    if reading is not None:
        return _numbered(_variables(document, reading))
    typed = typed_at(text, offset)
    place = standing(document, typed.replaced, typed.filled) if typed is not None else None
    if typed is None or place is None or not place.is_whole:
        return []
    return _numbered(_at(document, typed, place))


def _numbered(completions: Iterator[Completion]) -> list[Completion]:
    """What is offered, with its order; not what is a secret because somebody has put one where a name belongs."""
    shown = (each for each in completions if not Mask().within(each.label))
    return [each._replace(sort=f"{number:04}") for number, each in enumerate(shown)]


# Comments and commands


def _directives(document: Document, directing: Directing, found: Collection[str]) -> Iterator[Completion]:
    replaced = directing.replaced
    if directing.what == "reason":
        yield Completion(
            "-- reason", "Snippet", replaced, " -- ${1:reason}", "why the rule is wrong here", snippet=True
        )
    elif directing.what == "directive":
        for name, about in ((IGNORE, "this line, or the next"), (IGNORE_FILE, "the whole file")):
            if name == IGNORE or directing.for_file:
                text = f"{name}[${{1:rule}}] -- ${{2:reason}}"
                yield Completion(name, "Keyword", replaced, text, f"suppresses findings: {about}", snippet=True)
    else:
        try:
            rules = catalogue_at(document.path, document.settings).rules
        except ConfigError:
            return
        for _, rule in in_order(rules, found, directing.named):
            text = rule.name + directing.ending
            summary = inert(rule.summary) if rule.is_own else rule.summary
            yield Completion(rule.name, "Value", replaced, text, f"{rule.code} {rule.severity.value}", summary)


def _variables(document: Document, reading: Reading) -> Iterator[Completion]:
    place = standing(document, reading.replaced, reading.filled)
    if place is None:
        return
    for _, each in sorted(variables_at(place, reading), key=lambda ranked: ranked[0]):
        text = reading.written(each.name)
        yield Completion(each.name, "Variable", reading.replaced, text, documentation=each.description)


# Keys and values


def _at(document: Document, typed: Typed, place: Standing) -> Iterator[Completion]:
    allowed = Allowed(schema_of(place.schema), place.root, place.steps)
    pair, holder = place.pair, place.holder
    if pair is None or not isinstance(holder, Mapping):
        yield from _values(document, typed, place, allowed)
    elif "object" in allowed.kinds:
        if _stands_below(pair, holder):
            yield from _keys(document, typed, place, holder, pair, allowed)
    elif len(holder.pairs) == 1 and pair.value.empty and not typed.colon and not _is_braced(holder):
        yield from _values(document, typed, place, allowed)


def _stands_below(pair: Pair, holder: Mapping) -> bool:
    """Whether what follows a key is meant as its value: a list may belong to the key before, which has it no deeper."""
    value = pair.value
    if holder.flow or not isinstance(value, Sequence) or value.flow:
        return True
    return column(value) > column(pair.key)


def _is_braced(holder: Mapping) -> bool:
    return holder.origin.value[holder.start : holder.start + 1] == "{"


def _keys(
    document: Document, typed: Typed, place: Standing, holder: Mapping, pair: Pair, allowed: Allowed
) -> Iterator[Completion]:
    layout = layout_of(document.path, document.text, place)
    has_value = not pair.value.empty
    for key in allowed.keys(holder, pair):
        text, snippet = key_text(typed, key, layout, has_value)
        detail = ", ".join(filter(None, (_KINDS.get(key.kind, ""), "required" if key.required else "")))
        yield Completion(key.name, "Property", typed.replaced, text, detail, key.description, snippet)
    if place.steps == RUNTIME_VERSIONS:
        present = {each.name for each in holder.pairs}
        for each in runtime_names(place.buildspec, present, pair.value):
            text, _ = key_text(typed, Key(each.name), layout, has_value)
            yield Completion(each.name, "Property", typed.replaced, text, "runtime", each.description)


def _values(document: Document, typed: Typed, place: Standing, allowed: Allowed) -> Iterator[Completion]:
    listed = allowed.choices()
    in_json = is_json(document.path, place.root)
    for choice in (*listed, *known_values(place, place.steps)):
        text = value_text(typed, choice, in_json)
        if text is not None:
            kind = "EnumMember" if choice in listed else "Value"
            yield Completion(
                label_of(choice), kind, typed.replaced, text, "", choice.description, deprecated=choice.deprecated
            )
