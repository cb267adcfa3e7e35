"""``runtime-versions``: what the image does not have, and what gets no updates any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cblint.buildspec.model import Buildspec, mapping, scalar
from cblint.checks.edits import respelt
from cblint.facts.runtimes import (
    Ended,
    called,
    ended,
    is_among,
    is_literal,
    is_number,
    may_be_installed,
    offer_of,
    runtime_names,
)
from cblint.finding import Report
from cblint.records import NamedTuple
from cblint.source.tree import Pair, Scalar
from cblint.spelling import closest
from cblint.typing import TYPE_CHECKING
from cblint.wording import enumerated

if TYPE_CHECKING:
    from cblint.buildspec.environments import Environment
    from cblint.facts.images import Image, Runtime


class _Chosen(NamedTuple):
    """A runtime and its version as they are chosen; the version is None where it is no text that can be looked up."""

    pair: Pair
    name: str
    version: Scalar | None

    @property
    def text(self) -> str:
        return self.version.value.strip() if self.version is not None else ""


def unknown_runtime(buildspec: Buildspec) -> Iterator[Report]:
    """A runtime or version that no image has, or the image of this build has not."""
    chosen = _chosen(buildspec) if _may_choose(buildspec.environments) else []
    for each in chosen:
        report = _nowhere(each) or _on_images(each, buildspec.environments) or _conflict(each, chosen)
        if report is not None:
            yield report


def runtime_end_of_life(buildspec: Buildspec) -> Iterator[Report]:
    """A version that its maker mends no more, or that only images have which nobody mends."""
    for each in _chosen(buildspec) if _may_choose(buildspec.environments) else ():
        if each.version is None or _nowhere(each) or _is_lacking(each, buildspec.environments):
            continue
        over = ended(each.name, each.text)
        if over is not None:
            yield _said_over(each, each.version, over, buildspec.environments)
        elif _is_left_behind(each) and not _are_known(buildspec.environments):
            yield Report(each.version.span, "old-images", {"runtime": each.name, "version": each.text})


def has_runtimes(image: Image, buildspec: Buildspec) -> bool:
    """Whether an image has all that a buildspec chooses, as far as that is known."""
    from cblint.buildspec.environments import Environment  # of most builds nothing is known

    environments = (Environment("", image.name, image),)
    return not any(_is_lacking(each, environments) for each in _chosen(buildspec))


def _said_over(each: _Chosen, version: Scalar, over: Ended, environments: Sequence[Environment]) -> Report:
    offered = [use for use in over.use if all(_comes_with(each.name, use, one) for one in environments)]
    above = [release for release in offered if _is_above(release, each.text)]
    use = (*above[:1], *offered[-1:], None)[0]
    fields = {"release": over.title, "since": over.since, "use": enumerated(over.use, "or")}
    return Report(version.span, "ended", fields, edits=respelt(version, use) if use is not None else ())


def _comes_with(runtime: str, version: str, environment: Environment) -> bool:
    """Whether an image brings a version, or nothing is known of it."""
    runtimes = _runtimes(environment)
    return not runtimes or (runtime in runtimes and is_among(version, runtimes[runtime].versions))


def _is_above(release: str, version: str) -> bool:
    numbers = [int(part) for part in version.split(".") if part.isdigit()]
    return [int(part) for part in release.split(".")] > numbers


def _chosen(buildspec: Buildspec) -> list[_Chosen]:
    """The runtimes that the install phase chooses, each key once."""
    pair = buildspec.get("phases", "install", "runtime-versions")
    target = mapping(pair.value) if pair is not None else None
    found = []
    for name, each in target.effective().items() if target is not None and not target.open else ():
        version = scalar(each.value)
        literal = version if version is not None and is_literal(version.value.strip()) else None
        if "$" not in name and not each.is_merge:
            found.append(_Chosen(each, name, literal))
    return found


def _may_choose(environments: Sequence[Environment]) -> bool:
    """Whether some build may run on an image that lets runtimes be chosen: others skip that with a warning."""
    return not environments or any(one.image_name is None or bool(_runtimes(one)) for one in environments)


def _nowhere(each: _Chosen) -> Report | None:
    """What no image has ever had."""
    offer = offer_of(each.name)
    fields = {"runtime": each.name, "version": each.text}
    if offer is None:
        meant = called(each.name) or closest(each.name, runtime_names())
        edits = respelt(each.pair.key, meant) if meant is not None else ()
        hint = f' Did you mean "{meant}"?' if meant is not None else ""
        names = {**fields, "known": ", ".join(runtime_names()), "suggestion": hint}
        return Report(each.pair.key.span, "no-runtime", names, edits=edits)
    is_installed = offer.others and may_be_installed(each.name, each.text)
    if each.version is None or is_installed or is_among(each.text, offer.versions):
        return None
    return Report(each.version.span, "no-version", {**fields, "known": ", ".join(offer.versions)})


def _on_images(each: _Chosen, environments: Sequence[Environment]) -> Report | None:
    """What the images of the builds have not, as far as they are known."""
    lacking = [one for one in environments if _runtimes(one) and each.name not in _runtimes(one)]
    if lacking:
        known = ", ".join(sorted(_runtimes(lacking[0])))
        return Report(each.pair.key.span, "image-lacks-runtime", _fields(each, known, lacking, environments))
    without = [one for one in environments if _is_without(each, one)]
    if without and each.version is not None:
        known = ", ".join(_runtimes(without[0])[each.name].versions)
        return Report(each.version.span, "image-lacks-version", _fields(each, known, without, environments))
    later = [one for one in environments if _is_on_demand(each, one)]
    if later and each.version is not None and ended(each.name, each.text) is None:
        known = ", ".join(_runtimes(later[0])[each.name].versions)
        return Report(each.version.span, "on-demand", _fields(each, known, later, environments))
    return None


def _fields(
    each: _Chosen, known: str, found: Sequence[Environment], environments: Sequence[Environment]
) -> dict[str, str]:
    from cblint.buildspec.environments import those  # of most builds nothing is known

    image = found[0].image_name or ""
    where = those(found, environments)
    return {"runtime": each.name, "version": each.text, "image": image, "known": known, "where": where}


def _runtimes(environment: Environment) -> dict[str, Runtime]:
    """The runtimes of an image; none where they are not known, or it lets none be chosen."""
    return (environment.image.runtimes if environment.image is not None else None) or {}


def _is_lacking(each: _Chosen, environments: Sequence[Environment]) -> bool:
    return any(
        _is_without(each, one) or (bool(_runtimes(one)) and each.name not in _runtimes(one)) for one in environments
    )


def _is_without(each: _Chosen, environment: Environment) -> bool:
    """Whether an image has the runtime, but neither this version nor a way to install it."""
    runtime = _runtimes(environment).get(each.name)
    if runtime is None or each.version is None or is_among(each.text, runtime.versions):
        return False
    return not (runtime.others and may_be_installed(each.name, each.text))


def _is_on_demand(each: _Chosen, environment: Environment) -> bool:
    runtime = _runtimes(environment).get(each.name)
    if runtime is None or each.version is None or not runtime.others:
        return False
    return is_number(each.text) and not is_among(each.text, runtime.versions) and not _is_patch(runtime, each.text)


def _is_patch(runtime: Runtime, version: str) -> bool:
    """Whether it is a release of a version that is there, as 20.11.1 of 20: installed on demand as well, but meant."""
    return any(version.startswith(f"{known}.") for known in runtime.versions)


def _is_left_behind(each: _Chosen) -> bool:
    """Whether only images have a version that are not maintained any more."""
    offer = offer_of(each.name)
    if offer is None or (offer.others and is_number(each.text)):
        return False
    kept = [version for version in offer.versions if version not in offer.left]
    return is_among(each.text, offer.left) and not is_among(each.text, kept)


def _are_known(environments: Sequence[Environment]) -> bool:
    """Whether all builds run on images that are known: then the image is what is old, not the choice."""
    return bool(environments) and all(one.image is not None for one in environments)


def _conflict(each: _Chosen, chosen: Sequence[_Chosen]) -> Report | None:
    """A version that needs another one of a second runtime than the one that is chosen."""
    offer = offer_of(each.name)
    for needed, versions in offer.requires.get(each.text, {}).items() if offer is not None else ():
        for other in chosen:
            if other.name == needed and other.version is not None and other.text not in versions:
                fields = {"runtime": each.name, "version": each.text, "other": needed, "chosen": other.text}
                fields["needed"] = enumerated(versions, "or")
                return Report(other.version.span, "conflict", fields, (("needs", each.pair.key.span),))
    return None
