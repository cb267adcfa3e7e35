"""Names in a baseline, names of files with own rules and their words steered the terminal and commanded CI services."""

from __future__ import annotations

import json

from tests.helpers import commands
from tests.integration.conftest import DEFECT, Cblint, assert_harmless
from tests.readers import told

RULE = {
    "name": "no-fetch",
    "message": "\x1b[31m::error::m {command} ##[error]z \u202e",
    "summary": "::error::summary \x1b[1m",
    "why": "::error::why\n\n::error::why \x1b[8mhidden",
    "detail": "::error::detail\n::error::detail",
    "match": {"command": "curl"},
    "examples": [
        {"bad": "version: 0.2\nphases:\n  build:\n    commands:\n      - «curl» x\n::error::x: 1\n"},
        {"good": "version: 0.2\nphases:\n  build:\n    commands:\n      - |\n        wget\n\n        ::error::x\n"},
        {"bad": "version: 0.2\nphases:\n  build:\n    commands:\n      - «wget» x\n"},
    ],
}


def test_own_rules(cblint: Cblint) -> None:
    cblint.put({"::error::rules/::error::x.yml": json.dumps(RULE), "buildspec.yml": DEFECT})
    given = ("--rules", "::error::rules")
    for command in ("explain no-fetch", "explain own", "rules", "rules --category own"):
        for style in ("text", "markdown", "json"):
            assert_harmless(cblint.run(*command.split(), *given, "--format", style).out)
    assert_harmless(cblint.run("config", *given).out)
    assert_harmless(cblint.run("rules", "test", "::error::rules/::error::x.yml").out)
    cblint.put({"buildspec.yml": commands("curl x"), "ci/buildspec.yml": commands("curl 'https://x/::error::'")})
    for format_, done in cblint.in_every_format(*given, "--select", "no-fetch").items():
        assert_harmless(done.out, format_)
        assert [each.rule for each in told(format_, done.stdout)] == ["no-fetch", "no-fetch"]
    coloured = cblint.run("explain", "no-fetch", *given, "--color", "always").stdout
    assert "\x1b[1mno-fetch\x1b[0m" in coloured
    assert "\x1b[8m" not in coloured
    assert "<U+003A>:error::why" in coloured


def test_baselines(cblint: Cblint) -> None:
    entry = {"path": "::error::x.yml", "code": "CB2007", "where": "a\x1b[31m", "text": "##[error]x\u202e"}
    text = json.dumps([{"format": "cblint-baseline", "version": 1}, entry])
    cblint.put({".cblint.yml": 'baseline: "::error::b.json"\n', "::error::b.json": text, "buildspec.yml": DEFECT})
    for command in ("check", "update", "create --force"):
        done = cblint.run("baseline", *command.split())
        assert "./::error::b.json" in done.stdout
        assert_harmless(done.out)
