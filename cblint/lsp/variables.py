"""The variables that can be read where a ``$`` is typed in a command."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from cblint import expressions
from cblint.buildspec.model import Buildspec, ShellItem
from cblint.buildspec.shape import Steps
from cblint.buildspec.shells import POSIX, POWERSHELL
from cblint.facts import table
from cblint.flow.steps import Step, steps_of
from cblint.lsp.known import Named, given_variables, set_in
from cblint.lsp.probe import Standing
from cblint.lsp.typed import PLACEHOLDER
from cblint.records import NamedTuple
from cblint.shell.parser import parse
from cblint.shell.syntax import Parameter, walk
from cblint.source.foreign import Given
from cblint.source.text import Span, Text, begin_of_line
from cblint.source.tree import Scalar

_READ = expressions.lazy(r"(?<![\\$])\$(?P<environment>\{?[Ee]nv:)?(?P<brace>\{?)(?P<name>\w{0,100})\Z")
_LONGEST = 200
_SINGLE_QUOTE = "'"
_NAME = expressions.lazy(r"\w{0,100}")


class Reading(NamedTuple):
    """A variable whose name is being typed. ``opened``: a brace begins it that nothing ends."""

    replaced: Span
    opened: bool
    of_powershell: bool

    @property
    def filled(self) -> str:
        """The placeholder as a whole expansion."""
        return self.written(PLACEHOLDER)

    def written(self, name: str) -> str:
        """What is put in the place of what is typed."""
        return f"{name}}}" if self.opened else name


def reading_at(text: str, offset: int) -> Reading | None:
    """The variable whose name is typed at an offset; None if no ``$`` begins one."""
    begin = max(begin_of_line(text, offset), offset - _LONGEST)
    match = _READ.search(text, begin, offset)
    if match is None:
        return None
    behind = _NAME.match(text, offset)
    end = behind.end() if behind is not None else offset
    has_brace = "{" in match.group()
    return Reading(Span(match.start("name"), end), has_brace and text[end : end + 1] != "}", bool(match["environment"]))


def variables_at(found: Standing, reading: Reading) -> Iterator[tuple[int, Named]]:
    """The variables that can be read there, with the rank of where they come from."""
    buildspec, node = found.buildspec, found.node
    if buildspec is None or not _is_command(found.steps) or not isinstance(node, Scalar):
        return
    is_powershell = buildspec.runs_in == POWERSHELL
    if is_powershell != reading.of_powershell or (not is_powershell and buildspec.runs_in not in POSIX):
        return
    item = ShellItem(node, "", 0)
    if not is_powershell and not _is_read(item):
        return
    names: dict[str, tuple[int, Named]] = {each.name: (0, each) for each in given_variables(buildspec)}
    for name, description in _set_before(buildspec, item) if not is_powershell else ():
        names.setdefault(name, (1, Named(name, description)))
    for each in codebuild_variables():
        names.setdefault(each.name, (2, each))
    yield from names.values()


def _is_command(steps: Steps) -> bool:
    return len(steps) > 2 and steps[0] == "phases" and steps[2] in ("commands", "finally")


def _is_read(item: ShellItem) -> bool:
    """Whether the shell reads the variable there: in single quotes and comments it does not.

    Of a command that is half written the tree ends before the problem: what stands before the place decides then.
    """
    script = item.script
    if script.problem is None:
        return any(isinstance(node, Parameter) and node.name == PLACEHOLDER for node in walk(script))
    end = item.value.find(PLACEHOLDER) + len(PLACEHOLDER)
    begun = parse(item.node.text.slice(0, end))
    is_quoted = begun.problem is not None and begun.problem.token == _SINGLE_QUOTE
    return not is_quoted and not any(comment.end >= end for comment in begun.comments)


def _set_before(buildspec: Buildspec, item: ShellItem) -> Iterator[tuple[str, str]]:
    """What commands set that run before, and what the same command sets above."""
    from cblint.checks.exported import is_version_0_1

    for step in steps_of(buildspec):
        if step.item.node is item.node:
            yield from _set_above(item, step)
            return
        for name in _set_by(step.item.value) if not is_version_0_1(buildspec) else ():
            yield name, f"Set in {step.where}."


def _set_above(item: ShellItem, step: Step) -> Iterator[tuple[str, str]]:
    lines = item.value[: item.value.find(PLACEHOLDER)]
    for name in _set_by(lines[: lines.rfind("\n") + 1]):
        yield name, f"Set above in {step.where}."


@lru_cache(maxsize=4096)
def _set_by(command: str) -> tuple[str, ...]:
    """Of all commands of a file only one changes from one key to the next."""
    if "=" not in command and not any(word in command for word in table("variables")["fills"]):
        return ()
    text = Text.of(command)
    return tuple(set_in(ShellItem(Given(text, 0, len(text), text), "", 0)))


def codebuild_variables() -> Iterator[Named]:
    """The variables that CodeBuild sets, without families and without what leads to credentials."""
    left_out = {*table("variables")["credentials"]}
    for name, says in table("meanings")["variables"].items():
        if "<" not in name and name not in left_out:
            caution = " Whoever opens a pull request can choose it." if says.get("outside") else ""
            yield Named(name, f"CodeBuild: {says['holds']}. Set {says['set']}.{caution}")
