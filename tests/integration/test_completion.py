"""What shells propose while a command line is typed: in real shells, and in the answers that they are given."""

from __future__ import annotations

import os
import pathlib
import shlex
import shutil
import signal
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.catalogue import rules
from cblint.cli import proposals
from cblint.cli.commands import cli
from cblint.cli.completion import _split
from cblint.cli.options import OPTIONS
from cblint.report import FORMATS
from tests import terminal
from tests.integration.conftest import Cblint, environment, invoke

HOSTILE = "fi $(touch 1) `touch 2` ;q'\"\\x*.yml"
"""The name of a file; what it says must not happen."""

OWN = "name: {name}\nsummary: {summary}\nmessage: No.\nmatch:\n  command: docker\n"


def answer(cblint: Cblint, line: str, shell: str = "zsh", word: str = "", stderr: str = "") -> list[str]:
    """The lines that a shell is given."""
    done = cblint.run(env={"_CBLINT_COMPLETE": f"{shell}_complete", "_CBLINT_LINE": line, "_CBLINT_WORD": word})
    assert (done.status, done.stderr) == (0, stderr)
    return [each for each in done.stdout.split("\n") if each]


def proposed(cblint: Cblint, line: str, shell: str = "zsh", word: str = "") -> list[str]:
    """The words that are proposed; ``FILES`` where the shell is to look."""
    found = [each.split("\t") for each in answer(cblint, line, shell, word)]
    return ["FILES" if kind == "file" else rest[0] for kind, *rest in found]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_real_shell_completes_and_runs_nothing(shell: str, tmp_path: pathlib.Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    program, folder = tmp_path / "bin" / "cblint", tmp_path / "repository"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m cblint "$@"\n')
    program.chmod(0o755)
    (folder / "own").mkdir(parents=True)
    (folder / HOSTILE).touch()
    (folder / "line\nend").touch()
    (folder / "own" / "a.yml").write_text(OWN.format(name="zzz-own", summary='"$(touch 3) `touch 4`: %F{red}"'))
    (folder / ".cblint.yml").write_text("rules: [own]\n")
    (folder / "cblint").write_text("#!/bin/sh\ntouch 5\n")
    (folder / "cblint").chmod(0o755)
    before = sorted(path.name for path in folder.iterdir())
    variables = environment({"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"})
    lines = {
        "cblint che": "<cblint><check>",
        "cblint check --format=sa": "<cblint><check><--format=sarif>",
        "cblint check --select zzz-own,curl-w": "<cblint><check><--select><zzz-own,curl-without-fail>",
        "cblint explain aws/codebuild/standard:7": "<cblint><explain><aws/codebuild/standard:7.0>",
        "cblint check fi": f"<cblint><check><{HOSTILE}>",
        "cblint check --config=fi": f"<cblint><check><--config={HOSTILE}>",
        "cblint check '$(touch 6)' --jo": "<cblint><check><$(touch 6)><--jobs>",
        "./cblint sche": "<./cblint><schema>",
    }
    assert terminal.completed(shell, [*lines], folder, variables) == [*lines.values()]
    assert sorted(path.name for path in folder.iterdir()) == before


PROPOSED: dict[str, list[str]] = {
    "cblint ": [*cli.commands],
    "cblint s": ["schema"],
    "cblint nothing": [],
    "cblint --v": ["--version", "--verbose"],
    "cblint check ": ["FILES"],
    "cblint check a b/": ["FILES"],
    "cblint check --stat": ["--statistics"],
    "cblint check --stat=": ["FILES"],
    "cblint check -- --stat": ["FILES"],
    "cblint check --format ": [*FORMATS],
    "cblint check --format json --format sa": ["sarif"],
    "cblint check --format=": [f"--format={name}" for name in FORMATS],
    "cblint check --fail-on e": ["error"],
    "cblint check --config ": ["FILES"],
    "cblint check --output=x": ["FILES"],
    "cblint check --since ": [],
    "cblint check --jobs ": [],
    "cblint check --select CB1": ["CB1", *(rule.code for rule in rules() if rule.code.startswith("CB1"))],
    "cblint check --select duplicate-key,dup": [],
    "cblint check --ignore CB2,duplicate": ["CB2,duplicate-key"],
    "cblint check --ignore ,,duplicate": [",,duplicate-key"],
    "cblint rules ": ["test"],
    "cblint rules --category secr": ["secrets"],
    "cblint rules --severity n": ["note"],
    "cblint rules --select duplicate": ["duplicate-key"],
    "cblint rules test ": ["FILES"],
    "cblint baseline ": ["create", "update", "check"],
    "cblint baseline create --baseline ": ["FILES"],
    "cblint config ": ["FILES"],
    "cblint trace ": ["FILES"],
    "cblint schema o": ["output"],
    "cblint completion ": ["bash", "zsh", "fish"],
    "cblint explain duplicate": ["duplicate-key"],
    "cblint explain CB100": [rule.code for rule in rules() if rule.code.startswith("CB100")],
    "cblint explain im": ["image", *(rule.name for rule in rules() if rule.name.startswith("im"))],
    "cblint explain image standard:7": ["standard:7.0"],
    "cblint explain rule standard:7": [],
    "cblint explain variable CODEBUILD_WEBHOOK_HEAD": ["CODEBUILD_WEBHOOK_HEAD_REF"],
    "cblint explain CODEBUILD_WEBHOOK_HEAD": ["CODEBUILD_WEBHOOK_HEAD_REF"],
    "cblint explain image variab": [],
    # What is not, or not yet, a command line.
    "": [*cli.commands],
    "cblint check 'x": ["FILES"],
    'cblint check "--form': ["--format"],
    "cblint check --form\\": ["--format"],
    "cblint check --nothing --form": ["--format"],
    "cblint check --format nothing --stat": ["--statistics"],
    "cblint nothing --stat": [],
    "cblint check --rules nowhere --select duplicate": ["duplicate-key"],
    "cblint check --jobs x --stat": ["--statistics"],
}


def test_what_is_proposed(cblint: Cblint) -> None:
    assert {line: proposed(cblint, line) for line in PROPOSED} == PROPOSED


def test_every_option_and_every_rule_is_proposed(cblint: Cblint) -> None:
    options = [name for option in OPTIONS for name in option.names if name.startswith("--")]
    assert {*proposed(cblint, "cblint check --")} == {*options, "--help"}
    assert proposed(cblint, "cblint check --select ") == [rule.name for rule in rules()]
    assert {rule.name for rule in rules()} < {*proposed(cblint, "cblint explain ")}


@pytest.mark.parametrize(
    ("line", "word", "expected"),
    [
        ("cblint check --format=js", "js", ["json"]),
        ("cblint check --profile=", "=", ["default", "security", "pedantic"]),
        ("cblint check '--format=js", "'--format=js", ["--format=json"]),
        ("cblint explain standard:7", "7", ["7.0"]),
        ("cblint explain standard:7", "standard:7", ["standard:7.0"]),
        ("cblint explain image standard:", ":", [f"{version}.0" for version in (8, 7, 6, 5, 4)]),
        ("cblint check --format js", "something else", ["json"]),
    ],
)
def test_bash_is_given_what_stands_behind_where_it_breaks_words(
    cblint: Cblint, line: str, word: str, expected: list[str]
) -> None:
    assert proposed(cblint, line, "bash", word)[: len(expected)] == expected


def test_the_rules_are_those_of_the_folder(cblint: Cblint) -> None:
    cblint.put({"own/a.yml": OWN.format(name="zzz-one", summary='"Tab\\there, \\e[31m: $(touch 1)"')})
    assert proposed(cblint, "cblint check --select zzz") == []
    assert proposed(cblint, "cblint check --rules own --select zzz") == ["zzz-one"]
    cblint.put({".cblint.yml": "rules: [own]\n"})
    assert answer(cblint, "cblint check --select zzz") == ["plain\tzzz-one\tTab here, <U+001B>[31m: $(touch 1)"]
    assert proposed(cblint, "cblint explain OW") == ["OWN"]
    assert proposed(cblint, "cblint check --isolated --select zzz") == []
    for broken in ("rules: [nowhere]\n", "rules: [own\n", "\t"):
        cblint.put({".cblint.yml": broken})
        assert proposed(cblint, "cblint check --select duplicate") == ["duplicate-key"]
    cblint.put({".cblint.yml": "rules: [own]\n", "own/a.yml": OWN.format(name='"zzz $(x)"', summary="x")})
    assert proposed(cblint, "cblint check --select zzz") == []


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no alarm clock")
def test_rules_that_take_long_to_read_are_not_waited_for(cblint: Cblint, monkeypatch: pytest.MonkeyPatch) -> None:
    cblint.put({".cblint.yml": "rules: [own]\n", "own/a.yml": OWN.format(name="dup-own", summary="x")})
    with monkeypatch.context() as patch:
        patch.setattr(proposals, "_SECONDS", 1e-6)
        assert proposed(cblint, "cblint check --select dup") == ["duplicate-key"]
    assert sorted(proposed(cblint, "cblint check --select dup")) == ["dup-own", "duplicate-key"]
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@settings(max_examples=25)
@given(st.text(max_size=40), st.sampled_from(["bash", "zsh", "fish"]), st.text(max_size=10))
def test_any_line_is_answered(text: str, shell: str, word: str) -> None:
    variables = {"_CBLINT_COMPLETE": f"{shell}_complete", "_CBLINT_LINE": f"cblint check {text}", "_CBLINT_WORD": word}
    done = invoke([], "", {name: value.replace("\0", "") for name, value in variables.items()})
    assert (done.exit_code, done.stderr) == (0, "")


@given(st.lists(st.text(min_size=1), min_size=1))
def test_a_line_is_split_as_a_shell_does(words: list[str]) -> None:
    assert _split(shlex.join(words)) == words
    assert _split(f"{shlex.join(words)} ") == [*words, ""]


def test_proposals_come_at_once(cblint: Cblint) -> None:
    variables = {"_CBLINT_COMPLETE": "bash_complete", "_CBLINT_LINE": "cblint check --select c", "_CBLINT_WORD": "c"}
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        assert b"curl-without-fail" in cblint.process(env=variables).out
        taken.append(time.perf_counter() - started)
    assert min(taken) < 1  # 0.2 where nothing else runs


def test_the_scripts(cblint: Cblint) -> None:
    for shell in ("bash", "zsh", "fish"):
        done = cblint.process("completion", shell)
        assert (done.status, done.err) == (0, b"")
        assert f"cblint completion {shell}" in done.stdout
        assert cblint.process(env={"_CBLINT_COMPLETE": f"{shell}_source"}).out == done.out
    refused = cblint.run("completion", "zhs")
    assert (refused.status, refused.out) == (2, b"")
    assert '"zhs" is not one of bash, zsh, fish. Did you mean "zsh"?' in refused.stderr


def test_the_variable_does_not_get_into_the_way_of_a_run(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": "version: 0.2\n"})
    asked = {"_CBLINT_COMPLETE": "bash_complete"}
    assert cblint.run("check", env=asked).out == cblint.run("check").out
    assert cblint.run("--version", env={"_CBLINT_COMPLETE": ""}).out == cblint.run("--version").out
