"""What commands do: the samples of tests/data/effects.yml, and what has to be true of the table."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cblint.facts import table
from cblint.facts.sources import ROOT as RULES
from cblint.shell.commands import Function
from cblint.shell.effects import Effect, Verb, effect_of, verbs, verbs_of
from cblint.shell.parser import parse
from cblint.shell.query import Invocation, invocations
from cblint.shell.syntax import Word
from cblint.shell.syntax import walk as walk_shell
from cblint.source.loader import load
from cblint.source.text import Text
from cblint.source.tree import Mapping, walk
from tests.properties.strategies import read as read_file
from tests.shell import corpus_items, read, script_items

SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "effects.yml")
TABLE = os.path.join(RULES, "facts", "effects.yml")
KIND = {"outward", "matters", "gates"}
LINE = {*KIND, "does", "fails", "prompts", "presumed", "writes", "reads", "task", "or-tool"}
ANSWERS = {
    **dict.fromkeys(("outward", "gates"), (True, False, "unknown")),
    **dict.fromkeys(("fails", "matters", "presumed", "or-tool"), (True, False)),
}
PLACES = ("@first", "@second", "@rest", "@last", "@most", "@all", "@name")


WORDS = (
    "-o",
    "--out",
    "-x",
    "-",
    "--",
    "$X",
    "'a b'",
    '"$A/b"',
    "--x=$Y",
    "-o$Z",
    "a=b",
    "s3://b/$K",
    "$OPTS",
    "$(ls)",
    "\\a",
    "''",
)


def scripts_of_words() -> st.SearchStrategy[str]:
    """A program that the table knows, words of its lines, and odd ones, in any order."""
    programs = sorted(table("effects")["tools"])
    return st.sampled_from(programs).flatmap(
        lambda program: st.lists(
            st.sampled_from(
                [*WORDS, *(word for verb in verbs(program) for word in re.split(r"[ |=,~]", verb.pattern) if word)]
            ),
            max_size=6,
        ).map(lambda words: " ".join((program, *words)))
    )


def samples() -> dict[str, str]:
    with open(SAMPLES, encoding="utf-8") as file:
        found: dict[str, str] = yaml.safe_load(file)
    return found


def all_verbs() -> list[Verb]:
    return [verb for program in table("effects")["tools"] for verb in verbs(program)]


def last(command: str) -> Invocation:
    """What a command runs in the end: behind `sudo` and the like."""
    return list(invocations(read(command)))[-1]


def shown(effect: Effect | None) -> str:
    """An effect in the words of the samples."""
    if effect is None:
        return "unknown"
    said = [
        effect.does,
        {True: "outward", False: "", None: "perhaps outward"}[effect.outward],
        "" if effect.fails else "never fails",
        "" if effect.matters or not effect.fails else "may fail",
        {True: "gates", False: "", None: "perhaps gates"}[effect.gates],
        "prompts" if effect.prompts else "",
        "presumed" if effect.presumed else "",
        files("writes", effect.writes),
        files("reads", effect.reads),
    ]
    return ", ".join(each for each in said if each)


def files(name: str, words: tuple[Word | str, ...]) -> str:
    return " ".join((name, *(written(word) for word in words))) if words else ""


def written(word: Word | str) -> str:
    if isinstance(word, str):
        return word
    return word.text if word.text is not None else "".join(part.raw for part in word.parts)


def test_samples() -> None:
    assert {command: shown(effect_of(last(command))) for command in samples()} == samples()


def test_every_line_has_a_sample() -> None:
    used = {verb.name for command in samples() if (verb := verbs_of(last(command))[0]) is not None}
    assert [verb.name for verb in all_verbs() if verb.name not in used] == []


def test_there_are_enough_lines() -> None:
    assert len(all_verbs()) >= 120
    assert len(table("effects")["tools"]) >= 120


@pytest.mark.parametrize("path", [TABLE, SAMPLES], ids=os.path.basename)
def test_no_key_stands_twice(path: str) -> None:
    root = load(Text.of(read_file(path))).documents[0].root
    assert root is not None
    for node in walk(root):
        if isinstance(node, Mapping):
            names = Counter(pair.name for pair in node.pairs)
            assert [name for name, number in names.items() if number > 1] == []


def test_the_sets_are_closed() -> None:
    kinds = table("effects")["kinds"]
    assert all(set(line) <= KIND for line in kinds.values())
    for verb in all_verbs():
        assert set(verb.says) <= LINE, verb.name
        assert verb.says["does"] in kinds, verb.name
        for field in ("writes", "reads", "task"):
            for place in verb.says.get(field, ()):
                assert not place.startswith("@") or place in PLACES or place.startswith("@="), verb.name
        for field, answers in ANSWERS.items():
            assert verb.says.get(field, False) in answers, verb.name
    assert set(table("effects")["tasks"]) <= set(kinds)


def test_no_kind_is_without_a_line() -> None:
    assert set(table("effects")["kinds"]) - {verb.says["does"] for verb in all_verbs()} == set()


def test_other_names_are_of_tools_that_there_are() -> None:
    tools, same = table("effects")["tools"], table("effects")["same"]
    assert [name for name, known in same.items() if known.split()[0] not in tools] == []
    assert set(same) & set(tools) == set()
    assert [name for name in table("effects")["brought"] if name not in tools and name not in same] == []


def test_a_name_of_a_task_is_of_one_kind() -> None:
    names = Counter(name for names in table("effects")["tasks"].values() for name in names)
    assert [name for name, number in names.items() if number > 1] == []


def test_a_program_that_runs_another_has_no_effect_of_its_own() -> None:
    for command in (
        "sudo make",
        "npx tsc",
        "bash -c 'make'",
        "python -m pytest",
        "poetry run pytest",
        "timeout 5 make",
    ):
        effect = effect_of(next(invocations(read(command))))
        assert effect is not None
        assert (effect.does, effect.outward, effect.matters) == ("wrap", False, False), command


def test_words_keep_their_places() -> None:
    command = "curl -sSLo out/a.zip https://host/b.zip; curl --output='x y' $URL; tar czf $A.tgz src"
    written_words = [
        word
        for invocation in invocations(read(command))
        if (effect := effect_of(invocation)) is not None
        for word in effect.writes
        if isinstance(word, Word)
    ]
    assert [word.raw for word in written_words] == ["out/a.zip", "'x y'", "$A.tgz"]


def commands_at_hand() -> list[Text]:
    return [item.command for item in (*script_items(), *corpus_items())]


def test_no_command_is_too_odd() -> None:
    for command in commands_at_hand():
        for invocation in invocations(parse(command)):
            effect = effect_of(invocation)
            assert effect is None or effect.does in table("effects")["kinds"]


@given(scripts_of_words())
def test_no_words_are_too_odd(command: str) -> None:
    for invocation in invocations(parse(Text.of(command))):
        effect = effect_of(invocation)
        for word in (*effect.writes, *effect.reads) if effect is not None else ():
            assert isinstance(word, str) or 0 <= word.start <= word.end <= len(command)


def test_most_commands_of_the_corpus_are_known() -> None:
    """Those that are neither functions nor scripts of the project, nor named by a variable."""
    if not corpus_items():
        pytest.skip("the corpus is not at hand")
    known = [effect_of(invocation) is not None for invocation in corpus_invocations()]
    share = sum(known) / len(known)
    print(f"{share:.1%} of {len(known)} invocations are known")
    assert share >= 0.9


def corpus_invocations() -> Iterator[Invocation]:
    functions: dict[str, set[str]] = {}
    trees = [(item.file, parse(item.command)) for item in corpus_items()]
    for file, tree in trees:
        functions.setdefault(file, set()).update(
            node.name.raw for node in walk_shell(tree) if isinstance(node, Function)
        )
    for file, tree in trees:
        for invocation in invocations(tree):
            path = invocation.words[0].text or ""
            own = path.startswith(("./", "../")) or path.endswith((".sh", ".py", ".bat"))
            if invocation.program and invocation.program not in functions[file] and not own:
                yield invocation
