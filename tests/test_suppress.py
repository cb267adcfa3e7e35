"""Comments that suppress: where they stand, what they name, what is said of a wrong one, and how it is taken out."""

from __future__ import annotations

import json
import pathlib

import pytest

from cblint.catalogue import rules
from cblint.fix import fixed_text
from cblint.linter import Settings
from cblint.report import Style, render
from cblint.running import result_of
from cblint.source.text import Text
from cblint.suppress import shell_comments
from tests.helpers import HEAD, ISOLATED, catalogue_of, lint, repository, said

DEFECT = '- echo "a: b"'
"""An item that command-not-string reports."""
WHY = "# cblint: ignore[command-not-string] -- why"


def block(*lines: str, newline: str = "\n") -> str:
    """A buildspec with these lines below ``commands:``, indented by six blanks."""
    return newline.join([*HEAD.splitlines(), *(" " * 6 + line if line else "" for line in lines), ""])


def suppressed(text: str, settings: Settings = ISOLATED) -> list[str]:
    """``rule: reason`` of every suppressed finding."""
    return [
        f"{finding.rule}: {finding.suppressed}"
        for finding in lint(text, settings).findings
        if finding.suppressed is not None
    ]


def marked(text: str, settings: Settings = ISOLATED) -> list[tuple[str, str]]:
    """Every finding that is not suppressed: its rule and the characters it points at."""
    return [
        (finding.rule, text[slice(*finding.span)])
        for finding in lint(text, settings).findings
        if finding.suppressed is None
    ]


def unused(text: str, settings: Settings = ISOLATED) -> list[str]:
    """What unused-suppression says."""
    return [finding.message for finding in lint(text, settings).findings if finding.rule == "unused-suppression"]


def without(text: str) -> str:
    """The text after all unused suppressions are taken out."""
    for _ in range(10):
        text, count = fixed_text(text, lint(text).findings, unsafe=False)
        if not count:
            return text
    raise AssertionError("fixing does not end")


# Where it stands


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "lines",
    [
        [f"{DEFECT} {WHY}"],
        [f"{DEFECT}\t{WHY}"],
        [WHY, DEFECT],
        ["  " + WHY, DEFECT],
        [WHY, "# it is a test", DEFECT],
        ["# it is a test", WHY, "#", DEFECT],
        [WHY, "# cblint: ignore[duplicate-key] -- other", DEFECT],
        ["- make # an ordinary comment", WHY, DEFECT],
        ["- |", "  make", "  " + WHY, DEFECT],
        ["- |", "  make", "  " + WHY, "# outside", DEFECT],
        ["- >", "  make", "", "  " + WHY, DEFECT],
        ['- "make\\n', "", f'  {WHY}"', DEFECT],
        [WHY, "- { echo a: b }"],
        [f"- {{ echo a: b }} {WHY}"],
        [WHY, "- [make]"],
        ["# cblint: ignore[duplicate-key,command-not-string] -- why", DEFECT],
    ],
)
def test_a_comment_is_about_its_line_or_alone_above_it(lines: list[str], newline: str) -> None:
    text = block(*lines, newline=newline)
    assert suppressed(text) == ["command-not-string: why"]
    assert ("command-not-string", ":") not in marked(text)


@pytest.mark.parametrize(
    "lines",
    [
        [WHY, "", DEFECT],
        [WHY, "- make", DEFECT],
        [DEFECT, WHY],
        [f"- make {WHY}", DEFECT],
        ["- |", "  " + WHY, "  make", DEFECT],
        [f'- "make {WHY}"', DEFECT],
    ],
)
def test_it_is_not_about_other_lines(lines: list[str]) -> None:
    text = block(*lines)
    assert suppressed(text) == []
    assert ("command-not-string", ":") in marked(text)
    assert len(unused(text)) == 1


def test_it_is_about_the_line_where_the_finding_begins() -> None:
    text = block("- name: compile", f"  run: make {WHY}")
    assert said(lint(text)) == ["command-not-string 5:13", "unused-suppression 6:19"]
    assert suppressed(block(f"- name: compile {WHY}", "  run: make")) == ["command-not-string: why"]


def test_one_comment_is_about_all_findings_of_its_rule_on_the_line() -> None:
    text = block('- {echo "a: b"}').replace("commands:\n      - {echo", "commands: [{x: y}, {echo").replace("}\n", "}]")
    assert said(lint(text)) == ["command-not-string 4:16", "command-not-string 4:24"]
    assert suppressed(f"{text} {WHY}") == ["command-not-string: why"] * 2


def test_of_two_comments_about_a_line_the_first_counts() -> None:
    text = block(WHY, f"{DEFECT} # cblint: ignore[CB1002] -- again")
    assert suppressed(text) == ["command-not-string: why"]
    assert unused(text) == ["This comment suppresses nothing: CB1002 has nothing to say on line 6."]


def test_a_comment_names_several_rules() -> None:
    text = "version: 0.2\nphases:\n  buidl: {commands: [make]}\n  buidl: {commands: [{a: b}]} "
    assert said(lint(text)) == [
        "unknown-phase 3:3",
        "unknown-phase 4:3",
        "duplicate-key 4:3",
        "command-not-string 4:22",
    ]
    comment = "# cblint: ignore[unknown-phase, CB1004,cb1002] -- generated"
    assert suppressed(text + comment) == [
        f"{rule}: generated" for rule in ("unknown-phase", "duplicate-key", "command-not-string")
    ]
    assert said(lint(text + comment)) == ["unknown-phase 3:3"]


@pytest.mark.parametrize("name", ["command-not-string", "CB1002", "cb1002", "Cb1002"])
def test_a_rule_is_named_by_its_name_or_its_code_in_any_case(name: str) -> None:
    assert suppressed(block(f"{DEFECT} # cblint: ignore[{name}]")) == ["command-not-string: "]


def test_a_former_name_still_suppresses() -> None:
    renamed = [
        rule._replace(former_names=("command-is-text",)) if rule.name == "command-not-string" else rule
        for rule in rules()
    ]
    with catalogue_of(*renamed):
        assert suppressed(block(f"{DEFECT} # cblint: ignore[command-is-text]")) == ["command-not-string: "]
        assert unused(block("- make # cblint: ignore[command-is-text]")) == [
            "This comment suppresses nothing: command-is-text has nothing to say on line 5."
        ]


@pytest.mark.parametrize(
    ("tail", "reason"),
    [
        ("", ""),
        (" --", ""),
        (" --   ", ""),
        (" -- why", "why"),
        ("-- why", "why"),
        ("\t--\twhy not? [yes] -- really ", "why not? [yes] -- really"),
        (" --why # more", "why # more"),
        (" -- 漢字 é", "漢字 é"),
    ],
)
def test_the_reason_is_what_follows_two_dashes(tail: str, reason: str) -> None:
    assert suppressed(block(f"{DEFECT} # cblint: ignore[command-not-string]{tail}")) == [
        f"command-not-string: {reason}"
    ]


@pytest.mark.parametrize(
    "comment",
    [
        "#cblint:ignore[command-not-string]",
        "##   cblint:   ignore  [ command-not-string ]",
        "#\tcblint:\tignore[,command-not-string,]",
        "# cblint: ignore[command-not-string command-not-string]",
    ],
)
def test_blanks_and_commas_are_free(comment: str) -> None:
    assert suppressed(block(f"{DEFECT} {comment}")) == ["command-not-string: "]


# For the whole file


@pytest.mark.parametrize(
    "start",
    [
        "# cblint: ignore-file[command-not-string] -- why\n",
        "\n# a comment\n\n# cblint: ignore-file[CB1002] -- why\n# more\n",
        "# cblint: ignore-file[duplicate-key, command-not-string] -- why\n",
        "---\n# cblint: ignore-file[command-not-string] -- why\n",
        "--- # cblint: ignore-file[command-not-string] -- why\n",
        "%YAML 1.1 # cblint: ignore-file[command-not-string] -- why\n---\n",
        "\ufeff# cblint: ignore-file[command-not-string] -- why\n",
        "&all # cblint: ignore-file[command-not-string] -- why\n",
    ],
)
def test_before_the_first_key_it_is_about_the_whole_file(start: str) -> None:
    # The byte order mark is taken off where bytes are read.
    text = start.removeprefix("\ufeff") + block(DEFECT, "- make", DEFECT)
    assert suppressed(text) == ["command-not-string: why"] * 2


@pytest.mark.parametrize("at", range(4))
def test_after_the_first_key_it_is_late(at: int) -> None:
    lines = block(DEFECT).splitlines(keepends=True)
    lines[at] = lines[at].rstrip("\n") + " # cblint: ignore-file[command-not-string]\n"
    text = "".join(lines)
    assert suppressed(text) == []
    assert marked(text) == [
        ("unknown-suppression", "# cblint: ignore-file[command-not-string]"),
        ("command-not-string", ":"),
    ]
    assert lint(text).findings[0].message == "ignore-file counts only before the first key of the file."


def test_in_a_command_it_is_late_too() -> None:
    text = block("- |", "  # cblint: ignore-file[command-not-string]", "  make")
    assert marked(text) == [("unknown-suppression", "# cblint: ignore-file[command-not-string]")]


def test_it_holds_for_every_document() -> None:
    text = "# cblint: ignore-file[command-not-string] -- why\n" + block(DEFECT) + "---\n" + block(DEFECT)
    assert suppressed(text) == ["command-not-string: why"] * 2


def test_the_comment_on_the_line_goes_before_that_for_the_file() -> None:
    text = "# cblint: ignore-file[command-not-string] -- all\n" + block(f"{DEFECT} {WHY}", DEFECT)
    assert suppressed(text) == ["command-not-string: why", "command-not-string: all"]


# Exactly where in a scalar


@pytest.mark.parametrize(
    ("lines", "points_at"),
    [
        (["- |", "  make", "  «# cblint: ignore[unknown-phase] -- why»", "  more"], "comment"),
        (["- |", "  make «# cblint: ignore[unknown-phase]» ", "  more"], "comment"),
        (["- |2", "     make # cblint: ignore[unknown-phase, «unknown-fase»]"], "name"),
        (["- >", "  make", "", "  «# cblint: ignore[unknown-phase]»", "", "  more"], "comment"),
        (["- >-", "  a", "  make # cblint: ignore[duplicate-key, «CB9»]"], "name"),
        (['- "make «# cblint: ignore[unknown-phase]»"'], "comment"),
        (['- "\\"\\u00e9\\" # cblint: ignore[unknown-phase, «unkno\\x77n-fase»]"'], "name"),
        (
            ['- "make \\', "   \\x23 cblint: ignore[unknown-phase,\\", "   \\ «no-\\", "   rule»] --\\n", '   more"'],
            "name",
        ),
        (['- "make;«\\x23 cblint: ignore[unknown-phase]»\\nmore"'], "comment"),
        (["- 'it''s' '' 'x' # cblint: ignore[CB1, «CBx»]"], None),
        (["- 'echo ''a'' # cblint: ignore[unknown-phase, «it''s»]'"], "name"),
        (["- 'make", "", "   «# cblint: ignore[unknown-phase]»", "", "   more'"], "comment"),
        (["- make «# cblint: ignore[unknown-phase]»"], "comment"),
        (["- a", "  plain «# cblint: ignore[unknown-phase]»"], "comment"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_is_wrong_is_shown_to_the_character(lines: list[str], points_at: str | None, newline: str) -> None:
    source = block(*lines, newline=newline)
    start, end = source.index("«"), source.index("»") - 1
    text = source.replace("«", "").replace("»", "")
    result = lint(text)
    if points_at is None:  # not YAML: nothing may follow the closing quote
        assert [finding.rule for finding in result.findings] == ["yaml-syntax-error"]
        return
    rule = {"comment": "unused-suppression", "name": "unknown-suppression"}[points_at]
    assert [tuple(finding.span) for finding in result.findings if finding.rule == rule] == [(start, end)]


@pytest.mark.parametrize(
    ("command", "comments"),
    [
        ("make # a", ["# a"]),
        ("# a\nmake # b  \n# c", ["# a", "# b", "# c"]),
        ("make;# a", ["# a"]),
        ("(make)# a", ["# a"]),
        ("a &# a", ["# a"]),
        ("a |# a", ["# a"]),
        ("\t# a", ["# a"]),
        ("make#a", []),
        ("echo $# ${#x} $((16#ff)) a#b", []),
        ("echo '# a'", []),
        ('echo "# a"', []),
        ("echo 'a\n# b\n' # c", ["# c"]),
        ('echo "a\n# b\n" # c', ["# c"]),
        ('echo "\\"# a" # b', ["# b"]),
        ("echo '\\'# a", []),
        ("echo \\# a", []),
        ("echo \\' # a", ["# a"]),
        ('echo "it\'s" # a', ["# a"]),
        ("echo 'say \"' # a", ["# a"]),
        ("# it's\n# b", ["# it's", "# b"]),
        ("echo 'open # a\n# b", []),
        ('echo "open \\', []),
        ("", []),
        ("#", ["#"]),
    ],
)
def test_the_comments_of_a_command(command: str, comments: list[str]) -> None:
    found = shell_comments(Text.of(command, 7))
    assert [comment.value for comment in found] == comments
    for comment in found:
        start, end = comment.span(0, len(comment))
        assert command[start - 7 : end - 7] == comment.value


@pytest.mark.parametrize(
    "lines",
    [
        ["- |", '  echo "# cblint: ignore[unknown-phase]"', "  echo '", "  # cblint: nonsense", "  '"],
        ["- 'grep \"# cblint: ignore\" *'"],
        ["- |", "  grep x#cblint: file"],
        ["- make # the cblint: part"],
        ["- make # cblint is good: ignore it"],
        ["- 'cblint: ignore[x]'"],
    ],
)
def test_what_is_no_comment_for_cblint_is_left_alone(lines: list[str]) -> None:
    assert marked(block(*lines)) == []


# What is said of a wrong one


@pytest.mark.parametrize(
    "comment",
    [
        "# cblint:",
        "# cblint: ignore",
        "# cblint: ignore duplicate-key",
        "# cblint: ignore[]",
        "# cblint: ignore[ , ]",
        "# cblint: ignore[duplicate-key",
        "# cblint: ignore duplicate-key]",
        "# cblint: ignore[duplicate-key]]",
        "# cblint: ignore[[duplicate-key]]",
        "# cblint: ignore(duplicate-key)",
        "# cblint: ignore[duplicate-key] because",
        "# cblint: ignore[duplicate-key] - because",
        "# cblint: ignore[duplicate-key]: because",
        "# cblint: Ignore[duplicate-key]",
        "# cblint: disable[duplicate-key]",
        "# cblint:disable duplicate-key",
        "# cblint: ignore-line[duplicate-key]",
        "# cblint: ignorefile[duplicate-key]",
        "# cblint: ignore [duplicate-key] x -- why",
    ],
)
@pytest.mark.parametrize("place", ["above", "behind", "block"])
def test_a_comment_that_cannot_be_read_is_reported(comment: str, place: str) -> None:
    lines = {"above": [comment, "- make"], "behind": [f"- make {comment}"], "block": ["- |", f"  {comment}", "  make"]}
    text = block(*lines[place])
    assert marked(text) == [("unknown-suppression", comment)]
    (finding,) = lint(text).findings
    assert finding.message == "cblint does not understand this comment."


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("duplicat-key", 'There is no rule "duplicat-key", so this suppresses nothing. Did you mean "duplicate-key"?'),
        ("something", 'There is no rule "something", so this suppresses nothing.'),
        (
            "own",
            'There is no rule "own", so this suppresses nothing. It is a family: name the rule that is meant.',
        ),
        (
            "CB2",
            'There is no rule "CB2", so this suppresses nothing. It is a family: name the rule that is meant.',
        ),
        ("CB9999", 'There is no rule "CB9999", so this suppresses nothing.'),
        (
            "Duplicate-Key",
            'There is no rule "Duplicate-Key", so this suppresses nothing. Did you mean "duplicate-key"?',
        ),
        ("*", 'There is no rule "*", so this suppresses nothing.'),
    ],
)
def test_an_unknown_rule_is_named_and_the_others_still_count(name: str, message: str) -> None:
    text = block(f"{DEFECT} # cblint: ignore[{name}, command-not-string] -- why")
    assert suppressed(text) == ["command-not-string: why"]
    assert marked(text) == [("unknown-suppression", name)]
    assert [finding.message for finding in lint(text).findings if finding.suppressed is None] == [message]


def test_comments_after_a_syntax_error_are_not_read_and_those_before_are() -> None:
    text = block("# cblint: nonsense", f"{DEFECT} {WHY}", "- @make", "# cblint: more nonsense", f"{DEFECT} {WHY}")
    assert marked(text) == [("unknown-suppression", "# cblint: nonsense"), ("yaml-syntax-error", "@")]
    assert suppressed(text) == ["command-not-string: why"]


def test_a_syntax_error_can_be_suppressed_and_is_still_told() -> None:
    text = block("# cblint: ignore[yaml-syntax-error] -- a template", "- @make")
    result = lint(text)
    assert suppressed(text) == ["yaml-syntax-error: a template"]
    assert said(result) == []


def test_a_syntax_error_can_be_suppressed_on_its_line() -> None:
    text = block("- @make # cblint: ignore[yaml-syntax-error] -- a template")
    assert suppressed(text) == ["yaml-syntax-error: a template"]
    assert said(lint(text)) == []


# Unused


def test_what_suppresses_nothing_is_reported() -> None:
    assert unused(block("- make # cblint: ignore[duplicate-key]")) == [
        "This comment suppresses nothing: duplicate-key has nothing to say on line 5."
    ]
    assert unused("# cblint: ignore-file[cb1004]\n" + block("- make")) == [
        "This comment suppresses nothing: cb1004 has nothing to say in this file."
    ]


def test_only_the_names_that_are_of_no_use_are_reported() -> None:
    text = block(f"{DEFECT} # cblint: ignore[unknown-phase, command-not-string, CB1004]")
    assert marked(text) == [("unused-suppression", "unknown-phase"), ("unused-suppression", "CB1004")]


COMMENT = "# cblint: ignore[duplicate-key]"


@pytest.mark.parametrize(
    "settings",
    [
        Settings(isolated=True, ignore=("duplicate-key",)),
        Settings(isolated=True, ignore=("CB1",)),
        Settings(isolated=True, ignore=("unused-suppression",)),
        Settings(isolated=True, select=("unknown-phase", "unused-suppression")),
        Settings(isolated=True, select=("duplicate-key",)),
    ],
)
def test_it_is_not_unused_where_the_rule_did_not_run(settings: Settings) -> None:
    assert unused(block(f"- make {COMMENT}"), settings) == []


def test_it_is_unused_where_both_rules_ran() -> None:
    settings = Settings(isolated=True, select=("duplicate-key", "unused-suppression"))
    assert len(unused(block(f"- make {COMMENT}"), settings)) == 1


@pytest.mark.parametrize("status", ["preview", "deprecated"])
def test_it_is_not_unused_for_a_rule_outside_the_profile(status: str) -> None:
    text = block(f"- make {COMMENT}")
    for changed in ({"status": status}, {"profiles": ("pedantic",)}):
        others = [rule._replace(**changed) if rule.name == "duplicate-key" else rule for rule in rules()]
        with catalogue_of(*others):
            assert unused(text) == []
            selected = Settings(isolated=True, select=("duplicate-key", "unused-suppression"))
            assert len(unused(text, selected)) == 1
    assert len(unused(text)) == 1


def test_it_is_not_unused_after_a_syntax_error_anywhere() -> None:
    assert unused(block(f"- make {COMMENT}", "- @make")) == []
    assert unused("# cblint: ignore-file[duplicate-key]\n" + block("- @make")) == []


def test_a_wrong_suppression_is_reported_all_the_same_after_a_syntax_error() -> None:
    assert marked(block("- make # cblint: ignore[duplicat-key]", "- @make"))[0] == (
        "unknown-suppression",
        "duplicat-key",
    )


# Taking it out


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False], ids=["line end", "no line end"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["- echo {}"], ["- echo"]),
        (["- echo    {}"], ["- echo"]),
        (["- |", "  echo \t{}"], ["- |", "  echo"]),
        (["- echo {} -- why"], ["- echo"]),
        (["- a", "{}", "- b"], ["- a", "- b"]),
        (["{}", "", "# stays", "- b"], ["", "# stays", "- b"]),
        (["- a", "    {}"], ["- a"]),
        (["- |", "  echo {}", "  more"], ["- |", "  echo", "  more"]),
        (["- |", "  echo", "  {}", "  more"], ["- |", "  echo", "  more"]),
        (["- |", "  {}", "  more"], ["- |", "  more"]),
        (["- |", "  echo", "  {}"], ["- |", "  echo"]),
        (['- "echo {}"'], ['- "echo"']),
        (['- "echo {}\\nmore"'], ['- "echo\\nmore"']),
        (["- 'echo {}'"], ["- 'echo'"]),
        (["- &x echo {}", "- *x"], ["- &x echo", "- *x"]),
    ],
)
def test_the_comment_is_taken_out_and_nothing_else(
    before: list[str], after: list[str], newline: str, last: bool
) -> None:
    text = block(*before, newline=newline).replace("{}", COMMENT)
    expected = block(*after, newline=newline)
    if not last:
        text = text.removesuffix(newline)
        # A whole line that is taken out leaves the end of the line before it.
        expected = expected if before[-1].strip() == "{}" else expected.removesuffix(newline)
    assert without(text) == expected
    assert marked(expected) == []


def test_the_comment_for_the_file_is_taken_out() -> None:
    text = block("- make")
    assert without("# cblint: ignore-file[duplicate-key] -- why\n" + text) == text
    assert without("---\n# cblint: ignore-file[duplicate-key]\n" + text) == "---\n" + text
    assert without("--- # cblint: ignore-file[duplicate-key]\n" + text) == "---\n" + text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[CB1003, CB1002, CB1004]", "[CB1002]"),
        ("[CB1003, CB1002]", "[CB1002]"),
        ("[CB1002, CB1003]", "[CB1002]"),
        ("[CB1002,CB1003 , CB1004]", "[CB1002]"),
        ("[CB1003,  CB1004,CB1002]", "[CB1002]"),
        ("[ CB1002 , CB1003 ]", "[ CB1002 ]"),
        ("[CB1003 CB1002 CB1004]", "[CB1002]"),
        ("[CB1003, CB1003, CB1002, CB1003]", "[CB1002]"),
        ("[CB1003, CB1002,]", "[CB1002,]"),
    ],
)
def test_of_several_names_only_the_unused_are_taken_out(before: str, after: str) -> None:
    text = block(f"{DEFECT} # cblint: ignore{{}} -- why", "- make")
    fixed = without(text.format(before))
    assert fixed == text.format(after)
    assert suppressed(fixed) == ["command-not-string: why"]


@pytest.mark.parametrize("names", ["CB1003, CB1004", "CB1003, CB1003", "CB1002, CB1003, CB1004, CB1002"])
def test_where_all_names_are_unused_the_comment_goes(names: str) -> None:
    assert without(block(f"- make # cblint: ignore[{names}] -- why")) == block("- make")


def test_an_unknown_name_stays() -> None:
    text = block("- make # cblint: ignore[CB1003, nonsense]")
    assert without(text) == block("- make # cblint: ignore[nonsense]")


# The rules about suppressions


def test_a_rule_about_suppressions_can_be_suppressed() -> None:
    text = block(f"- make {COMMENT}")
    assert suppressed("# cblint: ignore-file[unused-suppression] -- templates\n" + text) == [
        "unused-suppression: templates"
    ]
    wrong = block("- make # cblint: nonsense")
    assert suppressed("# cblint: ignore-file[CB9002] -- old\n" + wrong) == ["unknown-suppression: old"]
    assert suppressed(block("# cblint: ignore[unused-suppression] -- soon", f"- make {COMMENT}")) == [
        "unused-suppression: soon"
    ]


def test_a_suppression_of_a_rule_about_suppressions_is_never_unused() -> None:
    assert marked("# cblint: ignore-file[unused-suppression]\n" + block("- make")) == []
    assert marked(block("- make # cblint: ignore[CB9001, CB9002, CB9003]")) == []


@pytest.mark.parametrize("tail", ["", " --", " --  "])
def test_a_reason_is_required_where_the_configuration_says_so(tmp_path: pathlib.Path, tail: str) -> None:
    folder = repository(tmp_path, {".cblint.yml": "require-reason: true\n"})
    name = f"{folder}/buildspec.yml"
    text = block(f"{DEFECT} # cblint: ignore[command-not-string]{tail}")
    result = lint(text, Settings(), name)
    assert said(result) == ["suppression-without-reason 5:21"]
    assert said(lint(text, ISOLATED, name)) == []
    assert said(lint(block(f"{DEFECT} {WHY}"), Settings(), name)) == []
    assert said(lint(text, Settings(ignore=("CB9003",)), name)) == []


# What becomes of a suppressed finding


def test_a_suppressed_finding_stays_in_the_results_and_does_not_fail_the_run() -> None:
    open_, closed = lint(block(DEFECT)), lint(block(f"{DEFECT} {WHY}"))
    assert (open_.failing, result_of([open_]).exit_status) == (1, 1)
    assert (closed.failing, result_of([closed]).exit_status) == (0, 0)
    document = json.loads("".join(render("json", result_of([closed]), Style())))
    assert [finding["suppressed"] for finding in document["findings"]] == [{"reason": "why", "kind": "comment"}]
    assert document["summary"]["error"] == 0
    assert document["summary"]["suppressed"] == 1
    assert "".join(render("concise", result_of([closed]), Style())) == ""
    assert "".join(render("text", result_of([closed]), Style())) == "No findings in 1 buildspec file (1 suppressed).\n"


def test_a_suppressed_finding_is_not_fixed() -> None:
    text = block(f"{DEFECT} {WHY}")
    assert fixed_text(text, lint(text).findings, unsafe=True) == (text, 0)


# In Markdown


IN_MARKDOWN = "<!-- cblint: ignore[command-not-string] -- why -->\n"
SHOWN = f"{HEAD}      {DEFECT}\n      {DEFECT}\n"


@pytest.mark.parametrize("between", ["", "\n"])
@pytest.mark.parametrize(("opening", "closing"), [("```yaml", "```"), ("~~~~yml", "~~~~~"), ("```yaml", "")])
def test_a_comment_above_a_block_is_about_all_of_it(between: str, opening: str, closing: str) -> None:
    text = f"# Title\n\n{IN_MARKDOWN}{between}{opening}\n{SHOWN}{closing}\n"
    findings = lint(text, ISOLATED, "guide.md").findings
    assert [(each.rule, each.suppressed) for each in findings] == [("command-not-string", "why")] * 2


def test_a_comment_above_a_block_is_not_about_the_next_one() -> None:
    block_shown = f"```yaml\n{SHOWN}```\n"
    findings = lint(f"{IN_MARKDOWN}{block_shown}\n{block_shown}", ISOLATED, "guide.md").findings
    assert [each.suppressed for each in findings] == ["why", "why", None, None]


def test_each_block_has_the_comment_above_it() -> None:
    block_shown = f"```yaml\n{SHOWN}```\n"
    text = "\n".join(f"{comment}{block_shown}" for comment in (IN_MARKDOWN, "", IN_MARKDOWN.replace("why", "third")))
    findings = lint(text, ISOLATED, "guide.md").findings
    assert [each.suppressed for each in findings] == ["why", "why", None, None, "third", "third"]


def test_one_that_suppresses_nothing_says_where() -> None:
    text = f"{IN_MARKDOWN}```yaml\n{HEAD}      - make\n```\n"
    messages = [each.message for each in lint(text, ISOLATED, "guide.md").findings]
    last = text.count("\n")
    assert messages == [f"This comment suppresses nothing: command-not-string has nothing to say on lines 2 to {last}."]


def test_one_that_is_talked_about_is_none() -> None:
    talk = "Write `# cblint: ignore[rule] -- why`, `## cblint: ignore-file[rule]` or `<!-- cblint: ignore[rule] -->`.\n"
    text = f"{talk}\n```yaml\n{HEAD}      - make\n```\n{talk}"
    assert lint(text, ISOLATED, "guide.md").findings == ()
    assert len(lint(text.replace("`#", "` #"), ISOLATED, "guide.md").findings) == 2
