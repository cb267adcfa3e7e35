"""Commands that fail although nothing went wrong: what their last line leaves behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cblint import expressions
from cblint.buildspec.model import Buildspec, ShellItem
from cblint.checks.edits import after, before, between
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.steps import FAILING, UNTOLD, phases_of
from cblint.records import NamedTuple
from cblint.shell.commands import Condition, Pipeline, SimpleCommand, Test
from cblint.shell.effects import effect_of
from cblint.shell.query import FILE_TESTS, Invocation, fails_always
from cblint.shell.syntax import Node, walk
from cblint.source.text import HOLE, Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import StepRun

_ASKS = frozenset({"[", "test", "command", "which", "type"})
_MAY_ASK = expressions.lazy(r"\[|test|command|which|type|grep")
_ONLY_SHOWS = frozenset({"print", "query", "condition"})
_SUCCEEDS = frozenset({"true", ":"})


class _Ending(NamedTuple):
    """The list at the end of a command: what is asked, and what is done then."""

    tests: Sequence[Pipeline]
    rest: Sequence[Pipeline]

    @property
    def span(self) -> Span:
        return self.tests[0].span.to(self.tests[-1].span)


def test_list_fails_build(buildspec: Buildspec) -> Iterator[Report]:
    """A command ends in ``test && command``: if the test is false, it fails, and the build with it."""
    endings: dict[int, _Ending] = {}
    for phase in phases_of(buildspec):
        if phase.on_failure in ("CONTINUE", UNTOLD):
            continue
        for step in phase.commands:
            ending = _ending(step.item)
            if ending is not None and not any(HOLE in test.raw for test in ending.tests):
                endings[id(step.item)] = ending
    if not endings:
        return
    for run in build_of(buildspec).runs:
        ending = endings.get(id(run.step.item))
        if ending is None or not _may_say_no(ending, run):
            continue
        del endings[id(run.step.item)]
        command = ending.rest[-1].commands[-1]
        variant = "inverted" if fails_always(command) else "test"
        yield Report(ending.span, variant, {}, (("then", command.span),), _as_condition(ending))


def _as_condition(ending: _Ending) -> tuple[Edit, ...]:
    """The same with ``if``, which succeeds where there is nothing to do."""
    begins, ends = ending.rest[0].span, ending.rest[-1].span
    return before(ending.span, "if "), between(ending.span, begins, "; then "), after(ends, "; fi")


def _may_say_no(ending: _Ending, run: StepRun) -> bool:
    """Whether a test is believed to be able to say no, and the command to fail then."""
    if run.path == FAILING or run.outcome.failed is None:
        # A build that has failed can as well fail again: `[ "$CODEBUILD_BUILD_SUCCEEDING" = 1 ] && docker push`.
        return False
    if any(test.negated for test in ending.tests):
        # Then it is a success that ends the list, of which no command is the cause.
        return True
    # Behind a file that is not at hand, the cause is any: a node without text.
    return any(not node.raw or ending.span.start <= node.span.start < ending.span.end for node in run.told)


def _ending(item: ShellItem) -> _Ending | None:
    """The list that a command ends in, if it only asks and then does something."""
    if "&&" not in item.value or _MAY_ASK.search(item.value) is None:
        # Not worth a tree.
        return None
    script = item.script
    if script.problem is not None or not script.body.items:
        return None
    last = script.body.items[-1]
    if last.terminator == "&" or last.open or set(last.operators) != {"&&"}:
        return None
    pipelines = last.pipelines
    if not all(pipeline.commands for pipeline in pipelines):  # "time" alone is one of none
        return None
    asked = next((number for number, each in enumerate(pipelines) if not _asks(item, each)), len(pipelines))
    tests, rest = pipelines[:asked], pipelines[asked:]
    if not tests or not rest or not all(_acts(item, pipeline) for pipeline in rest):
        return None
    return None if _is_input(tests, rest) else _Ending(tests, rest)


def _asks(item: ShellItem, pipeline: Pipeline) -> bool:
    command = pipeline.commands[-1]
    if isinstance(command, Test):
        return True
    invocation = _invocation(item, command)
    if invocation is None or invocation.wrappers:
        return False
    return invocation.program in _ASKS or bool(invocation.program == "grep" and invocation.flags("-q", "--quiet"))


def _acts(item: ShellItem, pipeline: Pipeline) -> bool:
    """Whether it does something that the test decides about; what only shows something belongs to a check."""
    command = pipeline.commands[-1]
    if not isinstance(command, SimpleCommand) or not command.words:
        return True
    if command.words[0].text in _SUCCEEDS:
        return False
    invocation = _invocation(item, command)
    effect = effect_of(invocation) if invocation is not None else None
    return effect is None or effect.does not in _ONLY_SHOWS


def _is_input(tests: Sequence[Pipeline], rest: Sequence[Pipeline]) -> bool:
    """Whether a file is asked for that the command then needs: such a test may be there to stop the build."""
    tested = {text for test in tests for text in _texts(test)}
    if tested.isdisjoint(FILE_TESTS):
        return False
    command = rest[-1].commands[-1]
    if isinstance(command, SimpleCommand) and command.words and command.words[0].text in (".", "source", "rm"):
        return False
    used = [text for pipeline in rest for text in _texts(pipeline)]
    paths = {text.rstrip("/") for text in tested if not text.startswith("-") and len(text) > 2}
    return any(path in text for path in paths for text in used)


def _texts(pipeline: Pipeline) -> Iterator[str]:
    for node in walk(pipeline):
        if isinstance(node, SimpleCommand):
            yield from (word.raw.strip("\"'") for word in node.words[1:])
        elif isinstance(node, Condition):
            yield node.operator
            yield from (word.raw.strip("\"'") for word in node.words)


def _invocation(item: ShellItem, command: Node) -> Invocation | None:
    return next((each for each in item.invocations if each.node is command), None)
