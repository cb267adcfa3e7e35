"""The bill of materials of a release: what is installed with cblint, all of it, and nothing else.

``make check-install`` writes it to ``sbom`` and runs this; cyclonedx-py has then held it to the schema of CycloneDX.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cblint import __version__
from tests.integration.conftest import ROOT
from tests.integration.test_dist import project

FOLDER = os.environ.get("CBLINT_SBOM")

pytestmark = pytest.mark.skipif(FOLDER is None, reason="make check-install writes it")


@pytest.fixture(scope="module")
def sbom() -> Any:
    """The document."""
    with open(os.path.join(ROOT, str(FOLDER), "cblint.cdx.json"), encoding="utf-8") as file:
        return json.load(file)


def test_it_is_of_this_version(sbom: Any) -> None:
    assert (sbom["bomFormat"], sbom["specVersion"]) == ("CycloneDX", "1.6")
    root = sbom["metadata"]["component"]
    assert (root["name"], root["version"], root["type"]) == ("cblint", __version__, "application")
    assert root["licenses"] == [{"license": {"acknowledgement": "declared", "id": "Apache-2.0"}}]


def test_it_names_each_dependency_and_no_tool(sbom: Any) -> None:
    names = {canonicalize_name(each["name"]) for each in sbom["components"]}
    needed = [Requirement(each) for each in project()["project"]["dependencies"]]
    assert {canonicalize_name(each.name) for each in needed if not each.marker or each.marker.evaluate()} <= names
    assert names & {"pip", "hatchling", "pytest"} == set()


def test_each_is_known_by_its_address_in_the_package_index(sbom: Any) -> None:
    for each in sbom["components"]:
        assert re.fullmatch(rf"pkg:pypi/[\w.-]+@{re.escape(each['version'])}", each["purl"]), each["name"]


def test_it_says_nothing_of_the_machine(sbom: Any) -> None:
    assert os.path.expanduser("~") not in json.dumps(sbom)
    assert ROOT not in json.dumps(sbom)
