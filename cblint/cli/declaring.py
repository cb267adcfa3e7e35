"""How options, arguments and headings are declared to click, for the modules that define commands."""

from __future__ import annotations

import click

from cblint.cli import proposals
from cblint.cli.options import Option
from cblint.cli.spelled import Choice, Number

HOW = "How to print (default: text)."
STATUS = "Exit status: 0, or 2 where the command line or the configuration is wrong."
CHOOSING = ("config", "isolated", "rules", "profile", "select", "ignore")
"""The keys of those options of ``check`` that decide what holds for a file."""


def option(option: Option) -> click.Option:
    """An option of the table, as click has it."""
    declared = [*option.names, option.key]
    if option.is_flag:
        return click.Option(declared, is_flag=True, help=option.help)
    kind = Choice(option.choices) if option.choices else Number() if option.number else click.STRING
    return click.Option(
        declared,
        type=kind,
        metavar=option.metavar or None,
        multiple=option.many,
        default=None if option.many else option.default,
        help=option.help,
        shell_complete=proposals.BY_METAVAR.get(option.metavar),
    )


def paths() -> click.Argument:
    """Files and folders."""
    return click.Argument(["paths"], nargs=-1, metavar="[PATHS]...", shell_complete=proposals.files)


HEADINGS = {
    "What runs": ("profile", "select", "ignore", "rules", "shellcheck", "config", "isolated"),
    "Which files": ("exclude", "as_found", "stdin_filename", "list_files", "jobs", "no_cache"),
    "What is left out": ("baseline", "no_baseline", "since"),
    "What fails": ("fail_on", "exit_zero"),
    "Fixes": ("fix", "fix_only", "unsafe_fixes", "diff"),
    "What is printed": (
        "formats",
        "outputs",
        "colour",
        "quiet",
        "statistics",
        "sarif_include_suppressed",
        "sarif_line_hash",
        "timings",
    ),
}
"""Options by what someone looks for in the help."""
