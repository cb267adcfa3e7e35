"""The command line as click reads it: one command per subcommand, no logic."""

from __future__ import annotations

import sys

import click

from cblint import __version__
from cblint.catalogue import PROFILES
from cblint.cli import proposals
from cblint.cli.auditing import audit
from cblint.cli.declaring import CHOOSING, HEADINGS, HOW, STATUS, option, paths
from cblint.cli.layout import Headed, HeadedCommands
from cblint.cli.options import OPTIONS
from cblint.cli.run import Misused, write
from cblint.cli.run import check as run_check
from cblint.cli.spelled import Choice, Group
from cblint.facts import PUBLISHED, published
from cblint.finding import Severity
from cblint.typing import Any, NoReturn

_COMMANDS = {
    "Buildspecs": ("check", "explain", "rules", "trace"),
    "Repositories": ("init", "config", "baseline", "audit"),
    "Other programs": ("lsp", "schema", "completion"),
}


@click.group(
    cls=HeadedCommands,
    headings=_COMMANDS,
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

    \b
    Examples:
      cblint check                        every buildspec below this folder
      cblint check --fix                  mend what can be mended safely
      cblint explain curl-without-fail    what a finding is about
      cblint check --help                 all that the command can do
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


def _check(**options: Any) -> None:
    """Check buildspecs, and say what will break, leak or silently pass.

    PATHS are files, or folders to search (default: the current one); a single - is standard input. Nothing of a file
    is executed, and without --fix none is changed.

    \b
    Examples:
      cblint check                       every buildspec below this folder
      cblint check buildspec.yml ci      a file, and what is in a folder
      cblint check --fix                 mend what can be mended safely
      cblint check --diff                show what --fix would change
      cblint check --select CB3,CB2007   just some rules: see "cblint rules"
      cblint check --since main          just what is new since then, in git
      cblint check --format sarif --output cblint.sarif

    \b
    Exit status:
      0  nothing at or above --fail-on (default: warning)
      1  findings
      2  wrong usage or configuration, or a named file that cannot be read
      3  an internal error
    """
    try:
        sys.exit(run_check(options))
    except Misused as error:
        raise click.UsageError(str(error)) from None


check = Headed(
    "check",
    headings=HEADINGS,
    callback=_check,
    params=[paths(), *map(option, OPTIONS)],
    help=_check.__doc__,
    short_help="Check buildspecs: files, folders, or standard input.",
)
cli.add_command(check)


def _config(path: str, style: str, **options: Any) -> None:
    """Show which settings and rules hold for a file, and where they come from.

    PATH is a file, which need not exist, or a folder (default: the current one). Shown are the settings with the place
    where each stands, the rules that run, why the others do not, and the projects that use the file.

    \b
    Examples:
      cblint config                    for a buildspec in this folder
      cblint config ci/release.yml     for that file
      cblint config --format json      for programs
    """
    from cblint.cli.config import config as run_config  # the other commands do not explain themselves

    try:
        run_config(path, style, options)
    except Misused as error:
        raise click.UsageError(str(error)) from None


cli.add_command(
    Headed(
        "config",
        headings={"How it is printed": ("style",), **HEADINGS},
        callback=_config,
        params=[
            click.Argument(["path"], default=".", shell_complete=proposals.files),
            click.Option(
                ["--format", "style"],
                type=Choice(("text", "json")),
                default="text",
                help="How to print (default: text).",
            ),
            *(option(each) for each in OPTIONS if each.key in CHOOSING),
        ],
        help=_config.__doc__,
        epilog=STATUS,
        short_help="Show which settings and rules hold for a file, and why.",
    )
)


def _lsp(**options: Any) -> None:
    """Serve an editor: findings while typing, fixes, completion, and what stands at the cursor.

    The editor starts it, and speaks with it through standard input and output in the language server protocol. What it
    can be set to, and how editors are told to start it, is in docs/editors.md.

    \b
    Example of what an editor runs:
      cblint lsp --profile pedantic
    """
    from cblint.cli.lsp import serve  # no other command speaks with editors

    try:
        sys.exit(serve(options))
    except Misused as error:
        raise click.UsageError(str(error)) from None


cli.add_command(
    Headed(
        "lsp",
        headings={"What is shown": ("hints",), **HEADINGS},
        callback=_lsp,
        params=[
            click.Option(
                ["--inlay-hints", "hints"],
                is_flag=True,
                help="Show what the build on paper believes after each command.",
            ),
            *(option(each) for each in OPTIONS if each.key in (*CHOOSING, "exclude")),
        ],
        help=_lsp.__doc__,
        epilog=f"{STATUS[:-1]}, or 1 where the editor is gone without a word.",
        short_help="Serve an editor: findings while typing, fixes, completion.",
    )
)


@cli.command(epilog=STATUS, short_help="Look at the repository, and write a first configuration.")
@click.option("--force", is_flag=True, help="Write it even where there is a configuration.")
@click.option("--stdout", "to_stdout", is_flag=True, help="Print it and write nothing.")
def init(force: bool, to_stdout: bool) -> None:
    """Look at the repository, and write a first configuration at its root: .cblint.yml.

    It names the buildspecs that were found, and has a word on each setting. What could change a finding is a comment:
    take out the # in front of what you want.

    \b
    Examples:
      cblint init             write it
      cblint init --stdout    have a look at it
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


@cli.group(cls=Group, short_help="Accept the findings of today, to be told of new ones only.")
def baseline() -> None:
    """Accept the findings of today, to be told of new ones only.

    The baseline is a file to commit. "cblint check" leaves out the findings that it has if the configuration names it
    (baseline: FILE), or with --baseline FILE.

    \b
    Examples:
      cblint baseline create    write the findings of now to .cblint-baseline.json
      cblint check --baseline .cblint-baseline.json
      cblint baseline update    forget those that have been mended
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
    file = click.Option(["--baseline"], metavar="FILE", help=_BASELINE_HELP, shell_complete=proposals.files)
    return Headed(
        name,
        headings={"The baseline": ("baseline", "force", "add"), **HEADINGS},
        callback=callback,
        params=[paths(), *flags, file, *map(option, shared)],
        help=text,
        short_help=short,
    )


_BASELINE_HELP = (
    "The file (default: what the configuration names, else .cblint-baseline.json at the root of the repository)."
)
_OF_BASELINES = frozenset(
    {"profile", "select", "ignore", "config", "isolated", "rules", "shellcheck", "exclude", "jobs"}
)

for _command in (
    _baseline_command(
        "create",
        "Write all findings of PATHS (default: the current folder) to the baseline.\n\n"
        "Exit status: 0, or 2 where a file cannot be linted or the baseline is there already.",
        "Write all findings of now to it.",
        click.Option(["--force"], is_flag=True, help="Write it anew if it is there already."),
    ),
    _baseline_command(
        "update",
        "Drop what has been mended from the baseline. What it has of files that are not in PATHS (default: the current "
        "folder) stays, unless the file is gone; what it has of a renamed file goes with it.\n\n"
        "Exit status: 0, or 2 where a file cannot be linted or there is no baseline.",
        "Drop what has been mended.",
        click.Option(["--add"], is_flag=True, help="Also add the findings that are not in it."),
    ),
    _baseline_command(
        "check",
        "Print the findings that are not in the baseline, and what it has that is no longer found.\n\n"
        "Exit status: 0 if there is none of either, 1 if there is, of whatever severity, or 2 where a file cannot be "
        "linted or there is no baseline.",
        "Print what is new, and what is no longer found.",
    ),
):
    baseline.add_command(_command)


cli.add_command(audit)

_COLOUR = click.option(
    "--color",
    "colour",
    type=Choice(("auto", "always", "never")),
    default="auto",
    help="Colour the text format (default: auto; NO_COLOR and FORCE_COLOR count).",
)


_OWN_RULES = click.option(
    "--rules",
    metavar="PATH",
    multiple=True,
    shell_complete=proposals.files,
    help="Own rules, beside those of the configuration. Repeatable.",
)


@cli.command(epilog=STATUS, short_help="Print a JSON schema, for editors and programs.")
@click.argument("name", metavar="[NAME]", type=Choice(PUBLISHED), default=PUBLISHED[0])
def schema(name: str) -> None:
    """Print a JSON schema, for editors and programs.

    \b
    NAME is one of:
      buildspec   what a buildspec may hold (default)
      config      what .cblint.yml may hold
      rule        what a rule of your own may hold
      output      what "cblint check --format json" prints
      rules       what "cblint rules" and "cblint explain" print so
      trace       what "cblint trace" prints so

    \b
    Example:
      cblint schema > buildspec.schema.json
    """
    _printed(published(name))


def _printed(text: str) -> None:
    try:
        write([text])
    except Misused as error:
        raise click.UsageError(str(error)) from None


@cli.command(epilog=STATUS, short_help="Show what each command of a build does, without running it.")
@click.argument("path", metavar="FILE", shell_complete=proposals.files)
@click.option("--format", "style", type=Choice(("text", "json")), default="text", help=HOW)
def trace(path: str, style: str) -> None:
    """Show what each command of the build of FILE does, without running it.

    FILE is a buildspec, or - for standard input. Shown is what cblint believes after each command, where all went well
    before: its exit status, the working directory, the variables, and whose failure nobody sees.

    \b
    Examples:
      cblint trace buildspec.yml
      cblint trace buildspec.yml --format json
    """
    from cblint.cli.trace import trace as run_trace  # what runs the build is of no use to the other commands

    try:
        run_trace(path, style)
    except Misused as error:
        raise click.UsageError(str(error)) from None


@cli.command(epilog=STATUS, short_help="Explain a rule, a build image or a variable of CodeBuild.")
@click.argument("names", metavar="NAME...", nargs=-1, required=True, shell_complete=proposals.explained)
@click.option(
    "--format", "style", type=Choice(("text", "json", "markdown")), default="text", help="How to print (default: text)."
)
@_OWN_RULES
@_COLOUR
def explain(names: tuple[str, ...], style: str, colour: str, rules: tuple[str, ...]) -> None:
    """Explain a rule, a build image or a variable of CodeBuild.

    Of a rule: why it is there, what it says, an example and its fix. Of an image: what it brings, and what of that has
    ended. Of a variable: what it holds, when it is set, and who can choose its value.

    \b
    Examples:
      cblint explain curl-without-fail      a rule by its name
      cblint explain CB2007 CB3007          two by their codes
      cblint explain CB2                    a list of the rules that begin so
      cblint explain standard:7.0           a build image
      cblint explain CODEBUILD_BUILD_ID     a variable that CodeBuild sets
      cblint explain image                  all images; also: rule, variable
    """
    from cblint.cli.explain import explain as run_explain  # the tables are of no use to the other commands

    try:
        run_explain(names, style, colour, rules)
    except Misused as error:
        raise click.UsageError(str(error)) from None


@cli.group(
    cls=Group, invoke_without_command=True, subcommand_metavar="[test]", epilog=STATUS, short_help="List the rules."
)
@click.option(
    "--format", "style", type=Choice(("text", "json", "markdown")), default="text", help="How to print (default: text)."
)
@click.option("--profile", type=Choice(PROFILES), help="Only rules that run in this profile.")
@click.option(
    "--select",
    metavar="RULES",
    multiple=True,
    shell_complete=proposals.rules,
    help="Only these: names, codes or families (CB1).",
)
@click.option("--ignore", metavar="RULES", multiple=True, shell_complete=proposals.rules, help="All but these.")
@click.option(
    "--category",
    metavar="NAME",
    multiple=True,
    shell_complete=proposals.categories,
    help="Only rules of this category. Repeatable.",
)
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
    """List the rules: all, or those that every option lets through.

    \b
    Examples:
      cblint rules
      cblint rules --category secrets --fixable
      cblint rules --profile security --format json
    """
    if context.invoked_subcommand is not None:
        return
    from cblint.cli.rules import list_rules  # of no use to the other commands

    try:
        list_rules(options)
    except Misused as error:
        raise click.UsageError(str(error)) from None


@rules.command("test", short_help="Run the examples of own rules.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, shell_complete=proposals.files)
def test(paths: tuple[str, ...]) -> None:
    """Run the examples in rules of your own, to see that they find what they should.

    PATH is a file of a rule, or a folder of such files (*.yml).

    \b
    Example:
      cblint rules test ci/rules

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


@cli.command(epilog=STATUS, short_help="Have the Tab key complete commands, options and rules.")
@click.argument("shell", metavar="SHELL", type=Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> None:
    """Have the Tab key complete commands, options, rules and files.

    SHELL is bash, zsh or fish: what is printed is for that. Add the line of yours to the file that it reads when it
    starts.

    \b
    Examples:
      bash  ~/.bashrc                   eval "$(cblint completion bash)"
      zsh   ~/.zshrc                    eval "$(cblint completion zsh)"
      fish  ~/.config/fish/config.fish  cblint completion fish | source
    """
    from cblint.cli.completion import script  # once in the life of a shell

    _printed(script(shell))
