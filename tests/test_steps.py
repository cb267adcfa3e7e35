"""Ways to findings: their order and places, what is folded and left out, how examples and the text format tell them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint import engine
from cblint.buildspec.model import Buildspec
from cblint.catalogue import rules
from cblint.examples import example_from, steps_of
from cblint.facts.sources import read_schema
from cblint.finding import Finding, Report, Step
from cblint.hiding import Hiding
from cblint.linter import Settings
from cblint.report import Style, render
from cblint.running import Result
from cblint.source.text import Lines, Span
from tests import ways
from tests.helpers import catalogue_of, lint


def words(found: Finding) -> list[tuple[int, str]]:
    """Number and words of each step."""
    return [(step.step, step.message) for step in found.steps]


def placed(*steps: Step, span: Span | None = None, text: str = ways.TEXT) -> Finding:
    """What the engine makes of a way."""
    report = Report(span or ways.span("$LOGIN"), "printed", {"name": "LOGIN"}, steps=steps)
    return engine.place(engine.Target(ways.PATH, Lines(text), Hiding(text)), ways.rule(), report, ways.buildspec())


DECLARED = Step("declared", ways.span("TOKEN"))
PRINTED = Step("printed", ways.span("$LOGIN"))
MESSAGE = "$LOGIN holds a secret and is printed."


# What the engine makes of steps


def test_a_way_ends_at_the_finding_in_words_of_its_own() -> None:
    found = placed(DECLARED, PRINTED)
    assert words(found) == [(1, "a secret is declared here"), (2, "it is printed here")]
    assert (found.steps[-1].path, found.steps[-1].start, found.steps[-1].end) == (found.path, found.start, found.end)


def test_where_no_step_has_words_for_the_finding_its_message_ends_the_way() -> None:
    found = placed(DECLARED)
    assert words(found) == [(1, "a secret is declared here"), (2, MESSAGE)]
    assert (found.steps[-1].start, found.steps[-1].end) == (found.start, found.end)


def test_a_step_is_filled_in_by_its_own_fields_and_else_by_those_of_the_report() -> None:
    taken = Step("taken", ways.span("LOGIN="))
    assert words(placed(taken))[0] == (1, "LOGIN takes it over")
    assert words(placed(taken._replace(fields={"name": "{x}\n" + "long" * 100})))[0][1].startswith("{x} longlong")
    assert len(words(placed(taken._replace(fields={"name": "long" * 100})))[0][1]) < 150


def test_of_steps_at_one_place_the_last_is_told() -> None:
    again = Step("written", DECLARED.span, {"file": "x"})
    assert words(placed(DECLARED, again, PRINTED)) == [(1, "it is written to x"), (2, "it is printed here")]
    # But a way can come back to a place.
    assert [number for number, _ in words(placed(DECLARED, Step("taken", ways.span("A=")), DECLARED, PRINTED))] == [
        1, 2, 3, 4,
    ]  # fmt: skip


@pytest.mark.parametrize("steps", [(), (PRINTED,), (Step("declared", PRINTED.span), PRINTED)])
def test_the_finding_alone_is_no_way(steps: tuple[Step, ...]) -> None:
    assert placed(*steps).steps == ()


@pytest.mark.parametrize("before", [11, 12, 13, 40])
def test_of_a_long_way_the_middle_is_left_out(before: int) -> None:
    found = placed(*(Step("declared", Span(number, number + 1)) for number in range(before)))
    kept = [step.step for step in found.steps]
    total = before + 1
    assert kept == (list(range(1, 13)) if total == 12 else [*range(1, 7), *range(total - 5, total + 1)])


@pytest.mark.parametrize("label", ["taken", "no-such-label"])
def test_a_label_that_is_unknown_or_lacks_a_field_is_a_crash(label: str) -> None:
    report = Report(ways.span("$LOGIN"), "printed", {}, steps=(Step(label, DECLARED.span),))
    with pytest.raises(KeyError):
        ways.placed(report)


CHARACTERS = st.sampled_from([*"ab -:\n\r漢", "\r\n", "😀"])


@given(st.lists(CHARACTERS, min_size=1, max_size=30).map("".join), st.data())
def test_steps_keep_their_order_and_positions(text: str, data: st.DataObject) -> None:
    spans = st.lists(st.integers(0, len(text)), min_size=2, max_size=2).map(lambda ends: Span(*sorted(ends)))
    way = data.draw(st.lists(spans, min_size=1, max_size=20))
    end = data.draw(spans)
    steps = [Step("taken", span, {"name": f"V{number}"}) for number, span in enumerate(way)]
    found = placed(*steps, span=end, text=text)

    target = engine.Target(ways.PATH, Lines(text), Hiding(text))
    spots = [(engine._visible(step.span, target), f"{step.fields['name']} takes it over") for step in steps]
    if spots[-1][0] != engine._visible(end, target):
        spots.append((engine._visible(end, target), MESSAGE))
    folded = [list(group)[-1] for _, group in itertools.groupby(spots, key=lambda spot: spot[0])]
    expected = [
        (number, said, target.lines.position(span.start), target.lines.position(span.end))
        for number, (span, said) in enumerate(folded, 1)
    ]
    if len(expected) == 1:
        expected = []
    told = [(step.step, step.message, step.start, step.end) for step in found.steps]
    assert told == (expected if len(expected) <= 12 else [*expected[:6], *expected[-6:]])
    assert all(step.path == found.path for step in found.steps)
    assert not told or (found.steps[-1].start, found.steps[-1].end) == (found.start, found.end)


# From a check to a result


def checked(buildspec: Buildspec) -> Iterator[Report]:
    """A check that knows one way."""
    yield ways.reports()[0]


def test_a_suppressed_finding_keeps_its_way_and_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_check", lambda name: checked)
    comment = "# cblint: ignore[unknown-phase] -- a test"
    mine = ways.rule()._replace(check="ways.checked")
    only = Settings(isolated=True, select=(mine.name,))
    with catalogue_of(mine, *(rule for rule in rules() if rule.name != mine.name)):
        [plain] = lint(ways.TEXT, only).findings
        result = lint(ways.TEXT.replace('echo "$LOGIN"', f'echo "$LOGIN" {comment}'), only)
    [suppressed] = result.findings
    assert suppressed.suppressed == "a test"
    assert plain == suppressed._replace(suppressed=None)
    assert {step.start.line for step in plain.steps} <= set(result.excerpts)


# JSON


def test_in_json_steps_are_related_places_with_a_number() -> None:
    document = json.loads("".join(render("json", ways.result(), Style())))
    jsonschema.validate(document, read_schema("output"))
    first, second, _, long = (
        [(place.get("step"), place["message"]) for place in found["related"]] for found in document["findings"]
    )
    assert first == [(1, "a secret is declared here"), (2, "LOGIN takes it over"), (3, "it is printed here")]
    assert second == [
        (None, "another copy of $TOKEN"),
        (1, "a secret is declared here"),
        (2, "it is written to /tmp/login"),
        (3, "$TOKEN holds a secret and is printed."),
    ]
    assert [number for number, _ in long] == [1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15]


# Text


def shown(found: Finding) -> list[str]:
    """The lines of the text format that tell the way."""
    result: Result = ways.result()
    result = result._replace(files=(result.files[0]._replace(findings=(found,)),))
    lines = "".join(render("text", result, Style(quiet=True))).split("\n")
    return lines[3 : next(number for number, line in enumerate(lines) if line.endswith("= Do not print it."))]


def test_steps_are_numbered_lines_under_the_excerpt() -> None:
    assert shown(placed(DECLARED, Step("taken", ways.span("A=", 3)), PRINTED)) == [
        "  1. 4:5   a secret is declared here",
        "  2. 18:9  LOGIN takes it over",
        "  3. 9:15  it is printed here",
    ]
    assert shown(placed(DECLARED))[-1] == "  2. 9:15  here"


def test_a_step_in_another_file_is_named_by_it() -> None:
    found = placed(DECLARED, PRINTED)
    there = found._replace(steps=(found.steps[0]._replace(path="ビルド.sh"), found.steps[1]))
    assert shown(there) == [
        "  1. ビルド.sh:4:5  a secret is declared here",
        "  2. 9:15           it is printed here",
    ]


def test_what_is_left_out_of_a_way_is_counted() -> None:
    found = placed(*(Step("declared", Span(number, number + 1)) for number in range(12)))
    assert shown(found)[5:8] == [
        "   6. 1:6   a secret is declared here",
        "    … 1 step",
        "   8. 1:8   a secret is declared here",
    ]


def test_long_words_go_on_below_themselves() -> None:
    first, *others = shown(placed(Step("written", DECLARED.span, {"file": "a " * 50})))[:-1]
    assert len(first) <= 103
    assert [line[: len("  1. 4:5   ")] for line in others] == [" " * 11]


# Examples


MARKED = {
    "bad": ways.TEXT.replace("    TOKEN:", "    ‹TOKEN›:")
    .replace("LOGIN=", "‹LOGIN=›")
    .replace('echo "$LOGIN"', 'echo "«$LOGIN»"')
    .replace("A=", "‹A=›"),
    "variant": "printed",
}
WAY = [DECLARED, Step("taken", ways.span("A=", 1)), Step("taken", ways.span("LOGIN=")), PRINTED]
WRITTEN = [
    "‹TOKEN› a secret is declared here",
    "‹A=›#2 LOGIN takes it over",
    "‹LOGIN=› LOGIN takes it over",
    "«$LOGIN» it is printed here",
]


def test_an_example_writes_each_step_as_its_place_and_words() -> None:
    example = example_from("x", 0, MARKED)
    assert steps_of(example, [placed(*WAY)]) == WRITTEN
    assert steps_of(example, [placed(*WAY[:-1])])[-1] == "«$LOGIN» here"
    assert steps_of(example, [placed(*WAY)] * 2) == WRITTEN * 2
    assert steps_of(example, [placed()]) == []


def test_an_example_tells_one_order_from_another_and_one_place_from_another() -> None:
    example = example_from("x", 0, MARKED)
    assert steps_of(example, [placed(*reversed(WAY[:3]), PRINTED)]) != WRITTEN
    assert steps_of(example, [placed(WAY[0], Step("taken", ways.span("A=", 2)), *WAY[2:])]) != WRITTEN


@pytest.mark.parametrize(
    ("labels", "right"),
    [
        ({"taken": "{name} takes it over"}, True),
        ({"taken": "plain words"}, True),
        ({"taken": ""}, False),
        ({"taken": "{"}, False),
        ({"taken": "{}"}, False),
        ({"taken": "{0}"}, False),
        ({"taken": "{name!r}"}, False),
        ({"taken": "{name.__class__}"}, False),
        ({"Taken": "plain words"}, False),
    ],
)
def test_the_schema_takes_labels_with_named_fields_only(labels: dict[str, str], right: bool) -> None:
    schema = read_schema("rule")["properties"]["labels"]
    assert jsonschema.Draft202012Validator(schema).is_valid(labels) is right


@pytest.mark.parametrize(
    ("steps", "right"),
    [
        (["‹TOKEN› declared", "«$TOKEN» printed"], True),
        (["‹TOKEN›#2 declared", "«$TOKEN»#12 printed"], True),
        (["«$TOKEN» printed"], False),
        (["TOKEN declared", "«$TOKEN» printed"], False),
        (["‹TOKEN›", "«$TOKEN» printed"], False),
        (["‹TOKEN›#0 declared", "«$TOKEN» printed"], False),
    ],
)
def test_the_schema_takes_steps_with_a_place_and_words_only(steps: list[str], right: bool) -> None:
    schema: dict[str, Any] = read_schema("rule")["properties"]["examples"]["items"]["properties"]["steps"]
    assert jsonschema.Draft202012Validator(schema).is_valid(steps) is right
