"""Secrets were shown where only their command or a short header tells what they are, or with a % or $ in them."""

from __future__ import annotations

import pytest

from cblint.secrets.mask import mask_of


@pytest.mark.parametrize(
    "text",
    [
        "# docker login -u me -p {} registry.example.com",
        "mysql -u root -p{} -e 'select 1'",
        "- curl -u bob:{} https://acme.io",
        "Authorization: Bearer {}",
        "make -Dsonar.login={}",
        "DB_PASSWORD='{}'",
        'export API_TOKEN="{}"',
        '"apiKey": "{}"',
    ],
)
@pytest.mark.parametrize("secret", ["qAse4OAwM3+ug", "bI7%cZomP5l#", "hX4$2kQ9$$rT1"])
def test_they_are_hidden(text: str, secret: str) -> None:
    if "$" in secret and '"' in text:
        pytest.skip("a shell would replace it")
    assert secret[:8] not in mask_of("").hidden(text.format(secret))


@pytest.mark.parametrize(
    "text",
    [
        'docker login -u me -p "$PASSWORD" registry.example.com',
        "mysql -u root -p$DB_PASSWORD",
        "curl -u bob:${TOKEN} https://acme.io",
        "Authorization: Bearer $TOKEN",
        "DB_PASSWORD=%s",
        "DB_PASSWORD=%DB_PASSWORD%",
        "TOKEN=build-$CODEBUILD_BUILD_NUMBER",
        "mysql -p -e x",
    ],
)
def test_what_stands_for_one_is_shown(text: str) -> None:
    assert mask_of(text).hidden(text) == text
