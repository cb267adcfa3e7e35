"""What ``cblint check`` does: lint files, folders or standard input."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cblint.catalogue import UnknownRule
from cblint.config import ConfigError
from cblint.hosts.discover import Candidate
from cblint.linter import (
    Result,
    Settings,
    check_settings,
    lint_bytes,
    lint_paths,
    list_files,
    result_of,
)
from cblint.opening import STDIN
from cblint.report import Style, omitted, render, shown
from cblint.source.file import MAX_BYTES

if TYPE_CHECKING:
    from cblint.fix import Change


class Misused(Exception):
    """The command line asks for what cannot be. ``str()`` is a sentence."""


def names(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def check(options: Mapping[str, Any]) -> int:
    """Do what the options say, and return the exit status. Raises Misused."""
    paths: tuple[str, ...] = options["paths"]
    formats: tuple[str, ...] = options["formats"]
    outputs: tuple[str, ...] = options["outputs"]
    stdin = "-" in paths or (options["stdin_filename"] is not None and not paths)
    if stdin and len(paths) > 1:
        raise Misused("Standard input (-) cannot be linted together with files.")
    if stdin and options["list_files"]:
        raise Misused("--list-files lists files: standard input is none.")
    if options["stdin_filename"] is not None and not stdin:
        raise Misused("--stdin-filename names standard input: give - as the path.")
    if len(outputs) > max(len(formats), 1):
        raise Misused("Each --output belongs to a --format: there are more outputs than formats.")
    settings = _settings(options)
    try:
        check_settings(settings)
        if stdin:
            result = _standard_input(options, settings)
        else:
            result = _files(paths or (".",), options, settings)
    except (UnknownRule, ConfigError) as error:
        raise Misused(shown.printable(str(error))) from None
    if not (options["diff"] or options["list_files"]):
        _print(result, formats or ("text",), outputs, options)
    _complain(result)
    return result.exit_status


def _settings(options: Mapping[str, Any]) -> Settings:
    return Settings(
        profile=options["profile"],
        select=names(options["select"]),
        ignore=names(options["ignore"]),
        fail_on="never" if options["exit_zero"] else options["fail_on"],
        config=options["config"],
        isolated=options["isolated"],
        exclude=options["exclude"],
        jobs=options["jobs"],
    )


def _standard_input(options: Mapping[str, Any], settings: Settings) -> Result:
    if options["fix"]:
        raise Misused("--fix cannot write to standard input; --diff prints the fixes as a patch.")
    if sys.stdin is None:
        raise Misused("Standard input is closed.")
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    candidate = Candidate(options["stdin_filename"] or STDIN, True)
    result = result_of([lint_bytes(data, candidate, settings)])
    if options["diff"]:
        from cblint.fix import fix_bytes

        change, _ = fix_bytes(data, candidate, settings, options["unsafe_fixes"])
        write(change.patch, "-")
        _tell_masked([change])
        _tell_refused([change])
    return result


def _files(paths: tuple[str, ...], options: Mapping[str, Any], settings: Settings) -> Result:
    if options["list_files"]:
        files, errors = list_files(paths, settings)
        write((f"{shown.path(path)}\n" for path in files), "-")
        return Result((), tuple(errors))
    if options["fix"] or options["diff"]:
        from cblint.fix import fix_files

        changed = fix_files(paths, settings, options["unsafe_fixes"], write=not options["diff"])
        if options["diff"]:
            write((line for change in changed for line in change.patch), "-")
            _tell_masked(changed)
        _tell_refused(changed)
        if options["fix"]:
            for change in changed:
                if change.fixed:
                    _say(f"fixed {change.fixed} finding{'' if change.fixed == 1 else 's'} in {change.path}")
    return lint_paths(paths, settings)


def _print(result: Result, formats: tuple[str, ...], outputs: tuple[str, ...], options: Mapping[str, Any]) -> None:
    for number, name in enumerate(formats):
        output = outputs[number] if number < len(outputs) else "-"
        style = Style(
            colour=colour(options["colour"], output),
            quiet=options["quiet"],
            statistics=options["statistics"],
            suppressed=options["sarif_include_suppressed"],
        )
        write(render(name, result, style), output)
        for sentence in omitted(name, result, style):
            _say(sentence)
    if options["timings"]:
        for file in sorted(result.files, key=lambda file: -file.seconds)[:10]:
            _tell(f"{file.seconds * 1000:8.1f} ms  {shown.printable(file.shown)}")


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


def _complain(result: Result) -> None:
    """What is wrong with the run itself, to standard error in every format."""
    for error in result.errors:
        _say(error)
    for file in result.files:
        if file.failed and not file.error:
            _say(f"{file.shown} {file.skipped}")
        for crash in file.crashes:
            _say(f"internal error: {crash}. Please report it.")


def _tell_masked(changes: Iterable[Change]) -> None:
    for change in changes:
        if change.masked:
            _say(f"{change.path}: the patch hides secrets, so that it cannot be applied; --fix changes the file.")


def _tell_refused(changes: Iterable[Change]) -> None:
    for change in changes:
        if change.refused:
            _say(f"{change.path} was not {'fixed further' if change.fixed else 'fixed'}: {change.refused}")


def _say(message: str) -> None:
    _tell(f"cblint: {shown.printable(message)}")


def _tell(line: str) -> None:
    if sys.stderr is not None:
        sys.stderr.buffer.write(f"{line}\n".encode("utf-8", "backslashreplace"))  # as _write does
        sys.stderr.flush()
