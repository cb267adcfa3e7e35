"""What holds for a file, and from where: its settings, the rules that run and why others do not, its projects."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from cblint.catalogue import Catalogue, Rule
from cblint.choices import catalogue_for, check_settings, configuration, selection
from cblint.config import chain_for, load_chain, matches
from cblint.config.files import ConfigFile
from cblint.config.meaning import SCALARS
from cblint.config.said import Said, said
from cblint.linter import Settings, place_of
from cblint.opening import repository_graph
from cblint.records import NamedTuple
from cblint.typing import Any

DEFAULT, COMMAND_LINE = "default", "command line"


class Setting(NamedTuple):
    """A value, or one of several, and where it stands; ``holds``: for the file that is asked about."""

    key: str
    value: Any
    origin: str
    holds: bool = True


class Verdict(NamedTuple):
    """Whether a rule runs, with the severity that it was given if it was, and what decides that."""

    rule: Rule
    runs: bool
    why: str
    origin: str


class Effective(NamedTuple):
    """What holds for ``path``. ``files`` are those of the configuration, the nearest last."""

    path: str
    files: tuple[str, ...]
    excluded: bool
    settings: tuple[Setting, ...]
    projects: tuple[Setting, ...]
    verdicts: tuple[Verdict, ...]


def effective(path: str, settings: Settings) -> Effective:
    """What holds for a file, which need not exist. Raises ConfigError and UnknownRule."""
    check_settings(settings, [path])
    config = configuration(path, settings)
    catalogue = catalogue_for(config, settings)
    chain = _chain(path, settings)
    found = list(_settings(list(said(chain)), settings, path))
    run = catalogue.select(selection(config, settings, path))
    return Effective(
        path,
        tuple(file.shown for file in chain),
        config.excludes(path),
        tuple(found),
        tuple(_projects(path, chain)),
        tuple(_verdicts({rule.code: rule for rule in run}, found, catalogue)),
    )


def _chain(path: str, settings: Settings) -> tuple[ConfigFile, ...]:
    if settings.config is not None:
        return load_chain(settings.config)
    return () if settings.isolated else chain_for(os.path.dirname(os.path.abspath(path)))


# Settings


def _settings(everything: list[Said], settings: Settings, path: str) -> Iterator[Setting]:
    """The settings that decide, in the order of the documentation; of what is said in vain nothing."""
    by_key: dict[str, list[Said]] = {}
    for each in everything:
        by_key.setdefault(each.key, []).append(each)
    given = {"profile": settings.profile, "fail-on": settings.fail_on}
    defaults = {"profile": "default", "fail-on": "warning", "require-reason": False}
    for key in ("profile", "select", "ignore", "per-path-ignores", "severity", "fail-on", "require-reason"):
        parts = by_key.get(key, [])
        if key in SCALARS:
            yield _scalar(key, parts, given.get(key), defaults[key])
        elif key == "select":
            yield from _of_command_line(key, settings.select) if settings.select else _told(_of_last_file(parts))
        elif key == "ignore":
            yield from _told(_since(by_key.get("select", []), parts, everything))
            yield from _of_command_line(key, settings.ignore)
        elif key == "per-path-ignores":
            for each in reversed(parts):
                folder = os.path.dirname(each.file.path)
                yield from _told([each], matches(folder, (each.value[0],), path))
        else:
            yield from _told({each.value[0].lower(): each for each in parts}.values())
    yield from _told(by_key.get("rules", []))
    yield from _of_command_line("rules", settings.rules)
    for key in ("buildspecs", "exclude"):
        yield from _told(by_key.get(key, []))
    yield from _told(by_key.get("baseline", [])[-1:])


def _scalar(key: str, parts: list[Said], given: Any, default: Any) -> Setting:
    if given is not None:
        return Setting(key, given, COMMAND_LINE)
    return next(_told(parts[-1:]), Setting(key, default, DEFAULT))


def _told(parts: Iterable[Said], holds: bool = True) -> Iterator[Setting]:
    return (Setting(each.key, each.shown, each.origin, holds) for each in parts if each.value != [])


def _of_command_line(key: str, names: Iterable[str]) -> Iterator[Setting]:
    return (Setting(key, name, COMMAND_LINE) for name in names)


def _of_last_file(parts: list[Said]) -> list[Said]:
    return [each for each in parts if each.file is parts[-1].file]


def _since(selected: list[Said], ignored: list[Said], everything: list[Said]) -> list[Said]:
    """What is ignored in the last file that selects, or after it."""
    files = list(dict.fromkeys(each.file for each in everything))
    counting = files[files.index(selected[-1].file) :] if selected else files
    return [each for each in ignored if each.file in counting]


# Rules


def _verdicts(running: dict[str, Rule], settings: list[Setting], catalogue: Catalogue) -> Iterator[Verdict]:
    ignoring = _by_code(catalogue, (setting for setting in settings if setting.key == "ignore"))
    spared = _by_code(
        catalogue,
        (
            Setting(setting.key, name, setting.origin)
            for setting in settings
            if setting.key == "per-path-ignores" and setting.holds
            for name in setting.value[1]
        ),
    )
    selected = _by_code(catalogue, (setting for setting in settings if setting.key == "select"))
    profile = next(setting for setting in settings if setting.key == "profile")
    for rule in catalogue.rules:
        if rule.code in running:
            chosen = selected.get(rule.code, profile)
            yield Verdict(running[rule.code], True, f"{chosen.key} {chosen.value}", chosen.origin)
        elif by := ignoring.get(rule.code) or spared.get(rule.code):
            yield Verdict(rule, False, f"{by.key} {by.value}", by.origin)
        elif selected:
            yield Verdict(rule, False, "not selected", next(iter(selected.values())).origin)
        elif profile.value not in rule.profiles:
            yield Verdict(rule, False, f"not in the profile {profile.value}", profile.origin)
        else:
            yield Verdict(rule, False, rule.status, DEFAULT)


def _by_code(catalogue: Catalogue, settings: Iterable[Setting]) -> dict[str, Setting]:
    """The first setting that names each rule."""
    found: dict[str, Setting] = {}
    for setting in settings:
        for code in catalogue.codes_of(setting.value):
            found.setdefault(code, setting)
    return found


# Projects


def _projects(path: str, chain: tuple[ConfigFile, ...]) -> Iterator[Setting]:
    """The projects that use a buildspec: those that are configured, else those that the repository defines."""
    told = [
        each
        for each in said(chain)
        if each.key == "projects"
        and each.value != []
        and matches(os.path.dirname(each.file.path), tuple(each.value["buildspecs"]), path)
    ]
    if told:
        yield from _told(reversed(told))
        return
    place = place_of(path)
    if place.repository is None:
        return
    for resource in repository_graph(place.repository).projects_using(place.relative):
        line = resource.lines.number(resource.definition.place.start) if resource.lines is not None else 1
        yield Setting("projects", {"name": resource.definition.name}, f"{resource.path}:{line}")
