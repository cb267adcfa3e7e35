"""ShellCheck is asked about what it can judge, its word is taken where it can be right, and it can do no harm."""

from __future__ import annotations

import json
import os
import pathlib
import re
import textwrap

import pytest

from cblint.buildspec.model import Buildspec
from cblint.catalogue import Selection, UnknownRule, built_in
from cblint.catalogue.shellcheck import admitted, left_out, rule_of
from cblint.facts import table
from cblint.finding import Severity
from cblint.hosts.project import Project
from cblint.linter import Settings
from cblint.report import Style, render
from cblint.running import result_of
from cblint.shellcheck import program
from cblint.shellcheck.program import Script, Unusable, ask, find
from cblint.shellcheck.words import whole
from cblint.source.loader import load
from cblint.source.text import Text
from tests.helpers import HEAD, commands, lint, said
from tests.shellcheck import ASKING, PROGRAM, comment, needed, stand_in


def told(text: str, settings: Settings = ASKING) -> list[str]:
    """``rule line:column`` and the characters that are marked, of each finding."""
    lines = text.split("\n")
    return [
        f"{found.rule} {found.start.line}:{found.start.column} "
        + lines[found.start.line - 1][found.start.column - 1 : found.end.column - 1]
        for found in lint(text, settings).findings
        if found.suppressed is None
    ]


ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# What it says, and where


@needed
def test_every_command_is_looked_at_as_a_script_of_its_own() -> None:
    text = commands(
        "cp $A b",
        '"cp \\"x\\" $A"',
        "'cp ''x'' $A'",
        "|\n        # é😀\n        cp\té😀 $A\n",
        ">\n        cp\n        $A b",
    )
    assert told(text) == [
        "SC2086 5:12 $A",
        "SC2086 6:19 $A",
        "SC2086 7:19 $A",
        "SC2086 10:15 $A",
        "SC2086 14:9 $A",
    ]


@needed
@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("echo Nothing to do in here", ["SC1010 5:25 do"]),  # it marks nothing
        ("wget {{x}}/y", ["SC1083 5:14 {{", "SC1083 5:17 }}"]),  # it marks each character
        (
            "|\n        echo a >> $X\n        echo b >> $X\n        echo c >> $X",
            ["SC2129 6:9 echo a >> $X", *["SC2086 6:19 $X"], "SC2086 7:19 $X", "SC2086 8:19 $X"],
        ),
        ("|\n        cat <<E\n        $(cp $A\n        x $B)\n        E", ["SC2086 7:14 $A", "SC2086 8:11 $B"]),
    ],
)
def test_what_is_marked_is_what_a_person_would_point_at(command: str, expected: list[str]) -> None:
    assert sorted(told(commands(command))) == sorted(expected)


@needed
def test_levels_are_severities_and_a_configuration_can_change_them() -> None:
    text = commands("cp $A b", "cp $(ls) b", "cp `ls` b")
    found = {finding.code: finding.severity for finding in lint(text, ASKING).findings}
    assert found == {"SC2086": Severity.NOTE, "SC2046": Severity.WARNING, "SC2006": Severity.NOTE}


@needed
def test_text_sarif_and_json_tell_of_its_page() -> None:
    result = result_of([lint(commands("cp $A b"), ASKING)])
    assert "= https://www.shellcheck.net/wiki/SC2086\n" in "".join(render("text", result, Style()))
    [run] = json.loads("".join(render("sarif", result, Style())))["runs"]
    [found] = run["results"]
    described = run["tool"]["driver"]["rules"][found["ruleIndex"]]
    assert (described["id"], described["helpUri"]) == ("SC2086", "https://www.shellcheck.net/wiki/SC2086")
    assert described["shortDescription"]["text"] == "Double quote to prevent globbing and word splitting"
    [finding] = json.loads("".join(render("json", result, Style())))["findings"]
    assert (finding["rule"], finding["code"], finding["category"]) == ("SC2086", "SC2086", "shell")


@needed
def test_a_secret_in_its_words_is_hidden() -> None:
    secret = "AKIAZ7VRTSMM4QNBC3XW"
    found = lint(commands(f'[ "{secret}" = x ]'), ASKING)
    assert [finding.code for finding in found.findings] == ["SC2050"] or found.findings == ()
    text = commands(f"[[ {secret} ]]") + "env:\n  shell: bash\n"
    for finding in lint(text, ASKING).findings:
        assert secret not in finding.message


# What it cannot know


@needed
@pytest.mark.parametrize(
    ("code", "command"),
    [
        ("SC2034", "X=1"),
        ("SC2154", 'echo "$x"'),
        ("SC2153", '|\n        NAME_ARN="$(x)"\n        echo "$NAME_URL" "$NAME_ARN"'),
        ("SC1091", ". ./env.sh"),
        ("SC1090", '. "$X"'),
        ("SC2164", "cd app"),
        ("SC1128", "|\n        #!/bin/bash\n        make"),
        ("SC3010", "'[[ -n $X ]] && make'"),
        ("SC2155", 'export X="$(make)"'),
        ("SC2016", "aws s3api list-buckets --query 'Buckets[?Name==`x`]'"),
        ("SC2016", "aws s3api list-buckets --query='Buckets[?Name==`x`]'"),
        ("SC2046", "echo Build started on $(date)"),
        ("SC2086", "docker pull $CODEBUILD_SRC_DIR_TOOLS/x:${CODEBUILD_BUILD_ID%%:*}-$AWS_REGION"),
        ("SC2091", '$(aws ecr get-login --no-include-email --region "$R")'),
    ],
)
def test_what_is_false_of_a_build_is_left_out(code: str, command: str, tmp_path: pathlib.Path) -> None:
    text = commands(command)
    assert told(text) == []
    # Without cblint, it would be said: else this would test nothing.
    scripts = [Script(shell, "", _value(text)) for shell in ("dash", "bash")]
    assert any(said.code == code for answer in ask(PROGRAM, scripts).values() for said in answer or ())
    assert left_out(code) is not None or code in table("shellcheck")["conditions"]


def _value(text: str) -> str:
    from cblint.hosts.discover import Candidate
    from cblint.linter import buildspecs_in

    [buildspec] = buildspecs_in(text, Candidate("buildspec.yml", True).path, Settings(isolated=True))
    return buildspec.command_items[0].value


@needed
@pytest.mark.parametrize(
    ("code", "command"),
    [
        ("SC2016", "echo 'a $B'"),
        ("SC2016", "aws s3api list-buckets --prefix 'a `x`'"),
        ("SC2046", "cp $(ls) b"),
        ("SC2046", "echo a; cp $(ls) b"),
        ("SC2091", '$(make --directory "$R")'),
    ],
)
def test_conditions_leave_out_nothing_else(code: str, command: str) -> None:
    assert [line.split()[0] for line in told(commands(command))] == [code]


@needed
def test_a_variable_that_the_build_knows_to_be_one_word_needs_no_quotes() -> None:
    given = (
        "env:\n  variables: {REGISTRY: registry.example.com, FLAGS: -a -b, GLOB: '*.jar', NONE: ''}\n"
        "  parameter-store: {STAGE: /stage}\n"
    )
    silent = commands(
        "TAG=v1",
        "docker push $REGISTRY/app:${TAG#v}",
        "'[ $TAG = v1 ] && make $AWS_REGION'",
        "docker push app:${CODEBUILD_RESOLVED_SOURCE_VERSION}",
    )
    assert told(silent + given) == []
    heard = commands(
        "cp $FLAGS $GLOB $NONE $STAGE a$OTHER",
        "TAG=v1; MADE=$(make)",
        "cp ${TAG#v} ${TAG:-a b} a$MADE",  # nothing may be left of the first
        "cp $CODEBUILD_RESOLVED_SOURCE_VERSION a",  # not set for a source in S3
        "cp a$CODEBUILD_WEBHOOK_HEAD_REF b",  # a stranger's
        "if make; then TAG='a b'; fi",
        "cp a-$TAG b",
    )
    names = re.findall(r"SC2086 \S+ \$\{?(\w+)", "\n".join(told(heard + given)))
    assert names == [
        *("FLAGS", "GLOB", "NONE", "STAGE", "OTHER", "TAG", "TAG", "MADE"),
        *("CODEBUILD_RESOLVED_SOURCE_VERSION", "CODEBUILD_WEBHOOK_HEAD_REF", "TAG"),
    ]
    shadowed = load(Text.of(commands("cp a-$TAG b") + "env: {variables: {TAG: v1}}\n"))
    project = Project(("buildspec.yml",), variables=(("TAG", False),))
    built = [Buildspec(shadowed, shadowed.documents[0], projects=each) for each in ((), (project,))]
    assert [len(whole(each)) for each in built] == [1, 0]
    split = commands("IFS=.; cp a-$CODEBUILD_BUILD_NUMBER b", "cp $REGISTRY b") + given
    assert len(told(split)) == 2


@needed
def test_what_depends_on_the_shell_is_said_where_that_is_known() -> None:
    text = commands("export X=$(date)", "X=y; X=${X/y/z}")
    assert told(text) == []
    assert [line.split()[0] for line in told(text + "env:\n  shell: bash\n")] == []
    split = Settings(isolated=True, shellcheck=PROGRAM, select=("SC2046",))
    assert told(text, split) == []


@needed
def test_it_is_not_asked_about_what_no_posix_shell_reads_or_nobody_knows() -> None:
    assert told(commands("Write-Host $env:A; cp $A b") + "env:\n  shell: powershell.exe\n") == []
    assert told(commands("if true; then cp $A b")) == []
    template = (
        "Resources:\n  P:\n    Type: AWS::CodeBuild::Project\n    Properties:\n      Source:\n"
        "        BuildSpec: !Sub |\n"
        "          version: 0.2\n          phases:\n            build:\n              commands:\n"
        "                - cp $A ${Bucket}\n                - cp $B x\n"
    )
    assert [found.start.line for found in lint(template, ASKING, "template.yml").findings] == [12]


@needed
@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("time -p", []),
        ("'[ $x]'", ["SC1020 5:14 ]"]),
        ("'[ -d a b ]'", ["SC1073 5:10 ["]),
        ("|\n        # shellcheck disable\n        cp $A b", ["SC1073 6:9 #"]),
    ],
)
def test_what_it_cannot_read_is_told_only_if_it_may_be_wrong(command: str, expected: list[str]) -> None:
    text = commands(command)
    [answer] = ask(PROGRAM, [Script("bash", "", _value(text))]).values()
    assert "SC1073" in {each.code for each in answer or ()}
    assert told(text) == expected
    assert {found.severity for found in lint(text, ASKING).findings} <= {Severity.WARNING}


# Comments that switch something off


@needed
@pytest.mark.parametrize(
    "text",
    [
        commands("cp $A b # shellcheck disable=SC2086"),
        commands("'cp $A b' # shellcheck disable=SC2086,SC2046 why"),
        commands("cp $A b # shellcheck disable=2000-2999"),
        commands("cp $A b # shellcheck disable=all"),
        HEAD + "      # shellcheck disable=SC2086\n      - cp $A b\n",
        HEAD + "      # why: globs\n      # shellcheck disable=SC2086\n      # both\n      - cp $A b\n",
        commands("|\n        # shellcheck disable=SC2086\n        cp $A b"),
        commands("|\n        make\n        # shellcheck disable=SC2086\n        cp $A b"),
        commands("cp $A b # cblint: ignore[SC2086] -- globs"),
        commands("cp $A b # cblint: ignore[sc2086]"),
        "# cblint: ignore-file[SC2086]\n" + commands("cp $A b"),
    ],
)
def test_a_comment_switches_a_check_off(text: str) -> None:
    assert told(text) == []


@needed
def test_the_comments_of_the_documentation_do() -> None:
    with open(os.path.join(ROOT, "docs", "shellcheck.md"), encoding="utf-8") as file:
        [block] = re.findall(r"```yaml\n(commands:\n.*?)```", file.read(), re.DOTALL)
    text = "version: 0.2\nphases:\n  build:\n" + textwrap.indent(block, "    ")
    assert told(text) == []
    assert len(told(text.replace("ignore[SC2086]", "ignore[SC2046]").replace("disable=SC2086", "disable=SC2046"))) == 3


@needed
@pytest.mark.parametrize(
    "text",
    [
        commands("cp $A b # shellcheck disable=SC2046"),
        commands("cp $A b # shellcheck disable=SC20"),
        commands("cp $A b # shellcheck disable=SC2086; x", "cp a b").replace("disable=SC2086; x", "enable=all"),
        commands("cp $A b # shellcheck source=/etc/passwd"),
        commands("cp $A b # shellcheck shell=nosuch"),
        commands("make # shellcheck disable=SC2086", "cp $A b"),
        HEAD + "      # shellcheck disable=SC2086\n      - make\n      - cp $A b\n",
    ],
)
def test_no_other_comment_does(text: str) -> None:
    assert [line.split()[0] for line in told(text)] == ["SC2086"]


@needed
def test_a_comment_that_is_of_no_use_is_told_where_shellcheck_saw_everything() -> None:
    settings = Settings(isolated=True, shellcheck=PROGRAM, select=("SC", "CB9"))
    text = commands("make # cblint: ignore[SC2086]")
    assert said(lint(text, settings)) == ["unused-suppression 5:14"]
    assert said(lint(text, settings._replace(shellcheck=""))) == []
    assert said(lint(text, settings._replace(select=("CB9",)))) == []
    assert said(lint(commands("make # cblint: ignore[SC2034]"), settings)) == []
    assert said(lint(commands("make # cblint: ignore[SC2086]", "if true"), settings)) == []
    assert said(lint(commands("make # cblint: ignore[SC208]"), settings)) == ["unknown-suppression 5:31"]
    assert said(lint(commands("make # cblint: ignore[sc2086]"), settings)) == ["unused-suppression 5:14"]
    block = f"<!-- cblint: ignore[SC2086] -- why -->\n```yaml\n{commands('make')}```\n"
    assert said(lint(block, settings, "page.md")) == ["unused-suppression 1:1"]
    assert said(lint(block.replace("make", "cp $A b"), settings, "page.md")) == []


# Names


def test_its_checks_are_names_of_rules() -> None:
    catalogue = built_in()
    assert catalogue.find("sc2086").code == "SC2086"
    assert catalogue.codes_of("SC2086") == ["SC2086"]
    catalogue.check(["SC", "sc", "SC1000"])
    for wrong in ("SC208", "SC20866", "SC2O86", "SC٢٠٨٦", "SCx"):
        with pytest.raises(UnknownRule):
            catalogue.find(wrong)


@pytest.mark.parametrize(
    ("selection", "severity"),
    [
        (Selection(), "note"),
        (Selection("security"), "note"),
        (Selection(select=("SC",)), "note"),
        (Selection(select=("CB1", "sc2086")), "note"),
        (Selection(select=("CB1", "SC2046")), None),
        (Selection(select=("CB1",)), None),
        (Selection(ignore=("SC2046",)), "note"),
        (Selection(ignore=("sc2086",)), None),
        (Selection(ignore=("SC",)), None),
        (Selection(severity=(("SC", "error"),)), "error"),
        (Selection(severity=(("SC", "error"), ("SC2086", "warning"), ("SC2046", "note"))), "warning"),
    ],
)
def test_checks_are_chosen_as_rules_are(selection: Selection, severity: str | None) -> None:
    rule = admitted(rule_of("SC2086"), selection)
    assert (rule and rule.severity.value) == severity


def test_each_check_is_left_out_for_one_reason_and_the_rules_instead_are_there() -> None:
    entries = table("shellcheck")["left-out"]
    codes = [code for entry in entries for code in entry["codes"]]
    assert len(codes) == len(set(codes))
    for entry in entries:
        for name in entry.get("instead", ()):
            built_in().find(name)
    assert left_out("SC3010") is not None
    assert left_out("SC2086") is None


def test_explain_tells_what_is_passed_on() -> None:
    assert "does not pass on" in rule_of("SC2034").texts["why"]
    assert "passes it on only where the value may be more or less than one word. " in rule_of("SC2086").texts["why"]
    assert "passes it on" not in rule_of("SC2006").texts["why"]


# The program


def test_a_program_of_the_repository_is_never_run(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, "")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.executable", os.fspath(tmp_path / "nowhere" / "python"))
    for path in ("", ".", f"{os.pathsep}.{os.pathsep}", "bin"):
        monkeypatch.setenv("PATH", path)
        with pytest.raises(Unusable, match=r"ShellCheck is not installed: install it with pip install"):
            find()


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("", "is not ShellCheck"),
        ("hello", "is not ShellCheck"),
        ("version: 0.6.9", "is ShellCheck 0.6.9; cblint needs 0.7.0 or newer"),
        ("version: 0.4", "is ShellCheck 0.4; cblint needs 0.7.0 or newer"),
    ],
)
def test_a_program_that_cannot_be_asked_is_refused(
    version: str, words: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, "", version)
    monkeypatch.setattr("sys.executable", os.fspath(tmp_path / "python"))
    with pytest.raises(Unusable, match=words):
        find()


@pytest.mark.parametrize("version", ["version: 0.7.0", "version: 0.10.1\nlicense", "ShellCheck\nversion: 1.0\n"])
def test_a_program_beside_python_is_taken(
    version: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stand_in(tmp_path, "", version)
    monkeypatch.setattr("sys.executable", os.fspath(tmp_path / "python"))
    assert find() == path


ANSWER = "import json\nprint(json.dumps({'comments': [%s for file in files]}))\n"
NOTHING = "print('{\"comments\": []}')"
READING = "texts = [open(file).read() for file in files]\nif any('BAD' in text for text in texts):\n    %s\n"
CRASHES = [
    "os.kill(os.getpid(), 9)",
    "print('['); sys.exit(1)",
    "print('{}'); sys.exit(1)",
    "sys.exit(2)",
    "sys.exit(0)",
]


@pytest.mark.parametrize("crash", CRASHES)
def test_a_script_with_which_it_does_not_finish_spoils_no_other(crash: str, tmp_path: pathlib.Path) -> None:
    said = ANSWER % repr(comment("?")).replace("'?'", "file")
    program = stand_in(tmp_path, READING % crash + said)
    scripts = [Script("bash", "", text) for text in ("a", "b", "BAD", "c", "d")]
    found = ask(program, scripts)
    assert [found[script] is None for script in scripts] == [False, False, True, False, False]
    assert [each.code for each in found[scripts[0]] or ()] == ["SC2999"]


def test_a_run_without_end_is_ended(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_SECONDS", 0.5)
    path = stand_in(tmp_path, "import time\ntime.sleep(600)")
    assert ask(path, [Script("bash", "", "a")]) == {Script("bash", "", "a"): None}


def test_it_is_given_up_where_nothing_comes_of_it(tmp_path: pathlib.Path) -> None:
    count = tmp_path / "count"
    path = stand_in(tmp_path, f"open({os.fspath(count)!r}, 'a').write('x')\nsys.exit(3)")
    scripts = [Script("bash", "", str(number)) for number in range(1000)]
    assert set(ask(path, scripts).values()) == {None}
    assert len(count.read_text()) < 100


def test_of_many_scripts_a_process_is_given_so_many(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_MOST_AT_ONCE", 3)
    count = tmp_path / "count"
    path = stand_in(tmp_path, f"open({os.fspath(count)!r}, 'a').write(str(len(files)))\n{NOTHING}")
    scripts = [Script("bash", "", str(number)) for number in range(7)]
    assert set(ask(path, scripts).values()) == {()}
    assert sorted(count.read_text()) == ["1", "3", "3"]


def test_nobody_gives_it_options_or_a_file_to_read(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELLCHECK_OPTS", "--exclude=SC2086")
    seen = tmp_path / "seen"
    body = f"open({os.fspath(seen)!r}, 'w').write(repr((sys.argv[1:4], 'SHELLCHECK_OPTS' in os.environ, os.getcwd())))"
    path = stand_in(tmp_path, f"{body}\n{NOTHING}")
    monkeypatch.chdir(tmp_path)
    ask(path, [Script("bash", "", "a")])
    arguments, told_by_variable, folder = eval(seen.read_text())
    assert arguments == ["--format", "json1", "--norc"]
    assert not told_by_variable
    assert folder != os.fspath(tmp_path)
    assert not os.path.exists(folder)


@needed
@pytest.mark.parametrize("text", ["\udcff$A", "a\r$A", "\x0c$A", "$A\ufeff", "a\u2028$A", "\x07 $A"])
def test_odd_characters_do_not_move_anything(text: str) -> None:
    [answer] = ask(PROGRAM, [Script("bash", "", f"echo {text} $B")]).values()
    assert answer is not None
    assert all(each.line == 1 for each in answer)
