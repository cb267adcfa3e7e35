"""Outside of a repository the path of a file begins with a slash, and has no folder above that one."""

from __future__ import annotations

from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from tests.bounds import no_hanging

TEXT = """\
resource "aws_codebuild_project" "build" {
  source {
    type      = "GITHUB"
    buildspec = file("${path.module}/ci.yml")
  }
}
"""


def test_the_search_upward_ends() -> None:
    with no_hanging():
        assert not lint_text(TEXT, Candidate("/nowhere/at/all/main.tf", True), Settings(isolated=True)).crashes
