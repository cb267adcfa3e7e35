"""After ``$(aws ecr get-login)``, which runs a program, not even the directory of the build was known any more."""

from __future__ import annotations

import pytest

from cblint.flow.kinds import STORED
from tests.builds import build


@pytest.mark.parametrize("login", ["$(aws ecr get-login)", "eval $(aws ecr get-login --region eu-west-1)"])
def test_files_are_still_written_where_it_was(login: str) -> None:
    found = build({"build": {"commands": [login, "printf %s $API_TOKEN > .env"]}})
    stored = [event for run in found.on("succeeding") for event in run.events if event.kind == STORED]
    assert {(event.name, event.exact) for event in stored} == {("${CODEBUILD_SRC_DIR}/.env", True)}
