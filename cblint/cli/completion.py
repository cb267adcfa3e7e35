"""Completion in shells: the scripts that ask, and how they are answered.

A script passes the line up to the cursor in a variable, and takes a line for each proposal: its kind (``plain``, or
``file`` where the shell knows better), itself, and what it is about, with tabs between.
"""

from __future__ import annotations

import os

import click
from click.shell_completion import ShellComplete, add_completion_class, split_arg_string

from cblint.cli import ASKED
from cblint.cli.proposals import Item
from cblint.report.shown import printable

_LINE, _WORD = "_CBLINT_LINE", "_CBLINT_WORD"


def script(shell: str) -> str:
    """The text of the script of a shell."""
    path = os.path.join(os.path.dirname(__file__), "shells", f"cblint.{shell}")
    with open(path, encoding="utf-8") as file:
        return file.read()


class _Completion(ShellComplete):
    """Answers a shell that replaces whole words."""

    def source(self) -> str:
        """The script."""
        return script(self.name)

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before that at the cursor, and how that begins."""
        *words, last = _split(os.environ.get(_LINE, ""))
        return words[1:], last

    def get_completions(self, args: list[str], incomplete: str) -> list[Item]:
        """The proposals, as whole words."""
        name, equals, value = incomplete.partition("=")
        if not equals or not name.startswith("--"):
            return super().get_completions(args, incomplete)
        found = super().get_completions([*args, name], value)
        return [Item(f"{name}={item.value}", item.type, item.help) for item in found]

    def format_completion(self, item: Item) -> str:
        """A line."""
        value = self.replacing(str(item.value))
        return "\t".join(filter(None, (item.type, value, " ".join(printable(item.help or "").split()))))

    def replacing(self, value: str) -> str:
        """What is to stand in the place of the word that the shell takes for unfinished."""
        return value


class _Bash(_Completion):
    """For bash, a word ends at a colon or an equals sign, as ``COMP_WORDBREAKS`` says."""

    name = "bash"

    def replacing(self, value: str) -> str:
        """The value without what stands before the word."""
        word, whole = os.environ.get(_WORD, ""), self.get_completion_args()[1]
        own = "" if word in (":", "=") else _split(word)[-1]
        return value[len(whole) - len(own) :] if whole.endswith(own) else value

    def format_completion(self, item: Item) -> str:
        """A line: there is no place for what it is about."""
        return f"{item.type}\t{self.replacing(str(item.value))}"


class _Zsh(_Completion):
    name = "zsh"


class _Fish(_Completion):
    name = "fish"


def _split(line: str) -> list[str]:
    """The words of a line as a shell splits it; the last, empty behind a blank, is the one that is not finished."""
    *words, last = split_arg_string(f"{line}.")
    return [*words, last[:-1]]


def answer(command: click.Command) -> None:
    """Answer the shell that asks; ends in SystemExit."""
    for completion in (_Bash, _Zsh, _Fish):
        add_completion_class(completion)
    command.main([], prog_name="cblint", complete_var=ASKED)
