"""What ``cblint check`` does: lint files, folders or standard input."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import zip_longest

from cblint.catalogue import Catalogue, UnknownRule
from cblint.choices import catalogue_at, check_settings, configuration, own_rules
from cblint.cli import is_nowhere
from cblint.config import ConfigError
from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, Lint, Settings, lint_bytes, timed
from cblint.opening import STDIN
from cblint.report import Style, shown, written
from cblint.running import Result, lint_paths, list_files, result_of
from cblint.source.file import MAX_BYTES, decode
from cblint.source.remembered import forget
from cblint.timing import aside, lap, measured
from cblint.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cblint.fix import Change


class Misused(Exception):
    """The command line asks for what cannot be. ``str()`` is a sentence."""


class Stopped(Exception):
    """The run cannot go on, though the command line is right. ``str()`` is a sentence."""


def names(values: Iterable[str]) -> tuple[str, ...]:
    """The names in options that hold several, with commas between."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def check(options: Mapping[str, Any]) -> int:
    """Do what the options say, and return the exit status. Raises Misused."""
    if not options["timings"]:
        return _check(options)[0]
    from cblint.cli.timings import table

    (status, files), spent = measured(lambda: _check(options))
    for line in table(files, spent):
        _tell(line)
    return status


def _check(options: Mapping[str, Any]) -> tuple[int, Sequence[FileResult]]:
    """Also the files that were linted. Raises Misused."""
    paths: tuple[str, ...] = options["paths"]
    stdin = "-" in paths or (options["stdin_filename"] is not None and not paths)
    _refuse(options, stdin)
    data = _standard_input(options) if stdin else None
    try:
        settings = settings_of(options)
        check_settings(settings, [options["stdin_filename"] or STDIN] if stdin else paths or (".",))
        if data is not None:
            linted = _text(data, options, settings)
        else:
            linted = _files(paths or (".",), options, settings)
    except (UnknownRule, ConfigError) as error:
        raise Misused(shown.printable(str(error))) from None
    except Stopped as error:
        say(str(error))
        return 2, ()
    lap("linting the files")
    if options["fix_only"]:
        complain(linted)
        return linted.exit_status if linted.exit_status > 1 else 0, linted.files
    try:
        result = aside("comparing with what was there before", lambda: _told(linted, options, data))
    except Stopped as error:
        say(str(error))
        return 2, ()
    if not (options["diff"] or options["list_files"]):
        aside("printing", lambda: _print(result, options))
    if options["statistics"] and (options["diff"] or "text" not in dict(_outputs(options))):
        from cblint.report.text import statistics  # what programs read has no place for them

        for line in statistics(result):
            _tell(line.rstrip("\n"))
    complain(result)
    return result.exit_status, result.files


def _refuse(options: Mapping[str, Any], stdin: bool) -> None:
    """Raise Misused for options that contradict each other."""
    if stdin and len(options["paths"]) > 1:
        raise Misused("Standard input (-) cannot be linted together with files.")
    if stdin and options["list_files"]:
        raise Misused("--list-files lists files: standard input is none.")
    if options["list_files"] and not _LISTINGS.issuperset(options["formats"]):
        raise Misused(f"--list-files prints {' or '.join(sorted(_LISTINGS))}: the other formats are for findings.")
    if options["stdin_filename"] is not None and not stdin:
        raise Misused("--stdin-filename names standard input: give - as the path.")
    if len(options["outputs"]) > max(len(options["formats"]), 1):
        raise Misused("Each --output belongs to a --format: there are more outputs than formats.")
    if options["since"] is not None and (_mends(options) or options["diff"]):
        raise Misused("--fix, --fix-only and --diff mend whole files: --since cannot be given with them.")
    if options["fix_only"] and any(options[key] for key in ("formats", "outputs", "diff", "list_files")):
        raise Misused(
            "--fix-only mends and prints nothing: --format, --output, --diff and --list-files cannot be given with it."
        )


_LISTINGS = frozenset({"text", "json"})


def _outputs(options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The formats that are asked for, each with where it goes."""
    return zip_longest(options["formats"] or ("text",), options["outputs"], fillvalue="-")


def _told(result: Result, options: Mapping[str, Any], data: bytes | None) -> Result:
    """The run, marked what nobody is to be told of: what a baseline has, then what has not changed. Raises Stopped.

    ``data`` is what came on standard input.
    """
    configured = not options["no_baseline"] and any(file.baseline for file in result.files)
    if configured or options["baseline"]:
        from cblint.cli.baseline import applied

        result = applied(result, options["paths"] or (".",), options)
    if options["since"] is not None:
        from cblint.git import GitError
        from cblint.since import only_changed

        texts = {file.shown: decode(data) for file, _ in result.findings} if data is not None else {}
        try:
            files = only_changed(result.files, options["since"], settings_of(options), texts)
        except GitError as error:
            raise Stopped(str(error)) from None
        result = result._replace(files=tuple(files))
    return result


def known_rules(paths: tuple[str, ...]) -> Catalogue:
    """The rules that there are in this folder: built in, of its configuration, in these files and folders.

    Raises Misused for what the command line names; a configuration that is wrong is not what somebody asks for here,
    but is told of: rules may be missing.
    """
    settings = Settings(rules=paths, isolated=is_nowhere())
    try:
        catalogue = catalogue_at("buildspec.yml", settings)
    except ConfigError as error:
        raise Misused(shown.printable(str(error))) from None
    try:
        configuration("buildspec.yml", settings)
    except ConfigError as error:
        say(f"rules of the configuration are left out: {error}")
    return catalogue


def _mends(options: Mapping[str, Any]) -> bool:
    """Whether files are to be changed."""
    return bool(options["fix"] or options["fix_only"])


def chosen(options: Mapping[str, Any]) -> Settings:
    """Those of the options that decide which configuration and which rules hold for a file."""
    return Settings(
        profile=options["profile"],
        select=names(options["select"]),
        ignore=names(options["ignore"]),
        config=options["config"],
        isolated=options["isolated"],
        rules=options["rules"],
    )


def settings_of(options: Mapping[str, Any]) -> Settings:
    """What the options say. Raises Stopped where ShellCheck is required and cannot be asked."""
    return chosen(options)._replace(
        fail_on="never" if options["exit_zero"] else options["fail_on"],
        exclude=options["exclude"],
        jobs=options["jobs"],
        as_found=options["as_found"],
        timings=options["timings"],
        shellcheck=_shellcheck(options["shellcheck"]) if options["shellcheck"] != "off" else "",
        line_hashes=options["sarif_line_hash"],
    )


@cache
def _shellcheck(choice: str) -> str:
    """The program of ShellCheck; empty where there is none and none is required, which is said. Raises Stopped."""
    from cblint.shellcheck.program import Unusable, find  # few runs ask it

    try:
        return find()
    except Unusable as error:
        if choice == "require":
            raise Stopped(str(error)) from None
        say(f"{error} The commands are checked without it.")
        return ""


def _standard_input(options: Mapping[str, Any]) -> bytes:
    if _mends(options):
        raise Misused("--fix and --fix-only cannot write to standard input; --diff prints the fixes as a patch.")
    if sys.stdin is None:
        raise Misused("Standard input is closed.")
    return sys.stdin.buffer.read(MAX_BYTES + 1)


def _text(data: bytes, options: Mapping[str, Any], settings: Settings) -> Result:
    candidate = Candidate(options["stdin_filename"] or STDIN, True)
    file = timed(lambda: lint_bytes(data, candidate, settings), settings)
    result = result_of([file], own=own_rules([candidate.path], settings))
    if options["diff"]:
        from cblint.fix import fix_bytes

        own = settings._replace(shellcheck="")
        change, _ = aside("mending", lambda: fix_bytes(data, candidate, own, options["unsafe_fixes"]))
        write(change.patch, "-")
        _tell_masked([change])
        _tell_refused([change])
    return result


def _files(paths: tuple[str, ...], options: Mapping[str, Any], settings: Settings) -> Result:
    if options["list_files"]:
        files, errors = list_files(paths, settings)
        for name, output in _outputs(options):
            write(_listed(files, name), output)
        return Result((), tuple(errors))
    if _mends(options) or options["diff"]:
        from cblint.fix import fix_files

        # ShellCheck mends nothing here.
        own = settings._replace(shellcheck="")
        settings = own if options["fix_only"] else settings
        changed = aside("mending", lambda: fix_files(paths, own, options["unsafe_fixes"], write=not options["diff"]))
        if options["diff"]:
            write((line for change in changed for line in change.patch), "-")
            _tell_masked(changed)
        _tell_refused(changed)
        if not options["diff"]:
            for change in changed:
                if change.fixed:
                    say(f"fixed {change.fixed} finding{'' if change.fixed == 1 else 's'} in {change.path}")
            forget()  # what files tell of each other was read before they were mended
    return lint_paths(paths, settings, _lint(options, settings))


def _lint(options: Mapping[str, Any], settings: Settings) -> Lint | None:
    """What is done to a file: linting it, if need be. Who asks for times wants those of work."""
    if options["no_cache"] or settings.shellcheck or settings.timings:
        return None
    from cblint.cache.linting import lint_or_recall
    from cblint.cache.store import folder

    place = folder()
    return partial(lint_or_recall, place) if place else None


def _listed(files: Iterable[str], style: str) -> Iterable[str]:
    """The names of files as ``text``, each on a line, or as a list in ``json``, where they are exact."""
    if style == "text":
        return (f"{shown.path(path)}\n" for path in files)
    from cblint.report.serialise import serialised  # most lists are for people

    return [serialised(files)]


def _print(result: Result, options: Mapping[str, Any]) -> None:
    for name, output in _outputs(options):
        style = Style(
            colour=colour(options["colour"], output),
            quiet=options["quiet"],
            statistics=options["statistics"],
            suppressed=options["sarif_include_suppressed"],
        )
        lines, omitted = written(name, result, style)
        write(lines, output)
        for sentence in omitted:
            say(sentence)


def colour(choice: str, output: str = "-") -> bool:
    """Whether to colour what goes to an output: ``always``, ``never``, or ``auto``: a terminal that wants it."""
    if choice != "auto":
        return choice == "always"
    if output != "-" or os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout is not None and sys.stdout.isatty())


def write(lines: Iterable[str], output: str = "-") -> None:
    """Write UTF-8 to standard output or to a file, whatever the locale. Raises Misused."""
    if output == "-" and sys.stdout is None:
        raise Misused("Standard output is closed.")
    try:
        with contextlib.ExitStack() as stack:
            stream = sys.stdout.buffer if output == "-" else stack.enter_context(open(output, "wb"))
            for line in lines:
                stream.write(line.encode("utf-8", "backslashreplace"))
            stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        name = "standard output" if output == "-" else shown.printable(output)
        if output == "-":
            sys.stdout = None  # what it still holds would fail once more at exit
        raise Misused(f"Cannot write {name}: {error.strerror}") from None


def complain(result: Result) -> None:
    """What is wrong with the run itself, to standard error in every format."""
    for error in result.errors:
        say(error)
    for file in result.files:
        if file.failed and not file.error:
            say(f"{file.shown} {file.skipped}")
        for crash in file.crashes:
            say(f"internal error: {crash}. Please report it.")


def _tell_masked(changes: Iterable[Change]) -> None:
    for change in changes:
        if change.masked:
            say(f"{change.path}: the patch hides secrets, so that it cannot be applied; --fix changes the file.")


def _tell_refused(changes: Iterable[Change]) -> None:
    for change in changes:
        if change.refused:
            say(f"{change.path} was not {'fixed further' if change.fixed else 'fixed'}: {change.refused}")


def say(message: str) -> None:
    """A sentence about the run, to standard error."""
    _tell(f"cblint: {shown.printable(message)}")


def _tell(line: str) -> None:
    if sys.stderr is not None:
        sys.stderr.buffer.write(f"{line}\n".encode("utf-8", "backslashreplace"))  # as write does
        sys.stderr.flush()
