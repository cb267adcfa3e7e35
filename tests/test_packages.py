"""The table of programs that images lack fits the one of those that they have."""

from __future__ import annotations

from fnmatch import fnmatchcase

from cblint.facts import table
from cblint.facts.images import MACOS, WINDOWS, all_images


def test_no_program_is_both_there_and_absent() -> None:
    for entry in table("packages")["absent"]:
        images = [image for image in all_images() if fnmatchcase(image.name, entry["images"])]
        assert images, entry["images"]
        for image in images:
            assert image.tools.isdisjoint(entry["programs"]), (image.name, image.tools.intersection(entry["programs"]))


def test_package_managers_of_other_systems_are_on_no_image() -> None:
    for family in table("packages")["families"].values():
        for image in all_images():
            if image.family not in (*family["systems"], MACOS, WINDOWS):
                assert image.tools.isdisjoint(family["surely"]), image.name


def test_what_is_installed_by_name_is_a_program_of_some_image() -> None:
    facts = table("packages")
    tools = frozenset().union(*(image.tools for image in all_images()))
    assert {*facts["plain"], *facts["programs"].values()} <= tools
