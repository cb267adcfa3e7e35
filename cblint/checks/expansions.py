"""What the shell makes of variables and braces in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint import expressions
from cblint.buildspec.model import Buildspec
from cblint.buildspec.shells import DASH
from cblint.checks.edits import replaced
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.shell.commands import Assignment, SimpleCommand
from cblint.shell.script import Script
from cblint.shell.syntax import (
    CommandSubstitution,
    DoubleQuoted,
    Literal,
    Parameter,
    Part,
    SingleQuoted,
    Word,
    walk,
)
from cblint.spelling import alike, closest, distance

# Braces

_BRACES = expressions.lazy(r"\{[^{}\s=]*=[^{}\s,]*,[^{}\s]*\}|\{[^{}\s,]*,[^{}\s=]*=[^{}\s]*\}")


def unquoted_brace_expansion(buildspec: Buildspec) -> Iterator[Report]:
    """A word in braces, meant as it stands, that bash makes several words of."""
    if buildspec.runs_in == DASH:
        return
    for script in buildspec.scripts(r"\{(?<!\$\{)[^{}\s]*[=,]"):
        for node in walk(script):
            if isinstance(node, SimpleCommand):
                for word in node.words:
                    text = _unquoted_text(word) if "{" in word.raw and "," in word.raw else ""
                    match = _BRACES.search(text) if "{" in text else None
                    if match is not None:
                        edits = _in_quotes(word) if word.source is script.source else ()
                        safe = word.text is not None
                        yield Report(word.span, "split", {"word": word.raw}, edits=edits, safe=safe)


def _unquoted_text(word: Word) -> str:
    """The word with every character that is quoted or expanded as an ``x``, each at its place."""
    parts = []
    for part in word.parts:
        plain = isinstance(part, Literal) and not part.escaped
        parts.append(part.raw if plain else "x" * (part.end - part.start))
    return "".join(parts)


def _in_quotes(word: Word) -> tuple[Edit, ...]:
    """The same word in one pair of quotes; nothing where that could change what is expanded in it."""
    if word.raw.startswith("~") or "\\" in word.raw or "`" in word.raw:
        return ()
    text = word.text
    if text is not None:
        return (replaced(word.span, f"'{text}'"),) if "'" not in text else ()
    inner = [_within_double_quotes(part) for part in word.parts]
    if None in inner:
        return ()
    quoted = "".join(each or "" for each in inner)
    # A name must not grow by what now follows it: "$A"b is not $Ab.
    ends = {part.end for part in walk(word) if isinstance(part, Parameter) and not part.braces}
    if any(_GOES_ON.match(word.source.value, end) for end in ends):
        return ()
    return (replaced(word.span, f'"{quoted}"'),)


_ALIKE_IN_QUOTES = r"\$(?:\w+|\{\w[^\"'{}$\\`~]*\})"
"""An expansion that is read alike between double quotes and without: in its own argument stand none."""
_GOES_ON = expressions.lazy(r"[\"']+\w")


def _within_double_quotes(part: Part) -> str | None:
    """A part of a word as it means the same between double quotes; None where it is not certain that it can."""
    if isinstance(part, Literal):
        return part.raw if not set(part.raw) & set('"$') else None
    if isinstance(part, SingleQuoted):
        return part.value if not part.ansi and not set(part.value) & set('"$') else None
    if isinstance(part, DoubleQuoted):
        return part.raw[1:-1] if not part.localized else None
    if isinstance(part, Parameter):
        return part.raw if re.fullmatch(_ALIKE_IN_QUOTES, part.raw, re.ASCII) else None
    return part.raw if isinstance(part, CommandSubstitution) and not part.backquoted else None


# Variables of CodeBuild

_FAMILY = expressions.lazy(r"CODEBUILD_(?:SRC_DIR|SOURCE_VERSION|SOURCE_REPO_URL)_\w+")


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
        text = facts["replacing"].get(name)
        edits = _read_instead(node, text) if text is not None else ()
        return Report(node.span, "mistaken", fields, edits=edits, safe=name in facts["surely"])
    meant = closest(name, facts["codebuild"])
    if meant is not None and distance(name, meant) <= 3:
        is_slip = distance(name, meant) == 1 or alike(name, meant)
        edits = _read_instead(node, meant) if is_slip else ()
        return Report(node.span, "near", {**fields, "suggestion": f' Did you mean "{meant}"?'}, edits=edits)
    return Report(node.span, "unknown", fields)


def _read_instead(node: Parameter, text: str) -> tuple[Edit, ...]:
    """Another variable in the place of one: its name alone, or with an operator of its own."""
    start = node.raw.find(node.name)
    if "%" not in text:
        return (replaced(node.part(start, start + len(node.name)), text),)
    return (replaced(node.span, f"${{{text}}}"),) if node.raw in (f"${node.name}", f"${{{node.name}}}") else ()


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
