"""What git never prints ended a run: a listing without sizes, an object whose length is no number."""

from __future__ import annotations

import subprocess

import pytest

from cblint import git

NAME = "a" * 40


def saying(monkeypatch: pytest.MonkeyPatch, printed: bytes) -> None:
    done = subprocess.CompletedProcess((), 0, printed, b"")
    monkeypatch.setattr(git, "asked", lambda *_, **__: done)


@pytest.mark.parametrize("about", [b"", b"100644", b"100644 blob", b"100644 blob \xff -", b"100644 blob " + b"a" * 40])
def test_a_line_of_a_listing_without_all_its_words_is_no_file(monkeypatch: pytest.MonkeyPatch, about: bytes) -> None:
    whole = f"100644 blob {NAME}      13\tbuildspec.yml\0".encode()
    saying(monkeypatch, about + b"\tx.yml\0" + whole)
    assert git.files_of(".", "HEAD") == {"buildspec.yml": git.Blob(NAME, 13)}


@pytest.mark.parametrize("size", [b"-", b"BAD"])
def test_a_file_that_is_not_here_has_no_size(monkeypatch: pytest.MonkeyPatch, size: bytes) -> None:
    saying(monkeypatch, b"100644 blob " + NAME.encode() + b"    " + size + b"\tbuildspec.yml\0")
    assert git.files_of(".", "HEAD") == {"buildspec.yml": git.Blob(NAME, None)}


@pytest.mark.parametrize("size", ["", " ", " x", " -1", " 99", " 1\n1", " " + "9" * 30])
def test_an_object_of_no_length_cannot_be_read(monkeypatch: pytest.MonkeyPatch, size: str) -> None:
    saying(monkeypatch, f"{NAME} blob{size}\n1\n".encode())
    files = {"a": git.Blob(NAME, 1), "b": git.Blob(NAME, 1)}
    with pytest.raises(git.GitError, match="cannot read"):
        dict(git.contents(".", files, 100))
