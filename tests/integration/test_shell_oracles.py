"""The shell parser beside real shells: what bash and dash can read."""

from __future__ import annotations

import os
import pathlib
import random
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
from hypothesis import given, settings

from tests.bounds import draws
from tests.shell import corpus_items, scripts
from tests.shell_differences import BASH_DIFFERENCES, BASH_ONLY, DASH_DIFFERENCES, Difference, taken
from tests.shell_generators import Written, written_shell

MUTATIONS = int(os.environ.get("CBLINT_MUTATED", "500"))
"""`make fuzz` has ten thousand."""
SEED = os.environ.get("CBLINT_MUTATIONS", "cblint")
"""What the mutations are drawn from; with another seed others are."""
MOST_ALIKE = 2
"""How many mutated texts may have the form of a difference and be judged alike."""
WORKERS = 2


# What shells can read


def _version(shell: str, *command: str) -> str:
    found = shutil.which(shell)
    return subprocess.run(command, capture_output=True, text=True).stdout if found else ""


BASH = re.search(r"version (\d+\.\d+)", _version("bash", "bash", "--version"))
needs_shells = pytest.mark.skipif(
    BASH is None or BASH[1] != "5.2" or shutil.which("dash") is None,
    reason="the listed differences are those of bash 5.2 and dash",
)


_OPEN_DOCUMENT = re.compile(
    rb"[^\n]*: warning: (?:here-document at line \d+ delimited by end-of-file \(wanted `.*?'\)"
    rb"|command substitution: \d+ unterminated here-documents?)\n",
    re.DOTALL,
)
"""What bash says of a here-document that is open at the end; its delimiter can have several lines."""


def verdicts(shell: str, texts: Sequence[str], folder: pathlib.Path) -> list[bool]:
    """Whether the shell can read each of the texts: it says so and finds no fault; an open here-document is none."""
    place = folder / shell
    place.mkdir()
    for number, text in enumerate(texts):
        (place / str(number)).write_bytes(text.encode("utf-8", "surrogateescape"))

    def judge(first: int) -> None:
        # Some malformed tests are told on standard error alone.
        script = (
            f"i={first}; while [ $i -lt {len(texts)} ]; do "
            f"{shell} -n $i 2>$i.err && echo >$i.ok; i=$((i + {WORKERS})); done"
        )
        subprocess.run(
            ["sh", "-c", script], cwd=place, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, check=False
        )

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(judge, range(WORKERS)))
    found = []
    for number in range(len(texts)):
        faults = _OPEN_DOCUMENT.sub(b"", (place / f"{number}.err").read_bytes())
        found.append((place / f"{number}.ok").exists() and not faults)
    return found


@needs_shells
@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_a_listed_difference_still_exists(shell: str, tmp_path: pathlib.Path) -> None:
    differences = {"bash": BASH_DIFFERENCES, "dash": DASH_DIFFERENCES}[shell]
    examples = [difference.example for difference in differences]
    for difference, by_shell in zip(differences, verdicts(shell, examples, tmp_path), strict=True):
        example = difference.example
        assert taken(example) != by_shell, difference.reason
        assert [other.reason for other in differences if other.explains(example)] == [difference.reason]


# Scripts, as they are and mutated

_KEYWORDS = (
    *("if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done"),
    *("case", "esac", "in", "select", "function", "time"),
)
_KEYWORD = re.compile(rf"(?<![\w$./=-])(?:{'|'.join(_KEYWORDS)}|[{{}}!])(?![\w./=-])")
_TOKEN = re.compile(
    _KEYWORD.pattern + r"|^[ \t]*[A-Z]+[ \t]*$|;;&|;;|;&|&&|\|\||<<-?|\$\(\(|\$\(|\$\{|\(\(|\)\)|\[\[|\]\]"
    r"|[(){}|&;<>'\"`\\\n]",
    re.MULTILINE,
)


def mutated(text: str, chance: random.Random) -> str:
    """The text with a keyword, operator, quote, bracket or delimiter deleted, doubled or exchanged, once or twice."""
    for _ in range(chance.choice((1, 1, 2))):
        tokens, keywords = list(_TOKEN.finditer(text)), list(_KEYWORD.finditer(text))
        how = chance.choice(("delete", "delete", "delete", "double", "replace", "swap")) if keywords else "delete"
        if not tokens:
            return text
        token = chance.choice(tokens)
        if how == "delete":
            text = text[: token.start()] + text[token.end() :]
        elif how == "double":
            text = text[: token.end()] + " " + token.group() + text[token.end() :]
        elif how == "replace":
            token = chance.choice(keywords)
            text = text[: token.start()] + chance.choice(_KEYWORDS) + text[token.end() :]
        else:
            one, two = sorted((chance.choice(keywords), chance.choice(keywords)), key=lambda match: match.start())
            if one.end() <= two.start():
                text = text[: one.start()] + two[0] + text[one.end() : two.start()] + one[0] + text[two.end() :]
    return text


def mutations() -> list[str]:
    """Different mutated items: half of them scripts, half of them commands of the corpus where it is at hand."""
    chance = random.Random(SEED)
    own = [*scripts("posix").values(), *scripts("bash").values()]
    bases = [own, [item.command.value for item in corpus_items()] or own]
    found: dict[str, None] = {}
    while len(found) < MUTATIONS:
        base = chance.choice(bases[len(found) % 2])
        text = mutated(base, chance)
        if text != base:
            found[text] = None
    return list(found)


class Judged(NamedTuple):
    """A text, and who takes it."""

    text: str
    ours: bool
    bash: bool
    dash: bool

    @property
    def for_dash(self) -> bool:
        """Whether dash can judge it, and bash judges it as we do."""
        return self.ours == self.bash and not BASH_ONLY.search(self.text)


def judged(texts: Sequence[str], folder: pathlib.Path) -> list[Judged]:
    """What all of them say of the texts."""
    bash, dash = verdicts("bash", texts, folder), verdicts("dash", texts, folder)
    return [Judged(text, taken(text), *by_shells) for text, *by_shells in zip(texts, bash, dash, strict=True)]


def unexplained(found: Sequence[Judged]) -> Iterator[str]:
    """What the parser judges otherwise than bash, or than dash where dash can judge it, for no listed reason."""
    for one in found:
        if one.ours != one.bash:
            differences, shell = BASH_DIFFERENCES, "bash"
        elif one.ours != one.dash and one.for_dash:
            differences, shell = DASH_DIFFERENCES, "dash"
        else:
            continue
        if not any(difference.explains(one.text) for difference in differences):
            yield f"{'taken' if one.ours else 'refused'}, but not by {shell}: {one.text!r}"


class Weight(NamedTuple):
    """How many texts have the form of a difference, and how many of them are judged differently."""

    form: int
    different: int


def weights(found: Sequence[Judged]) -> dict[str, tuple[Difference, Weight]]:
    """Every difference by its reason, and what it weighs."""
    told = {}
    for difference in (*BASH_DIFFERENCES, *DASH_DIFFERENCES):
        of_bash = difference in BASH_DIFFERENCES
        alike = [
            one.ours == (one.bash if of_bash else one.dash)
            for one in found
            if (of_bash or one.for_dash) and difference.explains(one.text)
        ]
        told[difference.reason] = difference, Weight(len(alike), alike.count(False))
    return told


@needs_shells
def test_mutated_items_are_judged_as_the_shells_judge_them(tmp_path: pathlib.Path) -> None:
    found = judged(mutations(), tmp_path)
    assert list(unexplained(found)) == []
    # A reason that explains a lot, or that much has the form of, would explain a mistake of ours too.
    for reason, (difference, weight) in weights(found).items():
        assert weight.different <= difference.most, (reason, weight)
        assert weight.form <= weight.different + MOST_ALIKE, (reason, weight)


@needs_shells
def test_the_scripts_and_the_corpus_are_judged_as_the_shells_judge_them(tmp_path: pathlib.Path) -> None:
    posix, bash = list(scripts("posix").values()), list(scripts("bash").values())
    corpus = [item.command.value for item in corpus_items()]
    found = judged([*posix, *bash, *corpus], tmp_path)
    assert list(unexplained(found)) == []
    assert all(one.ours for one in found[: len(posix) + len(bash)])
    # The one repository whose mistake another commit mended: two quotes too many.
    assert [one.text for one in found[len(posix) + len(bash) :] if not one.ours] in (
        [],
        ["COMMIT_ID=`git rev-parse HEAD`'", "COMMIT_VERSION=${COMMIT_ID:0:7}'"],
    )
    assert all(one.dash for one in found[: len(posix)])
    assert all(one.bash for one in found[len(posix) : len(posix) + len(bash)])


@needs_shells
@given(written_shell(), written_shell(bash=False))
@settings(max_examples=draws(50))
def test_what_the_grammar_writes_is_shell(
    tmp_path_factory: pytest.TempPathFactory, written: Written, posix: Written
) -> None:
    folder = tmp_path_factory.mktemp("written")
    assert verdicts("bash", [written.text, posix.text], folder) == [True, True]
    assert verdicts("dash", [posix.text], folder) == [True]
    shutil.rmtree(folder)
