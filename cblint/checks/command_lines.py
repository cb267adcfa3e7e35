"""Secrets on the command lines of programs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec, Section
from cblint.checks.arguments import (
    POSSIBLE,
    SURE,
    Line,
    called_in,
    described,
    hole_of,
    is_called_secret,
    is_harmless,
    is_in_address,
    line_of,
    secrets_in,
)
from cblint.checks.edits import before, replaced
from cblint.checks.ways import Trail, Use, may_have_secrets, uses
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.flow import build_with_scripts
from cblint.flow.kinds import PASSED, RAN
from cblint.flow.labels import NAMED, Label
from cblint.records import NamedTuple
from cblint.shell.operands import beginning
from cblint.shell.syntax import CommandSubstitution, DoubleQuoted, Node, Parameter, Word

MOST = 200
"""If a build removes more than so much, nobody looks what that is."""


class Given(NamedTuple):
    """A secret in a word of a command; ``hole`` brings it in. ``in_address``: before the ``@`` of an address.

    ``among``: in what is sent, as in a header, where most pass it on like that.
    """

    label: Label
    word: Word
    hole: Node
    in_address: bool = False
    among: bool = False


def secret_on_command_line(buildspec: Buildspec) -> Iterator[Report]:
    """A program is given a secret as an argument, which others can see."""
    if not may_have_secrets(buildspec):
        return
    removals = _Removals()
    for use in uses(build_with_scripts(buildspec), PASSED):
        line = line_of(use)
        if line is None or "built" in line.says:
            continue
        given = min(_given(line), key=lambda each: (each.among, each.label.source == NAMED), default=None)
        if given is not None:
            yield _report(buildspec, removals, line, given)


def _report(buildspec: Buildspec, removals: _Removals, line: Line, given: Given) -> Report:
    use, label = line.use, given.label
    in_file = use.event.standing is None
    place = given.hole.span if in_file else use.place(label)
    last = "given-to" if use.line_within is None else "given-to-within"
    fields = {
        "line": str(use.line_within),
        "name": label.name,
        "what": described(label).rstrip(","),
        "command": called_in(line),
        "instead": line.says.get("instead") or table("arguments")["instead"],
    }
    variant = "sent" if given.among else NAMED if label.source == NAMED else "known"
    if variant == "known" and given.in_address and in_file and line.says.get("keeps"):
        folder = _kept_in(line, given)
        if folder is not None and _is_taken_along(buildspec, removals, use, folder):
            variant = "kept"
            fields["file"] = posixpath.normpath(posixpath.join(folder, ".git/config"))
    edits = _on_standard_input(line, given) if in_file else ()
    return Report(
        place,
        variant,
        fields,
        edits=edits,
        steps=use.steps(label, last, place),
    )


def _given(line: Line) -> Iterator[Given]:
    """The secrets that the words of a command bring along."""
    for field in (SURE, POSSIBLE):
        for word in line.words(field):
            for label in secrets_in(line, word, field == SURE)[:1]:
                hole = hole_of(line.use, label, word)
                if field == SURE or not is_harmless(word, hole):
                    yield Given(label, word, hole, among=field == POSSIBLE and not _is_login(line, word))
    for word in line.invocation.arguments:
        for label in secrets_in(line, word, True):
            hole = hole_of(line.use, label, word)
            if is_in_address(line, word, hole):
                if secrets_in(line, word, False):
                    yield Given(label, word, hole, True)
                    break
            elif is_called_secret(line, word, hole) and not _is_no_value(line, word):
                yield Given(label, word, hole)
                break


def _is_login(line: Line, word: Word) -> bool:
    """Whether it is a name and a password, as behind ``curl --user``."""
    before = line.before(word)
    options = (beginning(word)[0], before.text or "" if before is not None else "")
    return any(option.startswith(tuple(table("arguments")["logins"])) for option in options)


def _is_no_value(line: Line, word: Word) -> bool:
    """Whether the option before a word has its value, if any, in the same word: ``mysql --password $DATABASE``."""
    before = line.before(word)
    option = before.text if before is not None else None
    return option is not None and f"{option}=*" in line.says.get(SURE, ()) and option not in line.says[SURE]


# Addresses that git keeps


def _kept_in(line: Line, given: Given) -> str | None:
    """The folder, from the root of the sources, in whose .git/config the address is; None if that is not known."""
    from cblint.flow.trace import directory

    state = line.use.event.state
    where = directory(state.cwd) if state is not None else None
    if where is None or where.startswith("/") or line.invocation.flags("-C", "--git-dir", "--bare", "--mirror"):
        return None
    operands = line.invocation.operands()
    if operands[0].text != "clone":
        return where
    number = next((number for number, each in enumerate(operands) if each is given.word), len(operands))
    if number + 1 < len(operands):
        name = operands[number + 1].text
    else:
        value = line.value(given.word)
        last = value.pieces[-1] if value is not None and value.pieces else None
        name = posixpath.basename(last.rstrip("/")).removesuffix(".git") if isinstance(last, str) else None
        name = name if isinstance(last, str) and "/" in last else None
    if not name or name.startswith(("/", "~", "..")):
        return None
    return posixpath.normpath(posixpath.join(where, name))


class _Removals:
    """What may take a folder or an address away again; goes through each path once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Trail, list[tuple[int, str]]]] = {}

    def may_follow(self, use: Use, folder: str) -> bool:
        """Whether a command behind this one may take away the folder, its .git, or the address."""
        found = self._of(use.trail)
        names = (".git", posixpath.basename(folder), " remote ")
        return len(found) > MOST or any(
            number > use.number and any(name in written for name in names) for number, written in found
        )

    def _of(self, trail: Trail) -> list[tuple[int, str]]:
        if id(trail) not in self._known:
            found = [
                (number, " ".join(value.written for value in event.values))
                for number, (_, event) in enumerate(trail.events)
                if event.kind == RAN and event.name in _REMOVING
            ]
            self._known[id(trail)] = trail, [each for each in found if not each[1].startswith(_HARMLESS)]
        return self._known[id(trail)][1]


_REMOVING = frozenset({"rm", "mv", "find", "git"})
_HARMLESS = ("git clone", "git remote add", "git push", "git fetch", "git pull", "git config", "git commit", "git add")


def _is_taken_along(buildspec: Buildspec, removals: _Removals, use: Use, folder: str) -> bool:
    """Whether an artifact is all that is in the folder, and nothing is seen that takes .git away."""
    if use.event.guards or not any(_is_everything(artifact, folder) for artifact in buildspec.artifacts()):
        return False
    return not removals.may_follow(use, folder)


def _is_everything(artifact: Section, folder: str) -> bool:
    base = artifact.scalar("base-directory")
    root = posixpath.normpath(base.value) if base is not None else "."
    files = [file.value for file in artifact.scalars("files")]
    if artifact.get("exclude-paths") is not None or not {"**/*", "**"}.intersection(files):
        return False
    return root == "." or root == folder


# docker login


def _on_standard_input(line: Line, given: Given) -> tuple[Edit, ...]:
    """The password on standard input instead, where all of the command is certain."""
    use, invocation = line.use, line.invocation
    node = invocation.node
    if not any(invocation.runs(program, *verbs) for program, *verbs in _LOGINS):
        return ()
    is_all = invocation.words == node.words[int(node.words[0].text == "sudo") :]
    reads = any(redirection.operator.startswith("<") for redirection in node.redirections)
    if not is_all or node.assignments or reads or node is not use.event.node:
        return ()
    calls = use.run.step.item.calls(node)
    if not calls or calls[0].fed_by is not None:
        return ()
    if not invocation.flags("-u", "--username") or invocation.flags("--password-stdin"):
        return ()
    edit = _option_removed(invocation.words, given.word)
    printing = _printing(given.word)
    if edit is None or printing is None or not _has_one(invocation.words):
        return ()
    return before(node.words[0].span, f"{printing} | "), edit


_LOGINS = (
    *((program, "login") for program in ("docker", "podman", "nerdctl", "finch", "buildah", "skopeo")),
    ("helm", "registry", "login"),
)
"""Programs and their verbs that know --password-stdin."""


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
            return replaced(words[number - 1].span.to(word.span), "--password-stdin")
        if word.source is given.source and word.start < given.start and given.end <= word.end:
            option = word.raw[: given.start - word.start].rstrip('"')
            if option in ("-p", "-p=", "--password="):
                return replaced(word.span, "--password-stdin")
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
