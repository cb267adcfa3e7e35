"""The language server protocol as pygls speaks it, without a text of its own, and with an answer to everything."""

from __future__ import annotations

from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidRequest
from pygls.protocol import LanguageServerProtocol


class Protocol(LanguageServerProtocol):
    """pygls keeps a text too, and moves the places in a message about it to where its own lines end, before the message
    is handed on: behind U+2028 the texts of server and editor would part. So it hands on what is said of texts at once.
    """

    lsp_text_document__did_open = None  # type: ignore[assignment]
    lsp_text_document__did_change = None  # type: ignore[assignment]
    lsp_text_document__did_close = None  # type: ignore[assignment]

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message as an object; a request that is none is refused, for somebody waits for an answer."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], error=error.to_response_error())
            raise

    def handle_message(self, message: Any) -> None:
        """Hand a message on, unless it asks for what can be had once, or no longer."""
        method, number = getattr(message, "method", ""), getattr(message, "id", None)
        again = method == types.INITIALIZE and self._workspace is not None
        if number is not None and method and (self._shutdown or again):
            self._send_response(number, error=JsonRpcInvalidRequest().to_response_error())
        else:
            super().handle_message(message)
