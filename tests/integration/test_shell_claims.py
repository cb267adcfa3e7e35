"""What the rules say that a shell does, every example in dash, bash as sh and bash: the wrapper is CodeBuild's."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator

import pytest

from cblint.examples import Example, lint_example, offset
from cblint.flow.builtins import find as builtin
from cblint.flow.steps import steps_of
from cblint.shell.commands import AndOr, SimpleCommand
from cblint.shell.syntax import Node, Parameter, walk
from cblint.source.text import Span
from tests import flow_runner
from tests.builds import buildspec
from tests.examples import all_examples
from tests.flow_runner import Runner
from tests.shell_claims import FAILS, LEAVES_MARK, Case, Claim, edited, in_turn

pytestmark = pytest.mark.skipif(not flow_runner.have_shells(), reason="dash or bash is not installed")


def masked(case: Case) -> None:
    """The command fails, and the item succeeds all the same."""
    number, _ = case.step()
    items = case.items([*case.reached(), (case.at, FAILS)])
    play = case.play(items[: number + 1])
    assert play.failed, play.said
    assert play.observed[number].status == 0, play.said


def masked_in_background(case: Case) -> None:
    """It may end after the item: then ``wait``, which succeeds as well."""
    number, _ = case.step()
    items = case.items([*case.reached(), (case.at, FAILS)])[: number + 1]
    assert case.play(items).observed[number].status == 0
    play = case.play([*items[:-1], f"{items[-1]}\nwait"])
    assert play.failed
    assert play.observed[number].status == 0


def masked_in_block(case: Case) -> None:
    """And with ``set -e`` before it, the item fails: but in a function that is asked for, or with an open end."""
    masked(case)
    number, step = case.step()
    if "()" not in step.item.value and "set +e" not in step.item.value and case.example.variant != "open":
        items = case.items([*case.reached(), (case.at, FAILS)])
        play = case.play([*items[:number], f"set -e\n{items[number]}"])
        assert play.observed[number].status != 0, play.said


def masked_export(case: Case) -> None:
    """And without the ``export`` before it, the command's status is that of the assignment."""
    masked(case)
    number, step = case.step()
    declares = case.related[0]
    if "()" in step.item.value or "\n" in step.item.value.strip():
        return
    without = Span(declares.start, declares.end + 1)
    items = case.items([*case.reached(), (case.at, FAILS), (without, "")])
    assert case.play(items[: number + 1]).observed[number].status != 0


def function_lost(case: Case) -> None:
    """What is called is not found."""
    number, _ = case.step()
    play = case.play(case.items(case.reached())[: number + 1])
    assert "not found" in play.said
    assert play.observed[number].status == 127


def array_lost(case: Case) -> None:
    """The element is empty in the next command, and was not where the array was filled."""
    number, _ = case.step()
    written = case.example.text[slice(*case.at)]
    filled, _ = case.step(case.related[0])
    items = case.items()
    probe = f"printf 'probe<%s>' \"{written}\""
    assert "probe<>" in case.play([*items[:number], probe]).said
    assert "probe<>" not in case.play([*items[:filled], f"{items[filled]}\n{probe}"]).said


def wait_on_lost_job(case: Case) -> None:
    """``wait`` alone waits for nothing and succeeds; with a number that is not of this shell it returns 127."""
    number, step = case.step()
    [node] = [each for each in _commands(step.item.script) if each.words and each.words[0].span == case.at]
    play = case.play([*case.items()[:number], node.raw])
    assert play.observed[number].status == (127 if case.example.variant == "process" else 0)


def option_forgotten(case: Case) -> None:
    """The command changes its own shell, and the next one finds nothing of that."""
    _, step = case.step()
    look = "\n".join(["echo begin", 'echo "$-"', "umask", "trap", *(["shopt -p"] if case.shell == "bash" else [])])
    shown = [case.play(items).said.split("begin\n")[1] for items in ([look], [f"{step.item.value}\n{look}"])]
    assert shown[0] != shown[1]
    assert case.play([step.item.value, look]).said.split("begin\n")[1] == shown[0]


def list_fails(case: Case) -> None:
    """The item fails if the test does; where it ends in ``exit 1``, it fails either way."""
    number, _ = case.step()
    way = case.reached()
    for holds, status in (("false", False), ("true", case.example.variant == "test")):
        play = case.play(case.items([*way, (case.at, holds)])[: number + 1])
        assert (play.observed[number].status == 0) is status, (holds, play.said)


def exits_early(case: Case) -> None:
    """The item succeeds, what follows runs, and what the item has set is lost."""
    number, _ = case.step()
    variant, (first, *others) = case.example.variant, case.related
    way = case.reached()
    if variant == "loses":
        # The two places are where it is set and where it is read.
        name = case.example.text[slice(*first)].partition("=")[0]
        play = case.play(case.items(way)[: number + 1], [name])
        assert (play.observed[number].status, play.observed[number].variables[name]) == (0, None)
        return
    assert not others
    work, _ = case.step(first)
    play = case.play(case.items([*way, *case.reached(first), (first, LEAVES_MARK)])[: work + 1])
    fine = variant == "goes-on" or case.shell == "dash"
    assert (play.observed[number].status == 0) is fine
    assert play.marked


PRINTS = {"cat": '/bin/cat "$@" 2>/dev/null || exit 0', "git": "echo src/a", "grep": 'exec /bin/grep "$@"'}
"""Programs whose output a loop, or a variable, needs."""


def not_kept(case: Case) -> None:
    """The variable is set in the subshell, and is not behind it."""
    place = case.related[0]
    number, _ = case.step(place)
    written = case.example.text[slice(*place)]
    edits = [*case.reached(place), (place, f"{written} && {LEAVES_MARK}")]
    items = case.items(edits)[: number + 1]
    play = case.play([*items[:-1], f"{items[-1]}\nwait"], [written.partition("=")[0]], PRINTS)
    assert play.marked, play.said
    assert play.observed[number].variables[written.partition("=")[0]] in (None, "0")


def not_exported(case: Case) -> None:
    """A script that is run leaves no variable behind; one that is sourced does."""
    number, step = case.step()
    names = [case.example.text[slice(*place)].strip("${}") for place in case.related]
    items = case.items(case.reached())[: number + 1]
    observed = case.play(items, names, PRINTS).observed[number]
    assert [observed.variables[name] for name in names] == [None] * len(names)
    [call] = [each for each in step.item.invocations if each.words[0].span == case.at]
    script = call.words[0] if call.is_path else call.operands()[0]
    sourced = (Span(case.at.start, script.span.end), f". ./{(script.text or '').removeprefix('./')}")
    items = case.items([*case.reached(), sourced])[: number + 1]
    observed = case.play(items, names, PRINTS).observed[number]
    assert None not in [observed.variables[name] for name in names]


def early(case: Case) -> None:
    """The variable is not set where it is read."""
    number, _ = case.step()
    name = case.example.text[slice(*case.at)].strip("${}")
    observed = case.play(["true", *case.items()[:number]], [name]).observed[number]
    assert observed.variables[name] is None


def kept_in_0_2(case: Case) -> None:
    """What the message promises of 0.2: under its wrapper the variable and the folder reach the next item."""
    if case.example.variant == "version":
        return  # nothing is lost there
    number, _ = case.step()
    items = case.items(case.reached())
    if case.example.variant == "variable":
        name = case.example.text[slice(*case.at)].strip("${}")
        assert case.play(items[:number], [name], PRINTS).observed[-1].variables[name]
    else:
        observed = case.play([*items[: number + 1], "true"]).observed
        assert observed[-1].cwd == observed[number].cwd != case.play(["true"]).observed[0].cwd


def assumed(case: Case) -> None:
    """After a failure in the first item the variable is not set; if all goes well it is."""
    name = case.example.text[slice(*case.at)].strip("${}")
    _, setting = case.step(case.related[0])
    steps = [step for step in steps_of(buildspec(case.example.text)) if step.phase == setting.phase]
    items = [step.item.value for step in steps if step.key == "commands"]
    [first, *_] = [call for call in steps[0].item.invocations if builtin(call.program) is None]
    failing = case.play(items[:1], [name], {**PRINTS, first.program: "exit 3"})
    assert (failing.observed[0].status != 0, failing.observed[0].variables[name]) == (True, None)
    assert case.play(items, [name], PRINTS).observed[-1].variables[name] is not None


def fails_phase(case: Case) -> None:
    """The item fails with the command."""
    number, _ = case.step()
    play = case.play(case.items([*case.reached(), (case.at, FAILS)])[: number + 1])
    assert play.observed[number].status != 0


def fails_open(case: Case) -> None:
    """The condition is an error, and the item succeeds."""
    number, step = case.step()
    if case.example.variant == "file":
        play = case.play(case.items([(case.at, "false")])[: number + 1])
        assert play.observed[number].status == 0
    elif case.example.variant == "number":
        name = next(node.name for node in walk(step.item.script) if isinstance(node, Parameter))
        play = case.play([f"{name}=\n{step.item.value}"], (), {"bc": "exit 1", "jq": "exit 0", "cat": "exit 1"})
        assert play.observed[0].status == 0, play.said


def deletes_all(case: Case) -> None:
    """Without the variable the word means everything."""
    written = case.example.text[slice(*case.at)]
    if case.example.variant == "root":
        return
    name = re.findall(r"\$\{?(\w+)", written)[-1]
    said = case.play([f"set -f; BUCKET=b; unset {name}; printf 'probe<%s>' {written}"]).said
    assert re.search(r"probe<(/\*?|s3://[a-z0-9-]+//?)>", said), said


def grouped(case: Case) -> None:
    """The last of the three runs though the first has succeeded."""
    number, step = case.step()
    [node] = [each for each in walk(step.item.script) if isinstance(each, AndOr) and len(each.pipelines) > 2]
    first, second, third = node.pipelines[:3]
    undone = case.example.variant == "undone"
    edits = [(first.span, "true"), (second.span, "false" if undone else "true"), (third.span, LEAVES_MARK)]
    way = [edit for edit in case.reached(first.span) if edit[0] not in [span for span, _ in edits]]
    assert case.play(case.items([*way, *edits])[: number + 1]).marked


def _commands(script: Node) -> Iterator[SimpleCommand]:
    return (node for node in walk(script) if isinstance(node, SimpleCommand))


CLAIMS: dict[str, Claim] = {
    "masked-failure-in-block": masked_in_block,
    "masked-failure-in-pipeline": masked,
    "masked-failure-or-true": masked,
    "masked-failure-export": masked_export,
    "masked-failure-background": masked_in_background,
    "function-lost-between-commands": function_lost,
    "array-lost-between-commands": array_lost,
    "wait-on-lost-job": wait_on_lost_job,
    "shell-option-does-not-persist": option_forgotten,
    "test-list-fails-build": list_fails,
    "early-exit-zero": exits_early,
    "subshell-assignment-lost": not_kept,
    "script-exports-lost": not_exported,
    "variable-used-before-assignment": early,
    "version-0-1-state-loss": kept_in_0_2,
    "finally-assumes-success": assumed,
    "finally-can-fail-phase": fails_phase,
    "gate-fails-open": fails_open,
    "eval-of-command-output": masked,
    "dangerous-delete": deletes_all,
    "list-precedence": grouped,
}
EXAMPLES = [
    [example for example in all_examples() if example.rule == rule and example.spans] for rule in sorted(CLAIMS)
]


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with tempfile.TemporaryDirectory(prefix="claims", dir=flow_runner.in_memory()) as folder:
        yield Runner(os.path.realpath(folder))


def _cases(example: Example, shell: str, runner: Runner) -> Iterator[Case]:
    """Each finding of an example, with its related places."""
    with tempfile.TemporaryDirectory() as folder:
        result = lint_example(example, example.text, folder)
    for finding in result.findings:
        if finding.rule == example.rule and finding.suppressed is None:
            related = [
                Span(offset(example.text, each.start), offset(example.text, each.end)) for each in finding.related
            ]
            yield Case(example, shell, finding.span, tuple(related), runner)


@pytest.mark.parametrize(
    ("example", "shell"),
    [each for examples in EXAMPLES for each in in_turn(examples)],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
def test_a_shell_does_what_the_example_says(example: Example, shell: str, runner: Runner) -> None:
    cases = list(_cases(example, shell, runner))
    assert len(cases) == len(example.spans)
    for case in cases:
        CLAIMS[example.rule](case)


PUBLISHING = [
    [
        example
        for example in all_examples()
        if example.rule == rule and (example.spans or "CODEBUILD_BUILD_SUCCEEDING" in example.text)
    ]
    for rule in ("publish-after-failed-build", "on-failure-continue-hides-failure")
]


@pytest.mark.parametrize(
    ("example", "shell"),
    [each for examples in PUBLISHING for each in in_turn(examples)],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
def test_a_guard_keeps_a_failed_build_from_publishing(example: Example, shell: str, runner: Runner) -> None:
    """In a build that has failed, what is marked in a bad example runs, and what a good one guards does not."""
    at = example.spans or [Span(*match.span()) for match in re.finditer("docker push|aws s3 cp", example.text)]
    case = Case(example, shell, at[0], (), runner)
    way = case.reached() if example.spans else []
    steps = steps_of(edited(example.text, [*way, *((span, LEAVES_MARK) for span in at)]))
    phase = case.step()[1].phase
    items = [step.item.value for step in steps if step.phase == phase and step.key == "commands"]
    play = case.play(["export CODEBUILD_BUILD_SUCCEEDING=0", *items])
    # The phase ends with its first command that fails.
    ended = next((number for number, each in enumerate(play.observed) if each.status != 0), len(items))
    play = case.play(["export CODEBUILD_BUILD_SUCCEEDING=0", *items[:ended]])
    assert play.marked is bool(example.spans), play.said


def test_every_rule_about_shells_is_played() -> None:
    assert all(EXAMPLES)
