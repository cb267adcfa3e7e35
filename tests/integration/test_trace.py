"""``cblint trace`` as it is called: what it reads and what it never reads, its exit statuses, hostile files."""

from __future__ import annotations

import json
import os
from typing import Any

import jsonschema
import pytest

from cblint.facts.sources import read_schema
from cblint.source import file
from tests.helpers import commands
from tests.integration.conftest import Cblint, assert_harmless

SCHEMA = jsonschema.Draft202012Validator(read_schema("trace"))
SIMPLE = commands("X=1")


def believed(cblint: Cblint, path: str, **options: Any) -> dict[str, Any]:
    """The variables after the last command, by name, as JSON has them."""
    done = cblint.run("trace", path, "--format", "json", **options)
    assert (done.status, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    SCHEMA.validate(document)
    found: dict[str, Any] = document["items"][-1]["variables"]
    return found


def test_it_prints_text_and_json(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": SIMPLE})
    done = cblint.run("trace", "buildspec.yml")
    assert done.stdout == (
        "buildspec.yml runs in sh, which is dash or bash\n\n"
        'phases.build.commands[0], line 5: X=1\n  status     0\n  X is "1"\n'
    )
    assert (done.status, done.stderr) == (0, "")
    assert believed(cblint, "buildspec.yml") == {"X": {"assigned": "yes", "value": "1", "labels": []}}


def test_standard_input(cblint: Cblint) -> None:
    done = cblint.run("trace", "-", stdin=SIMPLE.encode())
    assert done.stdout.startswith("<stdin> runs in ")
    assert believed(cblint, "-", stdin=SIMPLE.encode())["X"]["value"] == "1"


def test_standard_input_has_no_repository(cblint: Cblint) -> None:
    cblint.put({"env.sh": "X=1\n"})
    assert believed(cblint, "-", stdin=commands("Y=1; . ./env.sh", "true").encode())["Y"]["value"] is None


def test_it_is_the_same_in_a_process_of_its_own(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": SIMPLE})
    for style in ("text", "json"):
        arguments = ("trace", "buildspec.yml", "--format", style)
        assert cblint.process(*arguments) == cblint.run(*arguments)


@pytest.mark.parametrize(
    ("files", "path", "why"),
    [
        ({}, "missing.yml", "missing.yml cannot be read: No such file or directory"),
        ({"folder/x": "1"}, "folder", "folder is a directory"),
        ({"x.yml": "a: b\n"}, "x.yml", "x.yml is not a buildspec: it has neither phases nor batch"),
        ({"x.yml": "[phases]\n"}, "x.yml", "x.yml is not a buildspec"),
        ({"x.md": "text\n"}, "x.md", "x.md shows nothing of CodeBuild"),
        ({"buildspec.yml": commands("X=1", "[a")}, "buildspec.yml", "buildspec.yml is not valid YAML from line"),
        ({"buildspec.yml": commands("@x")}, "buildspec.yml", "buildspec.yml is not valid YAML from line 5 on"),
        ({"buildspec.yml": "a: " + "[" * 1_000}, "buildspec.yml", "buildspec.yml "),
        ({"buildspec.yml": b"\0\1"}, "buildspec.yml", "buildspec.yml is a binary file"),
        ({"buildspec.yml": b"\xff\xfea"}, "buildspec.yml", "buildspec.yml is encoded in UTF-16"),
        ({"buildspec.yml": "phases:\n  {% if x %}\n"}, "buildspec.yml", "buildspec.yml "),
        ({"buildspec.yml": SIMPLE, ".cblint.yml": "nonsense: 1\n"}, "buildspec.yml", ".cblint.yml"),
    ],
)
def test_what_cannot_be_traced_is_named_with_the_reason(
    cblint: Cblint, files: dict[str, str | bytes], path: str, why: str
) -> None:
    cblint.put(files)
    done = cblint.run("trace", path)
    assert (done.status, done.stdout) == (2, "")
    assert why in done.stderr
    assert_harmless(done.err)


@pytest.mark.parametrize("arguments", [(), ("a", "b"), ("--format", "sarif", "a"), ("--fix", "a")])
def test_wrong_usage(cblint: Cblint, arguments: tuple[str, ...]) -> None:
    assert cblint.run("trace", *arguments).status == 2


@pytest.mark.parametrize("text", ["version: 0.2\nphases: {}\n", "phases:\n  build:\n    commands: []\n"])
def test_a_build_without_commands_is_no_failure(cblint: Cblint, text: str) -> None:
    cblint.put({"buildspec.yml": text})
    done = cblint.run("trace", "buildspec.yml")
    assert done.stdout == "buildspec.yml: no command that cblint can run on paper\n"
    assert (done.status, json.loads(cblint.run("trace", "buildspec.yml", "--format", "json").stdout)["items"]) == (
        0,
        [],
    )


def test_hostile_names(cblint: Cblint) -> None:
    for name in (
        "build\nspec\x1b[31m.yml",
        "\u202elmy.cepsdliub.yml",
        "::error::buildspec.yml",
        "##[error]buildspec.yml",
    ):
        for content in (SIMPLE, "a: b\n", "phases: [\n"):
            cblint.put({name: content})
            for style in ("text", "json"):
                done = cblint.run("trace", f"./{name}" if name.startswith(":") else name, "--format", style)
                assert_harmless(done.out)
                assert_harmless(done.err)


def test_a_folder_whose_name_begins_a_command_of_a_log(cblint: Cblint) -> None:
    cblint.put({"::error::buildspec.yml": SIMPLE})
    assert_harmless(cblint.run("trace", "::error::buildspec.yml").out)


# What of the repository is read


def test_scripts_of_the_repository_are_followed(cblint: Cblint) -> None:
    cblint.put({"ci/env.sh": "export TAG=v1\n", "ci/buildspec.yml": commands(". ./ci/env.sh", "true")})
    assert believed(cblint, "ci/buildspec.yml")["TAG"]["value"] == "v1"
    assert believed(cblint, "buildspec.yml", cwd="ci")["TAG"]["value"] == "v1"


@pytest.mark.parametrize(
    "command",
    [
        ". ../outside.sh",
        ". ../../x",
        ". ./link.sh",
        ". ./folder/outside.sh",
        ". ./up/outside.sh",
        ". ./a/../../outside.sh",
        '. "$CODEBUILD_SRC_DIR/../outside.sh"',
        "cd ..; . ./outside.sh",
        "TAG=$(cat ../outside.sh)",
        "TAG=$(cat link.sh)",
        "TAG=$(cat .git/config)",
        "TAG=$(cat git)",
        "TAG=$(cat .git/../.git/config)",
        "TAG=$(cat module/.git/config)",
        "TAG=$(cat /etc/passwd)",
        "TAG=$(cat ignored.env)",
        "read TAG < pipe",
        "TAG=$(cat large)",
        "TAG=$(cat binary)",
        "TAG=$(cat folder)",
    ],
)
def test_nothing_else_is_read(cblint: Cblint, command: str) -> None:
    outside = cblint.folder.parent
    (outside / "outside.sh").write_text("TAG=v1; secret\n")
    cblint.put(
        {
            "buildspec.yml": commands(json.dumps(f"TAG=; {command}"), "true"),
            ".git/config": "secret\n",
            ".gitignore": "*.env\n",
            "ignored.env": "secret\n",
            "module/.git/config": "secret\n",
            "large": "secret " * 100_000,
            "binary": b"secret\0\1\2",
            "a/x": "",
        }
    )
    os.symlink(outside / "outside.sh", cblint.folder / "link.sh")
    os.symlink(outside, cblint.folder / "folder")
    os.symlink("..", cblint.folder / "up")
    os.symlink(".git/config", cblint.folder / "git")
    os.mkfifo(cblint.folder / "pipe")
    value = believed(cblint, "buildspec.yml")["TAG"]["value"]
    assert value in (None, "")
    assert "secret" not in cblint.run("trace", "buildspec.yml").stdout


def test_a_link_within_the_repository_is_followed(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": commands(". ./link.sh", "true"), "ci/env.sh": "TAG=v1\n"})
    os.symlink("ci/env.sh", cblint.folder / "link.sh")
    assert believed(cblint, "buildspec.yml")["TAG"]["value"] == "v1"


def test_a_file_is_read_once(cblint: Cblint, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def read(path: str, named: bool) -> str:
        asked.append(os.path.basename(path))
        return file.read(path, named)

    monkeypatch.setattr("cblint.cli.trace.read", read)
    cblint.put({"buildspec.yml": commands(*[". ./env.sh"] * 50), "env.sh": "TAG=v1\n"})
    assert believed(cblint, "buildspec.yml")["TAG"]["value"] == "v1"
    assert asked == ["buildspec.yml", "env.sh"]


def test_nothing_is_executed(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": commands("touch made", "$(touch made2)", "echo > made3"), "x.sh": "touch made4\n"})
    before = sorted(os.listdir(cblint.folder))
    cblint.run("trace", "buildspec.yml")
    assert sorted(os.listdir(cblint.folder)) == before
