"""Many files: found, linted one after the other or by several processes, and put together as a run."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence

from cblint.buildspec.model import Buildspec
from cblint.candidates import candidates_of, left_out
from cblint.catalogue import Rule
from cblint.catalogue.selection import is_check
from cblint.choices import check_settings, own_rules
from cblint.finding import Finding
from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, Lint, Settings, buildspecs_in, lint_bytes, lint_file, timed
from cblint.records import NamedTuple
from cblint.source.file import read
from cblint.timing import lap
from cblint.typing import Any

PROCESSES_PAY_FROM = 0.15
"""Seconds of work that are left; starting two processes takes about half of it."""
CHUNK = 4
"""Files that a process is given at a time, at most: the next arrive meanwhile, and all processes end together."""


class Result(NamedTuple):
    """A whole run. ``errors`` are messages about the run itself, such as a broken configuration.

    ``own`` are the rules beside the built-in ones that files of the run were held to.
    """

    files: tuple[FileResult, ...]
    errors: tuple[str, ...] = ()
    own: tuple[Rule, ...] = ()

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


def lint_paths(paths: Sequence[str], settings: Settings, lint: Lint | None = None) -> Result:
    """Lint files and search folders. Raises UnknownRule and ConfigError for what the command line names wrongly.

    ``lint`` is what is done to each file that can be read, by any process: ``lint_bytes``, or what stands for it.
    """
    check_settings(settings, paths)
    errors: list[str] = []
    candidates = candidates_of(paths, settings, errors)
    lap("finding the files")
    if settings.shellcheck:
        _ask_shellcheck(candidates, settings)
        lap("asking ShellCheck")
    return result_of(
        _run(candidates, settings, lint or lint_bytes), errors, own_rules((file.path for file in candidates), settings)
    )


def result_of(files: Iterable[FileResult], errors: Iterable[str] = (), own: tuple[Rule, ...] = ()) -> Result:
    """Put the results of files together; each message about the run is said once."""
    done = tuple(files)
    said = dict.fromkeys([*errors, *(file.error for file in done if file.error)])
    checks = [finding for file in done for finding in file.findings if is_check(finding.code)]
    if checks:
        from cblint.catalogue.shellcheck import told_of  # few runs ask it

        own = (*own, *told_of(checks))
    return Result(done, tuple(said), own)


def _ask_shellcheck(candidates: list[Candidate], settings: Settings) -> None:
    """Have ShellCheck look at the commands of all files at once: to start it takes longer than one file does."""
    from cblint.shellcheck.answers import consult
    from cblint.shellcheck.scripts import asked

    buildspecs = (buildspec for candidate in candidates for buildspec in _buildspecs_at(candidate, settings))
    commands = (each for buildspec in buildspecs for each in asked(buildspec))
    consult(settings.shellcheck, (script for each in commands for script in each.scripts))


def _buildspecs_at(candidate: Candidate, settings: Settings) -> list[Buildspec]:
    """The buildspecs in a file; none where it cannot be read, which is said when it is linted."""
    try:
        if left_out(candidate.path, settings):
            return []
        # As if nobody had named it: a pipe can be read only once.
        return buildspecs_in(read(candidate.path, named=False), candidate.path, settings)
    except Exception:
        return []


def list_files(paths: Sequence[str], settings: Settings) -> tuple[list[str], list[str]]:
    """The files that ``lint_paths`` would read, and messages about the run."""
    errors: list[str] = []
    candidates = candidates_of(paths, settings, errors)
    listed = {file.path: os.path.lexists(file.path) for file in candidates if not left_out(file.path, settings)}
    errors += [f"{path} cannot be read: No such file or directory" for path, is_there in listed.items() if not is_there]
    return [path for path, is_there in listed.items() if is_there], errors


def _run(candidates: list[Candidate], settings: Settings, lint: Lint) -> Iterator[FileResult]:
    """Results in the order of the candidates, by several processes if asked to or if that pays."""
    done = 0
    if settings.jobs == 0:
        started = time.perf_counter()
        while done < len(candidates) and not _pays(time.perf_counter() - started, done, len(candidates)):
            yield _lint_timed(candidates[done], settings, lint)
            done += 1
    jobs = settings.jobs or min(os.cpu_count() or 1, 8)
    rest = candidates[done:]
    if jobs == 1 or len(rest) < 2:
        yield from (_lint_timed(candidate, settings, lint) for candidate in rest)
    else:
        yield from _in_processes(rest, settings, lint, jobs)


def _pays(seconds: float, done: int, total: int) -> bool:
    """Whether, by the pace so far, the rest takes much longer than starting processes does."""
    return done >= 8 and (total - done) * seconds / done > PROCESSES_PAY_FROM


def _in_processes(candidates: list[Candidate], settings: Settings, lint: Lint, jobs: int) -> Iterator[FileResult]:
    """Results in order. This process is one of those that work: it takes what the others have not begun, from the end.

    So there is one less to start, and what it finds need not be sent to it.
    """
    from concurrent.futures import ProcessPoolExecutor

    size = min(CHUNK, max(1, len(candidates) // (jobs * 4)))
    chunks = [candidates[start : start + size] for start in range(0, len(candidates), size)]
    try:
        pool = ProcessPoolExecutor(min(jobs - 1, len(chunks)), **_prepared(settings))
    except (ImportError, NotImplementedError, OSError):  # no shared memory: a container that writes nothing, AWS Lambda
        yield from (_lint_timed(candidate, settings, lint) for candidate in candidates)
        return
    with pool:
        tasks = [pool.submit(_lint_files, chunk, settings, lint) for chunk in chunks]
        own: dict[int, list[FileResult]] = {}
        for number in reversed(range(len(chunks))):
            if not tasks[number].cancel():
                break
            own[number] = _lint_files(chunks[number], settings, lint)
        for number, task in enumerate(tasks):
            yield from own[number] if number in own else task.result()


def _prepared(settings: Settings) -> dict[str, Any]:
    """How a process begins: with what ShellCheck has said of all files."""
    if not settings.shellcheck:
        return {}
    from cblint.shellcheck.answers import answers, remember

    return {"initializer": remember, "initargs": (answers(),)}


def _lint_files(candidates: list[Candidate], settings: Settings, lint: Lint) -> list[FileResult]:
    return [_lint_timed(candidate, settings, lint) for candidate in candidates]


def _lint_timed(candidate: Candidate, settings: Settings, lint: Lint) -> FileResult:
    return timed(lambda: lint_file(candidate, settings, lint), settings)
