"""Linting a file, unless it is known what comes of it: by its bytes, and by all else that a result hangs on."""

from __future__ import annotations

import os
from functools import cache

from cblint.cache.meaning import configured, meaning
from cblint.cache.program import marks
from cblint.cache.recorded import file_of, values_of
from cblint.cache.store import Store, opened
from cblint.config import Config, load_chain, load_config
from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, Settings, lint_bytes, place_of
from cblint.naming import behind_links, names_of
from cblint.source.digest import digest
from cblint.source.remembered import Answers, Question, are_as_before, listening, of_disk
from cblint.typing import Any


def lint_or_recall(place: str, data: bytes, candidate: Candidate, settings: Settings) -> FileResult:
    """What ``lint_bytes`` says, which is kept in the folder ``place``."""
    store = _store(place)
    if store is None:
        return lint_bytes(data, candidate, settings)
    key = _key(data, candidate, settings)
    found = _recalled(store.get(key))
    if found is not None:
        return found._replace(target=behind_links(candidate.path))
    with listening() as told:
        result = lint_bytes(data, candidate, settings)
    if _is_kept(result):
        store.put(key, (values_of(result), tuple((*question, answer) for question, answer in told.items())))
    return result


@cache
def _store(place: str) -> Store | None:
    return opened(place)


@of_disk(1)
def _known() -> Answers:
    """What was asked of repositories and answered in this run."""
    return {}


def _key(data: bytes, candidate: Candidate, settings: Settings) -> str:
    """Two files that may have different results have different keys, but for what is asked of their repositories."""
    here = os.getcwd()
    said = (
        *(here, candidate.named, place_of(candidate.path), names_of(candidate.path)),
        configured(here, os.path.dirname(candidate.path)),
        digest(data),
    )
    return digest(f"{_of_run(settings)}\0{said!r}")


@of_disk(8)
def _of_run(settings: Settings) -> str:
    """What all files of a run have in common."""
    chain = load_chain(settings.config) if settings.config is not None else ()
    config = load_config(settings.config, settings.rules) if settings.config is not None else Config()
    said = settings._replace(jobs=0)
    return digest(f"{marks()}\0{said!r}\0{meaning(chain, config, settings.rules)}")


def _recalled(kept: Any) -> FileResult | None:
    """The result that was kept, if all that was asked for it would be answered as it was."""
    try:
        values, asked = kept
        before = {Question(name, folder, given): answer for name, folder, given, answer in asked}
        found = file_of(values) if are_as_before(before, _known()) else None
    except (TypeError, ValueError):
        return None
    return found if found is not None and _is_kept(found) else None


def _is_kept(result: FileResult) -> bool:
    """Whether a result is to be said again: not what went wrong, which may go well the next time."""
    return not (result.crashes or result.error or result.failed or result.unread)
