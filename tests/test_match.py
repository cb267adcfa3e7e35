"""The declarative matchers: which places a path reaches, what must hold there, and what edit they offer."""

from __future__ import annotations

from typing import Any

import pytest

from cblint.match import Match, Matcher, kind_of, parse_path, places
from cblint.source.loader import load
from cblint.source.text import Text
from cblint.source.tree import Scalar
from tests.helpers import child, root, stream

PHASES = ["install", "pre_build", "build", "post_build"]


def reached(text: str, path: str) -> list[str]:
    """What stands at the places of a path, as it is written."""
    return [place.node.source for place in places(root(text), parse_path(path))]


def matches(text: str, **spec: Any) -> list[Match]:
    """What a matcher finds in a text."""
    return list(Matcher(spec).find(stream(text).documents[0]))


def marked(text: str, **spec: Any) -> list[str]:
    """The characters that a matcher points at."""
    return [text[slice(*match.span)] for match in matches(text, **spec)]


def renamed(text: str, suggest: list[str], at: str = "*") -> list[str]:
    """The text after the edits of each match that has some."""
    return [
        text[: edit.span.start] + edit.text + text[edit.span.end :]
        for match in matches(text, at=at, suggest=suggest, key={"not-in": suggest})
        for edit in match.edits
    ]


# Paths


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("phases", (("phases",),)),
        ("phases.*", (("phases",), ("*",))),
        ("phases.*.{commands,finally}[*]", (("phases",), ("*",), ("commands", "finally"), ("[*]",))),
        ("batch.build-list[*].env.image", (("batch",), ("build-list",), ("[*]",), ("env",), ("image",))),
        ("[*][*]", (("[*]",), ("[*]",))),
    ],
)
def test_a_path_is_read_step_by_step(path: str, steps: tuple[tuple[str, ...], ...]) -> None:
    assert parse_path(path) == steps


NESTED = """\
a:
  b: [1, 2]
  c: {x: 3}
d: [[4, 5], [6], 7]
e: text
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.b", ["[1, 2]"]),
        ("a.b[*]", ["1", "2"]),
        ("a.*", ["[1, 2]", "{x: 3}"]),
        ("a.{b,c}", ["[1, 2]", "{x: 3}"]),
        ("a.{c,b}", ["[1, 2]", "{x: 3}"]),
        ("{a,d}.*", ["[1, 2]", "{x: 3}"]),
        ("*.*.x", ["3"]),
        ("d[*][*]", ["4", "5", "6"]),
        ("e", ["text"]),
        ("e.x", []),
        ("e[*]", []),
        ("a[*]", []),
        ("d.*", []),
        ("none.*[*]", []),
    ],
)
def test_a_path_reaches_what_it_names_in_file_order(path: str, expected: list[str]) -> None:
    assert reached(NESTED, path) == expected


def test_a_place_says_whether_it_is_a_value_or_an_item() -> None:
    top = root("a:\n  - x\n  - y\n")
    (value,) = places(top, parse_path("a"))
    assert value.pair is not None
    assert (value.pair.name, value.number, value.siblings) == ("a", None, top)
    items = places(top, parse_path("a[*]"))
    assert [(item.pair, item.number, item.siblings) for item in items] == [(None, 0, None), (None, 1, None)]


def test_nothing_is_reached_without_a_document() -> None:
    assert places(None, parse_path("a.*")) == []


def test_all_of_a_key_given_twice_are_reached() -> None:
    assert reached("a: 1\nb: 2\na: 3\n", "a") == ["1", "3"]


def test_keys_that_are_no_text_are_reached_by_a_star_only() -> None:
    text = "? [x]\n: 1\n? {y: z}\n: 2\nk: 3\n"
    assert reached(text, "*") == ["1", "2", "3"]
    assert reached(text, "{x,y,k}") == ["3"]


# Aliases and merge keys


def test_an_alias_is_seen_through_and_what_it_leads_to_is_reached_once() -> None:
    text = "a: &x\n  commands: [1, 2]\nb: *x\nc: *x\n"
    assert reached(text, "*.commands[*]") == ["1", "2"]
    assert reached(text, "b.commands[*]") == ["1", "2"]
    assert reached(text, "{b,c}") == ["*x", "*x"]


def test_an_alias_as_a_list_item_is_a_place_of_its_own() -> None:
    assert reached("a: [&x make, *x, *x]\n", "a[*]") == ["make", "*x", "*x"]


def test_an_alias_as_a_key_has_the_name_of_what_it_stands_for() -> None:
    text = "x: &k build\ny:\n  *k : 1\n"
    assert reached(text, "y.build") == ["1"]
    assert marked(text, at="y.*", key={"in": ["build"]}) == ["*k"]


def test_merged_keys_are_reached_where_they_are_merged_in() -> None:
    text = "base: &b {image: one, type: two}\nlist:\n  <<: *b\n  image: own\n"
    assert reached(text, "list.*") == ["own", "two"]
    assert reached(text, "list.image") == ["own"]
    assert reached(text, "list.type") == ["two"]
    assert reached(text, "*.type") == ["two"]


def test_of_several_mappings_merged_the_first_counts() -> None:
    text = "a: &a {k: first}\nb: &b {k: second, l: third}\nc: {<<: [*a, *b]}\n"
    assert reached(text, "c.k") == ["first"]
    assert reached(text, "c.l") == ["third"]


def test_a_merge_key_itself_is_no_key() -> None:
    assert reached("a: {<<: {b: 1}}\n", "a.*") == ["1"]
    assert reached("a: {'<<': {b: 1}}\n", "a.*") == ["{b: 1}"]


# Nodes that a syntax error cut short


def test_a_node_that_a_syntax_error_cut_short_is_passed_over() -> None:
    text = "phases:\n  build:\n    commands:\n      - make\n  deploy:\n    commands:\n      - @\n"
    stream = load(Text.of(text))
    assert stream.problem is not None
    found = list(Matcher({"at": "phases.*"}).find(stream.documents[0]))
    assert [text[slice(*match.span)] for match in found] == ["build"]


# What must hold


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ({"in": ["build", "Build"]}, ["build", "Build"]),
        ({"not-in": ["build"]}, ["Build", '"BUILD"', "test"]),
        ({"in-any-case": ["build"]}, ["build", "Build", '"BUILD"']),
        ({"in-any-case": ["build"], "not-in": ["build"]}, ["Build", '"BUILD"']),
        ({"in": ["build", "test"], "not-in": ["test"]}, ["build"]),
        ({"in": []}, []),
        ({"not-in": []}, ["build", "Build", '"BUILD"', "test"]),
    ],
)
def test_a_key_is_wanted_by_its_name(key: dict[str, list[str]], expected: list[str]) -> None:
    text = 'build: 1\nBuild: 2\n"BUILD": 3\ntest: 4\n? [list]\n: 5\n'
    assert marked(text, at="*", key=key) == expected


KINDS = "m: {a: b}\ns: [a]\nt: text\nq: ''\nb: |\nn:\nz: ~\n"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("m", "mapping"),
        ("s", "sequence"),
        ("t", "scalar"),
        ("q", "scalar"),
        ("b", "scalar"),
        ("n", "empty"),
        ("z", "scalar"),
    ],
)
def test_the_kind_of_a_node(name: str, kind: str) -> None:
    assert kind_of(child(root(KINDS), name)) == kind
    alias = f"a: &x {KINDS.splitlines()[0][3:]}\nb: *x\n"
    assert kind_of(child(root(alias), "b")) == "mapping"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (["mapping"], ["m"]),
        (["sequence", "mapping"], ["m", "s"]),
        (["scalar"], ["t", "q", "b", "z"]),
        (["empty"], ["n"]),
        ([], ["m", "s", "t", "q", "b", "n", "z"]),
    ],
)
def test_a_value_is_wanted_by_its_kind(kind: list[str], expected: list[str]) -> None:
    assert marked(KINDS, at="*", kind=kind) == expected


def test_key_and_kind_must_both_hold() -> None:
    assert marked(KINDS, at="*", kind=["mapping"], key={"in": ["s", "t"]}) == []
    assert marked(KINDS, at="*", kind=["sequence"], key={"in": ["s", "t"]}) == ["s"]


def test_for_an_item_the_key_plays_no_part_and_the_item_is_marked() -> None:
    text = "a: [x, {y: z}]\n"
    assert marked(text, at="a[*]", key={"in": ["nothing"]}) == ["x", "{y: z}"]
    found = matches(text, at="a[*]", kind=["mapping"])
    assert [match.fields for match in found] == [{"kind": "mapping", "suggestion": "", "number": "1"}]


def test_the_fields_of_a_key() -> None:
    (match,) = matches("phases:\n  prebuild: {}\n", at="phases.*", suggest=PHASES)
    assert match.fields == {"key": "prebuild", "kind": "mapping", "suggestion": ' Did you mean "pre_build"?'}
    (match,) = matches("phases:\n  deploy:\n", at="phases.*", suggest=PHASES)
    assert match.fields == {"key": "deploy", "kind": "empty", "suggestion": ""}


# The edit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("buid: 1\n", ["build: 1\n"]),
        ("prebuild: 1\n", ["pre_build: 1\n"]),
        ("Build: 1\n", ["build: 1\n"]),
        ("'buid': 1\n", ["'build': 1\n"]),
        ('"buid" : 1\n', ['"build" : 1\n']),
        ('"bu\\x69d": 1\n', ['"build": 1\n']),
        ('{"buid": 1}\n', ['{"build": 1}\n']),
        ("? buid\n: 1\n", ["? build\n: 1\n"]),
        ("!!str buid: 1\n", ["!!str build: 1\n"]),
        ("&k buid: 1\n", ["&k build: 1\n"]),
        ("preBuild: 1\n", []),  # two edits away
        ("PreBuild: 1\n", []),
        ("deploy: 1\n", []),
        ("build: 1\n", []),
        ("buid: 1\nbuild: 2\n", []),  # it is there already
        ("build: 2\nbuid: 1\n", []),
        ("buid: 1\n<<: {build: 2}\n", []),
        ("x: &k buid\n*k : 1\n", []),  # an alias says nothing of its own
    ],
)
def test_a_key_one_edit_away_from_what_was_meant_is_renamed(text: str, expected: list[str]) -> None:
    assert renamed(text, PHASES) == expected


def test_what_a_renamed_key_holds_stays() -> None:
    text = 'phases:\n  "post-build": # why\n    commands:\n      - make\n'
    (after,) = renamed(text, PHASES, at="phases.*")
    assert after == text.replace("post-build", "post_build")
    value = child(root(after), "phases", "post_build", "commands")
    assert value.source == "- make"


def test_a_suggestion_without_an_edit_is_still_made() -> None:
    (match,) = matches("buid: 1\nbuild: 2\n", at="*", suggest=PHASES, key={"not-in": PHASES})
    assert match.fields["suggestion"] == ' Did you mean "build"?'
    assert match.edits == ()


def test_a_merged_key_is_marked_where_it_is_written() -> None:
    text = "base: &b\n  buid: 1\nphases:\n  <<: *b\n"
    (match,) = matches(text, at="phases.*", suggest=PHASES, key={"not-in": PHASES})
    assert match.span == (text.index("buid"), text.index("buid") + 4)
    assert isinstance(child(root(text), "phases", "buid"), Scalar)
