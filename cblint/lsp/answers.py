"""What is known at a place of a text, as the language server protocol says it."""

from __future__ import annotations

import re
from collections.abc import Collection

from lsprotocol import types

from cblint.lsp.buffer import Buffer
from cblint.lsp.completion import Completion, completions_at
from cblint.lsp.hints import hints_of
from cblint.lsp.hover import hover_at
from cblint.lsp.symbols import Symbol, symbols_of

TRIGGERS = ("$", "{", "[", ",", " ", ":", "-", "/")
"""Characters behind which there may be something to offer, beside those of words."""
_MARK = re.compile(r"\$(?:\{\d+(?::([^}]*))?\}|\d+)|\\([\\$}])")
"""In a snippet: a place for the cursor, perhaps with what stands there at first; an escaped character."""


def hover(buffer: Buffer, position: types.Position) -> types.Hover | None:
    """What is said of what stands at a position."""
    found = hover_at(buffer.document, buffer.positions.offset(position))
    return types.Hover(_markdown(found.markdown), buffer.positions.range(found.span)) if found is not None else None


def completion(
    buffer: Buffer, position: types.Position, rules: Collection[str], snippets: bool
) -> list[types.CompletionItem]:
    """What can be typed at a position; ``rules`` have findings in the text. ``snippets``: the editor knows them."""
    found = completions_at(buffer.document, buffer.positions.offset(position), rules)
    return [_item(buffer, each, snippets) for each in found]


def _item(buffer: Buffer, offered: Completion, snippets: bool) -> types.CompletionItem:
    is_snippet = offered.snippet and snippets
    text = plain(offered.text) if offered.snippet and not snippets else offered.text
    return types.CompletionItem(
        offered.label,
        kind=types.CompletionItemKind[offered.kind],
        tags=[types.CompletionItemTag.Deprecated] if offered.deprecated else None,
        detail=offered.detail or None,
        documentation=_markdown(offered.documentation) if offered.documentation else None,
        sort_text=offered.sort,
        insert_text_format=types.InsertTextFormat.Snippet if is_snippet else types.InsertTextFormat.PlainText,
        insert_text_mode=types.InsertTextMode.AsIs,
        text_edit=types.TextEdit(buffer.positions.range(offered.replaced), text),
    )


def plain(snippet: str) -> str:
    """What a snippet is before anything is typed into it."""
    return _MARK.sub(lambda match: match[1] or match[2] or "", snippet)


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


def hints(buffer: Buffer, area: types.Range) -> list[types.InlayHint]:
    """What the build on paper believes after the commands in a range."""
    found = hints_of(buffer.document, buffer.positions.span(area))
    return [
        types.InlayHint(
            buffer.positions.position(each.offset), each.label, tooltip=_markdown(each.tooltip), padding_left=True
        )
        for each in found
    ]


def _markdown(text: str) -> types.MarkupContent:
    return types.MarkupContent(types.MarkupKind.Markdown, text)
