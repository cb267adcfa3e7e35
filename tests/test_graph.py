"""Which project uses which buildspec, what a pipeline tells of it, and what of all that is not guessed."""

from __future__ import annotations

import json
import os
import pathlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.buildspec.embedded import buildspec_used, buildspecs_within
from cblint.hosts.definition import PROJECT, Definition, HostFile
from cblint.hosts.discover import Candidate
from cblint.hosts.graph import Graph, Resource, read_files
from cblint.hosts.known import project_of
from cblint.hosts.pipelines import actions, has_more_variables, variable_references, variables_of
from cblint.hosts.project_json import read
from cblint.linter import FileResult, Settings, lint_text
from cblint.report import Style
from cblint.report.json import render as as_json
from cblint.report.sarif import written as as_sarif
from cblint.report.text import render as as_text
from cblint.running import result_of
from cblint.source.text import Text
from tests.helpers import repository

OWN = '[core]\n  url = https://github.com/acme/elsewhere\n[remote "origin"]\n  url = git@github.com:acme/Shop.git\n'
SPEC = "version: 0.2\nphases: {build: {commands: [make]}}\n"
ENVIRONMENT = {"type": "LINUX_CONTAINER", "computeType": "BUILD_GENERAL1_SMALL", "image": "aws/codebuild/standard:7.0"}


def a_project(name: str = "shop", **source: Any) -> dict[str, Any]:
    """The input of CreateProject."""
    return {
        "name": name,
        "source": {"type": "GITHUB", **source},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": ENVIRONMENT,
        "serviceRole": "arn:aws:iam::111122223333:role/build",
    }


def an_action(name: str, category: str, provider: str, **others: Any) -> dict[str, Any]:
    """An action of a pipeline; ``takes`` and ``makes`` are its artifacts."""
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    artifacts = {
        "inputArtifacts": [{"name": each} for each in others.pop("takes", ())],
        "outputArtifacts": [{"name": each} for each in others.pop("makes", ())],
    }
    return {"name": name, "actionTypeId": kind, **artifacts, **others}


def a_pipeline(*stage: dict[str, Any]) -> dict[str, Any]:
    """A pipeline of one stage."""
    return {"pipeline": {"name": "shop", "roleArn": "arn", "stages": [{"name": "All", "actions": list(stage)}]}}


def source(repository_id: str = "acme/shop", **settings: str) -> dict[str, Any]:
    """A source action that reads a repository."""
    configuration = {"FullRepositoryId": repository_id, "BranchName": "main", **settings}
    return an_action("Source", "Source", "CodeStarSourceConnection", makes=["Source"], configuration=configuration)


def build(project: str = "shop", takes: str = "Source", **configuration: str) -> dict[str, Any]:
    """An action that runs a project."""
    given_to_it = {"ProjectName": project, **configuration}
    return an_action(
        f"Run {project}", "Build", "CodeBuild", takes=[takes], makes=[f"Of{project}"], configuration=given_to_it
    )


def graph_of(definitions: dict[str, Any], folder: str | None = None) -> Graph:
    """What files in the shapes of the API define."""
    files = {path: read(Text.of(json.dumps(each))) for path, each in definitions.items()}
    return Graph({path: file for path, file in files.items() if file is not None}, folder)


def read_definitions(given_to_it: Any) -> tuple[Definition, ...]:
    """What a document in the shapes of the API defines."""
    file = read(Text.of(json.dumps(given_to_it)))
    return file.definitions if file is not None else ()


def only(graph: Graph, kind: str = PROJECT) -> Resource:
    """The one definition of a kind."""
    (found,) = graph.of_kind(kind)
    return found


# What is not known


def test_nothing_is_known_of_what_names_nothing() -> None:
    graph = graph_of({"p.json": a_project(location="https://github.com/acme/shop")})
    project = only(graph)
    assert graph.runs_of(project) == []
    assert graph.webhooks_of(project) == []
    # Without a repository no file is anyone's, and any source may be it.
    assert not graph.builds_this(project)
    assert graph.may_build_this(project)
    assert buildspec_used(project) is None


@pytest.mark.parametrize(
    "named",
    ["", "other", 7, None, ["shop"], {"name": "shop"}],
)
def test_a_pipeline_that_names_no_project_of_these_runs_none(named: Any) -> None:
    pipeline = a_pipeline(
        an_action("Run", "Build", "CodeBuild", takes=["Source"], configuration={"ProjectName": named})
    )
    graph = graph_of({"p.json": a_project(), "pipeline.json": pipeline})
    assert graph.runs_of(only(graph)) == []


@pytest.mark.parametrize(
    "variables",
    ["[{", "{}", "7", '[{"name": "A"', "#{Source.All}", 7, {"A": "1"}, "[[[[[[[["],
)
def test_variables_that_cannot_be_read_are_unknown_not_none(variables: Any) -> None:
    graph = graph_of({"p.json": a_project(), "pipeline.json": a_pipeline(build(EnvironmentVariables=variables))})
    (run,) = graph.runs_of(only(graph))
    assert variables_of(run.action) == []
    assert has_more_variables(run.action)
    assert project_of(only(graph)).more_variables


def test_a_name_that_two_projects_have_means_the_one_beside_it_or_neither() -> None:
    beside = [a_project(), a_pipeline(build())]
    graph = graph_of({"a.json": beside, "b.json": a_project()})
    assert [(project.path, len(graph.runs_of(project))) for project in graph.of_kind(PROJECT)] == [
        ("a.json", 1),
        ("b.json", 0),
    ]
    apart = graph_of({"a.json": a_project(), "b.json": a_project(), "c.json": a_pipeline(build())})
    assert [len(apart.runs_of(project)) for project in apart.of_kind(PROJECT)] == [0, 0]


def test_a_remote_alone_names_a_repository(tmp_path: pathlib.Path) -> None:
    folder = repository(tmp_path, {".git/config": OWN})
    for location, answer in {
        "https://github.com/acme/shop.git": (True, True),
        "https://github.com/fork/SHOP/": (True, True),
        "https://github.com/acme/elsewhere": (False, False),
        "https://github.com/acme/shop\ufdd0": (False, True),
        "https://github.com/\ufdd0/shop": (True, True),
        "\ufdd0": (False, True),
        "acme/shop": (False, True),
        "": (False, True),
    }.items():
        graph = graph_of({"p.json": a_project(location=location)}, folder)
        project = only(graph)
        assert (location, graph.builds_this(project), graph.may_build_this(project)) == (location, *answer)
    for kind in ("S3", "NO_SOURCE"):
        graph = graph_of({"p.json": a_project(type=kind)}, folder)
        assert not graph.may_build_this(only(graph))


# Pipelines


def test_a_pipeline_tells_which_repository_a_project_builds(tmp_path: pathlib.Path) -> None:
    folder = repository(tmp_path, {".git/config": OWN, "buildspec.yml": SPEC})
    project = a_project(type="CODEPIPELINE")
    for stage, answer in (
        ([source(), build()], (True, True)),
        ([source("acme/other"), build()], (False, False)),
        ([build()], (False, True)),
        # What another build has made may be anything.
        ([source(), build("first"), build(takes="Offirst")], (False, True)),
        ([source(), build(), build(takes="Elsewhere")], (False, True)),
    ):
        graph = graph_of({"p.json": project, "pipeline.json": a_pipeline(*stage)}, folder)
        found = only(graph)
        assert (graph.builds_this(found), graph.may_build_this(found)) == answer
        assert (graph.path_used(found) is not None) == answer[1]


def test_of_several_inputs_the_primary_one_has_the_buildspec() -> None:
    other = an_action("Tools", "Source", "CodeCommit", makes=["Tools"], configuration={"RepositoryName": "tools"})
    run = an_action("Run", "Build", "CodeBuild", takes=["Tools", "Source"], configuration={"ProjectName": "shop"})
    for primary, expected in ((None, None), ("Source", "Source"), ("Tools", "Tools"), ("Nothing", None)):
        run["configuration"] = {"ProjectName": "shop", **({"PrimarySource": primary} if primary else {})}
        graph = graph_of({"p.json": a_project(), "pipeline.json": a_pipeline(other, source(), run)})
        (found,) = graph.runs_of(only(graph))
        assert (found.source.makes if found.source is not None else None) == ((expected,) if expected else None)


def test_what_a_pipeline_gives_becomes_what_is_known_of_the_project() -> None:
    variables = json.dumps(
        [
            {"name": "STAGE", "value": "prod", "type": "PLAINTEXT"},
            {"name": "TOKEN", "value": "shop:token", "type": "SECRETS_MANAGER"},
            {"name": "PLAIN", "value": "#{Source.CommitId}"},
        ]
    )
    project = a_project(type="CODEPIPELINE")
    graph = graph_of({"p.json": project, "pipeline.json": a_pipeline(source(), build(EnvironmentVariables=variables))})
    known = project_of(only(graph))
    assert known.variables == (("STAGE", False), ("TOKEN", True), ("PLAIN", False))
    assert not known.more_variables
    assert known.source is not None
    assert known.source.output_artifact_format == "CODE_ZIP"
    whole = a_pipeline(source(OutputArtifactFormat="CODEBUILD_CLONE_REF"), build())
    cloned = project_of(only(graph_of({"p.json": project, "pipeline.json": whole})))
    assert cloned.source is not None
    assert cloned.source.output_artifact_format == "CODEBUILD_CLONE_REF"
    alone = project_of(only(graph_of({"p.json": project})))
    # The pipeline is elsewhere, and may give any.
    assert alone.more_variables
    assert alone.source is not None
    assert alone.source.output_artifact_format is None


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\ufdd0"), max_size=8), max_size=4))
def test_the_places_of_a_pipeline_are_those_of_its_text(values: list[str]) -> None:
    variables = [{"name": f"V{number}", "value": value} for number, value in enumerate(values)]
    inner = json.dumps(variables)
    pipeline = a_pipeline(
        build(EnvironmentVariables=inner, Note="".join(f"#{{Build.V{number}}}" for number in range(3)))
    )
    written = json.dumps(pipeline, ensure_ascii=False)
    file = read(Text.of(written))
    assert file is not None
    (definition,) = file.definitions
    (action,) = actions(definition)
    for number, variable in enumerate(variables_of(action)):
        assert variable.name.value == f"V{number}"
        assert written[slice(*variable.name.text.span(0, 2))] == f"V{number}"
    found = list(variable_references(definition))
    assert [reference.name for reference in found if reference.namespace == "Build"][-3:] == ["V0", "V1", "V2"]
    assert all(written[slice(*each.place)] == f"#{{{each.namespace}.{each.name}}}" for each in found)


# Buildspecs


def test_the_nearest_folder_that_has_the_file_is_the_root_of_an_unknown_source(tmp_path: pathlib.Path) -> None:
    files: dict[str, str | bytes] = {
        "buildspec.yml": SPEC,
        "samples/a/buildspec.yml": SPEC,
        "ci/build.yml": SPEC,
        "samples/a/x.txt": "",
    }
    folder = repository(tmp_path, files)
    graph = graph_of({"samples/a/p.json": a_project("a"), "samples/b/p.json": a_project("b")}, folder)
    assert [each.path for each in graph.projects_using("samples/a/buildspec.yml")] == ["samples/a/p.json"]
    assert [each.path for each in graph.projects_using("buildspec.yml")] == ["samples/b/p.json"]
    named = graph_of({"infra/p.json": a_project(buildspec="./ci/build.yml")}, folder)
    assert [each.path for each in named.projects_using("ci/build.yml")] == ["infra/p.json"]
    used = buildspec_used(only(named))
    assert used is not None
    assert used.path == "ci/build.yml"
    assert used.projects[0].resource == only(named)


def test_the_default_name_is_one_projects_or_nobodys(tmp_path: pathlib.Path) -> None:
    folder = repository(tmp_path, {".git/config": OWN, "buildspec.yml": SPEC})
    two = {"a.json": a_project("a"), "b.json": a_project("b")}
    assert graph_of(two, folder).projects_using("buildspec.yml") == []
    sure = graph_of({**two, "c.json": a_project("c", location="https://github.com/acme/shop")}, folder)
    assert [each.path for each in sure.projects_using("buildspec.yml")] == ["c.json"]
    foreign = graph_of({"a.json": a_project("a", location="https://github.com/acme/other")}, folder)
    assert foreign.projects_using("buildspec.yml") == []


@pytest.mark.parametrize("text", ["version: 0.2\nphases: {}\n", '{"version": 0.2}', "version: 0.2"])
def test_a_text_is_no_path(tmp_path: pathlib.Path, text: str) -> None:
    folder = repository(tmp_path, {"buildspec.yml": SPEC, ".git/config": OWN})
    location = "https://github.com/acme/shop"
    graph = graph_of({"p.json": a_project(buildspec=text, location=location)}, folder)
    project = only(graph)
    assert graph.path_used(project) is None
    assert graph.projects_using("buildspec.yml") == []
    (buildspec,) = buildspecs_within(project)
    assert buildspec.repository == folder
    # Beside a buildspec of another repository there are none of these files.
    elsewhere = graph_of({"p.json": a_project(buildspec=text, location="https://github.com/acme/other")}, folder)
    assert [each.repository for each in buildspecs_within(only(elsewhere))] == [None]


@pytest.mark.parametrize("path", ["../buildspec.yml", "a/../../b.yml", "/etc/passwd", "arn:aws:s3:::specs/b.yml", "."])
def test_a_path_that_leads_elsewhere_is_no_file_of_the_repository(tmp_path: pathlib.Path, path: str) -> None:
    (tmp_path / "inner").mkdir()
    folder = repository(tmp_path / "inner", {"p.txt": ""})
    (tmp_path / "buildspec.yml").write_text(SPEC)
    assert buildspec_used(only(graph_of({"p.json": a_project(buildspec=path)}, folder))) is None


def test_webhooks_are_those_of_the_project_and_those_that_name_it() -> None:
    own = {**a_project(), "webhook": {"filterGroups": [[{"type": "EVENT", "pattern": "PUSH"}]]}}
    other = {"projectName": "shop", "filterGroups": []}
    graph = graph_of({"p.json": own, "w.json": other, "x.json": {"projectName": "else", "filterGroups": []}})
    assert [holder.path for holder, _ in graph.webhooks_of(only(graph))] == ["p.json", "w.json"]
    assert project_of(only(graph)).webhook is True


def test_many_pipelines_and_projects_are_joined_in_a_time_that_grows_with_them() -> None:
    projects = [a_project(f"p{number}") for number in range(400)]
    pipeline = a_pipeline(source(), *(build(f"p{number}") for number in range(400)))
    graph = graph_of({"all.json": [*projects, pipeline]})
    assert all(len(graph.runs_of(project)) == 1 for project in graph.of_kind(PROJECT))


def test_files_that_cannot_be_read_hold_nothing(tmp_path: pathlib.Path) -> None:
    deep = "[" * 50_000
    folder = repository(
        tmp_path, {"a.json": b"\xff\xfe\x00codebuild", "b.json": f'{{"codebuild": {deep}', "c.json": "codebuild"}
    )
    os.mkfifo(tmp_path / "d.json")
    assert read_files(folder, ["a.json", "b.json", "c.json", "missing.json"]) == {}


def test_of_a_part_that_documentation_shows_no_buildspec_is_used(tmp_path: pathlib.Path) -> None:
    folder = repository(tmp_path, {"buildspec.yml": SPEC})
    (definition,) = read_definitions(a_project())
    graph = Graph({"p.json": HostFile("project", (definition._replace(fragment=True),))}, folder)
    assert graph.projects_using("buildspec.yml") == []
    assert buildspec_used(only(graph)) is None


# Places in other files


def linted(folder: str, path: str) -> FileResult:
    """A file of a repository."""
    with open(os.path.join(folder, path), encoding="utf-8") as file:
        return lint_text(file.read(), Candidate(os.path.join(folder, path), True), Settings("default"))


def test_a_finding_shows_where_its_project_stands_in_another_file(tmp_path: pathlib.Path) -> None:
    written = json.dumps({**a_project(), "environment": {**ENVIRONMENT, "privilegedMode": False}}, indent=2)
    spec = "version: 0.2\nphases:\n  build:\n    commands:\n      - docker build .\n"
    folder = repository(tmp_path, {"buildspec.yml": spec, "infra/p.json": written})
    result = linted(folder, "buildspec.yml")
    (finding,) = [each for each in result.findings if each.rule == "docker-without-privileged"]
    (place,) = finding.related
    line = written.splitlines()[place.start.line - 1]
    assert (place.path, line[place.start.column - 1 : place.end.column - 1]) == ("infra/p.json", "false")
    # Its line is not one of this file.
    assert result.excerpts.keys() == {5}
    run = result_of([result])
    shown = "".join(as_text(run, Style()))
    assert f"it is turned off here: infra/p.json:{place.start.line}:{place.start.column}" in shown
    (told,) = [each for each in json.loads("".join(as_json(run, Style())))["findings"] if each["rule"] == finding.rule]
    assert [each["path"] for each in told["related"]] == ["infra/p.json"]
    results = json.loads("".join(as_sarif(run, Style()).lines))["runs"][0]["results"]
    (log,) = [each for each in results if each["ruleId"] == finding.code]
    (location,) = log["relatedLocations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "infra/p.json"
    assert location["physicalLocation"]["region"]["startLine"] == place.start.line


def test_a_file_that_has_gone_since_is_not_pointed_into(tmp_path: pathlib.Path) -> None:
    folder = repository(tmp_path, {"buildspec.yml": SPEC})
    assert only(graph_of({"gone.json": a_project()}, folder)).lines is None
    assert only(graph_of({"gone.json": a_project()})).lines is None
