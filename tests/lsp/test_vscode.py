"""The extension for Visual Studio Code: its own tests, and that its settings are those of the server."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import Any

import pytest

from cblint import __version__
from cblint.catalogue import PROFILES
from cblint.lsp import client
from tests.documents import text_of
from tests.integration.conftest import ROOT
from tests.lsp.snippets import PAGE, program

_FOLDER = os.path.join(ROOT, "editors", "vscode")


def manifest(name: str = "package.json") -> dict[str, Any]:
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
        found: dict[str, Any] = json.load(file)
    return found


def settings() -> dict[str, Any]:
    found: dict[str, Any] = manifest()["contributes"]["configuration"]["properties"]
    return found


def test_the_extension_does_what_it_should() -> None:
    node = program("node")
    done = subprocess.run([node, "--test", "test/extension.test.js"], cwd=_FOLDER, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stdout.decode()


def test_no_workspace_says_what_is_started() -> None:
    assert manifest()["capabilities"]["untrustedWorkspaces"]["supported"] is False
    scopes = {name: each["scope"] for name, each in settings().items()}
    assert scopes.pop("cblint.path") == scopes.pop("cblint.arguments") == "machine"
    assert set(scopes.values()) == {"window"}


@pytest.mark.parametrize(("name", "values"), [("profile", [None, *PROFILES]), ("inlayHints", [True, False])])
def test_what_it_tells_the_server_is_taken(name: str, values: list[Any]) -> None:
    setting = settings()[f"cblint.{name}"]
    assert setting.get("enum", [True, False]) == values
    for value in values:
        client.with_settings(client.Options(), {name: value})
    assert client.with_settings(client.Options(), {name: setting["default"]}) == client.Options()


def test_its_readme_has_every_setting() -> None:
    readme = text_of("editors/vscode/README.md")
    assert set(re.findall(r"^\| `(cblint\.\w+)` \|", readme, re.MULTILINE)) == set(settings())


def test_its_version_is_that_of_cblint_everywhere() -> None:
    lock = manifest("package-lock.json")
    assert manifest()["version"] == lock["version"] == lock["packages"][""]["version"] == __version__
    for page in (PAGE, "editors/vscode/README.md"):
        assert f"cblint-{__version__}.vsix" in text_of(page)


def test_the_lock_names_no_registry() -> None:
    packages = manifest("package-lock.json")["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in packages.items() if name)


def test_the_license_is_that_of_cblint() -> None:
    assert text_of("editors/vscode/LICENSE") == text_of("LICENSE")
