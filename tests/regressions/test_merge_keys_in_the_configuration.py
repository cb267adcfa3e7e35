"""What a merge key brought was not checked: an unknown key crashed, a required one was missed."""

from __future__ import annotations

import pathlib

import pytest

from cblint.config import ConfigError, config_for
from tests.helpers import repository


def test_aliases_and_merge_keys_are_seen_through(tmp_path: pathlib.Path) -> None:
    text = """\
projects:
  - &base
    buildspecs: &files [a.yml]
    image: one
    variables: &variables {A: plain}
  - <<: *base
    image: two
    variables:
      <<: *variables
      B: secret
  - buildspecs: *files
"""
    first, second, third = config_for(repository(tmp_path, {".cblint.yml": text})).projects
    assert (first.image, first.variables) == ("one", (("A", False),))
    assert (second.buildspecs, second.image) == (("a.yml",), "two")
    assert dict(second.variables) == {"A": False, "B": True}
    assert third.buildspecs == ("a.yml",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<<: {exclude: [a], nonsense: 1}\n", '.cblint.yml:1:20: "nonsense" is not known at the top level.'),
        ("<<: {profile: 7}\n", ".cblint.yml:1:15: profile must be one of default, security, pedantic"),
        ("projects: [{<<: {image: x}}]\n", '.cblint.yml:1:12: projects[0] has no "buildspecs"'),
    ],
)
def test_what_a_merge_key_brings_is_checked(tmp_path: pathlib.Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config_for(repository(tmp_path, {".cblint.yml": text}))
    assert message in str(caught.value)
