"""Nothing that an editor sends, and nothing in a text, ends the server."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.helpers import commands
from tests.lsp.editor import ROOT, Editor, a_repository, editing

BROKEN = 'version: 0.2\nphases:\n  build:\n    commands:\n      - echo "a: b"\n'


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    with editing(a_repository(tmp_path_factory.mktemp("editor"))) as editor:
        yield editor


@pytest.fixture(autouse=True)
def _goes_on(editor: Editor, request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test has sent, what follows is answered."""
    yield
    name = re.sub(r"\W+", "-", request.node.name) + "-buildspec.yml"
    assert [each.code for each in editor.open(name, BROKEN)] == ["command-not-string"]
    editor.close(name)


def send(editor: Editor, body: bytes) -> None:
    """Write to the server what no client would."""
    server = editor.client._server
    assert server is not None
    assert server.stdin is not None
    server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b'{"jsonrpc": "1.0", "method": "exit"}',
        b'{"jsonrpc": "2.0"}',
        b'{"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {}}',
        b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": {"uri": 1}}}',
        b'{"jsonrpc": "2.0", "method": "no/such", "params": null}',
        b'{"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 99}}',
        b'{"jsonrpc": "2.0", "id": 98, "method": "textDocument/hover", "params": {}}',
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_message_is_passed_over(editor: Editor, body: bytes) -> None:
    send(editor, body)


def test_changes_of_what_is_not_open_are_passed_over(editor: Editor) -> None:
    editor.send("closed.yml", 2, types.TextDocumentContentChangeWholeDocument("x"))
    editor.close("closed.yml")
    editor.save("closed.yml")
    assert editor.actions("closed.yml") == []
    assert editor.client.messages == []


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ((0, 0), (9999, 9999)),
        ((9999, 0), (9999, 5)),
        ((4, 9999), (4, 9999)),
        ((4, 2), (1, 1)),
        ((2**31 - 1, 0), (0, 0)),
    ],
)
def test_places_that_are_not_there_are_the_nearest_that_are(
    editor: Editor, start: tuple[int, int], end: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    name = f"{abs(hash(request.node.name))}-buildspec.yml"
    editor.open(name, BROKEN)
    area = types.Range(types.Position(*start), types.Position(*end))
    editor.change(name, 2, types.TextDocumentContentChangePartial(area, "\n# end\n"))
    editor.close(name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeff",
        "\0",
        "\ud800: [\udfff",
        "\u2028\x85\x0b\x0c",
        "a: " + "[" * 5000,
        "&a [" + "*a, " * 5000,
        "version: 0.2\nphases: {build: {commands: [" + "'" * 999,
        commands("echo $(" * 400),
    ],
    ids=range(9),
)
def test_any_text_is_checked(editor: Editor, text: str) -> None:
    name = "odd-buildspec.yml"
    editor.open(name, text)
    editor.actions(name)
    editor.replace(name, 2, text + "\n")
    editor.close(name)


def test_what_is_asked_of_nothing_has_no_answer(editor: Editor) -> None:
    with pytest.raises(JsonRpcException):
        editor.run(editor.client.protocol.send_request_async("no/such", None))  # type: ignore[no-untyped-call]


def _process(folder: pathlib.Path, sent: bytes) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": ROOT}
    command = [sys.executable, "-m", "cblint", "lsp"]
    return subprocess.run(command, input=sent, capture_output=True, cwd=folder, env=environment, timeout=120)


def _message(**fields: object) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **fields}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", 1),
        (_message(method="exit"), 1),
        (_message(id=1, method="shutdown") + _message(method="exit"), 0),
        (b"GET / HTTP/1.1\r\n\r\n", 1),
    ],
)
def test_the_server_ends_with_its_editor(tmp_path: pathlib.Path, sent: bytes, status: int) -> None:
    done = _process(tmp_path, sent)
    assert done.returncode == status
    assert b"Traceback" not in done.stderr


def _answers(printed: bytes) -> dict[object, dict[str, object]]:
    """The answers that a server has written, by the number of what was asked."""
    bodies = [json.loads(each) for each in re.findall(rb"\r\n\r\n(.*?)(?=Content-Length|\Z)", printed, re.DOTALL)]
    return {each["id"]: each for each in bodies if "id" in each and "method" not in each}


_START = _message(id=1, method="initialize", params={"processId": None, "rootUri": None, "capabilities": {}})


def test_what_cannot_be_answered_is_refused(tmp_path: pathlib.Path) -> None:
    without_a_place = _message(id=2, method="textDocument/hover", params={"textDocument": {"uri": "file:///x"}})
    a_second_start = _START.replace(b'"id": 1', b'"id": 3')
    end, after_the_end = _message(id=4, method="shutdown"), _message(id=5, method="shutdown")
    sent = _START + without_a_place + a_second_start + end + after_the_end + _message(method="exit")
    done = _process(tmp_path, sent)
    answers = _answers(done.stdout)
    refused = {number: answer["error"] for number, answer in answers.items() if "error" in answer}
    codes = {number: error["code"] for number, error in refused.items() if isinstance(error, dict)}
    assert (sorted(map(str, answers)), codes) == ([*"12345"], {2: -32602, 3: -32600, 5: -32600})
    assert done.returncode == 0
