"""Which shell runs the commands of a buildspec, as far as that can be known."""

from __future__ import annotations

import re

from cblint.source.foreign import is_known
from cblint.source.tree import Scalar
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.buildspec.model import Buildspec

DASH, BASH_AS_SH, BASH = "dash", "bash-as-sh", "bash"
SH = "sh"
"""/bin/sh of an image that is not known: dash or bash."""
POWERSHELL, CMD = "powershell", "cmd"
UNKNOWN = "unknown"
POSIX = (DASH, BASH_AS_SH, BASH, SH)
"""The shells whose commands cblint reads."""

_GIVEN = {"bash": BASH, "/bin/bash": BASH, "/usr/bin/bash": BASH, "/bin/sh": SH, "sh": SH}
_WINDOWS = {"powershell.exe": POWERSHELL, "powershell": POWERSHELL, "pwsh": POWERSHELL, "cmd.exe": CMD, "cmd": CMD}
# What only PowerShell has: its variables, its cmdlets at the beginning of a line or after a bar.
_VERBS = "Get|Set|New|Remove|Write|Invoke|Start|Stop|Import|Install|Test|Copy|Move|Expand|Compress|Out|Add"
_POWERSHELL = rf"(?m)(?<!\\)\$[Ee]nv:[A-Za-z_]|^[^\S\n]*(?:\$\w+\s*=\s*)?(?:{_VERBS})-[A-Z][A-Za-z]+\b"
_MARKS = ("$env:", "$Env:", *(f"{verb}-" for verb in _VERBS.split("|")))
"""One of these stands in every file in which the pattern, slower to build, can be found."""


def shell_of(buildspec: Buildspec) -> str:
    """The shell of the commands: DASH, BASH_AS_SH, BASH, SH where only that is known; or POWERSHELL, CMD, UNKNOWN."""
    stated = stated_shell(buildspec)
    if stated in (POWERSHELL, CMD):
        return stated
    if _is_powershell(buildspec):
        return POWERSHELL
    return _sh_of_images(buildspec) if stated in ("", SH) else stated


def stated_shell(buildspec: Buildspec) -> str:
    """The shell that ``env.shell`` names: BASH, SH, POWERSHELL, CMD, UNKNOWN, or nothing where it names none."""
    version = buildspec.version
    if not buildspec.tells("env", "shell") or (version is not None and not is_known(version.value)):
        # In version 0.1 every command begins anew.
        return UNKNOWN
    given = buildspec.shell
    return _WINDOWS.get(given) or _GIVEN.get(given) or (UNKNOWN if given else "")


def _is_powershell(buildspec: Buildspec) -> bool:
    """Whether some command can be for nothing else: without ``env.shell``, the image decides, and is not known."""
    source = buildspec.source
    is_marked = any(mark in source for mark in _MARKS)
    if not is_marked and "&" not in source:
        return False
    nodes = [item.node.resolved for commands in buildspec.command_lists for item in commands.items()]
    values = [node.value for node in nodes if isinstance(node, Scalar)]
    # No shell but PowerShell, which calls a program so, reads a command that begins with it.
    if any(value.lstrip().startswith("&") for value in values):
        return True
    return is_marked and any(re.search(_POWERSHELL, value) for value in values if not is_of_another_shell(value))


_OF_ANOTHER = r"<<-?[ \t]*['\"\\]?\w|RunPowerShellScript|(?m:^|[;&|])[ \t]*(?:powershell|pwsh)(?:\.exe)?[ \t]"


def is_of_another_shell(command: str) -> bool:
    """Whether what looks like PowerShell in a command may be text: in a here-document, or for a shell that it calls."""
    return re.search(_OF_ANOTHER, command) is not None


def _sh_of_images(buildspec: Buildspec) -> str:
    """What runs commands without ``env.shell`` if all builds that can run the file agree."""
    shells = {POWERSHELL if each.is_windows else each.sh or SH for each in buildspec.environments}
    return shells.pop() if len(shells) == 1 else SH
