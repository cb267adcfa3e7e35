"""An audit from its targets to its store: which repositories there are, what is known of them, who looks at them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence

from cblint.audit import store as stored
from cblint.audit.model import ROWS, Plan, Task, Unit, Visit
from cblint.audit.pool import NoWorkers, Workers, visits
from cblint.audit.queries import changes
from cblint.audit.scratch import scratch
from cblint.audit.store import Run, StoreError, telling
from cblint.audit.tables import Spool
from cblint.audit.targets import Ways, shown_of, units_of
from cblint.cache.meaning import meaning
from cblint.cache.program import program
from cblint.choices import check_settings
from cblint.config import load_chain, load_config
from cblint.config.model import Config
from cblint.linter import Settings
from cblint.records import NamedTuple


class Watching(NamedTuple):
    """Who is told how an audit goes on.

    ``found`` gets the number of repositories, ``done`` each when it is done, ``say`` a sentence about what goes wrong.
    """

    found: Callable[[int], None]
    done: Callable[[Visit], None]
    say: Callable[[str], None]


def planned(settings: Settings, revision: str, clones: str, seconds: float, memory: int) -> Plan:
    """What a run with these settings looks for. Raises UnknownRule and ConfigError for what they name wrongly."""
    check_settings(settings, ())
    chain = load_chain(settings.config) if settings.config is not None else ()
    config = load_config(settings.config, settings.rules) if settings.config is not None else Config()
    rules = tuple(map(os.path.abspath, settings.rules))
    said = {
        "profile": settings.profile,
        "select": settings.select,
        "ignore": settings.ignore,
        "exclude": settings.exclude,
        "isolated": settings.isolated,
        "configured": settings.config is not None,
        "revision": revision,
        "says": hashlib.sha256(meaning(chain, config, rules).encode("utf-8", "backslashreplace")).hexdigest(),
    }
    own = settings._replace(
        config=os.path.abspath(settings.config) if settings.config is not None else None, rules=rules, fail_on=None
    )
    return Plan(own, program(), json.dumps(said, sort_keys=True), revision, clones, seconds, memory)


def audit(
    targets: Sequence[str], plan: Plan, path: str, resume: bool, workers: Workers, watching: Watching
) -> tuple[Run, bool]:
    """Look at all repositories of the targets, and write what is found to the store at ``path``.

    The run, and whether it was brought to its end: Ctrl-C and a cluster without workers stop it. Raises StoreError and
    NoTarget.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(telling(path))
        stack.enter_context(stored.alone(path))
        folder = stack.enter_context(_scratch())
        store = stack.enter_context(contextlib.closing(stored.opened(path)))
        spools = _Spools(folder, stack)
        problems: list[str] = []
        units = list(units_of(targets, Ways(bool(plan.clones), spools.another, problems.append)))
        names = [shown_of(target) for target in targets]
        run = stored.resumed(store, plan, names) if resume else None
        if run is None:
            if resume:
                watching.say("There is no run to resume: a new one begins.")
            run = stored.begin(store, plan, names)
        for problem in problems:
            stored.tell_problem(store, run, problem)
        done = stored.visited(store, run)
        left = [unit for unit in units if unit.name not in done]
        watching.found(len(left))
        tasks = _tasks(store, left, plan, spools)
        ended = _go(store, run, plan, tasks, workers, folder, watching)
        if ended:
            stored.count(store, run, *changes(store, run))
        stored.end(store, run, stored.DONE if ended else stored.STOPPED)
        return run, ended


@contextlib.contextmanager
def _scratch() -> Iterator[str]:
    """A folder for what is written for a while. Raises StoreError."""
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(scratch())
        except OSError as error:
            raise StoreError(
                f"No temporary folder can be made: {error.strerror or error}. The variable TMPDIR says where."
            ) from None
        yield folder


def _go(
    store: sqlite3.Connection,
    run: Run,
    plan: Plan,
    tasks: Iterator[Task],
    workers: Workers,
    folder: str,
    watching: Watching,
) -> bool:
    def tell(sentence: str) -> None:
        stored.tell_problem(store, run, sentence)
        watching.say(sentence)

    ended = False
    try:
        with contextlib.closing(stored.keep(store, run, plan, visits(tasks, plan, workers, folder, tell))) as kept:
            for visit in kept:
                watching.done(visit)
        ended = True
    except NoWorkers as error:
        watching.say(str(error))
    except KeyboardInterrupt:
        pass  # what was found until now is kept
    finally:
        workers.close(at_once=not ended)
    return ended


class _Spools:
    """Room for the rows of tables, which may be more than memory holds."""

    def __init__(self, folder: str, stack: contextlib.ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._spools: dict[str, Spool] = {}

    def another(self) -> tuple[str, Spool]:
        path = os.path.join(self._folder, f"{len(self._spools)}.db")
        self._spools[path] = Spool(path)
        self._stack.callback(self._spools[path].close)
        return path, self._spools[path]

    def rows(self, unit: Unit) -> tuple[tuple[str, bytes], ...]:
        """The files of a repository that is in a table; none of others, which are not."""
        return tuple(self._spools[unit.path].files(unit.key)) if unit.kind == ROWS else ()


def _tasks(store: sqlite3.Connection, units: Sequence[Unit], plan: Plan, spools: _Spools) -> Iterator[Task]:
    """What is to be done, made when it is asked for: what is known of all repositories takes memory."""
    return (Task(unit, stored.known(store, unit, plan), spools.rows(unit)) for unit in units)
