"""The build on paper, row by row: which phases run after which failure, and what goes on from command to command."""

from __future__ import annotations

import itertools

import pytest

from cblint.buildspec.model import PHASES
from cblint.flow.build import run_build
from cblint.flow.state import State, Variable
from cblint.flow.steps import EITHER, FAILING, SUCCEEDING
from cblint.flow.trace import beliefs, runs_after_failure
from cblint.flow.values import Maybe
from cblint.linter import Settings, buildspecs_in
from tests.builds import (
    DASH,
    FLAG,
    assigned,
    build,
    commands,
    paths,
    phases_run,
    reached,
    run_text,
    value,
)

# The table of phases


def expected(fails: str, surely: bool, on_failure: str | None, final: str | None) -> dict[str, str]:
    """The paths on which the first command of each phase runs if that one fails, as the documentation has it."""
    mode = (on_failure or "").upper().partition("-")[0]
    ok = not surely and final != "false"
    after = dict.fromkeys(PHASES[: PHASES.index(fails) + 1], "s")
    for phase in PHASES[PHASES.index(fails) + 1 :]:
        failed = "e" if mode == "CONTINUE" else "f" if fails == "build" and mode != "ABORT" else ""
        after[phase] = ("s" if ok else "") + failed
    return after


@pytest.mark.parametrize(
    "on_failure", [None, "ABORT", "CONTINUE", "RETRY", "RETRY-2", "RETRY-2-.*timed out.*", "abort", "Continue", "retry"]
)
def test_the_phases_that_run_after_a_failure(on_failure: str | None) -> None:
    for fails in PHASES:
        for command in ("false", "make", "exit 3", "set -e; false; true"):
            for final in (None, "true", "false"):
                _check_failure(fails, command, final, on_failure)


def _check_failure(fails: str, command: str, final: str | None, on_failure: str | None) -> None:
    surely = command != "make"
    failing: dict[str, object] = {"commands": [command, "echo after"]}
    if on_failure is not None:
        failing["on-failure"] = on_failure
    if final is not None:
        failing["finally"] = [final, "echo last"]
    found = build({phase: failing if phase == fails else commands("echo") for phase in PHASES})
    assert phases_run(found) == expected(fails, surely, on_failure, final)
    where = paths(found)
    assert where.get(f"{fails}.commands[1]", "") == ("" if surely else "s")
    # What stands under `finally` runs after a failure as well, all of it.
    assert where.get(f"{fails}.finally[0]", "") == ("" if final is None else "f" if surely else "sf")
    assert where.get(f"{fails}.finally[1]", "") == where.get(f"{fails}.finally[0]", "")


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(PHASES, 2)))
def test_a_failure_after_one_that_was_let_pass(first: str, second: str) -> None:
    phases: dict[str, dict[str, object]] = {phase: {"commands": ["echo"]} for phase in PHASES}
    phases[first] = {"commands": ["false"], "on-failure": "CONTINUE"}
    phases[second] = {"commands": ["false"]}
    where = phases_run(build(phases))
    for phase in PHASES[PHASES.index(first) + 1 : PHASES.index(second) + 1]:
        assert where[phase] == "e"
    for phase in PHASES[PHASES.index(second) + 1 :]:
        assert where[phase] == ("f" if second == "build" else "")


def test_every_failure_can_be_let_pass() -> None:
    found = build({phase: {"commands": ["false"], "on-failure": "CONTINUE"} for phase in PHASES})
    assert phases_run(found) == {"install": "s", "pre_build": "e", "build": "e", "post_build": "e"}


def test_the_runs_are_in_order_and_the_paths_of_a_step_are_side_by_side() -> None:
    found = build({"post_build": commands("a", "b"), "build": commands("c"), "install": commands("d")})
    assert [(run.step.where, run.path) for run in found.runs] == [
        ("phases.install.commands[0]", SUCCEEDING),
        ("phases.build.commands[0]", SUCCEEDING),
        ("phases.post_build.commands[0]", SUCCEEDING),
        ("phases.post_build.commands[1]", SUCCEEDING),
        ("phases.post_build.commands[0]", FAILING),
        ("phases.post_build.commands[1]", FAILING),
    ]


@pytest.mark.parametrize(
    ("phase", "on_failure", "runs"),
    [("build", None, True), ("build", "CONTINUE", None), ("build", "ABORT", False), ("pre_build", None, False)],
)
def test_whether_post_build_runs_in_a_build_that_has_failed(phase: str, on_failure: str | None, runs: Maybe) -> None:
    also = {"on-failure": on_failure} if on_failure else {}
    found = build({phase: {"commands": ["make"], **also}, "post_build": commands("deploy")})
    step = found.runs[-1].step
    assert step.phase == "post_build"
    assert runs_after_failure(found, step) is runs


def test_a_phase_that_cannot_fail_leads_on_to_success_only() -> None:
    found = build({"build": commands("true", "make || true", "echo done"), "post_build": commands("deploy")})
    assert phases_run(found)["post_build"] == "s"
    assert reached(found, "deploy") is False


def test_variables_of_both_ways_meet_in_finally_only_where_both_lead_there() -> None:
    found = build({"build": {"commands": ["X=1", "make", "X=2", "make"], "finally": ["Y=$X"]}})
    assert value(found, "Y", SUCCEEDING) == "2"
    assert value(found, "Y", FAILING) is None
    found = build({"build": {"commands": ["X=1", "make", "make"], "finally": ["Y=$X"]}})
    assert value(found, "Y", FAILING) == "1"


# What the variable says


@pytest.mark.parametrize(("on_failure", "path", "says"), [(None, FAILING, "0"), ("CONTINUE", EITHER, None)])
def test_what_the_variable_says(on_failure: str | None, path: str, says: str | None) -> None:
    also = {"on-failure": on_failure} if on_failure else {}
    found = build({"build": {"commands": ["make"], **also}, "post_build": commands("echo")})
    assert value(found, FLAG, SUCCEEDING) == "1"
    assert value(found, FLAG, path) == says
    assert assigned(found, FLAG, path) is True


def test_what_it_says_to_finally_after_a_failure_is_not_known() -> None:
    found = build({"build": {"commands": ["make"], "finally": ["echo"]}})
    final = {run.path: run.before.variable(FLAG).value.text for run in found.runs if run.step.key == "finally"}
    assert final == {SUCCEEDING: "1", FAILING: None}


def test_what_it_says_to_finally_in_a_build_that_had_failed_before() -> None:
    found = build({"build": commands("false"), "post_build": {"commands": ["make"], "finally": ["echo"]}})
    final = [run for run in found.runs if run.step.key == "finally"]
    assert [(run.path, run.before.variable(FLAG).value.text) for run in final] == [(FAILING, "0")] * 2


def test_each_phase_is_told_anew() -> None:
    found = build({"install": commands(f"{FLAG}=0"), "build": commands("true")})
    assert value(found, FLAG) == "1"


# From one command to the next


def test_scalars_and_the_directory_go_on_to_the_next_command() -> None:
    found = build({"install": commands("X=1", "cd app"), "build": commands("Y=$X")})
    assert value(found, "Y") == "1"
    assert list(beliefs(found))[-1].directory == "app"


def test_functions_and_options_do_not() -> None:
    found = build({"build": commands("f() { X=1; }; set -e", "X=2; f; false; Y=3")}, "bash")
    assert (value(found, "X"), value(found, "Y")) == ("2", "3")


@pytest.mark.parametrize("version", ["0.1", "'0.1'", ".1"])
def test_nothing_survives_in_version_0_1(version: str) -> None:
    text = f"version: {version}\nphases:\n  build:\n    commands:\n      - X=1\n      - cd app\n      - echo\n"
    found = run_text(text)
    assert assigned(found, "X") is None
    assert list(beliefs(found))[-1].directory == "."
    assert value(found, FLAG) == "1"


def test_files_survive_in_version_0_1_and_the_build_is_told_to_have_failed() -> None:
    text = (
        "version: 0.1\nphases:\n  build:\n    commands:\n      - echo 5 > n\n      - make\n"
        "  post_build:\n    commands:\n      - true\n      - X=$(cat n)\n"
    )
    found = run_text(text)
    assert value(found, "X", SUCCEEDING) is None  # make may have written it
    assert value(found, FLAG, FAILING) == "0"
    assert value(run_text(text.replace("make", "true")), "X") == "5"


@pytest.mark.parametrize("version", ["0.2", "'0.2'", "9"])
def test_state_survives_in_other_versions(version: str) -> None:
    text = f"version: {version}\nphases:\n  build:\n    commands: [X=1, 'Y=$X']\n"
    assert value(run_text(text), "Y") == "1"


def test_without_a_version_state_is_taken_to_survive() -> None:
    assert value(run_text("phases:\n  build:\n    commands: [X=1, 'Y=$X']\n"), "Y") == "1"


# Users


@pytest.mark.parametrize(
    ("first", "second", "top", "kept"),
    [
        (None, None, None, True),
        ("root", None, None, True),
        ("app", None, None, False),
        (None, "app", None, False),
        ("app", "app", None, True),
        ("app", None, "app", True),
        (None, "root", "app", False),
    ],
)
def test_another_user_may_find_nothing(first: str | None, second: str | None, top: str | None, kept: bool) -> None:
    install: dict[str, object] = {"commands": ["X=1", "cd app"]}
    post_build: dict[str, object] = {"commands": ["true"]}
    if first:
        install["run-as"] = first
    if second:
        post_build["run-as"] = second
    found = build({"install": install, "build": post_build}, top={"run-as": top} if top else {})
    assert value(found, "X") == ("1" if kept else None)
    assert assigned(found, "X") is (True if kept else None)
    assert list(beliefs(found))[-1].directory == ("app" if kept else None)


def kinds(variable: Variable) -> list[str]:
    return sorted(label.kind for label in variable.value.labels)


def test_secrets_stay_secrets_for_another_user() -> None:
    env = {"secrets-manager": {"TOKEN": "a:b"}, "variables": {"STAGE": "dev"}}
    found = build({"install": {"run-as": "app", "commands": ["true"]}, "build": commands("X=$TOKEN")}, top={"env": env})
    (*_, last) = found.runs
    assert kinds(last.before.variable("TOKEN")) == ["secret"]
    assert last.before.variable(FLAG).value.text == "1"


# What is in the file


def test_phases_run_in_their_order_not_in_that_of_the_file() -> None:
    found = build({"build": commands("Y=$X"), "install": commands("X=1")})
    assert value(found, "Y") == "1"


def test_phases_that_are_missing_unknown_or_odd_do_not_run() -> None:
    assert build({}).runs == ()
    assert build({"prebuild": commands("a"), "Install": commands("a")}).runs == ()
    assert [run.step.where for run in build({"deploy": commands("a"), "build": commands("b")}).runs] == [
        "phases.build.commands[0]"
    ]
    for text in ["phases:\n  build:\n", "phases:\n  build: make\n", "phases: [a]\n", "phases:\n", "a\n", "{}\n"]:
        assert run_text(text).runs == ()
    assert run_text("phases:\n  build:\n    commands:\n").runs == ()
    assert run_text("phases:\n  build:\n    commands: {a: b}\n").runs == ()


def test_what_a_command_makes_of_the_variable_is_kept() -> None:
    assert value(build({"build": commands(f"set +a; {FLAG}=0")}), FLAG) == "0"


def test_of_two_phases_of_one_name_the_last_one_runs() -> None:
    found = run_text("phases:\n  build:\n    commands: [X=1]\n  build:\n    commands: [Y=1]\n")
    assert assigned(found, "X") is None
    assert value(found, "Y") == "1"


def test_a_phase_of_finally_only() -> None:
    found = build({"build": {"finally": ["X=1"]}, "post_build": commands("true")})
    assert paths(found) == {"build.finally[0]": "s", "post_build.commands[0]": "s"}
    assert value(found, "X") == "1"


def test_aliases_are_run_where_they_stand() -> None:
    text = (
        "phases:\n  install:\n    commands: &c\n      - &x X=${X}1\n  build:\n    commands: *c\n"
        "  post_build:\n    commands: [*x]\n"
    )
    found = run_text("version: 0.2\nenv: {variables: {X: ''}}\n" + text)
    assert [run.step.where for run in found.runs] == [
        "phases.install.commands[0]",
        "phases.build.commands[0]",
        "phases.post_build.commands[0]",
    ]
    (*_, last) = found.runs
    assert last.outcome.either is not None
    assert last.outcome.either.variable("X").value.written == "${X}111"


def test_a_phase_merged_from_elsewhere() -> None:
    found = run_text("x: &x\n  commands: [X=1]\nphases:\n  build:\n    <<: *x\n    finally: ['Y=$X']\n")
    assert value(found, "Y") == "1"


def test_each_document_is_a_build_of_its_own() -> None:
    text = "---\nphases: {build: {commands: [X=1]}}\n---\nphases: {build: {commands: ['Y=$X', 'true']}}\n"
    first, second = map(run_build, buildspecs_in(text, "buildspec.yml", Settings(isolated=True)))
    assert value(first, "X") == "1"
    assert value(second, "Y") is None


def test_commands_that_are_one_scalar_run_as_one_command() -> None:
    found = run_text("phases:\n  install:\n    commands: X=1\n  build:\n    commands: |\n      Y=$X\n      cd app\n")
    assert [run.step.where for run in found.runs] == ["phases.install.commands", "phases.build.commands"]
    assert value(found, "Y") == "1"
    assert [run.step.number for run in found.runs] == [0, 0]


@pytest.mark.parametrize("empty", ["''", "' '", '"\\n"', "'# only a comment'", "|\n\n"])
def test_empty_commands_succeed_and_change_nothing(empty: str) -> None:
    text = f"phases:\n  build:\n    commands:\n      - X=1\n      - {empty}\n      - Y=$X\n"
    found = run_text(text)
    assert value(found, "Y") == "1"
    assert phases_run(found)["post_build"] == ""
    assert all(run.outcome.failed is None for run in found.runs)


def test_what_is_no_command_is_left_out_and_does_not_move_the_numbers() -> None:
    text = "phases:\n  build:\n    commands:\n      - X=1\n      -\n      - {a: b}\n      - [a]\n      - Y=1\n"
    assert [run.step.number for run in run_text(text).runs] == [0, 4]


@pytest.mark.parametrize(("shell", "runs"), [("bash", 1), ("/bin/sh", 1), ("powershell.exe", 0), ("cmd.exe", 0)])
def test_only_shells_that_cblint_reads_are_run(shell: str, runs: int) -> None:
    assert len(build({"build": commands("echo a")}, shell).runs) == runs
    assert len(build({"build": commands("echo a")}, "zsh").runs) == 0


@pytest.mark.parametrize("command", ["$env:X = 1", "Write-Host hello", "$x = Get-Content a"])
def test_powershell_is_known_by_its_commands(command: str) -> None:
    assert build({"build": commands(command)}).runs == ()


def test_the_shell_decides_what_commands_mean() -> None:
    phases = {"build": commands("a=(1 2); X=${a[1]}", "true")}
    assert value(build(phases, "bash"), "X") == "2"
    assert [run.outcome.ok for run in build(phases, top=DASH).runs] == [None]


# What the build is given


def test_variables_of_env_are_set_and_may_have_been_set_anew() -> None:
    env = {
        "variables": {"STAGE": "dev"},
        "parameter-store": {"PARAMETER": "/a/b"},
        "secrets-manager": {"SECRET": "a:b"},
    }
    found = build({"build": commands("true")}, top={"env": env})
    (run,) = found.runs
    given = {name: run.before.variable(name) for name in ("STAGE", "PARAMETER", "SECRET", "OTHER")}
    assert {name: variable.assigned for name, variable in given.items()} == {
        "STAGE": True,
        "PARAMETER": True,
        "SECRET": True,
        "OTHER": None,
    }
    assert {name: kinds(variable) for name, variable in given.items()} == {
        "STAGE": [],
        "PARAMETER": ["secret"],
        "SECRET": ["secret"],
        "OTHER": [],
    }
    assert {variable.value.text for variable in given.values()} == {None}


def test_the_labels_of_secrets_flow() -> None:
    env = {"secrets-manager": {"SECRET": "a:b"}}
    scripts = ['X="x$SECRET"', "Y=$(echo $SECRET)", "Z=${SECRET%%a}", "W=$X$Y", "V=1"]
    found = build({"build": commands(*scripts)}, top={"env": env})
    (*_, last) = found.runs
    labels = {name: kinds(last.outcome.either.variable(name)) for name in "XYZWV" if last.outcome.either}
    secret = ["secret"]
    assert labels == {"X": secret, "Y": secret, "Z": secret, "W": secret, "V": []}


@pytest.mark.parametrize(
    "script",
    [
        'echo "$SECRET" > f; echo x | tee -a f',
        'echo "$SECRET" > f; sed -i s/a/b/ f',
        "sed -i s/x/$SECRET/ f",
        'sed -i -e "s/x/$SECRET/" f g',
    ],
)
def test_a_secret_stays_in_a_file_that_is_changed(script: str) -> None:
    found = build({"build": commands(script)}, top={"env": {"secrets-manager": {"SECRET": "a:b"}}})
    (*_, last) = found.on("succeeding")
    state = last.outcome.either
    assert state is not None
    assert {label.name for label in state.files.get("${CODEBUILD_SRC_DIR}/f").content.labels} == {"SECRET"}


@pytest.mark.parametrize("script", ['echo "$SECRET" > f; echo x > f', 'echo "$SECRET" > f; echo x | tee f', "true"])
def test_a_file_that_is_written_anew_holds_no_secret(script: str) -> None:
    found = build({"build": commands(script)}, top={"env": {"secrets-manager": {"SECRET": "a:b"}}})
    (*_, last) = found.on("succeeding")
    state = last.outcome.either
    assert state is not None
    assert state.files.get("${CODEBUILD_SRC_DIR}/f").content.labels == frozenset()


def test_a_variable_of_a_task_of_a_batch_is_not_set_everywhere() -> None:
    batch = {"build-list": [{"identifier": "a", "env": {"variables": {"X": "1", "Y": "2"}}}]}
    found = build({"build": commands("true")}, top={"env": {"variables": {"Y": "3"}}, "batch": batch})
    assert assigned(found, "X") is None
    assert assigned(found, "Y") is True


def test_scripts_of_the_repository_are_read_where_they_are_at_hand() -> None:
    asked = []

    def read(path: str) -> str | None:
        asked.append(path)
        return {"env.sh": "export TAG=v1\n", "ci/more.sh": "TAG=v2\ncd app\n"}.get(path)

    found = build({"build": commands(". ./env.sh", "X=$TAG", "cd ci", ". ./more.sh", "Y=$TAG")}, read=read)
    assert (value(found, "X"), value(found, "Y")) == ("v1", "v2")
    assert list(beliefs(found))[-1].directory == "ci/app"
    assert set(asked) <= {"env.sh", "ci", "ci/more.sh", "ci/app", "app"}


SCRIPTS = {
    "ci/fails.sh": "#!/bin/bash\nexit 3\n",
    "ci/fine.sh": "#!/bin/bash\ntrue\n",
    "ci/long.sh": "#!/bin/bash\n" + "# so long that it is not followed\n" * 4_000 + "exit 3\n",
    "-l": "exit 3\n",
}


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("ci/fails.sh", "3"),
        ("bash ci/fails.sh", "3"),
        ("bash -eu ci/fails.sh", "3"),
        ("ci/long.sh", None),
        ("bash -l", None),  # an option, whatever files there are
        ("bash -l ci/fine.sh", None),
        ("ci/fine.sh; local A=1", "1"),  # which is no function
    ],
)
def test_scripts_of_the_repository_are_run_where_they_are_at_hand(command: str, says: str | None) -> None:
    assert value(build({"build": commands(f"{command}; X=$?")}, "bash", read=SCRIPTS.get), "X") == says


@pytest.mark.parametrize(
    "command",
    [
        *("base64 f", "basename f", "cksum f", "comm f f", "cut -c1 f", "date +%s", "df .", "diff f g", "dirname f"),
        *("du -sh .", "env", "expr 1 + 1", "file f", "fold -w1 f", "getconf ARG_MAX", "grep a f", "egrep a f"),
        *("fgrep a f", "head -1 f", "hostname", "id -u", "jq . f", "ls -l", "md5sum f", "nl f", "nproc", "od f"),
        *("paste f f", "printenv HOME", "ps", "readlink f", "realpath f", "rev f", "seq 3", "sha1sum f", "sha256sum f"),
        *("sha512sum f", "sleep 1", "stat f", "tac f", "tail -1 f", "tr a b", "uname -m", "uniq f", "wc -l f"),
        *("which cat", "whoami", "xxd f"),
    ],
)
def test_what_only_reads_leaves_files_as_they_are(command: str) -> None:
    assert value(build({"build": commands(f"echo a > f; {command} > /dev/null; X=$(cat f)")}), "X") == "a"


def test_a_script_that_is_not_at_hand_may_set_anything_but_what_codebuild_sets() -> None:
    env = {"variables": {"STAGE": "dev"}, "secrets-manager": {"SECRET": "a:b"}}
    found = build({"build": commands("X=1; Z=1", ". ./env.sh", "true")}, top={"env": env})
    assert (value(found, "X"), assigned(found, "X")) == (None, None)
    (*_, last) = found.runs
    assert kinds(last.before.variable("SECRET")) == ["secret"]
    assert last.before.variable(FLAG).value.text in ("1", None)


@pytest.mark.parametrize(
    "command",
    [". ../env.sh", ". ../../x", ". /etc/profile", ". ~/x", '. "$HOME/x"', '. "$OTHER/x"', "cat ../x", "cd ..; . ./x"],
)
def test_nothing_outside_of_the_repository_is_asked_for(command: str) -> None:
    asked = []

    def read(path: str) -> str | None:
        asked.append(path)
        return "X=1\n"

    found = build({"build": commands(command, "true")}, read=read)
    assert asked == []
    assert value(found, "X") is None


def test_a_build_is_the_same_each_time() -> None:
    commands = ["make & A=$(date) || B=$?; wait", 'for x in $A; do C=$C$x; done; cd "$C" || exit 1']
    source = {"build": {"commands": commands}, "post_build": {"commands": ["deploy"]}}
    first, second = (
        [(run.path, run.step.where, known(run.outcome.either), [event[:1] for event in run.events]) for run in ran]
        for ran in (build(source).runs, build(source).runs)
    )
    assert first == second


def known(state: State | None) -> list[object]:
    """What is believed of the variables at the end."""
    return [state.variable(name)[:7] for name in "ABC"] if state is not None else []
