"""The shell parser beside bashlex: which words make a command, and what they are without their quotes."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import bashlex
import bashlex.errors
import pytest

from cblint.shell.commands import Pipeline, SimpleCommand
from cblint.shell.parser import parse
from cblint.shell.syntax import Word, walk
from cblint.source.text import Text
from tests.bounds import FROM, ORACLES
from tests.shell import corpus_items, scripts
from tests.shell_scripts import script

SEEDS = FROM, ORACLES or 400
"""The first of the generated scripts, and how many."""

Place = tuple[int, ...]
"""Where something begins and ends."""


class Read(NamedTuple):
    """What two parsers can be compared in: what stands where."""

    commands: set[tuple[Place, ...]]
    """Simple commands: the places of their words and assignments."""
    assignments: set[Place]
    """Those before the name of a command: bashlex takes those behind ``export`` for words."""
    pipelines: set[tuple[Place, ...]]
    """The places of the commands in each pipeline of several."""
    values: dict[Place, str]
    """Words without expansions: what they are without their quotes."""


def by_cblint(text: str) -> Read:
    """What our parser reads."""
    found = Read(set(), set(), set(), {})
    for node in walk(parse(Text.of(text))):
        if isinstance(node, SimpleCommand) and (node.assignments or node.arguments):
            found.commands.add(tuple(tuple(part.span) for part in (*node.assignments, *node.arguments)))
            found.assignments.update(tuple(part.span) for part in node.assignments)
        elif isinstance(node, Pipeline) and len(node.commands) > 1:
            found.pipelines.add(tuple(tuple(command.span) for command in node.commands))
        elif isinstance(node, Word) and node.text is not None:
            found.values[tuple(node.span)] = node.text
    return found


def by_bashlex(text: str) -> Read | None:
    """What bashlex reads; None where it cannot."""
    try:
        roots = bashlex.parse(text)
    except (bashlex.errors.ParsingError, NotImplementedError):
        return None
    except (AssertionError, AttributeError, IndexError):  # mistakes of its own
        return None
    found = Read(set(), set(), set(), {})
    stack: list[Any] = list(roots)
    while stack:
        node = stack.pop()
        if node.kind == "command":
            parts = [part for part in node.parts if part.kind in ("word", "assignment")]
            if parts:
                found.commands.add(tuple(tuple(part.pos) for part in parts))
            found.assignments.update(tuple(part.pos) for part in parts if part.kind == "assignment")
        elif node.kind == "pipeline":
            commands = [part for part in node.parts if part.kind not in ("pipe", "reservedword")]
            if len(commands) > 1:
                found.pipelines.add(tuple(tuple(part.pos) for part in commands))
        elif node.kind == "word" and isinstance(node.word, str):
            found.values[tuple(node.pos)] = node.word
        for name in ("parts", "list", "command", "output", "word"):
            below = getattr(node, name, None)
            stack += below if isinstance(below, list) else [below] if hasattr(below, "kind") else []
    return found


def agree(text: str) -> bool:
    """Whether both read the same, as far as bashlex reads at all."""
    theirs = by_bashlex(text)
    if theirs is None:
        return True
    ours = by_cblint(text)
    same = all(ours.values[place] == theirs.values[place] for place in ours.values.keys() & theirs.values.keys())
    return same and ours[:3] == theirs[:3]


class Disagreement(NamedTuple):
    """A mistake of bashlex, and a text without what it is made at."""

    reason: str
    example: str
    mended: Callable[[str], str]


DISAGREEMENTS = [
    Disagreement(
        "bashlex counts wrong behind a continued line in a substitution",
        "a $(b \\\n c)",
        lambda text: text.replace("\\\n", "  "),
    ),
    Disagreement(
        "bashlex drops a backslash in double quotes that escapes nothing",
        'a "b\\nc"',
        lambda text: re.sub(r"(?<!\\)((?:\\\\)*)\\(?=[a-z])", r"\1", text),
    ),
    Disagreement(
        "bashlex takes only the outer quotes off a word that has several parts",
        "a 'b'\\''c'",
        lambda text: text.replace("'\\''", ""),
    ),
    Disagreement(
        "bashlex looks for commands in the single quotes of an assignment",
        "a='`b`'",
        lambda text: re.sub("`([a-z]*)`", r"\1", text),
    ),
    Disagreement(
        "bashlex takes an assignment to an element for a word",
        "a[1]=b",
        lambda text: re.sub(r"\b([A-Z]|a)\[\d\]=", r"\1=", text),
    ),
]


@pytest.mark.parametrize("disagreement", DISAGREEMENTS, ids=lambda disagreement: disagreement.reason)
def test_a_listed_disagreement_with_bashlex_still_exists(disagreement: Disagreement) -> None:
    example = disagreement.example
    assert not agree(example)
    assert [other for other in DISAGREEMENTS if agree(other.mended(example))] == [disagreement]


MISREAD = {
    "here-document": "it does not look into here-documents",
    "here-document with tabs": "it does not take the tabs off the delimiter",
    "substitutions": "it reads one line of a substitution",
    "parameters in parameters": "it does not look into the word of a parameter",
    "unicode": "it takes any letter for part of a name",
    "arithmetic commands": "it takes arithmetic for a subshell",
    "process substitution": "it does not look into the target of a redirection",
    "redirections of bash": "it knows no name in braces before a redirection",
    "ansi quotes": "it knows no quotes that begin with a dollar sign",
}
"""The scripts that bashlex reads otherwise, and why."""


def test_bashlex_and_the_parser_agree_on_the_scripts_outside_those_that_it_misreads() -> None:
    texts = {**scripts("posix"), **scripts("bash")}
    assert {name for name, text in texts.items() if not agree(text)} == set(MISREAD)
    assert sum(by_bashlex(text) is not None for text in texts.values()) > 70


def mended(text: str) -> str:
    """Without all that bashlex makes a mistake at."""
    return functools.reduce(lambda rest, known: known.mended(rest), DISAGREEMENTS, text)


MISREAD_FORM = re.compile(r"<<|\(\(|\$\(.*\n|\$\{[^}]*\$[({]", re.DOTALL)
"""What a text holds that is misread for one of the reasons that generated scripts have, too."""


def test_bashlex_and_the_parser_agree_on_generated_scripts() -> None:
    first, count = SEEDS
    items = [item for seed in range(first, first + count) for item in script(seed, "dash").items]
    different = [text for text in items if not agree(text) and MISREAD_FORM.search(text) is None]
    assert [text for text in different if not agree(mended(text))] == []
    assert len(different) < len(items) // 20
    assert sum(by_bashlex(text) is not None for text in items) > len(items) // 2


@pytest.mark.skipif(not corpus_items(), reason="the corpus is not at hand (CBLINT_CORPUS)")
def test_bashlex_and_the_parser_agree_on_the_corpus_outside_the_listed_disagreements() -> None:
    texts = [item.command.value for item in corpus_items()]
    different = [text for text in texts if not agree(text)]
    assert [text for text in different if not any(agree(known.mended(text)) for known in DISAGREEMENTS)] == []
    assert sum(by_bashlex(text) is not None for text in texts) > 2_200
