"""Whether cblint can be installed without a compiler: for each platform and Python, is there a wheel of everything?

uv resolves the wheel in ``dist`` as pip would, once for all platforms, and once more for each extra: the newest
versions, whether they have a wheel or not. ``packaging`` says what each platform would then take, by the names of the
files that the index has. ``--write`` puts the table into docs/compatibility.md.
"""

from __future__ import annotations

import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from packaging.markers import Environment
from packaging.pylock import PackageSdist, Pylock
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "docs", "compatibility.md")
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
EXTRAS = ("audit", "cluster", "lsp", "parquet", "shellcheck")
_TABLE = re.compile(r"(?s)(<!-- wheels: begin[^>]*-->\n\n).*?(<!-- wheels: end -->)")


class Platform(NamedTuple):
    """A platform: its name, what markers ask about it, and the tags of wheels that it takes, the best first."""

    name: str
    os: str
    system: str
    machine: str
    tags: Sequence[str]

    def environment(self, python: str) -> Environment:
        """What markers are told of a Python on it."""
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{python}.0",
            "os_name": self.os,
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[self.system],
            "platform_version": "",
            "python_full_version": f"{python}.99",
            "python_version": python,
            "sys_platform": self.system,
        }

    def wheel_tags(self, python: str) -> Iterator[Tag]:
        """The tags that a Python on it takes."""
        version = tuple(int(part) for part in python.split("."))
        yield from cpython_tags(version, platforms=self.tags)
        yield from compatible_tags(version, f"cp{version[0]}{version[1]}", platforms=self.tags)


def _glibc(machine: str, minor: int) -> list[str]:
    old = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    versions = range(minor, 16 if machine == "aarch64" else 4, -1)
    return [
        f"{name}_{machine}" for each in versions for name in (f"manylinux_2_{each}", old.get(each)) if name is not None
    ]


def _musl(machine: str) -> list[str]:
    return [f"musllinux_1_{minor}_{machine}" for minor in (2, 1, 0)]


PLATFORMS = (
    Platform("Linux x86_64 (glibc 2.28)", "posix", "linux", "x86_64", _glibc("x86_64", 28)),
    Platform("Linux aarch64 (glibc 2.28)", "posix", "linux", "aarch64", _glibc("aarch64", 28)),
    Platform("Linux x86_64 (musl: Alpine)", "posix", "linux", "x86_64", _musl("x86_64")),
    Platform("Linux aarch64 (musl: Alpine)", "posix", "linux", "aarch64", _musl("aarch64")),
    Platform("macOS 14 arm64", "posix", "darwin", "arm64", list(mac_platforms((14, 0), "arm64"))),
    Platform("macOS 14 x86_64", "posix", "darwin", "x86_64", list(mac_platforms((14, 0), "x86_64"))),
    Platform("Windows amd64", "nt", "win32", "AMD64", ["win_amd64"]),
    Platform("Windows arm64", "nt", "win32", "ARM64", ["win_arm64"]),
)


def resolved(wheel: str, extra: str) -> Pylock:
    """All versions that are installed with cblint, or with an extra, and the files that the index has of them."""
    with tempfile.TemporaryDirectory() as folder:
        source, result = os.path.join(folder, "requirements.in"), os.path.join(folder, "pylock.toml")
        with open(source, "w", encoding="utf-8") as file:
            file.write(f"cblint{f'[{extra}]' if extra else ''} @ file://{wheel}\n")
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-config", "--universal"]
        subprocess.run([*command, "--python-version", PYTHONS[0], "--output-file", result, source], check=True)
        with open(result, "rb") as found:
            return Pylock.from_dict(tomllib.load(found))


def compiled_on(lock: Pylock, platform: Platform, python: str) -> frozenset[str]:
    """What has no wheel there, so that pip would compile it."""
    selected = lock.select(environment=platform.environment(python), tags=list(platform.wheel_tags(python)))
    return frozenset(str(package.name) for package, file in selected if isinstance(file, PackageSdist))


def cell(found: dict[str, frozenset[str]]) -> str:
    """What a cell says: the Pythons for which all is there, and what is missing for the others."""
    lacking: dict[frozenset[str], list[str]] = {}
    for python, names in found.items():
        if names:
            lacking.setdefault(names, []).append(python)
    return (
        "; ".join(
            f"{'no' if len(pythons) == len(found) else 'not ' + ', '.join(pythons)}: {', '.join(sorted(names))}"
            for names, pythons in lacking.items()
        )
        or "yes"
    )


def table(wheel: str) -> str:
    """The table, as Markdown: an extra's column names only what cblint itself does not need."""
    base, more = resolved(wheel, ""), [resolved(wheel, extra) for extra in EXTRAS]
    lines = [f"| platform | cblint | {' | '.join(f'`[{extra}]`' for extra in EXTRAS)} |", "|---" * 7 + "|"]
    for platform in PLATFORMS:
        needed = {python: compiled_on(base, platform, python) for python in PYTHONS}
        cells = [needed] + [
            {python: compiled_on(lock, platform, python) - needed[python] for python in PYTHONS} for lock in more
        ]
        lines.append(f"| {platform.name} | {' | '.join(map(cell, cells))} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table, or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put it into docs/compatibility.md")
    options = parser.parse_args()
    wheels = glob.glob(os.path.join(ROOT, "dist", "*-py3-none-any.whl"))
    if len(wheels) != 1:
        sys.exit("There is not one pure wheel in dist: make dist.")
    found = table(wheels[0])
    if not options.write:
        print(found, end="")
        return
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    filled, count = _TABLE.subn(partial(_filled, found), text)
    if count != 1:
        sys.exit(f"{PAGE} has no place for the table.")
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(filled)


def _filled(found: str, match: re.Match[str]) -> str:
    return f"{match[1]}{found}\n{match[2]}"


if __name__ == "__main__":
    main()
