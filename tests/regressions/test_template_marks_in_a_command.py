"""``docker inspect -f '{{.Id}}'`` on a broken line made the file a template, which passed as clean."""

from __future__ import annotations

import pytest

from tests.helpers import lint

HEAD = "version: 0.2\nphases:\n  build:\n    commands:\n"


@pytest.mark.parametrize(
    "command",
    [
        "[ -n \"$(docker inspect -f '{{.Id}}' app)\" ] && make",
        '"docker inspect --format="{{.Id}}" app"',
        "echo Digest: $(docker inspect --format='{{index .RepoDigests 0}}' app): ok",
        "echo ${{ matrix.x }}: a: b",
    ],
)
def test_a_broken_command_with_marks_inside_is_an_error(command: str) -> None:
    result = lint(f"{HEAD}      - {command}\n")
    assert result.skipped == ""
    assert [finding.rule for finding in result.findings] == ["yaml-syntax-error"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ if x }}\nversion: 0.2\n{{ end }}\n",
        "version: 0.2\n{% if x %}\nphases:\n{% endif %}\n",
        "version: 0.2\nphases:\n<% if x %>\n  build:\n<% end %>\n",
        f"{HEAD}      - {{{{ command }}}} --all\n",
        "version: 0.2\nenv:\n  variables:\n    A: {{ .Values.a }}-x\n",
    ],
)
def test_a_template_is_none_of_our_business(text: str) -> None:
    result = lint(text)
    assert result.findings == ()
    assert result.skipped == "is a template that is not YAML yet"
