"""Any object printed as a literal of a language is read as it was, each of its characters at its place."""

from __future__ import annotations

import random
from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.hosts import cdk_java, cdk_python, cdk_typescript
from cblint.source.text import HOLE, Text
from cblint.source.tree import Mapping, Node, Scalar, Sequence, walk

ALPHABET = st.characters(exclude_categories=["Cs"], exclude_characters=HOLE)
TEXTS = st.one_of(st.text(ALPHABET, max_size=8), st.text("\\'\"`${}\n\r a\u2028é😀", max_size=8))
DATA = st.recursive(
    st.one_of(TEXTS, st.integers(-9999, 9999), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)
ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}


class Printed(NamedTuple):
    """A literal and, for each scalar in it, what each of its characters was written as."""

    text: str
    scalars: list[list[str]]


def escaped(value: str, quote: str, choose: random.Random, wide: Callable[[str], str], special: str) -> list[str]:
    """Each character as it is or as an escape, where it can be either."""
    found = []
    for character in value:
        if character in special or character == quote:
            found.append(ESCAPES.get(character, f"\\{character}"))
        elif character == "\0" or choose.random() < 0.2:
            found.append(wide(character))
        else:
            found.append(character)
    return found


def python_string(value: str, choose: random.Random, is_key: bool) -> Printed:
    quote = choose.choice("'\"")
    parts = escaped(value, quote, choose, lambda one: f"\\U{ord(one):08x}", "\\\n\r")
    prefix = choose.choice(("", "", "f"))
    if prefix:
        parts = [{"{": "{{", "}": "}}"}.get(part, part) for part in parts]
    middle = choose.randrange(len(parts) + 1)
    if choose.random() < 0.3:
        # Literals that stand beside each other are one.
        shown = "".join(parts[:middle]) + f"{quote} # '\n {prefix}{quote}" + "".join(parts[middle:])
    else:
        shown = "".join(parts)
    return Printed(f"{prefix}{quote}{shown}{quote}", [parts])


def typescript_string(value: str, choose: random.Random, is_key: bool) -> Printed:
    quote = choose.choice("'\"" if is_key else "'\"`")
    special = "\\\r$" if quote == "`" else "\\\n\r"
    parts = escaped(value, quote, choose, lambda one: f"\\u{{{ord(one):x}}}", special)
    return Printed(f"{quote}{''.join(parts)}{quote}", [parts])


def java_string(value: str, choose: random.Random, is_key: bool) -> Printed:
    def wide(character: str) -> str:
        return f"\\u{ord(character):04x}" if ord(character) < 0x10000 and character not in '\\"\n\r' else character

    parts = escaped(value, '"', choose, wide, "\\\n\r")
    return Printed(f'"{"".join(parts)}"', [parts])


class Language(NamedTuple):
    """How a language writes what the others write too."""

    module: ModuleType
    call: str
    string: Callable[[str, random.Random, bool], Printed]
    brackets: tuple[str, str]
    braces: tuple[str, str]
    colon: str
    truth: tuple[str, str]


LANGUAGES = {
    "python": Language(
        cdk_python, "BuildSpec.from_object({})\n", python_string, ("[", "]"), ("{", "}"), ": ", ("False", "True")
    ),
    "typescript": Language(
        cdk_typescript,
        "BuildSpec.fromObject({});\n",
        typescript_string,
        ("[", "]"),
        ("{", "}"),
        ": ",
        ("false", "true"),
    ),
    "java": Language(
        cdk_java,
        "class A {{ Object a = BuildSpec.fromObject({}); }}",
        java_string,
        ("List.of(", ")"),
        ("Map.of(", ")"),
        ", ",
        ("false", "true"),
    ),
}


def printed(data: object, language: Language, choose: random.Random) -> Printed:
    if isinstance(data, str):
        return language.string(data, choose, False)
    if isinstance(data, bool):
        word = language.truth[data]
        said = "true" if data else "false"
        return Printed(word, [list(word) if word == said else [word] * len(said)])
    if isinstance(data, int):
        word = str(data)
        return Printed(word, [list(word)])
    space = choose.choice(("", " ", "\n  "))
    if isinstance(data, list):
        parts = [printed(each, language, choose) for each in data]
        opened, closed = language.brackets
    else:
        assert isinstance(data, dict)
        pairs = [(language.string(name, choose, True), printed(each, language, choose)) for name, each in data.items()]
        parts = [
            Printed(f"{name.text}{language.colon}{each.text}", [*name.scalars, *each.scalars]) for name, each in pairs
        ]
        opened, closed = language.braces
    text = opened + space + f",{space}".join(part.text for part in parts) + closed
    return Printed(text, [scalar for part in parts for scalar in part.scalars])


def plain(node: Node) -> object:
    if isinstance(node, Mapping):
        return {pair.name: plain(pair.value) for pair in node.pairs}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    if node.style:
        return node.value
    return node.value == "true" if node.value in ("true", "false") else int(node.value)


def same(left: object, right: object) -> bool:
    """Whether two are the same: 1 is not True."""
    return left == right and repr(left) == repr(right)


@pytest.mark.parametrize("name", LANGUAGES)
@given(data=st.dictionaries(TEXTS, DATA, max_size=4), seed=st.integers(0, 2**16))
def test_what_is_printed_is_read(name: str, data: dict[str, object], seed: int) -> None:
    language = LANGUAGES[name]
    data = {"phases": data}  # so that it is no build specification of AWS Amplify, whatever its keys
    literal = printed(data, language, random.Random(seed))
    source = f"// é😀\n{language.call.format(literal.text)}"
    source = source.replace("//", "#", 1) if name == "python" else source
    file = language.module.read(Text.of(source))
    assert file is not None
    (found,) = file.definitions
    assert same(plain(found.root), data)
    scalars = [node for node in walk(found.root) if isinstance(node, Scalar)]
    for scalar, written in zip(scalars, literal.scalars, strict=True):
        text = scalar.text
        assert [source[slice(*text.span(at, at + 1))] for at in range(len(text))] == written


STRANGE = st.text(st.sampled_from("BuildSpec.fromObject(){}[]'\"`$+:,*=>; \\\n\ré😀_f01"), max_size=60)


@pytest.mark.parametrize("name", LANGUAGES)
@given(source=STRANGE, cut=st.integers(0, 99))
def test_no_text_is_too_strange(name: str, source: str, cut: int) -> None:
    language = LANGUAGES[name]
    begun = language.call.format('{"a": ["b" + "c"], "d": f("e")}')
    file = language.module.read(Text.of(begun[:cut] + source + begun[cut:]))
    for definition in file.definitions if file is not None else ():
        for node in walk(definition.root):
            assert node.span.start <= node.span.end
