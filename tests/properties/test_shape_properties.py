"""The shape walk against jsonschema, its oracle: the same faults at the same places, in whatever document."""

from __future__ import annotations

import copy
import json
import os
import re
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_jsonschema import _from_schema, from_schema

from cblint.buildspec.shape import effective_pairs, faults, value_of
from cblint.facts import table
from cblint.facts.sources import read_schema
from cblint.finding import Finding
from cblint.fix import Refused, fixed_text
from cblint.source.loader import TooComplex, load
from cblint.source.text import Text
from cblint.source.tree import Alias, Mapping, Node, Scalar, Sequence, walk
from tests.bounds import ORACLES, compared, draws
from tests.helpers import ISOLATED, lint, root
from tests.properties.strategies import SNIPPETS, mutated
from tools.corpus import CORPUS, available

SCHEMA = table("buildspec")
JUDGE = jsonschema.Draft7Validator(SCHEMA)
PROJECT = table("project")
_SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=draws(100))

Places = set[tuple[str | int, ...]]


def plain(node: Node) -> Any:
    """The data that the walk sees: scalars by their type, of a key given twice the last value."""
    target = node.resolved
    if isinstance(target, Mapping):
        return {pair.name if pair.name is not None else "?": plain(pair.value) for pair in effective_pairs(target)}
    if isinstance(target, Sequence):
        return [plain(item) for item in target.items]
    assert isinstance(target, Scalar)
    value = value_of(target)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def oracle(data: Any, judge: Any = JUDGE) -> Places:
    """Where jsonschema sees a fault; a key too much stands at its own place."""
    found: Places = set()
    for error in judge.iter_errors(data):
        place = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            known, patterns = error.schema.get("properties", {}), error.schema.get("patternProperties", {})
            extra = [
                name
                for name in error.instance
                if name not in known and not any(re.search(pattern, name) for pattern in patterns)
            ]
            found |= {(*place, name) for name in extra}
        else:
            found.add(place)
    return found


def walked(node: Node, schema: dict[str, Any] = SCHEMA) -> Places:
    """Where the walk sees a fault. (jsonschema names the mapping that holds what the schema ``false`` forbids.)"""
    return {fault.steps[:-1] if fault.keyword == "false" else fault.steps for fault in faults(node, schema)}


def assert_agreement(node: Node) -> None:
    # What an alias shares is looked into once: at one of its places.
    data = plain(node)
    mine, theirs = walked(node), oracle(data)
    assert bool(mine) == bool(theirs), (mine, theirs)
    if not any(isinstance(part, Alias) for part in walk(node)):
        assert mine == theirs


def _taken_apart_once() -> None:
    """Have a part of a schema taken apart when it is met first, not again for each value that is drawn from it."""
    take_apart, found = _from_schema.merged_as_strategies, dict[str, st.SearchStrategy[Any]]()

    def merged_as_strategies(schemas: list[Any], **more: Any) -> st.SearchStrategy[Any]:
        key = json.dumps(schemas, sort_keys=True)
        if key not in found:
            found[key] = take_apart(schemas, **more)
        return found[key]

    _from_schema.merged_as_strategies = merged_as_strategies


_taken_apart_once()
# It takes the schema apart in place, and seconds for that: only where documents are drawn.
DOCUMENTS = st.deferred(lambda: from_schema(copy.deepcopy(SCHEMA)))


def as_json(data: Any) -> str:
    """The data as JSON, which is YAML but for surrogate pairs, control characters and breaks of other kinds.

    Only these are escaped: what is escaped counts six characters of the 1,024 that YAML grants a key.
    """
    text = json.dumps(data, ensure_ascii=False)
    return re.sub(
        "[\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]", lambda match: f"\\u{ord(match.group()):04x}", text
    )


def written(data: Any) -> Node:
    """The data as nodes."""
    return root(as_json(data))


_ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 0, -1, 1.5, 0.1, 0.2, "", "bash", "yes", "no", "a-b", "RETRY-101", "Retry-3-x", [], {}, [None],
     ["a", 1, {}], {"files": []}, {"version": 0.1}, {"env": {"type": "X"}}, {"commands": ["make"]}, {"steps": []}]
)  # fmt: skip
_KEYS = st.sampled_from(
    ["version", "phases", "batch", "env", "artifacts", "type", "files", "environment_variables", "fallback-keys", "key",
     "x-y", ".y", "depends-on", "commands", "steps", "identifier", "build-list", "?"]
)  # fmt: skip


def damage(draw: st.DrawFn, document: Any) -> Any:
    """The document with a few values replaced, removed or put in, anywhere."""
    data = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        node = data
        while isinstance(node, (dict, list)) and node and draw(st.booleans()):
            step = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else list(range(len(node)))))
            if not isinstance(node[step], (dict, list)):
                break
            node = node[step]
        if isinstance(node, dict):
            name = draw(_KEYS | st.sampled_from(sorted(node))) if node else draw(_KEYS)
            if draw(st.booleans()):
                node[name] = copy.deepcopy(draw(_ODD))
            else:
                node.pop(name, None)
        else:
            node.append(copy.deepcopy(draw(_ODD)))
    return data


@st.composite
def before_and_after(draw: st.DrawFn) -> tuple[Any, Any]:
    """A document that the schema makes, and what is left of it after some damage."""
    document = draw(DOCUMENTS)
    return document, damage(draw, document if isinstance(document, dict) else {})


# To draw a document takes half a second: the same ones are held to both.
@given(before_and_after())
@settings(_SLOW, max_examples=ORACLES or 35)
def test_a_document_made_from_the_schema_has_no_fault_and_of_its_damage_both_say_the_same(documents: Any) -> None:
    document, damaged = documents
    assert oracle(document) == set()
    assert walked(written(document)) == set()
    assert_agreement(written(damaged))


def test_of_a_key_that_json_would_make_too_long_both_say_the_same() -> None:
    assert_agreement(written({"phases": {"install": {"runtime-versions": {"\u0301" * 250: False}}}}))


def _buildspecs() -> list[str]:
    names = [os.path.join(CORPUS, folder) for folder in ("buildspec", "historical", "historical_fixed")]
    return [os.path.join(folder, name) for folder in names if available() for name in sorted(os.listdir(folder))]


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read().removeprefix("\ufeff")


@pytest.mark.skipif(not available(), reason="the corpus is not at hand (set CBLINT_CORPUS)")
def test_of_every_buildspec_of_the_corpus_both_say_the_same() -> None:
    assert len(_buildspecs()) > 200
    for path in _buildspecs():
        for document in load(Text.of(_read(path))).documents:
            if document.root is not None:
                assert_agreement(document.root)


_REAL = [_read(path) for path in _buildspecs()]


_DATA = [plain(root(text)) for text in [*SNIPPETS[:3], *_REAL]]


@st.composite
def damaged_files(draw: st.DrawFn) -> Any:
    """A file in which a few values were replaced, removed or put in."""
    return damage(draw, _DATA[draw(st.integers(0, len(_DATA) - 1))])


@given(damaged_files())
@settings(_SLOW, max_examples=compared(150))
def test_of_a_damaged_file_both_say_the_same(data: Any) -> None:
    assert_agreement(written(data))


ALL = ISOLATED._replace(profile="pedantic")


@given(damaged_files(), st.sampled_from([None, False, True]))
@settings(_SLOW, max_examples=draws(100))
def test_every_rule_is_calm_and_every_fix_mends(data: Any, style: bool | None) -> None:
    text = as_json(data) if style is None else yaml.safe_dump(data, default_flow_style=style, sort_keys=False)
    result = lint(text, ALL)
    for finding in result.findings:
        if finding.fix is None:
            continue
        try:
            fixed, count = fixed_text(text, [finding], unsafe=True)
        except Refused:
            continue
        assert count == 1
        assert _alike(finding, lint(fixed, ALL).findings) < _alike(finding, result.findings)


def _alike(finding: Finding, findings: tuple[Finding, ...]) -> int:
    """How many findings say the same of the same place."""
    key = (finding.rule, finding.where, finding.message)
    return sum(1 for other in findings if (other.rule, other.where, other.message) == key)


@given(mutated(st.sampled_from([*SNIPPETS, *_REAL])))
@settings(_SLOW, max_examples=compared(150))
def test_of_a_mutated_file_both_say_the_same(text: str) -> None:
    try:
        stream = load(Text.of(text))
    except TooComplex:
        return
    for document in stream.documents if stream.problem is None else ():
        if document.root is not None:
            assert_agreement(document.root)


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(read_schema("buildspec"))
    jsonschema.Draft7Validator.check_schema(SCHEMA)
