"""Own rules as users run them: chosen, suppressed and shown like built-in ones, in every process, for each folder."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from cblint.facts.sources import read_schema
from tests.helpers import commands
from tests.integration.conftest import Cblint

NO_MAKE = """\
name: no-make
code: ACME001
severity: error
message: '{command} is not ours.'
detail: Take just.
references: [https://acme.example/just]
match: {command: make}
"""
NO_NPM = "name: no-npm\nmessage: '{command} is not ours.'\nmatch: {command: npm}\n"
CONFIG = "rules: [rules]\n"
SPEC = commands("make", "npm ci")
FILES = {".cblint.yml": CONFIG, "rules/a.yml": NO_MAKE, "rules/b.yaml": NO_NPM, "buildspec.yml": SPEC}
MAKE = "buildspec.yml:5:9: error[no-make] make is not ours."
NPM = "buildspec.yml:6:9: warning[no-npm] npm is not ours."


def lines(cblint: Cblint, *args: str, cwd: str = ".") -> list[str]:
    """What is found, a line for each."""
    done = cblint("--format", "concise", *args, cwd=cwd)
    assert done.status in (0, 1), done.stderr
    return done.lines


def test_the_configuration_brings_them_and_isolated_does_not(cblint: Cblint) -> None:
    cblint.put(FILES)
    assert lines(cblint) == [MAKE, NPM]
    assert lines(cblint, "buildspec.yml") == [MAKE, NPM]
    assert lines(cblint, "--isolated") == []
    assert lines(cblint, "--isolated", "--rules", "rules/b.yaml") == [NPM]
    assert lines(cblint, "--isolated", "--rules", "rules", cwd=".") == [MAKE, NPM]
    done = cblint("-", "--stdin-filename", "buildspec.yml", "--format", "concise", stdin=SPEC.encode())
    assert done.lines == [MAKE, NPM]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["--select", "no-make"], [MAKE]),
        (["--select", "acme001"], [MAKE]),
        (["--select", "OWN"], [MAKE, NPM]),
        (["--select", "own", "--ignore", "ACME001"], [NPM]),
        (["--ignore", "no-npm"], [MAKE]),
        (["--ignore", "OWN"], []),
        (["--select", "CB1"], []),
        (["--profile", "security"], [MAKE, NPM]),
    ],
)
def test_they_are_chosen_like_all_others(cblint: Cblint, args: list[str], expected: list[str]) -> None:
    cblint.put(FILES)
    assert lines(cblint, *args) == expected


def test_a_rule_that_nobody_knows_is_named_with_what_was_meant(cblint: Cblint) -> None:
    cblint.put(FILES)
    done = cblint("--select", "no-mak")
    assert (done.status, 'There is no rule "no-mak". Did you mean "no-make"?' in done.stderr) == (2, True)
    done = cblint("--select", "no-make", "--isolated")
    assert (done.status, 'There is no rule "no-make".' in done.stderr) == (2, True)
    cblint.put({".cblint.yml": CONFIG + "ignore: [no-npn]\n"})
    done = cblint()
    assert done.status == 2
    assert '.cblint.yml:2:10: There is no rule "no-npn". Did you mean "no-npm"?' in done.stderr


def test_a_configuration_may_name_what_the_command_line_brings(cblint: Cblint) -> None:
    cblint.put({**FILES, ".cblint.yml": "ignore: [no-npm]\n"})
    assert lines(cblint, "--rules", "rules") == [MAKE]
    assert cblint().status == 2


def test_comments_suppress_them(cblint: Cblint) -> None:
    cblint.put(FILES)
    cblint.put({"buildspec.yml": commands("make # cblint: ignore[no-make] -- why", "true # cblint: ignore[ACME001]")})
    assert lines(cblint) == [
        "buildspec.yml:6:14: note[unused-suppression] This comment suppresses nothing: ACME001 has nothing to say on "
        "line 6."
    ]
    # The configuration that is set aside may bring them.
    assert lines(cblint, "--isolated") == []


def test_each_folder_has_its_own_and_every_process_has_them(cblint: Cblint) -> None:
    cblint.put({f"a/{number}/buildspec.yml": SPEC for number in range(20)})
    cblint.put({f"b/{number}/buildspec.yml": SPEC for number in range(20)})
    cblint.put({"a/.cblint.yml": "rules: [own.yml]\n", "a/own.yml": NO_MAKE})
    cblint.put({"b/.cblint.yml": "rules: [../shared]\nignore: [no-make]\n", "shared/x/n.yml": NO_NPM})
    cblint.put({"shared/m.yml": NO_MAKE})
    done = cblint.process("check", "--jobs", "3", "--format", "json", "--select", "OWN")
    found = [f"{each['path'][0]} {each['rule']}" for each in done.json["findings"]]
    assert sorted(found) == ["a no-make"] * 20 + ["b no-npm"] * 20
    alone = cblint.process("check", "--jobs", "1", "--format", "json", "--select", "OWN")
    assert alone.stdout == done.stdout
    sarif = cblint("--format", "sarif").sarif
    assert [rule["id"] for rule in sarif["tool"]["driver"]["rules"]][-2:] == ["ACME001", "no-npm"]


def test_a_wrong_entry_ends_the_run_with_its_place(cblint: Cblint) -> None:
    cblint.put({**FILES, "rules/a.yml": NO_MAKE + "sevrity: note\n"})
    for args in ([], ["--rules", "rules", "--isolated"], ["buildspec.yml"]):
        done = cblint(*args)
        assert done.status == 2
        assert 'rules/a.yml:8:1: "sevrity" is not known at the top level. Did you mean "severity"?' in done.stderr
    done = cblint("--rules", "nowhere")
    assert (done.status, "nowhere cannot be read: No such file or directory" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("rules: rules\n", ".cblint.yml:1:8: rules must be a list"),
        ("rules: [nowhere]\n", '.cblint.yml:1:9: there is no file or folder "nowhere"'),
        ("rules: [../x]\n", '.cblint.yml:1:9: "../x" is not in the repository; --rules can name rules elsewhere'),
        ("rules: [/etc]\n", '.cblint.yml:1:9: "/etc" is not in the repository; --rules can name rules elsewhere'),
        ("rules: [link]\n", '.cblint.yml:1:9: "link" is not in the repository; --rules can name rules elsewhere'),
        ('rules: ["a\\0b"]\n', ".cblint.yml:1:9: rules[0] is "),
    ],
)
def test_a_configuration_names_what_is_there_and_in_the_repository(cblint: Cblint, config: str, sentence: str) -> None:
    cblint.put({".cblint.yml": config, "buildspec.yml": SPEC})
    (cblint.folder / "link").symlink_to("/etc")
    done = cblint()
    assert done.status == 2
    assert sentence in done.stderr


def test_the_formats_have_them(cblint: Cblint) -> None:
    cblint.put(FILES)
    first = cblint("--format", "json").json["findings"][0]
    assert (first["rule"], first["code"], first["category"]) == ("no-make", "ACME001", "own")
    assert "= https://acme.example/just\n" in cblint().stdout
    assert "no-npm.md" not in cblint().stdout
    run = cblint("--format", "sarif").sarif
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    (own,) = (rule for rule in rules if rule["id"] == "ACME001")
    assert (own["helpUri"], own["shortDescription"]["text"]) == ("https://acme.example/just", "No make")
    assert "helpUri" not in next(rule for rule in rules if rule["id"] == "no-npm")


# cblint rules test


def ran(cblint: Cblint, entry: dict[str, Any]) -> tuple[int, list[str], str]:
    """What is said of the examples of an entry."""
    cblint.put({"own/x.yml": json.dumps({"name": "x", "message": "It is {command}.", **entry}, ensure_ascii=False)})
    done = cblint.run("rules", "test", "own")
    return done.status, done.lines, done.stderr


GOOD, BAD = commands("npm ci"), commands("«make»")


def test_examples_that_hold(cblint: Cblint) -> None:
    cblint.put({"own/y.yml": NO_NPM})
    assert ran(cblint, {"match": {"command": "make"}, "examples": [{"good": GOOD}, {"bad": BAD}]}) == (
        0,
        ["ok     x: 2 examples", "ok     no-npm: 0 examples"],
        "cblint: own/y.yml: no-npm has no examples, so that nothing shows what it finds.\n",
    )


def test_examples_that_do_not_hold_are_told_with_what_was_expected_and_where(cblint: Cblint) -> None:
    text = (
        "name: x\nmessage: It is {command}.\nmatch: {command: make}\nexamples:\n"
        "  - bad: |\n      version: 0.2\n      phases:\n        build:\n          commands:\n"
        "            - make «clean»; «make» all\n"
        "  - good: |\n      phases: {build: {commands: [make]}}\n"
        '  - good: "a: [\\n"\n'
    )
    cblint.put({"own/x.yml": text})
    done = cblint.run("rules", "test", "own/x.yml")
    assert (done.status, done.stderr) == (1, "")
    assert done.lines == [
        "failed x: 3 of 3 examples",
        '  own/x.yml:10:21: expected a finding at "clean", but none came',
        '  own/x.yml:10:15: expected no finding at "make", but it says: It is make.',
        '  own/x.yml:12:35: expected no finding at "make", but it says: It is make.',
        "  own/x.yml:13:12: it is not valid YAML from line 1 on, so that only what stands before was checked",
    ]


def test_what_cannot_be_run_is_said(cblint: Cblint) -> None:
    cblint.put({"own/x.yml": "name: x\n", "own/y.yml": "- 1\n"})
    done = cblint.run("rules", "test", "own")
    assert (done.status, done.lines) == (2, [])
    assert done.stderr.splitlines() == [
        'cblint: own/x.yml:1:1: the rule has no "message"',
        "cblint: own/y.yml:1:1: the top level must be a mapping",
    ]
    for args, sentence in ((["nowhere"], "There is no file or folder nowhere."), ([], "Missing argument 'PATH...'")):
        done = cblint.run("rules", "test", *args)
        assert (done.status, sentence in done.stderr) == (2, True)
    cblint.put({"empty/notes.txt": ""})
    done = cblint.run("rules", "test", "empty")
    assert (done.status, "There are no own rules in empty" in done.stderr) == (2, True)


def test_an_example_stays_in_its_folder_and_sees_no_other_rule(cblint: Cblint) -> None:
    given = {"path": "ci/spec.yml", "files": {"ci/a.sh": "make\n"}, "project": {"image": "node:20"}}
    entry = {"match": {"command": "make"}, "examples": [{"bad": BAD + "  oops: {}\n", "given": given}]}
    assert ran(cblint, entry)[:2] == (0, ["ok     x: 1 example"])
    assert not (cblint.folder / "ci").exists()
    entry["examples"][0]["also"] = ["unknown-phase"]  # type: ignore[index]
    assert ran(cblint, entry)[:2] == (0, ["ok     x: 1 example"])
    entry["examples"][0]["also"] = ["duplicate-key"]  # type: ignore[index]
    assert ran(cblint, entry)[1][1].endswith("expected a finding of duplicate-key, but none came")
    entry["examples"][0]["given"]["project"] = {"image": 3}  # type: ignore[index]
    status, said, _ = ran(cblint, entry)
    assert status == 1
    assert "image must be text: put it in quotes" in said[1]


# cblint rules, cblint explain, cblint config


def test_they_are_listed_and_explained(cblint: Cblint) -> None:
    entry = NO_MAKE + f"examples:\n  - bad: {json.dumps(BAD, ensure_ascii=False)}\n  - good: {json.dumps(GOOD)}\n"
    cblint.put({**FILES, "rules/a.yml": entry})
    listed = cblint.run("rules", "--select", "OWN")
    assert [line.split() for line in listed.lines[1:]] == [
        ["ACME001", "no-make", "error", "own", "default"],
        ["No", "make"],
        ["no-npm", "no-npm", "warning", "own", "default"],
        ["No", "npm"],
    ]
    assert "no-make" in cblint.run("rules", "--category", "own").stdout
    assert "**Own rules**" in cblint.run("rules", "--format", "markdown").stdout
    for name in ("no-make", "acme001", "NO-MAKE"):
        told = cblint.run("explain", name).stdout
        assert "no-make (ACME001)" in told
        assert "make is not ours." in told
        assert "https://acme.example/just" in told
        assert "docs/rules" not in told
    assert "no-npm is not known" not in cblint.run("explain", "no-npm").stdout
    assert cblint.run("explain", "no-npm", "--format", "markdown").status == 0
    found = json.loads(cblint.run("explain", "OWN", "--format", "json").stdout)
    jsonschema.validate(found, read_schema("rules"))
    assert [(rule["code"], rule["url"], rule["since"]) for rule in found["rules"]] == [
        ("ACME001", None, None),
        ("no-npm", None, None),
    ]
    assert cblint.run("explain", "no-make", cwd="/").status == 2
    assert cblint.run("explain", "no-make", "--rules", str(cblint.folder / "rules"), cwd="/").status == 0
    assert "unknown-phase" in cblint.run("explain", "unknown-phase", "--rules", "rules/b.yaml").stdout
    done = cblint.run("rules", "--rules", "nowhere")
    assert (done.status, "nowhere cannot be read" in done.stderr) == (2, True)


def test_what_holds_for_a_file_tells_of_them(cblint: Cblint) -> None:
    cblint.put({**FILES, "base.yml": "rules: [more]\nseverity: {no-just: note}\nignore: [no-npm]\n"})
    cblint.put({".cblint.yml": "extends: base.yml\nrules: [rules]\nper-path-ignores: {'/x/': [ACME001]}\n"})
    cblint.put({"more/j.yml": "name: no-just\nmessage: m\nmatch: {command: just}\n", "x/buildspec.yml": SPEC})
    cblint.put({"buildspec.yml": commands("make", "just")})
    assert lines(cblint) == [MAKE, "buildspec.yml:6:9: note[no-just] m"]
    found = json.loads(cblint.run("config", "x/buildspec.yml", "--format", "json").stdout)
    runs = {rule["rule"]: rule["runs"] for rule in found["rules"]}
    assert (runs["no-make"], runs["no-just"], runs["no-npm"]) == (False, True, False)
    told = cblint.run("config", "buildspec.yml", "--rules", "rules").stdout
    assert "more" in told
    assert "no-just" in told


def test_the_schema_of_an_entry_is_printed(cblint: Cblint) -> None:
    assert json.loads(cblint.run("schema", "rule").stdout) == read_schema("own-rule")
