"""Guards: what of a command in post_build is reached after build has failed."""

from __future__ import annotations

import pytest

from cblint.flow.values import Maybe
from tests.builds import (
    DASH,
    FLAG,
    NO_MORE,
    Top,
    build,
    commands,
    nodes,
    reached,
)

GUARDS = {
    '[ "$X" = 1 ] && deploy': False,
    "[ $X = 1 ] && deploy": False,
    '[ "${X}" = "1" ] && deploy': False,
    "[ ${X} = '1' ] && deploy": False,
    "[ $X -eq 1 ] && deploy": False,
    '[ "$X" -ne 0 ] && deploy': False,
    "[ $X -gt 0 ] && deploy": False,
    '[ "$X" != 0 ] && deploy': False,
    '[ "x$X" = x1 ] && deploy': False,
    '[ 1 = "$X" ] && deploy': False,
    'test "$X" = 1 && deploy': False,
    "test $X -eq 1 && deploy": False,
    '! [ "$X" = 0 ] && deploy': False,
    '[ ! "$X" = 0 ] && deploy': False,
    '[ "$X" = 0 ] || deploy': False,
    'if [ "$X" = 1 ]; then deploy; fi': False,
    'if test "$X" = 1\nthen\n  deploy\nfi': False,
    'if ! [ "$X" = 1 ]; then echo failed; else deploy; fi': False,
    'if [ "$X" = 0 ]; then echo failed; else deploy; fi': False,
    'if [ "$X" = 0 ]; then echo failed; elif true; then deploy; fi': False,
    "case $X in 1) deploy;; esac": False,
    'case "$X" in 0) echo failed;; *) deploy;; esac': False,
    '[ "$X" = 1 ] || exit 1\ndeploy': False,
    '[ "$X" = 1 ] || exit 0; deploy': False,
    'if [ "$X" = 0 ]; then exit 1; fi\ndeploy': False,
    'if ! [ "$X" = 1 ]; then exit; fi; deploy': False,
    'set -e\n[ "$X" = 1 ]\ndeploy': False,
    '[ "$X" = 1 ] && [ -f image ] && deploy': False,
    '[ "$X" = 1 ] && { echo; deploy; }': False,
    '[ "$X" = 1 ] && (cd app && deploy)': False,
    'Y=$X; [ "$Y" = 1 ] && deploy': False,
    'ok() { [ "$X" = 1 ]; }; ok && deploy': False,
    'until [ "$X" = 1 ]; do exit 1; done; deploy': False,
    'while [ "$X" = 1 ]; do deploy; break; done': False,
    # The other way round
    '[ "$X" = 0 ] && deploy': True,
    '[ "$X" = 1 ] || deploy': True,
    '[ "$X" != 1 ] && deploy': True,
    'if [ "$X" = 1 ]; then echo fine; else deploy; fi': True,
    "case $X in 0) deploy;; esac": True,
    '[ "$X" = 1 ] && exit 0\ndeploy': True,
    # No guard at all: the text is never empty, and what stands beside it decides nothing
    '[ "$X" ] && deploy': True,
    'if [ -n "$X" ]; then deploy; fi': True,
    '[ "$X" = 1 ] && echo fine; deploy': True,
    '[ "$X" = 1 ]\ndeploy': True,
    "deploy": True,
    "deploy || true": True,
    "set -e; make; deploy": True,
    "if [ -f image ]; then make; fi; deploy": True,
    # Something that is not known decides
    "[ -f image ] && deploy": None,
    "[ -f image ] || exit 1\ndeploy": None,
    "if [ -f image ]; then deploy; fi": None,
    "for x in $LIST; do deploy; done": None,
    "make && deploy": None,
    'echo "$X" | grep -q 1 && deploy': None,
    'expr "$X" = 1 && deploy': None,
}
IN_BASH = {
    '[ "$X" == 1 ] && deploy': False,
    '[ $X == "1" ] && deploy': False,
    'if [[ "$X" == 1 ]]; then deploy; fi': False,
    "[[ $X == 1 ]] && deploy": False,
    "[[ $X = 1 ]] && deploy": False,
    "[[ $X -eq 1 ]] && deploy": False,
    "[[ $X != 0 ]] && deploy": False,
    "[[ ! $X == 0 ]] && deploy": False,
    "(( X )) && deploy": False,
    "((X==1)) && deploy": False,
    "(( X == 0 )) || deploy": False,
    "if (( $X > 0 )); then deploy; fi": False,
    "if ! (( X )); then exit 1; fi; deploy": False,
    "[[ $X == 0 ]] && deploy": True,
    "[[ $X ]] && deploy": True,
    "(( ! X )) && deploy": True,
    "[[ $X =~ ^[1]$ ]] && deploy": None,
}


def after_build(command: str, shell: str = "", on_failure: str | None = None, top: Top = NO_MORE) -> Maybe:
    """Whether ``deploy`` in a command of post_build is reached after build has failed."""
    also = {"on-failure": on_failure} if on_failure else {}
    command = command.replace("$X", f"${FLAG}").replace("${X}", f"${{{FLAG}}}").replace("(X", f"({FLAG}")
    command = command.replace("( X", f"( {FLAG}").replace("! X", f"! {FLAG}")
    found = build({"build": {"commands": ["make"], **also}, "post_build": commands(command)}, shell, top)
    return reached(found, "deploy")


@pytest.mark.parametrize("shell", ["", "bash"])
@pytest.mark.parametrize(("command", "answer"), GUARDS.items())
def test_a_guard_in_any_shell(command: str, answer: Maybe, shell: str) -> None:
    assert after_build(command, shell) is answer


@pytest.mark.parametrize(("command", "answer"), GUARDS.items())
def test_a_guard_in_dash(command: str, answer: Maybe) -> None:
    assert after_build(command, top=DASH) is answer


@pytest.mark.parametrize(("command", "answer"), IN_BASH.items())
def test_a_guard_of_bash(command: str, answer: Maybe) -> None:
    assert after_build(command, "bash") is answer


@pytest.mark.parametrize("command", [*GUARDS, *IN_BASH])
def test_a_guard_after_a_failure_that_was_let_pass_decides_nothing_for_sure(command: str) -> None:
    if FLAG not in command.replace("X", FLAG) or "$LIST" in command:
        return
    unguarded = command in ('[ "$X" = 1 ]\ndeploy', '[ "$X" = 1 ] && echo fine; deploy')
    assert after_build(command, "bash", "CONTINUE") is None or unguarded


@pytest.mark.parametrize("command", ["deploy", "deploy || true", "set -e; make; deploy"])
def test_without_a_guard_it_is_reached_after_a_failure_that_was_let_pass(command: str) -> None:
    assert after_build(command, "", "CONTINUE") is True


@pytest.mark.parametrize("command", ['[ "$X" == 1 ] && deploy', "[[ $X == 1 ]] && deploy", "[[ $X == 0 ]] && deploy"])
def test_dash_runs_nothing_behind_a_test_of_bash(command: str) -> None:
    assert after_build(command, top=DASH) is False


@pytest.mark.parametrize("command", ['[ "$X" == 1 ] || deploy', "[[ $X == 1 ]] || deploy", "[[ $X == 0 ]] || deploy"])
def test_dash_always_runs_the_other_side_of_a_test_of_bash(command: str) -> None:
    assert after_build(command, top=DASH) is True


@pytest.mark.parametrize(
    ("first", "answer"),
    [
        (f'[ "${FLAG}" = 1 ]', False),
        (f'test "${FLAG}" -eq 1', False),
        (f'if [ "${FLAG}" = 0 ]; then exit 1; fi', False),
        (f'[ "${FLAG}" = 1 ] || exit 1', False),
        (f'[ "${FLAG}" = 1 ] || false', False),
        # A command of its own that ends well does not keep the next one from running.
        (f'if [ "${FLAG}" = 0 ]; then exit 0; fi', True),
        (f'[ "${FLAG}" = 1 ] || exit 0', True),
        (f"case ${FLAG} in 0) exit 0;; esac", True),
        (f'[ "${FLAG}" = 1 ] || true', True),
        (f'[ "${FLAG}" = 0 ]', True),
        (f'[ "${FLAG}" = 1 ] && echo fine; true', True),
        ("make", True),
        ("[ -f image ]", None),
        ("[ -f image ] || exit 1", None),
        ("! [ -f failed ]", None),
    ],
)
def test_a_guard_in_the_command_before(first: str, answer: Maybe) -> None:
    found = build({"build": commands("make"), "post_build": commands(first, "deploy")})
    assert reached(found, "deploy") is answer


@pytest.mark.parametrize(
    "first", [f'[ "${FLAG}" = 1 ]', f'if [ "${FLAG}" = 0 ]; then exit 1; fi', f"case ${FLAG} in 0) exit 1;; esac"]
)
def test_a_guard_in_the_command_before_after_a_failure_that_was_let_pass(first: str) -> None:
    phases = {"build": {"commands": ["make"], "on-failure": "CONTINUE"}, "post_build": commands(first, "deploy")}
    assert reached(build(phases), "deploy") is None


def test_a_guard_in_another_phase_or_in_commands_guards_no_finally() -> None:
    post_build = {"commands": [f'[ "${FLAG}" = 1 ]'], "finally": ["deploy"]}
    assert reached(build({"build": commands("make"), "post_build": post_build}), "deploy") is True
    post_build = {"commands": ["true"], "finally": ["[ -f image ]", "deploy"]}
    assert reached(build({"build": commands("make"), "post_build": post_build}), "deploy") is True


def test_finally_is_reached_after_its_own_phase_has_failed() -> None:
    assert reached(build({"install": {"commands": ["make"], "finally": ["cleanup"]}}), "cleanup") is True
    guarded = f'[ "${FLAG}" = 1 ] && cleanup'
    assert reached(build({"install": {"commands": ["make"], "finally": [guarded]}}), "cleanup") is None
    assert reached(build({"install": {"commands": ["true"], "finally": ["cleanup"]}}), "cleanup") is False


def test_what_stands_behind_an_exit_is_not_reached() -> None:
    found = build({"build": commands("make"), "post_build": commands("exit 1\ndeploy")})
    assert nodes(found, "deploy") == []
