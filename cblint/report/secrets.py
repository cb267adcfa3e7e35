"""What of a build on paper is not to be shown: the secrets of its file, and what variables with such names hold."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.flow.build import Build
from cblint.flow.kinds import ASSIGNED
from cblint.hiding import Hiding
from cblint.secrets.mask import Mask, Secret, worth
from cblint.secrets.names import names_secret
from cblint.secrets.values import is_written_in_part


def secrets_of(build: Build, hiding: Hiding) -> Mask:
    """The secrets of a build; ``hiding`` has those of the whole file that its buildspec stands in."""
    return Mask([*hiding.known, *_assigned(build)])


def _assigned(build: Build) -> Iterator[Secret]:
    for run in build.runs:
        for event in run.events:
            if event.kind != ASSIGNED or not names_secret(event.name):
                continue
            for value in event.values:
                for piece in value.pieces:
                    text = piece.strip() if isinstance(piece, str) else ""
                    if is_written_in_part(text):
                        yield Secret(text, 0, bool(worth(text)))
