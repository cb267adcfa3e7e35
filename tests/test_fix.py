"""Fixes change what they name and nothing else: guarded, byte for byte, atomic, and the same as a patch."""

from __future__ import annotations

import os
import pathlib
import shutil
import stat
import subprocess
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cblint import fix
from cblint.fix import Change, Refused, differences, fix_bytes, fix_files, fixed_text
from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, lint_text
from cblint.linter import Settings as LintSettings
from tests.bounds import draws
from tests.helpers import HEAD, ISOLATED, commands, finding, stream
from tests.hosts import HOSTS

DEFECTS = commands('echo "a: b"', "make", "[ -f x ]") + "  prebuild:\n    commands: [make]\n"
FIXED = commands("'echo \"a: b\"'", "make", "'[ -f x ]'") + "  pre_build:\n    commands: [make]\n"


def applied(text: str, *edits: tuple[int, int, str], where: str = "", safe: bool = True, unsafe: bool = False) -> str:
    """The text after one artificial finding with these edits is fixed."""
    return fixed_text(text, [finding(text, (0, 1), edits=edits, safe=safe, where=where)], unsafe)[0]


def replaced(text: str, old: str, new: str) -> tuple[int, int, str]:
    """The edit that replaces the only place of a string."""
    assert text.count(old) == 1
    return text.index(old), text.index(old) + len(old), new


def fixed(folder: pathlib.Path, content: str | bytes, unsafe: bool = False) -> bytes:
    """A file's bytes after it is fixed."""
    path = folder / "buildspec.yml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for change in fix_files([str(path)], ISOLATED, unsafe, write=True):
        assert change.refused == ""
    return path.read_bytes()


# The guard


GUARDED = """\
version: 0.2
env:
  variables: {A: 1, B: .nan, C: !tag x, D: !tag {x: y}}
phases:
  build: &b
    commands:
      - one
      - two
  build2:
    <<: *b
    finally: [x]
"""
COMMANDS = "phases.build.commands"


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("- one", "- 1", f"{COMMANDS}[0]"),
        ("- one", "- [one]", f"{COMMANDS}[0]"),
        ("- one", "- {one: two}", COMMANDS),
        ("- one\n", "- one\n      - more\n", COMMANDS),
        ("      - two\n", "", COMMANDS),
        ("[x]", "[y]", "phases.build2.finally"),
        ("finally", "always", "phases.build2.finally"),
        ("A: 1", "A: '1'", "env.variables.A"),
        ("version: 0.2\n", "version: 0.2 # the version\n", "phases"),
        ("version: 0.2\n", "version:   0.2\n", "phases"),
        (".nan", ".NaN", "phases"),
    ],
)
def test_the_guard_lets_a_fix_change_its_own_place(old: str, new: str, where: str) -> None:
    text = GUARDED.replace("<<: *b", "on-failure: ABORT")
    assert applied(text, replaced(text, old, new), where=where) == text.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("- one", "- 1", f"{COMMANDS}[1]", f"the fix would also change {COMMANDS}[0]"),
        ("- one", "- 1", f"{COMMANDS}[01]", f"the fix would also change {COMMANDS}[0]"),
        ("- one", "- 1", f"{COMMANDS}[0].x", f"the fix would also change {COMMANDS}[0]"),
        ("- one\n", "- one\n      - more\n", f"{COMMANDS}[0]", f"the fix would also change {COMMANDS}"),
        ("[x]", "[y]", "phases.build", "the fix would also change phases.build2.finally[0]"),
        ("finally", "always", "phases.build", "the fix would also change phases.build2.finally"),
        ("A: 1", "A: '1'", "env.variables.B", "the fix would also change env.variables.A"),
        ("A: 1", "A: 1.0", "env.variables.B", "the fix would also change env.variables.A"),
        (".nan", "1", "env.variables.A", "the fix would also change env.variables.B"),
        ("!tag x", "!gat x", "env.variables.A", "the fix would also change env.variables.C"),
        ("!tag x", "!tag y", "env.variables.A", "the fix would also change env.variables.C"),
        ("version: 0.2\n", "version: 0.2\nx: 1\n", "version", "the fix would also change the whole file"),
        ("version: 0.2\n", "version: 0.2\n---\n", "version", "the fix would change how many documents the file has"),
        ("phases:", "phases: [", "phases", "ruamel.yaml cannot load it"),
        ("- one", "- @one", f"{COMMANDS}[0]", "ruamel.yaml cannot load it"),
    ],
)
def test_the_guard_refuses_a_fix_that_changes_something_else(old: str, new: str, where: str, message: str) -> None:
    text = GUARDED.replace("<<: *b", "on-failure: ABORT")
    with pytest.raises(Refused) as caught:
        applied(text, replaced(text, old, new), where=where)
    assert str(caught.value).startswith(message)


def test_what_ruamel_cannot_load_is_not_fixed() -> None:
    text = "a: \t1 # a tab that libyaml allows\nb: 2\n"
    assert stream(text).problem is None
    with pytest.raises(Refused, match=r"^ruamel\.yaml cannot load it \(ScannerError\), so the fix cannot be checked$"):
        applied(text, replaced(text, "2", "3"), where="b")


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, ["a"]),
        ({"a": 1}, {"a": True}, ["a"]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, [""]),
        ({"a": 1, "b": 2}, {"A": 1, "b": 3}, ["a", "b"]),
        ({"x": {"a": 1, "b": 2}}, {"x": {"a": 3, "b": 2, "c": 1}}, ["x", "x.a"]),
        ({"x": {"a": 1, "b": 2}}, {"x": {"b": 1, "c": 2}}, ["x", "x.b"]),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, ["a.b[1]"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a"]),
        ([[1]], [[2]], ["[0][0]"]),
        ({"a": {}}, {"a": []}, ["a"]),
        (1, None, [""]),
    ],
)
def test_differences_are_named_by_the_path_of_the_old(old: object, new: object, paths: list[str]) -> None:
    assert list(differences(old, new)) == paths


# Which fixes are applied


def test_of_overlapping_fixes_the_first_is_applied() -> None:
    text = "a: [b, c, d]\n"
    first = finding(text, (3, 4), edits=[(4, 8, "x, y")], where="a")
    second = finding(text, (4, 5), edits=[(7, 11, "z, w")], where="a")
    assert fixed_text(text, [first, second], False) == ("a: [x, y, d]\n", 1)
    assert fixed_text(text, [second, first], False) == ("a: [b, z, w]\n", 1)


def test_a_fix_is_applied_as_a_whole_or_not_at_all() -> None:
    text = "a: [b, c, d]\n"
    first = finding(text, (3, 4), edits=[(7, 8, "x")], where="a")
    second = finding(text, (4, 5), edits=[(4, 5, "y"), (7, 8, "z")], where="a")
    assert fixed_text(text, [first, second], False) == ("a: [b, x, d]\n", 1)


def test_fixes_that_touch_do_not_overlap() -> None:
    text = "a: [b, c, d]\n"
    found = [finding(text, (4, 5), edits=[(start, start + 1, new)], where="a") for start, new in ((4, "x"), (5, " ,"))]
    assert fixed_text(text, found, False) == fixed_text(text, found[::-1], False) == ("a: [x , c, d]\n", 2)


def test_a_fix_that_is_not_safe_needs_to_be_asked_for() -> None:
    text = "a: b\n"
    edit = (3, 4, "c")
    assert applied(text, edit, where="a", safe=False) == text
    assert applied(text, edit, where="a", safe=False, unsafe=True) == "a: c\n"
    assert applied(text, edit, where="a", unsafe=True) == "a: c\n"


def test_a_suppressed_finding_is_not_fixed(tmp_path: pathlib.Path) -> None:
    text = commands('echo "a: b" # cblint: ignore[command-not-string]', 'echo "c: d"')
    after = text.replace('echo "c: d"', "'echo \"c: d\"'")
    assert fixed(tmp_path, text) == after.encode()


def test_without_anything_to_fix_the_text_is_the_same() -> None:
    assert fixed_text("a: b\n", [], True) == ("a: b\n", 0)
    # Not even loaded: it is no YAML.
    assert fixed_text("[", [finding("[", (0, 1))], True) == ("[", 0)


# Files


def test_a_file_is_fixed_and_told_of(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pathlib.Path("buildspec.yml").write_text(DEFECTS)
    pathlib.Path("clean-buildspec.yml").write_text(FIXED)
    (change,) = fix_files(["."], ISOLATED, False, write=True)
    assert (change.path, change.fixed, change.refused) == ("buildspec.yml", 3, "")
    assert pathlib.Path("buildspec.yml").read_text() == FIXED
    assert fix_files(["."], ISOLATED, False, write=True) == []


def test_a_fix_can_make_room_for_another(tmp_path: pathlib.Path) -> None:
    text = commands("make # cblint: ignore[CB1003, CB1004, CB1003] -- why", "make")
    assert fixed(tmp_path, text) == commands("make", "make").encode()


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf# \xc3\xa9\n", b"\n\n"])
@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n  \n", b"\n# \xe6\xbc\xa2", b"\n..."])
def test_everything_else_stays_byte_for_byte(tmp_path: pathlib.Path, newline: bytes, start: bytes, end: bytes) -> None:
    def whole(text: str) -> bytes:
        return (start + text.encode().rstrip(b"\n") + end).replace(b"\n", newline)

    assert fixed(tmp_path, whole(DEFECTS)) == whole(FIXED)


def test_mixed_line_ends_stay(tmp_path: pathlib.Path) -> None:
    mixed = DEFECTS.encode().replace(b"\n", b"\r\n", 3)
    assert fixed(tmp_path, mixed) == FIXED.encode().replace(b"\n", b"\r\n", 3)


def test_a_file_that_changed_in_the_meantime_is_left_alone(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "buildspec.yml"
    path.write_text(DEFECTS)

    def slow(text: str, candidate: Candidate, settings: LintSettings) -> FileResult:
        path.write_text(DEFECTS + "# saved by an editor\n")
        return lint_text(text, candidate, settings)

    monkeypatch.setattr(fix, "lint_text", slow)
    (change,) = fix_files([str(path)], ISOLATED, False, write=True)
    assert (change.fixed, change.refused, change.patch) == (0, "it was changed in the meantime", ())
    assert path.read_text() == DEFECTS + "# saved by an editor\n"


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o664])
def test_the_mode_of_a_file_stays(tmp_path: pathlib.Path, mode: int) -> None:
    path = tmp_path / "buildspec.yml"
    path.write_text(DEFECTS)
    path.chmod(mode)
    fix_files([str(path)], ISOLATED, False, write=True)
    assert path.read_text() == FIXED
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_link_stays_and_what_it_leads_to_is_fixed(tmp_path: pathlib.Path) -> None:
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "spec.yml"
    real.write_text(DEFECTS)
    link = tmp_path / "buildspec.yml"
    link.symlink_to("real/spec.yml")
    fix_files([str(link)], ISOLATED, False, write=True)
    assert link.is_symlink()
    assert real.read_text() == FIXED
    assert sorted(os.listdir(tmp_path)) == ["buildspec.yml", "real"]
    assert os.listdir(tmp_path / "real") == ["spec.yml"]


def test_a_write_that_fails_leaves_the_file_and_nothing_else(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "buildspec.yml"
    path.write_text(DEFECTS)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    (change,) = fix_files([str(path)], ISOLATED, False, write=True)
    assert change == Change(str(path), refused="it cannot be written: No space left on device")
    assert path.read_text() == DEFECTS
    assert os.listdir(tmp_path) == ["buildspec.yml"]


def test_a_refused_fix_leaves_the_file_and_says_why(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "buildspec.yml"
    text = "version: 0.2\nphases: &p\n  prebuild: {commands: [make]}\nenv: {<<: *p}\n"
    path.write_text(text)
    (change,) = fix_files([str(path)], ISOLATED, False, write=True)
    assert change == Change(str(path), refused="the fix would also change env.prebuild")
    assert path.read_text() == text


def test_a_fix_after_which_the_same_is_said_again_is_taken_back(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lint(text: str, candidate: Candidate, settings: LintSettings) -> FileResult:
        result = lint_text(text, candidate, settings)
        place = text.index("phases:")
        vain = finding(text, (0, 7), edits=((place, place, "# in vain\n"),), rule="vain")
        return result._replace(findings=(vain, *result.findings))

    monkeypatch.setattr("cblint.fix.lint_text", lint)
    path = tmp_path / "buildspec.yml"
    path.write_text(DEFECTS)
    (change,) = fix_files([str(path)], ISOLATED, False, write=True)
    assert (change.fixed, change.refused) == (3, "")
    assert path.read_text() == FIXED


def test_what_cannot_be_read_is_passed_over(tmp_path: pathlib.Path) -> None:
    (tmp_path / "buildspec.yml").write_bytes(b"\xff\xfe")
    paths = [str(tmp_path / name) for name in ("buildspec.yml", "none.yml")]
    assert fix_files(paths, ISOLATED, False, write=True) == []


def test_a_preview_writes_nothing(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "buildspec.yml"
    path.write_text(DEFECTS)
    (change,) = fix_files([str(path)], ISOLATED, False, write=False)
    assert change.fixed == 3
    assert path.read_text() == DEFECTS


# Patches


TAIL = "# 1\n# 2\n# 3\n# 4\n"
CONTENTS: dict[str, str] = {
    "plain": DEFECTS,
    "hunks": commands('echo "a: b"') + TAIL * 5 + "artifacts: {files: [a]}\n" + TAIL + "env: {shell: bash}\n",
    "many": HEAD + "".join(f'      - echo "a: {number}"\n' + TAIL for number in range(9)),
    "no line end": DEFECTS + "artifacts: {files: [a]}",
    "defect without line end": commands("make", '[ "a" ]').rstrip("\n"),
    "CRLF": DEFECTS.replace("\n", "\r\n"),
    "CRLF without line end": DEFECTS.replace("\n", "\r\n").rstrip(),
    "byte order mark": "\ufeffphases: {prebuild: {commands: [make]}}\nversion: 0.2\n",
    "wide": commands('echo "漢字: é😀"'),
    "other line ends": commands('echo "a: b"', "'make \u2028 c'"),
    "a line that looks like a header": commands("|\n        --- a/x\n        +++ b/x", 'echo "a: b"'),
}  # fmt: skip
NAMES = [
    "buildspec.yml",
    "a/b c/my buildspec.yml",
    "ünïcode-buildspec.yml",
    'quo"te\\buildspec.yml',
    "tab\tbuildspec.yml",
]


def patched(folder: pathlib.Path, program: list[str], patch: bytes) -> None:
    """Apply a patch in a folder; any complaint fails the test."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    done = subprocess.run(program, input=patch, cwd=folder, capture_output=True, check=False, env=environment)
    assert done.returncode == 0, (done.stderr, done.stdout, patch)


def git(folder: pathlib.Path) -> list[str]:
    """``git apply``, in a repository of its own."""
    patched(folder, ["git", "init", "--quiet"], b"")
    return ["git", "apply", "--whitespace=nowarn"]


def program(name: str, folder: pathlib.Path) -> list[str]:
    """The program that applies a patch; the test is skipped where it is not installed."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return git(folder) if name == "git" else ["patch", "-p1"]


@pytest.mark.parametrize("tool", ["git", "patch"])
@pytest.mark.parametrize("content", CONTENTS)
def test_the_patch_makes_the_fixed_file(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, tool: str, content: str
) -> None:
    monkeypatch.chdir(tmp_path)
    _compare("buildspec.yml", "buildspec.yml", CONTENTS[content].encode(), program(tool, tmp_path))


@pytest.mark.parametrize("tool", ["git", "patch"])
@pytest.mark.parametrize("name", NAMES)
def test_the_patch_finds_its_file(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, tool: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    _compare(name, name, DEFECTS.encode(), program(tool, tmp_path))


@pytest.mark.parametrize(
    "host", ["substituted block", "template in JSON", "indented here-document", "fence in a quotation"]
)
def test_the_patch_makes_a_fixed_file_of_another_format(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.chdir(tmp_path)
    hosted = HOSTS[host](DEFECTS)
    made = _compare(hosted.path, hosted.path, hosted.text.encode(), program("git", tmp_path))
    assert made.decode() == HOSTS[host](FIXED).text


@pytest.mark.parametrize("tool", ["git", "patch"])
@pytest.mark.parametrize("given", ["./buildspec.yml", "x/../buildspec.yml", "{}/buildspec.yml", "."])
def test_however_the_file_is_given(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, tool: str, given: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").mkdir()
    _compare("buildspec.yml", given.format(tmp_path), DEFECTS.encode(), program(tool, tmp_path))


def _compare(name: str, given: str, content: bytes, tool: list[str]) -> bytes:
    """Patch one copy of a file in the working directory, fix the other: both must be the same, which is returned."""
    here = pathlib.Path.cwd()
    path = here / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    (change,) = fix_files([given], ISOLATED, False, write=False)
    assert change.refused == ""
    # As the command line writes it.
    patch = "".join(change.patch).encode("utf-8", "backslashreplace")
    patched(here, tool, patch)
    made = path.read_bytes()
    path.write_bytes(content)
    fix_files([given], ISOLATED, False, write=True)
    assert made == path.read_bytes()
    assert made != content
    return made


def test_bytes_are_fixed_under_a_name_without_a_file() -> None:
    change, new = fix_bytes(DEFECTS.encode(), Candidate("ci/buildspec.yml", True), ISOLATED, False)
    assert new == FIXED.encode()
    assert (change.path, change.fixed, change.refused) == ("ci/buildspec.yml", 3, "")
    assert change.patch[:2] == ("--- a/ci/buildspec.yml\n", "+++ b/ci/buildspec.yml\n")
    assert fix_bytes(new, Candidate("buildspec.yml", True), ISOLATED, False) == (Change("buildspec.yml"), new)
    assert fix_bytes(b"\xff", Candidate("buildspec.yml", True), ISOLATED, False) == (Change("buildspec.yml"), b"\xff")


# The property


Pair = tuple[str, str]
"""Lines before and after, with a line end each."""

WORDS = st.sampled_from(["a", "it's", "$X", "漢字", "é", "-f x", "b\\c", '"q"', "100%"])


def _mended(command: str, behind: str) -> Pair:
    """A command in quotes, unless a comment may begin inside a quote of the shell."""
    before = f"- {command}{behind}\n"
    quoted = command.replace("'", "''")
    return before, before if behind and "'" in command else f"- '{quoted}'{behind}\n"


@st.composite
def items(draw: st.DrawFn) -> Pair:
    """An item of a command list, indented by nothing: clean, or with a defect that is fixed."""
    word = draw(WORDS)
    quoted = word.replace("'", "''")
    behind = draw(st.sampled_from(["", "", " # why"]))
    unused = draw(st.sampled_from(["CB1004", "duplicate-key", "CB1004, cb1004"]))
    ways: list[Pair] = [
        (f"- make {word}{behind}\n",) * 2,
        ("- 42\n",) * 2,
        (f"- 'echo \"a: {quoted}\"'\n",) * 2,
        (f"- |\n  make {word}\n\n    # a: b\n  more\n",) * 2,
        (f"- >-\n  make\n  {word}\n# why\n",) * 2,
        _mended(f"echo x: {word}", behind),
        _mended(f"echo {word}:", behind),
        (f"- [ x ]{behind}\n", f"- '[ x ]'{behind}\n"),
        (f"- {{ make; }}{behind}\n", f"- '{{ make; }}'{behind}\n"),
        (f"- make {word} # cblint: ignore[{unused}] -- why\n", f"- make {word}\n"),
        (f"# cblint: ignore[{unused}]\n- make {word}\n", f"- make {word}\n"),
        (f"- |\n  make\n  # cblint: ignore[{unused}] -- {word}\n  more\n", "- |\n  make\n  more\n"),
        (
            "- echo x: y # cblint: ignore[CB1004, command-not-string] -- why\n",
            "- echo x: y # cblint: ignore[command-not-string] -- why\n",
        ),
    ]
    return draw(st.sampled_from(ways))


def indented(text: str, by: str) -> str:
    return "".join(by + line if line.strip() else line for line in text.splitlines(keepends=True))


PHASES = {
    "install": ["install", "Install", "instal"],
    "pre_build": ["pre_build", "prebuild", "pre-build"],
    "build": ["build", "buidl", "buildd"],
    "post_build": ["post_build", "post_buil", "Post_build"],
}


@st.composite
def buildspecs(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A buildspec with defects, and what it is when they are fixed."""
    before = after = "version: 0.2 # é\n\nphases:\n"
    for phase in draw(st.lists(st.sampled_from(list(PHASES)), min_size=1, max_size=3, unique=True)):
        quote = draw(st.sampled_from(["", "", "'", '"']))
        before += f"  {quote}{draw(st.sampled_from(PHASES[phase]))}{quote}:\n"
        after += f"  {quote}{phase}{quote}:\n"
        for key in draw(st.sampled_from([["commands"], ["commands", "finally"]])):
            old, new = zip(*draw(st.lists(items(), min_size=1, max_size=4)), strict=True)
            by = " " * draw(st.integers(4, 7))
            before += f"    {key}:\n" + indented("".join(old), by)
            after += f"    {key}:\n" + indented("".join(new), by)
    end = draw(st.sampled_from(["artifacts: {files: [a]}\n", "\n# end\n", "env: {shell: bash}"]))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    mark = draw(st.sampled_from(["", "\ufeff"]))
    old_text, new_text = ((mark + text + end).replace("\n", newline).encode() for text in (before, after))
    return old_text, new_text


@given(buildspecs())
@settings(max_examples=draws(60))
def test_defects_are_fixed_and_nothing_else_changes(both: tuple[bytes, bytes]) -> None:
    before, after = both
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "buildspec.yml")
        path.write_bytes(before)
        chosen = LintSettings(isolated=True, select=("CB1", "CB9"))
        for change in fix_files([str(path)], chosen, False, write=True):
            assert change.refused == ""
        assert path.read_bytes() == after
        assert stream(after.decode("utf-8-sig")).problem is None
        assert fix_files([str(path)], chosen, False, write=True) == []
        assert path.read_bytes() == after
