"""The first configuration of a repository: what was found in it, and every setting with a word on what it is for.

All that could change a finding is a comment.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from cblint.config import BASELINE
from cblint.report import HOME
from cblint.report.shown import printable
from cblint.report.text import summary
from cblint.running import Result

SCHEMA = "https://raw.githubusercontent.com/cblint/cblint/main/rules/schema/config.schema.json"
MANY = 20
"""Findings with which a team would rather begin with a baseline than with mending."""
_LISTED = 50
"""Files that are named; a longer list is one that nobody reads."""


def render(result: Result, odd: Sequence[str], untold: Sequence[str]) -> Iterator[str]:
    """The lines of a ``.cblint.yml``.

    ``odd`` are files that hold a buildspec and are not looked at because of their names, ``untold`` buildspecs whose
    projects nothing tells of; both from the root of the repository.
    """
    yield f"# yaml-language-server: $schema={SCHEMA}\n"
    yield from _found(result)
    yield from _rules(result)
    yield from _files(odd)
    yield from _projects(untold)


def _found(result: Result) -> Iterator[str]:
    files = [file for file in result.files if file.buildspecs]
    open_ = [finding for _, finding in result.findings if finding.suppressed is None]
    yield "#\n"
    yield from _said(
        "The configuration of cblint. As it is, it changes nothing: what could is a comment, and holds once its # is "
        f"taken away. What each setting means: {HOME}/blob/main/docs/configuration.md"
    )
    yield "#\n"
    if not files:
        yield from _said("No buildspec was found when this was written.")
        return
    yield from _said("Buildspecs found when this was written:")
    yield from (
        f"# - {printable(file.path)}{'' if file.kind == 'buildspec' else f' ({file.kind})'}\n"
        for file in files[:_LISTED]
    )
    if len(files) > _LISTED:
        yield f"# - and {len(files) - _LISTED} more\n"
    yield from _said(f'"cblint check" said: {summary(result)}')
    if len(open_) > MANY:
        yield "\n"
        yield from _said(
            'To begin with only what is new, run "cblint baseline create", which writes down what is found now, and '
            "uncomment the next line: then it is shown no more."
        )
        yield f"# baseline: {BASELINE}\n"


def _rules(result: Result) -> Iterator[str]:
    rule, times = _mildest(result)
    yield "\n"
    yield from _said(
        "The rules that run: default, security (syntax, secrets, supply chain, project) or pedantic (all)."
    )
    yield "profile: default\n\n"
    yield from _said(
        "The least severity that makes cblint end with status 1, so that a pipeline fails: error, warning, note, never."
    )
    yield "fail-on: warning\n\n"
    yield from _said("Rules that do not run: names, codes, or families such as CB8.")
    yield "# ignore:\n"
    yield f"#   - {rule}{f' # found {times} times' if times > 1 else ''}\n\n"
    yield from _said("Rules that do not run for some files: patterns as in .gitignore, from the folder of this file.")
    yield "# per-path-ignores:\n"
    yield f'#   "/legacy/": [{rule}]\n\n'
    yield from _said("How bad what a rule says is, where the team sees it otherwise: error, warning or note.")
    yield "# severity:\n"
    yield f"#   {rule}: note\n\n"
    yield from _said('Every suppression ("# cblint: ignore[rule] -- reason") must say why.')
    yield "# require-reason: true\n"


def _mildest(result: Result) -> tuple[str, int]:
    """The rule that a team would first do without, for an example, and how often it speaks."""
    counted = Counter(
        (finding.severity.rank, finding.rule) for _, finding in result.findings if finding.suppressed is None
    )
    (_, rule), times = min(
        counted.items(), key=lambda item: (item[0][0], -item[1], item[0]), default=((0, "unpinned-tool-install"), 0)
    )
    return rule, times


def _files(odd: Sequence[str]) -> Iterator[str]:
    yield "\n"
    yield from _said("Files that are never linted: patterns as in .gitignore.")
    yield '# exclude:\n#   - "/vendor/"\n\n'
    if odd:
        yield from _said("These hold a buildspec, but their names do not say so: to have them linted, name them here.")
    else:
        yield from _said("Buildspecs whose names do not say that they are: patterns as in .gitignore.")
    yield "# buildspecs:\n"
    yield from _patterns(odd or ["ci/release.txt"], "#   ")


def _projects(untold: Sequence[str]) -> Iterator[str]:
    yield "\n"
    if not untold:
        yield from _said(
            "The projects that use these buildspecs are defined in this repository, so nothing has to be told of them. "
            "Of others, tell here what only AWS knows."
        )
    else:
        yield from _said(
            "No file here tells which CodeBuild project uses these buildspecs. Where you tell its image and the rest, "
            "cblint sees more: tools that are missing, docker without privileged mode. The command that shows them is "
            '"aws codebuild batch-get-projects".'
        )
    yield "# projects:\n#   - buildspecs:\n"
    yield from _patterns(untold or ["buildspec.yml"], "#       ")
    yield "#     image: aws/codebuild/standard:7.0\n"
    yield "#     environment-type: LINUX_CONTAINER\n"
    yield "#     privileged: false\n"
    yield "#     variables: {STAGE: plain, DEPLOY_TOKEN: secret}\n"


def _patterns(paths: Sequence[str], indentation: str) -> Iterator[str]:
    """Items of a list: patterns that match just these paths."""
    for path in paths[:_LISTED]:
        yield f"{indentation}- {json.dumps(_pattern(path))}\n"
    if len(paths) > _LISTED:
        yield f"{indentation}# and {len(paths) - _LISTED} more\n"


def _pattern(path: str) -> str:
    """A pattern of ``.gitignore`` that matches one path from the root; JSON then writes it as YAML reads it."""
    escaped = "".join(f"\\{char}" if char in "\\*?[" else char for char in path)
    ends_blank = escaped.endswith(" ")
    return f"/{escaped[:-1]}\\ " if ends_blank else f"/{escaped}"


def _said(words: str) -> Iterator[str]:
    """Words as comments, in lines that are not too long."""
    import textwrap

    yield from (f"# {line}\n" for line in textwrap.wrap(words, 117, break_long_words=False, break_on_hyphens=False))
