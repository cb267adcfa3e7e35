"""For each file of a repository that was linted, what all its files define was put together once more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cblint.hosts.definition import HostFile
from cblint.hosts.graph import Graph
from cblint.linter import Settings
from cblint.running import lint_paths
from cblint.source.remembered import forget

TEMPLATE = "Resources:\n  P:\n    Type: AWS::CodeBuild::Project\n    Properties: {Name: project-%d}\n"


def test_a_repository_is_put_together_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    for number in range(20):
        (tmp_path / f"t{number}.yml").write_text(TEMPLATE % number)
    made = []
    plain = Graph.__init__

    def counting(self: Graph, files: Mapping[str, HostFile], repository: str | None = None) -> None:
        made.append(self)
        plain(self, files, repository)

    monkeypatch.setattr(Graph, "__init__", counting)
    forget()
    result = lint_paths([str(tmp_path)], Settings(jobs=1))
    assert len(result.files) == 20
    assert all(file.findings for file in result.files)
    assert len(made) == 1


def test_a_file_that_is_not_what_it_was_counts_as_it_is() -> None:
    from cblint.hosts.reading import host_file
    from cblint.source.text import Text

    one, again, other = (host_file("t.yml", Text.of(TEMPLATE % number)) for number in (1, 1, 2))
    assert one is not None
    assert again is not None
    assert other is not None
    graph = Graph({"t.yml": one})
    assert graph.with_file("t.yml", again) is graph
    assert graph.with_file("t.yml", other).files == {"t.yml": other}
