"""Files of all formats that can hold a buildspec, one alone and several in a repository."""

from __future__ import annotations

import os
import shutil
from functools import cache
from zlib import crc32

from cblint.catalogue import rules
from cblint.fix import fix_bytes
from cblint.hosts.discover import Candidate
from cblint.hosts.reading import host_file
from cblint.linter import Settings
from cblint.running import lint_paths, result_of
from cblint.source.file import Unreadable, decode
from cblint.source.loader import TooComplex
from cblint.source.remembered import forget
from cblint.source.text import Text
from tests.cdk import assert_inside
from tests.examples import all_examples
from tests.holding import hold_places, linted, written
from tests.hosts import HOSTS
from tests.lsp_documents import SAMPLE
from tests.properties.strategies import SNIPPETS
from tools.fuzz.bundle import bundled, unbundled
from tools.fuzz.target import Target
from tools.fuzz.targets.check import formats, hold_secrets

CORPUS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "corpus")
_ALL = Settings(isolated=True, select=tuple(rule.name for rule in rules()))
_FIXED = 4
"""Of so many, one is fixed as well."""
_TOP, _ENDING = "fuzzed", ".seed"


@cache
def corpus() -> dict[str, bytes]:
    """The files that are kept for this; their names end in what keeps other programs from reading them."""
    found: dict[str, bytes] = {}
    for name in sorted(os.listdir(CORPUS)):
        with open(os.path.join(CORPUS, name), "rb") as file:
            found[name.removesuffix(_ENDING)] = file.read()
    return found


@cache
def host_seeds() -> tuple[bytes, ...]:
    """Each of these files, examples of entries about other formats, and buildspecs in all hosts."""
    files = list(corpus().items())
    files += [(each.given["path"], each.text.encode()) for each in all_examples() if "path" in each.given]
    texts = [SAMPLE, *SNIPPETS, *(each.text for each in all_examples()[::40])]
    hosted = [HOSTS[name](text) for number, name in enumerate(HOSTS) for text in texts[number % 7 :: 7]]
    files += [(each.path, each.text.encode()) for each in hosted]
    return tuple(bundled({path: content}) for path, content in dict.fromkeys(files))


@cache
def repository_seeds() -> tuple[bytes, ...]:
    """Examples with the files beside them, and all files that are kept in one repository."""
    examples = [each for each in all_examples() if each.given.get("files")]
    found = [{each.given.get("path", "buildspec.yml"): each.text, **each.given["files"]} for each in examples]
    whole = {**corpus(), "buildspec.yml.tftpl": SAMPLE.encode(), "ci/buildspec.yml": SAMPLE.encode()}
    return (*(bundled({path: text.encode() for path, text in files.items()}) for files in found), bundled(whole))


def hosts(data: bytes) -> None:
    """One file under its name: all of what it defines stands in it, and so do findings and fixes."""
    for path, content in unbundled(data).items():
        chosen = crc32(content)
        try:
            text = decode(content)
            assert_inside(host_file(path, Text.of(text)), text)
        except (Unreadable, TooComplex):  # what takes a grammar too long is told of and left
            continue
        found = linted(content, path, _ALL)
        outputs = written(result_of([found]), formats(chosen))
        hold_secrets(content, path, outputs)
        if chosen % _FIXED == 0:
            _hold_fixes(content, path)


def _hold_fixes(content: bytes, path: str) -> None:
    """All fixes come to an end."""
    candidate = Candidate(path, True)
    change, new = fix_bytes(content, candidate, _ALL, True)
    assert (new != content) == bool(change.fixed), change
    again, same = fix_bytes(new, candidate, _ALL, True)
    assert (again.fixed, same) == (0, new), (change, again)


def repository(data: bytes) -> None:
    """Files beside each other on a disk: each is read, and what is said of one stands in that."""
    files = unbundled(data)
    shutil.rmtree(_TOP, ignore_errors=True)
    os.makedirs(os.path.join(_TOP, ".git"))
    _put(files)
    forget()
    result = lint_paths([_TOP], _ALL._replace(jobs=1))
    for file in result.files:
        assert file.crashes == (), file.crashes
        try:
            text = decode(files.get(file.path, b""))
        except Unreadable:
            continue
        if file.path in files:
            hold_places(text, file)
    forget()


def _put(files: dict[str, bytes]) -> None:
    for path, content in files.items():
        full = os.path.join(_TOP, path)
        try:
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "wb") as file:
                file.write(content)
        except OSError:  # one file has the name of another's folder
            continue


TARGETS = (
    Target("hosts", "a file of any format", hosts, host_seeds, quick=25, seconds=3.0),
    Target("repository", "several files that speak of each other", repository, repository_seeds, quick=15, seconds=3.0),
)
