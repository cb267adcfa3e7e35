"""The options of ``cblint check``, and command lines that are read without click.

Importing click takes longer than linting most files. So what is written out in full and right is read here; all else
(help, mistakes, completion, ``-qv``, ``--``) is click's, which is given the same options by command.py.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from cblint.catalogue.model import PROFILES
from cblint.report import FORMATS
from cblint.typing import Any

_DIGITS = 9
"""Of a number at most: more of anything are of no use."""


def whole(text: str) -> int | None:
    """The number that a text is, if it is nothing but a few digits."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None


class Option:
    """An option: ``names`` as it is written, ``key`` what its value is called.

    It takes no value, or one that ``metavar`` stands for, one of ``choices``, or a ``number``; if ``many``, it can be
    given more than once.
    """

    __slots__ = ("choices", "default", "help", "key", "many", "metavar", "names", "number")

    def __init__(
        self,
        names: str,
        text: str,
        *,
        key: str = "",
        metavar: str = "",
        choices: Sequence[str] = (),
        number: bool = False,
        many: bool = False,
        default: str | int | None = None,
    ) -> None:
        self.names = tuple(names.split())
        self.help = text
        self.key = key or self.names[-1].lstrip("-").replace("-", "_")
        self.metavar = metavar
        self.choices = choices
        self.number = number
        self.many = many
        self.default: Any = () if many else False if not (metavar or choices) else default

    @property
    def is_flag(self) -> bool:
        """Whether it takes no value."""
        return not (self.metavar or self.choices)

    def read(self, value: str) -> str | int | None:
        """What a value means; None if that is for click to say."""
        if self.number:
            return whole(value)
        return None if self.choices and value not in self.choices else value


OPTIONS = (
    Option(
        "--format",
        "How to print: text or concise for people, json or jsonl for programs, the others for CI services (default: "
        "text). Repeatable, each with its own --output.",
        key="formats",
        choices=FORMATS,
        many=True,
    ),
    Option(
        "--output",
        "Write the format given at the same place to FILE; - is standard output.",
        key="outputs",
        metavar="FILE",
        many=True,
    ),
    Option(
        "--fail-on",
        "The least severity that makes the exit status 1 (default: warning).",
        choices=("error", "warning", "note", "never"),
    ),
    Option("--exit-zero", "The same as --fail-on never."),
    Option("--profile", "The set of rules that runs (default: default).", choices=PROFILES),
    Option(
        "--select",
        "Run just these rules: names, codes or families (CB1), with commas between.",
        metavar="RULES",
        many=True,
    ),
    Option("--ignore", "Do not run these rules.", metavar="RULES", many=True),
    Option("--fix", "Mend what can be mended safely, then report what is left."),
    Option("--fix-only", "Mend as --fix does and report nothing: what is left does not change the exit status."),
    Option("--unsafe-fixes", "With --fix, --fix-only or --diff: also fixes that may change what the build does."),
    Option("--diff", "Print the fixes as a patch and change nothing."),
    Option("--config", "Use this configuration for all files.", metavar="FILE"),
    Option("--isolated", "Use no configuration file."),
    Option("--baseline", "Leave out the findings that this baseline has.", metavar="FILE"),
    Option("--no-baseline", "Use no baseline, though the configuration names one."),
    Option("--since", "Report only what has changed since a git revision, and what that causes.", metavar="REV"),
    Option("--rules", "Own rules: a file, or a folder of *.yml. Repeatable.", metavar="PATH", many=True),
    Option(
        "--shellcheck",
        "Ask ShellCheck as well: off (default), auto (if it is installed), or require (else end with status 2).",
        choices=("auto", "require", "off"),
        default="off",
    ),
    Option("--exclude", "Leave out files that match, as in .gitignore. Repeatable.", metavar="PATTERN", many=True),
    Option(
        "--as-found",
        "Of the files that are named, check those that a search would find: for hooks, which name all that change.",
    ),
    Option("--stdin-filename", "The path that standard input is to be taken for.", metavar="PATH"),
    Option(
        "--jobs",
        "How many processes (default, or 0: several where there is much to do).",
        metavar="N",
        number=True,
        default=0,
    ),
    Option(
        "--color",
        "Colour the text format (default: auto; NO_COLOR and FORCE_COLOR count).",
        key="colour",
        choices=("auto", "always", "never"),
        default="auto",
    ),
    Option("-q --quiet", "Print findings only, no summary."),
    Option("--statistics", "Also print how many findings each rule has, and how many of them --fix mends."),
    Option(
        "--sarif-include-suppressed",
        "Write suppressed findings into SARIF as well; GitHub shows them as open alerts.",
    ),
    Option(
        "--sarif-line-hash",
        "Write GitHub's own line hash as well: only for uploads without the action upload-sarif, which adds it.",
    ),
    Option("--no-cache", "Lint all files, also those of which a former run knows what comes of it."),
    Option("--list-files", "Print the files that would be read and stop; as text or json."),
    Option("--timings", "Print to standard error how long the phases, rules and files took."),
)
"""In the order of the help."""

_BY_NAME = {name: option for option in OPTIONS for name in option.names}
_ON_WINDOWS = os.name == "nt"
_EXPANDED = frozenset("*?[~$%")
"""What click expands in arguments on Windows, whose shells do not."""


def with_files_of_hooks(arguments: Sequence[str]) -> Sequence[str]:
    """The command line, with ``./`` before files that begin with a dash, where a program named them and not a person.

    Such a program writes them behind the options, and ``--`` between the two would have to be everybody's.
    """
    if "--as-found" not in arguments or all(argument in _BY_NAME or argument[:1] != "-" for argument in arguments):
        return arguments
    return [os.path.join(os.curdir, argument) if _is_file(argument) else argument for argument in arguments]


def _is_file(argument: str) -> bool:
    """Whether what looks like an option is a file; one that is called just as an option is stays that."""
    return argument.startswith("-") and argument != "-" and argument not in _BY_NAME and os.path.lexists(argument)


def read(arguments: Sequence[str]) -> dict[str, Any] | None:
    """The options of ``check`` by key, and ``paths``; None where the line is for click to read."""
    if not arguments or arguments[0] != "check":
        return None
    if _ON_WINDOWS and any(not _EXPANDED.isdisjoint(argument) for argument in arguments):
        return None
    found = {option.key: option.default for option in OPTIONS}
    paths: list[str] = []
    rest = list(reversed(arguments[1:]))
    while rest:
        argument = rest.pop()
        if argument == "-" or not argument.startswith("-"):
            paths.append(argument)
            continue
        name, equals, text = argument.partition("=")
        option = _BY_NAME.get(name)
        if option is None or (equals and (option.is_flag or not name.startswith("--"))):
            return None
        if option.is_flag:
            found[option.key] = True
            continue
        if not equals and (not rest or (rest[-1].startswith("-") and rest[-1] != "-")):
            return None
        value = option.read(text if equals else rest.pop())
        if value is None:
            return None
        found[option.key] = (*found[option.key], value) if option.many else value
    return {**found, "paths": tuple(paths)}
