"""The commands of ``cblint audit`` as click reads them: no logic."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from cblint.cli import proposals
from cblint.cli.declaring import CHOOSING, HEADINGS, option
from cblint.cli.layout import Headed
from cblint.cli.options import OPTIONS
from cblint.cli.run import Misused
from cblint.cli.spelled import Choice, Command, Group, Number
from cblint.typing import Any

RUN = "run"
"""What is meant by targets without a command before them."""
EXPORTS = ("csv", "jsonl", "parquet", "sarif", "html")


class Audit(Group):
    """The group: what is no command of it is a target."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does."""
        return super().resolve_command(ctx, args if args[0] in self.commands else [RUN, *args])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does; options that come first are those of a run, except for help."""
        asks = not args or args[0] in ctx.help_option_names
        return super().parse_args(ctx, args if asks or args[0] in self.commands else [RUN, *args])


def _ended(work: Callable[[], int]) -> None:
    try:
        sys.exit(work())
    except Misused as error:
        raise click.UsageError(str(error)) from None


@click.group(
    "audit",
    cls=Audit,
    no_args_is_help=True,
    subcommand_metavar="TARGET... | COMMAND",
    short_help="Look at many repositories at once, and keep what was found.",
)
def audit() -> None:
    """Look at many repositories at once, and keep what was found.

    TARGET is a folder with clones, bare repositories or archives below it, one of these, a table of files (.jsonl,
    .parquet), or a list of targets, one a line; with --clone also an address. "cblint audit run --help" tells all
    options of a run.

    \b
    Examples:
      cblint audit clones                      what there is, in a page of text
      cblint audit clones --html report.html   the same, to look around in
      cblint audit clones --store audit.db     next time only what is new
      cblint audit diff --store audit.db       what is new since the run before

    \b
    Exit status:
      0  nothing at or above --fail-on (default: warning)
      1  findings
      2  wrong usage, or not all could be looked at
      3  an internal error
    """


def _run(**options: Any) -> None:
    """Look at all repositories of TARGETS.

    A TARGET is a folder with clones, bare repositories or archives below it, one of these, a table of files (.jsonl,
    .parquet), or a list of targets, one a line; with --clone also an address. Nothing of a repository is executed, and
    without --clone nothing is fetched.

    \b
    Examples:
      cblint audit clones --isolated --html report.html
      cblint audit clones --store audit.db --only-new
      cblint audit repositories.txt --clone mirrors --store audit.db
      cblint audit clones --cluster tcp://scheduler:8786 --store audit.db

    \b
    Exit status:
      0  nothing at or above --fail-on (default: warning)
      1  findings
      2  wrong usage, a repository that could not be looked at, or a stopped run
      3  an internal error
    """
    from cblint.cli import audit as commands  # brings what only an audit needs

    _ended(lambda: commands.run(options))


_RUN_HEADINGS = {
    "What is kept": ("store", "resume"),
    "What is looked at": ("revision", "clone", "exclude", "timeout"),
    "Who does the work": ("jobs", "cluster"),
    "What is told": ("html", "top", "owner", "only_new", "quiet", "colour"),
    **{name: HEADINGS[name] for name in ("What runs", "What fails")},
}
_OF_CHECK = (*CHOOSING, "exclude", "fail_on", "exit_zero", "colour")


def _file(*names: str, **more: Any) -> click.Option:
    return click.Option(names, metavar="FILE", shell_complete=proposals.files, **more)


_STORE = "The file with the store of an audit."
_OWNER = 'Only what this owner owns, by CODEOWNERS; "nobody" for the rest.'

audit.add_command(
    Headed(
        RUN,
        headings=_RUN_HEADINGS,
        callback=_run,
        params=[
            click.Argument(["targets"], nargs=-1, required=True, metavar="TARGETS...", shell_complete=proposals.files),
            _file("--store", help="Keep what is found in this file; what has not changed is not linted again."),
            click.Option(["--resume"], is_flag=True, help="Go on with the last run of the store, which was stopped."),
            click.Option(["--revision"], metavar="REV", default="", help="Look at this revision, straight from git."),
            click.Option(
                ["--clone"],
                metavar="FOLDER",
                shell_complete=proposals.files,
                help="Clone targets that are addresses to FOLDER, shallow and bare, with your own git.",
            ),
            click.Option(
                ["--timeout"], type=Number(), default=60, metavar="SECONDS", help="Give up a file after so long (60)."
            ),
            click.Option(["--cluster"], metavar="ADDRESS", help="Work on a Dask cluster: tcp://scheduler:8786."),
            _file("--html", help="Write a page to look around in."),
            click.Option(
                ["--top"], type=Number(), default=10, metavar="N", help="How many of each are listed (default: 10)."
            ),
            click.Option(["--owner"], metavar="NAME", default="", help=_OWNER),
            click.Option(["--only-new"], is_flag=True, help="Only what no run before has found."),
            click.Option(["-q", "--quiet"], is_flag=True, help="Print no summary, and show no progress."),
            click.Option(["--jobs"], type=Number(), default=0, metavar="N", help="Processes (default: one a core)."),
            *(option(each) for each in OPTIONS if each.key in _OF_CHECK),
        ],
        help=_run.__doc__,
        short_help="Look at repositories: the same as without a command.",
    )
)


def _reading(work: Callable[..., None], short: str, *params: click.Parameter) -> None:
    """Add a command that asks a store, called and explained as the function is."""
    store = _file("--store", required=True, help=_STORE)
    name = work.__name__.removeprefix("_")
    audit.add_command(Command(name, callback=work, params=[*params, store], help=work.__doc__, short_help=short))


def _style(*styles: str) -> click.Option:
    return click.Option(["--format", "style"], type=Choice(styles), default=styles[0], help="How to print.")


def _diff(**options: Any) -> None:
    """Print what one run found that another had not, and what is gone.

    OLD and NEW are numbers of runs, "last", or "last~1" for the one before (default: last~1 and last). What a new
    repository has is new; what is no longer looked at is not gone.

    \b
    Examples:
      cblint audit diff --store audit.db         what the last run brought
      cblint audit diff 3 last --store audit.db  since run 3
      cblint audit diff --fail-on error --store audit.db

    Exit status: 0 if nothing is new, 1 if something is, or 2 where the store cannot be read.
    """
    from cblint.cli import audit as commands

    _ended(lambda: commands.diff(options))


def _trend(**options: Any) -> None:
    """Print how many findings there were from run to run.

    \b
    Example:
      cblint audit trend --store audit.db

    Exit status: 0, or 2 where the store cannot be read.
    """
    from cblint.cli import audit as commands

    _ended(lambda: commands.trend(options))


def _query(**options: Any) -> None:
    """Ask the store a question in SQL, which can change nothing.

    The views "now" and "history" have a line for each finding; docs/audit.md tells about the tables.

    \b
    Example:
      cblint audit query "SELECT rule, repository FROM now" --store audit.db

    Exit status: 0, or 2 where the store or the question is wrong.
    """
    from cblint.cli import audit as commands

    _ended(lambda: commands.query(options))


def _export(**options: Any) -> None:
    """Write the findings of the last run: as a table (csv, jsonl, parquet), a page (html), or sarif to a folder.

    The tables have a line for each finding, suppressed ones included. Of SARIF each repository gets a log of its own.
    What was stopped is no run here.

    \b
    Examples:
      cblint audit export --format csv --output findings.csv --store audit.db
      cblint audit export --format sarif --output logs --store audit.db

    Exit status: 0, or 2 where the store cannot be read or the output not be written.
    """
    from cblint.cli import audit as commands

    _ended(lambda: commands.export(options))


_reading(
    _diff,
    "What is new and what is gone between two runs.",
    click.Argument(["old"], default="last~1", metavar="[OLD]"),
    click.Argument(["new"], default="last", metavar="[NEW]"),
    click.Option(["--owner"], metavar="NAME", default="", help=_OWNER),
    click.Option(
        ["--fail-on"],
        type=Choice(("error", "warning", "note", "never")),
        help="The least severity that makes the exit status 1 if it is new (default: note).",
    ),
    _style("text", "json"),
)
_reading(_trend, "How things go on from run to run.", _style("text", "json"))
_reading(
    _query,
    "Ask the store a question in SQL.",
    click.Argument(["sql"], metavar="SQL"),
    _style("text", "csv", "json"),
)
_reading(
    _export,
    "Write the findings as CSV, JSON Lines, Parquet or SARIF, or a page.",
    click.Option(["--format", "style"], type=Choice(EXPORTS), required=True, help="What to write."),
    click.Option(
        ["--output"],
        required=True,
        metavar="PATH",
        shell_complete=proposals.files,
        help="The file, or for sarif the folder, to write to; - is standard output.",
    ),
    click.Option(["--owner"], metavar="NAME", default="", help=_OWNER),
)
