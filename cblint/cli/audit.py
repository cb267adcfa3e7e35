"""What ``cblint audit`` and its commands do."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from cblint.audit import queries
from cblint.audit import store as stored
from cblint.audit.aligned import aligned
from cblint.audit.asking import asked
from cblint.audit.exporting import Unwritable, csv_lines, export_to, page, renderer
from cblint.audit.looking import only
from cblint.audit.pool import Local, NoWorkers, Workers
from cblint.audit.progress import watching
from cblint.audit.queries import NEW, NOBODY, Totals, Wanted
from cblint.audit.run import audit, planned
from cblint.audit.store import Run, StoreError
from cblint.audit.summary import Done, differing, summary
from cblint.audit.tally import Tally, tallied
from cblint.audit.targets import NoTarget, is_address
from cblint.catalogue import UnknownRule
from cblint.cli import NOWHERE, is_nowhere
from cblint.cli.run import Misused, chosen, colour, say, write
from cblint.config import ConfigError
from cblint.finding import Severity
from cblint.report.serialise import serialised
from cblint.report.shown import printable, visible
from cblint.report.text import Paint
from cblint.spelling import hint
from cblint.typing import Any
from cblint.wording import counted

MOST_JOBS = 32
"""Processes, where nobody says how many: more have to wait for the one that writes."""
MEMORY = 2 * 1024**3
"""Bytes that a process of the pool may have: a file of 4 MB takes a quarter of them."""


def run(options: Mapping[str, Any]) -> int:
    """Look at the targets, tell what was found, and return the exit status. Raises Misused."""
    if options["resume"] and not options["store"]:
        raise Misused("--resume goes on with a run that a store has: name it with --store FILE.")
    if options["html"] == "-":
        raise Misused("--html names a file: the summary goes to standard output.")
    if not options["timeout"]:
        raise Misused("--timeout gives a file at least 1 second.")
    if options["only_new"] and not options["store"]:
        raise Misused("--only-new compares with the runs before, which a store has: name it with --store FILE.")
    if is_nowhere():
        raise Misused(NOWHERE)  # each process would fail
    _check_installed()
    _check_targets(options["targets"])
    with contextlib.ExitStack() as stack:
        path = options["store"] or os.path.join(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="cblint-")), "audit.db"
        )
        try:
            return _run(options, path)
        except (UnknownRule, ConfigError, NoTarget, Unwritable) as error:
            raise Misused(printable(str(error))) from None
        except (StoreError, NoWorkers) as error:
            say(str(error))
            return 2
        except KeyboardInterrupt:
            return _stopped(options)


def _check_installed() -> None:
    """Raise Misused now for what would fail in the first repository with CODEOWNERS."""
    try:
        import codeowners  # noqa: F401
    except ImportError:
        raise Misused('An audit needs what reads CODEOWNERS: pip install "cblint[audit]".') from None


def _check_targets(targets: Sequence[str]) -> None:
    """Raise Misused where there is nothing at all: somebody may have meant a command. One of several is told of."""
    from cblint.cli.auditing import audit as commands

    (first, *others) = targets
    if not others and not is_address(first) and not os.path.lexists(first):
        raise Misused(f"There is no file or folder {printable(first)}.{hint(first, commands.commands)}")


def _run(options: Mapping[str, Any], path: str) -> int:
    """The same with a store. Raises what goes wrong before repositories are looked at."""
    if options["html"]:
        # An hour's work is not to end with what could have been said before.
        renderer()
        write((), options["html"])
    settings = chosen(options)._replace(exclude=options["exclude"])
    clones = os.path.abspath(options["clone"]) if options["clone"] else ""
    plan = planned(settings, options["revision"], clones, float(options["timeout"]), MEMORY)
    workers = _workers(options)
    began = time.monotonic()
    with watching(options["quiet"], say) as watched:
        done, ended = audit(options["targets"], plan, path, options["resume"], workers, watched)
    if not ended:
        return _stopped(options)
    with _asking(path) as store:
        tally = _told(store, done, time.monotonic() - began, options)
        totals = queries.totals(store, done)
        _complain(store, totals, options)
    return 3 if totals.crashed else 2 if totals.failed or not totals.files else 1 if tally.failing else 0


def _complain(store: sqlite3.Connection, totals: Totals, options: Mapping[str, Any]) -> None:
    """Say what makes an all-clear worth nothing."""
    if not totals.files:
        where = counted(totals.repositories, "repository", "repositories")
        say(f"Nothing was looked at: {where} and no buildspec. Are the targets what is meant?")
    owner, known = options["owner"], queries.owners_of(store)
    if owner and owner.lower() not in {NOBODY, *(each.lower() for each in known)}:
        say(f"No file belongs to {owner}.{hint(owner, known)}")


def _stopped(options: Mapping[str, Any]) -> int:
    say("The run was stopped. With --resume it goes on." if options["store"] else "The run was stopped.")
    return 2


def _workers(options: Mapping[str, Any]) -> Workers:
    """Raises Misused where what a cluster needs is not installed, and NoWorkers."""
    if not options["cluster"]:
        return Local(options["jobs"] or min(os.cpu_count() or 1, MOST_JOBS), MEMORY)
    try:
        from cblint.audit.cluster import Cluster  # few audits have one
    except ImportError:
        raise Misused('--cluster needs Dask: pip install "cblint[cluster]".') from None
    return Cluster(options["cluster"])


def _told(store: sqlite3.Connection, run: Run, seconds: float, options: Mapping[str, Any]) -> Tally:
    """Print what a run found, and write the page about it if that is asked for."""
    wanted = Wanted(options["owner"], options["only_new"])
    fail_on = "never" if options["exit_zero"] else options["fail_on"]
    tally = tallied(queries.findings(store, run, wanted), fail_on, options["top"])
    if not options["quiet"]:
        before = queries.before(store, run)
        done = Done(
            queries.totals(store, run),
            seconds,
            before.started if before is not None else "",
            *queries.changes(store, run, wanted),
            incomparable=not queries.is_first(store, run),
            only=only(store, run, wanted),
            whole=queries.points(store, run)[-1],
        )
        troubles = list(queries.troubles(store, run))
        write(summary(tally, done, troubles, options["top"], Paint(colour(options["colour"]))))
    if options["html"]:
        write(page(store, run, wanted, tally), options["html"])
    return tally


@contextlib.contextmanager
def _asking(path: str) -> Iterator[sqlite3.Connection]:
    """The store in a file, to be read only. Raises StoreError, also for values in it that no audit writes."""
    with contextlib.closing(stored.reading(path)) as store, stored.telling(path):
        try:
            yield store
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise StoreError(
                f"{path} is damaged: it holds values that no audit writes ({type(error).__name__}: {error})."
            ) from error


# What a store is asked


def _asked(ask: Callable[[sqlite3.Connection, Mapping[str, Any]], int]) -> Callable[[Mapping[str, Any]], int]:
    """A command that reads the store that its options name, and gives the exit status."""

    def command(options: Mapping[str, Any]) -> int:
        try:
            with _asking(options["store"]) as store:
                return ask(store, options)
        except StoreError as error:
            say(str(error))
            return 2

    return command


@_asked
def diff(store: sqlite3.Connection, options: Mapping[str, Any]) -> int:
    """Print what is new and what is gone between two runs."""
    old, new = (queries.run_called(store, options[name]) for name in ("old", "new"))
    found = list(queries.differences(store, old, new, Wanted(options["owner"])))
    if options["style"] == "json":
        _print_json(
            {
                "old": old._asdict(),
                "new": new._asdict(),
                "findings": [each._asdict() for each in found],
                "repositories": {
                    "new": queries.only_in(store, new, old),
                    "gone": queries.only_in(store, old, new),
                },
            }
        )
    else:
        write(differing(old, new, found, queries.only_in(store, new, old), queries.only_in(store, old, new)))
    fail_on = options["fail_on"] or "note"
    failing = (each for each in found if each.kind == NEW and fail_on != "never")
    return 1 if any(Severity(each.severity).rank >= Severity(fail_on).rank for each in failing) else 0


@_asked
def trend(store: sqlite3.Connection, options: Mapping[str, Any]) -> int:
    """Print how many findings there were from run to run."""
    points = queries.points(store)
    if options["style"] == "json":
        _print_json([point._asdict() for point in points])
    elif points:
        heads = ("run", "began", "repositories", "files", "errors", "warnings", "notes", "new", "gone")
        write(aligned(heads, points, Paint(False)))
    else:
        say("The store has no run that was brought to its end.")
    return 0


@_asked
def query(store: sqlite3.Connection, options: Mapping[str, Any]) -> int:
    """Print what a question in SQL is answered."""
    heads, rows = asked(store, options["sql"])
    if options["style"] == "json":
        _print_json([dict(zip(heads, row, strict=True)) for row in rows])
    elif options["style"] == "csv":
        write(csv_lines(list(map(visible, heads)), ([_visible(cell) for cell in row] for row in rows)))
    else:
        write(aligned(heads, rows, Paint(False)))
    return 0


def _visible(cell: object) -> object:
    """A cell as a terminal may show it, as what is printed may come to one."""
    return visible(cell) if isinstance(cell, str) else cell


@_asked
def export(store: sqlite3.Connection, options: Mapping[str, Any]) -> int:
    """Write the findings of the last run that was brought to its end."""
    run, wanted = queries.run_called(store, "last"), Wanted(options["owner"])
    try:
        for sentence in export_to(store, run, wanted, options["style"], options["output"]):
            say(sentence)
    except Unwritable as error:
        say(str(error))
        return 2
    return 0


def _print_json(data: object) -> None:
    write([serialised(data)])
