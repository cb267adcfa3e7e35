"""Bytes that are checked as a buildspec, and what every output then says of them."""

from __future__ import annotations

import os
from functools import cache
from zlib import crc32

from cblint.catalogue import rules
from cblint.hiding import Hiding
from cblint.hosts.discover import Candidate
from cblint.linter import Settings, held_in, lint_bytes
from cblint.opening import NotBuildspec
from cblint.report import FORMATS
from cblint.running import result_of
from cblint.source.file import Unreadable, decode
from cblint.source.loader import TooComplex
from tests.examples import all_examples
from tests.holding import linted, written
from tests.integration.test_hostile_anything import SEEDS
from tests.lsp_documents import SAMPLE
from tests.properties.strategies import SNIPPETS
from tests.test_hiding import Plant, parts, public_part
from tests.test_secrets import TOKENS
from tools.corpus import CORPUS
from tools.fuzz.fresh import fresh
from tools.fuzz.target import Target

_ISOLATED = Settings(isolated=True)
SETTINGS = (
    _ISOLATED,
    _ISOLATED._replace(profile="pedantic"),
    _ISOLATED._replace(select=tuple(rule.name for rule in rules())),
)
_LONGEST = 4_000
"""Bytes of a file of the corpus."""
_AGAIN, _FRESH = 5, 40
"""Of so many, one is held to what is said once more, and to what is said where nothing is remembered."""


@cache
def seeds() -> tuple[bytes, ...]:
    """Buildspecs of all examples, of tests, and some with secrets."""
    examples = [each.text for each in all_examples() if "path" not in each.given]
    texts = [*SEEDS, SAMPLE, *SNIPPETS, *examples, *(with_secret(number) for number in range(len(_secrets())))]
    return tuple(text.encode() for text in texts)


@cache
def corpus_seeds() -> tuple[bytes, ...]:
    """Buildspecs of the corpus that are not long, where it is at hand; else those of the examples."""
    found: list[bytes] = []
    for folder, _, names in sorted(os.walk(os.path.join(CORPUS, "buildspec"))):
        for name in sorted(names):
            with open(os.path.join(folder, name), "rb") as file:
                found.append(file.read(_LONGEST + 1))
    return tuple(data for data in found if len(data) <= _LONGEST) or seeds()


@cache
def _secrets() -> tuple[Plant, ...]:
    """Secrets of one line by themselves, with how much of them is public."""
    lines = [sample for sample in TOKENS if "\n" not in sample.text]
    return tuple(Plant("", sample.text, public_part(sample)) for sample in lines)


def with_secret(number: int) -> str:
    """A buildspec with a secret in several places."""
    secret = _secrets()[number].secret
    return (
        f"version: 0.2\nenv:\n  variables:\n    X: '{secret}'\nphases:\n  build:\n    commands:\n"
        f"      - export TOKEN={secret}\n      - curl -H 'X-Auth: {secret}' http://acme.io # {secret}\n"
    )


def check(data: bytes) -> None:
    """The bytes are linted, by one of several choices of rules; each output can be read and tells no secret."""
    chosen = crc32(data)
    path = "buildspec.json" if data.lstrip()[:1] in (b"{", b"[") else "buildspec.yml"
    settings = SETTINGS[chosen % len(SETTINGS)]
    file = linted(data, path, settings)
    outputs = written(result_of([file]), formats(chosen))
    hold_secrets(data, path, outputs)
    if chosen % _AGAIN == 0:
        assert lint_bytes(data, Candidate(path, True), settings) == file
    if chosen % _FRESH == 1:
        with fresh():
            assert lint_bytes(data, Candidate(path, True), settings) == file


def formats(chosen: int) -> set[str]:
    """Text and one of the others; seldom SARIF, which tells of every rule and takes as long as all else."""
    other = FORMATS[chosen // 7 % len(FORMATS)]
    return {"text", other if other != "sarif" or chosen % 4 == 0 else "github"}


def hold_secrets(data: bytes, path: str, outputs: dict[str, str]) -> None:
    """No output holds a part of a planted secret that still is one."""
    planted = [each for each in _secrets() if each.secret.encode() in data]
    if not planted:
        return
    try:
        text = decode(data)
        hiding = Hiding(text, held_in(text, path, _ISOLATED).subjects)
    except Unreadable:
        return
    except (NotBuildspec, TooComplex):
        hiding = Hiding(text)
    known = {secret.text for secret in hiding.known}
    for plant in planted:
        if plant.secret in known:  # in the middle of a longer word it may be none
            for name, output in outputs.items():
                held = sorted(part for part in parts(plant) if part in output)
                assert not held, (name, held[:3])


TARGETS = (
    Target("check", "bytes as a buildspec, and all outputs of what is found", check, seeds, quick=60),
    Target("corpus", "the same of the corpus, where CBLINT_CORPUS names one", check, corpus_seeds, quick=0),
)
