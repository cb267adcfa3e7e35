"""The shell parser beside real shells and bashlex: what bash and dash can read, and which words make a command."""

from __future__ import annotations

import os
import pathlib
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import bashlex
import bashlex.errors
import pytest
from hypothesis import given, settings

from cblint.shell.commands import For, Function, HereDocument, Pipeline, SimpleCommand, Subshell
from cblint.shell.parser import parse
from cblint.shell.syntax import CommandSubstitution, Parameter, Word, walk
from cblint.source.text import Text
from tests.properties.test_shell_properties import Written, written_shell
from tests.shell import corpus_items, scripts

MUTATIONS = 10_000
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
        said = (place / f"{number}.err").read_bytes().splitlines()
        faults = [line for line in said if b"warning: " not in line]
        found.append((place / f"{number}.ok").exists() and not faults)
    return found


def taken(text: str) -> bool:
    """Whether the parser takes the text for a whole command."""
    script = parse(Text.of(text))
    return script.problem is None and not any(item.open for item in script.body.items)


class Difference(NamedTuple):
    """A reason for which the parser and a shell judge differently.

    ``explains`` gets a text on which they do, and whether dash takes it.
    """

    reason: str
    example: str
    explains: Callable[[str, bool], bool]


def _without(pattern: str, instead: str = "") -> Callable[[str, bool], bool]:
    """Whether it is what the pattern matches that we take or refuse: without it we judge the other way."""
    compiled = re.compile(pattern, re.DOTALL)
    return lambda text, dash: compiled.search(text) is not None and taken(compiled.sub(instead, text)) != taken(text)


def _documents(text: str) -> list[HereDocument]:
    script = parse(Text.of(text))
    return [redirection.document for redirection in script.documents if redirection.document is not None]


def _any(text: str, kind: type[Any], wanted: Callable[[Any], bool]) -> bool:
    """Whether there is a node of the kind of which it is so."""
    return any(isinstance(node, kind) and wanted(node) for node in walk(parse(Text.of(text))))


def _is_bad(node: Parameter) -> bool:
    """Whether it is a bad substitution: something stands behind the name that is no operator."""
    return node.argument is not None and not node.operator


BASH_DIFFERENCES = [
    Difference(
        "bash looks into backquotes when it runs them",
        "a `b; )`",
        lambda text, dash: not taken(text) and taken(re.sub(r"(\\.)|`(?:[^`\\]|\\.)*`", r"\1", text, flags=re.DOTALL)),
    ),
    Difference(
        "bash looks into arithmetic when it runs it, and then says that it is none; dash says so at once",
        "a $((b) c)",
        lambda text, dash: "((" in text and not taken(text) and not dash,
    ),
    Difference(
        "bash reads a subshell as arithmetic in vain, and then takes the beginning of its second line for arguments",
        "((a)\n(b))",
        lambda text, dash: (
            taken(text) and _any(text, Subshell, lambda node: node.raw.startswith("((") and "\n" in node.raw)
        ),
    ),
    Difference(
        "bash takes a single quote in the word of a parameter in double quotes for a quote, sh does not",
        '"${a:-it\'s}"',
        lambda text, dash: re.search(r"\$\{[^}]*'", text) is not None and taken(text) == dash,
    ),
    Difference(
        "bash reads [[ with nothing to test, and then runs nothing of the file",
        "[[ a && ]]",
        _without(r"]]", "x ]]"),
    ),
    Difference(
        "bash drops a backslash at the very end, dash keeps it",
        "a >\\",
        lambda text, dash: text.endswith("\\") and taken(text) == dash,
    ),
    Difference(
        "bash reads a process substitution in the word of a parameter, sh does not",
        "${a-<(}",
        lambda text, dash: re.search(r"\$\{[^}]*[<>]\(", text) is not None and taken(text) == dash,
    ),
    Difference(
        "operators and reserved words on two lines are not put together",
        "a &\\\n& b",
        _without(r"\\\n"),
    ),
    Difference(
        "bash ends a here-document where its delimiter begins a word of a line with a bracket in it, dash does not",
        "$(cat <<E\nEX (a)\nE\n)",
        lambda text, dash: dash and re.search(r"<<-?[ \t]*\W?(\w+)\b.*\n\1\w.*\)", text, re.DOTALL) is not None,
    ),
    Difference(
        "no line is the delimiter of a here-document that has two",
        "cat <<'E\n'\nE\n\n(",
        lambda text, dash: re.search(r"<<-?[ \t]*\S*['\"][^'\"\n]*\n", text) is not None,
    ),
]


_BASH_ONLY = re.compile(
    r"\[\[|\]\]|(?<!\$)\(\(|\$['\"\[]|[<>]\(|&>|\|&|<<<|;;?&|\b(?:select|function|time|coproc)\b"
    r"|\w\+?=\(|\b[A-Za-z_]\w*\[|\{\w+\}[<>]"
)
"""What only bash gives a meaning: dash does not judge a text in which it stands."""


DASH_DIFFERENCES = [
    Difference(
        "dash looks into a here-document when it reads it, bash when it runs it",
        "cat <<E\n$(\nE\n",
        lambda text, dash: any(
            not document.quoted and re.search(r"[$`]", document.body.raw) for document in _documents(text)
        ),
    ),
    Difference(
        "dash takes any command for the body of a function, bash a compound one",
        "f() a",
        lambda text, dash: dash and re.search(r"\([ \t]*\)", text) is not None,
    ),
    Difference(
        "dash has no pipeline without commands, and no two exclamation marks",
        "!",
        lambda text, dash: re.search(r"!\s*(?:!|[;\n]|\Z)", text) is not None,
    ),
    Difference(
        "to dash all is arithmetic that begins like it",
        "a $((b); c)",
        lambda text, dash: (
            "$((" in text and (dash or _any(text, CommandSubstitution, lambda node: node.raw.startswith("$((")))
        ),
    ),
    Difference(
        "dash ends a bad substitution at the first brace, or at its quote; bash reads what is in it",
        "${a${b}",
        lambda text, dash: re.search(r"\$\{[^}\n]*\$\{", text) is not None if dash else _any(text, Parameter, _is_bad),
    ),
    Difference(
        "dash takes a brace in the delimiter of a here-document for text",
        "cat <<a${\n",
        lambda text, dash: dash and re.search(r"<<-?[ \t]*\S*\$\{", text) is not None,
    ),
    Difference(
        "dash looks at the name of a loop's variable when it reads it, bash when it runs it",
        "for a-b in c; do d; done",
        lambda text, dash: _any(text, For, lambda node: not re.fullmatch(r"[A-Za-z_]\w*", node.name.raw)),
    ),
    Difference(
        "dash looks at the name of a function when it reads it, bash when it runs it",
        "'f'() { a; }",
        lambda text, dash: _any(text, Function, lambda node: not re.fullmatch(r"\w+", node.name.raw)),
    ),
    Difference(
        "bash ends a here-document where its delimiter stands before a bracket",
        "a=$(cat <<E\nE)",
        lambda text, dash: any(not document.terminated for document in _documents(text)),
    ),
]


@needs_shells
@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_a_listed_difference_still_exists(shell: str, tmp_path: pathlib.Path) -> None:
    differences = {"bash": BASH_DIFFERENCES, "dash": DASH_DIFFERENCES}[shell]
    examples = [difference.example for difference in differences]
    judged = {name: verdicts(name, examples, tmp_path) for name in ("bash", "dash")}
    for number, difference in enumerate(differences):
        example, dash = difference.example, judged["dash"][number]
        assert taken(example) != judged[shell][number], difference.reason
        assert [other.reason for other in differences if other.explains(example, dash)] == [difference.reason]


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
    chance = random.Random("cblint")
    own = [*scripts("posix").values(), *scripts("bash").values()]
    bases = [own, [item.command.value for item in corpus_items()] or own]
    found: dict[str, None] = {}
    while len(found) < MUTATIONS:
        base = chance.choice(bases[len(found) % 2])
        text = mutated(base, chance)
        if text != base:
            found[text] = None
    return list(found)


def unexplained(texts: Sequence[str], folder: pathlib.Path) -> Iterator[str]:
    """What the parser judges otherwise than bash, or than dash where dash can judge it, for no listed reason."""
    bash, dash = verdicts("bash", texts, folder), verdicts("dash", texts, folder)
    for text, by_bash, by_dash in zip(texts, bash, dash, strict=True):
        ours = taken(text)
        if ours != by_bash:
            differences, shell = BASH_DIFFERENCES, "bash"
        elif ours != by_dash and not _BASH_ONLY.search(text):
            differences, shell = DASH_DIFFERENCES, "dash"
        else:
            continue
        if not any(difference.explains(text, by_dash) for difference in differences):
            yield f"{'taken' if ours else 'refused'}, but not by {shell}: {text!r}"


@needs_shells
def test_mutated_items_are_judged_as_the_shells_judge_them(tmp_path: pathlib.Path) -> None:
    assert list(unexplained(mutations(), tmp_path)) == []


@needs_shells
def test_the_scripts_and_the_corpus_are_judged_as_the_shells_judge_them(tmp_path: pathlib.Path) -> None:
    posix, bash = list(scripts("posix").values()), list(scripts("bash").values())
    corpus = [item.command.value for item in corpus_items()]
    texts = [*posix, *bash, *corpus]
    assert list(unexplained(texts, tmp_path)) == []
    assert all(taken(text) for text in [*posix, *bash])
    # The one repository whose mistake another commit mended: two quotes too many.
    assert [text for text in corpus if not taken(text)] in (
        [],
        ["COMMIT_ID=`git rev-parse HEAD`'", "COMMIT_VERSION=${COMMIT_ID:0:7}'"],
    )
    (tmp_path / "again").mkdir()
    assert all(verdicts("dash", posix, tmp_path / "again"))
    assert all(verdicts("bash", bash, tmp_path / "again"))


@needs_shells
@given(written_shell(), written_shell(bash=False))
@settings(max_examples=100)
def test_what_the_grammar_writes_is_shell(
    tmp_path_factory: pytest.TempPathFactory, written: Written, posix: Written
) -> None:
    folder = tmp_path_factory.mktemp("written")
    assert verdicts("bash", [written.text, posix.text], folder) == [True, True]
    assert verdicts("dash", [posix.text], folder) == [True]
    shutil.rmtree(folder)


# What bashlex reads


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
        lambda text: re.sub(r"\\(?=[a-z])", "", text),
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


@pytest.mark.skipif(not corpus_items(), reason="the corpus is not at hand (CBLINT_CORPUS)")
def test_bashlex_and_the_parser_agree_on_the_corpus_outside_the_listed_disagreements() -> None:
    texts = [item.command.value for item in corpus_items()]
    different = [text for text in texts if not agree(text)]
    assert [text for text in different if not any(agree(known.mended(text)) for known in DISAGREEMENTS)] == []
    assert sum(by_bashlex(text) is not None for text in texts) > 2_200
