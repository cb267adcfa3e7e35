"""``npm_config_strict_ssl=false`` begins as the tokens of npm do, and was hidden in messages as if it were one."""

from __future__ import annotations

from cblint.secrets.mask import mask_of
from tests.helpers import commands, lint


def test_a_setting_is_shown() -> None:
    said = "npm_config_strict_ssl makes npm believe whoever answers"
    messages = [each.message for each in lint(commands("npm_config_strict_ssl='false' npm ci")).findings]
    assert any(message.startswith(said) for message in messages), messages


def test_the_beginning_of_a_token_is_hidden() -> None:
    cut = "npm_3kQ9zLmW7pXv2RtY8bNc"
    assert mask_of("").hidden(f"echo {cut}!") == f"echo npm_…({len(cut)})!"
