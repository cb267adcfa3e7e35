"""Distributions: the same bytes wherever they are built, and what their files say of the project.

``make check-dist`` builds both twice in different circumstances; here is what goes into them.
"""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cblint import __version__
from tests.integration.conftest import ROOT
from tools.dist import HERE, THERE, differences, laid_out
from tools.release_notes import notes
from tools.wheels import PYTHONS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

COMPILED = """
import hashlib
from cblint.facts.sources import compiled
print(hashlib.sha256(repr(compiled()).encode()).hexdigest())
"""


def project() -> dict[str, Any]:
    """What pyproject.toml says."""
    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        found: dict[str, Any] = tomllib.load(file)
    return found


def compiled(variables: Mapping[str, str]) -> str:
    """The digest of what is compiled into a wheel, in a process with these variables."""
    environment = {"PYTHONPATH": ROOT, "PATH": os.environ["PATH"], **variables}
    done = subprocess.run([sys.executable, "-c", COMPILED], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_compiled_depends_on_nothing_but_the_rules() -> None:
    assert compiled(HERE.variables) == compiled(THERE.variables)


def wheel(path: pathlib.Path, members: dict[str, str], when: int = 2020, rights: int = 0o644) -> str:
    """A wheel with these members."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            member = zipfile.ZipInfo(name, (when, 1, 1, 0, 0, 0))
            member.external_attr = rights << 16
            archive.writestr(member, text)
    return str(path)


@pytest.mark.parametrize(
    ("members", "more", "expected"),
    [
        ({"a": "1", "b": "2"}, {}, []),
        ({"a": "1", "b": "3"}, {}, ["b"]),
        ({"a": "1"}, {}, ["b"]),
        ({"a": "1", "b": "2", "c": ""}, {}, ["c"]),
        ({"a": "1", "b": "2"}, {"when": 2021}, ["a", "b"]),
        ({"a": "1", "b": "2"}, {"rights": 0o755}, ["a", "b"]),
        ({"b": "2", "a": "1"}, {}, ["the order of its members, or how they are compressed"]),
    ],
)
def test_a_wheel_that_differs_is_told(
    tmp_path: pathlib.Path, members: dict[str, str], more: dict[str, int], expected: list[str]
) -> None:
    one = wheel(tmp_path / "one.whl", {"a": "1", "b": "2"})
    assert list(differences(one, wheel(tmp_path / "other.whl", members, **more))) == expected


def _archive(path: pathlib.Path, change: Callable[[tarfile.TarInfo], tarfile.TarInfo]) -> str:
    with tarfile.open(path, "w:gz") as archive:
        archive.add(os.path.join(ROOT, "LICENSE"), "cblint/LICENSE", filter=change)
    return str(path)


def test_a_source_distribution_that_differs_is_told(tmp_path: pathlib.Path) -> None:
    one = _archive(tmp_path / "one.tar.gz", lambda member: member.replace(mtime=1, uid=0, uname="", deep=False))
    other = _archive(tmp_path / "other.tar.gz", lambda member: member.replace(mtime=1, uid=1, uname="", deep=False))
    assert list(differences(one, other)) == ["cblint/LICENSE"]


def test_two_places_have_the_files_in_common_and_nothing_else(tmp_path: pathlib.Path) -> None:
    here = pathlib.Path(laid_out(str(tmp_path), HERE))
    there = pathlib.Path(laid_out(str(tmp_path), THERE._replace(has_bytecode=False)))
    names = {str(path.relative_to(here)) for path in here.rglob("*") if not path.is_dir()}
    assert names == {str(path.relative_to(there)) for path in there.rglob("*") if not path.is_dir()}
    assert {"pyproject.toml", "cblint/__init__.py", "rules/README.md"} <= names
    one, other = (here / "pyproject.toml").stat(), (there / "pyproject.toml").stat()
    assert (one.st_mode, one.st_mtime) != (other.st_mode, other.st_mtime)
    assert (here / "pyproject.toml").read_bytes() == (there / "pyproject.toml").read_bytes()


LOCKED = re.compile(r"(?m)^([\w.-]+)==(\S+)(?: ;[^\n]*)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)")


def locked(name: str) -> dict[str, str]:
    """The versions of a lock file, by name; each must have a hash."""
    with open(os.path.join(ROOT, "tools", "locked", f"{name}.txt"), encoding="utf-8") as file:
        text = file.read()
    found = {str(canonicalize_name(match[1])): str(match[2]) for match in LOCKED.finditer(text)}
    assert len(LOCKED.findall(text)) == text.count("==") - text.count(" == ")
    return found


def extras(*names: str) -> list[str]:
    """What cblint needs with some extras."""
    table = project()["project"]
    return [*table["dependencies"], *(each for name in names for each in table["optional-dependencies"][name])]


@pytest.mark.parametrize(
    ("name", "requirements"),
    [
        ("dist", project()["dependency-groups"]["dist"]),
        ("dist", project()["build-system"]["requires"]),
        ("container", extras("audit", "shellcheck")),
    ],
)
def test_the_locked_versions_are_those_that_are_asked_for(name: str, requirements: list[str]) -> None:
    versions = locked(name)
    for each in map(Requirement, requirements):
        assert each.specifier.contains(versions[canonicalize_name(each.name)]), str(each)


def test_the_version_is_the_same_everywhere() -> None:
    assert project()["project"]["version"] == __version__


def test_each_supported_python_is_named() -> None:
    pythons = [f"3.{minor}" for minor in range(10, 15)]
    table = project()["project"]
    assert table["requires-python"] == f">={pythons[0]}"
    named = [each.rpartition(" :: ")[2] for each in table["classifiers"] if "Python :: 3." in each]
    assert named == pythons == list(PYTHONS)
    for workflow, job in (("tests.yml", "tests"), ("try.yml", "install")):
        with open(os.path.join(ROOT, ".github", "workflows", workflow), encoding="utf-8") as file:
            assert yaml.safe_load(file)["jobs"][job]["strategy"]["matrix"]["python"] == pythons


def test_the_page_of_the_package_index_leads_to_the_files_of_the_version() -> None:
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        text = file.read()
    for each in project()["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]:
        text = re.sub(each["pattern"], each["replacement"], text)
    links = re.findall(r"\]\(([^)\s]+)", text)
    assert len(links) > 20
    assert [link for link in links if not link.startswith("https://")] == []
    ours = [link for link in links if "/cblint/cblint/" in link]
    assert [link for link in ours if "v$HFPR_VERSION" not in link] == []
    paths = [re.sub(r"^.*?v\$HFPR_VERSION/?|#.*", "", link) for link in ours]
    assert [path for path in paths if not os.path.exists(os.path.join(ROOT, path))] == []


CHANGELOG = "# Changelog\n\nWords.\n\n## 1.1.0 (2027-02-03)\n\n- New.\n  More.\n\n## 1.0.0 (unreleased)\n\n- Old.\n"


def test_the_notes_of_a_release_are_its_part_of_the_changelog() -> None:
    assert notes(CHANGELOG, "v1.1.0", "1.1.0") == "- New.\n  More.\n"
    assert notes(CHANGELOG.replace("unreleased", "2027-01-01"), "v1.0.0", "1.0.0") == "- Old.\n"


@pytest.mark.parametrize(
    ("tag", "version", "reason"),
    [
        ("v1.1.0", "1.0.0", "The tag is v1.1.0, but"),
        ("1.1.0", "1.1.0", "The tag is 1.1.0, but"),
        ("v1.0.0", "1.0.0", 'says "unreleased" of 1.0.0'),
        ("v1.2.0", "1.2.0", 'no section "## 1.2.0 ('),
        ("v1.1.00", "1.1.00", "no section"),
    ],
)
def test_what_cannot_be_released_is_said(tag: str, version: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        notes(CHANGELOG, tag, version)
