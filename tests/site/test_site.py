"""The documentation site: it is whole, it leads nowhere in vain, and it is as legible as the documents."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

import pytest

from cblint.facts import PUBLISHED, published
from tests.integration.conftest import ROOT
from tests.site.built import Page, dead_links, outside

RULES = os.path.join(ROOT, "docs", "rules")
OUTSIDE = {"https", "http"}


def test_no_link_is_dead(site: str, pages: dict[str, Page]) -> None:
    assert dead_links(site, pages) == []
    assert {urlsplit(address).scheme for address in outside(pages)} <= OUTSIDE


def test_every_document_is_a_page(pages: dict[str, Page]) -> None:
    documents = {
        os.path.relpath(os.path.join(folder, name), os.path.join(ROOT, "docs"))
        for folder, _, names in os.walk(os.path.join(ROOT, "docs"))
        for name in names
        if name.endswith(".md")
    }
    assert len(documents) > 150
    assert {_address(document) for document in documents} == pages.keys() - {"404.html"}


def _address(document: str) -> str:
    folder, name = os.path.split(document)
    stem = name.removesuffix(".md")
    return (
        os.path.join(folder, "index.html") if stem in ("index", "README") else os.path.join(folder, stem, "index.html")
    )


@pytest.mark.parametrize(
    "mark",
    [
        pytest.param(r"(?m)^ *[-*] \S", id="a list that is none"),
        pytest.param(r"(?m)^ *\d+\. \S", id="a numbered list that is none"),
        pytest.param(r"(?m)^ *\|.*\|", id="a table that is none"),
        pytest.param(r"```", id="a block of code that is none"),
        pytest.param(r"\]\(", id="a link that is none"),
        pytest.param(r"\*\*\w", id="a word that is to be bold and is not"),
        pytest.param(r"(?m)^#+ ", id="a heading that is none"),
    ],
)
def test_what_github_shows_the_site_shows_as_well(mark: str, pages: dict[str, Page]) -> None:
    found = {
        path: re.findall(f".*{mark}.*", page.words)[:3] for path, page in pages.items() if re.search(mark, page.words)
    }
    assert found == {}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_schemas_are_published(name: str, site: str) -> None:
    with open(os.path.join(site, "schema", f"{name}.json"), encoding="utf-8") as file:
        assert file.read() == published(name)


def test_a_rule_is_shown_with_its_severity_its_findings_and_its_neighbours(site: str) -> None:
    with open(os.path.join(site, "rules", "curl-without-fail", "index.html"), encoding="utf-8") as file:
        page = file.read()
    assert '<span class="severity warning">warning</span>' in page
    assert (
        '<span class="place">buildspec.yml:5:9</span>: <span class="warning">warning[curl-without-fail]</span>' in page
    )
    assert '<span class="frame">|</span>         <span class="carets">^^^^</span>\n' in page
    assert re.findall(r'aria-label="(?:Previous|Next): ([\w-]+)"', page) == ["unbounded-wait", "bash-syntax-under-sh"]
    entry = "https://github.com/cblint/cblint/blob/main/rules/phases/curl-without-fail.yml"
    assert page.count(f'href="{entry}"') == 2, "for the pencil, and at the end"
