"""Which name was meant is only said where nothing else can have been."""

from __future__ import annotations

import pytest

from cblint.checks.given import misspelt


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("BULD_DIR", "BUILD_DIR"),
        ("IMAGE_TGA", "IMAGE_TAG"),
        ("image_tag", "IMAGE_TAG"),
        ("IMAGETAG", "IMAGE_TAG"),
        ("TEMP_aROLE", "TEMP_ROLE"),
        ("REPOSITRY_URI", "REPOSITORY_URI"),
    ],
)
def test_a_slip(name: str, other: str) -> None:
    assert misspelt(name, [other, "SOMETHING_ELSE"]) == other


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("TOKEN", "TOKEN0"),
        ("SUBNET_A", "SUBNET_B"),
        ("SUBNET_1", "SUBNET_2"),
        ("BUCKET2", "BUCKET"),
        ("REPOSITORY_URL", "REPOSITORY_URI"),
        ("REGION", "REGIONS"),
        ("IMAGES_NAME", "IMAGE_NAME"),
        ("TAG", "TAP"),
        ("STACK_NAME_DEV", "STACK_NAME_DEB"),
        ("DEV_BUCKET", "DEPLOY_BUCKET"),
    ],
)
def test_another_name(name: str, other: str) -> None:
    assert misspelt(name, [other]) is None
    assert misspelt(other, [name]) is None
