"""libyaml's events made into lossless nodes, within limits, and as far as the file can be read."""

from __future__ import annotations

import re

from cblint import expressions
from cblint.source.loader import MAX_DEPTH, MAX_DOCUMENTS, MAX_NODES, Document, Stream, TooComplex
from cblint.source.text import BREAKS, Text
from cblint.source.tree import QUOTES, Alias, Mapping, Node, Pair, Scalar, Sequence
from cblint.typing import TYPE_CHECKING

with expressions.postponed():
    import yaml

if TYPE_CHECKING:
    from cblint.source.syntax import Problem

# The C parser is 20 times faster and says what CodeBuild says; the pure one serves where PyYAML was built without it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# All but what YAML allows, which would take a twentieth of a cold start to compile: it has a million characters.
_FORBIDDEN = expressions.lazy("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\ud800-\udfff\ufffe\uffff]")
# Compiled where it is first used, as few files have anchors or tags.
_PROPERTY = rf"&[\w-]+|![^ \t{BREAKS}]*|[ \t]+|[{BREAKS}]\ufeff?|#[^{BREAKS}]*"
_BOM = "\ufeff"
_TOO_DEEP = "exceeded maximum nesting depth"
"""libyaml 0.2.6 and later stop at 1,000 levels, in the scanner: before the events that would tell."""
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent, yaml.DocumentEndEvent)


def compose(text: Text) -> Stream:
    """What ``loader.load`` says."""
    # libyaml does not count byte order marks at the start; one can come from a text inside another file.
    text = text.slice(len(text) - len(text.value.lstrip(_BOM)), len(text)) if text.value[:1] == _BOM else text
    source = text.value
    forbidden = _forbidden(source)
    # libyaml decodes ahead of parsing: cut at a forbidden character so that all before it is read.
    cut = forbidden.start() if forbidden else len(source)
    builder = _Builder(text)
    problem = None
    try:
        for event in yaml.parse(source[:cut], Loader=_LOADER):
            if forbidden and isinstance(event, _ENDS) and _start(event) >= cut:
                break  # it ends here only because the text was cut
            builder.add(event)
    except (yaml.MarkedYAMLError, UnicodeDecodeError, _UndefinedAlias) as error:
        if getattr(error, "problem", "") == _TOO_DEEP:
            mark = error.problem_mark.index if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark else 0
            raise _too_deep(text, mark) from None
        problem = _diagnosed(text, error, builder)
        builder.cut(problem.at)
    if forbidden:
        from cblint.source.syntax import control_character

        builder.cut(cut)
        problem = control_character(text, cut, problem.at if problem else cut)
    return Stream(text, tuple(builder.finish()), problem)


def _forbidden(source: str) -> re.Match[str] | None:
    """The first character that YAML does not allow; what can be printed is allowed, as most texts are."""
    if source.replace("\n", "").replace("\r", "").replace("\t", "").isprintable():
        return None
    return _FORBIDDEN.search(source)


def _diagnosed(text: Text, error: Exception, builder: _Builder) -> Problem:
    from cblint.source import syntax  # most files have no error

    if isinstance(error, _UndefinedAlias):
        return syntax.undefined_alias(text, error.start, error.end)
    if not isinstance(error, yaml.MarkedYAMLError):
        return syntax.undecodable_tag(text, builder.reached)
    return syntax.diagnose(
        text,
        error.problem or "",
        error.context or "",
        error.problem_mark.index if error.problem_mark else len(text),
        error.context_mark.index if error.context_mark else None,
        builder.quoted,
    )


def _too_deep(text: Text, at: int) -> TooComplex:
    return TooComplex(f"nests lists and mappings deeper than {MAX_DEPTH} levels", text.span(at, at + 1))


class _UndefinedAlias(Exception):
    def __init__(self, start: int, end: int) -> None:
        super().__init__()
        self.start = start
        self.end = end


def _start(event: yaml.Event) -> int:
    assert event.start_mark is not None
    return event.start_mark.index


def _end(event: yaml.Event) -> int:
    assert event.end_mark is not None
    return event.end_mark.index


class _Builder:
    """Puts events together; keeps its own stack, so that depth costs no recursion."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self.reached = 0
        """Where the last event ended."""
        self._documents: list[Document] = []
        self._document_start = 0
        self._reset()

    def _reset(self) -> None:
        self._root: Node | None = None
        self._stack: list[Sequence | Mapping] = []
        self._keys: list[Node | None] = []  # for each open mapping, the key that waits for its value
        self._sizes: list[int] = []  # nodes below each open collection, aliases counted as what they stand for
        self._anchors: dict[str, tuple[Node, int]] = {}  # with the size; 0 while the node is still open
        self._last: Node | None = None

    def add(self, event: yaml.Event) -> None:
        self.reached = end = _end(event)
        if isinstance(event, yaml.ScalarEvent):
            start = self._content_start(event)
            style = event.style or ""
            self._place(Scalar(self._text, start, max(end, start), event.anchor, event.tag, event.value, style), 1)
        elif isinstance(event, yaml.MappingStartEvent):
            start = self._content_start(event)
            self._open(Mapping(self._text, start, event.anchor, event.tag, bool(event.flow_style)))
        elif isinstance(event, yaml.SequenceStartEvent):
            start = self._content_start(event)
            self._open(Sequence(self._text, start, event.anchor, event.tag, bool(event.flow_style)))
        elif isinstance(event, yaml.CollectionEndEvent):
            # Only a closing bracket has a width: other ends stand at the next token, wherever that is.
            self._close(end if end > _start(event) else None)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._reset()
            if len(self._documents) == MAX_DOCUMENTS:
                at = _start(event)
                raise TooComplex(f"holds more than {MAX_DOCUMENTS:,} YAML documents", self._text.span(at, at + 1))
            self._document_start = _start(event)
        elif isinstance(event, yaml.DocumentEndEvent):
            self._documents.append(Document(self._root, self._document_start))
            self._reset()

    @property
    def quoted(self) -> tuple[int, int] | None:
        """The range of what was last read, if it is a quoted scalar."""
        last = self._last
        return (last.start, last.end) if isinstance(last, Scalar) and last.style in QUOTES else None

    def cut(self, at: int) -> None:
        """The text breaks off at ``at``: what was last written may go on there, unless a quote closed it."""
        last = self._last
        if isinstance(last, Scalar) and last.style not in QUOTES:
            last.open = not self._text.value[last.end : at].strip()

    def finish(self) -> list[Document]:
        """The documents; one that an error cut short is closed where it broke off."""
        if self._root is not None:
            while self._stack:
                self._stack[-1].open = True
                key = self._keys[-1]
                if key is not None:
                    missing = Scalar(self._text, key.end, key.end, None, None, "", "")
                    missing.open = True
                    self._attach(missing)
                self._finish_collection(None)
            self._documents.append(Document(self._root, self._document_start))
        return self._documents

    def _content_start(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> int:
        """Where a node itself begins: libyaml's marks begin at its anchor or tag."""
        start = _start(event)
        if event.anchor is None and event.tag is None:
            return start
        source = self._text.value
        limit = _end(event) if isinstance(event, yaml.ScalarEvent) else len(source)
        due = {"&": event.anchor is not None, "!": event.tag is not None}
        while start < limit and (match := re.compile(_PROPERTY, re.ASCII).match(source, start, limit)):
            if source[start] in due:
                if not due[source[start]]:
                    break  # of a mapping's first key
                due[source[start]] = False
            start = match.end()
        return start

    def _open(self, node: Sequence | Mapping) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise _too_deep(self._text, node.start)
        self._attach(node)
        if node.anchor is not None:
            self._anchors[node.anchor] = (node, 0)
        self._stack.append(node)
        self._keys.append(None)
        self._sizes.append(1)

    def _close(self, end: int | None) -> None:
        node = self._stack[-1]
        size = self._sizes[-1]
        self._finish_collection(end)
        if node.anchor is not None:
            self._anchors[node.anchor] = (node, size)
        self._count(size, node)

    def _finish_collection(self, end: int | None) -> None:
        node = self._stack.pop()
        self._keys.pop()
        self._sizes.pop()
        if isinstance(node, Mapping):
            last = node.pairs[-1].value if node.pairs else None
        else:
            last = node.items[-1] if node.items else None
        node.end = end if end is not None else last.end if last else node.start

    def _alias(self, event: yaml.AliasEvent) -> None:
        start, end = _start(event), _end(event)
        if event.anchor not in self._anchors:
            raise _UndefinedAlias(start, end)
        target, size = self._anchors[event.anchor]
        if size == 0:
            raise TooComplex(f"has an anchor, &{event.anchor}, that contains itself", self._text.span(start, end))
        self._place(Alias(self._text, start, end, event.anchor, target), size)

    def _place(self, node: Node, size: int) -> None:
        self._attach(node)
        if node.anchor is not None:
            self._anchors[node.anchor] = (node, size)
        self._count(size, node)

    def _count(self, size: int, node: Node) -> None:
        sizes = self._sizes
        if not sizes:
            return
        sizes[-1] += size
        if sizes[-1] > MAX_NODES:
            raise TooComplex(
                f"expands to more than {MAX_NODES:,} nodes through its aliases",
                self._text.span(node.start, node.start + 1),
            )

    def _attach(self, node: Node) -> None:
        self._last = node
        if not self._stack:
            self._root = node
            return
        parent = self._stack[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif (key := self._keys[-1]) is None:
            self._keys[-1] = node
        else:
            parent.pairs.append(Pair(key, node))
            self._keys[-1] = None
