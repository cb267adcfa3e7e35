"""Overviews as an audit could make them: some plain, some large, some of hostile repositories."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence

from cblint.audit.overview import Audited, AuditedRule, Found, Line, Mend, Overview, Place, Point
from cblint.catalogue import help_of, rules
from cblint.report import RULES_URL

HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>",
    "{{7*7}}{% for x in y %}",
    "javascript:alert(1)",
    "__proto__",
    "constructor",
    "",
    " ",
    "\u202egnp.exe\u2066",
    "\x00\x1b[31m\x07\r\n\t",
    "שלום/עולם",
    "\ud800 lone",
    "a&b=c#d?e+f%67",
    "\u2028\u2029",
    "'\"><svg onload=alert(2)>",
    "n" * 600,
)
_NAMES = ("shop", "search", "billing", "login", "images", "mail", "stock", "returns", "prices", "reports")
_KINDS = ("api", "web", "worker", "infrastructure", "batch", "tools")
_FOLDERS = ("", "ci/", "deploy/", "services/orders/", "infrastructure/pipelines/")
_TEAMS = ("@example/platform", "@example/shop", "@example/data", "@example/security", "ops@example.com")
_COMMANDS = (
    "npm ci",
    "npm test | tee test.log",
    'curl "$ADDRESS" | sh',
    "docker build .",
    "aws s3 sync dist s3://site",
)


def audited_rules(most: int = 200) -> tuple[AuditedRule, ...]:
    """The built-in rules, as an audit has them."""
    return tuple(
        AuditedRule(
            rule.name,
            rule.code,
            rule.severity.value,
            rule.category,
            rule.summary,
            help_of(rule)["why"],
            help_of(rule)["advice"],
            RULES_URL.format(rule=rule.name),
        )
        for rule in rules()[:most]
    )


def repositories(number: int) -> tuple[Audited, ...]:
    """Repositories with names of their own; every fortieth could not be looked at in full."""
    return tuple(
        Audited(
            f"example/{_NAMES[place % 10]}-{_KINDS[place // 10 % 6]}" + (f"-{place // 60}" if place >= 60 else ""),
            f"https://git.example.com/{place}.git",
            ("", f"https://gitlab.example.com/example/{place}", f"https://git.example.com/{place}")[place % 3],
            "main" if place % 5 else "release/2026",
            f"{place * 7919 % (1 << 32):08x}" * 5,
            place % 7 + 1,
            ("The file buildspec.yml is larger than 1 MB, and was not read.",) if place % 40 == 9 else (),
        )
        for place in range(number)
    )


def overview(findings: int, repositories_: int = 60, runs: int = 8, rules_: int = 200) -> Overview:
    """An audit of that size, always the same; its findings can be read once."""
    looked, known = repositories(repositories_), audited_rules(rules_)
    there: Counter[str] = Counter()
    for each in found(findings, looked, known, runs):
        if not each.suppressed:
            there.update({each.severity: 1, "new": each.new})
    trend = tuple(
        Point(
            run,
            f"2026-{run % 12 + 1:02}-01T06:00:00Z",
            repositories_,
            repositories_ * 4,
            there["error"] + (runs - run) * 7 % 31 * (runs - run),
            max(0, there["warning"] - (runs - run) * 5 % 17 * (runs - run)),
            there["note"] + (runs - run) * 3 % 5,
            there["new"] if run > 1 else 0,
            findings // 80 if run > 1 else 0,
        )
        for run in range(1, runs + 1)
    )
    return Overview(
        "Builds of example", "0.1.0", "2026-11-27T17:30:00Z", trend, looked, known, found(findings, looked, known, runs)
    )


def large() -> Overview:
    """An audit of 100,000 findings, of which there is no more to read than a line each."""
    given = overview(1000, 10_000)
    findings = found(100_000, given.repositories, given.rules, len(given.trend))
    return given._replace(findings=(each._replace(snippet=each.snippet[1:2], places=()) for each in findings))


def some(owner: str, findings: int = 3000) -> Overview:
    """Of an audit of so many findings only what one owner has."""
    given = overview(findings)
    return given._replace(only=f"what {owner} owns", findings=[each for each in given.findings if owner in each.owners])


def found(
    number: int, looked: Sequence[Audited], known: Sequence[AuditedRule], runs: int, seed: int = 1
) -> Iterator[Found]:
    """Findings: a few rules and repositories have most of them, as is usual."""
    chance = random.Random(seed)
    for place in range(number):
        rule = min(int(chance.expovariate(5 / len(known))), len(known) - 1) * 37 % len(known)
        repository = min(int(chance.expovariate(5 / len(looked))), len(looked) - 1)
        command, line = _COMMANDS[place % 5], chance.randint(3, 90)
        path = f"{_FOLDERS[place % 5]}buildspec{'' if place % 3 else '-test'}.yml"
        new = runs > 1 and place % 50 == 0
        yield Found(
            repository,
            rule,
            known[rule].severity,
            path,
            line,
            9,
            f'"{command}" of step {place % 1999}: {known[rule].summary[0].lower()}{known[rule].summary[1:]}.',
            "The build goes on as if nothing had happened, and what it publishes may be broken. "
            "Let the command fail the phase.",
            f"phases.build.commands[{place % 9}]",
            () if place % 6 == 5 else (_TEAMS[place % 5], _TEAMS[place // 5 % 5]),
            f"{place * 2654435761 % (1 << 64):016x}",
            runs if new else place % max(runs - 1, 1) + 1,
            new,
            "a comment: known, see ticket 12" if place % 25 == 7 else "",
            (
                Line(line - 1, "    commands:"),
                Line(line, f"      - {command}", 8, 8 + len(command)),
                Line(line + 1, "      - echo done"),
            ),
            (
                Place(1, "the variable is set here", path, 3, 5),
                Place(2, "and comes here unquoted", path, line, 9),
                Place(0, "the phase that is meant", path, 2, 1),
            )
            if place % 4 == 0
            else (),
            Mend("Quote it", place % 2 == 0, (f"      - {command}",), (f"      - '{command}'",))
            if place % 3 == 0
            else None,
        )


def hostile() -> Overview:
    """Everything that a stranger names or writes is one of ``HOSTILE``, and there is a message of 10,000 characters."""
    looked = tuple(
        Audited(name, name, name if place % 2 else f"https://{name}", name, name, 1, (name,))
        for place, name in enumerate(HOSTILE)
    )
    known = tuple(
        AuditedRule(
            name, name, ("error", "warning", "note")[place % 3], name, name, name, f"[x]({name}) ![y]({name})", name
        )
        for place, name in enumerate(HOSTILE)
    )
    findings = (
        Found(
            place,
            place,
            ("error", "warning", "note")[place % 3],
            name,
            place,
            place,
            name * (10_000 // max(len(name), 1)) if place % 4 == 0 else name,
            name,
            name,
            (name, *HOSTILE) if place % 2 else (name,),
            name,
            1,
            False,
            "",
            (Line(1, name, 0, 3), Line(2, name * 2000, 1500, 99_999), Line(3, name, 7, 2)),
            (Place(1, name, name, 1, 1), Place(0, name, name, 1, 1)),
            Mend(name, True, (name,), (name,)),
        )
        for place, name in enumerate(HOSTILE)
    )
    return Overview(
        HOSTILE[0], HOSTILE[0], HOSTILE[0], (Point(1, HOSTILE[0], 16, 16, 6, 5, 5, 0, 0),), looked, known, findings
    )


def empty(repositories_: int = 3) -> Overview:
    """An audit in which nothing was found."""
    trend = (Point(1, "2026-11-27T17:30:00Z", repositories_, 12, 0, 0, 0, 0, 0),)
    return Overview("Builds of example", "0.1.0", "2026-11-27T17:30:00Z", trend, repositories(repositories_), (), ())
