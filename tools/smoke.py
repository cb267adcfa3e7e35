"""Runs an installed cblint once over everything: each module is imported, each format is read, each command answers.

It needs nothing but the Python that cblint is installed for: ``python smoke.py``, anywhere outside a checkout.
"""

from __future__ import annotations

import importlib.util
import json
import os
import pkgutil
import subprocess
import sys
import tempfile

BUILDSPEC = "version: 0.2\nphases:\n  prebuild:\n    commands:\n      - make\n"
"""It has one finding: there is no phase of that name."""
_WITHIN = BUILDSPEC.rstrip().replace("\n", "\n          ")
FILES = {
    "buildspec.yml": BUILDSPEC,
    "main.tf": f"""
resource "aws_codebuild_project" "p" {{
  source {{
    buildspec = <<-EOT
          {_WITHIN}
    EOT
  }}
}}
""",
    "template.yml": f"""
Resources:
  Project:
    Type: AWS::CodeBuild::Project
    Properties:
      Source:
        Type: NO_SOURCE
        BuildSpec: |
          {_WITHIN}
""",
    "docs/README.md": f"A buildspec of CodeBuild:\n\n```yaml\n{BUILDSPEC}```\n",
    "lib/stack.ts": """
import * as codebuild from "aws-cdk-lib/aws-codebuild";
new codebuild.Project(this, "P", {
  buildSpec: codebuild.BuildSpec.fromObject({version: "0.2", phases: {prebuild: {commands: ["make"]}}}),
});
""",
}
"""The same in each format that a parser of its own reads."""
OPTIONAL = {"cblint.audit": "codeowners", "cblint.audit.cluster": "distributed", "cblint.lsp": "pygls"}
"""What an extra brings for a part of cblint: without it, the part is left out."""

ONLY_ELSEWHERE = ("cblint.__main__", "cblint.facts.sources")
"""What runs when it is imported, and what only a checkout imports."""


def left_out(module: str) -> bool:
    """Whether a module belongs to an extra that is not installed."""
    return any(
        f"{module}.".startswith(f"{part}.") and importlib.util.find_spec(needed) is None
        for part, needed in OPTIONAL.items()
    )


def import_everything() -> int:
    """Import every module of cblint; how many there are."""
    import cblint

    names = [each.name for each in pkgutil.walk_packages(cblint.__path__, "cblint.", onerror=_fail)]
    chosen = [name for name in names if name not in ONLY_ELSEWHERE and not left_out(name)]
    for name in chosen:
        importlib.import_module(name)
    return len(chosen)


def _fail(name: str) -> None:
    if not left_out(name):
        raise ImportError(name)


def run(*arguments: str, status: int = 0) -> str:
    """What a command prints; another exit status ends the program."""
    done = subprocess.run(
        [sys.executable, "-m", "cblint", *arguments], capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode != status:
        sys.exit(f"cblint {' '.join(arguments)}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> None:
    """Try it in a folder of its own."""
    print(f"Python {sys.version.split()[0]} on {sys.platform}: {import_everything()} modules imported")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, text in FILES.items():
            os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
            with open(name, "w", encoding="utf-8") as file:
                file.write(text)
        findings = json.loads(run("check", "--format", "json", status=1))["findings"]
        found = sorted(each["path"] for each in findings if each["rule"] == "unknown-phase")
        if found != sorted(FILES):
            sys.exit(f"unknown-phase is found in {found} only")
        for format_ in ("text", "sarif", "junit", "github"):
            run("check", "--format", format_, "--exit-zero")
        run("check", "--fix", "--exit-zero")
        for command in ("--version", "rules", "explain unknown-phase", "schema", "trace buildspec.yml"):
            run(*command.split())
        os.chdir(os.path.dirname(folder))
    print(f"{run('--version').strip()} reads {len(FILES)} formats")


if __name__ == "__main__":
    main()
