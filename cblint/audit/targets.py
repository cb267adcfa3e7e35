"""From what somebody names to the repositories to look at: folders, lists, archives, tables and addresses."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote, urlsplit

from cblint.audit.archives import is_archive, stem
from cblint.audit.model import ADDRESS, ARCHIVE, BARE, CLONE, FOLDER, ROWS, Unit, storable
from cblint.audit.refs import Head, is_bare, remote_of
from cblint.audit.tables import Spool, is_table, spooled
from cblint.hosts.discover import NEVER
from cblint.records import NamedTuple
from cblint.source.file import Unreadable, read
from cblint.wording import counted

_SOURCES = (".yml", ".yaml", ".json", ".tf", ".md")


_OTHERS = (".csv", ".tsv", ".xls", ".xlsx", ".avro", ".orc", ".db", ".sqlite", ".html", ".sarif")


class NoTarget(Exception):
    """What is named can hold no repositories. ``str()`` is a sentence."""


class Ways(NamedTuple):
    """What is done with targets that are not simply there.

    ``fetches``: addresses may be cloned. ``spool`` makes room for the rows of a table: a database and its
    path. ``say`` tells of rows that are left out, in a sentence.
    """

    fetches: bool
    spool: Callable[[], tuple[str, Spool]]
    say: Callable[[str], None]


def units_of(targets: Sequence[str], ways: Ways) -> Iterator[Unit]:
    """The repositories of all targets, each once and under a name of its own, in an order that stays.

    Raises NoTarget for what is named wrongly.
    """
    seen: set[str] = set()
    names: set[str] = set()
    for target in targets:
        for unit in _units(target, ways, lists=True):
            place = f"{os.path.realpath(unit.path)}\0{unit.key}"
            if place in seen:
                continue
            seen.add(place)
            name = next(each for each in _names(unit) if each not in names)
            names.add(name)
            yield unit._replace(name=name, shown=storable(unit.shown), url=storable(unit.url))


def _names(unit: Unit) -> Iterator[str]:
    """What a repository may be called: as it is known; if another has that name, with where it is; or with a number."""
    name, shown = storable(unit.name), storable(unit.shown)
    yield name
    yield f"{name} ({shown})"
    yield from (f"{name} ({shown}, {number})" for number in itertools.count(2))


def _units(target: str, ways: Ways, lists: bool) -> Iterator[Unit]:
    if is_address(target):
        yield _cloned(target, ways)
    elif os.path.isdir(target):
        yield from _in_folder(target)
    elif not os.path.lexists(target):
        yield _unit(FOLDER, target, "")._replace(name=os.path.normpath(target))  # it is told of as one that is gone
    elif is_archive(target):
        yield _unit(ARCHIVE, target, "")._replace(name=stem(target))
    elif is_table(target):
        yield from _in_table(target, ways)
    elif target.lower().endswith(_OTHERS):
        raise NoTarget(f"{target} is no table that cblint reads: these are .jsonl, .jsonl.gz and .parquet.")
    elif not lists:
        raise NoTarget(f"{target} is a file, and no archive or table of repositories.")
    elif target.lower().endswith(_SOURCES):
        raise NoTarget(f'{target} is a file to lint: "cblint check" does that, and an audit looks at repositories.')
    else:
        for line in _lines(target):
            yield from _units(line, ways, lists=False)


def _lines(path: str) -> list[str]:
    """The targets in a list, from its folder on; a line that is empty or begins with # is none. Raises NoTarget."""
    try:
        text = read(path, True)
    except Unreadable as error:
        raise NoTarget(f"{path} {error}.") from None
    lines = (line.strip() for line in text.splitlines())
    found = [line for line in lines if line and not line.startswith("#")]
    return [line if is_address(line) else os.path.normpath(os.path.join(os.path.dirname(path), line)) for line in found]


# Folders


def _in_folder(target: str) -> Iterator[Unit]:
    """The repositories in a folder: itself, or those in it; what of it holds none is one for each of its folders."""
    itself = _repository(target, "")
    if itself is not None:
        yield itself
        return
    folders, archives = _entries(target)
    found: list[Unit] = []
    lone: list[Unit] = []
    for folder in folders:
        inside = list(_below(folder, target))
        found += inside
        is_lone = not inside and not os.path.basename(folder).startswith(".")
        lone += [_unit(FOLDER, folder, target)] if is_lone else []
    found += [_archive(path, target) for path in archives]
    yield from [*found, *lone] if found else [_unit(FOLDER, target, "")]


def _below(folder: str, target: str) -> Iterator[Unit]:
    """The repositories in a folder below a target, sorted; what is in one of them is part of it."""
    stack = [folder]
    while stack:
        current = stack.pop()
        unit = _repository(current, target)
        if unit is not None:
            yield unit
            continue
        folders, archives = _entries(current)
        yield from (_archive(path, target) for path in archives)
        stack += reversed(folders)


def _entries(folder: str) -> tuple[list[str], list[str]]:
    """The folders in a folder, and the archives, sorted; links are neither."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return [], []
    folders = [each.path for each in entries if each.is_dir(follow_symlinks=False) and each.name not in NEVER]
    return folders, [each.path for each in entries if each.is_file(follow_symlinks=False) and is_archive(each.name)]


def _repository(folder: str, target: str) -> Unit | None:
    """The repository that a folder is; None if it is none that git knows."""
    if os.path.lexists(os.path.join(folder, ".git")):
        return _unit(CLONE, folder, target, remote_of(folder))
    return _unit(BARE, folder, target, remote_of(folder)) if is_bare(folder) else None


def _archive(path: str, target: str) -> Unit:
    unit = _unit(ARCHIVE, path, target)
    return unit._replace(name=os.path.join(os.path.dirname(unit.name), stem(path)).replace(os.sep, "/"))


def _unit(kind: str, path: str, target: str, url: str = "") -> Unit:
    """A repository; without an address it is known by its path from the target, or by its own name if it is that."""
    full = os.path.abspath(path)
    name = os.path.relpath(path, target).replace(os.sep, "/") if target else os.path.basename(full) or full
    return Unit(name_of(url) or name.removesuffix(".git"), kind, path, full, shown_of(url))


# Addresses


def is_address(target: str) -> bool:
    """Whether a target is a repository somewhere else: ``https://host/path``, ``user@host:path``."""
    return "://" in target or (_parts(target) is not None and not os.path.lexists(target))


def _cloned(address: str, ways: Ways) -> Unit:
    if not ways.fetches:
        raise NoTarget(f"{shown_of(address)} is an address: nothing is fetched without --clone FOLDER.")
    return Unit(name_of(address) or shown_of(address), ADDRESS, shown_of(address), "", shown_of(address), address)


_SCP = r"(?:[^@/:\s]+@)?([^@/:\s]{2,}):(?!//)(.+)"
"""``user@host:path``; one letter before a colon is a drive of Windows."""
_PORTS = {"https": 443, "http": 80, "ssh": 22, "git": 9418}
"""What is meant where an address names no port."""
_HOST = r"(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d+)?"


def _parts(address: str) -> tuple[str, str] | None:
    """The host and the path of an address; None where it has none."""
    if "://" in address:
        try:
            split = urlsplit(address)
            host = split.hostname or ""
            host = f"[{host}]" if ":" in host else host
            host = f"{host}:{split.port}" if split.port and split.port != _PORTS.get(split.scheme) else host
        except ValueError:
            return None
        return (host, split.path) if split.path.strip("/") else None
    found = re.fullmatch(_SCP, address)
    return (found.group(1).lower(), found.group(2)) if found is not None else None


def name_of(address: str) -> str:
    """What a repository is known by: ``host/path``, without ``.git``, whoever asks and however; empty if unknown."""
    parts = _parts(address if "://" in address else _without_password(address))
    if parts is None:
        return ""
    host, path = parts
    found = _without_password(path.strip("/").removesuffix(".git").strip("/"))
    return f"{host}/{found}" if host and found else found


def shown_of(address: str) -> str:
    """An address without the name and the password of whoever uses it, and what is behind a question mark."""
    shown = re.sub(r"(?s)^([A-Za-z][\w+.-]*://)(?:[^/?#]*@)?([^?#]*).*", r"\1\2", address)
    return _without_password(shown)


def _without_password(address: str) -> str:
    """The same without ``user:password@``, wherever it stands: git takes more for an address than anybody parses."""
    return "".join(_host_in(step) for step in re.split(r"([/\s])", address))


def _host_in(step: str) -> str:
    return step[step.rfind("@") + 1 :] if 0 <= step.find(":") < step.rfind("@") else step


def web_of(address: str) -> str:
    """Where people look at a repository in a browser, as an address that can stand anywhere; empty if not known."""
    parts = _parts(address)
    scheme = urlsplit(address).scheme if parts is not None and "://" in address else "ssh"
    if parts is None or scheme not in ("http", "https", "ssh", "git") or not re.fullmatch(_HOST, parts[0]):
        return ""
    host, path = parts
    is_web = scheme in ("http", "https")
    host = host if is_web else re.sub(r":\d+$", "", host)
    found = quote(path.strip("/").removesuffix(".git"), safe="/~%:@+!$*,;=", errors="replace")
    return f"{scheme if is_web else 'https'}://{host}/{found}" if "." in host or is_web else ""


# Tables


def _in_table(target: str, ways: Ways) -> Iterator[Unit]:
    path, spool = ways.spool()
    try:
        for sentence in spooled(target, spool):
            ways.say(f"{target}: {sentence}")
    except Unreadable as error:
        raise NoTarget(f"{target} {str(error).removesuffix('.')}.") from None
    for name in spool.repositories():
        about = spool.about(name)
        unknown = len(spool.unknown(name))
        called = shown_of(name) if "://" in name else name
        if unknown:
            ways.say(f"{target}: {called}: left out, as the table has no content of it: {counted(unknown, 'file')}.")
        shown, url = f"{target}: {called}", shown_of(about.url)
        yield Unit(called, ROWS, shown, path, url, name, Head(about.branch, about.commit))
