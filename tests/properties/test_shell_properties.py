"""Properties of the shell parser: what a grammar writes is read as it was meant, and every place is right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.shell import commands
from cblint.shell.commands import (
    AndOr,
    ArithmeticCommand,
    ArithmeticFor,
    ArrayLiteral,
    Assignment,
    Branch,
    Case,
    CaseItem,
    CommandList,
    Coprocess,
    For,
    Function,
    Group,
    HereDocument,
    If,
    Pipeline,
    Redirection,
    Script,
    SimpleCommand,
    Subshell,
    While,
)
from cblint.shell.parser import parse
from cblint.shell.syntax import CommandSubstitution, DoubleQuoted, Node, Word, walk
from cblint.source.loader import load
from cblint.source.text import Span, Text
from cblint.source.tree import Mapping, Scalar
from cblint.source.tree import Sequence as YamlSequence
from tests.properties.strategies import decode_escape
from tests.shell import corpus_items, script_items

Shape = list[Any]
"""A tree as lists that begin with the kind of a node. Words are what is written, and the lists of commands in them."""


# Shell, and what is meant by it


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


# What is read


def _shape(node: Node | None) -> Any:
    """The same lists for a tree."""
    match node:
        case None:
            return None
        case CommandList():
            return ["list", *map(_shape, node.items)]
        case AndOr():
            return ["and_or", list(node.operators), node.terminator == "&", *map(_shape, node.pipelines)]
        case Pipeline():
            return ["pipeline", node.negated, list(node.operators), *map(_shape, node.commands)]
        case SimpleCommand():
            return [
                "simple",
                *(list(map(_shape, part)) for part in (node.assignments, node.arguments, node.redirections)),
            ]
        case Assignment():
            return ["assignment", node.name, node.operator, _shape(node.value)]
        case ArrayLiteral():
            return ["array", *map(_shape, node.elements)]
        case Word():
            return ["word", node.raw, *map(_shape, _lists(node))]
        case Redirection():
            document = [node.document.delimiter, node.document.body.raw] if node.document is not None else []
            return ["redirection", node.descriptor + node.operator, _shape(node.target), *document]
        case Subshell():
            return ["subshell", _shape(node.body), _redirections(node)]
        case Group():
            return ["group", _shape(node.body), _redirections(node)]
        case If():
            branches = [[_shape(branch.condition), _shape(branch.body)] for branch in node.branches]
            return ["if", *branches, _shape(node.otherwise), _redirections(node)]
        case While():
            return ["while", node.until, _shape(node.condition), _shape(node.body), _redirections(node)]
        case For():
            words = list(map(_shape, node.words)) if node.words is not None else None
            return ["for", node.select, _shape(node.name), words, _shape(node.body), _redirections(node)]
        case ArithmeticFor():
            return ["arithmetic_for", node.expression.raw, _shape(node.body), _redirections(node)]
        case Case():
            items = [[list(map(_shape, item.patterns)), _shape(item.body), item.terminator] for item in node.items]
            return ["case", _shape(node.word), *items, _redirections(node)]
        case Function():
            return ["function", node.name.raw, node.keyword, _shape(node.body)]
        case Coprocess():
            return ["coproc", _shape(node.name), _shape(node.body)]
        case ArithmeticCommand():
            return ["arithmetic", node.expression.raw, _redirections(node)]
        case commands.Test():
            conditions = [[condition.operator, list(map(_shape, condition.words))] for condition in node.conditions]
            return ["test", conditions, _redirections(node)]
    raise AssertionError(node)


def _redirections(node: Any) -> list[Any]:
    return list(map(_shape, node.redirections))


def _lists(node: Node) -> Iterator[CommandList]:
    """The lists of commands in the substitutions of a word."""
    for part in node.children():
        if isinstance(part, CommandList):
            yield part
        else:
            yield from _lists(part)


@given(written_shell() | written_shell(bash=False))
@settings(max_examples=250)
def test_shell_is_read_as_it_was_meant(written: Written) -> None:
    script = parse(Text.of(written.text))
    assert script.problem is None
    assert _shape(script.body) == written.shape
    assert sorted(comment.raw for comment in script.comments) == sorted(written.comments)
    assert not any(item.open for item in script.body.items)
    documents = [node.document for node in script.documents]
    assert all(document is not None and document.terminated for document in documents)


# A script in a YAML file


class Embedded(NamedTuple):
    """A file that holds a script as a scalar of some style, and where each character of it stands.

    A range that is longer than what is written for a character says that it stands somewhere in it.
    """

    file: str
    style: str
    places: list[Span]


class _Scalar:
    """Writes the file of a script, and notes where each of its characters goes."""

    def __init__(self, draw: st.DrawFn, script: str) -> None:
        self.draw = draw
        self.script = script
        self.newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
        self.parent = draw(st.sampled_from([0, 0, 2, 3, 7]))
        gap = draw(st.sampled_from([" ", " ", "  ", "    "]))
        self.file = self.newline.join(["# é😀", "phases:", " " * self.parent + "-" + gap])
        self.places: list[Span] = []

    def write(self, text: str, characters: int = 0) -> None:
        """Put the text into the file; it stands for so many characters of the script."""
        start = len(self.file)
        self.file += text
        self.places += [Span(start, len(self.file))] * characters

    def break_(self, characters: int = 0, more: int = 0) -> None:
        """A line end and the indentation of what follows, which is not empty."""
        deeper = self.draw(st.integers(1, 3))
        self.write(self.newline * (1 + more) + " " * (self.parent + deeper), characters)

    # Styles

    def plain(self) -> None:
        self._flow(lambda char: char)

    def single(self) -> None:
        self.write("'")
        self._flow(lambda char: "''" if char == "'" else char)
        self.write("'")

    def _flow(self, written: Any) -> None:
        """Lines of text: one line end is written as two, and a blank can be written as one."""
        for match in re.finditer(r"\n+| +|[^\n ]", self.script):
            text = match.group()
            if text[0] == "\n":
                self.break_(len(text), more=len(text))
            elif text == " " and self._can_fold(match.start()) and self.draw(st.integers(0, 5)) == 5:
                self.break_(1)
            else:
                for char in text:
                    self.write(written(char), 1)

    def _can_fold(self, index: int) -> bool:
        around = self.script[max(index - 1, 0) : index + 2]
        return len(around) == 3 and not re.search(r"[ \t\n#]", around[0] + around[2])

    def double(self) -> None:
        self.write('"')
        folded = False
        for index, char in enumerate(self.script):
            way = self.draw(st.integers(0, 11))
            if char == " " and way > 8 and not folded and self._can_fold(index):
                self.break_(1)
                folded = True
                continue
            if way == 11 and char not in " \t" and not folded:
                self.write("\\")
                self.break_()
            folded = False
            if char in '"\\\n' or way == 10 or not char.isprintable():
                short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}.get(char)
                code = f"\\U{ord(char):08X}" if ord(char) > 0xFF else f"\\x{ord(char):02x}"
                self.write(short if short and way != 10 else code, 1)
            else:
                self.write(char, 1)
        self.write('"')

    def block(self, folded: bool) -> None:
        """A literal or folded scalar. Without an indicator its first line would say how far it is indented."""
        text = self.script.rstrip("\n")
        ends = len(self.script) - len(text)
        depth = self.draw(st.integers(1, 5))
        indicated = text[0] in " \t\n" or self.draw(st.booleans())
        self.write((">" if folded else "|") + (str(depth) if indicated else "") + ("-", "", "+")[min(ends, 2)])
        self.write(self.newline)
        margin = " " * (self.parent + depth)
        lines = text.split("\n")
        before = ""
        empty = 0
        for number, line in enumerate(lines):
            if number and line:
                # Between two lines of text, folding makes one line end a blank and drops the first of several.
                more = folded and before and before[0] not in " \t" and line[0] not in " \t"
                self.write(self.newline * (empty + bool(more)), empty)
                empty = 0
            if line:
                self.write(margin)
                self._line(line, folded and line[0] not in " \t", margin)
                before = line
            empty += 1
        self.write(self.newline * ends, ends)
        if not ends:
            self.write(self.newline)

    def _line(self, line: str, folds: bool, margin: str) -> None:
        for index, char in enumerate(line):
            around = line[max(index - 1, 0) : index + 2]
            single = char == " " and len(around) == 3 and not {" ", "\t"} & {around[0], around[2]}
            if folds and single and self.draw(st.integers(0, 5)) == 5:
                self.write(self.newline + margin, 1)
            else:
                self.write(char, 1)


_NOT_PLAIN = re.compile(
    r"[\s\-?:,\[\]{}#&*!|>'\"%@`=<~]|.*(?::[ \n]|:\Z|[ \t\n]#|[ \t]\n|\n[ \t]|[\t]|[ \n]\Z)", re.DOTALL
)
_NOT_SINGLE = re.compile(r"\s|.*(?:[ \t]\n|\n[ \t]|\s\Z)", re.DOTALL)


@st.composite
def embedded(draw: st.DrawFn, script: str) -> Embedded:
    """The script in a file, written in one of the styles that can hold it."""
    writer = _Scalar(draw, script)
    styles = ['"']
    if not _NOT_PLAIN.match(script):
        styles += ["", ""]
    if not _NOT_SINGLE.match(script):
        styles += ["'", "'"]
    if not re.search(r"\r|\A\s*\Z|\A\n*[ \t]+\n|[ \t]\n*\Z", script):
        styles += ["|", "|", ">", ">"]
    style = draw(st.sampled_from(styles))
    if style == "":
        writer.plain()
    elif style == "'":
        writer.single()
    elif style == '"':
        writer.double()
    else:
        writer.block(style == ">")
    if style not in ("|", ">"):
        writer.write(writer.newline)
    writer.write(draw(st.sampled_from(["", " " * writer.parent + "- z" + writer.newline])))
    return Embedded(writer.file, style, writer.places)


def _command(file: str) -> Scalar:
    root = load(Text.of(file)).documents[0].root
    assert isinstance(root, Mapping)
    value = root.pairs[0].value
    assert isinstance(value, YamlSequence)
    scalar = value.items[0]
    assert isinstance(scalar, Scalar)
    return scalar


# Every node is made of what stands at its place


def _check_places(node: Node, places: list[Span]) -> int:
    """Compare the span of every node with those of its characters; their number."""
    count = 0
    stack = [(node, places)]
    while stack:
        node, places = stack.pop()
        count += 1
        span = node.span
        if node.end > node.start:
            first, last = places[node.start], places[node.end - 1]
            assert first.start <= span.start < first.end
            assert last.start < span.end <= last.end
        if isinstance(node, CommandSubstitution) and node.backquoted:
            stack.append((node.body, _inner_places(node, places)))
        else:
            stack += [(child, places) for child in node.children()]
    return count


def _inner_places(node: CommandSubstitution, places: list[Span]) -> list[Span]:
    """Where each character between backquotes stands; an escaped one where its backslash and it stand."""
    value = node.body.source.value
    for special in ("$`\\", '$`\\"'):
        found = list(re.finditer(rf"\\[{re.escape(special)}]|.", node.raw[1:-1], re.DOTALL))
        if "".join([match.group()[-1] for match in found]) == value:
            at = node.start + 1
            return [Span(places[at + match.start()].start, places[at + match.end() - 1].end) for match in found]
    raise AssertionError(node)


def _check_structure(script: Script) -> None:
    """Every node stands in the one above it, after the one before it; words are their parts, commands their words."""
    noted: dict[int, list[Node]] = {}
    for node in (*script.comments, *(node.document for node in script.documents if node.document is not None)):
        noted.setdefault(id(node.source), []).append(node)
    for node in walk(script):
        assert 0 <= node.start <= node.end <= len(node.source)
        children = [child for child in node.children() if child.source is node.source]
        inside = [child for child in children if not isinstance(child, HereDocument)]
        at, between = node.start, []
        for child in inside:
            assert at <= child.start <= child.end <= node.end
            between.append((at, child.start))
            at = child.end
        between.append((at, node.end))
        gaps = [_without(node.source.value[start:end], start, noted.get(id(node.source), [])) for start, end in between]
        if isinstance(node, Word):
            assert not any(gaps)
        elif isinstance(node, DoubleQuoted):
            inside_quotes = "".join([part.raw for part in node.parts])
            assert node.raw == ("$" if node.localized else "") + f'"{inside_quotes}"'
        elif isinstance(node, (SimpleCommand, ArrayLiteral)):
            assert all(_BETWEEN_WORDS.fullmatch(gap) for gap in gaps), gaps
        elif isinstance(node, _MADE_OF_COMMANDS):
            assert all(_BETWEEN_COMMANDS.fullmatch(gap) for gap in gaps), gaps


_MADE_OF_COMMANDS = (
    CommandList,
    AndOr,
    Pipeline,
    Subshell,
    Group,
    If,
    Branch,
    While,
    For,
    Case,
    CaseItem,
    Function,
    Coprocess,
)
_BETWEEN_WORDS = re.compile(r"(?:\\\n|[()\s])*")
_BETWEEN_COMMANDS = re.compile(
    r"(?:\\\n|[\s;&|!(){}]|if|then|elif|else|fi|for|select|in|while|until|do|done|case|esac|function|time|-p|coproc)*"
)


def _without(text: str, start: int, nodes: list[Node]) -> str:
    """A part of a command without the comments and here-documents in it."""
    for node in sorted(nodes, key=lambda node: node.start, reverse=True):
        low, high = max(node.start - start, 0), min(node.end - start, len(text))
        if low < high:
            text = text[:low] + text[high:]
    return text


def _check_alone(script: Script) -> None:
    """Every command in whose range no here-document stands is read alone as it is in its place."""
    documents = [redirection.document for redirection in script.documents if redirection.document is not None]
    for node in walk(script):
        if not isinstance(node, commands.Command):
            continue
        here = [document for document in documents if document.source is node.source]
        overlap = any(document.start < node.end and node.start < document.end for document in here)
        if not overlap and not any(map(_has_document, walk(node))):
            again = parse(Text.of(node.raw))
            assert again.problem is None
            assert _shape(again.body) == ["list", ["and_or", [], False, ["pipeline", False, [], _shape(node)]]]


def _has_document(node: Node) -> bool:
    return isinstance(node, Redirection) and node.document is not None


def _check_characters(text: Text, file: str) -> None:
    """Every character of a command stands where the file has it, an escape for it, or a line break that is folded."""
    for index, char in enumerate(text.value):
        start, end = text.span(index, index + 1)
        written = file[start:end]
        assert (
            written == char
            or decode_escape(written) == char
            or (char, written) in _WRITTEN
            or (written.startswith("\\") and written.endswith(char))
        )


_WRITTEN = {("'", "''"), (" ", "\n"), (" ", "\r\n"), ("\n", "\r\n")}


@given(st.data())
@settings(max_examples=300)
def test_every_node_is_made_of_what_stands_at_its_place(data: st.DataObject) -> None:
    script = data.draw(written_shell()).text
    pattern, instead = data.draw(st.sampled_from([("(?!)", ""), (r"[ \t]*\n[ \t]*", "\n"), (r"[\s#]+", " ")]))
    script = re.sub(pattern, instead, script).strip()
    file, style, places = data.draw(embedded(script))
    scalar = _command(file)
    assert (scalar.style, scalar.value) == (style, script)
    parsed = parse(scalar.text)
    _check_places(parsed, places)
    for node in (*parsed.comments, *((parsed.problem,) if parsed.problem is not None else ())):
        if node.source is parsed.source and node.start < node.end:
            assert places[node.start].start <= node.span.start < places[node.start].end


@given(written_shell() | written_shell(bash=False))
@settings(max_examples=300)
def test_the_raw_texts_of_nodes_make_up_the_script(written: Written) -> None:
    script = parse(Text.of(written.text))
    _check_structure(script)
    _check_alone(script)


def test_every_node_of_every_script_and_of_the_corpus_is_made_of_what_stands_at_its_place() -> None:
    nodes = 0
    for command, file in (*script_items(), *corpus_items()):
        places = [command.span(index, index + 1) for index in range(len(command))]
        script = parse(command)
        nodes += _check_places(script, places)
        _check_characters(command, file)
        _check_structure(script)
        _check_alone(script)
    assert nodes > (70_000 if corpus_items() else 4_000)


# Anything at all


_TOKENS = [
    *"ab1 $`\"'\\(){}[]<>|&;#!=\n\t", "$(", "${", "$((", "((", "))", "[[ ", " ]]", "<<E\n", "\nE\n", "<<-'E'", "\\\n",
    "&&", ";;", " if ", " then ", " fi\n", " for x in ", " do ", " done ", " case a in ", " esac ", " function f ",
    " a=(", "a[", " coproc ", " time ", " ! ", "export ", "<(", "$'", "\0", "\r", "é", "\u2028", "{ ", "; }",
]  # fmt: skip


def _check_total(text: str) -> None:
    script = parse(Text.of(text, 7))
    _check_structure(script)
    for node in walk(script):
        assert 7 <= node.span.start <= node.span.end <= 7 + len(text)
    for node in (*script.comments, *script.documents):
        assert 7 <= node.span.start < node.span.end <= 7 + len(text)
    if script.problem is not None:
        assert script.problem.kind in ("unexpected", "unclosed", "unfinished", "too-deep")
        assert 7 <= script.problem.span.start <= script.problem.span.end <= 7 + len(text)
        assert script.body.end <= len(text)
        if script.problem.source is script.source:
            assert script.body.end <= script.problem.end


@given(st.text() | st.lists(st.sampled_from(_TOKENS), max_size=40).map("".join))
@settings(max_examples=1000)
def test_any_text_is_read(text: str) -> None:
    _check_total(text)


@given(written_shell(), st.data())
@settings(max_examples=250)
def test_any_script_that_is_damaged_is_read(written: Written, data: st.DataObject) -> None:
    text = written.text
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.sampled_from([0, 1, 1, 2, 10, 10_000])))
        text = text[:start] + data.draw(st.sampled_from(["", *_TOKENS])) + text[end:]
    _check_total(text)
