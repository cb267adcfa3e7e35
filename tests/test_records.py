"""Named tuples made by cblint do as those of typing do."""

from __future__ import annotations

import copy
import pickle
import typing

import pytest

from cblint import records


def _place(base: typing.Any) -> typing.Any:
    """The same class, made by whoever ``base`` is of."""

    class Place(base):  # type: ignore[misc] # which base it is makes no difference: that is tested
        """A place."""

        line: int
        column: int = 1
        text: str = ""

        @property
        def shown(self) -> str:
            return f"{self.line}:{self.column}"

        def moved(self, by: int) -> typing.Any:
            return self._replace(column=self.column + by)

    return Place


BOTH = pytest.mark.parametrize("named", [_place(records.NamedTuple), _place(typing.NamedTuple)], ids=["ours", "theirs"])


class Lone(records.NamedTuple):
    """One that pickle finds."""

    value: int
    rest: tuple[int, ...] = ()


@BOTH
def test_made_by_place_and_by_name(named: typing.Any) -> None:
    assert tuple(named(3)) == (3, 1, "")
    assert named(3, text="a") == named(line=3, column=1, text="a") == named._make([3, 1, "a"]) == (3, 1, "a")
    assert hash(named(3)) == hash((3, 1, ""))
    assert isinstance(named(3), tuple)
    assert not hasattr(named(3), "__dict__")


@BOTH
def test_read(named: typing.Any) -> None:
    made = named(3, 4)
    assert (made.line, made.column, made.text, made.shown, made.moved(2).shown) == (3, 4, "", "3:4", "3:6")
    assert made._asdict() == {"line": 3, "column": 4, "text": ""}
    assert named._fields == named.__match_args__ == ("line", "column", "text")
    assert dict(named._field_defaults) == {"column": 1, "text": ""}
    assert named.__doc__ == "A place."
    assert repr(made).endswith("(line=3, column=4, text='')")
    match made:
        case named(line, column=4):
            assert line == 3
        case _:
            raise AssertionError


@BOTH
@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda named: named(), TypeError),
        (lambda named: named(1, 2, "", 4), TypeError),
        (lambda named: named(1, other=2), TypeError),
        (lambda named: named._make([1]), TypeError),
        (lambda named: named(1)._replace(other=2), (TypeError, ValueError)),
        (lambda named: setattr(named(1), "line", 2), AttributeError),
        (lambda named: setattr(named(1), "other", 2), AttributeError),
    ],
)
def test_used_wrongly(named: typing.Any, wrong: typing.Callable[[typing.Any], object], error: type[Exception]) -> None:
    with pytest.raises(error):
        wrong(named)


def test_sent_and_copied() -> None:
    made = Lone(1, (2, 3))
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(made, protocol)) == made
        assert type(pickle.loads(pickle.dumps(made, protocol))) is Lone
    assert copy.deepcopy(made) == copy.copy(made) == made
    assert type(copy.copy(made)) is Lone
