"""What ``cblint baseline`` does: write, prune and check the baseline; and how ``cblint check`` applies one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from cblint.baseline import BaselineError, Compared, Entry, compare, load, recoded, written
from cblint.catalogue import Rule, UnknownRule
from cblint.choices import check_settings
from cblint.cli.options import OPTIONS
from cblint.cli.run import Misused, Stopped, complain, say, settings_of, write
from cblint.config import BASELINE, NAMES, ConfigError, chain_for
from cblint.config.files import lies_within
from cblint.hosts.discover import git_root
from cblint.linter import FileResult, configured_baseline
from cblint.report import Style, render, shown
from cblint.running import Result, lint_paths
from cblint.source.replacing import replace
from cblint.typing import Any
from cblint.wording import counted


def applied(result: Result, paths: Sequence[str], options: Mapping[str, Any]) -> Result:
    """The run of ``cblint check`` over paths, marked as left out what baselines have. Raises Stopped."""
    try:
        return _applied(result, paths, options)
    except BaselineError as error:
        raise Stopped(str(error)) from None


def _applied(result: Result, paths: Sequence[str], options: Mapping[str, Any]) -> Result:
    files = {id(file): file for file in result.files}
    named = options["baseline"] is not None
    for path, group in _groups(result, options["baseline"], "").items():
        if path:
            entries = recoded(load(path, named), result.own)
            found = compare(group, entries, os.path.dirname(path), paths)
            files |= {id(old): new for old, new in zip(group, found.files, strict=True)}
            stale = len(found.stale)
            if stale:
                does = f"{counted(stale, 'entry', 'entries')} of {os.path.relpath(path)} no longer {_match(stale)}"
                say(f'{does}: "cblint baseline update" prunes what is mended or gone.')
    return result._replace(files=tuple(files[id(file)] for file in result.files))


def create(paths: Sequence[str], options: Mapping[str, Any], force: bool) -> int:
    """Write all findings of now, and return the exit status. Raises Misused."""
    groups, _, status = _linted(paths, options)
    there = [os.path.relpath(path) for path in groups if os.path.lexists(path)]
    if there and not force:
        raise Misused(
            f'{there[0]} is there already. "cblint baseline update" prunes it, and with --add takes in what is new; '
            "--force writes it anew and forgets all that it has."
        )
    for path, files in groups.items():
        entries = compare(files, (), os.path.dirname(path)).fresh
        _save(path, entries)
        number = len({entry.path for entry in entries})
        _print(f"{os.path.relpath(path)} has {counted(len(entries), 'finding')} of {counted(number, 'file')} now.")
        if not options["baseline"] and not any(file.baseline for file in files):
            _print(f"With {_setting(path, options)}, cblint check leaves them out.")
    return status


def _setting(path: str, options: Mapping[str, Any]) -> str:
    """What is to be said in which configuration so that a baseline counts."""
    folder, name = os.path.split(path)
    chain = () if options["config"] or options["isolated"] else chain_for(folder)
    beside = os.path.basename(chain[-1].path) if chain and os.path.dirname(chain[-1].path) == folder else ""
    if beside == NAMES[2]:
        return f'baseline = "{name}" under [tool.cblint] in {beside}'
    return f'"baseline: {name}" in {beside or f"a {NAMES[0]} beside it"}'


def update(paths: Sequence[str], options: Mapping[str, Any], add: bool) -> int:
    """Drop the entries that no longer match, perhaps add what is new, and return the exit status. Raises Misused."""
    groups, own, status = _linted(paths, options)
    for path, found in _compared(groups, own, paths, options).items():
        _save(path, [*found.matched, *found.unseen, *(found.fresh if add else ())])
        new = len(found.fresh)
        more = f", {new} added" if add else f"; {counted(new, 'finding')} not in it: --add takes them in" if new else ""
        _print(f"{os.path.relpath(path)}: {counted(len(found.stale), 'entry', 'entries')} dropped{more}.")
    return status


def check(paths: Sequence[str], options: Mapping[str, Any]) -> int:
    """Print what the baseline lacks and what of it no longer matches; the exit status is 1 if there is any of it."""
    groups, own, status = _linted(paths, options)
    for path, found in _compared(groups, own, paths, options).items():
        write(render("text", Result(found.files), Style(quiet=True)))
        for entry in found.stale:
            where = f" at {entry.where}" if entry.where else ""
            _print(f"{entry.path}: {entry.rule or entry.code}{where} no longer matches: {entry.text}")
        stale, new = len(found.stale), len(found.fresh)
        old = f"{counted(stale, 'entry', 'entries')} that no longer {_match(stale)}"
        _print(f"{os.path.relpath(path)}: {counted(new, 'new finding')}, {old}.")
        status = max(status, 1 if new or stale else 0)
    return status


def run(command: Callable[..., int], paths: Sequence[str], options: Mapping[str, Any], *more: bool) -> int:
    """Do a command with the options of click, and return the exit status. Raises Misused."""
    if "-" in paths:
        raise Misused("A baseline is of files: standard input (-) is none.")
    defaults = {option.key: option.default for option in OPTIONS}
    try:
        return command(paths or (".",), {**defaults, **options}, *more)
    except (BaselineError, Stopped) as error:
        say(str(error))
        return 2


def _linted(
    paths: Sequence[str], options: Mapping[str, Any]
) -> tuple[dict[str, list[FileResult]], Sequence[Rule], int]:
    """The files of a run by the absolute path of their baseline, its own rules, and 3 if a rule crashed.

    Raises Misused.
    """
    settings = settings_of(options)
    try:
        check_settings(settings, paths)
        usual = options["baseline"] or configured_baseline(paths[0], settings) or _usual(paths[0])
        result = lint_paths(paths, settings)
    except (UnknownRule, ConfigError) as error:
        raise Misused(shown.printable(str(error))) from None
    complain(result)
    if result.errors or any(file.failed for file in result.files):
        raise Misused("Not all files could be linted: the baseline stays as it is.")
    usual = os.path.abspath(usual)
    groups = {usual: [], **_groups(result, options["baseline"], usual)}
    return groups, result.own, 3 if result.exit_status == 3 else 0


def _usual(path: str) -> str:
    """The baseline that nobody names; what lies there must be the repository's. Raises Misused."""
    full = os.path.abspath(path)
    root = git_root(full if os.path.isdir(full) else os.path.dirname(full)) or os.getcwd()
    found = os.path.join(root, BASELINE)
    if not lies_within(found, root):
        raise Misused(
            f"{shown.printable(os.path.relpath(found))} is a link that leads out of the repository: delete it, or name "
            "the file with --baseline."
        )
    return found


def _groups(result: Result, given: str | None, usual: str) -> dict[str, list[FileResult]]:
    """The files of a run by their baseline: the one given, else that of their configuration, else the usual one."""
    found: dict[str, list[FileResult]] = {}
    for file in result.files:
        path = given or file.baseline or usual
        found.setdefault(os.path.abspath(path) if path else "", []).append(file)
    return found


def _compared(
    groups: dict[str, list[FileResult]], own: Sequence[Rule], paths: Sequence[str], options: Mapping[str, Any]
) -> dict[str, Compared]:
    named = options["baseline"] is not None
    return {
        path: compare(files, recoded(load(path, named), own), os.path.dirname(path), paths)
        for path, files in groups.items()
    }


def _save(path: str, entries: Sequence[Entry]) -> None:
    try:
        replace(os.path.realpath(path), written(entries).encode("ascii"))
    except OSError as error:
        raise Misused(f"{shown.printable(os.path.relpath(path))} cannot be written: {error.strerror}") from None


def _print(sentence: str) -> None:
    write([f"{shown.path(sentence)}\n"])  # most begin with the name of a file


def _match(number: int) -> str:
    return "matches" if number == 1 else "match"
