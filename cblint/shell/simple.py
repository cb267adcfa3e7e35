"""Reading what stands between commands and around their words: blanks, comments, assignments, redirections."""

from __future__ import annotations

import re

from cblint.shell.commands import ArrayLiteral, Assignment, Comment, HereDocument, Redirection
from cblint.shell.syntax import Literal, Word
from cblint.shell.words import Scanner, Unreadable, name_at
from cblint.source.text import Text

_BLANKS = re.compile(r"(?:[ \t]|\\\n)+")
_COMMENT = re.compile(r"#[^\n]*")
_RESERVED = re.compile(
    r"(?:if|then|elif|else|fi|for|select|while|until|do|done|case|esac|in|function|time|coproc|[{}!]|\[\[)"
    r"(?=[ \t\n;&|<>()]|\\\n|\Z)"
)
_OPERATOR = re.compile(r"&&|\|\||;;&|;;|;&|\|&|&>>|&>|<<<|<<-|<<|<&|<>|>>|>&|>\||[;&|()<>]")
_REDIRECTION = re.compile(r"(\d+|\{[A-Za-z_]\w*\})?(<<<|<<-|<<|<&|<>|<(?!\()|>>|>&|>\||>(?!\())|()(&>>|&>)", re.ASCII)
_ASSIGNMENT = re.compile(r"\+?=")


class SimpleReader(Scanner):
    """Reads the tokens of commands; here-documents are read where the line of their operator ends."""

    def __init__(self, text: Text, depth: int) -> None:
        super().__init__(text, depth)
        self.documents: list[Redirection] = []
        self._documents: list[Redirection] = []

    def _blanks(self) -> None:
        if self.at >= self.size or self.source[self.at] not in " \t\\#":
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
        if match is not None:
            return self.error("unexpected", self.at, match.end(), match.group())
        start = self.at
        self.word()
        return self.error("unexpected", start, self.at, self.source[start : self.at])

    def _expect(self, word: str) -> None:
        if self._reserved() != word:
            raise self._unexpected()
        self.at += len(word)

    # Assignments

    def _assignment(self) -> Assignment | None:
        """The assignment that begins here; None, and nothing passed over, if none does."""
        start = self.at
        name = name_at(self.source, start)
        if not name:
            return None
        self.at += len(name)
        subscript = None
        if self._peek("["):
            self.at += 1
            subscript = self.until("]", quoted=False)
            self.at += 1
        match = _ASSIGNMENT.match(self.source, self.at, self.size)
        if match is None:
            self.at = start
            return None
        self.at = match.end()
        value: Word | ArrayLiteral
        if self._peek("("):
            value = self._array()
        else:
            value = self.word() or Word(self.text, self.at, self.at, ())
        return Assignment(self.text, start, self.at, name, subscript, match.group(), value)

    def _array(self) -> ArrayLiteral:
        start = self.at
        self.at += 1
        elements = []
        while True:
            self._newlines()
            if self.at >= self.size:
                raise self.error("unclosed", start, start + 1, ")")
            if self._peek(")"):
                break
            word = self.word()
            if word is None:
                raise self._unexpected()
            elements.append(word)
        self.at += 1
        return ArrayLiteral(self.text, start, self.at, tuple(elements))

    # Redirections and here-documents

    def _redirections(self) -> tuple[Redirection, ...]:
        found: list[Redirection] = []
        while True:
            before = self.at
            self._blanks()
            redirection = self._redirection()
            if redirection is None:
                self.at = before
                return tuple(found)
            found.append(redirection)

    def _redirection(self) -> Redirection | None:
        start = self.at
        if start >= self.size or self.source[start] not in "<>&{0123456789":
            return None
        match = _REDIRECTION.match(self.source, start, self.size)
        if match is None:
            return None
        descriptor, operator = match[1] or "", match[2] or match[4]
        self.at = match.end()
        self._blanks()
        target = self.word()
        if target is None:
            raise self._unexpected()
        redirection = Redirection(self.text, start, self.at, descriptor, operator, target)
        if operator in ("<<", "<<-"):
            self._documents.append(redirection)
            self.documents.append(redirection)
        return redirection

    def _read_documents(self) -> None:
        """Read the here-documents that were announced on the line that ends here."""
        for redirection in self._documents:
            redirection.document = self._document(redirection)
        self._documents = []

    def _document(self, redirection: Redirection) -> HereDocument:
        raw = redirection.target.raw
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
            if not continued and (line.lstrip("\t") if stripped else line) == delimiter:
                return at, min(stop + 1, self.size), True
            continued = not quoted and (len(line) - len(line.rstrip("\\"))) % 2 == 1
            at = stop + 1
        return self.size, self.size, False

    def _document_body(self, start: int, end: int, quoted: bool) -> Word:
        whole = Literal(self.text, start, end, self.source[start:end])
        if not quoted and any(char in whole.value for char in "$`\\"):
            size, self.size, self.at = self.size, end, start
            try:
                return Word(self.text, start, end, self.document_parts())
            except Unreadable:
                pass  # bash reads it when it runs, and then only
            finally:
                self.size = size
        return Word(self.text, start, end, (whole,) if end > start else ())


def _unquoted(raw: str) -> str:
    """The delimiter of a here-document without its quotes."""
    return re.sub(r"\\(.)|['\"]", lambda match: match[1] or "", raw, flags=re.DOTALL)
