"""What a command does and what its failure means: the table ``rules/facts/effects.yml``, asked about an invocation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from cblint import expressions
from cblint.facts import table
from cblint.records import NamedTuple
from cblint.shell.operands import after, beginning, begins_to_fit, file_name, fits, may_hold_options, option_values
from cblint.shell.query import Invocation, runs_another
from cblint.shell.syntax import Word
from cblint.source.text import Span
from cblint.typing import Any

ALONE, OTHERWISE = "alone", "otherwise"
"""What a line can say of operands: there are no others; whatever there is."""
_REMEMBERED = 4096
"""Of so many commands, those of a buildspec, it is known what they do: several rules ask of each."""
_NO_FILE = frozenset(("", "-", "/dev/null", "/dev/stdin", "/dev/stdout", "/dev/stderr"))


class Effect(NamedTuple):
    """What a command does; the kinds and the fields are explained at the head of ``rules/facts/effects.yml``.

    ``does`` is one of the kinds. ``outward``: it changes something outside the build. ``gates``: it fails because of
    what tests, checks or scans find. Both are None where that is not known. ``fails``: it can fail in practice;
    ``matters``: its failure must not go unnoticed. ``prompts``: it asks, and no option keeps it from asking.
    ``presumed``: only the name of a script or target of the project says so. ``writes`` and ``reads`` are files and
    folders: words of the command, or the text of a path that the tool always uses; what its output is redirected to is
    not among them.
    """

    does: str
    outward: bool | None
    matters: bool
    fails: bool
    gates: bool | None
    prompts: bool
    presumed: bool
    writes: tuple[Word | str, ...] = ()
    reads: tuple[Word | str, ...] = ()


class Option(NamedTuple):
    """One of these options has to stand; with one of these values, if there are any."""

    names: tuple[str, ...]
    values: tuple[str, ...]


class Verb(NamedTuple):
    """A line of the table: a program, what has to follow it, and what it does then."""

    program: str
    pattern: str
    operands: tuple[tuple[str, ...], ...]
    anywhere: tuple[tuple[str, ...], ...]
    options: tuple[Option, ...]
    alone: bool
    says: dict[str, Any]

    @property
    def name(self) -> str:
        """The program and the pattern, as they stand in the table."""
        return f"{self.program} {self.pattern}"

    @property
    def depth(self) -> int:
        """How many operands are words of the verb; from the first with a ``*`` they are what it works on."""
        return next((number for number, each in enumerate(self.operands) if "*" in "".join(each)), len(self.operands))


@lru_cache(maxsize=_REMEMBERED)
def effect_of(invocation: Invocation) -> Effect | None:
    """What a command does; None if the table does not know it, or a word decides it that is not known."""
    if runs_another(invocation):
        return _in_general({"does": "wrap"})
    verb, possible = verbs_of(invocation)
    if verb is None:
        return None
    effect = _here(verb, invocation)
    others = [_in_general(other.says) for other in possible]
    return effect._replace(
        outward=effect.outward if all(other.outward == effect.outward for other in others) else None,
        gates=effect.gates if all(other.gates == effect.gates for other in others) else None,
    )


@lru_cache(maxsize=_REMEMBERED)
def verbs_of(invocation: Invocation) -> tuple[Verb | None, list[Verb]]:
    """The line that tells what an invocation does, and those before it that would if what is not known were so."""
    program, words = _known_as(invocation.program) if not _of_project(invocation) else ("", ())
    operands: list[Word | str] = [*words, *_operands(invocation)]
    begun = [beginning(word) for word in operands]
    possible: list[Verb] = []
    lines = () if not program else _begun_with(program, *begun[0]) if begun else verbs(program)
    for verb in lines:
        fitting = _matches(verb, invocation, begun)
        if fitting:
            return verb, possible
        if fitting is None:
            possible.append(verb)
    return None, possible


def line_in(facts: str, invocation: Invocation) -> Verb | None:
    """The line of another table of tools that fits an invocation for sure."""
    program, words = _known_as(invocation.program) if not _of_project(invocation) else ("", ())
    program = program if program in table(facts)["tools"] else invocation.program
    if program not in table(facts)["tools"]:
        return None
    operands: list[Word | str] = [*words, *_operands(invocation)]
    begun = [beginning(word) for word in operands]
    for verb in verbs(program, facts):
        fitting = _matches(verb, invocation, begun)
        if fitting is not False:
            return verb if fitting else None
    return None


def places_in(places: Iterable[str], verb: Verb, invocation: Invocation) -> Iterator[Word | str]:
    """The words at places of an invocation that a line names."""
    return _files(places, invocation, _worked_on(verb, invocation))


@cache
def verbs(program: str, facts: str = "effects") -> tuple[Verb, ...]:
    """The lines of a program, in the order in which they count."""
    lines = table(facts)["tools"][program]
    if isinstance(lines, str) or "does" in lines:
        lines = {OTHERWISE: lines}
    return tuple(_verb(program, pattern, says) for pattern, says in lines.items())


@lru_cache(maxsize=4096)
def _begun_with(program: str, known: str, complete: bool) -> tuple[Verb, ...]:
    """The lines that the first operand does not exclude."""
    return tuple(
        verb
        for verb in verbs(program)
        if not verb.operands or begins_to_fit(known, complete, verb.operands[0]) is not False
    )


def _verb(program: str, pattern: str, says: str | dict[str, Any]) -> Verb:
    operands, anywhere, options = [], [], []
    tokens = pattern.split()
    for token in tokens:
        if token.startswith("-"):
            names, _, values = token.partition("=")
            options.append(Option(tuple(names.split("|")), tuple(values.split(",")) if values else ()))
        elif token.startswith("~"):
            anywhere.append(tuple(token[1:].split("|")))
        elif token not in (ALONE, OTHERWISE):
            operands.append(tuple(token.split("|")))
    line = {"does": says} if isinstance(says, str) else says
    return Verb(program, pattern, tuple(operands), tuple(anywhere), tuple(options), ALONE in tokens, line)


@cache
def _known_as(program: str) -> tuple[str, tuple[str, ...]]:
    """Under which name the table has a program, and the words that this name stands for after it."""
    same, tools = table("effects")["same"], table("effects")["tools"]
    package = program.partition("@")[0]  # of `npx cypress@14`
    numbered = program.rstrip("0123456789.").rstrip("-")  # of `python3.12`, `clang-tidy-18`
    for name in (program, package, program.removesuffix(".exe"), numbered):
        known, *words = same.get(name, name).split(" ")
        if known in tools:
            return known, tuple(words)
    return "", ()


def _of_project(invocation: Invocation) -> bool:
    """Whether the program is a file of the project that only shares its name with a tool."""
    *folders, name = (invocation.words[0].text or "").split("/")
    if not folders or folders[0] in ("", "~") or name in table("effects")["brought"]:
        return False
    return not (folders[-1] == ".bin" or folders[-2:] == ["vendor", "bin"] or "venv" in "/".join(folders[-2:]))


@lru_cache(maxsize=_REMEMBERED)
def _operands(invocation: Invocation) -> tuple[Word, ...]:
    return tuple(word for word in invocation.operands() if not may_hold_options(word))


_SUBCOMMAND = expressions.lazy(r"[a-z][a-z0-9:-]*")


def name_of(invocation: Invocation) -> tuple[Word, ...]:
    """The words that people call a command by: the program, its subcommands, and the first script that it runs."""
    verb, _ = verbs_of(invocation)
    operands = invocation.operands()
    named = [word for word in operands[:2] if _SUBCOMMAND.fullmatch(word.text or "")]
    if verb is None:
        return (invocation.words[0], *(named if invocation.program == "aws" else ()))
    depth = max(verb.depth - len(_known_as(invocation.program)[1]), 0)
    if not depth and verb.anywhere:
        wanted = verb.anywhere[0]
        depth = next((number for number, word in enumerate(operands, 1) if fits(word, wanted)), 0)
        return (invocation.words[0], *operands[:depth])
    if "@first" in verb.says.get("task", ()) or "@all" in verb.says.get("task", ()):
        task = operands[depth : depth + 1]
        return (invocation.words[0], *operands[:depth], *(word for word in task if word.text is not None))
    return (invocation.words[0], *(operands[:depth] or (named if invocation.program == "aws" else ())))


def called(invocation: Invocation) -> str:
    """What people call a command, without its folder and quotes."""
    return " ".join([invocation.program, *(word.text or "" for word in name_of(invocation)[1:])])


def called_at(invocation: Invocation) -> Span:
    """The place of those words in the file."""
    words = name_of(invocation)
    return words[0].span.to(words[-1].span)


# Lines of other tables


def places(invocation: Invocation, lines: Mapping[str, Sequence[str]]) -> list[Word | str] | None:
    """What stands at the places that the first of these lines names which fits; None if none fits for sure.

    The lines are written as those of the table, of the program of the invocation.
    """
    begun = [beginning(word) for word in _operands(invocation)]
    for pattern, named in lines.items():
        verb = _other_verb(pattern, tuple(named))
        if _matches(verb, invocation, begun):
            return list(_files(named, invocation, _worked_on(verb, invocation)))
    return None


@cache
def _other_verb(pattern: str, named: tuple[str, ...]) -> Verb:
    return _verb("", pattern, {"reads": named})


# Does a line fit?


def _matches(verb: Verb, invocation: Invocation, operands: Sequence[tuple[str, bool]]) -> bool | None:
    """Whether a line speaks of an invocation; None if a word decides it that is not known.

    Of the operands it is given what they are known to begin with, and whether that is all.
    """
    if len(operands) < len(verb.operands) or (verb.alone and len(operands) > len(verb.operands)):
        return False
    sure = True
    for answer in _answers(verb, invocation, operands):
        if answer is False:
            return False
        sure = sure and answer is True
    return True if sure else None


def _answers(verb: Verb, invocation: Invocation, operands: Sequence[tuple[str, bool]]) -> Iterator[bool | None]:
    """What a line asks, the cheap first."""
    for (known, complete), wanted in zip(operands, verb.operands, strict=False):
        yield begins_to_fit(known, complete, wanted)
    for wanted in verb.anywhere:
        yield _any(begins_to_fit(known, complete, wanted) for known, complete in operands)
    for option in verb.options:
        yield _stands(option, invocation)


def _stands(option: Option, invocation: Invocation) -> bool | None:
    if option.values:
        found = _any(fits(value, option.values) for value in option_values(invocation.arguments, option.names))
    else:
        begun = tuple(name[:-1] if name.endswith("*") else f"{name}=" for name in option.names)
        found = bool(invocation.flags(*option.names)) or any(
            beginning(word)[0].startswith(begun) for word in invocation.arguments
        )
    return None if found is False and any(may_hold_options(word) for word in invocation.arguments) else found


def _any(answers: Iterable[bool | None]) -> bool | None:
    found = set(answers)
    return True if True in found else None if None in found else False


# What does it do?


def _in_general(says: dict[str, Any]) -> Effect:
    """What a line says, and its kind where it says nothing, of any invocation that it fits."""
    line = {**table("effects")["kinds"][says["does"]], **says}
    fails = line.get("fails", True)
    return Effect(
        does=line["does"],
        outward=_answer(line.get("outward", False)),
        matters=fails and line.get("matters", True),
        fails=fails,
        gates=_answer(line.get("gates", False)),
        prompts=False,
        presumed=line.get("presumed", False),
    )


def _answer(said: bool | str) -> bool | None:
    return None if said == "unknown" else bool(said)


def _here(verb: Verb, invocation: Invocation) -> Effect:
    """What a line says of this invocation."""
    operands = _worked_on(verb, invocation)
    return _of_task(verb, invocation, operands) or _in_general(verb.says)._replace(
        prompts=_prompts(verb, invocation),
        writes=tuple(_files(verb.says.get("writes", ()), invocation, operands)),
        reads=tuple(_files(verb.says.get("reads", ()), invocation, operands)),
    )


def _prompts(verb: Verb, invocation: Invocation) -> bool:
    unless = verb.says.get("prompts")
    if unless is None or any(may_hold_options(word) for word in invocation.arguments):
        return False
    return not invocation.flags(*unless)


def _worked_on(verb: Verb, invocation: Invocation) -> list[Word]:
    """The operands after the words of the verb, without the values of options that the line names."""
    names = [place for field in ("writes", "reads", "task") for place in verb.says.get(field, ()) if place[0] == "-"]
    names += [name for option in verb.options if option.values for name in option.names]
    values = list(option_values(invocation.arguments, names))
    words_before = len(_known_as(invocation.program)[1])
    return [word for word in _operands(invocation)[max(verb.depth - words_before, 0) :] if word not in values]


def _files(places: Iterable[str], invocation: Invocation, operands: Sequence[Word]) -> Iterator[Word | str]:
    """The words at some places of an invocation; a place that is none is a path."""
    for place in places:
        if place.startswith(("-", "@")):
            yield from (word for word in _at(place, invocation, operands) if word.text not in _NO_FILE)
        else:
            yield place


def _at(place: str, invocation: Invocation, operands: Sequence[Word]) -> Iterable[Word]:
    if place.startswith("-"):
        return option_values(invocation.arguments, (place,))
    if place.startswith("@="):  # `of=image` among the operands
        return [found for word in operands if (found := after(word, f"{place[2:]}=")) is not None]
    if place == "@name":
        return [file_name(word) for word in operands]
    return operands[_SLICES[place]]


_SLICES = {
    "@first": slice(1),
    "@second": slice(1, 2),
    "@rest": slice(1, None),
    "@most": slice(-1),
    "@last": slice(-1, None),
    "@all": slice(None),
}


# Scripts and targets of the project


def _of_task(verb: Verb, invocation: Invocation, operands: Sequence[Word]) -> Effect | None:
    """What the names of the scripts or targets that it runs say about them, if that is what the line is for."""
    found = [word for place in verb.says.get("task", ()) for word in _at(place, invocation, operands)]
    words = [word for word in found if "=" not in beginning(word)[0]]  # `make VERSION=1 build`
    kinds = [_presumed(word.text) for word in words]
    if kinds and None not in kinds:
        strongest = next(kind for kind in table("effects")["tasks"] if kind in kinds)
        return _in_general({"does": strongest, "presumed": True})
    if not words or not verb.says.get("or-tool"):
        return None
    effect = effect_of(invocation.with_words(invocation.words[invocation.words.index(words[0]) :]))
    return effect._replace(presumed=True) if effect is not None else None


def presumed_of(invocation: Invocation) -> str | None:
    """The kind of what a project calls a script by this name, where a command only runs that: ``bash ci/upload.sh``."""
    word = invocation.words[0]
    if invocation.program in table("effects")["interpreters"]:
        operands = invocation.operands()
        word = operands[0] if operands else word
    folder, _, name = (word.text or "").rpartition("/")
    stem, dot, _ = name.partition(".")
    return _presumed(stem.lower()) if folder or dot else None


def _presumed(name: str | None) -> str | None:
    """The kind of what a project calls by this name, or by this name and more."""
    for kind, names in table("effects")["tasks"].items():
        for known in names:
            if name is not None and (name == known or name.startswith((f"{known}:", f"{known}-", f"{known}_"))):
                return str(kind)
    return None
