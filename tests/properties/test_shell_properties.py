"""Properties of the shell parser: what a grammar writes is read as it was meant, and anything at all is read."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.shell.parser import parse
from cblint.source.text import Text
from tests.bounds import draws
from tests.shell_generators import Written, written_shell
from tests.shell_trees import check_total, shape


@given(written_shell() | written_shell(bash=False))
@settings(max_examples=draws(125))
def test_shell_is_read_as_it_was_meant(written: Written) -> None:
    script = parse(Text.of(written.text))
    assert script.problem is None
    assert shape(script.body) == written.shape
    assert sorted(comment.raw for comment in script.comments) == sorted(written.comments)
    assert not any(item.open for item in script.body.items)
    documents = [node.document for node in script.documents]
    assert all(document is not None and document.terminated for document in documents)


# Anything at all


_TOKENS = [
    *"ab1 $`\"'\\(){}[]<>|&;#!=\n\t", "$(", "${", "$((", "((", "))", "[[ ", " ]]", "<<E\n", "\nE\n", "<<-'E'", "\\\n",
    "&&", ";;", " if ", " then ", " fi\n", " for x in ", " do ", " done ", " case a in ", " esac ", " function f ",
    " a=(", "a[", " coproc ", " time ", " ! ", "export ", "<(", "$'", "\0", "\r", "é", "\u2028", "{ ", "; }",
]  # fmt: skip


@given(st.text() | st.lists(st.sampled_from(_TOKENS), max_size=40).map("".join))
@settings(max_examples=draws(200))
def test_any_text_is_read(text: str) -> None:
    check_total(text)


@given(written_shell(), st.data())
@settings(max_examples=draws(125))
def test_any_script_that_is_damaged_is_read(written: Written, data: st.DataObject) -> None:
    text = written.text
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.sampled_from([0, 1, 1, 2, 10, 10_000])))
        text = text[:start] + data.draw(st.sampled_from(["", *_TOKENS])) + text[end:]
    check_total(text)
