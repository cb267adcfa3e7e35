"""The seed guide as Markdown: the defects that its list names at their lines in the guide, nothing else."""

from __future__ import annotations

import functools
import glob
import os
import subprocess
import sys

import pytest

from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, Settings, lint_bytes
from tools import corpus

SEEDS = os.path.join(os.path.dirname(os.path.normpath(corpus.CORPUS)), "seeds")
GUIDE = next(iter(glob.glob(os.path.join(SEEDS, "000_*.txt"))), "")

pytestmark = pytest.mark.skipif(not GUIDE, reason=f"the seeds are not at {SEEDS} (they lie beside CBLINT_CORPUS)")

# Line and column of two defects that come again and again.
BRACES = [
    *((line, 24) for line in (2398, 2411, 2424, 2436, 2473)),
    *((line, 26) for line in (2447, 2457)),
    (2712, 28),
    *((line, 17) for line in (2746, 2747, 2748)),
]
UNKNOWN_VARIABLES = [
    *((line, 60) for line in (2398, 2411, 2424, 2436, 2473)),
    *((line, 62) for line in (2447, 2457)),
    (2532, 58),
    (2596, 27),
    (2620, 28),
    (2712, 64),
    (2746, 109),
    (2747, 112),
    (2748, 111),
    (3408, 30),
]
# Runtimes that have ended, and the line of the one that only old images have.
ENDED = [
    *((line, 15) for line in (213, 264, 265, 369, 370, 540, 637, 638, 725, 728, 734, 737, 960, 1047, 1196, 1284)),
    *((line, 15) for line in (1984, 2165, 2190, 2853, 2854, 2976, 3380)),
    (740, 12),
    (743, 13),
]
# What is taken out of a parameter and printed.
PRINTED = [
    (1396, 28),
    (1397, 30),
    (1398, 35),
    *((line, 9) for line in (1747, 1748)),
    (1754, 35),
    (2989, 32),
    (2990, 29),
]
# The first variable of each block that the project has to give.
EXPECTED = [
    (399, 45),
    (432, 25),
    (455, 21),
    *((line, 112) for line in (646, 873, 2288, 2860)),
    (1813, 34),
    (3410, 28),
]
# Line, column and rule: the rows of the guide's list of defects that the rules so far are about.
DEFECTS = [
    (254, 19, "env-value-not-expanded"),
    (616, 36, "command-not-string"),
    (734, 15, "lossy-runtime-version"),
    *((line, 7, "cache-path-suspicious") for line in (1028, 1031, 1032, 1035, 1036, 1039, 1042)),
    (1091, 16, "env-value-not-expanded"),
    (1104, 32, "command-not-string"),
    (1125, 26, "command-not-string"),
    (1171, 19, "batch-identifier-invalid"),
    (1175, 19, "batch-identifier-invalid"),
    (1179, 19, "batch-identifier-invalid"),
    (1183, 7, "batch-dependency-key"),
    (1185, 19, "batch-identifier-invalid"),
    (1189, 7, "batch-dependency-key"),
    (1237, 9, "batch-unknown-env-key"),
    (1705, 39, "command-not-string"),
    (1706, 29, "command-not-string"),
    (2183, 1, "multi-document-buildspec"),
    *((line, 9, "masked-failure-in-pipeline") for line in (1888, 2551, 2610, 2611)),
    (2536, 12, "masked-failure-in-pipeline"),
    *((line, 9, "publish-after-failed-build") for line in (899, 1900, 2311, 2352)),
    (2038, 11, "publish-after-failed-build"),
    # the row names the lines of the block; the finding is at the first command that matters
    *(
        (line, 11, "masked-failure-in-block")
        for line in (566, 607, 659, 1113, 1133, 1323, 1333, 1420, 2038, 2895, 3433)
    ),
    *((line, 13, "masked-failure-in-block") for line in (1220, 2870, 2887)),
    *((line, 9, "masked-failure-or-true") for line in (975, 978, 3401, 3425)),
    (2685, 48, "masked-failure-background"),
    *((line, 9, "background-process-not-detached") for line in (2605, 2754)),
    (1910, 11, "gate-fails-open"),
    (3456, 15, "gate-fails-open"),
    *((line, 12, "gate-fails-open") for line in (3476, 3482)),
    (3027, 18, "eval-of-command-output"),
    (3411, 25, "secret-on-command-line"),
    (3439, 38, "secret-on-command-line"),
    (2322, 25, "placeholder-left-in"),
    (2520, 9, "function-lost-between-commands"),
    (2672, 9, "function-lost-between-commands"),
    (2674, 9, "function-lost-between-commands"),
    (2687, 9, "wait-on-lost-job"),
    (3052, 13, "function-lost-between-commands"),
    (2806, 19, "batch-identifier-invalid"),
    (2812, 19, "batch-identifier-invalid"),
    (2818, 19, "batch-identifier-invalid"),
    (2824, 19, "batch-identifier-invalid"),
    (2825, 7, "batch-dependency-key"),
    (2833, 19, "batch-identifier-invalid"),
    (2834, 7, "batch-dependency-key"),
    (2842, 19, "batch-identifier-invalid"),
    (2843, 7, "batch-dependency-key"),
    (2859, 23, "command-not-string"),
    (3407, 46, "backslash-in-folded-scalar"),
    (3498, 9, "report-format-mismatch"),
    # commands, one by one
    (384, 9, "curl-without-fail"),
    (654, 24, "bash-syntax-under-sh"),
    (921, 9, "curl-without-fail"),
    (929, 9, "sleep-as-synchronisation"),
    (1295, 12, "bash-syntax-under-sh"),
    (1353, 43, "unterminated-heredoc"),
    (2581, 9, "curl-without-fail"),
    (2633, 9, "sleep-as-synchronisation"),
    (2705, 14, "bash-syntax-under-sh"),
    (3391, 9, "curl-without-fail"),
    (3476, 12, "bash-syntax-under-sh"),
    *((line, 7, "cache-defeated-by-npm-ci") for line in (1027, 1095)),
    *((line, 9, "npm-install-in-ci") for line in (216, 542)),
    (607, 11, "os-upgrade-in-build"),
    (2887, 56, "batch-build-number-as-shared-tag"),
    *((line, column, "webhook-variable-without-webhook") for line, column in ((547, 15), (1993, 14))),
    (1302, 12, "git-history-unavailable"),
    (1368, 7, "terraform-plan-in-artifacts"),
    # the rows name the commands; the settings before them name the folder as well
    (2593, 15, "hardcoded-source-directory"),
    (598, 15, "image-environment-mismatch"),
    (605, 9, "shell-platform-mismatch"),
    # what is fetched
    (384, 25, "download-without-verification"),
    (921, 17, "download-without-verification"),
    (2388, 14, "download-without-verification"),
    (2581, 20, "download-without-verification"),
    (3391, 35, "download-without-verification"),
    # secrets; what is taken out of a parameter is no longer hidden
    (1676, 43, "secret-literal"),
    *((line, column, "secret-printed") for line, column in PRINTED),
    *((line, 5, "unused-secret") for line in (256, 258, 337, 338, 342, 343)),
    *((line, 5, "unused-env-variable") for line in (332, 333)),
    # one for each block: the others stand beside it
    *((line, column, "variable-never-defined") for line, column in EXPECTED),
    # images and runtimes
    (893, 70, "docker-hub-anonymous-pull"),
    (893, 70, "docker-socket-to-unpinned-image"),
    (893, 91, "scanner-does-not-gate"),
    *((line, 24, "unpinned-tool-install") for line in (379, 641, 2651, 3383, 3387)),
    *((line, 21, "unpinned-tool-install") for line in (2512, 2978, 3384, 3388)),
    (1062, 35, "image-ref-never-built"),
    (594, 16, "deprecated-build-image"),
    *((line, column, "runtime-end-of-life") for line, column in ENDED),
    *((line, column, "unquoted-brace-expansion") for line, column in BRACES),
    *((line, column, "unknown-codebuild-variable") for line, column in UNKNOWN_VARIABLES),
]
# Projects, roles, webhooks and a template.
HOSTS = [
    (83, 44, "deprecated-build-image"),
    *((line, 10, "deprecated-build-image") for line in (97, 109)),
    *((line, 3, "unknown-key") for line in (99, 111, 143)),
    (156, 3, "webhook-config-invalid"),
    (859, 10, "deprecated-build-image"),
    (1078, 14, "deprecated-build-image"),
    *((line, 5, "unknown-key") for line in (1157, 2791)),
    # the rows name the resources and the whole condition
    *((line, 10, "service-role-too-broad") for line in (1485, 1497)),
    (1530, 14, "service-role-too-broad"),
    (1948, 5, "webhook-config-invalid"),
    (1963, 25, "pull-request-build-untrusted"),
    *((line, 5, "webhook-config-invalid") for line in (2221, 2262)),
    (2236, 25, "webhook-config-invalid"),
    (2236, 45, "pull-request-build-untrusted"),
    (3103, 14, "deprecated-build-image"),
    (3206, 17, "cfn-sub-swallows-shell-variable"),
    (3234, 23, "masked-failure-or-true"),
    (3268, 23, "masked-failure-in-block"),
    (3300, 17, "artifact-includes-everything"),
    (3301, 13, "artifact-name-not-used"),
    *((line, 17, "cache-path-suspicious") for line in (3306, 3307, 3308)),
]


def lint(text: str, name: str = "guide.md") -> FileResult:
    return lint_bytes(text.encode(), Candidate(name, True), Settings(isolated=True))


def guide() -> str:
    with open(GUIDE, encoding="utf-8", newline="") as file:
        return file.read()


@functools.cache
def result() -> FileResult:
    """What is said of the whole guide, as Markdown."""
    return lint(guide())


def test_the_defects_are_found_at_their_places_and_nothing_else_is_said() -> None:
    found = [(finding.start.line, finding.start.column, finding.rule) for finding in result().findings]
    assert sorted(found) == sorted([*DEFECTS, *HOSTS])


# Of one rule and block, by the line of the finding: the lines that it tells beside it.
BESIDE = {
    ("bash-syntax-under-sh", 654): [682],
    ("git-history-unavailable", 1302): [1308],
    ("hardcoded-source-directory", 2593): [2610, 2611, 2617],
    ("variable-never-defined", 3410): [3411, 3439],
}


def test_one_construct_is_told_once_a_buildspec() -> None:
    rules = {rule for rule, _ in BESIDE}
    found = {
        (finding.rule, finding.start.line): [place.start.line for place in finding.related]
        for finding in result().findings
        if finding.rule in rules
    }
    assert {key: lines for key, lines in found.items() if key in BESIDE} == BESIDE


def test_the_buildspec_in_the_template_has_the_failures_that_are_thrown_away() -> None:
    found = [finding for finding in result().findings if finding.rule == "masked-failure-or-true"]
    places = [[finding.start.line, *(place.start.line for place in finding.related)] for finding in found]
    assert [3234, 3234, 3238, 3242] in places


def test_every_block_is_read_to_its_end() -> None:
    assert (result().crashes, result().skipped, result().kind) == ((), "", "markdown")
    assert result().buildspecs > 40


def test_a_named_text_counts_as_markdown() -> None:
    named = lint(guide(), os.path.basename(GUIDE)).findings
    assert [(each.rule, each.span) for each in named] == [(each.rule, each.span) for each in result().findings]


def test_the_command_line_says_the_same_of_standard_input() -> None:
    command = [sys.executable, "-m", "cblint", "check", "-", "--format", "concise", "--isolated"]
    done = subprocess.run([*command, "--stdin-filename", "guide.md"], input=guide().encode(), capture_output=True)
    assert done.returncode == 1
    said = [
        f"guide.md:{each.start.line}:{each.start.column}: {each.severity.value}[{each.rule}] "
        for each in result().findings
    ]
    assert "guide.md:616:36: error[command-not-string] " in said
    for line, begun in zip(done.stdout.decode().splitlines(), said, strict=True):
        assert line.startswith(begun)
