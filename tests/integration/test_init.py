"""``cblint init``: what it finds, what it writes, and that nothing changes by it."""

from __future__ import annotations

import os
import re

import pytest

from cblint.config import load_config
from cblint.hosts.project import Project
from tests.helpers import commands
from tests.integration.conftest import Cblint, forget

BUILDSPEC = commands('echo "a: b"', "apt-get install jq", "make || true")
TEMPLATE = """\
Resources:
  Build:
    Type: AWS::CodeBuild::Project
    Properties:
      Source: {BuildSpec: ci/build.yml}
"""


def without_marks(text: str) -> str:
    """The configuration that it is when all marks before settings are taken away."""
    return re.sub(r"^# (?!yaml-language-server)(?=[a-z-]+:(?: \S+)?$|  )", "", text, flags=re.MULTILINE)


def test_it_changes_nothing_that_is_found(cblint: Cblint) -> None:
    cblint.put(
        {
            "buildspec.yml": BUILDSPEC,
            "ci/build.yml": BUILDSPEC,
            "template.yml": TEMPLATE,
            "release.spec": BUILDSPEC,
            "sub/.cblint.yml": "ignore: [CB2]\n",
            "sub/buildspec.yml": BUILDSPEC,
        }
    )
    before = cblint("--format", "json")
    done = cblint.run("init", cwd="sub")
    assert (done.status, done.stdout) == (0, "Wrote ../.cblint.yml. It found 3 buildspecs; read on in it.\n")
    after = cblint("--format", "json")
    assert (before.status, before.stdout) == (after.status, after.stdout)
    assert b"\r" not in (cblint.folder / ".cblint.yml").read_bytes()


def test_what_it_writes_says_what_it_found(cblint: Cblint) -> None:
    cblint.put(
        {
            "buildspec.yml": BUILDSPEC,
            "ci/build.yml": BUILDSPEC,
            "template.yml": TEMPLATE,
            "ci/od[d] *": BUILDSPEC,
            "release.spec": BUILDSPEC,
            "notes.txt": "version phases commands\n",
            "broken.spec": "version: 0.2\nphases: {\ncommands",
            ".gitignore": "ignored.spec\n",
            "ignored.spec": BUILDSPEC,
        }
    )
    text = cblint.run("init", "--stdout").stdout
    assert not (cblint.folder / ".cblint.yml").exists()
    lines = text.splitlines()
    assert lines[0] == (
        "# yaml-language-server: "
        "$schema=https://raw.githubusercontent.com/cblint/cblint/main/rules/schema/config.schema.json"
    )
    start = lines.index("# Buildspecs found when this was written:")
    assert lines[start + 1 : start + 3] == ["# - buildspec.yml", "# - ci/build.yml"]
    assert re.fullmatch(r'# "cblint check" said: \d+ errors?.* in \d files\.', lines[start + 3])
    assert max(map(len, lines)) <= 120
    assert "baseline" not in text
    cblint.put({"all.yml": without_marks(text)})
    forget()
    config = load_config(os.fspath(cblint.folder / "all.yml"))
    assert config.buildspecs == ("/ci/od\\[d] \\*", "/release.spec")
    assert config.names_buildspec(os.fspath(cblint.folder / "ci/od[d] *"))
    assert not config.names_buildspec(os.fspath(cblint.folder / "ci/odd x"))
    assert config.require_reason
    (project,) = config.projects
    assert project == Project(
        ("/buildspec.yml",),
        image="aws/codebuild/standard:7.0",
        environment_type="LINUX_CONTAINER",
        privileged=False,
        variables=(("STAGE", False), ("DEPLOY_TOKEN", True)),
    )


def test_where_all_projects_are_defined_nothing_has_to_be_told(cblint: Cblint) -> None:
    cblint.put({"ci/build.yml": BUILDSPEC, "template.yml": TEMPLATE})
    text = cblint.run("init", "--stdout").stdout
    assert "are defined in this repository, so nothing has to be told" in text.replace("\n# ", " ")
    assert "ci/build.yml" not in text.partition("# projects:")[2]


def test_an_empty_repository_has_a_configuration_too(cblint: Cblint) -> None:
    assert cblint.run("init").status == 0
    text = (cblint.folder / ".cblint.yml").read_text()
    assert "# No buildspec was found when this was written.\n" in text
    (cblint.folder / ".cblint.yml").write_text(without_marks(text))
    assert cblint().status == 0


def test_many_findings_are_a_reason_for_a_baseline(cblint: Cblint) -> None:
    cblint.put({f"{n}/buildspec.yml": BUILDSPEC for n in range(60)})
    text = cblint.run("init", "--stdout").stdout
    assert 'run "cblint baseline create"' in text.replace("\n# ", " ")
    cblint.put({".cblint.yml": text.replace("# baseline: ", "baseline: ")})
    assert cblint.run("baseline", "create").stdout == ".cblint-baseline.json has 180 findings of 60 files now.\n"
    assert cblint().lines == ["No findings in 60 buildspec files (180 in the baseline)."]
    assert "# - and 10 more\n" in text
    assert "#       # and 10 more\n" in text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".cblint.yml", "fail-on: note\n"),
        (".cblint.yml", "fail_on: wrong\n"),
        (".cblint.yaml", ""),
        ("pyproject.toml", "[tool.cblint]\n"),
        ("pyproject.toml", "[tool.cblint]\nx = 1\n"),
    ],
)
def test_a_configuration_that_is_there_stays(cblint: Cblint, name: str, content: str) -> None:
    cblint.put({name: content})
    done = cblint.run("init")
    assert done.status == 2
    instead = {
        ".cblint.yml": " is there already. To write it anew, ",
        ".cblint.yaml": " is there already. To write a .cblint.yml, which then counts in its place, ",
        "pyproject.toml": " has [tool.cblint] already. To write a .cblint.yml, which then counts in its place, ",
    }
    assert f"Error: {name}{instead[name]}give --force.\n" in done.stderr
    assert set(os.listdir(cblint.folder)) == {".git", name}
    assert (cblint.folder / name).read_text() == content
    assert cblint.run("init", "--stdout").status == 0
    assert set(os.listdir(cblint.folder)) == {".git", name}
    assert cblint.run("init", "--force").status == 0
    assert (cblint.folder / ".cblint.yml").read_text().startswith("# yaml-language-server")


def test_a_pyproject_of_others_is_no_configuration(cblint: Cblint) -> None:
    cblint.put({"pyproject.toml": "[project]\nname = 'x'\n"})
    assert cblint.run("init").status == 0


def test_nothing_is_written_through_a_link(cblint: Cblint) -> None:
    outside = cblint.folder.parent / "outside.yml"
    outside.write_text("mine\n")
    (cblint.folder / ".cblint.yml").symlink_to("../outside.yml")
    assert cblint.run("init").status == 2
    assert cblint.run("init", "--force").status == 0
    assert outside.read_text() == "mine\n"
    assert not (cblint.folder / ".cblint.yml").is_symlink()


def test_names_that_no_yaml_holds_do_no_harm(cblint: Cblint) -> None:
    names = ["caf\udce9/buildspec.yml", "a\nb: c/buildspec.yml", "\x1b[31m/buildspec.yml", '"q" \\/buildspec.yml', "b "]
    cblint.put(dict.fromkeys(names, BUILDSPEC))
    done = cblint.run("init", "--stdout")
    assert done.status == 0
    cblint.put({"all.yml": without_marks(done.stdout)})
    forget()
    config = load_config(os.fspath(cblint.folder / "all.yml"))
    assert config.projects[0].buildspecs == ('/"q" \\\\/buildspec.yml',)
    assert config.projects_of(os.fspath(cblint.folder / names[3])) == list(config.projects)
    assert config.names_buildspec(os.fspath(cblint.folder / "b "))


def test_outside_a_repository_the_working_directory_counts(cblint: Cblint) -> None:
    (cblint.folder / ".git").rmdir()
    cblint.put({"a/buildspec.yml": BUILDSPEC})
    (cblint.folder / ".git").rmdir()
    assert cblint.run("init", cwd="a").status == 0
    assert sorted(os.listdir(cblint.folder / "a")) == [".cblint.yml", "buildspec.yml"]
