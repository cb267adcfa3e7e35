"""Writes a fleet of repositories to disk, and changes one that was written."""

from __future__ import annotations

import contextlib
import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tools.fleet import manifest, objects, planning
from tools.fleet.manifest import File, Manifest, Repository
from tools.fleet.rendering import Recipe, rendered
from tools.fleet.surroundings import surroundings

_EPOCH = 1_700_000_000
"""Seconds since 1970 at which the first repository was begun."""
_DAY = 86_400
_PEOPLE = ("Ada Example <ada@example.com>", "José Müller <jose@example.com>", "李雷 <lilei@example.com>")
_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = {bare}\n"
_REMOTE = '[remote "origin"]\n\turl = {url}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n'
_BRANCH = '[branch "{branch}"]\n\tremote = origin\n\tmerge = refs/heads/{branch}\n'
KINDS = ("clones", "bare", "mixed")
MENDED, PLANTED, TOUCHED = "mended", "planted", "touched"


class Change(NamedTuple):
    """A buildspec that was changed: how, and which defect came or went (empty for a harmless line)."""

    folder: str
    path: str
    kind: str
    defect: str
    commit: str


def make(folder: str, repositories: int, buildspecs: int, seed: int, kind: str = "clones") -> Manifest:
    """Write a fleet into a folder that is not there yet or is empty, and its manifest beside it.

    ``kind`` is one of KINDS; of a mixed fleet a fifth are mirrors without a work tree. The same numbers make the same
    bytes. Raises ValueError for what no fleet can have, FileExistsError for a folder that holds something.
    """
    if kind not in KINDS:
        raise ValueError(f'"{kind}" is none of {", ".join(KINDS)}')
    if repositories < 1 or buildspecs < 0:
        raise ValueError("a fleet has at least one repository, and no fewer than 0 buildspecs")
    shares = planning.shares(repositories, buildspecs, seed)
    os.makedirs(folder, exist_ok=True)
    if os.listdir(folder):
        raise FileExistsError(f"{folder} holds something already: name another folder, or delete it first")
    found = Manifest(
        tuple(_made(folder, planning.planned(number, share, seed, kind), share) for number, share in enumerate(shares))
    )
    manifest.write(folder, found)
    return found


def change(folder: str, share: float, seed: int) -> list[Change]:
    """Change that share (0 to 1) of the buildspecs of a fleet that were made from templates, rounded; all of them.

    Each has a defect mended, one planted or a harmless line changed, in the work tree and in a commit, in as many
    repositories as there can be. The manifest beside the fleet tells of it. Raises ValueError and OSError.
    """
    if not 0 <= share <= 1:
        raise ValueError("a share is from 0 to 1")
    before = manifest.read(folder)
    draw = random.Random(f"{seed} change")
    places = [
        (number, at)
        for number, repository in enumerate(before.repositories)
        for at, file in enumerate(repository.files)
        if file.recipe is not None
    ]
    by_repository: dict[int, list[int]] = defaultdict(list)
    for number, at in _spread(draw.sample(places, len(places)))[: round(share * len(places))]:
        by_repository[number].append(at)
    repositories = list(before.repositories)
    changes: list[Change] = []
    for number in sorted(by_repository):
        repositories[number], made = _changed(folder, repositories[number], by_repository[number], draw)
        changes += made
    manifest.write(folder, Manifest(tuple(repositories)))
    return changes


def _spread(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places in their order, but first one of each repository, then a second one of each, and so on."""
    seen: Counter[int] = Counter()
    ordered = []
    for number, at in places:
        ordered.append((seen[number], number, at))
        seen[number] += 1
    return [(number, at) for _, number, at in sorted(ordered, key=lambda each: each[0])]


def contents(repository: Repository) -> dict[str, bytes]:
    """All files of a repository by their paths, as its commit has them."""
    found = surroundings(repository.seed, repository.name, repository.configuration)
    return found | {file.path: _content(file) for file in repository.files}


def _content(file: File) -> bytes:
    if file.recipe is not None:
        return rendered(file.recipe).data
    return b"" if file.broken == "empty" else planning.BROKEN[file.broken][0]


def _made(folder: str, repository: Repository, share: int) -> Repository:
    """Write a repository; it comes back with its commit."""
    own = _git_folder(repository)
    written = {
        f"{own}HEAD": f"ref: refs/heads/{repository.branch}\n".encode(),
        f"{own}config": _config(repository).encode(),
    }
    if share >= 0:
        repository, history = _committed(repository)
        written |= {own + path: content for path, content in history.items()}
    if share >= 0 and not repository.bare:
        written |= contents(repository)
    _write(f"{folder}/{repository.folder}", written, (f"{own}objects/pack", f"{own}refs/heads"))
    return repository


def _git_folder(repository: Repository) -> str:
    """What leads from the folder of a repository to git's own."""
    return "" if repository.bare else ".git/"


def _committed(repository: Repository) -> tuple[Repository, dict[str, bytes]]:
    """A repository with its commit, and what git keeps of that, by the paths in its own folder."""
    draw = random.Random(f"{repository.seed} history")
    files = contents(repository)
    now = objects.snapshot(files)
    stored = dict(now.objects)
    start = _EPOCH + draw.randrange(300 * _DAY)
    parents, shallow = [], draw.random() < 0.1
    if draw.random() < 0.6:
        first = objects.snapshot({"README.md": files["README.md"]})
        parents = [objects.commit(first.objects, first.root, [], draw.choice(_PEOPLE), start, "Begin")]
        stored |= {} if shallow else first.objects
    commit = objects.commit(stored, now.root, parents, draw.choice(_PEOPLE), start + _DAY, "Build it with CodeBuild")
    kept = {"shallow": f"{commit}\n".encode()} if shallow and parents else {}
    if draw.random() < 0.95:
        name, pack, index = objects.pack(stored)
        kept |= {f"objects/pack/pack-{name}.pack": pack, f"objects/pack/pack-{name}.idx": index}
    else:
        kept |= _loose(stored)
    kept |= _references(repository, commit, packed=draw.random() < 0.6)
    if not repository.bare:
        kept["index"] = objects.work_tree_index(files, now.blobs)
    return repository._replace(commit=commit, commits=1 + len(parents)), kept


def _config(repository: Repository) -> str:
    text = _CONFIG.format(bare=str(repository.bare).lower())
    if repository.url:
        text += _REMOTE.format(url=repository.url)
        if not repository.bare:
            text += _BRANCH.format(branch=repository.branch)
    return text


def _references(repository: Repository, commit: str, packed: bool) -> dict[str, bytes]:
    names = [f"refs/heads/{repository.branch}"]
    found = {}
    if repository.url and not repository.bare:
        names.append(f"refs/remotes/origin/{repository.branch}")
        found["refs/remotes/origin/HEAD"] = f"ref: refs/remotes/origin/{repository.branch}\n".encode()
    if packed:
        lines = "".join(f"{commit} {name}\n" for name in names)
        return found | {"packed-refs": f"# pack-refs with: peeled fully-peeled sorted \n{lines}".encode()}
    return found | {name: f"{commit}\n".encode() for name in names}


def _loose(stored: Mapping[bytes, objects.Object]) -> dict[str, bytes]:
    named = ((name.hex(), each) for name, each in stored.items())
    return {f"objects/{text[:2]}/{text[2:]}": objects.loose(each) for text, each in named}


def _write(top: str, files: Mapping[str, bytes], folders: Iterable[str] = ()) -> None:
    """Write files below a folder, and make folders there; what is there already is replaced.

    From the folder itself, without Python's file objects: most of the time goes into finding and opening the files.
    """
    os.makedirs(top, exist_ok=True)
    here = os.open(top, os.O_RDONLY)
    try:
        made = {""}
        for folder in (*folders, *map(os.path.dirname, files)):
            _make_folder(folder, here, made)
        for path, content in files.items():
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, objects.mode_of(path) & 0o777, dir_fd=here)
            try:
                _write_fully(file, content)
            finally:
                os.close(file)
    finally:
        os.close(here)


def _make_folder(folder: str, here: int, made: set[str]) -> None:
    if folder in made:
        return
    _make_folder(os.path.dirname(folder), here, made)
    made.add(folder)
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, dir_fd=here)


def _write_fully(file: int, content: bytes) -> None:
    """A system may take less at once than it is given."""
    while content:
        content = content[os.write(file, content) :]


def _changed(
    folder: str, repository: Repository, places: Iterable[int], draw: random.Random
) -> tuple[Repository, list[Change]]:
    """A repository with some of its files changed, on disk as well, and what was changed."""
    files, said = list(repository.files), []
    for at in places:
        recipe = files[at].recipe
        assert recipe is not None, "only files that were made from a template are changed"
        altered, kind, defect = _altered(recipe, draw)
        files[at] = files[at]._replace(recipe=altered)
        said.append((files[at].path, kind, defect))
    after = planning.with_files(repository, files)
    old, now = objects.snapshot(contents(repository)), contents(after)
    new = objects.snapshot(now)
    stored = {name: each for name, each in new.objects.items() if name not in old.objects}
    when = _EPOCH + (400 + repository.commits) * _DAY
    message = f"Change {', '.join(path for path, _, _ in said)}"
    commit = objects.commit(stored, new.root, [repository.commit], draw.choice(_PEOPLE), when, message)
    kept = _loose(stored) | {f"refs/heads/{repository.branch}": f"{commit}\n".encode()}
    beside = {}
    if not repository.bare:
        kept["index"] = objects.work_tree_index(now, new.blobs)
        beside = {path: now[path] for path, _, _ in said}
    own = _git_folder(repository)
    _write(f"{folder}/{repository.folder}", {own + path: content for path, content in kept.items()} | beside)
    after = after._replace(commit=commit, commits=repository.commits + 1)
    return after, [Change(repository.folder, path, kind, defect, commit) for path, kind, defect in said]


def _altered(recipe: Recipe, draw: random.Random) -> tuple[Recipe, str, str]:
    """A recipe with one change, what that is, and the defect that it is about."""
    luck = draw.random()
    if recipe.defects and luck < 0.4:
        gone = draw.choice(recipe.defects)
        left = tuple(name for name in recipe.defects if name != gone)
        return recipe._replace(defects=left, suppressed=tuple(set(recipe.suppressed) & set(left))), MENDED, gone
    more = planning.planted(recipe, draw)
    if more != recipe and luck < 0.8:
        return more, PLANTED, more.defects[-1]
    return recipe._replace(remark=recipe.remark + 1), TOUCHED, ""
