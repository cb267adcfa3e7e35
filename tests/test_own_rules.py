"""What own rules find: each condition, what is not known, and how conditions are put together."""

from __future__ import annotations

import os
import pathlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.examples import Example, example_from
from cblint.flow.values import Maybe
from cblint.own.conditions import agreed, every, some
from cblint.own.entries import entries
from cblint.own.texts import Known, text_test
from cblint.trial import differences
from tests.bounds import no_hanging
from tests.helpers import commands
from tests.own import found, put, said

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXAMPLES = [
    (example_from(entry.rule.name, number, data), entry.rule)
    for entry in entries([os.path.join(ROOT, "examples", "own-rules")])
    for number, data in enumerate(entry.rule.texts["examples"])
]


@pytest.mark.parametrize(("example", "rule"), EXAMPLES, ids=[example.id for example, _ in EXAMPLES])
def test_the_example_rules_find_what_their_examples_mark(example: Example, rule: Any, tmp_path: pathlib.Path) -> None:
    assert differences(example, rule, str(tmp_path)) == []


def test_there_are_enough_of_them_and_each_has_a_bad_and_a_good_one() -> None:
    kinds: dict[str, set[bool]] = {}
    for example, rule in EXAMPLES:
        kinds.setdefault(rule.name, set()).add(bool(example.spans))
    assert len(kinds) >= 20
    assert set(map(frozenset, kinds.values())) == {frozenset({True, False})}


# Texts


@pytest.mark.parametrize(
    ("spec", "holds", "fails"),
    [
        ("a", ["a"], ["A", "ab", ""]),
        (["a", 3.10, True], ["a", "3.1", "True"], ["3.10", "true"]),
        ({"not-in": ["a", "b"]}, ["c", ""], ["a", "b"]),
        ({"in-any-case": "Yes"}, ["yes", "YES"], ["ye"]),
        ({"glob": "*_PASSWORD"}, ["DB_PASSWORD", "_PASSWORD"], ["PASSWORD", "DB_PASSWORD_X"]),
        ({"glob": ["a*b*c", "x"]}, ["abc", "a-b-b-c", "x"], ["acb", "ab", "xx"]),
        ({"glob": "[a].?"}, ["[a].?"], ["a.b"]),
        ({"not-glob": "**"}, [], ["", "a"]),
        ({"in": ["a1", "a2"], "not-glob": "*2"}, ["a1"], ["a2", "b1"]),
        ({"more-than": 5}, ["6", "5.5", "1e3"], ["5", "4", "six", "", "nan"]),
        ({"more-than": 5, "less-than": 7}, ["6"], ["5", "7"]),
        ({"in": "**/*"}, ["**/*"], ["a/b", "*/*"]),
    ],
)
def test_a_text_is_asked(spec: Any, holds: list[str], fails: list[str]) -> None:
    test = text_test(spec, ())
    assert [test(Known(text)) for text in holds] == [True] * len(holds)
    assert [test(Known(text)) for text in fails] == [False] * len(fails)


_LETTERS = st.text("ab*", max_size=5)
_SPECS = st.one_of(
    _LETTERS,
    st.lists(_LETTERS, min_size=1, max_size=3),
    st.dictionaries(st.sampled_from(["in", "not-in", "in-any-case", "glob", "not-glob"]), _LETTERS, min_size=1),
    st.fixed_dictionaries({"more-than": st.integers(0, 9)}),
)


@given(_SPECS, _LETTERS, _LETTERS)
def test_what_is_said_of_a_beginning_holds_for_every_text_that_begins_so(spec: Any, start: str, rest: str) -> None:
    test = text_test(spec, ())
    answer = test(Known(start, False))
    whole = test(Known(start + rest))
    assert whole is not None
    assert answer in (None, whole)


_ANSWERS = st.lists(st.sampled_from([True, False, None]), max_size=4)


@given(_ANSWERS)
def test_conditions_are_put_together_so_that_what_is_sure_is_sure(answers: list[Maybe]) -> None:
    worlds: list[list[bool]] = [[]]
    for answer in answers:
        worlds = [[*world, value] for world in worlds for value in ([True, False] if answer is None else [answer])]
    for together, plain in ((every, all), (some, any)):
        possible = {plain(world) for world in worlds}
        assert together(answers) is (possible.pop() if len(possible) == 1 else None)
    assert agreed(answers) is (answers[0] if len(set(answers)) == 1 else None)


# Places


TEXT = """\
version: 0.2
env:
  variables:
    STAGE: test
    EMPTY:
phases:
  install: &phase
    runtime-versions: {python: 3.10, java: corretto17}
    commands: [make, ["a"]]
  build:
    <<: *phase
    on-failure: ABORT
"""


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"at": "phases.*"}, ["install", "build"]),
        ({"at": "phases.*", "key": {"glob": "b*"}}, ["build"]),
        ({"at": "phases.*", "key": {"not-glob": "b*"}}, ["install"]),
        ({"at": "phases.*.commands[*]", "kind": "sequence"}, ['["a"]']),
        ({"at": "phases.*.commands[*]", "key": "make"}, []),
        ({"at": "phases.*.commands[*]", "not": {"kind": "sequence"}}, ["make"]),
        ({"at": "phases.*.runtime-versions.*", "value": ["3.10"]}, ["3.10"]),
        ({"at": "phases.*.runtime-versions.*", "value": {"less-than": 4}}, ["3.10"]),
        ({"at": "phases.*.runtime-versions.*", "not": {"value": {"less-than": 4}}}, ["java"]),
        ({"at": "phases", "value": {"not-in": "a"}}, []),
        ({"at": "env.variables.*", "kind": ["empty"]}, ["EMPTY"]),
        ({"at": "env.variables.*", "value": ""}, [":"]),
        ({"at": "phases.*", "has": "on-failure"}, ["build"]),
        ({"at": "phases.*", "not": {"has": "on-failure"}}, ["install"]),
        ({"at": "phases.*", "not": {"has": ["on-failure", "finally"]}}, ["install"]),
        ({"at": "phases.*", "has": {"on-failure": {"in-any-case": "abort"}, "commands[*]": "make"}}, ["build"]),
        ({"at": "phases.*", "has": "runtime-versions.python"}, ["install", "build"]),
        ({"at": ".", "not": {"has": "reports.*"}}, ["v"]),
        ({"at": ".", "not": {"has": {"env.variables.STAGE": "test"}}}, []),
        ({"at": "phases.*.commands", "count": {"more-than": 1}}, ["commands"]),
        ({"at": "phases.*.commands", "count": {"more-than": 2}}, []),
        ({"at": "phases.*", "count": 3}, ["build"]),
        ({"at": "version", "count": {"less-than": 9}}, []),
        ({"at": ".", "runs": "make"}, ["v"]),
        ({"at": "phases.build", "not": {"runs": ["make", "npm"]}}, []),
        ({"at": "phases.build", "not": {"runs": "npm test"}}, []),
        ({"at": "nowhere.*"}, []),
        ([{"at": "version"}, {"at": "env"}, {"at": "version"}], ["version", "env"]),
        ({"at": "phases.*", "any": [{"key": "build"}, {"has": "finally"}]}, ["build"]),
        ({"at": "phases.*", "all": [{"key": "build"}, {"has": "finally"}]}, []),
        ({"at": "phases.*", "not": [{"key": "build"}, {"has": "finally"}]}, ["install"]),
        ({"at": "phases.*", "not": {"not": {"not": {"key": "build"}}}}, ["install"]),
    ],
)
def test_places_are_found(tmp_path: pathlib.Path, match: Any, expected: list[str]) -> None:
    assert found(tmp_path, TEXT, match) == expected


def test_what_is_missing_behind_a_syntax_error_or_in_a_part_is_not_missed(tmp_path: pathlib.Path) -> None:
    broken = TEXT + "reports:\n  x: [\n"
    assert found(tmp_path, broken, {"at": ".", "not": {"has": "artifacts"}}) == []
    shown = "# Use\n\n```yaml\nversion: 0.2\nphases:\n  build:\n    commands: [make]\n```\n"
    template = (
        "Resources:\n  P:\n    Type: AWS::CodeBuild::Project\n    Properties:\n      Source:\n        Type: NO_SOURCE\n"
        "        BuildSpec: !Sub |\n          version: 0.2\n          env:\n            variables:\n"
        "              STAGE: ${Stage}\n          phases:\n            build:\n              commands:\n"
        "                - ${Tool} verify\n                - docker pull ${Image}\n"
    )
    without_section = {"at": ".", "not": {"has": "artifacts"}}
    assert found(tmp_path, shown, without_section, "README.md") in ([], ["v"])
    assert found(tmp_path, template, {"at": "env.variables.STAGE", "value": {"not-in": "x"}}, "t.yml") == []
    assert found(tmp_path, template, {"at": "env.variables.STAGE", "not": {"value": "x"}}, "t.yml") == []
    verified = {"command": "docker pull", "not": {"preceded-by": "cosign verify"}}
    assert found(tmp_path, template, verified, "t.yml") == []
    assert found(tmp_path, template, {"at": ".", "not": {"runs": "cosign verify"}}, "t.yml") == []


def test_what_powershell_runs_is_not_known(tmp_path: pathlib.Path) -> None:
    text = "version: 0.2\nenv: {shell: powershell.exe}\n" + commands("make")[len("version: 0.2\n") :]
    assert found(tmp_path, text, {"command": "make"}) == []
    assert found(tmp_path, text, {"at": ".", "not": {"runs": "npm"}}) == []
    assert found(tmp_path, commands("make"), {"at": ".", "not": {"runs": "npm"}}) == ["v"]


# Commands


@pytest.mark.parametrize(
    ("command", "match", "expected"),
    [
        ("docker push a/b", {"command": "docker push"}, ["docker push"]),
        ("docker image push a/b", {"command": "docker push"}, ["docker image push"]),
        ("docker --config /x push a/b", {"command": "docker push"}, ["docker --config /x push"]),
        ("/usr/bin/docker push a", {"command": "docker push"}, ["/usr/bin/docker push"]),
        ("echo docker push a", {"command": "docker push"}, []),
        ("'docker' \"push\" a", {"command": ["x", "docker push"]}, ["'docker' \"push\""]),
        ("sudo -E env A=1 timeout 5 docker push a", {"command": "docker push"}, ["docker push"]),
        ("bash -c 'docker push a && docker pull b'", {"command": "docker pull"}, ["docker pull"]),
        ("$TOOL push a", {"command": "docker push"}, []),
        ("$TOOL push a", {"command": "docker push", "not": {"flag": "-q"}}, []),
        ("docker $VERB a", {"command": "docker push"}, []),
        ("D=docker; $D push a", {"command": "docker push"}, ["$D push"]),
        ("docker push -q a", {"command": "docker push", "flag": ["--quiet", "-q"]}, ["docker push"]),
        ("docker push a", {"command": "docker push", "flag": "-q"}, []),
        ("curl -fsSL x", {"command": "curl", "not": {"flag": "-f"}}, []),
        ("curl -sSL x", {"command": "curl", "not": {"flag": "-f"}}, ["curl"]),
        ("curl $FLAGS x", {"command": "curl", "not": {"flag": "-f"}}, []),
        ("curl $X x", {"command": "curl", "not": {"flag": "-f"}}, []),
        ('curl "$X" x', {"command": "curl", "not": {"flag": "-f"}}, ["curl"]),
        ('curl "$@" x', {"command": "curl", "not": {"flag": "-f"}}, []),
        ("X=a.txt; curl $X x", {"command": "curl", "not": {"flag": "-f"}}, ["curl"]),
        ("tool --level=3", {"command": "tool", "option": {"--level": {"more-than": 2}}}, ["tool"]),
        ("tool --level 2", {"command": "tool", "option": {"--level": {"more-than": 2}}}, []),
        ("tool", {"command": "tool", "not": {"option": {"--level": "3"}}}, ["tool"]),
        ('tool --level "$L"', {"command": "tool", "not": {"option": {"--level": "3"}}}, []),
        ("L=3; tool --level $L", {"command": "tool", "option": {"--level": "3"}}, ["tool"]),
        ("cp a s3://b/$X", {"command": "cp", "operand": {"glob": "s3://*"}}, ["cp"]),
        ("cp a $X", {"command": "cp", "operand": {"glob": "s3://*"}}, []),
        ("cp a $X", {"command": "cp", "not": {"operand": {"glob": "s3://*"}}}, []),
        ("cp s3://a b", {"command": "cp", "last-operand": {"glob": "s3://*"}}, []),
        ("cp b s3://a", {"command": "cp", "last-operand": {"glob": "s3://*"}}, ["cp"]),
        ("cp", {"command": "cp", "last-operand": {"not-in": "a"}}, []),
        ("cp a b", {"command": "cp", "not": {"operand": {"glob": "s3://*"}}}, ["cp"]),
        ("docker push app", {"command": "docker push", "registry": "docker.io"}, ["docker push"]),
        ("docker push $R/app", {"command": "docker push", "registry": {"not-in": "docker.io"}}, []),
        ("docker push $A.dkr.ecr.x.amazonaws.com/app", {"command": "docker push", "registry": {"not-glob": "q*"}}, []),
        ("R=quay.io/a; docker push $R/b:$T", {"command": "docker push", "registry": "quay.io"}, ["docker push"]),
        ("docker tag a ghcr.io/b:1", {"command": "docker tag", "registry": "ghcr.io"}, ["docker tag"]),
        ("docker run -v a:b --rm alpine sh", {"command": "docker run", "image": "alpine"}, ["docker run"]),
        ("docker build -t x/y:1 .", {"command": "docker build", "image": {"glob": "x/*"}}, ["docker build"]),
        ("make", {"command": "make", "image": {"not-in": "x"}}, []),
        ("cd a && make", {"command": "make", "directory": "a"}, ["make"]),
        ("cd /tmp; make", {"command": "make", "directory": {"glob": "/*"}}, ["make"]),
        ("cd a; make", {"command": "make", "directory": "a"}, []),  # where there is no a, it goes on
        ("cd $X; make", {"command": "make", "directory": {"not-in": "a"}}, []),
        ("sudo make", {"command": "make", "through": "sudo"}, ["make"]),
        ("make", {"command": "make", "through": {"not-in": "sudo"}}, []),
        ("make", {"command": "make", "not": {"through": "sudo"}}, ["make"]),
        ("A=1 make", {"command": "make", "with-variable": ["B", "A"]}, ["make"]),
        ("env A=1 make", {"command": "make", "with-variable": "A"}, ["make"]),
        ("A=1 bash -c 'make'", {"command": "make", "with-variable": "A"}, ["make"]),
        ("make; A=1", {"command": "make", "not": {"with-variable": "A"}}, ["make"]),
        ("unset A; make", {"command": "make", "not": {"with-variable": "A"}}, ["make"]),
        ("if [ $X ]; then A=1; fi; make", {"command": "make", "not": {"with-variable": "A"}}, []),
        (". ./x.sh; make", {"command": "make", "not": {"with-variable": "A"}}, []),
        ("make; echo", {"command": "make", "unseen": True}, ["make"]),
        ("make && echo", {"command": "make", "unseen": True}, []),
        ("make && echo", {"command": "make", "unseen": False}, ["make"]),
        ("if make; then echo; fi", {"command": "make", "unseen": True}, []),
        ("make | tee log", {"command": "make", "unseen": True}, ["make"]),
        ("a; b", {"command": "b", "preceded-by": "a"}, ["b"]),
        ("b; a", {"command": "b", "preceded-by": "a"}, []),
        ("b; a", {"command": "b", "not": {"preceded-by": "a"}}, ["b"]),
        ("if [ $X ]; then a; fi; b", {"command": "b", "not": {"preceded-by": "a"}}, []),
        ("if [ $X ]; then a; fi; b", {"command": "b", "preceded-by": "a"}, []),
        ("if [ $X ]; then a; b; fi", {"command": "b", "preceded-by": "a"}, ["b"]),
        ("$X; b", {"command": "b", "not": {"preceded-by": "a"}}, []),
        ('eval "$X"; b', {"command": "b", "not": {"preceded-by": "a"}}, []),
        ('bash -c "$X"; b', {"command": "b", "not": {"preceded-by": "a"}}, []),
        ("./x.sh; b", {"command": "b", "not": {"preceded-by": ["a", "x.sh"]}}, []),
        ("f() { b; }; a; f", {"command": "b", "preceded-by": "a"}, ["b"]),
        ("f() { b; }; f; a", {"command": "b", "preceded-by": "a"}, []),
        ("a -x; b", {"command": "b", "preceded-by": {"command": "a", "flag": "-x"}}, ["b"]),
        ("b; a", {"command": "b", "followed-by": "a"}, ["b"]),
        ("a; b", {"command": "b", "not": {"followed-by": "a"}}, ["b"]),
        ("b; b", {"command": "b", "not": {"preceded-by": "b"}}, ["b"]),
        ("make '", {"command": "make"}, []),
        ("make", {"command": "make", "phase": {"not-in": "build"}}, []),
        ("make", {"command": "make", "phase": {"glob": "*build"}}, ["make"]),
    ],
)
def test_commands_are_found(tmp_path: pathlib.Path, command: str, match: Any, expected: list[str]) -> None:
    text = commands("|\n        " + command)
    assert found(tmp_path, text, match) == expected


def test_an_item_that_no_shell_can_read_may_be_what_is_missed(tmp_path: pathlib.Path) -> None:
    missed = {"command": "b", "not": {"preceded-by": "a"}}
    assert found(tmp_path, commands("b"), missed) == ["b"]
    assert found(tmp_path, commands("'a \"'", "b"), missed) == []
    assert found(tmp_path, commands("'a \"'", "b"), {"at": ".", "not": {"runs": "c"}}) == []


def test_a_project_may_give_a_variable(tmp_path: pathlib.Path) -> None:
    text = "version: 0.2\nenv:\n  parameter-store: {A: /a}\n" + commands("make")[len("version: 0.2\n") :]
    assert found(tmp_path, text, {"command": "make", "not": {"with-variable": "A"}}) == []
    batch = "batch:\n  build-list:\n    - identifier: x\n      env: {variables: {A: 1}}\n"
    assert found(tmp_path, commands("make") + batch, {"command": "make", "not": {"with-variable": "A"}}) == []


# Variables


@pytest.mark.parametrize(
    ("command", "match", "expected"),
    [
        ("echo $A ${A:-x} '$A' \"$B\"", {"reads": "A"}, ["$A", "${A:-x}"]),
        ("bash -c 'echo $A'", {"reads": {"glob": "A*"}}, ["$A"]),
        ("echo $A", {"reads": "A", "not": {"phase": "build"}}, []),
        ("A=1; export B=2; read C", {"sets": {"glob": "*"}, "phase": "build"}, ["A", "B", "read"]),
        ("A=1; A=$X", {"sets": "A", "value": {"not-in": "2"}}, ["A"]),
        ("for A in 1 2; do :; done", {"sets": "A"}, ["A"]),
        ("echo A=1", {"sets": "A"}, []),
    ],
)
def test_variables_are_found(tmp_path: pathlib.Path, command: str, match: Any, expected: list[str]) -> None:
    assert found(tmp_path, commands("|\n        " + command), match) == expected


# Messages


def test_fields_are_filled_in_and_braces_stay(tmp_path: pathlib.Path) -> None:
    text = commands("sudo docker push quay.io/a:$T --quiet", "cd x && make -C $Y b")
    match = {"command": "docker push", "registry": {"not-in": "x"}, "flag": "--quiet", "operand": {"glob": "quay*"}}
    message = "{command} {flag} {operand} {registry} {phase} [{value}] {{x}}"
    assert said(tmp_path, text, message, match) == ["docker push --quiet quay.io/a:… quay.io build [] {x}"]
    match = {"command": "make", "directory": {"not-in": "."}}
    assert said(tmp_path, text, "{directory}", match) == ["x"]
    match = {"at": "phases.*.commands[*]", "value": {"glob": "sudo*"}}
    assert said(tmp_path, text, "{kind} {number} {key}{count}{value}", match) == [
        "scalar 0 sudo docker push quay.io/a:$T --quiet"
    ]


def test_a_secret_does_not_come_into_a_message(tmp_path: pathlib.Path) -> None:
    key = "AKIA" + "IOSFODNN7EXAMPLF"
    text = commands(f"TOKEN={key}; tool $TOKEN")
    (message,) = said(tmp_path, text, "{operand}", {"command": "tool", "operand": {"glob": "*"}})
    assert key not in message


# Fixes


def test_a_key_is_renamed_to_what_was_meant(tmp_path: pathlib.Path) -> None:
    entry = (
        "name: x\nmessage: Not {key}.{suggestion}\nfix: {safety: safe, title: Rename it}\n"
        "match: {at: env.variables.*, key: {not-in: [STAGE]}, suggest: [STAGE]}\n"
        "examples:\n  - bad: |\n      env: {variables: {«STAGF»: a}}\n"
        "    fixed: |\n      env: {variables: {STAGE: a}}\n"
    )
    (read,) = entries([put(tmp_path, entry)])
    example = example_from("x", 0, read.rule.texts["examples"][0])
    (tmp_path / "lab").mkdir()
    assert differences(example, read.rule, str(tmp_path / "lab")) == []
    wrong = example._replace(fixed="env: {variables: {STAGES: a}}\n")
    (difference,) = differences(wrong, read.rule, str(tmp_path / "lab"))
    assert difference.sentence.startswith("expected 'env: {variables: {STAGES: a}}\\n' after the fix, but got 'env:")


# Growth


@pytest.mark.parametrize(
    "match",
    [
        {"command": "b", "not": {"preceded-by": "a"}},
        {"command": "b", "not": {"followed-by": {"command": "a", "flag": "-x"}}},
        {"at": "phases.*.commands[*]", "runs": "b"},
        {"command": "b", "with-variable": "A", "directory": {"glob": "*a*a*"}, "unseen": True},
    ],
)
def test_time_grows_with_the_length(tmp_path: pathlib.Path, match: Any) -> None:
    text = commands(*["a; b; a; b"] * 400)
    with no_hanging():
        found(tmp_path, text, match)
