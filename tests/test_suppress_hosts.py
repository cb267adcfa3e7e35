"""Comments that suppress in files of other formats: in the buildspec that they hold, and around it."""

from __future__ import annotations

import pytest

from cblint.linter import Settings
from tests.commented import NEW, OLD, WRITTEN, Written
from tests.helpers import commands, lint
from tests.hosts import HOSTS

ABOUT_SUPPRESSIONS = ("unused-suppression", "unknown-suppression", "yaml-syntax-error", "shell-syntax-error")
DEFECT, MENDED = "apt-get install jq", "apt-get install -y jq"
RULE, IMAGE_RULE = "apt-not-assume-yes", "deprecated-build-image"
WAYS = {
    "behind a command": f"{{}} # cblint: ignore[{RULE}] -- why",
    "behind an item": f'"{{}}" # cblint: ignore[{RULE}] -- why',
    "above an item": f"make\n      # cblint: ignore[{RULE}] -- why\n      - {{}}",
    "in a block": f"|\n        make\n        # cblint: ignore[{RULE}] -- why\n        {{}}",
}
"""Items of a list of commands, with room for one that has the defect or is mended."""


def found(text: str, path: str, rule: str) -> list[tuple[str, str | None]]:
    """The findings of a rule and of those about suppressions, with the reasons."""
    settings = Settings(isolated=True, select=(rule, *ABOUT_SUPPRESSIONS))
    return [(finding.rule, finding.suppressed) for finding in lint(text, settings, path).findings]


@pytest.mark.parametrize("host", HOSTS)
def test_a_buildspec_has_its_comments_wherever_it_stands(host: str) -> None:
    for way, written in WAYS.items():
        suppressed, mended = (HOSTS[host](commands(written.format(command))) for command in (DEFECT, MENDED))
        assert found(suppressed.text, suppressed.path, RULE) == [(RULE, "why")], way
        assert found(mended.text, mended.path, RULE) == [("unused-suppression", None)], way


@pytest.mark.parametrize("host", HOSTS)
def test_a_comment_is_about_one_line_of_a_buildspec_that_stands_on_one_of_the_file(host: str) -> None:
    behind = WAYS["behind a command"]
    above = WAYS["above an item"]
    for first in (behind.format(DEFECT), above.format(DEFECT)):
        hosted = HOSTS[host](commands(first, DEFECT, "make"))
        assert found(hosted.text, hosted.path, RULE) == [(RULE, "why"), (RULE, None)]
    hosted = HOSTS[host](commands(behind.format("make"), DEFECT))
    assert found(hosted.text, hosted.path, RULE) == [("unused-suppression", None), (RULE, None)]
    stacked = above.replace("\n      - {}", "\n      # cblint: ignore[duplicate-key] -- other\n      - {}")
    hosted = HOSTS[host](commands(stacked.format(DEFECT), DEFECT))
    assert found(hosted.text, hosted.path, RULE) == [(RULE, "why"), (RULE, None)]
    hosted = HOSTS[host](f"# all\n# cblint: ignore-file[{RULE}] -- why\n{commands(DEFECT, DEFECT)}")
    assert found(hosted.text, hosted.path, RULE) == [(RULE, "why")] * 2


def test_a_comment_of_the_file_is_about_all_that_stands_on_its_line() -> None:
    """Not part of the text on that line, but behind it."""
    hosted = HOSTS["string of Terraform"](commands(DEFECT, DEFECT))
    text = hosted.text.replace("EOT", "").replace('"\n  }\n', f'" # cblint: ignore[{RULE}] -- both\n  }}\n')
    assert found(text, hosted.path, RULE) == [(RULE, "both")] * 2


@pytest.mark.parametrize("written", WRITTEN, ids=lambda written: f"{written.path} {written.mark}")
def test_a_format_has_its_own_comments(written: Written) -> None:
    for place in ("above", "behind"):
        if f"{{{place}}}" not in written.text:
            continue
        comment = f"cblint: ignore[{IMAGE_RULE}] -- why"
        assert found(written.with_comment(OLD, place, comment), written.path, IMAGE_RULE) == [(IMAGE_RULE, "why")]
        mended = written.with_comment(NEW, place, comment)
        assert found(mended, written.path, IMAGE_RULE) == [("unused-suppression", None)]
        misspelt = written.with_comment(NEW, place, "cblint: ignore[deprecated-build-imag] -- why")
        assert found(misspelt, written.path, IMAGE_RULE) == [("unknown-suppression", None)]


def test_a_comment_in_a_quotation_is_alone_only_where_the_line_below_is_quoted_as_well() -> None:
    template = next(written for written in WRITTEN if written.path == "guide.md" and "> " in written.text)
    text = template.with_comment(OLD, "above", f"cblint: ignore[{IMAGE_RULE}] -- why")
    assert found(text, "guide.md", IMAGE_RULE) == [(IMAGE_RULE, "why")]
    folded = commands(">").replace("- >", f"-\n      > # cblint: ignore[{RULE}] -- why\n        {DEFECT}")
    assert found(folded, "buildspec.yml", RULE) == [("unused-suppression", None), (RULE, None)]
