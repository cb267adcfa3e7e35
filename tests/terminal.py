"""A shell with a terminal, in which keys are pressed."""

from __future__ import annotations

import fcntl
import os
import pathlib
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence

SECONDS = 30
"""After which a shell that has not done a line never will."""

_START = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(cblint completion bash)"'),
    # A test must not depend on who owns the functions that the shell brings.
    "zsh": (["zsh", "-f", "-i"], 'bindkey -e; autoload -Uz compinit; compinit -u -D; eval "$(cblint completion zsh)"'),
    "fish": (["fish", "--no-config", "-i"], "cblint completion fish | source"),
}
_LINE_START, _LINE_END, _TAB, _RETURN = "\x01", "\x05", "\t", "\r"


def completed(shell: str, lines: Sequence[str], folder: pathlib.Path, environment: Mapping[str, str]) -> list[str]:
    """The words that each line consists of after Tab was pressed behind it, each in angle brackets.

    ``folder`` is the working directory. Nothing of a line is run: its words are arguments of ``printf``.
    """
    home = folder.parent / f"home of {shell}"
    home.mkdir()
    done, doing = home / "done", home / "doing"
    command, setup = _START[shell]
    variables = {**environment, "TERM": "vt100", "PS1": "$ ", "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.execvpe(command[0], command, variables)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 500, 0, 0))
    write = f">'{doing}'; mv '{doing}' '{done}'{_RETURN}"
    try:
        found: list[str] = []
        for line in (f"{setup}; printf '' ", *lines):
            press = f"{_TAB}{_LINE_START}printf '<%s>' {_LINE_END} " if found else ""
            os.write(terminal, f"{line}{press}{write}".encode())
            found.append(_text(done, terminal, line))
        return found[1:]
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(terminal)


def _text(path: pathlib.Path, terminal: int, line: str) -> str:
    """What a file holds, once it is there."""
    shown = b""
    ends = time.monotonic() + SECONDS
    while not path.exists():
        assert time.monotonic() < ends, f"{line!r}: {shown.decode(errors='replace')}"
        if select.select([terminal], [], [], 0.02)[0]:
            shown += os.read(terminal, 65536)
    text = path.read_text(encoding="utf-8")
    path.unlink()
    return text
