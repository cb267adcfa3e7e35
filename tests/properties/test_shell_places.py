"""Properties of places: in every style of YAML, a node of a command stands where the file has its characters."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.shell.parser import parse
from cblint.shell.syntax import CommandSubstitution, Node
from cblint.source.loader import load
from cblint.source.text import Span, Text
from cblint.source.tree import Mapping, Scalar
from cblint.source.tree import Sequence as YamlSequence
from tests.bounds import draws
from tests.properties.strategies import decode_escape
from tests.shell import corpus_items, script_items
from tests.shell_generators import Written, written_shell
from tests.shell_trees import check_alone, check_structure

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
@settings(max_examples=draws(150))
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
@settings(max_examples=draws(150))
def test_the_raw_texts_of_nodes_make_up_the_script(written: Written) -> None:
    script = parse(Text.of(written.text))
    check_structure(script)
    check_alone(script)


def test_every_node_of_every_script_and_of_the_corpus_is_made_of_what_stands_at_its_place() -> None:
    nodes = 0
    for command, file in (*script_items(), *corpus_items()):
        places = [command.span(index, index + 1) for index in range(len(command))]
        script = parse(command)
        nodes += _check_places(script, places)
        _check_characters(command, file)
        check_structure(script)
        check_alone(script)
    assert nodes > (70_000 if corpus_items() else 4_000)
