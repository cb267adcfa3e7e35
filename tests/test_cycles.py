"""What is made of a buildspec goes as soon as nobody has it: the collector, which takes a tenth of the time of many
files where it has something to free, finds nothing.
"""

from __future__ import annotations

import gc

from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from tests.examples import all_examples


def test_nothing_holds_itself() -> None:
    texts = [example.text for example in all_examples() if example.text.startswith("version:")]
    candidate, settings = Candidate("buildspec.yml", False), Settings(profile="pedantic")
    for text in texts:  # what is kept for the next file is kept now
        lint_text(text, candidate, settings)
    gc.collect()
    gc.disable()
    try:
        for text in texts:
            lint_text(text, candidate, settings)
        assert gc.collect() == 0
    finally:
        gc.enable()
    assert len(texts) > 500
