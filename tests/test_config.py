"""The configuration: where it is found, what it may say, what is said of one that is wrong, and how it holds."""

from __future__ import annotations

import os
import pathlib
import re

import pytest

from cblint.config import Config, ConfigError, config_for, load_config, matches
from cblint.facts import table
from cblint.hosts.project import Artifacts, Cache, Project, Source
from tests.helpers import repository

ROOT = os.path.dirname(os.path.dirname(__file__))

EVERYTHING = """\
profile: pedantic
select: [duplicate-key, cb1003, CB1]
ignore:
  - unknown-phase
fail-on: error
buildspecs: ["ci/*.yml", special.txt]
exclude: [vendor/, "*.bak.yml"]
require-reason: true
baseline: ci/accepted.json
rules: [.]
severity: {secret-literal: note, CB1: error}
per-path-ignores: {"legacy/": [CB2, unknown-phase], "*.bak.yml": []}
projects:
  - buildspecs: [buildspec.yml, "ci/*.yml"]
    image: aws/codebuild/standard:7.0
    environment-type: LINUX_CONTAINER
    name: release
    compute-type: BUILD_GENERAL1_SMALL
    fleet: false
    privileged: true
    docker-server: false
    vpc: true
    timeout: 30
    source: {type: CODEPIPELINE, git-clone-depth: 1, output-artifact-format: CODE_ZIP}
    webhook: false
    cache: {type: LOCAL, modes: [LOCAL_SOURCE_CACHE]}
    artifacts: {type: S3, override-name: true}
    variables: {STAGE: plain, DEPLOY_TOKEN: secret}
  - buildspecs: [other.yml]
"""
EVERYTHING_TOML = """\
[project]
name = "example"

[tool.cblint]
profile = "pedantic"
select = ["duplicate-key", "cb1003", "CB1"]
ignore = ["unknown-phase"]
fail-on = "error"
buildspecs = ["ci/*.yml", "special.txt"]
exclude = ["vendor/", "*.bak.yml"]
require-reason = true
baseline = "ci/accepted.json"
rules = ["."]
severity = {secret-literal = "note", CB1 = "error"}
per-path-ignores = {"legacy/" = ["CB2", "unknown-phase"], "*.bak.yml" = []}

[[tool.cblint.projects]]
buildspecs = ["buildspec.yml", "ci/*.yml"]
image = "aws/codebuild/standard:7.0"
environment-type = "LINUX_CONTAINER"
name = "release"
compute-type = "BUILD_GENERAL1_SMALL"
fleet = false
privileged = true
docker-server = false
vpc = true
timeout = 30
source = {type = "CODEPIPELINE", git-clone-depth = 1, output-artifact-format = "CODE_ZIP"}
webhook = false
cache = {type = "LOCAL", modes = ["LOCAL_SOURCE_CACHE"]}
artifacts = {type = "S3", override-name = true}
variables = {STAGE = "plain", DEPLOY_TOKEN = "secret"}

[[tool.cblint.projects]]
buildspecs = ["other.yml"]
"""


def read(folder: pathlib.Path, text: str | bytes, name: str = ".cblint.yml") -> Config:
    """The configuration of a repository that holds just this one."""
    return config_for(repository(folder, {name: text}))


def refused(folder: pathlib.Path, text: str | bytes, name: str = ".cblint.yml") -> str:
    """What is said of a configuration that cannot be used, after its path."""
    with pytest.raises(ConfigError) as caught:
        read(folder, text, name)
    path = os.path.relpath(folder / name)
    message = str(caught.value)
    assert message.startswith(path)
    return message.removeprefix(path)


# Where it is found


def test_it_is_found_upward_from_the_file_and_the_nearest_wins(tmp_path: pathlib.Path) -> None:
    repository(
        tmp_path,
        {
            ".cblint.yml": "profile: security\n",
            "a/.cblint.yml": "profile: pedantic\n",
            "a/b/c/file": "",
            "other/file": "",
        },
    )
    assert config_for(str(tmp_path)).profile == "security"
    assert config_for(str(tmp_path / "other")).profile == "security"
    assert config_for(str(tmp_path / "a")).profile == "pedantic"
    assert config_for(str(tmp_path / "a/b/c")).profile == "pedantic"
    assert config_for(str(tmp_path / "a/b/c")).folder == str(tmp_path / "a")


def test_the_nearest_replaces_the_others_wholly(tmp_path: pathlib.Path) -> None:
    repository(tmp_path, {".cblint.yml": "fail-on: error\n", "a/.cblint.yml": "profile: pedantic\n"})
    assert config_for(str(tmp_path / "a")) == Config(str(tmp_path / "a"), profile="pedantic")


@pytest.mark.parametrize("git", ["folder", "file"])
def test_it_is_not_sought_past_the_root_of_the_repository(tmp_path: pathlib.Path, git: str) -> None:
    (tmp_path / ".cblint.yml").write_text("profile: pedantic\n")
    inner = tmp_path / "inner"
    (inner / "deep").mkdir(parents=True)
    if git == "folder":
        (inner / ".git").mkdir()
    else:
        (inner / ".git").write_text("gitdir: ../.git/worktrees/inner\n")  # a worktree or submodule
    assert config_for(str(inner)) == Config()
    assert config_for(str(inner / "deep")) == Config()


def test_the_root_of_the_repository_itself_counts(tmp_path: pathlib.Path) -> None:
    repository(tmp_path, {".cblint.yml": "profile: pedantic\n", "a/b/file": ""})
    assert config_for(str(tmp_path / "a/b")).profile == "pedantic"


def test_without_any_the_defaults_hold(tmp_path: pathlib.Path) -> None:
    assert config_for(repository(tmp_path, {})) == Config()
    assert Config() == Config("", "default", (), (), "warning", (), (), False, (), (), (), (), (), "")


def test_of_several_in_a_folder_the_yaml_one_counts(tmp_path: pathlib.Path) -> None:
    files = {
        "pyproject.toml": "[tool.cblint]\nprofile = 'pedantic'\n",
        ".cblint.yaml": "profile: security\n",
        ".cblint.yml": "profile: default\nfail-on: note\n",
    }
    repository(tmp_path, {f"a/{name}": text for name, text in files.items()})
    assert config_for(str(tmp_path / "a")).fail_on == "note"
    repository(tmp_path, {f"b/{name}": text for name, text in files.items() if name != ".cblint.yml"})
    assert config_for(str(tmp_path / "b")).profile == "security"
    repository(tmp_path, {f"c/{name}": text for name, text in files.items() if name == "pyproject.toml"})
    assert config_for(str(tmp_path / "c")).profile == "pedantic"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[project]\nname = 'x'\n",
        "[tool.other]\ncblint = 1\n",
        "[project]\ndependencies = ['cblint']\n[tool]\n",
        "[tool\nnot TOML, and nothing about us\n",
    ],
)
def test_a_pyproject_that_does_not_configure_cblint_is_passed_over(tmp_path: pathlib.Path, text: str) -> None:
    repository(tmp_path, {".cblint.yml": "profile: pedantic\n", "a/pyproject.toml": text})
    assert config_for(str(tmp_path / "a")).profile == "pedantic"


def test_an_empty_table_in_a_pyproject_counts(tmp_path: pathlib.Path) -> None:
    repository(tmp_path, {".cblint.yml": "profile: pedantic\n", "a/pyproject.toml": "[tool.cblint]\n"})
    assert config_for(str(tmp_path / "a")) == Config(str(tmp_path / "a"))


def test_a_link_out_of_the_repository_is_refused_and_one_inside_is_not(tmp_path: pathlib.Path) -> None:
    (tmp_path / "outside.yml").write_text("secret: value\n")
    inside = tmp_path / "repository"
    inside.mkdir()
    repository(inside, {"shared/cblint.yml": "profile: pedantic\n", "a/file": "", "b/file": ""})
    (inside / "a/.cblint.yml").symlink_to("../shared/cblint.yml")
    (inside / "b/.cblint.yml").symlink_to("../../outside.yml")
    assert config_for(str(inside / "a")).profile == "pedantic"
    with pytest.raises(ConfigError, match="is a link that leads out of the repository") as caught:
        config_for(str(inside / "b"))
    assert "secret" not in str(caught.value)


def test_a_named_configuration_needs_no_usual_name_and_may_be_a_link_outwards(tmp_path: pathlib.Path) -> None:
    (tmp_path / "x.yml").write_text("profile: pedantic\n")
    inside = tmp_path / "repository"
    inside.mkdir()
    (inside / "link.yml").symlink_to("../x.yml")
    assert load_config(str(inside / "link.yml")).profile == "pedantic"
    (inside / "my.toml").write_text("[tool.other]\n")
    assert load_config(str(inside / "my.toml")) == Config(str(inside))


def test_a_named_configuration_that_is_not_there_is_an_error(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yml cannot be read: No such file or directory$"):
        load_config(str(tmp_path / "none.yml"))


# What it may say


def expected(folder: str) -> Config:
    """What EVERYTHING means."""
    return Config(
        folder=folder,
        profile="pedantic",
        select=("duplicate-key", "cb1003", "CB1"),
        ignore=("unknown-phase",),
        fail_on="error",
        buildspecs=("ci/*.yml", "special.txt"),
        exclude=("vendor/", "*.bak.yml"),
        require_reason=True,
        baseline=os.path.join(folder, "ci", "accepted.json"),
        rules=(folder,),
        severity=(("CB1", "error"), ("secret-literal", "note")),
        per_path_ignores=(("legacy/", ("CB2", "unknown-phase")), ("*.bak.yml", ())),
        projects=(
            Project(
                buildspecs=("buildspec.yml", "ci/*.yml"),
                image="aws/codebuild/standard:7.0",
                name="release",
                environment_type="LINUX_CONTAINER",
                compute_type="BUILD_GENERAL1_SMALL",
                fleet=False,
                privileged=True,
                docker_server=False,
                vpc=True,
                timeout=30,
                source=Source("CODEPIPELINE", 1, "CODE_ZIP"),
                webhook=False,
                cache=Cache("LOCAL", ("LOCAL_SOURCE_CACHE",)),
                artifacts=Artifacts("S3", True),
                variables=(("STAGE", False), ("DEPLOY_TOKEN", True)),
            ),
            Project(buildspecs=("other.yml",)),
        ),
    )


def test_every_key_of_the_schema_is_read(tmp_path: pathlib.Path) -> None:
    assert read(tmp_path, EVERYTHING) == expected(str(tmp_path))
    assert {key.replace("-", "_") for key in table("config")["properties"]} == set(Config._fields) - {"folder"}
    project = table("config")["properties"]["projects"]["items"]["properties"]
    with open(os.path.join(ROOT, "docs", "configuration.md"), encoding="utf-8") as file:
        documented = re.findall(r"^\| (`[^|]+) \|", file.read(), re.MULTILINE)
    named = {name for cell in documented for name in re.findall("`([a-z-]+)`", cell)}
    assert named >= {*table("config")["properties"], *project}
    of_definitions = {"more_variables", "resource"}
    assert {key.replace("-", "_") for key in project} == set(Project._fields) - of_definitions


def test_the_toml_form_says_the_same(tmp_path: pathlib.Path) -> None:
    assert read(tmp_path, EVERYTHING_TOML, "pyproject.toml") == expected(str(tmp_path))


@pytest.mark.parametrize("text", [EVERYTHING.replace("\n", "\r\n"), "\ufeff" + EVERYTHING, "---\n" + EVERYTHING])
def test_line_ends_byte_order_mark_and_document_start_make_no_difference(tmp_path: pathlib.Path, text: str) -> None:
    assert read(tmp_path, text) == expected(str(tmp_path))


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing yet\n", "---\n", "---\n...\n", "\ufeff"])
def test_an_empty_file_is_a_configuration_that_changes_nothing(tmp_path: pathlib.Path, text: str) -> None:
    assert read(tmp_path, text) == Config(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("exclude: ['42', \"true\", !!str 7, 'null', yes, 2024-01-01, x y]\n", "42 true 7 null yes 2024-01-01 x y"),
        ("exclude: [é, 漢字, 😀, '*.yml']\n", "é 漢字 😀 *.yml"),
        ("exclude:\n  - |-\n    a\n  - >-\n    b\n", "a b"),
    ],
)
def test_text_is_what_yaml_calls_text(tmp_path: pathlib.Path, text: str, value: str) -> None:
    config = read(tmp_path, text)
    assert " ".join(config.exclude) == value
    assert all(type(pattern) is str for pattern in config.exclude)


@pytest.mark.parametrize("word", ["true", "True", "TRUE"])
def test_true_is_written_as_yaml_has_it(tmp_path: pathlib.Path, word: str) -> None:
    assert read(tmp_path, f"require-reason: {word}\n").require_reason is True


# What is said of one that is wrong


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fail_on: error\n", ':1:1: "fail_on" is not known at the top level. Did you mean "fail-on"?'),
        ("profile: default\nexcludes: []\n", ':2:1: "excludes" is not known at the top level. Did you mean "exclude"?'),
        (
            "team: []\n",
            ':1:1: "team" is not known at the top level. Known here: extends, profile, select, ignore, '
            "per-path-ignores, severity, fail-on, buildspecs, exclude, require-reason, baseline, rules, projects.",
        ),
        (
            "projects:\n  - buildspecs: [a]\n    imge: x\n",
            ':3:5: "imge" is not known in projects[0]. Did you mean "image"?',
        ),
        (
            "projects: [{buildspecs: [a]}, {buildspecs: [b], kind: x}]\n",
            ':1:49: "kind" is not known in projects[1]. Known here: buildspecs, name, image, environment-type, '
            "compute-type, fleet, privileged, docker-server, vpc, timeout, source, webhook, "
            "cache, artifacts, variables.",
        ),
        (
            "? [a]\n: 1\n",
            ':1:3: "?" is not known at the top level. Known here: extends, profile, select, ignore, '
            "per-path-ignores, severity, fail-on, buildspecs, exclude, require-reason, baseline, rules, projects.",
        ),
    ],
)
def test_an_unknown_key_is_named_with_its_place_and_what_was_meant(
    tmp_path: pathlib.Path, text: str, message: str
) -> None:
    assert refused(tmp_path, text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]\n", ":1:1: the top level must be a mapping"),
        ("text\n", ":1:1: the top level must be a mapping"),
        ("select: duplicate-key\n", ":1:9: select must be a list: put it in brackets"),
        ("select:\n  duplicate-key: true\n", ":2:3: select must be a list"),
        ("exclude:\n", ":1:9: exclude must be a list"),
        ("ignore: [[CB1]]\n", ":1:10: ignore[0] must be text"),
        ("exclude: [a, 42]\n", ":1:14: exclude[1] must be text: put it in quotes"),
        ("exclude: [1.5e3]\n", ":1:11: exclude[0] must be text: put it in quotes"),
        ("exclude: [~]\n", ":1:11: exclude[0] must be text: put it in quotes"),
        ("exclude:\n  - a\n  -\n", ":3:4: exclude[1] must be text"),
        ("require-reason: yes\n", ":1:17: require-reason must be true or false"),
        ("require-reason: 'true'\n", ":1:17: require-reason must be true or false"),
        ("require-reason: 1\n", ":1:17: require-reason must be true or false"),
        ("profile: 1\n", ":1:10: profile must be one of default, security, pedantic"),
        ("profile:\n", ":1:9: profile must be one of default, security, pedantic"),
        (
            "profile: pedantik\n",
            ':1:10: profile is "pedantik", but must be one of default, security, pedantic. Did you mean "pedantic"?',
        ),
        (
            "fail-on: fatal\n",
            ':1:10: fail-on is "fatal", but must be one of error, warning, note, never.',
        ),
        ("projects: {}\n", ":1:11: projects must be a list"),
        ("projects: [x]\n", ":1:12: projects[0] must be a mapping"),
        ("projects:\n  - image: x\n", ':2:5: projects[0] has no "buildspecs"'),
        ("projects:\n  - buildspecs: []\n", ":2:17: projects[0].buildspecs must not be empty"),
        (
            "projects:\n  - buildspecs: [a]\n    variables:\n      A: hidden\n",
            ':4:10: projects[0].variables.A is "hidden", but must be one of plain, secret.',
        ),
        (
            "projects:\n  - buildspecs: [a]\n    variables: [A]\n",
            ":3:16: projects[0].variables must be a mapping",
        ),
        (
            "projects:\n  - buildspecs: [a]\n    image: null\n",
            ":3:12: projects[0].image must be text: put it in quotes",
        ),
        ("exclude: &x [a]\nprofile: *x\n", ":2:10: profile must be one of default, security, pedantic"),
    ],
)
def test_a_wrong_value_is_named_with_its_place_and_what_must_stand_there(
    tmp_path: pathlib.Path, text: str, message: str
) -> None:
    assert refused(tmp_path, text) == message


@pytest.mark.parametrize("key", ["select", "ignore"])
@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("unknown-fase", 'There is no rule "unknown-fase". Did you mean "unknown-phase"?'),
        ("something-else", 'There is no rule "something-else".'),
        ("''", 'There is no rule "".'),
    ],
)
def test_an_unknown_rule_is_named_with_its_place(tmp_path: pathlib.Path, key: str, rule: str, message: str) -> None:
    text = f"{key}:\n  - duplicate-key\n  - {rule}\n"
    assert refused(tmp_path, text) == f":3:5: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("exclude: [a\n", ":1:10 is not valid YAML: did not find expected ',' or ']'"),
        ("profile: default\n\texclude: []\n", ":2:1 is not valid YAML: "),
        ("profile: *none\n", ":1:10 is not valid YAML: unknown anchor none"),
        ("profile: de\x01fault\n", ":1:12 is not valid YAML: "),
        (b"profile: \xff\n", " is not UTF-8: byte 0xFF on line 1"),
        (b"\xff\xfep\0", " is encoded in UTF-16, not UTF-8"),
        (b"a\0b", " is a binary file"),
    ],
)
def test_a_file_that_cannot_be_parsed_is_named_with_the_place(
    tmp_path: pathlib.Path, text: str | bytes, message: str
) -> None:
    assert refused(tmp_path, text).startswith(message)


def test_an_alias_bomb_is_refused_at_once(tmp_path: pathlib.Path) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 20)
    )
    assert refused(tmp_path, bomb) == " expands to more than 1,000,000 nodes through its aliases"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("exclude: &x [*x]\n", " has an anchor, &x, that contains itself"),
        ("exclude: " + "[" * 100_000, " nests lists and mappings deeper than 200 levels"),
    ],
    ids=["cycle", "depth"],
)
def test_a_file_past_the_limits_is_refused(tmp_path: pathlib.Path, text: str, message: str) -> None:
    assert refused(tmp_path, text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.cblint]\nfail_on = 'error'\n",
            ' [tool.cblint]: "fail_on" is not known at the top level. Did you mean "fail-on"?'),
        ("[tool.cblint]\nselect = ['unknown-fase']\n",
            ' [tool.cblint]: There is no rule "unknown-fase". Did you mean "unknown-phase"?'),
        ("[tool.cblint]\nexclude = [42]\n", " [tool.cblint]: exclude[0] must be text: put it in quotes"),
        ("[tool.cblint]\nprofile = 2001-01-01\n",
            ' [tool.cblint]: profile is "2001-01-01", but must be one of default, security, pedantic.'),
        ("[tool]\ncblint = true\n", " [tool.cblint]: the top level must be a mapping"),
        ("[tool.cblint]\nprofile = default\n", " is not valid TOML: Invalid value (at line 2, column 11)"),
        ("[tool.cblint]\nexclude = " + "[" * 300 + "]" * 300,
            " [tool.cblint] nests lists and mappings deeper than 200 levels"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_toml_configuration_names_the_file_and_the_key(
    tmp_path: pathlib.Path, text: str, message: str
) -> None:
    assert refused(tmp_path, text, "pyproject.toml") == message


# How it holds


def test_patterns_start_at_the_folder_of_the_configuration(tmp_path: pathlib.Path) -> None:
    text = "buildspecs: [/top.yml, 'ci/*.yml', deep.yml]\nexclude: [vendor/, '*.gen.yml', '!keep.gen.yml']\n"
    repository(tmp_path, {"sub/.cblint.yml": text})
    config = config_for(str(tmp_path / "sub"))

    def named(path: str) -> bool:
        return config.names_buildspec(str(tmp_path / path))

    assert named("sub/top.yml")
    assert not named("top.yml")
    assert not named("sub/x/top.yml")
    assert named("sub/ci/a.yml")
    assert not named("sub/x/ci/a.yml")
    assert not named("ci/a.yml")
    assert named("sub/deep.yml")
    assert named("sub/x/y/deep.yml")
    assert not named("subdeep.yml")

    def excluded(path: str) -> bool:
        return config.excludes(str(tmp_path) + "/" + path)

    assert excluded("sub/vendor/")
    assert excluded("sub/x/vendor/")
    assert excluded("sub/vendor/a.yml")
    assert not excluded("sub/vendor")  # a file of that name
    assert excluded("sub/a.gen.yml")
    assert not excluded("sub/keep.gen.yml")
    assert not excluded("a.gen.yml")


def test_paths_are_taken_from_the_working_directory(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path, {"a/b/file": ""})
    monkeypatch.chdir(tmp_path / "a")
    folder = str(tmp_path)
    assert matches(folder, ("/a/x.yml",), "x.yml")
    assert matches(folder, ("/a/x.yml",), "./b/../x.yml")
    assert matches(folder, ("/x.yml",), "../x.yml")
    assert not matches(folder, ("x.yml",), "../../x.yml")
    assert not matches(folder, (), "x.yml")


def test_a_file_belongs_to_all_projects_that_name_it(tmp_path: pathlib.Path) -> None:
    config = read(tmp_path, EVERYTHING)
    both = Config(str(tmp_path), projects=(*config.projects, Project(("ci/",))))
    assert both.projects_of(str(tmp_path / "buildspec.yml")) == [both.projects[0]]
    assert both.projects_of(str(tmp_path / "ci/x.yml")) == [both.projects[0], both.projects[2]]
    assert both.projects_of(str(tmp_path / "ci/x.txt")) == [both.projects[2]]
    assert both.projects_of(str(tmp_path / "none.yml")) == []
    assert config.names_buildspec(str(tmp_path / "other.yml"))
    assert not config.names_buildspec(str(tmp_path / "none.yml"))
