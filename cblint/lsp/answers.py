"""What is known at a place of a text, as the language server protocol says it."""

from __future__ import annotations

from collections.abc import Collection

from lsprotocol import types

from cblint import expressions
from cblint.lsp.buffer import Buffer
from cblint.lsp.client import Abilities
from cblint.lsp.completion import Completion, completions_at
from cblint.lsp.hints import hints_of
from cblint.lsp.hover import hover_at
from cblint.lsp.markup import markup
from cblint.lsp.symbols import Symbol, symbols_of

TRIGGERS = ("$", "{", "[", ",", " ", ":", "-", "/")
"""Characters behind which there may be something to offer, beside those of words."""
_MARK = expressions.lazy(r"\$(?:\{\d+(?::([^}]{0,500}))?\}|\d+)|\\([\\$}])")
"""In a snippet: a place for the cursor, perhaps with what stands there at first; an escaped character."""


def hover(buffer: Buffer, position: types.Position, editor: Abilities) -> types.Hover | None:
    """What is said of what stands at a position."""
    found = hover_at(buffer.document, buffer.positions.offset(position))
    if found is None:
        return None
    return types.Hover(markup(found.markdown, editor.hovers_markdown), buffer.positions.range(found.span))


def completion(
    buffer: Buffer, position: types.Position, rules: Collection[str], editor: Abilities
) -> list[types.CompletionItem]:
    """What can be typed at a position; ``rules`` have findings in the text."""
    found = completions_at(buffer.document, buffer.positions.offset(position), rules)
    return [_item(buffer, each, editor) for each in found]


def _item(buffer: Buffer, offered: Completion, editor: Abilities) -> types.CompletionItem:
    is_snippet = offered.snippet and editor.snippets
    text = plain(offered.text) if offered.snippet and not editor.snippets else offered.text
    return types.CompletionItem(
        offered.label,
        kind=types.CompletionItemKind[offered.kind],
        tags=[types.CompletionItemTag.Deprecated] if offered.deprecated else None,
        detail=offered.detail or None,
        documentation=markup(offered.documentation, editor.completes_markdown) if offered.documentation else None,
        sort_text=offered.sort,
        insert_text_format=types.InsertTextFormat.Snippet if is_snippet else types.InsertTextFormat.PlainText,
        insert_text_mode=types.InsertTextMode.AsIs,
        text_edit=types.TextEdit(buffer.positions.range(offered.replaced), text),
    )


def plain(snippet: str) -> str:
    """What a snippet is before anything is typed into it: its first line, as some editors can put no more."""
    return _MARK.sub(lambda match: match[1] or match[2] or "", snippet.partition("\n")[0].rstrip("\r"))


def symbols(buffer: Buffer) -> list[types.DocumentSymbol]:
    """The outline of a text."""
    return [_symbol(buffer, each) for each in symbols_of(buffer.document)]


def _symbol(buffer: Buffer, symbol: Symbol) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        symbol.name,
        types.SymbolKind[symbol.kind.value],
        buffer.positions.range(symbol.span),
        buffer.positions.range(symbol.selection),
        detail=symbol.detail or None,
        children=[_symbol(buffer, each) for each in symbol.children],
    )


def hints(buffer: Buffer, area: types.Range, editor: Abilities) -> list[types.InlayHint]:
    """What the build on paper believes after the commands in a range."""
    found = hints_of(buffer.document, buffer.positions.span(area))
    return [
        types.InlayHint(
            buffer.positions.position(each.offset),
            f"→ {each.label}",  # some editors show it in the colour of what it stands behind
            tooltip=markup(each.tooltip, editor.hovers_markdown),
            padding_left=True,
        )
        for each in found
    ]
