"""What the site shows otherwise than plain Markdown: severities as labels, what cblint prints in its colours."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

_SEVERITIES = ("error", "warning", "note")
_BLOCK = re.compile(r'(<div class="language-(?:text|console) highlight">)(.*?)(</div>)', re.DOTALL)
_LINE = re.compile(r"(?m)^((?:<[^>]*>)*)([^<\n].*?)((?:</[^>]*>)*)$")
_PLACE = re.compile(r"([^\s<>:]+:\d+:\d+): ((error|warning|note)\[[\w-]+\])")
_EXCERPT = re.compile(r"( *\d* )(\|)( .*|$)")
_MARK = re.compile(r"^( +)(=)(?= )")
_CARETS = re.compile(r"^( +)(\^+)$")


class Labels(Extension):  # type: ignore[misc] # Markdown carries no types
    """Gives each cell of a table of rules the name of its column, and a severity the look of one."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """After the tables were made."""
        md.treeprocessors.register(_Labelling(), "labels", 4)


class _Labelling(Treeprocessor):  # type: ignore[misc]
    def run(self, root: Element) -> None:
        for table in root.iter("table"):
            heads = list(table.iter("th"))
            columns = ["".join(head.itertext()).strip() for head in heads]
            if "severity" in columns:
                table.set("data-labelled", "")
                _label(table, columns)
            for head, column in zip(heads, columns, strict=True):
                if not column:
                    head.tag = "td"  # a corner: it heads nothing


def _label(table: Element, columns: list[str]) -> None:
    for row in table.iter("tr"):
        for column, cell in zip(columns, row.findall("td"), strict=False):
            if column:
                cell.set("data-column", column)
            text = (cell.text or "").strip()
            if column == "severity" and text in _SEVERITIES:
                cell.text = ""
                label = Element("span", {"class": f"severity {text}"})
                label.text = text
                cell.append(label)


def coloured(html: str) -> str:
    """A page in which what cblint prints has its colours: the place, the severity, the frame, the carets."""
    return _BLOCK.sub(lambda block: block[1] + _painted(block[2]) + block[3], html)


def _painted(printed: str) -> str:
    """A block, if it shows findings."""
    if not _PLACE.search(printed):
        return printed
    return _LINE.sub(lambda line: line[1] + _line(line[2]) + line[3], printed)


def _line(text: str) -> str:
    """A line of it. What is a sentence may be broken at the end of the box, but not an excerpt and its carets."""
    excerpt = _EXCERPT.match(text)
    if excerpt:
        marked = _CARETS.sub(r'\1<span class="carets">\2</span>', excerpt[3])
        return f'{excerpt[1]}<span class="frame">{excerpt[2]}</span>{marked}'
    text = _MARK.sub(r'\1<span class="frame">\2</span>', text)
    text = _PLACE.sub(r'<span class="place">\1</span>: <span class="\3">\2</span>', text)
    return f'<span class="said">{text}</span>'
