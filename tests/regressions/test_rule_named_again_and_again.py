"""Each name of a rule in a configuration was looked for among all rules, however often it stood there."""

from __future__ import annotations

import pathlib

import pytest

from cblint.catalogue import Catalogue
from cblint.config import load_config


def test_it_is_looked_for_once(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    codes_of = Catalogue.codes_of

    def counted(catalogue: Catalogue, name: str) -> list[str]:
        asked.append(name)
        return codes_of(catalogue, name)

    monkeypatch.setattr(Catalogue, "codes_of", counted)
    path = tmp_path / "cblint.yml"
    path.write_text(f"ignore: [{', '.join(['CB1'] * 500)}]\nper-path-ignores:\n  a: [CB1, CB2]\n")
    assert load_config(str(path)).ignore == ("CB1",)
    assert asked == ["CB1", "CB2"]
