"""Secrets on the command lines of programs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cblint.buildspec.model import Buildspec, Section
from cblint.checks.arguments import (
    NAMED,
    POSSIBLE,
    SURE,
    Line,
    called_in,
    described,
    hole_of,
    is_called_secret,
    is_in_address,
    line_of,
    secrets_in,
    value_of,
)
from cblint.checks.edits import before
from cblint.checks.ways import Use, uses
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.kinds import PASSED, RAN
from cblint.flow.labels import Label
from cblint.shell.operands import beginning
from cblint.shell.syntax import CommandSubstitution, DoubleQuoted, Node, Parameter, Word

if TYPE_CHECKING:
    from cblint.flow.build import Build


class Given(NamedTuple):
    """A secret in a word of a command; ``hole`` brings it in. ``in_address``: before the ``@`` of an address."""

    label: Label
    word: Word
    hole: Node
    in_address: bool = False


def secret_on_command_line(buildspec: Buildspec) -> Iterator[Report]:
    """A program is given a secret as an argument, which others can see."""
    build = build_of(buildspec)
    for use in uses(build, PASSED):
        line = line_of(use)
        if line is None or "built" in line.says:
            continue
        given = min(_given(use, line), key=lambda each: each.label.source == NAMED, default=None)
        if given is not None:
            yield _report(buildspec, build, use, line, given)


def _report(buildspec: Buildspec, build: Build, use: Use, line: Line, given: Given) -> Report:
    label = given.label
    in_file = use.event.standing is None
    place = given.hole.span if in_file else use.place(label)
    fields = {
        "name": label.name,
        "what": described(label),
        "command": called_in(use, line),
        "instead": line.says.get("instead") or table("arguments")["instead"],
    }
    variant = NAMED if label.source == NAMED else "known"
    if variant == "known" and given.in_address and in_file and line.says.get("keeps"):
        folder = _kept_in(use, line, given)
        if folder is not None and _is_taken_along(buildspec, build, use, folder):
            variant = "kept"
            fields["file"] = posixpath.normpath(posixpath.join(folder, ".git/config"))
    edits = _on_standard_input(use, line, given) if in_file else ()
    return Report(place, variant, fields, edits=edits, steps=use.steps(label, "given-to", place))


def _given(use: Use, line: Line) -> Iterator[Given]:
    """The secrets that the words of a command bring along."""
    for field in (SURE, POSSIBLE):
        for word in line.words(field):
            for label in secrets_in(use, word, field == SURE)[:1]:
                yield Given(label, word, hole_of(use, label, word))
    for word in line.invocation.arguments:
        for label in secrets_in(use, word, True):
            hole = hole_of(use, label, word)
            if is_in_address(use, word, hole):
                if secrets_in(use, word, False):
                    yield Given(label, word, hole, True)
                    break
            elif is_called_secret(use, word, hole) and not _is_no_value(line, word):
                yield Given(label, word, hole)
                break


def _is_no_value(line: Line, word: Word) -> bool:
    """Whether the option before a word has its value, if any, in the same word: ``mysql --password $DATABASE``."""
    words = line.invocation.words
    number = next((number for number, each in enumerate(words) if each is word), 0)
    option = words[number - 1].text if number else None
    return option is not None and f"{option}=*" in line.says.get(SURE, ()) and option not in line.says[SURE]


# Addresses that git keeps


def _kept_in(use: Use, line: Line, given: Given) -> str | None:
    """The folder, from the root of the sources, in whose .git/config the address is; None if that is not known."""
    from cblint.flow.trace import directory

    where = directory(use.event.state.cwd) if use.event.state is not None else None
    if where is None or where.startswith("/") or line.invocation.flags("-C", "--git-dir", "--bare", "--mirror"):
        return None
    operands = line.invocation.operands()
    if operands[0].text != "clone":
        return where
    number = next((number for number, each in enumerate(operands) if each is given.word), len(operands))
    if number + 1 < len(operands):
        name = operands[number + 1].text
    else:
        value = value_of(use, given.word)
        last = value.pieces[-1] if value is not None and value.pieces else None
        name = posixpath.basename(last.rstrip("/")).removesuffix(".git") if isinstance(last, str) else None
        name = name if isinstance(last, str) and "/" in last else None
    if not name or name.startswith(("/", "~", "..")):
        return None
    return posixpath.normpath(posixpath.join(where, name))


def _is_taken_along(buildspec: Buildspec, build: Build, use: Use, folder: str) -> bool:
    """Whether an artifact is all that is in the folder, and nothing is seen that takes .git away."""
    if use.event.guards or not any(_is_everything(artifact, folder) for artifact in buildspec.artifacts()):
        return False
    names = {".git", posixpath.basename(folder)}
    passed = False
    for run in build.on(use.run.path):
        for event in run.events:
            passed = passed or event is use.event
            written = " ".join(value.written for value in event.values) if passed and event.kind == RAN else ""
            if event.name in ("rm", "mv", "find") and any(name in written for name in names):
                return False
            if event.name == "git" and event.node is not use.event.node and " remote " in written:
                return False
    return passed


def _is_everything(artifact: Section, folder: str) -> bool:
    base = artifact.scalar("base-directory")
    root = posixpath.normpath(base.value) if base is not None else "."
    files = [file.value for file in artifact.scalars("files")]
    if artifact.get("exclude-paths") is not None or not {"**/*", "**"}.intersection(files):
        return False
    return root == "." or root == folder


# docker login


def _on_standard_input(use: Use, line: Line, given: Given) -> tuple[Edit, ...]:
    """The password on standard input instead, where all of the command is certain."""
    invocation = line.invocation
    node = invocation.node
    if invocation.program != "docker" or "login" not in [word.text for word in invocation.words[1:2]]:
        return ()
    if invocation.words != node.words or node.assignments or node.redirections or node is not use.event.node:
        return ()
    calls = use.run.step.item.calls(node)
    if not calls or calls[0].fed_by is not None or not _is_readable(use):
        return ()
    if not invocation.flags("-u", "--username") or invocation.flags("--password-stdin"):
        return ()
    edit = _option_removed(invocation.words, given.word)
    printing = _printing(given.word)
    if edit is None or printing is None or not _has_one(invocation.words):
        return ()
    return before(node.words[0].span, f"{printing} | "), edit


def _is_readable(use: Use) -> bool:
    """Whether quotes can be written into the item as they are."""
    return use.run.step.item.node.style in ("", "|", ">", "'")


def _has_one(words: tuple[Word, ...]) -> bool:
    """Whether the password is given once, and nothing is unknown that could be an option."""
    options = [beginning(word) for word in words]
    given = [known for known, _ in options if known.startswith(("-p", "--password"))]
    return len(given) == 1 and all(
        complete or known or word.raw.startswith('"')
        for (known, complete), word in zip(options, words, strict=True)
        if known.startswith("-")
    )


def _option_removed(words: tuple[Word, ...], given: Word) -> Edit | None:
    """``--password-stdin`` in the place of the option and its value."""
    for number, word in enumerate(words):
        if word is given and number and words[number - 1].raw in ("-p", "--password"):
            return Edit(words[number - 1].span.to(word.span), "--password-stdin")
        if word.source is given.source and word.start < given.start and given.end <= word.end:
            option = word.raw[: given.start - word.start].rstrip('"')
            if option in ("-p", "--password="):
                return Edit(word.span, "--password-stdin")
    return None


def _printing(word: Word) -> str | None:
    """A command that prints what a word is, if that is one expansion; echo would change backslashes in dash."""
    (part,) = word.parts if len(word.parts) == 1 else (None,)
    if isinstance(part, DoubleQuoted):
        (part,) = part.parts if len(part.parts) == 1 else (None,)
    if isinstance(part, Parameter) and re.fullmatch(r"\$\w+|\$\{\w+\}", part.raw):
        return f'printf %s "{part.raw}"'
    if isinstance(part, CommandSubstitution) and part.raw.startswith("$("):
        inner = part.raw[2:-1].strip()
        return inner if re.fullmatch(r"[\w .:/=${}-]+", inner) else None
    return None
