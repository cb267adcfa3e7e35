"""Configurations that extend others, rules that are judged otherwise, and rules that some paths are spared."""

from __future__ import annotations

import json
import os
import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.catalogue import Selection, rules, select
from cblint.config import Config, ConfigError, config_for, load_config
from cblint.config.extending import DEEPEST, MOST
from cblint.finding import Severity
from cblint.linter import Settings
from tests.helpers import commands, lint, repository


def refused(folder: pathlib.Path, files: dict[str, str | bytes], place: str = "") -> str:
    """What is said of a configuration that cannot be used, with paths from the root of its repository."""
    with pytest.raises(ConfigError) as caught:
        config_for(os.path.join(repository(folder, files), place).rstrip("/"))
    return str(caught.value).replace(os.path.relpath(folder) + os.sep, "")


# What the files mean together


def test_the_nearest_decides_and_lists_add_up(tmp_path: pathlib.Path) -> None:
    files: dict[str, str | bytes] = {
        "base.yml": "profile: security\nfail-on: error\nrequire-reason: true\nignore: [CB2, unknown-phase]\n"
        "severity: {CB1: note, duplicate-key: error}\n",
        "sub/.cblint.yml": "extends: ../base.yml\nfail-on: note\nignore: [CB2, secret-literal]\n"
        "severity: {unknown-phase: warning}\n",
    }
    config = config_for(os.path.join(repository(tmp_path, files), "sub"))
    assert (config.profile, config.fail_on, config.require_reason) == ("security", "note", True)
    assert config.ignore == ("CB2", "unknown-phase", "secret-literal")
    assert config.severity == (("CB1", "note"), ("duplicate-key", "error"), ("unknown-phase", "warning"))


def test_of_a_list_the_later_file_counts_and_the_file_itself_most(tmp_path: pathlib.Path) -> None:
    files: dict[str, str | bytes] = {
        "a.yml": "profile: security\nfail-on: error\nrequire-reason: true\n",
        "b.yml": "profile: pedantic\nfail-on: never\n",
        ".cblint.yml": "extends: [a.yml, b.yml]\nfail-on: note\n",
    }
    config = config_for(repository(tmp_path, files))
    assert (config.profile, config.fail_on, config.require_reason) == ("pedantic", "note", True)


@pytest.mark.parametrize(
    ("own", "chosen", "ignored"),
    [
        ("", ("CB1",), ("duplicate-key",)),
        ("ignore: [CB3]\n", ("CB1",), ("duplicate-key", "CB3")),
        ("select: [duplicate-key]\n", ("duplicate-key",), ()),
        ("select: []\n", (), ()),
        ("select: [CB1]\nignore: [CB3]\n", ("CB1",), ("CB3",)),
    ],
)
def test_a_file_that_selects_begins_anew(
    tmp_path: pathlib.Path, own: str, chosen: tuple[str, ...], ignored: tuple[str, ...]
) -> None:
    base = "select: [CB1]\nignore: [duplicate-key]\n"
    config = config_for(repository(tmp_path, {"base.yml": base, ".cblint.yml": f"extends: base.yml\n{own}"}))
    assert (config.select, config.ignore) == (chosen, ignored)


def test_patterns_start_where_the_file_is_that_says_them(tmp_path: pathlib.Path) -> None:
    files: dict[str, str | bytes] = {
        ".cblint.yml": "buildspecs: [/sub/one.txt, '*.spec']\nexclude: [gen/, '*.bak.yml']\n"
        "per-path-ignores: {/sub/ci/: [CB2]}\n"
        "projects: [{buildspecs: [/sub/ci/*.yml], image: outer}]\n",
        "sub/.cblint.yml": "extends: ../.cblint.yml\nbuildspecs: [/two.txt, '!no.spec']\nexclude: ['!keep.bak.yml']\n"
        "per-path-ignores: {/ci/a.yml: [CB3]}\nprojects: [{buildspecs: [/ci/a.yml], image: inner}]\n",
    }
    root = repository(tmp_path, files)
    config = config_for(os.path.join(root, "sub"))
    named = {
        name for name in ("one.txt", "two.txt", "x.spec", "no.spec") if config.names_buildspec(f"{root}/sub/{name}")
    }
    assert named == {"one.txt", "two.txt", "x.spec"}
    left = {name for name in ("gen/", "a.bak.yml", "keep.bak.yml", "a.yml") if config.excludes(f"{root}/sub/{name}")}
    assert left == {"gen/", "a.bak.yml"}
    assert config.ignored_at(f"{root}/sub/ci/a.yml") == ("CB3", "CB2")
    assert config.ignored_at(f"{root}/sub/ci/b.yml") == ("CB2",)
    assert config.ignored_at(f"{root}/ci/a.yml") == ()
    assert [project.image for project in config.projects_of(f"{root}/sub/ci/a.yml")] == ["inner", "outer"]
    assert [project.image for project in config.projects_of(f"{root}/sub/ci/b.yml")] == ["outer"]


def test_a_file_that_is_extended_in_two_ways_counts_once(tmp_path: pathlib.Path) -> None:
    files: dict[str, str | bytes] = {
        "d.yml": "projects: [{buildspecs: ['*']}]\nprofile: security\n",
        "b.yml": "extends: d.yml\n",
        "c.yml": "extends: [d.yml, ./d.yml]\n",
        ".cblint.yml": "extends: [b.yml, c.yml]\n",
    }
    config = config_for(repository(tmp_path, files))
    assert [os.path.basename(each.folder) for each in config.extends] == [tmp_path.name] * 3
    assert len(config.projects_of(os.path.join(tmp_path, "x.yml"))) == 1
    assert config.profile == "security"


def test_a_table_of_a_pyproject_extends_and_is_extended(tmp_path: pathlib.Path) -> None:
    files: dict[str, str | bytes] = {
        "pyproject.toml": "[tool.cblint]\nextends = 'base.yml'\nignore = ['CB2']\n",
        "base.yml": "ignore: [CB3]\n",
        "sub/.cblint.yml": "extends: ../pyproject.toml\nignore: [CB4]\n",
        "none/.cblint.yml": "extends: other.toml\n",
        "none/other.toml": "[tool.other]\nx = 1\n",
    }
    root = repository(tmp_path, files)
    assert config_for(os.path.join(root, "sub")).ignore == ("CB3", "CB2", "CB4")
    assert (
        refused(tmp_path, {}, "none") == 'none/.cblint.yml:1:10: extends "other.toml", which has no table [tool.cblint]'
    )


def test_the_nearest_alone_holds_where_it_extends_nothing(tmp_path: pathlib.Path) -> None:
    root = repository(tmp_path, {".cblint.yml": "ignore: [CB1]\n", "sub/.cblint.yml": "fail-on: note\n"})
    assert config_for(os.path.join(root, "sub")) == Config(os.path.join(root, "sub"), fail_on="note")


_KEYS = st.fixed_dictionaries(
    {},
    optional={
        "profile": st.sampled_from(["default", "security", "pedantic"]),
        "fail-on": st.sampled_from(["error", "warning", "note", "never"]),
        "require-reason": st.booleans(),
        "ignore": st.lists(st.sampled_from(["CB1", "CB2", "duplicate-key"]), max_size=2),
        "select": st.lists(st.sampled_from(["CB1", "CB2", "duplicate-key"]), max_size=2),
    },
)


@given(_KEYS, _KEYS)
def test_extending_is_saying_the_same_where_the_other_is_silent(
    tmp_path_factory: pytest.TempPathFactory, base: dict[str, object], own: dict[str, object]
) -> None:
    folder = tmp_path_factory.mktemp("extending")
    texts = {"base.yml": json.dumps(base), ".cblint.yml": json.dumps({**own, "extends": "base.yml"})}
    merged = {**base, **own}
    if "select" not in own:
        merged["ignore"] = list(dict.fromkeys([*base.get("ignore", []), *own.get("ignore", [])]))  # type: ignore[misc]
    elif "ignore" not in own:
        merged["ignore"] = []
    for name in ("one", "other"):
        (folder / name).mkdir()
    one = config_for(repository(folder / "one", {**texts}))
    other = config_for(repository(folder / "other", {".cblint.yml": json.dumps(merged)}))
    assert one[1:-1] == other[1:-1]


# What is refused


LOCAL = "only files of the repository are read, nothing is fetched"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("none.yml", ':1:10: extends "none.yml", which does not exist'),
        ("''", ":1:10: extends names no file: it is empty"),
        (".git", ':1:10: extends ".git", which is a directory'),
        ("[none.yml, other.yml]", ':1:11: extends "none.yml", which does not exist'),
        ("https://example.com/a.yml", f':1:10: extends "https://example.com/a.yml": {LOCAL}'),
        ("[git+ssh://example.com/x]", f':1:11: extends "git+ssh://example.com/x": {LOCAL}'),
        ("42", ":1:10: extends must be text or a list"),
        ("{a: b}", ":1:10: extends must be text or a list"),
        ("[42]", ":1:11: extends[0] must be text: put it in quotes"),
        ('"a\\0b"', ":1:10: extends names no file: it holds a NUL character"),
    ],
)
def test_what_cannot_be_extended_is_named_with_its_place(tmp_path: pathlib.Path, value: str, message: str) -> None:
    assert refused(tmp_path, {".cblint.yml": f"extends: {value}\n"}) == f".cblint.yml{message}"


def test_a_password_in_what_is_refused_is_not_shown(tmp_path: pathlib.Path) -> None:
    said = refused(tmp_path, {".cblint.yml": "extends: https://jenkins:Wq8zR4tYb2Lm@git.acme.io/a.yml\n"})
    assert LOCAL in said
    assert "Wq8zR4" not in said


LEADS_OUT = (
    "leads out of the repository: only what lies in it is read, or, where there is none, in the folder of the "
    "configuration"
)


@pytest.mark.parametrize(
    "way", ["../outside.yml", "sub/../../outside.yml", "link.yml", "linked/outside.yml", "absolute"]
)
@pytest.mark.parametrize("named", [False, True], ids=["found", "named"])
def test_nothing_outside_the_repository_is_read(tmp_path: pathlib.Path, way: str, named: bool) -> None:
    (tmp_path / "outside.yml").write_text("password: hunter2\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    value = os.fspath(tmp_path / "outside.yml") if way == "absolute" else way
    root = repository(inside, {".cblint.yml": f"extends: {value}\n", "sub/x": ""})
    (inside / "link.yml").symlink_to("../outside.yml")
    (inside / "linked").symlink_to("..")
    with pytest.raises(ConfigError) as caught:
        _ = load_config(os.path.join(root, ".cblint.yml")) if named else config_for(root)
    assert str(caught.value).endswith(f':1:10: extends "{value}" {LEADS_OUT}')
    assert "hunter2" not in str(caught.value)


def test_without_a_repository_the_folder_of_the_configuration_is_the_limit(tmp_path: pathlib.Path) -> None:
    (tmp_path / "shared/deep").mkdir(parents=True)
    (tmp_path / "shared/deep/base.yml").write_text("profile: pedantic\n")
    (tmp_path / "other.yml").write_text("profile: security\n")
    (tmp_path / "shared/company.yml").write_text("extends: deep/base.yml\n")
    assert load_config(os.path.join(tmp_path, "shared/company.yml")).profile == "pedantic"
    (tmp_path / "shared/wrong.yml").write_text("extends: ../other.yml\n")
    with pytest.raises(ConfigError, match="leads out of the repository"):
        load_config(os.path.join(tmp_path, "shared/wrong.yml"))


def test_a_circle_is_told_with_the_way_round(tmp_path: pathlib.Path) -> None:
    files: dict[str, str | bytes] = {
        ".cblint.yml": "extends: a/one.yml\n",
        "a/one.yml": "profile: default\nextends: [../two.yml]\n",
        "two.yml": "extends:\n  - a/one.yml\n",
        "self/.cblint.yml": "extends: ./.cblint.yml\n",
    }
    assert refused(tmp_path, files) == (
        "two.yml:2:5: .cblint.yml extends a/one.yml extends two.yml extends a/one.yml: "
        "a configuration cannot extend itself"
    )
    assert refused(tmp_path, files, "self") == (
        "self/.cblint.yml:1:10: self/.cblint.yml extends self/.cblint.yml: a configuration cannot extend itself"
    )


def test_so_many_files_are_too_many(tmp_path: pathlib.Path) -> None:
    deep: dict[str, str | bytes] = {f"{n}.yml": f"extends: {n + 1}.yml\n" for n in range(DEEPEST)}
    deep[f"{DEEPEST}.yml"] = "profile: pedantic\n"
    too_many = f"more than {DEEPEST} files that extend one another, or {MOST} in all, are too many"
    assert refused(tmp_path, {**deep, "a/.cblint.yml": "extends: ../1.yml\n"}, "a").endswith(too_many)
    repository(tmp_path, {"b/.cblint.yml": "extends: ../2.yml\n"})
    assert config_for(os.path.join(tmp_path, "b")).profile == "pedantic"
    wide: dict[str, str | bytes] = {f"w{n}.yml": "" for n in range(MOST)}
    wide["c/.cblint.yml"] = f"extends: [{', '.join(f'../w{n}.yml' for n in range(MOST))}]\n"
    assert refused(tmp_path, wide, "c").endswith(too_many)


@pytest.mark.parametrize(
    ("base", "message"),
    [
        ("fail_on: error\n", 'base.yml:1:1: "fail_on" is not known at the top level. Did you mean "fail-on"?'),
        ("ignore: [unknown-fase]\n", 'base.yml:1:10: There is no rule "unknown-fase". Did you mean "unknown-phase"?'),
        ("a: [\n", "base.yml:1:4 is not valid YAML: did not find expected node content"),
        (b"\xff", "base.yml is not UTF-8: byte 0xFF on line 1"),
    ],
)
def test_what_is_wrong_is_said_of_the_file_that_says_it(
    tmp_path: pathlib.Path, base: str | bytes, message: str
) -> None:
    assert refused(tmp_path, {"base.yml": base, ".cblint.yml": "extends: base.yml\n"}) == message


# Severities


@pytest.mark.parametrize(
    ("configuration", "severities"),
    [
        ("{}", ("error", "error")),
        ("{command-not-string: note}", ("note", "error")),
        ("{CB1: note}", ("note", "note")),
        ("{command-not-string: warning, cb1: note}", ("warning", "note")),
        ("{cb1: note, CB1002: warning}", ("warning", "note")),
    ],
)
def test_a_rule_is_as_bad_as_the_configuration_says(
    tmp_path: pathlib.Path, configuration: str, severities: tuple[str, str]
) -> None:
    root = repository(tmp_path, {".cblint.yml": f"severity: {configuration}\nselect: [CB1]\n"})
    text = commands('echo "a: b"') + "  deploy: {commands: [make]}\n"
    result = lint(text, Settings(), os.path.join(root, "buildspec.yml"))
    assert [finding.rule for finding in result.findings] == ["command-not-string", "unknown-phase"]
    assert tuple(finding.severity.value for finding in result.findings) == severities
    assert result.failing == sum(severity != "note" for severity in severities)


def test_the_severity_holds_for_all_that_a_rule_says() -> None:
    for before, rule in zip(
        rules(), select(Selection("pedantic", severity=(("CB1", "error"), *_families()))), strict=True
    ):
        assert (rule.name, rule.severity) == (before.name, Severity.NOTE)
        assert {variant.severity for variant in rule.variants.values()} == {Severity.NOTE}


def _families() -> list[tuple[str, str]]:
    return [(f"CB{digit}", "note") for digit in range(1, 10)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "severity: {duplicate-key: 'off'}\n",
            ':1:27: severity.duplicate-key is "off", but must be one of error, warning, note. '
            'To switch a rule off, name it under "ignore".',
        ),
        (
            "severity: {duplicate-key: waning}\n",
            ':1:27: severity.duplicate-key is "waning", but must be one of error, warning, note. '
            'Did you mean "warning"?',
        ),
        ("severity: {duplicat-key: note}\n", ':1:12: There is no rule "duplicat-key". Did you mean "duplicate-key"?'),
        (
            "severity:\n  CB1004: note\n  duplicate-key: error\n",
            ':3:3: severity names one rule twice: "CB1004" and "duplicate-key"',
        ),
        ("severity: [duplicate-key]\n", ":1:11: severity must be a mapping"),
        ("severity: {? [a] : note}\n", ":1:14: a key must be text"),
        ("per-path-ignores: {a.yml: duplicate-key}\n", ":1:27: per-path-ignores.a.yml must be a list"),
        (
            "per-path-ignores:\n  'a.yml': [CB1, duplicat-key]\n",
            ':2:18: There is no rule "duplicat-key". Did you mean "duplicate-key"?',
        ),
        ("exclude: ['!']\n", ':1:11: the pattern "!" is malformed, so that it matches nothing'),
        (
            "per-path-ignores: {'!a': [CB1]}\n",
            ':1:20: per-path-ignores."!a": each pattern stands alone, so ! means nothing',
        ),
        (
            "exclude: ['']\n",
            ':1:11: the pattern "" matches nothing: it is empty, or a comment '
            "(a file whose name begins with # is \\#…)",
        ),
        (
            "buildspecs: [a, 'x*y*z*w*.yml']\n",
            ':1:17: the pattern "x*y*z*w*.yml" has too many stars between two slashes',
        ),
        ("projects: [{buildspecs: ['#a']}]\n", ':1:26: the pattern "#a" matches nothing: it is empty, or a comment'),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: pathlib.Path, text: str, message: str) -> None:
    assert refused(tmp_path, {".cblint.yml": text}).startswith(f".cblint.yml{message}")


# Paths that are spared a rule


def test_rules_do_not_run_where_a_path_is_spared_them(tmp_path: pathlib.Path) -> None:
    configuration = (
        "select: [CB1]\nper-path-ignores:\n  /old/: [CB1]\n  '*.yaml': [cb1002]\n  b.yaml: [unknown-phase]\n"
    )
    root = repository(tmp_path, {".cblint.yml": configuration})
    text = commands('echo "a: b"') + "  deploy: {commands: [make]}\n"

    def found(path: str, settings: Settings = Settings()) -> list[str]:  # noqa: B008 - never changed
        return [finding.rule for finding in lint(text, settings, os.path.join(root, path)).findings]

    both = ["command-not-string", "unknown-phase"]
    assert found("buildspec.yml") == both
    assert found("old/buildspec.yml") == []
    assert found("new/old/buildspec.yml") == both
    assert found("buildspec.yaml") == ["unknown-phase"]
    assert found("b.yaml") == []
    assert found("old/buildspec.yml", Settings(select=("CB1",))) == []
    assert found("old/buildspec.yml", Settings(isolated=True, select=("CB1",))) == both
