"""Rules failed on a pipeline of no commands: "time" or "!" with nothing behind it."""

from __future__ import annotations

import json

import pytest

from cblint.catalogue import rules
from tests.helpers import ISOLATED, commands, lint

COMMANDS = (
    "docker build . && {}; x",
    "{}\nnpm test | tee test.log",
    "[ -f app.jar ] && {}",
    "[ -f app.jar ] && make || {}",
    "make && make test || {}",
    "apt-get install jq || {}",
    "nvm install 18 || {}",
    "docker build . || {}",
    "{}; cd app",
    'eval "$(make; {})"',
    "if {}\nthen exit 1; fi; docker push a",
)


@pytest.mark.parametrize("alone", ["time", "time -p", "!"])
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("version", ["0.1", "0.2"])
def test_it_is_passed_over(command: str, alone: str, version: str) -> None:
    text = commands(json.dumps(command.format(alone)), "make").replace("0.2", version)
    lint(text, ISOLATED._replace(select=tuple(rule.name for rule in rules())))
