"""In which tasks of a batch a command runs: what is believed is what a shell does with the tasks' variables."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from cblint.checks.tasks import Runs, programs_of
from tests.builds import buildspec

VARIABLES = {"one": {"STEP": "one", "N": "1"}, "two": {"STEP": "two"}, "three": {"OTHER": "x y"}}
SURE = [
    "docker",
    'if [ "$STEP" = one ]; then docker; fi',
    "if [ $CODEBUILD_BATCH_BUILD_IDENTIFIER != one ]; then docker; fi",
    'if [ -n "$N" ]; then docker; else true; fi',
    'if [ -z "$N" ]; then true; else docker; fi',
    'if ! test "$STEP" = two; then docker; fi',
    'if [ "$STEP" = one ] || [ "$STEP" = two ]; then docker; fi',
    'if [ "$STEP" = one ] && [ "$N" = 1 ]; then docker; elif [ "$OTHER" = "x y" ]; then docker; fi',
    'case "$STEP" in one) true ;; o*|two) docker ;; *) docker ;; esac',
    "case $STEP-$N in one-1) docker ;; *-) true ;; esac",
    'case "$STEP" in "") docker ;; esac',
    'if [ "${STEP:-none}" = none ]; then docker; fi',
    'if [ "$STEP" != two ]; then exit 0; fi; docker',
    '[ "$STEP" = one ] && docker',
    'test -z "$STEP" || docker',
    "cd / && echo now && docker",
    "! cd / || docker",
    'if [ "$STEP" = "on"e ]; then if [ "$N" != 2 ]; then docker; fi; fi',
]
OF_BASH = [
    "if [[ $STEP == t* ]]; then docker; fi",
    "if [[ $STEP == one || $N == 1 ]]; then docker; fi",
    'if [[ ! $STEP == one ]]; then docker; fi',
    'if [[ -z $STEP ]]; then docker; fi',
]  # fmt: skip
UNKNOWN = [
    'if [ "$MODE" = one ]; then docker; fi',
    'STEP=$(cat step); if [ "$STEP" = one ]; then docker; fi',
    'if ./ask "$STEP"; then docker; fi',
    'if [ "${STEP#o}" = ne ]; then docker; fi',
    'if [ -f "$STEP" ]; then docker; fi',
    "grep -q x file && docker",
]


def believed(command: str) -> dict[str, bool | None]:
    """Whether docker runs, by the names of the tasks."""
    tasks = [{"identifier": name, "env": {"variables": values}} for name, values in VARIABLES.items()]
    content = {"version": 0.2, "batch": {"build-list": tasks}, "phases": {"build": {"commands": [command]}}}
    [program] = programs_of(buildspec(json.dumps(content)), lambda _: True)
    runs = Runs(program)
    answers = [runs.of(each) for each in program.commands() if each.invocation.program == "docker"]
    assert answers
    return {
        member.name: True if True in row else None if None in row else False
        for member, *row in zip(program.members, *answers, strict=True)
    }


def observed(command: str, shell: str) -> dict[str, bool]:
    """The same in a shell."""
    found = {}
    for name, values in VARIABLES.items():
        environment = {"PATH": os.environ["PATH"], "CODEBUILD_BATCH_BUILD_IDENTIFIER": name, **values}
        script = f"docker() {{ echo ran; }}\n{command}"
        done = subprocess.run([shell, "-c", script], env=environment, capture_output=True, text=True)
        found[name] = "ran" in done.stdout
    return found


@pytest.mark.parametrize("command", SURE)
@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_what_is_believed_is_what_a_shell_does(command: str, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    assert believed(command) == observed(command, shell)


@pytest.mark.parametrize("command", OF_BASH)
def test_what_is_believed_is_not_wrong_in_bash(command: str) -> None:
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    seen = observed(command, "bash")
    assert {name: seen[name] if answer is not None else None for name, answer in believed(command).items()} == believed(
        command
    )


@pytest.mark.parametrize("command", UNKNOWN)
def test_what_is_not_known_is_not_believed(command: str) -> None:
    assert set(believed(command).values()) == {None}


def test_a_batch_without_bounds_is_given_up() -> None:
    tasks = [{"identifier": f"t{number}", "env": {"variables": {"N": str(number)}}} for number in range(2_000)]
    commands = [f'if [ "$N" = {number} ]; then docker push a; fi' for number in range(150)]
    content = {"version": 0.2, "batch": {"build-list": tasks}, "phases": {"build": {"commands": commands}}}
    [program] = programs_of(buildspec(json.dumps(content)), lambda _: True)
    runs = Runs(program)
    answers = [runs.of(each) for each in program.commands() if each.invocation.program == "docker"]
    assert answers[0][:2] == [True, False]
    assert set(answers[-1]) == {None}
