"""What a fleet holds, as its manifest tells it: a line of JSON for each repository."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tools.fleet.rendering import Planted, Recipe


class File(NamedTuple):
    """A buildspec, or a file of another format that holds one, in a repository.

    ``recipe`` is None for a file that was not made from a template; ``broken`` names what it is then. ``unlintable`` is
    why cblint does not lint it, in words that follow its name; empty if it does.
    """

    path: str
    recipe: Recipe | None
    broken: str = ""
    unlintable: str = ""
    owners: tuple[str, ...] = ()
    findings: tuple[Planted, ...] = ()


class Repository(NamedTuple):
    """A repository of the fleet.

    ``folder`` is where it lies in the fleet, with forward slashes; ``seed`` decides all that is not told here.
    ``commit`` is the one at the head of ``branch``, the only one: empty where nothing was committed yet. ``url`` is
    that of the remote ``origin`` as it is configured; empty if there is none. ``ignored`` are the rules that the
    configuration in the repository leaves out, ``lowered`` those that it makes notes.
    """

    folder: str
    name: str
    url: str
    branch: str
    commit: str
    commits: int
    bare: bool
    seed: str
    configuration: str = ""
    ignored: tuple[str, ...] = ()
    lowered: tuple[str, ...] = ()
    files: tuple[File, ...] = ()


class Manifest(NamedTuple):
    """A whole fleet, in the order of its repositories' numbers."""

    repositories: tuple[Repository, ...]

    @property
    def files(self) -> Iterator[tuple[Repository, File]]:
        """Every file with the repository that has it."""
        return ((repository, file) for repository in self.repositories for file in repository.files)


def path_of(folder: str) -> str:
    """Where the manifest of a fleet lies: beside its folder."""
    return folder.rstrip("/") + ".jsonl"


def write(folder: str, manifest: Manifest) -> None:
    """Write the manifest of a fleet."""
    with open(path_of(folder), "w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{json.dumps(_plain(repository))}\n" for repository in manifest.repositories)


def read(folder: str) -> Manifest:
    """The manifest of a fleet. Raises OSError where there is none."""
    with open(path_of(folder), encoding="utf-8") as file:
        return Manifest(tuple(_repository(json.loads(line)) for line in file))


def _plain(repository: Repository) -> dict[str, Any]:
    return repository._asdict() | {"files": [_plain_file(file) for file in repository.files]}


def _plain_file(file: File) -> dict[str, Any]:
    recipe = None if file.recipe is None else file.recipe._asdict()
    return file._asdict() | {"recipe": recipe, "findings": [finding._asdict() for finding in file.findings]}


def _repository(entry: dict[str, Any]) -> Repository:
    return Repository(**_tuples(entry) | {"files": tuple(_file(each) for each in entry["files"])})


def _file(entry: dict[str, Any]) -> File:
    recipe = None if entry["recipe"] is None else Recipe(**_tuples(entry["recipe"]))
    findings: Iterable[dict[str, Any]] = entry["findings"]
    return File(**_tuples(entry) | {"recipe": recipe, "findings": tuple(Planted(**each) for each in findings)})


def _tuples(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
