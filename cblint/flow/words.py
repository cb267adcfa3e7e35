"""What words become: expansions, quotes, splitting into fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cblint import expressions
from cblint.flow.core import Died
from cblint.flow.parameters import DEFAULT_SEPARATORS, Parameters
from cblint.flow.paths import of_process
from cblint.flow.patterns import Piece
from cblint.flow.state import File, Outcome, State
from cblint.flow.values import EMPTY, UNKNOWN, Value, concat, literal, unknown
from cblint.records import NamedTuple
from cblint.shell.commands import HereDocument
from cblint.shell.syntax import (
    ArithmeticExpansion,
    CommandSubstitution,
    DoubleQuoted,
    Literal,
    Parameter,
    Part,
    ProcessSubstitution,
    SingleQuoted,
    Word,
    walk,
)
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.assignments import Assigner

BLANKS = " \t\n"
_GLOB = expressions.lazy(r"[*?]|\[[^\[\]]*\]")


class Segment(NamedTuple):
    """A part of a word after its expansion.

    ``quoted``: its characters stand for themselves. ``splits``: it is the result of an expansion outside of quotes.
    ``ends_field``: a field ends here, as between the arguments in ``"$@"``; its value is then the parameter's name.
    """

    value: Value
    quoted: bool
    splits: bool = False
    ends_field: bool = False


class Fields(NamedTuple):
    """What words became. If not ``exact``, there may be more or fewer than these, or others.

    ``begins``: the first of them is sure all the same.
    """

    values: tuple[Value, ...]
    exact: bool
    begins: bool = True


class Expansion:
    """The words of one command, expanded from left to right; ``state`` is the one after what was expanded so far.

    ``substituted`` is how the last command substitution ended.
    """

    def __init__(self, interpreter: Assigner, state: State) -> None:
        self.interpreter = interpreter
        self.state = state
        self.substituted: Outcome | None = None

    @property
    def parameters(self) -> Parameters:
        """What expands the parameters in them; not kept, so that an expansion goes as soon as nobody has it."""
        return Parameters(self)

    def fields(self, words: Iterable[Word]) -> Fields:
        """The arguments that words become. Raises Died."""
        values: list[Value] = []
        exact = begins = True
        for word in words:
            if len(word.parts) == 1 and type(word.parts[0]) is Literal:
                plain = word.parts[0].value
                if not (plain.startswith("~") or _GLOB.search(plain) or "{" in plain):
                    values.append(literal(plain))
                    continue
            segments = list(self.segments(word, False))
            found = self._split(segments)
            if any(segment.splits for segment in segments) and self._has_odd_list(word):
                found = Fields(found.values, False)
            if word.unquoted is not None and "{" in word.raw and "}" in word.raw and self.interpreter.shell.braces:
                found = Fields(found.values, False)
            begins &= bool(values) or found.exact
            values += found.values
            exact &= found.exact
        return Fields(tuple(values), exact, begins)

    def text(self, word: Word) -> Value:
        """The word as one text, as in an assignment. Raises Died."""
        if ":~" in word.raw:
            # In the values of assignments a tilde stands for a directory there, too.
            return unknown(concat(segment.value for segment in self._joined(self.segments(word, False))).labels)
        return concat(segment.value for segment in self._joined(self.segments(word, False)))

    def document(self, word: Word, stripped: bool, quoted: bool) -> Value:
        """What a here-document says. Raises Died."""
        if quoted:
            text = concat(segment.value for segment in self._quoted(word.parts))
        else:
            text = concat(segment.value for segment in self._joined(self._quoted(word.parts)))
        if stripped and text.text is not None:
            return literal(re.sub(r"(?m)^\t+", "", text.text))
        return unknown(text.labels) if stripped else text

    def pattern(self, word: Word) -> list[Piece] | None:
        """The word as a pattern; None where some of it is not known. Raises Died."""
        pieces = []
        for segment in self._joined(self.segments(word, False)):
            text = segment.value.text
            if text is None:
                return None
            pieces.append(Piece(text, segment.quoted))
        return pieces

    def _joined(self, segments: Iterable[Segment]) -> Iterator[Segment]:
        """Without the ends of fields: arguments are put together, with a blank or the first character of IFS."""
        for segment in segments:
            yield Segment(self._glue(segment.value.text == "*"), True) if segment.ends_field else segment

    def _glue(self, is_star: bool) -> Value:
        separators = self.parameters.separators
        if separators is None:
            return UNKNOWN
        if separators[:1] == " " or (not is_star and self.interpreter.shell.is_dash is False):
            return literal(" ")
        if not is_star and self.interpreter.shell.is_dash is None:
            return UNKNOWN
        return literal(separators[:1])

    # Parts

    def segments(self, word: Word, quoted: bool) -> Iterator[Segment]:
        """What the parts of a word become."""
        if quoted:
            yield from self._quoted(word.parts)
            return
        for number, part in enumerate(word.parts):
            if isinstance(part, Literal):
                yield from self._literal(part, number == 0, len(word.parts) == 1)
            elif isinstance(part, SingleQuoted):
                yield Segment(self._single_quoted(part), True)
            elif isinstance(part, DoubleQuoted):
                if not _is_list_alone(part):
                    yield Segment(EMPTY, True)
                yield from self._quoted(part.parts)
            else:
                yield from self._expanded(part, False)

    def _quoted(self, parts: Iterable[Part]) -> Iterator[Segment]:
        for part in parts:
            if isinstance(part, (Literal, SingleQuoted)):
                yield Segment(literal(part.value), True)
            elif isinstance(part, DoubleQuoted):
                yield from self._quoted(part.parts)
            else:
                yield from self._expanded(part, True)

    def _single_quoted(self, part: SingleQuoted) -> Value:
        if not part.ansi:
            return literal(part.value)
        dash = self.interpreter.shell.is_dash
        if dash is False:
            from cblint.shell.ansi import unescaped  # few commands have such quotes

            value = unescaped(part.value)
            return literal(value) if value is not None else UNKNOWN
        return literal("$" + part.value) if dash and "\\'" not in part.value else UNKNOWN

    def _literal(self, part: Literal, first: bool, alone: bool) -> Iterator[Segment]:
        value = part.value
        if first and value.startswith("~") and part.raw.startswith("~"):
            name, slash, rest = value.partition("/")
            if name == "~" and (slash or alone):
                home = self.state.variable("HOME")
                yield Segment(home.value if home.assigned else UNKNOWN, True)
                value = slash + rest
            else:
                yield Segment(UNKNOWN, True)
                return
            if part.escaped:
                yield Segment(UNKNOWN, True)
                return
            if value:
                yield Segment(literal(value), False)
        elif part.escaped:
            yield from _unescaped(part)
        else:
            yield Segment(literal(value), False)

    def _expanded(self, part: Part, quoted: bool) -> Iterator[Segment]:
        if isinstance(part, Parameter):
            yield from self.parameters.expand(part, quoted)
        elif isinstance(part, CommandSubstitution):
            if _is_garbled(part) and self.interpreter.shell.is_dash is not True:
                self.interpreter.aborts(self.state, False, everywhere=True)
                value, outcome = UNKNOWN, self.interpreter.ran_somehow(part.body, self.state)
            else:
                value, outcome = self.interpreter.substitute(part.body, self.state)
            self._after_substitution(part, outcome)
            yield Segment(value, quoted, not quoted)
        elif isinstance(part, ArithmeticExpansion):
            yield Segment(self.arithmetic(part.expression), quoted, not quoted)
        elif isinstance(part, ProcessSubstitution):
            value, outcome = self.interpreter.substitute(part.body, self.state)
            self.interpreter.hide(outcome, "substitution", part)
            files = (outcome.either or self.state).files
            if value.labels and part.direction == "<":
                files = files.set(of_process(part), File("file", unknown(value.labels)))
            self.state = self.state._replace(files=files)
            yield Segment(UNKNOWN, True)
        else:
            yield Segment(UNKNOWN, quoted, not quoted)

    def _after_substitution(self, part: Part, outcome: Outcome) -> None:
        after = outcome.either
        if after is None:
            raise Died
        before = self.state
        if self.substituted is not None:
            self.interpreter.hide(self.substituted, "substitution", part)
        self.substituted = outcome
        # What $? is until the command has run depends on the shell.
        same = after.code == before.code and after.succeeded is before.succeeded
        self.state = after._replace(
            code=before.code if same else None, succeeded=before.succeeded if same else None, cause=before.cause
        )

    def arithmetic(self, expression: Word, is_command: bool = False) -> Value:
        """The number that an expression comes to. Raises Died; arithmetic.Wrong if it is a command."""
        text = concat(segment.value for segment in self._joined(self._quoted(expression.parts)))
        return self.interpreter.compute(self, text, expression, is_command)

    # Fields

    def _split(self, segments: list[Segment]) -> Fields:
        separators = self.parameters.separators
        fields: list[Value] = []
        parts: list[Value] = []
        begun = False
        exact = not self._may_be_pattern(segments)
        for segment in segments:
            if segment.ends_field:
                # What is empty and not in quotes is no field.
                if begun:
                    fields.append(concat(parts))
                parts, begun = [], False
                continue
            if not segment.splits:
                begun = begun or segment.quoted or bool(segment.value.pieces)
                parts.append(segment.value)
                continue
            text = segment.value.text
            if text == "":
                continue
            if text is None or separators is None:
                exact = exact and separators == DEFAULT_SEPARATORS and _is_one_field(segment.value)
                parts.append(segment.value)
                begun = True
                continue
            pieces, starts, ends = _pieces(text, separators)
            if starts and begun:
                fields.append(concat(parts))
                parts, begun = [], False
                if pieces and not pieces[0]:
                    # Blanks and the separator behind them are one.
                    pieces = pieces[1:]
            for number, piece in enumerate(pieces):
                if number:
                    fields.append(concat(parts))
                    parts = []
                parts.append(literal(piece))
                begun = True
            if ends and begun:
                fields.append(concat(parts))
                parts, begun = [], False
        if begun:
            fields.append(concat(parts))
        return Fields(tuple(fields), exact)

    def _has_odd_list(self, word: Word) -> bool:
        """Whether there are arguments in it that each shell splits in its own way: IFS has more than blanks, or so."""
        if "@" not in word.raw and "*" not in word.raw:
            return False
        lists = sum(isinstance(node, Parameter) and self.parameters.is_list(node) for node in walk(word))
        if lists and len(word.parts) > 1 and self.interpreter.shell.is_dash is not False:
            return True
        return lists > 1 or (lists == 1 and bool((self.parameters.separators or "").strip(BLANKS)))

    def _may_be_pattern(self, segments: list[Segment]) -> bool:
        """Whether file names may stand in its place."""
        if self.state.options.noglob:
            return False
        unquoted = (segment.value.pieces for segment in segments if not segment.quoted)
        text = "".join(piece for pieces in unquoted for piece in pieces if isinstance(piece, str))
        return _GLOB.search(text) is not None


_ONE_FIELD = frozenset(
    {"AWS_DEFAULT_REGION", "AWS_REGION", "CODEBUILD_BUILD_ARN", "CODEBUILD_BUILD_ID", "CODEBUILD_BUILD_NUMBER"}
    | {"CODEBUILD_BUILD_SUCCEEDING", "CODEBUILD_SRC_DIR", "CODEBUILD_START_TIME", "HOME"}
)
"""Variables that CodeBuild always sets, to one word."""


def _is_one_field(value: Value) -> bool:
    return all(
        not set(piece) & set(BLANKS) if isinstance(piece, str) else piece.name in _ONE_FIELD for piece in value.pieces
    )


def _is_list_alone(part: DoubleQuoted) -> bool:
    """Whether it is ``"$@"`` or the like, which is no field at all if there are no elements."""
    if len(part.parts) != 1:
        return False
    (inner,) = part.parts
    if not isinstance(inner, Parameter) or inner.prefix:
        return False
    return inner.name == "@" or (inner.subscript is not None and inner.subscript.raw == "@")


def _is_garbled(part: CommandSubstitution) -> bool:
    """Whether a `;` follows a here-document in it: some versions of bash leave that out where they write it anew."""
    if "<<" not in part.raw or part.raw.startswith("`"):
        return False
    documents = (node for node in walk(part.body) if isinstance(node, HereDocument))
    return any(";" in part.source.value[document.end : part.end] for document in documents)


def _unescaped(part: Literal) -> Iterator[Segment]:
    """What is behind a backslash is quoted, the rest is not."""
    raw = part.raw
    at = 0
    while at < len(raw):
        if raw[at] == "\\" and at + 1 < len(raw):
            if raw[at + 1] != "\n":
                yield Segment(literal(raw[at + 1]), True)
            at += 2
            continue
        end = raw.find("\\", at)
        end = len(raw) if end in (-1, at) else end
        yield Segment(literal(raw[at:end]), False)
        at = end


def _pieces(text: str, separators: str) -> tuple[list[str], bool, bool]:
    """The fields of a text; whether something separates them from what stands before, and from what follows."""
    if not separators or not text:
        return ([text] if text else []), False, False
    blanks = "".join(char for char in BLANKS if char in separators)
    others = "".join(char for char in separators if char not in BLANKS)
    stripped = text.strip(blanks)
    begins, ends = _differs(text, stripped, 0), _differs(text, stripped, 1)
    if not stripped:
        return [], begins, ends
    if not others:
        return _split_at(stripped, blanks), begins, ends
    around = f"[{re.escape(blanks)}]*" if blanks else ""
    pieces: list[str] = []
    for piece in re.split(f"{around}[{re.escape(others)}]{around}", stripped):
        pieces += _split_at(piece, blanks) if blanks and piece else [piece]
    if len(pieces) > 1 and not pieces[-1]:
        pieces.pop()
        ends = True
    return pieces, begins, ends


def _split_at(text: str, blanks: str) -> list[str]:
    return [piece for piece in re.split(f"[{re.escape(blanks)}]+", text) if piece] if blanks else [text]


def _differs(text: str, stripped: str, side: int) -> bool:
    """Whether blanks were taken from the beginning (0) or the end (1)."""
    if not stripped:
        return True
    return text[0] != stripped[0] if side == 0 else text[-1] != stripped[-1]
