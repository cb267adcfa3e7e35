"""What bash can do and the ``/bin/sh`` of Ubuntu images cannot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.buildspec.shells import BASH_AS_SH, DASH, SH
from cblint.finding import Report
from cblint.shell.commands import AndOr, Case, If, Subshell, While
from cblint.shell.syntax import walk
from cblint.shell.trees import of_tree
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.checks.edits import Change
    from cblint.shell.dialect import Construct
    from cblint.shell.script import Script

# A quick look at what a construct is written with, as most commands hold none: text that must stand in the command, and
# a pattern where that says little. Bounded, so that no text takes long, and with text at its beginning, which re looks
# for many times faster than for what a lookbehind or \b lets begin.
_PATTERNS = {
    "<": r"[(`] *<(?! *<)",
    ">&": r">&(?!\d(?!\d*-)|-)",
    "!": r"! +!",
    "==": r"==(?<=[\s\"']==)[\s\\\"']",
    "[ ": r"\[ .{0,300}-[avoNR] ",
    "test ": r"test (?<![\w./-]test ).{0,300}-[avoNR] ",
    "$_": r"\$_\b",
    "${": r"\$\{(?:!|#[@*]|#\w+\[|\w+(?:[\[/^,@]|:(?![-=?+])))",
    "..": r"\{(?<!\$\{)[^{}\s]*\.\.",
    ",": r"\{(?<!\$\{)[^{}\s]*,",
    "trap": r"trap(?: +-|\b.{0,300}\b(?:SIG|ERR|DEBUG|RETURN))",
    "kill": r"kill .{0,300}(?:-n|SIG)",
    "unset": r"unset(?: +-|\(\)| .{0,300}\[)",
    "read": r"read(?<!\wread) *(?:$|[;&|]| -)",
    "printf": r"printf(?: +-| .{0,300}%[-\d]*[q(])",
    ". ": r"(?m:^|[;&|]) *\. +[\w.-]+(?![/\w.-])",
    "()": r"[-.+:@]\w*\(\)|\b(?:eval|return|exit|shift)\(\)",
    "for ": r"for (?<!\wfor ).{0,300}[;\n] *\{",
}
_BUILTINS = (
    *("source", "function", "select", "coproc", "declare", "typeset", "pushd", "popd", "dirs", "shopt", "mapfile"),
    *(
        "readarray",
        "let",
        "bind",
        "builtin",
        "disown",
        "enable",
        "history",
        "suspend",
        "logout",
        "help",
        "fc",
        "caller",
    ),
    *("compgen", "complete", "compopt", "time", "pipefail", "errtrace", "functrace"),
)
_WITH_OPTIONS = (
    *("set", "export", "type", "exec", "hash", "jobs", "wait", "cd", "umask", "ulimit", "exit", "return", "readonly"),
    *("local", "alias"),
)
_SIGNS = {
    **dict.fromkeys(("[[", "((", "=(", "+=", "]=", "<<<", "<(", ">(", "&>", "|&", ";&", "$'", "$["), ""),
    **dict.fromkeys(("RANDOM", "SECONDS", "BASH", "PIPESTATUS", "FUNCNAME", "LINENO", "DIRSTACK", "EPOCH"), ""),
    **dict.fromkeys(("UID", "OSTYPE", "HOSTTYPE", "MACHTYPE"), ""),
    **_PATTERNS,
}
_NAMES = {
    # A word of its own, which is not where quotes only end: "Build complete", get-caller-identity.
    **{name: rf"{name}(?<![\w./-]{name})(?:(?![\w./\"'-])|[\"'](?<=[\"']{name}.))" for name in _BUILTINS},
    **{name: rf"{name}(?<![\w./-]{name})(?: +-|\(\))" for name in _WITH_OPTIONS},
}
_APART = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "_")}
# What the author of a command may well have wanted, or what only changes how the log looks.
_HARMLESS = frozenset(
    {
        *("alias", "caret-pattern", "descriptor", "dot-arguments", "echo-escape", "echo-option", "printf-escape"),
        *("local-outside-function", "localized-quote", "return-outside-function", "tilde-argument", "tilde-directory"),
    }
)
_ALWAYS = "fails-always"
_EFFECTS = {"syntax": "fails", "fails": "fails", "silent": "silent"}
_MOST_RELATED = 20
_DEBIAN, _RED_HAT, _ALPINE = "debian", "red-hat", "alpine"
_PACKAGE_MANAGERS = {"apt": _DEBIAN, "apt-get": _DEBIAN, "yum": _RED_HAT, "dnf": _RED_HAT, "apk": _ALPINE}
"""And with them sh is dash; bash, as on Amazon Linux; or the ash of busybox, which can do some of what bash can."""


def bash_syntax_under_sh(buildspec: Buildspec) -> Iterator[Report]:
    """Commands need bash, and sh runs them: of each construct the first place, as one line mends all of a file."""
    if buildspec.runs_in not in (DASH, SH, BASH_AS_SH):
        return
    found: dict[tuple[str, str], list[tuple[Construct, ShellItem]]] = {}
    for item in _candidates(buildspec):
        for construct in _unmet(item.script):
            effect = _ALWAYS if _fails_always(construct) else _EFFECTS[construct.effect]
            found.setdefault((construct.name, effect), []).append((construct, item))
    certainty, where = _certainty(buildspec) if found else ("", "")
    touched, edits = with_bash(buildspec) if found else ((), ())
    for (_, effect), places in found.items():
        if not certainty and effect != _ALWAYS:
            continue
        first, item = places[0]
        related = tuple(("again", construct.span) for construct, _ in places[1:_MOST_RELATED])
        fields = {"written": _shown(first), "dash": first.dash, "where": where, "bash": first.posix_bash}
        variant = effect if effect == _ALWAYS else certainty if certainty == "passes" else f"{effect}-{certainty}"
        yield Report(first.span, variant, fields, related, edits, about=item.node, touched=touched)


def with_bash(buildspec: Buildspec) -> Change:
    """The commands run by bash, if it is there: on Alpine, only where it was installed."""
    from cblint.checks.edits import NOTHING
    from cblint.checks.structure import with_shell  # few files need it

    return NOTHING if _ALPINE in _distributions(buildspec) else with_shell(buildspec, "bash")


def _fails_always(construct: Construct) -> bool:
    """Whether bash fails too where it is called sh: a file that only stands in the folder, say, which it does not find.

    What is called ``activate`` may be in PATH; a name with an ending is none of a program.
    """
    if not construct.posix_bash or construct.effect != "fails":
        return False
    missing = re.search(r"(?<!\S)(\S+): file not found", construct.posix_bash)
    return missing is None or "." in missing[1]


def _certainty(buildspec: Buildspec) -> tuple[str, str]:
    """How sure it is that dash runs the commands, and in which of several builds; nothing where bash is known to."""
    dash = [each for each in buildspec.environments if each.sh == DASH]
    if dash:
        from cblint.buildspec.environments import those  # of most builds nothing is known

        return "certain", those(dash, buildspec.environments)
    if buildspec.runs_in == BASH_AS_SH:
        return "passes", ""
    distributions = _distributions(buildspec)
    if distributions and _DEBIAN not in distributions:
        return "", ""
    return "certain" if distributions == {_DEBIAN} else "unknown", ""


def _shown(construct: Construct) -> str:
    """An expansion as it stands, for anything else what it is called."""
    raw = construct.place.raw
    return raw if raw.startswith("${") and raw.endswith("}") else construct.written


def _candidates(buildspec: Buildspec) -> Iterator[ShellItem]:
    """The commands that sh can read and that do not look for themselves which shell runs them."""
    signs = _signs_in("\n".join([item.value for item in buildspec.shell_items]))
    for item in buildspec.shell_items:
        looks = "BASH_VERSION" in item.value or item.value.lstrip().startswith("#!")
        if not looks and _may_hold(item.value, signs) and item.script.problem is None:
            yield item


def _signs_in(commands: str) -> list[tuple[str, str]]:
    """The signs that stand somewhere in the commands: of 100 a few."""
    words = set(commands.translate(_APART).split()) if commands.isascii() else _NAMES.keys()
    names = [(name, _NAMES[name]) for name in _NAMES.keys() & words]
    return [*names, *((text, more) for text, more in _SIGNS.items() if text in commands)]


def _may_hold(command: str, signs: Iterable[tuple[str, str]]) -> bool:
    """Whether something stands in a command that a construct could be written with."""
    return any(text in command and (not more or re.search(more, command)) for text, more in signs)


@of_tree
def _unmet(script: Script) -> list[Construct]:
    """What dash does not do as bash does, but for builtins that the command does without if need be."""
    from cblint.shell.dialect import constructs

    found = constructs(script)
    counting = _that_are_reached(script, [construct for construct in found if _counts(construct)])
    if not counting:
        return []
    probed = _probed(script, found)
    tried = list(_tried(script)) if any(map(_is_builtin, counting)) else []
    unmet: list[Construct] = []
    for construct in counting:
        place = construct.place
        if construct.name in probed:
            continue
        stands_in = any(place.source is text and start <= place.start < end for text, start, end in tried)
        if not (stands_in and _is_builtin(construct)):
            unmet.append(construct)
    return unmet


def _that_are_reached(script: Script, found: list[Construct]) -> list[Construct]:
    """Those that dash gets to: behind a line that it cannot read it runs nothing."""
    text = script.source
    broken = [each.place.start for each in found if each.effect == "syntax" and each.place.source is text]
    if not broken:
        return found
    line = text.value.rfind("\n", 0, min(broken)) + 1
    return [
        each for each in found if each.effect == "syntax" or (each.place.source is text and each.place.start < line)
    ]


def _counts(construct: Construct) -> bool:
    meant_as_text = construct.name == "brace-expansion" and "=" in construct.place.raw
    return bool(construct.dash) and construct.name not in _HARMLESS and not meant_as_text


def _is_builtin(construct: Construct) -> bool:
    return construct.dash == f"{construct.name}: not found"


def _probed(script: Script, found: Iterable[Construct]) -> set[str]:
    """What is tried in a subshell first, as in ``(set -o pipefail) 2>/dev/null && set -o pipefail``."""
    shells = [node for node in walk(script) if isinstance(node, Subshell) and node.redirections]
    return {
        construct.name
        for construct in found
        for shell in shells
        if construct.place.source is shell.source and shell.start <= construct.place.start < shell.body.end
    }


def _tried(script: Script) -> Iterator[tuple[object, int, int]]:
    """The ranges of commands for which another stands in if they fail."""
    for node in walk(script):
        if isinstance(node, AndOr) and "||" in node.operators:
            last = len(node.operators) - node.operators[::-1].index("||")
            yield node.source, node.start, node.pipelines[last - 1].end


def _distributions(buildspec: Buildspec) -> set[str]:
    """Those whose package managers run whatever is the case."""
    found = set()
    for invocation in buildspec.invocations(r"(?:apt|apt-get|yum|dnf|apk)\s"):
        guarded = any(
            isinstance(node, If | Case | While) or (isinstance(node, AndOr) and "||" in node.operators)
            for node in invocation.above
        )
        if not guarded and invocation.program in _PACKAGE_MANAGERS:
            found.add(_PACKAGE_MANAGERS[invocation.program])
    return found
