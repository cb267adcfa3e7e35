"""The site as people see it: Chromium opens it, small and wide, light and dark."""

from __future__ import annotations

import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from cblint.catalogue import rules

MODULES = os.path.join(sys.prefix, "site", "node_modules")
CHROMIUM, NODE = shutil.which("chromium"), shutil.which("node")
MISSING = [
    *([] if CHROMIUM else ["chromium"]),
    *([] if NODE else ["node"]),
    *([] if os.path.isdir(MODULES) else ["the packages of tests/site/package.json"]),
]

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"nobody looks at the site without {' and '.join(MISSING)}: make test installs what it can"
)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        """Nothing: the test says what is wrong."""


@pytest.fixture
def address(site: str) -> Iterator[str]:
    """Where the site is served."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=site))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_can_be_read_searched_and_filtered_by_everyone(address: str) -> None:
    script = os.path.join(os.path.dirname(__file__), "browse.js")
    done = subprocess.run([str(NODE), script, MODULES, str(CHROMIUM), address], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["complaints"] == []
    assert said["found"].startswith("curl-without-fail (CB2007)")
    wanted = [rule for rule in rules() if rule.severity.value == "error" and rule.fix_safety == "safe"]
    assert said["filtered"] == {
        "all": len(rules()),
        "some": len(wanted),
        "said": f"{len(wanted)} of {len(rules())} rules",
        "few": sum(rule.code.startswith("CB7") for rule in wanted),
        "tables": 1,
    }
