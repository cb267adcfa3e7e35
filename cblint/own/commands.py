"""``command``: the programs that a build runs, itself or through others, and what must hold of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from cblint.buildspec.model import Buildspec
from cblint.facts import table
from cblint.flow.docker import command_of, is_client
from cblint.flow.references import registry_of
from cblint.flow.values import Maybe, Value, initial
from cblint.match import Match
from cblint.own.calls import Call, all_seen, calls_below, calls_of
from cblint.own.conditions import Condition, Maker, Steps, Wrong, agreed, condition_of, listed, some
from cblint.own.order import Order
from cblint.own.texts import NOTHING, Known, known_value, phase_test, text_test
from cblint.records import NamedTuple
from cblint.shell.operands import option_values
from cblint.shell.syntax import Word
from cblint.source.tree import Node
from cblint.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cblint.flow.state import State

FIELDS = frozenset({"command", "phase", "flag", "value", "operand", "image", "registry", "directory"})
"""What a message about a command can hold."""


class Named(NamedTuple):
    """A call as an entry names it: the words of its name, and the operands behind them."""

    name: tuple[str, ...]
    words: tuple[Word, ...]
    operands: tuple[Word, ...]


def _named(call: Call, name: tuple[str, ...]) -> Named | Maybe:
    """How a call is of that program and subcommands; False if it is not, None if that is not known."""
    program, *verbs = name
    first = call.known(call.invocation.words[0])
    if not first.complete:
        return None
    if first.start.rpartition("/")[2] != program:
        return None if call.may_run_others else False
    operands = call.operands
    ahead = _plain_groups(call, verbs)
    for number, verb in enumerate(verbs, ahead):
        if number >= len(operands):
            return None if call.may_have_more else False
        word = call.known(operands[number])
        if not word.complete:
            return None if verb.startswith(word.start) else False
        if word.start != verb:
            return False
    end = ahead + len(verbs)
    return Named(name, (call.invocation.words[0], *operands[:end]), tuple(operands[end:]))


def _plain_groups(call: Call, verbs: list[str]) -> int:
    """How many operands only group commands: ``docker image push`` is ``docker push``."""
    groups = table("containers")["plain-groups"] if is_client(call.invocation.program) and verbs else ()
    group = call.operands[0].text if call.operands else None
    return 1 if group in groups and verbs[0] != group else 0


class Use(NamedTuple):
    """A call that has the name which an entry asks for."""

    call: Call
    named: Named


Shown = dict[str, Callable[[Use], str]]
"""What fills in the fields of a message."""


def _names(spec: Any, steps: Steps) -> list[tuple[str, ...]]:
    names = [tuple(str(each).split()) for each in listed(spec)]
    for each in names:
        if not each or any(word.startswith("-") for word in each):
            raise Wrong(steps, "must be a program and its subcommands, such as docker push; options go into flag")
    return names


class CommandFinder:
    """A compiled ``match`` with ``command``."""

    __slots__ = ("_condition", "_names", "_shown")

    def __init__(self, spec: Mapping[str, Any], steps: Steps) -> None:
        self._names = _names(spec["command"], (*steps, "command"))
        self._shown: Shown = {}
        conditions = {name: value for name, value in spec.items() if name != "command"}
        self._condition = condition_of(conditions, steps, _makers(self._shown))

    def find(self, subject: object) -> Iterator[Match]:
        """The commands, each at its name and subcommands."""
        for call in calls_of(subject) if isinstance(subject, Buildspec) else ():
            for name in self._names:
                named = _named(call, name)
                if isinstance(named, Named) and self._condition(Use(call, named)) is True:
                    words = named.words
                    yield Match(words[0].span.to(words[-1].span), self._fields(Use(call, named)), ())
                    break

    def _fields(self, use: Use) -> dict[str, str]:
        fields = {"command": " ".join(use.named.name), "phase": use.call.step.phase}
        return {**dict.fromkeys(FIELDS, ""), **fields, **{name: show(use) for name, show in self._shown.items()}}

    def holds(self, call: Call) -> Maybe:
        """Whether a call is such a command."""
        return some(self._holds_by(call, name) for name in self._names)

    def _holds_by(self, call: Call, name: tuple[str, ...]) -> Maybe:
        named = _named(call, name)
        return self._condition(Use(call, named)) if isinstance(named, Named) else named


def command_condition(spec: Any, steps: Steps) -> Condition[Call]:
    """A command by its name or names, or as a ``match`` has it. Raises Wrong."""
    return CommandFinder(spec if isinstance(spec, dict) else {"command": spec}, steps).holds


def runs_below(buildspec: Buildspec, node: Node, condition: Condition[Call]) -> Maybe:
    """Whether such a command stands in a part of a buildspec."""
    unseen = False if all_seen(buildspec) else None
    return some([*(condition(call) for call in calls_below(buildspec, node)), unseen])


def _makers(shown: Shown) -> dict[str, Maker[Use]]:
    """The conditions of commands; those that find something put down how it is shown."""

    def flag(spec: Any, _: Steps) -> Condition[Use]:
        names = tuple(str(each) for each in listed(spec))
        shown.setdefault("flag", lambda use: _first_text(use.call.invocation.flags(*names)))
        return lambda use: True if use.call.invocation.flags(*names) else None if use.call.may_have_more else False

    def option(spec: Any, steps: Steps) -> Condition[Use]:
        tests = [(str(name), text_test(test, (*steps, name))) for name, test in spec.items()]
        names = [name for name, _ in tests]
        shown.setdefault("value", lambda use: next((each.shown for each in _values(use, names)), ""))

        def holds(use: Use) -> Maybe:
            missed = None if use.call.may_have_more else False
            answers = [some([*(test(each) for each in _values(use, [name])), missed]) for name, test in tests]
            return False if False in answers else None if None in answers else True

        return holds

    def of_texts(
        field: str, texts: Callable[[Use], list[Known]], together: Callable[[Iterable[Maybe]], Maybe] = some
    ) -> Maker[Use]:
        """A condition of texts that a command has, of which the one that is meant is shown as ``field``."""

        def made(spec: Any, steps: Steps) -> Condition[Use]:
            test = text_test(spec, steps)
            shown.setdefault(field, lambda use: _first(test, texts(use)))
            return lambda use: together(map(test, texts(use)))

        return made

    def phase(spec: Any, steps: Steps) -> Condition[Use]:
        test = phase_test(spec, steps)
        return lambda use: test(Known(use.call.step.phase))

    def through(spec: Any, steps: Steps) -> Condition[Use]:
        test = text_test(spec, steps)
        return lambda use: some(test(Known(each)) for each in use.call.invocation.wrappers)

    def with_variable(spec: Any, _: Steps) -> Condition[Use]:
        names = [str(each) for each in listed(spec)]
        return lambda use: some(_is_set(use.call, name) for name in names)

    def unseen(spec: Any, _: Steps) -> Condition[Use]:
        wanted = str(spec).lower() == "true"

        def holds(use: Use) -> Maybe:
            answer = use.call.is_unseen
            return None if answer is None else answer is wanted

        return holds

    def preceded(spec: Any, steps: Steps) -> Condition[Use]:
        order = Order(command_condition(spec, steps))
        return lambda use: order.precedes(use.call)

    def followed(spec: Any, steps: Steps) -> Condition[Use]:
        order = Order(command_condition(spec, steps))
        return lambda use: order.follows(use.call)

    return {
        "flag": flag,
        "option": option,
        "operand": of_texts("operand", _operands),
        "last-operand": of_texts("operand", lambda use: _operands(use)[-1:]),
        "image": of_texts("image", lambda use: _images(use.call)),
        "registry": of_texts("registry", lambda use: _registries(use.call)),
        "phase": phase,
        "directory": of_texts("directory", lambda use: _directories(use.call), agreed),
        "through": through,
        "with-variable": with_variable,
        "unseen": unseen,
        "preceded-by": preceded,
        "followed-by": followed,
    }


def _first_text(words: list[Word]) -> str:
    return (words[0].text or "").partition("=")[0] if words else ""


def _first(test: Condition[Known], texts: Iterable[Known]) -> str:
    """The first text of which a test is sure, else the first."""
    found = list(texts)
    return next((each.shown for each in found if test(each)), found[0].shown if found else "")


def _values(use: Use, names: list[str]) -> list[Known]:
    return [use.call.known(word) for word in option_values(use.call.invocation.arguments, names)]


def _operands(use: Use) -> list[Known]:
    return [use.call.known(each) for each in use.named.operands]


def _images(call: Call) -> list[Known]:
    return [known_value(each) for each in _references(call)] if call.ran else [NOTHING]


def _registries(call: Call) -> list[Known]:
    return [known_value(registry_of(each) if each is not None else None) for each in _references(call)] or (
        [] if call.ran else [NOTHING]
    )


def _references(call: Call) -> list[Value | None]:
    """The images that a command of docker pushes, pulls, runs, tags or builds; None for one that is not known."""
    found: list[Value | None] = []
    for each in call.ran:
        command = (
            command_of(call.invocation, each.event) if each.itself and is_client(call.invocation.program) else None
        )
        if command is None:
            found.append(None)
        elif command.verb in ("push", "pull", "run", "create"):
            found += [argument.value for argument in command.operands[:1]] or [None]
        elif command.verb == "tag":
            found += [argument.value for argument in command.operands[1:2]] or [None]
        else:
            found += [argument.value for argument in command.valued("-t", "--tag")]
    return found


def _directories(call: Call) -> list[Known]:
    from cblint.flow.trace import directory  # with it comes the interpreter

    found = [directory(each.event.state.cwd) if each.event.state is not None else None for each in call.ran]
    return [Known(each) if each is not None else NOTHING for each in found]


def _is_set(call: Call, name: str) -> Maybe:
    """Whether the command has a variable that the buildspec sets; what only a project may give is not looked for."""
    ahead = call.invocation.node.words[: -len(call.invocation.words)]
    if any(word.raw.startswith(f"{name}=") for word in ahead):
        return True  # what env or sudo sets
    if not call.ran:
        return None
    return agreed(_is_set_in(each.event.state, call.buildspec, name) for each in call.ran)


def _is_set_in(state: State | None, buildspec: Buildspec, name: str) -> Maybe:
    variable = state.variable(name) if state is not None else None
    if variable is None:
        return None
    if variable.assigned is not None:
        return variable.assigned
    given = any(name == each for project in buildspec.projects for each, _ in project.variables)
    of_task = any(name == each.name for each in buildspec.variables)
    untouched = variable.value.pieces == initial(name).pieces
    return False if untouched and not given and not of_task else None
