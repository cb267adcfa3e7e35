"""What the build on paper predicts of the items of a script, in the words that the oracle compares with the shells."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cblint.flow import state as flow
from cblint.flow.core import Given, Limits
from cblint.flow.items import Beginning, first_state, run_item
from cblint.flow.layers import Layers
from cblint.flow.values import EMPTY, literal
from cblint.shell.parser import parse
from cblint.source.text import Text

YES, MAYBE, NO = "yes", "maybe", "no"

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OF_THE_SHELL = """
    PS1 PS2 PS4 PPID SHLVL RANDOM LINENO SECONDS UID EUID OPTIND OPTARG OPTERR HOSTNAME TERM _ BASH BASH_VERSION
    PIPESTATUS FUNCNAME SHELLOPTS BASHOPTS POSIXLY_CORRECT HOSTTYPE MACHTYPE OSTYPE DIRSTACK GROUPS REPLY EPOCHSECONDS
"""
"""Variables that the shell itself sets."""


class Variable(NamedTuple):
    """What the next item finds of a variable: ``value`` is what it is if it is set, None where that is unknown."""

    assigned: str
    value: str | None = None


class Prediction(NamedTuple):
    """What an item does; None is unknown.

    ``status`` is exact, ``succeeds`` says whether it is 0; ``variables`` are all that the items mention.
    """

    status: int | None
    succeeds: bool | None
    cwd: str | None
    variables: Mapping[str, Variable]


def predict(items: Sequence[str], shell: str, environment: Mapping[str, str] | None, root: str) -> list[Prediction]:
    """What each of the items does, run one after the other whatever their statuses.

    ``environment`` is all that the first of them finds, None if it is not known; ``root`` is the folder they begin in,
    empty where the environment is known.
    """
    return list(_predictions(items, shell, environment, root))


def _predictions(
    items: Sequence[str], shell: str, environment: Mapping[str, str] | None, root: str
) -> Iterator[Prediction]:
    names = sorted({name for item in items for name in _NAME.findall(item)})
    variables = {name: flow.Variable(True, literal(value), True) for name, value in (environment or {}).items()}
    variables.update(dict.fromkeys(_OF_THE_SHELL.split(), flow.ANYTHING._replace(integer=False, array=False)))
    variables["IFS"] = flow.Variable(True, literal(" \t\n"))
    closed = environment is not None
    given = Given(
        Layers(flow.UNSET if closed else flow.ANYTHING, (variables,)),
        lambda path: _found(path, environment or {}, root) if closed else None,
        lambda name: False if environment and shutil.which(name, path=environment["PATH"]) is None else None,
    )
    beginning = Beginning(literal(root), EMPTY)
    limits = Limits(100_000)
    kept: flow.State | None = first_state(given, beginning)
    for item in items:
        assert kept is not None
        run = run_item(parse(Text.of(item)), kept, shell, given, beginning, limits)
        ok, failed = run.outcome
        kept = run.outcome.either
        assert kept is not None
        succeeds = True if failed is None else False if ok is None else None
        yield Prediction(
            0 if succeeds else kept.code if succeeds is False else None,
            succeeds,
            kept.cwd.text,
            {name: _variable(kept.variable(name)) for name in names},
        )


def _found(path: str, environment: Mapping[str, str], root: str) -> flow.File | None:
    """What is at a path before the first item."""
    if path == environment.get("HOME") or root.startswith(path):
        return flow.File("folder")
    return flow.ABSENT if path.startswith(root + "/") else None


def _variable(variable: flow.Variable) -> Variable:
    if variable.array is not False:
        return Variable(MAYBE)
    if variable.assigned is False:
        return Variable(NO)
    return Variable(YES if variable.assigned else MAYBE, variable.value.text)
