"""Scripts of the repository that a command runs in a shell of their own, where their text is at hand."""

from __future__ import annotations

from cblint import expressions
from cblint.flow.core import Unclear
from cblint.flow.events import Recorder
from cblint.flow.layers import Layers
from cblint.flow.paths import key, repository_text
from cblint.flow.shells import BASH, Shell, effect_in
from cblint.flow.state import NO_FUNCTION, Options, Outcome, State
from cblint.flow.values import Value, literal
from cblint.shell.parser import parse
from cblint.source.text import Text
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.simple import Call, SimpleRunner

DEEPEST = 5
"""Scripts that run scripts."""
LONGEST = 100_000

_SHELLS = {"sh": "", "bash": BASH, "/bin/sh": "", "/bin/bash": BASH}
_SHEBANG = expressions.lazy(r"#! *(?:/usr)?/bin/(?:env +)?(bash|sh)(?: +-([eux]+))? *\n")
_OPTIONS = expressions.lazy(r"-[eux]+")


def is_shell(name: str) -> bool:
    """Whether a program of that name is a shell that is followed."""
    return name in _SHELLS


def called(shell: SimpleRunner, call: Call) -> Outcome | None:
    """How a script that the command names ends; None where its text is not at hand, or nothing can be said.

    What it does to variables and directory stays in it. What happens in it is not noted, as it stands in another file,
    but where texts with labels go.
    """
    found = _named(shell, call)
    if found is None or shell.calls >= DEEPEST or call.state.options.allexport is not True:
        return None
    text, name, options, arguments = found
    if len(text) > LONGEST:
        return None
    script = parse(Text.of(text))
    inner_shell = Shell(name) if name else shell.shell
    if script.problem is not None or effect_in(script, inner_shell):
        return None
    begun = call.state._replace(
        functions=Layers(NO_FUNCTION),
        options=Options(errexit="e" in options, nounset="u" in options, xtrace="x" in options),
        positional=arguments,
        code=0,
        succeeded=True,
        pushed=(),
        shadowed={},
    )
    outer = shell.shell, shell.recorder, shell.ignoring
    inner_recorder = Recorder()
    inner_recorder.standing = shell.recorder.standing or call.node
    shell.shell, shell.recorder, shell.ignoring = inner_shell, inner_recorder, False
    shell.calls += 1
    try:
        ok, failed = shell.subshell(begun, lambda state: shell.script(script, state))
    except Unclear:
        return None
    finally:
        shell.calls -= 1
        shell.shell, shell.recorder, shell.ignoring = outer
    shell.recorder.overhear(inner_recorder, call.node)
    return Outcome(
        shell.succeed(_back(call.state, ok)).ok if ok is not None else None,
        shell.failing(_back(call.state, failed), call.node, failed.code) if failed is not None else None,
    )


def _back(state: State, inner: State) -> State:
    return state._replace(files=inner.files, printed=inner.printed, input=inner.input)


def _named(shell: SimpleRunner, call: Call) -> tuple[str, str, str, tuple[Value, ...]] | None:
    """The text of the script, the shell that reads it, its options and arguments."""
    if not call.exact:
        return None
    words = list(call.words)
    if call.name not in _SHELLS:
        text = _text(shell, call, literal(call.name)) if "/" in call.name else None
        shebang = _SHEBANG.match(text) if text is not None else None
        if text is None or shebang is None:
            return None
        return text, _SHELLS[shebang.group(1)], shebang.group(2) or "", tuple(words)
    options = ""
    while words and _OPTIONS.fullmatch(words[0].text or ""):
        options += (words.pop(0).text or "")[1:]
    if not words or words[0].start.startswith(("-", "+")):
        return None
    text = _text(shell, call, words[0])
    return (text, _SHELLS[call.name], options, tuple(words[1:])) if text is not None else None


def _text(shell: SimpleRunner, call: Call, path: Value) -> str | None:
    """The text of a file as the repository has it."""
    name = key(call.state, path)
    return repository_text(shell, call.state, name) if name is not None else None
