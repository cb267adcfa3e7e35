"""Which tests of the audit are for every day: the others take minutes (make break)."""

from __future__ import annotations

import os

_FOR_LONG = ["test_breaking.py", "test_breaking_for_long.py", "test_cluster.py", "test_cluster_for_long.py"]
collect_ignore = [] if "CBLINT_BREAK" in os.environ else _FOR_LONG
