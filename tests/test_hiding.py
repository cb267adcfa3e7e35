"""The rule finds a secret wherever it stands, at its exact place; nothing that is printed holds it."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cblint import opening
from cblint.catalogue.model import PROFILES
from cblint.cli import start
from cblint.finding import Edit, Report
from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from cblint.report import FORMATS
from cblint.secrets.formats import formats
from tests.bounds import ALL, draws
from tests.test_secrets import NAMED, TOKENS, Sample

ONE_LINE = [sample for sample in TOKENS if "\n" not in sample.text]

# Everywhere

COMMANDS = {
    "argument": "deploy {}",
    "assignment": "X={}",
    "flag": "deploy --with={}",
    "quoted": "deploy 'a {}'",
    "double quoted": 'deploy "a {} b"',
    "header": "curl -f -H 'X-Auth: {}' https://acme.io",
    "url": "git clone https://acme.io/x?t={}",
    "export": "export X={}",
    "substitution": 'X="$(deploy {})"',
}
BLOCKS = {
    "here-document": "cat > x <<EOF\nkey = {}\nEOF\n",
    "several lines": "make\ndeploy {}\nmake\n",
    "if": "if make; then\n  deploy {}\nfi\n",
}


def quoted(text: str) -> str:
    """A scalar in single quotes."""
    return "'" + text.replace("'", "''") + "'"


def indented(text: str, mark: str) -> str:
    """A block scalar as an item of a list."""
    return f"{mark}\n" + "\n".join(f"          {line}" for line in text.splitlines())


STYLES: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "single": quoted,
    "double": json.dumps,
    "literal": lambda text: indented(text, "|"),
    "folded": lambda text: indented(text, ">-"),
}


def with_command(item: str) -> str:
    """A buildspec with one command."""
    return f"version: 0.2\nphases:\n  build:\n    commands:\n      - {item}\n"


def planted(secret: str) -> Iterator[str]:
    """The secret in every style of scalar and at every place of a command."""
    for command in COMMANDS.values():
        for style in STYLES.values():
            if style is not STYLES["plain"] or ": " not in command:
                yield with_command(style(command.format(secret)))
        flow = json.dumps(command.format(secret))
        yield f'version: 0.2\nphases: {{build: {{commands: [{flow}, "make"]}}}}\n'
        yield json.dumps({"version": 0.2, "phases": {"build": {"commands": [command.format(secret)]}}})
    for block in BLOCKS.values():
        yield with_command(STYLES["literal"](block.format(secret)))
        yield with_command(STYLES["double"](block.format(secret)))
    for style in STYLES.values():
        variable = style(secret)
        yield f"version: 0.2\nenv:\n  variables:\n    X: {variable}\nphases:\n  build:\n    commands: [make]\n"


def findings_of(text: str) -> list[tuple[str, str]]:
    """What the rule finds: the variant's beginning, and what is marked."""
    result = lint_text(text, Candidate("buildspec.yml", True), Settings(select=("secret-literal",), isolated=True))
    assert not result.crashes
    return [(each.message, text[each.span.start : each.span.end]) for each in result.findings]


@pytest.mark.parametrize("number", range(len(ONE_LINE)), ids=[sample.what for sample in ONE_LINE])
def test_a_token_is_found_at_its_place(number: int) -> None:
    sample = ONE_LINE[number]
    texts = list(planted(sample.text))
    # All places for all of them in long runs; else each at a third of the places, and a third of them at each.
    for text in texts if ALL else texts[number % 3 :: 3]:
        marked = [mark for message, mark in findings_of(text) if message.startswith(sample.what)]
        assert marked == [json.dumps(sample.secret)[1:-1] if sample.secret not in text else sample.secret], text


@pytest.mark.parametrize(("what", "name", "value"), NAMED, ids=[what for what, _, _ in NAMED])
def test_a_named_value_is_found_at_its_place(what: str, name: str, value: str) -> None:
    shell = name.replace(".", "_")
    commands = [f"export {shell}={value}", f"{shell}='{value}' make", f"make {name}={value}", f"make -D{name}={value}"]
    commands += [f'make \'{{"{name}": "{value}"}}\'', f"cat > x <<EOF\n{name}={value}\nEOF"]
    texts = [with_command(json.dumps(command)) for command in commands]
    texts += [with_command(STYLES["literal"](command)) for command in commands]
    for style in STYLES.values():
        variable = style(value)
        texts.append(
            f"version: 0.2\nenv:\n  variables:\n    {name}: {variable}\nphases:\n  build:\n    commands: [make]\n"
        )
    for text in texts:
        assert [mark for message, mark in findings_of(text) if message.startswith(what)] == [value], text


# Nowhere


class Plant(NamedTuple):
    """A text with a secret in it."""

    text: str
    secret: str
    public: int


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "plants.txt"), encoding="utf-8") as file:
    PLACES = file.read().split("%%\n")
"""Buildspecs with places for a secret: {p} as it is, {s} as JSON has it, {d} with what stands round it too, {j} within
quotes of JSON, {q} within single quotes, {n} without marks, {c} a comment."""


def plain(text: str) -> str:
    """The secret where no quotes can stand: of a private key the line ends as they are written in JSON."""
    return text.replace("\n", "\\n")


def public_part(sample: Sample) -> int:
    """How much of a token says no more than what it is."""
    if sample.text.startswith("-----"):
        return sample.text.find("KEY") + 20
    return next((sample.text.index(begin) + len(begin) for begin in BEGINNINGS if begin in sample.text), 12)


BEGINNINGS = ("hooks.slack.com/services/", "/api/webhooks/", "/webhookb2/")


@st.composite
def plants(draw: st.DrawFn) -> Plant:
    """A buildspec with a random secret at many places."""
    sample = draw(st.sampled_from(TOKENS + [Sample("named", value) for _, _, value in NAMED]))
    seed = random.Random(draw(st.integers(0, 1 << 16)))
    public = public_part(sample)
    letters = [*sample.text]
    keywords = [keyword for form in formats() if form.what == sample.what for keyword in form.keywords]
    begun = max([public, *(sample.text.find(keyword) + len(keyword) for keyword in keywords)])
    digits = "".join(letter for letter in letters[begun:] if letter.isdigit())
    for at in range(begun, len(letters)):  # another one of the same kind: some know no 1, some end with %3D
        is_escaped = "%" in letters[at - 2 : at]
        if letters[at].isdigit() and not is_escaped and sample.what != "A JSON web token":
            letters[at] = seed.choice(digits)
    secret = "".join(letters)
    named = sample.what == "named"
    place = draw(st.sampled_from([4, 5, 8, 13] if named else range(len(PLACES))))
    around = "{}" if not named else draw(st.sampled_from(["TOKEN={}", "X_PASSWORD={}", "--api-key={}"]))
    written = around.format(plain(secret))
    text = PLACES[place].format(
        c=draw(st.sampled_from(["", "# x\n"])) if place == 0 else "",
        s=json.dumps(secret),
        p=written,
        d=json.dumps(around.format(secret)),
        j=json.dumps(json.dumps(written)[1:-1])[1:-1],
        q=written.replace("'", "''"),
        n="".join(char for char in written if char.isalnum()) if not named else "n",
    )
    return Plant(text, secret, public)


def parts(plant: Plant) -> set[str]:
    """What must be nowhere: any eight characters of the secret beyond what is public."""
    runs = [run for run in plant.secret[plant.public :].replace("\\n", "\n").split("\n") if not run.startswith("-----")]
    return {run[at : at + 8] for run in runs for at in range(len(run) - 7)}


COMMAND_LINES = [
    *(["check", "--format", name] for name in FORMATS),
    ["check", "--diff", "--unsafe-fixes"],
    ["check", "--statistics", "--timings", "--color", "always"],
    ["check", "--format", "sarif", "--sarif-include-suppressed"],
    ["trace"],
    ["trace", "--format", "json"],
]


@settings(max_examples=draws(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(plant=plants(), profile=st.sampled_from(sorted(PROFILES)))
def test_nothing_that_is_printed_holds_a_secret(plant: Plant, profile: str, tmp_path: Any, capfdbinary: Any) -> None:
    path = os.path.join(str(tmp_path), "buildspec.yml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(plant.text)
    forbidden = parts(plant)
    for line in COMMAND_LINES:
        with pytest.raises(SystemExit):
            start([*line, *(["--profile", profile] if line[0] == "check" else []), path])
        told = capfdbinary.readouterr()
        printed = (told.out + told.err).decode()
        held = sorted(part for part in forbidden if part in printed)
        assert not held, (line, held[:3], plant.text, printed)


@pytest.mark.parametrize("sample", ONE_LINE, ids=lambda sample: sample.what)
def test_a_broken_configuration_is_told_without_secrets(sample: Sample, tmp_path: Any, capfdbinary: Any) -> None:
    (tmp_path / "buildspec.yml").write_text(with_command("make"))
    for line in ("profile: {}", "{}: 1", "profile: x\n{}", "select: [{}]", "projects: [{{{}: 1}}]"):
        (tmp_path / ".cblint.yml").write_text(line.format(sample.text))
        with pytest.raises(SystemExit):
            start(["check", str(tmp_path / "buildspec.yml")])
        told = capfdbinary.readouterr()
        printed = (told.out + told.err).decode()
        assert not [part for part in parts(Plant("", sample.text, public_part(sample))) if part in printed], printed


def test_a_rule_that_crashes_tells_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = TOKENS[0].text

    def check(_: Any) -> Iterator[Report]:
        raise ValueError(secret)
        yield

    monkeypatch.setattr("cblint.engine._check", lambda _: check)
    result = lint_text(with_command(f"make {secret}"), Candidate("buildspec.yml", True), Settings(isolated=True))
    assert result.crashes
    assert not any(secret[4:] in crash for crash in result.crashes)


def test_a_crash_outside_of_rules_tells_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = TOKENS[0].text

    def recognised(*_: Any) -> None:
        raise ValueError(secret)

    monkeypatch.setattr(opening, "_recognised", recognised)
    (crash,) = lint_text(f"a: {secret}", Candidate("buildspec.yml", True), Settings(isolated=True)).crashes
    assert secret[4:] not in crash


def test_a_fix_that_holds_a_secret_is_made_but_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = TOKENS[0].text
    text = with_command(f"make {secret}")

    def check(buildspec: Any) -> Iterator[Report]:
        span = buildspec.command_items[0].node.span
        yield Report(span, "exact", {}, edits=(Edit(span, f"make --with {secret}"),))

    from cblint.catalogue import find
    from cblint.engine import Target, place
    from cblint.hiding import Hiding
    from cblint.linter import buildspecs_in
    from cblint.source.text import Lines

    (buildspec,) = buildspecs_in(text, "buildspec.yml", Settings(isolated=True))
    (report,) = check(buildspec)
    rule = find("curl-without-fail")
    target = Target("buildspec.yml", Lines(text), Hiding(text, [buildspec]))
    finding = place(target, rule, report._replace(variant=next(iter(rule.variants))), buildspec)
    assert finding.fix is not None
    assert finding.fix.withheld
    assert finding.fix.edits[0].text == f"make --with {secret}"


def test_carets_stand_under_what_is_hidden(tmp_path: Any, capfdbinary: Any) -> None:
    secret = TOKENS[0].text
    path = tmp_path / "buildspec.yml"
    path.write_text(with_command(f"deploy {secret} é {secret} && make"))
    with pytest.raises(SystemExit):
        start(["check", "--select", "secret-literal", "--isolated", str(path)])
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert lines[1] == "5 |       - deploy AKIA…(20) é AKIA…(20) && make"
    assert lines[2] == "  |                ^^^^^^^^^"
    assert [line for line in lines if "^" in line][1] == "  |                            ^^^^^^^^^"
