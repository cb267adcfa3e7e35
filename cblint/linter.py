"""From paths or text to results: reads, recognises, configures, runs, suppresses; one file never spoils another."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cblint import engine
from cblint.buildspec.model import Buildspec
from cblint.catalogue import Rule, Selection, select
from cblint.config import Config, ConfigError, config_for, load_config, matches
from cblint.finding import Finding, PlacedEdit, Related, Severity
from cblint.hiding import Hiding, filled
from cblint.hosts import buildspec as host
from cblint.hosts.discover import Candidate, git_root, search
from cblint.hosts.reading import mentions
from cblint.opening import (
    STDIN,
    NotBuildspec,
    Opened,
    Place,
    called_a_buildspec,
    opened,
    other_format,
    worth_opening,
)
from cblint.source.file import Unreadable, decode, read
from cblint.source.loader import TooComplex
from cblint.source.text import Lines

if TYPE_CHECKING:
    from cblint.hosts.definition import HostFile
    from cblint.secrets.mask import Hidden

PROCESSES_PAY_FROM = 0.15
"""Seconds of work that are left; starting two processes takes about half of it."""
CHUNK = 16
"""Files that a process is given at a time, at most: the next arrive meanwhile, and all processes end together."""


class Settings(NamedTuple):
    """What the command line decides; None leaves it to the configuration."""

    profile: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None
    config: str | None = None
    isolated: bool = False
    exclude: tuple[str, ...] = ()
    jobs: int = 0
    """Processes; 0 lets the pace of the first files decide."""


class FileResult(NamedTuple):
    """What is to be said of one file.

    ``path`` is relative to the repository root, ``shown`` to the working directory. ``skipped`` says why the file
    was not linted (then ``failed`` tells whether that is an error of the run), ``excerpts`` holds the lines on which
    findings, what is related to them, the steps to them and their fixes begin and end, with other characters where a
    secret stands, ``hidden`` what is shown there, ``failing`` how many findings reach the severity that fails the run.
    """

    path: str
    shown: str
    kind: str = ""
    buildspecs: int = 0
    findings: tuple[Finding, ...] = ()
    excerpts: dict[int, str] = {}  # noqa: RUF012 - never changed
    hidden: dict[int, tuple[Hidden, ...]] = {}  # noqa: RUF012 - never changed
    skipped: str = ""
    failed: bool = False
    failing: int = 0
    crashes: tuple[str, ...] = ()
    error: str = ""
    """A message about the run that this file is one of many to meet: a broken configuration."""
    seconds: float = 0.0
    target: str = ""
    """Where a symbolic link on the way leads in the repository, relative to its root; empty if there is none."""


class Result(NamedTuple):
    """A whole run. ``errors`` are messages about the run itself, such as a broken configuration."""

    files: tuple[FileResult, ...]
    errors: tuple[str, ...] = ()

    @property
    def findings(self) -> Iterator[tuple[FileResult, Finding]]:
        """Every finding with its file, suppressed ones included."""
        return ((file, finding) for file in self.files for finding in file.findings)

    @property
    def exit_status(self) -> int:
        """0 clean, 1 findings, 2 something named could not be linted, 3 an internal error; the highest wins."""
        if any(file.crashes for file in self.files):
            return 3
        if self.errors or any(file.failed for file in self.files):
            return 2
        return 1 if any(file.failing for file in self.files) else 0


def lint_paths(paths: Sequence[str], settings: Settings) -> Result:
    """Lint files and search folders. Raises UnknownRule and ConfigError for what the command line names wrongly."""
    check_settings(settings)
    errors: list[str] = []
    candidates = _candidates(paths, settings, errors)
    return result_of(_run(candidates, settings), errors)


def result_of(files: Iterable[FileResult], errors: Iterable[str] = ()) -> Result:
    """Put the results of files together; each message about the run is said once."""
    done = tuple(files)
    said = dict.fromkeys([*errors, *(file.error for file in done if file.error)])
    return Result(done, tuple(said))


def list_files(paths: Sequence[str], settings: Settings) -> tuple[list[str], list[str]]:
    """The files that ``lint_paths`` would read, and messages about the run."""
    errors: list[str] = []
    candidates = _candidates(paths, settings, errors)
    missing = [file.path for file in candidates if not os.path.lexists(file.path)]
    errors += [f"{path} cannot be read: No such file or directory" for path in missing]
    listed = [file.path for file in candidates if file.path not in missing]
    return [path for path in listed if not _left_out(path, settings)], errors


def check_settings(settings: Settings) -> None:
    """Raise UnknownRule or ConfigError now for what would fail on every file."""
    select(Selection("default", settings.select, settings.ignore))
    if settings.config is not None:
        load_config(settings.config)


def _run(candidates: list[Candidate], settings: Settings) -> Iterator[FileResult]:
    """Results in the order of the candidates, by several processes if asked to or if that pays."""
    done = 0
    if settings.jobs == 0:
        started = time.perf_counter()
        while done < len(candidates) and not _pays(time.perf_counter() - started, done, len(candidates)):
            yield lint_file(candidates[done], settings)
            done += 1
    jobs = settings.jobs or min(os.cpu_count() or 1, 8)
    rest = candidates[done:]
    if jobs == 1 or len(rest) < 2:
        yield from (lint_file(candidate, settings) for candidate in rest)
    else:
        yield from _in_processes(rest, settings, jobs)


def _pays(seconds: float, done: int, total: int) -> bool:
    """Whether, by the pace so far, the rest takes much longer than starting processes does."""
    return done >= 8 and (total - done) * seconds / done > PROCESSES_PAY_FROM


def _in_processes(candidates: list[Candidate], settings: Settings, jobs: int) -> Iterator[FileResult]:
    """Results in order. This process is one of those that work: it takes what the others have not begun, from the end.

    So there is one less to start, and what it finds need not be sent to it.
    """
    from concurrent.futures import ProcessPoolExecutor

    size = min(CHUNK, max(1, len(candidates) // (jobs * 4)))
    chunks = [candidates[start : start + size] for start in range(0, len(candidates), size)]
    with ProcessPoolExecutor(min(jobs - 1, len(chunks))) as pool:
        tasks = [pool.submit(_lint_files, chunk, settings) for chunk in chunks]
        own: dict[int, list[FileResult]] = {}
        for number in reversed(range(len(chunks))):
            if not tasks[number].cancel():
                break
            own[number] = _lint_files(chunks[number], settings)
        for number, task in enumerate(tasks):
            yield from own[number] if number in own else task.result()


def _lint_files(candidates: list[Candidate], settings: Settings) -> list[FileResult]:
    return [lint_file(candidate, settings) for candidate in candidates]


def candidates_of(paths: Sequence[str], settings: Settings) -> list[Candidate]:
    """The files that a run over ``paths`` looks at."""
    return _candidates(paths, settings, [])


def _candidates(paths: Sequence[str], settings: Settings, errors: list[str]) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    for path in paths:
        if os.path.isdir(path):
            try:
                os.scandir(path).close()
            except OSError as error:
                errors.append(f"{path} cannot be read: {error.strerror}")
                continue
            for file in _search(path, settings, errors):
                found.setdefault(os.path.abspath(file), Candidate(file, False))
        else:
            # Even if a search has found it; "x.yml/" is another name, and leads nowhere.
            found[os.path.abspath(path) + path[len(path.rstrip(os.sep)) :]] = Candidate(path, True)
    return list(found.values())


def _search(folder: str, settings: Settings, errors: list[str]) -> Iterator[str]:
    try:
        _config(os.path.join(folder, "buildspec.yml"), settings)
    except ConfigError as error:
        errors.append(str(error))

    def is_buildspec(path: str) -> bool:
        return host.candidate(path) or _config_or_default(path, settings).names_buildspec(path)

    return search(
        folder,
        lambda path: is_buildspec(path) or worth_opening(path),
        lambda path: _excluded(path, _config_or_default(path, settings), settings),
        lambda path: is_buildspec(path) or mentions(path),
    )


def _excluded(path: str, config: Config, settings: Settings) -> bool:
    return config.excludes(path) or matches(os.getcwd(), settings.exclude, path)


def _left_out(path: str, settings: Settings) -> bool:
    """Whether a file is not even to be read."""
    return _excluded(path, _config_or_default(path, settings), settings)


def _config_or_default(path: str, settings: Settings) -> Config:
    """The configuration for a path that is not linted yet: when it is, what is wrong with the configuration is said."""
    try:
        return _config(path, settings)
    except Exception:
        return Config()


def _config(path: str, settings: Settings) -> Config:
    if settings.config is not None:
        return load_config(settings.config)
    return Config() if settings.isolated else config_for(os.path.dirname(os.path.abspath(path)))


def lint_file(candidate: Candidate, settings: Settings) -> FileResult:
    """Lint one file; whatever is wrong with it becomes part of the result."""
    started = time.perf_counter()
    if _left_out(candidate.path, settings):
        return _passed_over(candidate, "is excluded by the configuration or --exclude", candidate.named)
    try:
        text = read(candidate.path, candidate.named)
    except Unreadable as error:
        return _failure(candidate, str(error))
    result = lint_text(text, candidate, settings)
    return result._replace(seconds=time.perf_counter() - started, target=_target(candidate.path))


def lint_bytes(data: bytes, candidate: Candidate, settings: Settings) -> FileResult:
    """Lint what came on standard input under the name of ``candidate``."""
    try:
        return lint_text(decode(data), candidate, settings)._replace(target=_target(candidate.path))
    except Unreadable as error:
        return _failure(candidate, str(error))


def lint_text(text: str, candidate: Candidate, settings: Settings) -> FileResult:
    """Lint a text under a name: the file need not exist."""
    try:
        return _lint(text, candidate, settings)
    except TooComplex as error:
        line = Lines(text).number(error.span.start)
        return _failure(candidate, f"{Hiding(text).hidden(str(error))} (line {line})")
    except ConfigError as error:
        failure = _failure(candidate, "was not linted: its configuration is wrong")
        return failure._replace(failed=True, error=str(error))
    except Exception as error:
        crash = f"{candidate.path}: {type(error).__name__}: {_hidden(str(error), text)}"
        return FileResult(*_names(candidate.path), crashes=(crash,))


def _hidden(said: str, text: str) -> str:
    """What is said of a crash, without secrets of the file; nothing if it was that which crashed."""
    try:
        return Hiding(text).hidden(said)
    except Exception:
        return "…"


def _failure(candidate: Candidate, why: str) -> FileResult:
    return FileResult(*_names(candidate.path), skipped=why, failed=candidate.named)


def _passed_over(candidate: Candidate, why: str, expected: bool) -> FileResult:
    """A file that is not linted; the reason is worth a word only if someone could expect that it is."""
    return FileResult(*_names(candidate.path), skipped=why if expected else "")


def _lint(text: str, candidate: Candidate, settings: Settings) -> FileResult:
    path, shown = _names(candidate.path)
    config = _config(candidate.path, settings)
    if _excluded(candidate.path, config, settings):
        return _passed_over(candidate, "is excluded by the configuration or --exclude", candidate.named)
    expected = candidate.named or called_a_buildspec(candidate.path, config)
    try:
        found = opened(text, _place(candidate.path, path), config)
    except NotBuildspec as error:
        return _passed_over(candidate, str(error), expected)

    rules = select(_selection(config, settings))
    hiding = Hiding(text, found.subjects)
    target = engine.Target(path, Lines(text), hiding)
    checked = engine.run(target, found.subjects, [rule for rule in rules if rule.category != "cblint"])
    if "cblint:" in text and found.subjects:
        checked = _suppressed(target, found, checked, rules, config)
    findings = [_with_reason(finding, hiding) for finding in checked.findings]
    if found.kind != "buildspec":
        findings = _written_there(target.lines, candidate, config, findings)
    excerpts, hidden = _excerpts(target.lines, findings, hiding)
    threshold = settings.fail_on or config.fail_on
    return FileResult(
        path,
        shown,
        found.kind,
        len(found.buildspecs),
        tuple(findings),
        excerpts,
        hidden,
        skipped="; it ".join(_shortcomings(target, found, findings, checked.cut)),
        failing=sum(1 for finding in findings if fails(finding, threshold)),
        crashes=tuple(checked.crashes.values()),
    )


def _written_there(lines: Lines, candidate: Candidate, config: Config, findings: list[Finding]) -> list[Finding]:
    """The findings in a file of another format, with their fixes as they are written there."""
    if all(finding.fix is None for finding in findings):
        return findings
    from cblint.hosted_fixes import spelled

    return spelled(lines, _reader(candidate.path, config), findings)


def reader_of(path: str, settings: Settings) -> Callable[[str], HostFile | None]:
    """What reads a text as that of a file of another format. Raises ConfigError."""
    return _reader(path, _config(path, settings))


def _reader(path: str, config: Config) -> Callable[[str], HostFile | None]:
    place = _place(path, _names(path)[0])
    return lambda text: other_format(text, place, config)


def buildspecs_in(text: str, path: str, settings: Settings) -> list[Buildspec]:
    """The buildspecs in the text of a file. Raises NotBuildspec, TooComplex, ConfigError."""
    return opened(text, _place(path, _names(path)[0]), _config(path, settings)).buildspecs


def _place(path: str, relative: str) -> Place:
    repository = git_root(os.path.dirname(os.path.abspath(path))) if path != STDIN else None
    return Place(path, relative, repository)


def _shortcomings(target: engine.Target, found: Opened, findings: list[Finding], cut: list[str]) -> Iterator[str]:
    """Why the findings are not all that there is to say, in words that follow the file's name."""
    own = found.buildspecs[0].stream.problem if found.kind == "buildspec" else None
    at = own.span.start if own is not None else found.at
    if at is not None and not any(finding.rule == "yaml-syntax-error" for finding in findings):
        language = "JSON" if target.path.endswith(".json") else "YAML"
        line = target.lines.number(at)
        yield f"is not valid {language} from line {line} on, so that only what stands before was checked"
    if found.problem:
        yield found.problem
    if cut:
        yield f"has more than {engine.MAX_PER_RULE:,} findings of {', '.join(cut)}: the rest is left out"


def _suppressed(
    target: engine.Target,
    found: Opened,
    checked: engine.Checked,
    rules: list[Rule],
    config: Config,
) -> engine.Checked:
    from cblint.suppress import Suppressions

    suppressions = Suppressions(found.buildspecs, target.lines)
    kept = [suppressions.apply(finding) for finding in checked.findings]
    names = {rule.name for rule in rules}
    # A rule that crashed or was cut short has not seen the whole file; after a syntax error none has.
    complete = (
        not found.problem
        and found.at is None
        and all(buildspec.stream.problem is None for buildspec in found.buildspecs)
    )
    finished = names - {*checked.crashes, *checked.cut} if complete else set()
    faults = suppressions.faults(lambda rule: rule.name in finished, config.require_reason)
    chosen = [(rule, report) for rule, report in faults if rule.name in names]
    for rule, report in chosen[: engine.MAX_PER_RULE]:
        kept.append(suppressions.apply(engine.place(target, rule, report, found.subjects[0])))
    more = ["suppression comments"] if len(chosen) > engine.MAX_PER_RULE else []
    kept.sort(key=lambda finding: (finding.span, finding.code))
    return checked._replace(findings=kept, cut=[*checked.cut, *more])


def _selection(config: Config, settings: Settings) -> Selection:
    return Selection(
        settings.profile or config.profile,
        settings.select or config.select,
        (*config.ignore, *settings.ignore),
    )


def fails(finding: Finding, threshold: str) -> bool:
    """Whether a finding makes the run fail at that ``--fail-on``."""
    if threshold == "never" or finding.suppressed is not None:
        return False
    return finding.severity.rank >= Severity(threshold).rank


def _with_reason(finding: Finding, hiding: Hiding) -> Finding:
    return finding._replace(suppressed=hiding.hidden(finding.suppressed)) if finding.suppressed else finding


def _excerpts(
    lines: Lines, findings: list[Finding], hiding: Hiding
) -> tuple[dict[int, str], dict[int, tuple[Hidden, ...]]]:
    """The lines to show, and what of them is hidden."""
    places: list[Finding | Related | PlacedEdit] = [*findings]
    for finding in findings:
        places += (place for place in finding.related if place.path == finding.path)
        places += finding.steps
        places += finding.fix.edits if finding.fix else ()
    numbers = {position.line for place in places for position in (place.start, place.end)}
    hidden = {number: found for number in sorted(numbers) if (found := hiding.in_line(lines, number))}
    return {number: filled(lines.line(number), hidden.get(number, ())) for number in sorted(numbers)}, hidden


def _names(path: str) -> tuple[str, str]:
    """A path relative to the repository root (else the working directory), and relative to the working directory."""
    if path == STDIN:
        return STDIN, STDIN
    full = os.path.abspath(path)
    here = os.getcwd()
    root = git_root(os.path.dirname(full))
    inside = root is not None and git_root(here) == root  # then ".." does not lead out of the repository
    shown = os.path.relpath(full, here).replace(os.sep, "/") if inside else _relative(full, here)
    return _relative(full, root or here), shown


def _target(path: str) -> str:
    """What ``FileResult.target`` says of a path."""
    full = os.path.abspath(path)
    folder, name = os.path.split(full)
    real = os.path.realpath(full) if os.path.islink(full) else os.path.join(_real(folder), name)
    root = git_root(folder) if real != full else None
    if root is None:
        return ""
    target = _relative(real, _real(root))
    return "" if os.path.isabs(target) or target == _relative(full, root) else target


@lru_cache(maxsize=1024)
def _real(folder: str) -> str:
    return os.path.realpath(folder)


def _relative(path: str, folder: str) -> str:
    inside = path.startswith(folder.rstrip(os.sep) + os.sep)
    return (os.path.relpath(path, folder) if inside else path).replace(os.sep, "/")
