"""One repository: what has changed in it, and what is to be said of it. Runs in a process of a pool or a cluster."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TypeVar

from cblint.audit.answers import answers_of, gone_from, rooted, written_answers
from cblint.audit.limits import OutOfTime, within
from cblint.audit.model import ADDRESS, Before, Looked, Plan, Problem, Task, Told, Unit, Visit, storable
from cblint.audit.overview import AuditedRule
from cblint.audit.owners import owners_in
from cblint.audit.place import Laid, laid_out, now
from cblint.audit.recorded import packed
from cblint.audit.rules import audited
from cblint.audit.targets import shown_of
from cblint.baseline import BaselineError, Entry, compare, load, recoded
from cblint.cache.meaning import configured
from cblint.cache.program import program
from cblint.candidates import candidates_of
from cblint.choices import own_rules
from cblint.config import ConfigError
from cblint.finding import Finding
from cblint.git import GitError
from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, Settings, configured_baseline, lint_bytes
from cblint.opening import STDIN
from cblint.records import NamedTuple
from cblint.report.fingerprint import fingerprints
from cblint.report.told import words
from cblint.source.file import Unreadable, read_bytes
from cblint.source.remembered import Answers, are_as_before, forget, listening

_alone = threading.Lock()
"""The current folder and what is remembered of the disk are the process's; threads of a cluster's worker share it."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_ROOM = "cannot be laid out: there is no room for its files in the temporary folder (the variable TMPDIR says where)"


class OtherProgram(RuntimeError):
    """Who is asked has another cblint than who asks. ``str()`` is a sentence."""


def visit(task: Task, plan: Plan, begun: Callable[[str], None] = lambda _: None) -> Visit:
    """Look at a repository; ``begun`` is told of each file before it is. Raises OtherProgram."""
    if program() != plan.program:
        raise OtherProgram(
            "A worker has another cblint, or another Python, than the one that asks: install the same one on both."
        )
    with _alone, _at_home():
        try:
            return _visited(task, plan, begun)
        except GitError as error:
            return _failed(task.unit, f"cannot be looked at: {error}")
        except Unreadable as error:
            return _failed(task.unit, str(error))
        except OSError as error:
            return _failed(
                task.unit, _NO_ROOM if error.errno in _FULL else f"cannot be read: {error.strerror or error}"
            )
        finally:
            forget()


def _failed(unit: Unit, why: str) -> Visit:
    return Visit(unit, failed=True, problems=(Problem("", why),))


@contextlib.contextmanager
def _at_home() -> Iterator[None]:
    home = os.getcwd()
    try:
        yield
    finally:
        os.chdir(home)


def _visited(task: Task, plan: Plan, begun: Callable[[str], None]) -> Visit:
    with contextlib.ExitStack() as stack:
        unit = _at_hand(task.unit, plan)
        known = task.known
        head, state, unsaid = now(unit, task, plan)
        if known is not None and state and known.state == state and not task.without:
            return Visit(task.unit, shown_of(head.branch), shown_of(head.commit), state, same=True)
        laid = laid_out(unit, task, plan, head, stack)
        os.chdir(laid.root)
        found = _looked(laid, task, plan, begun)
        return found._replace(
            branch=shown_of(laid.head.branch),
            commit=shown_of(laid.head.commit),
            state=state if found.whole else "",
            problems=(*(Problem("", each) for each in (unsaid, *laid.left_out) if each), *found.problems),
        )


def _at_hand(unit: Unit, plan: Plan) -> Unit:
    """The repository, cloned if it is behind an address. Raises Unreadable."""
    if unit.kind != ADDRESS:
        return unit
    from cblint.audit.cloning import Uncloned, mirrored  # most are there

    try:
        return unit._replace(path=mirrored(unit.key, plan.clones))
    except Uncloned as error:
        raise Unreadable(str(error)) from None


# What has changed, and what is to be said


Done = TypeVar("Done")

PART, WHOLE = 5, 60
"""So many times the time that a file may take, the search for the files of a repository may take, and all of them."""
_LACKING = "cannot be read: git does not have what is in it (a partial clone, or a damaged repository)"


def _looked(laid: Laid, task: Task, plan: Plan, begun: Callable[[str], None]) -> Visit:
    """The files of a repository in the current folder, each linted if what it hangs on is not what it was."""
    messages: list[str] = []
    known = task.known.files if task.known is not None else {}
    answers: Answers = {}
    end = time.monotonic() + plan.seconds * WHOLE
    searched = _bounded(plan, "to search for files", lambda: candidates_of(["."], plan.settings, messages))
    found = [each for each in searched if _path(each) not in task.without]
    seen = [
        _Seen(_path(each), problem=_LACKING, given_up=True)
        if _path(each) in laid.lacking
        else _seen(each, known.get(storable(_path(each))), plan, answers, begun)
        if time.monotonic() < end
        else _Seen(_path(each), problem=_too_late(plan), given_up=True)
        for each in found
    ]
    return _bounded(plan, "to put together", lambda: _visit(task, plan, found, seen, messages))


def _bounded(plan: Plan, what: str, work: Callable[[], Done]) -> Done:
    """What comes of some work for all of a repository, in which its patterns may be many. Raises Unreadable."""
    try:
        return within(plan.seconds * PART, work)
    except OutOfTime:
        raise Unreadable(f"takes longer than {plan.seconds * PART:g} seconds {what}, and was given up") from None


def _too_late(plan: Plan) -> str:
    return f"was not looked at: its repository takes longer than {plan.seconds * WHOLE:g} seconds in all"


def _visit(task: Task, plan: Plan, found: list[Candidate], seen: list[_Seen], messages: Sequence[str]) -> Visit:
    """What became of a repository in the current folder whose files were looked at."""
    owners = owners_in(os.getcwd())
    linted = [each for each in seen if each.result is not None]
    baselines, wrong = _baselines(found, plan)
    with_baselines = _with_baselines([each.result for each in linted if each.result is not None], baselines)
    results = {each.path: result for each, result in zip(linted, with_baselines, strict=True)}
    crashes = [Problem(path, f"{crash}.") for path, result in results.items() for crash in result.crashes]
    return Visit(
        task.unit,
        whole=not (task.without or crashes or any(each.given_up for each in seen)),
        files=tuple(
            _kept(each, owners) if each.result is None else _told(each, results[each.path], owners)
            for each in seen
            if not each.problem
        ),
        problems=(
            *(Problem("", f"The configuration is wrong: {message}") for message in (*messages, *wrong)),
            *(Problem(path, why) for path, why in task.without.items()),
            *(Problem(each.path, each.problem) for each in seen if each.problem),
            *crashes,
        ),
        rules=_rules(found, plan),
    )


class _Seen(NamedTuple):
    """A file that was looked at: ``result`` is None if it is as it was, or has a ``problem``."""

    path: str
    content: str = ""
    answers: bytes = b""
    result: FileResult | None = None
    problem: str = ""
    given_up: bool = False


def _path(candidate: Candidate) -> str:
    return os.path.normpath(candidate.path).replace(os.sep, "/")


def _seen(
    candidate: Candidate, before: Before | None, plan: Plan, answers: Answers, begun: Callable[[str], None]
) -> _Seen:
    """A file of the repository in the current folder; ``answers`` are those of now that are known already."""
    path = _path(candidate)
    try:
        data = read_bytes(candidate.path, False)
    except Unreadable as error:
        return _Seen(path, problem=str(error))
    content = hashlib.sha256(data).hexdigest()
    is_as_before = before is not None and before.content == content and not _hangs_on_others(candidate, plan)
    if before is not None and is_as_before and are_as_before(answers_of(before.answers), answers):
        return _Seen(path, content)
    begun(path)
    _warm()
    with listening() as told:
        try:
            result = within(plan.seconds, lambda: _linted(data, candidate, plan))
        except OutOfTime:
            return _Seen(path, problem=f"takes longer than {plan.seconds:g} seconds, and was given up", given_up=True)
    if result.unread:
        return _Seen(path, problem=": ".join(filter(None, (result.skipped, result.error))))
    return _Seen(path, content, written_answers(told), _called(result, path))


def _linted(data: bytes, candidate: Candidate, plan: Plan) -> FileResult:
    """What is found in a file; with it is asked what its repository is, and how it is configured."""
    result = lint_bytes(data, candidate, plan.settings)
    rooted(os.getcwd(), os.path.dirname(candidate.path))
    if plan.asks_configuration:
        configured(os.getcwd(), os.path.dirname(candidate.path))
    _hangs_on_others(candidate, plan)
    return result


def _hangs_on_others(candidate: Candidate, plan: Plan) -> bool:
    """Whether other files decide what its baseline suppresses: what it has of those that are gone stands for any's."""
    try:
        baseline = configured_baseline(candidate.path, plan.settings)
    except ConfigError:
        return False
    return bool(baseline and gone_from(os.getcwd(), os.path.relpath(baseline)))


@cache
def _warm() -> None:
    """Lint nothing, as the first file brings much of cblint with it, which is not to count as its time."""
    lint_bytes(b"version: 0.2\nphases: {}\n", Candidate(STDIN, True), Settings(isolated=True))


def _called(result: FileResult, path: str) -> FileResult:
    """The result under the file's path in what was looked at, which may be a part of a repository, or hold another."""
    if result.path == path:
        return result
    lost, gained = result.path.removesuffix(path), path.removesuffix(result.path)

    def here(name: str) -> str:
        return f"{gained}{name}" if gained else name.removeprefix(lost)

    def placed(finding: Finding) -> Finding:
        related, steps = (
            tuple(each._replace(path=here(each.path)) for each in places) for places in (finding.related, finding.steps)
        )
        return finding._replace(path=path, related=related, steps=steps)

    target = here(result.target) if result.target else ""
    return result._replace(path=path, shown=path, target=target, findings=tuple(map(placed, result.findings)))


def _kept(seen: _Seen, owners: Callable[[str], tuple[str, ...]]) -> Looked:
    return Looked(seen.path, seen.content, _named(owners(seen.path)), kept=True)


def _named(owners: tuple[str, ...]) -> tuple[str, ...]:
    """Owners as they are shown: anything can stand in CODEOWNERS, an address with a password too."""
    return tuple(dict.fromkeys(map(shown_of, owners)))


def _told(seen: _Seen, result: FileResult, owners: Callable[[str], tuple[str, ...]]) -> Looked:
    names = fingerprints(result)
    return Looked(
        seen.path,
        seen.content,
        _named(owners(seen.path)),
        kind=result.kind,
        buildspecs=result.buildspecs,
        skipped=result.skipped,
        fail_on=result.fail_on,
        crashed=bool(result.crashes),
        answers=seen.answers,
        record=packed(result) if result.findings or result.skipped else b"",
        findings=tuple(_finding(*each) for each in zip(names, result.findings, strict=True)),
    )


def _finding(fingerprint: str, finding: Finding) -> Told:
    suppressed = "comment" if finding.suppressed is not None else finding.left_out
    return Told(
        fingerprint,
        finding.rule,
        finding.code,
        finding.severity.value,
        finding.confidence,
        finding.category,
        words(finding),
        *finding.start,
        *finding.end,
        finding.where,
        suppressed,
        finding.suppressed or "",
        "" if finding.fix is None else "safe" if finding.fix.safe else "unsafe",
    )


def _baselines(found: Sequence[Candidate], plan: Plan) -> tuple[dict[str, list[Entry]], list[str]]:
    """The entries of the baselines that configurations name, by their paths, and what is wrong with one."""
    named: set[str] = set()
    for each in found:
        with contextlib.suppress(ConfigError):
            named.add(configured_baseline(each.path, plan.settings))
    entries: dict[str, list[Entry]] = {}
    wrong = []
    for path in sorted(filter(None, named)):
        try:
            entries[path] = recoded(load(path, False), ())
        except BaselineError as error:
            wrong.append(f"{error}.")
    return entries, wrong


def _with_baselines(files: list[FileResult], baselines: Mapping[str, Sequence[Entry]]) -> list[FileResult]:
    """The files, those findings marked that the baseline of their configuration has."""
    found = list(files)
    for path, entries in baselines.items():
        numbers = [number for number, file in enumerate(files) if file.baseline == path]
        compared = compare([files[number] for number in numbers], entries, os.path.dirname(path), ())
        for number, file in zip(numbers, compared.files, strict=True):
            found[number] = file
    return found


def _rules(found: list[Candidate], plan: Plan) -> tuple[AuditedRule, ...]:
    """The rules beside the built-in ones that hold for some file."""
    return tuple(map(audited, own_rules((each.path for each in found), plan.settings)))
