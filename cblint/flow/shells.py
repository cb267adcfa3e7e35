"""In what the shells differ, asked one question at a time; where the shell is not known, the answer may be neither."""

from __future__ import annotations

from collections.abc import Sequence

from cblint import expressions
from cblint.flow.values import Maybe
from cblint.shell.commands import ArrayLiteral, Case, Test
from cblint.shell.dialect import Construct, constructs
from cblint.shell.script import Script
from cblint.shell.syntax import CommandSubstitution, walk
from cblint.typing import TypeVar

T = TypeVar("T")

DASH, BASH_AS_SH, BASH, SH = "dash", "bash-as-sh", "bash", "sh"
_POSSIBLE = {
    DASH: (True, False, False),
    BASH_AS_SH: (False, True, False),
    BASH: (False, False, True),
    SH: (True, True, False),
}


class Shell:
    """The shells that may run the commands: dash, bash called sh, bash; or, as ``sh``, one of the first two."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._possible = _POSSIBLE[name]
        self.is_dash: Maybe = self.among(True, False, False)
        """Whether it is dash."""
        self.special_builtins_exit: Maybe = self.among(True, True, False)
        """Whether a special builtin that goes wrong ends the shell, as POSIX has it."""
        self.braces = self.is_dash is not True
        """Whether ``{a,b}`` may be more than one word."""

    def among(self, dash: T, posix: T, bash: T) -> T | None:
        """What holds in the shell: in dash, in bash called sh, or in bash. None where those possible do not agree."""
        answers = [answer for answer, possible in zip((dash, posix, bash), self._possible, strict=True) if possible]
        first = answers[0]
        return first if all(answer == first for answer in answers) else None


DYNAMIC = frozenset(
    {"RANDOM", "SRANDOM", "SECONDS", "LINENO", "EPOCHSECONDS", "EPOCHREALTIME", "BASHPID", "BASH_COMMAND", "_"}
    | {"BASH_SUBSHELL", "BASH_ARGV0", "DIRSTACK", "FUNCNAME", "GROUPS", "HISTCMD", "COMP_WORDBREAKS", "PIPESTATUS"}
)
"""Variables of bash that are another thing each time."""
FIXED = ("UID", "EUID", "PPID", "SHELLOPTS", "BASHOPTS", "BASH_VERSINFO")
"""Variables of bash that are readonly."""
_FOLLOWED = frozenset(
    {"test-equals", "test-unary", "indirection", "substitution", "case-change", "substring", "transformation"}
    | {"array-element", "set-option", "double-brackets", "local-outside-function", "dot-without-slash", "power"}
    | {"negative-status", "echo-option", "echo-escape", "printf-directive", "printf-escape", "number-base", "comma"}
    | {
        "brace-expansion",
        "ansi-quote",
        "caret-pattern",
        "shell-variable",
        "file-substitution",
        "return-outside-function",
    }
    | {"declare", "typeset", "shopt", "source", "pushd", "popd", "let", "mapfile", "disown", "history", "help"}
    | {"dot-arguments", "export-option", "array-unset", "trap-signal"}
)
"""Constructs of bash of which we follow what dash makes of them."""


OTHERWISE = "otherwise"
"""The effect of something that the shell reads as another text than we do."""


_MODES = expressions.lazy(
    r"\b(?:lastpipe|failglob|nocasematch|nocaseglob|xpg_echo|inherit_errexit|localvar_(?:inherit|unset)|expand_aliases)\b"
    r"|\bcompat[345]|\bPOSIXLY_CORRECT\b|-o\s+(?:posix|keyword)\b|\bset\s+-k\b"
)
"""What makes bash another shell, which is not followed."""
_OF_MODES = (
    *("lastpipe", "failglob", "nocasematch", "nocaseglob", "xpg_echo", "inherit_errexit", "localvar_"),
    *("expand_aliases", "compat", "POSIXLY_CORRECT", "posix", "keyword", "-k"),
)
"""One of these stands in every text in which the pattern, slower to search for, can be found."""


def effect_in(script: Script, shell: Shell, found: Sequence[Construct] | None = None) -> str:
    """What becomes of something in it that works in bash only, and not in this shell; nothing if there is none.

    ``found`` are the constructs in it, if they have been looked for.
    """
    if script.problem is not None and script.problem.kind == "too-deep":
        return "fails"
    if shell.is_dash is not True and _changes_mode(script.source.value):
        return OTHERWISE
    if shell.is_dash is not True and (_has_case_in_brackets(script) or _has_quoted_elements(script)):
        return OTHERWISE
    if shell.name not in (DASH, BASH_AS_SH):
        return ""
    found = constructs(script) if found is None else found
    if shell.name == BASH_AS_SH:
        effects = [construct.effect for construct in found if construct.posix_bash and construct.name not in _FOLLOWED]
    elif any(construct.name == "ansi-quote" and construct.effect == "syntax" for construct in found):
        # To dash the quotes end at `\'`; what stands between which is then another matter.
        return OTHERWISE
    elif any(construct.name == "double-brackets" for construct in found) and _has_joined_conditions(script):
        # To dash they are commands of their own in the list round them.
        return OTHERWISE
    else:
        effects = [
            construct.effect for construct in found if construct.name not in _FOLLOWED or construct.effect == "syntax"
        ]
    return "syntax" if "syntax" in effects else effects[0] if effects else ""


def _changes_mode(text: str) -> bool:
    return any(mark in text for mark in _OF_MODES) and _MODES.search(text) is not None


def _has_joined_conditions(script: Script) -> bool:
    """Whether a test in double brackets has several conditions."""
    return any(isinstance(node, Test) and len(node.conditions) > 1 for node in walk(script))


def _has_quoted_elements(script: Script) -> bool:
    """Whether bash may lose a backslash in it: of elements of arrays in ``$(…)`` in some versions."""
    text = script.source.value
    if "=(" not in text or "$(" not in text or "\\" not in text:
        return False
    inner = (node for node in walk(script) if isinstance(node, CommandSubstitution) and "=(" in node.raw)
    return any(isinstance(node, ArrayLiteral) and "\\" in node.raw for body in inner for node in walk(body))


def _has_case_in_brackets(script: Script) -> bool:
    """Whether bash may take the bracket behind a pattern for the end of what begins with ``$((``."""
    text = script.source.value
    if "$((" not in text or "case" not in text:
        return False
    brackets = (node for node in walk(script) if isinstance(node, CommandSubstitution) and node.raw.startswith("$(("))
    return any(isinstance(node, Case) for bracket in brackets for node in walk(bracket))
