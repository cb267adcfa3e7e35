"""From paths or text to results: reads, recognises, configures, runs, suppresses; one file never spoils another."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from cblint import engine
from cblint.buildspec.model import Buildspec
from cblint.candidates import is_excluded, left_out
from cblint.catalogue import Rule
from cblint.choices import (
    catalogue_for,
    configuration,
    inside,
    selection,
    sets_rules_aside,
)
from cblint.config import Config, ConfigError
from cblint.finding import Finding, PlacedEdit, Related, Severity
from cblint.hiding import Hiding, filled
from cblint.hosts.discover import Candidate, git_root
from cblint.naming import behind_links, names_of
from cblint.opening import (
    STDIN,
    NotBuildspec,
    Opened,
    Place,
    called_a_buildspec,
    opened,
    other_format,
)
from cblint.records import NamedTuple
from cblint.source.file import Unreadable, decode, read_bytes
from cblint.source.loader import TooComplex
from cblint.source.text import Lines
from cblint.timing import Spent, each, lap, measured
from cblint.typing import TYPE_CHECKING
from cblint.wording import counted

if TYPE_CHECKING:
    from cblint.hosted_fixes import Reader
    from cblint.hosts.definition import Definition
    from cblint.secrets.mask import Hidden
    from cblint.suppress import Suppressions

MISCONFIGURED = "was not linted: its configuration is wrong"
"""What is said of a file with such a configuration, after its name."""


class Settings(NamedTuple):
    """What the command line decides; None leaves it to the configuration."""

    profile: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None
    config: str | None = None
    isolated: bool = False
    exclude: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    """Files and folders of own rules, beside those of the configuration."""
    jobs: int = 0
    """Processes; 0 lets the pace of the first files decide."""
    as_found: bool = False
    """Whether a file that is named is only looked at if a search would find it."""
    shellcheck: str = ""
    """The path of the program (``shellcheck.program.find``); without it, it is not asked."""
    timings: bool = False
    """Whether to tell where the time goes."""
    line_hashes: bool = False
    """Whether the lines of findings are to be hashed as GitHub does it."""


class FileResult(NamedTuple):
    """What is to be said of one file.

    ``path`` is relative to the repository root, ``shown`` to the working directory. ``skipped`` says why the file
    was not linted (then ``failed`` tells whether that is an error of the run), ``excerpts`` holds the lines on which
    findings, what is related to them, the steps to them and their fixes begin and end, with other characters where a
    secret stands, ``hidden`` what is shown there, ``fail_on`` the severity that fails the run, ``ran`` the codes of the
    rules that saw all of the file, ``baseline`` the one that its configuration names.
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
    fail_on: str = "warning"
    ran: frozenset[str] = frozenset()
    baseline: str = ""
    crashes: tuple[str, ...] = ()
    error: str = ""
    """A message about the run that this file is one of many to meet: a broken configuration."""
    spent: Spent | None = None
    """Where the time went, if that was asked for."""
    target: str = ""
    """Where a symbolic link on the way leads in the repository, relative to its root; empty if there is none."""
    line_hashes: dict[int, str] = {}  # noqa: RUF012 - never changed
    """GitHub's hashes of the lines on which findings begin, if asked for."""
    unread: bool = False
    """Whether it could not be linted, whoever named it: not what is passed over as it holds nothing of ours."""

    @property
    def failing(self) -> int:
        """How many findings fail the run."""
        return sum(1 for finding in self.findings if fails(finding, self.fail_on))


Lint = Callable[[bytes, Candidate, Settings], FileResult]
"""What is done to the bytes of a file."""


def configured_baseline(path: str, settings: Settings) -> str:
    """The baseline that the configuration names for a file or folder; empty if none. Raises ConfigError."""
    return configuration(inside(path), settings).baseline


def timed(lint: Callable[[], FileResult], settings: Settings) -> FileResult:
    """What a file gives, with where the time went if the settings ask for it."""
    if not settings.timings:
        return lint()
    result, spent = measured(lint)
    return result._replace(spent=spent)


def lint_file(candidate: Candidate, settings: Settings, lint: Lint | None = None) -> FileResult:
    """Lint one file; whatever is wrong with it becomes part of the result. ``lint`` as in ``lint_paths``."""
    if left_out(candidate.path, settings):
        return _passed_over(candidate, "is excluded by the configuration or --exclude", candidate.named)
    try:
        data = read_bytes(candidate.path, candidate.named)
    except Unreadable as error:
        return _failure(candidate, str(error))
    return (lint or lint_bytes)(data, candidate, settings)


def lint_bytes(data: bytes, candidate: Candidate, settings: Settings) -> FileResult:
    """Lint what is in a file, or came on standard input, under the name of ``candidate``."""
    try:
        text = decode(data)
    except Unreadable as error:
        return _failure(candidate, str(error))
    lap("reading")
    result = lint_text(text, candidate, settings)._replace(target=behind_links(candidate.path))
    if not (settings.line_hashes and result.findings):
        return result
    from cblint.source.line_hash import line_hashes  # few logs go to GitHub in a way that needs them

    return result._replace(line_hashes=line_hashes(data, {finding.start.line for finding in result.findings}))


def lint_text(text: str, candidate: Candidate, settings: Settings, repository: str | None = None) -> FileResult:
    """Lint a text under a name: the file need not exist. ``repository``: where to look for what is beside it."""
    try:
        return _lint(text, candidate, settings, repository)
    except TooComplex as error:
        line = Lines(text).number(error.span.start)
        return _failure(candidate, f"{Hiding(text).hidden(str(error))} (line {line})")
    except ConfigError as error:
        failure = _failure(candidate, MISCONFIGURED)
        return failure._replace(failed=True, error=str(error))
    except MemoryError:
        return _failure(candidate, "was not linted: it takes more memory than there is")
    except Exception as error:
        crash = f"{candidate.path}: {type(error).__name__}: {_hidden(str(error), text)}"
        return FileResult(*names_of(candidate.path), crashes=(crash,))


def _hidden(said: str, text: str) -> str:
    """What is said of a crash, without secrets of the file; nothing if it was that which crashed."""
    try:
        return Hiding(text).hidden(said)
    except Exception:
        return "…"


def _failure(candidate: Candidate, why: str) -> FileResult:
    return FileResult(*names_of(candidate.path), skipped=why, failed=candidate.named, unread=True)


def _passed_over(candidate: Candidate, why: str, expected: bool) -> FileResult:
    """A file that is not linted; the reason is worth a word only if someone could expect that it is."""
    return FileResult(*names_of(candidate.path), skipped=why if expected else "")


def _lint(text: str, candidate: Candidate, settings: Settings, repository: str | None) -> FileResult:
    path, shown = names_of(candidate.path)
    config = configuration(candidate.path, settings)
    if is_excluded(candidate.path, config, settings):
        return _passed_over(candidate, "is excluded by the configuration or --exclude", candidate.named)
    expected = candidate.named or called_a_buildspec(candidate.path, config)
    place = place_of(candidate.path, repository)
    try:
        found = opened(text, place, config)
    except NotBuildspec as error:
        return _passed_over(candidate, str(error), expected)

    lap("parsing")
    catalogue = catalogue_for(config, settings)
    chosen = selection(config, settings, candidate.path)
    rules = catalogue.select(chosen)
    unfinished = 0
    if settings.shellcheck:
        from cblint.shellcheck.rules import rules_of

        checks, unfinished = rules_of(settings.shellcheck, text, found.buildspecs, chosen)
        rules = (*rules, *checks)
    hiding = Hiding(text, found.subjects)
    target = engine.Target(path, Lines(text), hiding)
    lap("choosing the rules")
    checked = engine.run(target, found.subjects, each([rule for rule in rules if rule.category != "cblint"]))
    lap("rules")
    ran = _ran(found, checked, rules)
    if "cblint:" in text and found.subjects:
        from cblint.suppress import Suppressions  # most files have none

        all_known = not sets_rules_aside(candidate.path, settings)
        suppressions = Suppressions(found.buildspecs, target.lines, catalogue, config.require_reason, all_known)
        checked = _suppressed(target, found, checked, rules, ran, suppressions, place.repository is not None)
    findings = [_with_reason(finding, hiding) for finding in checked.findings]
    if found.kind != "buildspec":
        findings = _written_there(target.lines, found.definitions, findings, _reader(candidate.path, config))
    excerpts, hidden = _excerpts(target.lines, findings, hiding)
    result = FileResult(
        path,
        shown,
        found.kind,
        len(found.buildspecs),
        tuple(findings),
        excerpts,
        hidden,
        skipped="; it ".join(_shortcomings(target, found, findings, checked.cut, unfinished)),
        failed=unfinished > 0,
        fail_on=settings.fail_on or config.fail_on,
        ran=ran,
        baseline=config.baseline,
        crashes=tuple(checked.crashes.values()),
    )
    for buildspec in found.buildspecs:
        buildspec.give_back()
    return result


def _written_there(
    lines: Lines, definitions: tuple[Definition, ...], findings: list[Finding], read: Reader
) -> list[Finding]:
    """The findings in a file of another format, with their fixes as they are written there."""
    if all(finding.fix is None for finding in findings):
        return findings
    from cblint.hosted_fixes import HostedFile, spelled

    return spelled(lines, HostedFile(lines.text, read, definitions), findings)


def reader_of(path: str, settings: Settings) -> Reader:
    """What reads a text as that of a file of another format. Raises ConfigError."""
    return _reader(path, configuration(path, settings))


def _reader(path: str, config: Config) -> Reader:
    place = place_of(path)
    return lambda text: other_format(text, place, config)


def held_in(text: str, path: str, settings: Settings) -> Opened:
    """What the text of a file holds. Raises NotBuildspec, TooComplex, ConfigError."""
    return opened(text, place_of(path), configuration(path, settings))


def buildspecs_in(text: str, path: str, settings: Settings) -> list[Buildspec]:
    """The buildspecs in the text of a file. Raises NotBuildspec, TooComplex, ConfigError."""
    return held_in(text, path, settings).buildspecs


def place_of(path: str, repository: str | None = None) -> Place:
    """Where a file is, which need not exist; ``repository`` is the folder to read from, if not its own."""
    if repository is None and path != STDIN:
        repository = git_root(os.path.dirname(os.path.abspath(path)))
    return Place(path, names_of(path)[0], repository)


def _shortcomings(
    target: engine.Target, found: Opened, findings: list[Finding], cut: list[str], unfinished: int
) -> Iterator[str]:
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
    if unfinished:
        yield f"has {counted(unfinished, 'command')} with which ShellCheck did not finish"


def _suppressed(
    target: engine.Target,
    found: Opened,
    checked: engine.Checked,
    rules: Sequence[Rule],
    ran: frozenset[str],
    suppressions: Suppressions,
    in_repository: bool,
) -> engine.Checked:
    kept = [suppressions.apply(finding) for finding in checked.findings]
    running = {rule.code: rule for rule in rules}

    @cache  # many comments can name one rule
    def finished(code: str) -> bool:
        return code in ran and engine.could_say_all(running[code], found.subjects, in_repository)

    faults = suppressions.faults(lambda rule: finished(rule.code))
    chosen = [(running[rule.code], report) for rule, report in faults if rule.code in running]
    for rule, report in chosen[: engine.MAX_PER_RULE]:
        kept.append(suppressions.apply(engine.place(target, rule, report, found.subjects[0])))
    more = ["suppression comments"] if len(chosen) > engine.MAX_PER_RULE else []
    kept.sort(key=lambda finding: (finding.span, finding.code))
    return checked._replace(findings=kept, cut=[*checked.cut, *more])


def _ran(found: Opened, checked: engine.Checked, rules: Sequence[Rule]) -> frozenset[str]:
    """The codes of the rules that saw all of a file.

    One that crashed or was cut short has not; after a syntax error none has.
    """
    if found.problem or found.at is not None or any(each.stream.problem is not None for each in found.buildspecs):
        return frozenset()
    return frozenset(rule.code for rule in rules if rule.name not in checked.crashes and rule.name not in checked.cut)


def fails(finding: Finding, threshold: str) -> bool:
    """Whether a finding makes the run fail at that ``--fail-on``."""
    if threshold == "never" or not finding.is_open:
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
