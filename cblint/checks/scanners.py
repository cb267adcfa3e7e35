"""Scanners that let a build pass whatever they find."""

from __future__ import annotations

import posixpath
from collections.abc import Container as Collection
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from cblint.checks.contained import Container, container_of
from cblint.checks.edits import after
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.kinds import RAN
from cblint.flow.steps import SUCCEEDING
from cblint.hosts.repository import text_in
from cblint.shell.commands import SimpleCommand
from cblint.shell.effects import Effect, called, called_at, effect_of
from cblint.shell.operands import option_values
from cblint.shell.query import Invocation
from cblint.shell.syntax import Node, Word
from cblint.source.text import Span

if TYPE_CHECKING:
    from cblint.buildspec.model import Buildspec

_FORMAT = ("-f", "--format")
_SHOWING = frozenset({"tee", "cat", "less", "more", "head", "tail"})
"""Programs that only show what a scanner has printed."""
_ASKED_FOR = frozenset({"condition", "negation"})
"""Ways in which a failure is hidden where somebody asks for it: where it cannot fail, that is in vain."""


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
    source = buildspec.stream.text.value
    names = [name for name in table("scanners")["scanners"] if name in source]
    if not any(each.invocations for each in buildspec.shell_items if any(name in each.value for name in names)):
        return
    scans = list({id(scan.invocation.node): scan for scan in _scans(buildspec, names)}.values())
    gating = {scan.invocation.program for scan in scans if scan.effect.gates is not False}
    for scan in scans:
        line = scan.line
        if line is None or scan.effect.gates is not False or scan.invocation.program in gating:
            continue
        if not _looks(scan, line) or _may_gate(buildspec, scan, line) or _is_used(buildspec, scan):
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


def _may_gate(buildspec: Buildspec, scan: _Scan, line: Mapping[str, Any]) -> bool:
    """Whether a variable or a file of settings may make it fail, or another rule says that nobody would see that."""
    if scan.hidden is not None and scan.hidden not in _ASKED_FOR:
        return True
    source = buildspec.stream.text.value
    names = [name for project in buildspec.projects for name, _ in project.variables]
    if any(text in source or text in names for text in line["settings"]):
        return True
    repository = buildspec.repository
    return repository is not None and any(
        key in (text_in(repository, file) or "") for file, key in line["files"].items()
    )


def _is_used(buildspec: Buildspec, scan: _Scan) -> bool:
    """Whether something else may look at what it finds: a command behind it, a file that is named again."""
    outer = scan.container.outer if scan.container is not None else scan.invocation
    if outer.captured or not _is_shown(outer.piped_into):
        return True
    reader = outer.piped_into
    words = list(scan.effect.writes)
    words += [each.target for each in outer.redirections if each.operator in (">", ">>", ">|", "&>")]
    words += reader.words[1:] if isinstance(reader, SimpleCommand) else ()
    files = [word if isinstance(word, str) else word.text for word in words]
    return any(
        _is_named_again(buildspec, file) for file in files if file is None or not file.startswith(("-", "/dev/"))
    )


def _is_shown(reader: Node | None) -> bool:
    """Whether nothing reads what it prints but people."""
    if reader is None:
        return True
    return isinstance(reader, SimpleCommand) and bool(reader.words) and reader.words[0].text in _SHOWING


def _is_named_again(buildspec: Buildspec, file: str | None) -> bool:
    """Whether a file of findings is named elsewhere, or goes out with others."""
    if file is None or not {"artifacts", "reports"}.isdisjoint(buildspec.sections):
        return True
    return buildspec.stream.text.value.count(posixpath.basename(file)) > 1


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
