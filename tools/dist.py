"""The source distribution and the wheel of a release: built from what git tracks, and the same bytes wherever that is.

``python -m tools.dist`` writes both to ``dist/``; with ``--check`` they are built in two folders that have nothing in
common but the files, and compared.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from typing import NamedTuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_MEMBERS_SHOWN = 10


class Place(NamedTuple):
    """Circumstances in which nothing of a build may show."""

    folder: str
    umask: int
    modified: int
    variables: Mapping[str, str]
    has_bytecode: bool


HERE = Place("a", 0o022, 1_000_000_000, {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC"}, False)
THERE = Place(
    "another folder/of a longer name",
    0o077,
    1_500_000_001,
    {"PYTHONHASHSEED": "2", "LC_ALL": "C", "TZ": "Pacific/Auckland", "PYTHONUTF8": "0"},
    True,
)
"""Another folder, other rights, times, locale, zone and order of sets, and what Python leaves behind."""


def commit_time() -> str:
    """When the commit was made that is built, in seconds: what files of a distribution bear as their time."""
    return os.environ.get("SOURCE_DATE_EPOCH") or _git("log", "-1", "--format=%ct").strip()


def tracked() -> list[str]:
    """The files that git knows, as far as they are there."""
    names = _git("ls-files", "-z").split("\0")
    return [name for name in names if name and os.path.lexists(os.path.join(ROOT, name))]


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def laid_out(folder: str, place: Place) -> str:
    """A copy of what git tracks in a folder of a place."""
    root = os.path.join(folder, place.folder)
    names = tracked()
    for name in names if place is HERE else reversed(names):  # folders list their files in the order of creation
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copyfile(os.path.join(ROOT, name), path, follow_symlinks=False)
        os.utime(path, (place.modified, place.modified), follow_symlinks=False)
        if not os.path.islink(path):
            is_program = os.access(os.path.join(ROOT, name), os.X_OK)
            os.chmod(path, (0o777 if is_program else 0o666) & ~place.umask)
    if place.has_bytecode:
        subprocess.run([sys.executable, "-m", "compileall", "-q", os.path.join(root, "cblint")], check=True)
    return root


def build(root: str, output: str, place: Place = HERE, *, wheel_of_sdist: bool = True) -> list[str]:
    """Build both in a folder, with the tools of this Python; the wheel from the unpacked source distribution, or not.

    Gives the paths of what was built.
    """
    kinds = [] if wheel_of_sdist else ["--sdist", "--wheel"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": commit_time(), **place.variables}
    os.makedirs(output)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", *kinds, "--outdir", output, root],
        env=environment,
        umask=place.umask,
        cwd=output,  # where no module of the project is taken for one of the tools
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return sorted(os.path.join(output, name) for name in os.listdir(output) if name.endswith((".whl", ".tar.gz")))


def digest(path: str) -> str:
    """SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def members(path: str) -> dict[str, object]:
    """What an archive holds of each file: enough to say where two differ."""
    if path.endswith(".whl"):
        with zipfile.ZipFile(path) as archive:
            return {
                each.filename: (each.date_time, each.external_attr, archive.read(each)) for each in archive.infolist()
            }
    with tarfile.open(path) as archive_:
        return {
            each.name: (each.mtime, each.mode, each.uid, each.gid, each.uname, _content(archive_, each))
            for each in archive_.getmembers()
        }


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""


def differences(one: str, other: str) -> Iterator[str]:
    """The members in which two archives differ; where it is none, that the order or the compression does."""
    if digest(one) == digest(other):
        return
    left, right = members(one), members(other)
    names = [name for name in sorted(left.keys() | right.keys()) if left.get(name) != right.get(name)]
    yield from names[:_MEMBERS_SHOWN] or ["the order of its members, or how they are compressed"]


def compared(folder: str) -> list[str]:
    """Build in two places, and the wheel from the files themselves as well; what differs, a line each."""
    first = build(laid_out(os.path.join(folder, "1"), HERE), os.path.join(folder, "first"))
    second = build(laid_out(os.path.join(folder, "2"), THERE), os.path.join(folder, "second"), THERE)
    direct = build(os.path.join(folder, "2", THERE.folder), os.path.join(folder, "direct"), wheel_of_sdist=False)
    return [
        f"{os.path.basename(one)}: {difference}"
        for others in (second, direct)
        for one, other in zip(first, others, strict=True)
        for difference in differences(one, other)
    ]


def main() -> None:
    """Build, or compare two builds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="build in two different places, and compare the bytes")
    parser.add_argument("--output", default=os.path.join(ROOT, "dist"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cblint-dist-") as folder:
        if options.check:
            found = compared(folder)
            sys.exit("\n".join(found) if found else 0)
        built = build(laid_out(folder, HERE), os.path.join(folder, "built"))
        shutil.rmtree(options.output, ignore_errors=True)
        os.makedirs(options.output)
        if _git("status", "--porcelain"):
            print("There are changes that are not committed: what is built is no commit.", file=sys.stderr)
        for path in built:
            shutil.copy(path, options.output)
            print(f"{digest(path)}  {os.path.join(os.path.relpath(options.output), os.path.basename(path))}")


if __name__ == "__main__":
    main()
