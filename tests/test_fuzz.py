"""The fuzzer: a few executions of each target, always the same; what it does with those of which something is wrong."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterator

import pytest

from tools.fuzz import __main__
from tools.fuzz.bundle import bundled, unbundled
from tools.fuzz.choosing import Choices
from tools.fuzz.driving import Driver, workplace
from tools.fuzz.failing import failure_of
from tools.fuzz.mutating import Pool
from tools.fuzz.target import Target
from tools.fuzz.targets import all_targets

SEED = 20


@pytest.fixture(scope="module", autouse=True)
def _elsewhere() -> Iterator[None]:
    with workplace():
        yield


@pytest.mark.parametrize("name", [name for name, target in all_targets().items() if target.quick])
def test_nothing_is_wrong_with_a_few_inputs(name: str, tmp_path: pathlib.Path) -> None:
    target = all_targets()[name]
    tally = Driver(target, SEED, str(tmp_path)).run(range(target.quick))
    assert tally.executions == target.quick
    assert [(each.failure.said, each.data) for each in tally.found] == []


def _fails(data: bytes) -> None:
    assert b"version" not in data or b"0.2" not in data, "both are there"


FAILING = Target("failing", "", _fails, lambda: (b"# one\nversion: 0.2\nphases:\n  build: {}\n" * 3,))


def test_what_fails_is_made_small_and_written_down(tmp_path: pathlib.Path) -> None:
    tally = Driver(FAILING, 1, str(tmp_path)).run(range(60))
    (found,) = tally.found
    assert (found.data, tally.executions) == (b"version0.2", 60)
    with open(found.path, "rb") as file:
        assert file.read() == found.data
    told = pathlib.Path(f"{found.path}.txt").read_text(encoding="utf-8")
    assert f"python -m tools.fuzz failing --input {found.path}" in told
    assert "--seed 1 --from " in told
    assert "both are there" in told


def test_what_was_made_once_is_made_again() -> None:
    pool = Pool([b"version: 0.2\nphases:\n  build:\n    commands: [make]\n"])
    made = [pool.made("x", 1, number) for number in range(300)]
    assert made == [pool.made("x", 1, number) for number in range(300)]
    assert len(set(made)) > 250
    assert pool.made("x", 2, 0) != made[0] != pool.made("y", 1, 0)


def test_what_hangs_is_stopped_if_it_does_so_twice() -> None:
    hanging = iter([True, False, True, True])

    def run(_: bytes) -> None:
        hangs = next(hanging)
        while hangs:
            pass

    target = Target("hanging", "", run, seconds=0.05)
    assert failure_of(target, b"") is None
    failure = failure_of(target, b"")
    assert failure is not None
    assert failure.kind == "TooLong"


def test_an_error_of_an_input_is_told_and_returned(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(__main__, "all_targets", lambda: {"failing": FAILING})
    path = tmp_path / "input"
    for data, status in ((b"version 0.2", 1), (b"version", 0)):
        path.write_bytes(data)
        assert __main__.main(["failing", "--input", os.fspath(path)]) == status
    assert "both are there" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        __main__.main(["nothing"])


def test_any_bytes_are_files_that_stay_where_they_are_put() -> None:
    files = {"buildspec.yml": b"version: 0.2\n", "a/b c.tf": b""}
    assert unbundled(bundled(files)) == files
    odd = b"first\n=== ../../etc/passwd\na\n=== /x\nb\n=== .git/config\nc\n=== \xff\nd\n"
    assert unbundled(odd).keys() == {"buildspec.yml", "etc/passwd", "x"}
    assert unbundled(b"") == {}


def test_choices_are_made_by_bytes() -> None:
    choices = Choices(bytes([5, 1, 2, 3]))
    assert choices.of("abc") == "c"
    assert choices.below(1000) == (1 << 16 | 2 << 8 | 3) % 1000
    assert not choices.left
    assert (choices.below(7), choices.of("abc")) == (0, "a")
