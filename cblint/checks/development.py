"""Dependencies for development that are left out where something needs them."""

from __future__ import annotations

import itertools
import json
import posixpath
import re
from collections.abc import Iterator

from cblint.buildspec.model import VARIABLES, Buildspec, Variable
from cblint.checks.dependencies import ELSEWHERE, at_or_above, folder_of, has_other_yarn, installs_all, manager_of
from cblint.checks.edits import after
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.kinds import RAN
from cblint.flow.steps import SUCCEEDING
from cblint.hosts.repository import text_in
from cblint.records import NamedTuple
from cblint.shell.commands import AndOr
from cblint.shell.effects import called, called_at, effect_of
from cblint.shell.parser import parse
from cblint.shell.query import Invocation, invocations, is_test
from cblint.shell.syntax import walk
from cblint.source.text import Span, Text
from cblint.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cblint.flow.events import Event
    from cblint.flow.state import State

SCRIPT_RUNNERS = ("npm", "yarn", "pnpm")
_NODE_ENV, _PRODUCTION = "NODE_ENV", "production"
_SETTINGS = (
    r"(?i)\bnpm_config_(?:include|omit|production|only|also|userconfig|globalconfig)\b|\bYARN_PRODUCTION\b"
    r"|\b(?:npm|yarn|pnpm)\s+(?:-\S{1,99}\s{1,9}){0,20}(?:config|c|set)\b|\.(?:npm|yarn)rc\b"
)
"""What anywhere in the file may tell a package manager which dependencies to install."""
_SETTINGS_IN = {
    ".npmrc": r"(?m)^[^\S\n]*(?:include|omit|production|only|also)\s*(?:\[\]\s*)?=",
    ".yarnrc": r"\bproduction\b",
}
WITH_INSTALLATION = ("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare")
OF_OTHER_PACKAGES = ("-w", "--workspace", "--workspaces", "-ws", "-r", "--recursive", "-F", "--filter")
"""With these it runs scripts of other packages than that of the folder."""
_DEEPEST = 20
"""Scripts that run scripts."""


class _Install(NamedTuple):
    """An installation without the dependencies for development: why, and where that is said."""

    invocation: Invocation
    reason: str
    place: Span | None


class _Use(NamedTuple):
    """A script that needs them: by which program of which package, if its text is known."""

    invocation: Invocation
    program: str = ""
    package: str = ""


def install_order_production_deps(buildspec: Buildspec) -> Iterator[Report]:
    """Dependencies for development are left out, and a script is run that needs them."""
    calls = list(buildspec.invocations(r"\b(?:npm|yarn|pnpm)\b"))
    if any(_is_install(each) for each in calls) and any(script_of(each) for each in calls):
        for install, uses in _Walk(buildspec, calls).found():
            known = [use for use in uses if use.program]
            first, *others = known or uses
            fields = {
                "install": called(install.invocation),
                "script": called(first.invocation),
                "reason": install.reason,
                "program": first.program,
                "package": first.package,
            }
            related = [("needs", called_at(use.invocation)) for use in (first, *others)]
            if install.place is not None:
                related.append(("production", install.place))
            yield Report(
                called_at(install.invocation),
                "needs" if known else "presumed",
                fields,
                tuple(related),
                _with_them(install) if known else (),
            )


def _with_them(install: _Install) -> tuple[Edit, ...]:
    """The option that has npm install them whatever NODE_ENV is."""
    verb = install.invocation.operands()[:1]
    if install.invocation.program != "npm" or not verb or install.reason != _BY_VARIABLE:
        return ()
    return (after(verb[0].span, " --include=dev"),)


_BY_VARIABLE = "because NODE_ENV is production"


class _Walk:
    """Goes through the build, and remembers of each folder how its dependencies were last installed."""

    def __init__(self, buildspec: Buildspec, calls: list[Invocation]) -> None:
        self.buildspec = buildspec
        self.globally = {_package(word.text or "") for each in calls for word in _installed_by_name(each)}
        self.globally.update(table("dependencies")["of-images"])
        self.is_set = re.search(_SETTINGS, buildspec.source) is not None
        self.given = next((one for one in buildspec.variables if _is_production(buildspec, one)), None)
        self.installs: dict[str, _Install | None] = {}
        self.uses: dict[int, tuple[_Install, dict[int, _Use]]] = {}
        self.packages: dict[str, dict[str, Any] | None] = {}

    def found(self) -> list[tuple[_Install, list[_Use]]]:
        """The installations, each with the scripts that find something missing."""
        for run in build_of(self.buildspec).on(SUCCEEDING):
            for event in run.events:
                for invocation in run.step.item.calls(event.node) if event.kind == RAN else ():
                    self._see(invocation, event, event.state or run.before)
        return [(install, list(uses.values())) for install, uses in self.uses.values()]

    def _see(self, invocation: Invocation, event: Event, state: State) -> None:
        folder = _folder(invocation, state)
        if _is_install(invocation):
            if folder is None:
                self.installs.clear()
            else:
                self.installs[folder] = self._omitting(invocation, event, state)
        elif script_of(invocation) is not None:
            install = self.installs.get(folder) if folder is not None else None
            # Those above have been asked as well: npm looks in their node_modules/.bin too.
            above = itertools.islice(at_or_above(folder or "."), 1, None)
            if (
                install is not None
                and folder is not None
                and self.installs.keys().isdisjoint(above)
                and not _depends(event)
            ):
                self._use(install, invocation, folder)
        elif _may_install(invocation, self.globally):
            self.installs.clear()

    def _omitting(self, invocation: Invocation, event: Event, state: State) -> _Install | None:
        """Why an installation leaves them out, if it does for sure."""
        folder = _folder(invocation, state)
        if self.is_set or _depends(event) or folder is None or self._is_set_in(folder):
            return None
        if invocation.program == "yarn" and has_other_yarn(self.buildspec, folder):
            return None  # which heeds neither NODE_ENV nor the option
        options = _options(invocation)
        if not options.isdisjoint(table("dependencies")["with-development"]):
            return None
        without = options.intersection(table("dependencies")["without-development"])
        if invocation.program == "pnpm":
            without |= options & {"-P"}
        if without:
            return _Install(invocation, f"because of {min(without)}", None)
        is_unknown_yarn = invocation.program == "yarn" and self.buildspec.repository is None
        is_wrapped = not set(invocation.wrappers).issubset(table("tools")["transparent"])
        if invocation.program == "pnpm" or is_unknown_yarn or is_wrapped:
            return None
        variable = state.variable(_NODE_ENV)
        if variable.assigned and variable.value.text == _PRODUCTION:
            return _Install(invocation, _BY_VARIABLE, variable.places[0].span if variable.places else None)
        is_as_given = variable.assigned is True and not variable.places and variable.value.text is None
        return _Install(invocation, _BY_VARIABLE, self.given.key.span) if is_as_given and self.given else None

    def _is_set_in(self, folder: str) -> bool:
        """Whether a file of the repository tells npm or yarn what to install."""
        repository = self.buildspec.repository
        if repository is None:
            return False
        return any(
            re.search(pattern, text_in(repository, posixpath.join(place, name)) or "")
            for place in at_or_above(folder)
            for name, pattern in _SETTINGS_IN.items()
        )

    def _use(self, install: _Install, invocation: Invocation, folder: str) -> None:
        script = script_of(invocation) or ""
        if self.buildspec.repository is None or folder.startswith("/"):
            effect = effect_of(invocation)
            use = _Use(invocation) if effect is not None and effect.does in ("test", "check", "build") else None
        else:
            if folder not in self.packages:
                self.packages[folder] = package_json(self.buildspec.repository, folder)
            package = self.packages[folder]
            missing = _missing(package, script, self.globally) if package is not None else None
            use = _Use(invocation, *missing) if missing is not None else None
        if use is not None:
            _, uses = self.uses.setdefault(id(install.invocation.node), (install, {}))
            uses.setdefault(id(invocation.node), use)


# What a command is


def _is_install(invocation: Invocation) -> bool:
    return invocation.program in SCRIPT_RUNNERS and installs_all(invocation, "installs", "exact")


def script_of(invocation: Invocation) -> str | None:
    """The script of package.json that it runs."""
    if invocation.program not in SCRIPT_RUNNERS or invocation.flags(*OF_OTHER_PACKAGES):
        return None
    operands = [word.text for word in invocation.operands()]
    if operands[:1] in (["run"], ["run-script"]):
        return operands[1] if len(operands) > 1 else None
    verb = operands[0] if operands else None
    if invocation.program == "npm":
        return "test" if verb in ("test", "t", "tst") else None
    effect = effect_of(invocation)
    return verb if effect is not None and effect.presumed else None


def _installed_by_name(invocation: Invocation) -> tuple[Any, ...]:
    """The packages that a command installs by name, for all or here."""
    operands = invocation.operands()
    verbs = ("install", "i", "in", "add", "global")
    return operands[1:] if manager_of(invocation) is not None and operands and operands[0].text in verbs else ()


def _package(text: str) -> str:
    """The name of a package without the version."""
    return text[:1] + text[1:].partition("@")[0]


def _may_install(invocation: Invocation, globally: set[str]) -> bool:
    """Whether it may install something of which nothing is seen: a script, a target of make, an unknown program."""
    effect = effect_of(invocation)
    if invocation.program in table("tools")["shells"]:
        return True
    if invocation.program in table("dependencies")["installers"]:
        return not invocation.flags("-g", "--global")
    if effect is None:
        return invocation.program not in globally
    return effect.does == "run"


def _depends(event: Event) -> bool:
    """Whether it only runs where a test says so."""
    return any(not guard.succeeds or any(is_test(node) for node in walk(guard.condition)) for guard in event.guards)


def _folder(invocation: Invocation, state: State) -> str | None:
    """The folder of package.json, relative to the root of the repository where it is below that."""
    from cblint.flow.trace import directory  # with it comes the interpreter

    if manager_of(invocation) is None or not ELSEWHERE.isdisjoint(invocation.wrappers):
        return None
    return folder_of(invocation, directory(state.cwd))


def _options(invocation: Invocation) -> set[str]:
    """The options, and ``--omit dev`` in one piece."""
    texts = [word.text or "" for word in invocation.arguments]
    pairs = {f"{option}={value}" for option, value in itertools.pairwise(texts)}
    found = set(texts) | pairs
    if found & {"--production=false", "--prod=false"}:
        found -= {"--production", "--prod"}
    return found


def _is_production(buildspec: Buildspec, variable: Variable) -> bool:
    """Whether the buildspec itself sets NODE_ENV to production for all commands."""
    if variable.name != _NODE_ENV or variable.section != VARIABLES or variable.value is None:
        return False
    batch = buildspec.get("batch")
    is_of_task = batch is not None and batch.value.start <= variable.key.start < batch.value.end
    return variable.value.value == _PRODUCTION and not is_of_task


# What package.json says


def package_json(repository: str, folder: str) -> dict[str, Any] | None:
    """package.json of a folder, and ``locked``: of which packages its lock file says that only development has them."""
    package = _json(repository, posixpath.join(folder, "package.json"))
    if package is None:
        return None
    lock = _json(repository, posixpath.join(folder, "package-lock.json")) or {}
    return {**package, "locked": _mapping(lock, "packages")}


def _json(repository: str, path: str) -> dict[str, Any] | None:
    text = text_in(repository, path)
    try:
        data = json.loads(text) if text is not None else None
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _mapping(data: dict[str, Any], key: str) -> dict[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _missing(package: dict[str, Any], script: str, globally: set[str]) -> tuple[str, str] | None:
    """The first program of a script that only a dependency for development brings, and that one's name."""
    scripts = _mapping(package, "scripts")
    if any(re.search(r"\b(?:npm|yarn|pnpm)\b", str(scripts.get(name))) for name in WITH_INSTALLATION):
        return None  # the installation may bring more
    for text in scripts_of(package, script):
        for invocation in _commands(text):
            if _is_install(invocation) or _installed_by_name(invocation):
                return None
            found = _brought_for_development(package, invocation, globally)
            if found is not None:
                return invocation.program, found
    return None


def scripts_of(package: dict[str, Any], script: str) -> Iterator[object]:
    """What package.json says of a script, of those that run before and after it, and of those that these run."""
    scripts = _mapping(package, "scripts")
    seen: set[str] = set()
    waiting = [script]
    while waiting and len(seen) < _DEEPEST:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        for each in (f"pre{name}", name, f"post{name}"):
            yield scripts.get(each)
            waiting += [inner for call in _commands(scripts.get(each)) if (inner := script_of(call)) is not None]


def _commands(text: object) -> list[Invocation]:
    """The commands of a script that run in any case."""
    script = parse(Text.of(text)) if isinstance(text, str) else None
    if script is None or script.problem is not None:
        return []
    found = [each for each in invocations(script) if not {"npx", "yarn", "pnpm", "npm"}.intersection(each.wrappers)]
    return [
        each for each in found if not any(isinstance(node, AndOr) and "||" in node.operators for node in each.above)
    ]


def _brought_for_development(package: dict[str, Any], invocation: Invocation, globally: set[str]) -> str | None:
    name = invocation.program
    if invocation.is_path and "node_modules/.bin/" not in (invocation.words[0].text or ""):
        return None
    candidates: list[str] = table("dependencies")["programs"].get(name, [name])
    kinds = ("dependencies", "optionalDependencies", "peerDependencies")
    if any(each in globally or any(each in _mapping(package, kind) for kind in kinds) for each in candidates):
        return None
    for each in candidates:
        entry = package["locked"].get(f"node_modules/{each}")
        only = not isinstance(entry, dict) or entry.get("dev") is True
        if each in _mapping(package, "devDependencies") and only:
            return each
    return None
