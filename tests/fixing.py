"""What is asked of every fix: it changes what it names, the file still loads, and there is an end of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import yaml

from cblint.catalogue import rules
from cblint.finding import Finding
from cblint.fix import Change, Refused, fix_bytes, fixed_text
from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from cblint.source.text import Lines

ALL_RULES = Settings(isolated=True, select=tuple(rule.name for rule in rules()))
CANDIDATE = Candidate("buildspec.yml", True)
_SYNTAX = "yaml-syntax-error"


def _loaded(text: str) -> list[Any]:
    """The documents of a text: strings and nothing else, so that nothing is lost in them."""
    try:
        return list(yaml.load_all(text, yaml.BaseLoader))
    except yaml.YAMLError:
        # It takes no tab for a blank in brackets, as libyaml does.
        return list(yaml.load_all(text, yaml.CBaseLoader))


def _differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Where two documents differ; what has no key in common any more is named by what holds it."""
    if isinstance(old, dict) and isinstance(new, dict) and list(old) == list(new):
        for key, value in old.items():
            yield from _differences(value, new[key], f"{path}.{key}" if path else str(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, value in enumerate(old):
            yield from _differences(value, new[number], f"{path}[{number}]")
    elif old != new:
        yield path


def _is_below(path: str, places: list[str]) -> bool:
    """Whether a place, or what holds it, is among these: a key that is renamed is seen from what holds it."""
    return any(
        path == place or path.startswith((f"{place}.", f"{place}[")) or place.startswith(path) for place in places
    )


def _everywhere(document: Any, places: list[str]) -> list[str]:
    """The places, and those at which the same stands again by an alias."""
    known: dict[int, list[str]] = {}

    def walk(value: Any, path: str) -> None:
        known.setdefault(id(value), []).append(path)
        if isinstance(value, (dict, list)):
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            for key, each in pairs:
                walk(each, f"{path}[{key}]" if isinstance(value, list) else f"{path}.{key}" if path else str(key))

    walk(document, "")
    again = [paths for paths in known.values() if len(paths) > 1]
    return [
        *places,
        *(
            f"{other}{place.removeprefix(path)}"
            for place in places
            for paths in again
            for path in paths
            if _is_below(place, [path])
            for other in paths
        ),
    ]


MOST_ALONE = 40
"""So many fixes of a text are made alone: after each, all of it is linted again."""


def each_alone(text: str) -> None:
    """Every fix alone changes what it names, between the first and the last of its edits, and mends what it is for."""
    before = _loaded_if_it_can_be(text)
    findings = lint_text(text, CANDIDATE, ALL_RULES).findings
    said = Counter(_complaint(text, finding) for finding in findings)
    # In what is not valid YAML, only that is mended.
    tried = [each for each in findings if each.rule == _SYNTAX] or findings
    for finding in [each for each in tried if each.fix is not None and each.suppressed is None][:MOST_ALONE]:
        assert finding.fix is not None
        try:
            new, count = fixed_text(text, [finding], True)
        except Refused:
            continue
        assert count == 1
        first, last = finding.fix.edits[0].span.start, max(edit.span.end for edit in finding.fix.edits)
        assert new.startswith(text[:first]), finding
        assert new.endswith(text[last:]), finding
        complaint = _complaint(text, finding)
        again = lint_text(new, CANDIDATE, ALL_RULES).findings
        left = [each.span.start for each in again if _complaint(new, each) == complaint]
        assert len(left) < said[complaint] or not _are_here(left, finding), ("mends nothing", finding, new)
        if before is None:
            # Only what keeps a file from being read can be mended in one that cannot be read.
            assert finding.rule == _SYNTAX, finding
            continue
        after = _loaded(new)
        assert len(before) == len(after), finding
        for one, other in zip(before, after, strict=True):
            places = _everywhere(one, [finding.where, *finding.fix.places])
            assert all(_is_below(path, places) for path in _differences(one, other)), (finding, new)


def _are_here(places: list[int], mended: Finding) -> bool:
    """Whether one of some places in the new text is that of what was mended, or in what was written for that.

    The same may be said of an alike line elsewhere, now that it is no longer said of this one.
    """
    assert mended.fix is not None
    grown, written, here = 0, [], mended.span.start
    for edit in sorted(mended.fix.edits, key=lambda edit: edit.span):
        written.append(range(edit.span.start + grown, edit.span.start + grown + len(edit.text)))
        grown += len(edit.text) - (edit.span.end - edit.span.start)
        here = mended.span.start + grown if edit.span.end <= mended.span.start else here
    return any(place == here or any(place in each for each in written) for place in places)


def _complaint(text: str, finding: Finding) -> tuple[str, str, str]:
    """What is said of which line, wherever that stands: a fix may move it."""
    return finding.rule, finding.message, Lines(text).line(finding.start.line)


def _loaded_if_it_can_be(text: str) -> list[Any] | None:
    try:
        return _loaded(text)
    except (yaml.YAMLError, ValueError, RecursionError, AttributeError):
        return None


def all_fixed(text: str, unsafe: bool) -> tuple[Change, bytes]:
    """All fixes together come to an end: the file loads as before, and a second run changes nothing."""
    data = text.encode()
    change, new = fix_bytes(data, CANDIDATE, ALL_RULES, unsafe)
    assert (new != data) == bool(change.fixed), change
    again, same = fix_bytes(new, CANDIDATE, ALL_RULES, unsafe)
    assert (again.fixed, same) == (0, new), (change, again)
    before = _loaded_if_it_can_be(text)
    if change.fixed:
        after = _loaded(new.decode())
        assert before is None or len(before) == len(after)
    return change, new
