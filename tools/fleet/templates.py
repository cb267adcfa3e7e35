"""The clean buildspecs that a fleet is made from, and the harmless commands between theirs."""

from __future__ import annotations

import re
from functools import cache

Sections = dict[str, tuple[str, ...]]
"""The items of a buildspec by the dotted path of the keys above them, in file order; ``""`` is the top level. An item
is a line and those that are indented below it, without the indentation that the path gives."""

_NODE = """
version: 0.2
phases:
  install:
    runtime-versions:
      nodejs: 24
    commands:
      - npm ci
"""
_JAVA = """
version: 0.2
phases:
  install:
    runtime-versions:
      java: corretto21
"""
_PYTHON = """
version: 0.2
phases:
  install:
    runtime-versions:
      python: 3.13
    commands:
      - pip install -r requirements.txt
"""

_TEXTS: dict[str, str] = {
    "node-tests": _NODE
    + """
  build:
    commands:
      - npm run lint
      - npm test
""",
    "node-package": _NODE
    + """
  build:
    commands:
      - npm test
      - npm run build
      - zip -qr @service@.zip dist
artifacts:
  files:
    - '@service@.zip'
""",
    "node-site": _NODE
    + """
  build:
    commands:
      - npm run build
      - aws s3 sync dist s3://@bucket@ --delete
""",
    "node-cached": _NODE
    + """
  build:
    commands:
      - npm run build
cache:
  paths:
    - /root/.npm/**/*
""",
    "node-reported": _NODE
    + """
  build:
    commands:
      - npm test -- --reporters=jest-junit
reports:
  unit-@service@:
    file-format: JUNITXML
    files:
      - junit.xml
""",
    "python-tests": _PYTHON
    + """
  build:
    commands:
      - pytest --junit-xml=reports/unit.xml
reports:
  unit:
    file-format: JUNITXML
    files:
      - reports/unit.xml
""",
    "python-checks": _PYTHON
    + """
  build:
    commands:
      - ruff check .
      - mypy src
      - pytest -q
""",
    "python-lambda": _PYTHON
    + """
  build:
    commands:
      - pytest -q
      - zip -qr @service@.zip src
      - aws lambda update-function-code --function-name @service@ --zip-file fileb://@service@.zip
""",
    "python-sam": _PYTHON
    + """
  build:
    commands:
      - sam build
      - sam package --s3-bucket @bucket@ --output-template-file packaged.yml
artifacts:
  files:
    - packaged.yml
""",
    "python-stages": """
version: 0.2
env:
  variables:
    STAGE: @stage@
phases:
  install:
    runtime-versions:
      python: 3.13
  pre_build:
    commands:
      - pip install -r requirements.txt
  build:
    commands:
      - make deploy STAGE="$STAGE"
""",
    "java-maven": _JAVA
    + """
  build:
    commands:
      - mvn --batch-mode --no-transfer-progress verify
artifacts:
  files:
    - target/*.jar
cache:
  paths:
    - /root/.m2/**/*
""",
    "java-gradle": _JAVA
    + """
  build:
    commands:
      - ./gradlew --no-daemon check
      - ./gradlew --no-daemon :@service@:assemble
""",
    "java-reported": _JAVA
    + """
  build:
    commands:
      - mvn --batch-mode test
reports:
  @team@:
    files:
      - '**/*'
    base-directory: target/surefire-reports
""",
    "go-service": """
version: 0.2
phases:
  build:
    commands:
      - go vet ./...
      - go test ./...
      - go build -o bin/@service@ ./cmd/@service@
artifacts:
  files:
    - bin/@service@
""",
    "dotnet-service": """
version: 0.2
phases:
  install:
    runtime-versions:
      dotnet: "10.0"
  pre_build:
    commands:
      - dotnet restore
  build:
    commands:
      - dotnet test --no-restore
      - dotnet publish --no-restore --configuration Release --output publish
artifacts:
  base-directory: publish
  files:
    - '**/*'
""",
    "php-tests": """
version: 0.2
phases:
  install:
    runtime-versions:
      php: 8.4
    commands:
      - composer install --no-interaction
  build:
    commands:
      - vendor/bin/phpunit
""",
    "make-only": """
version: 0.2
phases:
  build:
    commands:
      - make
      - make check
""",
    "make-phases": """
version: 0.2
phases:
  install:
    commands:
      - make tools
  pre_build:
    commands:
      - make generate
  build:
    commands:
      - make @service@
  post_build:
    commands:
      - make clean
""",
    "make-finally": """
version: 0.2
phases:
  build:
    on-failure: ABORT
    commands:
      - make test
    finally:
      - echo "The tests of @service@ have ended"
""",
    "block-scripts": """
version: 0.2
phases:
  build:
    commands:
      - |
        set -e
        make @service@
        if [ -d docs ]; then
          make documentation
        fi
      - >-
        make report
        NAME=@service@
        LEVEL=@number@
""",
    "bash-script": """
version: 0.2
env:
  shell: bash
phases:
  build:
    commands:
      - |
        set -euo pipefail
        for part in api web worker; do
          make "$part"
        done
""",
    "container-image": """
version: 0.2
env:
  variables:
    REPOSITORY: @account@.dkr.ecr.@region@.amazonaws.com/@service@
phases:
  pre_build:
    commands:
      - aws ecr get-login-password | docker login --username AWS --password-stdin "$REPOSITORY"
  build:
    commands:
      - docker build --tag "$REPOSITORY:$CODEBUILD_RESOLVED_SOURCE_VERSION" .
      - docker push "$REPOSITORY:$CODEBUILD_RESOLVED_SOURCE_VERSION"
""",
    "container-tests": """
version: 0.2
phases:
  build:
    commands:
      - docker build --tag @service@:tests .
      - docker run --rm @service@:tests make test
""",
    "registry-login": """
version: 0.2
env:
  secrets-manager:
    REGISTRY_TOKEN: @team@/registry:token
phases:
  pre_build:
    commands:
      - echo "$REGISTRY_TOKEN" | docker login --username @team@ --password-stdin registry.example.com
  build:
    commands:
      - docker build --tag registry.example.com/@team@/@service@:$CODEBUILD_BUILD_NUMBER .
      - docker push registry.example.com/@team@/@service@:$CODEBUILD_BUILD_NUMBER
""",
    "stack-deploy": """
version: 0.2
env:
  parameter-store:
    SUBNETS: /@team@/subnets
phases:
  build:
    commands:
      - aws cloudformation validate-template --template-body file://stack.yml
      - >-
        aws cloudformation deploy --stack-name @service@ --template-file stack.yml
        --parameter-overrides "Subnets=$SUBNETS"
""",
    "terraform-checks": """
version: 0.2
phases:
  build:
    commands:
      - terraform -chdir=infra init -input=false -backend=false
      - terraform -chdir=infra validate
      - terraform fmt -check -recursive
""",
    "exported-tag": """
version: 0.2
env:
  exported-variables:
    - IMAGE_TAG
phases:
  build:
    commands:
      - IMAGE_TAG="@service@-$CODEBUILD_BUILD_NUMBER"
      - make image TAG="$IMAGE_TAG"
""",
    "cdk-synth": _NODE
    + """
  build:
    commands:
      - npm run synth -- --output cdk.out
artifacts:
  base-directory: cdk.out
  files:
    - '**/*'
""",
    "batch-graph": """
version: 0.2
batch:
  fast-fail: true
  build-graph:
    - identifier: build_@team@
    - identifier: test_@team@
      depend-on:
        - build_@team@
phases:
  build:
    commands:
      - make
""",
    "batch-list": """
version: 0.2
batch:
  build-list:
    - identifier: linux_@number@
      env:
        compute-type: BUILD_GENERAL1_SMALL
    - identifier: large_@number@
      env:
        compute-type: BUILD_GENERAL1_LARGE
phases:
  build:
    commands:
      - make
      - make test
""",
    "batch-matrix": """
version: 0.2
batch:
  build-matrix:
    dynamic:
      env:
        variables:
          SUITE: [unit, integration, @team@]
phases:
  build:
    commands:
      - make test SUITE="$SUITE"
""",
}

TEMPLATES = tuple(_TEXTS)
"""The names of all clean buildspecs."""
FILLERS = (
    "- echo \"Building @service@\"",
    "- echo 'Äpfel für @team@ – 構建 🚀'",
    "- 'echo \"Team: @team@\"'",
    "- date -u +%FT%TZ",
    "- uname -a",
    "- make prepare-@tool@",
    "- ls -l",
    "- git --version",
    "- mkdir -p build/@tool@",
    "- test -f README.md",
    "- \"make notes-@number@\" # for @team@",
    "- |\n  echo \"Round @number@ of @team@\"",
    "- >-\n  make warm-up\n  PART=@tool@",
    "- aws --version",
    "- export LC_ALL=C.UTF-8",
)  # fmt: skip
"""Commands that are harmless anywhere among those of a phase."""

_KEY = re.compile(r"( *)([\w@-]+):")


@cache
def sections_of(template: str) -> Sections:
    """A clean buildspec, taken apart. Raises KeyError for a name that no template has."""
    path: list[str] = []
    found: dict[str, list[str]] = {}
    depth = -1  # of the item that the last line belongs to
    for line in filter(None, _TEXTS[template].split("\n")):
        indent = len(line) - len(line.lstrip())
        if indent > depth >= 0:
            found[".".join(path)][-1] += f"\n{line[depth:]}"
            continue
        key = _KEY.fullmatch(line)
        del path[indent // 2 :]
        if key is not None:
            path.append(key[2])
            depth = -1
        else:
            found.setdefault(".".join(path), []).append(line[indent:])
            depth = indent
    return {where: tuple(items) for where, items in found.items()}
