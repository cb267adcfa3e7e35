"""What scripts tell CodeBuild with the AWS CLI."""

from __future__ import annotations

from typing import Any

import pytest

from cblint.hosts.definition import BUILDSPEC, PROJECT, WEBHOOK, Definition
from cblint.hosts.script import read
from cblint.hosts.shorthand import shorthand
from cblint.source.foreign import Items, Settings, Unknown, is_complete, is_known
from cblint.source.text import HOLE, Text
from cblint.source.tree import Mapping, Node, Scalar, Sequence
from tests.helpers import child


def found(source: str) -> list[Definition]:
    """The definitions of a script."""
    file = read(Text.of(source))
    return list(file.definitions) if file is not None else []


def one(source: str) -> Definition:
    """The only definition of a script."""
    (definition,) = found(source)
    return definition


def plain(node: Node | None) -> Any:
    """A node as plain data; what is not known is None."""
    target = node.resolved if node is not None else None
    if isinstance(target, Mapping):
        return {pair.name: plain(pair.value) for pair in target.pairs}
    if isinstance(target, Sequence):
        return [plain(item) for item in target.items]
    return target.value if isinstance(target, Scalar) else None


def written(source: str, definition: Definition, *names: str) -> str:
    """The characters of the file at which a setting stands."""
    return source[slice(*child(definition.root, *names).span)]


@pytest.mark.parametrize(
    "source",
    [
        "",
        "aws codebuild",
        "aws codebuild list-projects",
        "aws s3 cp codebuild create-project",
        "codebuild create-project --name a",
        "aws codebuild create-project --generate-cli-skeleton",
        "aws codebuild create-project",
        "aws codebuild start-build --project-name app",
        "echo 'aws codebuild create-project --name a'",
        "# aws codebuild create-project --name a",
        "aws codebuild create-webhook --region eu-west-1",
        "aws $SERVICE create-project --name codebuild",
    ],
)
def test_what_defines_nothing(source: str) -> None:
    assert found(source) == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("--name app --source", {"name": "app"}),
        ("--name app --source '{'", {"name": "app", "source": None}),
        ("--name app --source type", {"name": "app", "source": None}),
        ("--source file://source.json", {"source": None}),
        ("--source $SOURCE", {"source": None}),
        ('--source "$(cat source.json)"', {"source": None}),
        ("--tags '" + "[" * 300 + "'", {"tags": None}),
        ("--region eu-west-1 --output json --name=app", {"name": "app"}),
        ("--badge-enabled --name app", {"badgeEnabled": "true", "name": "app"}),
        ("--no-badge-enabled", {"badgeEnabled": "false"}),
        ("--tags key=a,value=b key=c,value=d", {"tags": [{"key": "a", "value": "b"}, {"key": "c", "value": "d"}]}),
        ('--tags \'[{"key": "a"}]\'', {"tags": [{"key": "a"}]}),
        ('--cli-input-json \'{"name": "a", "serviceRole": "b"}\' --name c', {"serviceRole": "b", "name": "c"}),
        ("--name a --unknown-option b", {"name": "a"}),
    ],
)
def test_arguments(arguments: str, expected: dict[str, Any]) -> None:
    assert plain(one(f"aws codebuild create-project {arguments}\n").root) == expected


@pytest.mark.parametrize(
    "start",
    [
        "aws --region eu-west-1 codebuild",
        "sudo aws codebuild",
        "X=1 /usr/bin/aws codebuild",
        "if true; then aws codebuild",
    ],
)
def test_ways_to_call_it(start: str) -> None:
    source = f"{start} create-project --name app --service-role r" + ("; fi" if start.startswith("if") else "")
    definition = one(source)
    assert (definition.kind, definition.name, definition.fragment) == (PROJECT, "app", False)
    assert definition.conditional == start.startswith("if")
    assert source[slice(*definition.place)] == "app"


def test_places_in_shorthand_and_json() -> None:
    source = (
        "aws codebuild create-project --name app \\\n"
        "  --source type=GITHUB,location=https://x/y \\\n"
        '  --environment \'{"type": "LINUX_CONTAINER",\n    "image": "a\\u0062c"}\' \\\n'
        '  --artifacts "{\\"type\\": \\"S3\\", \\"location\\": \\"$BUCKET/x\\"}"\n'
    )
    definition = one(source)
    assert written(source, definition, "source", "location") == "https://x/y"
    assert written(source, definition, "environment", "image") == '"a\\u0062c"'
    assert plain(child(definition.root, "environment", "image")) == "abc"
    assert plain(child(definition.root, "artifacts", "location")) == f"{HOLE}/x"
    assert not is_known(child(definition.root, "artifacts", "location"))
    assert written(source, definition, "artifacts", "type") == '\\"S3\\"'
    pair = definition.root.resolved
    assert isinstance(pair, Mapping)
    assert source[slice(*pair.pairs[1].key.span)] == "--source"


def test_a_build_is_what_it_says_of_its_project() -> None:
    source = (
        "aws codebuild start-build --project-name app --source-version main --privileged-mode-override \\\n"
        "  --image-override img --buildspec-override 'version: 0.2\nphases: {}' --idempotency-token x \\\n"
        "  --environment-variables-override name=A,value=1,type=PLAINTEXT name=B,value=$B\n"
    )
    definition = one(source)
    assert (definition.kind, definition.name, definition.fragment) == (PROJECT, "app", True)
    assert plain(definition.root) == {
        "name": "app",
        "sourceVersion": "main",
        "environment": {
            "privilegedMode": "true",
            "image": "img",
            "environmentVariables": [{"name": "A", "value": "1", "type": "PLAINTEXT"}, {"name": "B", "value": None}],
        },
        "source": {"buildspec": "version: 0.2\nphases: {}"},
    }
    buildspec = child(definition.root, "source", "buildspec")
    assert isinstance(buildspec, Scalar)
    assert buildspec.text.span(0, 7) == (source.index("version: 0"), source.index("version: 0") + 7)
    environment = child(definition.root, "environment")
    assert isinstance(environment, Settings)
    assert not environment.complete


def test_webhooks() -> None:
    source = (
        """aws codebuild create-webhook --project-name app --filter-groups '[[{"type": "EVENT", "pattern": "PUSH"}]]'"""
    )
    definition = one(source)
    assert (definition.kind, definition.name, definition.fragment) == (WEBHOOK, "app", False)
    assert plain(child(definition.root, "filterGroups")) == [[{"type": "EVENT", "pattern": "PUSH"}]]


def test_what_is_not_known_may_add_to_the_request() -> None:
    for arguments in ('"$@"', "$OPTIONS", "--cli-input-json file:///dev/stdin"):
        definition = one(f"aws codebuild create-project --name app {arguments}")
        assert isinstance(definition.root, Settings)
        assert not definition.root.complete
        assert definition.fragment
    variables = one('aws codebuild start-build --project-name a --environment-variables-override "${LIST[@]}"')
    assert not is_known(child(variables.root, "environment", "environmentVariables"))
    some = one('aws codebuild start-build --project-name a --environment-variables-override name=A,value=b "$@"')
    items = child(some.root, "environment", "environmentVariables")
    assert isinstance(items, Items)
    assert not items.complete


def test_files_that_the_script_writes() -> None:
    source = (
        "cat > project.json <<EOF\n"
        '{"name": "app", "serviceRole": "$ROLE", "source": {"type": "S3"}, "artifacts": {}, "environment": {}}\n'
        "EOF\n"
        "aws codebuild create-project --cli-input-json file://project.json\n"
    )
    definition = one(source)
    assert (definition.name, definition.fragment) == ("app", False)
    assert not is_known(child(definition.root, "serviceRole"))
    assert written(source, definition, "source", "type") == '"S3"'


def test_buildspecs_that_the_script_writes() -> None:
    spec = "version: 0.2\nphases: {build: {commands: [echo $A]}}\n"
    quoted = one(f"cat <<'EOF' >ci/buildspec.yml\n{spec}EOF\n")
    assert quoted.kind == BUILDSPEC
    assert isinstance(quoted.root, Scalar)
    assert quoted.root.value == spec
    expanded = one(f"tee buildspec.yml <<EOF\n{spec}EOF\n")
    assert isinstance(expanded.root, Scalar)
    assert expanded.root.value == spec.replace("$A", HOLE)
    given = one(
        f"cat >buildspec.yml <<'EOF'\n{spec}EOF\n"
        "aws codebuild start-build --project-name a --buildspec-override file://buildspec.yml\n"
    )
    assert plain(child(given.root, "source", "buildspec")) == spec
    twice = f"cat >buildspec.yml <<'EOF'\n{spec}EOF\n"
    assert found(twice * 2) == found(twice * 3) == []
    assert found(f"cat >>buildspec.yml <<'EOF'\n{spec}EOF\n") == []
    assert found(f"cat >buildspec.txt <<'EOF'\n{spec}EOF\n") == []


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("type=S3,location=b/x:y", {"type": "S3", "location": "b/x:y"}),
        ("a=1,2,b=3", {"a": ["1", "2"], "b": "3"}),
        ("a=,b=", {"a": "", "b": ""}),
        ("a = b , c = d ", {"a": "b", "c": "d"}),
        ("a=b\\,c", {"a": "b,c"}),
        ("a=b=c", {"a": "b=c"}),
        ("a=\"q\\\"r,\",b='s\\'t'", {"a": 'q"r,', "b": "s't"}),
        ("a=[x,{b=c}],d={e=[f],},g={}", {"a": ["x", {"b": "c"}], "d": {"e": ["f"]}, "g": {}}),
        (f"a={HOLE},b={HOLE}x", {"a": None, "b": f"{HOLE}x"}),
        ("", None),
        ("a", None),
        ("=", None),
        ("a=[", None),
        ("a={b=c", None),
        ("a='b", None),
        ("a=b}", None),
        ("a=it's", None),
        ("a=" + "[" * 1000, None),
        ("a=" + "{a=" * 1000, None),
    ],
)
def test_shorthand(word: str, expected: Any) -> None:
    assert plain(shorthand(Text.of(word))) == expected


def test_places_of_shorthand() -> None:
    text = Text.of("type=S3,name='a,b',list=x, y", 50)
    settings = shorthand(text)
    assert settings is not None
    assert [tuple(pair.key.span) for pair in settings.pairs] == [(50, 54), (58, 62), (69, 73)]
    assert [tuple(pair.value.span) for pair in settings.pairs] == [(55, 57), (63, 68), (74, 78)]
    assert isinstance(shorthand(Text.of(f"a={HOLE}")), Settings)
    hole = child(shorthand(Text.of(f"a={HOLE}")) or settings, "a")
    assert isinstance(hole, Unknown)


START = 'aws codebuild start-build --project-name app --image-override "$IMAGE"'


@pytest.mark.parametrize(
    "source",
    [
        f"{START}\nIMAGE=a",
        f"IMAGE=a\nIMAGE=b\n{START}",
        f"IMAGE=a\nIMAGE+=b\n{START}",
        f"if x; then IMAGE=a; fi\n{START}",
        f"x && IMAGE=a\n{START}",
        f"IMAGE=a &\n{START}",
        f"(IMAGE=a)\n{START}",
        f"f() {{ IMAGE=a; }}\n{START}",
        f"for IMAGE in a; do {START}; done",
        f"IMAGE=a\nread -r IMAGE\n{START}",
        f"IMAGE=a\nunset IMAGE\n{START}",
        f"IMAGE=a\n. ./settings\n{START}",
        f"IMAGE=a\n: ${{IMAGE:=b}}\n{START}",
        f"IMAGE=(a b)\n{START}",
        f"IMAGE=1\n((IMAGE++))\n{START}",
        f"IMAGE=1\necho $((IMAGE += 1))\n{START}",
        f"IMAGE=a x\n{START}",
        f"IMAGE=$(x)\n{START}",
        f"IMAGE=$OTHER\n{START}",
    ],
)
def test_variables_that_may_hold_something_else(source: str) -> None:
    definition = one(source)
    assert isinstance(child(definition.root, "environment", "image"), Unknown)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("IMAGE=a", "a"),
        ("export IMAGE='a'", "a"),
        ("readonly IMAGE=a", "a"),
        (". ./settings\nIMAGE=a", "a"),
        ("TAG=7\nIMAGE=a:$TAG", "a:7"),
        ('IMAGE="a:$TAG"', f"a:{HOLE}"),
        ("IMAGE=$(cat <<END\na\nEND\n)", "a"),
    ],
)
def test_variables_that_hold_one_text(given: str, value: str) -> None:
    source = f"{given}\n{START}"
    image = child(one(source).root, "environment", "image")
    assert plain(image) == value
    assert isinstance(image, Scalar)
    assert source[image.text.offset(0)] == "a"


def test_json_in_variables() -> None:
    source = (
        'VARIABLES=\'[{"name": "A", "value": "b"}]\'\n'
        'ENVIRONMENT=$(cat <<EOF\n{"image": "$IMAGE",\n "environmentVariables": $VARIABLES}\nEOF\n)\n'
        'aws codebuild create-project --name app --environment "$ENVIRONMENT"\n'
        "aws codebuild create-project --name app --environment $ENVIRONMENT\n"
    )
    whole, split = found(source)
    assert plain(child(whole.root, "environment")) == {
        "image": HOLE,
        "environmentVariables": [{"name": "A", "value": "b"}],
    }
    assert isinstance(child(split.root, "environment"), Unknown)
    variables = child(whole.root, "environment", "environmentVariables")
    assert isinstance(variables, Sequence)
    assert source[slice(*child(variables.items[0], "value").span)] == '"b"'


def test_values_that_double_are_not_put_together() -> None:
    doubled = "".join(f"V{number}=$V{number - 1}$V{number - 1}\n" for number in range(1, 60))
    definition = one(f"V0=ab\n{doubled}aws codebuild start-build --project-name app --image-override $V59")
    assert isinstance(child(definition.root, "environment", "image"), Node)


def test_what_is_put_into_a_list_can_be_several_items() -> None:
    for items, complete in (("'$A'", False), ('{"name": "\'$A\'"}', True), ('{"name": "A"}, \'$A\'', False)):
        definition = one(f"aws codebuild start-build --project-name a --environment-variables-override '[{items}]'")
        assert is_complete(child(definition.root, "environment", "environmentVariables")) == complete
