"""What an editor asks for: options on the command line, when the server starts, and when its settings change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lsprotocol import types

from cblint.catalogue import PROFILES
from cblint.linter import Settings
from cblint.records import NamedTuple

SECTION = "cblint"
"""The part of an editor's settings that is ours."""


class Options(NamedTuple):
    """What decides what an editor is told. ``hints``: whether it shows what the build on paper believes."""

    settings: Settings = Settings()
    hints: bool = False


class Abilities(NamedTuple):
    """What an editor can do.

    ``resolves``: ask what a code action changes when it is chosen; ``versions``: refuse a change of a text that has
    changed; ``shows``: go to a place that it is told of; ``snippets``: put the cursor at places of what is completed;
    ``watches``: tell what changes on the disk; ``refreshes``: ask for inlay hints again; ``hovers_markdown`` and
    ``completes_markdown``: show Markdown there.
    """

    resolves: bool = False
    versions: bool = False
    shows: bool = False
    snippets: bool = False
    watches: bool = False
    refreshes: bool = False
    hovers_markdown: bool = False
    completes_markdown: bool = False


def abilities(capabilities: types.ClientCapabilities) -> Abilities:
    """What an editor says of itself."""
    return Abilities(
        "edit" in (_at(capabilities, "text_document.code_action.resolve_support.properties") or ()),
        bool(_at(capabilities, "workspace.workspace_edit.document_changes")),
        bool(_at(capabilities, "window.show_document.support")),
        bool(_at(capabilities, "text_document.completion.completion_item.snippet_support")),
        bool(_at(capabilities, "workspace.did_change_watched_files.dynamic_registration")),
        bool(_at(capabilities, "workspace.inlay_hint.refresh_support")),
        _MARKDOWN in (_at(capabilities, "text_document.hover.content_format") or ()),
        _MARKDOWN in (_at(capabilities, "text_document.completion.completion_item.documentation_format") or ()),
    )


_MARKDOWN = types.MarkupKind.Markdown


def _at(capabilities: Any, names: str) -> Any:
    """What stands at names with points between; None where one is missing."""
    for name in names.split("."):
        capabilities = getattr(capabilities, name, None)
    return capabilities


class WrongOption(Exception):
    """A setting that is none of ours, or has no meaning; ``str()`` is a sentence."""


def _is_switch(value: Any) -> bool:
    return isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


_HINTS = "inlayHints"
_KINDS: dict[str, Callable[[Any], bool]] = {
    "profile": lambda value: value is None or value in PROFILES,
    "select": _is_list,
    "ignore": _is_list,
    "exclude": _is_list,
    "rules": _is_list,
    "config": lambda value: value is None or isinstance(value, str),
    "isolated": _is_switch,
    _HINTS: _is_switch,
}
"""By the name of a setting, whether a value can be that of it: all but the last are those of ``cblint check``."""


def with_settings(options: Options, given: Any) -> Options:
    """The options with what an editor gives as an object of JSON; None changes nothing. Raises WrongOption."""
    if given is None:
        return options
    if not isinstance(given, Mapping):
        raise WrongOption("The settings of cblint are to be an object.")
    for name, value in given.items():
        if name not in _KINDS or not _KINDS[name](value):
            raise WrongOption(f"The setting {SECTION}.{name} is not known, or has another kind of value.")
    changes: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in given.items()}
    hints: bool = changes.pop(_HINTS, options.hints)
    return Options(options.settings._replace(**changes), hints)
