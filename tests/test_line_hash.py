"""GitHub's hash of a line: the values of its own code, and what is written of them."""

from __future__ import annotations

import pathlib
import re
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, lint_bytes, lint_file
from cblint.running import result_of
from cblint.source.line_hash import line_hashes
from tests.bounds import no_hanging
from tests.helpers import commands, repository
from tests.sarif_logs import ONE_RULE, run_of

HASHED = ONE_RULE._replace(line_hashes=True)
DEFECT = commands('echo "a: b"')
HOSTED = (
    "Resources:\n  Project:\n    Type: AWS::CodeBuild::Project\n    Properties:\n      Source:\n"
    "        Type: CODEPIPELINE\n        BuildSpec: |\n" + textwrap.indent(DEFECT, " " * 10)
)
END = "c129715d7a2bc9a3:1"
"""The hash of an empty last line."""
GREETING = [
    "e9496ae3ebfced30:1",
    "fb7c023a8b9ccb3f:1",
    "ce8ba1a563dcdaca:1",
    "e20e36e16fcb0cc8:1",
    "b3edc88f2938467e:1",
    "c8e28b0b4002a3a0:1",
    END,
]


def hashes(text: str) -> list[str]:
    """Those of all lines, which must be numbered from 1 on."""
    found = line_hashes(text.encode(), range(1, len(text) + 2))
    assert list(found) == list(range(1, len(found) + 1))
    return list(found.values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The figures of the tests in github/codeql-action.
        ("", [END]),
        (" a\nb\n  \t\tc\n d", ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]),
        (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", GREETING),
        (" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", GREETING),
        (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", GREETING),
        (" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", GREETING),
        (
            "Lorem ipsum dolor sit amet.\n" * 10,
            [
                *(f"a7f2ff13bc495cf2:{number}" for number in range(1, 7)),
                *("a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", END),
            ],
        ),
        # What its code gives for what they do not ask.
        ("\ufeffa\n", ["25afd31b599dedcd:1", END]),
        ("\r \n", ["5b5d4caf73a13177:1", "3c5bef55b72b93c9:1", END]),
        ("a😀b\n\uffff", ["ff2679cbb04f60b8:1", "9cde746dd76b3dca:1"]),
    ],
)
def test_the_values_are_those_of_the_action(text: str, expected: list[str]) -> None:
    assert hashes(text) == expected


def as_described(text: str) -> list[str]:
    """The same, line by line and digit by digit."""
    lines = [re.sub("[ \t]", "", line) for line in re.split("\r\n|\r|\n", text)]
    found: list[str] = []
    for number in range(len(lines)):
        encoded = "\n".join(lines[number:])[:100].encode("utf-16-be")
        units = [int.from_bytes(encoded[at : at + 2], "big") for at in range(0, len(encoded), 2)]
        window = [*units, 0xFFFF, *[0] * 100][:100]
        value = sum(unit * 37 ** (99 - place) for place, unit in enumerate(window)) % 2**64
        digits = f"{value:x}"
        found.append(f"{digits}:{1 + sum(other.startswith(f'{digits}:') for other in found)}")
    return found


PARTS = st.sampled_from(
    [*"ab \t\n\ré漢😀\ufeff\uffff\u2028\x85\U0010ffff", "\r\n", "\n\n", "\r \n", "x" * 40, "same\n", "😀" * 30]
)


@given(st.lists(PARTS, max_size=30).map("".join))
def test_any_text_is_hashed_as_it_is_described(text: str) -> None:
    assert hashes(text) == as_described(text)


def test_only_wanted_lines_are_told_but_all_are_counted() -> None:
    text = ("x" * 100 + "\n") * 3
    assert line_hashes(text.encode(), {3, 9}) == {3: hashes(text)[2]}
    assert hashes(text)[2].endswith(":3")


def test_a_large_file_takes_linear_time() -> None:
    with no_hanging():
        for text in ("\n" * 1_000_000, "x" * 1_000_000, "\r \n" * 300_000):
            line_hashes(text.encode(), {1})


# What is written


def written(*files: FileResult) -> list[str | None]:
    """What each result says of its line."""
    return [
        found["partialFingerprints"].get("primaryLocationLineHash") for found in run_of(result_of(files))["results"]
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_result_has_the_hash_of_its_line_in_the_bytes_of_the_file(end: str, mark: str) -> None:
    text = mark + "# 漢 😀\n".replace("\n", end) + DEFECT.replace("\n", end)
    [found] = run_of(result_of([lint_bytes(text.encode(), Candidate("buildspec.yml", True), HASHED)]))["results"]
    line = found["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert line == 6
    assert list(found["partialFingerprints"]) == ["cblint/v1", "primaryLocationLineHash"]
    assert found["partialFingerprints"]["primaryLocationLineHash"] == hashes(text)[line - 1]


def test_a_mark_before_the_first_line_counts() -> None:
    text = "phases: {build: {commands: [{a: b}]}}\n"
    plain, marked = (
        lint_bytes(data, Candidate("buildspec.yml", True), HASHED)
        for data in (text.encode(), b"\xef\xbb\xbf" + text.encode())
    )
    assert written(plain, marked) == [hashes(text)[0], hashes("\ufeff" + text)[0]]
    assert written(plain) != written(marked)


def test_each_file_has_its_own_lines_and_without_being_asked_there_are_none(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: dict[str, str | bytes] = {
        "a/buildspec.yml": DEFECT,
        "b/buildspec.yml": "#\n" + DEFECT,
        "template.yml": HOSTED,
    }
    repository(tmp_path, files)
    (tmp_path / "linked.yml").symlink_to("a/buildspec.yml")
    monkeypatch.chdir(tmp_path)
    names = [*files, "linked.yml"]
    results = [lint_file(Candidate(name, True), HASHED) for name in names]
    expected = []
    for text in map(str, (*files.values(), DEFECT)):
        [line] = [number for number, line in enumerate(text.splitlines()) if "a: b" in line]
        expected.append(hashes(text)[line])
    assert written(*results) == expected
    assert written(*(lint_file(Candidate(name, True), ONE_RULE) for name in names)) == [None] * 4


def test_a_file_without_findings_is_not_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cblint.source.line_hash.line_hashes", None)
    for data in (commands("make").encode(), b"\0", b"\xff"):
        assert lint_bytes(data, Candidate("buildspec.yml", True), HASHED).line_hashes == {}
