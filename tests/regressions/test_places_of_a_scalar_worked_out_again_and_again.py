"""A scalar of 47 KB with a secret on each of its lines took 20 seconds: its places were worked out for each of them."""

from __future__ import annotations

import json

import pytest

from tests.counted import calls_of, steepening
from tests.helpers import HEAD, lint

SCALARS = {
    "urls in double quotes": lambda size: json.dumps(
        "".join(f"echo https://u:p{number}q7@example.com/b{number}\n" for number in range(size))
    ),
    "urls in a folded scalar": lambda size: (
        ">-\n" + "".join(f"        curl https://u:p{number}q7@example.com/b{number};\n" for number in range(size))
    ),
    "passwords in double quotes": lambda size: json.dumps(
        "".join(f"export DB_PASSWORD=hunterx{number}\n" for number in range(size))
    ),
}


@pytest.mark.parametrize("kind", SCALARS)
def test_the_work_grows_as_the_scalar_does(kind: str) -> None:
    texts = [f"{HEAD}      - {SCALARS[kind](size)}\n" for size in (5, 50, 100, 200)]
    lint(texts[0])
    counts = [calls_of(lambda text=text: lint(text)) for text in texts[1:]]  # type: ignore[misc]
    assert steepening(counts) < 1.5, counts
