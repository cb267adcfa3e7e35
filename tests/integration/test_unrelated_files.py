"""A repository without CodeBuild costs nothing: its files are ruled out before a parser of theirs is there."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

READERS = ("cblint.source.composing", "cblint.hosts.cloudformation", "tree_sitter", "markdown_it", "ast")
UNRELATED = {
    "values.yml": "name: app\nitems: [1, 2]\n",
    "settings.json": '{"name": "app"}\n',
    "main.tf": 'resource "aws_s3_bucket" "data" {}\n',
    "stack.ts": "export const a = 1;\n",
    "app.py": "print(1)\n",
    "App.java": "class App {}\n",
    "README.md": "# App\n\n```yaml\nname: app\n```\n",
    "run.sh": "make\n",
}
SCRIPT = """
import json, sys
from cblint.linter import Settings
from cblint.running import lint_paths
before = set(sys.modules)
result = lint_paths(["."], Settings())
print(json.dumps([len(result.files), sorted(set(sys.modules) - before)]))
"""


def imported(folder: pathlib.Path) -> tuple[int, set[str]]:
    """How many files were looked at in the end, and what was imported for that."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=folder, capture_output=True, text=True, check=True)
    files, modules = json.loads(done.stdout)
    return files, set(modules)


def test_unrelated_files_are_ruled_out_before_a_parser_is_imported(tmp_path: pathlib.Path) -> None:
    for number in range(20):
        folder = tmp_path / f"part{number}"
        folder.mkdir()
        for name, text in UNRELATED.items():
            (folder / name).write_text(text)
    files, modules = imported(tmp_path)
    assert files == 0
    assert modules.isdisjoint(READERS)


def test_a_file_that_speaks_of_codebuild_is_read(tmp_path: pathlib.Path) -> None:
    (tmp_path / "template.yml").write_text("Resources:\n  Build:\n    Type: AWS::CodeBuild::Project\n")
    files, modules = imported(tmp_path)
    assert files == 1
    assert {"cblint.source.composing", "cblint.hosts.cloudformation"} <= modules
