"""What is made of a buildspec goes as soon as nobody has it: the collector, which takes a tenth of the time of many
files where it has something to free, finds nothing.
"""

from __future__ import annotations

import subprocess
import sys

_RUN = """
import gc
from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from tests.examples import all_examples
texts = {each.rule: each.text for each in all_examples() if each.text.startswith("version:")}.values()
candidate, settings = Candidate("buildspec.yml", False), Settings(profile="pedantic")
for text in texts:  # what is kept for the next file is kept now
    lint_text(text, candidate, settings)
gc.collect()
gc.disable()
for text in texts:
    lint_text(text, candidate, settings)
print(len(texts), gc.collect())
"""


def test_nothing_holds_itself() -> None:
    # In a process of its own: what other tests have made goes when caches are full.
    done = subprocess.run([sys.executable, "-c", _RUN], capture_output=True, text=True, check=True)
    texts, garbage = map(int, done.stdout.split())
    assert texts > 80
    assert garbage == 0
