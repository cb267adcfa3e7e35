"""What ``cblint rules test`` does: runs the examples of own rules."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence

from cblint.cli.run import Misused, say, write
from cblint.examples import Example, example_from, marked_offset
from cblint.own.entries import Entry, WrongEntry, entries
from cblint.report.shown import path, printable
from cblint.trial import Difference, differences


def test_rules(paths: Sequence[str]) -> int:
    """Print for each rule in files and folders whether its examples hold, and return the exit status. Raises Misused.

    0 if all hold, 1 if one does not, 2 if an entry is wrong: then nothing is run.
    """
    missing = next((path for path in paths if not os.path.exists(path)), None)
    if missing is not None:
        raise Misused(f"There is no file or folder {printable(missing)}.")
    try:
        found = entries(paths)
    except WrongEntry as error:
        for sentence in error.sentences:
            say(sentence)
        return 2
    if not found:
        raise Misused(f"There are no own rules in {printable(', '.join(paths))}: files that end in .yml or .yaml.")
    failed = False
    for entry in found:
        try:
            wrong = list(_wrong(entry))
        except OSError as error:
            raise Misused(f"There is no room for the files of the examples: {error.strerror}.") from None
        write(f"{printable(line)}\n" for line in _told(entry, wrong))
        failed = failed or bool(wrong)
        if not entry.examples:
            say(f"{entry.shown}: {entry.rule.name} has no examples, so that nothing shows what it finds.")
    return 1 if failed else 0


def _wrong(entry: Entry) -> Iterator[tuple[int, str]]:
    """The examples that do not hold, by number from 0, each with what is wrong and where."""
    for number, data in enumerate(entry.rule.texts["examples"]):
        example = example_from(entry.rule.name, number, data)
        marked = data["bad"] if "bad" in data else data["good"]
        for each in _tried(example, entry):
            place = entry.place(number, marked_offset(marked, each.start))
            yield number, f"{place}: {each.sentence}"


def _tried(example: Example, entry: Entry) -> list[Difference]:
    with tempfile.TemporaryDirectory(prefix="cblint-") as folder:
        return differences(example, entry.rule, folder)


def _told(entry: Entry, wrong: Sequence[tuple[int, str]]) -> Iterator[str]:
    total, bad = len(entry.examples), len({number for number, _ in wrong})
    examples = "1 example" if total == 1 else f"{total} examples"
    yield f"failed {entry.rule.name}: {bad} of {examples}" if bad else f"ok     {entry.rule.name}: {examples}"
    yield from (f"  {path(sentence)}" for _, sentence in wrong)
