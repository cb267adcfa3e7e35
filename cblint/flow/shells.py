"""In what the shells differ, asked one question at a time; where the shell is not known, the answer may be neither."""

from __future__ import annotations

from typing import TypeVar

from cblint.flow.values import Maybe

T = TypeVar("T")

DASH, BASH_AS_SH, BASH = "dash", "bash-as-sh", "bash"
_POSSIBLE = {
    DASH: (True, False, False),
    BASH_AS_SH: (False, True, False),
    BASH: (False, False, True),
    "sh": (True, True, False),
}


class Shell:
    """The shells that may run the commands: dash, bash called sh, bash; or, as ``sh``, one of the first two."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._possible = _POSSIBLE[name]

    def among(self, dash: T, posix: T, bash: T) -> T | None:
        """What holds in the shell: in dash, in bash called sh, or in bash. None where those possible do not agree."""
        answers = [answer for answer, possible in zip((dash, posix, bash), self._possible, strict=True) if possible]
        first = answers[0]
        return first if all(answer == first for answer in answers) else None

    @property
    def is_dash(self) -> Maybe:
        """Whether it is dash."""
        return self.among(True, False, False)

    @property
    def special_builtins_exit(self) -> Maybe:
        """Whether a special builtin that goes wrong ends the shell, as POSIX has it."""
        return self.among(True, True, False)

    @property
    def braces(self) -> bool:
        """Whether ``{a,b}`` may be more than one word."""
        return self.is_dash is not True
