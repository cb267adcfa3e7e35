"""From a recipe to the text of a buildspec, and to what cblint has to find in it, by where the text was put."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from tools.fleet.defects import ANY, DEFECTS, TAIL, Defect
from tools.fleet.hosts import HOST_DEFECTS, HOSTS
from tools.fleet.templates import FILLERS, sections_of

TEAMS = (
    "payments",
    "search",
    "identity",
    "logistics",
    "insights",
    "catalogue",
    "media",
    "billing",
    "mobile",
    "platform",
)
NOUNS = (
    "orders",
    "ledger",
    "gateway",
    "profile",
    "basket",
    "shipping",
    "events",
    "reports",
    "images",
    "quotes",
    "tariffs",
)
TOOLS = (
    "atlas",
    "beacon",
    "cobalt",
    "drift",
    "ember",
    "falcon",
    "garnet",
    "harbor",
    "indigo",
    "juniper",
    "kestrel",
    "lumen",
)
KINDS = ("api", "worker", "web", "service", "jobs", "sync")
REGIONS = ("eu-west-1", "us-east-1", "ap-southeast-2", "eu-central-1")
REASONS = ("the mirror answers for it", "agreed with @team@ in round @number@", "goes away with @tool@")

_FIRST_MARK = 0xE000
"""Characters for private use, which no template has, stand where findings begin until all lines are put together."""
_MARK = re.compile("[\ue000-\uf8ff]")
_NAME = re.compile(r"@(\w+)@")
_ORDER = (
    "version", "env", "shell", "variables", "parameter-store", "secrets-manager", "exported-variables", "batch",
    "phases", "install", "pre_build", "build", "post_build", "on-failure", "runtime-versions", "commands", "finally",
    "reports", "artifacts", "base-directory", "files", "cache",
)  # fmt: skip
_RANKS = {name: number for number, name in enumerate(_ORDER)}


class Recipe(NamedTuple):
    """All that the text of a buildspec depends on.

    ``defects`` are names of defects of the buildspec or of its host, ``suppressed`` those of them that a comment
    suppresses, ``remark`` is the number of a comment in the first line (0: none), ``host`` the format of the file that
    holds the buildspec (empty: it is a file itself).
    """

    template: str
    seed: str
    defects: tuple[str, ...] = ()
    suppressed: tuple[str, ...] = ()
    remark: int = 0
    host: str = ""


class Planted(NamedTuple):
    """A finding that cblint has to make. ``line`` and ``column`` are 1-based, columns count code points."""

    rule: str
    line: int
    column: int
    severity: str
    suppressed: bool = False


class Rendered(NamedTuple):
    """A file as it is written, and the findings in it in file order."""

    data: bytes
    findings: tuple[Planted, ...]


class _Style(NamedTuple):
    indent: int
    dashes_indented: bool
    spaced: bool
    newline: str
    byte_order_mark: str


class _Piece(NamedTuple):
    """An item and what orders it in its list: its place, and which defect put it there."""

    place: float
    number: int
    text: str


def rule_of(defect: str) -> tuple[str, str]:
    """The rule and the severity of a defect of either kind, by its name. Raises KeyError."""
    found = DEFECTS.get(defect) or HOST_DEFECTS[defect]
    return found.rule, found.severity


def fitting(template: str, planted: Iterable[str] = (), host: str = "") -> list[str]:
    """The names of the defects that a template in such a host can have beside those that it has already."""
    there = [DEFECTS[name] for name in planted if name in DEFECTS]
    around = [HOST_DEFECTS[name] for name in planted if name in HOST_DEFECTS]
    claimed = {claim for each in there for claim in (each.rule, *each.claims)}
    claimed.update(claim for each in around for claim in each.claims)
    paths = {*sections_of(template), *(path for each in there for path, _ in each.adds)}
    found = [
        name
        for name, defect in HOST_DEFECTS.items()
        if defect.host == host and not around and claimed.isdisjoint(defect.claims)
    ]
    if any(each.alone for each in there):
        return found
    return found + [
        name
        for name, defect in DEFECTS.items()
        if (defect.hosted or not host)
        and not (defect.alone and there)
        and claimed.isdisjoint((defect.rule, *defect.claims))
        and all(path in sections_of(template) for path in defect.needs)
        and _agree(defect, there, paths)
    ]


def _agree(defect: Defect, there: list[Defect], paths: Iterable[str]) -> bool:
    """Whether cblint says the same of a defect and of those that are there already, on those paths, as alone."""
    added = [path for path, _ in defect.adds]
    return not _begin_with(defect.forbids, paths) and not any(
        _begin_with(other.forbids, added) or (defect.hides and other.sees) or (defect.sees and other.hides)
        for other in there
    )


def _begin_with(beginnings: Iterable[str], paths: Iterable[str]) -> bool:
    return any(path.startswith(beginning) for path in paths for beginning in beginnings)


@lru_cache(256)  # a repository asks several times for each of its files
def rendered(recipe: Recipe) -> Rendered:
    """The file that a recipe makes: the same recipe always makes the same bytes."""
    draw = random.Random(recipe.seed)
    names, style = _names(draw), _style(draw, bool(recipe.host))
    sections = _filled(recipe.template, draw)
    phases = [path for path in sections if path.startswith("phases.") and path.endswith(".commands")]
    for number, name in enumerate(recipe.defects):
        if name in DEFECTS:
            own = random.Random(f"{recipe.seed} {name}")  # so that it stays where it is whatever else comes and goes
            _plant(sections, DEFECTS[name], chr(_FIRST_MARK + number), own.choice(phases), own.random())
    text = "".join(f"{line}\n" for line in _lines(sections, style))
    if recipe.host:
        text = _within(recipe, text)
    if recipe.remark:
        text = f"# Looked at by @team@, round {recipe.remark}.\n{text}"
    text = _NAME.sub(lambda found: names[found[1]], text)
    return _placed(recipe, text, names, style)


def _names(draw: random.Random) -> dict[str, str]:
    team, tool = draw.choice(TEAMS), draw.choice(TOOLS)
    service = f"{draw.choice(NOUNS)}-{draw.choice(KINDS)}"
    return {
        "team": team,
        "tool": tool,
        "TOOL": tool.upper(),
        "service": service,
        "bucket": f"{team}-{service}-{draw.randrange(1000)}",
        "stage": draw.choice(("test", "staging", "live")),
        "region": draw.choice(REGIONS),
        "account": f"{draw.randrange(2 * 10**11, 9 * 10**11)}",
        "number": f"{draw.randrange(10, 1000)}",
        "version": f"{draw.randrange(1, 9)}.{draw.randrange(40)}.{draw.randrange(1, 30)}",
        "package": draw.choice(("libvips", "graphviz", "pandoc", "ghostscript")),
        "pytool": draw.choice(("checkov", "cfn-lint", "tox", "pre-commit")),
        "uuid": str(uuid.UUID(int=draw.getrandbits(128), version=4)),
    }


def _style(draw: random.Random, hosted: bool) -> _Style:
    style = _Style(
        draw.choice((2, 2, 2, 4)), draw.random() < 0.8, draw.random() < 0.5, draw.choice(("\n",) * 12 + ("\r\n",)),
        "\ufeff" if draw.random() < 0.02 else "",
    )  # fmt: skip
    return style._replace(newline="\n", byte_order_mark="") if hosted else style


def _filled(template: str, draw: random.Random) -> dict[str, list[_Piece]]:
    """The sections of a template with harmless commands among theirs."""
    found = {
        path: [_Piece(place, -1, item) for place, item in enumerate(items)]
        for path, items in sections_of(template).items()
    }
    for path, pieces in found.items():
        if path.startswith("phases.") and path.endswith(".commands"):
            places = len(pieces)
            for filler in draw.sample(FILLERS, draw.choice((0, 0, 1, 1, 2, 3))):
                pieces.append(_Piece(draw.randrange(places + 1) - 0.7, -1, filler))
    return found


def _plant(sections: dict[str, list[_Piece]], defect: Defect, mark: str, phase: str, share: float) -> None:
    """Put the items of a defect where they belong; the mark stands in front of what the finding points at.

    ``phase`` is the path of the commands that can be those of any phase, ``share`` how far down a list they stand.
    """
    for path, text in defect.instead:
        sections[_marked(path, mark)] = [_Piece(0, -1, _marked(text, mark))] if text else []
    for number, (path, text) in enumerate(defect.adds):
        path = _marked(phase if path == ANY else path, mark)
        pieces = sections.setdefault(path, [])
        places = sum(1 for piece in pieces if piece.number < 0 and piece.place == int(piece.place))
        place = {"any": int(share * (places + 1)) - 0.5, "last": 1e6, "first": -1}[defect.place]
        pieces.append(_Piece(place, number, _marked(text, mark)))


def _marked(text: str, mark: str) -> str:
    return text.replace("«", mark).replace("»", "")


def _lines(sections: dict[str, list[_Piece]], style: _Style) -> Iterator[str]:
    """The lines of a buildspec, its marks among them."""
    tail = sections.pop(TAIL, [])
    renamed = {path[1:]: pieces[0].text for path, pieces in sections.items() if path.startswith("~")}
    above: list[str] = []
    for path, pieces in _in_order(sections):
        shared = 0
        while shared < min(len(above), len(path)) and above[shared] == path[shared]:
            shared += 1
        if style.spaced and shared == 0 and path:
            yield ""
        for depth in range(shared, len(path)):
            yield f"{' ' * style.indent * depth}{renamed.get(path[depth], path[depth])}:"
        above = path
        for piece in sorted(pieces, key=lambda each: each.place):
            flush = piece.text.startswith("-") and not style.dashes_indented
            blanks = " " * (style.indent * len(path) - (style.indent if flush else 0))
            for line in piece.text.split("\n"):
                yield blanks + line if line else ""
    for piece in tail:
        yield from piece.text.split("\n")


def _in_order(sections: dict[str, list[_Piece]]) -> list[tuple[list[str], list[_Piece]]]:
    """The keys above the items of each list that has some, in the usual order of keys; the same keys stand together."""
    lists = [(path.split(".") if path else [], pieces) for path, pieces in sections.items() if pieces]
    kept = [each for each in lists if not each[0] or not each[0][0].startswith("~")]
    first: dict[tuple[str, ...], int] = {}
    for path, _ in kept:
        for depth in range(len(path)):
            first.setdefault(tuple(path[: depth + 1]), len(first))

    def order(path: list[str]) -> list[tuple[int, int]]:
        ranks = (_RANKS.get(_MARK.sub("", name), 0) for name in path)
        return [(rank, first[tuple(path[: depth + 1])]) for depth, rank in enumerate(ranks)]

    return sorted(kept, key=lambda each: order(each[0]))


def _within(recipe: Recipe, text: str) -> str:
    """The file of another format that holds the buildspec."""
    host = HOSTS[recipe.host]
    for number, name in enumerate(recipe.defects):
        if name in HOST_DEFECTS:
            defect = HOST_DEFECTS[name]
            host = host.replace(defect.old, _marked(defect.new, chr(_FIRST_MARK + number)))
    if recipe.host == "terraform":
        text = text.replace("${", "$${").replace("%{", "%%{")
    before, after = host.split("@buildspec@\n")
    indent = len(before) - len(before.rstrip(" "))
    lines = [f"{' ' * indent}{line}\n" if line else "\n" for line in text.rstrip("\n").split("\n")]
    return before.rstrip(" ") + "".join(lines) + after


def _placed(recipe: Recipe, text: str, names: dict[str, str], style: _Style) -> Rendered:
    """Take the marks out, remember where they stood, and write the comments that suppress."""
    lines: list[str] = []
    findings: list[Planted] = []
    for line in text.removesuffix("\n").split("\n"):
        found = _MARK.search(line)
        if found is None:
            lines.append(line)
            continue
        name = recipe.defects[ord(found[0]) - _FIRST_MARK]
        rule, severity = rule_of(name)
        suppressed = name in recipe.suppressed
        line = _MARK.sub("", line)
        if suppressed:
            reason = _NAME.sub(lambda at: names[at[1]], REASONS[len(rule) % len(REASONS)])
            blanks = line[: len(line) - len(line.lstrip())]
            lines.append(f"{blanks}# cblint: ignore[{rule}] -- {reason}")
        lines.append(line)
        findings.append(Planted(rule, len(lines), found.start() + 1, severity, suppressed))
    data = (style.byte_order_mark + style.newline.join([*lines, ""])).encode()
    return Rendered(data, tuple(findings))
