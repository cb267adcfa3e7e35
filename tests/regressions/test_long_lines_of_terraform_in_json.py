"""A text of ``.tf.json`` with a line of more than some 120 characters was unknown if anything is put into it."""

from __future__ import annotations

import json

import pytest

from cblint.hosts.reading import host_file
from cblint.source.text import HOLE, Text
from cblint.source.tree import Mapping, Scalar


@pytest.mark.parametrize("length", [10, 120, 127, 128, 500, 3000])
def test_it_is_read(length: int) -> None:
    line = "x" * length
    project = {"name": f"a-${{var.stage}}-{line}", "service_role": "arn"}
    text = json.dumps({"resource": {"aws_codebuild_project": {"build": project}}})
    file = host_file("main.tf.json", Text.of(text))
    assert file is not None
    root = file.definitions[0].root
    assert isinstance(root, Mapping)
    pair = root.get("name")
    assert pair is not None
    assert isinstance(pair.value, Scalar)
    assert pair.value.value == f"a-{HOLE}-{line}"
