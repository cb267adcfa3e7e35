"""Rebuilds the tables of rules/facts that are taken from AWS's own sources, and prints what has changed.

python -m tools.refresh_facts --images CHECKOUT     runtimes.yml and offered.yml, from aws/aws-codebuild-docker-images
python -m tools.refresh_facts --service MODEL       service.yml and the schema of a project, from botocore's
                                                    service-2.json of CodeBuild
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
from tools.project_schema import schema

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


class _Offer(NamedTuple):
    """What all images together have of a runtime: its versions, and those of images that are maintained."""

    versions: dict[str, bool]
    others: set[bool]
    requires: dict[str, dict[str, list[str]]]


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

    def source(self) -> str:
        """Where a table comes from, as its first line says it."""
        commit, date = self.git("log", "-1", "--format=%h %cs").split()
        return f'source: {{repository: aws/aws-codebuild-docker-images, commit: "{commit}", date: "{date}"}}'

    def maintained(self) -> set[str]:
        """The folders of the images that the README lists as maintained."""
        return set(re.findall(_MAINTAINED, self.text("README.md"), re.MULTILINE))

    def runtimes(self, folder: str) -> dict[str, Any]:
        """``runtimes`` of the runtimes.yml in a folder; the versions as text: 3.10 is no number."""
        read: dict[str, Any] = yaml.load(self.text(f"{folder}/runtimes.yml"), Loader=yaml.BaseLoader)
        return read["runtimes"]  # type: ignore[no-any-return]


def images(checkout: Checkout) -> str:
    """The table of what the images repository says."""
    files = checkout.files()
    maintained = checkout.maintained()
    lines = [
        "# What is in CodeBuild's own images. Made by tools/refresh_facts.py; do not edit.",
        "# From runtimes.yml and the Dockerfile of each image, and the README's list of those that are maintained.",
        "# `others`: another version is installed on demand (a `default` entry). `tools`: of the programs that builds",
        "# ask for, those that a Dockerfile brings.",
        checkout.source(),
        "# Images of before 2019 that are named by their language, as aws/codebuild/python:3.6.5.",
        *_wrapped("of-one-language", sorted(_of_one_language(files))),
        "images:",
    ]
    for folder, name in _in_order(files):
        lines += _image(checkout, folder, name, folder in maintained, f"{folder}/runtimes.yml" in files)
    return "\n".join(lines) + "\n"


def offered(checkout: Checkout) -> str:
    """The table of what all images together offer to choose: small, as most buildspecs ask for it."""
    files = checkout.files()
    maintained = checkout.maintained()
    found: dict[str, _Offer] = {}
    for folder, _ in _in_order(files):
        if f"{folder}/runtimes.yml" in files:
            for runtime, says in checkout.runtimes(folder).items():
                _gather(found.setdefault(runtime, _Offer({}, set(), {})), says["versions"], folder in maintained)
    lines = [
        "# What `runtime-versions` can choose on some image. Made by tools/refresh_facts.py; do not edit.",
        "# `others`: maintained images install other versions on demand. `left`: versions that only images have which",
        "# are not maintained any more.",
        checkout.source(),
        "runtimes:",
    ]
    for runtime, offer in sorted(found.items()):
        left = [version for version, is_maintained in offer.versions.items() if not is_maintained]
        lines += [f"  {runtime}:", f"    others: {str(True in offer.others).lower()}"]
        lines += _wrapped("    versions", [f'"{version}"' for version in sorted(offer.versions, key=_newest_first)])
        lines += _wrapped("    left", [f'"{version}"' for version in sorted(left, key=_newest_first)])
        lines += [f"    requires: {_needed(offer.requires)}"] if offer.requires else []
    return "\n".join(lines) + "\n"


def _gather(offer: _Offer, versions: dict[str, Any], is_maintained: bool) -> None:
    """Add what one image has of a runtime."""
    if _NEWEST in versions:
        offer.others.add(is_maintained)
    for version in versions:
        if version != _NEWEST:
            offer.versions[version] = offer.versions.get(version, False) or is_maintained
    for version, says in _requires(versions).items():
        for name, needed in says.items():
            known = offer.requires.setdefault(version, {}).setdefault(name, [])
            known += [each for each in needed if each not in known]


def _requires(versions: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """What versions need of other runtimes."""
    return {
        version: says["requires"]
        for version, says in versions.items()
        if isinstance(says, dict) and says.get("requires")
    }


def _needed(requires: dict[str, dict[str, list[str]]]) -> str:
    each = (
        f'"{version}": {{{", ".join(f"{name}: {_flow(versions)}" for name, versions in says.items())}}}'
        for version, says in requires.items()
    )
    return f"{{{', '.join(each)}}}"


def _in_order(files: Iterable[str]) -> list[tuple[str, str]]:
    """The folders and names of images."""
    return sorted(_image_folders(files), key=lambda pair: _rank(pair[1]))


def _newest_first(version: str) -> list[int | str]:
    return _rank(f":{version}")[1]


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
    read = checkout.runtimes(folder) if has_runtimes else {}
    lines.append("    runtimes:" + ("" if read else " {}"))
    for runtime, says in sorted(read.items()):
        lines.append(f"      {runtime}: {_runtime(says['versions'])}")
    return lines


def _runtime(versions: dict[str, Any]) -> str:
    known = [f'"{version}"' for version in versions if version != _NEWEST]
    fields = [f"versions: [{', '.join(known)}]", f"others: {str(_NEWEST in versions).lower()}"]
    requires = _requires(versions)
    if requires:
        fields.append(f"requires: {_needed(requires)}")
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
    return 1 if re.search(r"pip3? install[^&\n]* awscli(?![\w-])", dockerfile) else None


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


def model_of(path: str) -> dict[str, Any]:
    """The model of the service's API, from a file that may be compressed."""
    with open(path, "rb") as file:
        data = file.read()
    model: dict[str, Any] = json.loads(gzip.decompress(data) if path.endswith(".gz") else data)
    return model


def service(model: dict[str, Any]) -> str:
    """The table of what the model of the service's API says."""
    lines = [
        "# The values that CodeBuild's API takes. Made by tools/refresh_facts.py; do not edit.",
        f"# Source: the service model of CodeBuild, version {model['metadata']['apiVersion']}, as botocore carries it.",
        f'source: {{model: codebuild, version: "{model["metadata"]["apiVersion"]}"}}',
    ]
    for name, shape in _ENUMERATIONS.items():
        lines += _wrapped(name, model["shapes"][shape]["enum"])
    return "\n".join(lines) + "\n"


def difference(name: str, text: str) -> list[str]:
    """How a file below rules/ differs from what it should hold."""
    path = os.path.join(ROOT, name)
    old = ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            old = file.read()
    return list(difflib.unified_diff(old.splitlines(), text.splitlines(), f"rules/{name}", "rebuilt", lineterm=""))


def _is_repository(path: str) -> bool:
    return subprocess.run(["git", "-C", path, "rev-parse", "HEAD"], capture_output=True).returncode == 0


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
    if given.images and not _is_repository(given.images):
        parser.error(f"{given.images} is no git repository")
    if given.service and not os.path.isfile(given.service):
        parser.error(f"{given.service} is no file")
    if given.images:
        tables["facts/runtimes.yml"] = images(Checkout(given.images))
        tables["facts/offered.yml"] = offered(Checkout(given.images))
    if given.service:
        model = model_of(given.service)
        tables["facts/service.yml"] = service(model)
        tables["schema/project.schema.json"] = json.dumps(schema(model), indent=2) + "\n"
    if not tables:
        parser.error("nothing to read: give --images or --service")
    changed = False
    for name, text in tables.items():
        lines = difference(name, text)
        changed = changed or bool(lines)
        sys.stdout.writelines(f"{line}\n" for line in lines)
        if not lines:
            print(f"rules/{name} is as it should be")
        if given.write:
            with open(os.path.join(ROOT, name), "w", encoding="utf-8") as file:
                file.write(text)
            assert read_yaml(os.path.join(ROOT, name))
    return 1 if changed and not given.write else 0


if __name__ == "__main__":
    sys.exit(main())
