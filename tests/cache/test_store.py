"""The store of results: what is damaged, foreign or old is not there, and nothing that goes wrong is said."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import time

import platformdirs
import pytest

from cblint.cache import store
from cblint.cache.store import KEPT_FOR, VARIABLE, Store, folder, opened

KEY = "0123456789abcdef"
VALUES = ({"path": "é", "n": None, "lines": {3: ("x", 1.5)}, "ran": frozenset({"CB1001"})}, ())


def _store(place: pathlib.Path) -> Store:
    found = opened(str(place))
    assert found is not None
    return found


def _path(place: pathlib.Path) -> pathlib.Path:
    return place / KEY[:2] / KEY[2:]


def test_what_is_put_is_there_for_another(tmp_path: pathlib.Path) -> None:
    place = tmp_path / "of" / "mine"
    assert _store(place).get(KEY) is None
    _store(place).put(KEY, VALUES)
    assert _store(place).get(KEY) == VALUES
    assert _store(place).get(KEY.replace("f", "0")) is None
    assert sorted(path.name for path in place.iterdir()) == ["01", "CACHEDIR.TAG", "pruned"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_nobody_else_can_read_it(tmp_path: pathlib.Path) -> None:
    place = tmp_path / "mine"
    _store(place).put(KEY, VALUES)
    assert {path.stat().st_mode & 0o077 for path in (place, *place.glob("??"), _path(place))} == {0}


def test_each_damage_is_noticed(tmp_path: pathlib.Path) -> None:
    found = _store(tmp_path)
    found.put(KEY, VALUES)
    whole = _path(tmp_path).read_bytes()
    for at in range(len(whole)):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            _path(tmp_path).write_bytes(damaged)
            assert found.get(KEY) is None, at
    _path(tmp_path).write_bytes(whole + b"\0")
    assert found.get(KEY) is None
    found.put(KEY, VALUES)
    assert found.get(KEY) == VALUES


def test_what_cannot_be_unmarshalled_is_not_there(tmp_path: pathlib.Path) -> None:
    found = _store(tmp_path)
    found.put(KEY, VALUES)
    for data in (b"", b"\xff", b"(\x05"):
        _path(tmp_path).write_bytes(store._sealed(KEY, data) + data)
        assert found.get(KEY) is None


def test_what_stands_in_the_way_is_passed_over(tmp_path: pathlib.Path) -> None:
    found = _store(tmp_path)
    _path(tmp_path).mkdir(parents=True)
    found.put(KEY, VALUES)
    assert found.get(KEY) is None
    (tmp_path / "file").write_text("")
    assert opened(str(tmp_path / "file")) is None
    assert opened(str(tmp_path / "file" / "below")) is None
    Store(str(tmp_path / "file")).put(KEY, VALUES)
    assert Store(str(tmp_path / "file")).get(KEY) is None


def test_what_a_killed_process_left_does_not_stand_in_the_way(tmp_path: pathlib.Path) -> None:
    found = _store(tmp_path)
    _path(tmp_path).parent.mkdir()
    _path(tmp_path).with_name(f"{KEY[2:]}.{os.getpid()}").write_bytes(b"half of")
    found.put(KEY, VALUES)
    assert found.get(KEY) is None, "it is no result, whoever wrote it"
    found.put(KEY, VALUES)
    assert found.get(KEY) == VALUES


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_a_folder_to_which_others_may_write_is_not_used(tmp_path: pathlib.Path) -> None:
    tmp_path.chmod(0o777)
    assert opened(str(tmp_path)) is None
    tmp_path.chmod(0o755)
    assert opened(str(tmp_path)) is not None


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_not_used(tmp_path: pathlib.Path) -> None:
    os.chown(tmp_path, 12345, 12345)
    assert opened(str(tmp_path)) is None


def test_what_nobody_asks_for_goes(tmp_path: pathlib.Path) -> None:
    found = _store(tmp_path)
    for key in (KEY, "aa00", "bb00"):
        found.put(key, VALUES)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("")
    now = time.time()
    old = now - KEPT_FOR - 60
    for path in (_path(tmp_path), tmp_path / "aa" / "00", tmp_path / "other" / "file"):
        os.utime(path, (old, old))
    assert found.get("aa00") == VALUES, "who asks for it makes it new"
    _store(tmp_path)
    assert found.get(KEY) == VALUES, "it is looked for once a day"
    os.utime(_path(tmp_path), (old, old))
    os.utime(tmp_path / "pruned", (old, old))
    _store(tmp_path)
    assert (found.get(KEY), found.get("aa00"), found.get("bb00")) == (None, VALUES, VALUES)
    assert (tmp_path / "other" / "file").exists()


_WRITING = """
import sys
from cblint.cache.store import Store
found = Store(sys.argv[1])
for number in range(300):
    for key in ("ab01", "ab02", "cd03"):
        said = found.get(key)
        assert said is None or said == (key, "x" * 5000), said
        found.put(key, (key, "x" * 5000))
"""


def test_many_may_read_and_write_at_once(tmp_path: pathlib.Path) -> None:
    others = [subprocess.Popen([sys.executable, "-c", _WRITING, str(tmp_path)]) for _ in range(4)]
    assert [other.wait() for other in others] == [0] * 4
    assert sorted(path.name for path in tmp_path.glob("*/*")) == ["01", "02", "03"]


def test_the_folder_is_where_platformdirs_has_it(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.delenv(VARIABLE)
    for base in ("", " ", str(tmp_path)):
        monkeypatch.setenv("XDG_CACHE_HOME", base)
        assert folder() == platformdirs.user_cache_dir("cblint", appauthor=False)
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folder() == platformdirs.user_cache_dir("cblint", appauthor=False)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert folder() == platformdirs.user_cache_dir("cblint", appauthor=False)


def test_the_folder_can_be_named_and_be_none(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, "here")
    assert folder() == str(tmp_path / "here")
    monkeypatch.setenv(VARIABLE, "")
    assert folder() == ""
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert folder() == ""
