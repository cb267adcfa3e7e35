"""YAML text becomes nodes that know their places, within limits, and as far as it can be read."""

from __future__ import annotations

import pytest
import yaml
from ruamel.yaml import YAML

from cblint.examples import unmarked
from cblint.source import composing
from cblint.source.loader import MAX_DEPTH, TooComplex, load
from cblint.source.text import Text
from cblint.source.tree import Alias, Mapping, Node, Scalar, Sequence, path_to, walk
from tests.bounds import no_hanging
from tests.helpers import child, root, stream


def at(text: str, node: Node) -> str:
    """What the span of a node covers in the file."""
    return text[node.span.start : node.span.end]


def parts(text: str) -> list[str]:
    """What every node of a stream covers, in file order."""
    return [at(text, node) for document in stream(text).documents for node in walk(document.root)]


def mapping(text: str) -> Mapping:
    found = root(text)
    assert isinstance(found, Mapping)
    return found


def scalar(text: str, *names: str) -> Scalar:
    found = child(root(text), *names)
    assert isinstance(found, Scalar)
    return found


def plain(node: Node) -> object:
    """A tree as plain values, to compare with what PyYAML loads."""
    target = node.resolved
    if isinstance(target, Mapping):
        return {name: plain(pair.value) for name, pair in target.effective().items()}
    if isinstance(target, Sequence):
        return [plain(item) for item in target.items]
    assert isinstance(target, Scalar)
    return target.value


# What cannot be read to its end


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "- " * 100_000, "? " * 100_000, "{a: " * 100_000, "[{" * 50_000, "a: " + "[" * 100_000],
)
def test_nesting_without_end_is_refused_at_once(text: str) -> None:
    with no_hanging(), pytest.raises(TooComplex, match="deeper than 200 levels") as caught:
        load(Text.of(text))
    assert text[slice(*caught.value.span)] in "[-?{a"


def test_nesting_by_indentation_is_refused_too() -> None:
    with pytest.raises(TooComplex):
        load(Text.of("".join(f"{' ' * depth}a:\n" for depth in range(MAX_DEPTH + 1))))


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("- ", ""), ("? ", "")])
def test_nesting_up_to_the_limit_is_read(opening: str, closing: str) -> None:
    assert stream(opening * MAX_DEPTH + "a" + closing * MAX_DEPTH).problem is None
    with pytest.raises(TooComplex):
        stream(opening * (MAX_DEPTH + 1) + "a" + closing * (MAX_DEPTH + 1))


def test_aliases_that_multiply_are_refused_at_once() -> None:
    laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 10)
    )
    with no_hanging(), pytest.raises(TooComplex, match="more than 1,000,000 nodes") as caught:
        load(Text.of(laughs))
    assert laughs[slice(*caught.value.span)] == "*"


def test_aliases_that_multiply_within_the_limit_are_read() -> None:
    assert stream("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n").problem is None


@pytest.mark.parametrize("text", ["&x [«*x»]", "a: &x\n  - {b: «*x»}\n", "&x {«*x» : b}", "a: &x 1\nb: &x [«*x»]\n"])
def test_an_anchor_that_contains_itself_is_refused(text: str) -> None:
    source, (alias,), _ = unmarked(text)
    with pytest.raises(TooComplex, match="&x, that contains itself") as caught:
        load(Text.of(source))
    assert caught.value.span == alias


def test_an_undefined_alias_ends_the_reading() -> None:
    text = "a: b\nc: *d\ne: f\n"
    problem = stream(text).problem
    assert problem is not None
    assert (problem.kind, problem.span, problem.at) == ("undefined-alias", (8, 10), 8)
    tree = mapping(text)
    assert [pair.name for pair in tree.pairs] == ["a", "c"]
    assert tree.open
    assert tree.pairs[1].value.open
    assert not tree.pairs[0].value.open


def test_an_anchor_of_an_earlier_document_is_undefined() -> None:
    found = stream("a: &x 1\n---\n*x\n")
    assert found.problem is not None
    assert found.problem.kind == "undefined-alias"
    assert len(found.documents) == 1


@pytest.mark.parametrize("char", ["\x00", "\x01", "\x0b", "\x1b", "\x7f", "\x80", "\ud800", "\ufffe", "\uffff"])
def test_a_forbidden_character_still_yields_everything_before_it(char: str) -> None:
    text = f"a: b\nc: d\ne: {char}\nf: g\n"
    problem = stream(text).problem
    assert problem is not None
    assert (problem.kind, problem.span, problem.at) == ("control-character", (13, 14), 13)
    tree = mapping(text)
    assert [pair.name for pair in tree.pairs] == ["a", "c", "e"]
    assert [pair.value.open for pair in tree.pairs] == [False, False, True]
    assert tree.open


@pytest.mark.parametrize("char", ["\t", "\x85", "\xa0", "\u2028", "\ufeff", "\ufffd", "\U0010ffff"])
def test_a_strange_but_lawful_character_is_read(char: str) -> None:
    assert scalar(f"a: 'x{char}y'", "a").value in (f"x{char}y", "x y")


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("abc\x01", True),
        ("abc \x01", True),
        ("|\n  abc\n\x01", True),
        ("'abc'\x01", False),
        ('- "abc"\n\x01', False),
        ("- abc\n- 'd'\n\x01", False),
        ("- abc\n-\x01", False),
    ],
)
def test_only_an_unquoted_text_right_before_a_forbidden_character_is_open(text: str, is_open: bool) -> None:
    nodes = [node for node in walk(stream(text).documents[0].root) if isinstance(node, Scalar) and not node.empty]
    assert nodes[0].open == is_open


def test_a_closed_list_before_a_forbidden_character_is_not_open() -> None:
    tree = stream("[a]\x01").documents[0].root
    assert tree is not None
    assert not tree.open


def test_a_finished_document_before_a_forbidden_character_is_not_open() -> None:
    tree = stream("- a\n...\n\x01").documents[0].root
    assert tree is not None
    assert not tree.open


def test_an_error_before_a_forbidden_character_limits_the_tree() -> None:
    found = stream("a: b\nc: 'd' e\nf: \x01\n")
    assert found.problem is not None
    assert (found.problem.kind, found.problem.span[0], found.problem.at) == ("control-character", 17, 12)


def test_what_stands_before_a_syntax_error_is_read() -> None:
    text = "a: b\nc:\n  - d: e\n  - f\n  - g: h\n    i:\n      - 'j\n"
    assert stream(text).problem is not None
    tree = mapping(text)
    assert plain(tree) == {"a": "b", "c": [{"d": "e"}, "f", {"g": "h", "i": []}]}
    opened = [node for node in walk(tree) if node.open]
    assert [type(node) for node in opened] == [Mapping, Sequence, Mapping, Sequence]


def test_a_key_without_a_value_before_a_syntax_error_has_an_open_one() -> None:
    value = mapping("a: b\nc: @d\n").pairs[1].value
    assert isinstance(value, Scalar)
    assert value.empty
    assert value.open


def test_a_syntax_error_before_any_node_yields_no_document() -> None:
    found = stream("@")
    assert found.documents == ()
    assert found.problem is not None


def test_documents_before_the_one_with_a_syntax_error_are_whole() -> None:
    found = stream("a: b\n---\nc: 'd\n")
    assert found.problem is not None
    assert [document.root.open for document in found.documents if document.root] == [False, True]


# Nothing, and little


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n", "# only a comment", "# one\n\n# two\n", "\ufeff", "%YAML 1.1\n"])
def test_a_file_without_content_has_no_document(text: str) -> None:
    assert stream(text).documents == ()


@pytest.mark.parametrize("text", ["---", "---\n", "--- # nothing\n", "---\n...\n"])
def test_an_empty_document_has_an_empty_root(text: str) -> None:
    (document,) = stream(text).documents
    assert isinstance(document.root, Scalar)
    assert document.root.empty
    assert document.root.span.empty


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a:", [2]),
        ("a:\nb:\n", [2, 5]),
        ("a:\r\nb: # c\r\n", [2, 6]),
        ("-\n- \n", [1, 3]),
        ("? a\n? b\n", [4, 8]),
        ("{a, b}", [2, 5]),
        ("- &x\n- !t\n", [4, 9]),
        ("[!t , !!str ]", [3, 11]),
    ],
)
def test_what_was_not_written_stands_where_it_would_begin(text: str, places: list[int]) -> None:
    empty = [node for node in walk(stream(text).documents[0].root) if isinstance(node, Scalar) and node.empty]
    assert [node.span for node in empty] == [(place, place) for place in places]


def test_quotes_around_nothing_are_something() -> None:
    assert not scalar("a: ''", "a").empty
    assert not scalar('a: ""', "a").empty
    assert not scalar("a: |\n", "a").empty


# Places


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_nodes_cover_what_was_written(end: str) -> None:
    text = end.join(["# head", "a: b c  # why", "d:", "  - 'e'", "  - |", "    f", "", "  - g", "h: {i: [j]}", ""])
    assert parts(text)[1:] == [
        *["a", "b c", "d", end.join(["- 'e'", "  - |", "    f", "", "  - g"]), "'e'", f"|{end}    f", "g"],
        *["h", "{i: [j]}", "i", "[j]", "j"],
    ]
    assert parts(text)[0] == text[text.index("a: b") :].rstrip("\r\n")


def test_a_file_may_end_without_a_line_end() -> None:
    assert parts("a:\n  - b") == ["a:\n  - b", "a", "- b", "b"]


def test_places_count_code_points() -> None:
    assert scalar("é😀: x", "é😀").span == (4, 5)


@pytest.mark.parametrize("marks", ["\ufeff", "\ufeff\ufeff"])
def test_byte_order_marks_at_the_start_count(marks: str) -> None:
    text = f"{marks}a: bc"
    node = scalar(text, "a")
    assert at(text, node) == "bc"
    assert stream(text).text.value == node.origin.value == "a: bc"


@pytest.mark.parametrize("end", ["\x85", "\u2028", "\u2029"])
def test_yaml_breaks_end_properties_comments_and_headers(end: str) -> None:
    text = f"- !t{end}  a\n- &x # c{end}  b\n- | # c{end}  d\n"
    assert parts(text)[1:] == ["a", "b", f"| # c{end}  d"]


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("&x a", "a"),
        ("!t a", "a"),
        ("!!str &x a", "a"),
        ("&x !<tag:x,1:y>  'a'", "'a'"),
        ("! a", "a"),
        ("&x\n  # why & !what\n  a", "a"),
        ("&x :a", ":a"),
        ("&x:a", ":a"),
        ("&x |\n  a\n", "|\n  a"),
        ("&x [a]", "[a]"),
        ("!t\n- a\n", "- a"),
        ("&x # c\na: b\n", "a: b"),
        ("&x\n&y a: b\n", "&y a: b"),
        ("!!map\n!t a: b\n", "!t a: b"),
        ("!t\n\ufeffa", "a"),
        ("&x {&y a: !t b}", "{&y a: !t b}"),
    ],
)
def test_anchors_and_tags_are_no_part_of_a_node(text: str, covered: str) -> None:
    assert parts(text)[0] == covered


def test_anchors_and_tags_are_known() -> None:
    node = scalar("a: &x !t b", "a")
    assert (node.anchor, node.tag) == ("x", "!t")
    node = scalar("a: b", "a")
    assert (node.anchor, node.tag) == (None, None)


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("[a: b, c]", "a: b"),
        ("[a: b # why\n, c]", "a: b"),
        ("[a: b\n\n]", "a: b"),
        ("[? a : b ]", "? a : b"),
        ("[a: {b: c} # why\n]", "a: {b: c}"),
    ],
)
def test_a_pair_in_a_list_ends_with_its_value(text: str, covered: str) -> None:
    assert parts(text)[1] == covered


def test_a_block_collection_ends_with_its_last_value() -> None:
    text = "a:\n  - b\n\n# about c\nc: d\n"
    assert at(text, child(root(text), "a")) == "- b"


def test_styles_are_kept() -> None:
    nodes = [node for node in walk(root("[a, 'b', \"c\"]")) if isinstance(node, Scalar)]
    assert [node.style for node in nodes] == ["", "'", '"']
    assert [node.style for node in walk(root("- |\n  a\n- >\n  b\n")) if isinstance(node, Scalar)] == ["|", ">"]


def test_collections_know_whether_they_are_in_flow_style() -> None:
    found = [node.flow for node in walk(root("- [a]\n- {b: c}\n- d: e\n")) if isinstance(node, (Sequence, Mapping))]
    assert found == [False, True, True, False]


def test_a_text_that_adds_nothing_up_has_the_range_of_its_node() -> None:
    node = Scalar(Text.of("'abc'"), 0, 5, None, None, "other", "'")
    assert [node.text.span(index, index + 1) for index in range(5)] == [(0, 5)] * 5


@pytest.mark.parametrize(
    ("text", "first", "line", "one_line"),
    [("a: b c\nd: e", "b", "b c", True), ("a: |\n  b\n", "|", "|", False), ("a: 'b\r\n  c'", "'", "'b", False)],
)
def test_a_node_knows_its_first_line(text: str, first: str, line: str, one_line: bool) -> None:
    node = scalar(text, "a")
    assert text[slice(*node.first_character)] == first
    assert text[slice(*node.rest_of_line)] == line
    assert node.one_line == one_line


def test_a_document_inside_a_scalar_has_places_in_the_file() -> None:
    text = 'Resources:\n  Spec: |\n    phases:\n      build: "a\\tb"\nJson: "{\\"k\\": [1]}"\n'
    inner = load(scalar(text, "Resources", "Spec").text)
    assert inner.documents[0].root is not None
    value = child(inner.documents[0].root, "phases", "build")
    assert at(text, value) == '"a\\tb"'
    assert isinstance(value, Scalar)
    assert text[slice(*value.text.span(1, 2))] == "\\t"
    json = load(scalar(text, "Json").text)
    assert [at(text, node) for node in walk(json.documents[0].root)] == ['{\\"k\\": [1]}', '\\"k\\"', "[1]", "1"]


# The colon


@pytest.mark.parametrize(
    "text",
    [
        "a«:» b",
        "a «:» b",
        "'a'«:»",
        "a\t«:» b",
        "{a«:» b}",
        '{"a"«:»b}',
        "&x x: *x\n*x «:» b",
        "{a}",
        "? a\n",
        "[a]«:» b",
    ],
)
def test_a_pair_knows_its_colon(text: str) -> None:
    source, marked, _ = unmarked(text)
    assert mapping(source).pairs[-1].colon == (marked[0] if marked else None)


# Keys


def test_duplicate_keys_are_kept_and_the_last_one_holds() -> None:
    tree = mapping("a: 1\nb: 2\na: 3\n")
    assert [pair.name for pair in tree.pairs] == ["a", "b", "a"]
    assert tree.get("a") is tree.pairs[2]
    assert list(tree.effective()) == ["a", "b"]
    assert tree.get("c") is None


def test_keys_that_are_no_text_have_no_name() -> None:
    tree = mapping("[a]: 1\n{b: c}: 2\n? - d\n: 3\ne: 4\n")
    assert [pair.name for pair in tree.pairs] == [None, None, None, "e"]
    assert list(tree.effective()) == ["e"]


def test_a_key_may_be_an_alias() -> None:
    tree = mapping("&x a: 1\nb: {*x : 2}\n")
    inner = tree.pairs[1].value
    assert isinstance(inner, Mapping)
    assert inner.pairs[0].name == "a"


@pytest.mark.parametrize(
    "text",
    [
        "x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\n",
        "x: &x {a: 1, b: 2}\ny: {b: 3, <<: *x}\n",
        "x: &x {a: 1}\nz: &z {a: 2, b: 3}\ny: {<<: [*x, *z], c: 4}\n",
        "x: &x {a: 1}\nz: &z {<<: *x, b: 2}\ny: {<<: *z}\n",
        "x: &x {a: 1}\nz: &z {<<: *x, a: 2}\nw: &w {<<: *x, b: 3}\ny: {<<: [*z, *w]}\n",
        "y: {<<: {a: 1, b: 2}, a: 3}\n",
        "x: &x {a: 1, a: 2}\ny: {<<: *x}\n",
    ],
)
def test_merge_keys_hold_what_ruamel_yaml_makes_of_them(text: str) -> None:
    # PyYAML 6.0.4 takes the first of all values that meet in a merged mapping, even an overridden one.
    loader = YAML(typ="safe", pure=True)
    loader.allow_duplicate_keys = True
    loaded = loader.load(text)["y"]
    assert plain(child(root(text), "y")) == {name: str(value) for name, value in loaded.items()}


@pytest.mark.parametrize("text", ["<<: a", "<<: [a, [b]]", "'<<': {a: 1}", "<<:"])
def test_merge_keys_that_merge_nothing_bring_nothing(text: str) -> None:
    assert "a" not in mapping(text).effective()


def test_a_merge_key_is_no_key() -> None:
    tree = mapping("<<: {a: 1}\nb: 2\n")
    assert set(tree.effective()) == {"a", "b"}
    assert tree.pairs[0].is_merge
    assert (pair := tree.get("a")) is not None
    assert pair.value.span == (8, 9)


# Aliases


def test_an_alias_has_a_place_and_a_target() -> None:
    text = "a: &x [1]\nb: *x\n"
    tree = mapping(text)
    alias = tree.pairs[1].value
    assert isinstance(alias, Alias)
    assert at(text, alias) == "*x"
    assert (alias.name, alias.target, alias.resolved) == ("x", tree.pairs[0].value, tree.pairs[0].value)
    assert tree.pairs[0].value.resolved is tree.pairs[0].value


def test_an_anchor_may_be_given_again() -> None:
    tree = mapping("a: &x 1\nb: *x\nc: &x 2\nd: *x\n")
    assert plain(tree) == {"a": "1", "b": "1", "c": "2", "d": "2"}


def test_walking_does_not_follow_aliases() -> None:
    text = "a: &x [1]\nb: *x\n"
    assert parts(text)[1:] == ["a", "[1]", "1", "b", "*x"]


# Documents


def test_several_documents_are_kept_apart() -> None:
    text = "a: 1\n--- # two\n- b\n...\n# between\n---\nc"
    documents = stream(text).documents
    assert [at(text, document.root) for document in documents if document.root] == ["a: 1", "- b", "c"]
    assert [text[document.start : document.start + 3] for document in documents] == ["a: ", "---", "---"]


def test_json_is_yaml() -> None:
    text = '{"version": 0.2, "phases": {"build": {"commands": ["a\\u00e9", "b\\/c"]}},\n\t"x": [true, null]}'
    assert stream(text).problem is None
    assert plain(root(text)) == {
        "version": "0.2",
        "phases": {"build": {"commands": ["aé", "b/c"]}},
        "x": ["true", "null"],
    }


def test_tags_are_never_carried_out() -> None:
    node = scalar("a: !!python/object/apply:os.system ['exit 1']\nb: c", "b")
    assert node.value == "c"


def test_pyyaml_without_libyaml_serves_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing, "_LOADER", yaml.SafeLoader)
    text = "a: &x [b, 'c']\nd: *x\ne: |\n  f\n"
    assert parts(text)[1:] == ["a", "[b, 'c']", "b", "'c'", "d", "*x", "e", "|\n  f"]
    problem = stream('a: "\\q"').problem
    assert problem is not None
    assert (problem.kind, problem.span) == ("unknown-escape", (4, 6))


# The way to a place


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("«»a: b", "a"),
        ("a: «»b", "a"),
        ("a:\n  b: «»c", "a.b"),
        ("a:\n  - b\n  - c: «»d\n", "a[1].c"),
        ("- a\n- - b\n  - «»c\n", "[1][1]"),
        ("- «»a\n", "[0]"),
        ("«»- a\n", ""),
        ("a: [b, {c: «»d}]", "a[1].c"),
        ("a: |\n  b\n  «»c\nd: e\n", "a"),
        ("a: 1\na: «»2\nb: 3\n", "a"),
        ("a:\n  b: 1\na:\n  c: «»2\n", "a.c"),
        ("a: 1\nb: *c«»", "b"),
        ("[a]: «»b", "?"),
        (".hidden: «»1", ".hidden"),
        ("a.b: {.c: «»1}", "a.b..c"),
        ("«»# c\n\na: b\n", ""),
        ("«»a", ""),
        ("a:\n  b: c\n\n«»\nd: e\n", "a.b"),
    ],
)
def test_the_path_to_a_place(text: str, path: str) -> None:
    source = text.replace("«»", "")
    documents = stream(source).documents
    assert path_to(documents[0].root, text.index("«»")) == path


def test_there_is_no_path_into_nothing() -> None:
    assert path_to(None, 0) == ""


def test_the_path_to_a_place_in_a_document_inside_a_scalar() -> None:
    text = "a: |\n  b:\n    - c\n"
    inner = load(scalar(text, "a").text)
    assert path_to(inner.documents[0].root, text.index("c")) == "b[0]"
