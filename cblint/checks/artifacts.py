"""What a build hands on: artifacts, test reports, the cache."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from cblint.buildspec.model import Buildspec, Section, items, scalar
from cblint.checks.edits import key_before, replaced, respelt
from cblint.checks.patterns import ROOT
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.records import NamedTuple
from cblint.source.text import Span
from cblint.source.tree import Scalar
from cblint.spelling import closest, distance
from cblint.typing import Any

# Reports


def report_format_mismatch(buildspec: Buildspec) -> Iterator[Report]:
    """The files of a report group cannot be in the format that is given for them."""
    formats = table("reports")["formats"]
    for group in buildspec.reports():
        given = group.scalar("file-format")
        name = given.value.upper() if given is not None else table("reports")["default"]
        if given is not None and "$" in given.value:
            continue
        if given is not None and name not in formats:
            yield _unknown_format(given, formats)
            continue
        related = (("format", given.span),) if given is not None else ()
        edits = _format_of_files(group, given)
        for file in group.scalars("files"):
            variant = _mismatch(file.value, formats[name])
            if variant is not None:
                kind = _kind(file.value)
                source = "the default" if given is None else "as file-format says"
                fields = {"file": file.value, "format": name, "source": source, "kind": kind["what"] if kind else "it"}
                touched = (group.mapping,)
                yield Report(file.span, variant, fields, related, edits, safe=False, touched=touched if edits else ())
                edits = ()  # once is enough for all files of the group


def _format_of_files(group: Section, given: Scalar | None) -> tuple[Edit, ...]:
    """The one format that the names of all files of a group tell; nothing where they do not."""
    pair, files = group.get("files"), group.scalars("files")
    kinds = [_kind(file.value) for file in files]
    told = {tuple(kind["formats"]) if kind is not None else () for kind in kinds}
    (formats,) = told if len(told) == 1 else ((),)
    if pair is None or len(formats) != 1 or len(files) != len(items(pair.value)):
        return ()
    if given is not None:
        return respelt(given, formats[0])
    if group.mapping.get("file-format") is not None:
        return ()
    value = f'"{formats[0]}"' if group.mapping.flow else formats[0]
    return key_before(group.mapping, pair, "file-format", value)


def _unknown_format(given: Scalar, formats: dict[str, Any]) -> Report:
    meant = closest(given.value.upper(), formats)
    fields = {
        "format": given.value,
        "suggestion": f' Did you mean "{meant}"?' if meant else "",
        "known": ", ".join(formats),
    }
    near = meant is not None and distance(given.value.upper(), meant) <= 1
    edits = respelt(given, meant) if near and meant is not None else ()
    return Report(given.span, "unknown-format", fields, edits=edits)


def _mismatch(file: str, format_: dict[str, Any]) -> str | None:
    """How a file's name contradicts a format: ``impossible`` by its ending, ``unlikely`` by what is usual."""
    ending = _ending(file)
    if not ending:
        return None
    if ending not in format_["endings"] and ending in table("reports")["endings"]:
        return "impossible"
    kind = _kind(file)
    return "unlikely" if kind is not None and format_["name"] not in kind["formats"] else None


def _ending(file: str) -> str:
    """The letters after the last dot of the name; nothing for names that a glob leaves open."""
    match = re.search(r"\.([A-Za-z]+)$", file)
    return match[1].lower() if match else ""


@cache
def _kinds() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    return [(re.compile(kind["file"], re.IGNORECASE), kind) for kind in table("reports")["kinds"]]


def _kind(file: str) -> dict[str, Any] | None:
    """What tool writes files of this name; None if the name says nothing."""
    name = file.rpartition("/")[2]
    if len(name) > _LONGEST_NAME:
        return None
    return next((kind for pattern, kind in _kinds() if pattern.fullmatch(name)), None)


_LONGEST_NAME = 255
"""Characters; no system has files of longer names."""


# Artifacts


class _Escape(NamedTuple):
    """A path that does not begin at the root: how, where in it, and the edit that mends it, if one does."""

    variant: str
    file: Scalar
    span: Span
    edits: tuple[Edit, ...] = ()


def artifact_path_escapes_root(buildspec: Buildspec) -> Iterator[Report]:
    """The paths of an artifact do not begin where CodeBuild begins. Of one list each kind is said once."""
    for artifact in buildspec.artifacts():
        for key in ("files", "exclude-paths"):
            found = [escape for file in artifact.scalars(key) if (escape := _escape(artifact, file)) is not None]
            for variant in dict.fromkeys(escape.variant for escape in found):
                alike = [escape for escape in found if escape.variant == variant]
                yield Report(
                    alike[0].span,
                    variant,
                    {"path": alike[0].file.value},
                    tuple(("more", escape.span) for escape in alike[1:]),
                    tuple(edit for escape in alike for edit in escape.edits),
                    touched=tuple(escape.file for escape in alike),
                )


def _escape(artifact: Section, file: Scalar) -> _Escape | None:
    value, text = file.value, file.text
    if re.match(r"(?:\./+)*\.\.(?:/|$)", value) or "/../" in value:
        start = value.index("..")
        return _Escape("parent", file, text.span(start, start + 2)) if _leads_out(value) else None
    if value.startswith("/"):
        return _Escape("absolute", file, file.span)
    if (match := re.match(ROOT, value)) is not None and match.end() < len(value):
        span = text.span(0, match.end())
        plain = artifact.get("base-directory") is None
        return _Escape("source-directory", file, span, (replaced(span, ""),) if plain else ())
    if (match := re.match(r"(?:\./+)+(?=[^./*])", value)) is not None:
        span = text.span(0, match.end())
        return _Escape("here", file, span, (replaced(span, ""),))
    return None


def _leads_out(path: str) -> bool:
    """Whether the steps of a path go above where it begins; names that a glob leaves open count as one step."""
    depth = 0
    for step in path.split("/"):
        depth += -1 if step == ".." else 0 if step in ("", ".") else 1
        if depth < 0:
            return True
    return False


# Cache

_HOME = r"~(?=/|$)|\$(?:HOME\b|\{HOME\})"


def cache_path_suspicious(buildspec: Buildspec) -> Iterator[Report]:
    """A path of the cache that CodeBuild is not known to keep."""
    pair = buildspec.get("cache", "paths")
    for item in items(pair.value) if pair is not None else ():
        path = scalar(item)
        if path is None:
            continue
        fields = {"path": path.value}
        if (match := re.match(_HOME, path.value)) is not None:
            edits = (replaced(path.text.span(*match.span()), "/root"),)
            yield Report(path.text.span(*match.span()), "home", fields, edits=edits)
        elif (variable := re.search(r"\$\w+|\$\{[^}]{0,200}\}", path.value)) is not None:
            yield Report(path.text.span(*variable.span()), "variable", fields)
        elif path.value.startswith("/var/lib/docker"):
            yield Report(item.span, "docker", fields)
        elif re.match(r"/home/[^/*]+", path.value):
            yield Report(item.span, "other-home", fields)
