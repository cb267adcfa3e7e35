"""What builds do with images: docker's command lines, references, what is seen of them and what is not."""

from __future__ import annotations

import pytest

from cblint.checks.images import mentions, uses_of
from cblint.facts import table
from cblint.flow.references import Parts, hub_name, is_closed, is_ecr, is_same, may_be, registry_of, server
from cblint.flow.values import Hole, Value, concat, initial, literal
from cblint.shell.commands import SimpleCommand
from tests.builds import buildspec, written


def ref(text: str) -> Value:
    """A reference in which ``$NAME`` is a variable from outside and ``?`` is unknown."""
    pieces = [part for part in text.replace("?", " ? ").replace("$", " $").split(" ") if part]
    values = []
    for part in pieces:
        name, *rest = part[1:].partition("}") if part.startswith("${") else ("", part)
        if part == "?":
            values.append(Value((Hole(),)))
        elif name:
            values += [initial(name.removeprefix("{")), literal(rest[-1])]
        else:
            values.append(literal(part))
    return concat(values)


def done(*commands: str) -> list[str]:
    """What some commands do with images, as they are named."""
    uses = uses_of(buildspec(written({"build": {"commands": list(commands)}})))
    return [use.kind if use.reference is None else f"{use.kind} {use.name}" for use in uses]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("docker push a/b:1", ["push a/b:1"]),
        ("docker image push -q a/b", ["push a/b"]),
        ("sudo -E docker --log-level debug push a/b", ["push a/b"]),
        ("/usr/bin/docker push a/b", ["push a/b"]),
        ("podman push a/b:1 docker://c/d", ["unseen images"]),
        ("docker push --all-tags a/b", ["unseen images"]),
        ("docker push", ["unseen images"]),
        ("docker --config x push a/b", ["unseen images"]),
        ("docker -H tcp://x push a/b", ["unseen images"]),
        ("docker tag a b:2", ["source a", "tag b:2"]),
        ("docker pull --platform linux/arm64 a", ["pull a"]),
        ("docker save -o x.tar a b", ["save a", "save b"]),
        ("docker load -i x.tar", ["unseen images"]),
        ("docker commit c a:1", ["build a:1"]),
        ("docker import x.tar a:1", ["build a:1"]),
        ("docker run --rm -it -v /a:/b -e A=b --name=c --network host -p8080:80 image cmd -v d", ["run image"]),
        ("docker container run -dit --gpus all image", ["run image"]),
        ("docker create --init image", ["run image"]),
        ("docker run -v /var/run/docker.sock:/var/run/docker.sock image", ["run image", "unseen images"]),
        ("docker build .", ["building"]),
        ("docker build -t a:1 --tag=b:1 -tc:1 -f x .", ["building", "build a:1", "build b:1", "build c:1"]),
        (
            "docker build --cache-from a:0 --cache-from type=registry,ref=b -t a:1 .",
            ["cache a:0", "building", "build a:1"],
        ),
        ("docker buildx build --push -t a:1 .", ["building", "sent a:1", "build a:1"]),
        ("docker buildx build -o type=registry -t a:1 .", ["building", "sent a:1", "build a:1"]),
        ("docker buildx bake", ["unseen images"]),
        ("docker manifest push a:1", ["sent a:1"]),
        ("docker manifest create a:1 b c", []),
        ("docker buildx imagetools create -t a:1 b c", ["sent a:1"]),
        ("docker compose -f x.yml build", ["unseen images"]),
        ("docker-compose -f x.yml up -d", ["unseen images"]),
        ("docker-compose logs", []),
        ("docker login", ["login docker.io"]),
        ("docker login -u x -p y https://index.docker.io/v1/", ["login docker.io"]),
        (
            "docker login --username AWS --password-stdin 1.dkr.ecr.eu-west-1.amazonaws.com/app",
            ["login 1.dkr.ecr.eu-west-1.amazonaws.com"],
        ),
        ("docker logout ghcr.io", ["logout ghcr.io"]),
        ("docker ps; docker info; docker rmi a; docker exec c ls", []),
        ("bash -c 'docker info'", []),
        ("bash -c 'docker push a'", ["unseen images"]),
        ("bash -c 'docker login x'", ["unseen login"]),
        ("cat list | xargs docker pull", ["unseen images"]),
        ("./x.sh", ["unseen login", "unseen images"]),
        ("make image", ["unseen login", "unseen images"]),
        ("npm run build && npm test", []),
        ("mvn package", ["unseen images"]),
        ("$(aws ecr get-login)", ["unseen login"]),
        ("helm registry login x", ["unseen login"]),
        ("aws ecr get-login-password > x", []),
        ('push() { docker push "$1"; }; push a/b', ["push a/b"]),
        ('retry() { "$@"; }; retry docker push a/b', ["push a/b"]),
        ("for s in a b; do docker push $s; done", ["push a", "push b"]),
    ],
)
def test_what_a_command_does(command: str, expected: list[str]) -> None:
    assert done(command) == expected


def test_a_builder_keeps_what_it_builds() -> None:
    chosen = "docker buildx create --use"
    assert done(chosen, "docker buildx build -t a .") == ["building", "kept a"]
    assert done(chosen, "docker buildx build --load -t a .") == ["building", "build a"]
    assert done(chosen, "docker buildx build --push -t a .") == ["building", "sent a", "kept a"]
    assert done(chosen, "docker build -t a .") == ["building", "build a"]
    assert done(chosen, "docker buildx use default", "docker buildx build -t a .") == ["building", "build a"]
    assert done("docker buildx create --name x", "docker buildx build -t a .") == ["building", "build a"]


@pytest.mark.parametrize(
    ("reference", "registry"),
    [
        ("app", "docker.io"),
        ("app:1", "docker.io"),
        ("acme/app", "docker.io"),
        ("docker.io/acme/app", "docker.io"),
        ("localhost/app", "localhost"),
        ("localhost:5000/app", "localhost:5000"),
        ("ghcr.io/acme/app:1", "ghcr.io"),
        ("app:?", "docker.io"),
        ("${A}.dkr.ecr.${R}.amazonaws.com/app", "${A}.dkr.ecr.${R}.amazonaws.com"),
        ("1.dkr.ecr.${R}.amazonaws.com/app", "1.dkr.ecr.${R}.amazonaws.com"),
        ("${A}", None),
        ("${A}:latest", None),
        ("${A}/app:1", None),
        ("?", None),
    ],
)
def test_the_registry_of_a_reference(reference: str, registry: str | None) -> None:
    found = registry_of(ref(reference))
    assert (found.written if found is not None else None) == registry


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("app", "app:latest", True),
        ("app:1", "app:2", False),
        ("docker.io/library/app", "app", True),
        ("docker.io/acme/app:1", "acme/app:1", True),
        ("${A}", "${A}:latest", True),
        ("${A}:1", "${A}:2", False),
        ("${A}/a:1", "${A}/b:1", False),
        ("${A}:${B}", "${A}:${C}", True),
        ("${A}:?", "${A}:latest", True),
        ("?:1", "?:2", False),
        ("${A}:v${B}", "${A}:latest", False),
        ("${A}:${CODEBUILD_BUILD_NUMBER}", "${A}:latest", False),
        ("${A}:${CODEBUILD_BUILD_NUMBER}", "${A}:v2", True),
        ("${A}:${CODEBUILD_BUILD_NUMBER}", "${A}:2", True),
        ("${A}:${CODEBUILD_BUILD_NUMBER}", "${A}:${CODEBUILD_RESOLVED_SOURCE_VERSION}", False),
        ("${A}:${CODEBUILD_BUILD_NUMBER}", "${A}:${CODEBUILD_BUILD_NUMBER}", True),
        ("${A}", "${B}", True),
    ],
)
def test_whether_two_references_can_be_one(first: str, second: str, expected: bool) -> None:
    assert may_be(ref(first), ref(second)) is expected
    assert may_be(ref(second), ref(first)) is expected


@pytest.mark.parametrize(
    ("reference", "repository", "tag"),
    [
        ("app", "app", "latest"),
        ("r:5000/app", "r:5000/app", "latest"),
        ("r:5000/app:1", "r:5000/app", "1"),
        ("${A}:1", "${A}", "1"),
        ("${A}/app:${T}", "${A}/app", "${T}"),
        ("${A}", None, None),
        ("${A}/app", None, None),
    ],
)
def test_repository_and_tag(reference: str, repository: str | None, tag: str | None) -> None:
    parts = Parts(ref(reference))
    assert [part.written if part is not None else None for part in (parts.repository, parts.tag)] == [repository, tag]


def test_images_of_docker_hub_by_name() -> None:
    assert hub_name(ref("node:22")) == hub_name(ref("docker.io/library/node:${V}")) == "node"
    assert hub_name(ref("acme/app@sha256:12")) == "acme/app"
    assert [hub_name(ref(each)) for each in ("own-thing", "ghcr.io/a/b", "${A}", "${A}/b:1")] == [None] * 4


def test_the_lists_name_nothing_twice() -> None:
    facts = table("containers")
    for name, says in facts.items():
        for values in says.values() if isinstance(says, dict) else [says]:
            assert len(values) == len(set(values)), name
    assert facts["official"] == sorted(facts["official"])


def test_a_use_is_told_from_a_function_that_passes_it_on() -> None:
    commands = ['retry() { "$@"; }; retry docker push a; docker push b']
    uses = uses_of(buildspec(written({"build": {"commands": commands}})))
    assert [use.is_named for use in uses] == [False, True]
    assert all(isinstance(use.invocation.node, SimpleCommand) for use in uses)


@pytest.mark.parametrize(
    ("registry", "ecr", "closed"),
    [
        ("1.dkr.ecr.eu-west-1.amazonaws.com", True, True),
        ("${A}.dkr.ecr-fips.${R}.amazonaws.com", True, True),
        ("1.dkr.ecr.cn-north-1.amazonaws.com.cn", True, True),
        ("public.ecr.aws", False, True),
        ("docker.io", False, True),
        ("eu.gcr.io", False, True),
        ("registry-1.eu-west-1.elb.amazonaws.com", False, False),
        ("registry.example.com:5000", False, False),
        ("localhost:5000", False, False),
        ("${A}", False, False),
    ],
)
def test_registries_that_ask_for_a_login(registry: str, ecr: bool, closed: bool) -> None:
    assert (is_ecr(ref(registry)), is_closed(ref(registry))) == (ecr, closed)


def test_whether_two_references_are_one_for_sure() -> None:
    assert is_same(ref("app"), ref("docker.io/library/app:latest"))
    assert is_same(ref("${A}:1"), ref("${A}:1"))
    assert not is_same(ref("?:1"), ref("?:1"))
    assert not is_same(ref("${A}"), ref("${A}:1"))


@pytest.mark.parametrize(
    ("address", "registry"),
    [
        ("http://${A}.dkr.ecr.${R}.amazonaws.com", "${A}.dkr.ecr.${R}.amazonaws.com"),
        ("https://${A}.dkr.ecr.${R}.amazonaws.com/app", "${A}.dkr.ecr.${R}.amazonaws.com"),
        ("https://${A}", "${A}"),
        ("http://ghcr.io/acme", "ghcr.io"),
        ("https://index.docker.io/v1/", "docker.io"),
    ],
)
def test_the_registry_of_an_address(address: str, registry: str) -> None:
    assert server(ref(address)).written == registry


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("curl -fsSL https://download.docker.com/linux/ubuntu/gpg", False),
        ("docker ps # see https://hub.docker.com/_/node", False),
        ("mkdir -p ~/.docker/cli-plugins", False),
        ("cp config.json ~/.docker", True),
        ("ls $HOME/.docker", True),
        ("cd && echo {} > .docker/config.json", True),
    ],
)
def test_texts_that_tell_of_credentials(command: str, expected: bool) -> None:
    assert mentions(buildspec(written({"build": {"commands": [command]}})), "credentials") is expected
