"""What a PowerShell command shows: whose output nothing takes, so that it ends in the log of the build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cblint import expressions
from cblint.facts import table
from cblint.records import NamedTuple
from cblint.shell.powershell_tree import Argument, Bracket, Call, Expression, Keyword, Pipe
from cblint.shell.syntax import Node

_MERGED = expressions.lazy(r"[\d*]?>&\d")
_REDIRECTED = expressions.lazy(r"([\d*]?)>")
_MEMBERS = expressions.lazy(r"(?:\??\.\w+(?:\([^()]*\))?)+")
_MEMBER = expressions.lazy(r"\.(\w+)(?:\([^()]*\))?")
_DEFINES = ("function", "filter", "param", "trap")
ALL_STREAMS, OUTPUT = "*", "1"


class Given(NamedTuple):
    """The words of a command without what it is redirected to, and the streams that go elsewhere."""

    words: tuple[Argument, ...]
    redirected: frozenset[str]

    def sends_away(self, stream: str) -> bool:
        """Whether what is written to a stream does not reach the log."""
        return stream in self.redirected or ALL_STREAMS in self.redirected


def given(call: Call) -> Given:
    """What a command is given. Its tree has what it is redirected to among its words."""
    words: list[Argument] = []
    redirected: set[str] = set()
    end = call.start
    for word in call.words:
        between = _MERGED.sub("", call.source.value[end : word.start])
        found = _REDIRECTED.search(between)
        if found is None:
            words.append(word)
        else:
            redirected.add(found[1] or OUTPUT)
        end = word.end
    return Given(tuple(words), frozenset(redirected))


def shown(statements: Iterable[Node]) -> Iterator[tuple[Node, ...]]:
    """The stages of each pipeline whose output nothing takes; what is defined for later is not looked into."""
    stack = list(statements)[::-1]
    while stack:
        node = stack.pop()
        if isinstance(node, Keyword):
            if node.word not in _DEFINES:
                blocks = [part for part in node.parts if isinstance(part, Bracket) and part.opening == "{"]
                stack.extend([each for block in blocks for each in block.statements][::-1])
        elif isinstance(node, Pipe):
            yield from _pipelines(node)
        elif isinstance(node, (Call, Expression)):
            yield (node,)


def _pipelines(node: Pipe) -> Iterator[tuple[Node, ...]]:
    """What stands between ``&&`` and ``||``."""
    stages = [node.stages[0]]
    for operator, stage in zip(node.operators, node.stages[1:], strict=False):
        if operator == "|":
            stages.append(stage)
        else:
            yield tuple(stages)
            stages = [stage]
    yield tuple(stages)


def hands_on(stages: Iterable[Node]) -> bool:
    """Whether all that comes into these stages is shown in the end."""
    facts = table("powershell")["hands-on"]
    return all(isinstance(each, Call) and each.name in facts and not given(each).sends_away(OUTPUT) for each in stages)


class Members(NamedTuple):
    """The members and methods that follow a value, in lower case (``[`` is an index), and where they end."""

    names: tuple[str, ...]
    end: int


def members(node: Node) -> Members:
    """What is taken of a variable or a bracket, or called on it."""
    source = node.source.value
    match = _MEMBERS.match(source, node.end)
    end = match.end() if match is not None else node.end
    names = [name.lower() for name in _MEMBER.findall(source, node.end, end)]
    return Members((*names, "["), end) if source.startswith(("[", "::"), end) else Members(tuple(names), end)
