"""An entry of the cache that was sealed as it should be but held no result was an internal error; one of another file
was believed, as the seal did not say whose it was.
"""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from cblint.cache import linting
from cblint.cache.recorded import file_of, values_of
from cblint.cache.store import VARIABLE, Store
from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from cblint.report import Style, written
from cblint.running import result_of
from tests.helpers import commands
from tests.integration.conftest import forget, invoke

TEXT = commands("export A=AKIA" + "QYLPMN5HFIQR7XYA")  # no key of anybody's
WRONG: tuple[Any, ...] = (None, True, -1, 10**30, 0.5, "x", (), (1,), {}, {1: None}, frozenset({1}))


def values() -> dict[str, Any]:
    result = lint_text(TEXT, Candidate("buildspec.yml", True), Settings(isolated=True, line_hashes=True))
    return values_of(result)


def mutants(value: Any) -> Iterator[Any]:
    """The value with something else in each place of it."""
    yield from WRONG
    if isinstance(value, tuple):
        for at, item in enumerate(value):
            for other in mutants(item):
                yield (*value[:at], other, *value[at + 1 :])
    elif isinstance(value, dict):
        for key, item in value.items():
            for other in mutants(item):
                yield {**value, key: other}


def test_what_is_taken_for_a_result_can_be_told() -> None:
    assert file_of(values()).findings
    refused = told = 0
    for mutant in mutants(values()):
        try:
            result = result_of([file_of(mutant)])
        except (TypeError, ValueError):
            refused += 1
            continue
        told += 1
        assert result.exit_status in (0, 1, 2, 3)
        for name in ("text", "sarif"):
            assert list(written(name, result, Style())[0])
    assert refused > told > 40


@pytest.mark.parametrize("wrong", [{"hidden": 3, "excerpts": None}, {"failed": True}, {"crashes": ("x",)}])
def test_what_is_none_is_not_there(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, wrong: Any) -> None:
    (tmp_path / "buildspec.yml").write_text(TEXT)
    place, key, told = _first_run(tmp_path, monkeypatch)
    (kept, asked) = place.get(key)
    place.put(key, ({**kept, **wrong}, asked))
    assert _told() == told
    assert place.get(key) == (kept, asked)


def test_what_takes_too_much_room_is_not_there(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def loaded(_: bytes) -> None:
        raise MemoryError

    place = Store(str(tmp_path))
    place.put("0" * 32, 1)
    assert place.get("0" * 32) == 1
    monkeypatch.setattr("cblint.cache.store.marshal.loads", loaded)
    assert place.get("0" * 32) is None


def test_one_of_another_file_is_not_believed(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "buildspec.yml").write_text(commands("make"))
    place, clean, _ = _first_run(tmp_path, monkeypatch)
    (tmp_path / "buildspec.yml").write_text(TEXT)
    told = _told()
    (defect,) = set(_keys(place)) - {clean}
    os.replace(os.path.join(place.folder, clean[:2], clean[2:]), os.path.join(place.folder, defect[:2], defect[2:]))
    assert place.get(defect) is None
    assert _told() == told


def _first_run(folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Store, str, tuple[int, str]]:
    """A run over the folder with a cache of its own: that, the key of what it keeps, and what was told."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv(VARIABLE, str(folder / "cache"))
    linting._store.cache_clear()
    told = _told()
    place = Store(str(folder / "cache"))
    (key,) = _keys(place)
    return place, key, told


def _keys(place: Store) -> list[str]:
    return [path.parent.name + path.name for path in pathlib.Path(place.folder).glob("??/*")]


def _told() -> tuple[int, str]:
    forget()
    done = invoke(["check", "--jobs", "1"], "")
    return done.exit_code, done.stdout
