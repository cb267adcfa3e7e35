"""Rebuilds the tables that are taken from AWS's own sources, and prints what has changed.

python -m tools.refresh_facts --images CHECKOUT     rules/facts/runtimes.yml, from aws/aws-codebuild-docker-images
python -m tools.refresh_facts --service MODEL       rules/facts/service.yml, from botocore's service-2.json of CodeBuild
                              --write               write the tables; else only print the difference (status 1)

The checkout may be a bare repository. Both are read as they are: nothing in them is run.
"""

from __future__ import annotations

import argparse
import difflib
import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import yaml

from cblint.facts.sources import ROOT, read_yaml

FACTS = os.path.join(ROOT, "facts")

# What a Dockerfile does to bring a program, where its name among the packages or the files under bin/ does not say it.
BROUGHT = {
    "aws": r"awscli-exe-linux",
    "sam": r"aws-sam-cli-linux|sam --version",
    "git": r"GIT_VERSION=|git-\$GIT_VERSION",
    "docker": r"docker-\$\{DOCKER_VERSION\}\.tgz",
    "docker-compose": r"docker-compose",
    "eksctl": r"eksctl_Linux",
    "pack": r"\(PACK_VERSION|PACK_VERSION=",
    "gh": r"cli\.github\.com/packages",
    "google-chrome": r"google-chrome-stable",
    "chromedriver": r"chromedriver",
    "firefox": r"firefox",
    "pwsh": r"POWERSHELL_VERSION",
    "mvn": r"MAVEN_VERSION",
    "gradle": r"GRADLE_VERSION",
    "ant": r"ANT_VERSION",
    "sbt": r"SBT_VERSION",
    "composer": r"filename=composer",
    "stunnel": r"STUNNEL_VERSION",
    "yarn": r"npm install[^&]* yarn",
    "grunt": r"npm install[^&]* grunt",
    "webpack": r"npm install[^&]* webpack",
    "pipenv": r"pip3? install[^&]* pipenv",
    "virtualenv": r"pip3? install[^&]* virtualenv",
    "gitversion": r"GitVersion\.Tool",
}
# Packages that bring a program of the same name, or of these.
PACKAGES = {
    **{
        name: (name,)
        for name in (
            *("autoconf", "automake", "bison", "brotli", "bzip2", "cmake", "curl", "expect", "file", "flex", "gettext"),
            *("git-lfs", "gzip", "imagemagick", "jq", "less", "m4", "make", "mediainfo", "mercurial", "openssl"),
            *("parallel", "patch", "patchelf", "pigz", "rpm", "rsync", "shellcheck", "sshpass", "sudo", "swig", "tar"),
            *("telnet", "unzip", "upx", "vim", "wget", "which", "xmlto", "yq", "zip", "ftp", "aria2", "dpkg", "gnupg"),
            *("tcl", "time", "gcc", "g++"),
        )
    },
    "gettext": ("envsubst", "gettext"),
    "gettext-base": ("envsubst",),
    "build-essential": ("gcc", "g++", "make"),
    "netcat": ("nc", "netcat"),
    "netcat-openbsd": ("nc", "netcat"),
    "procps": ("ps", "pkill"),
    "procps-ng": ("ps", "pkill"),
    "sqlite3": ("sqlite3",),
    "subversion": ("svn",),
    "mercurial": ("hg",),
    "imagemagick": ("convert",),
    "xvfb": ("Xvfb", "xvfb-run"),
    "xorg-x11-server-Xvfb": ("Xvfb", "xvfb-run"),
    "openssh-client": ("ssh", "scp", "ssh-keyscan"),
    "openssh-clients": ("ssh", "scp", "ssh-keyscan"),
    "p7zip-full": ("7z",),
    "amazon-ecr-credential-helper": ("docker-credential-ecr-login",),
    "aria2": ("aria2c",),
    "gnupg2": ("gpg",),
    "gnupg": ("gpg",),
    "runfinch-finch": ("finch",),
    "zip": ("zip",),
    "upx": ("upx",),
}
_FOLDERS = (
    (r"(?:unsupported_images/)?ubuntu/standard/(?P<tag>[\d.]+)", "aws/codebuild/standard:{tag}"),
    (r"al/(?P<arch>\w+)/standard/(?P<tag>[\w.]+)", "aws/codebuild/amazonlinux-{arch}-standard:{tag}"),
    (
        r"unsupported_images/al2/(?P<arch>\w+)/standard/(?P<tag>[\w.]+)",
        "aws/codebuild/amazonlinux2-{arch}-standard:{tag}",
    ),
    (r"al-lambda/(?P<arch>\w+)/(?P<tag>[\w.]+)", "aws/codebuild/amazonlinux-{arch}-lambda-standard:{tag}"),
)
"""Where the Dockerfile of an image stands, and how CodeBuild calls the image."""
_NEWEST = "default"
"""The entry among the versions of a runtime that installs any other."""
_MAINTAINED = r"^\+ \[[^\]]*\]\(([\w./-]+)\)"
_ENUMERATIONS = {
    "environment-types": "EnvironmentType",
    "compute-types": "ComputeType",
    "source-types": "SourceType",
    "artifacts-types": "ArtifactsType",
    "artifact-packagings": "ArtifactPackaging",
    "artifact-namespaces": "ArtifactNamespace",
    "cache-types": "CacheType",
    "cache-modes": "CacheMode",
    "variable-types": "EnvironmentVariableType",
    "image-pull-credentials": "ImagePullCredentialsType",
    "report-types": "ReportType",
    "build-statuses": "StatusType",
}


class Checkout(NamedTuple):
    """A git repository, with a work tree or bare, read at its newest commit."""

    path: str

    def git(self, *arguments: str) -> str:
        """What git prints."""
        return subprocess.run(
            ["git", "-C", self.path, *arguments], check=True, capture_output=True, encoding="utf-8"
        ).stdout

    def files(self) -> list[str]:
        """The paths of all files."""
        return self.git("ls-tree", "-r", "--name-only", "HEAD").splitlines()

    def text(self, path: str) -> str:
        """The text of a file."""
        return self.git("show", f"HEAD:{path}")


def images(checkout: Checkout) -> str:
    """The table of what the images repository says."""
    files = checkout.files()
    commit, date = checkout.git("log", "-1", "--format=%h %cs").split()
    maintained = set(re.findall(_MAINTAINED, checkout.text("README.md"), re.MULTILINE))
    lines = [
        "# What is in CodeBuild's own images. Made by tools/refresh_facts.py; do not edit.",
        f"# Source: aws/aws-codebuild-docker-images at {commit} ({date}): runtimes.yml and Dockerfile of each",
        "# image, and the list of those that are maintained in its README. `others`: another version is installed on",
        "# demand (a `default` entry). `tools`: of the programs that builds ask for, those that a Dockerfile brings.",
        f'source: {{repository: aws/aws-codebuild-docker-images, commit: "{commit}", date: "{date}"}}',
        "# Images of before 2019 that are named by their language, as aws/codebuild/python:3.6.5.",
        *_wrapped("of-one-language", sorted(_of_one_language(files))),
        "images:",
    ]
    for folder, name in sorted(_image_folders(files), key=lambda pair: _rank(pair[1])):
        lines += _image(checkout, folder, name, folder in maintained, f"{folder}/runtimes.yml" in files)
    return "\n".join(lines) + "\n"


def _image_folders(files: Iterable[str]) -> Iterator[tuple[str, str]]:
    for file in files:
        folder, _, last = file.rpartition("/")
        for pattern, name in _FOLDERS if last == "Dockerfile" else ():
            match = re.fullmatch(pattern, folder)
            if match is not None:
                yield folder, name.format(**match.groupdict())


def _rank(name: str) -> tuple[str, list[int | str]]:
    """The families in alphabetical order, the newest version first."""
    family, _, tag = name.partition(":")
    return family, [-int(part) if part.isdigit() else part for part in re.split(r"(\d+)", tag)]


def _of_one_language(files: Iterable[str]) -> set[str]:
    found = (re.match(r"unsupported_images/([\w-]+)/[^/]+/Dockerfile$", file) for file in files)
    return {f"aws/codebuild/{match[1]}" for match in found if match is not None}


def _image(checkout: Checkout, folder: str, name: str, is_maintained: bool, has_runtimes: bool) -> list[str]:
    source = checkout.text(f"{folder}/Dockerfile")
    base = re.search(r"(?m)^FROM +(\S+)", source)
    docker = re.search(r"\bDOCKER_VERSION=\"?([\d.]+)", source)
    compose = re.search(r"\bDOCKER_COMPOSE_VERSION=\"?([\d.]+)", source)
    lines = [
        f"  {name}:",
        f"    base: {base[1] if base is not None else ''}",
        f"    maintained: {str(is_maintained).lower()}",
    ]
    if docker is not None:
        lines.append(f"    docker: {{engine: {docker[1]}{f', compose: {compose[1]}' if compose is not None else ''}}}")
    version = aws_cli(source)
    if version is not None:
        lines.append(f"    aws-cli: {version}")
    lines += _wrapped("    tools", sorted(tools(source)))
    # The versions as text: 3.10 is no number.
    read = (
        yaml.load(checkout.text(f"{folder}/runtimes.yml"), Loader=yaml.BaseLoader) if has_runtimes else {"runtimes": {}}
    )
    lines.append("    runtimes:" + ("" if read["runtimes"] else " {}"))
    for runtime, says in sorted(read["runtimes"].items()):
        lines.append(f"      {runtime}: {_runtime(says['versions'])}")
    return lines


def _runtime(versions: dict[str, Any]) -> str:
    known = [f'"{version}"' for version in versions if version != _NEWEST]
    fields = [f"versions: [{', '.join(known)}]", f"others: {str(_NEWEST in versions).lower()}"]
    needed = {
        version: ", ".join(f"{name}: [{', '.join(each)}]" for name, each in says["requires"].items())
        for version, says in versions.items()
        if isinstance(says, dict) and says.get("requires")
    }
    if needed:
        fields.append("requires: {" + ", ".join(f'"{version}": {{{each}}}' for version, each in needed.items()) + "}")
    return "{" + ", ".join(fields) + "}"


def tools(dockerfile: str) -> set[str]:
    """The programs that a Dockerfile is seen to bring: of many that are there, those that builds ask for."""
    text = re.sub(r"(?m)^\s*#.*\n?", "", dockerfile)
    joined = re.sub(r"\\\s*\n", " ", text)
    found = {name for name, pattern in BROUGHT.items() if re.search(pattern, joined)}
    for packages in re.findall(r"(?:apt-get|apt|yum|dnf)\s+(?:-\S+\s+)*install\s+([^&|;\n]*)", joined):
        for package in packages.split():
            found.update(PACKAGES.get(package.lower() if package.lower() in PACKAGES else package, ()))
    found.update(re.findall(r"/usr/local/bin/([a-z][a-z0-9-]*)(?=\s)", joined))
    return {name for name in found if name not in ("dind", "dotnet-install.sh")}


def aws_cli(dockerfile: str) -> int | None:
    """The version of the AWS CLI that a Dockerfile brings; None if it brings none."""
    if re.search(BROUGHT["aws"], dockerfile):
        return 2
    return 1 if re.search(r"pip3? install[^&\n]* awscli\b", dockerfile) else None


def _wrapped(key: str, names: list[str], width: int = 116) -> list[str]:
    one = f"{key}: {_flow(names)}"
    if len(one) <= width:
        return [one]
    lines, indent = (
        [
            f"{key}:",
        ],
        " " * (len(key) - len(key.lstrip()) + 2),
    )
    current = indent + "["
    for number, name in enumerate(names):
        piece = name + ("," if number < len(names) - 1 else "]")
        if len(current) + len(piece) + 1 > width:
            lines.append(current.rstrip())
            current = indent + " "
        current += piece + " "
    return [*lines, current.rstrip()]


def _flow(names: Iterable[str]) -> str:
    return f"[{', '.join(names)}]"


def service(path: str) -> str:
    """The table of what the model of the service's API says."""
    with open(path, "rb") as file:
        data = file.read()
    model = json.loads(gzip.decompress(data) if path.endswith(".gz") else data)
    lines = [
        "# The values that CodeBuild's API takes. Made by tools/refresh_facts.py; do not edit.",
        f"# Source: the service model of CodeBuild, version {model['metadata']['apiVersion']}, as botocore carries it.",
        f'source: {{model: codebuild, version: "{model["metadata"]["apiVersion"]}"}}',
    ]
    for name, shape in _ENUMERATIONS.items():
        lines += _wrapped(name, model["shapes"][shape]["enum"])
    return "\n".join(lines) + "\n"


def difference(name: str, text: str) -> list[str]:
    """How a table of rules/facts differs from what it should hold."""
    path = os.path.join(FACTS, f"{name}.yml")
    old = ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            old = file.read()
    return list(
        difflib.unified_diff(old.splitlines(), text.splitlines(), f"rules/facts/{name}.yml", "rebuilt", lineterm="")
    )


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.refresh_facts", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--images", metavar="CHECKOUT", help="a clone of aws/aws-codebuild-docker-images")
    parser.add_argument("--service", metavar="MODEL", help="botocore/data/codebuild/2016-10-06/service-2.json(.gz)")
    parser.add_argument("--write", action="store_true", help="write the tables")
    given = parser.parse_args(arguments)
    tables = {}
    if given.images:
        tables["runtimes"] = images(Checkout(given.images))
    if given.service:
        tables["service"] = service(given.service)
    if not tables:
        parser.error("nothing to read: give --images or --service")
    changed = False
    for name, text in tables.items():
        lines = difference(name, text)
        changed = changed or bool(lines)
        sys.stdout.writelines(f"{line}\n" for line in lines)
        if given.write:
            with open(os.path.join(FACTS, f"{name}.yml"), "w", encoding="utf-8") as file:
                file.write(text)
            assert read_yaml(os.path.join(FACTS, f"{name}.yml"))
    return 1 if changed and not given.write else 0


if __name__ == "__main__":
    sys.exit(main())
