"""Git's own files, written without git: objects, packs of them with their index, and the index of a work tree.

Formats: gitformat-pack(5), gitformat-index(5) and the chapter "Git Objects" of Pro Git. All of it is of version 2, with
SHA-1, and nothing in a pack is stored as the difference to something else.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

BLOB, TREE, COMMIT = "blob", "tree", "commit"
_NUMBERS = {COMMIT: 1, TREE: 2, BLOB: 3}
_FASTEST = 1
"""How hard zlib tries: a fleet is made often and kept briefly."""
_EXECUTABLE, _REGULAR = 0o100755, 0o100644


class Object(NamedTuple):
    """An object of a repository: ``kind`` is one of the above, ``content`` comes without git's header."""

    kind: str
    content: bytes


Objects = dict[bytes, Object]
"""By the 20 bytes of their names."""


class Snapshot(NamedTuple):
    """Files as git keeps them: the name of the uppermost tree, and all trees and blobs."""

    root: bytes
    objects: Objects
    blobs: dict[str, bytes]
    """The names of the blobs by the paths of the files."""


def add(objects: Objects, kind: str, content: bytes) -> bytes:
    """Put an object to others; its name."""
    name = _name(kind, content)
    objects[name] = Object(kind, content)
    return name


def snapshot(files: Mapping[str, bytes]) -> Snapshot:
    """Files by their paths, with forward slashes, as objects."""
    objects: Objects = {}
    blobs = {path: add(objects, BLOB, content) for path, content in files.items()}
    folders: dict[str, dict[str, tuple[int, bytes]]] = {"": {}}
    for path, name in blobs.items():
        folder, _, own = path.rpartition("/")
        folders.setdefault(folder, {})[own] = (mode_of(path), name)
        while folder and folder.rpartition("/")[0] not in folders:
            folder = folder.rpartition("/")[0]
            folders[folder] = {}
    for folder in sorted(filter(None, folders), key=lambda each: -each.count("/")):
        above, _, own = folder.rpartition("/")
        folders[above][own] = (0o40000, _tree(objects, folders[folder]))
    return Snapshot(_tree(objects, folders[""]), objects, blobs)


def mode_of(path: str) -> int:
    """The mode that git keeps for a file: scripts can be run."""
    return _EXECUTABLE if path.endswith(".sh") else _REGULAR


def _tree(objects: Objects, entries: Mapping[str, tuple[int, bytes]]) -> bytes:
    def order(entry: tuple[str, tuple[int, bytes]]) -> bytes:
        return entry[0].encode() + (b"/" if entry[1][0] == 0o40000 else b"")

    ordered = sorted(entries.items(), key=order)
    return add(objects, TREE, b"".join(b"%o %s\0%s" % (mode, own.encode(), name) for own, (mode, name) in ordered))


def commit(objects: Objects, root: bytes, parents: Iterable[str], who: str, when: int, message: str) -> str:
    """Put a commit to other objects; its name in 40 hexadecimal digits. ``when`` is in seconds since 1970."""
    lines = [f"tree {root.hex()}", *(f"parent {parent}" for parent in parents)]
    lines += [f"author {who} {when} +0000", f"committer {who} {when} +0000", "", message, ""]
    return add(objects, COMMIT, "\n".join(lines).encode()).hex()


def loose(each: Object) -> bytes:
    """An object as a file of its own."""
    return zlib.compress(_header(each.kind, each.content) + each.content, _FASTEST)


def pack(objects: Objects) -> tuple[str, bytes, bytes]:
    """Objects as a pack: its name, the pack and the index of it."""
    names = sorted(objects)
    parts = [b"PACK" + struct.pack(">II", 2, len(names))]
    offsets, checks, at = [], [], 12
    for name in names:
        part, check = _packed(*objects[name])
        parts.append(part)
        offsets.append(at)
        checks.append(check)
        at += len(part)
    body = b"".join(parts)
    trailer = hashlib.sha1(body).digest()
    counts = [0] * 256
    for name in names:
        counts[name[0]] += 1
    total = 0
    fan = [total := total + count for count in counts]
    number = len(names)
    index = b"".join(
        [
            b"\xfftOc" + struct.pack(">I", 2),
            struct.pack(">256I", *fan),
            *names,
            struct.pack(f">{number}I", *checks),
            struct.pack(f">{number}I", *offsets),
            trailer,
        ]
    )
    return trailer.hex(), body + trailer, index + hashlib.sha1(index).digest()


@lru_cache(20_000)
def _name(kind: str, content: bytes) -> bytes:
    return hashlib.sha1(_header(kind, content) + content).digest()


def _header(kind: str, content: bytes) -> bytes:
    return f"{kind} {len(content)}\0".encode()


@lru_cache(20_000)
def _packed(kind: str, content: bytes) -> tuple[bytes, int]:
    """An object as a pack has it, and the check sum that the index has of that."""
    size = len(content)
    head = [_NUMBERS[kind] << 4 | size & 15]
    size >>= 4
    while size:
        head[-1] |= 128
        head.append(size & 127)
        size >>= 7
    part = bytes(head) + zlib.compress(content, _FASTEST)
    return part, zlib.crc32(part)


def work_tree_index(files: Mapping[str, bytes], blobs: Mapping[str, bytes]) -> bytes:
    """The index of a work tree with those files: of a file's state only its size, so that no two runs differ."""
    parts = [b"DIRC" + struct.pack(">II", 2, len(files))]
    for path in sorted(files, key=str.encode):
        name = path.encode()
        entry = struct.pack(">10I20sH", 0, 0, 0, 0, 0, 0, mode_of(path), 0, 0, len(files[path]), blobs[path], len(name))
        parts.append(entry + name + b"\0" * (8 - (len(entry) + len(name)) % 8))
    body = b"".join(parts)
    return body + hashlib.sha1(body).digest()
