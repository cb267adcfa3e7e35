"""The baseline from the command line: what it survives, how it is written and pruned, and where it is sought."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from tests.git import commit, git, with_examples
from tests.helpers import HEAD, commands
from tests.integration.conftest import CLEAN, DEFECT, NOTE, WARNING, Cblint
from tools.corpus import CORPUS, available

NAME = ".cblint-baseline.json"
CONFIGURED = {".cblint.yml": f"baseline: {NAME}\n"}
EXAMPLES = ("batch", "container-image", "in-a-template", "leaks", "merged-by-hand")
ANOTHER = '      - echo "one: more"\n'
"""A command that is a defect, to be put at the end of CLEAN and the like."""


def entries(cblint: Cblint, name: str = NAME) -> list[str]:
    """``path rule`` of each entry."""
    found = json.loads((cblint.folder / name).read_text())
    return [f"{entry['path']} {entry['rule']}" for entry in found[1:]]


def lines_of(path: pathlib.Path) -> list[str]:
    """The lines of a file, with their ends."""
    return path.read_text().splitlines(keepends=True)


# What it survives


@pytest.fixture
def accepted(cblint: Cblint) -> Cblint:
    """A repository of examples, in which all their defects are accepted."""
    with_examples(cblint, *EXAMPLES)
    cblint.put(CONFIGURED)
    done = cblint.run("baseline", "create")
    assert done.stdout == f"{NAME} has {len(entries(cblint))} findings of 5 files now.\n"
    assert len(entries(cblint)) > 30
    commit(cblint.folder)
    return cblint


def unchanged(cblint: Cblint) -> bool:
    """Whether nothing is reported and every entry matches."""
    done, checked = cblint(), cblint.run("baseline", "check")
    assert done.lines == [quiet(cblint)]
    assert checked.lines == [f"{NAME}: 0 new findings, 0 entries that no longer match."]
    return (done.status, done.err, checked.status) == (0, b"", 0)


def quiet(cblint: Cblint) -> str:
    """What is said of the examples when all that there is to say of them is accepted."""
    return f"No findings in 5 files ({len(entries(cblint))} in the baseline)."


def test_it_survives_a_hundred_lines_above_and_another_indentation(accepted: Cblint) -> None:
    files = sorted(accepted.folder.glob("ci/*/*.yml"))
    for path in files:
        path.write_text("# why\n" * 100 + path.read_text())
    assert unchanged(accepted)
    for path in files:
        path.write_text(re.sub("(?m)^(?= )", "  ", path.read_text()))
    assert unchanged(accepted)
    for path in files:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert unchanged(accepted)


def test_it_survives_phases_in_another_order(accepted: Cblint) -> None:
    path = accepted.folder / "ci" / "leaks" / "buildspec.yml"
    before = path.read_text()
    parts = re.split(r"(?m)^(?=  (?:install|pre_build|build|post_build):|artifacts:)", before)
    names = [part.split(":")[0].strip() for part in parts]
    assert names[1:] == ["pre_build", "build", "post_build", "artifacts"]
    path.write_text("".join([parts[0], *parts[3:0:-1], parts[4]]))
    done = accepted("--format", "concise")
    assert [line.split(" ")[1] for line in done.lines] == ["note[phases-out-of-order]"]
    assert done.err == b""
    assert accepted("--ignore", "phases-out-of-order").lines == [quiet(accepted)]
    assert accepted.run("baseline", "update", "--add").stdout == f"{NAME}: 0 entries dropped, 1 added.\n"
    path.write_text(before)
    assert accepted("--format", "concise").stderr == (
        f'cblint: 1 entry of {NAME} no longer matches: "cblint baseline update" prunes what is mended or gone.\n'
    )


def test_it_survives_files_renamed_with_git_and_a_copy_hides_nothing(accepted: Cblint) -> None:
    for name in EXAMPLES:
        git(accepted.folder, "mv", f"ci/{name}", f"build-{name}")
    assert unchanged(accepted)
    assert accepted.run("baseline", "update").stdout == f"{NAME}: 0 entries dropped.\n"
    assert {entry.split("/")[0] for entry in entries(accepted)} == {f"build-{name}" for name in EXAMPLES}
    assert unchanged(accepted)
    shutil.copytree(accepted.folder / "build-leaks", accepted.folder / "copy")
    alone = accepted("copy", "--no-baseline", "--format", "concise").lines
    assert len(alone) > 5
    assert accepted("--format", "concise").lines == alone


def test_it_survives_the_merge_of_two_branches(accepted: Cblint) -> None:
    folder = accepted.folder
    template, leaks = folder / "ci/in-a-template/template.yml", folder / "ci/leaks/buildspec.yml"
    git(folder, "checkout", "-q", "-b", "one")
    leaks.write_text(leaks.read_text().replace("- '**/*'", "- dist/*").replace('- "**/*"', "- dist/*"))
    accepted.put({"ci/another/buildspec.yml": DEFECT})
    accepted.run("baseline", "update", "--add")
    commit(folder)
    git(folder, "checkout", "-q", "-b", "other", "main")
    template.write_text(template.read_text().replace("${TAG}", "latest"))
    accepted.put({"ci/zzz/buildspec.yml": DEFECT})
    accepted.run("baseline", "update", "--add")
    commit(folder)
    git(folder, "merge", "--quiet", "--no-edit", "one")
    found = entries(accepted)
    assert found == sorted(found, key=lambda entry: entry.split(" ")[0])
    assert {"ci/another/buildspec.yml command-not-string", "ci/zzz/buildspec.yml command-not-string"} <= set(found)
    assert accepted.run("baseline", "check").status == 0


def test_where_git_cannot_merge_the_markers_are_named_and_a_union_is_taken_as_it_is(accepted: Cblint) -> None:
    folder, before = accepted.folder, entries(accepted)
    for branch, name in (("one", "y"), ("other", "z")):
        git(folder, "checkout", "-q", "-b", branch, "main")
        accepted.put({f"ci/{name}/buildspec.yml": DEFECT})
        accepted.run("baseline", "update", "--add")
        commit(folder)
    git(folder, "merge", "--quiet", "--no-edit", "one", status=1)
    line = next(number for number, each in enumerate(lines_of(folder / NAME), 1) if each.startswith("<<<<<<<"))
    said = f"cblint: {NAME}:{line}: a merge left conflict markers here. Keep the entries of both sides and delete the "
    for done in (accepted(), accepted.run("baseline", "check"), accepted.run("baseline", "update")):
        assert (done.status, done.out, done.stderr[: len(said)]) == (2, b"", said)
    git(folder, "merge", "--abort")
    (folder / ".gitattributes").write_text(f"{NAME} merge=union\n")
    git(folder, "merge", "--quiet", "--no-edit", "one")
    assert accepted.run("baseline", "check").status == 0
    text = "".join(line for each in lines_of(folder / NAME) for line in [each] * (2 if each.startswith(",") else 1))
    (folder / NAME).write_text(text)
    assert accepted.run("baseline", "check").status == 0
    accepted.run("baseline", "update")
    added = [f"ci/{name}/buildspec.yml command-not-string" for name in "yz"]
    assert sorted(entries(accepted)) == sorted([*before, *added])


@pytest.mark.skipif(not available(), reason="the corpus is not at hand")
def test_files_of_the_public_survive_it_too(cblint: Cblint) -> None:
    names = sorted(os.listdir(os.path.join(CORPUS, "buildspec")))[::8]
    (cblint.folder / "ci").mkdir()
    for name in names:
        shutil.copy(os.path.join(CORPUS, "buildspec", name), cblint.folder / "ci" / name)
    cblint.put(CONFIGURED)
    assert cblint.run("baseline", "create").status == 0
    for path in sorted((cblint.folder / "ci").iterdir()):
        path.write_bytes(b"# why\n" * 100 + path.read_bytes())
        path.rename(path.with_name(f"moved-{path.name}"))
    assert (cblint("--format", "concise").out, cblint.run("baseline", "check").status) == (b"", 0)
    last = cblint.folder / "ci" / f"moved-{names[-1]}"
    last.write_bytes(last.read_bytes() + b"\nphase:\n  build: {commands: [make]}\n")
    assert [line.split(" ")[1] for line in cblint("--format", "concise").lines] == ["error[unknown-key]"]


# What check makes of it


def test_what_it_has_is_left_out_of_every_format(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, **CONFIGURED})
    cblint.run("baseline", "create")
    assert cblint().lines == ["No findings in 1 buildspec file (1 in the baseline)."]
    assert cblint("--format", "concise").out == b""
    document = cblint("--format", "json").json
    assert document["findings"][0]["suppressed"] == {"reason": "It is in the baseline.", "kind": "baseline"}
    assert [document["summary"][key] for key in ("error", "suppressed", "baseline")] == [0, 1, 1]
    assert cblint("--format", "sarif").sarif["results"] == []
    (result,) = cblint("--format", "sarif", "--sarif-include-suppressed").sarif["results"]
    assert result["suppressions"] == [{"kind": "external", "justification": "It is in the baseline."}]
    assert cblint("--statistics").lines[-1] == "No findings in 1 buildspec file (1 in the baseline)."
    cblint.put({"buildspec.yml": DEFECT + ANOTHER})
    done = cblint("--format", "json")
    assert (done.status, [each["suppressed"] is None for each in done.json["findings"]]) == (1, [False, True])
    results = cblint("--format", "sarif", "--sarif-include-suppressed").sarif["results"]
    assert [len(each["suppressions"]) for each in results] == [1, 0]
    assert cblint("-", "--stdin-filename", "buildspec.yml", "--format", "concise", stdin=DEFECT.encode()).status == 0
    done = cblint("-", "--stdin-filename", "buildspec.yml", "--format", "concise", stdin=(DEFECT + ANOTHER).encode())
    assert [line.split(": ")[0] for line in done.lines] == ["buildspec.yml:6:18"]


def test_which_one_holds(cblint: Cblint) -> None:
    cblint.put(
        {"a/buildspec.yml": DEFECT, "a/sub/x": "", "b/buildspec.yml": DEFECT, "b/.cblint.yml": "baseline: own.json\n"}
    )
    assert cblint.run("baseline", "create", "a").stdout == (
        f"{NAME} has 1 finding of 1 file now.\n"
        f'With "baseline: {NAME}" in a .cblint.yml beside it, cblint check leaves them out.\n'
    )
    assert cblint("a").status == 1
    assert cblint("a", "--baseline", NAME).status == 0
    assert cblint(".", "--baseline", f"../{NAME}", cwd="a").status == 0
    assert cblint("--baseline", NAME).lines[-1] == "1 error in 2 buildspec files (1 in the baseline). --fix mends 1."
    missing = cblint("b")
    assert (missing.status, missing.out) == (2, b"")
    assert missing.stderr == 'cblint: b/own.json does not exist: "cblint baseline create" writes it\n'
    assert (cblint("b", "--no-baseline").status, cblint("b", "--isolated").status) == (1, 1)
    assert cblint.run("baseline", "create", "b", cwd=".").stdout == "b/own.json has 1 finding of 1 file now.\n"
    assert cblint("b").status == 0
    assert (cblint("b", "--no-baseline").status, cblint("b", "--isolated").status) == (1, 1)
    assert cblint("b", "--isolated", "--baseline", "b/own.json").status == 0
    cblint.put(CONFIGURED)
    assert cblint().lines == ["No findings in 2 buildspec files (2 in the baseline)."]
    assert cblint.run("baseline", "check", "b", "a").lines == [
        "b/own.json: 0 new findings, 0 entries that no longer match.",
        f"{NAME}: 0 new findings, 0 entries that no longer match.",
    ]
    assert cblint("--list-files").lines == ["a/buildspec.yml", "b/buildspec.yml"]


@pytest.mark.parametrize("path", ["../b.json", "/etc/passwd", "link/b.json", "out.json"])
def test_a_configured_one_may_not_lead_out_of_the_repository(cblint: Cblint, path: str) -> None:
    cblint.put({"buildspec.yml": DEFECT, ".cblint.yml": f"baseline: {path}\n"})
    (cblint.folder / "link").symlink_to("..")
    (cblint.folder / "out.json").symlink_to("../b.json")
    done = cblint("buildspec.yml")
    assert (done.status, done.stderr) == (
        2,
        'cblint: .cblint.yml:1:11: "baseline" leads out of the repository: name a file in it\n',
    )
    assert cblint.run("baseline", "create").status == 2
    assert not (cblint.folder.parent / "b.json").exists()


def test_outside_of_git_paths_begin_at_the_baseline(cblint: Cblint) -> None:
    (cblint.folder / ".git").rmdir()
    for name, text in {"ci/buildspec.yml": DEFECT, **CONFIGURED}.items():
        (cblint.folder / name).parent.mkdir(exist_ok=True)
        (cblint.folder / name).write_text(text)
    assert cblint.run("baseline", "create", env={}).status == 0
    assert entries(cblint) == ["ci/buildspec.yml command-not-string"]
    assert cblint("ci").status == 0
    assert cblint(".", "--baseline", f"../{NAME}", cwd="ci").status == 0


def test_fixes_mend_what_it_has(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, **CONFIGURED})
    cblint.run("baseline", "create")
    done = cblint("--fix", "--unsafe-fixes")
    assert done.stderr == (
        "cblint: fixed 1 finding in buildspec.yml\n"
        f'cblint: 1 entry of {NAME} no longer matches: "cblint baseline update" prunes what is mended or gone.\n'
    )
    assert done.status == 0
    assert cblint.run("baseline", "update").stdout == f"{NAME}: 1 entry dropped.\n"
    assert entries(cblint) == []


# The commands


def test_create_writes_all_there_is_but_nothing_over_another(cblint: Cblint) -> None:
    cblint.put(
        {"a-buildspec.yml": DEFECT, "b-buildspec.yml": WARNING, "c-buildspec.yml": NOTE, "d-buildspec.yml": CLEAN}
    )
    assert cblint.run("baseline", "create").lines[0] == f"{NAME} has 3 findings of 3 files now."
    before = (cblint.folder / NAME).read_bytes()
    done = cblint.run("baseline", "create", "a-buildspec.yml")
    assert (done.status, (cblint.folder / NAME).read_bytes()) == (2, before)
    assert f"{NAME} is there already." in done.stderr
    assert cblint.run("baseline", "create", "--force", "a-buildspec.yml", "--select", "CB1").status == 0
    assert entries(cblint) == ["a-buildspec.yml command-not-string"]
    assert cblint.run("baseline", "create", "--baseline", "x/y.json").status == 2
    assert cblint.run("baseline", "create", "--baseline", "y.json", "--exclude", "a-*").status == 0
    assert entries(cblint, "y.json") == ["b-buildspec.yml command-not-string", "c-buildspec.yml command-not-string"]


def test_update_drops_what_is_mended_or_gone_and_nothing_else(cblint: Cblint) -> None:
    names = ["a", "b", "c", "d"]
    cblint.put({f"{name}/buildspec.yml": DEFECT for name in names})
    cblint.run("baseline", "create")
    cblint.put(
        {
            "a/buildspec.yml": CLEAN,
            "b/buildspec.yml": DEFECT.replace("commands:", "commands: ]"),
            "d/buildspec.yml": CLEAN,
        }
    )
    (cblint.folder / "c/buildspec.yml").unlink()
    done = cblint("a", "--baseline", NAME)
    assert (done.status, done.stderr.split(" no longer")[0]) == (0, f"cblint: 1 entry of {NAME}")
    assert cblint.run("baseline", "check", "a").lines == [
        'a/buildspec.yml: command-not-string at phases.build.commands[] no longer matches: - echo "a: b"',
        f"{NAME}: 0 new findings, 1 entry that no longer matches.",
    ]
    assert cblint.run("baseline", "check", "a", "c").lines == [
        'a/buildspec.yml: command-not-string at phases.build.commands[] no longer matches: - echo "a: b"',
        'c/buildspec.yml: command-not-string at phases.build.commands[] no longer matches: - echo "a: b"',
        f"{NAME}: 0 new findings, 2 entries that no longer match.",
    ]
    assert cblint.run("baseline", "check", "a").status == 1
    assert cblint.run("baseline", "update", "a", "b").stdout == (
        f"{NAME}: 1 entry dropped; 1 finding not in it: --add takes them in.\n"
    )
    assert [entry[0] for entry in entries(cblint)] == ["b", "c", "d"]
    assert cblint.run("baseline", "update", "--select", "duplicate-key").lines == [f"{NAME}: 1 entry dropped."]
    assert cblint.run("baseline", "update", "--exclude", "d").status == 0
    assert [entry[0] for entry in entries(cblint)] == ["b", "d"]
    assert cblint.run("baseline", "update", "--add").stdout == f"{NAME}: 1 entry dropped, 1 added.\n"
    assert entries(cblint) == ["b/buildspec.yml yaml-syntax-error", "b/buildspec.yml command-not-string"]


def test_check_fails_for_what_is_new_whatever_its_severity(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": CLEAN})
    cblint.run("baseline", "create")
    assert cblint.run("baseline", "check").status == 0
    cblint.put({"buildspec.yml": NOTE})
    done = cblint.run("baseline", "check")
    assert (done.status, done.lines[-1]) == (1, f"{NAME}: 1 new finding, 0 entries that no longer match.")
    assert done.lines[0].startswith("buildspec.yml:6:")
    assert cblint.run("baseline", "check", cwd=".").out == done.out


def test_what_cannot_be_done_is_said_and_changes_nothing(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, "sub/buildspec.yml": b"\0", "sub/.cblint.yml": "team: x\n"})
    for arguments, said in (
        (("create", "-"), "A baseline is of files: standard input (-) is none."),
        (("create", "missing.yml"), "Not all files could be linted: the baseline stays as it is."),
        (("create", "sub"), '"team" is not known'),
        (("create", "--select", "no-such-rule"), "no-such-rule"),
        (("update",), f'{NAME} does not exist: "cblint baseline create" writes it'),
        (("check", "--baseline", "."), ". is a directory"),
        (("drop",), 'There is no command "drop".'),
        ((), "Usage: cblint baseline"),
    ):
        done = cblint.run("baseline", *arguments, *(["--exclude", "sub"] if arguments == ("update",) else []))
        assert done.status in (0, 2)
        assert said in done.stderr + done.stdout
        assert not (cblint.folder / NAME).exists()
    assert cblint("--baseline", "missing.json", "--exclude", "sub").status == 2


def test_without_a_baseline_nothing_of_it_is_imported(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": CLEAN})
    names = {"cblint.baseline", "cblint.since", "cblint.cli.baseline", "subprocess", "hashlib", "tempfile"}
    code = f"import sys, cblint.cli as m\ntry: m.main()\nfinally: print(sorted({names} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code, "check", "buildspec.yml"],
        cwd=cblint.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_secret_is_not_in_it(cblint: Cblint) -> None:
    secret = "Xk9v2LmQ8r-tq"
    text = f"version: 0.2\nenv:\n  variables:\n    DB_PASSWORD: {secret}\n" + HEAD.partition("\n")[2]
    cblint.put({"buildspec.yml": f"{text}      - mysql --password={secret} db\n" + commands("x").removeprefix(HEAD)})
    cblint.run("baseline", "create")
    assert len(entries(cblint)) > 1
    assert secret not in (cblint.folder / NAME).read_text()
    assert secret not in cblint.run("baseline", "check").stdout
