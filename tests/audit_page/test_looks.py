"""The report as people use it: Chromium opens it from disk, with mouse and keys, small and wide, light and dark."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest

from cblint.audit.overview import Audited, Found, Overview
from cblint.audit.page import rendered
from tests.audit_page.conftest import Large
from tests.audit_page.overviews import empty, hostile, overview, some
from tests.site.test_looks import CHROMIUM, MISSING, MODULES, NODE

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"nobody looks at the report without {' and '.join(MISSING)}: make test installs what it can"
)

_PAGES: dict[str, Callable[[], Overview]] = {
    "plain": lambda: overview(3000),
    "small": lambda: overview(60, 8, rules_=8),
    "hostile": hostile,
    "empty": empty,
    "some": lambda: some("@example/shop", 60),
    "nothing": lambda: some("@acme/shop", 60),
}


def test_it_can_be_filtered_read_and_printed_by_everyone(tmp_path: pathlib.Path, large: Large) -> None:
    for name, make in _PAGES.items():
        with open(tmp_path / f"{name}.html", "w", encoding="utf-8") as file:
            file.writelines(rendered(make()))
    os.link(large.path, tmp_path / "large.html")
    findings = list(overview(3000).findings)
    clicked = next(each for each in findings if each.places and each.fix and "gitlab" in _repository(each).web)
    script = os.path.join(os.path.dirname(__file__), "browse.js")
    arguments = [str(NODE), script, MODULES, str(CHROMIUM), str(tmp_path), clicked.fingerprint]
    begun = time.monotonic()
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    print(f"{_figures(said['large'])}, {time.monotonic() - begun:.0f} s in all")
    assert said["complaints"] == []
    assert said["noticed"] == ["axe button-name"]
    _filters(said["filters"], findings)
    _addresses(said["addresses"], findings)
    _keys(said["keys"])
    _finding(said["finding"], clicked)
    _chips(said["chips"], findings)
    _tables(said["tables"])
    _large(said["large"])
    assert said["colours"] == [True, True, True]
    secret = _number(findings, lambda each: _rule(each) == "secret-literal")
    assert said["paper"] == {
        "count": secret,
        "articles": secret,
        "first": [
            "Builds of example",
            "Run 8, 27 November 2026, 17:30 UTC",
            f"{secret} findings (severity: error; rule: secret-literal)",
        ],
        "summary": True,
        "controls": 0,
        "after": 0,
    }
    assert said["only"] == [
        "Overview · Builds of example: only what @example/shop owns",
        "Nothing of what @acme/shop owns was found.",
    ]
    assert said["strangers"]["opened"] == 16
    assert said["strangers"]["nameless"] == said["strangers"]["proto"] == "1 finding in 1 repository"
    assert said["none"] == "No finding passes these filters."
    assert said["still"] == {"views": 6, "rows": 60, "controls": 0}


_RULES = overview(0).rules
_REPOSITORIES = overview(0).repositories


def _rule(found: Found) -> str:
    return _RULES[found.rule].name


def _repository(found: Found) -> Audited:
    return _REPOSITORIES[found.repository]


def _chosen(findings: list[Found], wanted: Callable[[Found], bool]) -> list[Found]:
    return [each for each in findings if not each.suppressed and wanted(each)]


def _number(findings: list[Found], wanted: Callable[[Found], bool]) -> int:
    return len(_chosen(findings, wanted))


def _counted(chosen: list[Found]) -> str:
    places = len({each.repository for each in chosen})
    return f"{len(chosen):,} findings in {places} {'repository' if places == 1 else 'repositories'}"


def _filters(said: dict[str, str], findings: list[Found]) -> None:
    at = _chosen(findings, lambda each: each.path == "ci/buildspec.yml" and each.line == 41)
    wanted: dict[str, Callable[[Found], bool]] = {
        "": lambda each: True,
        "severity=error": lambda each: each.severity == "error",
        "new=1": lambda each: each.new,
        "category=secrets": lambda each: _RULES[each.rule].category == "secrets",
        "rule=secret-literal": lambda each: _rule(each) == "secret-literal",
        "fix=safe": lambda each: each.fix is not None and each.fix.safe,
        "repository=example%2Fshop-api": lambda each: _REPOSITORIES[each.repository].name == "example/shop-api",
        "owner=%40example%2Fdata": lambda each: "@example/data" in each.owners,
        "q=tee+secret": lambda each: "tee" in _searched(each) and "secret" in _searched(each),
    }
    assert said == {
        "cleared": _counted(_chosen(findings, wanted[""])),
        **{name: _counted(_chosen(findings, each)) for name, each in wanted.items()},
        "suppressed=only": _counted([each for each in findings if each.suppressed]),
        "ops@example.com": _counted(_chosen(findings, lambda each: "ops@example.com" in each.owners)),
        "ci/buildspec.yml:41": _counted(at),
        "ci/buildspec.yml:41:9": _counted(at),
        "buildspec.yml:41:8": "No finding passes these filters.",
    }


def _chips(said: dict[str, Any], findings: list[Found]) -> None:
    errors = _chosen(
        findings, lambda each: "@example/platform" in each.owners and each.new and each.severity == "error"
    )
    assert said == {
        "open": [False, True],
        "said": [
            f"Remove the filter {each} ✕"
            for each in (
                "search: npm",
                "severity: error",
                "severity: note",
                "owner: @example/platform",
                "new: in this run",
            )
        ],
        "removed": [
            "#findings?owner=%40example%2Fplatform&q=npm&new=1&severity=error",
            "Remove the filter owner: @example/platform ✕",
            _counted([each for each in errors if "npm" in _searched(each)]),
        ],
        "gone": [
            [
                "Remove the filter rule: gone (not in this report) ✕",
                "Remove the filter repository: \ufffdx (not in this report) ✕",
            ],
            "No finding passes these filters.",
            "gone (not in this report)",
        ],
        "cleared": [[], "findings-title", ""],
    }


def _searched(found: Found) -> str:
    rule = _RULES[found.rule]
    owners = " ".join(found.owners)
    return f"{found.message} {found.path} {rule.name} {rule.code} {_repository(found).name} {owners}".lower()


def _addresses(said: list[list[Any]], findings: list[Found]) -> None:
    errors = _chosen(findings, lambda each: each.severity == "error")
    secret = [each for each in errors if _rule(each) == "secret-literal"]
    docker = [each for each in secret if "docker" in each.message]
    narrow = ["#findings?q=docker&rule=secret-literal&severity=error", _counted(docker)]
    assert said == [
        narrow,
        [*narrow, "docker", True],
        ["#findings?rule=secret-literal&severity=error", f"{_counted(secret)}, 1 to 50 shown"],
        ["#findings?severity=error", f"{_counted(errors)}, 1 to 50 shown"],
        ["#findings", f"{_counted(_chosen(findings, lambda each: True))}, 1 to 50 shown"],
        ["#findings?severity=error", f"{_counted(errors)}, 1 to 50 shown"],
    ]


def _keys(said: dict[str, Any]) -> None:
    assert said == {
        "first": "skip",
        "skipped": "main",
        "search": ["filter-q", "#findings"],
        "walked": 2,
        "opened": ["opened-title", "2 of 622"],
        "reloaded": True,
        "closed": [3, "#findings?q=docker"],
        "again": [5, "#findings?q=docker"],
    }


def _finding(said: dict[str, Any], found: Found) -> None:
    assert found.fix is not None
    rule, here = _rule(found), _linked(found, found.path, found.line)
    assert said == {
        "headings": [
            found.message,
            "How it comes about",
            "See also",
            "Fix",
            "Why",
            "What to do",
            "About it",
            "If it is right as it is",
        ],
        "marked": found.snippet[1].text[found.snippet[1].start : found.snippet[1].end],
        "lines": [str(line.number) for line in found.snippet],
        "steps": 2,
        "comment": f"# cblint: ignore[{rule}] -- why it is right here",
        "copied": f"# cblint: ignore[{rule}] -- why it is right here",
        "changed": [f"−removed: {found.fix.before[0]}", f"+added: {found.fix.after[0]}"],
        "links": [*(_linked(found, each.path, each.line) for each in found.places), here],
        "followed": [here, False, 0],
    }


def _linked(found: Found, path: str, line: int) -> str:
    return f"{_repository(found).web}/-/blob/{_repository(found).commit}/{path}#L{line}"


def _tables(said: dict[str, Any]) -> None:
    assert len(said["ranked"]) == 60
    assert said["ranked"] == sorted(said["ranked"], reverse=True)
    assert said["files"] == sorted(said["files"], reverse=True)
    assert said["problems"] == "2 repositories"
    assert said["followed"] == ["findings-title", "Findings · Builds of example"]
    assert said["heads"] == [25, 25]
    assert said["walked"] == [2, 2]
    assert said["cell"][0] == said["cell"][1] > 0
    assert said["shaded"] == [True, False]


def _figures(said: dict[str, Any]) -> str:
    strokes = said["strokes"]
    return (
        f"100,000 findings: interactive after {said['times']['interactive']:.0f} ms, loaded after "
        f"{said['times']['loaded']:.0f} ms; filtered within {max(each['filter'] for each in strokes):.0f} ms, shown "
        f"{max(each['shown'] for each in strokes):.0f} ms after a keystroke"
    )


def _large(said: dict[str, Any]) -> None:
    assert said["total"] == "96,000 findings in 8,316 repositories, 1 to 50 shown"
    assert said["times"]["interactive"] < 3000
    assert said["times"]["loaded"] < 6000
    assert len(said["strokes"]) == len("step 19")
    assert sorted(each["filter"] for each in said["strokes"])[len(said["strokes"]) // 2] < 200
    assert said["cells"] == 25 * 139
    assert said["count"] == 100
