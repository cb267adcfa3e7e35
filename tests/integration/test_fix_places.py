"""Fixes of commands that stand where no example has them: in blocks, functions, conditions, behind set -e."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest

from cblint.examples import Example, lint_example
from cblint.fix import fixed_text
from tests import flow_runner
from tests.bounds import FUZZ
from tests.builds import buildspec
from tests.fix_plays import Case, observables
from tests.flow_runner import Runner
from tests.integration.test_fix_plays import EXAMPLES, FIXES, HELD, can_be_played
from tests.shell_claims import shells_of

pytestmark = pytest.mark.skipif(not flow_runner.have_shells(), reason="dash or bash is not installed")

PLACES = (
    "make\n{}",
    "set -e\nmake\n{}\nnpm test",
    "make && {}",
    "{} && make || npm test",
    "if {}; then make; fi",
    "if make; then {}; else npm test; fi",
    "run() {{ {}; }}\nrun",
    "for each in a b; do {}; done",
    "case a in a) {};; esac",
    "({})",
    "{{ {}; }}",
    "! {}",
    "{} || exit 1",
    "{} | tee log",
    "{} > out.txt",
    "{} # why",
    'X=$({})\necho "$X"',
    "export Y=$({})",
    "A=1 {}",
    "{} &\nwait",
    "trap '{}' EXIT\nmake",
    "{} <<EOF\nx\nEOF",
)
LONG = FUZZ
"""``make fuzz`` tries every command in every place, the suite one of each rule in some."""
SOME = 2
FOLLOWS = {"stdout": {"stdin", "variables", "files"}, "folder": {"stdin", "variables", "files"}}
"""What is printed goes where the place sends it; so does what a command prints that now finds its folder."""


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with tempfile.TemporaryDirectory(prefix="places", dir=flow_runner.in_memory()) as folder:
        yield Runner(os.path.realpath(folder), apart=True)


def _moved(example: Example) -> Iterator[str]:
    """The example with each of its commands in each of the places."""
    items = {
        id(item): item
        for span in example.spans
        for item in buildspec(example.text).shell_items
        if item.node.span.start <= span.start < item.node.span.end and "\n" not in item.value.strip()
    }
    for item in items.values():
        start, end = item.node.span
        behind = "\n" if example.text[start] in "|>" else ""
        for place in PLACES:
            if "'{}'" not in place or "'" not in item.value:
                moved = json.dumps(place.format(item.value.strip()), ensure_ascii=False)
                yield example.text[:start] + moved + behind + example.text[end:]


def _chosen(rule: str) -> list[tuple[Example, str]]:
    """All that is tried of a rule, or a part of it that is another for each."""
    found = [(example, text) for example in EXAMPLES[rule] if can_be_played(example) for text in _moved(example)]
    step = 1 if LONG else max(len(found) // SOME, 1)
    return found[len(rule) % step :: step]


@pytest.mark.parametrize("rule", HELD)
def test_a_fix_changes_no_more_in_another_place(rule: str, runner: Runner, tmp_path: Any) -> None:
    declared = set(FIXES[rule]["observables"])
    allowed = declared.union(*(FOLLOWS.get(name, ()) for name in declared))
    for number, (example, text) in enumerate(_chosen(rule)):
        folder = str(tmp_path / str(number))
        own = [finding for finding in lint_example(example, text, folder).findings if finding.rule == rule]
        fixed, count = fixed_text(text, own, FIXES[rule]["safety"] != "safe")
        again = lint_example(example, fixed, folder).findings if count else ()
        assert not [finding for finding in again if finding.rule == rule and finding.fix and finding.fix.safe], fixed
        for shell in shells_of(example) if LONG else shells_of(example)[:1]:
            found = observables(Case(text, fixed, example.given.get("files", {})), shell, runner) if count else {}
            more = set(found) - allowed
            assert not more, f"{text}\nbecomes\n{fixed}\n" + "\n".join(f"{name}: {found[name]}" for name in more)
