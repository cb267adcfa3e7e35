"""The report page as a text: what strangers cannot do in it, how it is streamed, and what it says without a script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any, NamedTuple

import pytest

from cblint.audit.overview import Found, Line, Mend, Overview, Place, Point
from cblint.audit.page import data, rendered
from cblint.audit.page.data import LONGEST, LONGEST_LINE, LONGEST_NAME, MOST_LINES, MOST_PLACES, blocks, name, tally_of
from cblint.audit.page.frame import day, heat, source, web
from cblint.audit.page.words import changed, lead, matters, title
from tests.audit_page.conftest import Large
from tests.audit_page.overviews import HOSTILE, empty, found, hostile, overview, some

_VOID = ("meta", "link", "input", "wbr", "br")


class _Read(NamedTuple):
    elements: Counter[str]
    addresses: list[str]
    attributes: set[str]
    data: dict[str, list[Any]]
    policy: str
    inline: list[str]
    words: str


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: Counter[str] = Counter()
        self.addresses: list[str] = []
        self.attributes: set[str] = set()
        self.data: dict[str, list[Any]] = {}
        self.policy = ""
        self.inline: list[str] = []
        self.words: list[str] = []
        self._raw = ""
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.elements[tag] += 1
        self.attributes.update(given)
        if "href" in given and tag == "a":
            self.addresses.append(given["href"] or "")
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""
        self._raw = ""
        if tag in ("script", "style"):
            self._raw = given.get("data-block") or given.get("id") or "inline"
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes.update(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        self._raw = ""

    def handle_data(self, data: str) -> None:
        if self._raw == "inline":
            self.inline.append(data)
        elif self._raw:
            self.data.setdefault(self._raw, []).append(json.loads(data))
        else:
            self.words.append(data)

    def read(self, text: str) -> _Read:
        self.feed(text)
        self.close()
        assert self._open == []
        words = "".join(self.words)
        return _Read(self.elements, self.addresses, self.attributes, self.data, self.policy, self.inline, words)


def page(given: Overview) -> str:
    return "".join(rendered(given))


def read(given: Overview) -> _Read:
    return _Reader().read(page(given))


# What strangers write


def test_nothing_of_a_stranger_becomes_part_of_the_page() -> None:
    plain, theirs = read(overview(len(HOSTILE), len(HOSTILE), 1, len(HOSTILE))), read(hostile())
    assert set(theirs.elements) <= set(plain.elements) | {"dl", "dt", "dd", "i", "em", "strong"}
    assert theirs.elements["script"] == plain.elements["script"]
    assert not {attribute for attribute in theirs.attributes if attribute.startswith("on") or attribute == "style"}
    assert all(re.match(r"#|https?://\w", address) for address in theirs.addresses)
    assert not re.search(
        "[\\x00-\\x08\\x0b-\\x1f\\x7f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff]", page(hostile())
    )
    page(hostile()).encode("utf-8")
    assert "{{7*7}}" in theirs.words
    assert "49" not in theirs.words


def test_data_cannot_end_its_element() -> None:
    for element in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page(hostile()), re.DOTALL):
        assert element.isascii()
        assert not set("<>&") & set(element)
        json.loads(element)


def test_a_browser_may_run_what_is_ours_and_load_nothing() -> None:
    seen = read(hostile())
    assert len(seen.inline) == 3
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in seen.inline]
    style, *scripts = hashes
    assert seen.policy.split("; ") == [
        "default-src 'none'",
        f"style-src {style}",
        f"script-src {' '.join(scripts)}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
    ]
    assert not any(
        word in script for script in seen.inline[1:] for word in ("innerHTML", "insertAdjacent", "fetch(", "eval(")
    )


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("https://git.example.com/a/b?c=d#e", True),
        ("http://git.example.com", True),
        ("", False),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        (" https://a.example", False),
        ("java\tscript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("//a.example", False),
        ("https:a.example", False),
        ("https://", False),
        ("https://github.com@evil.example/", False),
        ("https://a.example/\u202e", False),
        ("https://a.example\\@b", False),
        ('https://a.example/"onclick=', False),
        ("https://[", False),
        ("https://a.example/" + "a" * 5000, False),
    ],
)
def test_only_addresses_of_the_web_are_links(url: str, leads: bool) -> None:
    assert web(url) == (url if leads else "")


@pytest.mark.parametrize(
    ("address", "commit", "kind"),
    [
        ("https://github.com/a/b", "0123abc", 1),
        ("https://GitHub.com/a/b", "ABCDEF0" * 5, 1),
        ("https://gitlab.com/a/b/c", "0" * 40, 2),
        ("https://gitlab.example.com:8443/a/b", "0" * 64, 2),
        ("https://github.com.example.com/a/b", "0" * 40, 0),
        ("https://notgithub.com/a/b", "0" * 40, 0),
        ("https://example.com/gitlab.com/b", "0" * 40, 0),
        ("https://gitlab.com@evil.example/a/b", "0" * 40, 0),
        ("javascript://github.com/a", "0" * 40, 0),
        ("https://github.com", "0" * 40, 0),
        ("https://github.com/a/b/", "0" * 40, 0),
        ("https://github.com/a/b?c", "0" * 40, 0),
        ("https://github.com/a/b#c", "0" * 40, 0),
        ("https://github.com/a/b#", "0" * 40, 0),
        ("https://github.com/a/b", "", 0),
        ("https://github.com/a/b", "main", 0),
        ("https://github.com/a/b", "0" * 40 + "\n", 0),
        ("https://github.com/a/b", "../" + "0" * 40, 0),
        ("https://github.com/a/b", "0" * 65, 0),
        ("", "0" * 40, 0),
    ],
)
def test_files_are_linked_where_the_host_and_the_commit_are_known(address: str, commit: str, kind: int) -> None:
    assert source(overview(0, 1).repositories[0]._replace(web=address, commit=commit)) == kind


@pytest.mark.parametrize(
    ("path", "exact"),
    [
        ("ci/build spec#1?.yml", True),
        ("שלום/ä.yml", True),
        ("a\tb", False),
        ("a\u202eb", False),
        ("a\udcff", False),
        ("../a", False),
        ("a/./b", False),
        ("/a", False),
        ("a//b", False),
        ("", False),
        ("a" * 300, False),
    ],
)
def test_a_path_that_is_not_as_it_is_shown_is_no_part_of_an_address(path: str, exact: bool) -> None:
    _, details = one(finding(places=(Place(1, "", path, 1, 1),)))
    assert details[4][0][5] == exact
    index, _ = one(finding(path=path * 3))
    assert bool(index["flags"][0] & data.IS_EXACT) is (exact or path == "a" * 300)


def test_names_are_visible_and_bounded() -> None:
    assert name("\u202ea\x1bb\tc") == "<U+202E>a<U+001B>b c"
    assert name("   ") == "<U+0020>" * 3
    assert name("") == ""
    assert name("a" * 5000) == "a" * LONGEST_NAME + f"… ({5000 - LONGEST_NAME:,} more characters)"


def one(found_: Found, given: Overview | None = None) -> tuple[dict[str, Any], list[Any]]:
    """The index of a block with one finding, and its details."""
    tally = tally_of(given or overview(0, 1))
    (block,) = blocks([found_], tally)
    ((details,),) = (json.loads(each) for each in block.details)
    return json.loads(block.filtered), details


def finding(**more: Any) -> Found:
    (made,) = found(1, overview(0, 1).repositories, overview(0, 1).rules, 1)
    return made._replace(**more)


def test_long_things_are_cut_and_say_so() -> None:
    index, details = one(
        finding(
            message="m" * 10_000,
            snippet=tuple(Line(number, "x" * 10_000, 5000, 5003) for number in range(500)),
            places=tuple(Place(number, "p" * 9000, "q" * 9000, 1, 1) for number in range(500)),
            fix=Mend("t" * 9000, True, ("b" * 9000,) * 500, ()),
            owners=tuple(f"@{number}" for number in range(500)),
        )
    )
    assert max(map(len, index["texts"])) == LONGEST + len("… (8,000 more characters)")
    _, _, _, snippet, places, omitted, mend = details
    assert len(snippet) == MOST_LINES
    assert snippet[0][2] == "xxx"
    assert sum(map(len, snippet[0][1:])) == LONGEST_LINE + 2
    assert (len(places), omitted) == (MOST_PLACES, 500 - MOST_PLACES)
    assert mend[2][-1] == f"… ({500 - MOST_LINES} more lines)"
    assert len(json.dumps(details)) < 80_000


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (Line(1, "a\u202eb c", 1, 3), ["a", "<U+202E>b", " c"]),
        (Line(1, "😀ab", 1, 2), ["😀", "a", "b"]),
        (Line(1, "abc"), ["", "", "abc"]),
        (Line(1, "abc", 2, 1), ["ab", "", "c"]),
        (Line(1, "abc", -5, 99), ["", "abc", ""]),
        (Line(1, "", 3, 9), ["", "", ""]),
        (Line(1, "a" * 900, 890, 900), ["…" + "a" * 390, "a" * 10, ""]),
    ],
)
def test_a_mark_stays_on_its_characters(line: Line, parts: list[str]) -> None:
    _, details = one(finding(snippet=(line,)))
    assert details[3] == [[1, *parts]]


def test_owners_without_end_are_not_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "MOST_NAMED", 3)
    tally = tally_of(overview(0, 1))
    findings = [finding(owners=owners) for owners in (("@a", "@b"), (), ("@c", "@d", "@a"), ("@e",), ("@d",))]
    (block,) = blocks(findings, tally)
    index = json.loads(block.filtered)
    named = list(tally.owners)
    assert named == ["@a", "@b", "", data.FURTHER]
    assert [[named[owner] for owner in index["groups"][group]] for group in index["group"]] == [
        ["@a", "@b"],
        [""],
        [data.FURTHER, "@a"],
        [data.FURTHER],
        [data.FURTHER],
    ]


# How it is made


def test_every_finding_is_in_the_data_once() -> None:
    blocks_of = read(overview(5000)).data
    wanted = list(overview(5000).findings)
    assert [len(block["rule"]) for block in blocks_of["index"]] == [2000, 2000, 1000]
    assert [len(block) for block in blocks_of["details"]] == [200] * 25
    texts = [text for block in blocks_of["index"] for text in block["texts"]]
    assert len(set(texts)) == len(texts)
    for column, value in {
        "message": texts.__getitem__,
        "path": texts.__getitem__,
        "rule": None,
        "repository": None,
        "line": None,
        "fingerprint": None,
    }.items():
        given = [value(each) if value else each for block in blocks_of["index"] for each in block[column]]
        assert given == [getattr(each, column) for each in wanted]
    owners = blocks_of["frame"][0]["owners"]["name"]
    groups = [
        [owners[owner] for owner in block["groups"][each]] for block in blocks_of["index"] for each in block["group"]
    ]
    assert groups == [list(dict.fromkeys(each.owners)) or [""] for each in wanted]
    assert [details[0] for block in blocks_of["details"] for details in block] == [texts.index(wanted[0].detail)] * 5000


def test_what_is_suppressed_is_not_counted() -> None:
    given = overview(3000)
    tally = tally_of(given)
    wanted = list(given.findings)
    for _ in blocks(iter(wanted), tally):
        pass
    counted = Counter(each.severity for each in wanted if not each.suppressed)
    assert tally.total[:3] == [counted["error"], counted["warning"], counted["note"]]
    assert tally.total[3] == sum(each.new and not each.suppressed for each in wanted)
    assert sum(tally.cells.values()) == counted.total()
    assert tally.other["suppressed"] == 3000 - counted.total() > 0
    assert [sum(counts[place] for counts in tally.rules) for place in range(4)] == tally.total
    assert [sum(counts[place] for counts in tally.repositories) for place in range(4)] == tally.total


def test_a_hundred_thousand_findings_are_streamed(large: Large) -> None:
    assert 20_000_000 < large.size < 30_000_000
    assert large.longest < 4_000_000
    assert large.megabytes < 200


def test_the_page_can_be_left_in_the_middle() -> None:
    chunks = rendered(overview(3000))
    assert next(chunks).startswith("<!doctype html>")
    chunks.close()  # type: ignore[attr-defined]


# What it says


def test_summary_and_rankings_need_no_script() -> None:
    words = " ".join(read(overview(3000)).words.split())
    for said in ("782 errors in 50 of 60 repositories", "What to look at first", "example/search-api", "@example/data"):
        assert said in words
    assert "CodeBuild parses the buildspec before it runs anything." in words


def test_an_audit_without_findings_or_runs_says_so() -> None:
    nothing = empty(0)._replace(trend=(), title="")
    words = " ".join(read(nothing).words.split())
    assert "There was no repository to look at. Repositories" not in words
    assert words.count("There was no repository to look at.") == 2
    assert "Nothing was found in 4 files of 1 repository." in " ".join(read(_files(4)).words.split())
    assert "There was no repository to look at." in words
    assert "This is the first run: the trend begins with the second." in words
    assert "CODEOWNERS" in words


def _files(number: int) -> Overview:
    nothing = empty(1)
    return nothing._replace(repositories=(nothing.repositories[0]._replace(files=number),))


def _said(given: Overview) -> tuple[str, str, list[str]]:
    tally = tally_of(given)
    for _ in blocks(given.findings, tally):
        pass
    return lead(given, tally), changed(given, tally), [matter.said for matter in matters(given, tally)]


def test_what_matters_first_is_said_in_words() -> None:
    point = Point(1, "2026-11-27T17:30:00Z", 1, 1, 1, 0, 0, 0, 0)
    secret = next(number for number, rule in enumerate(overview(0).rules) if rule.category == "secrets")
    base = overview(0, 1)._replace(trend=(point,))
    one_error = finding(rule=secret, severity="error", fix=None)
    assert _said(base._replace(findings=(one_error,))) == (
        "1 error in 1 repository.",
        "",
        ["1 finding in 1 repository is about secrets. Replace every secret that may have leaked."],
    )
    later = (point, point._replace(run=2, new=1, gone=0))
    assert _said(base._replace(findings=(one_error._replace(new=True, rule=0),), trend=later))[1:] == (
        "1 finding is new since run 1, and none is gone.",
        ["1 finding is new since run 1. Whoever made the change still remembers it."],
    )
    assert _said(base._replace(findings=(one_error._replace(severity="note", rule=0),) * 2))[0] == (
        "No errors, but 2 notes in 1 repository."
    )
    many = (one_error._replace(rule=0),) * 1800 + (one_error._replace(severity="warning", rule=0),) * 1200
    assert _said(base._replace(findings=many)) == (
        "1,800 errors in 1 repository; also 1,200 warnings.",
        "",
        [f"All 1,800 errors come from {base.rules[0].name}, in 1 repository."],
    )
    two = base._replace(repositories=overview(0, 2).repositories, findings=many)
    assert _said(two)[0].startswith("1,800 errors in 1 of 2 repositories;")
    both = two._replace(findings=(one_error, one_error._replace(repository=1)))
    assert _said(both)[0] == "2 errors in all 2 repositories."
    assert _said(base._replace(trend=(point, point._replace(run=2))))[1] == "Nothing has changed since run 1."
    assert _said(base._replace(findings=(one_error._replace(suppressed="a comment"),)))[0].startswith(
        "Nothing was found"
    )


def test_what_is_not_all_says_so() -> None:
    given = some("@example/shop")
    assert title(given) == "Builds of example: only what @example/shop owns"
    errors = [each for each in given.findings if each.severity == "error" and not each.suppressed]
    where = len({each.repository for each in errors})
    told, since, _ = _said(given)
    assert told.startswith(f"Only what @example/shop owns: {len(errors)} errors in {where} of 60 repositories; also ")
    assert since == ""
    page_ = page(given)
    words = " ".join(_Reader().read(page_).words.split())
    assert f"<title>{title(given)}</title>" in page_
    assert "Run 8, 27 November 2026, 17:30 UTC; only what @example/shop owns Overview" in words
    assert f"{len(errors)} of 782 in all" in words
    assert "Trend of all findings The trend counts all findings, not only what @example/shop owns." in words
    for deceptive in ("than before", "as before", "Nothing has changed", "Nothing was found"):
        assert deceptive not in words
    assert "Rules with most errors" in words
    notes = given._replace(findings=[each for each in given.findings if each.severity == "note"])
    assert _said(notes)[0].startswith("Only what @example/shop owns: no errors, but ")
    assert "Rules with most notes" in read(notes).words


@pytest.mark.parametrize(
    ("whole", "more"),
    [
        ((36, 79, 106), " In all there are 36 errors, 79 warnings and 106 notes."),
        ((0, 1, 1800), " In all there is 1 warning and 1,800 notes."),
        ((0, 0, 0), " Nor was anything else."),
        (None, ""),
    ],
)
def test_nothing_of_some_is_no_all_clear(whole: tuple[int, int, int] | None, more: str) -> None:
    given = some("@acme/shop")
    trend = () if whole is None else (given.trend[0]._replace(errors=whole[0], warnings=whole[1], notes=whole[2]),)
    given = given._replace(trend=trend)
    assert _said(given) == (
        f"Nothing of what @acme/shop owns was found.{more}",
        "",
        ["2 repositories could not be looked at in full, and may have more findings."],
    )
    words = " ".join(read(given).words.split())
    assert "Nothing was found" not in words
    assert words.count("Nothing of what @acme/shop owns was found.") == 3
    assert "all suppressed" not in words


def test_what_is_meant_is_shown_as_text() -> None:
    given = overview(3)._replace(only="what </title><script>\u202e" + "n" * 600 + " owns")
    seen = read(given)
    assert seen.elements == read(overview(3)._replace(only="x")).elements
    assert "only what </title><script><U+202E>nnn" in seen.words
    assert "more characters)" in seen.words


def test_a_rule_is_as_bad_as_its_findings() -> None:
    base = overview(0, 1)
    rule = next(number for number, each in enumerate(base.rules) if each.severity == "note")
    for severities, suppressed, shown in (
        (("warning", "error", "note"), "", "error"),
        (("warning",), "", "warning"),
        (("error",), "a comment", "note"),
    ):
        findings = [finding(rule=rule, severity=each, suppressed=suppressed) for each in severities]
        (of_rules,) = re.findall(r'<ul class="rules">(.*?)</ul>', page(base._replace(findings=findings)), re.DOTALL)
        assert re.findall(r'class="severity (\w+)"', of_rules) == [shown]
        assert ("all suppressed" in of_rules) is bool(suppressed)


@pytest.mark.parametrize(("number", "columns", "asked"), [(24, 24, False), (26, 26, False), (27, 24, True)])
def test_the_matrix_is_cut_where_that_saves_room(number: int, columns: int, asked: bool) -> None:
    findings = [*(finding(rule=rule) for rule in range(number)), finding(rule=number, suppressed="a comment")]
    (matrix,) = re.findall(
        r'<section class="view" id="matrix".*?</section>', page(overview(0, 1)._replace(findings=findings)), re.DOTALL
    )
    assert matrix.count('<th scope="col">') == columns
    assert ("All rules with findings" in matrix) is asked


def test_a_moment_is_said_in_words() -> None:
    assert day("2026-11-27T17:30:00Z") == "27 November 2026, 17:30 UTC"
    assert day("yesterday\x1b") == "yesterday<U+001B>"


def test_heat_grows_with_the_number() -> None:
    assert [heat(count) for count in (0, 1, 2, 4, 5, 19, 20, 99, 100, 10**9)] == [0, 1, 2, 2, 3, 3, 4, 4, 5, 5]
