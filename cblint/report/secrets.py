"""What looks like a secret in the texts of a build, and what is shown in its place."""

from __future__ import annotations

import re

from cblint.buildspec.model import VARIABLES, Buildspec
from cblint.flow.build import Build
from cblint.flow.kinds import ASSIGNED

MOST = 200
"""So many are looked for; if there are more, no text of the build is shown at all."""
WINDOW = 2_000
"""Characters of a command that are looked at: not as many are ever shown."""
LONGEST = 64
"""What a secret begins with is looked for, not all of it: where it is longer, the rest of the text is not shown."""
SHORTEST = 6
"""A shorter one stands by chance in other texts."""

_NAME = re.compile(
    r"PASS(?:WORD|WD|PHRASE)|SECRET|TOKEN|CREDENTIAL|(?:API|ACCESS|PRIVATE|SIGNING)[_-]?KEY", re.IGNORECASE
)
_KNOWN = re.compile(
    r"A[KS]IA[0-9A-Z]{16}|gh[opsur]_[0-9A-Za-z]{20,}|github_pat_[0-9A-Za-z_]{20,}|glpat-[0-9A-Za-z_-]{16,}"
    r"|npm_[0-9A-Za-z]{20,}|xox[abprs]-[0-9A-Za-z-]{10,}|sk-[0-9A-Za-z_-]{20,}"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*|eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_.-]+"
    r"|(?<=://)[^/\s:@]{1,100}:[^/\s@]{1,200}(?=@)"
)
# A value, or one in quotes, but none that is itself computed.
_GIVEN = re.compile(r"(?<![\w-])(-{0,2}[\w-]{1,60})(=|\s+)(\"[^\"$`]+\"|'[^']+'|[^\s\"'$`;|&()<>-][^\s\"'$`;|&()<>]*)")


def looks_secret(name: str) -> bool:
    """Whether a variable of that name is likely to hold a secret."""
    return _NAME.search(name) is not None


class Secrets:
    """The secrets of a build, as far as they stand in it."""

    def __init__(self, buildspec: Buildspec, build: Build) -> None:
        found = {
            given.value.value.strip()
            for given in buildspec.variables
            if given.section == VARIABLES and given.value is not None and looks_secret(given.name)
        }
        for run in build.runs:
            for event in run.events:
                if event.kind == ASSIGNED and looks_secret(event.name):
                    pieces = (piece for value in event.values for piece in value.pieces)
                    found.update(piece.strip() for piece in pieces if isinstance(piece, str))
        texts = sorted({text[:LONGEST] for text in found if len(text) >= SHORTEST}, key=lambda text: (-len(text), text))
        self.too_many = len(texts) > MOST
        self._lengths = {text[:LONGEST]: len(text) for text in sorted(found, key=len)}
        self._pattern = re.compile("|".join(map(re.escape, texts))) if texts and not self.too_many else None
        self._judged: dict[str, bool] = {}

    def within(self, text: str) -> bool:
        """Whether a secret stands in a text."""
        judged = self._judged.get(text)
        if judged is None:
            judged = self.too_many or any(
                pattern is not None and pattern.search(text) is not None for pattern in (self._pattern, _KNOWN)
            )
            self._judged[text] = judged
        return judged

    def hidden(self, text: str) -> str:
        """The beginning of a text with its secrets hidden: ``…(20)`` for one of 20 characters."""
        if self.too_many:
            return "…"
        parts = []
        at = 0
        # One that begins within the window is found, wherever it ends.
        for match in self._pattern.finditer(text, 0, WINDOW + LONGEST) if self._pattern is not None else ():
            length = self._lengths[match.group()]
            parts.append(f"{text[at : match.start()]}…({length})")
            at = match.end()
            if length > LONGEST:
                at = WINDOW
                break
        shown = "".join([*parts, text[at:WINDOW]])
        shown = _KNOWN.sub(lambda match: f"{match.group()[:4]}…({len(match.group())})", shown)
        return _GIVEN.sub(_without_value, shown)


def _without_value(match: re.Match[str]) -> str:
    name, between, value = match.groups()
    is_option = name.startswith("-")
    if not looks_secret(name) or (between != "=" and not is_option) or value.startswith("…"):
        return match.group()
    return f"{name}{between}…({len(value)})"
