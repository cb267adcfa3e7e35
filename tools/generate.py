"""Writes what is generated: of the rule entries a page for each and their index; of rules/facts/shellcheck.yml the
table in docs/shellcheck.md; the references of the command line and of the configuration; the picture of the README.

python -m tools.generate            write
python -m tools.generate --check    write nothing; exit 1 and name what is stale or left over
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import cache
from typing import Any

from cblint.catalogue import find, rules
from cblint.catalogue.model import FAMILIES
from cblint.explanation import explanation_of
from cblint.facts import table as facts_of
from cblint.facts.sources import read_entries
from cblint.report import rule_markdown
from cblint.report.rule_table import table
from tools import picture
from tools.reference import command_line, configuration

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGES = os.path.join("docs", "rules")
BEGIN, END = "<!-- {part}: begin, made by tools/generate.py -->", "<!-- {part}: end -->"
NOTICE = "<!-- Made by tools/generate.py from {source}; do not edit. -->\n\n"
REFERENCES = {
    "command-line.md": ("cblint/cli/", command_line),
    "configuration-reference.md": ("rules/schema/config.schema.json", configuration),
}
"""Pages below docs/, and what they are made from."""


@cache
def outputs() -> dict[str, str]:
    """What every generated file should hold, by path from the root."""
    entries = read_entries()
    pages = {os.path.join(PAGES, f"{entry['name']}.md"): page(entry) for entry in entries}
    pages[os.path.join(PAGES, "README.md")] = index()
    path = os.path.join("docs", "shellcheck.md")
    pages[path] = _with_part(path, "left out", left_out())
    for path, (source, reference) in REFERENCES.items():
        pages[os.path.join("docs", path)] = NOTICE.format(source=source) + reference()
    pages[picture.PATH] = picture.picture()
    return pages


def page(entry: dict[str, Any]) -> str:
    """The documentation of one rule."""
    family = FAMILIES[entry["code"][2]]
    notice = NOTICE.format(source=f"rules/{family}/{entry['name']}.yml")
    return notice + rule_markdown.page(explanation_of(find(entry["name"]), entry))


def index() -> str:
    """All rules, by family."""
    return f"{NOTICE.format(source='rules/')}# Rules\n\n{table(rules(), '{rule}.md', '## {}')}"


def left_out() -> str:
    """What is not passed on of ShellCheck."""
    facts = facts_of("shellcheck")
    rows = ["| check | | instead |", "|---|---|---|"]
    for entry in facts["left-out"]:
        instead = ", ".join(f"[{name}](rules/{name}.md)" for name in entry.get("instead", ()))
        rows.append(f"| {', '.join(entry['codes'])} | {entry['why']} | {instead} |")
    for code, condition in facts["conditions"].items():
        rows.append(f"| {code} | It is passed on only {condition['only']}. {condition['why']} | |")
    return "\n".join(rows) + "\n"


def _with_part(path: str, part: str, text: str) -> str:
    """A page with one part of it made anew."""
    begin, end = BEGIN.format(part=part), END.format(part=part)
    before, rest = _read(path).split(begin)
    _, after = rest.split(end)
    return f"{before}{begin}\n\n{text}\n{end}{after}"


def _read(path: str) -> str:
    full = os.path.join(ROOT, path)
    if not os.path.exists(full):
        return ""
    with open(full, encoding="utf-8") as file:
        return file.read()


def stale(expected: dict[str, str]) -> list[str]:
    """Generated files that differ from what they should hold, and pages of rules that are no more."""
    pages = os.path.join(ROOT, PAGES)
    present = [os.path.join(PAGES, name) for name in sorted(os.listdir(pages))] if os.path.isdir(pages) else []
    return [path for path in expected if _read(path) != expected[path]] + [
        path for path in present if path not in expected
    ]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something is stale")
    options = parser.parse_args()
    expected = outputs()
    behind = stale(expected)
    if options.check:
        for path in behind:
            print(f"{path} is stale: run python -m tools.generate")
        return 1 if behind else 0
    os.makedirs(os.path.join(ROOT, PAGES), exist_ok=True)
    for path in behind:
        if path in expected:
            with open(os.path.join(ROOT, path), "w", encoding="utf-8") as file:
                file.write(expected[path])
        else:
            os.remove(os.path.join(ROOT, path))
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
