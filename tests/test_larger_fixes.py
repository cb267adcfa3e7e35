"""Fixes that move lines, add keys and join commands: what they make of files written otherwise, and of bad ones."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.checks.tabs import spaces_for_tabs
from cblint.fix import fix_bytes, fixed_text
from cblint.hosts.discover import Candidate
from cblint.linter import Settings
from cblint.source.loader import load
from cblint.source.text import Text
from tests.bounds import draws
from tests.helpers import HEAD, commands, lint, stream


def made(rule: str, text: str) -> str | None:
    """The text after the fixes of a rule in one pass; None if there are none."""
    own = [each for each in lint(text, Settings(isolated=True, select=(rule,))).findings if each.rule == rule]
    assert own, "the rule says nothing"
    new, count = fixed_text(text, own, True)
    return new if count else None


def build(*items: str, above: str = "") -> str:
    """A buildspec with these commands, and what stands between its version and its phases."""
    return commands(*items).replace("\n", f"\n{above}", 1)


def blocks(*lines: str) -> str:
    """A command of several lines, as an item of ``commands()``."""
    return "\n        ".join(["|", *lines])


# Keys

SOURCED = "source ./a.sh"
BASH = "bash-syntax-under-sh"
MENDED = build(SOURCED, above="env:\n  shell: bash\n")


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ("", "env:\n  shell: bash\n"),
        ("\n# what runs\n", "\nenv:\n  shell: bash\n\n# what runs\n"),
        ("env:\n  # why\n  variables: {A: b}\n", "env:\n  shell: bash\n  # why\n  variables: {A: b}\n"),
        ("env: # why\n    variables: {A: b}\n", "env: # why\n    shell: bash\n    variables: {A: b}\n"),
        ("env: {variables: {A: b}}\n", 'env: {"shell": "bash", variables: {A: b}}\n'),
        ("env:\n  shell: '/bin/sh'\n", "env:\n  shell: 'bash'\n"),
        ("env: &env\n  variables: {A: b}\n", None),
        ("env:\n", None),
        ("x: &x {env: {variables: {A: b}}}\n<<: *x\n", None),
        ("env: !env\n  variables: {A: b}\n", None),
    ],
)
def test_the_shell_is_given_where_env_is(above: str, expected: str | None) -> None:
    after = build(SOURCED, above=expected) if expected is not None else None
    assert made(BASH, build(SOURCED, above=above)) == after


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (build(SOURCED).replace("0.2", "0.2 # why"), MENDED.replace("0.2", "0.2 # why")),
        (build(SOURCED).replace("0.2", "'0.2'"), MENDED.replace("0.2", "'0.2'")),
        (build(SOURCED).replace("0.2", "0.1"), None),
        (build(SOURCED).partition("\n")[2], None),
        (build("apk add jq", SOURCED.replace("./", "")), None),
        ('{"version": 0.2, "phases": {"build": {"commands": ["source ./a.sh"]}}}',
         '{"version": 0.2, "env": {"shell": "bash"}, "phases": {"build": {"commands": ["source ./a.sh"]}}}'),
        ('{"phases": {"build": {"commands": ["source ./a.sh"]}}, "version": 0.2}', None),
    ],
)  # fmt: skip
def test_the_shell_is_given_beside_the_version(text: str, expected: str | None) -> None:
    assert made(BASH, text) == expected


TWO_ROOTS = "  version: 0.2\n  phases:\n    build:\n      commands: [source ./a.sh]\n"


def test_a_file_that_is_indented_as_a_whole_stays_so() -> None:
    assert made(BASH, TWO_ROOTS) == TWO_ROOTS.replace("0.2\n", "0.2\n  env:\n    shell: bash\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Comments go with what they stand above, a suppression too.
        ("exported-variables: [A]\nphases: {build: {commands: [make]}}\n",
         "env:\n  exported-variables: [A]\nphases: {build: {commands: [make]}}\n"),
        ("phases: {build: {commands: [make]}}\n\n# what is told\nexported-variables:\n- A\n\n# end\n",
         "env:\n  # what is told\n  exported-variables:\n  - A\nphases: {build: {commands: [make]}}\n\n# end\n"),
        ("phases:\n  build:\n    commands: [make]\n    reports:\n      r: {files: [a]}\nenv: {shell: bash}",
         "phases:\n  build:\n    commands: [make]\nenv: {shell: bash}\nreports:\n  r: {files: [a]}"),
        ("phases:\n  post_build: {commands: [a]}\n  build:\n    pre_build:\n      commands: [b]\n    commands: [c]\n",
         "phases:\n  pre_build:\n    commands: [b]\n  post_build: {commands: [a]}\n  build:\n    commands: [c]\n"),
        # There is one already, or nothing would be left, or nothing is there.
        ("env: {exported-variables: [B]}\nexported-variables: [A]\nphases: {build: {commands: [make]}}\n", None),
        ("phases:\n  build:\n    post_build:\n      commands: [make]\n", None),
        ("phases:\n  build:\n    post_build:\n    commands: [make]\n", None),
        ("phases: {build: {commands: [make], artifacts: {files: [a]}}}\n", None),
        ("phases:\n  build: &b\n    commands: [make]\n    artifacts:\n      files: [a]\n", None),
        # Text of several lines that begins before its key.
        ("phases:\n  build:\n    commands: [make]\n    artifacts:\n      files: [a]\n      name: \"a\n  b\"\n", None),
    ],
)  # fmt: skip
def test_a_key_is_moved_with_all_its_lines(before: str, after: str | None) -> None:
    head = "version: 0.2\n"
    assert made("misplaced-key", head + before) == (head + after if after is not None else None)


def test_two_variables_make_one_section() -> None:
    text = build("make", above="env:\n  A: b\n  # why\n  C: d\n")
    new, _ = _all_passes(text, "misplaced-key")
    assert new == build("make", above="env:\n  variables:\n    A: b\n    # why\n    C: d\n")


def _all_passes(text: str, *rules: str) -> tuple[str, int]:
    change, new = fix_bytes(
        text.encode(), Candidate("buildspec.yml", True), Settings(isolated=True, select=rules), True
    )
    assert change.refused == ""
    return new.decode(), change.fixed


def test_two_fixes_that_need_a_section_make_it_once() -> None:
    text = "version: 0.2\nexported-variables: [A]\nphases:\n  build:\n    commands: [source ./a.sh, A=1]\n"
    new, _ = _all_passes(text, BASH, "misplaced-key")
    assert new == text.replace(
        "exported-variables: [A]\n", "env:\n  shell: bash\n  exported-variables: [A]\n"
    )  # fmt: skip


# Order

LATE, EARLY = "  post_build:\n    commands: [make report]\n", "  build:\n    commands: [make]\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{LATE}\n  # the build\n{EARLY}", f"  # the build\n{EARLY}\n{LATE}"),
        (f"{LATE}\n{EARLY}".rstrip("\n"), f"{EARLY}\n{LATE}".rstrip("\n")),
        (f"{LATE}{EARLY}".replace("\n", "\r\n"), f"{EARLY}{LATE}".replace("\n", "\r\n")),
        ("  {post_build: {commands: [a]}, build: {commands: [b]}}\n",
         "  {build: {commands: [b]}, post_build: {commands: [a]}}\n"),
        # Nobody knows what the comment is about; what an alias repeats has to stand above; twice; unknown.
        (f"{LATE}    # the end\n\n{EARLY}", None),
        (f"{LATE.replace('[', '&c [')}  build:\n    commands: *c\n", None),
        (f"{LATE}{EARLY}{EARLY}", None),
        (f"{LATE}{EARLY}  deploy:\n    commands: [make]\n", None),
    ],
)  # fmt: skip
def test_phases_change_places_with_their_comments(before: str, after: str | None) -> None:
    head = "version: 0.2\nphases:\n"
    head = head.replace("\n", "\r\n") if "\r" in before else head
    assert made("phases-out-of-order", head + before) == (head + after if after is not None else None)


GUARD = 'if [ "$CODEBUILD_BUILD_SUCCEEDING" != 1 ]; then exit 1; fi'
PUBLISHED = HEAD + "      - docker build -t a .\n      - npm test\n  post_build:\n    commands:"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n      # out\n      - docker push a\n", f"\n      - {GUARD}\n      # out\n      - docker push a\n"),
        ("\n    - ./report.sh\n\n    - echo now\n    - docker push a\n",
         f"\n    - ./report.sh\n\n    - {GUARD}\n    - echo now\n    - docker push a\n"),
        (" [docker push a]\n", " [\"" + GUARD.replace('"', '\\"') + "\", docker push a]\n"),
        ("\n      - docker push a\n      - if [ \"$CODEBUILD_BUILD_SUCCEEDING\" = 0 ]; then ./tell.sh; fi\n", None),
        ("\n      - docker push a\n      - ./tell.sh failure\n", None),
        ("\n      - make report\n    finally:\n      - docker push a\n", None),
        (" docker push a\n", None),
        (" &p\n      - docker push a\n", None),
    ],
)  # fmt: skip
def test_a_guard_stands_before_what_is_published(before: str, after: str | None) -> None:
    text = PUBLISHED + (after or "")
    assert made("publish-after-failed-build", PUBLISHED + before) == (text if after is not None else None)


# Failures

BLOCK = "masked-failure-in-block"


@pytest.mark.parametrize(
    ("item", "after"),
    [
        (blocks("# first", "make a", "make b"), blocks("set -e", "# first", "make a", "make b")),
        ("|-\n\n        make a\n        make b", "|-\n\n        set -e\n        make a\n        make b"),
        ("'make a; echo ''x'' y'", "'set -e; make a; echo ''x'' y'"),
        ('"make a\\nmake b"', '"set -e; make a\\nmake b"'),
        ("'{ make a; make b; }'", "'set -e; { make a; make b; }'"),
        (blocks("#!/bin/sh", "make a", "make b"), None),
        (blocks("make a", "make b", 'if [ "$?" = 1 ]; then echo no; fi'), None),
        (blocks("make a", "set +e", "make b"), None),
        (blocks("make a", ". ./env.sh", "make b"), None),
        (blocks("make a", "grep x log", "make b"), None),
        (blocks("make a", "docker rm old", "make b"), None),
        (blocks("make a", "ls out 2>/dev/null", "make b"), None),
        (blocks("make a", "X=$(aws sts get-caller-identity)", 'if [ -z "$X" ]; then echo no; fi'), None),
        (blocks("f() { make a; make b; }", "f", "make c"), None),
        (blocks("make a && make b", "make c"), None),
        (blocks("make a", "(( N++ ))", "make b"), None),
        ("&a |\n        make a\n        make b", None),
        (blocks("make a", "rm -f x", "make b"), blocks("set -e", "make a", "rm -f x", "make b")),
        (blocks("make a", "if grep -q x y; then ls; fi"), blocks("set -e", "make a", "if grep -q x y; then ls; fi")),
        (blocks("make a", "docker rm old || true"), blocks("set -e", "make a", "docker rm old || true")),
        ("make a || (echo no; exit 1;); make b", "make a || { echo no; exit 1; }; make b"),
        ("make a || (cd x; exit 1); make b", None),
        ("make a || (X=1 && exit 1); make b", None),
    ],
)  # fmt: skip
def test_a_block_ends_at_the_first_failure_if_no_status_is_used(item: str, after: str | None) -> None:
    assert made(BLOCK, commands(item)) == (commands(after) if after is not None else None)


PIPELINE = "masked-failure-in-pipeline"


@pytest.mark.parametrize(
    ("item", "after"),
    [
        ("make | tee log", "set -o pipefail; make | tee log"),
        (blocks("set -ex", "make | tee log", "ls"), blocks("set -ex -o pipefail", "make | tee log", "ls")),
        (blocks("make | tee log", "ls"), blocks("set -eo pipefail", "make | tee log", "ls")),
        ("export A=$(make | tail -n 1)", "set -o pipefail; A=$(make | tail -n 1)"),
        ("if make | tee log; then ls; fi", "set -o pipefail; if make | tee log; then ls; fi"),
        ("make | tee log | head -n 1", None),
        ("make | tee log; docker ps | grep -q x", None),
        ("make | grep -v x | tee log", None),
        ("make 2>/dev/null | tee log", None),
        ("export A=$(make | tail -n 1) B=2", None),
        ("export A=$(make | tail -n 1); ls", None),
        ("docker build --label v=$(make | tail -n 1) .", None),
        (blocks("make | tee log", "grep x log"), None),
        (blocks("make | tee log && ls", "ls"), None),
        ("set +o pipefail; make | tee log", None),
    ],
)
def test_a_pipeline_fails_with_its_commands_if_none_of_them_may_fail(item: str, after: str | None) -> None:
    env = "env:\n  shell: bash\n"
    # What is kept is read somewhere.
    kept = 'echo "$A"'
    expected = build(after, kept, above=env) if after is not None else None
    text = build(item, kept, above=env)
    assert made(PIPELINE, text) == expected


# Commands that go together


@pytest.mark.parametrize(
    ("items", "after"),
    [
        (
            ["set -e", "make a; make b", blocks("set -e", "make c"), "make d"],
            ["set -e; make a; make b", blocks("set -e", "make c"), "make d"],
        ),
        (["set -e # all", "make a; make b"], None),
        (["set -e", "make a; echo $?"], None),
        (["set -o pipefail", "make | tee log"], None),
        (["set -x", "make a", "make b"], None),
        (["set -ue", "make $A"], ["set -ue; make $A"]),
    ],
)
def test_an_option_goes_to_those_that_need_it(items: list[str], after: list[str] | None) -> None:
    expected = commands(*after) if after is not None else None
    assert made("shell-option-does-not-persist", commands(*items)) == expected


@pytest.mark.parametrize(
    ("items", "after"),
    [
        (["'f() { make $1; }'", "f a", "ls"], [blocks("f() { make $1; }", "f a"), "ls"]),
        (["'f() { make $1; }'", "ls", blocks("f a", "f b")], ["ls", blocks("f() { make $1; }", "f a", "f b")]),
        (["'f() { make $1; }'", "f a", "ls", "f b"], [blocks("set -e", "f() { make $1; }", "f a", "ls", "f b")]),
        # Commands whose failure in the middle of a block would not end it, or that mean something else there.
        (["'f() { make $1; }'", "f a", "ls && f b"], None),
        (["'f() { make $1; }'", "f a", "exit 0", "f b"], None),
        (["'f() { grep $1 log; make; }'", "f a", "f b"], None),
        (["'f() { make $1; }'", "f a", "ls # why", "f b"], None),
        (["'f() { make $1; }' # why", "f a"], None),
        (["'f() { make $1; }'", "f a\n      # why", "f b"], None),
        (["'f() { make $1; }'", ">\n        f a\n\n        ls"], None),
        (["'f() { make $1; }'", "&a f a"], None),
        (["alias f='make -k'", "f a", "ls; f b"], ["make -k a", "ls; make -k b"]),
        (["alias f='make \"$A\"'", "f a"], None),
    ],
)
def test_a_function_goes_to_its_calls(items: list[str], after: list[str] | None) -> None:
    expected = commands(*after) if after is not None else None
    assert made("function-lost-between-commands", commands(*items)) == expected


def test_a_function_that_is_called_in_another_phase_stays() -> None:
    text = commands("'f() { make; }'") + "  post_build:\n    commands:\n      - f\n"
    assert made("function-lost-between-commands", text) is None


@pytest.mark.parametrize(
    ("item", "after"),
    [
        (blocks("cat <<E", "a", "  E"), blocks("cat <<E", "a", "E")),
        (blocks("cat <<E", "a", "\tE "), blocks("cat <<E", "a", "E")),
        (">-\n        cat <<E\n        a\n        E", blocks("cat <<E", "a", "E").replace("|", "|", 1)),
        ("cat <<E\n\n          a\n        E", None),
        ("cat <<E\n        a E", None),
        ("'cat <<E\n        a\n        E'", None),
    ],
)
def test_a_here_document_ends_where_it_was_meant_to(item: str, after: str | None) -> None:
    found = made("unterminated-heredoc", commands(item))
    assert found == (commands(after) if after is not None else None)


@pytest.mark.parametrize(
    ("item", "after"),
    [
        ("PORT=1 ./a.sh &", "PORT=1 nohup ./a.sh > a.log 2>&1 &"),
        ("./a & ./b &", "nohup ./a > a.log 2>&1 & nohup ./b > b.log 2>&1 &"),
        ("./a 1 & ./a 2 &", None),
        ("bash -c './a &'", None),
        ("./$A &", None),
        ("exec ./a &", None),
    ],
)
def test_a_program_is_detached_with_a_log_of_its_own(item: str, after: str | None) -> None:
    text = commands(item, "make")
    own = [each for each in lint(text).findings if each.rule == "background-process-not-detached"]
    new = fixed_text(text, own, True)[0]
    assert new == (commands(after, "make") if after is not None else text)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (commands("A=1", "make $A").replace("0.2", "'0.1'"), commands("A=1", "make $A")),
        (commands("A=1", "make $A", "cd x; make", "make").replace("0.2", "0.1"), None),
        (commands("A=1", "make $A", "(cd x; ls)", "ls").replace("0.2", "0.1"),
         commands("A=1", "make $A", "(cd x; ls)", "ls")),
        (commands("A=1", "make $A").replace("0.2", "0.1\nenvironment_variables: {plaintext: {B: c}}"),
         commands("A=1", "make $A").replace("0.2", "0.2\nenv: {variables: {B: c}}")),
        (commands("A=1", "make $A").replace("0.2", "0.1\nenvironment_variables: {plaintext: {B: c}, x: y}"), None),
        (commands("A=1", "make $A").replace("0.2", "0.1\nartifacts:\n  type: zip # why\n  files: [a]"),
         commands("A=1", "make $A").replace("0.2", "0.2\nartifacts:\n  files: [a]")),
        (commands("A=1", "make $A").replace("0.2", "0.1\nartifacts: {type: zip, files: [a]}"),
         commands("A=1", "make $A").replace("0.2", "0.2\nartifacts: {files: [a]}")),
    ],
)  # fmt: skip
def test_the_version_is_changed_with_all_that_is_named_otherwise(text: str, after: str | None) -> None:
    assert made("version-0-1-state-loss", text) == after


# Tabs


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n\tb: c\n", "a:\n  b: c\n"),
        ("a:\n\tb:\n\t\t- |\n\t\t\tx\n\t\t\t\ty\n\n\t\t\tz\n\t\t- c\n",
         "a:\n  b:\n    - |\n      x\n      \ty\n\n      z\n    - c\n"),
        ("a:\r\n\tb: c\r\n", "a:\r\n  b: c\r\n"),
        ("a:\n  b:\n    - x\n\t- y\n", "a:\n  b:\n    - x\n    - y\n"),
        # Two widths, and two things that they make of it.
        ("a:\n  b:\n    c: d\n\te: f\n", None),
        ("a:\n  b:\n    - x\n\te: f\n", "a:\n  b:\n    - x\n  e: f\n"),
        # Not the only thing that is wrong, or no indentation.
        ("a:\n\tb: c\n\td: 'e\n", None),
        ("a:\n  -\tb: [\n\tc\n", None),
        ("a: *b\n\tc: d\n", None),
        ("[" * 300 + "\n\t- a\n", None),
    ],
)  # fmt: skip
def test_tabs_become_spaces_where_that_can_mean_one_thing_only(before: str, after: str | None) -> None:
    edits = sorted(spaces_for_tabs(load(Text.of(before)))) if before.startswith("a") else []
    text, at = "", 0
    for edit in edits:
        text += before[at : edit.span.start] + edit.text
        at = edit.span.end
    assert (text + before[at:] if edits else None) == after


@given(
    st.lists(
        st.tuples(st.text("\t ", max_size=4), st.sampled_from(["a:", "- b", "- |", "c: d", "e", "", "# f"])), max_size=9
    )
)
@settings(max_examples=draws(150))
def test_what_is_made_of_tabs_can_be_read(lines: list[tuple[str, str]]) -> None:
    source = "".join(f"{lead}{line}\n" for lead, line in lines)
    found = stream(source)
    if found.problem is None or found.problem.kind != "tab":
        return
    edits = sorted(spaces_for_tabs(found))
    text, at = "", 0
    for edit in edits:
        assert not source[slice(*edit.span)].strip(" \t")
        text += source[at : edit.span.start] + edit.text
        at = edit.span.end
    assert not edits or stream(text + source[at:]).problem is None


# All together

ITEMS = st.sampled_from(
    [
        "set -e",
        "'f() { make; }'",
        "f",
        "make | tee log",
        "make a; make b",
        "source ./a.sh",
        "./server &",
        "yum install jq || apt-get update && apt-get install jq",
        "make deploy && ./tell.sh || ./rollback.sh",
        "docker push a",
        "make &&",
        blocks("make", "make test"),
        blocks("if true; then", "  cat <<E", "  E", "fi"),
        "cat <<E\n        a\n        E",
        "[make]",
        "&x make",
        '"make\\nmake test"',
    ]
)


@st.composite
def buildspecs(draw: st.DrawFn) -> str:
    """A buildspec with many defects, its phases in any order."""
    text = draw(st.sampled_from(["version: 0.2\n", "version: 0.2\n\n", "version: 0.1\n", ""]))
    text += draw(st.sampled_from(["", "env:\n  A: b\n", "exported-variables: [A]\n", "env: {variables: {B: c}}\n"]))
    text += "phases:\n"
    for phase in draw(st.permutations(["pre_build", "build", "post_build"]))[: draw(st.integers(1, 3))]:
        items = draw(st.lists(ITEMS, min_size=1, max_size=4))
        text += f"  {phase}:\n    commands:\n" + "".join(f"      - {item}\n" for item in items)
        text += draw(st.sampled_from(["", "    artifacts:\n      files: [a]\n", "\n    # end\n"]))
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@given(buildspecs())
@settings(max_examples=25)
def test_fixes_come_to_an_end(text: str) -> None:
    candidate, chosen = Candidate("buildspec.yml", True), Settings(isolated=True)
    _, new = fix_bytes(text.encode(), candidate, chosen, True)
    again, same = fix_bytes(new, candidate, chosen, True)
    assert (again.fixed, same) == (0, new)
    assert stream(new.decode()).problem is None
    assert ("\r" in text) == (b"\r" in new)
    assert b"\n" not in new.replace(b"\r\n", b"") or "\r" not in text
