"""Compares what is predicted of generated scripts with what the shells do, and makes what is wrong small."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tests.flow_prediction import MAYBE, NO, YES, Prediction, Variable
from tests.flow_runner import Escaped, Observed, Runner, Stuck
from tests.shell_scripts import Script, mentioned, script, smaller

Predictor = Callable[[Sequence[str], str, Mapping[str, str], str], Sequence[Prediction]]

KINDS = ("variable", "directory", "status", "exact status")
LIMIT = 0.15
"""The share of unknown that no kind may reach; the exact status, which few rules need, is only printed."""
LIMITED = KINDS[:3]
TRIES = 600
"""How many smaller scripts are tried."""
SHORTENED = 3
"""How many of the wrong ones among many are made small: that takes seconds."""


class Wrong(NamedTuple):
    """A prediction that does not hold; ``kind`` is one of KINDS, ``item`` counts from 0."""

    item: int
    kind: str
    what: str
    predicted: object
    real: object

    def __str__(self) -> str:
        return f"item {self.item + 1}, {self.what}: predicted {self.predicted!r}, really {self.real!r}"


class Share(NamedTuple):
    """How many predictions there were of each kind, and how many of them said nothing."""

    made: Counter[str]
    unknown: Counter[str]

    def add(self, other: Share) -> None:
        self.made.update(other.made)
        self.unknown.update(other.unknown)

    def of(self, kind: str) -> float:
        return self.unknown[kind] / self.made[kind] if self.made[kind] else 0.0

    def __str__(self) -> str:
        shares = (f"{kind} {self.of(kind):.1%} of {self.made[kind]}" for kind in KINDS)
        return "unknown: " + ", ".join(shares)


def no_share() -> Share:
    """The share of nothing."""
    return Share(Counter(), Counter())


class Verdict(NamedTuple):
    """What came of a script: what is wrong, or for what it cannot be judged (nothing if it can)."""

    seed: int
    shell: str
    script: Script
    wrong: list[Wrong]
    share: Share
    unfit: str = ""

    @property
    def good(self) -> bool:
        return not (self.wrong or self.unfit)

    def __str__(self) -> str:
        lines = [f"seed {self.seed}, {self.shell}: {self.unfit}".removesuffix(": ")]
        for number, item in enumerate(self.script.items, 1):
            lines += [f"  item {number}:", *(f"    {line}" for line in item.split("\n"))]
        return "\n".join([*lines, *(f"  {wrong}" for wrong in self.wrong)])


# Comparing


def compare(predictions: Sequence[Prediction], observed: Sequence[Observed]) -> list[Wrong]:
    """Every prediction that does not hold; to know nothing is never wrong."""
    if len(predictions) != len(observed):
        return [Wrong(0, "status", "items", len(predictions), len(observed))]
    return [
        wrong
        for number, (predicted, real) in enumerate(zip(predictions, observed, strict=True))
        for wrong in _of_item(number, predicted, real)
    ]


def _of_item(number: int, predicted: Prediction, real: Observed) -> Iterator[Wrong]:
    if predicted.status is not None and predicted.status != real.status:
        yield Wrong(number, "exact status", "status", predicted.status, real.status)
    if predicted.succeeds is not None and predicted.succeeds != (real.status == 0):
        yield Wrong(number, "status", "success", predicted.succeeds, real.status)
    if predicted.cwd is not None and predicted.cwd != real.cwd:
        yield Wrong(number, "directory", "directory", predicted.cwd, real.cwd)
    for name, value in real.variables.items():
        variable = predicted.variables.get(name)
        if variable is not None and not holds(variable, value):
            yield Wrong(number, "variable", name, tuple(variable), value)


def holds(variable: Variable, value: str | None) -> bool:
    """Whether a prediction allows what a variable is (None: not set)."""
    if variable.assigned not in (YES, MAYBE, NO):
        return False
    if value is None:
        return variable.assigned != YES
    return variable.assigned != NO and variable.value in (None, value)


def share_of(items: Sequence[str], predictions: Sequence[Prediction]) -> Share:
    """How much is unknown; of variables, those count that an item so far has mentioned."""
    share = no_share()
    names: set[str] = set()
    for item, predicted in zip(items, predictions, strict=True):
        names |= mentioned(item)
        _count(share, "status", predicted.succeeds is None and predicted.status is None)
        _count(share, "exact status", predicted.status is None)
        _count(share, "directory", predicted.cwd is None)
        for name in names:
            _count(share, "variable", not known(predicted.variables.get(name)))
    return share


def known(variable: Variable | None) -> bool:
    """Whether a prediction says what a variable is."""
    return variable is not None and (
        variable.assigned == NO or (variable.assigned == YES and variable.value is not None)
    )


def _count(share: Share, kind: str, unknown: bool) -> None:
    share.made[kind] += 1
    share.unknown[kind] += unknown


# Judging


def names_of(items: Iterable[str]) -> list[str]:
    """The variables that items mention, of those that the grammar knows."""
    return sorted(set().union(*map(mentioned, items)))


class Judged(NamedTuple):
    """What came of many scripts: those that are not good, and the share of unknown in all."""

    bad: list[Verdict]
    share: Share


def judge_many(scripts: Iterable[tuple[int, str]], runner: Runner, predictor: Predictor) -> Judged:
    """What comes of scripts, each given by its seed and shell; the first that are wrong are made small."""
    judged = Judged([], no_share())
    for seed, shell in scripts:
        verdict = judge(seed, shell, runner, predictor, len(judged.bad) < SHORTENED)
        judged.share.add(verdict.share)
        if not verdict.good:
            judged.bad.append(verdict)
    return judged


def judge(seed: int, shell: str, runner: Runner, predictor: Predictor, shorten: bool = True) -> Verdict:
    """What comes of the script of a seed, made small if something is wrong."""
    verdict = _judged(seed, shell, script(seed, shell), runner, predictor)
    if not verdict.wrong:
        return verdict
    if not _steady(verdict, runner):
        return verdict._replace(unfit="does not always do the same", wrong=[])
    return _smallest(verdict, runner, predictor) if shorten else verdict


def _judged(seed: int, shell: str, made: Script, runner: Runner, predictor: Predictor) -> Verdict:
    items = made.items
    with runner.place() as place:
        predictions = predictor(items, shell, place.environment, place.root)
        share = share_of(items, predictions) if len(predictions) == len(items) else no_share()
        try:
            observed = runner.run(items, shell, names_of(items), place)
        except (Stuck, Escaped) as unfit:
            return Verdict(seed, shell, made, [], share, str(unfit))
    return Verdict(seed, shell, made, compare(predictions, observed), share)


def run(items: Sequence[str], shell: str, runner: Runner) -> list[Observed]:
    """What items really do, in a new place."""
    with runner.place() as place:
        return runner.run(items, shell, names_of(items), place)


def _steady(verdict: Verdict, runner: Runner) -> bool:
    items = verdict.script.items
    first, *others = (run(items, verdict.shell, runner) for _ in range(4))
    return all(other == first for other in others)


def _smallest(verdict: Verdict, runner: Runner, predictor: Predictor) -> Verdict:
    """A script with less in it in which still something of the same kind is wrong."""
    kind = verdict.wrong[0].kind
    tries = iter(range(TRIES))
    found: Verdict | None = verdict
    while found is not None:
        verdict = found
        found = None
        for made in smaller(verdict.script):
            if made.size >= verdict.script.size or next(tries, None) is None:
                continue
            judged = _judged(verdict.seed, verdict.shell, made, runner, predictor)
            if any(wrong.kind == kind for wrong in judged.wrong):
                found = judged._replace(share=verdict.share)
                break
    return verdict
