"""Where a text may come from: from a secret, or from somebody who must not be trusted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from cblint.facts import table
from cblint.flow.layers import WORK
from cblint.records import NamedTuple
from cblint.secrets.names import sounds_secret as sounds_secret
from cblint.source.text import Span

SECRET, UNTRUSTED = "secret", "untrusted"
NAMED, FETCHED = "named", "fetched "
"""Of a secret: only its name tells it; a command fetches it, and where from stands behind."""
MOST = 12
"""So many sources of one text are remembered."""


class Label(NamedTuple):
    """One source of a text.

    ``kind`` is SECRET or UNTRUSTED. ``source`` is what it is, as ``rules/facts/flows.yml`` has it: ``secrets-manager``,
    ``parameter-store`` or ``project`` for variables that the build is given, ``named`` for one that only its name tells
    to be a secret, the kind of secret for what a command fetches; ``outsider``, ``pusher`` and so on for who chooses
    the text. ``name`` is the variable or command, ``place`` where the buildspec has it. ``masked``: CodeBuild hides the
    text in the log (user guide, build-spec-ref: strings from Parameter Store and Secrets Manager, as a whole); None
    where it may no longer be the same text. Of what a command prints that somebody has chosen it is True as long as all
    of it is there, and that is more than a word.
    """

    kind: str
    source: str
    name: str
    place: Span | None = None
    masked: bool | None = False

    @property
    def is_variable(self) -> bool:
        """Whether it is one that the build is given, and not what a command prints."""
        return self.source in _OF_VARIABLES

    def is_same_source(self, other: Label) -> bool:
        """Whether it is the same, whatever has become of the text."""
        return self[:4] == other[:4]


_OF_VARIABLES = frozenset({"secrets-manager", "parameter-store", "project", NAMED})


def label_at(place: Span, kind: str, source: str, name: str, masked: bool | None = False) -> Label:
    """What a command gives that stands there: who remembers it has to know that it holds a place."""
    WORK.places += 1
    return Label(kind, source, name, place, masked)


Labels = frozenset[Label]
NO_LABELS: Labels = frozenset()


def together(labels: Iterable[Labels]) -> Labels:
    """All of them; of very many, some."""
    found = NO_LABELS
    for each in labels:
        if each:
            found = found | each if found else each
    return found if len(found) <= MOST else frozenset(sorted(found, key=_order)[:MOST])


def _order(label: Label) -> tuple[str, str, str, Span, str]:
    return label.kind, label.source, label.name, label.place or Span(0, 0), str(label.masked)


def changed(labels: Labels, masked: bool | None = False) -> Labels:
    """The same of a text that was made from it: CodeBuild does not know it, or (None) perhaps not."""
    if not any(_gives_way(label, masked) for label in labels):
        return labels
    return frozenset(label._replace(masked=masked) if _gives_way(label, masked) else label for label in labels)


def _gives_way(label: Label, masked: bool | None) -> bool:
    return bool(label.masked) or (label.masked is None and masked is False)


def of_kind(labels: Labels, kind: str) -> list[Label]:
    """Those of one kind, in an order that is always the same."""
    return sorted((label for label in labels if label.kind == kind), key=_order)


def without(labels: Labels, kind: str) -> Labels:
    """Those of other kinds."""
    return frozenset(label for label in labels if label.kind != kind) if labels else labels


@lru_cache(maxsize=4096)
def given_labels(name: str) -> Labels:
    """What the name of a variable tells of the text that a build is given by it."""
    untrusted = table("flows")["variables"].get(name)
    if untrusted is not None:
        return frozenset({Label(UNTRUSTED, untrusted, name)})
    if sounds_secret(name):
        # Whether CodeBuild masks it depends on where the project has it from.
        return frozenset({Label(SECRET, NAMED, name, None, None)})
    return NO_LABELS


@lru_cache(maxsize=4096)
def sounds_decrypted(name: str) -> bool:
    """Whether what a command has decrypted is a secret if it is put into a variable of that name."""
    return sounds_secret(name) or bool(re.search(table("flows")["secret-names"]["decrypted"], name.upper()))


@lru_cache(maxsize=4096)
def sounds_plain(name: str) -> bool:
    """Whether a variable or a field of that name is none of what a secret is kept for: the host, the user."""
    return re.search(table("flows")["plain-names"]["pattern"], name.upper()) is not None
