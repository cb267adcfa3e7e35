"""What mkdocs is told beside mkdocs.yml: where links lead, what the navigation holds, what is coloured."""

from __future__ import annotations

import os
import pathlib

import pytest

pytest.importorskip("mkdocs", reason="there is no mkdocs: make test installs it")

from mkdocs.exceptions import ConfigurationError

from tests.integration.conftest import ROOT
from tools.site.links import in_the_site
from tools.site.looks import coloured
from tools.site.navigation import expanded

HOME = "https://github.com/cblint/cblint"


@pytest.mark.parametrize(
    ("page", "written", "leads_to"),
    [
        ("ci.md", "../examples/ci", f"{HOME}/tree/main/examples/ci"),
        ("ci.md", "../README.md#adopt-it", f"{HOME}/blob/main/README.md#adopt-it"),
        ("decisions/files.md", "../../CONTRIBUTING.md", f"{HOME}/blob/main/CONTRIBUTING.md"),
        ("configuration.md", "../rules/schema/config.schema.json", "schema/config.json"),
        ("rules/README.md", "../../rules/schema/own-rule.schema.json", "../schema/rule.json"),
        # mkdocs knows what is in docs/, and says what is nowhere.
        ("ci.md", "configuration.md#projects", None),
        ("decisions/files.md", "../ci.md", None),
        ("ci.md", "#gitlab", None),
        ("ci.md", "https://example.com/../README.md", None),
        ("ci.md", "mailto:somebody@example.com", None),
        ("ci.md", "../no-such-file.md", None),
        ("ci.md", "../../outside-of-the-repository", None),
    ],
)
def test_where_a_link_leads(page: str, written: str, leads_to: str | None) -> None:
    assert in_the_site(written, page, ROOT) == (leads_to or written)


def test_a_link_to_a_heading_that_is_none_is_said(caplog: pytest.LogCaptureFixture) -> None:
    in_the_site("../README.md#no-such-heading", "ci.md", ROOT)
    assert "'README.md' has no heading of that name" in caplog.text


def test_a_folder_becomes_its_pages_in_the_order_of_its_readme(tmp_path: pathlib.Path) -> None:
    readme = (
        "# Plants\n\nSee [oak](oak.md).\n\n## Herbs\n\n[mint](mint.md), not an [oak](oak.md)\n\n## Mosses\n\nNone.\n"
    )
    for name, text in {"README": readme, "oak": "", "mint": ""}.items():
        (tmp_path / "plants").mkdir(exist_ok=True)
        (tmp_path / "plants" / f"{name}.md").write_text(text)
    nav = ["index.md", {"Plants": ["plants/"]}, {"Home": "https://example.com"}]
    assert expanded(nav, str(tmp_path)) == [
        "index.md",
        {"Plants": ["plants/README.md", "plants/oak.md", {"Herbs": ["plants/mint.md"]}]},
        {"Home": "https://example.com"},
    ]
    (tmp_path / "plants" / "fern.md").write_text("")
    with pytest.raises(ConfigurationError, match=r"docs/plants/README\.md has no link to fern\.md"):
        expanded(nav, str(tmp_path))


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        pytest.param(
            "a.yml:5:9: note[jq-null-value] A word.\n5 |   - jq = | ^\n  |     ^^\n  = A cure | or two.",
            '<span class="said"><span class="place">a.yml:5:9</span>: <span class="note">note[jq-null-value]</span>'
            ' A word.</span>\n5 <span class="frame">|</span>   - jq = | ^\n'
            '  <span class="frame">|</span>     <span class="carets">^^</span>\n'
            '<span class="said">  <span class="frame">=</span> A cure | or two.</span>',
            id="a finding",
        ),
        pytest.param("5 | no finding\n  | ^^", "5 | no finding\n  | ^^", id="none"),
    ],
)
def test_what_cblint_prints_is_coloured(printed: str, shown: str) -> None:
    block = '<div class="language-text highlight"><pre><span></span><code>{}\n</code></pre></div>'
    assert coloured(block.format(printed)) == block.format(shown)
    other = block.replace("language-text", "language-yaml").format(printed)
    assert coloured(other) == other


def test_no_page_of_a_folder_is_named_twice() -> None:
    nav = expanded(["rules/", "decisions/"], os.path.join(ROOT, "docs"))
    named = [page for item in nav for page in (next(iter(item.values())) if isinstance(item, dict) else [item])]
    assert len(named) == len(set(named))
