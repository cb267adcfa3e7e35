"""Reading what stands between commands and around their words: blanks, comments, assignments, redirections."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cblint import expressions
from cblint.shell.commands import ArrayLiteral, Assignment, HereDocument, Redirection
from cblint.shell.place import Unreadable
from cblint.shell.script import Comment
from cblint.shell.syntax import Literal, Part, Word
from cblint.shell.words import METACHARACTERS, Scanner, name_at
from cblint.source.text import HOLE, Text

_BLANKS = expressions.lazy(r"(?:[ \t]|\\\n)+")
_GOES_ON_BLANK = frozenset(" \t\\#")
_COMMENT = expressions.lazy(r"#[^\n]*")
_RESERVED = expressions.lazy(
    r"(?:if|then|elif|else|fi|for|select|while|until|do|done|case|esac|in|function|time|coproc|[{}!]|\[\[|\]\])"
    r"(?=(?:\\\n)*(?:[ \t\n;&|<>()]|\Z))"
)
_OPERATOR = expressions.lazy(r"&&|\|\||;;&|;;|;&|\|&|&>>|&>|<<<|<<-|<<|<&|<>|>>|>&|>\||[;&|()<>]")
_REDIRECTION = expressions.lazy(
    r"(\d+|\{[A-Za-z_]\w*\})?(<<<|<<-|<<|<&|<>|<(?!\()|>>|>&|>\||>(?!\())|()(&>>|&>)", re.ASCII
)
REDIRECTING = frozenset("<>&{0123456789")
"""What a redirection can begin with."""
NUMBER = expressions.lazy(r"(?:\d+|\{[A-Za-z_]\w*\})(?=[<>](?!\())", re.ASCII)
"""What belongs to the redirection right behind it."""
_ASSIGNMENT = expressions.lazy(r"\+?=")


class SimpleReader(Scanner):
    """Reads the tokens of commands; here-documents are read where the line of their operator ends.

    ``_pending`` are those that wait for it. ``_in_substitution``: we are in ``$(…)``, ``<(…)`` or ``>(…)``.
    """

    def __init__(self, text: Text, depth: int) -> None:
        super().__init__(text, depth)
        self._in_substitution = False
        self._no_assignment: set[int] = set()

    def _blanks(self) -> None:
        if self.at >= self.size or self.source[self.at] not in " \t\\#":
            return
        if self.source[self.at] == " " and self.source[self.at + 1 : self.at + 2] not in _GOES_ON_BLANK:
            self.at += 1  # as nearly always
            return
        match = _BLANKS.match(self.source, self.at, self.size)
        if match is not None:
            self.at = match.end()
        if self.at < self.size and self.source[self.at] == "#":
            self._comment()

    def _comment(self) -> None:
        match = _COMMENT.match(self.source, self.at, self.size)
        assert match is not None
        self.comments.append(Comment(self.text, match.start(), match.end()))
        self.at = match.end()

    def _newlines(self) -> None:
        """Blanks, comments and line ends; the here-documents that begin below a line end are read."""
        self._blanks()
        while self.at < self.size and self.source[self.at] == "\n":
            self.at += 1
            self._read_documents()
            self._blanks()

    def _peek(self, *operators: str) -> bool:
        return self.at < self.size and self.source.startswith(operators, self.at, self.size)

    def _reserved(self) -> str:
        """The reserved word that stands here, or nothing."""
        match = _RESERVED.match(self.source, self.at, self.size)
        return match.group() if match is not None else ""

    def _unexpected(self) -> Unreadable:
        """The error for what stands here: named as the shells name it."""
        if self.at >= self.size:
            return self.error("unfinished", self.at, self.at, "end of file")
        if self.source[self.at] == "\n":
            return self.error("unexpected", self.at, self.at + 1, "newline")
        match = _OPERATOR.match(self.source, self.at, self.size)
        if match is not None and not self._peek("<(", ">("):
            return self.error("unexpected", self.at, match.end(), match.group())
        start = self.at
        self.at += len(self._reserved())
        if self.at == start:
            self.word()
        return self.error("unexpected", start, self.at, self.source[start : self.at])

    def _expect(self, word: str) -> None:
        if self._reserved() != word:
            raise self._unexpected()
        self.at += len(word)

    # Assignments

    def _assignment(self, declared: bool, arrays: bool) -> Assignment | Word | None:
        """The assignment that begins here, or the word if it is none; None, and nothing passed over, if neither is.

        ``declared``: after ``export`` and its kin, where blanks end a subscript like any word. ``arrays``: the value
        can be one.
        """
        before = self.mark()
        name = name_at(self.source, self.at)
        if not name or self.at in self._no_assignment:
            return None
        self.at += len(name)
        subscript = None
        if self._peek("["):
            subscript = self._subscript("]" + METACHARACTERS if declared else "]")
        match = _ASSIGNMENT.match(self.source, self.at, self.size)
        if match is None and subscript is not None and not declared:
            return self._with_subscript(before.at, subscript)
        if match is None:
            self._no_assignment.add(before.at)
            self.back(before)
            return None
        self.at = match.end()
        value = self._array() if arrays and self._peek("(") else self.word() or Word(self.text, self.at, self.at, ())
        return Assignment(self.text, before.at, self.at, name, subscript, match.group(), value)

    def _subscript(self, closing: str) -> Word:
        """What stands in the ``[…]`` here, which is passed over. Where only ``]`` closes it, it has to be there."""
        start = self.at
        self.at += 1
        subscript = self.until(closing, quoted=False)
        if self._peek("]"):
            self.at += 1
        elif closing == "]":
            raise self.error("unclosed", start, start + 1, "]")
        return subscript

    def _with_subscript(self, start: int, subscript: Word) -> Word:
        """The word that begins with this subscript or with a name before it."""
        opening = Literal(self.text, start, subscript.start, self.source[start : subscript.start])
        closing = Literal(self.text, subscript.end, subscript.end + 1, "]")
        rest = self.word()
        parts = (opening, *subscript.parts, closing, *(rest.parts if rest is not None else ()))
        return Word(self.text, start, self.at, _joined(parts))

    def _array(self) -> ArrayLiteral | Word:
        """The array that begins here; the word, if something stands right behind the bracket."""
        start = self.at
        self.at += 1
        elements = []
        while True:
            self._newlines()
            if self.at >= self.size:
                raise self.error("unclosed", start, start + 1, ")")
            if self._peek(")"):
                break
            before = self.at
            word = self._with_subscript(before, self._subscript("]")) if self._peek("[") else self.word()
            if word is None:
                raise self._unexpected()
            elements.append(word)
        self.at += 1
        end = self.at
        rest = self.word()
        if rest is None:
            return ArrayLiteral(self.text, start, end, tuple(elements))
        return Word(self.text, start, self.at, _joined((*self.literals(start, end), *rest.parts)))

    # Redirections and here-documents

    def _redirections(self) -> tuple[Redirection, ...]:
        found: list[Redirection] = []
        while True:
            before = self.mark()
            self._blanks()
            redirection = self._redirection()
            if redirection is None:
                self.back(before)
                return tuple(found)
            found.append(redirection)

    def _redirection(self) -> Redirection | None:
        start = self.at
        if start >= self.size or self.source[start] not in REDIRECTING:
            return None
        match = _REDIRECTION.match(self.source, start, self.size)
        if match is None:
            return None
        descriptor, operator = match[1] or "", match[2] or match[4]
        self.at = match.end()
        self._blanks()
        number = NUMBER.match(self.source, self.at, self.size)
        if number is not None and operator not in (">&", "<&"):
            raise self.error("unexpected", number.start(), number.end(), number.group())
        target = self.word()
        if target is None:
            raise self._unexpected()
        redirection = Redirection(self.text, start, self.at, descriptor, operator, target)
        if operator in ("<<", "<<-"):
            if HOLE in target.raw:
                raise self.error("unclosed", target.start, target.end, HOLE)
            self._pending.append(redirection)
            self.documents.append(redirection)
        return redirection

    def _read_documents(self) -> None:
        """Read the here-documents that were announced on the line that ends here."""
        pending, self._pending = self._pending, []
        for redirection in pending:
            redirection.document = self._document(redirection)

    def _document(self, redirection: Redirection) -> HereDocument:
        raw = redirection.target.raw.replace("\\\n", "")
        quoted = any(char in raw for char in "'\"\\")
        delimiter = _unquoted(raw) if quoted else raw
        stripped = redirection.operator == "<<-"
        start = self.at
        end, after, terminated = self._document_end(delimiter, quoted, stripped)
        body = self._document_body(start, end, quoted)
        self.at = after
        return HereDocument(self.text, start, after, delimiter, quoted, stripped, body, terminated)

    def _document_end(self, delimiter: str, quoted: bool, stripped: bool) -> tuple[int, int, bool]:
        """Where the body ends, where the line of the delimiter does, and whether there is one."""
        at, continued = self.at, False
        while at < self.size:
            line_end = self.source.find("\n", at, self.size)
            stop = line_end if line_end >= 0 else self.size
            line = self.source[at:stop]
            if stripped:
                line = line.lstrip("\t")
            if not continued and line == delimiter:
                return at, min(stop + 1, self.size), True
            if not continued and self._in_substitution and _closes(line, delimiter):
                return at, stop - len(line) + len(delimiter), False
            continued = not quoted and (len(line) - len(line.rstrip("\\"))) % 2 == 1
            at = stop + 1
        return self.size, self.size, False

    def _document_body(self, start: int, end: int, quoted: bool) -> Word:
        written = self.source[start:end]
        if not quoted and any(char in written for char in "$`\\"):
            self.at = start
            size, self.size, before = self.size, end, self.mark()
            try:
                return Word(self.text, start, end, self.document_parts())
            except Unreadable:
                self.back(before)  # bash reads it when it runs, and then only
            finally:
                self.size = size
                del self._pending[before.pending :]
        return Word(self.text, start, end, self.literals(start, end))


def _unquoted(raw: str) -> str:
    """The delimiter of a here-document without its quotes."""
    return re.sub(r"\\(.)|\$?['\"]", lambda match: match[1] or "", raw, flags=re.DOTALL)


def _closes(line: str, delimiter: str) -> bool:
    """Whether bash ends a here-document at the beginning of this line, for the sake of the bracket that follows."""
    following = line[len(delimiter) :]
    return line.startswith(delimiter) and ")" in following and not (following[0].isalnum() or following[0] == "_")


def _joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts with neighbouring pieces of unquoted text made one."""
    found: list[Part] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, Literal) and isinstance(last, Literal):
            found[-1] = Literal(part.source, last.start, part.end, last.value + part.value)
        else:
            found.append(part)
    return tuple(found)
