"""What the changelog says of a version: the notes of its release, and the check that it can be released at all."""

from __future__ import annotations

import os
import re
import sys

import cblint

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_SECTION = r"(?ms)^## {} \((?P<when>[^)]+)\)\n+(?P<text>.*?)\s*(?=^## |\Z)"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def notes(changelog: str, tag: str, version: str = cblint.__version__) -> str:
    """The section of the version that a tag names. Raises ValueError with the reason why it cannot be released."""
    if tag != f"v{version}":
        raise ValueError(f"The tag is {tag}, but cblint.__version__ is {version}.")
    section = re.search(_SECTION.format(re.escape(version)), changelog)
    if section is None:
        raise ValueError(f'The changelog has no section "## {version} (…)".')
    if not _DATE.fullmatch(section["when"]):
        raise ValueError(f'The changelog says "{section["when"]}" of {version}, where the date should stand.')
    return section["text"] + "\n"


def main() -> None:
    """Print the notes of a tag."""
    with open(os.path.join(ROOT, "CHANGELOG.md"), encoding="utf-8") as file:
        changelog = file.read()
    try:
        print(notes(changelog, sys.argv[1]), end="")
    except ValueError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
