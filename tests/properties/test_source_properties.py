"""Properties of the source layer: every place leads back to its character, and no input makes loading crash."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.source.comments import comments
from cblint.source.loader import Stream, TooComplex, load
from cblint.source.text import BREAKS, Piece, Span, Text, end_of_line
from cblint.source.tree import Mapping, Node, Scalar, Sequence, path_to, walk
from tests.bounds import ORACLES, compared, draws
from tests.properties.strategies import (
    LINE_BREAK,
    SNIPPETS,
    Written,
    corpus,
    decode_escape,
    mutated,
    read,
    written_scalars,
    yaml_like,
)

_SLOW = settings(max_examples=draws(150), deadline=None)


class _Place(NamedTuple):
    """A scalar and what it stands in."""

    scalar: Scalar
    parent: int
    """The column of the innermost block collection, -1 at the top."""
    flow: bool
    key: bool
    """It is an implicit key."""


def _scalars(stream: Stream) -> Iterator[_Place]:
    source = stream.text.value
    stack: list[tuple[Node, int, bool, bool]] = [
        (document.root, -1, False, False) for document in stream.documents if document.root is not None
    ]
    while stack:
        node, parent, flow, key = stack.pop()
        if isinstance(node, Scalar):
            yield _Place(node, parent, flow, key)
        elif isinstance(node, (Sequence, Mapping)):
            flow = node.flow
            if not flow:
                ends = [match.end() for match in LINE_BREAK.finditer(source, 0, node.start)]
                parent = node.start - (ends[-1] if ends else 0)
            if isinstance(node, Sequence):
                stack += [(item, parent, flow, False) for item in node.items]
            else:
                for pair in node.pairs:
                    one_line = LINE_BREAK.search(source, pair.key.start, pair.key.end) is None
                    stack.append((pair.key, parent, flow, one_line and pair.colon is not None))
                    stack.append((pair.value, parent, flow, False))


def _loaded(text: str) -> Stream:
    """A stream without documents where the text is refused as too complex."""
    try:
        return load(Text.of(text))
    except TooComplex as error:
        refused = error.span
    assert 0 <= refused.start < refused.end <= len(text)
    return load(Text.of(""))


# a. What a node covers is what it is


def _reparsed(place: _Place, source: str) -> tuple[str, str]:
    """The value and style of the text of a scalar, read in surroundings like its own."""
    key = ": 1" if place.key else ""
    if place.flow:
        text = "{" + source + key + "}" if key else f"[{source}]"
    elif place.parent < 0:
        text = "--- " + source
    else:
        text = " " * place.parent + (source + key if key else "- " + source)
    events = [event for event in yaml.parse(text, Loader=yaml.CSafeLoader) if isinstance(event, yaml.ScalarEvent)]
    assert len(events) == 1 + place.key
    return events[0].value, events[0].style or ""


def _check_reparsing(stream: Stream) -> None:
    for place in _scalars(stream):
        node = place.scalar
        if node.end > node.start:
            assert _reparsed(place, stream.text.value[node.start : node.end]) == (node.value, node.style)


@given(written_scalars())
@_SLOW
def test_the_range_of_a_written_scalar_parses_to_its_value(written: Written) -> None:
    _check_reparsing(load(Text.of(written.source)))


@given(yaml_like() | mutated(st.sampled_from(SNIPPETS)))
@_SLOW
def test_the_ranges_of_scalars_in_yaml_like_text_parse_to_their_values(text: str) -> None:
    stream = _loaded(text)
    if stream.problem is None:
        _check_reparsing(stream)


@pytest.mark.parametrize("path", corpus())
def test_the_ranges_of_scalars_in_the_corpus_parse_to_their_values(path: str) -> None:
    stream = load(Text.of(read(path)))
    if stream.problem is None:
        _check_reparsing(stream)


# b. Every character of a value leads to the place that holds it

# What may stand between the characters of a value, by style: all of it is syntax.
_SYNTAX = {
    "": re.compile(r"[\s\x85]*"),
    "'": re.compile(r"'[\s\x85]*'"),
    '"': re.compile(r'"(?:\\(?:\r\n|[\n\r\x85\u2028\u2029])|[\s\x85])*"'),
    "|": re.compile(r"\|[-+0-9]*(?:[ \t]*#[^\n\r\x85\u2028\u2029]*|[\s\x85])*"),
    ">": re.compile(r">[-+0-9]*(?:[ \t]*#[^\n\r\x85\u2028\u2029]*|[\s\x85])*"),
}


def _holds(written: str, char: str, style: str) -> bool:
    """Whether a part of the file can stand for a character of a value."""
    if style == '"' and written[:1] == "\\":
        return decode_escape(written) == char
    if style == "'" and char == "'":
        return written == "''"
    is_break = LINE_BREAK.fullmatch(written) is not None
    return written == char or (is_break and (char == "\n" or (char == " " and style != "|")))


def _check_places(scalar: Scalar, source: str) -> None:
    text = scalar.text
    assert text.value == scalar.value
    at, last = scalar.origin.span(scalar.start, scalar.end)
    between = []
    for index, char in enumerate(text.value):
        start, end = text.span(index, index + 1)
        assert at <= start < end <= last, (scalar.value, index)
        assert _holds(source[start:end], char, scalar.style), (scalar.value, index, source[start:end])
        between.append(source[at:start])
        at = end
    between.append(source[at:last])
    assert _SYNTAX[scalar.style].fullmatch("".join(between)), (scalar.value, between)


@given(written_scalars())
@_SLOW
def test_every_character_of_a_written_scalar_leads_to_its_place(written: Written) -> None:
    stream = load(Text.of(written.source))
    assert stream.problem is None
    found = [place.scalar for place in _scalars(stream) if place.scalar.start == written.start]
    assert [(scalar.style, scalar.value) for scalar in found] == [(written.style, written.value)]
    _check_places(found[0], written.source)


@given(yaml_like() | mutated(st.sampled_from(SNIPPETS)))
@_SLOW
def test_every_character_of_yaml_like_text_leads_to_its_place(text: str) -> None:
    for place in _scalars(_loaded(text)):
        _check_places(place.scalar, text)


@pytest.mark.parametrize("path", corpus())
def test_every_character_of_the_corpus_leads_to_its_place(path: str) -> None:
    text = read(path)
    for place in _scalars(load(Text.of(text))):
        _check_places(place.scalar, text)


@given(written_scalars())
@_SLOW
def test_places_lead_through_a_document_inside_a_scalar(written: Written) -> None:
    quoted = re.sub(
        "[\x7f-\x9f\u2028\u2029\ufeff]",
        lambda char: f"\\u{ord(char[0]):04x}",
        json.dumps(written.source, ensure_ascii=False),
    )
    outer = next(_scalars(load(Text.of("- " + quoted)))).scalar
    assert outer.value == written.source
    for alone, nested in zip(_scalars(load(Text.of(written.source))), _scalars(load(outer.text)), strict=True):
        direct, through = alone.scalar.text, nested.scalar.text
        assert through.value == direct.value
        for index in range(len(direct)):
            assert through.span(index, index + 1) == outer.text.span(*direct.span(index, index + 1))


# c. Text inside Text composes


class _Model(NamedTuple):
    """A Text and what it should say, the long way: the file range of each character."""

    text: Text
    value: str
    spans: list[Span]
    anchor: int

    def offset(self, index: int) -> int:
        if index < len(self.spans):
            return self.spans[index].start
        return self.spans[-1].end if self.spans else self.anchor

    def hull(self, start: int, end: int) -> Span:
        if start >= end:
            return Span(self.offset(start), self.offset(start))
        first, last = self.spans[start], self.spans[end - 1]
        # What is put in between characters that share a place stands where the second of them begins.
        return Span(first.start, last.end) if last.end > first.start else first


@st.composite
def _models(draw: st.DrawFn) -> _Model:
    anchor = at = draw(st.integers(0, 20))
    pieces: list[Piece] = []
    spans: list[Span] = []
    for value, length in draw(st.lists(st.tuples(st.text("abc", max_size=4), st.integers(0, 4)), max_size=5)):
        own = [Span(at + index, at + index + 1) for index in range(length)]
        spans += own if length == len(value) else [Span(at, at + length)] * len(value)
        pieces.append(Piece(value, at, at + length))
        at += length
    model = _Model(Text(pieces, anchor), "".join(piece.value for piece in pieces), spans, anchor)
    for _ in range(draw(st.integers(0, 4))):
        size = len(model.value)
        if draw(st.integers(0, 2)) == 0:
            start, end = draw(_ranges(size))
            spans, anchor = model.spans[start:end], model.offset(start)
            model = _Model(model.text.slice(start, end), model.value[start:end], spans, anchor)
            continue
        pieces, spans = [], []
        bounds = sorted(draw(st.lists(st.integers(0, size), max_size=6)))
        for start, end in zip(bounds[::2], bounds[1::2], strict=False):
            length = end - start if draw(st.booleans()) else draw(st.integers(0, 4))
            pieces.append(Piece(draw(st.text("xyz", min_size=length, max_size=length)), start, end))
            same = length == end - start
            spans += model.spans[start:end] if same else [model.hull(start, end)] * length
        at = draw(st.integers(0, size))
        value = "".join(piece.value for piece in pieces)
        model = _Model(model.text.derive(pieces, at), value, spans, model.offset(at))
    return model


def _ranges(size: int) -> st.SearchStrategy[tuple[int, int]]:
    bound = st.integers(0, size)
    return st.tuples(bound, bound).map(lambda pair: (min(pair), max(pair)))


@given(_models())
@_SLOW
def test_derived_and_sliced_texts_map_every_character_through_all_layers(model: _Model) -> None:
    text, size = model.text, len(model.value)
    assert text.value == model.value
    assert [text.span(index, index + 1) for index in range(size)] == model.spans
    assert [text.offset(index) for index in range(size + 1)] == [model.offset(index) for index in range(size + 1)]


@given(_models(), st.data())
@_SLOW
def test_the_span_of_a_range_is_the_hull_of_its_characters(model: _Model, data: st.DataObject) -> None:
    start, end = data.draw(_ranges(len(model.value)))
    assert model.text.span(start, end) == model.hull(start, end)


@given(_models(), st.data())
@_SLOW
def test_a_slice_of_a_slice_is_a_slice(model: _Model, data: st.DataObject) -> None:
    start, end = data.draw(_ranges(len(model.value)))
    inner_start, inner_end = data.draw(_ranges(end - start))
    twice = model.text.slice(start, end).slice(inner_start, inner_end)
    once = model.text.slice(start + inner_start, start + inner_end)
    assert twice.value == once.value == model.value[start + inner_start : start + inner_end]
    for index in range(len(once)):
        assert twice.span(index, index + 1) == once.span(index, index + 1) == model.spans[start + inner_start + index]


@given(_models(), st.data())
@_SLOW
def test_pieces_rebuild_the_range_they_were_taken_from(model: _Model, data: st.DataObject) -> None:
    start, end = data.draw(_ranges(len(model.value)))
    rebuilt = Text(model.text.pieces(start, end), model.anchor)
    assert rebuilt.value == model.value[start:end]
    assert [rebuilt.span(index, index + 1) for index in range(end - start)] == model.spans[start:end]


# d. PyYAML's own parser can stand in for libyaml


class _Event(NamedTuple):
    """A parser event; for collections and documents, only the marks that cblint reads."""

    name: str
    start: int | None
    end: int | None
    value: str
    style: str
    anchor: str | None
    tag: str | None
    flow: bool


class _Reading(NamedTuple):
    events: list[_Event]
    error: str | None


def _reading(text: str, loader: Any) -> _Reading:
    events: list[_Event] = []
    event: Any
    try:
        for event in yaml.parse(text, Loader=loader):
            start, end = event.start_mark.index, event.end_mark.index
            is_leaf = isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent))
            closes = isinstance(event, yaml.CollectionEndEvent) and end > start
            fields = [getattr(event, name, None) for name in ("value", "style", "anchor", "tag", "flow_style")]
            value, style, anchor, tag, flow = fields
            place = (start if isinstance(event, yaml.NodeEvent) else None, end if is_leaf or closes else None)
            events.append(_Event(type(event).__name__, *place, value or "", style or "", anchor, tag, bool(flow)))
    except yaml.MarkedYAMLError as error:
        return _Reading(events, error.problem)
    except UnicodeDecodeError as error:
        return _Reading(events, error.reason)
    return _Reading(events, None)


def _agree(pure: _Reading, c: _Reading) -> bool:
    """Whether both parsers say the same; before an error, one may look further ahead than the other."""
    if (pure.error is None) != (c.error is None):
        return False
    return pure.events == c.events if pure.error is None else _common(pure, c)


def _common(one: _Reading, other: _Reading) -> bool:
    size = min(len(one.events), len(other.events))
    return one.events[:size] == other.events[:size]


def _refused(reading: _Reading, other: _Reading, error: str) -> bool:
    """One parser stops with an error where the other reads on; the last plain scalar may end there too."""
    if reading.error is None or re.search(error, reading.error) is None:
        return False
    if _common(reading, other):
        return True
    last = len(reading.events) - 1
    return (
        reading.events[:last] == other.events[:last]
        and reading.events[last].name == other.events[last].name == "ScalarEvent"
        and reading.events[last].style == other.events[last].style == ""
        and other.events[last].value.startswith(reading.events[last].value)
    )


def _divergence(pure: _Reading, c: _Reading) -> int:
    """How many events both parsers report alike."""
    pairs = enumerate(zip(pure.events, c.events, strict=False))
    return next((number for number, (one, other) in pairs if one != other), min(len(pure.events), len(c.events)))


def _question_mark(text: str, pure: _Reading, c: _Reading) -> bool:
    later = c.events[_divergence(pure, c) :]
    if pure.error is None:
        return False
    # If libyaml stops too, it may do so before it reports the scalar.
    unreported = c.error is not None and re.search(r"[^\s,\[\]{}]\?", text) is not None
    return unreported or any(event.style == "" and "?" in event.value[1:] for event in later)


def _lost_token(text: str, pure: _Reading, c: _Reading) -> bool:
    empty = pure.events[_divergence(pure, c) :][:1]
    return any(event.start is not None and text[event.start - 1 : event.end] == "?" for event in empty)


def _early_marks(text: str, pure: _Reading, c: _Reading) -> _Reading:
    """libyaml's reading with its empty values moved back to where PyYAML puts them, right after ``:`` or ``?``."""
    events = [
        one
        if one.name == other.name == "ScalarEvent"
        and one.start is not None
        and text[one.start - 1 : one.start] in (":", "?")
        and one == other._replace(start=one.start, end=one.start)
        else other
        for one, other in zip(pure.events, c.events, strict=False)
    ]
    return c._replace(events=events + c.events[len(events) :])


def _flow_indicator_in_tag(text: str, pure: _Reading, c: _Reading) -> bool:
    if re.search(r"!\S*[,\[\]]", text) is None:
        return False
    if _refused(c, pure, "expected tag URI|expected whitespace or line break"):
        return True
    if _refused(pure, c, "expected ' ', but found"):
        return True
    return any(re.search(r"[,\[\]]", event.tag or "") for event in pure.events[_divergence(pure, c) :][:2])


class _Difference(NamedTuple):
    """A way in which PyYAML's parser and libyaml differ, with the smallest text that shows it."""

    name: str
    example: str
    explains: Callable[[str, _Reading, _Reading], bool]
    gone: bool = False
    """In the libyaml that runs; older ones still have it."""


_LIBYAML = tuple(int(part) for part in yaml._yaml.get_version_string().split("."))
_DIFFERENCES = [
    _Difference(
        "pure refuses a tab before a token",
        "a:\tb",
        lambda text, pure, c: _refused(pure, c, r"'\\t' that cannot start any token"),
    ),
    _Difference(
        "pure refuses a tab right after a tag or in the header of a block scalar",
        "|\t",
        lambda text, pure, c: _refused(pure, c, r"but found '\\t'"),
    ),
    _Difference(
        "pure refuses a comment right after the header of a block scalar",
        "|#",
        lambda text, pure, c: _refused(pure, c, "chomping or indentation indicators, but found '#'"),
    ),
    _Difference(
        "pure counts a byte order mark at the start, and takes one at the start of a later line for text",
        "\ufeffa",
        lambda text, pure, c: re.search("(?:^|[\r\n\x85\u2028\u2029])\ufeff", text) is not None,
    ),
    _Difference(
        "pure ends a plain scalar in a flow collection at a question mark",
        "[a?]",
        _question_mark,
    ),
    _Difference(
        "libyaml puts an empty value in a flow collection at the next token, pure after the colon",
        "[a: ]",
        lambda text, pure, c: _agree(pure, _early_marks(text, pure, c)),
    ),
    _Difference(
        "libyaml loses the token after an empty explicit key in a flow sequence",
        "[? ]",
        _lost_token,
        gone=_LIBYAML >= (0, 2, 6),
    ),
    _Difference(
        "libyaml refuses a tab in the indentation of a block scalar",
        "|\n \t",
        lambda text, pure, c: _refused(c, pure, "found a tab character where an indentation space is expected"),
    ),
    _Difference(
        "libyaml refuses a colon before a flow indicator",
        "{a:}",
        lambda text, pure, c: _refused(c, pure, "found unexpected ':'"),
    ),
    _Difference(
        "libyaml takes flow indicators for no part of a tag",
        "[!a,b ]",
        _flow_indicator_in_tag,
    ),
    _Difference(
        "pure refuses a tag with a second exclamation mark unless it is a handle",
        "!.!",
        lambda text, pure, c: _refused(pure, c, "expected '!', but found"),
    ),
    _Difference(
        "libyaml refuses directives that it does not know",
        "%a\n---",
        lambda text, pure, c: _refused(c, pure, "found unknown directive name|found incompatible YAML document"),
    ),
]


@pytest.mark.parametrize(
    "difference", [known for known in _DIFFERENCES if not known.gone], ids=lambda difference: difference.name
)
def test_a_listed_difference_between_the_parsers_still_exists(difference: _Difference) -> None:
    pure, c = _reading(difference.example, yaml.SafeLoader), _reading(difference.example, yaml.CSafeLoader)
    assert not _agree(pure, c)
    assert [other for other in _DIFFERENCES if other.explains(difference.example, pure, c)] == [difference]


def _unexplained(text: str) -> bool:
    pure, c = _reading(text, yaml.SafeLoader), _reading(text, yaml.CSafeLoader)
    readings = [c, _early_marks(text, pure, c)]
    return not _agree(pure, c) and not any(
        difference.explains(text, pure, reading) for difference in _DIFFERENCES for reading in readings
    )


@given(yaml_like() | mutated(st.sampled_from(SNIPPETS)) | written_scalars().map(lambda written: written.source))
# A new difference is news about PyYAML, not about the change being tested: only `make oracles` looks for one.
@settings(_SLOW, max_examples=compared(150), derandomize=not ORACLES)
def test_both_parsers_agree_outside_the_listed_differences(text: str) -> None:
    assert not _unexplained(text)


@pytest.mark.parametrize("path", corpus())
def test_both_parsers_agree_on_the_corpus_outside_the_listed_differences(path: str) -> None:
    assert not _unexplained(read(path))


# e. No input makes loading crash or say a place that does not exist


def _check_node(node: Node, size: int) -> None:
    assert 0 <= node.start <= node.end <= len(node.origin)
    for span in (node.span, node.first_character, node.rest_of_line):
        assert 0 <= span.start <= span.end <= size
    assert node.span.start + len(node.source) == node.span.end
    if isinstance(node, Scalar):
        text = node.text
        assert text.value == node.value
        spans = [text.span(index, index + 1) for index in range(len(text))]
        assert all(node.span.start <= span.start <= span.end <= size for span in spans)
    elif isinstance(node, Mapping):
        colons = [pair.colon for pair in node.pairs if pair.colon is not None]
        assert all(0 <= colon.start < colon.end <= size for colon in colons)
        names = {pair.name for pair in node.pairs if not pair.is_merge} - {None}
        effective = node.effective()
        assert names <= set(effective)
        assert all(node.get(name) is pair for name, pair in effective.items())


def _check_total(text: str) -> None:
    size = len(text)
    stream = _loaded(text)
    if stream.problem is not None:
        assert 0 <= stream.problem.span.start < stream.problem.span.end <= size
        assert 0 <= stream.problem.at <= size
    ranges = []
    for document in stream.documents:
        for node in walk(document.root):
            _check_node(node, size)
            assert isinstance(path_to(document.root, node.span.start), str)
            if isinstance(node, Scalar):
                ranges.append((node.span, node.style))
        assert isinstance(path_to(document.root, 0), str)
    for comment in comments(stream):
        assert comment.text.startswith("#")
        assert text[comment.span.start : comment.span.end] == comment.text
        assert str(comment.within(stream.text)) == comment.text
        for span, style in ranges:
            in_header = style in ("|", ">") and LINE_BREAK.search(text, span.start, comment.span.start) is None
            assert not span.start <= comment.span.start < span.end or in_header


@given(st.text() | st.text(st.characters()))
@_SLOW
def test_any_text_loads(text: str) -> None:
    _check_total(text)


@given(yaml_like() | st.lists(yaml_like(), max_size=4).map("\x01".join))
@_SLOW
def test_any_text_of_indicators_loads(text: str) -> None:
    _check_total(text)


@given(mutated(st.sampled_from(SNIPPETS)))
@_SLOW
def test_any_mutated_buildspec_loads(text: str) -> None:
    _check_total(text)


@pytest.mark.parametrize("path", corpus())
@given(data=st.data())
@settings(max_examples=5, deadline=None)
def test_any_mutated_corpus_file_loads(path: str, data: st.DataObject) -> None:
    _check_total(data.draw(mutated(st.just(read(path)))))


@given(written_scalars(), st.data())
@_SLOW
def test_any_document_cut_short_loads(written: Written, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(written.source)))
    _check_total(written.source[:end] + data.draw(st.sampled_from(["", "\x01", "\x00\n- a", "%ED%A0%80"])))


@given(st.text(alphabet=f"ab \t#{BREAKS}", max_size=30), st.integers(0, 30), st.none() | st.integers(0, 30))
def test_a_line_ends_where_the_first_break_is(text: str, at: int, latest: int | None) -> None:
    at = min(at, len(text))
    limit = len(text) if latest is None else max(at, min(latest, len(text)))
    expected = next((place for place in range(at, limit) if text[place] in BREAKS), limit)
    assert end_of_line(text, at, None if latest is None else limit) == expected
