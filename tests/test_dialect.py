"""What is said of dash and of bash called sh is what they do: every row of the table runs in all three shells."""

from __future__ import annotations

import os
import pathlib
import shutil
import string
import subprocess
from collections import Counter
from typing import Any, NamedTuple

import pytest
import yaml

from cblint.buildspec.model import Buildspec
from cblint.checks import bashisms
from cblint.facts import table
from cblint.shell.dialect import Construct, constructs
from cblint.shell.parser import parse
from cblint.shell.script import Script
from cblint.source.text import Text
from cblint.source.tree import Scalar, Sequence
from tests.helpers import stream
from tools import corpus

SEARCHED = "/usr/bin:/bin"
"""The PATH of the scripts, which is all of their environment."""
DASH, BASH_AS_SH = "dash", "sh"
SILENT_IN_SH = {"tilde-argument", "alias"}
"""What bash called sh does in another way without an error."""
SHELLS = (DASH, BASH_AS_SH, "bash")

have_shells = pytest.mark.skipif(
    not all(shutil.which(shell, path=SEARCHED) for shell in ("dash", "bash")), reason="dash or bash is not installed"
)


class Row(NamedTuple):
    """A script, the exit status and output that it has in each shell, and what is found in it."""

    run: str
    outcomes: dict[str, tuple[int, str]]
    finds: list[tuple[str, str]]
    unheard: list[str]
    needs: str


class Outcome(NamedTuple):
    """What a script did: all but ``said``, its errors, is what can be seen of it from outside."""

    status: int
    printed: str
    files: dict[str, str]
    said: str

    @property
    def seen(self) -> tuple[int, str, dict[str, str]]:
        return self.status, self.printed, self.files


def _rows(kind: str) -> list[Row]:
    with open(os.path.join(os.path.dirname(__file__), "data", "dialect.yml"), encoding="utf-8") as file:
        rows: list[dict[str, Any]] = yaml.safe_load(file)[kind]
    return [
        Row(
            row["run"],
            {shell: tuple(row.get(shell, row["bash"])) for shell in SHELLS},
            [(name, text) for name, text in row.get("finds", ())],
            row.get("unheard", []),
            row.get("needs", ""),
        )
        for row in rows
    ]


DIFFER, AGREE = _rows("differ"), _rows("agree")
SCRIPTS = [pytest.param(row, id=row.run) for row in (*DIFFER, *AGREE)]


def _constructs(script: str) -> list[Construct]:
    return list(constructs(parse(Text.of(script))))


def _names(script: str) -> list[str]:
    return [construct.name for construct in _constructs(script)]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The path of each shell; bash is called sh through a link, as on Amazon Linux."""
    found = {shell: shutil.which(shell, path=SEARCHED) or "" for shell in ("dash", "bash")}
    link = tmp_path_factory.mktemp("bin") / "sh"
    link.symlink_to(found["bash"])
    return {**found, BASH_AS_SH: os.fspath(link)}


def _run(program: str, script: str, folder: pathlib.Path, *options: str) -> Outcome:
    """Run a script in a folder of its own, where it finds nothing and no input."""
    inside = folder / "work"
    shutil.rmtree(inside, ignore_errors=True)
    inside.mkdir()
    file = folder / "script.sh"
    file.write_text(script)
    done = subprocess.run(
        [program, *options, os.fspath(file)],
        cwd=inside,
        env={"PATH": SEARCHED},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=20,
    )
    files = {os.fspath(path.relative_to(inside)): path.read_text() for path in inside.rglob("*") if path.is_file()}
    return Outcome(done.returncode, done.stdout, files, done.stderr)


def test_the_table_is_large_and_has_every_kind() -> None:
    facts = table("dialect")
    found = {name for row in DIFFER for name, _ in row.finds}
    assert len(DIFFER) >= 200
    assert len(AGREE) >= 100
    assert set(facts["kinds"]) - found == set()
    assert {f"{name}-option" for name in facts["options"]} - found == set()
    assert found - set(facts["kinds"]) - set(facts["missing"]) - {f"{name}-option" for name in facts["options"]} == {
        "kill-option"
    }


@pytest.mark.parametrize("row", SCRIPTS)
def test_what_is_found_and_where(row: Row) -> None:
    found = _constructs(row.run)
    assert parse(Text.of(row.run)).problem is None
    assert [(construct.name, construct.place.raw) for construct in found] == row.finds
    assert all(construct.dash or construct.posix_bash for construct in found)
    assert all(construct.written and construct.effect in ("syntax", "fails", "silent") for construct in found)


@have_shells
@pytest.mark.parametrize("row", SCRIPTS)
def test_what_really_happens(row: Row, programs: dict[str, str], tmp_path: pathlib.Path) -> None:
    if row.needs and not shutil.which(row.needs, path=SEARCHED):
        pytest.skip(f"{row.needs} is not installed")
    found = _constructs(row.run)
    done = {shell: _run(programs[shell], row.run, tmp_path) for shell in SHELLS}
    assert {shell: (done[shell].status, done[shell].printed) for shell in SHELLS} == row.outcomes
    assert (done[DASH].seen != done["bash"].seen) == any(construct.dash for construct in found)
    assert (done[BASH_AS_SH].seen != done["bash"].seen) == any(construct.posix_bash for construct in found)
    for construct in found:
        if construct.effect != "silent" and construct.name not in row.unheard:
            # "type" says on standard output what it does not find.
            assert construct.dash in done[DASH].said + done[DASH].printed
        if construct.posix_bash and construct.name not in SILENT_IN_SH:
            assert construct.posix_bash in done[BASH_AS_SH].said
    if found and all(construct.effect == "silent" for construct in found):
        assert done[DASH].said == ""
    cannot_read = any(construct.effect == "syntax" and construct.dash for construct in found)
    assert (_run(programs[DASH], row.run, tmp_path, "-n").status != 0) == cannot_read


@have_shells
def test_what_the_shells_have(programs: dict[str, str], tmp_path: pathlib.Path) -> None:
    """The lists of the facts, asked of the shells themselves."""
    facts = table("dialect")

    def said(shell: str, script: str) -> str:
        outcome = _run(programs[shell], script, tmp_path)
        return outcome.printed + outcome.said

    for name in facts["missing"]:
        assert f"{name}: not found" in said(DASH, name)
        assert said("bash", f"type -t {name}") == "builtin\n"
    for name in facts["special"]:
        assert "Bad function name" in said(DASH, f"{name}() {{ :; }}")
        assert "is a special builtin" in said(BASH_AS_SH, f"{name}() {{ :; }}")
    for name in facts["no-program"]:
        assert said("bash", f"type -t {name}") == "builtin\n"
    for letter in facts["set"]["letters"]:
        assert f"set: Illegal option -{letter}" in said(DASH, f"set -{letter}")
        assert said("bash", f"set -{letter}") == ""
    for name in facts["set"]["names"]:
        assert f"set: Illegal option -o {name}" in said(DASH, f"set -o {name}")
        assert said("bash", f"set -o {name}") == ""
    for name in (*facts["variables"]["dynamic"], *facts["variables"]["fixed"]):
        script = f'f() {{ true; echo "${{{name}+set}}"; }}; f'
        assert said(DASH, script) == "\n"
        assert said("bash", f"[[ a =~ a ]]; {script}") == "set\n"
    assert not set(facts["set"]["letters"]) & set("abCefmnuvx")


@have_shells
@pytest.mark.parametrize("name", [*table("dialect")["options"], "kill"])
def test_the_options_of_a_builtin(name: str, programs: dict[str, str], tmp_path: pathlib.Path) -> None:
    """A letter is an option to dash or bash just where the table says so."""
    options = table("dialect")["options"].get(name, {"dash": "s:l", "bash": "Lln:s:"})
    scripts = {letter: f"f() {{ {name} -{letter} x; }}; f" for letter in string.ascii_letters}
    for letter, script in scripts.items():
        by_dash = _run(programs[DASH], script, tmp_path)
        by_bash = _run(programs["bash"], script, tmp_path).said
        known_to_bash = letter in options["bash"]
        if name == "kill" and not known_to_bash:
            continue  # it is the beginning of a signal's name
        assert ("invalid option" not in by_bash) == known_to_bash
        says = options.get("says", f"{name}: Illegal option -{letter}").format(word=f"-{letter}")
        if known_to_bash:
            assert (says not in by_dash.said + by_dash.printed) == (letter in options["dash"])
        wrong = [construct for construct in _constructs(script) if construct.name == f"{name}-option"]
        assert bool(wrong) == (known_to_bash and letter not in options["dash"])


@pytest.mark.parametrize(
    ("script", "names"),
    [
        # What is not known: which file, which signal, which options.
        ('. "$file"; trap x $signal; set -o $option; read $names; echo >&$descriptor', []),
        ("kill -$SIGNAL 1; exit $status; printf $format; unset $name", []),
        # A function, wherever it stands, takes the place of a builtin.
        ('if true; then f() { pushd() { cd "$1"; }; pushd /; }; f; fi', []),
        # What eval and bash -c are given.
        ("eval 'a=(1 2)'; bash -c 'source x'; eval x+=1", []),
        # The outer shell expands what stands in double quotes and in an unquoted here-document.
        ('bash -c "echo ${x//a/b}"', ["substitution"]),
        ("bash <<EOF\n${x^}\n[[ a ]]\nEOF", ["case-change"]),
        ("command -v source; command -V declare; command -p source x", ["source"]),
        # It asks how many words there are, not how long they are.
        ("set -- a; echo $# ${#} ${#x}", []),
        ("alias ll=ls; ll", []),
        ("alias ll=ls\nshopt -s expand_aliases\nll", ["shopt"]),
        ("echo ${x:-$(source y)}", ["source"]),
        ("echo `[[ a ]] && echo \\`source x\\``", ["double-brackets", "source"]),
        ("cat <<A <<<b\nA\n", ["here-string"]),
        ("time ls; time -p ls", []),
        ("echo {a,b} {1..3}", ["brace-expansion", "brace-expansion"]),
        ("x={a,b}; echo {1..$n} {a} {} ${x} \\{a,b} {a\\,b} {'a,b'} @{u} HEAD@{1} {{.Id}} a,b}", []),
        ("a=(1) b=(2)", ["array", "array"]),
        # Only what stands above a mistake is known.
        ("source x\nif [[ a ]]; then", ["source"]),
        ("", []),
    ],
)
def test_what_tells_them_apart(script: str, names: list[str]) -> None:
    assert _names(script) == names


def test_the_words_of_a_construct() -> None:
    (found,) = _constructs("cd x && set -euo pipefail")
    assert found == ("set-option", "set -o pipefail", found.place, "set: Illegal option -o pipefail", "", "fails")
    assert found.span == (17, 25)
    (found,) = _constructs("source env.sh")
    assert (found.dash, found.posix_bash) == ("source: not found", "source: env.sh: file not found")
    (found,) = _constructs("make &> log")
    assert (found.written, found.effect) == ("&>", "silent")


@pytest.mark.parametrize(
    ("script", "written", "dash", "posix_bash"),
    [
        ("trap 'echo trapped' ERR; false", "trap … ERR", "trap: ERR: bad trap", ""),
        ("trap SIGTERM; echo $?", "trap … SIGTERM", "trap: SIGTERM: bad trap", "trap: usage"),
        (r"printf '\x41\n'", r"\x41 in what printf prints", "prints it as it stands", ""),
        (
            "export() { echo mine; }\nexport",
            "a function named like a special builtin",
            "Syntax error: Bad function name",
            "`export': is a special builtin",
        ),
    ],
)
def test_the_words_name_what_is_written(script: str, written: str, dash: str, posix_bash: str) -> None:
    """Each is a row of the table: that the shells print these words is tested there."""
    (found,) = _constructs(script)
    assert script in [row.run for row in DIFFER]
    assert (found.written, found.dash, found.posix_bash) == (written, dash, posix_bash)


def test_a_script_that_is_cut_off_anywhere_raises_nothing() -> None:
    for row in (*DIFFER, *AGREE):
        for end in range(len(row.run)):
            for construct in _constructs(row.run[:end]):
                assert construct.place.raw


def test_places_in_a_file() -> None:
    """In a block and in double quotes, the file has at its place what the construct is."""
    for row in DIFFER:
        block = "- |\n" + "".join(f"  {line}\n" for line in row.run.split("\n"))
        quoted = f'- "{_escaped(row.run)}"\n'
        for text in (block, quoted):
            (script,) = _scripts(text)
            found = list(constructs(script))
            assert [construct.name for construct in found] == [name for name, _ in row.finds]
            for construct in found:
                raw = construct.place.raw
                assert text[slice(*construct.span)] == (_escaped(raw) if text is quoted else raw.replace("\n", "\n  "))


def _scripts(text: str) -> list[Script]:
    root = stream(text).documents[0].root
    assert isinstance(root, Sequence)
    return [parse(item.text) for item in root.items if isinstance(item, Scalar)]


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")


@pytest.mark.skipif(
    not corpus.available(), reason=f"the corpus is not at {os.path.normpath(corpus.CORPUS)} (set CBLINT_CORPUS)"
)
def test_the_commands_of_public_buildspecs() -> None:
    """Nothing crashes, and at each place stands what the construct begins with."""
    found: Counter[str] = Counter()
    for file in corpus.corpus_files():
        if file.kind != "buildspec":
            continue
        with open(file.file, encoding="utf-8", errors="replace") as opened:
            text = opened.read()
        loaded = stream(text)
        for document in loaded.documents:
            for item in Buildspec(loaded, document).shell_items:
                for construct in constructs(item.script):
                    found[construct.name] += 1
                    raw = construct.place.raw
                    assert raw
                    assert "\n" in raw or text[slice(*construct.span)] in (raw, _escaped(raw), raw.replace("'", "''"))
    # Those that everybody uses are there, whatever becomes of the corpus.
    assert found["double-brackets"] > 10
    assert found["source"] > 1
    assert found["substring"] > 1


def test_the_quick_look_of_the_rule_misses_nothing() -> None:
    for row in DIFFER:
        meant = [found for found in _constructs(row.run) if found.dash and found.name not in bashisms._HARMLESS]
        assert not meant or bashisms._may_hold(row.run, bashisms._signs_in(row.run)), row.run
