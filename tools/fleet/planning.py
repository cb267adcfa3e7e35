"""What the repositories of a fleet hold: the number and the paths of their buildspecs, recipes, owners, identity."""

from __future__ import annotations

import random
from functools import lru_cache

from tools.fleet.defects import DEFECTS
from tools.fleet.hosts import HOST_DEFECTS, HOSTED
from tools.fleet.manifest import File, Repository
from tools.fleet.rendering import KINDS, NOUNS, REGIONS, TEAMS, Planted, Recipe, fitting, rendered
from tools.fleet.surroundings import owners_of
from tools.fleet.templates import TEMPLATES

HOST_PATHS = {
    "infra/template.yml": "cloudformation",
    "stacks/build.yaml": "cloudformation",
    "infra/build.tf": "terraform",
}
"""The paths of files of other formats, and the formats."""
_PATHS = (
    "ci/buildspec-deploy.yml",
    "ci/buildspec-test.yml",
    ".codebuild/buildspec.yml",
    "deploy/buildspec_prod.yaml",
    *HOST_PATHS,
    *(f"services/{noun}/buildspec.yml" for noun in NOUNS),
)
MOST = 1 + len(_PATHS)
"""Buildspecs in one repository."""
_CERTAIN = "/buildspec.yml"
BROKEN: dict[str, tuple[bytes, str]] = {
    "binary": (b"\x7fELF\x02\x01\x01\0\0\xff\xfe\0\x03\0>\0", "is a binary file"),
    "utf-16": ("version: 0.2\n".encode("utf-16-le").join((b"\xff\xfe", b"")), "is encoded in UTF-16, not UTF-8"),
    "latin-1": ("version: 0.2\n# für alle\n".encode("latin-1"), "is not UTF-8: byte 0xFC on line 2"),
    "amplify": (
        b"version: 1\nfrontend:\n  phases:\n    build:\n      commands:\n        - npm run build\n",
        "is an AWS Amplify build specification, not a buildspec",
    ),
}
"""Files called buildspec.yml that cblint does not lint, and why."""
EMPTY = Planted("invalid-value", 1, 1, "error")
"""What cblint says of an empty file that is called just buildspec.yml."""
_NO_MAPPING = "is not a buildspec: its top level is not a mapping"
"""And of one that only sounds like it."""
_WRONG_CONFIGURATION = "was not linted: its configuration is wrong"
_COPIED = 40
"""Buildspecs that repositories copy from each other, byte by byte."""
_BY_WEIGHT = sorted(DEFECTS, key=lambda name: name[::-1])
"""In an order that has nothing to do with the families of their rules."""
_WEIGHTS = dict.fromkeys(HOST_DEFECTS, 0.2) | {name: 1 / (4 + number) for number, name in enumerate(_BY_WEIGHT)}
"""How often a defect is made, beside others: a few make up most of what is wrong anywhere."""


def shares(repositories: int, buildspecs: int, seed: int) -> list[int]:
    """How many buildspecs each repository has, all together as many as told; -1 for one without a commit.

    Raises ValueError where they cannot hold that many.
    """
    draw = random.Random(f"{seed} shares")
    found = [0] * repositories
    for number in range(repositories):
        luck = draw.random()
        found[number] = -1 if luck < 0.01 else -2 if luck < 0.04 else 0
    open_to = [number for number, share in enumerate(found) if share == 0]
    if buildspecs > len(open_to) * MOST:
        raise ValueError(f"{repositories} repositories can hold {len(open_to) * MOST} buildspecs, not {buildspecs}")
    for number in open_to[:buildspecs]:
        found[number] = 1
    for _ in range(buildspecs - len(open_to)):
        # The earlier in the list, the more: a few large repositories, many small ones.
        at = int(len(open_to) * draw.random() ** 1.6)
        number = open_to[at]
        found[number] += 1
        if found[number] == MOST:
            open_to[at] = open_to[-1]
            open_to.pop()
    return [0 if share == -2 else share for share in found]


def planned(number: int, share: int, seed: int, kind: str) -> Repository:
    """A repository with so many buildspecs (``shares``), before anything of it is written: without its commit."""
    own = f"{seed} {number}"
    draw = random.Random(own)
    team, name = draw.choice(TEAMS), f"{draw.choice(NOUNS)}-{draw.choice(KINDS)}-{number}"
    bare = kind == "bare" or (kind == "mixed" and draw.random() < 0.2)
    repository = Repository(
        folder=f"{team}/{name}" + (".git" if bare else ""),
        name=f"{team}/{name}",
        url=_url(team, name, draw),
        branch=draw.choice(("main",) * 6 + ("master",) * 3 + ("trunk", "release/next")),
        commit="",
        commits=0,
        bare=bare,
        seed=own,
    )
    if share < 0:
        return repository
    repository = _configured(repository, draw)
    paths = _paths(share, draw)
    return with_files(repository, [_file(path, f"{own} {path}", seed, draw) for path in paths])


def with_files(repository: Repository, files: list[File]) -> Repository:
    """A repository with those files, of which is told who owns them and what is to be found in them."""
    done = []
    for file in files:
        owners = owners_of(repository.seed, file.path)
        unlintable, findings = file.unlintable, file.findings
        if file.recipe is not None:
            unlintable = _WRONG_CONFIGURATION if repository.configuration == "wrong" else ""
            findings = () if unlintable else _said(repository, rendered(file.recipe).findings)
        elif file.broken and not unlintable:
            findings = _said(repository, (EMPTY,))
        done.append(file._replace(owners=owners, unlintable=unlintable, findings=findings))
    return repository._replace(files=tuple(done))


def _said(repository: Repository, findings: tuple[Planted, ...]) -> tuple[Planted, ...]:
    """What is left of findings under the configuration of their repository."""
    return tuple(
        finding._replace(severity="note") if finding.rule in repository.lowered else finding
        for finding in findings
        if finding.rule not in repository.ignored
    )


def _url(team: str, name: str, draw: random.Random) -> str:
    """The address of a remote as people have it; one has a token in it, as some have."""
    token = "".join(draw.choices("abcdefghijkmnpqrstuvwxyz23456789", k=36))
    return draw.choice(
        (
            f"https://github.com/{team}/{name}.git",
            f"https://github.com/{team}/{name}",
            f"git@github.com:{team}/{name}.git",
            f"ssh://git@bitbucket.example.com:7999/{team}/{name}.git",
            f"https://gitlab.example.com/company/{team}/{name}.git",
            f"https://git-codecommit.{draw.choice(REGIONS)}.amazonaws.com/v1/repos/{name}",
            f"https://x-access-token:ghp_{token}@github.com/{team}/{name}.git",
            f"/srv/git/{team}/{name}.git",
            "",
        )
    )


def _configured(repository: Repository, draw: random.Random) -> Repository:
    """With a configuration of cblint's, as some have."""
    luck = draw.random()
    if luck < 0.05:
        return repository._replace(configuration="ignores", ignored=("unpinned-tool-install", "variable-never-defined"))
    if luck < 0.08:
        return repository._replace(configuration="lowers", lowered=("insecure-transport", "dangerous-delete"))
    if luck < 0.09:
        return repository._replace(configuration="wrong")
    return repository


def _paths(share: int, draw: random.Random) -> list[str]:
    first = ["buildspec.yml"] if draw.random() < 0.85 or share == MOST else []
    return (first + draw.sample(_PATHS, min(share, len(_PATHS))))[:share]


def _file(path: str, seed: str, fleet: int, draw: random.Random) -> File:
    host = HOST_PATHS.get(path, "")
    if not host and draw.random() < 0.02:
        broken = draw.choice(("empty", *BROKEN))
        is_certain = f"/{path}".endswith(_CERTAIN)
        return File(path, None, broken, BROKEN[broken][1] if broken != "empty" else "" if is_certain else _NO_MAPPING)
    if not host and draw.random() < 0.12:
        return File(path, _copied(fleet, draw.randrange(_COPIED)))
    return File(path, _recipe(seed, host, draw))


@lru_cache(_COPIED)
def _copied(fleet: int, number: int) -> Recipe:
    seed = f"{fleet} copy {number}"
    return _recipe(seed, "", random.Random(seed))


def _recipe(seed: str, host: str, draw: random.Random) -> Recipe:
    """A recipe with none to a few defects."""
    template = draw.choice(HOSTED if host else TEMPLATES)
    defects: tuple[str, ...] = ()
    for _ in range(draw.choices((0, 1, 2, 3, 5, 8), (40, 25, 15, 10, 7, 3))[0]):
        defects = planted(Recipe(template, seed, defects, host=host), draw).defects
    suppressed = tuple(name for name in defects if can_suppress(name) and draw.random() < 0.08)
    return Recipe(template, seed, defects, suppressed, host=host)


def planted(recipe: Recipe, draw: random.Random) -> Recipe:
    """With one defect more; as it was, if none can be added."""
    names = _fitting(recipe.template, recipe.defects, recipe.host)
    if not names:
        return recipe
    (name,) = draw.choices(names, [_WEIGHTS[each] for each in names])
    return recipe._replace(defects=(*recipe.defects, name))


@lru_cache(50_000)
def _fitting(template: str, there: tuple[str, ...], host: str) -> list[str]:
    return fitting(template, there, host)


def can_suppress(defect: str) -> bool:
    """Whether a comment can suppress what is found of a defect: it stands in the line above."""
    return defect in HOST_DEFECTS or DEFECTS[defect].suppressible
