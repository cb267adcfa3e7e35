"""What is predicted of generated scripts holds in dash, bash and bash as sh, and little of it is unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest

from tests.bounds import ALL
from tests.flow_oracle import KINDS, LIMIT, LIMITED, compare, judge, judge_many, no_share, run, share_of
from tests.flow_prediction import MAYBE, NO, YES, Prediction, Variable, predict
from tests.flow_runner import SHELLS, Escaped, Observed, Runner, Stuck, have_shells, runner
from tests.shell_scripts import MADE_HERE, TAGS, Script, Tree, Way, Writer, grammar, script, smaller
from tools import corpus, oracles

SCRIPTS, CHUNKS = 200 if ALL else 100, 5
"""How many scripts each shell runs, and in how many parts, for several processors."""
SAMPLE = 200
"""How many scripts of each shell go every way of the grammar, and the share of unknown is taken from."""

needs_shells = pytest.mark.skipif(not have_shells(), reason="dash or bash is not installed")


@pytest.fixture(name="shells")
def _shells() -> Iterator[Runner]:
    with runner() as made:
        yield made


@needs_shells
@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.parametrize("shell", SHELLS)
def test_nothing_is_predicted_wrong(shell: str, chunk: int, shells: Runner) -> None:
    seeds = range(chunk * SCRIPTS // CHUNKS, (chunk + 1) * SCRIPTS // CHUNKS)
    assert "\n\n".join(map(str, judge_many([(seed, shell) for seed in seeds], shells, predict).bad)) == ""


@pytest.mark.parametrize("shell", SHELLS)
def test_little_is_unknown(shell: str) -> None:
    share = no_share()
    for seed in range(SAMPLE):
        items = script(seed, shell).items
        environment = {"PATH": "/usr/bin:/bin", "HOME": "/tmp/there/home", "INHERITED": "orig"}
        share.add(share_of(items, predict(items, shell, environment, "/tmp/there/src")))
    assert [kind for kind in LIMITED if share.of(kind) >= LIMIT] == [], str(share)


# The oracle itself


def known(observed: Observed) -> Prediction:
    """The prediction that says just what happened."""
    variables = {name: Variable(NO if value is None else YES, value) for name, value in observed.variables.items()}
    return Prediction(observed.status, observed.status == 0, observed.cwd, variables)


@needs_shells
@pytest.mark.parametrize("shell", SHELLS)
def test_what_the_shells_did_before_is_right(shell: str, shells: Runner) -> None:
    for seed in range(8):
        told = [known(observed) for observed in run(script(seed, shell).items, shell, shells)]
        verdict = judge(seed, shell, shells, lambda *_, told=told: told)
        assert verdict.good, str(verdict)
        told[-1] = told[-1]._replace(status=99)
        verdict = judge(seed, shell, shells, lambda *_, told=told: told, shorten=False)
        assert [(wrong.item, wrong.kind) for wrong in verdict.wrong] == [(len(told) - 1, "exact status")]


REAL = Observed(3, "/src/d1", {"A": "1", "B": None, "C": ""})
TRUE = known(REAL)


@pytest.mark.parametrize(
    ("prediction", "kinds"),
    [
        (TRUE, []),
        (Prediction(None, None, None, {}), []),
        (TRUE._replace(status=2), ["exact status"]),
        (TRUE._replace(succeeds=True), ["status"]),
        (TRUE._replace(cwd="/src"), ["directory"]),
        (TRUE._replace(variables={"A": Variable(YES, "2")}), ["variable"]),
        (TRUE._replace(variables={"A": Variable(MAYBE, "2")}), ["variable"]),
        (TRUE._replace(variables={"A": Variable(NO)}), ["variable"]),
        (TRUE._replace(variables={"B": Variable(YES)}), ["variable"]),
        (TRUE._replace(variables={"C": Variable(NO)}), ["variable"]),
        (TRUE._replace(variables={"A": Variable("perhaps")}), ["variable"]),
        (TRUE._replace(variables={"A": Variable(MAYBE), "B": Variable(MAYBE, "1"), "C": Variable(YES)}), []),
    ],
)
def test_what_does_not_hold_is_wrong(prediction: Prediction, kinds: list[str]) -> None:
    assert [wrong.kind for wrong in compare([TRUE, prediction], [REAL, REAL])] == kinds
    assert len(compare([prediction], [REAL, REAL])) == 1


def test_the_share_of_unknown() -> None:
    items = ["A=1", "unset C", "B=2"]
    half = Prediction(None, True, None, {"A": Variable(YES, "1"), "B": Variable(NO), "C": Variable(MAYBE, "1")})
    share = share_of(items, [half, half, Prediction(0, None, "/", {"A": Variable(YES), "B": Variable(YES, "2")})])
    # A thrice, C twice, B once: what no item has mentioned does not count as known.
    assert dict(share.made) == {"status": 3, "exact status": 3, "directory": 3, "variable": 6}
    assert {kind: share.unknown[kind] for kind in KINDS} == {
        "status": 0,
        "exact status": 2,
        "directory": 2,
        "variable": 3,
    }
    assert str(share).startswith("unknown: variable 50.0% of 6")


def cheating(items: Sequence[str], shell: str, environment: Mapping[str, str], root: str) -> list[Prediction]:
    """Believes that every item succeeds where it is, and that A is 1 once `A=1` was read."""
    read = ("\n".join(items[: number + 1]) for number in range(len(items)))
    return [Prediction(0, True, root, {"A": Variable(YES, "1")} if "A=1" in text else {}) for text in read]


@needs_shells
@pytest.mark.parametrize("shell", SHELLS)
def test_a_predictor_that_cheats_is_found_out(shell: str, shells: Runner) -> None:
    verdicts = [judge(seed, shell, shells, cheating) for seed in range(12 if ALL else 6)]
    wrong = [verdict for verdict in verdicts if verdict.wrong]
    assert {found.kind for verdict in wrong for found in verdict.wrong} >= {"exact status", "directory"}
    assert all(verdict.script.size <= script(verdict.seed, shell).size for verdict in wrong)
    assert min(verdict.script.size for verdict in wrong) < 12
    assert not any(verdict.unfit for verdict in verdicts)
    assert f"seed {wrong[0].seed}, {shell}\n  item 1:\n" in str(wrong[0])


# The generator


def test_the_grammar_is_whole() -> None:
    used = {part[0] for ways in grammar().values() for way in ways for part in way.parts if not isinstance(part, str)}
    assert used - grammar().keys() == MADE_HERE
    assert grammar().keys() - used == {"item", "command", "call-words"}
    assert {tag for ways in grammar().values() for way in ways for tag in way.tags} == TAGS


def test_every_way_is_gone() -> None:
    used: set[tuple[str, Way]] = set()
    for shell in SHELLS:
        for seed in range(SAMPLE):
            writer = Writer(seed, shell)
            writer.script()
            used |= writer.used
    assert {(symbol, way) for symbol, ways in grammar().items() for way in ways} - used == set()


def test_a_seed_always_writes_the_same() -> None:
    assert script(7, "bash") == script(7, "bash")
    assert script(7, "bash") != script(8, "bash")
    sizes = [len(script(seed, "dash").trees) for seed in range(200)]
    assert set(sizes) == {1, 2, 3, 4, 5, 6}


def test_smaller_scripts_lead_to_the_smallest() -> None:
    made = Script((Tree("item", ("true",)), Tree("item", (Tree("commands", _elements("a", "b", "c")),))))
    assert [less.items for less in smaller(made)] == [
        ["a; b; c; "],
        ["true"],
        ["true", "b; c; "],
        ["true", "a; c; "],
        ["true", "a; b; "],
    ]


def _elements(*commands: str) -> tuple[Tree, ...]:
    return tuple(Tree("element", (Tree("command", (command,)), "; ")) for command in commands)


# The runner


@needs_shells
@pytest.mark.parametrize("shell", SHELLS)
def test_what_the_next_item_sees(shell: str, shells: Runner) -> None:
    items = ["A=1; mkdir d1; cd d1; unset INHERITED", "(exit 7)", "B='a\n'; exit 4", "C=$?; D=(1 2)"]
    with shells.place() as place:
        observed = shells.run(items, shell, ["A", "B", "C", "D", "INHERITED"], place)
        root = place.root
    assert [item.status for item in observed] == [0, 7, 4, 2 if shell == "dash" else 0]
    assert {item.cwd for item in observed} == {f"{root}/d1"}
    first = {"A": "1", "B": None, "C": None, "D": None, "INHERITED": "orig"}
    # The question leaves `$?` as it was, and an array is not handed on.
    last = first if shell == "dash" else {**first, "C": "0"}
    assert [item.variables for item in observed] == [first, first, first, last]


@needs_shells
def test_an_environment_that_ends_the_next_item(shells: Runner) -> None:
    with shells.place() as place:
        observed = shells.run(["OPTIND=x", "true"], "dash", ["OPTIND"], place)
    assert [(item.status, dict(item.variables)) for item in observed] == [(2, {"OPTIND": "1"}), (0, {"OPTIND": "1"})]


@needs_shells
def test_a_script_that_does_not_end(shells: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.flow_runner.SECONDS", 0.1)
    with shells.place() as place, pytest.raises(Stuck):
        shells.run(["while :; do sleep 1; done"], "dash", [], place)


@needs_shells
def test_a_script_that_leaves_its_folder(shells: Runner) -> None:
    with shells.place() as place, pytest.raises(Escaped):
        shells.run(["cd /", "echo further than this it does not come"], "dash", [], place)


# The command


@needs_shells
def test_the_command_judges_and_tells(capsys: pytest.CaptureFixture[str]) -> None:
    assert oracles.main(["--scripts", "12", "--from", "3", "--workers", "1"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("12 scripts, seeds 3 to 6, 0 not good\nunknown: variable ")
    assert oracles.main(["--show", "7", "--shell", "dash"]) == 0
    assert capsys.readouterr().out.startswith("--- item 1\n")


def test_the_scripts_are_spread_over_the_shells() -> None:
    work = oracles.chunks(3, 1000, SHELLS)
    assert [seed for chunk in work for seed in chunk.seeds] == list(range(3, 337))
    assert {chunk.shells for chunk in work} == {SHELLS}


@pytest.mark.skipif(not corpus.available(), reason="the corpus is not at hand (CBLINT_CORPUS)")
def test_what_is_unknown_in_the_corpus() -> None:
    made, unknown = oracles.corpus_unknown()["directory"]
    assert made > 1000
    assert unknown / made < 0.2
