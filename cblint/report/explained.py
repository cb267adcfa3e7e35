"""What ``cblint explain`` prints of the tables: build images, environment variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cblint.facts import table
from cblint.facts.images import Image, Runtime, all_images, image_of, is_of_one_language, other_names
from cblint.facts.runtimes import Offer, ended, is_among, is_number, may_be_installed, offer_of, runtime_names
from cblint.records import NamedTuple
from cblint.report.markdown import escaped, inert
from cblint.report.serialise import serialised
from cblint.report.wrapping import row
from cblint.spelling import hint
from cblint.typing import Any
from cblint.wording import enumerated

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


class Row(NamedTuple):
    """Something that is said of a thing, under a label; ``each`` are the parts of it that are a list."""

    label: str
    text: str = ""
    each: tuple[str, ...] = ()


def image_text(name: str) -> Iterator[str]:
    """An image for people. Raises NotKnown."""
    image = _image(name)
    yield f"{_title(image)}\n"
    yield from _in_text(_image_rows(image))
    yield from row("among its tools", ", ".join(sorted(image.tools)))


def image_markdown(name: str) -> str:
    """An image as Markdown, without its many tools. Raises NotKnown."""
    image = _image(name)
    return _in_markdown(_title(image), _image_rows(image))


def _title(image: Image) -> str:
    return f"{image.name}{f' at release {image.release}' if image.release else ''}"


def _image_rows(image: Image) -> Iterator[Row]:
    if image.release:
        yield Row("caution", "what follows is the newest release; an older one may have other versions")
    yield Row("also called", ", ".join(other_names(image)))
    yield Row("system", f"{image.os}, {image.arch}")
    yield Row("status", _status(image))
    yield Row("runs on", ", ".join(image.types))
    yield Row("shell", _SHELLS.get(image.sh, ""))
    yield Row("docker", _docker(image))
    yield Row("AWS CLI", f"version {image.aws_cli}" if image.aws_cli is not None else "")
    if image.runtimes is None:
        yield Row("runtimes", "not in cblint's tables; see the page available-runtimes of the user guide")
    elif not image.runtimes:
        yield Row("runtimes", "none to choose: runtime-versions has no effect")
    else:
        has = (f"{name}: {_versions(name, runtime)}" for name, runtime in image.runtimes.items())
        yield Row("runtimes", each=tuple(has))


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
    yield from _in_text(_variable_rows(name))


def variable_markdown(name: str) -> str:
    """A variable as Markdown. Raises NotKnown."""
    return _in_markdown(name, _variable_rows(name))


def _variable_rows(name: str) -> Iterator[Row]:
    says = _variable(name)
    yield Row("holds", says["holds"])
    yield Row("set", says["set"])
    yield Row("chosen by", says["by"])
    if says.get("outside"):
        yield Row("caution", _CAUTION)


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


def runtime_markdown(name: str) -> str:
    """A key of ``runtime-versions`` as Markdown. Raises NotKnown."""
    return _in_markdown(name, _runtime_rows(name, _offer(name)))


def _runtime_rows(name: str, offer: Offer) -> Iterator[Row]:
    now = tuple(version for version in offer.versions if version not in offer.left)
    yield Row("on maintained images", _versions(name, Runtime(now, offer.others, offer.requires)) if now else "")
    yield Row("on others only", _versions(name, Runtime(offer.left, False, {})))


def version_markdown(name: str, version: str) -> str:
    """A version of a runtime as Markdown. Raises NotKnown, also where nothing can be said of it."""
    rows = list(_version_rows(name, version, _offer(name)))
    if not any(text or each for _, text, each in rows):
        raise NotKnown(f"No image of CodeBuild is known to have {name} {version}.")
    return _in_markdown(f"{name} {version}", rows)


def _version_rows(name: str, version: str, offer: Offer) -> Iterator[Row]:
    over = ended(name, version)
    if over is not None:
        yield Row("ended", f"{over.title} gets no updates since {over.since}; maintained: {', '.join(over.use)}")
    having = [image for image in all_images() if is_among(version, _versions_on(image, name))]
    maintained = tuple(image.name for image in having if image.is_maintained)
    yield Row("on maintained images", each=maintained)
    if not maintained:
        yield Row("on others only", each=tuple(image.name for image in having))
    if offer.others and not having and is_number(version) and may_be_installed(name, version):
        yield Row("installed", "on demand: no image brings it")
    needs = offer.requires.get(version, {})
    yield Row("needs", "; ".join(f"{other} {enumerated(each, 'or')}" for other, each in needs.items()))


def _versions_on(image: Image, name: str) -> tuple[str, ...]:
    runtime = (image.runtimes or {}).get(name)
    return runtime.versions if runtime is not None else ()


def _offer(name: str) -> Offer:
    offer = offer_of(name)
    if offer is None:
        raise NotKnown(f"{name} is no runtime that an image of CodeBuild has.{hint(name, runtime_names())}")
    return offer


def _in_text(rows: Iterable[Row]) -> Iterator[str]:
    """Rows for people at a terminal, in lines with their ends."""
    for label, text, each in rows:
        yield from row(label, text)
        for number, part in enumerate(each):
            yield from row("" if number else label, part, hanging=4)


def _in_markdown(title: str, rows: Iterable[Row]) -> str:
    """The same as a list of Markdown, where there is something to say. The words are our own, but for the title."""
    lines = [f"**{inert(title)}**", ""]
    for label, text, each in rows:
        if text or each:
            lines.append(f"- {label}: {escaped(text)}".rstrip())
        lines += (f"  - {escaped(part)}" for part in each)
    return "\n".join(lines)


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
