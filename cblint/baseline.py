"""The baseline: the findings that a team has for now accepted, as a file that git can merge, and what they match.

It is a JSON array, one entry on a line, sorted; all lines of entries are alike, so that whole lines can come and go.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from cblint.catalogue import Rule
from cblint.finding import BASELINE
from cblint.hosts.discover import git_root
from cblint.identity import Identity, context, identities, place, squeezed
from cblint.linter import FileResult
from cblint.naming import relative
from cblint.opening import STDIN
from cblint.records import NamedTuple
from cblint.source.file import BASELINE as FORMAT
from cblint.source.file import Unreadable, read
from cblint.typing import Any

VERSION = 1
MAX_BYTES = 256 * 1024 * 1024
_MOST_PAIRS = 1_000_000
"""Findings compared with entries of files that are gone: beyond, no renaming is followed."""
ALIKE = 0.6
"""The part of its words that a line must have kept for its finding to be the same still."""
_MOST_REWORDED = 50
"""Findings of a file, and entries of one place, that are compared word by word."""
_UNQUOTED = str.maketrans("", "", "\"'")
_MARKERS = ("<<<<<<< ", "||||||| ", "=======", ">>>>>>> ")


class BaselineError(Exception):
    """A baseline that cannot be used. ``str()`` names the file, the line and what to do."""


class Entry(NamedTuple):
    """A finding that is accepted.

    ``path`` is that of the file from the root of the repository, ``where`` has no numbers of list items, ``text`` is
    the line as it may be shown. ``occurrence`` counts, from 1, those that are otherwise the same.
    """

    path: str
    code: str
    where: str
    text: str
    occurrence: int = 1
    rule: str = ""

    @property
    def identity(self) -> Identity:
        """What a finding must have to be this one."""
        return Identity(self.code, self.where, squeezed(self.text))


class Compared(NamedTuple):
    """Findings held against entries.

    ``files`` have the findings that match marked as left out; ``matched`` are the entries of these, with the paths and
    lines of now, ``fresh`` those that the other findings would have. ``stale`` match nothing though their file was
    linted, or is gone from where it was looked for; of ``unseen`` this run can say nothing.
    """

    files: tuple[FileResult, ...]
    matched: tuple[Entry, ...]
    fresh: tuple[Entry, ...]
    stale: tuple[Entry, ...]
    unseen: tuple[Entry, ...]


# The file


def load(path: str, named: bool) -> list[Entry]:
    """The entries of a baseline. ``named``: the user named the file. Raises BaselineError."""
    shown = os.path.relpath(path)
    if not os.path.lexists(path):
        raise BaselineError(f'{shown} does not exist: "cblint baseline create" writes it')
    try:
        text = read(path, named, MAX_BYTES)
    except Unreadable as error:
        raise BaselineError(f"{shown} {error}") from None
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise BaselineError(f"{shown}:{_conflict(text) or _broken(error)}") from None
    except (ValueError, RecursionError):
        raise BaselineError(f"{shown} is no baseline: it holds numbers or lists that none has") from None
    return list(_entries(found, text, shown))


def _conflict(text: str) -> str:
    """The place of what a merge left to be decided, and what to do."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(_MARKERS):
            return (
                f"{number}: a merge left conflict markers here. Keep the entries of both sides and delete the markers; "
                '"cblint baseline update" then drops what is too much'
            )
    return ""


def _broken(error: json.JSONDecodeError) -> str:
    return f"{error.lineno}:{error.colno}: not valid JSON: {error.msg}"


def _entries(found: Any, text: str, shown: str) -> Iterator[Entry]:
    """Those of what was loaded. Raises BaselineError."""
    header = found[0] if isinstance(found, list) and found else None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise BaselineError(f'{shown}:1: not a baseline: a list is expected that begins with {{"format": "{FORMAT}"}}')
    version = header.get("version")
    if version != VERSION or isinstance(version, bool):
        raise BaselineError(f"{shown}:1: its version is not {VERSION}: a newer cblint may have written it")
    for number, item in enumerate(found[1:], 1):
        entry = _entry(item)
        if entry is None:
            raise BaselineError(
                f'{shown}:{_line(text, number)}: an entry is expected here: an object with the texts "path", "code", '
                '"where" and "text", and "occurrence", if it is there, a number from 1'
            )
        yield entry


def _entry(item: Any) -> Entry | None:
    if not isinstance(item, dict):
        return None
    entry = Entry(
        item.get("path", 0), item.get("code", 0), item.get("where", 0), item.get("text", 0), item.get("occurrence", 1)
    )
    path, code, where, text, occurrence, _ = entry
    texts = isinstance(path, str) and isinstance(code, str) and isinstance(where, str) and isinstance(text, str)
    rule = item.get("rule", "")
    if not texts or type(occurrence) is not int or occurrence < 1 or not isinstance(rule, str):
        return None
    return entry._replace(rule=rule) if rule else entry


def _line(text: str, number: int) -> int:
    """The line on which an element of the array begins, whatever layout it was given; elements count from 0."""
    decoder = json.JSONDecoder()
    at = text.index("[") + 1
    for left in range(number, -1, -1):
        while text[at] in " \t\r\n,":
            at += 1
        if left:
            _, at = decoder.raw_decode(text, at)
    return text.count("\n", 0, at) + 1


def written(entries: Iterable[Entry]) -> str:
    """The file that holds these entries, which are numbered anew."""
    lines = ["[" + _dumped({"format": FORMAT, "version": VERSION})]
    for _, same in groupby(_numbered(entries), lambda entry: entry.path):
        # Git merges changes that a line stands between, and most branches change different files.
        lines += ["", *("," + _object(entry) for entry in same)]
    return "\n".join([*lines, "]"]) + "\n"


def _numbered(entries: Iterable[Entry]) -> list[Entry]:
    seen: Counter[tuple[str, Identity]] = Counter()
    numbered = []
    for entry in sorted(entries):
        key = entry.path, entry.identity
        seen[key] += 1
        numbered.append(entry._replace(occurrence=seen[key]))
    return sorted(numbered)


def _object(entry: Entry) -> str:
    rule = {"rule": entry.rule} if entry.rule else {}
    found = {"path": entry.path, "code": entry.code, **rule, "where": entry.where, "text": entry.text}
    return _dumped(found if entry.occurrence == 1 else {**found, "occurrence": entry.occurrence})


def _dumped(item: dict[str, Any]) -> str:
    """ASCII: what turns text round or hides in it cannot be seen in a review."""
    return json.dumps(item)


# What it matches


def recoded(entries: Iterable[Entry], rules: Iterable[Rule]) -> list[Entry]:
    """The entries, those of own rules with the code that the rule has now: it may have been the name, or a former one.

    Those that a rule has as its code stay as they are.
    """
    rules = tuple(rules)
    codes = {rule.code for rule in rules}
    now = {name: rule for rule in rules for name in (*rule.former_names, rule.name)}
    moved = {name: rule for name, rule in now.items() if name not in codes}
    return [
        entry._replace(code=moved[entry.code].code, rule=moved[entry.code].name) if entry.code in moved else entry
        for entry in entries
    ]


class _Seen(NamedTuple):
    """A file of the run, the path that entries have for it, and what its findings are known by."""

    path: str
    file: FileResult
    identities: list[Identity]

    def entry(self, number: int) -> Entry:
        """The one that a finding would have."""
        finding = self.file.findings[number]
        return Entry(self.path, finding.code, place(finding), context(finding, self.file), rule=finding.rule)


_Left = dict[Identity, dict[int, Entry]]
"""Entries of a path that match nothing yet, by what they are known by and their occurrence."""


def compare(
    files: Sequence[FileResult], entries: Iterable[Entry], folder: str, searched: Sequence[str] | None = None
) -> Compared:
    """Hold the findings of a run against the entries of a baseline that lies in an absolute folder.

    Each entry stands for one finding. Those of a file that is gone stand for findings of one that has no entries.
    ``searched`` are the paths that were looked at, from the current folder (None: all there are): a file that is gone
    from elsewhere may have been moved to where this run did not look.
    """
    root = git_root(folder) or folder
    run = [_Seen(path_in(root, file), file, identities(file)) for file in files]
    by_path: dict[str, list[Entry]] = {}
    for entry in entries:
        by_path.setdefault(entry.path, []).append(entry)
    left = {seen.path: _left(by_path.get(seen.path, ())) for seen in run}
    known = [_taken(seen, range(len(seen.identities)), left[seen.path]) for seen in run]
    for number, seen in enumerate(run):
        known[number] |= _reworded(seen, _open(seen, known[number]), left[seen.path])
    gone = _gone(by_path, run, root)
    new = [number for number, seen in enumerate(run) if seen.path not in by_path and _open(seen, known[number])]
    if new:
        left.update((path, _left(by_path[path])) for path in gone)
        for number, path in _renamed(run, new, {path: left[path] for path in sorted(gone)}):
            known[number] = _taken(run[number], _open(run[number], set()), left[path])
    ran: dict[str, frozenset[str]] = {}
    for seen in run:
        ran[seen.path] = ran.get(seen.path, frozenset()) | seen.file.ran
    rest = [
        entry
        for path, some in by_path.items()
        for entry in ((each for same in left[path].values() for each in same.values()) if path in left else some)
    ]
    missed = gone if searched is None else _below(gone, root, searched)
    stale = {entry for entry in rest if entry.path in missed or entry.code in ran.get(entry.path, ())}
    told = list(zip(run, known, strict=True))
    return Compared(
        tuple(_marked(seen.file, numbers) for seen, numbers in told),
        tuple(seen.entry(number) for seen, numbers in told for number in sorted(numbers)),
        tuple(seen.entry(number) for seen, numbers in told for number in _open(seen, numbers)),
        tuple(sorted(stale)),
        tuple(dict.fromkeys(entry for entry in rest if entry not in stale)),
    )


def path_in(root: str, file: FileResult) -> str:
    """The path of a file from an absolute folder; one outside of it keeps the path that it has in its repository."""
    if file.path == STDIN:
        return STDIN
    found = relative(os.path.abspath(file.shown), root)
    return file.path if os.path.isabs(found) else found


def _left(entries: Iterable[Entry]) -> _Left:
    found: _Left = {}
    for entry in sorted(entries):
        found.setdefault(entry.identity, {})[entry.occurrence] = entry
    return found


def _taken(seen: _Seen, numbers: Iterable[int], left: _Left) -> set[int]:
    """The findings that entries stand for, which are taken away."""
    found = set()
    for number in numbers:
        same = left.get(seen.identities[number])
        if same and seen.file.findings[number].suppressed is None:
            del same[min(same)]
            found.add(number)
    return found


def _reworded(seen: _Seen, numbers: list[int], left: _Left) -> set[int]:
    """The findings whose line has been changed a little since the entry that stands for them, which is taken away."""
    places = Counter((identity.code, identity.where) for identity, same in left.items() if same)
    wanted = [number for number in numbers if 0 < places[seen.identities[number][:2]] <= _MOST_REWORDED]
    found: set[int] = set()
    for number in wanted[:_MOST_REWORDED]:
        place, words = seen.identities[number][:2], _words(context(seen.file.findings[number], seen.file))
        alike = [
            (-_alike(words, entry.text), occurrence, identity)
            for identity, same in left.items()
            if identity[:2] == place
            for occurrence, entry in same.items()
        ]
        best = min(alike, default=None)
        if best is not None and -best[0] >= ALIKE:
            del left[best[2]][best[1]]
            found.add(number)
    return found


def _alike(words: Counter[str], text: str) -> float:
    """The part of the words that two lines have in common."""
    others = _words(text)
    return 2 * (words & others).total() / max(words.total() + others.total(), 1)


def _words(line: str) -> Counter[str]:
    """The words of a line without quotes: a fix puts some round a version, or round all of a command."""
    return Counter(line.translate(_UNQUOTED).split())


def _open(seen: _Seen, known: set[int]) -> list[int]:
    """The findings that no entry stands for, and no comment suppresses."""
    found = enumerate(seen.file.findings)
    return [number for number, finding in found if number not in known and finding.suppressed is None]


def _marked(file: FileResult, known: set[int]) -> FileResult:
    found = enumerate(file.findings)
    return file._replace(
        findings=tuple(each._replace(left_out=BASELINE) if number in known else each for number, each in found)
    )


def _gone(by_path: Iterable[str], run: list[_Seen], root: str) -> set[str]:
    """The paths of entries where there is no file any more."""
    linted = {seen.path for seen in run if seen.file.kind}
    roots = {root, *(git_root(os.path.dirname(os.path.abspath(seen.file.shown))) or root for seen in run)}
    return {
        path
        for path in by_path
        if path not in linted and not any(os.path.lexists(os.path.join(folder, path)) for folder in roots)
    }


def _below(paths: Iterable[str], root: str, searched: Sequence[str]) -> set[str]:
    """Those of paths from an absolute folder that lie in one of the searched ones."""
    folders = tuple(os.path.join(os.path.abspath(folder), "") for folder in searched)
    return {path for path in paths if os.path.normpath(os.path.join(root, path)).startswith(folders)}


def _renamed(run: list[_Seen], new: list[int], gone: dict[str, _Left]) -> Iterator[tuple[int, str]]:
    """Files without entries and the paths that they had: those with the most findings in common, one for one."""
    holders: dict[Identity, list[str]] = {}
    for path, left in gone.items():
        for identity in left:
            holders.setdefault(identity, []).append(path)
    common: Counter[tuple[int, str]] = Counter()
    for number in new:
        wanted = Counter(run[number].identities[each] for each in _open(run[number], set()))
        for identity, times in wanted.items():
            for path in holders.get(identity, ()):
                common[number, path] += min(times, len(gone[path][identity]))
        if len(common) > _MOST_PAIRS:
            return

    def order(pair: tuple[int, str]) -> tuple[int, int, str, str]:
        number, path = pair
        return -common[pair], -_steps_in_common(run[number].path, path), path, run[number].path

    taken: set[int | str] = set()
    for number, path in sorted(common, key=order):
        if not {number, path} & taken:
            taken |= {number, path}
            yield number, path


def _steps_in_common(one: str, other: str) -> int:
    """How many of the last steps of two paths are the same."""
    steps = zip(reversed(one.split("/")), reversed(other.split("/")), strict=False)
    return next((number for number, (mine, yours) in enumerate(steps) if mine != yours), 0)
