"""Files with own rules: what is wrong with one is said at its place, and no file makes cblint slow or crash."""

from __future__ import annotations

import json
import os
import pathlib

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.buildspec.shape import faults
from cblint.catalogue import PROFILES, built_in
from cblint.facts import table
from cblint.facts.sources import read_schema
from cblint.finding import Severity
from cblint.own.entries import MOST_PARTS, MOST_RULES, WrongEntry, catalogue_with, entries
from tests.bounds import draws, no_hanging
from tests.helpers import root
from tests.own import put, refused

HEAD = "name: x\nmessage: m\n"
MATCH = "match: {at: a}\n"
NO_PATH = "is no path such as phases.*.{commands,finally}[*]"
NO_FIELD = "is no field: braces hold its name and nothing else"
OF_PLACES = "Known here: at, suggest, key, kind, value, count, has, runs, all, any, not."

WRONG = [
    # What stands there at all.
    ("", ": it holds no rule: see docs/own-rules.md"),
    ("# nothing\n", ": it holds no rule: see docs/own-rules.md"),
    ("[]\n", ":1:1: the top level must be a mapping"),
    ("text\n", ":1:1: the top level must be a mapping"),
    ("name: x\n", ':1:1: the rule has no "message"'),
    (HEAD, ':1:1: the rule has no "match"'),
    ("message: m\n" + MATCH, ':1:1: the top level has no "name"'),
    ("name: x\nname: y\n", ':2:1: "name" is given twice'),
    ("name: x\n---\nname: y\n", ":2:1: a second YAML document begins here: one file holds one"),
    ("name: x\nmessage: *a\n", ":2:10: it is not valid YAML: unknown anchor a"),
    ("name: x\nmesage: m\n" + MATCH, ':2:1: "mesage" is not known at the top level. Did you mean "message"?'),
    (HEAD + "severity: eror\n" + MATCH, ':3:11: severity is "eror", but must be one of error, warning, note. '
     'Did you mean "error"?'),
    (HEAD + MATCH + "references: [http://a]\n", ':4:14: references[0] is "http://a", but must be an '
     "https:// address"),
    (HEAD + MATCH + 'references: ["https://a>\\t<b:c"]\n', ':4:14: references[0] is "https://a>\t<b:c", but must be an '
     "https:// address"),
    (HEAD + MATCH + 'references: ["https://a\\n"]\n', ':4:14: references[0] is "https://a\n", but must be an '
     "https:// address"),
    # No code.
    (HEAD + "check: module.function\n" + MATCH, ':3:1: "check" is for built-in rules: own rules are data: no code is '
     "run for them. Say it with match, or propose the rule to cblint"),
    # Names.
    ("name: X_y\nmessage: m\n" + MATCH, ':1:7: name is "X_y", but must be in kebab-case, such as push-outside'),
    ("name: 3\nmessage: m\n" + MATCH, ":1:7: name must be text: put it in quotes"),
    ('name: "x\\n"\nmessage: m\n' + MATCH, ":1:7: name must not end in a line end"),
    ("name: unknown-phase\nmessage: m\n" + MATCH, ':1:7: name: "unknown-phase" is taken by a built-in rule: '
     "choose another"),
    ("name: own\nmessage: m\n" + MATCH, ':1:7: name: "own" is kept: CB and a number mean built-in rules, OWN means '
     "all others"),
    (HEAD + "code: CB2001\n" + MATCH, ':3:7: code: "CB2001" is kept: CB and a number mean built-in rules, OWN means '
     "all others"),
    (HEAD + "code: cb9\n" + MATCH, ':3:7: code is "cb9", but must be capital letters and a number, such as ACME001'),
    (HEAD + "former-names: [ok, cb2001]\n" + MATCH, ':3:20: former-names[1]: "cb2001" is kept: CB and a number mean '
     "built-in rules, OWN means all others"),
    # What it is about.
    (HEAD + "match: []\n", ":3:8: match must not be empty"),
    (HEAD + "match: text\n", ":3:8: match must be a mapping or a list"),
    (HEAD + "match: {comand: docker push}\n", ":3:8: match must have one of at, command, image, reads, sets and "
     'prints-secret, which says what it is about. Did you mean "command"?'),
    (HEAD + "match: [{at: a}, {flag: -x}]\n", ":3:18: match[1] must have one of at, command, image, reads, sets and "
     "prints-secret, which says what it is about."),
    (HEAD + "match: {at: phases, command: make}\n", f':3:21: "command" is not known in match. {OF_PLACES}'),
    (HEAD + "match: {at: phases, valu: a}\n", ':3:21: "valu" is not known in match. Did you mean "value"?'),
    (HEAD + "match: {command: make, phase: pre-build}\n", ':3:31: match.phase: "pre-build" is no phase: there are '
     'install, pre_build, build, post_build. Did you mean "pre_build"?'),
    (HEAD + "match: {sets: A, phase: {not-in: [build, test]}}\n", ':3:34: match.phase.not-in: "test" is no phase: '
     "there are install, pre_build, build, post_build."),
    (HEAD + "match: {sets: A, exported: true}\n", ':3:18: "exported" is not known in match. Known here: sets, phase, '
     "value, all, any, not."),
    (HEAD + "match: {reads: a, not: {value: b}}\n", ':3:32: match.not.value: "value" is not known here. '
     "Known: phase, all, any, not."),
    # How it is said.
    (HEAD + "match: {at: phases..build}\n", f":3:13: match.at: 'phases..build' {NO_PATH}"),
    (HEAD + "match: {at: a, not: {has: {a..b: 1}}}\n", f":3:34: match.not.has.a..b: 'a..b' {NO_PATH}"),
    (HEAD + "match: {at: a, kind: list}\n", ':3:22: match.kind is "list", but must be one of mapping, sequence, '
     "scalar, empty."),
    (HEAD + 'match: {at: a, value: {regex: "(a+)+$"}}\n', ':3:24: "regex" is not known in match.value. Known here: '
     "in, not-in, in-any-case, glob, not-glob, more-than, less-than."),
    (HEAD + "match: {at: a, value: {more-than: many}}\n", ":3:35: match.value.more-than must be a number"),
    (HEAD + "match: {at: a, count: {}}\n", ":3:23: match.count must not be empty"),
    (HEAD + "match: {command: make, flag: {a: b}}\n", ":3:30: match.flag must be text, a number, true or false or a "
     "list"),
    (HEAD + "match: {command: docker --tls}\n", ":3:18: match.command must be a program and its subcommands, such as "
     "docker push; options go into flag"),
    (HEAD + 'match: {command: ""}\n', ":3:18: match.command must be a program and its subcommands, such as docker "
     "push; options go into flag"),
    (HEAD + "match: {command: docker push, unseen: yes}\n", ":3:39: match.unseen must be true or false"),
    (HEAD + "match: {at: a, " + "not: {" * 25 + "key: a" + "}" * 26, f":3:141: match{'.not' * 21} conditions nest "
     "deeper than 20: split the rule in two"),
    # Messages.
    ("name: x\nmessage: '{valeu}'\n" + MATCH, ':2:10: message: "{valeu}" is not known of what its match finds. '
     'Did you mean "value"?'),
    ("name: x\nmessage: '{key}'\nmatch: [{at: a}, {command: make}]\n", ':2:10: message: "{key}" is not known of what '
     "its match finds. Known here: value."),
    (HEAD + "detail: '{phase}'\nmatch: {image: a}\n", ':3:9: detail: "{phase}" is not known of what its match finds. '
     "Known here: build, image."),
    ("name: x\nmessage: '{value.__class__}'\n" + MATCH, f':2:10: message: "{{value.__class__}}" {NO_FIELD}'),
    ("name: x\nmessage: '{value:>999999999}'\n" + MATCH, f':2:10: message: "{{value}}" {NO_FIELD}'),
    ("name: x\nmessage: '{0}'\n" + MATCH, f':2:10: message: "{{0}}" {NO_FIELD}'),
    ("name: x\nmessage: '{value'\n" + MATCH, ":2:10: message has a brace that is not closed, or not opened: a brace "
     "itself is written twice"),
    # Variants.
    (HEAD + "variants: {a: {message: m, match: {at: a}}}\n", ":2:10: message stands in the variants where there are "
     "some"),
    ("name: x\nvariants: {a: {message: m}}\n", ':2:15: variants.a has no "match"'),
    ("name: x\nvariants: {a: {message: m, match: {at: a..b}}}\n", f":2:40: variants.a.match.at: 'a..b' {NO_PATH}"),
    # Examples.
    (HEAD + MATCH + "examples: [{variant: a}]\n", ":4:12: examples[0] must have either bad or good"),
    (HEAD + MATCH + 'examples: [{bad: "a: 1"}]\n', ":4:18: examples[0].bad marks with « » what is found in it: a bad "
     "one does, a good one does not"),
    (HEAD + MATCH + 'examples: [{good: "«a»: 1"}]\n', ":4:19: examples[0].good marks with « » what is found in it: a "
     "bad one does, a good one does not"),
    (HEAD + MATCH + 'examples: [{bad: "«a: 1"}]\n', ":4:18: examples[0].bad has no » to close what is marked"),
    (HEAD + MATCH + 'examples: [{bad: "a»: 1"}]\n', ":4:18: examples[0].bad has » where nothing is marked"),
    (HEAD + MATCH + 'examples: [{bad: "«a›»: 1"}]\n', ":4:18: examples[0].bad has › where » should close what is "
     "marked"),
    ("name: x\nvariants:\n  a: {message: m, match: {at: a}}\n  b: {message: m, match: {at: b}}\n"
     'examples: [{bad: "«a»: 1"}]\n', ":5:12: examples[0] must say which variant speaks: a or b"),
    (HEAD + MATCH + "examples: [{good: a, given: {path: /etc/x}}]\n", ':4:36: examples[0].given.path: "/etc/x" is no '
     "path of a file below the repository, such as ci/buildspec.yml"),
    (HEAD + MATCH + "examples: [{good: a, given: {files: {a/../../b: c}}}]\n", ":4:49: examples[0].given.files."
     'a/../../b: "a/../../b" is no path of a file below the repository, such as ci/buildspec.yml'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), WRONG, ids=[sentence[:60] for _, sentence in WRONG])
def test_what_is_wrong_is_said_at_its_place_with_what_was_expected(
    tmp_path: pathlib.Path, text: str, sentence: str
) -> None:
    assert refused(tmp_path, text) == sentence


def test_hostile_entries_are_refused_at_once(tmp_path: pathlib.Path) -> None:
    levels = [f"&{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 10)}]" for i in range(9)]
    shared = "{key: &a [x,x,x,x,x,x,x,x,x,x]}"
    cases = {
        HEAD + "match: " + "[" * 5000: ":3:1007: nests lists and mappings deeper than 200 levels",
        HEAD + "match: {at: a, any: [" + shared + ", " + ", ".join(f"{{key: {level}}}" for level in levels) + "]}\n":
            ":3:264: expands to more than 1,000,000 nodes through its aliases",
        HEAD + "match: {at: a, any: [&a {key: [" + "x, " * 99 + "x]}" + ", *a" * 99 + "]}\n":
            f":3:8: match has more than {MOST_PARTS:,} parts, aliases put in their place",
        HEAD + "match: &m {at: a, not: *m}\n": ":3:24: has an anchor, &m, that contains itself",
        HEAD + "match: !!python/object/apply:os.system [id]\n": ":3:41: match[0] must be a mapping",
        HEAD + MATCH + "\0": " is a binary file",
        HEAD + MATCH + "#" * 300_000: " is larger than 256 KB",
        HEAD + f"match: {{at: {'a.' * 300}b}}\n": ":3:13: match.at has more than 500 characters",
        HEAD + f"match: {{at: a, any: [{'{key: a},' * 20_000}]}}\n": ":3:21: match.any has more than 100 elements",
        f"name: x\nmessage: '{'{' * 299}'\n" + MATCH: ":2:10: message has a brace that is not closed, or not opened: "
        "a brace itself is written twice",
    }  # fmt: skip
    with no_hanging():
        for text, sentence in cases.items():
            assert refused(tmp_path, text) == sentence
        assert refused(tmp_path, HEAD + f"code: {'A' * 200_000}1!\n" + MATCH).endswith("…")


def test_a_secret_in_an_entry_is_not_shown(tmp_path: pathlib.Path) -> None:
    key = "AKIA" + "IOSFODNN7EXAMPLF"
    said = refused(tmp_path, HEAD + f"code: {key}\n" + MATCH)
    assert key not in said
    assert said.startswith(":3:7: code is ")


def test_all_wrong_entries_are_told_and_other_files_are_not_read(tmp_path: pathlib.Path) -> None:
    folder = put(tmp_path, "[]\n", "name: fine\nmessage: m\n" + MATCH, HEAD)
    (tmp_path / "notes.txt").write_text("[")
    (tmp_path / ".hidden.yml").write_text("[")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.yml").write_text("[")
    with pytest.raises(WrongEntry) as caught:
        entries([folder])
    assert [sentence.partition("yml:")[2] for sentence in caught.value.sentences] == [
        "1:1: the top level must be a mapping",
        '1:1: the rule has no "match"',
    ]
    assert str(caught.value).endswith("must be a mapping (1 more are wrong)")


def test_two_entries_of_one_name_or_code_are_told_apart(tmp_path: pathlib.Path) -> None:
    first, second = HEAD + "code: ACME-1\n" + MATCH, "name: y\nmessage: m\ncode: ACME-1\n" + MATCH
    put(tmp_path, first, second)
    with pytest.raises(WrongEntry, match=r'1.yml:3:7: code: "ACME-1" is taken by the rule in .*0.yml: choose another'):
        entries([str(tmp_path)])
    assert len(entries([str(tmp_path / "0.yml"), str(tmp_path / "0.yml")])) == 1


def test_links_lead_nowhere_else_and_what_is_no_file_is_not_read(tmp_path: pathlib.Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    put(outside, HEAD + MATCH)
    (inside / "a.yml").symlink_to(outside / "0.yml")
    with pytest.raises(WrongEntry, match=r"a\.yml is a link that leads out of its folder"):
        entries([str(inside)])
    (inside / "a.yml").unlink()
    (inside / "loop").symlink_to(inside)
    os.mkfifo(inside / "b.yml")
    with pytest.raises(WrongEntry, match=r"b\.yml is not a regular file"):
        entries([str(inside)])
    with pytest.raises(WrongEntry, match=r"none\.yml cannot be read: No such file or directory"):
        entries([str(inside / "none.yml")])


def test_not_too_many_are_read(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cblint.own.entries.MOST_RULES", 2)
    assert MOST_RULES == 1000
    put(tmp_path, HEAD, HEAD, HEAD)
    with pytest.raises(WrongEntry, match="there are more than 2 files with own rules"):
        entries([str(tmp_path)])


def test_little_has_to_be_said(tmp_path: pathlib.Path) -> None:
    put(tmp_path, "name: no-make\nmessage: Not {command}.\nmatch: {command: make}\n")
    (entry,) = entries([str(tmp_path)])
    rule = entry.rule
    assert (rule.code, rule.summary, rule.category) == ("no-make", "No make", "own")
    assert (rule.severity, rule.confidence, rule.status) == (Severity.WARNING, "high", "stable")
    assert rule.profiles == PROFILES
    assert rule.is_own
    assert rule.source == str(tmp_path / "0.yml")
    assert (rule.texts["why"], rule.texts["advice"], rule.texts["examples"]) == ("", "", [])
    catalogue = catalogue_with((str(tmp_path),))
    assert [each.name for each in catalogue.rules] == [*(each.name for each in built_in().rules), "no-make"]
    assert [each.name for each in catalogue.own] == ["no-make"]


def test_a_profile_is_as_for_built_in_rules(tmp_path: pathlib.Path) -> None:
    put(tmp_path, HEAD + "profile: default\n" + MATCH, "name: y\nprofile: pedantic\nmessage: m\n" + MATCH)
    assert [entry.rule.profiles for entry in entries([str(tmp_path)])] == [("default", "pedantic"), ("pedantic",)]


def test_what_is_about_security_follows_from_the_category_unless_it_is_said(tmp_path: pathlib.Path) -> None:
    said = (
        "",
        "category: secrets\n",
        "category: secrets\nsecurity: false\n",
        "security: true\n",
        "category: project\n",
    )
    put(tmp_path, *(f"name: x{number}\nmessage: m\n{each}{MATCH}" for number, each in enumerate(said)))
    assert [entry.rule.security for entry in entries([str(tmp_path)])] == [False, True, False, True, False]
    assert refused(tmp_path, HEAD + "security: maybe\n" + MATCH) == ":3:11: security must be true or false"


SCHEMA = read_schema("own-rule")
ORACLE = jsonschema.Draft202012Validator(SCHEMA)


def test_the_schema_is_one_and_describes_all_that_stands_at_the_top() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert all("description" in each for name, each in SCHEMA["properties"].items() if name != "examples")


@settings(max_examples=draws(60), deadline=None)
@given(st.data())
def test_what_the_schema_takes_is_taken_and_what_it_does_not_is_not(data: st.DataObject) -> None:
    match = data.draw(_MATCHES)
    entry = {"name": "x", "message": "m", "match": match}
    node = root(json.dumps(entry))
    assert (next(iter(faults(node, table("own-rule"))), None) is None) == ORACLE.is_valid(entry)


_TEXTS = st.sampled_from(["a", ["a", "b"], {"in": "a"}, {"glob": ["*"]}, {"more-than": 3}, {"x": 1}, [], {}, None, 3.5])
_CONDITIONS = st.recursive(
    st.dictionaries(
        st.sampled_from(["key", "value", "has", "flag", "option", "phase", "unseen", "kind", "oops"]),
        _TEXTS,
        max_size=3,
    ),
    lambda inner: st.dictionaries(
        st.sampled_from(["all", "any", "not", "preceded-by", "runs"]),
        st.one_of(inner, st.lists(inner, max_size=2)),
        max_size=2,
    ),
    max_leaves=6,
)
_SUBJECTS = st.dictionaries(st.sampled_from(["at", "command", "reads", "sets", "image"]), _TEXTS, max_size=2)
_ONE = st.builds(lambda subject, conditions: {**conditions, **subject}, _SUBJECTS, _CONDITIONS)
_MATCHES = st.one_of(_ONE, st.lists(_ONE, max_size=2), st.sampled_from([True, 3, "text"]))
