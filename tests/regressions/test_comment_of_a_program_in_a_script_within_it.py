"""In a buildspec within a program, a quick fix wrote the program's comment into the commands, which then ran it."""

from __future__ import annotations

from cblint.lsp import suppressing
from cblint.lsp.checking import check
from cblint.lsp.document import Document

STACK = """\
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
new codebuild.CfnProject(this, 'P', {
  source: { type: 'NO_SOURCE', buildSpec: `version: 0.2
phases:
  build:
    commands:
      - |
        set -e
        curl -O https://example.com/a.jar
      - curl -O https://example.com/b.jar
` },
});
"""


def test_the_comment_is_one_of_the_text_that_it_stands_in() -> None:
    document = Document("/nowhere/stack.ts", STACK)
    found = [each for each in check(document).result.findings if each.rule == "curl-without-fail"]
    written = [suppressing.on_its_line(document, each) for each in found]
    assert [each.edit.text if each is not None else None for each in written] == [
        "        # cblint: ignore[curl-without-fail] -- why it is right here\n",
        "      # cblint: ignore[curl-without-fail] -- why it is right here\n",
    ]
