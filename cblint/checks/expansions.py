"""What the shell makes of variables and braces in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.buildspec.shells import DASH
from cblint.facts import table
from cblint.finding import Report
from cblint.shell.commands import Assignment, Script, SimpleCommand
from cblint.shell.syntax import Literal, Parameter, Word, walk
from cblint.spelling import closest, distance

# Braces

_BRACES = re.compile(r"\{[^{}\s]*=[^{}\s]*,[^{}\s]*\}|\{[^{}\s]*,[^{}\s]*=[^{}\s]*\}")


def unquoted_brace_expansion(buildspec: Buildspec) -> Iterator[Report]:
    """A word in braces, meant as it stands, that bash makes several words of."""
    if buildspec.runs_in == DASH:
        return
    for script in buildspec.scripts(r"\{(?<!\$\{)[^{}\s]*[=,]"):
        for node in walk(script):
            if isinstance(node, SimpleCommand):
                for word in node.words:
                    match = _BRACES.search(_unquoted_text(word)) if "{" in word.raw and "," in word.raw else None
                    if match is not None:
                        yield Report(word.span, "split", {"word": word.raw})


def _unquoted_text(word: Word) -> str:
    """The word with every character that is quoted or expanded as an ``x``, each at its place."""
    parts = []
    for part in word.parts:
        plain = isinstance(part, Literal) and not part.escaped
        parts.append(part.raw if plain else "x" * (part.end - part.start))
    return "".join(parts)


# Variables of CodeBuild

_FAMILY = re.compile(r"CODEBUILD_(?:SRC_DIR|SOURCE_VERSION|SOURCE_REPO_URL)_\w+")


def unknown_codebuild_variable(buildspec: Buildspec) -> Iterator[Report]:
    """A variable is read that looks like one of CodeBuild's, and is none."""
    scripts = list(buildspec.scripts("CODEBUILD_"))
    if not scripts:
        return
    facts = table("variables")
    known = {*facts["codebuild"], *_given(buildspec), *(name for script in scripts for name in _assigned(script))}
    for script in scripts:
        for node in walk(script):
            if not isinstance(node, Parameter) or not node.name.startswith("CODEBUILD_") or node.name in known:
                continue
            if _FAMILY.fullmatch(node.name) or node.operator.lstrip(":").startswith(("-", "=", "+", "?")):
                continue
            yield _unknown(node, facts)


def _unknown(node: Parameter, facts: dict[str, dict[str, str]]) -> Report:
    name = node.name
    fields = {"name": name, "instead": facts["mistaken"].get(name, ""), "suggestion": ""}
    if name in facts["internal"]:
        return Report(node.span, "internal", fields)
    if fields["instead"]:
        return Report(node.span, "mistaken", fields)
    meant = closest(name, facts["codebuild"])
    if meant is not None and distance(name, meant) <= 3:
        return Report(node.span, "near", {**fields, "suggestion": f' Did you mean "{meant}"?'})
    return Report(node.span, "unknown", fields)


def _given(buildspec: Buildspec) -> Iterator[str]:
    """The names of variables that the buildspec or its projects define."""
    yield from (variable.name for variable in buildspec.variables)
    for project in buildspec.projects:
        yield from (name for name, _ in project.variables)


def _assigned(script: Script) -> Iterator[str]:
    """The names that a script gives a value."""
    for node in walk(script):
        if isinstance(node, Assignment):
            yield node.name
        elif isinstance(node, SimpleCommand) and node.words:
            yield from (word.text or "" for word in node.words[1:] if isinstance(word, Word))
