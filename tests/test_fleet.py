"""The generated fleet: cblint finds what was planted and nothing else, git reads it, and changes are what they say."""

from __future__ import annotations

import os
import pathlib
import sys
from collections import Counter
from collections.abc import Iterator

import pytest
from codeowners import CodeOwners

from cblint.catalogue import find
from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, Settings, lint_bytes
from cblint.running import Result, lint_paths
from tests.git import git
from tests.helpers import ISOLATED
from tests.helpers import repository as written
from tools.fleet import Change, File, Manifest, Recipe, Repository, __main__, change, make, path_of, read
from tools.fleet.defects import DEFECTS
from tools.fleet.hosts import HOST_DEFECTS, HOSTED, HOSTS
from tools.fleet.making import KINDS, MENDED, PLANTED, TOUCHED, contents
from tools.fleet.planning import BROKEN, EMPTY, HOST_PATHS, MOST, can_suppress, with_files
from tools.fleet.rendering import fitting, rendered, rule_of
from tools.fleet.surroundings import surroundings
from tools.fleet.templates import FILLERS, TEMPLATES

IN_FULL = os.environ.get("CBLINT_FLEET") == "all"
"""Whether each defect is looked for in each template (make fuzz), and not only in one."""
SEED = 3
REPOSITORIES, BUILDSPECS = 150, 375
AT_ONCE = 6
"""Defects in one buildspec, where they can be in one: to lint each alone would take too long."""
PATHS = {"": "buildspec.yml"} | {host: path for path, host in HOST_PATHS.items()}
Said = tuple[str, str, int, int, str, bool]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Manifest]:
    """A fleet that no test changes."""
    folder = str(tmp_path_factory.mktemp("fleet") / "made")
    return folder, make(folder, REPOSITORIES, BUILDSPECS, SEED, "mixed")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is linted under a name alone is in a repository that has nothing else of ours."""
    folder = tmp_path_factory.mktemp("empty")
    written(folder, {"README.md": ""})
    monkeypatch.chdir(folder)


def said(files: Iterator[FileResult] | tuple[FileResult, ...]) -> list[Said]:
    """What cblint finds, as a manifest tells it."""
    return sorted(
        (
            file.path,
            each.rule,
            each.start.line,
            each.start.column,
            each.severity.value,
            each.suppressed is not None,
        )
        for file in files
        for each in file.findings
    )


def expected(repository: Repository) -> list[Said]:
    """What the manifest tells of a repository."""
    return sorted((file.path, *finding) for file in repository.files for finding in file.findings)


def linted(folder: str, repository: Repository) -> Result:
    """What cblint says of a repository of the fleet; a crash fails the test."""
    result = lint_paths([os.path.join(folder, repository.folder)], Settings(jobs=1))
    assert not [file.crashes for file in result.files if file.crashes]
    return result


def found(recipe: Recipe) -> list[Said]:
    """What cblint finds in the file that a recipe makes."""
    result = lint_bytes(rendered(recipe).data, Candidate(PATHS[recipe.host], True), ISOLATED)
    assert (result.skipped, result.crashes) == ("", ())
    return said((result._replace(path=PATHS[recipe.host]),))


def planted(recipe: Recipe) -> list[Said]:
    """What there is to find in it."""
    return sorted((PATHS[recipe.host], *finding) for finding in rendered(recipe).findings)


def recipes(template: str, host: str) -> Iterator[Recipe]:
    """Each defect that a template can have, once, with others beside it; some are suppressed."""
    left = fitting(template, (), host)
    while left:
        defects: list[str] = []
        for name in left:
            if len(defects) < AT_ONCE and name in fitting(template, defects, host):
                defects.append(name)
        left = [name for name in left if name not in defects]
        seed = f"{template} {defects[0]}"
        suppressed = tuple(name for number, name in enumerate(defects) if number == 1 and can_suppress(name))
        yield Recipe(template, seed, tuple(defects), suppressed, len(defects) % 2, host)


@pytest.mark.parametrize(
    ("repositories", "buildspecs", "kind"),
    [(0, 0, "clones"), (3, -1, "clones"), (3, 1, "mirrors"), (2, 2 * MOST + 1, "bare")],
)
def test_a_fleet_that_there_cannot_be_is_refused(
    tmp_path: pathlib.Path, repositories: int, buildspecs: int, kind: str
) -> None:
    with pytest.raises(ValueError, match=r"fleet has|can hold|is none of"):
        make(str(tmp_path / "made"), repositories, buildspecs, SEED, kind)
    assert os.listdir(tmp_path) == []


def test_what_is_there_already_is_not_written_over(tmp_path: pathlib.Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(FileExistsError, match="holds something already"):
        make(str(tmp_path), 1, 1, SEED)
    assert os.listdir(tmp_path) == ["mine"]
    assert not os.path.exists(path_of(str(tmp_path)))


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_no_share_of_a_fleet_is_more_than_all_of_it(fleet: tuple[str, Manifest], share: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        change(fleet[0], share, SEED)


def test_a_folder_without_a_manifest_is_no_fleet(tmp_path: pathlib.Path) -> None:
    with pytest.raises(FileNotFoundError):
        change(str(tmp_path), 0.5, SEED)


def test_the_command_says_why_there_is_no_fleet(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, why in (
        (["--repositories", "0"], "No fleet was made: a fleet has at least one repository"),
        (["--change", "1%"], "The fleet was not changed: "),
    ):
        monkeypatch.setattr(sys, "argv", ["fleet", str(tmp_path / "made"), *arguments])
        assert __main__.main() == 2
        assert capsys.readouterr().err.startswith(why)


@pytest.mark.parametrize("text", ["", "%", "101%", "-1%", "1.01", "many", "nan"])
def test_a_share_is_a_number_up_to_all(text: str) -> None:
    with pytest.raises(ValueError, match=r"from 0 to 1|could not convert"):
        __main__.share(text)


def test_there_is_enough_of_all_kinds() -> None:
    rules = {rule_of(name) for name in (*DEFECTS, *HOST_DEFECTS)}
    assert {severity for _, severity in rules} == {"error", "warning", "note"}
    assert len({rule for rule, _ in rules}) >= 35
    assert {find(rule).code[:3] for rule, _ in rules} >= {f"CB{family}" for family in range(1, 9)}
    assert len(TEMPLATES) >= 25
    assert set(HOSTED) <= set(TEMPLATES)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_is_clean(template: str) -> None:
    seeds = [Recipe(template, seed) for seed in "abc"]
    assert len({rendered(recipe).data for recipe in seeds}) == 3
    for recipe in seeds if IN_FULL else seeds[:1]:
        assert found(recipe) == planted(recipe) == []


def test_all_harmless_commands_are_used() -> None:
    texts = b"".join(rendered(Recipe("make-phases", str(seed))).data for seed in range(60))
    for filler in FILLERS:
        words = filler.removeprefix("- ").split("@")[0].split("\n")[-1].strip()
        assert words.encode() in texts


@pytest.mark.parametrize("host", ["", *HOSTS])
def test_each_defect_is_found_in_each_template_and_nothing_else(host: str) -> None:
    seen: set[str] = set()
    for template in HOSTED if host else TEMPLATES:
        for recipe in recipes(template, host):
            if not IN_FULL and seen.issuperset(recipe.defects):
                continue
            assert found(recipe) == planted(recipe), recipe
            assert len(planted(recipe)) == len(recipe.defects)
            seen.update(recipe.defects)
    assert seen >= {name for name, defect in HOST_DEFECTS.items() if defect.host == host}
    assert host or seen >= set(DEFECTS)


def test_each_defect_can_be_suppressed_by_the_line_above() -> None:
    for name in filter(can_suppress, DEFECTS):
        template = next(each for each in TEMPLATES if name in fitting(each))
        recipe = Recipe(template, name, (name,), (name,))
        assert found(recipe) == planted(recipe), recipe
        assert [finding.suppressed for finding in rendered(recipe).findings] == [True]


def test_columns_count_code_points() -> None:
    result = rendered(Recipe("make-only", "wide", ("curl-after-words",)))
    (finding,) = result.findings
    line = result.data.decode().splitlines()[finding.line - 1]
    assert line[finding.column - 1 :].startswith("curl")
    assert len(line[: finding.column].encode()) > finding.column


@pytest.mark.parametrize("broken", BROKEN)
def test_cblint_says_why_it_does_not_lint_a_broken_file(broken: str) -> None:
    data, why = BROKEN[broken]
    assert lint_bytes(data, Candidate("buildspec.yml", True), ISOLATED).skipped == why


def test_an_empty_buildspec_is_one() -> None:
    assert said((lint_bytes(b"", Candidate("buildspec.yml", True), ISOLATED),)) == [("buildspec.yml", *EMPTY)]


@pytest.mark.parametrize(
    ("configuration", "ignored", "lowered", "left"),
    [
        ("", (), (), [("dangerous-delete", "error"), ("unpinned-tool-install", "note")]),
        ("ignores", ("unpinned-tool-install",), (), [("dangerous-delete", "error")]),
        ("lowers", (), ("dangerous-delete",), [("dangerous-delete", "note"), ("unpinned-tool-install", "note")]),
        ("wrong", (), (), []),
    ],
)
def test_the_configuration_of_a_repository_counts(
    tmp_path: pathlib.Path,
    configuration: str,
    ignored: tuple[str, ...],
    lowered: tuple[str, ...],
    left: list[tuple[str, str]],
) -> None:
    empty = Repository("a/b", "a/b", "", "main", "", 0, False, "7", configuration, ignored, lowered)
    recipe = Recipe("make-only", "1", ("unnamed-version", "deletes-root"), ("unnamed-version",))
    told = with_files(empty, [File("buildspec.yml", recipe)])
    assert sorted((finding.rule, finding.severity) for finding in told.files[0].findings) == left
    place = tmp_path / "a" / "b"
    place.mkdir(parents=True)
    written(place, {**contents(told)})
    result = linted(str(tmp_path), told)
    assert said(result.files) == expected(told)
    assert [file.skipped for file in result.files] == [told.files[0].unlintable]


def test_a_fleet_has_what_was_asked_for(fleet: tuple[str, Manifest]) -> None:
    folder, told = fleet
    assert len(told.repositories) == REPOSITORIES
    assert sum(1 for _ in told.files) == BUILDSPECS
    assert read(folder) == told
    assert len({repository.folder for repository in told.repositories}) == REPOSITORIES
    for repository in told.repositories:
        paths = [file.path for file in repository.files]
        assert len(set(paths)) == len(paths)
        assert repository.bare == repository.folder.endswith(".git")
        assert os.path.isdir(os.path.join(folder, repository.folder, "" if repository.bare else ".git", "objects"))
        assert repository.commit or not paths
    assert sum(repository.bare for repository in told.repositories) in range(REPOSITORIES // 15, REPOSITORIES // 2)
    assert any(not repository.commit for repository in told.repositories)
    assert any(repository.commit and not repository.files for repository in told.repositories)
    assert {repository.branch for repository in told.repositories} >= {"main", "master", "trunk"}
    recipes = Counter(file.recipe for _, file in told.files if file.recipe is not None)
    assert max(recipes.values()) > 1


def test_cblint_finds_what_was_planted_and_nothing_else(fleet: tuple[str, Manifest]) -> None:
    folder, told = fleet
    total = 0
    for repository in told.repositories:
        if not repository.bare:
            result = linted(folder, repository)
            assert said(result.files) == expected(repository), repository
            assert {file.path: file.skipped for file in result.files if file.skipped} == {
                file.path: file.unlintable for file in repository.files if file.unlintable
            }
            total += len(result.files)
    assert total > BUILDSPECS / 2


def test_owners_are_those_that_a_reader_of_owners_finds(fleet: tuple[str, Manifest]) -> None:
    owned = 0
    for repository, file in fleet[1].files:
        files = surroundings(repository.seed, repository.name, repository.configuration)
        texts = [files[f"{folder}CODEOWNERS"] for folder in (".github/", "", "docs/") if f"{folder}CODEOWNERS" in files]
        owners = [name for _, name in CodeOwners(texts[0].decode()).of(file.path)] if texts else []
        assert file.owners == tuple(owners)
        owned += bool(owners)
    assert owned > BUILDSPECS / 4


def test_git_reads_what_was_written(fleet: tuple[str, Manifest]) -> None:
    folder, told = fleet
    shown = [repository for repository in told.repositories if repository.commit]
    shallow = [each for each in shown if os.path.exists(os.path.join(folder, each.folder, ".git", "shallow"))]
    loose = [each for each in shown if os.listdir(os.path.join(folder, each.folder, _git(each), "objects")) != ["pack"]]
    mirrors = [each for each in shown if each.bare]
    for repository in {*shown[:3], *shallow[:2], *loose[:2], *mirrors[:2]}:
        assert_git_agrees(folder, repository)
    assert shallow
    assert loose


def _git(repository: Repository) -> str:
    return "" if repository.bare else ".git"


def assert_git_agrees(folder: str, repository: Repository) -> None:
    """Git finds nothing wrong, and the files that the manifest tells of, in the commit and beside it."""
    place = pathlib.Path(folder, repository.folder)
    assert git(place, "fsck", "--strict", "--full", "--no-progress") == ""
    assert git(place, "rev-parse", "HEAD").strip() == repository.commit
    assert git(place, "symbolic-ref", "--short", "HEAD").strip() == repository.branch
    files = git(place, "-c", "core.quotePath=false", "ls-tree", "-r", "-z", "--name-only", "HEAD").split("\0")[:-1]
    assert set(files) == set(contents(repository))
    if repository.url:
        assert git(place, "config", "remote.origin.url").strip() == repository.url
    if not repository.bare:
        assert git(place, "status", "--porcelain") == ""


def bytes_below(folder: pathlib.Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_numbers_make_the_same_bytes(tmp_path: pathlib.Path, kind: str) -> None:
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        (tmp_path / name).mkdir()
        make(str(tmp_path / name / "made"), 12, 30, seed, kind)
        change(str(tmp_path / name / "made"), 0.5, seed)
    one, two, other = (bytes_below(tmp_path / name) for name in ("one", "two", "other"))
    assert one == two
    assert one != other


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Manifest, Manifest, list[Change]]:
    """A fleet, and what became of it: its folder, its manifests before and after, and the changes."""
    folder = str(tmp_path_factory.mktemp("changed") / "made")
    before = make(folder, 40, 100, SEED, "mixed")
    changes = change(folder, 0.4, 9)
    return folder, before, read(folder), changes


def test_so_many_buildspecs_are_changed(changed: tuple[str, Manifest, Manifest, list[Change]]) -> None:
    _, before, after, changes = changed
    lintable = [file for _, file in before.files if file.recipe is not None]
    assert len(changes) == round(0.4 * len(lintable))
    assert {each.kind for each in changes} == {MENDED, PLANTED, TOUCHED}
    old = {(repository.folder, file.path): file for repository, file in before.files}
    new = {(repository.folder, file.path): file for repository, file in after.files}
    assert {place for place in old if old[place] != new[place]} == {(each.folder, each.path) for each in changes}


def test_a_change_is_what_it_says(changed: tuple[str, Manifest, Manifest, list[Change]]) -> None:
    _, before, after, changes = changed
    old = {(repository.folder, file.path): file for repository, file in before.files}
    new = {(repository.folder, file.path): file for repository, file in after.files}
    for each in changes:
        was, now = old[each.folder, each.path].recipe, new[each.folder, each.path].recipe
        assert was is not None
        assert now is not None
        gone, come = Counter(_rules(was)), Counter(_rules(now))
        if each.kind == MENDED:
            assert gone - come == Counter([rule_of(each.defect)[0]])
        elif each.kind == PLANTED:
            assert come - gone == Counter([rule_of(each.defect)[0]])
        else:
            assert gone == come
        assert rendered(was).data != rendered(now).data
        if each.defect in DEFECTS and not DEFECTS[each.defect].instead:
            less, more = (now, was) if each.kind == MENDED else (was, now)
            assert_only_adds(rendered(less).data.decode(), rendered(more).data.decode())


def assert_only_adds(less: str, more: str) -> None:
    """The lines of the longer text are those of the shorter one with others between them."""
    left = iter(more.splitlines())
    assert all(line in left for line in less.splitlines())


def _rules(recipe: Recipe) -> list[str]:
    return [finding.rule for finding in rendered(recipe).findings]


def test_what_was_changed_is_committed_and_found(changed: tuple[str, Manifest, Manifest, list[Change]]) -> None:
    folder, before, after, changes = changed
    old = {repository.folder: repository for repository in before.repositories}
    named = {each.folder for each in changes}
    checked = 0
    for repository in after.repositories:
        assert (repository != old[repository.folder]) == (repository.folder in named)
        if repository.folder not in named:
            continue
        if not repository.bare:
            assert said(linted(folder, repository).files) == expected(repository)
        if checked < 6:
            assert_git_agrees(folder, repository)
            place = pathlib.Path(folder, repository.folder)
            assert git(place, "rev-parse", "HEAD^").strip() == old[repository.folder].commit
            paths = git(place, "diff", "--name-only", "HEAD^", "HEAD").split()
            assert sorted(paths) == sorted(each.path for each in changes if each.folder == repository.folder)
            assert {each.commit for each in changes if each.folder == repository.folder} == {repository.commit}
            checked += 1
    assert checked == 6


def test_few_changes_are_each_in_another_repository(tmp_path: pathlib.Path) -> None:
    folder = str(tmp_path / "made")
    make(folder, 30, 75, SEED)
    changes = change(folder, 0.2, SEED)
    assert len({each.folder for each in changes}) == len(changes) > 10
    assert change(folder, 0, SEED) == []


def test_the_command_tells_what_it_made(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "made")
    numbers = ["--repositories", "12", "--buildspecs", "30", "--statistics"]
    monkeypatch.setattr(sys, "argv", ["fleet", folder, *numbers])
    assert __main__.main() == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == f"{folder} and {folder}.jsonl"
    assert printed[1].startswith("12 repositories, ")
    findings = [finding for _, file in read(folder).files for finding in file.findings]
    assert any(line.startswith(f"{len(findings)} findings: ") for line in printed)
    assert printed[-1].endswith("repositories a second")
    monkeypatch.setattr(sys, "argv", ["fleet", folder, "--change", "10%"])
    assert __main__.main() == 0
    assert len(capsys.readouterr().out.splitlines()) == round(
        0.1 * sum(1 for _, file in read(folder).files if file.recipe is not None)
    )
