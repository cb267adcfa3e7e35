"""Input from strangers: every bad file gets a message that names it, stops no other, and steers no terminal or CI."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

import pytest

from cblint.hosts.discover import Candidate
from cblint.linter import lint_bytes
from cblint.report import FORMATS, Style, render
from cblint.running import result_of
from tests.bounds import ALL, no_hanging
from tests.helpers import HEAD, ISOLATED, commands
from tests.integration.conftest import DEFECT, Cblint, assert_harmless

SAID = "error[command-not-string]"
LONG = 1_000_000 if ALL else 100_000
"""Characters of what is long in a file that is read."""


class Bad(NamedTuple):
    """A bad file: how to make it, the exit status when it is named, and what is said of it."""

    make: Callable[[], bytes]
    status: int
    said: str


def _indented(depth: int) -> bytes:
    return b"".join(b" " * level + b"a:\n" for level in range(depth))


def _laughs(start: str, link: Callable[[int], str]) -> bytes:
    return "".join([f"a0: &a0 {start}\n", *(f"a{level}: &a{level} {link(level)}\n" for level in range(1, 30))]).encode()


TOO_DEEP = "nests lists and mappings deeper than 200 levels"
TOO_MANY = "expands to more than 1,000,000 nodes through its aliases"
BAD: dict[str, Bad] = {
    "binary": Bad(lambda: bytes(range(256)) * 20, 2, "is a binary file"),
    "an image": Bad(lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 100, 2, "is a binary file"),
    "UTF-16": Bad(lambda: DEFECT.encode("utf-16"), 2, "is encoded in UTF-16, not UTF-8"),
    "UTF-16 of the other kind": Bad(lambda: b"\xfe\xff" + DEFECT.encode("utf-16-be"), 2, "is encoded in UTF-16"),
    "UTF-16 without a mark": Bad(lambda: DEFECT.encode("utf-16-le"), 2, "is a binary file"),
    "no UTF-8": Bad(lambda: DEFECT.encode() + b"# caf\xe9\n", 2, "is not UTF-8: byte 0xE9 on line 6"),
    "an overlong NUL": Bad(lambda: DEFECT.encode() + b"# \xc0\x80\n", 2, "is not UTF-8: byte 0xC0 on line 6"),
    "a surrogate in UTF-8": Bad(lambda: DEFECT.encode() + b"# \xed\xa0\x80\n", 2, "is not UTF-8: byte 0xED on line 6"),
    "NUL in text": Bad(lambda: DEFECT.encode() + b"# \0\n", 2, "is a binary file"),
    "5 MB": Bad(lambda: DEFECT.encode() + b"# " + b"x" * 5_000_000, 2, "is larger than 4 MB"),
    "100,000 [": Bad(lambda: b"[" * 100_000, 2, TOO_DEEP),
    "100,000 [ in a command": Bad(lambda: HEAD.encode() + b"      - " + b"[" * 100_000, 2, TOO_DEEP),
    "100,000 {a:": Bad(lambda: b"{a: " * 100_000, 2, TOO_DEEP),
    "100,000 [{": Bad(lambda: b"[{a: " * 100_000, 2, TOO_DEEP),
    "100,000 pairs of brackets": Bad(lambda: b"[" * 100_000 + b"]" * 100_000, 2, TOO_DEEP),
    "100,000 dashes": Bad(lambda: b"- " * 100_000 + b"a\n", 2, TOO_DEEP),
    "100,000 question marks": Bad(lambda: b"? " * 100_000 + b"a\n", 2, TOO_DEEP),
    "2,000 indented keys": Bad(lambda: _indented(2000), 2, TOO_DEEP),
    "billion laughs": Bad(lambda: _laughs("[x, x]", lambda n: f"[{', '.join([f'*a{n - 1}'] * 9)}]"), 2, TOO_MANY),
    "laughs in mappings": Bad(
        lambda: _laughs("{k: v}", lambda n: "{" + ", ".join(f"k{i}: *a{n - 1}" for i in range(9)) + "}"), 2, TOO_MANY
    ),
    "laughs in merge keys": Bad(
        lambda: _laughs("{k: v}", lambda n: f"{{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}"), 2, TOO_MANY
    ),
    "an anchor that contains itself": Bad(lambda: b"phases: &a\n  build: *a\n", 2, "has an anchor, &a, that contains"),
    "a list that contains itself": Bad(lambda: b"phases: &a [*a]\n", 2, "has an anchor, &a, that contains itself"),
    "an alias to nothing": Bad(lambda: b"phases: *nothing\n", 1, "error[yaml-syntax-error]"),
    "a long line": Bad(lambda: HEAD.encode() + b"      - " + b"x" * LONG + b": y\n", 1, "error[yaml-syntax-error]"),
    "a long line in quotes": Bad(
        lambda: HEAD.encode() + b'      - "' + b"\\x41" * (LONG // 4) + b'"\n      - {}\n', 1, SAID
    ),
    "a long key": Bad(lambda: b"phases:\n  ? " + b"x" * LONG + b"\n  : {}\n", 1, "error[unknown-phase]"),
    "a long name of an anchor": Bad(lambda: HEAD.encode() + b"      - &" + b"x" * LONG + b" {}\n", 1, SAID),
    "line ends": Bad(lambda: b"\n" * (LONG // 2) + DEFECT.encode(), 1, SAID),
    "carriage returns": Bad(lambda: DEFECT.replace("\n", "\r").encode() + b"\r" * (LONG // 2), 1, SAID),
    "a tab for indentation": Bad(lambda: b"phases:\n\tbuild:\n", 1, "error[yaml-syntax-error]"),
    "an escape sequence": Bad(lambda: HEAD.encode() + b"      - echo \x1b[31m\n", 1, "error[yaml-syntax-error]"),
    "U+FFFF": Bad(lambda: HEAD.encode() + "      - echo \uffff\n".encode(), 1, "error[yaml-syntax-error]"),
    "a tag that Python loaders run": Bad(
        lambda: HEAD.encode() + b"      - !!python/object/apply:os.system [touch pwned]\n", 1, SAID
    ),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_file_is_named_and_the_others_are_linted(cblint: Cblint, bad: Bad) -> None:
    cblint.put({"a-buildspec.yml": DEFECT, "bad-buildspec.yml": bad.make(), "c-buildspec.yml": DEFECT})
    with no_hanging():
        named = cblint("a-buildspec.yml", "bad-buildspec.yml", "c-buildspec.yml")
        found = cblint(".")
    assert named.status == bad.status
    assert found.status == 1
    for done in (named, found):
        assert done.stdout.count("a-buildspec.yml:5:16: " + SAID) == 1
        assert done.stdout.count("c-buildspec.yml:5:16: " + SAID) == 1
        said = [line.removeprefix("cblint: ") for line in done.lines + done.stderr.splitlines()]
        assert len([line for line in said if line.startswith("bad-buildspec.yml") and bad.said in line]) == 1
        assert_harmless(done.out + done.err)
    if bad.status == 2:
        assert f"cblint: bad-buildspec.yml {bad.said}" in named.stderr
        assert found.err == b""
    assert not (cblint.folder / "pwned").exists()


def test_a_process_survives_all_bad_files_and_lints_the_others(cblint: Cblint) -> None:
    names = [f"{number}/bad-buildspec.yml" for number in range(len(BAD))]
    cblint.put({name: bad.make() for name, bad in zip(names, BAD.values(), strict=True)})
    cblint.put({"a-buildspec.yml": DEFECT, "z/buildspec.yml": DEFECT})
    for jobs in ("1", "2"):
        done = cblint.process("check", "a-buildspec.yml", *names, "z/buildspec.yml", "--jobs", jobs, timeout=100)
        assert done.status == 2
        said = [line.removeprefix("cblint: ") for line in done.lines + done.stderr.splitlines()]
        for name, bad in zip(names, BAD.values(), strict=True):
            assert len([line for line in said if line.startswith(name) and bad.said in line]) == 1
        for name in ("a-buildspec.yml", "z/buildspec.yml"):
            assert done.stdout.count(f"{name}:5:16: {SAID}") == 1


@pytest.mark.parametrize("bad", [bad for bad in BAD.values() if bad.status == 2], ids=lambda bad: bad.said)
def test_a_bad_file_is_named_in_every_format(cblint: Cblint, bad: Bad) -> None:
    cblint.put({"bad-buildspec.yml": bad.make(), "c-buildspec.yml": DEFECT})
    for format_, done in cblint.in_every_format("bad-buildspec.yml", "c-buildspec.yml").items():
        assert (done.status, "command-not-string" in done.stdout) == (2, True)
        assert f"bad-buildspec.yml {bad.said}" in done.stderr
        if format_ == "json":
            assert done.skipped["bad-buildspec.yml"].startswith(bad.said)
            found = cblint("--format", "json")
            assert found.skipped["bad-buildspec.yml"].startswith(bad.said)
            assert (found.status, found.err) == (1, b"")


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_file_on_standard_input(cblint: Cblint, bad: Bad) -> None:
    done = cblint("-", stdin=bad.make())
    assert done.status == bad.status
    assert bad.said in done.stdout + done.stderr
    assert_harmless(done.out + done.err)


def test_50_mb_are_not_read(cblint: Cblint) -> None:
    cblint.put({"c-buildspec.yml": DEFECT})
    with open(cblint.folder / "bad-buildspec.yml", "wb") as file:
        file.truncate(50_000_000)
    assert cblint.process("check", timeout=100).status == 1
    done = cblint.process("check", "bad-buildspec.yml", "c-buildspec.yml", timeout=100)
    assert (done.status, SAID in done.stdout) == (2, True)
    assert done.stderr == "cblint: bad-buildspec.yml is larger than 4 MB\n"


def test_endless_input_is_not_read_to_its_end(cblint: Cblint) -> None:
    if not os.path.exists("/dev/zero"):
        pytest.skip("there is no /dev/zero here")
    done = cblint.process("check", "/dev/zero", timeout=100)
    assert (done.status, done.stderr) == (2, "cblint: /dev/zero is larger than 4 MB\n")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing.yml", "cannot be read: No such file or directory"),
        ("missing/", "cannot be read: No such file or directory"),
        ("buildspec.yml/", "cannot be read: Not a directory"),
        ("buildspec.yml/buildspec.yml", "cannot be read: Not a directory"),
        ("x" * 300, "cannot be read: File name too long"),
        ("loop-buildspec.yml", "cannot be read: Too many levels of symbolic links"),
        ("nowhere-buildspec.yml", "cannot be read: No such file or directory"),
        ("", "cannot be read: No such file or directory"),
    ],
)
def test_a_name_that_leads_nowhere(cblint: Cblint, name: str, why: str) -> None:
    cblint.put({"buildspec.yml": DEFECT, "other.yml": DEFECT})
    (cblint.folder / "loop-buildspec.yml").symlink_to("loop-buildspec.yml")
    (cblint.folder / "nowhere-buildspec.yml").symlink_to("nowhere")
    for paths in ((name, "other.yml"), ("other.yml", name)):
        done = cblint(*paths, "--format", "concise")
        assert (done.status, done.stdout.count(SAID)) == (2, 1)
        assert done.stderr.endswith(f" {why}\n")
        assert done.stderr.count("\n") == 1
        assert name.rstrip("/") in done.stderr


# Names

NAMES = {
    "a newline": b"a\nbuildspec.yml",
    "a line that GitHub reads": b"a\n::error::buildspec.yml",
    "a command to GitHub": b"::error::buildspec.yml",
    "a command after a blank": b" ::stop-commands::buildspec.yml",
    "an older command to GitHub": b"x ##[error]buildspec.yml",
    "a command to Azure": b"##vso[task.complete result=Failed]buildspec.yml",
    "an ANSI escape": b"\x1b[31mbuildspec.yml",
    "a title of the terminal": b"\x1b]0;title\x07buildspec.yml",
    "a carriage return": b"buildspec\rfake.yml",
    "a backspace": b"buildspec\x08\x08.yml",
    "a tab": b"a\tbuildspec.yml",
    "DEL": b"\x7fbuildspec.yml",
    "a C1 control": "\x9b31mbuildspec.yml".encode(),
    "a byte that is no UTF-8": b"caf\xe9-buildspec.yml",
    "a surrogate": b"\xed\xa0\x80-buildspec.yml",
    "an override of direction": "\u202elmy.cepsdliub-buildspec.yml".encode(),
    "a line separator": "a\u2028buildspec.yml".encode(),
    "a colon": b"a:1:1: error: buildspec.yml",
    "quotes": b"\"'$(x)`buildspec.yml",
    "markup": b"<img src=x onerror=alert(1)>]]>&#10;\"'@x #1 [x](y) |`buildspec.yml",
    "an escaped line end": b"%0A::set-output name=a::b,=%250Abuildspec.yml",
    "a wide character": "\U0001f600buildspec.yml".encode(),
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("content", [DEFECT.encode(), b"\xff\xfe"], ids=["a defect", "UTF-16"])
def test_a_name_can_do_no_harm(cblint: Cblint, name: bytes, content: bytes) -> None:
    try:
        with open(os.path.join(os.fsencode(cblint.folder), name), "wb") as file:
            file.write(content)
    except OSError:
        pytest.skip("the file system refuses the name")
    cblint.put({"z-buildspec.yml": DEFECT})
    path = os.fsdecode(name)
    every_found = cblint.in_every_format(".", "--statistics", "--timings")
    every_named = cblint.in_every_format(path, "z-buildspec.yml", "--timings")
    for format_ in FORMATS:
        found, named = every_found[format_], every_named[format_]
        assert found.status == 1
        assert named.status == (1 if content == DEFECT.encode() else 2)
        for done in (found, named):
            assert_harmless(done.out + done.err, format_)
            assert "z-buildspec.yml" in done.stdout
            if format_ != "json":
                assert (done.stdout + done.stderr).count("buildspec") > done.stdout.count("z-buildspec")
    assert_harmless(cblint("--list-files").out)
    assert len(cblint("--list-files").lines) == 2
    document = cblint("--format", "json").json
    paths = {finding["path"] for finding in document["findings"]}
    paths |= {skip["path"] for skip in document["summary"]["skipped"]}
    assert paths == {path, "z-buildspec.yml"}


def test_a_name_in_bytes_on_the_command_line(cblint: Cblint) -> None:
    with open(os.path.join(os.fsencode(cblint.folder), b"caf\xe9-buildspec.yml"), "wb") as file:
        file.write(DEFECT.encode())
    for format_, done in cblint.in_every_format(b"caf\xe9-buildspec.yml", process=True).items():
        assert done.status == 1
        assert_harmless(done.out + done.err, format_)
    done = cblint.process("check", b"missing\xe9\x1b\n::x::.yml")
    assert (done.status, done.stderr.count("\n")) == (2, 1)
    assert_harmless(done.out + done.err)


# What a file says


@pytest.mark.parametrize(
    "text",
    [
        "::error::x",
        "a ::stop-commands::x",
        "##[add-mask]x",
        "##vso[task.setvariable variable=x]y",
        "###[error]",
        "\u202egnp.exe",
        "\u200b\u2066\u00ad",
        "\x85\x9b",
        "\u2028::error::x",
        "\ufeff",
    ],
)
def test_the_content_can_do_no_harm(cblint: Cblint, text: str) -> None:
    quoted = "".join(f"\\U{ord(char):08X}" for char in text)
    texts = {
        "a key": f'version: 0.2\nphases:\n  "{text}": {{}}\n',
        "an escaped key": f'version: 0.2\nphases:\n  "{quoted}": {{}}\n',
        "a name twice": f'version: 0.2\nphases: {{}}\nenv:\n  "{text}": 1\n  "{text}": 2\n',
        "a command": commands(f'echo "a: b" {text}', f"{text}: x", f"'{text}"),
        "a comment": commands(f"make # cblint: {text}", f"make # cblint: ignore[{text.replace(' ', '')}]"),
        "an alias": commands(f"*{text}"),
        "a line of its own": f"phases:\n{text}\n  - x: [\n",
    }
    for name, content in texts.items():
        cblint.put({"buildspec.yml": content})
        for format_, done in cblint.in_every_format().items():
            assert done.status == 1, name
            assert_harmless(done.out + done.err, format_)


def test_a_command_in_a_long_message_cannot_begin_a_line() -> None:
    for length in range(1, 90):
        text = f"version: 0.2\nphases:\n  {'x' * length} ::stop-commands::abc: {{}}\n"
        result = result_of([lint_bytes(text.encode(), Candidate("buildspec.yml", True), ISOLATED)])
        assert [finding.rule for _, finding in result.findings] == ["unknown-phase"]
        assert_harmless("".join(render("text", result, Style())).encode())


# Configuration

CONFIGURATIONS: dict[str, tuple[str, str | bytes, str]] = {
    "an alias bomb": (".cblint.yml", _laughs("[x]", lambda n: f"[{', '.join([f'*a{n - 1}'] * 9)}]"), ".cblint.yml"),
    "an anchor in itself": (".cblint.yml", "exclude: &a [*a]\n", ".cblint.yml"),
    "depth": (".cblint.yml", "exclude: " + "[" * 100_000, ".cblint.yml"),
    "binary": (".cblint.yml", b"\0\1\2", ".cblint.yml is a binary file"),
    "UTF-16": (".cblint.yml", "profile: x\n".encode("utf-16"), ".cblint.yml is encoded in UTF-16"),
    "no UTF-8": (".cblint.yml", b"# \xe9\n", ".cblint.yml is not UTF-8: byte 0xE9 on line 1"),
    "size": (".cblint.yml", b"#" * 5_000_000, ".cblint.yml is larger than 4 MB"),
    "no YAML": (".cblint.yml", "profile: default\nignore: [\n", ".cblint.yml:2:9 is not valid YAML: "),
    "a control": (".cblint.yml", "profile: \x1b[31m\n", ".cblint.yml:1:10 is not valid YAML: "),
    "no mapping": (".cblint.yml", "- a\n", ".cblint.yml:1:1: the top level must be a mapping"),
    "an unknown key": (".cblint.yml", "profile: default\nfail-no: x\n", '.cblint.yml:2:1: "fail-no" is not known'),
    "a key to run": (".cblint.yml", "plugins: [./evil.py]\n", '.cblint.yml:1:1: "plugins" is not known'),
    "a key that is none": (".cblint.yml", "? [a]\n: b\n", ".cblint.yml:1:3: "),
    "a key that steers": (
        ".cblint.yml",
        '"\\e[31m\\n::error::x": 1\n',
        '.cblint.yml:1:1: "<U+001B>[31m<U+000A>::error',
    ),
    "a value that steers": (".cblint.yml", 'profile: "\\e]0;x\\a"\n', ".cblint.yml:1:10: profile "),
    "a rule that steers": (".cblint.yml", 'ignore: ["\\e[31m ##[error]"]\n', ".cblint.yml:1:10: There is no rule "),
    "a wrong type": (".cblint.yml", "exclude: yes\n", ".cblint.yml:1:10: exclude must be a list"),
    "a wrong item": (".cblint.yml", "exclude: [[a]]\n", ".cblint.yml:1:11: exclude[0] must be "),
    "a wrong word": (".cblint.yml", "fail-on: maybe\n", ".cblint.yml:1:10: fail-on is "),
    "a wrong project": (".cblint.yml", "projects: [{image: x}]\n", '.cblint.yml:1:12: projects[0] has no "buildspecs"'),
    "a wrong variable": (
        ".cblint.yml",
        "projects: [{buildspecs: [a], variables: {A: {}}}]\n",
        ".cblint.yml:1:45: projects[0].variables.A must be ",
    ),
    "a rule that is none": (".cblint.yml", "ignore: [CB1, x]\n", '.cblint.yml:1:15: There is no rule "x"'),
    "a wrong merge": (".cblint.yml", "<<: {exclude: 3}\n", ".cblint.yml:1:15: exclude must be a list"),
    "a merge with an unknown key": (".cblint.yml", "<<: {nope: 3}\n", '.cblint.yml:1:6: "nope" is not known'),
    "no TOML": ("pyproject.toml", "[tool.cblint]\nx = [", "pyproject.toml is not valid TOML: "),
    "TOML of depth": ("pyproject.toml", "[tool.cblint]\nx = " + "[" * 100_000, "pyproject.toml"),
    "TOML of dots": ("pyproject.toml", "[tool.cblint]\n" + "a." * 500_000 + "b = 1\n", "pyproject.toml"),
    "TOML of quotes": ("pyproject.toml", "[tool.cblint]\n" + "'' . " * 200_000 + "b = 1\n", "pyproject.toml"),
    "TOML of tables": ("pyproject.toml", "[tool.cblint." + "a." * 20_000 + "b]\n", "pyproject.toml"),
    "TOML of inline tables": ("pyproject.toml", "[tool.cblint]\nx = " + "{a=" * 20_000, "pyproject.toml"),
    "a TOML table that is none": (
        "pyproject.toml",
        "[tool]\ncblint = 3\n",
        "pyproject.toml [tool.cblint]: the top level",
    ),
    "TOML with a wrong key": (
        "pyproject.toml",
        "[tool.cblint]\nfail-no = 1\n",
        'pyproject.toml [tool.cblint]: "fail-no"',
    ),
    "TOML that steers": (
        "pyproject.toml",
        '[tool.cblint]\n"\\u001b[31m" = 1\n',
        'pyproject.toml [tool.cblint]: "<U+001B>',
    ),
    "TOML with a date": (
        "pyproject.toml",
        "[tool.cblint]\nexclude = 2020-01-01\n",
        "pyproject.toml [tool.cblint]: exclude",
    ),
    "TOML with a long number": ("pyproject.toml", f"[tool.cblint]\nx = {'9' * 10_000}\n", "pyproject.toml"),
}


@pytest.mark.parametrize(("name", "content", "message"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_hostile_configuration_is_a_message(cblint: Cblint, name: str, content: str | bytes, message: str) -> None:
    cblint.put({"buildspec.yml": DEFECT, "sub/.git/HEAD": "", "sub/buildspec.yml": DEFECT, name: content})
    with no_hanging():
        searched = cblint(".", "--format", "concise")
    for done in (searched, cblint("buildspec.yml", "sub/buildspec.yml", "--format", "concise")):
        assert (done.status, done.lines[0].split(" ")[0], len(done.lines)) == (2, "sub/buildspec.yml:5:16:", 1)
        assert done.stderr.startswith(f"cblint: {message}")
        assert done.stderr.count("\n") == 1
        assert_harmless(done.err)
    for paths in (("buildspec.yml", "sub/buildspec.yml"), (".",)):
        isolated = cblint(*paths, "--isolated", "--format", "concise")
        assert (isolated.status, len(isolated.lines), isolated.err) == (1, 2, b"")


@pytest.mark.parametrize("target", ["/etc/passwd", "../outside.yml", "/dev/zero", "sub/../../outside.yml"])
@pytest.mark.parametrize("name", [".cblint.yml", ".cblint.yaml", "pyproject.toml"])
def test_a_configuration_out_of_the_repository_is_not_read(cblint: Cblint, name: str, target: str) -> None:
    (cblint.folder.parent / "outside.yml").write_text("fail-on: never\nsecret-of-the-user: 1\n")
    cblint.put({"buildspec.yml": DEFECT, "sub/empty": ""})
    (cblint.folder / name).symlink_to(target)
    endless = target == "/dev/zero"
    done = cblint.process("check", "buildspec.yml", timeout=100) if endless else cblint("buildspec.yml")
    if endless:  # no regular file: as if it were not there
        assert done.status == 1
    else:
        assert (done.status, done.stderr) == (2, f"cblint: {name} is a link that leads out of the repository\n")
    assert b"secret" not in done.out + done.err
    assert cblint("--isolated").status == 1


def test_a_configuration_may_be_a_link_inside_the_repository(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, "shared/lint.yml": "ignore: [CB1002]\n"})
    (cblint.folder / ".cblint.yml").symlink_to("shared/lint.yml")
    assert cblint().status == 0


def test_a_broken_configuration_is_read_once_for_all_files(cblint: Cblint) -> None:
    names = [f"{number}/buildspec.yml" for number in range(200)]
    cblint.put({**dict.fromkeys(names, DEFECT), ".cblint.yml": "exclude: [\n" + "  - aaaaaaa\n" * 300_000 + "nope\n"})
    done = cblint.process("check", "--jobs", "1", timeout=60)
    assert (done.status, done.stderr.count("\n")) == (2, 1)
