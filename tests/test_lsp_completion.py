"""What is offered where something is typed, and what is put there."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable

import pytest

from cblint.catalogue.load import rules
from cblint.config.model import Config
from cblint.facts.runtimes import runtime_names
from cblint.hosts.project import Project
from cblint.linter import Settings
from cblint.lsp.completion import Completion, completions_at
from cblint.lsp.document import Document
from cblint.report.markdown import inert
from tests import hosts
from tests.completing import applied, document, labels, offered
from tests.own import put

HEAD = "version: 0.2\n"
PHASES = ["install", "pre_build", "build", "post_build"]
COMMANDS = f"{HEAD}phases:\n  build:\n    commands:\n"


def texts(marked: str, path: str = "buildspec.yml") -> dict[str, str]:
    """What each offer puts in the text, by its label."""
    return {each.label: each.text for each in offered(marked, path)}


def the(label: str, marked: str, path: str = "buildspec.yml") -> Completion:
    return next(each for each in offered(marked, path) if each.label == label)


# Keys


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (f"{HEAD}phases:\n  bu¦", PHASES),
        (f"{HEAD}phases:\n  ¦", PHASES),
        (f"{HEAD}phases:\n  ¦\n\nartifacts:\n  files: [a]\n", PHASES),
        (f"{HEAD}phases:\n  build:\n    commands: [a]\n  ¦\n", ["install", "pre_build", "post_build"]),
        (f"{HEAD}phases: &all\n  build: {{commands: [a]}}\n  p¦ # more\n", ["install", "pre_build", "post_build"]),
        (f"{HEAD}phases: {{¦}}\n", PHASES),
        (f"{HEAD}phases: {{build: {{commands: [a]}}, ¦\n", ["install", "pre_build", "post_build"]),
        (f"{HEAD}phases:\n  build:\n    ¦", ["commands", "run-as", "on-failure", "finally", "steps"]),
        (f"{COMMANDS}      - a\n    ¦", ["run-as", "on-failure", "finally"]),
        (f"{HEAD}phases:\n  build:\n    steps: []\n    ¦", ["run-as", "on-failure", "finally"]),
        (f"{HEAD}artifacts:\n  files: [a]\n  secondary-artifacts:\n    one:\n      files: [a]\n      s3¦",
         ["name", "discard-paths", "base-directory", "exclude-paths", "enable-symlinks", "s3-prefix"]),
        (f"{HEAD}cache:\n  ¦", ["paths", "key", "action"]),
        (f"{HEAD}cache:\n  key: a\n  ¦", ["paths", "fallback-keys", "action"]),
        (f"{HEAD}batch:\n  ¦", ["fast-fail", "build-list", "build-graph", "build-matrix", "build-fanout"]),
        (f"{HEAD}batch:\n  build-list: []\n  ¦", ["fast-fail"]),
        (f"{HEAD}batch:\n  build-list:\n    - ¦",
         ["identifier", "buildspec", "debug-session", "env", "ignore-failure"]),
        (f"{HEAD}batch:\n  build-list:\n    - identifier: a\n      env:\n        fleet: f\n        ¦",
         ["image", "privileged-mode", "type", "variables"]),
        (f"{HEAD}proxy:\n  ¦", ["upload-artifacts", "logs"]),
        ("version: 0.1\nenvironment_variables:\n  ¦", ["plaintext"]),
        (f"{HEAD}environment_variables:\n  ¦", []),
        (f"a: b\n---\n{HEAD}phases:\n  ¦", PHASES),
        (f"{HEAD}x-more: &more\n  ¦", []),
        (f"{HEAD}env:\n  variables:\n    ¦", []),
        (f"{HEAD}phases:\n  deploy:\n    ¦", []),
        (f"{HEAD}phases:\n\tbu¦", []),
        (f"{HEAD}# ¦", []),
        (f"{COMMANDS}      - a\n   ¦\n", []),
        (f"{COMMANDS}      - echo bu¦", []),
        (f"{COMMANDS}      - |\n        ¦", []),
        (f"{COMMANDS}      - |\n        phases:\n          bu¦", []),
        (f"{HEAD}env:\n  shell: bash\n    ¦", []),
    ],
)  # fmt: skip
def test_the_keys_are_those_that_are_allowed_and_not_there_yet(marked: str, expected: list[str]) -> None:
    assert labels(marked) == expected


def test_at_the_top_what_is_required_comes_first() -> None:
    found = labels("¦")
    assert found[:2] == ["version", "phases"]
    assert "environment_variables" not in found
    assert [each.sort for each in offered("¦")] == sorted(each.sort for each in offered("¦"))


def test_in_version_0_1_its_own_keys_are_offered() -> None:
    assert "environment_variables" in labels("version: 0.1\n¦")
    assert "type" in labels("version: 0.1\nartifacts:\n  ¦")
    assert "type" not in labels(f"{HEAD}artifacts:\n  ¦")


@pytest.mark.parametrize(
    ("marked", "label", "expected"),
    [
        (f"{HEAD}ph¦", "phases", "phases:\n  $0"),
        (f"{HEAD}ph¦", "run-as", "run-as: "),
        (f"{HEAD}phases:\n    bu¦", "build", "build:\n        $0"),
        (f"{HEAD}phases:\n    install:\n        commands: [a]\n    bu¦", "build", "build:\n        $0"),
        (f"{COMMANDS}    - a\n    f¦", "finally", "finally:\n    - $0"),
        (f"{HEAD}phases:\r\n  build:\r\n    ¦\r\n".replace(HEAD, "version: 0.2\r\n"), "commands",
         "commands:\r\n      - $0"),
        (f"{HEAD}batch:\n  build-list:\n    - en¦", "env", "env:\n        $0"),
        (f"{HEAD}phases:\n  bu¦:\n    commands: [a]\n", "build", "build"),
        (f"{HEAD}phases:\n  ¦\n    commands: [a]\n", "build", "build:"),
        (f"{HEAD}env: {{sh¦}}\n", "variables", "variables: "),
        ('{"version": 0.2, "ph¦"}', "phases", 'phases": '),
        ('{"version": 0.2, "ph¦', "phases", 'phases": '),
        ('{"version": 0.2,\n  ¦\n}', "phases", '"phases": '),
    ],
)  # fmt: skip
def test_a_key_is_written_as_the_file_is(marked: str, label: str, expected: str) -> None:
    assert texts(marked)[label] == expected


def test_a_key_replaces_the_word_round_the_cursor_and_says_what_it_is() -> None:
    marked = f"{HEAD}phases:\n  bu¦ld\n"
    found = the("build", marked)
    text = marked.replace("¦", "")
    assert text[slice(*found.replaced)] == "buld"
    assert (found.kind, found.detail, found.documentation) == ("Property", "mapping", "The build itself.")


def test_nothing_is_put_before_what_stands_on_the_line() -> None:
    assert labels(f"{HEAD}phases:\n  ¦ build: {{}}\n") == []
    assert labels('{¦"version": 0.2}') == []


def test_a_key_that_would_break_what_follows_is_not_offered() -> None:
    assert labels(f"{HEAD}phases:\n  build:\n      ¦\n    commands: [a]\n") == []
    # A list belongs to the key above, which has it no deeper than itself.
    assert labels(f"{HEAD}artifacts:\n  files:\n  ¦\n  - a\n") == []


def test_what_stands_below_decides_which_key_it_can_be() -> None:
    assert labels(f"{HEAD}¦\n  shell: bash\n") == ["env", "eb_codebuild_settings"]
    assert labels(f"{HEAD}phases:\n  build:\n    ¦\n      - make\n") == ["commands", "finally"]


# Values


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("version: ¦", ["0.2", "0.1"]),
        ("version:¦", [" 0.2", " 0.1"]),
        ('version: "¦"', []),
        ('{"version": ¦', ["0.2", "0.1"]),
        (f"{HEAD}env:\n  shell: b¦", ["bash", "/bin/sh", "powershell.exe", "cmd.exe"]),
        (f"{HEAD}env:\n  shell:\n    ¦", ["bash", "/bin/sh", "powershell.exe", "cmd.exe"]),
        (f"{HEAD}env: {{shell: b¦\n", ["bash", "/bin/sh", "powershell.exe", "cmd.exe"]),
        (f"{HEAD}env: {{shell: b¦\nphases:\n  build:\n    commands: [a]\n",
         ["bash", "/bin/sh", "powershell.exe", "cmd.exe"]),
        (f"{HEAD}env:\n  shell: 'b¦", ["bash'", "/bin/sh'", "powershell.exe'", "cmd.exe'"]),
        (f"{HEAD}env:\n  shell: 'b¦'", ["bash", "/bin/sh", "powershell.exe", "cmd.exe"]),
        (f"{HEAD}env:\n  git-credential-helper: ¦", ["yes", "no", "true", "false"]),
        (f"{HEAD}env:\n  git-credential-helper: '¦'", ["yes", "no"]),
        (f"{HEAD}phases:\n  build:\n    on-failure: ¦\n    commands: [a]\n", ["ABORT", "CONTINUE", "RETRY"]),
        (f"{HEAD}cache:\n  action: ¦", ["restore", "save"]),
        ('{"version": 0.2, "env": {"shell": ¦}}', ['"bash"', '"/bin/sh"', '"powershell.exe"', '"cmd.exe"']),
        (f"{HEAD}phases: ¦", []),
        (f"{HEAD}artifacts:\n  files: ¦", []),
        (f"{HEAD}artifacts:\n  files:\n    - ¦", []),
        (f"{COMMANDS}      - on-failure: ¦", []),
    ],
)  # fmt: skip
def test_the_values_are_those_that_are_listed(marked: str, expected: list[str]) -> None:
    assert [each.text for each in offered(marked)] == expected


def test_old_values_are_marked() -> None:
    assert [each.label for each in offered("version: ¦") if each.deprecated] == ["0.1"]


def test_the_formats_of_reports_begin_with_the_one_that_holds_otherwise() -> None:
    found = labels(f"{HEAD}reports:\n  all:\n    file-format: ¦")
    assert found[0] == "JUNITXML"
    assert len(found) == 10


def test_the_lists_of_environments_are_offered() -> None:
    task = f"{HEAD}batch:\n  build-list:\n    - identifier: a\n      env:\n        "
    assert "ARM_CONTAINER" in labels(f"{task}type: ¦")
    assert "BUILD_GENERAL1_SMALL" in labels(f"{task}compute-type: ¦")
    matrix = f"{HEAD}batch:\n  build-matrix:\n    dynamic:\n      env:\n        compute-type:\n          - ¦"
    assert "BUILD_GENERAL1_SMALL" in labels(matrix)


def test_a_task_can_wait_for_the_others() -> None:
    graph = f"{HEAD}batch:\n  build-graph:\n    - identifier: a\n    - identifier: b\n    - identifier: c\n"
    assert labels(f"{graph}      depend-on:\n        - a\n        - ¦") == ["b"]


# Runtimes and images


def test_runtimes_are_offered_with_their_versions() -> None:
    section = f"{HEAD}phases:\n  install:\n    runtime-versions:\n      python: 3.12\n      "
    assert labels(f"{section}¦") == [name for name in runtime_names() if name != "python"]
    versions = {each.label: each for each in offered(section.replace("3.12", "¦"))}
    assert list(versions)[-1] == "latest"
    assert versions["3.10"].text == '"3.10"'
    assert versions["3.12"].text == "3.12"
    assert versions["3.8"].deprecated
    assert not versions["3.14"].deprecated


def test_a_runtime_is_renamed_to_one_that_has_the_version() -> None:
    section = f"{HEAD}phases:\n  install:\n    runtime-versions:\n      "
    assert labels(f"{section}py¦: 3.12\n") == ["python"]
    assert labels(f"{section}py¦: latest\n") == runtime_names()
    assert labels(f"{section}¦\n        nodejs: 22\n") == []


def test_of_a_known_image_only_its_runtimes_are_offered() -> None:
    marked = f"{HEAD}phases:\n  install:\n    runtime-versions:\n      nodejs: ¦"
    opened = document(marked.replace("¦", ""))
    project = Project(("buildspec.yml",), image="aws/codebuild/standard:5.0")
    opened.config = Config(projects=(project,))
    found = [each.label for each in completions_at(opened, marked.index("¦"))]
    assert found == ["14", "12", "latest"]


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("buildspec.yml", f"{HEAD}batch:\n  build-list:\n    - identifier: a\n      env:\n        image: aws/¦"),
        ("buildspec.yml", f"{HEAD}batch:\n  build-matrix:\n    dynamic:\n      env:\n        image:\n        - ¦"),
        (".cblint.yml", "projects:\n  - image: ¦"),
        ("template.yml",
         "Resources:\n  P:\n    Type: AWS::CodeBuild::Project\n    Properties:\n      Environment:\n"
         "        Image: ¦\n      Source: {Type: GITHUB}\n"),
        ("main.tf", 'resource "aws_codebuild_project" "p" {\n  environment {\n    image = "aws¦"\n  }\n}\n'),
    ],
)  # fmt: skip
def test_images_are_offered_where_one_stands(path: str, marked: str) -> None:
    found = {each.label: each for each in offered(marked, path)}
    assert not found["aws/codebuild/standard:7.0"].deprecated
    assert found["aws/codebuild/standard:4.0"].deprecated
    assert "aws/codebuild/standard:1.0" not in found


def test_the_configuration_of_cblint_is_completed_as_well() -> None:
    assert labels("profile: ¦", ".cblint.yml") == ["default", "security", "pedantic"]
    assert "image" in labels("projects:\n  - buildspecs: [a]\n    ¦", ".cblint.yml")


# Variables


def test_variables_come_from_the_buildspec_from_commands_above_and_from_codebuild() -> None:
    marked = (
        f"{HEAD}env:\n  variables:\n    STAGE: x\n  secrets-manager:\n    DEPLOY_TOKEN: a:b\n"
        "phases:\n  post_build:\n    commands:\n      - LATER=1\n"
        "  build:\n    commands:\n      - TAG=1\n      - (GONE=1)\n      - |\n        ABOVE=1\n        echo ${T¦\n"
        "        BELOW=1\n"
    )
    found = {each.label: each for each in offered(marked)}
    assert [name for name in found if not name.startswith(("CODEBUILD_", "AWS_", "HOME"))] == [
        "STAGE",
        "DEPLOY_TOKEN",
        "TAG",
        "ABOVE",
    ]
    assert found["TAG"].text == "TAG}"
    assert found["TAG"].documentation == "Set in phases.build.commands[0]."
    assert "the folder of the source" in found["CODEBUILD_SRC_DIR"].documentation
    assert "CODEBUILD_SRC_DIR_<identifier>" not in found


@pytest.mark.parametrize(
    ("item", "is_offered"),
    [
        ("echo $¦", True),
        ("echo ${¦}", True),
        ('echo "a $CODE¦"', True),
        ("'echo \"$¦\"'", True),
        ("if [ $¦", True),
        ("if echo '$¦'", False),
        ("if true # $¦", False),
        ("echo '$¦'", False),
        ("echo \\$¦", False),
        ("echo a # $¦", False),
        ("echo $$¦", False),
        ("echo $(¦", False),
        ("Write-Host $env:¦", True),
        ("Write-Host $¦ $env:A", False),
    ],
)
def test_variables_are_offered_where_the_shell_reads_one(item: str, is_offered: bool) -> None:
    assert ("CODEBUILD_BUILD_ID" in labels(f"{COMMANDS}      - {item}\n")) == is_offered


def test_in_version_0_1_no_command_leaves_a_variable_to_the_next() -> None:
    marked = f"{COMMANDS}      - TAG=1\n      - echo $¦\n"
    assert "TAG" in labels(marked)
    assert "TAG" not in labels(marked.replace("0.2", "0.1"))


def test_outside_commands_no_variable_is_read() -> None:
    assert labels(f"{HEAD}env:\n  variables:\n    A: $¦\n") == []


def test_what_is_exported_is_assigned_and_no_secret() -> None:
    marked = (
        f"{HEAD}env:\n  exported-variables:\n    - SEEN\n    - ¦\n  variables:\n    STAGE: x\n    SEEN: y\n"
        "    API_TOKEN: z\n  parameter-store:\n    P: /p\nphases:\n  build:\n    commands:\n      - TAG=1\n"
    )
    assert labels(marked) == ["STAGE", "TAG"]


# Comments


def test_rules_with_findings_come_first_in_a_comment() -> None:
    text = f"{HEAD}phases: # cblint: ignore[unknown-key, mis"
    opened = document(text)
    found = completions_at(opened, len(text), ("secret-literal",))
    assert found[0].label == "secret-literal"
    assert found[0].text == "secret-literal]"
    assert text[slice(*found[0].replaced)] == "mis"
    assert {each.label for each in found} == {rule.name for rule in rules()} - {"unknown-key"}


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("# cblint: ¦\nversion: 0.2\n", ["ignore", "ignore-file"]),
        (f"{HEAD}# cblint: ig¦\n", ["ignore"]),
        (f"{HEAD}phases: # cblint: ignore[unknown-key]¦\n", ["-- reason"]),
        (f"{HEAD}phases: # cblint: ignore[unknown-key] -- it is mine ¦\n", []),
        (f"{HEAD}phases: # ignore[¦\n", []),
    ],
)
def test_a_comment_is_completed(marked: str, expected: list[str]) -> None:
    assert labels(marked) == expected


def test_a_bracket_that_ends_already_is_not_ended_again() -> None:
    assert the("unknown-key", f"{HEAD}# cblint: ignore-file[¦]").text == "unknown-key"


# Texts that break off, and texts in other files


@pytest.mark.parametrize(
    "marked",
    [
        f'{HEAD}env:\n  variables:\n    A: "open\nphases:\n  bu¦',
        f"{HEAD}env: {{shell: bash\nphases:\n  bu¦",
        f"{HEAD}env:\n  variables\n  shell: bash\nphases:\n  bu¦\n",
    ],
)
def test_what_cannot_be_read_above_is_passed_over(marked: str) -> None:
    assert labels(marked) == PHASES


def test_what_follows_counts_though_something_above_cannot_be_read() -> None:
    marked = f'{HEAD}env:\n  variables:\n    A: "open\nphases:\n  ¦\n  install:\n    commands: [a]\n'
    assert labels(marked) == PHASES[1:]


def test_what_cannot_be_read_below_is_passed_over() -> None:
    assert labels(f'{HEAD}phases:\n  bu¦\nenv:\n  variables:\n    A: "open\n') == PHASES


@pytest.mark.parametrize("host", [hosts.literal, hosts.substituted, hosts.heredoc, hosts.fenced, hosts.workflow])
@pytest.mark.parametrize(
    "marked",
    [
        f"{HEAD}phases:\n  build:\n    commands:\n      - make\n  po¦\n",
        f"{HEAD}phases:\n  build:\n    on-failure: ¦\n    commands:\n      - make\n",
        f"{COMMANDS}      - TAG=1\n      - echo $T¦\n",
        f"{HEAD}env:\n  shell: b¦\nphases:\n  build:\n    commands:\n      - make\n",
    ],
)
def test_in_other_files_the_same_is_offered_in_their_indentation(
    host: Callable[[str], hosts.Hosted], marked: str
) -> None:
    text, at = marked.replace("¦", ""), marked.index("¦")
    hosted = host(text)
    mine = offered(marked)
    theirs = completions_at(document(hosted.text, hosted.path), hosted.places[at][0])
    assert mine
    assert [each.label for each in theirs] == [each.label for each in mine]
    for own, other in zip(mine, theirs, strict=True):
        assert applied(hosted.text, other, "x") == host(applied(text, own, "x")).text


def test_no_value_of_a_secret_is_shown() -> None:
    text = (
        f"{HEAD}env:\n  variables:\n    API_TOKEN: hunter2hunter2\n  exported-variables:\n    - \n"
        "phases:\n  build:\n    commands:\n      - echo $\n      - DB_PASSWORD=correct-horse-9 make\n"
    )
    shown = [str(each) for offset in range(len(text) + 1) for each in completions_at(document(text), offset)]
    assert shown
    assert not any("hunter2" in each or "correct-horse" in each for each in shown)


def test_an_offset_outside_of_the_text_offers_nothing() -> None:
    assert completions_at(Document("buildspec.yml", HEAD), 999) == []


@pytest.mark.parametrize("typed", ["  exported-variables: [¦]\n", "phases: {build: {commands: [echo $¦]}}\n"])
def test_a_token_in_the_place_of_a_name_is_not_offered(typed: str) -> None:
    token = "ghp_" + "2H7sCB2jZ5uK8pRA2pocvvDvkzkdfPBScRTa"
    marked = f"version: 0.2\nenv:\n  variables: {{{token}: a, APP: b}}\n{typed}"
    assert "APP" in labels(marked)
    assert token not in labels(marked)


def test_the_words_of_a_stranger_s_rule_are_no_markdown(tmp_path: pathlib.Path) -> None:
    summary = "[Read on](command:run) ![](http://a.example/b.png)"
    entry = {"name": "mine", "message": "It is wrong.", "summary": summary, "match": {"command": "docker push"}}
    settings = Settings(isolated=True, rules=(put(tmp_path, json.dumps(entry)),))
    found = offered(f"{HEAD}phases: # cblint: ignore[m¦", settings=settings)
    assert [each.documentation for each in found if each.label == "mine"] == [inert(summary)]
