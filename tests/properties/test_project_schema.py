"""The shape of a project against jsonschema: what fits it has no fault, and what is changed has those that it sees."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema

from cblint.facts import table
from cblint.facts.sources import read_schema
from tests.bounds import ORACLES
from tests.properties.test_shape_properties import oracle, walked, written

SCHEMA = table("project")
JUDGE = jsonschema.Draft7Validator(SCHEMA)
_SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=ORACLES or 40)
_PARTS = ("ProjectEnvironment", "ProjectSource", "LogsConfig", "VpcConfig", "ProjectBuildBatchConfig", "Tag")
_ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, 4, 5, 480, 481, 2161, -1, 1.5, "", "a", "NONE", "S3", "x" * 256, [], {}, [None] * 51, ["a"] * 6]
)


def part(name: str) -> dict[str, Any]:
    """The schema of a part: documents of all of it take too long to make."""
    return {**SCHEMA["definitions"][name], "definitions": SCHEMA["definitions"]}


def documents(name: str) -> st.SearchStrategy[tuple[str, Any]]:
    """Documents of a part, each with its name."""
    return st.tuples(st.just(name), from_schema(copy.deepcopy(part(name))))


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(read_schema("project"))


@given(st.sampled_from(_PARTS).flatmap(documents))
@_SLOW
def test_what_is_made_from_the_schema_has_no_fault(made: tuple[str, Any]) -> None:
    name, data = made
    assert walked(written(data), part(name)) == set()


@given(st.dictionaries(st.sampled_from([*SCHEMA["definitions"]["Project"]["properties"], "other"]), _ODD, max_size=6))
@_SLOW
def test_what_does_not_fit_has_the_faults_that_jsonschema_sees(data: dict[str, Any]) -> None:
    assert walked(written(data), SCHEMA) == oracle(data, JUDGE)
