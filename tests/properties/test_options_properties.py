"""A command line that is read without click means what click makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.cli import options
from cblint.cli.commands import check, cli
from cblint.cli.options import OPTIONS, read

PROGRAM = cli.make_context("cblint", ["check"])
"""What a command line is read below: without it, click would forget its settings for good."""

_VALUES = ("", "-", "a", "a,b", "0", "2", "-1", "+2", "²", "json", "never", "auto", "security", "=", "a=b", "--", "x*")
_NAMES = tuple(name for option in OPTIONS for name in option.names)
_OPTIONS = st.one_of(
    st.sampled_from([*_NAMES, "--fo", "-h", "--help", "-qq", "-q=", "---fix", "--no-fix"]),
    st.builds("{}={}".format, st.sampled_from(_NAMES), st.sampled_from(_VALUES)),
)
_LINES = st.lists(_OPTIONS | st.sampled_from(_VALUES) | st.text("-=aqv", max_size=4), max_size=6)


@given(_LINES)
def test_what_is_read_is_what_click_reads(line: list[str]) -> None:
    found = read(["check", *line])
    if found is not None:
        assert found == check.make_context("check", list(line), parent=PROGRAM).params


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
def test_each_option_is_read_without_click(option: options.Option) -> None:
    value = [] if option.is_flag else [(*option.choices, "3")[0]]
    for name in option.names:
        found = read(["check", "a", name, *value, "b"])
        assert found is not None
        assert found["paths"] == ("a", "b")
        assert found == check.make_context("check", ["a", name, *value, "b"], parent=PROGRAM).params
        if value and name.startswith("--"):
            assert found == read(["check", f"{name}={value[0]}", "a", "b"])


@pytest.mark.parametrize("line", ["", "--version", "schema", "a", "check -h", "check --jobs -1", "check --format yaml"])
def test_the_rest_is_for_click(line: str) -> None:
    assert read(line.split()) is None


def test_patterns_on_windows_are_for_click(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(["check", "*.yml"]) is not None
    monkeypatch.setattr(options, "_ON_WINDOWS", True)
    assert read(["check", "*.yml"]) is None
    assert read(["check", "--exclude", "~/a"]) is None
    assert read(["check", "a.yml"]) is not None
