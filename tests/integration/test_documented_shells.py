"""What docs/how-codebuild-runs-a-build.md says of shells is what they do under the wrapper, and what is predicted."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests import flow_runner
from tests.documents import rows, text_of
from tests.flow_prediction import predict
from tests.flow_runner import SHELLS, Runner

pytestmark = pytest.mark.skipif(not flow_runner.have_shells(), reason="dash or bash is not installed")

TEXT = text_of("docs/how-codebuild-runs-a-build.md")
WORDS = {"kept": True, "lost": False, "succeeds": True, "fails": False}


class Claim(NamedTuple):
    """Commands, one after the other, and whether the last of them succeeds in each shell, in the order of SHELLS."""

    items: list[str]
    succeeds: list[bool]


CLAIMS = [
    *(Claim(cells[1:3], [WORDS[word] for word in cells[3:]]) for cells in rows(TEXT, "survives")),
    *(Claim(cells[:1], [WORDS[word] for word in cells[1:4]]) for cells in rows(TEXT, "statuses")),
]


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with tempfile.TemporaryDirectory(dir=flow_runner.SHARED_MEMORY) as folder:
        yield Runner(folder)


def test_both_tables_are_read() -> None:
    assert {len(each.items) for each in CLAIMS} == {1, 2}


@pytest.mark.parametrize("each", CLAIMS, ids=lambda each: " … ".join(each.items))
def test_a_table_says_what_the_shells_do_and_what_is_predicted(runner: Runner, each: Claim) -> None:
    for shell, succeeds in zip(SHELLS, each.succeeds, strict=True):
        with runner.place() as place:
            observed = runner.run(each.items, shell, (), place)
            predicted = predict(each.items, shell, place.environment, place.root)
        assert (observed[-1].status == 0) == succeeds, shell
        assert predicted[-1].succeeds in (succeeds, None), shell
