"""The login to a registry of Amazon ECR that takes the place of ``aws ecr get-login``, where all of it is certain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from cblint import expressions
from cblint.buildspec.model import VARIABLES, Buildspec, ShellItem
from cblint.checks.edits import replaced
from cblint.finding import Edit
from cblint.records import NamedTuple
from cblint.shell.commands import AndOr, Assignment, CommandList, Pipeline, SimpleCommand
from cblint.shell.query import Invocation
from cblint.shell.syntax import CommandSubstitution, DoubleQuoted, Word, walk

_VARIABLE = r"\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})"
_REGISTRY = expressions.lazy(
    rf"(?P<account>\d{{12}}|{_VARIABLE})\.dkr\.ecr\.(?P<region>[a-z0-9-]+|{_VARIABLE})\.amazonaws\.com(?P<china>\.cn)?"
)
_REGIONS = ("$AWS_DEFAULT_REGION", "$AWS_REGION")
"""What CodeBuild sets to the region of the build, in which the AWS CLI then asks."""
_GIVEN = ("--region", "--profile")
_DROPPED = ("--no-include-email", "--include-email")
_ACCOUNT = "--registry-ids"


class _Login(NamedTuple):
    """What a command asks for: ``words`` are those that stay, ``account`` and ``region`` are empty where not given."""

    words: tuple[str, ...]
    account: str
    region: str


class _Registry(NamedTuple):
    """The host of a registry as the shell reads it, and its region, both without braces that are not needed."""

    host: str
    region: str


def login_instead(buildspec: Buildspec, item: ShellItem, invocation: Invocation) -> tuple[Edit, ...]:
    """``aws ecr get-login-password … | docker login …`` in the place of the command whose output was run."""
    runs = _run_by(item, invocation)
    login = _login(invocation)
    registry = _registry(buildspec, invocation, login) if runs is not None and login is not None else None
    if runs is None or login is None or registry is None:
        return ()
    words = login.words
    if not login.region and registry.region not in _REGIONS:
        words = (*words, "--region", registry.region)
    host = f'"{registry.host}"' if "$" in registry.host else registry.host
    text = f"{' '.join(words)} | docker login --username AWS --password-stdin {host}"
    return (replaced(runs.words[0].span.to(runs.words[-1].span), text),)


def _run_by(item: ShellItem, invocation: Invocation) -> SimpleCommand | None:
    """The command that runs what is printed, and nothing else: ``$(…)`` alone, or ``eval`` of it."""
    substitution = next((each for each in invocation.above if isinstance(each, CommandSubstitution)), None)
    if substitution is None or _alone_in(substitution.body) is not invocation.node:
        return None
    number = invocation.above.index(substitution)
    rest = [each for each in invocation.above[number + 1 :] if not isinstance(each, DoubleQuoted)]
    if len(rest) < 3 or not isinstance(rest[0], Word) or not isinstance(rest[1], SimpleCommand):
        return None
    word, command, pipeline = rest[:3]
    is_all = isinstance(word, Word) and len(word.parts) == 1 and command.source is item.script.source
    is_alone = isinstance(pipeline, Pipeline) and pipeline.commands == (command,) and not pipeline.negated
    if not is_all or not is_alone or not isinstance(command, SimpleCommand) or command.assignments:
        return None
    names = [each.text for each in command.words[:-1]]
    is_split = names == [] and word.raw.startswith(("$(", "`"))
    return command if command.words[-1] is word and (is_split or names == ["eval"]) else None


def _alone_in(body: CommandList) -> object:
    """The one command of a list; None if there are more."""
    chain = body.items[0] if len(body.items) == 1 else None
    is_one = isinstance(chain, AndOr) and len(chain.pipelines) == 1 and len(chain.pipelines[0].commands) == 1
    return chain.pipelines[0].commands[0] if chain is not None and is_one else None


def _login(invocation: Invocation) -> _Login | None:
    """What the command asks for; None if an option is not known, or several registries are asked for."""
    node = invocation.node
    if invocation.words != node.words or node.assignments or node.redirections:
        return None
    words, given = ["aws"], dict.fromkeys((*_GIVEN, _ACCOUNT), "")
    rest = list(invocation.arguments)
    while rest:
        word = rest.pop(0)
        option, equals, value = word.raw.partition("=")
        if word.text in ("ecr", "get-login"):
            words.append("get-login-password" if word.text == "get-login" else "ecr")
        elif option in given:
            value = value if equals else rest.pop(0).raw if rest else ""
            if not value or given[option]:
                return None
            given[option] = _plain(value)
            words += [option, value] if option in _GIVEN else []
        elif word.text not in _DROPPED:
            return None
    return _Login(tuple(words), given[_ACCOUNT], given["--region"])


def _plain(written: str) -> str:
    """A word without its quotes and without the braces of a variable that is all of it."""
    text = written.strip("\"'")
    return f"${text[2:-1]}" if re.fullmatch(r"\$\{\w+\}", text) else text


def _registry(buildspec: Buildspec, invocation: Invocation, login: _Login) -> _Registry | None:
    """The registry that is logged in to: the one that is given, else the only one that the buildspec names."""
    if login.account:
        region = login.region
        match = _REGISTRY.fullmatch(f"{login.account}.dkr.ecr.{region}.amazonaws.com")
        # In China the host has another ending; which region a variable holds is not known.
        return _Registry(match.group(), region) if match is not None and not region.startswith("cn-") else None
    named = _all_named(buildspec)
    found = next(iter(named)) if len(named) == 1 else None
    if found is None or login.region not in ("", found.region) or not _is_set(buildspec, invocation, found.host):
        return None
    return found


@lru_cache(maxsize=1)
def _all_named(buildspec: Buildspec) -> frozenset[_Registry]:
    return frozenset(_named(buildspec))


def _named(buildspec: Buildspec) -> Iterator[_Registry]:
    """The registries of Amazon ECR that commands and variables of the buildspec name."""
    values = [
        variable.value.value for variable in buildspec.variables if variable.value and variable.section == VARIABLES
    ]
    for text in (*values, *(item.value for item in buildspec.shell_items)):
        for match in _REGISTRY.finditer(text):
            account, region = _plain(match["account"]), _plain(match["region"])
            yield _Registry(f"{account}.dkr.ecr.{region}.amazonaws.com{match['china'] or ''}", region)


def _is_set(buildspec: Buildspec, invocation: Invocation, host: str) -> bool:
    """Whether no command after the login sets what the host is made of."""
    names = set(re.findall(r"\w+", " ".join(re.findall(_VARIABLE, host))))
    last = _last_set(buildspec) if names else {}
    return all(last.get(name, -1) < invocation.node.span.start for name in names)


@lru_cache(maxsize=1)
def _last_set(buildspec: Buildspec) -> dict[str, int]:
    """Where in the file each variable is last assigned."""
    nodes = (node for item in buildspec.shell_items if "=" in item.value for node in walk(item.script))
    return {node.name: node.span.start for node in nodes if isinstance(node, Assignment)}
