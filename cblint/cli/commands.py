"""The command line as click reads it: one command per subcommand, no logic."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from cblint import __version__
from cblint.catalogue import PROFILES
from cblint.cli.options import OPTIONS, Option
from cblint.cli.run import Misused
from cblint.cli.run import check as run_check
from cblint.cli.spelled import Choice, Command, Commands, Group
from cblint.facts import PUBLISHED, published
from cblint.finding import Severity


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
    no_args_is_help=True,
)
@click.option("-V", "--version", is_flag=True, help="Show the version and exit.")
@click.option("-v", "--verbose", is_flag=True, help="With --version: also how old the tables of facts are.")
@click.pass_context
def cli(context: click.Context, version: bool, verbose: bool) -> None:
    """cblint reads AWS CodeBuild buildspecs, runs the build on paper, and says what will break, leak or
    silently pass.

    Begin with: cblint check
    """
    if version:
        click.echo(f"cblint {__version__}")
        if verbose:
            from cblint.facts.age import ages  # asked for once in a while

            for line in ages():
                click.echo(line)
        context.exit()
    if context.invoked_subcommand is None:
        context.fail("Missing command.")


def _option(option: Option) -> click.Option:
    declared = [*option.names, option.key]
    if option.is_flag:
        return click.Option(declared, is_flag=True, help=option.help)
    kind = Choice(option.choices) if option.choices else click.IntRange(0) if option.number else click.STRING
    return click.Option(
        declared,
        type=kind,
        metavar=option.metavar or None,
        multiple=option.many,
        default=None if option.many else option.default,
        help=option.help,
    )


_HEADINGS = {
    "What runs": ("profile", "select", "ignore", "rules", "shellcheck", "config", "isolated"),
    "Which files": ("exclude", "stdin_filename", "list_files", "jobs"),
    "What is left out": ("baseline", "no_baseline", "since"),
    "What fails": ("fail_on", "exit_zero"),
    "Fixes": ("fix", "unsafe_fixes", "diff"),
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
"""Options by what someone looks for in the help; those that stand nowhere come last."""


class _Check(Command):
    """A command whose help shows its options under headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click does, but for the headings."""
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        left = {option.name: option.get_help_record(ctx) for option in options}
        for heading, keys in _HEADINGS.items():
            _write_options(formatter, heading, [left.pop(key, None) for key in keys])
        _write_options(formatter, "Other options", list(left.values()))


def _write_options(formatter: click.HelpFormatter, heading: str, records: Sequence[tuple[str, str] | None]) -> None:
    shown = [record for record in records if record is not None]
    if shown:
        with formatter.section(heading):
            formatter.write_dl(shown)


def _check(**options: Any) -> None:
    """Lint buildspecs.

    PATHS are files, folders to search (default: the current one), or - for standard input.

    \b
    Examples:
      cblint check                     every buildspec below this folder
      cblint check buildspec.yml       one file
      cblint check --fix               mend what can be mended safely
      cblint explain curl-without-fail what a finding is about

    \b
    Exit status:
      0  nothing at or above --fail-on
      1  findings
      2  wrong usage or configuration, or a named file that cannot be read
      3  an internal error
    """
    try:
        sys.exit(run_check(options))
    except Misused as error:
        raise click.UsageError(str(error)) from None


check = _Check(
    "check",
    callback=_check,
    params=[click.Argument(["paths"], nargs=-1, metavar="[PATHS]..."), *map(_option, OPTIONS)],
    help=_check.__doc__,
    short_help="Lint buildspecs: files, folders, or - for standard input.",
)
cli.add_command(check)


def _config(path: str, style: str, **options: Any) -> None:
    """Print what holds for a file, and from where.

    PATH is a file, which need not exist, or a folder (default: the current one). Printed are the settings with the
    place where each stands, the rules that run and why the others do not, and the projects that use the file.
    """
    from cblint.cli.config import config as run_config  # the other commands do not explain themselves

    try:
        run_config(path, style, options)
    except Misused as error:
        raise click.UsageError(str(error)) from None


_CHOOSING = ("config", "isolated", "rules", "profile", "select", "ignore")
"""The keys of those options of ``check`` that decide what holds for a file."""

cli.add_command(
    Command(
        "config",
        callback=_config,
        params=[
            click.Argument(["path"], default="."),
            click.Option(["--format", "style"], type=Choice(("text", "json")), default="text", help="How to print."),
            *(_option(option) for option in OPTIONS if option.key in _CHOOSING),
        ],
        help=_config.__doc__,
        short_help="Print what holds for a file, and from where.",
    )
)


@cli.command(short_help="Write a first configuration, after a look at the repository.")
@click.option("--force", is_flag=True, help="Write it even where there is a configuration.")
@click.option("--stdout", "to_stdout", is_flag=True, help="Print it and write nothing.")
def init(force: bool, to_stdout: bool) -> None:
    """Look at the repository, and write a .cblint.yml at its root.

    It says which buildspecs were found and what there is to set; what could change a finding is a comment.
    """
    from cblint.cli.init import init as run_init  # once in the life of a repository

    try:
        run_init(force, to_stdout)
    except Misused as error:
        raise click.UsageError(str(error)) from None


def fail(error: Misused) -> NoReturn:
    """End ``cblint check`` as click does where a command line is wrong."""
    outer = cli.make_context("cblint", ["check"])
    usage = click.UsageError(str(error), check.make_context("check", [], parent=outer))
    usage.show()
    sys.exit(usage.exit_code)


@cli.group(cls=Group, short_help="Accept the findings of today: write, prune or check the baseline.")
def baseline() -> None:
    """Accept the findings of today, so that only new ones are reported.

    The baseline is a file to commit. cblint check leaves out what it has if the configuration names it (baseline:
    FILE), or with --baseline FILE.
    """


def _baseline_command(name: str, text: str, short: str, *flags: click.Option) -> click.Command:
    def callback(paths: tuple[str, ...], **options: Any) -> None:
        from cblint.cli import baseline as commands  # of use to few runs

        more = [options.pop(str(flag.name)) for flag in flags]
        try:
            sys.exit(commands.run(getattr(commands, name), paths, options, *more))
        except Misused as error:
            raise click.UsageError(str(error)) from None

    shared = [option for option in OPTIONS if option.key in _OF_BASELINES]
    file = click.Option(["--baseline"], metavar="FILE", help=_BASELINE_HELP)
    return Command(
        name,
        callback=callback,
        params=[click.Argument(["paths"], nargs=-1, metavar="[PATHS]..."), *flags, file, *map(_option, shared)],
        help=text,
        short_help=short,
    )


_BASELINE_HELP = "The file (default: the configured one, else .cblint-baseline.json at the root of the repository)."
_OF_BASELINES = frozenset(
    {"profile", "select", "ignore", "config", "isolated", "rules", "shellcheck", "exclude", "jobs"}
)

for _command in (
    _baseline_command(
        "create",
        "Write all findings of PATHS (default: the current folder) to the baseline.",
        "Write all findings of now.",
        click.Option(["--force"], is_flag=True, help="Write it anew if it is there already."),
    ),
    _baseline_command(
        "update",
        "Drop the entries that no longer match. Those of files that are not linted stay, unless the file is gone; "
        "those of a renamed file follow it.",
        "Drop what no longer matches.",
        click.Option(["--add"], is_flag=True, help="Also add the findings that are not in it."),
    ),
    _baseline_command(
        "check",
        "Print the findings that are not in the baseline and the entries that no longer match. Exit status: 1 if there "
        "are any, of whatever severity.",
        "Print what is new and what no longer matches.",
    ),
):
    baseline.add_command(_command)


_COLOUR = click.option(
    "--color",
    "colour",
    type=Choice(("auto", "always", "never")),
    default="auto",
    help="Colour the text format (default: auto; NO_COLOR and FORCE_COLOR count).",
)


_OWN_RULES = click.option(
    "--rules", metavar="PATH", multiple=True, help="Own rules, beside those of the configuration. Repeatable."
)


@cli.command(short_help="Print a JSON schema: of buildspecs, the configuration, rules, the outputs.")
@click.argument("name", metavar="[NAME]", type=Choice(PUBLISHED), default=PUBLISHED[0])
def schema(name: str) -> None:
    """Print a JSON schema.

    NAME is buildspec (the default: what a buildspec may hold, for editors), config (.cblint.yml), rule (a rule of your
    own), output (what cblint check --format json prints), rules (what cblint rules and cblint explain print with it) or
    trace (what cblint trace prints with it).
    """
    click.echo(published(name), nl=False)


@cli.command(short_help="Run a build on paper, and print what is believed after each command.")
@click.argument("path", metavar="FILE")
@click.option("--format", "style", type=Choice(("text", "json")), default="text", help="How to print.")
def trace(path: str, style: str) -> None:
    """Run the build of FILE (- for standard input) on paper.

    Printed is what cblint believes after each command on the path where all went well: its status, the working
    directory, the variables, and whose failure nobody sees. Nothing of FILE is executed.
    """
    from cblint.cli.trace import trace as run_trace  # what runs the build is of no use to the other commands

    try:
        run_trace(path, style)
    except Misused as error:
        raise click.UsageError(str(error)) from None


@cli.command(short_help="Explain a rule: why, an example, its fix; or an image, or a variable.")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--format", "style", type=Choice(("text", "json", "markdown")), default="text", help="How to print.")
@_OWN_RULES
@_COLOUR
def explain(names: tuple[str, ...], style: str, colour: str, rules: tuple[str, ...]) -> None:
    """Explain what NAME is.

    NAME is a rule by its name, its code or a name that it had (curl-without-fail, CB2007), a family of rules (CB2), a
    build image (aws/codebuild/standard:7.0) or an environment variable that CodeBuild sets (CODEBUILD_BUILD_ID). Where
    a name could be several things, say which: rule NAME, image NAME, variable NAME. Without NAME behind it, each of
    these lists all.
    """
    from cblint.cli.explain import explain as run_explain  # the tables are of no use to the other commands

    try:
        run_explain(names, style, colour, rules)
    except Misused as error:
        raise click.UsageError(str(error)) from None


@cli.group(cls=Group, invoke_without_command=True, subcommand_metavar="", short_help="List the rules.")
@click.option("--format", "style", type=Choice(("text", "json", "markdown")), default="text", help="How to print.")
@click.option("--profile", type=Choice(PROFILES), help="Only rules that run in this profile.")
@click.option("--select", metavar="RULES", multiple=True, help="Only these: names, codes or families (CB1).")
@click.option("--ignore", metavar="RULES", multiple=True, help="All but these.")
@click.option("--category", metavar="NAME", multiple=True, help="Only rules of this category. Repeatable.")
@click.option(
    "--severity",
    type=Choice([severity.value for severity in Severity]),
    multiple=True,
    help="Only rules of this severity. Repeatable.",
)
@click.option("--fixable", is_flag=True, help="Only rules with a fix.")
@_OWN_RULES
@_COLOUR
@click.pass_context
def rules(context: click.Context, /, **options: Any) -> None:
    """List the rules: all, or those that every option lets through."""
    if context.invoked_subcommand is not None:
        return
    from cblint.cli.rules import list_rules  # of no use to the other commands

    try:
        list_rules(options)
    except Misused as error:
        raise click.UsageError(str(error)) from None


@rules.command("test", short_help="Run the examples of own rules.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
def test(paths: tuple[str, ...]) -> None:
    """Run the examples of the own rules in PATH, files or folders of *.yml.

    \b
    Exit status:
      0  every example gives just the findings that it marks
      1  one does not
      2  an entry is wrong
    """
    from cblint.cli.rules_test import test_rules  # of no use to the other commands

    try:
        sys.exit(test_rules(paths))
    except Misused as error:
        raise click.UsageError(str(error)) from None
