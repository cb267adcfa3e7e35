"""The whole environment, as some commands print it and some files hold it."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice

from cblint.facts import table
from cblint.flow.labels import NO_LABELS, SECRET, Labels, label_at, together
from cblint.flow.layers import WORK
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.state import State, Variable

ENVIRONMENT = "environment"
"""The source of what prints the whole environment."""
LOOKED_AT = 400
"""In so many variables it is looked for secrets."""


def environment(state: State, name: str, place: Span, unexported: bool = False) -> Labels:
    """Where a print of the whole environment comes from; ``unexported``: with the shell's own variables."""
    names = list(islice(state.variables.names(), LOOKED_AT))
    WORK.names += len(names)
    found = [_labels(state.variables.get(each), unexported) for each in names]
    dump = label_at(place, SECRET, ENVIRONMENT, name, None)
    return together((frozenset({dump}), *found))


def _labels(variable: Variable, unexported: bool) -> Labels:
    if variable.assigned is False or (variable.exported is False and not unexported):
        return NO_LABELS
    return variable.value.labels


def holds_environment(path: str) -> bool:
    """Whether a file holds the environment of a process."""
    return _FILES in path and re.fullmatch(_pattern(), path) is not None


_FILES = "/environ"


@cache
def _pattern() -> str:
    return str(table("flows")["environment-files"])


def leaves_secrets_out(pattern: str | None) -> bool:
    """Whether lines that fit a pattern are those of secrets, or may be."""
    return pattern is None or re.search(_words(), pattern, re.IGNORECASE) is not None


@cache
def _words() -> str:
    return str(table("flows")["secret-words"])
