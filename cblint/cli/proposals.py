"""What may stand in a command line that is not finished: the values that shells propose, by what an option takes."""

from __future__ import annotations

import contextlib
import shlex
import signal
from collections.abc import Callable, Iterable, Iterator
from types import FrameType

import click
from click.shell_completion import CompletionItem

from cblint.catalogue import Catalogue, built_in
from cblint.catalogue.model import FAMILIES, OWN
from cblint.choices import catalogue_at
from cblint.config import ConfigError
from cblint.report.rule_table import FAMILY_TITLES
from cblint.report.shown import printable
from cblint.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Item = CompletionItem[str]
else:
    Item = CompletionItem  # before click 8.4 it takes no type

Proposed = Callable[[click.Context, click.Parameter, str], list[Item]]


def files(_: click.Context, __: click.Parameter, begun: str) -> list[Item]:
    """Files and folders: which there are is for the shell to say."""
    return [Item(begun, type="file")]


def rules(context: click.Context, _: click.Parameter, begun: str) -> list[Item]:
    """Rules and families, also behind others and a comma."""
    before, comma, last = begun.rpartition(",")
    taken = before.split(",")
    known = ((name, about) for name, about in _rules(_catalogue(context), last) if name not in taken)
    return _beginning(last, known, f"{before}{comma}")


def categories(context: click.Context, _: click.Parameter, begun: str) -> list[Item]:
    """The categories of the rules."""
    return _beginning(begun, ((name, "") for name in sorted({rule.category for rule in _catalogue(context).rules})))


def explained(context: click.Context, _: click.Parameter, begun: str) -> list[Item]:
    """What ``cblint explain`` knows: a kind of things first, or things; behind a kind the things of that kind."""
    from cblint.cli.explain import IMAGE, KINDS, RULE, VARIABLE
    from cblint.report.explained import short_names, variables

    names = context.params.get("names") or ()
    kind = names[0] if names and names[0] in KINDS else ""
    known: list[tuple[str, str]] = [] if names else [(each, f"all that is known of each {each}") for each in KINDS]
    if kind in ("", RULE):
        known += _rules(_catalogue(context), begun)
    if kind == VARIABLE or (not kind and begun):
        known += ((name, "") for name in variables())
    if kind == IMAGE or (not kind and begun):
        known += ((f"{prefix}{name}", "") for prefix in ("", "aws/codebuild/") for name in short_names())
    return _beginning(begun, known)


BY_METAVAR: dict[str, Proposed] = {"FILE": files, "PATH": files, "RULES": rules}
"""What is proposed for a value, by what stands for it in the help."""


def _rules(catalogue: Catalogue, begun: str) -> Iterator[tuple[str, str]]:
    """The names of rules with what they are about; of who begins with capitals, the codes and families."""
    if not begun[:1].isupper():
        yield from ((rule.name, rule.summary) for rule in catalogue.rules)
        return
    yield from ((f"CB{digit}", FAMILY_TITLES[name]) for digit, name in FAMILIES.items())
    yield from ((OWN, "all rules that are not built in") for _ in catalogue.own[:1])
    yield from ((rule.code, f"{rule.name}: {rule.summary}") for rule in catalogue.rules)


def _catalogue(context: click.Context) -> Catalogue:
    """The rules that hold in this folder under the options that stand before; the built-in ones if that is wrong, or
    takes too long."""
    from cblint.linter import Settings

    given: dict[str, Any] = context.params
    settings = Settings(
        config=given.get("config"), isolated=given.get("isolated") or False, rules=given.get("rules") or ()
    )
    try:
        with _patience():
            return catalogue_at("buildspec.yml", settings)
    except (ConfigError, _TooLong):
        return built_in()


class _TooLong(Exception):
    """Somebody sits at a prompt and waits."""


_SECONDS = 2.0
"""A folder of a stranger's can hold rules that take minutes to read."""


@contextlib.contextmanager
def _patience() -> Iterator[None]:
    """Raises _TooLong in what takes longer, where the system has an alarm clock."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_: int, __: FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _beginning(begun: str, known: Iterable[tuple[str, str]], before: str = "") -> list[Item]:
    """What begins so, each with ``before`` in front of it.

    A word that a shell would take for more than a word is left out: strangers name things too.
    """
    return [
        Item(before + name, help=printable(about))
        for name, about in dict(known).items()
        if name.startswith(begun) and shlex.quote(name) == name
    ]
