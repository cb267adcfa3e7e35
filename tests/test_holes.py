"""What only the deployment tells, in each part below the hosts: words, values, keys, lines, messages."""

from __future__ import annotations

import pytest

from cblint.buildspec.model import Buildspec, scalar, written
from cblint.buildspec.shape import faults, type_of
from cblint.engine import _shown, buildspecs_of
from cblint.facts import table
from cblint.match import kind_of
from cblint.shell import powershell
from cblint.shell.parser import parse
from cblint.shell.powershell_tree import Call
from cblint.shell.syntax import DoubleQuoted, Inserted, Word, walk
from cblint.source.foreign import Items, Settings, Unknown, is_complete, is_settled, key
from cblint.source.holes import is_unsettled, load_with_holes
from cblint.source.loader import load
from cblint.source.text import HOLE, Piece, Text
from tests.helpers import child, commands, lint, root, said

H = HOLE


def buildspec(text: str) -> Buildspec:
    return buildspecs_of(load(Text.of(text)), "buildspec.yml")[0]


# Words


@pytest.mark.parametrize(
    "command",
    [
        H,
        f"{H}make",
        f"make {H}",
        f"a{H}b",
        f"'a{H}b'",
        f"$'a{H}\\n'",
        f'"a{H}b"',
        f'"$(echo {H})"',
        f"`echo {H}`",
        f"$(({H} + 1))",
        f"${{X:-{H}}}",
        f"X={H} make",
        f"export X='{H}'",
        f"cat <<END\n{H}\nEND",
        f"cat <<'END'\n{H}\nEND",
        f"case {H} in {H}) make;; esac",
        f"[[ $X == {H} ]]",
        f"X=(a {H})",
        f"make > {H}",
        f"$X_{H}",
        f"${{X{H}}}",
    ],
)
def test_a_hole_is_a_part_of_a_word_and_no_text(command: str) -> None:
    script = parse(Text.of(command, 100))
    assert script.problem is None
    holes = [node for node in walk(script) if isinstance(node, Inserted)]
    assert len(holes) == command.count(H)
    for hole in holes:
        assert HOLE in hole.raw
        assert hole.span == (hole.start + 100, hole.end + 100) or hole.source is not script.source
    assert not any(HOLE in (word.text or "") for word in walk(script) if isinstance(word, Word))


def test_single_quotes_with_a_hole_still_expand_nothing() -> None:
    (quoted,) = [node for node in walk(parse(Text.of(f"echo '$A {H} `b`'"))) if isinstance(node, DoubleQuoted)]
    assert [(type(part).__name__, part.raw) for part in quoted.parts] == [
        ("Literal", "$A "),
        ("Inserted", H),
        ("Literal", " `b`"),
    ]


@pytest.mark.parametrize(
    "command", [f"if {H}", f'echo "{H}', f"cat <<{H}\na\n", f"cat <<END\n{H}\n", f"{H})", f"( {H}"]
)
def test_what_a_hole_may_make_readable_is_all_unknown(command: str) -> None:
    script = parse(Text.of(command))
    assert script.problem is None
    assert [node.raw for node in walk(script) if isinstance(node, Word)] == [command]
    assert parse(Text.of(command.replace(H, "x"))).problem or "<<" in command


def test_powershell_words_with_holes_have_no_text() -> None:
    for command in (
        f"{H}",
        f"Get-Item {H}",
        f"Get-Item a{H}b",
        f"Get-Item '{H}'",
        f'Get-Item "{H}"',
        f"Get-Item $a{H}",
    ):
        script = powershell.parse(Text.of(command))
        assert script.problem is None
        (call,) = [node for node in walk(script) if isinstance(node, Call)]
        assert call.words[-1].text is None
    assert powershell.parse(Text.of(f"if ({H}")).problem is None
    assert powershell.parse(Text.of("if (")).problem is not None


@pytest.mark.parametrize(
    ("first", "silent"), [(H, True), (f"{H} || exit 1", True), (f"export {H}=1", True), (f"make {H}", False)]
)
def test_a_command_that_begins_with_a_hole_may_set_anything(first: str, silent: bool) -> None:
    text = commands(first, "echo $VERSIONS", "export VERSION=1")
    found = [each for each in said(lint(text)) if "defined" in each]
    assert (found == []) is silent


# Values and keys


@pytest.mark.parametrize(
    "text",
    [
        f"version: {H}\nphases: {{build: {{commands: [make]}}}}",
        f"version: 0.2\nphases: {H}",
        f"version: 0.2\nphases: {{build: {H}}}",
        f"version: 0.2\nphases: {{build: {{commands: {H}}}}}",
        f"version: 0.2\nphases: {{{H}: {{commands: [make]}}}}",
        f"version: 0.2\n{H}: 1",
        f"{H}: 1\nphases: {{build: {{commands: [make]}}}}",
        f"version: 0.2\n{H}: 1\n{H}: 2\nphases: {{build: {{commands: [make]}}}}",
        f"version: 0.2\nphases: {{build: {{commands: [make], on-failure: {H}, run-as: {H}}}}}",
        f"version: 0.2\nenv: {{shell: {H}, variables: {H}, exported-variables: [{H}]}}\n"
        "phases: {build: {commands: ['[[ $A ]] && make']}}",
        f"version: 0.2\nphases: {{build: {{commands: [make]}}}}\nartifacts: {{files: [{H}], base-directory: {H}}}",
        f"version: 0.2\nphases: {{build: {{commands: [make]}}}}\nreports: {{a: {{files: {H}, file-format: {H}}}}}",
        f"version: 0.2\nphases: {{build: {{commands: [make]}}}}\ncache: {{paths: [{H}], {H}: x}}",
        "version: 0.2\nphases: {build: {commands: [make]}}\nbatch: {build-graph: [{identifier: a}, "
        f"{{identifier: {H}, depend-on: [b]}}, {{identifier: c, depend-on: [{H}]}}]}}",
        f"version: 0.2\nphases: {{build: {{commands: [make]}}}}\nbatch: {{build-list: [{H}]}}",
        H,
    ],
)
def test_of_what_is_unknown_nothing_is_said(text: str) -> None:
    assert said(lint(text)) == []


def test_what_is_known_beside_it_is_still_said() -> None:
    text = f"version: 0.2\nphases: {{build: {{commands: [make, {{a: b}}], finaly: {H}}}}}\n{H}: 1"
    assert [each.split()[0] for each in said(lint(text))] == ["command-not-string", "unknown-key"]


def test_nodes_of_which_nothing_is_known_satisfy_every_schema() -> None:
    origin = Text.of("phases x")
    unknown = Unknown(origin, 7, 8)
    assert (type_of(unknown), kind_of(unknown), scalar(unknown), written(unknown)) == ("unknown", "unknown", None, None)
    assert not is_complete(unknown)
    whole = Settings(origin, 0, 8, [(key(origin, 0, 6, "phases"), unknown)], complete=False)
    assert list(faults(whole, table("buildspec"))) == []
    known = Settings(origin, 0, 8, [(key(origin, 0, 6, "phases"), unknown)])
    assert [fault.missing for fault in faults(known, table("buildspec"))] == ["version"]
    assert not is_complete(Items(origin, 0, 8, [], complete=False))
    assert is_complete(Items(origin, 0, 8, []))
    assert not is_settled(known, "name")
    assert is_settled(known, "phases")


def test_a_mapping_is_complete_unless_a_key_a_merge_or_a_line_is_put_in() -> None:
    assert is_complete(root("{a: b, c: \ufdd0}"))
    for text in ("{\ufdd0a: b}", "{<<: \ufdd0}", "[a, \ufdd0]", "{<<: {\ufdd0: 1}}", "a: &x {\ufdd0: 1}\nb: {<<: *x}"):
        node = root(text)
        assert not is_complete(child(node, "b") if text.startswith("a: &x") else node), text
    assert is_complete(root("[a, b\ufdd0]"))


def test_what_stands_at_a_chain_of_keys_can_be_told_or_not() -> None:
    one = buildspec(f"env: {{shell: {H}, variables: {{A: b}}}}\nphases: {H}")
    assert [one.tells(*names) for names in [("env",), ("env", "shell"), ("env", "variables", "B"), ("cache",)]] == [
        True,
        False,
        True,
        True,
    ]
    assert not one.tells("phases", "build")


# Messages


def test_a_message_shows_a_hole_as_what_is_put_in() -> None:
    assert _shown(f"a{HOLE}b\nc") == "a${…}b c"
    result = lint(commands(f"docker run -v /var/run/docker.sock:/x a/b:{H}", f"curl http://a.example/{H} | bash"))
    assert all(HOLE not in f"{each.message} {each.detail} {each.where}" for each in result.findings)


def test_no_fix_writes_a_hole() -> None:
    result = lint(f"version: 0.2\nphases: {{build: {{commands: [make]}}}}\nenv: {{varables: {{A: {H}}}}}")
    assert all(HOLE not in edit.text for each in result.findings if each.fix for edit in each.fix.edits)


# Lines and errors


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"a: b\n{H}\nc: d\n", "keys"),
        (f"a:\n  b: c\n  {H}\nd: e\n", "keys"),
        (f"a:\n  - b\n  {H}\n  - c\n", "items"),
        (f"a:\n  - b\n  {H}{H}\n  {H}\n  - c\n", "items"),
        (f"a: {{b: c}}\nd:\n{H}\ne: f\n", "value"),
    ],
)
def test_a_line_that_is_put_in_stands_for_any_lines(text: str, expected: str) -> None:
    stream = load_with_holes(Text.of(text, 50))
    assert stream.problem is None
    assert load(Text.of(text)).problem is not None
    node = stream.documents[0].root
    assert node is not None
    if expected == "value":
        assert written(child(node, "d")) is not None
        assert scalar(child(node, "d")) is None
    else:
        assert not all(map(is_complete, [node, child(node, "a")]))
    for each in (child(node, "a"),):
        assert each.origin.value[each.start : each.end].strip()
        assert each.span.start >= 50


def test_a_hole_of_several_characters_of_the_file_stands_at_all_of_them() -> None:
    text = Text((Piece("a: b\n", 0, 5), Piece(HOLE, 5, 12), Piece("\nc: d\n", 12, 18)), 0)
    found = load_with_holes(text).documents[0].root
    assert found is not None
    assert child(found, "c").span == (16, 17)


def test_lines_that_are_put_in_cost_a_bounded_number_of_readings() -> None:
    text = "a: b\n" + f"{H}\n" * 40 + "c: d\n"
    stream = load_with_holes(Text.of(text))
    assert stream.problem is None or is_unsettled(stream)


def test_an_error_behind_a_hole_may_be_none() -> None:
    for text in (f"a: {H}\nb: c: d\n", f"a: b: {H}\n", f"[{H}\n", f'a: "b\nc: {H}\n'):
        assert is_unsettled(load_with_holes(Text.of(text, 9))), text
    for text in (f"a: b: c\nd: {H}\n", "a: b: c\n", f"a: {H}\n"):
        assert not is_unsettled(load_with_holes(Text.of(text, 9))), text
