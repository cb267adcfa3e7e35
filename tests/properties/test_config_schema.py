"""The schema of the configuration: cblint's walk and jsonschema give the same verdict."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.buildspec.shape import faults, sentence
from cblint.facts import table
from tests.bounds import compared
from tests.helpers import root

SCHEMA = table("config")
JUDGE = jsonschema.Draft202012Validator(SCHEMA)
# JSON escapes what lies beyond 16 bits as two surrogates, which YAML does not know: those are left out, as JSON
# they would be the same.
CHARACTERS = st.characters(max_codepoint=0xD7FF) | st.characters(min_codepoint=0xE000, max_codepoint=0xFFFF)
WORDS = st.text(CHARACTERS, max_size=6) | st.sampled_from(["42", "true", "null", "~", "", "<<", "plain", "pedantic"])
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


def fitting(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Data that fits a schema."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if isinstance(schema["type"], list):
        return st.one_of([fitting({**schema, "type": kind}) for kind in schema["type"]])
    if schema["type"] == "array":
        return st.lists(fitting(schema["items"]), min_size=schema.get("minItems", 0), max_size=4)
    if schema["type"] == "object":
        properties = schema.get("properties", {})
        required = {name: fitting(properties[name]) for name in schema.get("required", ())}
        optional = {name: fitting(below) for name, below in properties.items() if name not in required}
        if schema.get("additionalProperties") is not False:
            return st.dictionaries(WORDS, fitting(schema["additionalProperties"]), max_size=3)
        return st.fixed_dictionaries(required, optional=optional)
    if "pattern" in schema:
        return WORDS.filter(lambda word: re.search(schema["pattern"], word) is not None)
    return {"string": WORDS, "boolean": st.booleans(), "integer": st.integers(schema.get("minimum", 0))}[schema["type"]]


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """Data that fits the schema of the configuration, with a few places changed."""
    data: Any = [draw(fitting(SCHEMA))]  # in a list, so that the top level can be replaced too
    for _ in range(draw(st.integers(1, 2))):
        place = data
        key: Any = 0
        while draw(st.integers(0, 3)):
            below = place[key]
            if not isinstance(below, (dict, list)) or not below:
                break
            place, key = below, draw(st.sampled_from(list(below) if isinstance(below, dict) else range(len(below))))
        how = draw(st.sampled_from(["replace", "remove", "add"]))
        if how == "remove" and place is not data:
            del place[key]
        elif how == "add" and isinstance(place[key], dict):
            place[key][draw(WORDS | st.sampled_from(["image", "fail_on", "buildspec"]))] = draw(ANYTHING)
        elif how == "add" and isinstance(place[key], list):
            place[key].append(draw(ANYTHING))
        else:
            place[key] = draw(ANYTHING)
    return data[0]


def verdict(data: Any, schema: dict[str, Any] = SCHEMA) -> list[str]:
    """What cblint's walk says of data written as JSON, which is YAML."""
    return [sentence(fault) for fault in faults(root(json.dumps(data)), schema)]


@given(fitting(SCHEMA))
def test_what_fits_the_schema_has_no_fault(data: Any) -> None:
    JUDGE.validate(data)
    assert verdict(data) == []


@given(mutated() | ANYTHING)
@settings(max_examples=compared(300))
def test_the_verdict_is_that_of_jsonschema(data: Any) -> None:
    assert bool(verdict(data)) == (not JUDGE.is_valid(data)), verdict(data)


PARTS: list[dict[str, Any]] = [
    *({"type": kind} for kind in ("object", "array", "string", "boolean", "number", "integer")),
    {"type": "array", "items": {"type": "integer"}, "minItems": 2},
    {"type": "string", "pattern": "^a"},
    {"type": "string", "pattern": "b"},
    {"type": "string", "enum": ["a", "b", ""]},
    {"type": "object", "required": ["a", "b"]},
    {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "number"}},
    {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
    {"type": "object", "properties": {"a": {}}},
    {},
    {"items": {"type": "boolean"}},
    {"additionalProperties": {"type": "array", "minItems": 1}},
]
SMALL = st.recursive(
    st.none() | st.booleans() | st.sampled_from([0, 1, -3, 2.0, 1e300, 0.5, -1.5e-7]) | st.sampled_from("ab") | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=4,
)


@pytest.mark.parametrize("schema", PARTS, ids=json.dumps)
def test_each_part_of_the_schema_language_means_what_it_means_to_jsonschema(schema: dict[str, Any]) -> None:
    judge = jsonschema.Draft202012Validator(schema)

    @given(SMALL)
    def agrees(data: Any) -> None:
        assert bool(verdict(data, schema)) == (not judge.is_valid(data)), verdict(data, schema)

    agrees()


# Where the walk judges more than jsonschema can see: it reads the file, jsonschema what a loader made of it.
def test_the_one_exception_to_the_oracle_is_a_key_that_is_no_text() -> None:
    assert JUDGE.is_valid({"profile": "default"})
    (fault,) = faults(root("? [a]\n: 1\nprofile: default\n"), SCHEMA)
    assert sentence(fault).startswith('"?" is not known')


def test_of_a_key_given_twice_the_last_holds() -> None:
    assert list(faults(root("profile: none\nprofile: default\n"), SCHEMA)) == []


def test_the_config_schema_is_itself_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_types_of_sources_are_those_of_codebuild() -> None:
    project = table("config")["properties"]["projects"]["items"]["properties"]
    assert project["source"]["properties"]["type"]["enum"] == table("service")["source-types"]
    git = table("git")
    without = {*git["without-repository"], "CODEPIPELINE"}
    assert without.isdisjoint(git["with-repository"])
    assert without | set(git["with-repository"]) == set(table("service")["source-types"])
    assert set(table("projects")["without-webhook"]) <= set(table("service")["source-types"])
