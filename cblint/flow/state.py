"""What is believed at one moment of a build: variables, directory, options, functions, files, the last status."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from cblint.flow.labels import NO_LABELS, Labels, given_labels, together
from cblint.flow.layers import WORK, Layers
from cblint.flow.values import EMPTY, UNKNOWN, Hole, Maybe, Value, both, concat, initial, join, unknown
from cblint.records import NamedTuple
from cblint.shell.commands import Function
from cblint.shell.syntax import Node

_OF_CODEBUILD = "CODEBUILD_"
PLACES_KEPT = 8
"""How many places at which a variable may have got its value are remembered."""


class Variable(NamedTuple):
    """A variable: whether it is set, to what if it is, and what ``export``, ``readonly`` and ``declare`` made of it.

    ``elements`` are those of an array, None where they are not known; ``value`` is then the first. ``places`` are the
    nodes that may have set it; none for what the build was given.
    """

    assigned: Maybe
    value: Value = EMPTY
    exported: Maybe = False
    readonly: Maybe = False
    integer: Maybe = False
    array: Maybe = False
    elements: tuple[Value, ...] | None = None
    places: tuple[Node, ...] = ()


UNSET = Variable(False)
ANYTHING = Variable(None, UNKNOWN, None, False, None, None)
"""After something that may have set all variables; that it made them readonly is not believed."""


GIVEN = Variable(None, Value((Hole("*"),)))
"""A variable that the build may have been given: the text that it then has is known by its name.

That a name which the build itself sets is given as well, and so exported from the beginning, is not expected.
"""


def join_variables(first: Variable, second: Variable) -> Variable:
    """One of both."""
    if first.assigned is False:
        value, elements = second.value, second.elements
    elif second.assigned is False:
        value, elements = first.value, first.elements
    else:
        value = join(first.value, second.value)
        elements = first.elements if first.elements == second.elements else None
    places = first.places
    if second.places is not places:
        places = tuple(dict.fromkeys((*places, *second.places)))[:PLACES_KEPT]
    return Variable(
        both(first.assigned, second.assigned),
        value,
        both(first.exported, second.exported),
        both(first.readonly, second.readonly),
        both(first.integer, second.integer),
        both(first.array, second.array),
        elements,
        places,
    )


def laid_bare(variable: Variable, remembers: Maybe) -> Variable:
    """A variable that another has hidden for a while; ``remembers``: `set -a` has marked the name, if it was not set.

    Only dash does: it keeps the mark with the name.
    """
    if remembers is False or variable.assigned is True or variable.exported is True:
        return variable
    return variable._replace(exported=True if remembers and variable.assigned is False else None)


class Options(NamedTuple):
    """What ``set`` and ``shopt`` switch, as far as it changes what commands do."""

    errexit: Maybe = False
    nounset: Maybe = False
    pipefail: Maybe = False
    allexport: Maybe = False
    noglob: Maybe = False
    noclobber: Maybe = False
    errtrace: Maybe = False
    xtrace: Maybe = False
    verbose: Maybe = False


class File(NamedTuple):
    """What is at a path: ``kind`` is ``file``, ``folder`` or ``absent``, None if that is not known.

    ``content`` is then what it may be, for the sake of its labels: ``known`` is what can be relied on.
    """

    kind: str | None
    content: Value = UNKNOWN

    @property
    def known(self) -> Value:
        """What stands in it for sure, if it is a file; else only where it may come from."""
        return self.content if self.kind == "file" else unknown(self.content.labels)


UNKNOWN_FILE = File(None)
UNTOUCHED = File("untouched")
"""What was there when the build began."""
ABSENT = File("absent")


FILES_KEPT = 40
"""Of so many files it is remembered where their texts come from, whatever happens to them."""


def stirred(files: Layers[File]) -> Layers[File]:
    """The files after something that may have changed any of them; a secret does not go away by that."""
    if not any(files.names()):
        return Layers(UNKNOWN_FILE)
    kept: dict[str, File] = {}
    for name in files.names():
        content = files.get(name).content
        if content.labels and len(kept) < FILES_KEPT:
            kept[name] = File(None, content)
    return Layers(UNKNOWN_FILE, (kept,) if kept else ())


def join_files(first: File, second: File) -> File:
    """One of both."""
    kind = first.kind if first.kind == second.kind else None
    for one, other in ((first, second), (second, first)):
        if kind is None and one.content.labels and other.content == UNKNOWN:
            return File(None, one.content)
    return File(kind, join(first.content, second.content))


class Causes:
    """The commands of which some may have failed: a tree, so that two sets are put together at once."""

    __slots__ = ("node", "parts")

    def __init__(self, node: Node | None, parts: tuple[Causes, ...] = ()) -> None:
        self.node = node
        self.parts = parts

    def nodes(self) -> list[Node]:
        """All of them, each once."""
        found: dict[int, Node] = {}
        seen: set[int] = set()
        stack = [self]
        while stack:
            causes = stack.pop()
            if id(causes) in seen:
                continue
            seen.add(id(causes))
            if causes.node is not None:
                found[id(causes.node)] = causes.node
            stack.extend(reversed(causes.parts))
        return list(found.values())


NONE = Causes(None)


def join_causes(first: Causes, second: Causes) -> Causes:
    """Those of both."""
    if first is second or second is NONE:
        return first
    return second if first is NONE else Causes(None, (first, second))


class State(NamedTuple):
    """What is believed.

    ``code`` is the exact exit status of the last command if it is known, ``succeeded`` whether that is 0, ``cause`` the
    commands whose failure it is. ``failures`` are all commands that may have failed before on the way here.
    ``printed`` is what has gone to standard output since it was last captured, ``input`` what is still to be read from
    standard input, ``positional`` the arguments (None if their number is not known: ``arguments`` is then where they
    may come from).
    ``exit_trap`` is what runs at the end, and ``err_trap`` what bash runs behind a failure: None if there is nothing.
    ``pushed`` are the directories that ``popd`` goes back to. ``shadowed`` are the variables that ``local`` hides, with
    whether it has.
    """

    variables: Layers[Variable]
    functions: Layers[Function | bool | None]
    files: Layers[File]
    cwd: Value
    before: Value = UNKNOWN
    options: Options = Options()
    positional: tuple[Value, ...] | None = ()
    code: int | None = 0
    succeeded: Maybe = True
    cause: Causes = NONE
    failures: Causes = NONE
    printed: Value = EMPTY
    input: Value = UNKNOWN
    exit_trap: Value | None = None
    err_trap: Value | None = None
    pushed: tuple[Value, ...] | None = ()
    shadowed: Mapping[str, tuple[Variable, Maybe]] = {}
    arguments: Labels = NO_LABELS

    def variable(self, name: str) -> Variable:
        """What is believed of a variable."""
        found = self.variables.get(name)
        if found.value.pieces == GIVEN.value.pieces:
            # Also where it was joined with one that is not set.
            return found._replace(value=initial(name, together((found.value.labels, given_labels(name)))))
        if name.startswith(_OF_CODEBUILD) and not found.places and found.value == UNKNOWN:
            # Nobody sets one of these: what may have set any variable has left it as it was.
            return found._replace(value=unknown(given_labels(name)))
        return found

    def with_variable(self, name: str, variable: Variable) -> State:
        """The same but for one variable."""
        return self._replace(variables=self.variables.set(name, variable))


NO_FUNCTION = False
"""What a name stands for among the functions if it is none; None where it may be any."""


def join_states(first: State | None, second: State | None) -> State | None:
    """One of both; None is a state that is never reached."""
    if first is None or first is second:
        return second
    if second is None:
        return first
    before = WORK.names
    joined, names = _joined(_Itself(first), _Itself(second))
    WORK.names = before + names
    return joined


class _Itself:
    """A state that is the same as itself only: to compare all of it would take longer than to join it."""

    __slots__ = ("state",)

    def __init__(self, state: State) -> None:
        self.state = state

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.state is self.state

    def __hash__(self) -> int:
        return id(self.state)


@lru_cache(maxsize=2048)
def _joined(first: _Itself, second: _Itself) -> tuple[State, int]:
    """One of both, and what it took: items that are run again end as they did (remembered.py), in the same pairs."""
    before = WORK.names
    joined = _joined_anew(first.state, second.state)
    return joined, WORK.names - before


def _joined_anew(first: State, second: State) -> State:
    return State(
        first.variables.join(second.variables, join_variables),
        first.functions.join(second.functions, _join_functions),
        first.files.join(second.files, join_files),
        first.cwd if first.cwd == second.cwd else UNKNOWN,
        first.before if first.before == second.before else UNKNOWN,
        first.options if first.options == second.options else _join_options(first.options, second.options),
        first.positional if first.positional == second.positional else None,
        first.code if first.code == second.code else None,
        both(first.succeeded, second.succeeded),
        join_causes(first.cause, second.cause),
        join_causes(first.failures, second.failures),
        first.printed if first.printed is second.printed else join(first.printed, second.printed),
        first.input if first.input == second.input else unknown(together((first.input.labels, second.input.labels))),
        first.exit_trap if first.exit_trap == second.exit_trap else UNKNOWN,
        first.err_trap if first.err_trap == second.err_trap else UNKNOWN,
        first.pushed if first.pushed == second.pushed else None,
        first.shadowed if first.shadowed is second.shadowed else _join_shadowed(first, second),
        together((first.arguments, second.arguments)),
    )


def _join_functions(first: Function | bool | None, second: Function | bool | None) -> Function | bool | None:
    return first if first is second else None


def _join_options(first: Options, second: Options) -> Options:
    return Options(*(both(a, b) for a, b in zip(first, second, strict=True)))


def _join_shadowed(first: State, second: State) -> Mapping[str, tuple[Variable, Maybe]]:
    merged: dict[str, tuple[Variable, Maybe]] = {}
    for name in dict.fromkeys((*first.shadowed, *second.shadowed)):
        a, b = first.shadowed.get(name), second.shadowed.get(name)
        if a is not None and b is not None:
            merged[name] = (join_variables(a[0], b[0]), both(a[1], b[1]))
        else:
            known = a or b
            merged[name] = (known[0], None) if known is not None else (UNSET, None)
    return merged


def with_status_of(state: State, other: State) -> State:
    """The same, with the exit status that another has."""
    return state._replace(code=other.code, succeeded=other.succeeded, cause=other.cause)


class Outcome(NamedTuple):
    """How something can end: the state where it succeeds and the one where it fails; None where it cannot."""

    ok: State | None
    failed: State | None

    @property
    def either(self) -> State | None:
        """The state where its status is not asked for."""
        return join_states(self.ok, self.failed)


NEVER = Outcome(None, None)
"""It does not end here at all: the shell exits before, or goes on elsewhere."""


def join_outcomes(first: Outcome, second: Outcome) -> Outcome:
    """One of both."""
    if second is NEVER:
        return first
    if first is NEVER:
        return second
    return Outcome(join_states(first.ok, second.ok), join_states(first.failed, second.failed))


class Ends:
    """Ways in which something ends, put together as they come in.

    They are joined in pairs of equal count, as a binary counter adds up: a thousand states, each with one more variable
    than the one before, cost ten times one state and not a thousand times.
    """

    __slots__ = ("_joined",)

    def __init__(self) -> None:
        self._joined: list[tuple[int, Outcome]] = []

    def add(self, outcome: Outcome) -> None:
        """One more."""
        if outcome.ok is None and outcome.failed is None:
            return
        count = 1
        while self._joined and self._joined[-1][0] == count:
            outcome = join_outcomes(self._joined.pop()[1], outcome)
            count *= 2
        self._joined.append((count, outcome))

    def __bool__(self) -> bool:
        return bool(self._joined)

    def all(self) -> Outcome:
        """Any of them."""
        outcome = NEVER
        for _, part in reversed(self._joined):
            outcome = join_outcomes(part, outcome)
        return outcome

    def taken(self) -> Outcome:
        """Any of them, and from here on there are none."""
        outcome = self.all()
        self._joined.clear()
        return outcome


UNHEARD = Value((Hole("unheard"),))
"""What is printed where nobody reads it again."""
LONGEST_OUTPUT = 16_384


def said(state: State, value: Value) -> State:
    """The state after something was printed."""
    if state.printed is UNHEARD or not value.pieces:
        return state
    printed = concat((state.printed, value))
    text = printed.text
    return state._replace(
        printed=unknown(printed.labels) if text is not None and len(text) > LONGEST_OUTPUT else printed
    )
