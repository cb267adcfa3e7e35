"""Secrets that CodeBuild does not know, and so does not hide in the log: fetched by a command, or parts of others."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from collections.abc import Sequence as Several

from cblint.buildspec.model import PARAMETER_STORE, SECRETS_MANAGER, Buildspec, Variable
from cblint.checks.certain import is_expected
from cblint.checks.environment import malformed_secret, secret_parts
from cblint.checks.moving import Moved, filled_by, moves
from cblint.checks.ways import Use, uses
from cblint.finding import Report
from cblint.flow import build_of
from cblint.flow.kinds import ASSIGNED, LOGGED, PASSED, RAN
from cblint.flow.labels import FETCHED, SECRET, Label, of_kind, sounds_decrypted, sounds_plain
from cblint.records import NamedTuple
from cblint.shell.commands import AndOr
from cblint.shell.effects import called_at
from cblint.shell.operands import option_values
from cblint.shell.query import Invocation
from cblint.shell.syntax import CommandSubstitution, Node, Parameter, Word, walk
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import Build, StepRun
    from cblint.flow.events import Event
    from cblint.shell.commands import Command

_FETCHES = {f"{FETCHED}{section}": section for section in (SECRETS_MANAGER, PARAMETER_STORE)}
"""What commands fetch that a buildspec can name as well, and where."""
_NAMES = {SECRETS_MANAGER: ("--secret-id",), PARAMETER_STORE: ("--name", "--names")}
_PLAIN_OPTIONS = {
    SECRETS_MANAGER: {"--secret-id", "--query=SecretString", "--output=text"},
    PARAMETER_STORE: {"--name", "--with-decryption", "--query=Parameter.Value", "--output=text"},
}
"""The options of a command that prints just what the section of the buildspec would give."""
_VARIABLES_OF_OTHERS = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN")
"""Variables with which a command has other rights than the build."""


# Fetched by a command


class _Call(NamedTuple):
    """The command itself, and when it has run."""

    invocation: Invocation
    run: StepRun
    event: Event


class _Fetch(NamedTuple):
    """A command that fetches a secret, and the one that keeps what it prints in a variable."""

    use: Use
    label: Label
    section: str
    call: _Call | None

    @property
    def name(self) -> str:
        """The variable."""
        return self.use.event.name

    def words(self) -> list[Word]:
        """What names the secret."""
        return list(option_values(self.call.invocation.arguments, _NAMES[self.section])) if self.call else []


def runtime_fetched_secret_unmasked(buildspec: Buildspec) -> Iterator[Report]:
    """A command fetches a secret into a variable, where CodeBuild could have given it and would hide it."""
    found = [(each, variant) for each in _fetches(build_of(buildspec)) if (variant := _variant(each))]
    moved = moves(buildspec, [_moved(each) if variant in _MENDED else None for each, variant in found])
    for (each, variant), (edits, touched) in zip(found, moved, strict=True):
        place = each.use.at
        fields = {"name": each.name, "command": each.label.name, "section": each.section}
        steps = each.use.steps(each.label, "kept", place)
        yield Report(place, variant, fields, edits=edits, touched=touched, steps=steps)


_MENDED = frozenset({"secret", "parameter"})


def _fetches(build: Build) -> Iterator[_Fetch]:
    printed = _printed(build)
    calls: dict[Span, _Call] | None = None
    seen: set[Label] = set()
    for use in uses(build, ASSIGNED):
        for label in use.labels(SECRET):
            section = _FETCHES.get(label.source)
            if section is None or label.place is None or label in seen:
                continue
            seen.add(label)
            if label[:4] in printed:
                continue  # secret-printed has more to say of it
            calls = calls if calls is not None else _calls(build)
            yield _Fetch(use, label, section, calls.get(label.place))


def _printed(build: Build) -> set[tuple[object, ...]]:
    """The secrets that end in the log, whole or in part."""
    return {label[:4] for use in uses(build, LOGGED) for label in use.labels(SECRET)}


def _calls(build: Build) -> dict[Span, _Call]:
    """The commands that fetch something, by their place."""
    found: dict[Span, _Call] = {}
    for run in build.runs:
        for event in run.events:
            if event.kind == RAN and event.name.rpartition("/")[2] == "aws":
                for invocation in run.step.item.calls(event.node):
                    found.setdefault(called_at(invocation), _Call(invocation, run, event))
    return found


def _variant(fetch: _Fetch) -> str:
    names = [(word.text or "").rstrip("/").rpartition("/")[2] for word in fetch.words()]
    is_secret = any(sounds_decrypted(re.sub(r"[-.]", "_", name)) for name in (fetch.name, *names))
    if not is_secret and sounds_plain(fetch.name):
        return ""
    if fetch.section == PARAMETER_STORE and not is_secret:
        return "perhaps" if _is_named(fetch) else ""
    if not _is_named(fetch):
        return "computed"
    return "secret" if fetch.section == SECRETS_MANAGER else "parameter"


def _is_named(fetch: _Fetch) -> bool:
    """Whether it is known before which secret every build fetches, and whether the build itself may have it."""
    call, words = fetch.call, fetch.words()
    if call is None or not words or any(word.text is None for word in words):
        return False
    invocation = call.invocation
    if invocation.flags("--profile", "--endpoint-url") or "AWS_" in invocation.node.raw.partition("aws ")[0]:
        return False
    state = call.event.state
    if state is not None and any(state.variable(name).places for name in _VARIABLES_OF_OTHERS):
        return False
    return is_expected(call.run, call.event) and not any(_goes_on(above) for above in invocation.above)


def _goes_on(node: Node) -> bool:
    """Whether the build does without what cannot be fetched: ``… || echo none``."""
    if not isinstance(node, AndOr) or "||" not in node.operators:
        return False
    return re.match(_ENDING, node.pipelines[-1].raw) is None


_ENDING = r"[({\s]*(?:exit|return|false)\b"


def _moved(fetch: _Fetch) -> Moved | None:
    """What the buildspec can say instead of a command that does nothing else but fetch the secret into the variable."""
    words = fetch.words()
    name = words[0].text if len(words) == 1 else None
    if name is None or fetch.call is None:
        return None
    if _options(fetch.call.invocation, _NAMES[fetch.section][0]) != _PLAIN_OPTIONS[fetch.section]:
        return None
    stages = filled_by(fetch.use)
    if not stages or stages[0] is not fetch.call.invocation.node:
        return None
    field = ""
    if len(stages) > 1:
        taken = _taken(fetch.use.run, stages[1]) if fetch.section == SECRETS_MANAGER and len(stages) == 2 else None
        if taken is None or not taken.is_all:
            return None
        field = taken.field
    return Moved(fetch.use.run.step, fetch.name, fetch.section, f"{name}:{field}" if field else name)


def _options(invocation: Invocation, name: str) -> set[str]:
    """The options of a command, each with its value but that of the one that names the secret."""
    found: list[str] = []
    for word in invocation.arguments[2:]:
        text = word.text if word.text is not None else "?"
        if text.startswith("--"):
            option, equals, value = text.partition("=")
            found.append(option if option == name else f"{option}{equals}{value}")
        elif found and found[-1] in ("--query", "--output"):
            found[-1] += f"={text}"
        elif not found or found[-1] != name:
            found.append(text)
    return set(found)


# Taken out of another

_FIELD = r"""\s*\.(?:([A-Za-z_]\w*)|\[?"([^"\\\]]+)"\]?)"""
_RAW = frozenset({"-r", "--raw-output"})


class _Taken(NamedTuple):
    """A field of a JSON text that jq prints; ``is_all``: without quotes, and nothing else."""

    field: str
    word: Word
    is_all: bool


def _taken(run: StepRun, command: Node) -> _Taken | None:
    invocation = next((each for each in run.step.item.calls(command) if each.program == "jq"), None)
    words = invocation.operands() if invocation is not None else []
    match = re.match(_FIELD, words[0].text or "") if words else None
    if match is None or invocation is None:
        return None
    rest = [word.text for word in invocation.arguments if word is not words[0]]
    is_all = match.end() == len(words[0].text or "") and len(rest) == 1 and rest[0] in _RAW
    return _Taken(match[1] or match[2], words[0], is_all and ":" not in (match[1] or match[2]))


class _Extraction(NamedTuple):
    """Where a field of a secret is taken out, and the command that uses it."""

    use: Use
    label: Label
    taken: _Taken


def secret_json_field_unmasked(buildspec: Buildspec) -> Iterator[Report]:
    """A field is taken out of a secret of which CodeBuild knows only the whole."""
    given = {each.name: each for each in buildspec.variables if _is_whole(each)}
    if not given:
        return
    build = build_of(buildspec)
    found: dict[tuple[str, str], list[_Extraction]] = {}
    for each in _extractions(build, given):
        found.setdefault((each.label.name, each.taken.field), []).append(each)
    filling = {id(stages[-1]): (use, stages) for use in uses(build, ASSIGNED) if (stages := filled_by(use))}
    mover = _Mover(buildspec, build)
    wanted = [
        mover.moved(first, filling.get(id(first.use.event.node))) if not others else None
        for first, *others in found.values()
    ]
    for (first, *others), moved, change in zip(found.values(), wanted, moves(buildspec, wanted), strict=True):
        edits, touched = change
        name = first.label.name
        fields = {"name": name, "field": first.taken.field}
        place = first.taken.word.span
        again = tuple(("again", other.taken.word.span) for other in others)
        steps = first.use.steps(first.label, "field", place)
        # Where the variable is the same, what ran before has seen the whole secret in it.
        safe = moved is not None and moved.name != name
        yield Report(place, "field", fields, again, edits, safe, touched=touched, steps=steps)


def _is_whole(variable: Variable) -> bool:
    """Whether it is a secret of Secrets Manager without a key."""
    value = variable.value.value if variable.value is not None else ""
    if variable.section != SECRETS_MANAGER or not value or variable.value is None or "$" in value:
        return False
    parts = secret_parts(value)
    return not any(parts[1:2]) and not any(malformed_secret(variable, variable.value))


def _extractions(build: Build, given: Container[str]) -> Iterator[_Extraction]:
    """Where fields of these secrets are taken out and kept; of those that are printed secret-printed speaks."""
    printed = {label[:4] for use in uses(build, LOGGED) for label in use.labels(SECRET) if label.masked is not True}
    for use in uses(build, PASSED):
        event = use.event
        if event.name.rpartition("/")[2] != "jq" or event.standing is not None or event.state is None:
            continue
        taken = _taken(use.run, event.node)
        if taken is None or sounds_plain(taken.field):
            continue
        for label in of_kind(event.state.input.labels, SECRET):
            is_given = label.source == SECRETS_MANAGER and label.name in given and label.masked is True
            if is_given and label[:4] not in printed and _is_kept(use.run, event.node):
                yield _Extraction(use, label, taken)


def _is_kept(run: StepRun, command: Node) -> bool:
    """Whether what a command prints becomes part of another."""
    calls = run.step.item.calls(command)
    return any(isinstance(above, CommandSubstitution) for each in calls for above in each.above)


class _Mover:
    """What the buildspec can say instead of commands that take fields and put them into variables."""

    def __init__(self, buildspec: Buildspec, build: Build) -> None:
        self.given = {each.name: each for each in buildspec.variables}
        self.set_at: dict[str, set[int]] = {}
        for run in build.runs:
            for event in run.events:
                if event.kind == ASSIGNED:
                    self.set_at.setdefault(event.name, set()).add(id(event.node))

    def moved(self, found: _Extraction, filling: tuple[Use, Several[Command]] | None) -> Moved | None:
        """The same of one command; None if it does more, or the variable has another text elsewhere."""
        if filling is None or not found.taken.is_all:
            return None
        use, stages = filling
        secret, name = found.label.name, use.event.name
        reference = self.given[secret].value
        reads = [node for each in stages for node in walk(each) if isinstance(node, Parameter)]
        plain = len(reads) == 1 and reads[0].name == secret and not reads[0].operator and not reads[0].prefix
        sends = len(stages) == 1 or (len(stages) == 2 and _sends(use.run, stages[0]))
        if not plain or not sends or reference is None or len(secret_parts(reference.value)) > 1:
            return None
        if len(self.set_at.get(name, ())) > 1 or (name != secret and name in self.given):
            return None
        return Moved(use.run.step, name, SECRETS_MANAGER, f"{reference.value}:{found.taken.field}")


def _sends(run: StepRun, command: Command) -> bool:
    calls = run.step.item.calls(command)
    return bool(calls) and calls[-1].program in ("echo", "printf")
