"""Measures what somebody who types waits for: from each change of a text to what ``cblint lsp`` says of it.

    python -m tools.bench_editor PYTHON                1,000 keystrokes in buildspecs of 500 lines
    python -m tools.bench_editor PYTHON --edits 10000  and whether memory stays level

Words are typed behind commands, letter by letter, and deleted again. PYTHON is that of an environment with
``cblint[lsp]``. The bars: 50 ms at the median, 150 ms at the 99th percentile; memory level over the last fifth of
10,000. A text with a command on each line is measured too, and has none.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from typing import Any

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LINES = 500
WORDS = ("echo ready", "&& make lint", "| tee out.log", "$TAG", "# later", "--verbose", "|| true")
MEDIAN, LAST = 0.05, 0.15
"""Seconds that half of the keystrokes, and 99 of 100, may take."""
PAUSE = 0.03
"""Seconds between an answer and the next keystroke: nobody types faster than that."""
HARD = "a command on each line"
"""The text that has no bar: 490 commands are six times as many as the buildspecs of this length that we know have."""
MANY = 10_000
"""Keystrokes from which on memory is judged."""
LEVEL = 1.03
"""What memory may grow by over the last fifth of the keystrokes: what is remembered is bounded, and full by then."""


class Server:
    """A language server, spoken to in its own protocol."""

    def __init__(self, python: str, folder: str) -> None:
        self._process = subprocess.Popen(
            [python, "-m", "cblint", "lsp"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._send(id=1, method="initialize", params={"processId": None, "capabilities": {}, "rootUri": None})
        while self._receive().get("id") != 1:
            pass
        self._send(method="initialized", params={})

    def _send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        stream = self._process.stdout
        assert stream is not None
        length = 0
        while (line := stream.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        message: dict[str, Any] = json.loads(stream.read(length))
        return message

    def open(self, uri: str, text: str) -> None:
        """Show a text, and wait until it is checked."""
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send(method="textDocument/didOpen", params={"textDocument": document})
        self._wait_for(uri, 1)

    def type(self, uri: str, version: int, line: int, start: int, end: int, text: str) -> float:
        """Replace a part of a line; the seconds until what is said of that arrives."""
        place = {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
        change = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"range": place, "text": text}]}
        started = time.perf_counter()
        self._send(method="textDocument/didChange", params=change)
        self._wait_for(uri, version)
        return time.perf_counter() - started

    def _wait_for(self, uri: str, version: int) -> None:
        while True:
            message = self._receive()
            params = message.get("params") or {}
            if message.get("method") == "textDocument/publishDiagnostics" and params.get("version") == version:
                assert params["uri"] == uri
                return

    @property
    def memory(self) -> float:
        """Megabytes that it takes now; 0 where the system does not say so."""
        try:
            with open(f"/proc/{self._process.pid}/status", encoding="ascii") as file:
                return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))
        except OSError:
            return 0.0

    def close(self) -> None:
        """Let it end."""
        self._process.kill()
        self._process.communicate()


def texts() -> Iterator[tuple[str, str]]:
    """Buildspecs of about 500 lines: two that are made here, and real ones where they are at hand."""
    yield "blocks of several lines", _buildspec(_BLOCKS)
    yield HARD, _buildspec([f"      - {line}\n" for line in _COMMANDS])
    corpus = os.environ.get("CBLINT_CORPUS") or os.path.join(ROOT, "..", "shared", "corpus")
    folder = os.path.join(corpus, "buildspec")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            text = file.read()
        if abs(text.count("\n") - LINES) <= LINES // 10:
            yield name, text


_COMMANDS = (
    "echo Building service {n}",
    "docker build -t $REPOSITORY:app{n} services/app{n}",
    "docker push $REPOSITORY:app{n}",
    "aws s3 cp dist/app{n}.zip s3://$BUCKET/app{n}.zip",
    "npm run build:app{n}",
    "TAG{n}=v{n}",
    "cd services/app{n} && npm ci && cd ../..",
    "python -m pytest tests/app{n}",
    "export NAME{n}=$TAG{n}-x",
    "mkdir -p out/app{n}",
)
_BLOCKS = (
    """\
      - |
        # service {n}
        echo "Deploying service {n} to $STAGE"
        STACK="shop-$STAGE-{n}"
        if aws cloudformation describe-stacks --stack-name "$STACK" > /dev/null 2>&1; then
          OPERATION{n}=update
        else
          OPERATION{n}=create
        fi
        aws cloudformation "$OPERATION{n}-stack" \\
          --stack-name "$STACK" \\
          --template-body file://templates/{n}.yml \\
          --parameters ParameterKey=Stage,ParameterValue=$STAGE
        aws cloudformation wait "stack-$OPERATION{n}-complete" --stack-name "$STACK"
""",
    """\
      - echo "Logging in to $REPOSITORY"
      - TAG{n}=$(echo $CODEBUILD_RESOLVED_SOURCE_VERSION | cut -c 1-7)
      - docker build --tag "$REPOSITORY/{n}:$TAG{n}" services/{n}
      - docker push "$REPOSITORY/{n}:$TAG{n}"
""",
    """\
      - |
        for name in api web jobs; do
          echo "Testing $name"
          (cd "services/$name" && npm ci && npm test) || exit 1
        done
      - set -e; make package-{n}; aws s3 cp "dist/{n}.zip" "s3://$BUCKET/{n}.zip"
""",
)
_PHASES = ("pre_build", "build", "post_build")


def _buildspec(parts: Sequence[str]) -> str:
    """The parts, again and again with other names in them, in three phases."""
    text = "version: 0.2\nenv:\n  variables:\n    STAGE: test\n    BUCKET: shop\n    REPOSITORY: shop/app\nphases:\n"
    number = 0
    for index, phase in enumerate(_PHASES, 1):
        text += f"  {phase}:\n    commands:\n"
        while text.count("\n") < LINES * index // len(_PHASES):
            text += parts[number % len(parts)].replace("{n}", str(number))
            number += 1
    return text


def keystrokes(text: str, edits: int) -> Iterator[tuple[int, int, int, str]]:
    """Changes, each as a line, from where to where in it, and what is put there: words that come and go again."""
    chance = random.Random(500)
    lines = text.split("\n")
    places = [number for number, line in enumerate(lines) if line[6:].lstrip("- ")[:1].isalpha() and "\\" not in line]
    done = 0
    while True:
        line = chance.choice(places)
        start = len(lines[line])
        word = f" {chance.choice(WORDS)}"
        for number, letter in enumerate(word):
            yield line, start + number, start + number, letter
        for number in reversed(range(len(word))):
            yield line, start + number, start + number + 1, ""
        done += 2 * len(word)
        if done >= edits:
            return


def measure(python: str, folder: str, name: str, text: str, edits: int) -> bool:
    """Print what one text takes; whether that is below the bars."""
    server = Server(python, folder)
    uri = f"file://{folder}/buildspec.yml"
    server.open(uri, text)
    taken: list[float] = []
    memory: list[float] = []
    for version, (line, start, end, new) in enumerate(keystrokes(text, edits), 2):
        time.sleep(PAUSE)
        taken.append(server.type(uri, version, line, start, end, new))
        if len(taken) in (edits // 10, edits * 4 // 5, edits):
            memory.append(server.memory)
        if len(taken) == edits:
            break
    server.close()
    median, last = statistics.median(taken), sorted(taken)[len(taken) * 99 // 100]
    print(
        f"  {name[-40:]:40} {text.count(chr(10)):4} lines  median {median * 1000:6.1f} ms  "
        f"99th {last * 1000:6.1f} ms  memory {' → '.join(f'{each:.1f}' for each in memory)} MB"
    )
    return median <= MEDIAN and last <= LAST and (edits < MANY or memory[-1] <= memory[-2] * LEVEL)


def keystroke_rows(python: str, edits: int, only: str) -> bool:
    """Print a row for each text whose name has ``only`` in it; whether all are below the bars."""
    print(f"{edits:,} keystrokes in a buildspec of {LINES} lines (bars: median 50 ms, 99th percentile 150 ms)")
    with tempfile.TemporaryDirectory() as folder:
        held = [measure(python, folder, name, text, edits) or name == HARD for name, text in texts() if only in name]
    return all(held)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("python", help="the interpreter of an environment with cblint[lsp]")
    parser.add_argument("--edits", type=int, default=1000)
    parser.add_argument("--only", default="", help="texts with this in their name")
    options = parser.parse_args()
    return 0 if keystroke_rows(os.path.abspath(options.python), options.edits, options.only) else 1


if __name__ == "__main__":
    sys.exit(main())
