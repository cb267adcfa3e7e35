"""Scanners that let a build pass whatever they find."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Container as Collection
from collections.abc import Iterator, Mapping
from functools import cached_property

from cblint.checks.contained import Container, container_of
from cblint.checks.edits import after
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.kinds import RAN
from cblint.flow.steps import SUCCEEDING
from cblint.hosts.repository import text_in
from cblint.records import NamedTuple
from cblint.shell.commands import SimpleCommand
from cblint.shell.effects import Effect, called, called_at, effect_of
from cblint.shell.operands import option_values
from cblint.shell.query import Invocation
from cblint.shell.syntax import Node, Word
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cblint.buildspec.model import Buildspec

_FORMAT = ("-f", "--format")
_SHOWING = frozenset({"tee", "cat", "less", "more", "head", "tail"})
"""Programs that only show what a scanner has printed."""
_ASKED_FOR = frozenset({"condition", "negation"})
"""Ways in which a failure is hidden where somebody asks for it: where it cannot fail, that is in vain."""


_NAME = r"[\w.-]+"
_WRITING = (">", ">>", ">|", "&>")
_NO_FILES = ("-", "/dev/")


class _Scan(NamedTuple):
    """A command that looks for something; ``container`` is that in which it runs, if it runs in one."""

    invocation: Invocation
    effect: Effect
    container: Container | None
    hidden: str | None
    """How its failure is hidden, if it is."""

    @property
    def line(self) -> Mapping[str, Any] | None:
        """What scanners.yml says of the program."""
        found: Mapping[str, Any] | None = table("scanners")["scanners"].get(_unended(self.invocation.program))
        return found


def scanner_does_not_gate(buildspec: Buildspec) -> Iterator[Report]:
    """A scanner succeeds with any finding, and nothing looks at what it says."""
    source = buildspec.source
    names = [name for name in table("scanners")["scanners"] if name in source]
    if not any(each.invocations for each in buildspec.shell_items if any(name in each.value for name in names)):
        return
    scans = list({id(scan.invocation.node): scan for scan in _scans(buildspec, names)}.values())
    around = _Around(buildspec)
    gating = {scan.invocation.program for scan in scans if scan.effect.gates is not False}
    for scan in scans:
        line = scan.line
        if line is None or scan.effect.gates is not False or scan.invocation.program in gating:
            continue
        if not _looks(scan, line) or around.may_make_fail(scan, line) or around.uses(scan):
            continue
        told = [word for name in line["told"] for word in scan.invocation.flags(name)]
        variant = "told" if told else "default"
        fields = {
            "command": called(scan.invocation),
            "option": (told[0].text or "").partition("=")[0] if told else line["option"],
        }
        yield Report(_place(scan, line), variant, fields, edits=_made_to_fail(scan, line) if not told else ())


def _unended(program: str) -> str:
    return program.removesuffix(".sh")


def _scans(buildspec: Buildspec, names: list[str]) -> Iterator[_Scan]:
    """The scanners that run where all goes well, in containers too."""
    for run in build_of(buildspec).on(SUCCEEDING):
        if not any(name in run.step.item.value for name in names) and "$" not in run.step.item.value:
            continue
        hidden = {id(each.command): each.how for each in run.hidden}
        for event in run.events:
            for invocation in run.step.item.calls(event.node) if event.kind == RAN else ():
                container = container_of(invocation, event)
                inside = list(container.inside) if container is not None else [invocation]
                for each in inside:
                    effect = effect_of(each)
                    if effect is not None and effect.does in ("scan", "check"):
                        yield _Scan(each, effect, container, hidden.get(id(event.node)))


def _looks(scan: _Scan, line: Mapping[str, Any]) -> bool:
    """Whether it looks for something, and does not make a list or help people."""
    invocation = scan.invocation
    operands = invocation.operands()
    verb = operands[0].text if operands else None
    if "verbs" in line and verb not in line["verbs"]:
        return False
    if verb in line.get("not", ()) or invocation.flags(*line["unless"]):
        return False
    return not any(word.text is None or word.text in line["formats"] for word in _formats(invocation, line))


def _formats(invocation: Invocation, line: Mapping[str, Any]) -> list[Word]:
    return list(option_values(invocation.arguments, _FORMAT)) if line["formats"] else []


def _is_shown(reader: Node | None) -> bool:
    """Whether nothing reads what it prints but people."""
    if reader is None:
        return True
    return isinstance(reader, SimpleCommand) and bool(reader.words) and reader.words[0].text in _SHOWING


class _Around:
    """What else the buildspec and its repository say of scanners and the files that they write."""

    def __init__(self, buildspec: Buildspec) -> None:
        self.buildspec = buildspec
        self.set: dict[str, bool] = {}

    def may_make_fail(self, scan: _Scan, line: Mapping[str, Any]) -> bool:
        """Whether a variable or a file of settings may make it fail, or another rule says that nobody would see it."""
        if scan.hidden is not None and scan.hidden not in _ASKED_FOR:
            return True
        program = scan.invocation.program
        if program not in self.set:
            self.set[program] = self._is_set(line)
        return self.set[program]

    def _is_set(self, line: Mapping[str, Any]) -> bool:
        source, repository = self.buildspec.source, self.buildspec.repository
        names = [name for project in self.buildspec.projects for name, _ in project.variables]
        if any(text in source or text in names for text in line["settings"]):
            return True
        return repository is not None and any(
            key in (text_in(repository, file) or "") for file, key in line["files"].items()
        )

    def uses(self, scan: _Scan) -> bool:
        """Whether something else may look at what it finds: a command behind it, a file that is named again."""
        outer = scan.container.outer if scan.container is not None else scan.invocation
        reader = outer.piped_into
        if outer.captured or not _is_shown(reader):
            return True
        words = list(scan.effect.writes)
        words += [each.target for each in outer.redirections if each.operator in _WRITING]
        words += reader.words[1:] if isinstance(reader, SimpleCommand) else ()
        files = [word if isinstance(word, str) else word.text for word in words]
        return any(self._is_named_again(file) for file in files if file is None or not file.startswith(_NO_FILES))

    def _is_named_again(self, file: str | None) -> bool:
        """Whether a file of findings is named elsewhere, or goes out with others."""
        if file is None or not {"artifacts", "reports"}.isdisjoint(self.buildspec.sections):
            return True
        name = posixpath.basename(file)
        return re.fullmatch(_NAME, name) is None or self.named[name] > 1

    @cached_property
    def named(self) -> Counter[str]:
        """How often what may be a name of a file stands in the buildspec."""
        return Counter(re.findall(_NAME, self.buildspec.source))


def _place(scan: _Scan, line: Mapping[str, Any]) -> Span:
    """Where it is told to scan: in a container by the word after the image, if there is one."""
    operands = scan.invocation.operands()
    is_verb = bool(operands) and operands[0].text in line.get("verbs", ())
    return operands[0].span if scan.container is not None and is_verb else called_at(scan.invocation)


def _made_to_fail(scan: _Scan, line: Mapping[str, Any]) -> tuple[Edit, ...]:
    """The option with which it fails where it finds something."""
    if scan.container is not None and scan.container.command.has("--entrypoint"):
        return ()
    operands = scan.invocation.operands()
    verbs: Collection[str | None] = (*line.get("verbs", ()), *line.get("perhaps", ()))
    depth = 2 if operands[:1] and operands[0].text == "scout" else 1
    place = operands[depth - 1] if operands and operands[0].text in verbs else scan.invocation.words[0]
    return (after(place.span, f" {line['option']}"),)
