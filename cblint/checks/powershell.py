"""Environment variables in PowerShell, where they are no variables like others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cblint.buildspec.model import Buildspec
from cblint.buildspec.shells import POWERSHELL, stated_shell
from cblint.checks.edits import replaced
from cblint.checks.languages import posix_in, powershell_in
from cblint.facts import table
from cblint.finding import Report
from cblint.shell.powershell_tree import (
    Argument,
    Assigned,
    Bracket,
    Call,
    Expandable,
    Keyword,
    PowerShellScript,
    Variable,
)
from cblint.shell.syntax import Literal, Node, SingleQuoted, walk

_ENVIRONMENT = "env"
_PERCENT = r"%([A-Za-z_]\w*)%"
_SET = r"([A-Za-z_]\w*)=(.*)"
_PLAIN_VALUE = r"[\w.:/\\ -]+"


def variables(buildspec: Buildspec) -> Iterator[Report]:
    """Environment variables that are read, or set, as other shells do it."""
    written = buildspec.powershell_items
    if not _runs_powershell(buildspec):
        return
    items = [item for item in written if posix_in(item) is None]
    if len(items) < len(written) and all(powershell_in(item) is None for item in items):
        return  # all of it is for another shell: shell-platform-mismatch speaks
    scripts = [item.powershell for item in items]
    if any(script.problem is not None or any(map(_sets_unseen, walk(script))) for script in scripts):
        return
    known = _environment_variables(buildspec, scripts)
    taken = {name for script in scripts for name in _assigned(script)} | _own()
    for script in scripts:
        yield from _in_script(script, known, taken)


def _runs_powershell(buildspec: Buildspec) -> bool:
    """Whether it is certain that PowerShell runs the commands, and that this is what they are written for."""
    stated = stated_shell(buildspec)
    if stated:
        return stated == POWERSHELL
    windows = [each.is_windows for each in buildspec.environments]
    if False in windows:
        return False
    items = buildspec.command_items
    return (bool(windows) and None not in windows) or (
        any(powershell_in(item) is not None for item in items) and all(posix_in(item) is None for item in items)
    )


def _environment_variables(buildspec: Buildspec, scripts: Iterable[PowerShellScript]) -> frozenset[str]:
    """Names of variables that are in the environment of every command, or are put there by one."""
    facts = table("variables")
    given = [variable.name for variable in buildspec.variables]
    given += [name for project in buildspec.projects for name, _ in project.variables]
    nodes = (node for script in scripts for node in walk(script))
    put = [
        part.raw.strip("${}").partition(":")[2]
        for node in nodes
        if isinstance(node, Assigned)
        for part in node.target.parts
        if isinstance(part, Variable) and part.drive == _ENVIRONMENT
    ]
    return frozenset((*given, *facts["always-set"], *facts["codebuild"], *put))


# What is assigned


def _own() -> set[str]:
    facts = table("powershell")
    return {*facts["automatic"], *facts["preference"]}


def _assigned(script: PowerShellScript) -> Iterator[str]:
    """The names that a script gives a value somewhere: PowerShell's state between commands is not documented."""
    for node in walk(script):
        if isinstance(node, Assigned):
            yield from _names(node.target.parts)
        elif isinstance(node, Keyword):
            yield from _bound(node)
        elif isinstance(node, Call):
            yield from _named(node)


def _names(parts: Iterable[Node]) -> Iterator[str]:
    scopes = table("powershell")["scopes"]
    for part in parts:
        if isinstance(part, Variable) and (not part.drive or part.drive in scopes):
            yield part.name
        elif isinstance(part, Bracket):
            yield from (node.name for node in walk(part) if isinstance(node, Variable))


def _bound(node: Keyword) -> Iterator[str]:
    """The variable of a ``foreach``, the parameters of a function or ``param``."""
    head = node.parts[0] if node.parts else None
    if isinstance(head, Bracket) and node.word in ("foreach", "function", "filter", "param"):
        found = [part.name for part in walk(head) if isinstance(part, Variable)]
        yield from found[:1] if node.word == "foreach" else found


def _named(call: Call) -> Iterator[str]:
    """The variables that a command is told by their names to fill."""
    facts = table("powershell")
    setter = call.name in facts["setters"]
    for word, value in zip(call.words, call.words[1:], strict=False):
        text = (word.text or "").lower().removesuffix(":")
        if text in facts["naming-parameters"] or (word.verbatim and text.endswith("variable")):
            yield (value.text or "").lower().lstrip("+")
        elif setter and (word is call.words[0] or text in ("-name", "-path")):
            yield (value.text or "").lower().removeprefix("variable:")


def _sets_unseen(node: Node) -> bool:
    """Whether variables can be set that are named nowhere: by another file, by a text, by a computed name."""
    if not isinstance(node, Call):
        return False
    facts = table("powershell")
    if node.operator == "." or (node.name in facts["loads"] and re.search(r"[\\/]|\.psm1", node.raw)):
        return True
    if node.name in facts["runs-text"]:
        # A script from elsewhere does not know the names of this build.
        return not any("://" in (text or "") for text in _texts(node))
    computed = [word for word in node.words[:3] if word.text is None]
    by_name = node.name.endswith(("variable", "v"))  # others set what is on some drive
    return node.name in facts["setters"] and any(by_name or "variable:" in word.raw.lower() for word in computed)


def _texts(node: Node) -> Iterator[str | None]:
    return (each.value for each in walk(node) if isinstance(each, (SingleQuoted, Expandable, Literal)))


# What is read


def _in_script(script: PowerShellScript, known: frozenset[str], taken: set[str]) -> Iterator[Report]:
    for node in walk(script):
        if isinstance(node, Variable):
            yield from _variable(node, known, taken)
        elif isinstance(node, Call):
            yield from _call(node, known)


def _variable(node: Variable, known: frozenset[str], taken: set[str]) -> Iterator[Report]:
    """``$NAME``, or ``$NAME:rest``, which PowerShell takes for one name."""
    if node.drive == _ENVIRONMENT and not node.braces:
        yield from _runs_on(node, known)
        return
    written = node.raw[2:-1] if node.braces else node.raw[1:]
    name, colon, _ = written.partition(":")
    if node.splatted or name not in known or name.lower() in taken:
        return
    if colon and (name.lower() == _ENVIRONMENT or name.lower() in table("powershell")["scopes"]):
        return
    end = len(node.raw) if not colon or node.braces else 1 + len(name)
    if colon and node.braces:
        return
    following = node.source.value[node.start + end : node.start + end + 1]
    new = f"${{env:{name}}}" if node.braces or following == ":" else f"$env:{name}"
    fields = {"name": name, "new": new}
    span = node.part(0, end)
    yield Report(span, "variable", fields, edits=(replaced(span, new),))


def _runs_on(node: Variable, known: frozenset[str]) -> Iterator[Report]:
    """``$env:NAME:rest``, where the colon and what follows belong to the name."""
    name, colon, rest = node.raw[len("$env:") :].partition(":")
    following = node.source.value[node.end : node.end + 2]
    if name not in known or not (colon or (following.startswith(":") and following != "::")):
        return
    span = node.part(0, len("$env:") + len(name))
    new = f"${{env:{name}}}"
    fields = {"name": name, "taken": f"{name}:{rest}", "new": new}
    yield Report(span, "colon", fields, edits=(replaced(span, new),))


def _call(node: Call, known: frozenset[str]) -> Iterator[Report]:
    if node.name == "set" and len(node.words) > 1:
        yield from _set(node)
    elif node.name in table("powershell")["takes-percent-signs-literally"]:
        for word in node.words[1:]:
            yield from _percent_signs(word, known)


def _set(node: Call) -> Iterator[Report]:
    """``set NAME=value``: for PowerShell, a variable that is called ``NAME=value``."""
    match = re.fullmatch(_SET, node.words[1].text or node.words[1].raw.strip('"'), re.DOTALL)
    if match is None:
        return
    plain = len(node.words) == 2 and node.words[1].text is not None and re.fullmatch(_PLAIN_VALUE, match[2])
    edits = (replaced(node.span, f"$env:{match[1]} = '{match[2]}'"),) if plain else ()
    yield Report(node.words[0].span.to(node.words[1].span), "set", {"name": match[1]}, edits=edits, safe=False)


def _percent_signs(word: Argument, known: frozenset[str]) -> Iterator[Report]:
    for part in word.parts:
        if not isinstance(part, (Literal, Expandable)):
            continue
        for match in re.finditer(_PERCENT, part.raw):
            name = match[1]
            if name in known:
                following = part.raw[match.end() : match.end() + 1]
                new = f"${{env:{name}}}" if re.match(r"[\w:?]", following) else f"$env:{name}"
                span = part.part(*match.span())
                fields = {"name": name, "written": match[0], "new": new}
                yield Report(span, "percent", fields, edits=(replaced(span, new),) if not word.verbatim else ())
