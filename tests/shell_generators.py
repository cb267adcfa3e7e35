"""Writes shell for the properties of the parser, and says what is meant by it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

Shape = list[Any]
"""A tree as lists that begin with the kind of a node. Words are what is written, and the lists of commands in them."""


class Written(NamedTuple):
    """A script, what was meant by it, and its comments."""

    text: str
    shape: Shape
    comments: list[str]


_WORDS = ["make", "echo", "a-b", "./run.sh", "--opt=v", "*.o", "[!a]?", "{a,b}", "a#b", "1", "x=y", "é", "😀", "a\\ b",
          "~/x", "\\$", "then.sh", "s/a/b/", "@", "%", "a\\\nb"]  # fmt: skip
_FIRST_WORDS = ["make", "echo", "a-b", "./run.sh", "\\if", "then.sh", "[", "1", "é", "iffy", ":"]
_SINGLE = ["''", "'a'", "'a \"$b\" `c`'", "'$(d'", "'# e'", "'f\n g'", "'\\'", "';;'"]
_ANSI = ["$'a\\'b'", "$'\\n'"]
_QUOTED_TEXT = ["a", " ", "b c", '\\"', "\\$", "\\\\", "'", "#", "(", ";;", "\n", "\\\n", "é", "{", "$ "]
_PARAMETERS = ["$a", "${b}", "$1", "$@", "$?", "${#c}", "${d%%.*}", "${e:-f g}", "${h:+'}'}", "${i-\\}}"]
_BASH_PARAMETERS = ["${a[1]}", "${b[@]}", "${c:0:7}", "${d//x/y}", "${e^^}", "${!f}", "$[1 + 2]"]
_ARITHMETIC = ["1", "a + 1", "$a * (b - 1)", "x < 2 ? y : z", "a << 2", "(1)", "${#a} % 2"]
_TARGETS = ["f", "/dev/null", "$log", "'a b'"]
_NAMES = ["a", "b_1", "PATH", "_"]
_DELIMITERS = ["EOF", "E", "'EOF'", '"E F"', "\\END", "E''F"]
_COMMENTS = ["# a", "#", "# it's", '# "b $(', "# fi", "# \\"]
_LINES = ["a", "  b", "", "if 'c", "$x ${y}", "\\$ \\`", "# d", "$(e f)", "`g`", "done", '"', "\th"]


class _Writer:
    """Writes a script from left to right. Every method writes one thing and gives what is meant by it."""

    def __init__(self, draw: st.DrawFn, bash: bool, budget: int) -> None:
        self._draw = draw
        self._bash = bash
        self._left = budget
        """How many more commands may be written that hold others."""
        self._pending: list[tuple[Shape, str, bool]] = []
        self.parts: list[str] = []
        self.comments: list[str] = []

    def put(self, text: str) -> None:
        self.parts.append(text)

    def pick(self, options: Sequence[str]) -> str:
        return self._draw(st.sampled_from(options))

    def chance(self, of: int) -> bool:
        return self._draw(st.integers(1, of)) == of

    def count(self, most: int) -> int:
        return self._draw(st.integers(0, most))

    # What stands between

    def blank(self) -> None:
        self.put(self.pick([" ", " ", " ", "  ", "\t", " \\\n", "\\\n  "]))

    def maybe_blank(self) -> None:
        if self.chance(4):
            self.blank()

    def line_end(self) -> None:
        """A line end, and the here-documents that wait for it."""
        if self.chance(6):
            self._comment()
        self.put("\n")
        pending, self._pending = self._pending, []
        for redirection, delimiter, stripped in pending:
            self._document(redirection, delimiter, stripped)
        while self.chance(6):
            self.put(self.pick(["\n", "  ", "\t"]))
        if self.chance(10):
            self._comment()
            self.put("\n")

    def _comment(self) -> None:
        comment = self.pick(_COMMENTS)
        self.comments.append(comment)
        self.put(" " + comment)

    def _document(self, redirection: Shape, delimiter: str, stripped: bool) -> None:
        quoted = delimiter != redirection[2][1]
        begun = len(self.parts)
        for _ in range(self.count(2)):
            line = self.pick(_LINES) if not quoted else self.pick([*_LINES, "$(", "`", "${"])
            self.put(("\t" if stripped and self.chance(2) else "") + line + "\n")
        body = "".join(self.parts[begun:])
        self.put(("\t" if stripped and self.chance(2) else "") + delimiter + "\n")
        redirection += [delimiter, body]

    def separator(self) -> None:
        """What ends a command."""
        if self.chance(2):
            self.line_end()
        else:
            self.maybe_blank()
            self.put(";")
            self.blank()

    def after_operator(self) -> None:
        """What may stand between an operator and what follows it."""
        self.maybe_blank()
        if self.chance(5):
            self.line_end()

    def after_reserved(self) -> None:
        if self.chance(3):
            self.line_end()
        else:
            self.blank()

    # Words

    def word(self, first: bool = False) -> Shape:
        begun = len(self.parts)
        nested: list[Shape] = []
        if first or not self.chance(2):
            self.put(self.pick(_FIRST_WORDS if first else _WORDS))
        else:
            for _ in range(1 + self.count(2)):
                nested += self._part()
        return ["word", "".join(self.parts[begun:]), *nested]

    def _part(self) -> list[Shape]:
        kind = self._draw(st.integers(0, 11))
        if kind <= 2:
            self.put(self.pick(_SINGLE))
        elif kind <= 4:
            self.put(self.pick(_PARAMETERS + (_BASH_PARAMETERS if self._bash else [])))
        elif kind <= 6:
            return self._double_quoted()
        elif kind == 7:
            self.put(f"$(({self.pick(_ARITHMETIC)}))")
        elif kind == 8 and self._bash:
            if self.chance(2):
                self.put(self.pick(_ANSI))
            else:
                return self._process_substitution()
        elif kind == 9 and self._left > 0:
            return self._substitution()
        elif kind == 10 and self._left > 0:
            return self._backquotes(quoted=False)
        elif kind == 11 and self._left > 0:
            self.put("${a:-")
            nested = self._substitution()
            self.put("}")
            return nested
        else:
            self.put("a")
        return []

    def _double_quoted(self) -> list[Shape]:
        nested: list[Shape] = []
        self.put('"')
        for _ in range(self.count(3)):
            kind = self._draw(st.integers(0, 5))
            if kind == 0 and self._left > 0:
                nested += self._substitution()
            elif kind == 1 and self._left > 0:
                nested += self._backquotes(quoted=True)
            elif kind == 2:
                self.put(self.pick(["$a", "${b:-c d}", "${e#'}'}", "$((1))"]))
            else:
                self.put(self.pick(_QUOTED_TEXT))
        self.put('"')
        return nested

    def _substitution(self) -> list[Shape]:
        self.put("$(")
        if self.chance(2):
            self.put(" ")
        elif self.chance(8):
            self.put(")")
            return [["list"]]
        return self._closed_list()

    def _process_substitution(self) -> list[Shape]:
        self.put(self.pick(["<(", ">("]))
        return self._closed_list()

    def _closed_list(self) -> list[Shape]:
        """Commands up to a bracket, with here-documents of their own."""
        outer, self._pending = self._pending, []
        begun = len(self.parts)
        found = self.commands()
        if "".join(self.parts[begun:]).startswith("("):
            self.parts[begun] = " " + self.parts[begun]  # else it would be arithmetic
        if self._pending or self.chance(6):
            self.line_end()
        self.put(")")
        self._pending = outer
        return [found]

    def _backquotes(self, quoted: bool) -> list[Shape]:
        inner = _Writer(self._draw, self._bash, self._left - 1)
        found = inner.script()
        self.comments += inner.comments
        escapes = {"\\": ["\\\\"], "`": ["\\`"], "$": ["\\$", "$"], '"': ['\\"', '"'] if quoted else ['"']}
        self.put("`" + "".join([self.pick(escapes.get(char, [char])) for char in "".join(inner.parts)]) + "`")
        return [found]

    # Commands

    def script(self) -> Shape:
        if self.chance(8):
            self.line_end()
        found = self.commands()
        if self._pending or self.chance(4):
            self.line_end()
        return found

    def commands(self) -> Shape:
        """Commands that nothing need end."""
        found: Shape = ["list"]
        for number in range(1 + self.count(2)):
            if number:
                self._after(found[-1])
            found.append(self.and_or())
        return found

    def _after(self, item: Shape) -> None:
        if self.chance(6):
            item[2] = True
            self.maybe_blank()
            self.put("&")
            self.after_operator()
        else:
            self.separator()

    def body(self) -> Shape:
        """Commands behind one reserved word and before another."""
        self.after_reserved()
        found = self.commands()
        if self._ends_itself(found) and self.chance(2):
            self.blank()
        else:
            self._after(found[-1])
        return found

    def _ends_itself(self, found: Shape) -> bool:
        command = found[-1][-1][-1]
        while command[0] in ("function", "coproc"):
            command = command[-1]
        return command[0] != "simple" and not command[-1]

    def and_or(self) -> Shape:
        operators: list[str] = []
        found: Shape = ["and_or", operators, False, self.pipeline()]
        while self.chance(4):
            operators.append(self.pick(["&&", "||"]))
            self.maybe_blank()
            self.put(operators[-1])
            self.after_operator()
            found.append(self.pipeline())
        return found

    def pipeline(self) -> Shape:
        negated = self.chance(8)
        if negated:
            self.put("!")
            self.blank()
        operators: list[str] = []
        found: Shape = ["pipeline", negated, operators, self.command()]
        while self.chance(4):
            operators.append(self.pick(["|", "|", "|&"] if self._bash else ["|"]))
            self.maybe_blank()
            self.put(operators[-1])
            self.after_operator()
            found.append(self.command())
        return found

    def command(self) -> Shape:
        self._left -= 1
        if self._left <= 0 or not self.chance(2):
            return self.simple()
        kinds = [self.subshell, self.group, self.if_, self.while_, self.for_, self.case, self.function]
        if self._bash:
            kinds += [self.test, self.arithmetic, self.arithmetic_for, self.coprocess]
        return kinds[self._draw(st.integers(0, len(kinds) - 1))]()

    def simple(self) -> Shape:
        assignments: list[Shape] = []
        words: list[Shape] = []
        redirections: list[Shape] = []
        while self.chance(6):
            assignments.append(self._assignment())
            self.blank()
        words.append(self.word(first=True))
        if words[0][1] == "echo" and self._bash and self.chance(2):
            self.parts[-1], words[0][1] = "declare", "declare"
            self.blank()
            words.append(self._assignment())
        for _ in range(self.count(3)):
            self.blank()
            if self.chance(6):
                redirections.append(self.redirection())
            else:
                words.append(self.word())
        if words[0][1] == "[":
            self.put(" ]")
            words.append(["word", "]"])
        if words[0][1] == "declare":
            words = [["assignment", "x", "=", ["word", "y"]] if word[1] == "x=y" else word for word in words]
        return ["simple", assignments, words, redirections]

    def _assignment(self) -> Shape:
        name = self.pick(_NAMES)
        operator = self.pick(["=", "=", "+="]) if self._bash else "="
        subscript = self.pick(["", "", "[1]", "[$i]", "[a[2]]"]) if self._bash else ""
        self.put(name + subscript + operator)
        if self._bash and not subscript and self.chance(3):
            self.put("(")
            elements = []
            for _ in range(self.count(2)):
                elements.append(self.word())
                self.put(self.pick([" "] if self._pending else [" ", "\n", " # a\n"]))
                if "#" in self.parts[-1]:
                    self.comments.append("# a")
            self.put(")")
            return ["assignment", name, operator, ["array", *elements]]
        value = self.word() if self.chance(2) else ["word", ""]
        return ["assignment", name, operator, value]

    def redirection(self) -> Shape:
        if self.chance(3):
            delimiter = self.pick(_DELIMITERS)
            operator = self.pick(["<<", "<<-"])
            self.put(operator)
            self.maybe_blank()
            self.put(delimiter)
            found: Shape = ["redirection", operator, ["word", delimiter]]
            self._pending.append((found, re.sub(r"['\"\\]", "", delimiter), operator == "<<-"))
            return found
        operator = self.pick([">", ">>", "<", "2>", ">|", "<>", "3<"] + (["&>", "<<<"] if self._bash else []))
        self.put(operator)
        self.maybe_blank()
        target = self.pick(_TARGETS)
        self.put(target)
        return ["redirection", operator, ["word", target]]

    def _redirections(self) -> list[Shape]:
        found = []
        while self.chance(8):
            self.blank()
            found.append(self.redirection())
        return found

    # Compound commands

    def subshell(self) -> Shape:
        self.put("(")
        self.put(" ")  # two brackets could be arithmetic
        found = self.commands()
        if self.chance(4):
            self.separator()
        self.put(")")
        return ["subshell", found, self._redirections()]

    def group(self) -> Shape:
        self.put("{")
        found = self.body()
        self.put("}")
        return ["group", found, self._redirections()]

    def if_(self) -> Shape:
        found: Shape = ["if"]
        word = "if"
        while True:
            self.put(word)
            condition = self.body()
            self.put("then")
            found.append([condition, self.body()])
            word = "elif"
            if not self.chance(4):
                break
        otherwise = None
        if self.chance(3):
            self.put("else")
            otherwise = self.body()
        self.put("fi")
        return [*found, otherwise, self._redirections()]

    def while_(self) -> Shape:
        until = self.chance(2)
        self.put("until" if until else "while")
        condition = self.body()
        return ["while", until, condition, self._loop(), self._redirections()]

    def _loop(self) -> Shape:
        self.put("do")
        found = self.body()
        self.put("done")
        return found

    def for_(self) -> Shape:
        select = self._bash and self.chance(3)
        name = self.pick(_NAMES)
        self.put(f"{'select' if select else 'for'} {name}")
        words: list[Shape] | None = None
        if self.chance(3):
            self.put(self.pick(["; ", "\n" if not self._pending else ";", " "]))
        else:
            words = []
            self.put(" in")
            for _ in range(self.count(2)):
                self.blank()
                words.append(self.word())
            self.separator()
        return ["for", select, ["word", name], words, self._loop(), self._redirections()]

    def case(self) -> Shape:
        self.put("case")
        self.blank()
        found: Shape = ["case", self.word()]
        self.blank()
        self.put("in")
        self.after_reserved()
        count = self.count(2)
        for number in range(count):
            self.put(self.pick(["", "(", "( "]))
            patterns = [self.word()]
            while self.chance(4):
                self.put(self.pick(["|", " | "]))
                patterns.append(self.word())
            self.put(self.pick([")", " )"]))
            self.after_operator()
            body = self.commands() if self.chance(2) else ["list"]
            terminator = self.pick([";;", ";;", ";;", ";&", ";;&"] if self._bash else [";;"])
            if number == count - 1 and self.chance(3):
                terminator = ""
                self.line_end()
            else:
                self.maybe_blank()
                self.put(terminator)
                self.after_reserved()
            found.append([patterns, body, terminator])
        self.put("esac")
        return [*found, self._redirections()]

    def function(self) -> Shape:
        name = self.pick(["f", "g_1"])
        keyword = self._bash and self.chance(3)
        self.put(f"function {name}" if keyword else name)
        self.put(self.pick(["() ", " ( )\n" if not self._pending else "()"]) if not keyword or self.chance(2) else " ")
        return ["function", name, keyword, self.group() if self.chance(2) else self.subshell()]

    def test(self) -> Shape:
        self.put("[[ ")
        conditions = []
        while True:
            if self.chance(5):
                self.put("! ")
            brackets = self.chance(5)
            self.put("( " if brackets else "")
            conditions.append(self._condition())
            self.put(" )" if brackets else "")
            if not self.chance(3):
                break
            self.put(self.pick([" && ", " || ", " &&\n" if not self._pending else " && "]))
        self.put(" ]]")
        return ["test", conditions, self._redirections()]

    def _condition(self) -> Shape:
        kind = self._draw(st.integers(0, 4))
        if kind == 0:
            self.put("-f ")
            return ["-f", [self.word()]]
        first = self.word()
        if kind == 1:
            return ["", [first]]
        if kind == 2:
            regular = self.pick(["^a", "(b|c d)", "e|f", "[[:space:]]+", "\\.", '"g"$', "$h", "(i(j))k"])
            self.put(f" =~ {regular}")
            return ["=~", [first, ["word", regular]]]
        operator = self.pick(["==", "=", "!=", "<", ">", "-eq", "-nt"])
        self.put(f" {operator} ")
        return [operator, [first, self.word()]]

    def arithmetic(self) -> Shape:
        expression = self.pick(_ARITHMETIC)
        self.put(f"(({expression}))")
        return ["arithmetic", expression, self._redirections()]

    def arithmetic_for(self) -> Shape:
        expression = "; ".join([self.pick(["", *_ARITHMETIC]) for _ in range(3)])
        self.put(f"for (({expression}))" + self.pick([" ", "; ", ";\n" if not self._pending else ";"]))
        return ["arithmetic_for", expression, self._loop(), self._redirections()]

    def coprocess(self) -> Shape:
        name = self.chance(2)
        self.put("coproc c " if name else "coproc ")
        return ["coproc", ["word", "c"] if name else None, self.group()]


@st.composite
def written_shell(draw: st.DrawFn, bash: bool = True) -> Written:
    """A script with whatever bash takes, or with that only which POSIX has too."""
    writer = _Writer(draw, bash, draw(st.integers(1, 8)))
    shape = writer.script()
    return Written("".join(writer.parts), shape, writer.comments)
