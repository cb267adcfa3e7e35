"""``cblint schema``: what it prints is a schema, and one that an editor can use."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tests.integration.conftest import Cblint


@pytest.mark.parametrize("arguments", [(), ("buildspec",), ("config",), ("output",), ("trace",)])
def test_it_prints_a_schema(cblint: Cblint, arguments: tuple[str, ...]) -> None:
    done = cblint.run("schema", *arguments)
    assert (done.status, done.stderr) == (0, "")
    schema = json.loads(done.stdout)
    jsonschema.validators.validator_for(schema).check_schema(schema)


def test_every_key_of_a_buildspec_is_explained(cblint: Cblint) -> None:
    schema = json.loads(cblint.run("schema").stdout)

    def unexplained(part: object, path: str = "") -> list[str]:
        if not isinstance(part, dict):
            return []
        found = []
        for name, below in part.get("properties", {}).items():
            target = below
            if isinstance(below, dict) and "$ref" in below and "description" not in below:
                target = schema["definitions"][below["$ref"].rpartition("/")[2]]
            if isinstance(target, dict) and "description" not in target and not target.get("properties"):
                found.append(f"{path}.{name}")
            found += unexplained(below, f"{path}.{name}")
        for below in [part.get("items"), part.get("additionalProperties"), *part.get("definitions", {}).values()]:
            found += unexplained(below, path)
        return found

    assert unexplained(schema) == []


def test_an_unknown_schema_is_refused(cblint: Cblint) -> None:
    done = cblint.run("schema", "buildspecs")
    assert done.status == 2
    assert (
        '"buildspecs" is not one of buildspec, config, rule, rules, output, trace. Did you mean "buildspec"?'
        in done.stderr
    )
