"""Properties of places: a block in any container of Markdown gives back its text, and where each character stands."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from cblint.hosts.definition import BUILDSPEC
from cblint.hosts.fences import fences
from cblint.hosts.markdown import read
from cblint.shell.contents import content
from cblint.shell.parser import parse
from cblint.shell.syntax import Word, walk
from cblint.source.text import Text
from cblint.source.tree import Scalar
from tests.shell_generators import Written, written_shell

SPEC = (
    "version: 0.2\nphases:\n  build:\n    commands:\n      - make\n\n"
    "      - |\n        cat <<'END'\n        é\n        END\n"
)
_CONTAINERS = st.lists(st.sampled_from([("> ", "> "), ("- ", "  "), ("12. ", "    "), ("* ", "  ")]))


class Shown(NamedTuple):
    """A text of Markdown, and where each character of the block in it stands."""

    source: str
    places: list[int]


@st.composite
def shown(draw: st.DrawFn, content: str) -> Shown:
    """A block in containers, between other blocks."""
    containers = draw(_CONTAINERS.filter(lambda found: len(found) < 5))
    mark = draw(st.sampled_from("`~")) * draw(st.integers(3, 7))
    indentation = " " * draw(st.integers(0, 3))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    first = "".join(opening for opening, _ in containers)
    later = "".join(following for _, following in containers)
    info = draw(st.sampled_from(["yaml", " yml title=x", "", "json {1}"]))
    source = draw(st.sampled_from(["", f"# Title{end}{end}", f"text{end}{end}    code{end}{end}"]))
    source += f"{first}{indentation}{mark}{info}{end}"
    places: list[int] = []
    for line in content.splitlines(keepends=True):
        source += later + (indentation if line.strip() else "")
        text = line.rstrip("\n")
        places += range(len(source), len(source) + len(text) + len(end))
        source += text + end
    if draw(st.booleans()):
        source += f"{later}{indentation}{mark}{end}"
    return Shown(source, places)


@given(shown(SPEC))
def test_a_buildspec_keeps_its_text_and_places(written: Shown) -> None:
    (fence,) = fences(Text.of(written.source))
    ends = fence.text.value.replace("\r\n", "\n").replace("\r", "\n")
    assert ends == SPEC
    assert [fence.text.offset(index) for index in range(len(fence.text))] == written.places
    assert written.source[fence.start : fence.end].startswith("version")
    found = read(Text.of(written.source))
    assert found is not None
    (definition,) = found.definitions
    assert (definition.kind, definition.fragment) == (BUILDSPEC, False)
    assert isinstance(definition.root, Scalar)
    assert definition.root.text.value == fence.text.value


@given(st.text("`~>-# \t\n\r0.:<ayml\0", max_size=60).map(lambda text: f"```yaml\n{text}"))
def test_what_a_block_holds_stands_in_the_file(source: str) -> None:
    for fence in fences(Text.of(source)):
        for piece in fence.text.pieces(0, len(fence.text)):
            written = source[piece.start : piece.end]
            assert piece.value == written or (piece.value == " " and written == "\t")
    read(Text.of(source))


@given(written_shell())
def test_content_is_what_a_word_says_without_its_quotes(written: Written) -> None:
    for node in walk(parse(Text.of(written.text)).body):
        if isinstance(node, Word) and node.text is not None and "$'" not in node.raw:
            assert content(node).value == node.text
