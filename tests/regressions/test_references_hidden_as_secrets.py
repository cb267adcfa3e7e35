"""``encryption_key = aws_kms_key.codebuild.arn`` was hidden as a secret, and with it "codebuild" in all messages."""

from __future__ import annotations

import pytest

from cblint.secrets.mask import mask_of

IMAGE = "aws/codebuild/standard:6.0"


@pytest.mark.parametrize(
    "line",
    [
        "encryption_key = aws_kms_key.codebuild.arn",
        "encryption_key = data.aws_kms_key.codebuild.arn",
        "token = var.codebuild",
        "oauth_token  = module.codebuild.token",
        "secret = aws_secretsmanager_secret.codebuild[0].arn",
    ],
)
def test_what_terraform_calls_something_of_another_block_is_shown(line: str) -> None:
    assert mask_of(f"{line}\n").hidden(IMAGE) == IMAGE


@pytest.mark.parametrize(
    "line",
    [
        "token=aws_kms_key.codebuild.arn",  # no shell would take a name here
        'secret = "aws_kms_key.codebuild.arn"',
        "token = qAse4OAwM3.codebuild.ug",
        "password = codebuild.arnold",
    ],
)
def test_what_may_be_a_secret_is_not(line: str) -> None:
    assert mask_of(f"{line}\n").hidden(IMAGE) != IMAGE
