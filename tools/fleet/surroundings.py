"""What stands around the buildspecs of a repository: its source, its documentation, its owners, cblint's settings."""

from __future__ import annotations

import fnmatch
import random
from functools import lru_cache
from typing import NamedTuple

from tools.fleet.rendering import TEAMS

_OWNER_FILES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks, in its order: the first that is there counts. Source: GitHub Docs, "About code owners"."""
_PATTERNS = ("/ci/", "/services/", "/services/orders/", "/infra/", "*.tf", "buildspec*.yml", "/deploy/", "/.codebuild/")

_PACKAGE = """{
  "name": "%s",
  "version": "1.%d.0",
  "private": true,
  "scripts": {
    "build": "tsc --outDir dist",
    "e2e": "cypress run",
    "lint": "eslint src",
    "synth": "cdk synth --quiet",
    "test": "jest"
  },
  "devDependencies": {"aws-cdk": "2.200.0", "cypress": "14.5.0", "eslint": "9.30.0", "jest": "30.0.0"}
}
"""
_DOCKERFILE = """FROM public.ecr.aws/docker/library/node:24.4.0-alpine
WORKDIR /app
COPY . .
EXPOSE %d
CMD ["node", "src/index.js"]
"""
_MAKEFILE = """.PHONY: all check test
all check test:
\t@echo "$@ of %s"
"""
_WORKFLOW = """name: checks
on: [push]
jobs:
  checks:
    runs-on: ubuntu-24.04
    steps:
      - run: make check
"""
_CONFIGURATIONS = {
    "ignores": "ignore: [unpinned-tool-install, variable-never-defined]\n",
    "lowers": "severity:\n  insecure-transport: note\n  dangerous-delete: note\n",
    "wrong": "ignore: [no-such-rule-anywhere]\n",
}


class _Line(NamedTuple):
    """A line of a file of owners; one without owners says that there is none."""

    pattern: str
    owners: tuple[str, ...]


class _Owners(NamedTuple):
    """The files of owners of a repository; the first that GitHub finds counts."""

    files: dict[str, str]
    lines: tuple[_Line, ...]


def surroundings(seed: str, name: str, configuration: str) -> dict[str, bytes]:
    """The files around the buildspecs of a repository of that seed and name, by their paths."""
    draw = random.Random(f"{seed} surroundings")
    port, number = draw.randrange(3000, 9000), draw.randrange(100)
    found = {
        "README.md": f"# {name}\n\nListens on port {port}. {draw.choice(TEAMS).capitalize()} answers questions.\n",
        "src/index.js": f"import http from 'node:http';\n\nhttp.createServer().listen({port});\n",
        ".gitignore": "node_modules/\ndist/\n*.log\n",
        "Makefile": _MAKEFILE % name,
    }
    optional = {
        "package.json": _PACKAGE % (name.rpartition("/")[2], number),
        "Dockerfile": _DOCKERFILE % port,
        "requirements.txt": f"boto3==1.40.{number}\nrequests==2.32.4\n",
        "scripts/run.sh": "#!/bin/sh\nset -e\nexec node src/index.js\n",
        ".github/workflows/checks.yml": _WORKFLOW,
        "docs/décisions.md": "# Décisions\n\nÀ compléter.\n",
    }
    found |= {path: text for path, text in optional.items() if draw.random() < 0.4}
    found |= _owners(seed).files
    if configuration:
        found[".cblint.yml"] = _CONFIGURATIONS[configuration]
    return {path: text.encode() for path, text in found.items()}


def owners_of(seed: str, path: str) -> tuple[str, ...]:
    """Who owns a file of a repository of that seed: the last line that is about it decides."""
    for line in reversed(_owners(seed).lines):
        if _about(line.pattern, path):
            return line.owners
    return ()


def _about(pattern: str, path: str) -> bool:
    if pattern.startswith("/"):
        return path.startswith(pattern[1:])
    return fnmatch.fnmatchcase(path.rpartition("/")[2], pattern)


@lru_cache(256)
def _owners(seed: str) -> _Owners:
    draw = random.Random(f"{seed} owners")
    if draw.random() < 0.35:
        return _Owners({}, ())
    everybody = [f"@example/{team}" for team in TEAMS] + ["@octo", "@jdoe", "build.master@example.com"]
    lines = [_Line("*", tuple(draw.sample(everybody, draw.choice((1, 1, 2)))))] if draw.random() < 0.8 else []
    lines += [
        _Line(pattern, tuple(draw.sample(everybody, draw.choice((0, 1, 1, 2, 3)))))
        for pattern in draw.sample(_PATTERNS, draw.randrange(4))
    ]
    text = "# Who is asked.\n\n" + "".join(f"{' '.join((line.pattern, *line.owners))}\n" for line in lines)
    path = draw.choice(_OWNER_FILES)
    files = {path: text}
    if path != _OWNER_FILES[-1] and draw.random() < 0.1:
        files[_OWNER_FILES[-1]] = "* @nobody-asks\n"
    return _Owners(files, tuple(lines))
