"""What single commands do in a build where nobody sits at a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.buildspec.shells import DASH
from cblint.finding import Edit, Report
from cblint.shell.commands import ArithmeticCommand, ArithmeticFor, Assignment, For, Script, SimpleCommand, While
from cblint.shell.query import Invocation, invocations, programs
from cblint.shell.syntax import Literal, Node, Parameter, Word, walk
from cblint.source.text import Span

# Package managers

_ASKING = {
    "apt": ("install", "upgrade", "full-upgrade", "remove", "purge", "autoremove", "reinstall"),
    "apt-get": ("install", "upgrade", "dist-upgrade", "remove", "purge", "autoremove", "build-dep"),
    "yum": (
        "install",
        "update",
        "upgrade",
        "remove",
        "erase",
        "localinstall",
        "groupinstall",
        "reinstall",
        "autoremove",
    ),
    "dnf": (
        "install",
        "update",
        "upgrade",
        "remove",
        "erase",
        "localinstall",
        "groupinstall",
        "reinstall",
        "autoremove",
    ),
}
_ASSUME = {
    "apt": (
        "-y",
        "--yes",
        "--assume-yes",
        "--force-yes",
        "-s",
        "--simulate",
        "--dry-run",
        "--just-print",
        "-d",
        "--reinstall",
    ),
    "yum": ("-y", "--assumeyes", "--assumeno", "--downloadonly"),
}


def apt_not_assume_yes(buildspec: Buildspec) -> Iterator[Report]:
    """A package manager will ask, and nobody answers."""
    source = buildspec.stream.text.value
    if "Assume-Yes" in source or "assumeyes" in source:
        return  # some file tells the package manager
    for script in buildspec.scripts("apt", "yum", "dnf"):
        for invocation in invocations(script):
            asking = _ASKING.get(invocation.program)
            operands = invocation.operands() if asking else []
            if not asking or not operands or operands[0].text not in asking or invocation.fed_by is not None:
                continue
            assumed = _ASSUME["apt" if invocation.program.startswith("apt") else "yum"]
            if invocation.flags(*assumed) or _may_say_yes(invocation):
                continue
            word = operands[0]
            fields = {"program": invocation.program, "command": word.text or ""}
            end = word.source.offset(word.end)
            variant = "may-ask" if invocation.program.startswith("apt") else "asks"
            yield Report(word.span, variant, fields, edits=(Edit(Span(end, end), " -y"),))


def _may_say_yes(invocation: Invocation) -> bool:
    """Whether apt's ``-qq``, what it reads, or a variable that can hold options says yes."""
    texts = [word.text for word in invocation.arguments]
    quiet = sum(1 for text in texts if text in ("-q", "--quiet")) > 1
    return (
        quiet
        or any(text is not None and text.startswith(("-qq", "-q=2")) for text in texts)
        or any(isinstance(part, Parameter) for word in invocation.arguments for part in word.parts)
        or any(redirection.operator.startswith("<") for redirection in invocation.redirections)
    )


# Docker


def docker_interactive_flag(buildspec: Buildspec) -> Iterator[Report]:
    """A container is to be attached to a terminal, and there is none."""
    for script in buildspec.scripts("docker", "podman"):
        for invocation in invocations(script):
            found = invocation.runs(invocation.program, "run") or invocation.runs(invocation.program, "exec")
            if invocation.program not in ("docker", "podman") or len(found) < 2:
                continue
            options = _before_image(invocation, found)
            interactive, terminal = _letters(options, "i", "--interactive"), _letters(options, "t", "--tty")
            if interactive and terminal and not _letters(options, "d", "--detach"):
                word = terminal[0]
                yield Report(word.span, "terminal", {"flag": word.text or ""}, edits=_without_terminal(word))


_DOCKER_SWITCHES = frozenset(
    {"--rm", "--init", "--privileged", "--read-only", "--no-healthcheck", "--interactive", "--tty"}
)


def _before_image(invocation: Invocation, found: list[Word]) -> list[Word]:
    """The options of ``docker run`` that certainly stand before the image: up to the first word that may be it."""
    words = [word for word in invocation.arguments if word.start > found[0].start]
    options: list[Word] = []
    takes_value = False
    for word in words:
        text = word.text
        if takes_value:
            takes_value = False
        elif text is not None and text.startswith("-"):
            options.append(word)
            switch = text in _DOCKER_SWITCHES or "=" in text or re.fullmatch(r"-[ditPq]+", text) is not None
            takes_value = not switch
        else:
            break
    return options


def _letters(options: list[Word], letter: str, name: str) -> list[Word]:
    found = []
    for word in options:
        text = word.text or ""
        if text == name or (re.fullmatch(r"-[ditPq]+", text) and letter in text):
            found.append(word)
    return found


def _without_terminal(word: Word) -> tuple[Edit, ...]:
    text = word.text or ""
    if text in ("-t", "--tty") or word.raw != text:
        before = word.source.value[: word.start]
        start = len(before.rstrip(" "))
        return (Edit(word.source.span(start, word.end), ""),) if word.raw == text else ()
    return (Edit(word.span, text.replace("t", "")),)


def ecr_get_login_removed(buildspec: Buildspec) -> Iterator[Report]:
    """``aws ecr get-login``, which the AWS CLI has no more."""
    for script in buildspec.scripts("get-login"):
        for invocation in invocations(script):
            found = invocation.runs("aws", "ecr", "get-login")
            if found:
                yield Report(found[0].span, "removed", {})


# Waiting

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_LONG = 5
"""Seconds from which a sleep waits for something."""


def sleep_as_synchronisation(buildspec: Buildspec) -> Iterator[Report]:
    """A fixed time is waited, in the hope that something is ready then."""
    for script in buildspec.scripts("sleep"):
        for invocation in invocations(script):
            if invocation.program != "sleep" or len(invocation.arguments) != 1 or invocation.in_background:
                continue
            match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([smhd]?)", invocation.arguments[0].text or "")
            if match is None or float(match[1]) * _UNITS[match[2]] < _LONG or _in_loop(invocation):
                continue
            yield Report(
                Span(invocation.words[0].span.start, invocation.words[-1].span.end), "fixed", {"time": match.group()}
            )


def _in_loop(invocation: Invocation) -> bool:
    return any(isinstance(node, (While, For, ArithmeticFor)) for node in invocation.above)


_LEAVING = frozenset({"break", "exit", "return", "kill", "exec", "timeout"})


def unbounded_wait(buildspec: Buildspec) -> Iterator[Report]:
    """Something is waited for that may never come: then the build runs to its timeout, and is paid for."""
    for script in buildspec.scripts("while", "until", "tail"):
        functions = any(type(node).__name__ == "Function" for node in walk(script))
        for node in walk(script):
            if isinstance(node, While) and not functions and _is_endless(node, script):
                keyword = "until" if node.until else "while"
                span = node.source.span(node.start, node.start + len(keyword))
                yield Report(span, "loop", {"keyword": keyword})
        for invocation in invocations(script):
            if invocation.program == "tail" and _follows(invocation):
                yield Report(invocation.words[0].span, "tail", {})


def _is_endless(loop: While, script: Script) -> bool:
    """Whether nothing but what is waited for ends the loop."""
    held_by = _above(script, loop)
    if any(getattr(node, "terminator", "") == "&" for node in held_by):
        return False
    names = programs([loop.condition, loop.body])
    if names & _LEAVING or "" in names or "read" in names:
        return False
    changes = any(
        isinstance(node, (Assignment, ArithmeticCommand)) or "++" in node.raw or "+=" in node.raw
        for node in walk(loop)
        if node is not loop and isinstance(node, (Assignment, ArithmeticCommand, Word))
    )
    return not changes and ("sleep" in names or _always(loop))


def _always(loop: While) -> bool:
    condition = loop.condition.raw.strip()
    return condition in (("false",) if loop.until else ("true", ":", "[ 1 ]", "(( 1 ))", "((1))"))


def _above(script: Script, wanted: Node) -> tuple[Node, ...]:
    """The nodes that hold another, the nearest first."""
    stack: list[tuple[Node, tuple[Node, ...]]] = [(script, ())]
    while stack:
        node, held_by = stack.pop()
        if node is wanted:
            return held_by
        stack += [(child, (node, *held_by)) for child in node.children()]
    return ()


def _follows(invocation: Invocation) -> bool:
    """Whether ``tail`` goes on for ever: in the foreground, with nothing to end it."""
    if not invocation.flags("-f", "-F", "--follow") or invocation.flags("--pid"):
        return False
    if "timeout" in invocation.wrappers or invocation.in_background or invocation.captured:
        return False
    return invocation.pipeline is None


# Words that a shell takes apart

_BRACES = re.compile(r"\{[^{}\s]*=[^{}\s]*,[^{}\s]*\}|\{[^{}\s]*,[^{}\s]*=[^{}\s]*\}")


def unquoted_brace_expansion(buildspec: Buildspec) -> Iterator[Report]:
    """A word in braces, meant as it stands, that bash makes several words of."""
    if buildspec.runs_in == DASH:
        return
    for script in buildspec.scripts("{"):
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
