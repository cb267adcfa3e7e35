"""Writes PowerShell, and notes what it has written: where variables, calls and their words stand."""

from __future__ import annotations

from hypothesis import strategies as st

from cblint.source.text import Span

_NAMES = ("a", "NAME", "env:PATH", "script:x", "_", "Äö", "a1")
_PROGRAMS = ("docker", "Get-Item", "C:\\x\\y.exe", "./a.ps1", "7z", "%", "git")
_LITERALS = (
    "push",
    "x.txt",
    "s3://b/c",
    "/p:A=b",
    "--x=y",
    "-Name",
    "-o:",
    "a@b",
    "..\\c",
    "*.dll",
    "`$a",
    "é😀",
    "[x]",
)
_QUOTED = ("'a'", "'it''s $a'", '"b"', '"a `"b`" `$c"', '""', '"x ""y"" z"', "@'\n$a '\n'@", '@"\n"a" `$b\n"@')
_BLANKS = (" ", " ", "  ", " `\n  ", " <# ' #> ")
_ENDS = ("\n", ";", "; ", "\n\n", " # it's\n", "\r\n")
_OPERATORS = (" -eq ", " + ", ", ", "..", " -replace ")


class Written:
    """A text that grows, and what of it is variables and calls."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.text = ""
        self.variables: list[Span] = []
        self.calls: list[list[Span]] = []
        self.targets: list[Span] = []

    def _pick(self, choices: tuple[str, ...]) -> str:
        return self.draw(st.sampled_from(choices))

    def _often(self, most: int) -> range:
        return range(self.draw(st.integers(0, most)))

    def statements(self, depth: int) -> None:
        """A few statements, each with its end."""
        for _ in self._often(3):
            self._statement(depth)
            self.text += self._pick(_ENDS)

    def _statement(self, depth: int) -> None:
        way = self.draw(st.integers(0, 9)) if depth < 3 else self.draw(st.integers(0, 4))
        if way < 4:
            self._pipeline(depth)
        elif way == 4:
            self._assignment(depth)
        elif way < 7:
            self._condition(depth)
        elif way == 7:
            self.text += "foreach ("
            self._variable()
            self.text += " in "
            self._variable()
            self.text += ") "
            self._block(depth)
        elif way == 8:
            self.text += "try "
            self._block(depth)
            self.text += " catch [System.X], [Y] "
            self._block(depth)
        else:
            self.text += "function f($p, [int] $q = 3) "
            start = len(self.text) - len("function f($p, [int] $q = 3) ")
            for name in ("$p", "$q"):
                at = self.text.index(name, start)
                self.variables.append(Span(at, at + 2))
            self.targets.append(self.variables[-2])
            self.targets.append(self.variables[-1])
            self._block(depth)

    def _condition(self, depth: int) -> None:
        self.text += "if ("
        self._expression(depth)
        self.text += ") "
        self._block(depth)
        if self.draw(st.booleans()):
            self.text += " else "
            self._block(depth)

    def _block(self, depth: int) -> None:
        self.text += "{\n"
        self.statements(depth + 1)
        self.text += "}"

    def _assignment(self, depth: int) -> None:
        self._variable()
        self.targets.append(self.variables[-1])
        self.text += self._pick((" = ", "=", " += "))
        if self.draw(st.booleans()):
            self._pipeline(depth)
        else:
            self._expression(depth)

    def _pipeline(self, depth: int) -> None:
        for number in range(1 + self.draw(st.integers(0, 2))):
            if number:
                self.text += self._pick((" | ", " && ", " || ", "|"))
            self._call(depth)

    def _call(self, depth: int) -> None:
        words: list[Span] = []
        start = len(self.text)
        self.text += self._pick(_PROGRAMS)
        words.append(Span(start, len(self.text)))
        self.calls.append(words)
        for _ in self._often(3):
            self.text += self._pick(_BLANKS)
            start = len(self.text)
            self._word(depth)
            words.append(Span(start, len(self.text)))

    def _word(self, depth: int) -> None:
        way = self.draw(st.integers(0, 6))
        if way < 2:
            self.text += self._pick(_LITERALS)
        elif way == 2:
            self.text += self._pick(_QUOTED)
        elif way == 3:
            self._variable()
        elif way == 4:
            self.text += self._pick(("a/", "--x=", "/p:A=", "s3://"))
            self._variable()
            self.text += self._pick(("", "/b", "\\c"))
        elif way == 5:
            self._string(depth)
        else:
            self._bracket(depth, self._pick(("(", "$(", "@(", "{")))

    def _bracket(self, depth: int, opening: str) -> None:
        self.text += opening
        if depth < 3:
            self._pipeline(depth + 1)
        else:
            self.text += "1"
        self.text += "}" if opening == "{" else ")"

    def _string(self, depth: int) -> None:
        self.text += '"'
        for _ in self._often(3):
            self.text += self._pick(("a ", "`$b", "'", "# "))
            if self.draw(st.booleans()):
                self._variable()
            elif depth < 3:
                self._bracket(depth + 1, "$(")
            self.text += self._pick((" ", "/", "-", "."))
        self.text += '"'

    def _expression(self, depth: int) -> None:
        for number in range(1 + self.draw(st.integers(0, 2))):
            if number:
                self.text += self._pick(_OPERATORS)
            way = self.draw(st.integers(0, 3))
            if way == 0:
                self._variable()
            elif way == 1:
                self._string(depth)
            elif way == 2:
                self.text += "'b'"
            else:
                self._bracket(depth, "(")

    def _variable(self) -> None:
        name = self._pick(_NAMES)
        start = len(self.text)
        self.text += f"${{{name}}}" if self.draw(st.booleans()) else f"${name}"
        self.variables.append(Span(start, len(self.text)))


@st.composite
def written_powershell(draw: st.DrawFn) -> Written:
    """A script and what is in it."""
    written = Written(draw)
    written.statements(0)
    return written
