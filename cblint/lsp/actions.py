"""Code actions: the fix of a finding, all safe fixes, and comments that suppress a finding.

What an action changes is worked out when somebody chooses it, if the editor can ask for that then: a fix is held to
what it may change, a comment to what it may silence.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from lsprotocol import types

from cblint.finding import Edit, Finding
from cblint.fix import Refused, fix_bytes, fixed_text
from cblint.hosts.discover import Candidate
from cblint.linter import reader_of
from cblint.lsp import suppressing
from cblint.lsp.buffer import Buffer
from cblint.lsp.client import Abilities
from cblint.lsp.diagnostics import SOURCE
from cblint.records import NamedTuple
from cblint.source.text import Span

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.{SOURCE}"
SELECT = f"{SOURCE}.select"
"""The command that selects the reason of a comment, so that it can be written at once."""
KINDS = (types.CodeActionKind.QuickFix, FIX_ALL)
_FIX, _LINE, _FILE, _ALL = "fix", "line", "file", "all"


class Offer(NamedTuple):
    """An action, and what it is about: None if that is the whole text."""

    action: types.CodeAction
    finding: Finding | None


def offers(found: Sequence[Finding], of_text: Sequence[Finding], only: Sequence[str] | None) -> Iterator[Offer]:
    """The actions for some findings of all of a text, of the kinds that are asked for, without their changes."""
    if _is_wanted(types.CodeActionKind.QuickFix.value, only):
        fixed = (each for each in found if each.fix is not None and (each.fix.edits or each.fix.changes))
        for finding in sorted(fixed, key=_is_unsafe):
            yield Offer(_fixing(finding), finding)
        for finding in found:
            for where, place in ((_LINE, "here"), (_FILE, "in this file")):
                title = f"Suppress {finding.rule} {place}, with a reason"
                yield Offer(types.CodeAction(title, kind=types.CodeActionKind.QuickFix, data={"what": where}), finding)
    # Editors ask at each time a file is saved: of one where nothing can be fixed there is nothing to say.
    if only is not None and _is_wanted(FIX_ALL, only) and any(map(_is_safe_to_fix, of_text)):
        yield Offer(types.CodeAction("Fix all that is safe to fix", kind=FIX_ALL, data={"what": _ALL}), None)


def _is_unsafe(finding: Finding) -> bool:
    return finding.fix is None or not finding.fix.safe


def _is_safe_to_fix(finding: Finding) -> bool:
    return finding.is_open and not _is_unsafe(finding)


def _is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a kind, or one that it belongs to, is among those asked for."""
    return only is None or any(kind == each or kind.startswith(f"{each}.") or not each for each in only)


def _fixing(finding: Finding) -> types.CodeAction:
    fix = finding.fix
    is_safe = fix is not None and fix.safe
    title = fix.title if fix is not None else ""
    return types.CodeAction(
        title[:1].upper() + title[1:] + ("" if is_safe else " (changes how the build runs)"),
        kind=types.CodeActionKind.QuickFix,
        is_preferred=is_safe,
        data={"what": _FIX},
    )


def completed(
    buffer: Buffer, action: types.CodeAction, finding: Finding | None, editor: Abilities
) -> types.CodeAction | None:
    """The action with what it changes; None where nothing certain can be written."""
    what = action.data["what"] if isinstance(action.data, dict) else ""
    if what == _ALL:
        return _with(action, buffer, _all_safe(buffer), editor)
    if finding is None:
        return None
    if what == _FIX:
        return _with(action, buffer, _fixes(buffer, finding), editor)
    write = suppressing.in_its_file if what == _FILE else suppressing.on_its_line
    found = write(buffer.document, finding)
    if found is None:
        return None
    if editor.shows and found.reason is not None:
        selected = _selected(buffer, found.edit, found.reason)
        action.command = types.Command("Write the reason", SELECT, arguments=[selected])
    return _with(action, buffer, [found.edit], editor)


def _with(
    action: types.CodeAction, buffer: Buffer, edits: Sequence[Edit], editor: Abilities
) -> types.CodeAction | None:
    if not edits:
        return None
    changes = [types.TextEdit(buffer.positions.range(edit.span), edit.text) for edit in edits]
    if editor.versions:
        identified = types.OptionalVersionedTextDocumentIdentifier(buffer.uri, buffer.version)
        action.edit = types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(identified, [*changes])])
    else:
        action.edit = types.WorkspaceEdit(changes={buffer.uri: changes})
    return action


def _fixes(buffer: Buffer, finding: Finding) -> list[Edit]:
    """What the fix of a finding changes; nothing where it would change more than it says."""
    document = buffer.document
    if finding.fix is None:
        return []
    try:
        _, fixed = fixed_text(document.text, [finding], True, reader_of(document.path, document.settings))
    except Refused:
        return []
    return [Edit(edit.span, edit.text) for edit in finding.fix.edits] if fixed else []


def _all_safe(buffer: Buffer) -> list[Edit]:
    document = buffer.document
    data = document.text.encode("utf-8", "surrogatepass")
    change, new = fix_bytes(data, Candidate(document.path, False), document.settings, False)
    return _differences(document.text, new.decode()) if change.fixed else []


def _differences(old: str, new: str) -> list[Edit]:
    """Edits of whole lines that make one text of another."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, before))]
    # Lines that stand in it again and again are not sought everywhere: that would take minutes.
    matcher = difflib.SequenceMatcher(None, before, after)
    return [
        Edit(Span(starts[low], starts[high]), "".join(after[first:last]))
        for kind, low, high, first, last in matcher.get_opcodes()
        if kind != "equal"
    ]


def _selected(buffer: Buffer, edit: Edit, reason: Span) -> dict[str, Any]:
    """Where the reason stands once a comment is written, as arguments of the command."""
    text = buffer.document.text
    new = text[: edit.span.start] + edit.text + text[edit.span.end :]
    changed = Buffer(buffer.uri, buffer.language, buffer.version, new, buffer.encoding, buffer.document.settings)
    area = changed.positions.range(reason)
    return {
        "uri": buffer.uri,
        "start": [area.start.line, area.start.character],
        "end": [area.end.line, area.end.character],
    }
