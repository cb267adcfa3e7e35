"""Applies the fixes that findings carry: byte-minimal, guarded, atomic.

Before a fix is written, ruamel.yaml loads the old and the new text: outside the places that the fixed findings
name, their data must be the same.
"""

from __future__ import annotations

import difflib
import io
import os
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from cblint import identity
from cblint.candidates import candidates_of
from cblint.config import ConfigError
from cblint.config.files import lies_within
from cblint.finding import Edit, Finding, ValueChange
from cblint.hiding import Hiding
from cblint.hosted_fixes import MOST_CHARACTERS, MOST_READINGS, HostedFile, Reader, Taken, edited, overlap
from cblint.hosts.discover import Candidate, git_root
from cblint.linter import Settings, held_in, lint_text, reader_of
from cblint.opening import NotBuildspec
from cblint.records import NamedTuple
from cblint.source import replacing
from cblint.source.file import MAX_BYTES, Unreadable, decode
from cblint.source.loader import TooComplex, load
from cblint.source.text import Span, Text
from cblint.source.tree import Mapping, walk
from cblint.typing import Any

_PASSES = 50
"""One fix can make room for another that overlapped it. One after which the same is said again is taken back."""
MOST_LINTED = 1_000_000
"""Characters that are linted for the fixes of one file: each pass mends no more than a rule may find in one."""
MOST_NODES = 50_000
"""In a file that is fixed: ruamel.yaml takes seconds for them."""


class Refused(Exception):
    """A fix that must not be written; ``str()`` says why."""


class Change(NamedTuple):
    """What became of one file: how many findings were fixed, the patch, or why it was left alone.

    ``masked``: a secret is hidden in the patch, which can then be read but not be applied.
    """

    path: str
    fixed: int = 0
    patch: tuple[str, ...] = ()
    refused: str = ""
    masked: bool = False


def fix_files(paths: Sequence[str], settings: Settings, unsafe: bool, write: bool) -> list[Change]:
    """Fix every file of a run; with ``write`` false only the patches are made."""
    changes = (_fix_file(candidate, settings, unsafe, write) for candidate in candidates_of(paths, settings))
    return [change for change in changes if change.fixed or change.refused]


def _fix_file(candidate: Candidate, settings: Settings, unsafe: bool, write: bool) -> Change:
    try:
        if not os.path.isfile(candidate.path):  # a pipe would wait for somebody to write to it
            return Change(candidate.path)
        with open(candidate.path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError:
        return Change(candidate.path)  # the lint that follows says so
    change, new = fix_bytes(data, candidate, settings, unsafe)
    try:
        if change.fixed and write:
            _replace(candidate.path, data, new)
    except Refused as error:
        return Change(candidate.path, refused=str(error))
    except OSError as error:
        return Change(candidate.path, refused=f"it cannot be written: {error.strerror or error}")
    return change


def fix_bytes(data: bytes, candidate: Candidate, settings: Settings, unsafe: bool) -> tuple[Change, bytes]:
    """What becomes of a file that holds these bytes, and its bytes then."""
    try:
        old = decode(data)
    except Unreadable:
        return Change(candidate.path), data  # the lint that follows says so
    text, fixed, refused, futile = old, 0, "", set[_Complaint]()
    last = _Pass(old, Counter(), ())
    try:
        read = reader_of(candidate.path, settings)
        for _ in range(max(min(_PASSES, MOST_LINTED // (len(text) + 1)), 3)):
            result = lint_text(text, candidate, settings)
            said = Counter(_complaint(text, finding) for finding in result.findings)
            vain = last.in_vain(text, said, result.findings)
            if vain:
                text, fixed, futile = last.text, fixed - len(last.kept), futile | vain
                last = _Pass(text, Counter(), ())
                continue
            findings = [finding for finding in result.findings if _complaint(text, finding) not in futile]
            mended, kept = _fixed(text, findings, unsafe, read)
            fixed += len(kept)
            text, last = mended, _Pass(text, said, kept)
            if not kept:
                break
        else:
            refused = "it is large and there may be more to fix: run it again"
    except ConfigError:
        return Change(candidate.path), data  # the lint that follows says so
    except Refused as error:
        refused = str(error)
    hiding = _hiding(old, candidate.path, settings) if fixed or refused else None
    refused = hiding.hidden(refused) if hiding is not None else ""
    if not fixed or hiding is None:
        return Change(candidate.path, refused=refused), data
    new = _encoded(data, text)
    patch = tuple(_diff(data, new, result.path))
    shown = tuple(hiding.hidden(line) if line.startswith(_OF_TEXT) else line for line in patch)
    return Change(candidate.path, fixed, shown, refused, shown != patch), new


_Complaint = tuple[str, str, str, str, tuple[str, ...]]
"""What a finding says, where, of which line, and what its fix writes: alike before and after one that mends nothing.

Where it stands tells it from one of an alike line elsewhere, of which nothing was said before.
"""
_NEAR = 500
"""So many characters of a line tell it from others; one of a whole file is not copied for each finding."""


class _Pass(NamedTuple):
    """A text, what was said of it, and the findings that were fixed in it."""

    text: str
    said: Counter[_Complaint]
    kept: Sequence[Finding]

    def in_vain(self, text: str, said: Counter[_Complaint], findings: Sequence[Finding]) -> set[_Complaint]:
        """What is said again of the text that became of it, though it was fixed: there, or of what fixes have written.

        The same of an alike line elsewhere is new.
        """
        complaints = [(_complaint(self.text, finding), finding.span.start) for finding in self.kept]
        again = [(each, start) for each, start in complaints if said[each] >= self.said[each]]
        if not again:
            return set()
        edits = sorted({(*edit.span, edit.text) for each in self.kept if each.fix for edit in each.fix.edits})
        places = {(each, _moved(edits, start)) for each, start in again}
        written = [
            range(at := _moved(edits[:number], start), at + len(new)) for number, (start, _, new) in enumerate(edits)
        ]
        here = [(_complaint(text, finding), finding.span.start) for finding in findings]
        vain = {each for each, _ in again}
        return {
            each for each, at in here if each in vain and ((each, at) in places or any(at in new for new in written))
        }


def _moved(edits: Iterable[tuple[int, int, str]], offset: int) -> int:
    """Where a place is when edits that end before it are made."""
    return offset + sum(len(new) - (end - start) for start, end, new in edits if end <= offset)


def _complaint(text: str, finding: Finding) -> _Complaint:
    start = finding.span.start
    before, after = text[max(start - _NEAR, 0) : start], text[start : start + _NEAR]
    line = before.rpartition("\n")[2] + after.partition("\n")[0]
    edits = tuple(edit.text for edit in finding.fix.edits) if finding.fix else ()
    return finding.rule, finding.message, identity.place(finding), line, edits


_OF_TEXT = (" ", "-", "+")
"""How those lines of a patch begin that are lines of the file; so do those that name it."""


def _hiding(text: str, path: str, settings: Settings) -> Hiding:
    try:
        return Hiding(text, held_in(text, path, settings).subjects)
    except (NotBuildspec, TooComplex, ConfigError):
        return Hiding(text)


def fixed_text(text: str, findings: Sequence[Finding], unsafe: bool, read: Reader = lambda _: None) -> tuple[str, int]:
    """The text with every applicable fix, and how many findings that mends.

    ``read`` tells what a file of another format holds. Of fixes that overlap, the first in the file is applied; of
    those that may not be, none. In what is not valid YAML, only that is mended. Raises Refused where nothing is left.
    """
    new, kept = _fixed(text, findings, unsafe, read)
    return new, len(kept)


def _fixed(text: str, findings: Sequence[Finding], unsafe: bool, read: Reader) -> tuple[str, list[Finding]]:
    broken = [finding for finding in findings if finding.rule == _SYNTAX]
    chosen = _compatible(broken or findings, unsafe)
    if broken and not chosen and _compatible(findings, unsafe):
        raise Refused("it is not valid YAML, and that has to be mended by hand first")
    kept, new = list[Finding](), text
    reasons, last = dict[str, None](), ""
    waiting = [chosen] if chosen else []
    # By halves, so that one among many costs few readings; what they are too few for is left for the next pass.
    for _ in range(max(min(MOST_READINGS, MOST_CHARACTERS // (len(text) + 1)), 1)):
        if not waiting:
            break
        part = waiting.pop()
        try:
            new = _applied(text, [*kept, *part], read)
            kept += part
        except Refused as error:
            last = str(error)
            if len(part) == 1:
                reasons[last] = None
            else:
                waiting += [part[len(part) // 2 :], part[: len(part) // 2]]
    if chosen and not kept:
        raise Refused("; ".join(reasons) or last)
    return new, kept


_SYNTAX = "yaml-syntax-error"


def _compatible(findings: Sequence[Finding], unsafe: bool) -> list[Finding]:
    """The findings to fix: not suppressed, allowed, their edits apart from one another."""
    chosen: list[Finding] = []
    taken = Taken()
    for finding in findings:
        fix = finding.fix
        if fix is None or finding.suppressed is not None or not (fix.safe or unsafe):
            continue
        if not any(_clash(edit.span, kept) for edit in fix.edits for kept in taken.beside(edit.span)):
            chosen.append(finding)
            taken.add(edit.span for edit in fix.edits)
    return chosen


def _clash(span: Span, other: Span) -> bool:
    """Whether the ranges of two edits overlap, or are one place: what two findings put there may be the same."""
    return span == other or overlap(span, other)


def _applied(text: str, findings: list[Finding], read: Reader) -> str:
    """The text with the fixes of these findings. Raises Refused if that changes anything else."""
    fixes = [(finding.where, finding.fix) for finding in findings if finding.fix is not None]
    new = edited(text, [Edit(edit.span, edit.text) for _, fix in fixes for edit in fix.edits])
    changes = [change for _, fix in fixes for change in fix.changes]
    if any(finding.rule == _SYNTAX for finding in findings):
        _data(new)  # there is nothing to compare it with, but it has to be YAML now
    elif changes:
        _guard_values(HostedFile(text, read), new, changes, [place for _, fix in fixes for place in fix.places])
    else:
        _guard(text, new, [place for where, fix in fixes for place in (where, *fix.places)])
    return new


def _guard_values(file: HostedFile, new: str, changes: list[ValueChange], allowed: list[str]) -> None:
    """Raise Refused unless a file of another format then says what it did but for the values that are changed.

    Of a value that is a buildspec, only the places allowed may.
    """
    if not file.becomes(new, changes):
        raise Refused("the fix would also change something else in the file")
    for place, value in file.values_after(changes).items():
        if allowed and "\n" in file.value(*place):
            _guard(file.value(*place), value, allowed)


def _guard(old: str, new: str, places: list[str]) -> None:
    """Raise Refused unless the data of both texts differ only at or below the places."""
    before, after = _data(old), _data(new)
    allowed = frozenset(places)
    if len(before) != len(after):
        raise Refused("the fix would change how many documents the file has")
    if _counted(new).repeated > _counted(old).repeated:
        raise Refused("the fix would give a key twice")
    for one, other in zip(before, after, strict=True):
        for path in differences(one, other):
            if _places_round(path).isdisjoint(allowed):
                raise Refused(f"the fix would also change {path or 'the whole file'}")
        if _is_emptied(one, other):
            raise Refused("nothing would be left of a list or a mapping but its key")


def _places_round(path: str) -> set[str]:
    """A place and those that hold it."""
    return {path, *(path[: mark.start()] for mark in re.finditer(r"[.\[]", path))}


def _is_emptied(old: Any, new: Any) -> bool:
    """Whether nothing is left of a list or a mapping in a document, as when each of several fixes takes out a part."""
    stack, seen = [(old, new)], set()
    while stack:
        one, other = stack.pop()
        if not isinstance(one, (dict, list)) or not one or (id(one), id(other)) in seen:
            continue
        seen.add((id(one), id(other)))
        if other is None:
            return True
        if isinstance(one, dict) and isinstance(other, dict):
            stack += [(value, other[name]) for name, value in one.items() if name in other]
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            stack += zip(one, other, strict=True)
    return False


class _Counted(NamedTuple):
    """How many nodes a text has, and how many keys stand in a mapping that has them already."""

    nodes: int
    repeated: int


@lru_cache(maxsize=2)
def _counted(text: str) -> _Counted:
    try:
        nodes = [node for document in load(Text.of(text)).documents for node in walk(document.root)]
    except TooComplex:
        raise Refused("it nests too deep or is too large to check what a fix changes") from None
    names = [[pair.name for pair in node.pairs] for node in nodes if isinstance(node, Mapping)]
    return _Counted(len(nodes), sum(len(each) - len(set(each)) for each in names))


@lru_cache(maxsize=2)
def _data(text: str) -> tuple[Any, ...]:
    """The documents of a text, which nobody changes: many fixes are held to the same one. Raises Refused."""
    if _counted(text).nodes > MOST_NODES:
        raise Refused(f"it has more than {MOST_NODES:,} values, too many to check what a fix changes")
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    loader = YAML(typ="rt", pure=True)
    loader.allow_duplicate_keys = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # YAML lets an anchor be used again
            return tuple(loader.load_all(io.StringIO(text)))
    except (YAMLError, ValueError, TypeError, RecursionError) as error:  # the key of a key is not known to it
        raise Refused(f"ruamel.yaml cannot load it ({type(error).__name__}), so the fix cannot be checked") from None


def differences(old: Any, new: Any) -> Iterator[str]:
    """Where two loaded documents differ, as paths of the old one; what aliases share is compared at its anchor."""
    yield from _differences(old, new, "", set())


def _differences(old: Any, new: Any, path: str, seen: set[tuple[int, int]]) -> Iterator[str]:
    if isinstance(old, (dict, list)) or hasattr(old, "yaml_anchor"):
        pair = id(old), id(new)
        if pair in seen:
            return
        seen.add(pair)
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _differing_keys(old, new, path, seen)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (value, changed) in enumerate(zip(old, new, strict=True)):
            yield from _differences(value, changed, f"{path}[{number}]", seen)
    elif type(old) is not type(new) or not _equal(old, new):
        yield path


def _differing_keys(old: dict[Any, Any], new: dict[Any, Any], path: str, seen: set[tuple[int, int]]) -> Iterator[str]:
    """Where two mappings differ: keys in other words are told as they were, others more or fewer by the mapping."""
    pairs = list(zip(old, new, strict=False))
    renamed = {(name, other) for name, other in pairs if name != other}
    if len(old) != len(new) or any(name in new or other in old for name, other in renamed):
        yield path
        pairs = [(name, name) for name in old if name in new]
        renamed = set()
    for name, other in pairs:
        below = f"{path}.{name}" if path else str(name)
        if (name, other) in renamed:
            yield below
        yield from _differences(old[name], new[other], below, seen)


def _equal(old: Any, new: Any) -> bool:
    """Whether two leaves are the same, those included that Python compares by identity or not at all."""
    from ruamel.yaml.comments import TaggedScalar

    if isinstance(old, TaggedScalar):
        return bool(old.value == new.value and str(old.tag) == str(new.tag))
    return bool(old == new or (old != old and new != new))  # .nan


def _diff(old: bytes, new: bytes, path: str) -> Iterator[str]:
    """A unified diff that ``git apply`` accepts anywhere in the repository, and ``patch -p1`` at its root."""
    names = _patch_name("a", path), _patch_name("b", path)
    for line in difflib.unified_diff(_lines(old.decode()), _lines(new.decode()), *names):
        yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"


def _patch_name(side: str, path: str) -> str:
    """A name as git writes it: one that would spoil the line is quoted, one with a blank ends in a tab."""
    name = f"{side}/{path.lstrip('/')}"
    if name.isprintable() and not {'"', "\\"} & set(name):
        return f"{name}\t" if " " in name else name
    escaped = [
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\{byte:03o}"
        for byte in name.encode("utf-8", "surrogateescape")
    ]
    return f'"{"".join(escaped)}"'


def _lines(text: str) -> list[str]:
    return io.StringIO(text, newline="\n").readlines()


def _encoded(old: bytes, text: str) -> bytes:
    """The text with the byte order mark that the file had."""
    bom = b"\xef\xbb\xbf"
    return (bom if old.startswith(bom) else b"") + text.encode()


def _replace(path: str, old: bytes, new: bytes) -> None:
    """Write the file in one step, if it is still what was read. Raises Refused and OSError."""
    target = os.path.realpath(path)
    root = git_root(os.path.dirname(os.path.abspath(path)))
    if root is not None and not lies_within(path, root):
        raise Refused("a link leads from it out of the repository")
    with open(target, "rb") as file:
        if file.read() != old:
            raise Refused("it was changed in the meantime")
    replacing.replace(target, new)
