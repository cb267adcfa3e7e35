"""Where a command reads from and prints to, and whether that can be opened."""

from __future__ import annotations

from collections.abc import Iterable

from cblint.flow.core import Died, Unclear
from cblint.flow.paths import is_device, key, lookup, of_process, parent_of, presumed
from cblint.flow.state import UNKNOWN_FILE, UNTOUCHED, Ends, File, State, stirred
from cblint.flow.values import EMPTY, UNKNOWN, Maybe, Value, concat, literal, unknown
from cblint.flow.words import Expansion
from cblint.records import NamedTuple
from cblint.shell.commands import Redirection
from cblint.shell.syntax import ProcessSubstitution, Word

NOWHERE = "/dev/null"
LOG = frozenset({"/dev/stderr", "/dev/stdout", "/dev/tty"})
"""Where what is printed ends in the log of the build."""
BUSY = File("file")
"""A file that is being written."""
_STANDARD_OUTPUT = ("", "1")


class Opened(NamedTuple):
    """A file that is opened to be written; ``path`` is None if it is not known which, ``presumed`` what it may be then.

    ``before``: what was there.
    """

    path: str | None
    appends: bool
    before: File = UNKNOWN_FILE
    presumed: str | None = None


class Redirected(NamedTuple):
    """What redirections come to.

    ``fails``: whether one of them cannot be opened. ``input`` is what is then read, None if that stays as it is;
    ``output`` where standard output goes, None if it stays. ``mixed``: errors go into that file, too; ``loud``: they go
    where standard output went before. ``errors_away``: they do not go to the log.
    """

    fails: Maybe = False
    input: Value | None = None
    output: Opened | None = None
    opened: tuple[Opened, ...] = ()
    mixed: bool = False
    loud: bool = False
    errors_away: bool = False

    def emptied(self, state: State) -> State:
        """The state when the files are open and nothing is written yet."""
        files = state.files
        for opened in self.opened:
            if opened.path is None:
                files = stirred(files)
                if opened.presumed is not None and not opened.appends:
                    files = files.set(opened.presumed, File(None, EMPTY))
            elif not is_device(opened.path):
                old = opened.before
                content = EMPTY if not opened.appends or old.kind == "absent" else old.known
                files = files.set(opened.path, File("file", content))
        return state._replace(files=files) if files is not state.files else state

    def lost(self, state: State) -> State:
        """The state without what had labels in files that are written over: it is not taken to stay there."""
        names = [each.path or each.presumed for each in self.opened if not each.appends]
        found = {name: UNKNOWN_FILE for name in names if name is not None and state.files.get(name).content.labels}
        return state._replace(files=state.files.update(found)) if found else state

    def held(self, state: State) -> tuple[State, File | None]:
        """The state in which something writes to a file that others may read, and what is in it so far."""
        if self.output is None or self.output.path is None or is_device(self.output.path):
            return state, None
        path = self.output.path
        return state._replace(files=state.files.set(path, BUSY)), state.files.get(path)

    def written(self, state: State, quiet: bool = False, held: File | None = None) -> State:
        """The state when all that was printed is in the file; ``quiet``: there were no errors."""
        if self.output is not None and self.output.presumed is not None and state.printed.labels:
            content = concat((state.files.get(self.output.presumed).content, state.printed))
            return state._replace(files=state.files.set(self.output.presumed, File(None, content)))
        if self.output is None or self.output.path is None or is_device(self.output.path):
            return state
        old = state.files.get(self.output.path)
        if old.kind == "absent":
            # It has been removed in the meantime.
            return state
        if held is not None:
            old = held if old is BUSY else BUSY
        printed = unknown(state.printed.labels) if self.mixed and not quiet else state.printed
        return state._replace(files=state.files.set(self.output.path, File("file", concat((old.known, printed)))))


def redirect(expansion: Expansion, redirections: Iterable[Redirection]) -> Redirected:
    """Opens them in turn. Raises Died, Unclear."""
    found = Redirected()
    for redirection in redirections:
        found = _one(expansion, redirection, found)
    return found


def _one(expansion: Expansion, node: Redirection, found: Redirected) -> Redirected:
    if node.document is not None:
        text, fails = _document(expansion, node)
        return found._replace(input=text, fails=_worse(found.fails, fails))
    operator = node.operator
    target, fails = _target(expansion, node.target)
    found = found._replace(fails=_worse(found.fails, fails))
    if operator == "<<<":
        return found._replace(input=concat((target, literal("\n"))))
    if operator in ("<", "<>"):
        return _read(expansion, node, target, found)
    if operator == "<&":
        return found._replace(input=UNKNOWN) if node.descriptor in ("", "0") else found
    if (operator == ">&" and (target.text or "").rstrip("-").isdigit()) or target.text == "-":
        return _copied(node, target.text or "", found)
    return _write(expansion, node, target, found)


def _target(expansion: Expansion, word: Word) -> tuple[Value, Maybe]:
    """What a word becomes, and whether the command fails for it: bash expands it in the process of a program."""
    if expansion.interpreter.shell.is_dash is True:
        return expansion.text(word), False
    process = expansion.interpreter.process
    exits, process.exits = process.exits, Ends()
    try:
        target = expansion.text(word)
        return target, None if process.exits else False
    except Died:
        raise Unclear from None
    finally:
        exits.add(process.exits.all())
        process.exits = exits


def _document(expansion: Expansion, node: Redirection) -> tuple[Value, Maybe]:
    """What a here-document says, and whether the command fails for it: what goes wrong in it ends no shell."""
    document = node.document
    if document is not None and not document.terminated and ("`" in document.raw or "$(" in document.raw):
        raise Unclear
    if document is None or not document.terminated:
        # It swallows the wrapper's lines, and under `set -u` the variable in them may not be set.
        return UNKNOWN, False if expansion.state.options.nounset is False else None
    process = expansion.interpreter.process
    exits, process.exits = process.exits, Ends()
    try:
        text, fails = expansion.document(document.body, document.stripped, document.quoted), None
        if not process.exits:
            fails = False
    except Died:
        text, fails = UNKNOWN, None
    # In bash it does end the shell, unless the command is a program.
    if not expansion.interpreter.shell.is_dash:
        exits.add(process.exits.all())
    process.exits = exits
    return text, fails


def _copied(node: Redirection, target: str, found: Redirected) -> Redirected:
    if node.descriptor in _STANDARD_OUTPUT and target != "1":
        return found._replace(output=Opened("/dev/stderr" if target == "2" else NOWHERE, True))
    if node.descriptor == "2" and target == "1":
        away = found.output is not None and found.output.path not in LOG
        return found._replace(mixed=found.output is not None, loud=found.output is None, errors_away=away)
    return found


def _read(expansion: Expansion, node: Redirection, target: Value, found: Redirected) -> Redirected:
    if node.descriptor not in ("", "0"):
        return found._replace(fails=_worse(found.fails, None))
    path = key(expansion.state, target)
    if path == NOWHERE:
        return found._replace(input=EMPTY)
    (part,) = node.target.parts if len(node.target.parts) == 1 else (None,)
    if isinstance(part, ProcessSubstitution):
        path = of_process(part)
    path = path or presumed(expansion.state, target)
    file = lookup(expansion.interpreter, expansion.state, path) if path is not None else UNKNOWN_FILE
    fails = {"file": False, "folder": False, "absent": True}.get(file.kind or "")
    content = file.known if node.operator == "<" else unknown(file.content.labels)
    return found._replace(input=content, fails=_worse(found.fails, None if node.operator == "<>" else fails))


def _write(expansion: Expansion, node: Redirection, target: Value, found: Redirected) -> Redirected:
    path = key(expansion.state, target)
    before = lookup(expansion.interpreter, expansion.state, path) if path is not None else UNKNOWN_FILE
    opened = Opened(path, node.operator in (">>", "&>>"), before, presumed(expansion.state, target))
    both = node.operator in ("&>", "&>>") or (node.operator == ">&")
    fails = _worse(found.fails, _unwritable(expansion, node, path))
    found = found._replace(fails=fails, opened=(*found.opened, opened))
    if node.descriptor in _STANDARD_OUTPUT or both:
        away = found.errors_away if not both else path not in LOG
        return found._replace(output=opened, mixed=both, loud=found.loud and not both, errors_away=away)
    if node.descriptor != "2":
        return found
    return found._replace(mixed=False, loud=False, errors_away=path not in LOG)


def _unwritable(expansion: Expansion, node: Redirection, path: str | None) -> Maybe:
    if path is None:
        return None
    if is_device(path):
        return False
    kind = lookup(expansion.interpreter, expansion.state, path).kind
    if kind == "file" and node.operator == ">" and expansion.state.options.noclobber is not False:
        return True if expansion.state.options.noclobber else None
    if kind is not None and kind != "absent":
        return kind == "folder"
    if kind is None and (expansion.state.files.get(path) is not UNTOUCHED or expansion.state.options.noclobber):
        return None
    parent = parent_of(path)
    if parent == expansion.state.cwd.written:
        # That a folder of this name stands in the way, or that nothing can be written here, is not expected.
        return False
    return {"folder": False, "file": True, "absent": True}.get(
        lookup(expansion.interpreter, expansion.state, parent).kind or ""
    )


def _worse(first: Maybe, second: Maybe) -> Maybe:
    """Whether one of two fails."""
    if first is True or second is True:
        return True
    return None if first is None or second is None else False
