"""Begins a rule: an entry with the next free code of its family, and the function that it names.

python -m tools.new_rule FAMILY NAME [--category CATEGORY] [--check MODULE | --match PATH]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys

from cblint.catalogue.model import FAMILIES
from cblint.facts.sources import ROOT as RULES
from cblint.facts.sources import read_entries, read_schema
from cblint.match import parse_path

ROOT = os.path.dirname(RULES)
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

_ENTRY = """\
code: {code}
name: {name}
summary: TODO, at most 80 characters, reads after "allow"
severity: warning
confidence: medium
category: {category}
profile: default
status: preview
since: {version}
{check}variants:
  found:
    when: TODO
    message: >-
      TODO one sentence that stands by itself.
    detail: >-
      TODO what CodeBuild does then, with its own error text; what to do.
{match}why: |
  TODO why it matters, with what was seen.
advice: |
  TODO what to write instead.
fix:
  safety: none
references:
  - https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
examples:
  - bad: |
      version: 0.2
      phases:
        build:
          commands:
            - «TODO»
    variant: found
  - good: |
      version: 0.2
      phases:
        build:
          commands:
            - make
"""

_CHECK = '''

def {function}(buildspec: Buildspec) -> Iterator[Report]:
    """TODO what is wrong, in one line."""
    for commands in buildspec.command_lists:
        for item in commands.items():
            if item.node.source == "TODO":
                yield Report(item.node.span, "found")
'''

_MODULE = '''"""TODO what these rules are about."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.finding import Report
'''


def next_code(family: str) -> str:
    """The code after the last of the family: codes are never used again."""
    digit = next(digit for digit, name in FAMILIES.items() if name == family)
    last = max((int(entry["code"][2:]) for entry in read_entries() if entry["code"][2] == digit), default=0)
    return f"CB{max(last, int(digit) * 1000) + 1}"


def entry_text(family: str, name: str, category: str, module: str | None, path: str | None, version: str) -> str:
    """The new entry."""
    function = name.replace("-", "_")
    return _ENTRY.format(
        code=next_code(family),
        name=name,
        category=category,
        version=version,
        check=f"check: {module}.{function}\n" if module else "",
        match=f"    match:\n      at: {json.dumps(path)}\n" if path else "",
    )


def add_check(folder: str, module: str, name: str) -> str:
    """Add the function to ``checks/MODULE.py`` below ``folder``, making the module if need be; returns its path."""
    path = os.path.join(folder, f"{module}.py")
    new = not os.path.exists(path)
    with open(path, "a", encoding="utf-8") as file:
        file.write((_MODULE if new else "") + _CHECK.format(function=name.replace("-", "_")))
    return path


def main() -> int:
    """The command."""
    from cblint import __version__

    categories = read_schema("rule")["properties"]["category"]["enum"]
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("family", choices=sorted(FAMILIES.values()))
    parser.add_argument("name", help="kebab-case; names the bad pattern, never the fix")
    parser.add_argument("--category", choices=categories, help="default: the family, where it is a category too")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--check", metavar="MODULE", help="checked by a function in cblint/checks/MODULE.py")
    how.add_argument("--match", metavar="PATH", help="matched by the entry itself, at a path such as phases.*")
    options = parser.parse_args()
    if not _NAME.fullmatch(options.name):
        parser.error(f"{options.name!r} is not kebab-case")
    category = options.category or options.family
    if category not in categories:
        parser.error(f"the family {options.family} is no category: give --category, one of {', '.join(categories)}")
    try:
        parse_path(options.match or "phases")
    except ValueError as error:
        parser.error(str(error))
    folder = os.path.join(RULES, options.family)
    path = os.path.join(folder, f"{options.name}.yml")
    if os.path.exists(path):
        parser.error(f"{os.path.relpath(path, ROOT)} is there already")
    os.makedirs(folder, exist_ok=True)
    module = options.check or (None if options.match else options.family.replace("-", "_"))
    text = entry_text(options.family, options.name, category, module, options.match, __version__)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    print(os.path.relpath(path, ROOT))
    if module:
        print(os.path.relpath(add_check(os.path.join(ROOT, "cblint", "checks"), module, options.name), ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
