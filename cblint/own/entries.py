"""Files with own rules: found, read, checked, and made into rules; what is wrong with one is said with its place."""

from __future__ import annotations

import os
import string
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from cblint import expressions
from cblint.buildspec.checked import Refused, check, document
from cblint.buildspec.shape import path_of, plain, plain_texts
from cblint.catalogue import PROFILES, Catalogue, Rule, built_in
from cblint.catalogue.model import OWN, UNKNOWN_PROJECT, rule_from
from cblint.facts import table
from cblint.hosts.definition import BUILDSPEC, PROJECT
from cblint.match import Finder, parse_path, places
from cblint.own import commands, events, images, tree
from cblint.own.conditions import Steps, Wrong
from cblint.records import NamedTuple
from cblint.source.file import Unreadable, read
from cblint.source.remembered import of_disk
from cblint.source.text import Lines, Text
from cblint.source.tree import Mapping as MappingNode
from cblint.source.tree import Node, Scalar, Sequence
from cblint.spelling import suggestion
from cblint.typing import Any
from cblint.wording import enumerated

MOST_BYTES = 256 * 1024
"""Of one entry: a long one has a few thousand."""
MOST_RULES = 1000
"""Files that are read: each rule is asked of each buildspec."""
MOST_PARTS = 5000
"""Of one match: each is asked of each place."""
ENDINGS = (".yml", ".yaml")
_RESERVED = expressions.lazy(r"CB[0-9]+")
_MARK = expressions.lazy("[«»‹›]")
_EXAMPLES = parse_path("examples[*].{bad,good}")
_WORD = expressions.lazy(r"[a-z][a-z-]*")
ONLY = "the-only-one"
"""The variant of an entry that names none."""
_NO_CODE = "own rules are data: no code is run for them. Say it with match, or propose the rule to cblint"


class WrongEntry(ValueError):
    """Entries that cannot be used. ``sentences`` say it, one for each file, with its place; ``str()`` is the first."""

    def __init__(self, sentences: tuple[str, ...]) -> None:
        more = f" ({len(sentences) - 1} more are wrong)" if len(sentences) > 1 else ""
        super().__init__(sentences[0] + more)
        self.sentences = sentences


class Entry(NamedTuple):
    """An entry as it was read: ``shown`` is its path for people, ``examples`` are their texts, with the places."""

    shown: str
    rule: Rule
    lines: Lines
    examples: list[Text]

    def place(self, example: int, offset: int) -> str:
        """Where a character of an example stands, as in ``rules/no-push.yml:12:9``."""
        text = self.examples[example]
        position = self.lines.position(text.offset(min(offset, len(text))))
        return f"{self.shown}:{position.line}:{position.column}"


@of_disk(64)
def catalogue_with(paths: tuple[str, ...]) -> Catalogue:
    """The built-in rules and those in files and folders. Raises WrongEntry."""
    return Catalogue((*built_in().rules, *(entry.rule for entry in entries(paths))))


def entries(paths: Iterable[str]) -> list[Entry]:
    """The entries in files and in folders, each once, sorted by their paths. Raises WrongEntry."""
    files = dict.fromkeys(file for path in paths for file in files_of(path))
    if len(files) > MOST_RULES:
        raise WrongEntry((f"there are more than {MOST_RULES:,} files with own rules",))
    found: list[Entry] = []
    wrong: list[str] = []
    taken = {key: "a built-in rule" for rule in built_in().rules for key in _keys(rule)}
    for file in files:
        try:
            entry = _entry(file, taken)
        except WrongEntry as error:
            wrong += error.sentences
            continue
        found.append(entry)
        taken.update(dict.fromkeys(_keys(entry.rule), f"the rule in {entry.shown}"))
    if wrong:
        raise WrongEntry(tuple(wrong))
    return found


def _keys(rule: Rule) -> set[str]:
    return {rule.code, rule.name, *rule.former_names}


def files_of(path: str) -> Iterator[str]:
    """A file with a rule, or those of a folder and the folders in it; no link leads out of it. Raises WrongEntry."""
    if not os.path.isdir(path):
        yield os.path.abspath(path)
        return
    top = os.path.realpath(path)
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(filter(_is_entry, names)):
            file = os.path.abspath(os.path.join(folder, name))
            if os.path.commonpath([top, os.path.realpath(file)]) != top:
                raise WrongEntry((f"{os.path.relpath(file)} is a link that leads out of its folder",))
            yield file


def _is_entry(name: str) -> bool:
    return name.endswith(ENDINGS) and not name.startswith(".")


def _entry(path: str, taken: Mapping[str, str]) -> Entry:
    shown = os.path.relpath(path)
    try:
        text = read(path, named=False)
    except Unreadable as error:
        raise WrongEntry((f"{shown} {error}",)) from None
    if len(text) > MOST_BYTES:
        raise WrongEntry((f"{shown} is larger than {MOST_BYTES // 1024} KB",))
    root = None
    try:
        root = document(text)
        if root is None:
            raise Refused(None, "it holds no rule: see docs/own-rules.md")
        _refuse_code(root)
        check(root, table("own-rule"))
        rule = _rule(plain_texts(root), plain(root), taken)
    except Refused as error:
        raise WrongEntry((f"{_at(shown, text, error.offset)}: {_hidden(str(error), text)}",)) from None
    except Wrong as error:
        offset, steps = _located(root, error.steps)
        sentence = str(error)
        if steps:
            # What begins with the name of something is a sentence by itself; else the place is what it is about.
            mark = ":" if sentence[:1] in "\"'" else ""
            sentence = f"{path_of(steps)}{mark} {sentence}"
        raise WrongEntry((f"{_at(shown, text, offset)}: {_hidden(sentence, text)}",)) from None
    return Entry(shown, rule._replace(source=path), Lines(text), _texts_of_examples(root))


def _at(shown: str, text: str, offset: int | None) -> str:
    if offset is None:
        return shown
    position = Lines(text).position(offset)
    return f"{shown}:{position.line}:{position.column}"


def _hidden(sentence: str, text: str) -> str:
    from cblint.secrets.mask import mask_of  # most entries are right

    hidden = mask_of(text).hidden(sentence)
    return hidden if len(hidden) <= _LONGEST else f"{hidden[: _LONGEST - 1]}…"


_LONGEST = 500


def _refuse_code(root: Node) -> None:
    pair = root.get("check") if isinstance(root, MappingNode) else None
    if pair is not None:
        raise Refused(pair.key.span.start, f'"check" is for built-in rules: {_NO_CODE}')


def _located(root: Node | None, steps: Steps) -> tuple[int | None, Steps]:
    """Where steps lead, as far as they do: of a value that is no list, the only element is itself."""
    node, way = root, steps[:0]
    for step in steps:
        target = node.resolved if node is not None else None
        if isinstance(step, int):
            following = target.items[step] if isinstance(target, Sequence) else node
        else:
            pair = target.get(step) if isinstance(target, MappingNode) else None
            following = pair.value if pair is not None else None
        if following is None:
            break
        node, way = following, way if following is node else (*way, step)
    return (node.span.start if node is not None else None), way


def _texts_of_examples(root: Node | None) -> list[Text]:
    found = [place.node.resolved for place in places(root, _EXAMPLES)]
    return [node.text for node in found if isinstance(node, Scalar)]


def _rule(entry: dict[str, Any], typed: dict[str, Any], taken: Mapping[str, str]) -> Rule:
    """The rule of an entry that fits the schema: as texts, and as the values that its types say. Raises Wrong."""
    _check_names(entry, taken)
    variants = dict(_variants(entry))
    for steps, variant in variants.values():
        if _parts(variant["match"]) > MOST_PARTS:
            raise Wrong((*steps, "match"), f"has more than {MOST_PARTS:,} parts, aliases put in their place")
        _check_fields(variant, steps)
    summary = entry.get("summary") or entry["name"].replace("-", " ").capitalize()
    (_, first), *_ = variants.values()
    whole = {
        **_DEFAULTS,
        "code": entry["name"],
        "why": "",
        "advice": first.get("detail", ""),
        **entry,
        "summary": summary,
        "variants": {name: variant for name, (_, variant) in variants.items()},
        "examples": _examples(typed.get("examples", []), list(variants)),
    }
    matched = {
        name: {**variant, "match": _with_steps(variant["match"], (*steps, "match"))}
        for name, (steps, variant) in variants.items()
    }
    rule = rule_from({**whole, "variants": matched}, lambda spec: _finder(*spec))
    matchers = [matcher for variant in rule.variants.values() for matcher in variant.matchers]
    of_images = any(isinstance(each, images.ImageFinder) for each in matchers)
    return rule._replace(
        profiles=rule.profiles if "profile" in entry else PROFILES,
        subjects=(BUILDSPEC, PROJECT) if of_images else (BUILDSPEC,),
        silent=(UNKNOWN_PROJECT,) if of_images else (),
        texts=whole,
        security=typed.get("security", rule.security),
    )


_DEFAULTS = {
    "severity": "warning",
    "confidence": "high",
    "category": "own",
    "profile": "default",
    "status": "stable",
    "fix": {"safety": "none"},
    "references": [],
}
"""What an entry means that does not say it."""


def _parts(match: Any) -> int:
    """Of how many parts a match consists; counted no further than is allowed."""
    count = 0
    stack = [match]
    while stack and count <= MOST_PARTS:
        part = stack.pop()
        count += 1
        stack += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return count


def _check_names(entry: Mapping[str, Any], taken: Mapping[str, str]) -> None:
    """Each name and code is one that no other rule has, and that means nothing else."""
    keys: list[tuple[Steps, str]] = [((name,), entry[name]) for name in ("name", "code") if name in entry]
    keys += [(("former-names", number), name) for number, name in enumerate(entry.get("former-names", ()))]
    for steps, key in keys:
        if key != key.strip():
            raise Wrong(steps, "must not end in a line end")
        if key.upper() == OWN or _RESERVED.fullmatch(key.upper()):
            raise Wrong(steps, f'"{key}" is kept: CB and a number mean built-in rules, OWN means all others')
        if key in taken:
            raise Wrong(steps, f'"{key}" is taken by {taken[key]}: choose another')


def _variants(entry: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Steps, dict[str, Any]]]]:
    """The variants by name with the way to each; an entry without any is its only one."""
    if "variants" in entry:
        for name in ("message", "detail", "match"):
            if name in entry:
                raise Wrong((name,), "stands in the variants where there are some")
        for name, variant in entry["variants"].items():
            yield name, (("variants", name), variant)
        return
    for name in ("message", "match"):
        if name not in entry:
            raise Wrong((), f'the rule has no "{name}"')
    yield ONLY, ((), {name: entry[name] for name in ("message", "detail", "match") if name in entry})


_FINDERS: dict[str, tuple[Any, frozenset[str]]] = {
    "at": (tree.TreeFinder, tree.FIELDS),
    "command": (commands.CommandFinder, commands.FIELDS),
    "image": (images.ImageFinder, images.FIELDS),
    **{kind: (partial(events.EventFinder, kind), events.FIELDS) for kind in events.KINDS},
}
"""What a match can begin with: what finds it, and what its messages can hold."""


def _with_steps(match: Any, steps: Steps) -> list[tuple[Mapping[str, Any], Steps]]:
    """The matchers of a variant, each with the way to it."""
    if not isinstance(match, list):
        return [(match, steps)]
    return [(one, (*steps, number)) for number, one in enumerate(match)]


def _subject(spec: Mapping[str, Any], steps: Steps) -> str:
    """What a matcher is about. Raises Wrong."""
    # Of a command, too, it can be asked which image it is given.
    found = [name for name in _FINDERS if name in spec and not (name == "image" and "command" in spec)]
    if len(found) != 1:
        hint = next((hint for name in spec if (hint := suggestion(name, _FINDERS))), "")
        raise Wrong(steps, f"must have one of {enumerated(list(_FINDERS), 'and')}, which says what it is about.{hint}")
    return found[0]


def _finder(spec: Mapping[str, Any], steps: Steps) -> Finder:
    made: Finder = _FINDERS[_subject(spec, steps)][0](spec, steps)
    return made


def _check_fields(variant: Mapping[str, Any], steps: Steps) -> None:
    """The braces of a message name what all matchers of its variant can fill in."""
    known = [_FINDERS[_subject(*each)][1] for each in _with_steps(variant["match"], (*steps, "match"))]
    fields = sorted(frozenset.intersection(*known))
    for name in ("message", "detail"):
        for field in _braces(variant.get(name, ""), (*steps, name)):
            if field not in fields:
                hint = suggestion(field, fields) or f" Known here: {', '.join(fields)}."
                raise Wrong((*steps, name), f'"{{{field}}}" is not known of what its match finds.{hint}')


def _braces(text: str, steps: Steps) -> Iterator[str]:
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        raise Wrong(steps, "has a brace that is not closed, or not opened: a brace itself is written twice") from None
    for _, field, layout, conversion in parts:
        if field is not None:
            if layout or conversion or not _WORD.fullmatch(field):
                raise Wrong(steps, f'"{{{field}}}" is no field: braces hold its name and nothing else')
            yield field


def _examples(given: list[dict[str, Any]], variants: list[str]) -> list[dict[str, Any]]:
    """The examples, each with its variant. Raises Wrong."""
    made = []
    for number, example in enumerate(given):
        steps = ("examples", number)
        if ("bad" in example) == ("good" in example):
            raise Wrong(steps, "must have either bad or good")
        kind = "bad" if "bad" in example else "good"
        if _marks(example[kind], (*steps, kind)) != (kind == "bad"):
            raise Wrong((*steps, kind), "marks with « » what is found in it: a bad one does, a good one does not")
        _check_paths(example.get("given", {}), (*steps, "given"))
        variant = example.get("variant", variants[0] if len(variants) == 1 else None)
        if kind == "bad" and variant not in variants:
            raise Wrong(steps, f"must say which variant speaks: {enumerated(variants, 'or')}")
        made.append({**example, "variant": variant} if kind == "bad" else example)
    return made


def _marks(text: str, steps: Steps) -> bool:
    """Whether something is marked in an example. Raises Wrong where a mark is not closed, or closes nothing."""
    closing = ""
    for mark in _MARK.findall(text):
        if closing and mark != closing:
            raise Wrong(steps, f"has {mark} where {closing} should close what is marked")
        if not closing and mark in "»›":
            raise Wrong(steps, f"has {mark} where nothing is marked")
        closing = "" if closing else {"«": "»", "‹": "›"}[mark]
    if closing:
        raise Wrong(steps, f"has no {closing} to close what is marked")
    return "«" in text


def _check_paths(given: Mapping[str, Any], steps: Steps) -> None:
    """The files of an example stay in the folder that is made for it."""
    files = given.get("files", {})
    paths = [((*steps, "files", path), path) for path in files]
    if "path" in given:
        paths.append(((*steps, "path"), given["path"]))
    for where, path in paths:
        parts = path.replace("\\", "/").split("/")
        if not all(parts) or not {".", "..", ".git"}.isdisjoint(parts) or ":" in path or "\0" in path:
            raise Wrong(where, f'"{path}" is no path of a file below the repository, such as ci/buildspec.yml')
    for path, text in files.items():
        _marks(text, (*steps, "files", path))
