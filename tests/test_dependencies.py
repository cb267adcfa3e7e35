"""What is said of installations where no repository is at hand."""

from __future__ import annotations

from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from cblint.opening import STDIN
from tests.builds import written


def said(rule: str, *commands: str, variables: dict[str, str] | None = None) -> list[str]:
    """The variants of a rule in a buildspec on standard input."""
    text = written({"build": {"commands": list(commands)}}, "", {"env": {"variables": variables or {"A": "b"}}})
    result = lint_text(text, Candidate(STDIN, True), Settings(isolated=True, select=(rule,)))
    assert not result.crashes
    assert not any(finding.fix for finding in result.findings), "what a fix needs is not known"
    return [finding.message for finding in result.findings]


def test_an_install_that_may_change_the_lock_file_is_noted_where_the_file_is_not_known() -> None:
    [message] = said("npm-install-in-ci", "cd app", "npm install", "npm ci")
    assert "package-lock.json" in message
    assert said("npm-install-in-ci", "npm install -g npm", "yarn build", "yarn install --frozen-lockfile") == []


def test_a_lock_file_that_the_build_removes_is_not_asked_for() -> None:
    assert said("npm-install-in-ci", "rm -f package-lock.json", "npm install") == []


def test_a_script_that_is_not_seen_is_presumed_to_need_what_its_name_says() -> None:
    rule, production = "install-order-production-deps", {"NODE_ENV": "production"}
    [message] = said(rule, "npm ci", "npm run lint", "npm run build", variables=production)
    assert '"npm ci"' in message
    assert '"npm run lint" is likely' in message
    assert said(rule, "npm ci", "npm run licenses", "npm start", variables=production) == []
    assert len(said(rule, "npm ci", "npm i -g audit-ci", "audit-ci --moderate", "npm test", variables=production)) == 1
    assert said(rule, "npm ci", "npm i -g lerna", "lerna bootstrap", "npm test", variables=production) == []
    assert said(rule, "npm ci --include=dev", "npm test", variables=production) == []
    assert said(rule, "cd $(cat folder)", "npm ci", "npm test", variables=production) == []
    assert said(rule, "yarn install", "yarn test", variables=production) == []
    assert len(said(rule, "yarn install --production", "yarn test")) == 1
    assert said(rule, "npm ci", "npm test") == []
    assert said(rule, "npm config set include dev", "npm ci", "npm test", variables=production) == []
    assert said(rule, "npm ci", "npm test", variables={**production, "NPM_CONFIG_PRODUCTION": "false"}) == []
