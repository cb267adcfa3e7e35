"""Documents for tests of the language server: texts as an editor has them, whole, half typed and spoilt."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

from cblint.lsp.document import Document
from tests.examples import all_examples
from tests.helpers import ISOLATED
from tests.hosts import HOSTS
from tests.properties.strategies import SNIPPETS, mutated

SECRET = "hunter2hunter2"
SAMPLE = f"""\
version: 0.2
env:
  shell: bash
  variables: {{STAGE: dev, DB_PASSWORD: {SECRET}}}
  secrets-manager:
    API: prod/api:key
  exported-variables: [TAG]
phases:
  install:
    on-failure: ABORT
    runtime-versions:
      nodejs: 20
    commands:
      - export TAG=v1
      - mysql --password={SECRET} < schema.sql
      - COPY=$DB_PASSWORD
      - export URL="https://user:{SECRET}@example.com/$TAG"
      - TOKEN={SECRET} npm ci
  build:
    commands: &all
      - |
        cd app
        make test | tee log
      - IMAGE="web:$TAG"
      # cblint: ignore[pipeline-hides-failure] -- known
      - echo "${{TAG:-$STAGE}} $CODEBUILD_BUILD_ID $API" | cat
  post_build:
    commands: *all
batch:
  build-list:
    - identifier: arm
      env: {{image: aws/codebuild/standard:5.0}}
artifacts:
  files: ['**/*']
  name: app-$TAG
"""
"""A buildspec with one of everything; SECRET stands in it in many ways."""


def document(text: str, name: str = "buildspec.yml") -> Document:
    """A text under a name that is in no repository."""
    return Document(f"/nowhere/{name}", text, ISOLATED)


@cache
def _texts() -> list[tuple[str, str]]:
    hosted = [host(SAMPLE) for host in HOSTS.values()]
    examples = [each for each in all_examples() if len(each.text) < 1_500]
    return [
        ("buildspec.yml", SAMPLE),
        *((each.path, each.text) for each in hosted),
        *(("buildspec.yml", text) for text in SNIPPETS),
        *((each.given.get("path", "buildspec.yml"), each.text) for each in examples),
    ]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A text of any format as it stands, broken off anywhere, or with pieces taken out and put in."""
    name, text = draw(st.sampled_from(_texts()))
    way = draw(st.sampled_from(["whole", "cut", "mutated"]))
    if way == "cut":
        text = text[: draw(st.integers(0, len(text)))]
    elif way == "mutated":
        text = draw(mutated(st.just(text)))
    return document(text, name)
