"""What ``cblint explain`` prints of the tables: build images, environment variables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cblint.facts import table
from cblint.facts.images import Image, Runtime, all_images, image_of, is_of_one_language, other_names
from cblint.facts.runtimes import ended
from cblint.report.serialise import serialised
from cblint.report.wrapping import row
from cblint.spelling import hint

VERSION = 1
_OF_CODEBUILD = "aws/codebuild/"
_STATUS = {
    "current": "maintained",
    "unmaintained": "no longer maintained",
    "unsupported": "no longer supported",
    "gone": "no longer in the documentation",
}
_SHELLS = {
    "dash": "/bin/sh, which is dash, unless env.shell says otherwise",
    "bash-as-sh": "/bin/sh, which is bash, unless env.shell says otherwise",
    "powershell": "PowerShell, unless env.shell says otherwise",
}
_CAUTION = (
    "someone who may only open a pull request can choose the text: write it in double quotes, and let no shell read it "
    "as a command"
)


class NotKnown(Exception):
    """The table does not have it; ``str()`` is a sentence with a suggestion."""


def image_text(name: str) -> Iterator[str]:
    """An image for people. Raises NotKnown."""
    image = _image(name)
    yield f"{image.name}{f' at release {image.release}' if image.release else ''}\n"
    if image.release:
        yield from row("caution", "what follows is the newest release; an older one may have other versions")
    yield from row("also called", ", ".join(other_names(image)))
    yield from row("system", f"{image.os}, {image.arch}")
    yield from row("status", _status(image))
    yield from row("runs on", ", ".join(image.types))
    yield from row("shell", _SHELLS.get(image.sh, ""))
    yield from row("docker", _docker(image))
    yield from row("AWS CLI", f"version {image.aws_cli}" if image.aws_cli is not None else "")
    if image.runtimes is None:
        yield from row("runtimes", "not in cblint's tables; see the page available-runtimes of the user guide")
    elif not image.runtimes:
        yield from row("runtimes", "none to choose: runtime-versions has no effect")
    for number, (runtime, has) in enumerate((image.runtimes or {}).items()):
        yield from row("" if number else "runtimes", f"{runtime}: {_versions(runtime, has)}", hanging=4)
    yield from row("among its tools", ", ".join(sorted(image.tools)))


def images_text() -> Iterator[str]:
    """All images for people, those that are maintained first."""
    for maintained in (True, False):
        yield f"{'Maintained' if maintained else 'No longer maintained'}:\n"
        for image in all_images():
            if image.is_maintained is maintained:
                yield f"  {image.name:<56} {image.os}\n"


def image_json(name: str) -> Iterator[str]:
    """An image for programs. Raises NotKnown."""
    yield _dumped("image", {"image": _image_data(_image(name))})


def images_json(names: Sequence[str] = ()) -> Iterator[str]:
    """Some images for programs, or all. Raises NotKnown."""
    images = [_image(name) for name in names] if names else all_images()
    yield _dumped("images", {"images": [_image_data(image) for image in images]})


def variable_text(name: str) -> Iterator[str]:
    """A variable for people. Raises NotKnown."""
    yield f"{name}\n"
    says = _variable(name)
    yield from row("holds", says["holds"])
    yield from row("set", says["set"])
    yield from row("chosen by", says["by"])
    if says.get("outside"):
        yield from row("caution", _CAUTION)


def variables_text() -> Iterator[str]:
    """All variables for people."""
    for name, says in table("meanings")["variables"].items():
        yield f"{name:<40} {says['holds']}\n"


def variable_json(name: str) -> Iterator[str]:
    """A variable for programs. Raises NotKnown."""
    yield _dumped("variable", {"variable": _variable_data(name, _variable(name))})


def variables_json(names: Sequence[str] = ()) -> Iterator[str]:
    """Some variables for programs, or all. Raises NotKnown."""
    found = [_variable_data(name, _variable(name)) for name in names or table("meanings")["variables"]]
    yield _dumped("variables", {"variables": found})


def _dumped(kind: str, data: dict[str, Any]) -> str:
    return serialised({"format": f"cblint-{kind}", "version": VERSION, **data})


def is_image(name: str) -> bool:
    """Whether the name is that of one of CodeBuild's images, or looks like one."""
    return name.startswith(_OF_CODEBUILD) or image_of(f"{_OF_CODEBUILD}{name}") is not None


def is_variable(name: str) -> bool:
    """Whether the name is that of a variable that CodeBuild sets, or looks like one."""
    return name.startswith("CODEBUILD_") or name in table("meanings")["variables"]


def variables() -> list[str]:
    """The variables that CodeBuild sets."""
    return list(table("meanings")["variables"])


def short_names() -> list[str]:
    """The images as people write them."""
    return [image.name.removeprefix(_OF_CODEBUILD) for image in all_images()]


# Images


def _image(name: str) -> Image:
    image = image_of(name) or image_of(f"{_OF_CODEBUILD}{name}")
    if image is not None:
        return image
    if is_of_one_language(name):
        raise NotKnown(f"{name} is one of CodeBuild's images of before 2019, of which nothing more is known.")
    meant = hint(name.removeprefix(_OF_CODEBUILD), short_names())
    raise NotKnown(f"{name} is none of CodeBuild's images that cblint knows.{meant}")


def _status(image: Image) -> str:
    status = _STATUS.get(image.status, f"deprecated since {image.since}")
    return f"{status} (as of {table('images')['read']})"


def _docker(image: Image) -> str:
    if image.is_lambda:
        return "none: Lambda compute has no privileged mode"
    return f"{image.docker}; its daemon runs in privileged mode only" if image.docker else ""


def _versions(name: str, runtime: Runtime) -> str:
    versions = ", ".join(f"{each} (ended)" if ended(name, each) is not None else each for each in runtime.versions)
    return f"{versions}; others are installed on demand" if runtime.others else versions


def _image_data(image: Image) -> dict[str, Any]:
    return {
        "name": image.name,
        "release": image.release or None,
        "aliases": other_names(image),
        "os": image.os,
        "arch": image.arch,
        "environmentTypes": list(image.types),
        "status": image.status,
        "deprecatedSince": image.since or None,
        "sh": image.sh or None,
        "docker": image.docker or None,
        "awsCli": image.aws_cli,
        "runtimes": None
        if image.runtimes is None
        else {name: _runtime_data(name, runtime) for name, runtime in image.runtimes.items()},
        "tools": sorted(image.tools),
    }


def _runtime_data(name: str, runtime: Runtime) -> dict[str, Any]:
    over = {version: found.since for version in runtime.versions if (found := ended(name, version)) is not None}
    return {"versions": list(runtime.versions), "others": runtime.others, "ended": over}


# Variables


def _variable(name: str) -> dict[str, Any]:
    meanings: dict[str, dict[str, Any]] = table("meanings")["variables"]
    if name in meanings:
        return meanings[name]
    facts = table("variables")
    if name in facts["internal"]:
        raise NotKnown(f"{name} is internal to CodeBuild and documented nowhere: do not rely on it.")
    if name in facts["mistaken"]:
        raise NotKnown(f"CodeBuild sets no {name}: {facts['mistaken'][name]}.")
    families = [each.partition("<")[0] for each in meanings if "<identifier>" in each]
    for family in families:
        if name.startswith(family) and name != family:
            return meanings[f"{family}<identifier>"]
    raise NotKnown(f"CodeBuild is not known to set {name}.{hint(name, meanings)}")


def _variable_data(name: str, says: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "set": says["set"],
        "chosenBy": says["by"],
        "chosenOutside": bool(says.get("outside")),
        "holds": says["holds"],
    }
