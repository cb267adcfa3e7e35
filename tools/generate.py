"""Writes what is generated from the rule entries: a page for each rule, their index, the table in the README.

python -m tools.generate            write
python -m tools.generate --check    write nothing; exit 1 and name what is stale or left over
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable
from typing import Any

import yaml

from cblint.catalogue.model import FAMILIES
from cblint.facts.sources import read_entries
from cblint.linter import Result
from cblint.report import Style, render
from cblint.report.shown import visible
from tests.examples import Example, config_of, example_from, lint_example

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGES = os.path.join("docs", "rules")
BEGIN, END = "<!-- rules: begin, made by tools/generate.py -->", "<!-- rules: end -->"
NOTICE = "<!-- Made by tools/generate.py from {source}; do not edit. -->\n\n"

_FAMILY_TITLES = {
    "syntax": "Syntax and shape",
    "phases": "Phases, exit status, shell",
    "environment": "Environment, secrets, exported variables",
    "images": "Images, runtimes, docker, tools",
    "artifacts": "Artifacts, reports, cache",
    "batch": "Batch builds",
    "project": "Project, webhook, pipeline",
    "supply-chain": "Supply chain",
    "cblint": "cblint itself",
}


def outputs() -> dict[str, str]:
    """What every generated file should hold, by path from the root."""
    entries = read_entries()
    pages = {os.path.join(PAGES, f"{entry['name']}.md"): page(entry) for entry in entries}
    pages[os.path.join(PAGES, "README.md")] = index(entries)
    pages["README.md"] = readme(entries)
    return pages


def page(entry: dict[str, Any]) -> str:
    """The documentation of one rule."""
    family = FAMILIES[entry["code"][2]]
    parts = [
        NOTICE.format(source=f"rules/{family}/{entry['name']}.yml").rstrip(),
        f"# {entry['name']} ({entry['code']})",
        f"{entry['summary']}.",
        _facts(entry),
        "## Why",
        entry["why"].strip(),
        "## What to do",
        entry["advice"].strip(),
        _fix(entry["fix"]),
        *_examples(entry),
        "## Suppress it",
        f"```yaml\n# cblint: ignore[{entry['name']}] -- why it is right here\n```\n\n"
        "On the line itself, or alone on the line above. For a whole file, `ignore-file[…]` before the first key.",
    ]
    if entry["references"]:
        parts += ["## References", "\n".join(f"- <{reference}>" for reference in entry["references"])]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(entry: dict[str, Any]) -> str:
    rows = ["| severity | confidence | it says |", "|---|---|---|"]
    for variant in entry["variants"].values():
        severity = variant.get("severity", entry["severity"])
        confidence = variant.get("confidence", entry["confidence"])
        message = variant["message"].strip().replace("{suggestion}", "").replace("|", "\\|")
        needs = _NEEDS[variant["needs"]] if "needs" in variant else ""
        rows.append(f"| {severity} | {confidence} | {message}{needs} |")
    return (
        f"Category {entry['category']} · profile {entry['profile']} · {entry['status']} since {entry['since']}\n\n"
        + "\n".join(rows)
    )


_NEEDS = {
    "image": "<br>*Only where the build image is known.*",
    "project": "<br>*Only where the project is known.*",
    "repository": "<br>*Only where the repository is at hand.*",
}


def _fix(fix: dict[str, Any]) -> str:
    if fix["safety"] == "none":
        return ""
    option = "--fix" if fix["safety"] == "safe" else "--fix --unsafe-fixes"
    title = fix["title"][:1].lower() + fix["title"][1:]
    mends = f"`cblint check {option}` mends it where that is certain: {title}. It changes {fix['changes']}."
    return mends + _held(fix.get("observables", ()))


_OBSERVABLES = {
    "calls": "which programs are called",
    "arguments": "the words that programs are given",
    "stdin": "what they find on standard input",
    "variables": "variables",
    "folder": "the working directory",
    "files": "files",
    "status": "whether a command fails",
    "stdout": "standard output",
    "stderr": "standard error",
}


def _held(observables: Iterable[str]) -> str:
    """What is seen to differ when commands are played before and after the fix, in words."""
    *words, last = [_OBSERVABLES[name] for name in observables if name in _OBSERVABLES] or [""]
    if not last:
        return ""
    shown = f"{', '.join(words)} and {last}" if words else last
    return f" Played in real shells, with programs that only note how they are called, nothing differs but {shown}."


def _examples(entry: dict[str, Any]) -> list[str]:
    """The first bad example of each variant, with what cblint prints for it, then the first good one."""
    shown: set[str] = set()
    parts = ["## Examples"]
    for number, raw in enumerate(entry["examples"]):
        example = example_from(entry["name"], number, raw)
        if example.variant is not None and example.variant not in shown:
            shown.add(example.variant)
            parts += [*_given(example), _yaml(example.text), f"```text\n{_printed(example)}```"]
    good = next(raw for raw in entry["examples"] if "good" in raw)
    return [*parts, "Nothing is said of:", *_given(example_from(entry["name"], 0, good)), _yaml(good["good"])]


def _given(example: Example) -> list[str]:
    """What else is known in an example: of the project, of the repository."""
    parts = []
    config = config_of(example.given)
    if "projects" in config:
        parts.append(f"With this in `.cblint.yml`:\n\n{_yaml(yaml.safe_dump(config, sort_keys=False))}")
    for path, text in example.given.get("files", {}).items():
        parts.append(f"With a file `{path}`:\n\n```\n{visible(text.rstrip())}\n```".replace("<U+000A>", "\n"))
    return parts


def _yaml(text: str) -> str:
    return f"```yaml\n{visible(text.rstrip())}\n```".replace("<U+000A>", "\n")


def _printed(example: Example) -> str:
    """What the text format prints, without its links."""
    with tempfile.TemporaryDirectory() as folder:
        result = lint_example(example, example.text, folder)
    own = tuple(finding for finding in result.findings if finding.rule == example.rule)
    result = result._replace(findings=own, shown="buildspec.yml")
    lines = "".join(render("text", Result((result,)), Style(quiet=True))).splitlines()
    return "\n".join(line for line in lines if "= https://" not in line).strip("\n") + "\n"


def index(entries: list[dict[str, Any]]) -> str:
    """All rules, by family."""
    return f"{NOTICE.format(source='rules/')}# Rules\n\n{table(entries, '')}"


def table(entries: list[dict[str, Any]], base: str) -> str:
    """A table of the rules for each family that has any; links begin with ``base``."""
    parts = []
    for digit, family in FAMILIES.items():
        rows = [entry for entry in entries if entry["code"][2] == digit]
        if rows:
            lines = [*_HEAD, *(_row(row, base) for row in rows)]
            parts.append(f"**CB{digit} {_FAMILY_TITLES[family]}**\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


_HEAD = ("| code | rule | severity | fix | |", "|---|---|---|---|---|")


def _row(entry: dict[str, Any], base: str) -> str:
    name = f"[{entry['name']}]({base}{entry['name']}.md)"
    if entry["status"] != "stable":
        name += f" ({entry['status']})"
    return f"| {entry['code']} | {name} | {entry['severity']} | {_short(entry['fix']['safety'])} | {entry['summary']} |"


def _short(safety: str) -> str:
    return "" if safety == "none" else safety


def readme(entries: list[dict[str, Any]]) -> str:
    """The README with its table of rules made anew."""
    text = _read("README.md")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{table(entries, 'docs/rules/')}\n{END}{after}"


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
